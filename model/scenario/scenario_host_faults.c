/* Faults of a host: it stops, by time or at a step of a mail; its disk, its speed, its programs, its clock. */
#include <stdlib.h>

#include "model/scenario/loader.h"
#include "sim/journal/memory.h"
#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"

enum { KEEPS_MAIL = 1 << ROLE_CLIENT | 1 << ROLE_MAIL_SERVER };

static void load_host_of(struct loader *l, const struct spot *object, unsigned roles, struct scenario_fault *f)
{
    struct spot host = spot_key(object, "host");
    if (check_present(object, "host", "\"host\": \"mx1.b.example\"")) loader_host(l, &host, roles, &f->host);
}

void load_on_host(struct loader *l, const struct spot *object, struct scenario_fault *f)
{
    static const struct key_rule keys[] = {{"host", NULL}};
    CHECK_KEYS(object, keys);
    load_host_of(l, object, ANY_ROLE, f);
}

/* ---- stop_host ---- */

/* In the order of enum mail_step. */
static const struct choice steps[MAIL_STEPS] = {{"written", NULL},     {"synced", NULL},        {"committed", NULL},
                                                {"before 250", NULL},  {"after 250", NULL},     {"handed over", NULL},
                                                {"marked done", NULL}, {"bounce written", NULL}};

static void load_when(struct loader *l, const struct spot *object, struct scenario_fault *f)
{
    static const struct key_rule keys[] = {{"mail", NULL}, {"step", NULL}, {"nth", NULL}};
    struct spot when, mail;
    size_t step = 0;
    int64_t nth = 1;
    if (!want_object(object, "when", &when)) return;
    CHECK_KEYS(&when, keys);
    mail = spot_key(&when, "mail");
    if (mail.json) loader_mail(l, &mail, &f->stop_mail);
    if (check_present(&when, "step", "\"step\": \"before 250\"")) want_choice(&when, "step", steps, MAIL_STEPS, &step);
    want_integer(&when, "nth", 1, 1000000, &nth);
    f->stop_step = (int)step;
    f->nth = (uint32_t)nth;
}

void load_stop_host(struct loader *l, const struct spot *object, struct scenario_fault *f)
{
    static const struct key_rule keys[] = {{"host", NULL}, {"when", NULL}, {"unsynced", NULL}};
    static const struct choice losses[] = {{"lost", NULL}, {"torn", NULL}, {"kept", NULL}}; /* as enum crash_loss */
    size_t loss = CRASH_DROPS;
    CHECK_KEYS(object, keys);
    load_host_of(l, object, spot_key(object, "when").json ? 1 << ROLE_MAIL_SERVER : ANY_ROLE, f);
    load_when(l, object, f);
    want_choice(object, "unsynced", losses, sizeof losses / sizeof *losses, &loss);
    f->crash_loss = (enum crash_loss)loss;
}

/* ---- disk ---- */

static void load_full(const struct spot *object, struct scenario_fault *f)
{
    struct spot full = spot_key(object, "full");
    int64_t size = 0;
    f->disk = DISK_FAULT_FULL;
    if (cJSON_IsFalse(full.json))
        spot_refuse(&full, tr("write true, or how much the disk holds: \"40 kB\""), tr("false says nothing"));
    else if (!cJSON_IsTrue(full.json))
        check_unit(&full, UNIT_SIZE, 0, INT64_C(1) << 50, &size);
    f->disk_bytes = (uint64_t)size;
    f->disk_files = UINT64_MAX;
}

/* No new file, though there is room in those that are there. */
static void load_files(const struct spot *object, struct scenario_fault *f)
{
    int64_t files = 0;
    f->disk = DISK_FAULT_FULL;
    f->disk_bytes = UINT64_MAX;
    want_integer(object, "files", 0, INT64_C(1) << 50, &files);
    f->disk_files = (uint64_t)files;
}

static void load_error(const struct spot *object, struct scenario_fault *f)
{
    static const struct choice errors[] = {
        {"read-only", NULL}, {"write", NULL}, {"sync", NULL}, {"short", NULL}, {"interrupted", NULL}, {"read", NULL}};
    size_t error = 0;
    want_choice(object, "error", errors, sizeof errors / sizeof *errors, &error);
    f->disk = (enum disk_fault)(DISK_FAULT_READ_ONLY + (int)error);
}

