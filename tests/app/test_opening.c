/* Opening behind the window: what is known so far, giving up, a file that grows, and another window on the same. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "app/library.h"
#include "app/opening.h"
#include "app/rerun.h"
#include "sim/journal/journal_file.h"
#include "viz/draw/scene.h"

enum { LONGEST_MS = 60000, STEP_MS = 5 };

static const struct scene_wish nothing_shown = {.unit = 0};

static void sleep_ms(int ms)
{
    nanosleep(&(struct timespec){ms / 1000, (long)(ms % 1000) * 1000000}, NULL);
}

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- A journal ---- */

static struct event event_of(enum event_kind kind, uint64_t id, int64_t at_ns)
{
    const enum field_id *fields;
    struct event e = {.kind = kind, .id = id, .at_ns = at_ns};
    size_t n = event_kind_fields(kind, &fields);
    for (size_t i = 0; i < n; i++) {
        bool is_text = field_type(fields[i]) == TYPE_TEXT || field_type(fields[i]) == TYPE_BLOB;
        e.values[i] = (struct event_value){0, is_text ? "" : NULL};
    }
    return e;
}

static void set(struct event *e, enum field_id field, int64_t value)
{
    const enum field_id *fields;
    size_t n = event_kind_fields(e->kind, &fields);
    for (size_t i = 0; i < n; i++)
        if (fields[i] == field) e->values[i].i = value;
}

/* Two hosts, a link, and then packets that cross it, until there are so many events. */
static struct event nth_event(size_t i)
{
    struct event e = event_of(i < 2        ? EVENT_HOST_ADD
                              : i == 2     ? EVENT_LINK_ADD
                              : i % 3 == 0 ? EVENT_PACKET_SEND
                              : i % 3 == 1 ? EVENT_LINK_SEND
                                           : EVENT_LINK_DELIVER,
                              i + 1, i < 3 ? 0 : (int64_t)i * 1000);
    if (i >= 3) set(&e, FIELD_PACKET, (int64_t)(i / 3));
    set(&e, FIELD_LINK, 1);
    set(&e, FIELD_HOST, i == 1 ? 2 : 1);
    set(&e, FIELD_PEER, i < 2 ? 0 : 2);
    set(&e, FIELD_BEGINS, e.at_ns);
    set(&e, FIELD_DEPARTS, e.at_ns);
    set(&e, FIELD_ARRIVES, e.at_ns + 1000);
    return e;
}

static void write_events(struct journal_writer *writer, size_t from, size_t to)
{
    struct journal_reader reader = journal_writer_reader(writer, event_mask_all());
    for (size_t i = from; i < to; i++) {
        struct event e = nth_event(i);
        reader.on_event(reader.context, &e);
    }
}

static char path[64];

static void make_path(void)
{
    snprintf(path, sizeof path, "/tmp/test_opening-XXXXXX");
    int file = mkstemp(path);
    cr_assert(file >= 0);
    close(file);
}

static void remove_path(void)
{
    unlink(path);
}

static struct journal_writer *begin_journal(bool growing)
{
    char error[JOURNAL_ERROR_BYTES];
    struct journal_writer *writer = journal_writer_open(path, growing, error);
    cr_assert(writer != NULL, "%s", error);
    return writer;
}

static void end_journal(struct journal_writer *writer)
{
    char error[JOURNAL_ERROR_BYTES];
    cr_assert(journal_writer_close(writer, error), "%s", error);
}

static void make_journal(size_t events)
{
    struct journal_writer *writer = begin_journal(false);
    write_events(writer, 0, events);
    end_journal(writer);
}

TestSuite(opening, .init = make_path, .fini = remove_path, .timeout = 120);

/* The next index, or NULL when none has come for a long time. */
static struct scene_index *await_index(struct opening *opening, struct loading_news *news, enum loading_state *state)
{
    for (int waited = 0; waited < LONGEST_MS; waited += STEP_MS) {
        *news = (struct loading_news){.index = NULL};
        *state = opening_poll(opening, &nothing_shown, news);
        if (news->index || *state == LOADING_FAILED) return news->index;
        sleep_ms(STEP_MS);
    }
    return NULL;
}

/* ---- What must be so ---- */

Test(opening, a_part_is_known_before_the_whole_and_a_small_one_of_a_long_journal)
{
    enum { EVENTS = 400000 };
    make_journal(EVENTS);
    struct opening *opening = opening_begin(path);
    struct loading_news news;
    enum loading_state state = LOADING_GOES_ON;
    size_t known = 0;
    while (state == LOADING_GOES_ON) {
        struct scene_index *index = await_index(opening, &news, &state);
        cr_assert(index != NULL);
        cr_expect(story_event_count(index->story) > known, "each knows more than the one before");
        known = story_event_count(index->story);
        if (state == LOADING_GOES_ON) cr_expect(known < EVENTS && index->part < 1);
        opening_give_back(opening, index);
    }
    cr_expect(eq(int, state, LOADING_DONE));
    cr_expect(eq(sz, known, EVENTS));
    cr_expect(not(news.grows));
    opening_end(opening);
}

