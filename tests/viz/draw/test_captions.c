/* Captions say what happens in this run, also when somebody has changed the scenario under them. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/journal/vtime.h"
#include "tests/viz/draw/run_scenario.h"
#include "viz/draw/caption_view.h"
#include "viz/draw/scene.h"
#include "viz/draw/waiting_words.h"
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

/* How long the mail waits for its second attempt; the caption says the same. */
static int64_t expect_true_wait(struct journal_memory *journal)
{
    char text[CAPTION_TEXT_BYTES], wait[VTIME_TEXT_BYTES];
    size_t found = 0;
    int64_t waits_ns = 0;
    struct story *story = story_new(journal);
    for (size_t i = 0; i < story_caption_count(story); i++) {
        const struct story_caption *caption = story_caption(story, i);
        if (!strstr(caption->text, "{wait}")) continue;
        waits_ns = second_attempt_ns(story) - caption->at_ns;
        int64_t told_ns = event_int(story_event(story, caption->event), FIELD_AT) - caption->at_ns;
        cr_expect(waits_ns >= told_ns && waits_ns < told_ns + SECOND); /* it begins as soon as it can */
        vtime_format_duration(told_ns, wait);
        caption_text_fill(story_event(story, caption->event), story_starts(story), caption->text, text);
        cr_expect(strstr(text, wait) != NULL, "%s: not in: %s", wait, text);
        found++;
    }
    cr_expect(eq(sz, found, 1));
    story_free(story);
    journal_memory_free(journal);
    return waits_ns;
}

Test(captions, greylisting_tells_the_next_attempt_of_whatever_policy)
{
    char *exim = greylisting_with("\"exim\"");
    int64_t postfix_waits = expect_true_wait(run_scenario("greylisting")),
            exim_waits = expect_true_wait(run_scenario_text(exim));
    cr_expect(eq(i64, postfix_waits / MINUTE, 8));
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
            caption_text_fill(story_event(story, caption->event), story_starts(story), caption->text, text);
            cr_expect(strchr(text, '{') == NULL, "%s: %s", names[i], text);
            cr_expect(strstr(text, "a while from") == NULL && strstr(text, "in a while") == NULL, "%s: %s", names[i],
                      text);
        }
        story_free(story);
        journal_memory_free(journal);
    }
}

/* ---- The time of day ---- */

static void hear_days(void *user, const struct canvas_part *part)
{
    size_t *days = user;
    *days += part->what == CANVAS_TEXT && strstr(part->text, "13:30 on Monday");
}

/* How often it is told in a picture of the whole window. */
static size_t days_told(const char *scenario, double scale)
{
    size_t days = 0;
    struct journal_memory *journal = run_scenario(scenario);
    struct scene_options options = scene_options_default();
    options.scale = scale;
    struct scene *scene = scene_new(journal, options);
    struct canvas *canvas = canvas_new_listener(1280, 800, (struct canvas_listener){hear_days, &days});
    scene_seek(scene, 6 * HOUR);
    scene_draw(scene, canvas);
    canvas_free(canvas);
    scene_free(scene);
    journal_memory_free(journal);
    canvas_forget_fonts();
    return days;
}

Test(captions, the_time_of_day_stands_beside_the_clock_where_the_scenario_has_one)
{
    static const double scales[] = {0.75, 1, 1.25, 1.5, 2};
    for (size_t i = 0; i < sizeof scales / sizeof scales[0]; i++)
        cr_expect(eq(sz, days_told("office-day", scales[i]), 1), "at %.0f %%", scales[i] * 100);
    cr_expect(eq(sz, days_told("reports", 1), 0));
}

/* ---- Times ---- */

/* A length of time in figures or in words. What the run has filled in is not there yet: those are places. */
static bool states_a_time(const char *text)
{
    static const char pattern[] =
        "(^|[^a-z])"
        "(([0-9.,]+ "
        "?|(one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|"
        "sixty|ninety|half|quarter)( an?| of an?)?( whole| full| good)? "
        ")(ms|millisecond|s|second|min|minute|h|hour|day|"
        "week|year)s?"
        "|(a|an|each|every|next)( whole| full| good| half)? (minute|hour|day|week|month|year)s?"
        "|a( whole| full| good)? second([.,;:]| in which| later| has| without)"
        "|a (whole|full|good) second"
        "|(about|nearly|almost|roughly|some) (an?|one|two|three|half an?) round trips?)"
        "([^a-z]|$)";
    regex_t times;
    cr_assert(regcomp(&times, pattern, REG_EXTENDED | REG_ICASE | REG_NOSUB) == 0);
    bool found = regexec(&times, text, 0, NULL, 0) == 0;
    regfree(&times);
    return found;
}

