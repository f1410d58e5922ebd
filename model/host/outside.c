/* Connections and packets from outside: see outside.h. A connection is a socket of the outside host whose bytes are
   taken by hand. */
#include "model/host/outside.h"

#include <assert.h>
#include <string.h>

#include "model/host/packets.h"
#include "model/host/host_sockets.h"
#include "model/host/socket.h"
#include "sim/journal/memory.h"

enum { MOST_UNACKNOWLEDGED_BYTES = 65536, PACKET_MOST_BYTES = 65535, MOST_REASONS = 32 };

struct outside_connection {
    struct outside *outside;
    struct outside_connection *previous, *next;
    struct socket *socket; /* NULL once it is gone */
    struct conn_id conn;
    enum outside_state state;
    bool is_opened;
    bool is_ended; /* the program will write no more */
    const char *why;
};

struct drop_count {
    const char *why; /* a literal */
    uint64_t n;
};

struct outside {
    struct world *world;
    struct host *host;
    struct outside_connection *connections;
    bool has_device;
    outside_exit_fn exit; /* NULL: what leaves is not written anywhere, as in a replay */
    void *exit_context;
    struct drop_count drops[MOST_REASONS];
};

struct outside *outside_new(struct world *world)
{
    if (!world->options.live) return NULL;
    for (size_t i = 0; i < world->n_hosts; i++) {
        if (world->hosts[i].description->role != ROLE_OUTSIDE) continue;
        struct outside *outside = mem_calloc(1, sizeof *outside);
        outside->world = world;
        outside->host = &world->hosts[i];
        outside->host->outside = outside;
        outside->has_device = world->options.live_device != NULL;
        const char *text = world->options.live_text, *device = world->options.live_device;
        JOURNAL_EMIT(world->journal, LIVE_BEGIN, F_INT(HOST, outside->host->id.n), F_TEXT(TEXT, text ? text : ""),
                     F_TEXT(NAME, device ? device : ""));
        return outside;
    }
    return NULL;
}

void outside_free(struct outside *outside)
{
    if (!outside) return;
    while (outside->connections) {
        struct outside_connection *connection = outside->connections;
        outside->connections = connection->next;
        mem_free(connection);
    }
    mem_free(outside);
}

/* --- what the socket tells --- */

static void on_opened(void *context)
{
    ((struct outside_connection *)context)->is_opened = true;
}

/* Once both ends have said all, and the program has it, the socket may go. */
static void finish_if_done(struct outside_connection *connection)
{
    size_t size;
    if (!connection->socket || !connection->is_ended || connection->state != OUTSIDE_ENDED) return;
    outside_readable(connection, &size);
    if (size > 0) return;
    socket_finish(connection->socket);
    connection->socket = NULL;
    connection->state = OUTSIDE_CLOSED;
}

static void on_ended(void *context)
{
    struct outside_connection *connection = context;
    connection->state = OUTSIDE_ENDED;
    finish_if_done(connection);
}

static void on_failed(void *context, const char *why)
{
    struct outside_connection *connection = context;
    connection->socket = NULL;
    connection->state = OUTSIDE_FAILED;
    connection->why = why;
}

void outside_crash(struct outside *outside)
{
    for (struct outside_connection *c = outside ? outside->connections : NULL; c; c = c->next)
        if (c->socket) on_failed(c, "host stopped");
}

/* --- what programs do --- */

static struct world *world_of(const struct outside_connection *connection)
{
    return connection->outside->world;
}

enum { EVENTS_AT_ONCE = 4096 };

/* What is due at this instant comes first, in the run and in its replay. */
static void run_what_is_due(struct world *world)
{
    while (!world_advance(world, world->engine->now_ns, EVENTS_AT_ONCE))
        ;
}

/* What comes from outside has no cause inside, and is the cause of what follows. */
static void emit(struct outside_connection *connection, enum event_kind kind, struct event_field field)
{
    struct journal *journal = world_of(connection)->journal;
    const struct event_field fields[] = {F_INT(CONN, connection->conn.n), F_INT(HOST, connection->outside->host->id.n),
                                         field};
    journal_set_cause(journal, 0);
    journal_set_cause(journal, journal_emit(journal, kind, fields, sizeof fields / sizeof *fields));
}

