/* Generators of mail, run lazily, so that a million mails to come cost no memory. */
#include "model/host/traffic.h"

#include <stdio.h>
#include <string.h>

#include "model/host/mail_client.h"
#include "sim/distributions.h"
#include "sim/journal/memory.h"

enum { SUBJECT_BYTES = 1100, NAME_TEXT_BYTES = 96 };

/* What is drawn for a mail. */
enum purpose { DRAW_INTERVAL, DRAW_SENDER, DRAW_SIZE, DRAW_SIZE_TOO, DRAW_HOW_MANY, DRAW_RECIPIENTS };

struct generator {
    struct world *world;
    const struct scenario_traffic *description;
    uint64_t key;        /* of its draws */
    uint64_t n;          /* mails written */
    int64_t group_at_ns; /* when the last group of mails that come together began, or the beginning of all */
    const char **recipients;
    char *text; /* of the last mail, with its template filled in */
    size_t text_room;
};

struct traffic {
    struct generator *generators;
    size_t n;
};

static uint64_t draw(const struct generator *g, enum purpose purpose, uint64_t nth)
{
    return random_draw_with(g->key, purpose, nth);
}

/* --- when --- */

/* From at_ns, which is within this day, to the instant at which work_2_16 of work is done; -1: not on this day. */
static int64_t within_day(const struct scenario_arrivals *every, int64_t time_of_day_ns, uint64_t *work_2_16)
{
    for (size_t i = 0; i < every->n_hours; i++) {
        const struct scenario_hours *h = &every->hours[i];
        int64_t from_ns = h->from_ns > time_of_day_ns ? h->from_ns : time_of_day_ns;
        if (from_ns >= h->until_ns || h->share == 0) continue;
        uint64_t done = (uint64_t)(h->until_ns - from_ns) * h->share;
        if (done > *work_2_16) return from_ns + (int64_t)(*work_2_16 / h->share);
        *work_2_16 -= done;
    }
    return -1;
}

/* Work of a whole day; at most 86400 s * 2^16, which is below 2^63. */
static uint64_t day_of_work(const struct scenario_arrivals *every)
{
    uint64_t work = 0;
    for (size_t i = 0; i < every->n_hours; i++)
        work += (uint64_t)(every->hours[i].until_ns - every->hours[i].from_ns) * every->hours[i].share;
    return work;
}

int64_t traffic_after(const struct scenario_arrivals *every, int64_t midnight_ns, int64_t at_ns, int64_t wait_ns)
{
    if (!every->hours) return wait_ns < TIME_NEVER - at_ns ? at_ns + wait_ns : TIME_NEVER;
    int64_t day_ns = (int64_t)(day_of_work(every) >> 16);
    if (day_ns == 0 || wait_ns / day_ns > 1000) return TIME_NEVER;
    int64_t days = wait_ns / day_ns;
    uint64_t rest = (uint64_t)(wait_ns % day_ns) << 16;
    int64_t time_of_day_ns = (midnight_ns + at_ns) % DAY, begin_ns = at_ns - time_of_day_ns + days * DAY;
    int64_t found_ns;
    while ((found_ns = within_day(every, time_of_day_ns, &rest)) < 0) {
        begin_ns += DAY;
        time_of_day_ns = 0;
    }
    return begin_ns + found_ns;
}

static int64_t interval(const struct generator *g, uint64_t nth)
{
    const struct scenario_arrivals *every = &g->description->every;
    switch (every->law) {
    case INTERVAL_FIXED:
        return every->interval_ns;
    case INTERVAL_POISSON:
        return draw_exponential(draw(g, DRAW_INTERVAL, nth), every->interval_ns);
    case INTERVAL_UNIFORM:
        return draw_uniform(draw(g, DRAW_INTERVAL, nth), every->interval_ns, every->most_ns);
    }
    return every->interval_ns;
}

