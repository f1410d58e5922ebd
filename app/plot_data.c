#include "app/plot_data.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/plot_factors.h"
#include "model/scenario/json.h"
#include "sim/journal/memory.h"
#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"

/* ---- measures ---- */

bool plot_has_mails(enum measure m)
{
    return measure_is_of_mails(m);
}

enum figure_unit plot_unit(enum measure m)
{
    static const struct {
        const char *name;
        enum figure_unit unit;
    } units[] = {{"s", FIGURE_SECONDS}, {"share", FIGURE_SHARE}, {"B", FIGURE_BYTES}, {"B/s", FIGURE_BYTES_PER_S}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (strcmp(measure_unit(m), units[i].name) == 0) return units[i].unit;
    return FIGURE_PLAIN;
}

static cJSON *precision_of(const struct results_about *about, cJSON **root)
{
    *root = cJSON_Parse(about->study_text);
    return *root ? json_get(*root, "/precision") : NULL;
}

static bool was_measured(const struct results_about *about, const cJSON *name, enum measure *m)
{
    return cJSON_IsString(name) && measure_find(name->valuestring, m) && about->measures & MEASURE_BIT(*m);
}

enum measure plot_main_measure(const struct results_about *about)
{
    cJSON *root, *precision = precision_of(about, &root);
    const cJSON *list = root ? json_get(root, "/measure") : NULL, *name;
    enum measure m = MEASURES;
    bool found = precision && was_measured(about, json_get(precision, "/measure"), &m);
    cJSON_ArrayForEach(name, list) found = found || was_measured(about, name, &m);
    cJSON_Delete(root);
    for (int i = 0; i < MEASURES && !found; i++) {
        m = (enum measure)i;
        found = about->measures & MEASURE_BIT(i);
    }
    return found ? m : MEASURE_DELIVERY_DELAY;
}

double plot_main_quantile(const struct results_about *about, enum measure measure)
{
    cJSON *root, *precision = precision_of(about, &root);
    const cJSON *name = precision ? json_get(precision, "/measure") : NULL,
                *q = precision ? json_get(precision, "/quantile") : NULL;
    enum measure found;
    double quantile = -1;
    if (cJSON_IsString(name) && measure_find(name->valuestring, &found) && found == measure)
        quantile = cJSON_IsNumber(q) ? q->valuedouble : 0;
    cJSON_Delete(root);
    return quantile;
}

bool plot_is_sampled(const struct results_about *about)
{
    cJSON *root = cJSON_Parse(about->study_text);
    bool is = root && json_get(root, "/design/latin_hypercube");
    cJSON_Delete(root);
    return is;
}

/* ---- reading ---- */

struct reading {
    struct plot_data *data;
    struct plot_reader *factors;
    bool with_mails, with_attempts;
    uint64_t last_key;
    size_t room_points, room_runs, room_mails, room_later, room_done;
};

/* Room for one more at the end. */
static void *grown(void *items, size_t n, size_t *room, size_t size)
{
    if (n < *room) return items;
    *room = *room ? 2 * *room : 64;
    return mem_realloc(items, *room * size);
}

static struct plot_point *point_for(struct reading *r, const struct results_run *row)
{
    struct plot_data *d = r->data;
    if (d->n_points && r->last_key == row->point_key) return &d->points[d->n_points - 1];
    d->points = grown(d->points, d->n_points, &r->room_points, sizeof *d->points);
    struct plot_point *p = &d->points[d->n_points++];
    *p = (struct plot_point){
        .key = row->point_key, .levels = plot_reader_levels(r->factors, row->values), .n_levels = d->about.n_pointers};
    r->last_key = row->point_key;
    r->room_runs = r->room_mails = r->room_later = r->room_done = 0;
    return p;
}

static double seconds(int64_t ns)
{
    return (double)ns / SECOND;
}

/* Whether the end of the run has cut it off; of the delay: whether it is not in the mailbox. */
static bool is_cut_off(enum measure m, const struct measured_mail *mail)
{
    if (m == MEASURE_DELIVERY_DELAY) return mail->outcome != MEASURED_DELIVERED;
    if (m == MEASURE_TIME_TO_FIRST_ATTEMPT) return mail->first_attempt_ns == TIME_NEVER;
    return measure_is_censored_by_end(m) && mail->outcome == MEASURED_QUEUED;
}

/* Whether its run ended before what is measured of it did: not of the time to an attempt that was made. */
static bool is_open(enum measure m, const struct measured_mail *mail)
{
    bool has_all = m == MEASURE_TIME_TO_FIRST_ATTEMPT && mail->first_attempt_ns != TIME_NEVER;
    return mail->outcome == MEASURED_QUEUED && !has_all;
}

/* How long it took, or so far. False: it is no observation. Of the delay: what was sent back never comes, which is
   marked by an infinite time, and put right when all is read. */
static bool observe(enum measure m, const struct measured_mail *mail, int64_t end_ns, struct stat_observation *o)
{
    int64_t value;
    if (!measured_mail_value(mail, m, end_ns, &value)) return false;
    *o = (struct stat_observation){measure_is_censored_by_end(m) ? seconds(value) : (double)value, is_cut_off(m, mail),
                                   0};
    bool never_comes = m == MEASURE_DELIVERY_DELAY && o->is_censored && mail->outcome != MEASURED_QUEUED;
    if (never_comes) o->time = INFINITY;
    if (o->time < 0) o->time = 0;
    return true;
}

static void take_mails(struct reading *r, struct plot_point *p, struct plot_run *run,
                       const struct measured_run *measured)
{
    for (size_t i = 0; i < measured->n_mails; i++) {
        struct stat_observation o;
        if (!observe(r->data->measure, &measured->mails[i], measured->ended_ns, &o)) continue;
        p->mails = grown(p->mails, p->n_mails, &r->room_mails, sizeof *p->mails);
        o.group = p->n_runs - 1;
        p->mails[p->n_mails++] = o;
        run->n_mails++;
        p->n_open += is_open(r->data->measure, &measured->mails[i]);
        p->n_never += isinf(o.time);
    }
}

static void take_attempts(struct reading *r, struct plot_point *p, const struct measured_run *measured)
{
    for (size_t i = 0; i < measured->n_attempts; i++) {
        const struct measured_attempt *a = &measured->attempts[i];
        double time = seconds(a->at_ns - measured->mails[a->mail].written_ns);
        if (a->outcome == TRY_DELIVERED) {
            p->done = grown(p->done, p->n_done, &r->room_done, sizeof *p->done);
            p->done[p->n_done++] = time;
        } else {
            p->later = grown(p->later, p->n_later, &r->room_later, sizeof *p->later);
            p->later[p->n_later++] = time;
        }
    }
}

static bool take_run(void *context, const struct results_run *row)
{
    struct reading *r = context;
    struct plot_point *p = point_for(r, row);
    p->runs = grown(p->runs, p->n_runs, &r->room_runs, sizeof *p->runs);
    struct plot_run *run = &p->runs[p->n_runs++];
    *run = (struct plot_run){row->replication, row->run->values[r->data->measure], p->n_mails, 0};
    if (r->with_mails) take_mails(r, p, run, row->run);
    if (r->with_attempts) take_attempts(r, p, row->run);
    return true;
}

/* What never comes is watched as long as anything was. */
static void settle_never(struct plot_data *d)
{
    double longest = 0;
    for (size_t i = 0; i < d->n_points; i++)
        for (size_t k = 0; k < d->points[i].n_mails; k++)
            if (isfinite(d->points[i].mails[k].time)) longest = fmax(longest, d->points[i].mails[k].time);
    for (size_t i = 0; i < d->n_points; i++) {
        struct plot_point *p = &d->points[i];
        for (size_t k = 0; k < p->n_mails; k++)
            if (isinf(p->mails[k].time)) p->mails[k].time = longest;
        d->n_runs += p->n_runs;
        d->n_mails += p->n_mails;
        d->n_open += p->n_open;
        d->n_never += p->n_never;
    }
}

static int by_levels(const void *a, const void *b)
{
    const struct plot_point *p = a, *q = b;
    for (size_t i = 0; i < p->n_levels; i++)
        if (p->levels[i] != q->levels[i]) return p->levels[i] < q->levels[i] ? -1 : 1;
    return 0;
}

static char *title_of(const char *scenario_text)
{
    cJSON *root = cJSON_Parse(scenario_text);
    const cJSON *title = root ? json_get(root, "/title") : NULL;
    char *copy = mem_strdup(cJSON_IsString(title) ? title->valuestring : "");
    cJSON_Delete(root);
    return copy;
}

struct plot_data *plot_data_read(struct results_reader *reader, enum measure measure, bool with_attempts, char *error,
                                 size_t room)
{
    struct plot_data *d = mem_calloc(1, sizeof *d);
    d->about = *results_read_about(reader);
    d->measure = measure;
    d->scenario_title = title_of(d->about.scenario_text);
    bool with_mails = plot_has_mails(measure) || with_attempts;
    struct reading r = {
        .data = d, .factors = plot_reader_new(&d->about), .with_mails = with_mails, .with_attempts = with_attempts};
    unsigned parts = (with_mails ? RESULTS_MAILS : 0) | (with_attempts ? RESULTS_ATTEMPTS : 0);
    bool read = results_read_runs(reader, parts, take_run, &r, error, room);
    d->factors = plot_reader_finish(r.factors, d->points, d->n_points);
    d->n_factors = d->about.n_pointers;
    settle_never(d);
    if (d->n_points) qsort(d->points, d->n_points, sizeof *d->points, by_levels);
    if (read && d->n_runs) return d;
    if (read) snprintf(error, room, "there are no runs in it yet");
    plot_data_free(d);
    return NULL;
}

void plot_data_free(struct plot_data *d)
{
    if (!d) return;
    for (size_t i = 0; i < d->n_points; i++) {
        mem_free(d->points[i].levels);
        mem_free(d->points[i].runs);
        mem_free(d->points[i].mails);
        mem_free(d->points[i].later);
        mem_free(d->points[i].done);
    }
    plot_factors_free(d->factors, d->n_factors);
    mem_free(d->points);
    mem_free(d->scenario_title);
    mem_free(d);
}
