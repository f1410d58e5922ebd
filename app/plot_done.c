#include "app/plot_done.h"

#include "app/study/study_points.h"
#include "app/study/study_rule.h"
#include "sim/journal/memory.h"
#include "viz/story/tables.h"

struct counting {
    const struct plot_data *data;
    const struct study *study;
    struct index_map places; /* of points, by their keys */
    struct text_buffer text;
};

static uint64_t runs_at(struct counting *c, uint64_t point)
{
    study_point_text(c->study, point, &c->text);
    size_t at = index_map_get(&c->places, study_point_key(c->text.text));
    return at == SIZE_MAX ? 0 : c->data->points[at].n_runs;
}

/* Whether it is a number of runs after which a group may be left alone. */
static bool may_stop_at(const struct study *study, uint64_t runs)
{
    int64_t n = (int64_t)runs, look = study->precision.is_wanted ? study->least_runs : study->most_runs;
    while (look < n && look < study->most_runs)
        look = study_rule_next_look(study, look);
    return n == look || n > study->most_runs;
}

static void count(struct counting *c, struct plot_done *done)
{
    uint64_t points = study_points(c->study), size = study_group_size(c->study), of_group = 0;
    uint64_t most = (uint64_t)c->study->most_runs;
    for (uint64_t point = 0; point < points; point++) {
        uint64_t runs = runs_at(c, point);
        if (point % size == 0) of_group = runs;
        done->runs += runs < most ? runs : most;
        bool stops_alone = c->study->precision.is_wanted && runs != of_group;
        done->is_unfinished |= stops_alone || !may_stop_at(c->study, runs);
    }
}

struct plot_done plot_done_of(const struct plot_data *d)
{
    struct plot_done done = {.is_unfinished = false};
    struct study *study = study_recall(d->about.study_text);
    if (!study) return done;
    struct counting c = {.data = d, .study = study};
    done.planned = study_points(study) * (uint64_t)study->most_runs;
    done.may_be_fewer = study->precision.is_wanted;
    if (study_points(study) > d->n_points) {
        done.is_unfinished = true;
        done.runs = d->n_runs;
    } else {
        for (size_t i = 0; i < d->n_points; i++)
            index_map_put(&c.places, d->points[i].key, i);
        count(&c, &done);
    }
    index_map_free(&c.places);
    mem_free(c.text.text);
    study_free(study);
    return done;
}