/* Reading and indexing all of it takes seconds. */
Test(opening, given_up_in_its_midst_it_is_gone_at_once)
{
    enum { EVENTS = 600000, INSTANTS = 5, SOON_MS = 500 };
    make_journal(EVENTS);
    int64_t begun_ms = now_ms();
    struct opening *opening = opening_begin(path);
    cr_assert(eq(int, opening_wait(opening, LONGEST_MS), LOADING_DONE));
    int64_t all_ms = now_ms() - begun_ms, soonest_ms[INSTANTS];
    opening_end(opening);
    size_t late = 0;
    for (int i = 0; i < INSTANTS; i++) {
        opening = opening_begin(path);
        (void)opening_wait(opening, (int)(all_ms * (1 + i) / 10)); /* on a busy machine it may be done already */
        begun_ms = now_ms();
        opening_end(opening);
        soonest_ms[i] = now_ms() - begun_ms;
        late += soonest_ms[i] > SOON_MS;
    }
    cr_expect(late <= 1, "%zu of %d took longer than %d ms, such as %lld, of %lld for all of it", late, INSTANTS,
              SOON_MS, (long long)soonest_ms[INSTANTS - 1], (long long)all_ms);
}

Test(opening, a_journal_that_grows_is_read_and_indexed_behind_the_window)
{
    struct journal_writer *writer = begin_journal(true);
    struct loading_news news;
    enum loading_state state;
    size_t written = 300;
    write_events(writer, 0, written);
    journal_writer_flush(writer);
    struct opening *opening = opening_begin(path);
    for (int more = 0; more < 3; more++) {
        struct scene_index *index = await_index(opening, &news, &state);
        cr_assert(index != NULL);
        cr_expect(eq(int, state, LOADING_DONE));
        cr_expect(news.grows, "there will be more");
        cr_expect(eq(sz, story_event_count(index->story), written));
        cr_expect(index->own != NULL, "what is appended to meanwhile is not what is looked at");
        opening_give_back(opening, index);
        write_events(writer, written, written + 300);
        written += 300;
        journal_writer_flush(writer);
    }
    end_journal(writer);
    do {
        struct scene_index *index = await_index(opening, &news, &state);
        cr_assert(index != NULL);
        cr_expect(story_event_count(index->story) <= written);
        if (!news.grows) cr_expect(eq(sz, story_event_count(index->story), written));
        opening_give_back(opening, index);
    } while (news.grows);
    opening_end(opening);
}

/* A step of a lesson that shows the same world as the one before. */
Test(opening, another_window_gets_an_index_of_its_own)
{
    make_journal(9000);
    struct opening *opening = opening_begin(path);
    struct loading_news news;
    enum loading_state state = LOADING_GOES_ON;
    for (int window = 0; window < 3; window++) {
        if (window) opening_again(opening);
        do
            scene_index_free(await_index(opening, &news, &state));
        while (state == LOADING_GOES_ON);
        cr_expect(eq(int, state, LOADING_DONE), "window %d", window);
    }
    opening_again(opening); /* nobody asks for it: it is freed all the same */
    opening_end(opening);
}

Test(opening, what_is_spoilt_fails_and_can_be_ended)
{
    struct journal_writer *writer = begin_journal(true);
    struct loading_news news;
    enum loading_state state;
    write_events(writer, 0, 300);
    journal_writer_flush(writer);
    struct opening *opening = opening_begin(path);
    struct scene_index *index = await_index(opening, &news, &state);
    cr_assert(index != NULL);
    struct event again = nth_event(0); /* a host that is there already */
    again.id = 1000;
    again.at_ns = SECOND;
    struct journal_reader reader = journal_writer_reader(writer, event_mask_all());
    reader.on_event(reader.context, &again);
    journal_writer_flush(writer);
    cr_expect(eq(ptr, (void *)await_index(opening, &news, &state), NULL));
    cr_expect(eq(int, state, LOADING_FAILED));
    cr_expect(ne(int, opening_code(opening), 0));
    scene_index_free(index);
    opening_end(opening);
    journal_writer_abandon(writer);
}

/* ---- What if ---- */

static char *text_of_first_mail(void)
{
    enum { MOST = 1 << 16 };
    char *file = library_find("first-mail"), *text = calloc(1, MOST);
    FILE *f = fopen(file, "r");
    cr_assert(f != NULL);
    cr_assert(fread(text, 1, MOST - 1, f) > 0);
    fclose(f);
    free(file);
    return text;
}

