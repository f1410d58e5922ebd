/* One end of a TCP connection as pure code: RFC 9293, with the timer of RFC 6298 and, as settings, the senders of TCP's
   history up to SACK (RFC 6675), RACK-TLP (RFC 8985) and CUBIC (RFC 9438). docs/tcp.md lists each rule and its place.

   Given calls, segments and the time it changes state, and then has segments to send, a deadline and news. It reads no
   clock, schedules nothing, and never touches payload bytes: a stream is numbered from 0, the machine deals in offsets,
   and whoever holds the bytes looks them up. After every call take the news, drain tcp_next_segment until it says no,
   and see that tcp_on_deadline is called at tcp_deadline (earlier calls do no harm). In this order one acknowledgement
   carries the window that the application has just opened. */
#ifndef POSTROAD_MODEL_TCP_TCP_H
#define POSTROAD_MODEL_TCP_TCP_H

#include <stdbool.h>
#include <stdint.h>

#include "model/wire/tcp_wire.h"
#include "sim/journal/journal.h"

enum tcp_state {
    TCP_CLOSED, TCP_LISTEN, TCP_SYN_SENT, TCP_SYN_RECEIVED, TCP_ESTABLISHED, TCP_FIN_WAIT_1, TCP_FIN_WAIT_2,
    TCP_CLOSE_WAIT, TCP_CLOSING, TCP_LAST_ACK, TCP_TIME_WAIT
};
const char *tcp_state_text(enum tcp_state state); /* "SYN-SENT" */

/* How a sender uses the network, in the order of history. The first two have no congestion control. */
enum tcp_flavour {
    TCP_FLAVOUR_STOP_AND_WAIT, /* one segment, one acknowledgement */
    TCP_FLAVOUR_GO_BACK_N,     /* a fixed window; after a timeout all of it again */
    TCP_FLAVOUR_TAHOE,         /* slow start, congestion avoidance, fast retransmit (Jacobson 1988) */
    TCP_FLAVOUR_RENO,          /* and fast recovery: RFC 5681 */
    TCP_FLAVOUR_NEWRENO,       /* and partial acknowledgements: RFC 6582 */
    TCP_FLAVOUR_SACK,          /* and selective acknowledgements: RFC 6675 */
    TCP_FLAVOUR_CUBIC,         /* a window that grows as a cube of time: RFC 9438 */
    TCP_FLAVOURS
};
const char *tcp_flavour_text(enum tcp_flavour flavour); /* "stop-and-wait" */

/* How TCP behaves: shared by all connections of a host, so that it costs them nothing. */
struct tcp_config {
    enum tcp_flavour flavour;
    bool nagle;
    /* Options: used when both ends want them. */
    bool sack;           /* RFC 2018, RFC 2883; only flavours from newreno on make use of what they learn */
    bool timestamps;     /* RFC 7323 3 to 5 */
    bool window_scaling; /* RFC 7323 2 */
    /* Loss detection by time, RFC 8985; only with SACK. */
    bool rack, tlp;
    bool mtu_probing;              /* RFC 4821: smaller segments when large ones vanish */
    bool rto_min_is_of_variance;   /* Linux: the minimum is of RTTVAR's part, not of the whole RTO */
    uint8_t syn_linear_timeouts;   /* Linux: so many SYNs repeated at a constant interval, before backing off */
    uint8_t r1_retransmissions;    /* RFC 9293 3.8.3: from so many on, TCP_NEWS_R1 */
    uint8_t keep_alive_probes;     /* unanswered ones that end the connection */
    uint16_t initial_window_segments; /* 10: RFC 6928. Of go-back-n the whole window. Stop-and-wait takes 1 */
    uint32_t send_buffer;          /* bytes written and not acknowledged that TCP takes; or twice cwnd, if that is more */
    uint32_t receive_buffer;       /* bytes; above 65535 of use only with window scaling; at most 2^30 */
    int64_t delayed_ack_ns;        /* 0: acknowledge at once; at most 500 ms (RFC 9293 3.8.6.3) */
    int64_t rto_initial_ns, rto_min_ns, rto_max_ns; /* RFC 6298 (2.1), (2.4), (2.5) */
    int64_t msl_ns;                /* TIME-WAIT lasts twice this */
    int64_t syn_r2_ns, syn_answer_r2_ns, data_r2_ns; /* give up after this long (RFC 9293 3.8.3) */
    int64_t keep_alive_idle_ns;    /* 0: none (RFC 9293 3.8.4); at least 2 h by the RFC's default */
    int64_t keep_alive_interval_ns;
};
/* newreno without options, 65535, 10, 40 ms, 1 s, 1 s, 60 s, 2 min, 3 min, 100 s, Nagle on; see tcp.c for sources */
struct tcp_config tcp_config_default(void);
/* The flavour with the options of its time: cubic has them all. */
void tcp_config_set_flavour(struct tcp_config *config, enum tcp_flavour flavour);
/* The timetables of Linux 6.18: when it repeats and when it gives up. */
void tcp_config_set_linux(struct tcp_config *config);

