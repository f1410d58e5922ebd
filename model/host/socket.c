/* Sockets: the glue between the TCP machine, packets, the engine's timers and an application.

   Calls and segments only mark a socket as having something to do; before the next event of the world all marked ones
   are settled: the application is told the news, segments are sent, the one timer is seen to. So an application may
   call anything at any time, and a burst of writes leaves in full segments. */
#include "model/host/socket.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "model/host/hindered.h"
#include "model/host/host.h"
#include "model/host/packets.h"
#include "model/host/path_mtu.h"
#include "model/host/secure.h"
#include "model/host/socket_internal.h"
#include "sim/journal/memory.h"

void socket_touch(struct socket *socket)
{
    struct world *world = world_of(socket);
    socket->dirty_cause = journal_cause(world->journal);
    if (socket->is_dirty) return;
    socket->is_dirty = true;
    socket->next_dirty = NULL;
    if (world->dirty_last)
        world->dirty_last->next_dirty = socket;
    else
        world->dirty_first = socket;
    world->dirty_last = socket;
}

/* A connection is work that keeps the world going, until all that is left is TIME-WAIT. */
static void count(struct socket *socket, bool counted)
{
    if (socket->is_counted == counted) return;
    socket->is_counted = counted;
    world_of(socket)->sockets_active += counted ? 1 : (size_t)-1;
}

static uint32_t short_of(uint64_t flow)
{
    return (uint32_t)(flow >> 32) | 1;
}

/* RFC 9293 3.4.1, RFC 6528 3: a number that the peer can still take for one of an earlier connection must not come
   again. An old SYN opens the same flow once more after the host was stopped, or has broken off: the peer may be in the
   middle of it, and must not take the new bytes for the rest of the old ones. */
uint32_t socket_draw_iss(const struct host *host, uint64_t flow)
{
    uint32_t before = peer_counts_so_far(&host->broken_off, short_of(flow));
    return (uint32_t)random_draw(host->world->seed, flow, random_hash_text("initial sequence number"), before);
}

/* Nor may a SYN that a link has doubled, or that came so late that another had been sent meanwhile, lead to the number
   of the connection that the other one made: the network may hold all of that one's segments still. */
uint32_t socket_answer_iss(const struct host *host, uint64_t flow, const struct packet_identity *syn)
{
    uint64_t which = (uint64_t)syn->copy << 32 | (syn->transmission - 1);
    return socket_draw_iss(host, which ? random_hash_mix(flow, which) : flow);
}

/* RFC 6528 3: by the four that name a connection. */
static uint16_t draw_ts_epoch(const struct host *host, struct socket_key key)
{
    uint64_t four = random_hash_mix(host->name_hash, key.remote_address.high);
    four = random_hash_mix(four, key.remote_address.low);
    four = random_hash_mix(four, (uint64_t)key.local_port << 16 | key.remote_port);
    return (uint16_t)random_draw(host->world->seed, four, random_hash_text("timestamp clock"), 0);
}

static struct tcp_opening opening_of(const struct host *host, struct socket_key key, uint32_t iss)
{
    enum { DEFAULT_SEND_MSS = 536, DEFAULT_SEND_MSS_IPV6 = 1220 }; /* RFC 9293 3.7.1 */
    bool v6 = !ip_is_v4(key.remote_address);
    uint32_t headers = (v6 ? IPV6_HEADER_BYTES : IPV4_HEADER_BYTES) + TCP_HEADER_BYTES;
    return (struct tcp_opening){.local_port = key.local_port,
                                .remote_port = key.remote_port,
                                .iss = iss,
                                .ts_epoch = host->tcp->timestamps ? draw_ts_epoch(host, key) : 0,
                                .mss = (uint16_t)(host->mtu_bytes - headers),
                                .path_mss = (uint16_t)(path_mtu_of(host, key.remote_address) - headers),
                                .default_send_mss = v6 ? DEFAULT_SEND_MSS_IPV6 : DEFAULT_SEND_MSS};
}

