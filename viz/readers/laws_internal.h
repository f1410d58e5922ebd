/* What the files of the law checker share. */
#ifndef POSTROAD_VIZ_READERS_LAWS_INTERNAL_H
#define POSTROAD_VIZ_READERS_LAWS_INTERNAL_H

#include <stdbool.h>

#include "viz/readers/laws.h"
#include "viz/story/tables.h"

enum { BREACHES_KEPT = 500, BREACH_BYTES = 256 };

/* One (message, recipient), over all hosts. */
struct law_pair {
    size_t holders; /* hosts that have accepted it and not got rid of it */
    bool ended;     /* delivered, bounced or discarded somewhere */
};

/* A TCP segment as the header bytes of a packet tell it; flags and options by the names of RFC 9293 3.1. */
enum { LAW_FIN = 1, LAW_SYN = 2, LAW_RST = 4, LAW_ACK = 16, LAW_SACK_MAX = 4 };
struct law_segment {
    uint16_t source_port, destination_port;
    uint32_t seq, ack, window, mss, length, extent; /* extent: with SYN and FIN */
    uint8_t flags, shift, ttl, n_sack;
    bool scales, has_timestamps, permits_sack;
    uint32_t ts_val, ts_ecr;
    struct {
        uint32_t left, right;
    } sack[LAW_SACK_MAX];
};

/* What was sent as a packet, where to, and over how many links it has come. */
struct law_packet {
    struct law_segment segment; /* without ports: no TCP */
    int64_t stream, offset;     /* of its payload */
    int64_t from, to;
    unsigned hops;
    uint64_t digest, pieces_digest; /* N7; of what it was cut into, as far as they were sent */
    unsigned pieces_awaited;
    bool has_digest;
    size_t whole;            /* index + 1 of the packet that it was cut from */
    size_t twin_of;          /* index + 1 of the first of its twins: pieces of one fit among those of another */
    unsigned corrupt_pieces; /* cut from any of the twins, that have arrived and were not dropped; kept with the first */
    bool is_icmp, may_wait;  /* the bits that flipped may have made a fragment of it */
    bool is_fragment;        /* as it was sent: of something cut here, or elsewhere, whose size nobody knows */
    bool corrupt, awaits_verdict; /* N6: it has arrived, and must be dropped or flagged */
    bool is_rewritten;            /* by a router that strips STARTTLS */
    bool change_is_known;         /* laws_corruption.c */
    int32_t change;               /* what its checksums would see of it */
    uint8_t header[100], header_size;
};

enum { LAW_DIGEST_BITS = 48 };
#define LAW_DIGEST_MASK ((UINT64_C(1) << LAW_DIGEST_BITS) - 1)

/* What was written, as long as packets may carry it. */
struct law_stream {
    int64_t conn; /* 0: the payload of one packet, and of no other */
    uint8_t *bytes;
    size_t size, room;
};

enum { LAW_ROOT_TIMER = 1, LAW_ROOT_ARRIVAL = 2 };

struct law_conn; /* laws_conn.h */
struct law_dialogue; /* laws_smtp.c */
struct law_schedule; /* laws_schedule.c */
struct law_stages; /* laws_stages.c */
struct law_delays; /* laws_delays.c */
struct law_routes; /* laws_route.c */
struct law_walks; /* laws_walks.c */
struct law_zones; /* laws_zones.c */
struct law_messages; /* laws_messages.c */
struct law_clients; /* laws_clients.c */
struct law_mailboxes; /* laws_mailboxes.c */
struct law_disks; /* laws_disks.c */
struct law_sessions; /* laws_sessions.c */

struct laws {
    struct laws_tally tally;
    size_t n_broken, n_kept;
    char (*breaches)[BREACH_BYTES];
    int64_t last_ns;
    uint64_t last_id;
    bool has_ended; /* the run */

    struct index_map states;     /* hash of (message, recipient, host, queue id) -> hash of the state */
    struct index_map pair_index; /* hash of (message, recipient) -> index */
    struct law_pair *pairs;
    size_t n_pairs;