/* What one connection is opened with. */
struct tcp_opening {
    uint16_t local_port, remote_port;
    uint32_t iss; /* initial send sequence number */
    uint16_t mss; /* what we can receive: MTU - 40, over IPv6 MTU - 60 (RFC 9293 3.7.1) */
    uint16_t path_mss;         /* what the path is known to take; 0: not known to be less */
    uint16_t default_send_mss; /* when the peer tells none: 536, over IPv6 1220; 0: 536 */
    uint16_t ts_epoch;         /* upper half of what our timestamp clock shows at time 0: one for all connections between
                                  the same ports of the same hosts (RFC 7323 7.1, RFC 6528 3), for RFC 6191 to go by */
};

/* What has happened since the news were last taken, as bits. */
enum tcp_news {
    TCP_NEWS_ESTABLISHED = 1, /* both ends know of each other */
    TCP_NEWS_READABLE = 2,    /* tcp_readable has grown */
    TCP_NEWS_EOF = 4,         /* the peer will send no more; told after all its bytes became readable */
    TCP_NEWS_ACKED = 8,       /* tcp_acked has grown */
    TCP_NEWS_REFUSED = 16,    /* RST in answer to our SYN */
    TCP_NEWS_RESET = 32,      /* RST in an established connection */
    TCP_NEWS_TIMED_OUT = 64,  /* R2 was reached */
    TCP_NEWS_CLOSED = 128,    /* state is CLOSED: the connection can be freed */
    TCP_NEWS_R1 = 256,        /* so many retransmissions that the way should be doubted (RFC 9293 3.8.3) */
    TCP_NEWS_UNREACHABLE = 512 /* ended by an ICMP error (RFC 9293 3.9.2.2) */
};

/* A segment to be sent, and what goes with it. */
struct tcp_output {
    struct tcp_segment segment;
    uint64_t stream_offset; /* of the payload's first byte in our stream */
    uint32_t transmission;  /* n-th time these sequence numbers (for a bare ACK: this ack number) are sent, from 1 */
    uint64_t repeats;       /* the label given to the previous transmission, or 0 */
    const char *why;        /* "new data", "retransmission timeout", "third duplicate ack", "delayed ack", ... */
};

struct tcp_totals {
    uint64_t segments_sent, segments_received, bytes_sent, bytes_received;
    uint64_t retransmits_rto, retransmits_fast; /* by timer; by what acknowledgements told */
    uint64_t retransmits_spurious;              /* known by D-SACK (RFC 2883) to have been needless */
};

/* What an ICMP error about one of our segments says (RFC 9293 3.9.2.2, RFC 1191, RFC 8201). */
enum tcp_icmp_kind {
    TCP_ICMP_SOFT,   /* net or host unreachable, time exceeded, parameter problem: never ends a connection */
    TCP_ICMP_HARD,   /* protocol or port unreachable: ends it */
    TCP_ICMP_TOO_BIG /* the path takes no more than mtu_bytes */
};
struct tcp_icmp {
    enum tcp_icmp_kind kind;
    uint32_t seq; /* of the segment that is quoted */
    uint32_t mtu_bytes, ip_header_bytes;
    const char *why;
};

struct tcp_conn;

/* The config is not copied and must outlive the connection. conn and host name the events; journal may be NULL. State
   is CLOSED. */
struct tcp_conn *tcp_new(const struct tcp_config *config, struct tcp_opening opening, struct journal *journal,
                         struct conn_id conn, struct host_id host);
void tcp_free(struct tcp_conn *c);