/* Of a peer that is no host of this world only the address can be told. */
static uint64_t emit_open(const struct socket *socket)
{
    struct journal *journal = world_of(socket)->journal;
    const struct socket_key *key = &socket->key;
    const char *role = socket->is_active_end ? "active" : "passive";
    if (socket->peer.n)
        return JOURNAL_EMIT(journal, CONN_OPEN, F_INT(CONN, socket->conn.n), F_INT(HOST, socket->host->id.n),
                            F_INT(PEER, socket->peer.n), F_INT(LOCAL_PORT, key->local_port),
                            F_INT(REMOTE_PORT, key->remote_port), F_TEXT(ROLE, role));
    bool is_v4 = ip_is_v4(key->remote_address);
    char v6[IP_TEXT_BYTES];
    return JOURNAL_EMIT(journal, CONN_OPEN, F_INT(CONN, socket->conn.n), F_INT(HOST, socket->host->id.n),
                        F_INT(PEER, 0), F_INT(LOCAL_PORT, key->local_port), F_INT(REMOTE_PORT, key->remote_port),
                        F_TEXT(ROLE, role), F_INT(ADDRESS, is_v4 ? ip_v4(key->remote_address) : 0),
                        F_TEXT(ADDRESS6, is_v4 ? "" : ip_text(key->remote_address, v6)));
}

struct socket *socket_new(struct host *host, struct socket_key key, uint64_t flow, uint32_t iss, bool is_active_end)
{
    struct world *world = host->world;
    struct socket *socket = mem_calloc(1, sizeof *socket);
    const struct host *peer = world_host_by_address(world, key.remote_address);
    socket->key = key;
    socket->host = host;
    socket->peer = peer ? peer->id : (struct host_id){0};
    socket->flow = flow;
    socket->conn = (struct conn_id){++world->last_conn};
    socket->out = byte_stream_new((struct stream_id){++world->last_stream});
    socket->is_active_end = is_active_end;
    socket->scheduled_ns = socket->orphaned_ns = socket->hears_ns = TIME_NEVER;
    socket->tcp = tcp_new(host->tcp, opening_of(host, key, iss), world->journal, socket->conn, host->id);
    socket_table_add(host, socket);
    journal_set_cause(world->journal, emit_open(socket));
    count(socket, true);
    return socket;
}

void socket_emit_close(struct socket *socket)
{
    struct tcp_totals totals = tcp_totals(socket->tcp);
    JOURNAL_EMIT(world_of(socket)->journal, CONN_CLOSE, F_INT(CONN, socket->conn.n), F_INT(HOST, socket->host->id.n),
                 F_TEXT(WHY, socket->failure ? socket->failure : "closed"), F_INT(SEGMENTS_SENT, totals.segments_sent),
                 F_INT(SEGMENTS_RECEIVED, totals.segments_received), F_INT(BYTES_SENT, totals.bytes_sent),
                 F_INT(BYTES_RECEIVED, totals.bytes_received), F_INT(RETRANSMITS_RTO, totals.retransmits_rto),
                 F_INT(RETRANSMITS_FAST, totals.retransmits_fast),
                 F_INT(RETRANSMITS_SPURIOUS, totals.retransmits_spurious));
}

static void forget_sent(struct socket *socket)
{
    for (size_t i = 0; i < socket->n_marks; i++)
        mem_free(socket->marks[i].segment_begins);
    mem_free(socket->marks);
    socket->marks = NULL;
    socket->n_marks = 0;
    byte_stream_drop(socket->out);
    socket->out = NULL;
    secure_free(socket->secure);
    socket->secure = NULL;
    socket->is_secure = false;
}

void socket_free(struct socket *socket)
{
    assert(!socket->is_dirty);
    count(socket, false);
    if (!world_of(socket)->ended) socket_emit_close(socket);
    if (!socket->is_active_end && socket->failure) peer_counts_next(&socket->host->broken_off, short_of(socket->flow));
    if (socket->scheduled_ns != TIME_NEVER) engine_cancel(world_of(socket)->engine, socket->timer);
    if (socket->hears_ns != TIME_NEVER) engine_cancel(world_of(socket)->engine, socket->hears);
    socket_table_remove(socket->host, socket);
    forget_sent(socket);
    byte_stream_drop(socket->in);
    tcp_free(socket->tcp);
    mem_free(socket);
}

/* One that no other connection with this peer has, TIME-WAIT included; 0 when there is none. */
static uint16_t free_port(struct host *host, struct ip_address address, uint16_t remote_port)
{
    for (int tries = 0; tries < EPHEMERAL_PORTS; tries++) {
        uint16_t port = host_ephemeral_port(host);
        if (!socket_table_find(host, (struct socket_key){address, port, remote_port})) return port;
    }
    return 0;
}

