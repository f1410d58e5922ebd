/* A host's ground floor: receiving, forwarding, datagrams, ports, going down and coming back. */
#include "model/host/host.h"
#include "model/host/abuse.h"

#include <string.h>

#include "model/host/faults.h"
#include "model/host/hindered.h"
#include "model/host/host_sockets.h"
#include "model/host/icmp.h"
#include "model/host/mail_client.h"
#include "model/host/mail_server.h"
#include "model/host/name_server.h"
#include "model/host/outside.h"
#include "model/host/packets.h"
#include "model/host/path_mtu.h"
#include "model/host/reassembly.h"
#include "model/host/recursor.h"
#include "model/host/resolver.h"
#include "model/host/store.h"
#include "model/host/sts_lookup.h"
#include "sim/journal/memory.h"

enum { FIRST_EPHEMERAL_PORT = UINT16_MAX + 1 - EPHEMERAL_PORTS };

/* Mostly all hosts have the same, and what a thousand of them look at should be in memory once. */
static const struct tcp_config *shared_tcp(const struct scenario *scenario, const struct scenario_host *description)
{
    const struct tcp_config *first = &scenario->hosts[0].tcp;
    return memcmp(first, &description->tcp, sizeof *first) == 0 ? first : &description->tcp;
}

void host_init(struct host *host, struct world *world, size_t index)
{
    const struct scenario_host *description = &world->scenario->hosts[index];
    *host = (struct host){.world = world,
                          .description = description,
                          .id = {(uint32_t)index + 1},
                          .address = description->address ? ip_of_v4(description->address) : (struct ip_address){0},
                          .address6 = description->address6,
                          .name_hash = random_hash_text(description->name),
                          .up = true,
                          .mtu_bytes = 1500,
                          .tcp = shared_tcp(world->scenario, description),
                          .no_path_mtu_discovery = description->no_path_mtu_discovery,
                          .icmp_credit_ns = SECOND,
                          .next_port = FIRST_EPHEMERAL_PORT};
}

void host_start(struct host *host)
{
    host->resolver = resolver_new(host);
    if (host->description->role == ROLE_MAIL_SERVER || host->description->role == ROLE_CLIENT)
        host->store = store_new(host);
    if (host->description->role == ROLE_MAIL_SERVER) host->mail_server = mail_server_new(host);
    if (host->description->role == ROLE_NAME_SERVER || host->description->role == ROLE_RESOLVER)
        host->dns_server = name_server_new(host);
    if (host->description->role == ROLE_CLIENT) host->mail_client = mail_client_new(host);
}

void host_free(struct host *host)
{
    store_free(host->store); /* tells those who wait for it */
    mail_server_free(host->mail_server);
    mail_client_free(host->mail_client);
    name_server_free(host->dns_server);
    resolver_free(host->resolver);
    sts_cache_free(host->sts_cache);
    sockets_free_all(host);
    hindered_free(host);
    reassembly_free(host);
    path_mtus_free(host);
    peer_counts_free(&host->connections_to);
    peer_counts_free(&host->questions_to);
    peer_counts_free(&host->broken_off);
}

/* RFC 1122 4.1.3.1; not in answer to an answer, which only came late. */
static void close_port(struct host *host, struct packet *packet)
{
    const struct dns_message *dns = ip_packet_of(packet)->dns;
    if (!dns || !dns->is_response) icmp_send_error(host, packet, ICMP_PORT_CLOSED, 0);
    packets_discard(host, packet, "port closed");
}

static bool response_arrives(struct host *host, const struct packet *packet)
{
    const struct ip_packet *ip = ip_packet_of_const(packet);
    struct recursor *recursor = host->dns_server ? name_server_recursor(host->dns_server) : NULL;
    return recursor ? recursor_receive(recursor, packet)
                    : resolver_receive(host->resolver, ip);
}

static void hear_datagram(struct host *host, struct packet *packet)
{
    const struct ip_packet *ip = ip_packet_of(packet);
    if (!ip->dns) {
        close_port(host, packet);
        return;
    }
    if (!ip->dns->is_response && host->dns_server && ip->udp.destination_port == DNS_PORT) {
        name_server_take_question(host->dns_server, packet);
    } else if (!ip->dns->is_response || !response_arrives(host, packet)) {
        close_port(host, packet);
        return;
    }
    packet_drop(host->world->packets, packet);
}

/* RFC 1122 3.2.2.1: the last router tells that a host does not answer. A real one asks for it on its link some times
   first, for some seconds. */
static void die_with_host(struct host *host, struct packet *packet, struct link_id link)
{
    struct host_id before = link.n ? network_other_end(host->world->network, link, host->id) : (struct host_id){0};
    struct host *router = before.n ? world_host(host->world, before) : NULL;
    packet = packet_hold(packet);
    packets_discard(host, packet, "host down");
    if (router && router->up && router->description->role == ROLE_ROUTER && packet->to.n == host->id.n)
        icmp_send_error(router, packet, ICMP_HOST_DOWN, 0);
    packet_drop(host->world->packets, packet);
}

