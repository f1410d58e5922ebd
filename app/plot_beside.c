#include "app/plot_beside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/options.h"
#include "model/scenario/units.h"
#include "sim/journal/memory.h"
#include "sim/journal/tr.h"
#include "viz/figures/value_text.h"

static const struct {
    const char *word, *name;
    enum figure_unit unit;
} formulas[] = {[FORMULA_HANDSHAKE] = {"handshake", "Cardwell 2000", FIGURE_SECONDS},
                [FORMULA_TRANSFER] = {"transfer", "Cardwell 2000", FIGURE_SECONDS},
                [FORMULA_RATE] = {"rate", "PFTK 2000", FIGURE_BYTES_PER_S}};
enum { FORMULAS = sizeof formulas / sizeof *formulas };

static bool refuse(const char *what, const char *written, const char *hint)
{
    fprintf(stderr, tr("postroad plot: --beside: \"%s\" %s\n"), written, what);
    if (hint) fprintf(stderr, tr("  hint: %s\n"), hint);
    return false;
}

/* "rtt=70 ms" */
static bool read_value(struct plot_beside *b, const char *name, const char *value)
{
    const struct {
        const char *name;
        enum unit_kind kind; /* UNIT_PACKETS: a plain number */
        double unit, *into;
    } keys[] = {{"rtt", UNIT_DURATION, 1e-9, &b->path.rtt_s},
                {"timeout", UNIT_DURATION, 1e-9, &b->path.timeout_s},
                {"size", UNIT_SIZE, 1, &b->size_bytes},
                {"segment", UNIT_SIZE, 1, &b->segment_bytes},
                {"acked", UNIT_PACKETS, 1, &b->path.acked},
                {"window", UNIT_PACKETS, 1, &b->path.most_window},
                {"initial", UNIT_PACKETS, 1, &b->path.initial_window}};
    struct unit_problem problem;
    int64_t whole;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        if (strcmp(keys[i].name, name) != 0) continue;
        char *end;
        bool is_plain = keys[i].kind == UNIT_PACKETS;
        if (is_plain)
            *keys[i].into = strtod(value, &end);
        else if (unit_parse(keys[i].kind, value, &whole, &problem))
            *keys[i].into = (double)whole * keys[i].unit;
        else
            return refuse(problem.what, value, problem.hint);
        bool is_good = is_plain ? *value && !*end && *keys[i].into >= 1 : *keys[i].into > 0;
        return is_good || refuse(tr("must be above zero"), value, NULL);
    }
    return refuse(tr("is no part of a formula"), name, "rtt, timeout, size, segment, acked, window, initial");
}

static bool read_values(struct plot_beside *b, char *rest)
{
    for (char *part = rest, *next; part && *part; part = next) {
        next = strchr(part, ',');
        if (next) *next++ = 0;
        while (*part == ' ')
            part++;
        char *equals = strchr(part, '=');
        if (!equals) return refuse(tr("has no \"=\""), part, "--beside \"handshake:rtt=70 ms,timeout=1 s\"");
        *equals = 0;
        if (!read_value(b, part, equals + 1)) return false;
    }
    return true;
}

bool plot_beside_read(const char *written, struct plot_beside *b)
{
    *b = (struct plot_beside){.path = formula_path_default(), .size_bytes = 20e3, .segment_bytes = 1460};
    char *copy = mem_strdup(written), *colon = strchr(copy, ':');
    bool found = false;
    if (colon) *colon = 0;
    for (int i = 0; i < FORMULAS && !found; i++) {
        found = strcmp(copy, formulas[i].word) == 0;
        b->formula = (enum plot_formula)i;
    }
    if (!found) refuse(tr("is not handshake, transfer or rate"), copy, "--beside \"handshake:rtt=70 ms,timeout=1 s\"");
    bool good = found && (!colon || read_values(b, colon + 1));
    mem_free(copy);
    return good;
}

bool plot_beside_fits(const struct plot_beside *b, const struct plot_data *d, const struct plot_choice *c)
{
    const char *word = formulas[b->formula].word;
    const struct plot_factor *x = c->x == PLOT_NONE ? NULL : &d->factors[c->x];
    if (c->kind != FIGURE_CURVE || !x || !x->is_number || x->unit != FIGURE_SHARE || x->n_levels < 3)
        return refuse(tr("stands beside a curve over loss, which this figure is not"), word, "--figure curve --x loss");
    bool is_it = b->formula != FORMULA_HANDSHAKE || d->measure == MEASURE_CONNECT;
    if (is_it && plot_statistic_unit(d, &c->statistic) == formulas[b->formula].unit) return true;
    return refuse(tr("is no value of this measure"), word,
                  b->formula == FORMULA_RATE ? "--measure goodput" : "--measure connect");
}

double plot_beside_at(const struct plot_beside *b, double loss)
{
    if (b->formula == FORMULA_HANDSHAKE) return formula_handshake(loss, &b->path);
    if (b->formula == FORMULA_RATE) return formula_rate(loss, &b->path) * b->segment_bytes;
    double segments = b->size_bytes / b->segment_bytes;
    return formula_transfer(loss, segments > 1 ? segments : 1, &b->path);
}

const char *plot_beside_name(const struct plot_beside *b)
{
    return formulas[b->formula].name;
}
