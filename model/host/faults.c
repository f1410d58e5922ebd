/* Faults by schedule. A fault that begins is an event; its end, `for` later, undoes it. Faults may overlap: a host runs
   and a link is whole when no fault says otherwise any more, and of two values the one set last counts. */
#include "model/host/faults.h"

#include <stdio.h>

#include "model/host/abuse.h"
#include "model/host/fault_index.h"
#include "model/host/host_faults.h"
#include "model/host/host_settings.h"
#include "model/host/mail_queue.h"
#include "model/host/mail_server.h"
#include "model/host/world_zones.h"
#include "model/scenario/link_values.h"
#include "sim/journal/memory.h"

/* The fault of this kind that began last of those in force on a direction of a link, or NULL. */
static const struct scenario_fault *last_on_link(const struct world *world, const struct scenario_fault *like, int dir)
{
    const struct scenario_fault *last = NULL;
    for (size_t i = 0; i < world->scenario->n_faults; i++) {
        const struct scenario_fault *fault = &world->scenario->faults[i];
        if (!world->faults_in_force[i] || fault->verb != like->verb || fault->link != like->link) continue;
        if (fault->dir != 2 && fault->dir != dir) continue;
        if (fault->verb == FAULT_SET && fault->set != like->set) continue;
        if (!last || fault->at_ns >= last->at_ns) last = fault;
    }
    return last;
}

static void apply_set(struct world *world, const struct scenario_fault *like)
{
    const struct scenario_link *written = &world->scenario->links[like->link];
    struct link_id link = {(uint32_t)like->link + 1};
    for (int dir = 0; dir < 2; dir++) {
        if (like->dir != 2 && like->dir != dir) continue;
        const struct scenario_fault *fault = last_on_link(world, like, dir);
        struct link_settings settings = network_settings(world->network, link, dir);
        link_value_copy(like->set, &settings, fault ? &fault->set_to : dir == 0 ? &written->out : &written->back);
        network_set_settings(world->network, link, dir, settings, link_value_name(like->set),
                             fault ? fault->set_text : "as before");
    }
}

/* The policy that was set last of those in force, or the one that the server has of its own. */
static void apply_set_retry(struct world *world, const struct scenario_fault *like)
{
    struct host *host = &world->hosts[like->host];
    const struct scenario_fault *fault = NULL, *last = NULL;
    while ((fault = fault_index_next(world->faults_by_host, FAULT_SET_RETRY, like->host, fault)) != NULL)
        if (!last || fault->at_ns >= last->at_ns) last = fault;
    const struct retry_policy *policy = last ? last->set_retry : mail_server_retry(host->mail_server);
    mail_queue_set_policy(mail_server_queue(host->mail_server), policy);
    host_settings_emit_retry(host, policy);
}

static void reroute(void *context, uint64_t arg)
{
    (void)arg;
    struct world *world = context;
    network_compute_routes(world->network, "the routers have noticed the change");
}

static void apply_cut(struct world *world, const struct scenario_fault *like)
{
    struct link_id link = {(uint32_t)like->link + 1};
    uint64_t cause = journal_cause(world->journal);
    for (int dir = 0; dir < 2; dir++) {
        journal_set_cause(world->journal, cause);
        bool is_cut = last_on_link(world, like, dir) != NULL;
        network_set_link_up(world->network, link, dir, !is_cut, is_cut ? "cut by the scenario" : "mended");
    }
    if (world->scenario->reroute_after_ns != TIME_NEVER)
        engine_at(world->engine, world->engine->now_ns + world->scenario->reroute_after_ns, reroute, world, 0);
}

