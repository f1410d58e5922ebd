/* Faults by schedule. A fault that begins is an event; its end, `for` later, undoes it. Faults may overlap: a host runs
   and a link is whole when no fault says otherwise any more, and of two values the one set last counts. */
#include "model/host/faults.h"

#include <stdio.h>

#include "model/host/host.h"
#include "model/host/mail_server.h"
#include "model/host/store.h"
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

/* The next fault of this kind in force on this host, from index *i on; NULL: no more. */
static const struct scenario_fault *next_on_host(const struct world *world, size_t *i, enum fault_verb verb, int host)
{
    while (*i < world->scenario->n_faults) {
        const struct scenario_fault *fault = &world->scenario->faults[*i];
        if (world->faults_in_force[(*i)++] && fault->verb == verb && fault->host == host) return fault;
    }
    return NULL;
}

static bool is_in_force_on_host(const struct world *world, const struct scenario_fault *like)
{
    bool any = false;
    for (size_t i = 0; i < world->scenario->n_faults; i++) {
        const struct scenario_fault *fault = &world->scenario->faults[i];
        any |= world->faults_in_force[i] && fault->verb == like->verb && fault->host == like->host;
    }
    return any;
}

/* With a link that takes only small packets behind it, such a router is a black hole. */
static void apply_mute(struct world *world, const struct scenario_fault *like)
{
    struct host *host = &world->hosts[like->host];
    bool muted = is_in_force_on_host(world, like);
    if (host->icmp_muted == muted) return;
    host->icmp_muted = muted;
    JOURNAL_EMIT(world->journal, HOST_ICMP, F_INT(HOST, host->id.n), F_INT(UP, !muted),
                 F_TEXT(WHY, muted ? "muted by the scenario" : "as before"));
}

static bool is_wiped(const struct world *world, int host)
{
    const struct scenario_fault *fault;
    for (size_t i = 0; (fault = next_on_host(world, &i, FAULT_DISK, host)) != NULL;)
        if (fault->disk == DISK_FAULT_WIPE) return true;
    return false;
}

/* A host whose disk is wiped stands still while it gets a new one. */
static void apply_stop(struct world *world, const struct scenario_fault *like)
{
    struct host *host = &world->hosts[like->host];
    bool wiped = is_wiped(world, like->host);
    bool is_stopped =
        wiped || is_in_force_on_host(world, &(struct scenario_fault){.verb = FAULT_STOP_HOST, .host = like->host});
    if (is_stopped && host->up) host->crash_loss = like->crash_loss;
    host_set_up(host, !is_stopped,
                is_stopped ? wiped ? "its disk is lost" : "stopped by the scenario" : "started again");
}

static void tell_trouble(struct host *host, const char *name, const char *text)
{
    struct journal *journal = host->world->journal;
    uint64_t event = JOURNAL_EMIT(journal, HOST_TROUBLE, F_INT(HOST, host->id.n), F_TEXT(NAME, name),
                                  F_TEXT(TEXT, text), F_TEXT(WHY, *text ? "as the scenario has it" : "as before"));
    journal_set_cause(journal, event);
}

static void add_disk_trouble(struct disk_trouble *trouble, const struct scenario_fault *fault, char text[64])
{
    switch (fault->disk) {
    case DISK_FAULT_FULL:
        if (fault->disk_bytes < trouble->size_bytes) trouble->size_bytes = fault->disk_bytes;
        snprintf(text, 64, "full at %llu bytes", (unsigned long long)trouble->size_bytes);
        if (trouble->size_bytes == 0) snprintf(text, 64, "full");
        break;
    case DISK_FAULT_READ_ONLY:
        trouble->error = DISK_READ_ONLY;
        snprintf(text, 64, "read-only");
        break;
    case DISK_FAULT_WRITE:
        trouble->error = DISK_WRITE_ERROR;
        snprintf(text, 64, "broken: writes fail");
        break;
    case DISK_FAULT_SYNC:
        trouble->error = DISK_SYNC_ERROR;
        snprintf(text, 64, "broken: syncs fail");
        break;
    case DISK_FAULT_SLOW:
        if (fault->factor > trouble->slow_factor) trouble->slow_factor = fault->factor;
        snprintf(text, 64, "%u times slower", (unsigned)trouble->slow_factor);
        break;
    case DISK_FAULT_WIPE:
        break;
    }
}

