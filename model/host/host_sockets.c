/* What arrives for the sockets of a host: to whom it belongs, what opens a connection, what is answered by a reset; and
   how all of them end. */
#include "model/host/host_sockets.h"

#include <stdlib.h>

#include "model/host/mail_server.h"
#include "model/host/name_server.h"
#include "model/host/receive_copy.h"
#include "model/host/socket_internal.h"
#include "sim/journal/memory.h"

static void reset_stranger(struct host *host, struct packet *packet)
{
    const struct ip_packet *ip = ip_packet_of(packet);
    struct tcp_segment reset;
    if (!tcp_reset_for(&ip->tcp, &reset)) {
        packets_discard(host, packet, "no connection");
        return;
    }
    struct packet *reply = packets_new(host, ip->ip.source, IP_PROTOCOL_TCP, (uint32_t)tcp_header_size(&reset));
    ip_packet_of(reply)->tcp = reset;
    reply->identity = packet->identity;
    reply->identity.flow = random_hash_mix(packet->identity.flow, 2);
    packet_drop(host->world->packets, packet);
    packets_send(host, reply, (struct send_reason){.why = "reset"});
}

static bool is_mail_port(const struct host *host, uint16_t port)
{
    return host->mail_server && mail_server_listens(host->mail_server, port);
}

/* RFC 9293 3.10.7.2: a SYN for a port where somebody listens makes a connection. */
static bool opens_connection(const struct host *host, const struct tcp_segment *segment)
{
    if ((segment->flags & (TCP_SYN | TCP_ACK | TCP_RST)) != TCP_SYN) return false;
    uint16_t port = segment->destination_port;
    return is_mail_port(host, port) || (host->dns_server && name_server_listens(host->dns_server, port));
}

/* before: what this port and peer had until now, in TIME-WAIT (RFC 6191); NULL: nothing. */
static struct socket *accept_connection(struct host *host, const struct packet *packet, struct socket_key key,
                                        struct socket *before)
{
    uint64_t flow = random_hash_mix(packet->identity.flow, 1);
    uint32_t iss = socket_answer_iss(host, flow, &packet->identity);
    if (before) {
        iss = tcp_succeeding_iss(before->tcp, iss);
        socket_free(before);
    }
    struct socket *socket = socket_new(host, key, flow, iss, false);
    tcp_listen(socket->tcp);
    if (is_mail_port(host, key.local_port))
        mail_server_accept(host->mail_server, socket);
    else
        name_server_accept(host->dns_server, socket);
    return socket;
}

/* Whether the other end takes its bytes from here, and not from what comes from outside. */
static bool is_read_elsewhere(const struct byte_stream *stream)
{
    return stream->references > 1 + stream->carried[0] + stream->carried[1];
}

/* From then on nobody reads our stream, unless the other end does, so that acknowledged bytes can be forgotten; where
   it does, its program may be behind its TCP (a paused host). */
static void arrives_foreign(struct socket *socket, const struct ip_packet *ip)
{
    if (!socket->has_copy) {
        struct byte_stream *shared = socket->in;
        socket->in = receive_copy_new(shared, socket->in_end, socket->host->tcp->receive_buffer);
        if (shared) shared->read = UINT64_MAX;
        byte_stream_drop(shared);
        socket->has_copy = true;
        if (socket->out && !is_read_elsewhere(socket->out)) socket->out->read = UINT64_MAX;
    }
    uint8_t *payload = ip->payload ? mem_alloc(ip->tcp.length + 1) : NULL;
    if (payload) byte_stream_read(ip->payload, ip->payload_offset, payload, ip->tcp.length);
    receive_copy_segment_arrives(socket->in, socket->tcp, &ip->tcp, payload, world_of(socket)->engine->now_ns);
    mem_free(payload);
}

bool sockets_have(struct host *host, const struct packet *packet)
{
    const struct ip_packet *ip = ip_packet_of_const(packet);
    if (ip->ip.protocol != IP_PROTOCOL_TCP || ip_is_fragment(&ip->ip)) return false;
    return socket_table_find(host, (struct socket_key){ip->ip.source, ip->tcp.destination_port, ip->tcp.source_port});
}