static void load_factor(const struct spot *object, const char *key, struct scenario_fault *f)
{
    int64_t factor = 2;
    want_integer(object, key, 2, 1000000, &factor);
    f->factor = (uint32_t)factor;
}

static void load_wipe(const struct spot *object, struct scenario_fault *f)
{
    static const struct choice yes[] = {{"queue", NULL}, {"all", NULL}};
    size_t what = 0;
    f->disk = DISK_FAULT_WIPE;
    want_choice(object, "wipe", yes, sizeof yes / sizeof *yes, &what);
    f->wipes_all = what == 1;
}

static void load_rot(struct loader *l, const struct spot *object, struct scenario_fault *f)
{
    static const struct choice rots[] = {{"bit", NULL}, {"truncated", NULL}, {"empty", NULL}, {"foreign", NULL}};
    struct spot mail = spot_key(object, "mail");
    size_t rot = ROT_BIT;
    f->disk = DISK_FAULT_ROT;
    want_choice(object, "rot", rots, sizeof rots / sizeof *rots, &rot);
    f->rot = (enum disk_rot)rot;
    if (!mail.json) return;
    if (f->rot == ROT_FOREIGN)
        spot_refuse_key(&mail, tr("leave it out"), tr("a foreign file is of no mail"));
    else
        loader_mail(l, &mail, &f->rot_mail);
}

static void refuse_mail_without_rot(const struct spot *object)
{
    struct spot mail = spot_key(object, "mail");
    if (mail.json) spot_refuse_key(&mail, tr("leave it out"), tr("\"mail\" has a meaning only beside \"rot\""));
}

void load_disk_fault(struct loader *l, const struct spot *object, struct scenario_fault *f)
{
    static const struct key_rule keys[] = {{"host", NULL}, {"full", NULL}, {"files", NULL}, {"error", NULL},
                                           {"slow", NULL}, {"wipe", NULL}, {"rot", NULL},   {"mail", NULL}};
    static const char *const what[] = {"full", "error", "slow", "wipe", "files", "rot"};
    enum { WHAT = sizeof what / sizeof *what };
    int found = -1;
    CHECK_KEYS(object, keys);
    for (int i = 0; i < WHAT; i++) {
        struct spot key = spot_key(object, what[i]);
        if (!key.json) continue;
        if (found >= 0)
            spot_refuse_key(&key, tr("make two faults of it"), tr("\"%s\" stands beside \"%s\""), what[i], what[found]);
        found = i;
    }
    load_host_of(l, object, found == 3 || found == 5 ? 1 << ROLE_MAIL_SERVER : KEEPS_MAIL, f);
    f->disk = DISK_FAULT_SLOW;
    if (found == 0) load_full(object, f);
    if (found == 1) load_error(object, f);
    if (found == 2) load_factor(object, "slow", f);
    if (found == 3) load_wipe(object, f);
    if (found == 4) load_files(object, f);
    if (found == 5)
        load_rot(l, object, f);
    else
        refuse_mail_without_rot(object);
    if (found < 0 && !check_slip(object, what, WHAT - 1)) /* "host" is nearly "rot" */
        spot_refuse(object, tr("write one of \"full\", \"files\", \"error\", \"slow\", \"wipe\", \"rot\""),
                    tr("nothing is said to be wrong with the disk"));
}

/* ---- slow and clock ---- */

void load_slow(struct loader *l, const struct spot *object, struct scenario_fault *f)
{
    static const struct key_rule keys[] = {{"host", NULL}, {"factor", NULL}};
    CHECK_KEYS(object, keys);
    load_host_of(l, object, ANY_ROLE, f);
    if (check_present(object, "factor", "\"factor\": 1000")) load_factor(object, "factor", f);
}

enum { FASTEST_CLOCK_PPM = 500000, FASTEST_TOGETHER_PPM = 5000000 };
#define FARTHEST_CLOCK (3650 * DAY)

static void load_rate_of_clock(const struct spot *clock, const char *key, int sign, struct scenario_fault *f)
{
    uint64_t chance = 0;
    struct spot spot = spot_key(clock, key);
    if (!want_chance(clock, key, &chance)) return;
    int64_t ppm = (int64_t)((chance * 1000000 + (UINT64_C(1) << 31)) >> 32);
    if (ppm <= (sign < 0 ? SLOWEST_CLOCK_PPM : FASTEST_CLOCK_PPM))
        f->clock_skew_ppm = sign * ppm;
    else
        spot_refuse(&spot, sign < 0 ? tr("write at most \"99.9 %\"") : tr("write at most \"50 %\""),
                    tr("%s is more than a clock can go wrong"), checks_value(spot.checks, spot.json));
}

