/* Congestion control as one small interface, one file a flavour (flavour_*.c). The machine says what happened; the
   flavour answers with cwnd and ssthresh through tcp_set_cwnd, and says what to send again. To add a flavour: its file,
   a row in congestion.c, its name in tcp.h. */
#ifndef POSTROAD_MODEL_TCP_CONGESTION_H
#define POSTROAD_MODEL_TCP_CONGESTION_H

#include <stdbool.h>
#include <stdint.h>

#include "model/tcp/tcp.h"

struct tcp_congestion {
    const char *name;
    bool limited_transmit;  /* RFC 3042 */
    bool restarts_after_idle; /* RFC 5681 4.1 */
    bool uses_sack;           /* its sender makes use of what SACK tells */
    bool keeps_out_of_order;  /* its receiver keeps what comes early */
    /* SND.UNA has moved over so many payload bytes. */
    void (*on_ack)(struct tcp_conn *c, uint32_t acked_bytes, int64_t now_ns);
    /* A duplicate acknowledgement, or news by SACK; c->dupacks counts it. */
    void (*on_duplicate_ack)(struct tcp_conn *c, int64_t now_ns);
    /* Segments are held for lost that no timer was needed for. */
    void (*on_loss)(struct tcp_conn *c, const char *why, int64_t now_ns);
    /* The retransmission timer has expired; c->timeouts counts in a row. All in flight is lost, and is sent again. */
    void (*on_rto)(struct tcp_conn *c, int64_t now_ns);
    /* How cwnd grows by an acknowledgement outside recovery, and what a loss leaves of it. */
    void (*grow)(struct tcp_conn *c, uint32_t acked_bytes, int64_t now_ns);
    uint32_t (*reduced)(struct tcp_conn *c);
};

/* flavour_*.c */
extern const struct tcp_congestion flavour_stop_and_wait, flavour_go_back_n, flavour_tahoe, flavour_reno,
    flavour_newreno, flavour_sack, flavour_cubic;

/* congestion.c: RFC 5681 and RFC 6928, shared by the flavours. */
const struct tcp_congestion *congestion_of(enum tcp_flavour flavour);
uint32_t congestion_initial_window(const struct tcp_conn *c);
uint32_t congestion_room(const struct tcp_conn *c); /* how many bytes cwnd still lets out */
void congestion_grow(struct tcp_conn *c, uint32_t acked_bytes, int64_t now_ns); /* slow start, congestion avoidance */
void congestion_slow_start(struct tcp_conn *c, uint32_t acked_bytes);
uint32_t congestion_half(struct tcp_conn *c); /* (4): half of FlightSize */
void congestion_on_rto(struct tcp_conn *c, int64_t now_ns);
void congestion_restart_after_idle(struct tcp_conn *c, int64_t now_ns);
/* RFC 6582 3.2 step 2: whether losses now are not those that an earlier recovery or timeout is still about. */
bool congestion_loss_is_new(const struct tcp_conn *c);

/* A window that stays as it is. */
void fixed_on_ack(struct tcp_conn *c, uint32_t acked_bytes, int64_t now_ns);
void fixed_on_duplicate_ack(struct tcp_conn *c, int64_t now_ns);
void fixed_on_loss(struct tcp_conn *c, const char *why, int64_t now_ns);
void fixed_on_rto(struct tcp_conn *c, int64_t now_ns);
uint32_t fixed_reduced(struct tcp_conn *c);

/* What later flavours take over from earlier ones. */
void reno_enter_recovery(struct tcp_conn *c, const char *why, int64_t now_ns); /* RFC 5681 3.2 steps 2 and 3 */
void reno_on_duplicate_ack(struct tcp_conn *c, int64_t now_ns);
void newreno_on_ack(struct tcp_conn *c, uint32_t acked_bytes, int64_t now_ns);
void sack_on_ack(struct tcp_conn *c, uint32_t acked_bytes, int64_t now_ns);
void sack_on_duplicate_ack(struct tcp_conn *c, int64_t now_ns);
void sack_on_loss(struct tcp_conn *c, const char *why, int64_t now_ns);

#endif
