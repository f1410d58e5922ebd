/* Captions say what happens in this run, also when somebody has changed the scenario under them. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/journal/vtime.h"
#include "tests/viz/draw/run_scenario.h"
#include "viz/story/caption_text.h"
#include "viz/story/story.h"

static char *greylisting_with(const char *retry)
{
    enum { ROOM = 20000 };
    static const char key[] = "\"mail.a.example\": { \"mail_server\": { ";
    char *file = calloc(1, ROOM), *changed = malloc(2 * ROOM);
    FILE *in = fopen(POSTROAD_SOURCE_DIR "/scenarios/greylisting.json", "r");
    cr_assert(file && changed && in && fread(file, 1, ROOM - 1, in) > 0);
    fclose(in);
    char *at = strstr(file, key);
    cr_assert(at != NULL, "the scenario is not written as it was");
    at += strlen(key);
    snprintf(changed, 2 * (size_t)ROOM, "%.*s\"retry\": %s, %s", (int)(at - file), file, retry, at);
    free(file);
    return changed;
}

static int64_t second_attempt_ns(const struct story *story)
{
    for (size_t i = 0; i < story_attempt_count(story); i++)
        if (story_attempt(story, i)->nth == 2) return story_attempt(story, i)->begin_ns;
    return TIME_NEVER;
}

/* How many minutes the mail waits for its second attempt; the caption says the same. */
static int64_t expect_true_wait(struct journal_memory *journal)
{
    char text[CAPTION_TEXT_BYTES], wait[40];
    size_t found = 0;
    int64_t minutes = 0;
    struct story *story = story_new(journal);
    for (size_t i = 0; i < story_caption_count(story); i++) {
        const struct story_caption *caption = story_caption(story, i);
        if (!strstr(caption->text, "{wait}")) continue;
        minutes = (second_attempt_ns(story) - caption->at_ns + MINUTE / 2) / MINUTE;
        snprintf(wait, sizeof wait, ": %lld min from now", (long long)minutes);
        caption_text_fill(story_event(story, caption->event), caption->text, text);
        cr_expect(strstr(text, wait) != NULL, "%s: not in: %s", wait, text);
        found++;
    }
    cr_expect(eq(sz, found, 1));
    story_free(story);
    journal_memory_free(journal);
    return minutes;
}

Test(captions, greylisting_tells_the_next_attempt_of_whatever_policy)
{
    char *exim = greylisting_with("\"exim\"");
    int64_t postfix_waits = expect_true_wait(run_scenario("greylisting")),
            exim_waits = expect_true_wait(run_scenario_text(exim));
    cr_expect(eq(i64, postfix_waits, 9));
    cr_expect(ne(i64, exim_waits, postfix_waits));
    free(exim);
}

Test(captions, no_place_of_a_shipped_scenario_is_left_open)
{
    const char *names[MOST_SCENARIOS];
    char text[CAPTION_TEXT_BYTES];
    for (size_t i = 0, n = shipped_scenarios(names); i < n; i++) {
        struct journal_memory *journal = run_scenario(names[i]);
        struct story *story = story_new(journal);
        for (size_t k = 0; k < story_caption_count(story); k++) {
            const struct story_caption *caption = story_caption(story, k);
            caption_text_fill(story_event(story, caption->event), caption->text, text);
            cr_expect(strchr(text, '{') == NULL, "%s: %s", names[i], text);
            cr_expect(strstr(text, "a while from") == NULL && strstr(text, "in a while") == NULL, "%s: %s", names[i],
                      text);
        }
        story_free(story);
        journal_memory_free(journal);
    }
}