struct outside_connection *outside_open(struct world *world, size_t host, uint16_t port)
{
    struct outside *outside = world->outside;
    struct outside_connection *connection = mem_calloc(1, sizeof *connection);
    run_what_is_due(world);
    connection->outside = outside;
    connection->conn = (struct conn_id){world->last_conn + 1}; /* of the socket to come */
    connection->why = "";
    connection->next = outside->connections;
    if (connection->next) connection->next->previous = connection;
    outside->connections = connection;
    journal_set_cause(world->journal, 0);
    journal_set_cause(world->journal, JOURNAL_EMIT(world->journal, OUTSIDE_OPEN, F_INT(CONN, connection->conn.n),
                                                   F_INT(HOST, outside->host->id.n),
                                                   F_INT(PEER, world->hosts[host].id.n), F_INT(REMOTE_PORT, port)));
    if (!outside->host->up) {
        on_failed(connection, "the host for programs outside is down");
        return connection;
    }
    connection->socket = socket_connect(
        outside->host, world->hosts[host].address, port,
        (struct socket_handler){.context = connection, .opened = on_opened, .ended = on_ended, .failed = on_failed});
    assert(socket_conn(connection->socket).n == connection->conn.n);
    socket_take_by_hand(connection->socket);
    world_settle(world);
    return connection;
}

size_t outside_room(const struct outside_connection *connection)
{
    if (!connection->is_opened || !connection->socket || connection->is_ended) return 0;
    uint64_t waiting = socket_unacknowledged(connection->socket);
    return waiting < MOST_UNACKNOWLEDGED_BYTES ? (size_t)(MOST_UNACKNOWLEDGED_BYTES - waiting) : 0;
}

void outside_write(struct outside_connection *connection, const void *bytes, size_t size)
{
    run_what_is_due(world_of(connection));
    if (!connection->socket) return;
    assert(size <= outside_room(connection));
    emit(connection, EVENT_OUTSIDE_DATA, (struct event_field)F_BLOB(BYTES, bytes, size));
    socket_write(connection->socket, bytes, size);
    world_settle(world_of(connection));
}

void outside_end(struct outside_connection *connection)
{
    run_what_is_due(world_of(connection));
    if (!connection->socket || connection->is_ended) return;
    emit(connection, EVENT_OUTSIDE_END, (struct event_field)F_TEXT(WHY, "end"));
    connection->is_ended = true;
    socket_end_writing(connection->socket);
    finish_if_done(connection);
    world_settle(world_of(connection));
}

void outside_abort(struct outside_connection *connection)
{
    run_what_is_due(world_of(connection));
    if (!connection->socket) return;
    emit(connection, EVENT_OUTSIDE_END, (struct event_field)F_TEXT(WHY, "reset"));
    socket_abort(connection->socket);
    connection->socket = NULL;
    connection->state = OUTSIDE_CLOSED;
    world_settle(world_of(connection));
}

const char *outside_readable(const struct outside_connection *connection, size_t *size)
{
    *size = 0;
    return connection->socket ? socket_readable(connection->socket, size) : NULL;
}

void outside_take(struct outside_connection *connection, size_t size)
{
    run_what_is_due(world_of(connection));
    if (!connection->socket) return;
    emit(connection, EVENT_OUTSIDE_TAKE, (struct event_field)F_INT(LENGTH, size));
    socket_take(connection->socket, size);
    finish_if_done(connection);
    world_settle(world_of(connection));
}

enum outside_state outside_state(const struct outside_connection *connection)
{
    return connection->state;
}

const char *outside_why(const struct outside_connection *connection)
{
    return connection->why;
}

void outside_forget(struct outside_connection *connection)
{
    outside_abort(connection);
    if (connection->previous)
        connection->previous->next = connection->next;
    else
        connection->outside->connections = connection->next;
    if (connection->next) connection->next->previous = connection->previous;
    mem_free(connection);
}

/* --- whole packets --- */

void outside_set_exit(struct world *world, outside_exit_fn exit, void *context)
{
    world->outside->exit = exit;
    world->outside->exit_context = context;
}

/* RFC 2827: nobody outside speaks in the name of a simulated host. */
static struct packet *read_packet(const struct outside *outside, const uint8_t *bytes, size_t size, const char **why)
{
    struct packet *packet = packets_decode(outside->host, bytes, size, why);
    if (!packet) return NULL;
    struct ip_address source = ip_packet_of(packet)->ip.source;
    if (ip_equals(source, outside->host->address) || ip_equals(source, outside->host->address6)) return packet;
    *why = "not from the outside host's address";
    packet_drop(outside->world->packets, packet);
    return NULL;
}

