/* Every picture says where the mail is, and what is known to come next. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

#include "sim/journal/vtime.h"
#include "tests/viz/draw/run_scenario.h"
#include "viz/draw/caption_view.h"
#include "viz/draw/where_words.h"
#include "viz/story/story.h"

static const struct {
    const char *scenario;
    int64_t at_ns;
    const char *words, *others;
} places[] = {
    {"lost-segment", 500 * MILLISECOND, "", ""},
    {"lost-segment", 1100 * MILLISECOND, "m1 for bob@b.example: in the outbox of alice-pc", ""},
    {"lost-segment", 1300 * MILLISECOND,
     "m1 for bob@b.example: alice-pc is handing it to mail.a.example, 14600 of 30131 bytes are there", ""},
    {"lost-segment", 1500 * MILLISECOND, "m1 for bob@b.example: mail.a.example calls mx1.b.example, attempt 1", ""},
    {"lost-segment", 2200 * MILLISECOND,
     "m1 for bob@b.example: in the mailbox at mx1.b.example, bob-pc looks for it in 1 s", ""},
    {"lost-segment", 3200 * MILLISECOND,
     "m1 for bob@b.example: in the mailbox at mx1.b.example, bob-pc is looking for it", ""},
    {"lost-segment", 3300 * MILLISECOND, "m1 for bob@b.example: in the mailbox at mx1.b.example, bob-pc is fetching it",
     ""},
    {"lost-segment", 3500 * MILLISECOND, "m1 for bob@b.example: picked up", ""},
    {"lost-segment", 1600 * MILLISECOND, "m1 for bob@b.example: mail.a.example offers it to mx1.b.example, attempt 1",
     ""},
    {"backup-mx", 15 * SECOND,
     "m1 for bob@b.example: mail.a.example calls mx1.b.example, attempt 1, no answer yet, sends again in 2 s", ""},
    {"duplicate-after-lost-250", 30 * SECOND,
     "m1 for bob@b.example: in the mailbox at mx1.b.example, bob-pc looks for it in 4 min 30 s, and still at "
     "mail.a.example, no answer yet, sends again in 3 s",
     ""},
    {"greylisting", 4 * MINUTE, "m1 for bob@b.example: waits at mail.a.example, next attempt in 6 min", ""},
    {"crash-before-250", 2200 * MILLISECOND,
     "m1 for bob@b.example: in the queue of mx1.b.example (down), and still at mail.a.example", ""},
    {"retry-side-by-side", 27 * HOUR, "sendmail for bob@b.example: mail.sendmail.example is handing it on",
     " · of 5 mails: being handed over 2, waiting to try again 3"},
};

Test(where, the_mail_and_what_comes_next_are_named)
{
    char text[STORY_SENTENCE_BYTES], expected[STORY_SENTENCE_BYTES];
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        struct journal_memory *journal = run_scenario(places[i].scenario);
        struct story *story = story_new(journal);
        story_seek(story, places[i].at_ns);
        size_t event = caption_view_told(story, STORY_NONE);
        cr_expect(eq(str, (char *)where_words(story, event, false, text, sizeof text), (char *)places[i].words));
        snprintf(expected, sizeof expected, "%s%s", places[i].words, places[i].others);
        cr_expect(eq(str, (char *)where_words(story, event, true, text, sizeof text), expected));
        story_free(story);
        journal_memory_free(journal);
    }
}

Test(where, of_several_it_is_the_one_that_the_event_is_about)
{
    char text[STORY_SENTENCE_BYTES];
    struct journal_memory *journal = run_scenario("retry-side-by-side");
    struct story *story = story_new(journal);
    size_t told = 0;
    story_seek(story, story_end_ns(story));
    for (size_t i = 0; i < story_event_count(story); i++) {
        if (story_event_kind(story, i) != EVENT_ATTEMPT_BEGIN) continue;
        size_t letter = story_event_letter(story, i);
        cr_assert(letter != STORY_NONE);
        const char *name = story_mail(story, story_letter(story, letter).mail)->name;
        where_words(story, i, false, text, sizeof text);
        cr_expect(strncmp(text, name, strlen(name)) == 0 && text[strlen(name)] == ' ', "%s: %s", name, text);
        told++;
    }
    cr_expect(gt(sz, told, 100));
    story_free(story);
    journal_memory_free(journal);
}

/* The words would be wrong if they came from what the cursor has passed, and not from the instant. */
Test(where, the_way_there_does_not_matter)
{
    char once[STORY_SENTENCE_BYTES], again[STORY_SENTENCE_BYTES];
    struct journal_memory *journal = run_scenario("lost-segment");
    struct story *story = story_new(journal);
    int64_t end_ns = story_end_ns(story);
    for (int64_t at_ns = 0; at_ns < end_ns; at_ns += 100 * MILLISECOND) {
        story_seek(story, at_ns);
        where_words(story, STORY_NONE, true, once, sizeof once);
        story_seek(story, end_ns);
        story_seek(story, at_ns);
        cr_expect(eq(str, (char *)where_words(story, STORY_NONE, true, again, sizeof again), once));
    }
    story_free(story);
    journal_memory_free(journal);
}
