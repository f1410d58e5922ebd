#include "tests/model/tls/tls_pair.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "model/wire/tls_record.h"
#include "sim/journal/memory.h"

struct tls_settings tls_pair_settings(bool is_modelled)
{
    return (struct tls_settings){.is_modelled = is_modelled,
                                 .name = "mx1.b.example",
                                 .starts_unix_s = PAIR_START_S,
                                 .now_unix_s = PAIR_START_S,
                                 .seed = 7};
}

struct tls_pair *tls_pair_new(const struct tls_settings *settings, enum tls_version server_version)
{
    struct tls_pair *p = mem_calloc(1, sizeof *p);
    struct tls_settings own = *settings;
    own.who = 1;
    own.is_server = false;
    p->client = tls_conn_new(tls_library_of_thread(), &own);
    own.who = 2;
    own.is_server = true;
    own.version = server_version;
    p->server = tls_conn_new(tls_library_of_thread(), &own);
    p->piece = SIZE_MAX;
    return p;
}

void tls_pair_free(struct tls_pair *p)
{
    tls_conn_free(p->client);
    tls_conn_free(p->server);
    mem_free(p);
}

static void note_flight(struct tls_pair *p, const char *who, const uint8_t *bytes, size_t size)
{
    size_t used = strlen(p->flights);
    used += (size_t)snprintf(p->flights + used, sizeof p->flights - used, "%s ", who);
    for (size_t at = 0; at < size;) {
        struct tls_record record;
        if (!tls_record_decode(bytes + at, size - at, &record)) break;
        used += (size_t)snprintf(p->flights + used, sizeof p->flights - used, "%u:%u ", record.type, record.length);
        at += TLS_RECORD_HEADER_BYTES + (size_t)record.length;
    }
    assert(used < sizeof p->flights && p->wire_size + size <= sizeof p->wire);
    memcpy(p->wire + p->wire_size, bytes, size);
    p->wire_size += size;
}

static bool carry(struct tls_pair *p, const char *who, struct tls_conn *from, struct tls_conn *to)
{
    size_t size, begin = p->wire_size;
    const uint8_t *bytes = tls_conn_to_send(from, &size);
    if (size == 0) return false;
    note_flight(p, who, bytes, size);
    tls_conn_sent(from);
    for (size_t at = 0; at < size; at += p->piece < size - at ? p->piece : size - at)
        tls_conn_receive(to, p->wire + begin + at, p->piece < size - at ? p->piece : size - at);
    return true;
}

void tls_pair_run(struct tls_pair *p)
{
    bool moved = true;
    while (moved) {
        moved = carry(p, "C", p->client, p->server);
        moved |= carry(p, "S", p->server, p->client);
    }
}

void tls_pair_handshake(struct tls_pair *p)
{
    tls_conn_start(p->client);
    tls_pair_run(p);
}

const char *tls_pair_text(struct tls_conn *end, char *buffer, size_t room)
{
    size_t size;
    const char *text = tls_conn_plain_text(end, &size);
    snprintf(buffer, room, "%.*s", (int)size, size ? text : "");
    tls_conn_taken(end, size);
    return buffer;
}
