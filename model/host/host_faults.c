/* Faults of a host in force: what they make of it together, looked at anew whenever one begins or ends. */
#include "model/host/host_faults.h"

#include <stdio.h>

#include "model/host/fault_index.h"
#include "model/host/faults.h"
#include "model/host/host.h"
#include "model/host/mail_queue.h"
#include "model/host/mail_server.h"
#include "model/host/store.h"
#include "model/scenario/units.h"

/* *fault becomes the next one of this kind in force on this host; NULL: the first, and no more. */
static bool next_on_host(const struct world *world, enum fault_verb verb, int host, const struct scenario_fault **fault)
{
    *fault = fault_index_next(world->faults_by_host, verb, host, *fault);
    return *fault != NULL;
}

static bool is_in_force_on_host(const struct world *world, enum fault_verb verb, int host)
{
    return fault_index_last(world->faults_by_host, verb, host) != NULL;
}

/* With a link that takes only small packets behind it, such a router is a black hole. */
void host_faults_mute(struct world *world, const struct scenario_fault *like)
{
    struct host *host = &world->hosts[like->host];
    bool muted = is_in_force_on_host(world, FAULT_MUTE_ICMP, like->host);
    if (host->icmp_muted == muted) return;
    host->icmp_muted = muted;
    JOURNAL_EMIT(world->journal, HOST_ICMP, F_INT(HOST, host->id.n), F_INT(UP, !muted),
                 F_TEXT(WHY, muted ? "muted by the scenario" : "as before"));
}

/* What slows or pauses its programs just now. */
static void find_hindrance(struct world *world, struct host *host)
{
    const struct scenario_fault *fault = NULL;
    int index = (int)host->id.n - 1;
    host->slow_factor = 0;
    host->paused_until_ns = 0;
    while (next_on_host(world, FAULT_SLOW, index, &fault))
        if (fault->factor > host->slow_factor) host->slow_factor = fault->factor;
    while (next_on_host(world, FAULT_PAUSE, index, &fault)) {
        int64_t until_ns = fault->for_ns == TIME_NEVER ? TIME_NEVER : fault->at_ns + fault->for_ns;
        if (until_ns > host->paused_until_ns) host->paused_until_ns = until_ns;
    }
    host->is_hindered = host->slow_factor || host->paused_until_ns > world->engine->now_ns;
}

static bool is_wiped(const struct world *world, int host)
{
    const struct scenario_fault *fault = NULL;
    while (next_on_host(world, FAULT_DISK, host, &fault))
        if (fault->disk == DISK_FAULT_WIPE) return true;
    return false;
}

static const char *stop_text(const struct scenario_fault *fault)
{
    static const char *const at_steps[MAIL_STEPS] = {
        [STEP_WRITTEN] = "stopped by the scenario, at the step: written",
        [STEP_SYNCED] = "stopped by the scenario, at the step: synced",
        [STEP_COMMITTED] = "stopped by the scenario, at the step: committed",
        [STEP_BEFORE_250] = "stopped by the scenario, at the step: before 250",
        [STEP_AFTER_250] = "stopped by the scenario, at the step: after 250",
        [STEP_HANDED_OVER] = "stopped by the scenario, at the step: handed over",
        [STEP_MARKED_DONE] = "stopped by the scenario, at the step: marked done",
        [STEP_BOUNCE_WRITTEN] = "stopped by the scenario, at the step: bounce written"};
    return fault->stop_step >= 0 ? at_steps[fault->stop_step] : "stopped by the scenario";
}

