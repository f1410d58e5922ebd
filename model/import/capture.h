/* The world that a capture shows, while it is made out. One pass finds packets, hosts and connections and measures how
   long answers take; the next follows each connection and infers what was lost; then all is told to a draft.

   Where the capture was made follows from the answers: a host that answers at once is where it was made. Its packets
   have the times of the capture. For a host farther away, half of its shortest answer is taken for the way, and what it
   does is told as so much earlier or later. */
#ifndef POSTROAD_MODEL_IMPORT_CAPTURE_H
#define POSTROAD_MODEL_IMPORT_CAPTURE_H

#include "model/import/capture_file.h"
#include "model/import/draft.h"
#include "model/import/import_map.h"
#include "model/import/mail_book.h"
#include "model/wire/ip_header.h"
#include "model/wire/ip_wire.h"
#include "model/wire/tcp_wire.h"

enum { NAME_BYTES = 256, TAPS_MAX = 12, NO_INDEX = -1 };
#define UNKNOWN_NS INT64_MAX

enum capture_talk { TALK_UNKNOWN, TALK_SMTP, TALK_POP3, TALK_TLS, TALK_DNS, TALK_OTHER };

struct seen_host {
    struct ip_address address, address6; /* of one host when a name says so */
    char name[NAME_BYTES];               /* "": not known yet */
    bool serves_mail, sends_mail, serves_names, fetches, submits;
    bool is_wanted; /* a packet of it is told */
};

/* Two hosts that exchange packets. Side 0 is the one seen first. */
struct seen_pair {
    int host[2];
    int64_t answer_ns[2]; /* the shortest answer of this side; UNKNOWN_NS */
    int64_t way_ns[2];    /* from the side to the capture point */
    bool is_source[2];    /* the capture calls packets of this side outbound */
    int64_t transit_ns;   /* where packets are seen more than once: the shortest way from end to end; UNKNOWN_NS */
    uint8_t most_taps[2]; /* at how many places a packet from this side was seen */
    uint32_t most_bytes;
    uint32_t link; /* number in the journal; 0: none of its packets is told */
};

struct seen_packet {
    struct ip_header ip;
    struct tcp_segment tcp; /* is_tcp */
    const uint8_t *bytes;   /* of the IP packet */
    uint32_t there, size;   /* bytes that were captured, and that it has */
    uint16_t transport_at, payload_at;
    uint32_t payload_size; /* of a TCP segment or UDP datagram, on the wire */
    bool is_tcp, is_udp, is_icmp, is_ghost;
    uint8_t side, n_taps, direction;
    uint32_t taps[TAPS_MAX];
    int pair, conn;            /* NO_INDEX */
    int64_t first_ns, last_ns; /* at the capture point */
    int64_t sent_ns, arrives_ns;
    /* what was made out */
    uint64_t offset; /* in its stream */
    int repeats;     /* the packet it sends again, or NO_INDEX */
    enum { SENT_ONCE, RESENT_BY_TIMER, RESENT_FAST, RESENT_NEEDLESSLY } resent;
    char why[112], tag[112];
    const char *lost;    /* NULL: it arrives */
    const char *comment; /* of the capture, not ended; NULL */
    uint16_t comment_size;
    int next_alike;                 /* the next packet that looks the same, or NO_INDEX */
    uint64_t number;                /* in the journal */
    uint64_t send_event, end_event; /* in the draft */
};

/* Bytes of a stream, as they were first seen. Sorted by offset, without overlap. */
struct seen_piece {
    uint64_t offset;
    uint32_t length, there; /* there: of which were captured */
    const uint8_t *bytes;
    int64_t written_ns; /* when its sender had it, at the latest */
    int packet;         /* that carried it last */
    int first;          /* and first */
};