struct socket *socket_connect(struct host *host, struct ip_address address, uint16_t port,
                              struct socket_handler handler)
{
    const struct host *peer = world_host_by_address(host->world, address);
    struct socket_key key = {address, free_port(host, address, port), port};
    uint64_t flow = host_connection_flow(host, peer ? peer : host);
    struct socket *socket = socket_new(host, key, flow, socket_draw_iss(host, flow), true);
    socket_set_handler(socket, handler);
    if (key.local_port)
        tcp_open_active(socket->tcp, host->world->engine->now_ns);
    else
        socket->failure = "no free port"; /* it stays CLOSED, and its handler is told when it is settled */
    socket_touch(socket);
    return socket;
}

void socket_set_handler(struct socket *socket, struct socket_handler handler)
{
    socket->handler = handler;
    socket->has_handler = true;
}

uint64_t socket_write_stream(struct socket *socket, const void *bytes, size_t size)
{
    uint64_t offset = byte_stream_append(socket->out, bytes, size);
    JOURNAL_EMIT(world_of(socket)->journal, STREAM_DATA, F_INT(STREAM, socket->out->id.n),
                 F_INT(HOST, socket->host->id.n), F_INT(CONN, socket->conn.n), F_INT(OFFSET, offset),
                 F_BLOB(BYTES, bytes, size));
    tcp_write(socket->tcp, size, world_of(socket)->engine->now_ns);
    socket_touch(socket);
    return offset;
}

uint64_t socket_write(struct socket *socket, const void *bytes, size_t size)
{
    return socket->is_secure ? secure_write(socket->secure, bytes, size) : socket_write_stream(socket, bytes, size);
}

void socket_end_writing(struct socket *socket)
{
    if (socket->is_secure && !socket->is_ended && !socket->is_finished) secure_close(socket->secure);
    if (!socket->is_ended && !socket->is_finished) tcp_close(socket->tcp, world_of(socket)->engine->now_ns);
    socket->is_ended = true;
    socket_touch(socket);
}

void socket_take_by_hand(struct socket *socket)
{
    socket->is_by_hand = true;
}

const char *socket_readable(const struct socket *socket, size_t *size)
{
    uint64_t readable = tcp_readable(socket->tcp);
    *size = socket->in ? (size_t)(readable - socket->in_end) : 0;
    return *size ? (const char *)byte_stream_at(socket->in, socket->in_end) : NULL;
}

void socket_take(struct socket *socket, size_t size)
{
    socket->in_end += size;
    assert(socket->in && socket->in_end <= tcp_readable(socket->tcp));
    socket->in->read = socket->in_end;
    if (socket->has_copy) byte_stream_forget(socket->in, socket->in_end);
    tcp_consume(socket->tcp, socket->in_end, world_of(socket)->engine->now_ns);
    socket_touch(socket);
}

uint64_t socket_unacknowledged(const struct socket *socket)
{
    return byte_stream_end(socket->out) - tcp_acked(socket->tcp);
}

static void finish(struct socket *socket, bool ends_tls)
{
    socket->has_handler = false;
    if (socket->is_secure) secure_let_go(socket->secure);
    if (ends_tls && socket->is_secure && !socket->is_ended && !socket->is_finished) secure_close(socket->secure);
    if (!socket->is_finished && !socket->is_ended) tcp_close(socket->tcp, world_of(socket)->engine->now_ns);
    socket->is_finished = true;
    socket_touch(socket);
}

void socket_finish(struct socket *socket)
{
    finish(socket, true);
}

void socket_break_off(struct socket *socket)
{
    finish(socket, !tcp_cut_off(socket->tcp));
}

void socket_abort(struct socket *socket)
{
    socket->has_handler = false;
    if (socket->is_secure) secure_let_go(socket->secure);
    socket->is_finished = true;
    socket->failure = "aborted";
    tcp_abort(socket->tcp, world_of(socket)->engine->now_ns);
    socket_touch(socket);
}

/* --- what a session needs --- */

static uint64_t io_write(void *context, const char *bytes, size_t size)
{
    return socket_write(context, bytes, size);
}

