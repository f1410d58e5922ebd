/* What the files of this room share: the world and its hosts. */
#ifndef POSTROAD_MODEL_HOST_WORLD_INTERNAL_H
#define POSTROAD_MODEL_HOST_WORLD_INTERNAL_H

#include "model/dns/dns_zones.h"
#include "model/host/peer_counts.h"
#include "model/host/world.h"
#include "model/mail/message.h"
#include "model/scenario/scenario.h"
#include "model/wire/ip_address.h"
#include "sim/engine.h"
#include "sim/network.h"
#include "sim/random.h"

struct socket;
struct resolver;
struct store;
struct held_datagram;
struct name_server;
struct mail_server;
struct mail_client;
struct captions;
struct fault_index;
struct event_counts;
struct old_zones;
struct path_mtus;
struct reassembly;
struct outside;
struct sts_cache;
struct traffic;
struct abuse;
struct mail_register;

/* What the faults of a clock in force make of it together. */
struct clock_faults {
    int64_t skew_ppm; /* for the instant at which one ends as another begins that may be more than a clock can */
    uint64_t step_ns, shift_ns; /* modulo 2^64. shift: how far those that are fast would be ahead at time 0 */
    size_t n_skewed;
};

struct host {
    struct world *world;
    const struct scenario_host *description;
    struct host_id id;
    struct ip_address address, address6; /* of either version; none where it does not speak it */
    uint64_t name_hash;
    struct socket_slot *sockets; /* open addressing on ports and peer; see socket_table.c */
    size_t n_sockets, sockets_room;
    const struct tcp_config *tcp; /* of all its connections */
    struct outside *outside;      /* of the outside host in a live world */
    bool up;
    bool is_hindered; /* its programs hear late: see hindered.h */
    bool no_path_mtu_discovery;
    bool icmp_muted; /* by a fault: tells of no errors */
    uint32_t mtu_bytes; /* of its first link */
    struct host *name_server; /* whom its resolver asks */
    struct dns_zones *zones;  /* of a name server: what it answers from */
    uint16_t next_port;       /* ephemeral */
    uint16_t last_identification; /* of packets that may be cut */
    struct path_mtus *path_mtus;   /* NULL: nothing learnt */
    struct reassembly *reassembly; /* NULL: no fragment came */
    int64_t icmp_credit_ns, icmp_credit_at_ns; /* see icmp.c */
    struct peer_counts connections_to, questions_to; /* for identities */
    struct peer_counts broken_off;                   /* accepted connections that had no good end; see socket_draw_iss */
    struct resolver *resolver;
    struct store *store;
    bool stops_armed; /* a fault waits for a step of a mail here: see host_stops_at */
    bool is_stopping; /* that step was reached: it stops before anything else happens */
    enum crash_loss crash_loss; /* of the stop in force */
    bool clock_is_wrong;     /* see host_clock_ns */
    struct clock_faults clock_faults;
    uint32_t slow_factor;    /* 0: as fast as usual */
    int64_t paused_until_ns; /* in the past: its programs run */
    struct held_datagram *held; /* what they have not heard */
    struct mail_server *mail_server; /* by role; NULL otherwise */
    struct mail_client *mail_client;
    struct name_server *dns_server;
    struct sts_cache *sts_cache;     /* NULL: no policy learnt */
};

struct addressed_host {
    struct ip_address address;
    struct host *host; /* NULL: a free place */
};

struct world {
    const struct scenario *scenario;
    struct world_options options;
    struct journal *journal; /* the caller's */
    struct engine *engine;
    struct packet_pool *packets;
    struct network *network;
    struct old_zones *old_zones; /* see world_zones.c */
    uint64_t seed;
    int64_t until_ns;

    struct host *hosts; /* index + 1 is the id */
    size_t n_hosts;
    struct addressed_host *by_address; /* open addressing */
    size_t address_room;

    struct mail_register *mails;
    uint32_t n_foreign_mails; /* of these, those that came from outside */
    struct mail_ledger *ledger;

    uint32_t last_conn, last_stream, last_session, last_attempt;
    uint32_t smallest_mtu; /* of all links */
    uint32_t last_foreign; /* packets that came from outside */

    struct socket *dirty_first, *dirty_last; /* sockets with something to do before the next event */
    struct captions *captions;
    struct event_counts *event_counts; /* of expectations; NULL: none */
    struct outside *outside; /* NULL: no programs outside */
    struct traffic *traffic; /* NULL: none */
    struct abuse *abuses; /* that have begun */
    bool *faults_in_force; /* by index in the scenario; see faults.c */
    struct fault_index *faults_by_host; /* the same, by kind and host */
    size_t dns_faults_in_force;
    uint32_t *fault_counts; /* how often what they wait for has come */

    /* The world goes on while any of these is left (law 8). To come: mails of the scenario, and generators. */
    size_t faults_to_come, mails_to_come, sockets_active;
    size_t mails_left; /* fetched, and on a server for a time that a client has set */
    bool ended, failed;
};

struct host *world_host(struct world *world, struct host_id id);
/* Sets the register and runs what sockets have to do; called after every event. */
void world_settle(struct world *world);
/* Whether some mail can still change its state. If not, nobody looks for mail any more, so that the world can end, however
   short the interval between looks (law 8). */
bool world_awaits_mail(const struct world *world);
/* The host with this address, or NULL. */
struct host *world_host_by_address(struct world *world, struct ip_address address);
/* Enters a mail into the register of the world, which owns it from then on; its id must be world_next_message_id. */
struct message_id world_next_message_id(const struct world *world);
void world_add_message(struct world *world, struct mail_message *message);
/* NULL: never written, or so long done with that it is forgotten; then the world still knows that there was one. */
struct mail_message *world_message(struct world *world, struct message_id id);
bool world_knows_message(const struct world *world, struct message_id id);

#endif