Test(captions, times_are_recognized)
{
    static const char *const with[] = {"At 1 Mbit/s that takes eleven seconds.",
                                       "An hour and a half: so long",
                                       "A second has passed",
                                       "hangs here for a quarter of an hour",
                                       "longer than 25 ms for 100 ms",
                                       "Exim waits a day before",
                                       "a second in which nobody sends",
                                       "each half hour. Who",
                                       "for 9 min",
                                       "would have cost a second.",
                                       "kept for seven days: enforce",
                                       "waits a whole second for",
                                       "The loss has cost about one round trip; waiting"};
    static const char *const without[] = {"tries again in {wait}",
                                          "a second mail, from a boss",
                                          "the second segment",
                                          "may try for days",
                                          "every ten packets",
                                          "ten segments at once",
                                          "the first of three hosts",
                                          "at 10 Mbit/s",
                                          "One round trip later both have the same keys"};
    for (size_t i = 0; i < sizeof with / sizeof with[0]; i++)
        cr_expect(states_a_time(with[i]), "%s", with[i]);
    for (size_t i = 0; i < sizeof without / sizeof without[0]; i++)
        cr_expect(not(states_a_time(without[i])), "%s", without[i]);
}

/* What is no outcome of a run, and no setting of its scenario. */
static const struct {
    const char *says, *why;
} no_outcomes[] = {{"for five minutes at least", "a demand of RFC 5321 4.5.3.2.1"},
                   {"thirty years ago", "history"},
                   {"Try 10 minutes", "what one might try"}};

/* A caption that gives a time as a number would be wrong as soon as somebody changes the scenario: it has a place, or
   says it without. */
Test(captions, no_shipped_caption_states_a_time_that_is_not_from_the_run)
{
    enum { EXCEPTIONS = sizeof no_outcomes / sizeof no_outcomes[0] };
    const char *names[MOST_SCENARIOS];
    bool seen[EXCEPTIONS] = {false};
    for (size_t i = 0, n = shipped_scenarios(names); i < n; i++) {
        struct journal_memory *journal = run_scenario(names[i]);
        struct story *story = story_new(journal);
        for (size_t k = 0; k < story_caption_count(story); k++) {
            const char *text = story_caption(story, k)->text;
            bool excused = false;
            for (size_t x = 0; x < EXCEPTIONS; x++)
                if (strstr(text, no_outcomes[x].says)) excused = seen[x] = true;
            excused = excused || !states_a_time(text);
            cr_expect(excused, "%s: %s", names[i], text);
        }
        story_free(story);
        journal_memory_free(journal);
    }
    for (size_t x = 0; x < EXCEPTIONS; x++)
        cr_expect(seen[x], "no caption says any more: %s (%s)", no_outcomes[x].says, no_outcomes[x].why);
}

/* ---- The small line ---- */

static void hear_top(void *user, const struct canvas_part *part)
{
    char(*said)[4000] = user;
    size_t n = strlen(*said);
    if (part->what != CANVAS_TEXT || part->room.y + part->room.h > 100) return;
    snprintf(*said + n, sizeof *said - n, "%s\n", part->text);
}

static void expect_line_of_subject(struct scene *scene, const char *scenario)
{
    char said[4000] = "", sentence[STORY_SENTENCE_BYTES];
    const struct story *story = scene_story(scene);
    size_t subject = story_step_subject(story);
    struct canvas *canvas = canvas_new_listener(1280, 800, (struct canvas_listener){hear_top, &said});
    scene_draw(scene, canvas);
    canvas_free(canvas);
    story_sentence(story, subject, sentence, sizeof sentence);
    cr_expect(strstr(said, sentence) != NULL, "%s at %lld: not \"%s\" in: %s", scenario, (long long)story_now(story),
              sentence, said);
}

