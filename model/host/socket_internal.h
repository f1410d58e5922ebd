/* What socket.c, one socket, and host_sockets.c, all of a host, share. */
#ifndef POSTROAD_MODEL_HOST_SOCKET_INTERNAL_H
#define POSTROAD_MODEL_HOST_SOCKET_INTERNAL_H

#include "model/host/socket.h"
#include "model/host/socket_table.h"

/* The content of one message in our stream; where its segments begin, so that a retransmission keeps its number. */
struct content_mark {
    struct message_id message;
    uint64_t begin, end;
    uint64_t newest_begin; /* the largest of those below */
    uint64_t *segment_begins;
    uint32_t n_segments, room;
};

struct socket {
    struct socket_key key; /* first: the table looks here */
    struct host *host;
    struct tcp_conn *tcp;
    struct conn_id conn;
    struct host_id peer;
    uint64_t flow;
    struct byte_stream *out, *in; /* in: the peer's, known with its first byte, or a copy of our own; none in TIME-WAIT */
    bool has_copy;
    uint64_t in_end; /* passed to the application up to here */
    struct socket_handler handler;
    bool has_handler, is_secure, is_active_end, is_dirty, is_counted, is_finished, is_ended, is_by_hand;
    bool is_held, is_at_end; /* bytes wait to be passed on; the peer will send no more, which nobody was told yet */
    const char *failure;     /* why it ended, for conn.close */
    struct socket *next_dirty;
    uint64_t dirty_cause;
    int64_t orphaned_ns; /* finished and in FIN-WAIT-2 since then; TIME_NEVER: not */
    int64_t scheduled_ns;
    struct event_handle timer;
    unsigned late_news; /* what a hindered program has yet to be told, and when: TIME_NEVER: nothing is scheduled */
    int64_t hears_ns;
    struct event_handle hears;
    struct content_mark *marks;
    size_t n_marks;
    struct secure *secure; /* NULL: no TLS can come; see secure.h */
};

static inline struct world *world_of(const struct socket *socket)
{
    return socket->host->world;
}

/* Its TCP machine is CLOSED; conn.open becomes the cause of what follows. */
struct socket *socket_new(struct host *host, struct socket_key key, uint64_t flow, uint32_t iss, bool is_active_end);
uint32_t socket_draw_iss(const struct host *host, uint64_t flow); /* an initial sequence number */
uint32_t socket_answer_iss(const struct host *host, uint64_t flow, const struct packet_identity *syn); /* the same, to a SYN */
/* Not while it is dirty. */
void socket_free(struct socket *socket);
void socket_emit_close(struct socket *socket);
/* As socket_write, of what the stream is to bear as it is. */
uint64_t socket_write_stream(struct socket *socket, const void *bytes, size_t size);
/* It has something to do before the next event. */
void socket_touch(struct socket *socket);
void socket_settle(struct socket *socket); /* does it, and may free it */

#endif