static int64_t midnight_of(const struct world *world)
{
    return world->scenario->starts_unix_s % (DAY / SECOND) * SECOND;
}

static void write_next(void *context, uint64_t arg);

/* The next mail, or the end. */
static void schedule(struct generator *g)
{
    const struct scenario_traffic *t = g->description;
    struct world *world = g->world;
    uint64_t in_group = g->n % t->every.burst;
    if (in_group == 0)
        g->group_at_ns =
            traffic_after(&t->every, midnight_of(world), g->group_at_ns, interval(g, g->n / t->every.burst));
    int64_t at_ns = g->group_at_ns;
    if (at_ns != TIME_NEVER) at_ns += (int64_t)in_group * t->every.apart_ns;
    if (g->n == t->count || at_ns > t->until_ns || at_ns == TIME_NEVER) {
        world->mails_to_come--;
        return;
    }
    if (at_ns < world->engine->now_ns) at_ns = world->engine->now_ns; /* a burst that outlasts its interval */
    engine_at(world->engine, at_ns, write_next, g, 0);
}

/* --- what --- */

static size_t draw_choice(const struct scenario_choice *choice, uint64_t drawn)
{
    if (!choice->weight_sums) return (size_t)draw_uniform(drawn, 0, (int64_t)choice->n - 1);
    uint64_t place = (uint64_t)draw_uniform(drawn, 1, (int64_t)choice->weight_sums[choice->n - 1]);
    size_t low = 0, high = choice->n - 1;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (choice->weight_sums[middle] < place)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_taken(const struct generator *g, size_t n, const char *address)
{
    for (size_t i = 0; i < n; i++)
        if (g->recipients[i] == address) return true;
    return false;
}

/* Each once, and not the sender, unless there is nobody else: whoever may not be taken is passed over for the next in
   the list. Returns how many. */
static size_t draw_recipients(struct generator *g, const char *sender)
{
    const struct scenario_choice *to = &g->description->to;
    size_t wanted = (size_t)draw_uniform(draw(g, DRAW_HOW_MANY, g->n), g->description->recipients_least,
                                         g->description->recipients_most);
    size_t n = 0;
    for (size_t k = 0; k < wanted; k++) {
        size_t at = draw_choice(to, draw(g, DRAW_RECIPIENTS + k, g->n));
        for (size_t tries = 0; tries < to->n; tries++, at = (at + 1) % to->n) {
            if (is_taken(g, n, to->addresses[at])) continue;
            if (to->n > 1 && strcmp(to->addresses[at], sender) == 0) continue;
            g->recipients[n++] = to->addresses[at];
            break;
        }
    }
    return n;
}

static uint64_t draw_size(const struct generator *g)
{
    const struct scenario_sizes *size = &g->description->size;
    uint64_t first = draw(g, DRAW_SIZE, g->n);
    int64_t bytes = size->bytes;
    switch (size->law) {
    case SIZE_FIXED:
        return (uint64_t)bytes;
    case SIZE_UNIFORM:
        bytes = draw_uniform(first, size->bytes, size->most);
        break;
    case SIZE_EXPONENTIAL:
        bytes = draw_exponential(first, size->bytes);
        break;
    case SIZE_LOGNORMAL:
        bytes = draw_lognormal(first, draw(g, DRAW_SIZE_TOO, g->n), size->bytes, size->shape);
        break;
    case SIZE_PARETO:
        bytes = draw_pareto(first, size->bytes, size->shape);
        break;
    case SIZE_LISTED:
        bytes = size->listed[draw_uniform(first, 0, (int64_t)size->n_listed - 1)];
        break;
    }
    if (bytes > size->most) bytes = size->most;
    return bytes > 0 ? (uint64_t)bytes : 1;
}

struct filling {
    const char *word, *value;
};

/* Writes what fits of the template with its {words} filled in; returns how long all of it is. */
static size_t fill(char *out, size_t room, const char *template, const struct filling *fillings, size_t n)
{
    size_t used = 0;
    while (*template) {
        size_t plain = strcspn(template, "{"), k = 0;
        if (plain == 0) {
            while (k < n && strncmp(template, fillings[k].word, strlen(fillings[k].word)) != 0)
                k++;
            plain = k == n;
        }
        const char *from = plain ? template : fillings[k].value;
        size_t length = plain ? plain : strlen(from);
        template += plain ? plain : strlen(fillings[k].word);
        if (used < room) memcpy(out + used, from, length < room - used ? length : room - used);
        used += length;
    }
    if (room > 0) out[used < room ? used : room - 1] = '\0';
    return used;
}

static const char *fill_text(struct generator *g, const struct filling *fillings, size_t n)
{
    const char *text = g->description->text;
    if (!strchr(text, '{')) return text;
    size_t size = fill(g->text, g->text_room, text, fillings, n) + 1;
    if (size > g->text_room) {
        g->text = mem_realloc(g->text, g->text_room = 2 * size);
        fill(g->text, g->text_room, text, fillings, n);
    }
    return g->text;
}

static void write_next(void *context, uint64_t arg)
{
    (void)arg;
    struct generator *g = context;
    const struct scenario_traffic *t = g->description;
    size_t sender = t->in_turn ? (size_t)(g->n % t->from.n) : draw_choice(&t->from, draw(g, DRAW_SENDER, g->n));
    const char *from = t->from.addresses[sender];
    char name[NAME_TEXT_BYTES], number[24], subject[SUBJECT_BYTES];
    snprintf(number, sizeof number, "%llu", (unsigned long long)g->n + 1);
    snprintf(name, sizeof name, "%.63s-%s", t->name, number);
    size_t n = draw_recipients(g, from);
    const struct filling fillings[] = {{"{n}", number}, {"{name}", name}, {"{from}", from}, {"{to}", g->recipients[0]}};
    fill(subject, sizeof subject, t->subject, fillings, sizeof fillings / sizeof *fillings);
    const struct mail_draft draft = {.id = world_next_message_id(g->world),
                                     .name = name,
                                     .from = from,
                                     .recipients = g->recipients,
                                     .n_recipients = n,
                                     .n_to = n,
                                     .subject = subject,
                                     .attachments = t->attachments,
                                     .n_attachments = t->n_attachments,
                                     .text = fill_text(g, fillings, sizeof fillings / sizeof *fillings),
                                     .size_bytes = draw_size(g)};
    journal_set_cause(g->world->journal, 0);
    mail_client_write(g->world->hosts[t->from.clients[sender]].mail_client, draft);
    g->n++;
    schedule(g);
}

struct traffic *traffic_new(struct world *world)
{
    const struct scenario *scenario = world->scenario;
    if (scenario->n_traffic == 0) return NULL;
    struct traffic *traffic = mem_calloc(1, sizeof *traffic);
    traffic->n = scenario->n_traffic;
    traffic->generators = mem_calloc(traffic->n, sizeof *traffic->generators);
    for (size_t i = 0; i < traffic->n; i++) {
        struct generator *g = &traffic->generators[i];
        g->world = world;
        g->description = &scenario->traffic[i];
        g->key = random_key(world->seed,
                            random_hash_mix(random_hash_text("traffic"), random_hash_text(g->description->name)));
        g->group_at_ns = g->description->at_ns;
        g->recipients = mem_calloc((size_t)g->description->recipients_most, sizeof *g->recipients);
        world->mails_to_come++;
        schedule(g);
    }
    return traffic;
}

void traffic_free(struct traffic *traffic)
{
    if (!traffic) return;
    for (size_t i = 0; i < traffic->n; i++) {
        mem_free(traffic->generators[i].recipients);
        mem_free(traffic->generators[i].text);
    }
    mem_free(traffic->generators);
    mem_free(traffic);
}