/* Whatever stands above it in large letters. */
Test(captions, the_small_line_is_about_the_step_at_the_cursor)
{
    struct journal_memory *journal = run_scenario("lost-segment");
    struct scene *scene = scene_new(journal, scene_options_default());
    const struct input step = {.kind = INPUT_KEY, .key = KEY_RIGHT};
    scene_seek(scene, 1850 * MILLISECOND);
    for (int i = 0; i < 100; i++) {
        scene_handle(scene, &step);
        expect_line_of_subject(scene, "lost-segment");
    }
    for (int64_t at = 1850; at < 1960; at += 7) {
        scene_seek(scene, at * MILLISECOND);
        expect_line_of_subject(scene, "lost-segment");
    }
    scene_free(scene);
    journal_memory_free(journal);
    canvas_forget_fonts();
}

static bool names_host(const struct story *story, const struct event *e, const char *sentence)
{
    static const enum field_id fields[] = {FIELD_HOST, FIELD_PEER};
    size_t link =
        event_has(e->kind, FIELD_LINK) ? story_link_by_id(story, (uint32_t)event_int(e, FIELD_LINK)) : STORY_NONE;
    bool has_host = link != STORY_NONE;
    for (int end = 0; end < 2 && link != STORY_NONE; end++)
        if (strstr(sentence, story_host(story, story_link(story, link).ends[end]).name)) return true;
    for (int i = 0; i < 2; i++) {
        if (!event_has(e->kind, fields[i])) continue;
        size_t host = story_host_by_id(story, (uint32_t)event_int(e, fields[i]));
        has_host |= host != STORY_NONE;
        if (host != STORY_NONE && strstr(sentence, story_host(story, host).name)) return true;
    }
    return !has_host; /* it is about none */
}

/* The line may be about another host than the caption above it: it says about which. */
Test(captions, what_happens_is_told_with_the_name_of_its_host)
{
    const char *names[MOST_SCENARIOS];
    char text[STORY_SENTENCE_BYTES];
    bool is_reported[EVENT_KINDS] = {false};
    for (size_t i = 0, n = shipped_scenarios(names); i < n; i++) {
        struct journal_memory *journal = run_scenario(names[i]);
        struct story *story = story_new(journal);
        for (size_t k = 0; k < story_event_count(story); k++) {
            enum event_kind kind = story_event_kind(story, k);
            bool is_of_person = kind == EVENT_CAPTION || kind == EVENT_MAIL_COMPOSE; /* who writes is named */
            if (!story_event_is_visible(story, k) || is_reported[kind] || is_of_person) continue;
            story_sentence(story, k, text, sizeof text);
            is_reported[kind] = !names_host(story, story_event(story, k), text);
            cr_expect(not(is_reported[kind]), "%s: %s: %s", names[i], event_kind_name(kind), text);
        }
        story_free(story);
        journal_memory_free(journal);
    }
}

/* At a router the sender alone says whose it is. */
Test(captions, an_arrival_is_told_with_the_host_that_sent_it)
{
    struct journal_memory *journal = run_scenario("lost-segment");
    struct scene *scene = scene_new(journal, scene_options_default());
    char sentence[STORY_SENTENCE_BYTES];
    scene_seek(scene, 1875500 * MICROSECOND);
    const struct story *story = scene_story(scene);
    story_sentence(story, story_step_subject(story), sentence, sizeof sentence);
    cr_expect(eq(str, sentence, "The packet with bytes 5933–7392 from mail.a.example reaches internet"));
    scene_free(scene);
    journal_memory_free(journal);
}

/* RFC 3042: of all that is sent after the loss, only what the first two duplicate acknowledgements let go. */
Test(captions, new_data_on_the_first_duplicate_acknowledgements_is_explained)
{
    struct journal_memory *journal = run_scenario("lost-segment");
    struct story *story = story_new(journal);
    char text[STORY_SENTENCE_BYTES], segments[200] = "";
    for (size_t i = 0; i < story_packet_count(story); i++) {
        const struct story_packet *p = story_packet(story, i);
        story_sentence(story, p->send_event, text, sizeof text);
        bool is_told = strstr(text, "a duplicate acknowledgement told that something has left the network (limited "
                                    "transmit, RFC 3042)") != NULL;
        size_t n = strlen(segments);
        if (is_told) snprintf(segments + n, sizeof segments - n, "%s; ", strstr(p->tag, "segment"));
    }
    cr_expect(eq(str, segments, "segment 14; segment 15; "));
    story_free(story);
    journal_memory_free(journal);
}

