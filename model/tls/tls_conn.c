/* The door to the two machines, and what they have in common. */
#include "model/tls/tls_internal.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "model/wire/tls_record.h"
#include "sim/journal/memory.h"

void tls_buffer_append(struct tls_buffer *buffer, const void *bytes, size_t size)
{
    if (size == 0) return;
    if (buffer->size + size > buffer->room) {
        buffer->room = buffer->room ? buffer->room : 512;
        while (buffer->room < buffer->size + size)
            buffer->room *= 2;
        buffer->bytes = mem_realloc(buffer->bytes, buffer->room);
    }
    memcpy(buffer->bytes + buffer->size, bytes, size);
    buffer->size += size;
}

void tls_buffer_cut(struct tls_buffer *buffer, size_t size)
{
    assert(size <= buffer->size);
    if (size == 0) return;
    memmove(buffer->bytes, buffer->bytes + size, buffer->size - size);
    buffer->size -= size;
}

struct tls_conn *tls_conn_new(struct tls_library *library, const struct tls_settings *settings)
{
    struct tls_conn *c = mem_calloc(1, sizeof *c);
    assert(strlen(settings->name) < sizeof c->name);
    c->library = library;
    c->settings = *settings;
    snprintf(c->name, sizeof c->name, "%s", settings->name);
    c->settings.name = c->name;
    c->random = (struct random_stream){.seed = settings->seed, .who = settings->who};
    c->info = (struct tls_info){
        .version = "", .cipher = "", .subject = c->subject, .verify_text = "", .error = c->error, .alert = -1};
    c->machine = settings->is_modelled ? &tls_modelled_machine : &tls_real_machine;
    c->machine->init(c);
    return c;
}

void tls_conn_free(struct tls_conn *c)
{
    if (!c) return;
    c->machine->free(c);
    mem_free(c->to_send.bytes);
    mem_free(c->plain_text.bytes);
    mem_free(c->secrets.bytes);
    mem_free(c);
}

void tls_conn_start(struct tls_conn *c)
{
    if (!c->settings.is_server) c->machine->start(c);
}

void tls_conn_receive(struct tls_conn *c, const void *bytes, size_t size)
{
    if (c->state == TLS_HANDSHAKING || c->state == TLS_OPEN) c->machine->receive(c, bytes, size);
}

void tls_conn_write(struct tls_conn *c, const void *bytes, size_t size)
{
    const uint8_t *at = bytes;
    assert(c->state == TLS_OPEN || c->state == TLS_PEER_CLOSED);
    while (size > 0 && !c->is_closed && c->state != TLS_FAILED) {
        size_t piece = size < TLS_RECORD_MAX_BYTES ? size : TLS_RECORD_MAX_BYTES;
        c->machine->write(c, at, piece);
        at += piece;
        size -= piece;
    }
}

void tls_conn_close(struct tls_conn *c)
{
    if (c->is_closed || (c->state != TLS_OPEN && c->state != TLS_PEER_CLOSED)) return;
    c->is_closed = true;
    c->machine->close(c);
}

enum tls_state tls_conn_state(const struct tls_conn *c)
{
    return c->state;
}

const uint8_t *tls_conn_to_send(const struct tls_conn *c, size_t *size)
{
    *size = c->to_send.size;
    return c->to_send.bytes;
}

void tls_conn_sent(struct tls_conn *c)
{
    c->to_send.size = 0;
}

const char *tls_conn_plain_text(const struct tls_conn *c, size_t *size)
{
    *size = c->plain_text.size;
    return (const char *)c->plain_text.bytes;
}

void tls_conn_taken(struct tls_conn *c, size_t size)
{
    tls_buffer_cut(&c->plain_text, size);
}

struct tls_info tls_conn_info(const struct tls_conn *c)
{
    return c->info;
}

const char *tls_conn_secrets(const struct tls_conn *c)
{
    return c->secrets.size ? (const char *)c->secrets.bytes : "";
}
