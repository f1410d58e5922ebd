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

static size_t home_of(struct socket_key key, size_t room)
{
    uint64_t bits = key.remote_address.low << 32 | (uint64_t)key.local_port << 16 | key.remote_port;
    bits ^= key.remote_address.low >> 32 ^ key.remote_address.high;
    bits *= UINT64_C(0x9e3779b97f4a7c15);
    return (size_t)(bits >> 32) & (room - 1);
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
    for (size_t i = home_of(key, host->sockets_room); host->sockets[i]; i = (i + 1) & mask)
        if (equals(key_of(host->sockets[i]), key)) return host->sockets[i];
    return NULL;
}

static void insert(struct socket **slots, size_t room, struct socket *socket)
{
    size_t i = home_of(key_of(socket), room);
    while (slots[i])
        i = (i + 1) & (room - 1);
    slots[i] = socket;
}

static void grow(struct host *host)
{
    size_t room = host->sockets_room ? 2 * host->sockets_room : FIRST_ROOM;
    struct socket **slots = mem_calloc(room, sizeof *slots);
    for (size_t i = 0; i < host->sockets_room; i++)
        if (host->sockets[i]) insert(slots, room, host->sockets[i]);
    mem_free(host->sockets);
    host->sockets = slots;
    host->sockets_room = room;
}

void socket_table_add(struct host *host, struct socket *socket)
{
    if (2 * (host->n_sockets + 1) > host->sockets_room) grow(host);
    insert(host->sockets, host->sockets_room, socket);
    host->n_sockets++;
}

void socket_table_remove(struct host *host, struct socket *socket)
{
    size_t mask = host->sockets_room - 1, hole = home_of(key_of(socket), host->sockets_room);
    while (host->sockets[hole] != socket)
        hole = (hole + 1) & mask;
    for (size_t i = (hole + 1) & mask; host->sockets[i]; i = (i + 1) & mask) {
        size_t home = home_of(key_of(host->sockets[i]), host->sockets_room);
        if (((i - home) & mask) < ((i - hole) & mask)) continue;
        host->sockets[hole] = host->sockets[i];
        hole = i;
    }
    host->sockets[hole] = NULL;
    host->n_sockets--;
}