static void io_content(void *context, struct message_id message, uint64_t offset, uint64_t length)
{
    struct socket *socket = context;
    if (socket->is_secure) secure_locate(socket->secure, &offset, &length);
    socket->marks = mem_realloc(socket->marks, (socket->n_marks + 1) * sizeof *socket->marks);
    socket->marks[socket->n_marks++] =
        (struct content_mark){.message = message, .begin = offset, .end = offset + length};
}

static uint64_t io_acknowledged(void *context)
{
    struct socket *socket = context;
    return socket->is_secure ? secure_acknowledged(socket->secure) : tcp_acked(socket->tcp);
}

static uint64_t io_taken(void *context)
{
    struct socket *socket = context;
    return socket->is_secure ? secure_taken(socket->secure) : tcp_taken(socket->tcp);
}

static void io_start_tls(void *context)
{
    secure_begin(((struct socket *)context)->secure);
}

static void io_locate(void *context, uint64_t *offset, uint64_t *length)
{
    struct socket *socket = context;
    if (socket->is_secure) secure_locate(socket->secure, offset, length);
}

static void io_gather(void *context, bool begins)
{
    struct socket *socket = context;
    if (socket->is_secure) secure_gather(socket->secure, begins);
}

struct session_io socket_session_io(struct socket *socket, struct session_id session)
{
    if (socket->secure) secure_name_session(socket->secure, session);
    return (struct session_io){.context = socket,
                               .write = io_write,
                               .journal = world_of(socket)->journal,
                               .session = session,
                               .conn = socket->conn,
                               .stream = socket->out->id,
                               .host = socket->host->id,
                               .content = io_content,
                               .acknowledged = io_acknowledged,
                               .taken = io_taken,
                               .start_tls = socket->secure && !socket->is_secure ? io_start_tls : NULL,
                               .locate = socket->secure ? io_locate : NULL,
                               .gather = socket->secure ? io_gather : NULL};
}

struct conn_id socket_conn(const struct socket *socket)
{
    return socket->conn;
}

struct host *socket_host(const struct socket *socket)
{
    return socket->host;
}

struct ip_address socket_remote_address(const struct socket *socket)
{
    return socket->key.remote_address;
}

struct host_id socket_peer(const struct socket *socket)
{
    return socket->peer;
}

uint16_t socket_local_port(const struct socket *socket)
{
    return socket->key.local_port;
}

/* --- sending --- */

static uint32_t segment_number(struct content_mark *mark, uint64_t offset)
{
    for (uint32_t i = offset <= mark->newest_begin ? mark->n_segments : 0; i > 0; i--)
        if (mark->segment_begins[i - 1] == offset) return i;
    if (offset > mark->newest_begin) mark->newest_begin = offset;
    if (mark->n_segments == mark->room) {
        mark->room = mark->room ? 2 * mark->room : 8;
        mark->segment_begins = mem_realloc(mark->segment_begins, mark->room * sizeof *mark->segment_begins);
    }
    mark->segment_begins[mark->n_segments++] = offset;
    return mark->n_segments;
}

/* Marks are in the order of the stream, and what is sent lies near its end. */
static struct mail_part part_of(struct socket *socket, uint64_t offset, uint32_t length)
{
    for (size_t i = socket->n_marks; i > 0 && length > 0; i--) {
        struct content_mark *mark = &socket->marks[i - 1];
        if (offset >= mark->end) break;
        if (offset + length > mark->begin) return (struct mail_part){mark->message, segment_number(mark, offset)};
    }
    return (struct mail_part){{0}, 0};
}

/* Sequence numbers name data, SYN and FIN; a bare acknowledgement is named by what it acknowledges. */
static struct packet_identity identity_of(const struct socket *socket, const struct tcp_output *output)
{
    const struct tcp_segment *segment = &output->segment;
    bool takes_up_sequence = tcp_segment_sequence_length(segment) > 0;
    uint64_t kind = takes_up_sequence ? 1 : segment->flags & TCP_RST ? 2 : 3;
    uint32_t number = takes_up_sequence ? segment->seq : segment->ack;
    return (struct packet_identity){
        .flow = socket->flow, .unit = kind << 32 | number, .transmission = output->transmission};
}

