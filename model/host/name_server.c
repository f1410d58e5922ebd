/* DNS over TCP (RFC 7766): each message has two bytes with its length before it (RFC 1035 4.2.2), several questions may
   come on one connection, and are answered as soon as the answers are known; what is no question ends the connection,
   and so does silence (6.2.3 leaves the time to the server). */
#include "model/host/name_server.h"

#include <string.h>

#include "model/dns/dns_zones.h"
#include "model/host/dns_faults.h"
#include "model/host/dns_stream.h"
#include "model/host/host.h"
#include "model/host/recursor.h"
#include "model/host/socket.h"
#include "model/host/wake.h"
#include "sim/journal/memory.h"

enum { LENGTH_BYTES = 2, MESSAGE_MOST_BYTES = 65535, OPEN_QUESTIONS = 16 };
static const int64_t silence_ns = 30 * SECOND;

struct name_connection {
    struct name_server *server;
    struct name_connection *previous, *next;
    struct socket *socket;
    struct wake wake;
    uint8_t *bytes; /* of a message that is not whole yet */
    size_t size;
    struct recursor_asker *open[OPEN_QUESTIONS]; /* of a resolver: not answered yet */
};

/* An answer that is held back by a fault. */
struct late_answer {
    struct name_server *server;
    struct late_answer *next;
    struct wake wake;
    struct datagram datagram;
    struct dns_message *message;
};

struct name_server {
    struct host *host;
    struct recursor *recursor; /* NULL: it has zones */
    struct name_connection *connections;
    struct late_answer *late;
};

struct name_server *name_server_new(struct host *host)
{
    struct name_server *server = mem_calloc(1, sizeof *server);
    server->host = host;
    if (host->description->role == ROLE_RESOLVER) server->recursor = recursor_new(host);
    return server;
}

struct recursor *name_server_recursor(const struct name_server *server)
{
    return server->recursor;
}

bool name_server_listens(const struct name_server *server, uint16_t port)
{
    (void)server;
    return port == DNS_PORT;
}

static void connection_free(struct name_connection *connection)
{
    *(connection->previous ? &connection->previous->next : &connection->server->connections) = connection->next;
    if (connection->next) connection->next->previous = connection->previous;
    for (size_t i = 0; i < OPEN_QUESTIONS; i++)
        if (connection->open[i]) recursor_forget(connection->open[i]);
    wake_forget(&connection->wake);
    mem_free(connection->bytes);
    mem_free(connection);
}

static void late_free(struct late_answer *late)
{
    struct late_answer **link = &late->server->late;
    while (*link != late)
        link = &(*link)->next;
    *link = late->next;
    wake_forget(&late->wake);
    dns_message_drop(late->message);
    mem_free(late);
}

static void drop_all(struct name_server *server)
{
    while (server->connections)
        connection_free(server->connections);
    while (server->late)
        late_free(server->late);
}

void name_server_crash(struct name_server *server)
{
    drop_all(server);
    if (server->recursor) recursor_crash(server->recursor);
}

void name_server_free(struct name_server *server)
{
    if (!server) return;
    drop_all(server);
    recursor_free(server->recursor);
    mem_free(server);
}

/* --- datagrams --- */

static void on_late(void *context)
{
    struct late_answer *late = context;
    host_send_datagram(late->server->host, &late->datagram, late->message);
    late_free(late);
}

static void send_late(struct name_server *server, const struct datagram *datagram, struct dns_message *message,
                      int64_t delay_ns)
{
    struct late_answer *late = mem_calloc(1, sizeof *late);
    *late = (struct late_answer){
        .server = server, .next = server->late, .datagram = *datagram, .message = dns_message_hold(message)};
    server->late = late;
    wake_init(&late->wake, server->host, "late answer", on_late, late);
    wake_set(&late->wake, server->host->world->engine->now_ns + delay_ns);
}

static void answer_falsely(struct name_server *server, const struct scenario_fault *fault,
                           const struct dns_message *query, struct datagram datagram, const struct dns_message *truth)
{
    struct dns_message *message = dns_fault_answer(fault, query, truth, false);
    if (!message) return;
    if (fault->dns_lie == LIE_WRONG_PORT) datagram.source_port = DNS_PORT + 1;
    if (fault->dns_lie == LIE_LATE)
        send_late(server, &datagram, message, fault->dns_delay_ns);
    else
        host_send_datagram(server->host, &datagram, message);
    dns_message_drop(message);
}