/* ---- What a mail waits for ---- */

static const struct {
    const char *scenario;
    int64_t at_ns;
    const char *words;
} waits[] = {
    {"greylisting", 3 * MINUTE, "Mail m1 for bob@b.example waits at mail.a.example until 00:10:00.000000: 450 4.7.1 "},
    {"black-hole", 6200 * MILLISECOND,
     "Mail m1 for bob@b.example waits: mail.a.example hears nothing from mx1.b.example, and sends again at "
     "00:00:08.737372"},
    {"backup-mx", 15 * SECOND,
     "Mail m1 for bob@b.example waits: mail.a.example hears nothing from mx1.b.example, and sends again at "
     "00:00:16.289380"},
};

Test(captions, an_empty_look_into_the_mailbox_does_not_hide_the_mail_that_waits)
{
    char text[STORY_SENTENCE_BYTES];
    for (size_t i = 0; i < sizeof waits / sizeof waits[0]; i++) {
        struct journal_memory *journal = run_scenario(waits[i].scenario);
        struct story *story = story_new(journal);
        story_seek(story, waits[i].at_ns);
        cr_expect(is_less_than_waiting(story, caption_view_told(story, STORY_NONE)), "%s", waits[i].scenario);
        waiting_words(story, text, sizeof text);
        cr_expect(strncmp(text, waits[i].words, strlen(waits[i].words)) == 0, "%s: %s", waits[i].scenario, text);
        story_seek(story, story_end_ns(story));
        cr_expect(eq(str, (char *)waiting_words(story, text, sizeof text), ""));
        story_free(story);
        journal_memory_free(journal);
    }
}

Test(captions, what_brings_a_mail_or_says_something_of_it_is_told)
{
    struct journal_memory *journal = run_scenario("backup-mx");
    struct story *story = story_new(journal);
    size_t n = 0;
    for (size_t i = 0; i < story_event_count(story); i++) {
        enum event_kind kind = story_event_kind(story, i);
        bool says = kind == EVENT_MAIL_STATE || kind == EVENT_SMTP_LINE || kind == EVENT_POP3_CONTENT ||
                    kind == EVENT_LINK_DROP || kind == EVENT_ATTEMPT_BEGIN || kind == EVENT_HOST_STATE;
        n += says;
        cr_expect(not(says && is_less_than_waiting(story, i)), "event %zu", i);
    }
    cr_expect(n > 30);
    story_free(story);
    journal_memory_free(journal);
}

/* ---- ICMP ---- */

static size_t expect_heard(const char *scenario, const char *sentence)
{
    char text[STORY_SENTENCE_BYTES];
    size_t n = 0;
    struct journal_memory *journal = run_scenario(scenario);
    struct story *story = story_new(journal);
    for (size_t i = 0; i < story_event_count(story); i++) {
        size_t packet = story_event_packet(story, i);
        if (packet == STORY_NONE || story_packet(story, packet)->class != STORY_ICMP) continue;
        if (story_event_kind(story, i) != EVENT_LINK_DELIVER || story_packet(story, packet)->end_event != i) continue;
        cr_expect(eq(str, (char *)story_sentence(story, i, text, sizeof text), (char *)sentence));
        n++;
    }
    story_free(story);
    journal_memory_free(journal);
    return n;
}

/* Otherwise one wonders why it is tried again. */
Test(captions, that_a_host_cannot_be_reached_is_heard_and_ends_nothing)
{
    cr_expect(
        gt(sz,
           expect_heard("backup-mx", "mail.a.example hears from internet: host unreachable; TCP goes on all the same, "
                                     "since this may pass"),
           2));
    cr_expect(
        gt(sz, expect_heard("path-mtu", "mail.a.example hears from west: fragmentation needed, MTU 1400"), 0));
}