static void send_segment(struct socket *socket, const struct tcp_output *output)
{
    struct host *host = socket->host;
    uint32_t size = (uint32_t)tcp_header_size(&output->segment) + output->segment.length;
    struct packet *packet = packets_new_to(host, socket->peer, socket->key.remote_address, IP_PROTOCOL_TCP, size);
    struct ip_packet *ip = ip_packet_of(packet);
    ip->tcp = output->segment;
    if (host->no_path_mtu_discovery && !ip_is_v6(&ip->ip)) {
        ip->ip.dont_fragment = false;
        ip->ip.identification = host_next_identification(host);
    }
    packet->identity = identity_of(socket, output);
    if (output->segment.length > 0) {
        ip->payload = socket->out;
        ip->generation = byte_stream_carry(socket->out);
        ip->payload_offset = output->stream_offset;
        if (socket->n_marks > 0) ip->part = part_of(socket, output->stream_offset, output->segment.length);
    }
    tcp_label_sent(socket->tcp, packet->id);
    packets_send(host, packet, (struct send_reason){socket->conn, output->why, output->repeats});
}

/* --- the one timer --- */

/* A peer that never ends its side must not hold a connection that no application has any more (as Linux's
   tcp_fin_timeout; RFC 9293 3.6 leaves FIN-WAIT-2 open for ever). */
static const int64_t orphan_timeout_ns = MINUTE;

static int64_t deadline_of(const struct socket *socket)
{
    int64_t tcp_ns = tcp_deadline(socket->tcp);
    if (socket->orphaned_ns == TIME_NEVER) return tcp_ns;
    int64_t orphan_ns = socket->orphaned_ns + orphan_timeout_ns;
    return orphan_ns < tcp_ns ? orphan_ns : tcp_ns;
}

static void note_orphan(struct socket *socket, enum tcp_state state)
{
    bool is_orphan = socket->is_finished && state == TCP_FIN_WAIT_2;
    if (!is_orphan)
        socket->orphaned_ns = TIME_NEVER;
    else if (socket->orphaned_ns == TIME_NEVER)
        socket->orphaned_ns = world_of(socket)->engine->now_ns;
}

static bool is_given_up(const struct socket *socket)
{
    return socket->orphaned_ns != TIME_NEVER &&
           socket->orphaned_ns + orphan_timeout_ns <= world_of(socket)->engine->now_ns;
}

static void on_timer(void *context, uint64_t arg)
{
    (void)arg;
    struct socket *socket = context;
    struct world *world = world_of(socket);
    socket->scheduled_ns = TIME_NEVER;
    if (tcp_deadline(socket->tcp) <= world->engine->now_ns) {
        uint64_t cause = tcp_deadline_cause(socket->tcp);
        if (cause) journal_set_cause(world->journal, cause);
        tcp_on_deadline(socket->tcp, world->engine->now_ns);
    }
    socket_touch(socket);
}

static void see_to_timer(struct socket *socket)
{
    int64_t deadline_ns = deadline_of(socket);
    struct engine *engine = world_of(socket)->engine;
    if (socket->scheduled_ns <= deadline_ns) return; /* it looks again when that comes */
    if (socket->scheduled_ns != TIME_NEVER) engine_cancel(engine, socket->timer);
    socket->scheduled_ns = deadline_ns;
    socket->timer = engine_at(engine, deadline_ns, on_timer, socket, 0);
}

/* --- settling --- */

/* Whoever asks and asks, and never reads the answers, must not make a server hold them without bound: what is asked
   waits while so many bytes of answers do. */
enum { MOST_WAITING_BYTES = 1 << 20 };

static void pass_bytes(struct socket *socket)
{
    if (socket->is_by_hand && socket->has_handler) return;
    socket->is_held = socket->has_handler && socket_unacknowledged(socket) > MOST_WAITING_BYTES;
    if (socket->is_held) return;
    uint64_t readable = tcp_readable(socket->tcp);
    if (readable > socket->in_end && socket->in) {
        const char *bytes = (const char *)byte_stream_at(socket->in, socket->in_end);
        size_t size = (size_t)(readable - socket->in_end);
        socket->in_end = readable;
        if (socket->has_handler) socket->handler.received(socket->handler.context, bytes, size);
        socket->in->read = readable;
        if (socket->has_copy) byte_stream_forget(socket->in, readable);
    }
    tcp_consume(socket->tcp, readable, world_of(socket)->engine->now_ns);
}