static void apply_disk(struct world *world, const struct scenario_fault *like)
{
    struct host *host = &world->hosts[like->host];
    struct disk_trouble trouble = disk_trouble_none();
    const struct scenario_fault *fault;
    char text[64] = "";
    if (like->disk == DISK_FAULT_WIPE) {
        bool begins = host->up && is_wiped(world, like->host);
        apply_stop(world, like);
        if (begins) mail_server_wipe(host->mail_server, like->wipes_all);
        return;
    }
    for (size_t i = 0; (fault = next_on_host(world, &i, FAULT_DISK, like->host)) != NULL;)
        add_disk_trouble(&trouble, fault, text);
    store_set_trouble(host, trouble);
    tell_trouble(host, "disk", text);
}

static void apply_slow(struct world *world, const struct scenario_fault *like)
{
    struct host *host = &world->hosts[like->host];
    const struct scenario_fault *fault;
    char text[64] = "";
    host->slow_factor = 0;
    for (size_t i = 0; (fault = next_on_host(world, &i, FAULT_SLOW, like->host)) != NULL;)
        if (fault->factor > host->slow_factor) host->slow_factor = fault->factor;
    if (host->slow_factor) snprintf(text, sizeof text, "%u times slower", (unsigned)host->slow_factor);
    host->is_hindered = host->slow_factor || host->paused_until_ns > world->engine->now_ns;
    tell_trouble(host, "work", text);
}

static void apply_pause(struct world *world, const struct scenario_fault *like)
{
    struct host *host = &world->hosts[like->host];
    const struct scenario_fault *fault;
    host->paused_until_ns = 0;
    for (size_t i = 0; (fault = next_on_host(world, &i, FAULT_PAUSE, like->host)) != NULL;) {
        int64_t until_ns = fault->for_ns == TIME_NEVER ? TIME_NEVER : fault->at_ns + fault->for_ns;
        if (until_ns > host->paused_until_ns) host->paused_until_ns = until_ns;
    }
    host->is_hindered = host->slow_factor || host->paused_until_ns > world->engine->now_ns;
    tell_trouble(host, "program", host->paused_until_ns ? "paused" : "");
}

/* "1 h" of this many nanoseconds, for the large: whole seconds below them. */
static const char *span_text(int64_t ns, char text[UNIT_TEXT_BYTES])
{
    return unit_format(UNIT_DURATION, ns < 0 ? -ns : ns, text);
}

static void apply_clock(struct world *world, const struct scenario_fault *like)
{
    struct host *host = &world->hosts[like->host];
    const struct scenario_fault *fault;
    char text[UNIT_TEXT_BYTES + 32] = "", span[UNIT_TEXT_BYTES];
    host->clock_is_wrong = false;
    for (size_t i = 0; (fault = next_on_host(world, &i, FAULT_CLOCK, like->host)) != NULL;) {
        host->clock_is_wrong = true;
        if (fault->clock_step_ns)
            snprintf(text, sizeof text, "%s %s", span_text(fault->clock_step_ns, span),
                     fault->clock_step_ns > 0 ? "ahead" : "behind");
        else
            snprintf(text, sizeof text, "%s", fault->clock_skew_ppm > 0 ? "too fast" : "too slow");
    }
    tell_trouble(host, "clock", text);
}

static int64_t clock_skew_ppm(const struct host *host)
{
    const struct scenario_fault *fault;
    int64_t skew = 0;
    for (size_t i = 0; (fault = next_on_host(host->world, &i, FAULT_CLOCK, (int)host->id.n - 1)) != NULL;)
        skew += fault->clock_skew_ppm;
    return skew;
}