    struct index_map accounts; /* laws_queue.c, laws_dns.c: counts of many kinds, by hash */
    size_t waiting;            /* pairs that are in an outbox or a queue */
    struct index_map dialogue_index, dialogue_keys, dialogue_sessions; /* laws_smtp.c: conn, hash of ends, session */
    TABLE_OF(struct law_dialogue *) dialogues;
    struct law_schedule *schedule;
    struct law_stages *stages;
    struct law_delays *mail_delays;
    struct law_routes *routes;
    struct law_walks *walks;
    struct law_zones *zones;
    struct law_messages *messages;
    struct law_clients *clients;
    struct law_mailboxes *mailboxes;
    struct law_disks *disks;
    struct law_sessions *sessions;
    size_t most_places; /* that a mail may be tried at */
    bool has_personalities;
    bool names_change; /* a zone has, or somebody has lied: laws_dns.c */
    bool has_collided;  /* corrupted bytes were taken for good ones, somewhere */
    bool passes_strays; /* some client or server does: laws_strays.c */

    struct index_map on_wire;         /* hash of (packet, link, direction) -> whether it waits, or when it arrives */
    struct index_map last_departure;  /* link and direction -> latest that was promised */
    struct index_map last_arrival;    /* the same, of those that keep their order */
    struct index_map in_flight;       /* link and direction -> packets on the way */
    struct index_map bytes_in_flight; /* and their bytes */
    struct index_map delays, rates;   /* link and direction -> propagation delay, bit/s; 0 where it is not known */
    struct index_map cut;             /* link and direction -> 1: it is down */
    struct index_map link_counts;     /* hash of (what happened, link, direction) -> how often */
    struct index_map packet_size;     /* packet -> bytes */
    struct index_map stream_ends;  /* stream -> bytes written so far */
    struct index_map timers;       /* id of timer.set -> 1 waiting, 0 over */

    struct index_map stream_index; /* stream -> index; laws_bytes.c */
    TABLE_OF(struct law_stream) streams;

    struct index_map packet_index; /* packet -> index */
    struct law_packet *packets;
    size_t n_packets, packet_room;
    struct index_map conn_index;   /* conn -> index */
    struct index_map conn_keys;    /* hash of (host, port, peer, peer's port) -> index of the latest */
    struct index_map stream_conns; /* stream -> conn */
    struct index_map roots;        /* event -> LAW_ROOT_... */
    struct index_map fragmented;   /* packet.fragment event -> index of the packet that was cut */
    struct law_conn **conns;
    size_t n_conns, conn_room;
    size_t last_arrived; /* index + 1 of the packet that has come to its end last, and not corrupted */
    bool full;
};