static void fail(struct socket *socket, const char *why)
{
    socket->failure = why;
    if (!socket->has_handler) return;
    socket->has_handler = false;
    socket->handler.failed(socket->handler.context, why);
}

static void tell_news(struct socket *socket, unsigned news)
{
    if (news & TCP_NEWS_ESTABLISHED && socket->has_handler) socket->handler.opened(socket->handler.context);
    if (news & TCP_NEWS_ACKED) {
        if (socket->out) byte_stream_forget(socket->out, tcp_acked(socket->tcp));
        if (socket->has_handler && socket->handler.acked) socket->handler.acked(socket->handler.context);
    }
    if (news & TCP_NEWS_READABLE || socket->is_held) pass_bytes(socket);
    if (news & TCP_NEWS_REFUSED) fail(socket, "connection refused");
    if (news & TCP_NEWS_RESET) fail(socket, "connection reset by peer");
    if (news & TCP_NEWS_UNREACHABLE) fail(socket, "destination unreachable");
    if (news & TCP_NEWS_TIMED_OUT) fail(socket, "connection timed out");
    if (news & TCP_NEWS_EOF) socket->is_at_end = true;
    if (!socket->is_at_end || socket->is_held) return;
    socket->is_at_end = false; /* told once */
    if (socket->has_handler) socket->handler.ended(socket->handler.context);
}

/* --- programs that hear late --- */

static void hear_later(struct socket *socket, unsigned news);

static void on_hears(void *context, uint64_t arg)
{
    (void)arg;
    struct socket *socket = context;
    socket->hears_ns = TIME_NEVER;
    unsigned news = socket->late_news;
    if (socket->host->paused_until_ns > world_of(socket)->engine->now_ns) {
        hear_later(socket, 0);
        return;
    }
    socket->late_news = 0;
    tell_news(socket, news);
    socket_touch(socket);
}

/* What comes while it waits is told together with it. */
static void hear_later(struct socket *socket, unsigned news)
{
    socket->late_news |= news;
    if (socket->hears_ns != TIME_NEVER || !socket->late_news) return;
    socket->hears_ns = hindered_hears_ns(socket->host);
    if (socket->hears_ns == TIME_NEVER) return;
    socket->hears = engine_at(world_of(socket)->engine, socket->hears_ns, on_hears, socket, 0);
}

/* Minutes of TIME-WAIT need not keep what the peer wrote, and has perhaps forgotten itself; nor what we wrote, which it
   has acknowledged to the end. Most connections that there are wait so. */
static void slim_down(struct socket *socket)
{
    if (socket->has_copy || socket->in_end < tcp_readable(socket->tcp)) return;
    byte_stream_drop(socket->in);
    socket->in = NULL;
    if (!socket->has_handler && socket->out) forget_sent(socket);
}

/* An application that is told of the peer's end and has not finished has nothing more to say either. */
void socket_settle(struct socket *socket)
{
    struct world *world = world_of(socket);
    unsigned news, all_news = 0;
    journal_set_cause(world->journal, socket->dirty_cause);
    while ((news = tcp_take_news(socket->tcp)) != 0) {
        all_news |= news;
        if (socket->late_news || (socket->host->is_hindered && socket->has_handler))
            hear_later(socket, news);
        else
            tell_news(socket, news);
    }
    struct tcp_output output;
    while (tcp_next_segment(socket->tcp, world->engine->now_ns, &output))
        send_segment(socket, &output);
    socket->is_dirty = false;
    enum tcp_state state = tcp_state(socket->tcp);
    if (all_news & TCP_NEWS_CLOSED || state == TCP_CLOSED) {
        if (socket->late_news && socket->has_handler) return; /* until its program has heard of it */
        if (socket->has_handler) fail(socket, socket->failure ? socket->failure : "connection closed");
        socket_free(socket);
        return;
    }
    note_orphan(socket, state);
    if (is_given_up(socket)) {
        socket->failure = "the peer never ended its side";
        socket_free(socket);
        return;
    }
    count(socket, state != TCP_TIME_WAIT);
    if (state == TCP_TIME_WAIT) slim_down(socket);
    see_to_timer(socket);
}