/* ns * parts / whole, without the product of large ones. */
static int64_t parts_of(int64_t ns, int64_t parts, int64_t whole)
{
    return ns / whole * parts + ns % whole * parts / whole;
}

int64_t faults_span_ns(const struct host *host, int64_t clock_ns)
{
    return parts_of(clock_ns, 1000000, 1000000 + clock_skew_ppm(host));
}

int64_t faults_clock_error_ns(const struct host *host)
{
    const struct world *world = host->world;
    const struct scenario_fault *fault;
    int64_t error_ns = 0, now_ns = world->engine->now_ns;
    for (size_t i = 0; (fault = next_on_host(world, &i, FAULT_CLOCK, (int)host->id.n - 1)) != NULL;)
        error_ns += fault->clock_step_ns + parts_of(now_ns - fault->at_ns, fault->clock_skew_ppm, 1000000);
    return error_ns;
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

/* This fault has begun or ended: what it is about is looked at anew. */
static void apply(struct world *world, const struct scenario_fault *fault, bool is_in_force)
{
    switch (fault->verb) {
    case FAULT_STOP_HOST:
        apply_stop(world, fault);
        break;
    case FAULT_CUT_LINK:
        apply_cut(world, fault);
        break;
    case FAULT_MUTE_ICMP:
        apply_mute(world, fault);
        break;
    case FAULT_SET:
        apply_set(world, fault);
        break;
    case FAULT_DISK:
        apply_disk(world, fault);
        break;
    case FAULT_SLOW:
        apply_slow(world, fault);
        break;
    case FAULT_PAUSE:
        apply_pause(world, fault);
        break;
    case FAULT_CLOCK:
        apply_clock(world, fault);
        break;
    case FAULT_DNS: /* asked for by the name server */
        world->dns_faults_in_force += is_in_force ? 1 : (size_t)-1;
        break;
    case FAULT_ZONE:
        apply_zone(world, fault, is_in_force);
        break;
    case FAULT_DROP:  /* sits in the network from the start */
    case FAULT_REPLY: /* asked for by the server's sessions */
        break;
    }
}

static void on_end(void *context, uint64_t index)
{
    struct world *world = context;
    world->faults_in_force[index] = false;
    apply(world, &world->scenario->faults[index], false);
}

static void on_begin(void *context, uint64_t index)
{
    struct world *world = context;
    const struct scenario_fault *fault = &world->scenario->faults[index];
    if (fault->stop_step < 0) world->faults_to_come--;
    world->faults_in_force[index] = true;
    apply(world, fault, true);
    if (fault->for_ns != TIME_NEVER)
        engine_at(world->engine, world->engine->now_ns + fault->for_ns, on_end, world, index);
}

static void add_drop(struct world *world, const struct scenario_fault *fault)
{
    network_add_exact_drop(world->network, (struct exact_drop){.link = {(uint32_t)(fault->link + 1)},
                                                               .dir = fault->dir,
                                                               .pattern = fault,
                                                               .nth = fault->nth,
                                                               .count = fault->count});
}

/* The host stops in an event of its own, at this instant, since here its sessions are in the middle of something. */
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
        stops = true;
    }
    return stops;
}

void faults_schedule(struct world *world)
{
    world->faults_in_force = mem_calloc(world->scenario->n_faults + 1, sizeof *world->faults_in_force);
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
        case FAULT_DISK:
        case FAULT_SLOW:
        case FAULT_PAUSE:
        case FAULT_CLOCK:
        case FAULT_DNS:
        case FAULT_ZONE:
            world->faults_to_come++;
            engine_at(world->engine, fault->at_ns, on_begin, world, i);
            break;
        case FAULT_DROP:
            add_drop(world, fault);
            break;
        case FAULT_REPLY:
            break;
        }
    }
}