/* A host whose disk is wiped stands still while it gets a new one. */
void host_faults_stop(struct world *world, const struct scenario_fault *like)
{
    struct host *host = &world->hosts[like->host];
    bool wiped = is_wiped(world, like->host);
    bool is_stopped = wiped || is_in_force_on_host(world, FAULT_STOP_HOST, like->host);
    if (is_stopped && host->up) host->crash_loss = like->crash_loss;
    if (like->stop_step >= 0) find_hindrance(world, host);
    host_set_up(host, !is_stopped, is_stopped ? wiped ? "its disk is lost" : stop_text(like) : "started again");
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
        if (fault->disk_files < trouble->files) trouble->files = fault->disk_files;
        break;
    case DISK_FAULT_SHORT:
        trouble->writes = WRITES_SHORT;
        snprintf(text, 64, "odd: writes come short");
        break;
    case DISK_FAULT_INTERRUPTED:
        trouble->writes = WRITES_INTERRUPTED;
        snprintf(text, 64, "odd: writes are interrupted");
        break;
    case DISK_FAULT_READ:
        trouble->reads_fail = true;
        snprintf(text, 64, "broken: reads fail");
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
    case DISK_FAULT_ROT:
        break;
    }
}

/* Of several faults at a time, all that limits it, and of the others the last. */
static void write_disk_text(const struct disk_trouble *trouble, const char *other, char text[160])
{
    bool has_size = trouble->size_bytes != UINT64_MAX, has_files = trouble->files != UINT64_MAX;
    int used = 0;
    text[0] = '\0';
    if (trouble->size_bytes == 0)
        used = snprintf(text, 160, "full");
    else if (has_size && has_files)
        used = snprintf(text, 160, "full at %llu bytes and %llu files", (unsigned long long)trouble->size_bytes,
                        (unsigned long long)trouble->files);
    else if (has_size || has_files)
        used = snprintf(text, 160, "full at %llu %s",
                        (unsigned long long)(has_size ? trouble->size_bytes : trouble->files),
                        has_size ? "bytes" : "files");
    if (*other) snprintf(text + used, 160 - (size_t)used, "%s%s", used ? ", " : "", other);
}

void host_faults_disk(struct world *world, const struct scenario_fault *like)
{
    struct host *host = &world->hosts[like->host];
    struct disk_trouble trouble = disk_trouble_none();
    const struct scenario_fault *fault = NULL;
    char other[64] = "", text[160];
    if (like->disk == DISK_FAULT_WIPE) {
        bool begins = host->up && is_wiped(world, like->host);
        host_faults_stop(world, like);
        if (begins) mail_server_wipe(host->mail_server, like->wipes_all);
        return;
    }
    if (like->disk == DISK_FAULT_ROT) {
        size_t index = (size_t)(like - world->scenario->faults);
        mail_queue_rot(mail_server_queue(host->mail_server), like, world->faults_in_force[index]);
        return;
    }
    while (next_on_host(world, FAULT_DISK, like->host, &fault))
        add_disk_trouble(&trouble, fault, other);
    write_disk_text(&trouble, other, text);
    store_set_trouble(host, trouble);
    tell_trouble(host, "disk", text);
}

void host_faults_slow(struct world *world, const struct scenario_fault *like)
{
    struct host *host = &world->hosts[like->host];
    char text[64] = "";
    find_hindrance(world, host);
    if (host->slow_factor) snprintf(text, sizeof text, "%u times slower", (unsigned)host->slow_factor);
    tell_trouble(host, "work", text);
}

void host_faults_pause(struct world *world, const struct scenario_fault *like)
{
    struct host *host = &world->hosts[like->host];
    find_hindrance(world, host);
    tell_trouble(host, "program", host->paused_until_ns ? "paused" : "");
}

/* "1 h" of this many nanoseconds, for the large: whole seconds below them. */
static const char *span_text(int64_t ns, char text[UNIT_TEXT_BYTES])
{
    return unit_format(UNIT_DURATION, ns < 0 ? -ns : ns, text);
}

/* ns * parts / whole, without the product of large ones; what would be beyond all time is 73 years. */
static int64_t parts_of(int64_t ns, int64_t parts, int64_t whole)
{
    const int64_t most = INT64_MAX / 4;
    if (parts > whole && (ns / whole > most / parts || ns / whole < -most / parts)) return ns < 0 ? -most : most;
    return ns / whole * parts + ns % whole * parts / whole;
}