void name_server_take_question(struct name_server *server, const struct packet *packet)
{
    const struct ip_packet *ip = ip_packet_of_const(packet);
    struct host *host = server->host;
    uint64_t flow = packet->identity.flow;
    uint32_t transmission = packet->identity.transmission;
    if (server->recursor) {
        recursor_take_datagram(server->recursor, packet);
        return;
    }
    const struct scenario_fault *fault = dns_fault_for(host, packet->from, ip->dns, flow, transmission);
    struct datagram datagram = {.destination = ip->ip.source,
                                .source_port = DNS_PORT,
                                .destination_port = ip->udp.source_port,
                                .flow = random_hash_mix(flow, 1),
                                .transmission = transmission,
                                .why = "answer"};
    struct dns_message *truth = dns_zones_answer(host->zones, ip->dns);
    if (fault)
        answer_falsely(server, fault, ip->dns, datagram, truth);
    else
        host_send_datagram(host, &datagram, truth);
    dns_message_drop(truth);
}

/* --- connections --- */

static void finish(struct name_connection *connection)
{
    socket_finish(connection->socket);
    connection_free(connection);
}

static void wait_for_more(struct name_connection *connection)
{
    wake_set(&connection->wake, connection->server->host->world->engine->now_ns + silence_ns);
}

static void on_resolved(void *context, struct recursor_asker *asker, const struct dns_message *answer)
{
    struct name_connection *connection = context;
    for (size_t i = 0; i < OPEN_QUESTIONS; i++)
        if (connection->open[i] == asker) connection->open[i] = NULL;
    dns_stream_write(connection->socket, answer);
}

/* More questions at once than that are let go: who asks so much has time to ask again. */
static void resolve(struct name_connection *connection, struct dns_message *query)
{
    struct ip_address from = socket_remote_address(connection->socket);
    size_t place = 0;
    while (place < OPEN_QUESTIONS && connection->open[place])
        place++;
    if (place == OPEN_QUESTIONS) return;
    connection->open[place] = recursor_take_stream(connection->server->recursor, from, query, on_resolved, connection);
}

static void answer_from_zones(struct name_connection *connection, const struct dns_message *query)
{
    struct host *host = connection->server->host;
    struct host_id peer = socket_peer(connection->socket);
    uint64_t flow = host_question_flow(host, peer.n ? world_host(host->world, peer) : host);
    const struct scenario_fault *fault = dns_fault_for(host, peer, query, flow, 1);
    struct dns_message *truth = dns_zones_answer_stream(host->zones, query);
    struct dns_message *message = fault ? dns_fault_answer(fault, query, truth, true) : dns_message_hold(truth);
    if (message) dns_stream_write(connection->socket, message);
    dns_message_drop(message);
    dns_message_drop(truth);
}

/* False when it is no question. */
static bool answer(struct name_connection *connection, const uint8_t *bytes, size_t size)
{
    struct dns_message *query = dns_decode(bytes, size);
    bool is_question = query && !query->is_response;
    if (is_question && connection->server->recursor)
        resolve(connection, query);
    else if (is_question)
        answer_from_zones(connection, query);
    dns_message_drop(query);
    return is_question;
}

/* How long the message is that the bytes begin with, or 0 while that is not known. */
static size_t message_length(const struct name_connection *connection)
{
    if (connection->size < LENGTH_BYTES) return 0;
    return LENGTH_BYTES + ((size_t)connection->bytes[0] << 8 | connection->bytes[1]);
}

static void on_received(void *context, const char *bytes, size_t size)
{
    struct name_connection *connection = context;
    while (size > 0) {
        size_t wanted = message_length(connection);
        if (wanted == 0) wanted = LENGTH_BYTES;
        size_t n = wanted - connection->size < size ? wanted - connection->size : size;
        memcpy(connection->bytes + connection->size, bytes, n);
        connection->size += n;
        bytes += n;
        size -= n;
        if (connection->size != message_length(connection)) continue;
        if (!answer(connection, connection->bytes + LENGTH_BYTES, connection->size - LENGTH_BYTES)) {
            finish(connection);
            return;
        }
        connection->size = 0;
    }
    wait_for_more(connection);
}

static void on_opened(void *context)
{
    wait_for_more(context);
}

static void on_ended(void *context)
{
    finish(context);
}

static void on_failed(void *context, const char *why)
{
    (void)why;
    connection_free(context);
}

static void on_silence(void *context)
{
    finish(context);
}

void name_server_accept(struct name_server *server, struct socket *socket)
{
    struct name_connection *connection = mem_calloc(1, sizeof *connection);
    connection->server = server;
    connection->socket = socket;
    connection->bytes = mem_alloc(LENGTH_BYTES + MESSAGE_MOST_BYTES);
    connection->next = server->connections;
    if (connection->next) connection->next->previous = connection;
    server->connections = connection;
    wake_init(&connection->wake, server->host, "dns idle", on_silence, connection);
    connection->wake.conn = socket_conn(socket);
    socket_set_handler(socket, (struct socket_handler){.context = connection,
                                                       .opened = on_opened,
                                                       .received = on_received,
                                                       .ended = on_ended,
                                                       .failed = on_failed});
}