struct seen_end {
    int host;
    uint16_t port;
    bool has_iss, has_syn, has_fin;
    uint32_t iss;
    int syn_packet, fin_packet;
    uint64_t snd_max, fin_offset, acked, recover;
    unsigned duplicate_acks;
    uint32_t last_window;
    bool sack_above; /* the other end has told of bytes above a gap */
    const char *state;
    struct seen_piece *pieces;
    size_t n_pieces, pieces_room;
    /* an answer is waited for */
    bool is_timed;
    uint32_t timed_seq;
    int64_t timed_ns;
    /* totals */
    uint64_t segments_sent, bytes_sent, by_timer, fast, needless;
    uint32_t conn_id, stream_id, session_id;
    uint64_t heard_event;                     /* in the draft: the latest arrival */
    uint64_t told_una, told_nxt, told_window; /* as it knows them by then, in its stream; the window in bytes */
    uint8_t window_shift;                     /* of what it offers (RFC 7323 2.2) */
};

struct seen_conn {
    int pair;
    uint8_t opener;          /* side */
    struct seen_end ends[2]; /* by side */
    enum capture_talk talk;
    bool is_wanted, is_over, had_reset, was_open;
    int64_t open_ns[2], close_ns[2], last_ns[2];
    uint64_t open_event[2];
    int first_packet;
};

/* Packets that look the same, the oldest first: duplicate acknowledgements, or what was sent again. */
struct seen_alike {
    int first, last, n;
};

struct capture {
    const struct import_options *options;
    struct import_report *report;
    struct capture_file file;
    struct draft *draft;
    struct mail_book *mails;
    int64_t zero_s; /* since 1970, where the draft's clock is 0 */
    bool many_taps;
    struct seen_host *hosts;
    struct seen_pair *pairs;
    struct seen_packet *packets;
    struct seen_conn *conns;
    struct seen_alike *alike;
    size_t n_alike, alike_room;
    size_t n_hosts, hosts_room, n_pairs, pairs_room, n_packets, packets_room, n_conns, conns_room;
    struct import_map host_by_address, pair_by_hosts, conn_by_ports, alike_by_look, hop_by_taps, question_by_id;
    size_t n_frames_other, n_frames_unknown, n_left_out, n_encrypted;
    uint16_t unknown_link;
    uint32_t n_links, n_streams, n_sessions, n_ends;
    uint64_t n_numbers;
};

/* capture_packets.c: frames become packets, hosts and pairs. */
void capture_find_packets(struct capture *c);
struct seen_packet *capture_add_packet(struct capture *c);
/* capture_hosts.c */
int capture_host(struct capture *c, struct ip_address address);
void capture_host_named(struct capture *c, struct ip_address address, const char *name);
void capture_settle_ways(struct capture *c);
void capture_name_hosts(struct capture *c);
void capture_tell_world(struct capture *c, int64_t at_ns);
/* capture_conns.c: which connection a segment belongs to, and how long answers take. */
void capture_find_conns(struct capture *c);
/* capture_tcp.c: what each segment is, and what became of it. */
void capture_follow_tcp(struct capture *c);
/* capture_tell.c: packets and states into the draft. */
void capture_tell_packets(struct capture *c);
/* capture_streams.c */
/* Of a sequence number in its end's stream; what is before its first byte is negative. */
int64_t capture_end_offset(const struct seen_end *end, uint32_t seq);
/* Keeps those of the packet's bytes that were not seen before. */
void capture_keep_piece(struct capture *c, struct seen_end *end, int packet);
/* The number of the first piece that ends behind this byte; n_pieces when there is none. */
size_t capture_piece_at(const struct seen_end *end, uint64_t offset);
/* When bytes up to here had been written; and makes times grow along the stream. */
void capture_settle_times(struct seen_end *end);
/* Tells the stream's bytes to the draft. */
void capture_tell_stream(struct capture *c, struct seen_conn *conn, int side);
/* capture_talk.c: which protocol a connection speaks. */
void capture_find_talk(struct capture *c, struct seen_conn *conn);
/* capture_smtp.c, capture_pop3.c: a connection's dialogue, and the mails in it. */
void capture_tell_smtp(struct capture *c, struct seen_conn *conn);
void capture_tell_pop3(struct capture *c, struct seen_conn *conn);
/* capture_names.c: questions and answers of DNS over UDP. */
void capture_tell_names(struct capture *c);

#endif
