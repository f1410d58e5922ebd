/* The clock, the end of a stretch of time, and causes that wait with what they led to. */
#include <criterion/criterion.h>

#include "sim/engine.h"

struct note {
    struct engine *engine;
    int64_t at_ns[8];
    uint64_t args[8], causes[8];
    size_t n;
    uint64_t journal_time_agrees;
};

static void take_note(void *context, uint64_t arg)
{
    struct note *note = context;
    note->at_ns[note->n] = note->engine->now_ns;
    note->args[note->n] = arg;
    note->causes[note->n] = journal_cause(note->engine->journal);
    note->journal_time_agrees += journal_now(note->engine->journal) == note->engine->now_ns;
    note->n++;
}

static void schedule_two_more(void *context, uint64_t arg)
{
    struct note *note = context;
    take_note(context, arg);
    engine_at(note->engine, note->engine->now_ns, take_note, note, arg + 1);
    engine_at(note->engine, note->engine->now_ns + 5, take_note, note, arg + 2);
}

Test(engine, moves_the_clock_from_event_to_event_and_never_back)
{
    struct journal *journal = journal_new();
    struct engine *engine = engine_new(7, journal);
    struct note note = {.engine = engine};
    engine_at(engine, 20, schedule_two_more, &note, 100);
    engine_at(engine, 10, take_note, &note, 1);
    engine_at(engine, 20, take_note, &note, 2);
    while (engine_run_next(engine, TIME_NEVER))
        continue;
    int64_t times[] = {10, 20, 20, 20, 25};
    uint64_t args[] = {1, 100, 2, 101, 102};
    cr_assert_eq(note.n, 5);
    for (size_t i = 0; i < 5; i++) {
        cr_assert_eq(note.at_ns[i], times[i]);
        cr_assert_eq(note.args[i], args[i]);
    }
    cr_assert_eq(note.journal_time_agrees, 5);
    cr_assert_eq(engine->events_run, 5);
    engine_free(engine);
    journal_free(journal);
}

Test(engine, stops_before_what_is_later_than_asked_and_then_goes_on)
{
    struct journal *journal = journal_new();
    struct engine *engine = engine_new(7, journal);
    struct note note = {.engine = engine};
    engine_at(engine, 10, take_note, &note, 1);
    engine_at(engine, 30, take_note, &note, 3);
    cr_assert(engine_run_next(engine, 10), "until is included");
    cr_assert_not(engine_run_next(engine, 29));
    cr_assert_eq(engine->now_ns, 10, "the clock stays");
    engine_at(engine, 20, take_note, &note, 2);
    cr_assert(engine_run_next(engine, 29));
    cr_assert_eq(note.args[1], 2);
    cr_assert(engine_run_next(engine, 30));
    cr_assert_not(engine_run_next(engine, TIME_NEVER));
    engine_free(engine);
    journal_free(journal);
}

Test(engine, gives_an_event_the_cause_that_was_set_when_it_was_scheduled)
{
    struct journal *journal = journal_new();
    struct engine *engine = engine_new(7, journal);
    struct note note = {.engine = engine};
    journal_set_cause(journal, 41);
    engine_at(engine, 1, schedule_two_more, &note, 1);
    journal_set_cause(journal, 42);
    struct event_handle cancelled = engine_at(engine, 1, take_note, &note, 9);
    engine_at(engine, 2, take_note, &note, 4);
    cr_assert(engine_cancel(engine, cancelled));
    while (engine_run_next(engine, TIME_NEVER))
        continue;
    uint64_t args[] = {1, 2, 4, 3}, causes[] = {41, 41, 42, 41};
    cr_assert_eq(note.n, 4);
    for (size_t i = 0; i < 4; i++) {
        cr_assert_eq(note.args[i], args[i]);
        cr_assert_eq(note.causes[i], causes[i]);
    }
    engine_free(engine);
    journal_free(journal);
}

Test(engine, runs_without_a_journal)
{
    struct engine *engine = engine_new(7, NULL);
    struct note note = {.engine = engine};
    engine_at(engine, 3, take_note, &note, 1);
    cr_assert(engine_run_next(engine, TIME_NEVER));
    cr_assert_eq(note.causes[0], 0);
    engine_free(engine);
}