void law_broken(struct laws *laws, const struct event *e, const char *law, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* One thing was judged (LAWS_JUDGED), or was not. */
void law_counts(struct laws *laws, enum laws_counted counted, enum laws_excuse excuse);
uint64_t law_hash(uint64_t seed, uint64_t number);
uint64_t law_hash_text(uint64_t seed, const char *text);
/* As DNS compares names: "a." is "A". */
uint64_t law_hash_name(uint64_t seed, const char *name, size_t length);
void laws_of_strays(struct laws *laws, const struct event *e); /* laws_strays.c; before all others */
bool law_is_stray(const struct laws *laws, int64_t message);  /* it has CR or LF alone, and somebody passes them on */
uint64_t law_deceived_key(int64_t message); /* in accounts, with the excuse: it went where a client may be deceived */

void laws_of_mail(struct laws *laws, const struct event *e);   /* laws_mail.c */
void laws_of_queues(struct laws *laws, const struct event *e); /* laws_queue.c */
void laws_of_loops(struct laws *laws, const struct event *e); /* laws_loops.c */
void laws_of_content(struct laws *laws, const struct event *e); /* laws_content.c */
void laws_of_schedule(struct laws *laws, const struct event *e); /* laws_schedule.c */
void laws_schedule_free(struct laws *laws);
void laws_of_stages(struct laws *laws, const struct event *e); /* laws_stages.c */
void laws_stages_free(struct laws *laws);
/* Why M18 cannot judge what a host holds of a mail for a recipient, or "" for any of them; LAWS_JUDGED: it can.
   laws_stages.c */
enum laws_excuse law_stages_excuse(const struct laws *laws, int64_t message, const char *recipient);
void laws_of_delays(struct laws *laws, const struct event *e); /* laws_delays.c */
void laws_delays_free(struct laws *laws);
void laws_of_routes(struct laws *laws, const struct event *e); /* laws_route.c */
void laws_routes_free(struct laws *laws);
void laws_of_names(struct laws *laws, const struct event *e); /* laws_names.c */
void laws_of_smtp(struct laws *laws, const struct event *e);   /* laws_smtp.c */
void laws_smtp_free(struct laws *laws);
void laws_of_dns(struct laws *laws, const struct event *e);    /* laws_dns.c */
void laws_of_walks(struct laws *laws, const struct event *e);  /* laws_walks.c */
void laws_walks_free(struct laws *laws);
void laws_of_zones(struct laws *laws, const struct event *e);  /* laws_zones.c */
void laws_zones_free(struct laws *laws);
void laws_of_messages(struct laws *laws, const struct event *e); /* laws_messages.c */
void laws_messages_free(struct laws *laws);
void laws_clients_free(struct laws *laws); /* laws_clients.c */
void laws_of_mailboxes(struct laws *laws, const struct event *e); /* laws_mailboxes.c */
void laws_mailboxes_free(struct laws *laws);
void laws_of_disks(struct laws *laws, const struct event *e); /* laws_disks.c */
void laws_disks_free(struct laws *laws);
void laws_of_sessions(struct laws *laws, const struct event *e); /* laws_sessions.c */
void laws_sessions_free(struct laws *laws);
/* How large it will be when it is put into this mailbox; -1: that is not known. laws_mailboxes.c */
int64_t law_size_in_mailbox(const struct laws *laws, int64_t host, int64_t message, const char *recipient);
/* laws_settings.c; before all others. "a=1 b=2.5s c=to the end": what a key has; 0 or "" where there is none. */
void laws_of_settings(struct laws *laws, const struct event *e);
int64_t law_setting(const char *text, const char *key);
int64_t law_setting_ns(const char *text, const char *key);
const char *law_setting_text(const char *text, const char *key);
/* Of an address, in small letters: what is before its last @, and behind it. */
uint64_t law_user(const char *address);
uint64_t law_domain(const char *address);
bool law_is_local(const struct laws *laws, int64_t host, uint64_t domain); /* a mail server for it */
void laws_of_wires(struct laws *laws, const struct event *e);  /* laws_wire.c */
void laws_of_packets(struct laws *laws, const struct event *e); /* laws_packets.c; before those of TCP */
void laws_of_packets_at_the_end(struct laws *laws);
void laws_of_tcp(struct laws *laws, const struct event *e);    /* laws_tcp.c */
void laws_tcp_free(struct laws *laws);
/* What laws_packets.c tells it: a packet has come to its end as it was sent; or corrupted, and was accepted. */
void law_packet_arrives(struct laws *laws, const struct event *e, const struct law_packet *p);
void law_packet_collides(struct laws *laws, const struct law_packet *p);
/* laws_corruption.c: N6. */
void law_header_of(struct law_packet *p, const struct event *e);
void law_notes_corruption(struct laws *laws, const struct event *e, struct law_packet *p); /* before it is corrupt */
void law_of_collision(struct laws *laws, const struct event *e, const struct law_packet *p);
/* The byte as the packet was sent; false: it is not known. laws_corruption.c */
bool law_packet_byte(struct laws *laws, const struct law_packet *p, size_t place, uint8_t *byte);
/* laws_bytes.c. The digest of what is sent (N7); false where it cannot be cut, or its bytes are not in the journal. */
bool law_digest_of(struct laws *laws, const struct event *e, uint64_t *digest);
/* What a router writes over changes the digest of the packet; where that is not known, it has none any more. */
void law_digest_rewrite(struct laws *laws, const struct event *e, struct law_packet *p);
bool law_stream_byte(struct laws *laws, int64_t stream, int64_t offset, uint8_t *byte); /* false: it is not held */
/* So many bytes; NULL: not all are held. */
const uint8_t *law_stream_span(struct laws *laws, int64_t stream, int64_t offset, size_t length);
void law_stream_data(struct laws *laws, const struct event *e);
void law_stream_forget(struct laws *laws, uint64_t stream);
void law_streams_free(struct laws *laws);
/* laws_segment.c: false where a packet.send's header is not TCP's, or a later fragment's. */
bool law_segment_of(const struct event *e, struct law_segment *s);

#endif