/* What is wrong with a value that was written in the window, without a place in a text that nobody has seen. */
Test(rerun, what_makes_no_world_is_told_without_its_place)
{
    static const char scenario[] =
        "{ \"postroad\": 1, \"hosts\": { \"a\": { \"router\": {} }, \"b\": { \"router\": {} } },"
        "\"links\": { \"l\": { \"between\": [\"a\", \"b\"], \"loss\": \"5\" } } }";
    const struct rerun rerun = rerun_of_scenarios();
    struct journal_memory *journal = NULL;
    char why[RERUN_WHY_BYTES] = "";
    enum rerun_state state = RERUN_GOES_ON;
    struct rerun_job *job = rerun.begin(rerun.context, scenario, NULL);
    for (int64_t began_ms = now_ms(); state == RERUN_GOES_ON && now_ms() - began_ms < LONGEST_MS; sleep_ms(STEP_MS))
        state = rerun.poll(job, &journal, why);
    rerun.end(job);
    cr_expect(eq(int, state, RERUN_FAILED));
    cr_expect(strstr(why, "no unit") != NULL && strstr(why, "what if:") == NULL && strstr(why, "/links") == NULL, "%s",
              why);
}

Test(rerun, a_world_is_run_again_behind_the_window_or_given_up)
{
    const struct rerun rerun = rerun_of_scenarios();
    char *scenario = text_of_first_mail(), why[RERUN_WHY_BYTES];
    struct journal_memory *journal = NULL;
    enum rerun_state state = RERUN_GOES_ON;
    rerun.end(rerun.begin(rerun.context, scenario, "7"));
    struct rerun_job *job = rerun.begin(rerun.context, scenario, "7");
    for (int waited = 0; state == RERUN_GOES_ON && waited < LONGEST_MS; waited += STEP_MS) {
        sleep_ms(STEP_MS);
        state = rerun.poll(job, &journal, why);
    }
    cr_expect(eq(int, state, RERUN_DONE));
    rerun.end(job);
    cr_expect(journal && journal_memory_count(journal) > 100);
    journal_memory_free(journal);
    free(scenario);
}

/* Saves this scenario beside nothing else, and gives back what is in the file then; to be freed. */
static char *saved_as(const char *word, const char *scenario)
{
    enum { MOST = 1 << 16 };
    char folder[] = "/tmp/postroad-saved-XXXXXX", where[RERUN_WHY_BYTES], *text = calloc(1, MOST);
    struct journal_memory *none = journal_memory_new();
    const struct rerun rerun = rerun_of(none, word);
    cr_assert(mkdtemp(folder) != NULL && chdir(folder) == 0);
    cr_assert(rerun.save(rerun.context, scenario, where), "%s", where);
    FILE *f = fopen(where, "r");
    cr_assert(f != NULL);
    cr_assert(fread(text, 1, MOST - 1, f) > 0);
    fclose(f);
    journal_memory_free(none);
    unlink(where);
    rmdir(folder);
    return text;
}

Test(rerun, what_is_saved_is_as_it_was_written_but_for_what_is_different)
{
    char *written = text_of_first_mail();
    struct scenario *scenario = library_load_scenario("first-mail", NULL, 0);
    char *same = saved_as("first-mail", scenario->json);
    cr_expect(eq(str, same, written), "not a byte differs");
    const struct scenario_override loss = {"/links/a-mail/loss", "\"7 %\""};
    struct scenario *changed = library_load_scenario("first-mail", &loss, 1);
    char *edited = saved_as("first-mail", changed->json), *value = strstr(edited, "\"7 %\""), *end;
    cr_assert(value != NULL);
    size_t before = (size_t)(value - edited);
    cr_expect(strncmp(edited, written, before) == 0);
    end = strchr(written + before + 1, '"') + 1;
    cr_expect(eq(str, value + strlen("\"7 %\""), end), "but for that value");
    free(edited), free(same), free(written);
    scenario_free(changed);
    scenario_free(scenario);
}

Test(rerun, what_comes_from_a_journal_is_saved_as_somebody_would_write_it)
{
    struct scenario *scenario = library_load_scenario("first-mail", NULL, 0);
    char *text = saved_as("a.journal", scenario->json);
    cr_expect(strstr(text, "{\n  \"postroad\": 1,\n  \"title\"") == text, "%s", text);
    cr_expect(strstr(text, "    \"alice-pc\": { \"client\": {") != NULL, "%s", text);
    cr_expect(eq(chr, text[strlen(text) - 1], '\n'));
    free(text);
    scenario_free(scenario);
}
