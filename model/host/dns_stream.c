#include "model/host/dns_stream.h"

#include <string.h>

#include "model/host/host.h"
#include "model/host/socket.h"
#include "sim/journal/memory.h"

enum { LENGTH_BYTES = 2, MESSAGE_MOST_BYTES = 65535 };

struct dns_stream {
    struct socket *socket;
    struct dns_message *query;
    uint8_t *bytes;
    size_t size, room;
    dns_stream_fn done;
    void *context;
};

void dns_stream_write(struct socket *socket, const struct dns_message *message)
{
    uint8_t *out = mem_alloc(LENGTH_BYTES + MESSAGE_MOST_BYTES);
    size_t length = dns_encode(message, out + LENGTH_BYTES, MESSAGE_MOST_BYTES);
    out[0] = (uint8_t)(length >> 8);
    out[1] = (uint8_t)length;
    socket_write(socket, out, LENGTH_BYTES + length);
    mem_free(out);
}

void dns_stream_crash(struct dns_stream *stream)
{
    dns_message_drop(stream->query);
    mem_free(stream->bytes);
    mem_free(stream);
}

void dns_stream_forget(struct dns_stream *stream)
{
    socket_abort(stream->socket);
    dns_stream_crash(stream);
}

static void end_stream(struct dns_stream *stream, const struct dns_message *response, const char *why)
{
    dns_stream_fn done = stream->done;
    void *context = stream->context;
    dns_stream_crash(stream);
    done(context, response, why);
}

static void on_opened(void *context)
{
    struct dns_stream *stream = context;
    dns_stream_write(stream->socket, stream->query);
}

static void take(struct dns_stream *stream, const char *bytes, size_t size)
{
    if (stream->size + size > stream->room) {
        stream->room = 2 * (stream->size + size);
        stream->bytes = mem_realloc(stream->bytes, stream->room);
    }
    memcpy(stream->bytes + stream->size, bytes, size);
    stream->size += size;
}

static void on_received(void *context, const char *bytes, size_t size)
{
    struct dns_stream *stream = context;
    take(stream, bytes, size);
    if (stream->size < LENGTH_BYTES) return;
    size_t length = (size_t)stream->bytes[0] << 8 | stream->bytes[1];
    if (stream->size < LENGTH_BYTES + length) return;
    struct dns_message *response = dns_decode(stream->bytes + LENGTH_BYTES, length);
    bool is_answer = response && response->id == stream->query->id; /* RFC 5452 9.1 */
    socket_finish(stream->socket);
    end_stream(stream, is_answer ? response : NULL, is_answer ? NULL : "what came is no answer");
    dns_message_drop(response);
}

static void on_ended(void *context)
{
    struct dns_stream *stream = context;
    socket_finish(stream->socket);
    end_stream(stream, NULL, "the server closed the connection");
}

static void on_failed(void *context, const char *why)
{
    end_stream(context, NULL, why);
}

struct dns_stream *dns_stream_ask(struct host *host, struct ip_address server, const struct dns_message *query,
                                  dns_stream_fn done, void *context)
{
    struct dns_stream *stream = mem_calloc(1, sizeof *stream);
    stream->query = dns_message_new(query);
    stream->done = done;
    stream->context = context;
    stream->socket = socket_connect(
        host, server, DNS_PORT,
        (struct socket_handler){
            .context = stream, .opened = on_opened, .received = on_received, .ended = on_ended, .failed = on_failed});
    return stream;
}
