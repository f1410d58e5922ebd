/* `postroad run --transcript packets` says in words what the window shows: each step has its line, each line its step.
   Two kinds of steps are told by the line of another event of the same packet at the same instant, so that a packet
   does not take two lines at each router: sending it says that it goes out on its first link, and going on over the
   next link says that it came there. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/journal/memory.h"
#include "tests/viz/draw/run_scenario.h"
#include "viz/readers/transcript.h"
#include "viz/story/story.h"
#include "viz/story/visible.h"

/* What the transcript says of each event: where its text begins and ends. */
struct telling_of_run {
    char *text;
    size_t *ends; /* of each event */
};

static struct telling_of_run tell(const struct journal_memory *journal)
{
    struct telling_of_run telling = {.ends = mem_calloc(journal_memory_count(journal) + 1, sizeof(size_t))};
    size_t size = 0;
    FILE *out = open_memstream(&telling.text, &size);
    struct transcript *transcript = transcript_new(TRANSCRIPT_PACKETS, out);
    struct journal_reader reader = transcript_reader(transcript);
    for (size_t i = 0; i < journal_memory_count(journal); i++) {
        const struct event *e = journal_memory_at(journal, i);
        if (event_mask_has(reader.mask, e->kind)) reader.on_event(reader.context, e);
        fflush(out);
        telling.ends[i] = size;
    }
    transcript_free(transcript);
    fclose(out);
    return telling;
}

static bool is_told(const struct telling_of_run *telling, size_t i)
{
    return telling->ends[i] > (i ? telling->ends[i - 1] : 0);
}

/* The same packet has a line of its own at this instant, that of this kind if one is named. */
static bool packet_is_told(const struct journal_memory *journal, const struct telling_of_run *telling, size_t at,
                           int direction, enum event_kind kind)
{
    struct event e = *journal_memory_at(journal, at);
    int64_t packet = event_int(&e, FIELD_PACKET);
    for (size_t i = at + (size_t)direction; i < journal_memory_count(journal); i += (size_t)direction) {
        const struct event *other = journal_memory_at(journal, i);
        if (other->at_ns != e.at_ns) return false;
        bool same = event_has(other->kind, FIELD_PACKET) && event_int(other, FIELD_PACKET) == packet;
        if (same && (kind == EVENT_KINDS || other->kind == kind) && is_told(telling, i)) return true;
    }
    return false;
}

static bool has_its_words(const struct journal_memory *journal, const struct telling_of_run *telling, size_t i)
{
    enum event_kind kind = journal_memory_kind(journal, i);
    if (is_told(telling, i)) return true;
    if (kind == EVENT_LINK_SEND) return packet_is_told(journal, telling, i, -1, EVENT_PACKET_SEND);
    if (kind == EVENT_LINK_DELIVER) return packet_is_told(journal, telling, i, 1, EVENT_KINDS);
    return false;
}

/* In the line as in the sentence, however the line is wrapped and whatever a long text is cut to. */
static bool holds(const char *text, size_t n, const char *words)
{
    char squeezed[4096];
    size_t k = 0;
    for (size_t i = 0; i < n && k + 1 < sizeof squeezed; i++) {
        bool blank = isspace((unsigned char)text[i]);
        if (!blank || (k && squeezed[k - 1] != ' ')) squeezed[k++] = blank ? ' ' : text[i];
    }
    squeezed[k] = 0;
    return strstr(squeezed, words) != NULL;
}

/* What the sentence names of this event's subjects, the line names, too. */
static void expect_same_subjects(const char *scenario, const struct story *story, const struct event *e, size_t i,
                                 const char *line, size_t n)
{
    static const enum field_id subjects[] = {FIELD_QNAME, FIELD_RECIPIENT, FIELD_NAME, FIELD_RCODE};
    char sentence[STORY_SENTENCE_BYTES];
    story_sentence(story, i, sentence, sizeof sentence);
    cr_expect(sentence[0] && strcmp(sentence, event_kind_name(e->kind)) != 0, "%s: no sentence for %s", scenario,
              event_kind_name(e->kind));
    for (size_t k = 0; k < sizeof subjects / sizeof subjects[0]; k++) {
        const char *name = event_has(e->kind, subjects[k]) ? event_text(e, subjects[k]) : "";
        if (!*name || !strcmp(name, ".") || !strstr(sentence, name)) continue;
        cr_expect(holds(line, n, name), "%s: \"%s\" names %s, but not \"%.*s\"", scenario, sentence, name, (int)n,
                  line);
    }
}

static void expect_both_to_tell_the_same(const char *scenario, const struct journal_memory *journal)
{
    struct story *story = story_new(journal);
    struct telling_of_run telling = tell(journal);
    size_t silent = 0;
    for (size_t i = 0; i < journal_memory_count(journal); i++) {
        const struct event e = *journal_memory_at(journal, i);
        bool is_heading = e.kind == EVENT_RUN_BEGIN, is_step = story_event_is_visible(story, i);
        if (is_step && !has_its_words(journal, &telling, i) && silent++ < 3)
            cr_expect(false, "%s: nothing tells of the step #%llu %s", scenario, (unsigned long long)e.id,
                      event_kind_name(e.kind));
        if (!is_told(&telling, i)) continue;
        cr_expect(is_step || is_heading, "%s: told, but no step: #%llu %s", scenario, (unsigned long long)e.id,
                  event_kind_name(e.kind));
        size_t from = i ? telling.ends[i - 1] : 0;
        if (is_step) expect_same_subjects(scenario, story, &e, i, telling.text + from, telling.ends[i] - from);
    }
    free(telling.text);
    mem_free(telling.ends);
    story_free(story);
}

Test(told, each_step_of_the_window_has_its_line_and_each_line_its_step_in_every_shipped_scenario)
{
    const char *names[MOST_SCENARIOS];
    size_t n = shipped_scenarios(names);
    cr_assert(gt(sz, n, 30));
    for (size_t i = 0; i < n; i++) {
        struct journal_memory *journal = run_scenario(names[i]);
        expect_both_to_tell_the_same(names[i], journal);
        journal_memory_free(journal);
    }
}

/* Kinds that no shipped scenario makes are held to it by the tables. Hosts and links are introduced silently, and the
   beginning of a dialogue is told by its first line. */
Test(told, a_kind_that_is_a_step_is_told_and_one_that_is_none_is_not)
{
    struct transcript *transcript = transcript_new(TRANSCRIPT_PACKETS, stderr);
    struct event_mask mask = transcript_reader(transcript).mask;
    for (int kind = 0; kind < EVENT_KINDS; kind++) {
        bool only_listens =
            kind == EVENT_RUN_BEGIN || kind == EVENT_HOST_ADD || kind == EVENT_LINK_ADD || kind == EVENT_SESSION_OPEN;
        bool is_step = event_visible_sort((enum event_kind)kind) != VISIBLE_NOT;
        if (!only_listens)
            cr_expect(eq(int, event_mask_has(mask, (enum event_kind)kind), is_step), "%s",
                      event_kind_name((enum event_kind)kind));
    }
    transcript_free(transcript);
}