/* RFC 9293 3.9.1. tcp_listen: then hand over the SYN with tcp_segment_arrives. A reset before the handshake is complete
   closes such a connection (TCP_NEWS_RESET): it was made for one SYN, and its host goes on listening. */
void tcp_open_active(struct tcp_conn *c, int64_t now_ns);
void tcp_listen(struct tcp_conn *c);
/* n more bytes have been appended to our stream. Not after tcp_close; without effect once CLOSED. */
void tcp_write(struct tcp_conn *c, uint64_t n, int64_t now_ns);
/* How far the send buffer has taken our stream: what lies beyond, an application that blocks in its SEND call (RFC 9293
   3.9.1.2) has not written yet. Never less than what was sent. */
uint64_t tcp_taken(const struct tcp_conn *c);
/* The application gives up in that call: our stream ends where the send buffer does. Returns whether that cuts anything. */
bool tcp_cut_off(struct tcp_conn *c);
/* No more will be written; the FIN follows the last byte. */
void tcp_close(struct tcp_conn *c, int64_t now_ns);
/* Sends RST where the RFC says so, and is CLOSED. */
void tcp_abort(struct tcp_conn *c, int64_t now_ns);
/* The application has taken all up to this offset of the peer's stream: opens the window. */
void tcp_consume(struct tcp_conn *c, uint64_t up_to, int64_t now_ns);

/* RFC 9293 3.10.7. Where the payload lies in the peer's stream: tcp_payload_offset, before or after this call. */
void tcp_segment_arrives(struct tcp_conn *c, const struct tcp_segment *segment, int64_t now_ns);
/* Offset in the peer's stream of a segment's first payload byte, by its sequence number; negative for old ones. */
int64_t tcp_payload_offset(const struct tcp_conn *c, const struct tcp_segment *segment);
/* The first run of bytes within [from, to) of the peer's stream that has not arrived; false when all have. */
bool tcp_missing_text(const struct tcp_conn *c, uint64_t from, uint64_t to, uint64_t *begin, uint64_t *end);
enum { TCP_MISSING_RUNS_MAX = 65 }; /* so many at most, whatever the range */
void tcp_on_deadline(struct tcp_conn *c, int64_t now_ns);

/* An ICMP error that quotes a segment of this connection. One that quotes what is not in flight is ignored (RFC 5927 4);
   false then. */
bool tcp_on_icmp(struct tcp_conn *c, const struct tcp_icmp *icmp, int64_t now_ns);

/* RFC 6191 2: whether this SYN may open the connection anew that TIME-WAIT still holds. The caller then frees this end
   and makes another, with an initial sequence number of tcp_succeeding_iss. A SYN that may not is a segment like others. */
bool tcp_may_be_succeeded(const struct tcp_conn *c, const struct tcp_segment *syn);
/* RFC 9293 3.6.1: the number that was drawn when it is beyond all that this end has used, else one that is. */
uint32_t tcp_succeeding_iss(const struct tcp_conn *c, uint32_t drawn);

/* What there is to do now. */
bool tcp_next_segment(struct tcp_conn *c, int64_t now_ns, struct tcp_output *out);
/* Labels the segment that tcp_next_segment gave last, so that its retransmission can name it. */
void tcp_label_sent(struct tcp_conn *c, uint64_t label);
int64_t tcp_deadline(const struct tcp_conn *c); /* TIME_NEVER when none */
/* The timer.set event of the earliest timer, or what stands for it in the chain of causes; 0 when no timer runs. */
uint64_t tcp_deadline_cause(const struct tcp_conn *c);
unsigned tcp_take_news(struct tcp_conn *c);     /* bits of enum tcp_news */

enum tcp_state tcp_state(const struct tcp_conn *c);
uint64_t tcp_readable(const struct tcp_conn *c); /* the peer's stream is whole up to this offset */
uint32_t tcp_mss(const struct tcp_conn *c);      /* largest payload of a segment we send */
uint64_t tcp_acked(const struct tcp_conn *c);    /* our stream has been acknowledged up to this offset */
struct tcp_totals tcp_totals(const struct tcp_conn *c);

/* The reply to a segment that belongs to no connection (RFC 9293 3.10.7.1): false when none is to be sent. */
bool tcp_reset_for(const struct tcp_segment *segment, struct tcp_segment *reset);

#endif