void sockets_on_packet(struct host *host, struct packet *packet)
{
    const struct ip_packet *ip = ip_packet_of(packet);
    struct socket_key key = {ip->ip.source, ip->tcp.destination_port, ip->tcp.source_port};
    struct socket *socket = socket_table_find(host, key);
    if (opens_connection(host, &ip->tcp) &&
        (!socket || (!socket->is_dirty && tcp_may_be_succeeded(socket->tcp, &ip->tcp))))
        socket = accept_connection(host, packet, key, socket);
    if (!socket || (socket->late_news && tcp_state(socket->tcp) == TCP_CLOSED)) {
        reset_stranger(host, packet);
        return;
    }
    if (ip->is_foreign || socket->has_copy) {
        arrives_foreign(socket, ip);
    } else {
        if (ip->payload && !socket->in) socket->in = byte_stream_hold(ip->payload);
        tcp_segment_arrives(socket->tcp, &ip->tcp, host->world->engine->now_ns);
    }
    socket_touch(socket);
    packet_drop(host->world->packets, packet);
}

bool sockets_on_icmp(struct host *host, struct ip_address remote, uint16_t local_port, uint16_t remote_port,
                     const struct tcp_icmp *icmp)
{
    struct socket *socket = socket_table_find(host, (struct socket_key){remote, local_port, remote_port});
    if (!socket || !tcp_on_icmp(socket->tcp, icmp, host->world->engine->now_ns)) return false;
    socket_touch(socket);
    return true;
}

/* --- a host that stops --- */

static int by_conn(const void *a, const void *b)
{
    const struct socket *x = *(struct socket *const *)a, *y = *(struct socket *const *)b;
    return x->conn.n < y->conn.n ? -1 : x->conn.n > y->conn.n;
}

static void leave_dirty_list(struct host *host)
{
    struct world *world = host->world;
    struct socket *kept = NULL, *socket = world->dirty_first;
    world->dirty_first = world->dirty_last = NULL;
    for (; socket; socket = kept) {
        kept = socket->next_dirty;
        socket->is_dirty = false;
        uint64_t cause = socket->dirty_cause;
        if (socket->host == host) continue;
        socket_touch(socket);
        socket->dirty_cause = cause;
    }
}

/* By id, so that nothing depends on the table's order. The caller frees the array. */
static struct socket **all_sockets(const struct host *host)
{
    struct socket **all = mem_alloc(host->n_sockets * sizeof *all);
    size_t n = 0;
    for (size_t i = 0; i < host->sockets_room; i++)
        if (host->sockets[i].socket) all[n++] = host->sockets[i].socket;
    qsort(all, n, sizeof *all, by_conn);
    return all;
}

void sockets_free_all(struct host *host)
{
    size_t n = host->n_sockets;
    if (n > 0) {
        leave_dirty_list(host);
        struct socket **all = all_sockets(host);
        for (size_t i = 0; i < n; i++) {
            all[i]->failure = "host stopped";
            socket_free(all[i]);
        }
        mem_free(all);
    }
    mem_free(host->sockets);
    host->sockets = NULL;
    host->sockets_room = 0;
}

void sockets_emit_open(struct host *host)
{
    if (host->n_sockets == 0) return;
    struct socket **all = all_sockets(host);
    for (size_t i = 0; i < host->n_sockets; i++) {
        all[i]->failure = tcp_state(all[i]->tcp) == TCP_TIME_WAIT ? "closed" : "the run ended";
        socket_emit_close(all[i]);
    }
    mem_free(all);
}

void sockets_settle(struct world *world)
{
    while (world->dirty_first) {
        struct socket *socket = world->dirty_first;
        world->dirty_first = socket->next_dirty;
        if (!world->dirty_first) world->dirty_last = NULL;
        socket_settle(socket);
    }
}
