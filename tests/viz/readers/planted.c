#include "tests/viz/readers/planted.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "tests/model/host/world_runs.h"
#include "viz/readers/laws.h"

/* The first breach of this law, or the first of all; "" when none is broken. */
static void judge(const struct world_run *run, tamper_fn tamper, const char *law, char *first, size_t size)
{
    struct laws *laws = laws_new();
    struct journal_reader reader = laws_reader(laws, true);
    for (size_t i = 0; i < journal_memory_count(run->journal); i++) {
        struct event e = *journal_memory_at(run->journal, i);
        if (!event_mask_has(reader.mask, e.kind)) continue;
        for (int times = tamper ? tamper(&e) : 1; times > 0; times--)
            reader.on_event(reader.context, &e);
    }
    laws_finish(laws);
    snprintf(first, size, "%s", laws_breaches(laws) ? laws_breach(laws, 0) : "");
    for (size_t i = laws_breaches(laws); i-- > 0;)
        if (strncmp(laws_breach(laws, i), law, strlen(law)) == 0) snprintf(first, size, "%s", laws_breach(laws, i));
    laws_free(laws);
}

void planted_text(struct event *e, enum field_id field, const char *text)
{
    const enum field_id *fields;
    size_t n = event_kind_fields(e->kind, &fields);
    for (size_t i = 0; i < n; i++)
        if (fields[i] == field) e->values[i] = (struct event_value){.i = (int64_t)strlen(text), .bytes = text};
}

void planted_bytes(struct event *e, enum field_id field, const char *bytes, size_t size)
{
    const enum field_id *fields;
    size_t n = event_kind_fields(e->kind, &fields);
    for (size_t i = 0; i < n; i++)
        if (fields[i] == field) e->values[i] = (struct event_value){.i = (int64_t)size, .bytes = bytes};
}

void planted_int(struct event *e, enum field_id field, int64_t value)
{
    const enum field_id *fields;
    size_t n = event_kind_fields(e->kind, &fields);
    for (size_t i = 0; i < n; i++)
        if (fields[i] == field) e->values[i].i = value;
}

bool planted_has(const struct event *e, enum event_kind kind, enum field_id field, const char *words)
{
    return e->kind == kind && strstr(event_text(e, field), words);
}

void planted_see(const char *scenario, const struct planted_bug *bugs, size_t n_bugs)
{
    char first[300];
    struct world_run run = world_run_scenario(scenario, 0, event_mask_all());
    judge(&run, NULL, "", first, sizeof first);
    cr_expect_str_empty(first, "%s, as it is: %s", scenario, first);
    for (size_t i = 0; i < n_bugs; i++) {
        size_t length = strlen(bugs[i].law);
        judge(&run, bugs[i].tamper, bugs[i].law, first, sizeof first);
        cr_expect(strncmp(first, bugs[i].law, length) == 0 && first[length] == ' ', "%s: bug %zu should break %s: %s",
                  scenario, i, bugs[i].law, first);
    }
    world_run_free(&run);
}