static void count_drop(struct outside *outside, const char *why)
{
    size_t i = 0;
    while (i + 1 < MOST_REASONS && outside->drops[i].why && strcmp(outside->drops[i].why, why) != 0)
        i++;
    outside->drops[i].why = why;
    outside->drops[i].n++;
    JOURNAL_EMIT(outside->world->journal, OUTSIDE_DROP, F_INT(HOST, outside->host->id.n), F_TEXT(WHY, why));
}

const char *outside_dropped(const struct world *world, size_t i, uint64_t *n)
{
    if (!world->outside || i >= MOST_REASONS || !world->outside->drops[i].why) return NULL;
    *n = world->outside->drops[i].n;
    return world->outside->drops[i].why;
}

void outside_packet(struct world *world, const uint8_t *bytes, size_t size)
{
    struct outside *outside = world->outside;
    const char *why = "the host for programs outside is down";
    run_what_is_due(world);
    journal_set_cause(world->journal, 0);
    journal_set_cause(world->journal, JOURNAL_EMIT(world->journal, OUTSIDE_PACKET, F_INT(HOST, outside->host->id.n),
                                                   F_BLOB(BYTES, bytes, size)));
    struct packet *packet = outside->host->up ? read_packet(outside, bytes, size, &why) : NULL;
    if (packet)
        packets_send(outside->host, packet, (struct send_reason){.why = "from outside"});
    else
        count_drop(outside, why);
    world_settle(world);
}

bool outside_lets_out(struct outside *outside, struct packet *packet)
{
    static _Thread_local uint8_t bytes[PACKET_MOST_BYTES];
    if (!outside->has_device || sockets_have(outside->host, packet)) return false;
    size_t size = packets_encode(packet, bytes, sizeof bytes);
    if (outside->exit && size > 0) outside->exit(outside->exit_context, bytes, size);
    packet_drop(outside->world->packets, packet);
    return true;
}

/* --- again --- */

static struct outside_connection *find(const struct outside *outside, const struct event *e)
{
    struct outside_connection *connection = outside->connections;
    while (connection && (int64_t)connection->conn.n != event_int(e, FIELD_CONN))
        connection = connection->next;
    return connection && connection->socket ? connection : NULL;
}

static bool open_again(struct world *world, const struct event *e)
{
    int64_t peer = event_int(e, FIELD_PEER), conn = event_int(e, FIELD_CONN);
    if (peer < 1 || (size_t)peer > world->n_hosts || conn != (int64_t)world->last_conn + 1) return false;
    outside_open(world, (size_t)peer - 1, (uint16_t)event_int(e, FIELD_REMOTE_PORT));
    return true;
}

static bool write_again(struct outside_connection *connection, const struct event *e)
{
    size_t size;
    const char *bytes = event_bytes(e, FIELD_BYTES, &size);
    if (size > outside_room(connection)) return false;
    outside_write(connection, bytes, size);
    return true;
}

static bool take_again(struct outside_connection *connection, const struct event *e)
{
    size_t size;
    outside_readable(connection, &size);
    if (event_int(e, FIELD_LENGTH) < 0 || (uint64_t)event_int(e, FIELD_LENGTH) > size) return false;
    outside_take(connection, (size_t)event_int(e, FIELD_LENGTH));
    return true;
}

static bool end_again(struct outside_connection *connection, const struct event *e)
{
    if (strcmp(event_text(e, FIELD_WHY), "end") == 0)
        outside_end(connection);
    else
        outside_abort(connection);
    return true;
}

static bool enter_again(struct world *world, const struct event *e)
{
    size_t size;
    const char *bytes = event_bytes(e, FIELD_BYTES, &size);
    outside_packet(world, (const uint8_t *)bytes, size);
    return true;
}

bool outside_is_input(enum event_kind kind)
{
    return kind == EVENT_OUTSIDE_OPEN || kind == EVENT_OUTSIDE_DATA || kind == EVENT_OUTSIDE_TAKE ||
           kind == EVENT_OUTSIDE_END || kind == EVENT_OUTSIDE_PACKET;
}

bool outside_replay(struct world *world, const struct event *e)
{
    if (!outside_is_input(e->kind)) return true;
    if (e->kind == EVENT_OUTSIDE_OPEN) return world->outside && open_again(world, e);
    if (e->kind == EVENT_OUTSIDE_PACKET) return world->outside && enter_again(world, e);
    struct outside_connection *connection = world->outside ? find(world->outside, e) : NULL;
    if (!connection) return false;
    if (e->kind == EVENT_OUTSIDE_DATA) return write_again(connection, e);
    return e->kind == EVENT_OUTSIDE_TAKE ? take_again(connection, e) : end_again(connection, e);
}