static void datagram_arrives(struct host *host, struct packet *packet)
{
    if (host->is_hindered)
        hindered_hold(host, packet, hear_datagram);
    else
        hear_datagram(host, packet);
}

static void deliver(struct host *host, struct packet *packet)
{
    uint8_t protocol = ip_packet_of(packet)->ip.protocol;
    if (protocol == IP_PROTOCOL_TCP)
        sockets_on_packet(host, packet);
    else if (protocol == IP_PROTOCOL_UDP)
        datagram_arrives(host, packet);
    else
        icmp_on_packet(host, packet);
}

void host_on_packet(struct host *host, struct packet *packet, struct link_id link)
{
    if (!host->up) {
        die_with_host(host, packet, link);
        return;
    }
    const struct ip_packet *ip = ip_packet_of(packet);
    if (ip->raw && !packets_receive_raw(host, packet)) return;
    if (host->world->options.check_packets) packets_check(host, packet);
    if (packet->to.n != host->id.n && host->description->role == ROLE_ROUTER)
        packets_forward(host, packet);
    else if (packet->to.n != host->id.n)
        packets_discard(host, packet, "no route");
    else if (host->outside && outside_lets_out(host->outside, packet))
        return; /* fragments too: they become whole where they are going */
    else if (!ip_is_fragment(&ip->ip) || (packet = reassembly_take(host, packet)) != NULL)
        deliver(host, packet);
}

void host_set_up(struct host *host, bool up, const char *why)
{
    if (host->up == up) return;
    struct world *world = host->world;
    host->up = up;
    uint64_t event = JOURNAL_EMIT(world->journal, HOST_STATE, F_INT(HOST, host->id.n), F_INT(UP, up), F_TEXT(WHY, why));
    journal_set_cause(world->journal, event);
    network_set_host_up(world->network, host->id, up);
    if (up) {
        if (host->mail_server) mail_server_restart(host->mail_server);
        if (host->mail_client) mail_client_restart(host->mail_client);
    } else {
        if (host->mail_server) mail_server_crash(host->mail_server);
        if (host->mail_client) mail_client_crash(host->mail_client);
        if (host->world->abuses) abuse_crash(host);
        if (host->dns_server) name_server_crash(host->dns_server);
        resolver_crash(host->resolver);
        hindered_free(host);
        reassembly_free(host);
        path_mtus_free(host);
        sockets_free_all(host);
        if (host->description->role == ROLE_OUTSIDE) outside_crash(host->world->outside);
    }
}

int64_t host_clock_ns(const struct host *host)
{
    return host->world->engine->now_ns + (host->clock_is_wrong ? faults_clock_error_ns(host) : 0);
}

int64_t host_span_ns(const struct host *host, int64_t clock_ns)
{
    return host->clock_is_wrong ? faults_span_ns(host, clock_ns) : clock_ns;
}

void host_send_datagram(struct host *host, const struct datagram *datagram, struct dns_message *message)
{
    uint32_t length = UDP_HEADER_BYTES + (uint32_t)dns_wire_size(message);
    struct packet *packet = packets_new(host, datagram->destination, IP_PROTOCOL_UDP, length);
    struct ip_packet *ip = ip_packet_of(packet);
    ip->udp = (struct udp_header){datagram->source_port, datagram->destination_port, (uint16_t)length};
    ip->dns = dns_message_hold(message);
    packets_let_be_cut(host, packet);
    packet->identity = (struct packet_identity){.flow = datagram->flow, .transmission = datagram->transmission};
    packets_send(host, packet, (struct send_reason){.why = datagram->why});
}

static uint64_t next_flow(struct host *host, struct peer_counts *counts, const struct host *peer, const char *kind)
{
    uint32_t nth = peer_counts_next(counts, peer->id.n);
    uint64_t pair = random_hash_mix(host->name_hash, peer->name_hash);
    return random_hash_mix(random_hash_mix(pair, random_hash_text(kind)), nth);
}

uint64_t host_question_flow(struct host *host, const struct host *peer)
{
    return next_flow(host, &host->questions_to, peer, "question");
}

uint64_t host_connection_flow(struct host *host, const struct host *peer)
{
    return next_flow(host, &host->connections_to, peer, "connection");
}

uint16_t host_ephemeral_port(struct host *host)
{
    uint16_t port = host->next_port;
    host->next_port = port == UINT16_MAX ? FIRST_EPHEMERAL_PORT : (uint16_t)(port + 1);
    return port;
}

uint16_t host_next_identification(struct host *host)
{
    if (++host->last_identification == 0) host->last_identification = 1;
    return host->last_identification;
}