static int64_t as_a_clock_can(int64_t skew_ppm)
{
    return skew_ppm < -SLOWEST_CLOCK_PPM ? -SLOWEST_CLOCK_PPM : skew_ppm;
}

static int64_t clock_skew_ppm(const struct host *host)
{
    return as_a_clock_can(host->clock_faults.skew_ppm);
}

/* When a fault begins; and when it ends, somebody puts right what it has made. */
static struct clock_change change_of_clock(const struct host *host, const struct scenario_fault *fault)
{
    const struct world *world = host->world;
    int64_t now_ns = world->engine->now_ns, is_ppm = host->clock_faults.skew_ppm;
    int64_t error_ns = fault->clock_step_ns + parts_of(now_ns - fault->at_ns, fault->clock_skew_ppm, 1000000);
    bool begins = world->faults_in_force[fault - world->scenario->faults];
    return (struct clock_change){
        .now_ns = now_ns,
        .ahead_ns = begins ? error_ns : -error_ns,
        .was_ppm = as_a_clock_can(begins ? is_ppm - fault->clock_skew_ppm : is_ppm + fault->clock_skew_ppm),
        .is_ppm = as_a_clock_can(is_ppm)};
}

static void count_clock_fault(struct clock_faults *all, const struct scenario_fault *fault, bool begins)
{
    uint64_t sign = begins ? 1 : UINT64_MAX,
             shift_ns = (uint64_t)parts_of(fault->at_ns, fault->clock_skew_ppm, 1000000);
    all->skew_ppm += begins ? fault->clock_skew_ppm : -fault->clock_skew_ppm;
    all->step_ns += sign * (uint64_t)fault->clock_step_ns;
    all->shift_ns += sign * shift_ns;
    if (fault->clock_skew_ppm) all->n_skewed += begins ? 1 : SIZE_MAX;
}

void host_faults_clock(struct world *world, const struct scenario_fault *like)
{
    struct host *host = &world->hosts[like->host];
    const struct scenario_fault *last = fault_index_last(world->faults_by_host, FAULT_CLOCK, like->host);
    bool begins = world->faults_in_force[like - world->scenario->faults];
    char text[UNIT_TEXT_BYTES + 32] = "", span[UNIT_TEXT_BYTES];
    host->clock_is_wrong = last != NULL;
    count_clock_fault(&host->clock_faults, like, begins);
    if (last && last->clock_step_ns)
        snprintf(text, sizeof text, "%s %s", span_text(last->clock_step_ns, span),
                 last->clock_step_ns > 0 ? "ahead" : "behind");
    else if (last)
        snprintf(text, sizeof text, "%s", last->clock_skew_ppm > 0 ? "too fast" : "too slow");
    tell_trouble(host, "clock", text);
    struct clock_change change = change_of_clock(host, like);
    if (host->mail_server) mail_queue_clock_changed(mail_server_queue(host->mail_server), &change);
}

/* Rounded up: who waits for so long finds that the clock has got there, and does not wait for the rest of it again and
   again, for no time at all. */
int64_t faults_span_ns(const struct host *host, int64_t clock_ns)
{
    int64_t whole = 1000000 + clock_skew_ppm(host);
    return parts_of(clock_ns, 1000000, whole) + (clock_ns % whole * 1000000 % whole > 0);
}

/* What a clock shows grows by 1 + skew from the beginning of each fault on. */
int64_t faults_true_instant_ns(const struct host *host, int64_t clock_ns)
{
    return faults_span_ns(host, clock_ns + (int64_t)host->clock_faults.shift_ns);
}

int64_t faults_clock_error_ns(const struct host *host)
{
    const struct world *world = host->world;
    const struct scenario_fault *fault = NULL;
    uint64_t error_ns = host->clock_faults.step_ns;
    int64_t now_ns = world->engine->now_ns;
    while (host->clock_faults.n_skewed > 0 && next_on_host(world, FAULT_CLOCK, (int)host->id.n - 1, &fault))
        error_ns += (uint64_t)parts_of(now_ns - fault->at_ns, fault->clock_skew_ppm, 1000000);
    return (int64_t)error_ns;
}
