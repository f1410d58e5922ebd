/* Open addressing with linear probing; removal moves later entries back, so that no tombstones gather. */
#include "model/host/socket_table.h"

#include <string.h>

#include "sim/journal/memory.h"

enum { FIRST_ROOM = 8 };

static struct socket_key key_of(const struct socket *socket)
{
    struct socket_key key;
    memcpy(&key, socket, sizeof key);
    return key;
}

static uint64_t hash_of(struct socket_key key)
{
    uint64_t bits = key.remote_address.low << 32 | (uint64_t)key.local_port << 16 | key.remote_port;
    bits ^= key.remote_address.low >> 32 ^ key.remote_address.high;
    bits *= UINT64_C(0x9e3779b97f4a7c15);
    return bits ^ bits >> 32;
}

static bool equals(struct socket_key a, struct socket_key b)
{
    return ip_equals(a.remote_address, b.remote_address) && a.local_port == b.local_port &&
           a.remote_port == b.remote_port;
}

struct socket *socket_table_find(const struct host *host, struct socket_key key)
{
    if (host->n_sockets == 0) return NULL;
    size_t mask = host->sockets_room - 1;
    uint64_t hash = hash_of(key);
    for (size_t i = hash & mask; host->sockets[i].socket; i = (i + 1) & mask)
        if (host->sockets[i].hash == hash && equals(key_of(host->sockets[i].socket), key))
            return host->sockets[i].socket;
    return NULL;
}

static void insert(struct socket_slot *slots, size_t room, struct socket_slot added)
{
    size_t i = added.hash & (room - 1);
    while (slots[i].socket)
        i = (i + 1) & (room - 1);
    slots[i] = added;
}

static void grow(struct host *host)
{
    size_t room = host->sockets_room ? 2 * host->sockets_room : FIRST_ROOM;
    struct socket_slot *slots = mem_calloc(room, sizeof *slots);
    for (size_t i = 0; i < host->sockets_room; i++)
        if (host->sockets[i].socket) insert(slots, room, host->sockets[i]);
    mem_free(host->sockets);
    host->sockets = slots;
    host->sockets_room = room;
}

void socket_table_add(struct host *host, struct socket *socket)
{
    if (2 * (host->n_sockets + 1) > host->sockets_room) grow(host);
    insert(host->sockets, host->sockets_room, (struct socket_slot){socket, hash_of(key_of(socket))});
    host->n_sockets++;
}

void socket_table_remove(struct host *host, struct socket *socket)
{
    size_t mask = host->sockets_room - 1, hole = hash_of(key_of(socket)) & mask;
    while (host->sockets[hole].socket != socket)
        hole = (hole + 1) & mask;
    for (size_t i = (hole + 1) & mask; host->sockets[i].socket; i = (i + 1) & mask) {
        size_t home = host->sockets[i].hash & mask;
        if (((i - home) & mask) < ((i - hole) & mask)) continue;
        host->sockets[hole] = host->sockets[i];
        hole = i;
    }
    host->sockets[hole] = (struct socket_slot){0};
    host->n_sockets--;
}