void load_clock(struct loader *l, const struct spot *object, struct scenario_fault *f)
{
    static const struct key_rule keys[] = {
        {"host", NULL}, {"ahead", NULL}, {"behind", NULL}, {"fast", NULL}, {"slow", NULL}};
    static const char *const what[] = {"ahead", "behind", "fast", "slow"};
    int64_t step = 0;
    size_t n = 0;
    CHECK_KEYS(object, keys);
    load_host_of(l, object, ANY_ROLE, f);
    for (size_t i = 0; i < 4; i++) {
        struct spot key = spot_key(object, what[i]);
        if (key.json && n++ > 0)
            spot_refuse_key(&key, tr("make two faults of it"), tr("\"%s\" stands beside another error of the clock"),
                            what[i]);
    }
    if (want_duration(object, "ahead", 1, FARTHEST_CLOCK, &step)) f->clock_step_ns = step;
    if (want_duration(object, "behind", 1, FARTHEST_CLOCK, &step)) f->clock_step_ns = -step;
    load_rate_of_clock(object, "fast", 1, f);
    load_rate_of_clock(object, "slow", -1, f);
    if (n == 0 && !check_slip(object, what, 4))
        spot_refuse(object, tr("write one of \"ahead\", \"behind\", \"fast\", \"slow\""),
                    tr("nothing is said to be wrong with the clock"));
}

/* ---- clocks on which several faults are at work ---- */

struct clock_edge {
    const struct scenario_fault *fault;
    int64_t at_ns;
    bool is_end;
};

/* By host and time; what ends makes room for what begins. */
static int compare_edges(const void *a, const void *b)
{
    const struct clock_edge *x = a, *y = b;
    if (x->fault->host != y->fault->host) return x->fault->host < y->fault->host ? -1 : 1;
    if (x->at_ns != y->at_ns) return x->at_ns < y->at_ns ? -1 : 1;
    if (x->is_end != y->is_end) return x->is_end ? -1 : 1;
    return x->fault < y->fault ? -1 : x->fault > y->fault;
}

static size_t find_edges(const struct scenario *s, struct clock_edge *edges)
{
    size_t n = 0;
    for (size_t i = 0; i < s->n_faults; i++) {
        const struct scenario_fault *f = &s->faults[i];
        if (f->verb != FAULT_CLOCK) continue;
        edges[n++] = (struct clock_edge){f, f->at_ns, false};
        if (f->for_ns != TIME_NEVER) edges[n++] = (struct clock_edge){f, f->at_ns + f->for_ns, true};
    }
    return n;
}

static void refuse_clock(const struct spot *faults, const struct scenario_fault *fault)
{
    struct spot text = spot_first(faults);
    while (text.json && text.index != fault->text)
        text = spot_next(&text);
    struct spot spot = spot_key(&text, "clock");
    spot_refuse(&spot, tr("make them less, or let one end before the other begins"),
                tr("together with other faults the clock would go farther wrong than a clock can"));
}

void check_clocks(struct loader *l, const struct spot *faults)
{
    const struct scenario *s = l->scenario;
    struct clock_edge *edges = mem_calloc(2 * s->n_faults + 1, sizeof *edges);
    size_t n = find_edges(s, edges);
    int64_t ppm = 0, step_ns = 0;
    qsort(edges, n, sizeof *edges, compare_edges);
    for (size_t i = 0; i < n; i++) {
        const struct scenario_fault *f = edges[i].fault;
        int sign = edges[i].is_end ? -1 : 1;
        if (i == 0 || edges[i - 1].fault->host != f->host) ppm = step_ns = 0;
        ppm += sign * f->clock_skew_ppm;
        step_ns += sign * f->clock_step_ns;
        if (ppm >= -SLOWEST_CLOCK_PPM && ppm <= FASTEST_TOGETHER_PPM && step_ns >= -FARTHEST_CLOCK &&
            step_ns <= FARTHEST_CLOCK)
            continue;
        refuse_clock(faults, f);
        break;
    }
    mem_free(edges);
}
