/* DNS over TCP (RFC 7766): each message has two bytes with its length before it (RFC 1035 4.2.2), several questions may
   come on one connection and are answered in their order; what is no question ends the connection, and so does silence
   (6.2.3 leaves the time to the server). */
#include "model/host/name_server.h"

#include <string.h>

#include "model/dns/dns_zones.h"
#include "model/host/host.h"
#include "model/host/socket.h"
#include "model/host/wake.h"
#include "sim/journal/memory.h"

enum { LENGTH_BYTES = 2, MESSAGE_MOST_BYTES = 65535 };
static const int64_t silence_ns = 30 * SECOND;

struct name_connection {
    struct name_server *server;
    struct name_connection *previous, *next;
    struct socket *socket;
    struct wake wake;
    uint8_t *bytes; /* of a message that is not whole yet */
    size_t size;
};

struct name_server {
    struct host *host;
    struct name_connection *connections;
};

struct name_server *name_server_new(struct host *host)
{
    struct name_server *server = mem_calloc(1, sizeof *server);
    server->host = host;
    return server;
}

bool name_server_listens(const struct name_server *server, uint16_t port)
{
    (void)server;
    return port == DNS_PORT;
}

static void connection_free(struct name_connection *connection)
{
    if (connection->previous)
        connection->previous->next = connection->next;
    else
        connection->server->connections = connection->next;
    if (connection->next) connection->next->previous = connection->previous;
    wake_forget(&connection->wake);
    mem_free(connection->bytes);
    mem_free(connection);
}

void name_server_crash(struct name_server *server)
{
    while (server->connections)
        connection_free(server->connections);
}

void name_server_free(struct name_server *server)
{
    if (!server) return;
    name_server_crash(server);
    mem_free(server);
}

static void finish(struct name_connection *connection)
{
    socket_finish(connection->socket);
    connection_free(connection);
}

static void wait_for_more(struct name_connection *connection)
{
    wake_set(&connection->wake, connection->server->host->world->engine->now_ns + silence_ns);
}

/* False when it is no question. */
static bool answer(struct name_connection *connection, const uint8_t *bytes, size_t size)
{
    struct world *world = connection->server->host->world;
    struct dns_message *query = dns_decode(bytes, size);
    bool is_question = query && !query->is_response;
    if (is_question) {
        struct dns_message *response = dns_zones_answer_stream(world->zones, query);
        uint8_t *out = mem_alloc(LENGTH_BYTES + MESSAGE_MOST_BYTES);
        size_t length = dns_encode(response, out + LENGTH_BYTES, MESSAGE_MOST_BYTES);
        out[0] = (uint8_t)(length >> 8);
        out[1] = (uint8_t)length;
        socket_write(connection->socket, out, LENGTH_BYTES + length);
        mem_free(out);
        dns_message_drop(response);
    }
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
