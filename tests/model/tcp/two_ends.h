/* Two ends of a connection back to back, over a wire whose every packet has a fate that somebody decides: the small
   worlds try them all, the fuzzer draws them from its bytes. The laws of TCP are judged at every step, from outside
   wherever outside can see them:
     T1  what is read is what was written, in order            T7  states follow RFC 9293's diagram
     T2  sequence variables only grow                          T9  after the last loss everything ends
     T3  the right edge of a window never moves left           T10 the end of the stream is told once, after its last
   byte T4  nothing is acknowledged that is not there             T11 unread bytes and window together fit the buffer T5
   what is in flight keeps within cwnd and window        T12 a receiver kept as a bitmap agrees on what is whole T6  a
   retransmission has a cause, timeouts back off */
#ifndef POSTROAD_TESTS_MODEL_TCP_TWO_ENDS_H
#define POSTROAD_TESTS_MODEL_TCP_TWO_ENDS_H

#include "model/tcp/tcp.h"

enum fate { FATE_DELIVER, FATE_DROP, FATE_DUPLICATE, FATE_DELAY, FATES };
typedef enum fate (*fate_fn)(void *context, int to, const struct tcp_segment *segment);

struct two_ends_settings {
    struct tcp_config config[2];
    struct tcp_opening opening[2]; /* ports are filled in */
    uint32_t to_write[2];          /* bytes; written when the connection is there, then closed */
    bool simultaneous;             /* both open at once; otherwise 0 opens and 1 listens */
    bool slow_reader[2];           /* takes half of what is there, every 300 ms */
    int64_t delay_ns;              /* of the wire */
    int64_t late_ns;               /* further delay of what is delayed, and of the copy of what is duplicated */
};
struct two_ends_settings two_ends_settings_default(void);

struct two_ends;

struct two_ends *two_ends_new(const struct two_ends_settings *settings, fate_fn fate, void *context);
void two_ends_free(struct two_ends *w);

/* The next thing happens; false when nothing is left to happen, or a law is broken. */
bool two_ends_step(struct two_ends *w);
int64_t two_ends_now(const struct two_ends *w);
/* A segment that nobody sent. From then on only those laws are judged that no forger can break. */
void two_ends_forge(struct two_ends *w, int to, const struct tcp_segment *segment);
/* What the end would send next, and expects next: for forgers that aim. */
void two_ends_numbers(const struct two_ends *w, int end, uint32_t *snd_nxt, uint32_t *rcv_nxt);
/* Aborts one end. */
void two_ends_abort(struct two_ends *w, int end);
/* Both have ended in order: judged when nothing is left to happen. */
void two_ends_judge_end(struct two_ends *w);
/* NULL, or the first law that was broken, and how. */
const char *two_ends_broken(const struct two_ends *w);

#endif