/* The records that a zone has now are another's word: caches do not hear of it until their time runs out. */
static void apply_zone(struct world *world, const struct scenario_fault *fault, bool is_in_force)
{
    char text[512] = "";
    size_t used = 0;
    for (size_t i = 0; i < fault->zone.n_lines && used < sizeof text; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%s", i ? ", " : "", fault->zone.lines[i]);
    JOURNAL_EMIT(world->journal, ZONE_CHANGE, F_TEXT(NAME, *fault->zone.apex ? fault->zone.apex : "."),
                 F_TEXT(TEXT, is_in_force ? text : "as before"));
    world_zones_renew(world, fault->zone.apex);
}

static void apply(struct world *world, const struct scenario_fault *fault, bool is_in_force);

/* The one door. */
static void set_in_force(struct world *world, size_t index, bool is_in_force)
{
    world->faults_in_force[index] = is_in_force;
    fault_index_set(world->faults_by_host, index, is_in_force);
}

/* Whatever is in force on that link or host is so no longer. */
static void end_others(struct world *world, const struct scenario_fault *end)
{
    for (size_t i = 0; i < world->scenario->n_faults; i++) {
        const struct scenario_fault *fault = &world->scenario->faults[i];
        bool is_meant = end->link >= 0 ? fault->link == end->link : fault->host == end->host;
        if (!world->faults_in_force[i] || fault->verb == FAULT_END || !is_meant) continue;
        set_in_force(world, i, false);
        apply(world, fault, false);
    }
}

/* This fault has begun or ended: what it is about is looked at anew. */
static void apply(struct world *world, const struct scenario_fault *fault, bool is_in_force)
{
    switch (fault->verb) {
    case FAULT_STOP_HOST:
        host_faults_stop(world, fault);
        break;
    case FAULT_CUT_LINK:
        apply_cut(world, fault);
        break;
    case FAULT_MUTE_ICMP:
        host_faults_mute(world, fault);
        break;
    case FAULT_SET:
    case FAULT_SET_RETRY:
        (fault->verb == FAULT_SET ? apply_set : apply_set_retry)(world, fault);
        break;
    case FAULT_DISK:
        host_faults_disk(world, fault);
        break;
    case FAULT_SLOW:
        host_faults_slow(world, fault);
        break;
    case FAULT_PAUSE:
        host_faults_pause(world, fault);
        break;
    case FAULT_CLOCK:
        host_faults_clock(world, fault);
        break;
    case FAULT_DNS: /* asked for by the name server */
        world->dns_faults_in_force += is_in_force ? 1 : (size_t)-1;
        break;
    case FAULT_ZONE:
        apply_zone(world, fault, is_in_force);
        break;
    case FAULT_ABUSE:
        abuse_set(world, fault, is_in_force);
        break;
    case FAULT_END:
        if (is_in_force) end_others(world, fault);
        break;
    case FAULT_DROP:
    case FAULT_SPARE: /* sits in the network from the start */
    case FAULT_REPLY: /* asked for by the server's sessions */
        break;
    }
}

static void on_end(void *context, uint64_t index)
{
    struct world *world = context;
    if (!world->faults_in_force[index]) return; /* another has ended it before its time */
    set_in_force(world, index, false);
    apply(world, &world->scenario->faults[index], false);
}

static void on_begin(void *context, uint64_t index)
{
    struct world *world = context;
    const struct scenario_fault *fault = &world->scenario->faults[index];
    if (fault->stop_step < 0) world->faults_to_come--;
    set_in_force(world, index, true);
    apply(world, fault, true);
    if (fault->stop_step >= 0) world->hosts[fault->host].is_stopping = false;
    if (fault->for_ns != TIME_NEVER)
        engine_at(world->engine, world->engine->now_ns + fault->for_ns, on_end, world, index);
}

static void add_drop(struct world *world, const struct scenario_fault *fault)
{
    network_add_exact_drop(world->network, (struct exact_drop){.link = {(uint32_t)(fault->link + 1)},
                                                               .dir = fault->dir,
                                                               .pattern = fault,
                                                               .nth = fault->nth,
                                                               .count = fault->count,
                                                               .packet = fault->packet,
                                                               .spares = fault->verb == FAULT_SPARE});
}

/* The host stops in an event of its own, at this instant, since here its sessions are in the middle of something; until
   then its programs stand still. */
bool faults_stop_at(struct host *host, struct message_id message, enum mail_step step)
{
    struct world *world = host->world;
    bool stops = false;
    for (size_t i = 0; i < world->scenario->n_faults; i++) {
        const struct scenario_fault *fault = &world->scenario->faults[i];
        if (fault->verb != FAULT_STOP_HOST || fault->stop_step != (int)step || fault->host != (int)host->id.n - 1)
            continue;
        if (fault->stop_mail >= 0 && message.n != (uint32_t)fault->stop_mail + 1) continue;
        if (world->engine->now_ns < fault->at_ns || ++world->fault_counts[i] != fault->nth) continue;
        engine_at(world->engine, world->engine->now_ns, on_begin, world, i);
        host->is_hindered = host->is_stopping = true;
        host->paused_until_ns = TIME_NEVER;
        stops = true;
    }
    return stops;
}

void faults_schedule(struct world *world)
{
    world->faults_in_force = mem_calloc(world->scenario->n_faults + 1, sizeof *world->faults_in_force);
    world->faults_by_host = fault_index_new(world->scenario);
    world->fault_counts = mem_calloc(world->scenario->n_faults + 1, sizeof *world->fault_counts);
    for (size_t i = 0; i < world->scenario->n_faults; i++) {
        const struct scenario_fault *fault = &world->scenario->faults[i];
        switch (fault->verb) {
        case FAULT_STOP_HOST:
            if (fault->stop_step >= 0) {
                world->hosts[fault->host].stops_armed = true;
                break;
            }
            /* fall through */
        case FAULT_CUT_LINK:
        case FAULT_MUTE_ICMP:
        case FAULT_SET:
        case FAULT_SET_RETRY:
        case FAULT_DISK:
        case FAULT_SLOW:
        case FAULT_PAUSE:
        case FAULT_CLOCK:
        case FAULT_DNS:
        case FAULT_ZONE:
        case FAULT_ABUSE:
        case FAULT_END:
            world->faults_to_come++;
            engine_at(world->engine, fault->at_ns, on_begin, world, i);
            break;
        case FAULT_DROP:
        case FAULT_SPARE:
            add_drop(world, fault);
            break;
        case FAULT_REPLY:
            break;
        }
    }
}
