/* Pictures: every instant can be drawn, twice the same, and shows what it must show. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

#include "sim/journal/memory.h"
#include "sim/journal/vtime.h"
#include "tests/viz/draw/run_scenario.h"
#include "viz/draw/export.h"
#include "viz/draw/map_view.h"
#include "viz/draw/outcome_words.h"
#include "viz/draw/packet_words.h"
#include "viz/draw/scene.h"
#include "viz/draw/why_words.h"
#include "viz/story/difference.h"

static size_t colours_on(struct canvas *canvas)
{
    uint32_t seen[64];
    size_t n = 0;
    for (int y = 0; y < canvas_height(canvas); y += 3)
        for (int x = 0; x < canvas_width(canvas) && n < 64; x += 3) {
            uint32_t pixel = canvas_pixel(canvas, x, y);
            size_t i = 0;
            while (i < n && seen[i] != pixel)
                i++;
            if (i == n) seen[n++] = pixel;
        }
    return n;
}

/* Of a long journal every keyframe is folded on the way, so that fewer instants, and none as large, are looked at. */
static void draw_at_instants(const char *name, bool dark)
{
    const int sizes[][2] = {{1280, 800}, {800, 500}, {320, 200}, {1920, 1080}};
    struct journal_memory *journal = run_scenario(name);
    struct scene_options options = scene_options_default();
    options.dark = dark;
    struct scene *scene = scene_new(journal, options);
    size_t n = journal_memory_count(journal);
    bool is_long = n > 100000;
    int instants = is_long ? 6 : 24;
    for (int i = 0; i <= instants; i++) {
        const int *size = sizes[i % (is_long ? 3 : 4)];
        struct canvas *canvas = canvas_new_layer(size[0], size[1]);
        scene_seek(scene, journal_memory_at(journal, (n - 1) * (size_t)i / (size_t)instants)->at_ns);
        scene_draw(scene, canvas);
        cr_expect(colours_on(canvas) > 10, "%s, instant %d", name, i);
        canvas_free(canvas);
    }
    scene_free(scene);
    journal_memory_free(journal);
}

Test(pictures, every_scenario_can_be_drawn_at_every_size_at_any_instant)
{
    const char *names[MOST_SCENARIOS];
    size_t n = shipped_scenarios(names);
    for (size_t s = 0; s < n; s++)
        draw_at_instants(names[s], s % 2 == 1);
    canvas_forget_fonts();
}

Test(pictures, every_step_of_the_first_mail_can_be_drawn_with_everything_selected_in_turn)
{
    struct journal_memory *journal = run_scenario("first-mail");
    struct scene *scene = scene_new(journal, scene_options_default());
    struct canvas *canvas = canvas_new_layer(1000, 640);
    const struct story *story = scene_story(scene);
    const struct input step = {.kind = INPUT_KEY, .key = KEY_RIGHT};
    for (size_t i = 0; i < story_event_count(story); i++) {
        const enum act kinds[] = {ACT_PACKET, ACT_HOST, ACT_LINK, ACT_MAIL, ACT_EVENT};
        const size_t counts[] = {story_packet_count(story), story_host_count(story), story_link_count(story),
                                 story_mail_count(story), story_event_count(story)};
        scene_handle(scene, &step);
        if (i % 3 == 0) scene_select(scene, (struct selection){kinds[i / 3 % 5], i % counts[i / 3 % 5]});
        scene_draw(scene, canvas);
    }
    canvas_free(canvas);
    scene_free(scene);
    journal_memory_free(journal);
    canvas_forget_fonts();
}

static struct journal_memory *part_of(const struct journal_memory *whole, size_t n, struct event_mask mask)
{
    struct journal_memory *part = journal_memory_new();
    for (size_t i = 0; i < n; i++)
        if (event_mask_has(mask, journal_memory_at(whole, i)->kind))
            journal_memory_append(part, journal_memory_at(whole, i));
    return part;
}

static void draw_all_of(const struct journal_memory *journal)
{
    struct scene *scene = scene_new(journal, scene_options_default());
    struct canvas *canvas = canvas_new_layer(640, 400);
    for (int i = 0; i <= 4; i++) {
        scene_seek(scene, journal_memory_end_ns(journal) * i / 4);
        scene_draw(scene, canvas);
        const struct input keys[] = {{.kind = INPUT_KEY, .key = KEY_TAB}, {.kind = INPUT_KEY, .key = KEY_ENTER}};
        scene_handle(scene, &keys[0]);
        scene_handle(scene, &keys[1]);
        scene_draw(scene, canvas);
    }
    canvas_free(canvas);
    scene_free(scene);
}

Test(pictures, a_journal_that_was_cut_off_or_has_only_some_kinds_can_be_drawn)
{
    struct journal_memory *whole = run_scenario("unknown-user");
    size_t n = journal_memory_count(whole);
    for (size_t cut = 1; cut < n; cut += cut < 20 ? 1 : 61) {
        struct journal_memory *part = part_of(whole, cut, event_mask_all());
        draw_all_of(part);
        journal_memory_free(part);
    }
    const enum event_group groups[] = {GROUP_WORLD, GROUP_MAIL,   GROUP_DNS,    GROUP_SMTP,  GROUP_POP3,
                                       GROUP_TCP,   GROUP_STREAM, GROUP_PACKET, GROUP_TIMER, GROUP_STORY};
    for (size_t g = 0; g < sizeof groups / sizeof groups[0]; g++)
        for (int with_world = 0; with_world <= 1; with_world++) {
            struct event_mask mask = event_mask_group(groups[g]);
            if (with_world) mask = event_mask_union(mask, event_mask_group(GROUP_WORLD));
            struct journal_memory *part = part_of(whole, n, mask);
            if (journal_memory_count(part) > 0) draw_all_of(part);
            journal_memory_free(part);
        }
    journal_memory_free(whole);
    canvas_forget_fonts();
}

/* The journal as it would be if all that is of one type had the same number; 0 is none. What the world consists of
   keeps its numbers. A packet dies at such a host in the end. */
static struct journal_memory *confused(const struct journal_memory *whole, enum field_type type, int64_t number)
{
    struct journal_memory *made = journal_memory_new();
    struct event drop = {.kind = EVENT_PACKET_DROP};
    for (size_t i = 0; i < journal_memory_count(whole); i++) {
        struct event e = *journal_memory_at(whole, i);
        const enum field_id *fields;
        size_t n = event_kind_fields(e.kind, &fields);
        bool is_world = e.kind == EVENT_HOST_ADD || e.kind == EVENT_LINK_ADD;
        for (size_t k = 0; k < n && !is_world; k++)
            if (field_type(fields[k]) == type) e.values[k].i = number;
        journal_memory_append(made, &e);
        drop.id = e.id + 1;
        drop.at_ns = e.at_ns;
    }
    drop.values[0].i = 1; /* packet host why */
    drop.values[1].i = type == TYPE_HOST ? number : 1;
    drop.values[2] = (struct event_value){4, "lost"};
    journal_memory_append(made, &drop);
    return made;
}

static void tell_all_of(const struct journal_memory *journal)
{
    char sentence[STORY_SENTENCE_BYTES];
    struct story *story = story_new(journal);
    for (size_t i = 0; i < story_event_count(story); i++)
        cr_assert(strlen(story_sentence(story, i, sentence, sizeof sentence)) > 0, "event %zu", i);
    story_free(story);
}

/* While a mail is handed over, its envelope and its way are drawn. */
static void draw_each_hand_over(const struct journal_memory *journal)
{
    struct scene *scene = scene_new(journal, scene_options_default());
    struct canvas *canvas = canvas_new_layer(640, 400);
    for (size_t i = 0; i < journal_memory_count(journal); i++) {
        const struct event *e = journal_memory_at(journal, i);
        if (e->kind != EVENT_SMTP_CONTENT && e->kind != EVENT_POP3_CONTENT) continue;
        scene_seek(scene, e->at_ns);
        scene_draw(scene, canvas);
    }
    canvas_free(canvas);
    scene_free(scene);
}

Test(pictures, a_journal_whose_numbers_are_confused_can_be_told_and_drawn)
{
    const enum field_type types[] = {TYPE_HOST,    TYPE_LINK,    TYPE_CONN,   TYPE_STREAM, TYPE_SESSION,
                                     TYPE_MESSAGE, TYPE_ATTEMPT, TYPE_PACKET, TYPE_EVENT};
    struct journal_memory *whole = run_scenario("unknown-user");
    for (size_t t = 0; t < sizeof types / sizeof types[0]; t++)
        for (int64_t number = 0; number <= 1; number++) {
            struct journal_memory *made = confused(whole, types[t], number);
            tell_all_of(made);
            draw_all_of(made);
            draw_each_hand_over(made);
            journal_memory_free(made);
        }
    journal_memory_free(whole);
    canvas_forget_fonts();
}

/* The colour at the middle of a stamp, when nothing else lies over it. */
static size_t count_stamps_in_place(const struct view *view, const struct map_plan *plan, size_t *looked_at)
{
    const size_t *hops;
    size_t n = story_live_hops(view->story, &hops), found = 0;
    for (size_t i = 0; i < n && n == 1; i++) {
        struct point at;
        if (!map_view_packet_at(view, plan, hops[i], &at)) continue;
        enum story_class class = story_packet(view->story, story_hop(view->story, hops[i])->packet)->class;
        ++*looked_at;
        found += canvas_pixel(view->canvas, (int)at.x, (int)at.y) == colour_to_hex(view->theme->class[class]);
    }
    return found;
}

Test(pictures, a_packet_is_seen_in_its_colour_at_its_place_on_the_link)
{
    struct journal_memory *journal = run_scenario("first-mail");
    struct story *story = story_new(journal);
    struct pace *pace = pace_new(journal, pace_settings_default());
    struct canvas *canvas = canvas_new_layer(1280, 720);
    struct map_plan *plan = map_plan_of(story, box_of(20, 20, 1240, 680), 1, canvas);
    size_t looked_at = 0, found = 0;
    for (size_t i = 0; i < story_hop_count(story); i++) {
        const struct story_hop *hop = story_hop(story, i);
        story_seek(story, hop->begins + (hop->arrives - hop->begins) / 2);
        struct view view = {.canvas = canvas, .story = story, .pace = pace, .theme = theme_of(false), .unit = 1};
        view.screen_ns = pace_screen_at(pace, story_now(story));
        canvas_fill(canvas, box_of(0, 0, 1280, 720), view.theme->panel);
        map_view_draw_still(&view, plan);
        map_view_draw_moving(&view, plan);
        found += count_stamps_in_place(&view, plan, &looked_at);
    }
    cr_expect(looked_at > 50, "%zu", looked_at);
    cr_expect(found * 10 >= looked_at * 9, "%zu of %zu; the others lie under an envelope", found, looked_at);
    map_plan_free(plan);
    canvas_free(canvas);
    pace_free(pace);
    story_free(story);
    journal_memory_free(journal);
    canvas_forget_fonts();
}

static size_t read_whole(const char *path, char **bytes)
{
    FILE *file = fopen(path, "rb");
    if (!file) return 0;
    *bytes = mem_alloc(1 << 22);
    size_t n = fread(*bytes, 1, 1 << 22, file);
    fclose(file);
    return n;
}

/* Within one process Cairo counts its surfaces on and writes their numbers into an SVG: they are taken out. */
static size_t without_surface_numbers(char *bytes, size_t n)
{
    static const char word[] = "surface";
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        bytes[kept++] = bytes[i];
        bool is_word = kept >= sizeof word - 1 && memcmp(bytes + kept - (sizeof word - 1), word, sizeof word - 1) == 0;
        while (is_word && i + 1 < n && bytes[i + 1] >= '0' && bytes[i + 1] <= '9')
            i++;
    }
    return kept;
}

static const struct screenshot at_once = {1200 * MILLISECOND, 1280, 800, 1, false, NULL, NULL, false, false},
                               too_wide = {0, 100000, 800, 1, false, NULL, NULL, false, false},
                               of_nobody = {0, 1280, 800, 1, false, "nobody", NULL, false, false};

static void expect_same_twice(const struct journal_memory *journal, const char *ending, const char *begins)
{
    char paths[2][600], error[DRAW_ERROR_BYTES], *bytes[2] = {NULL, NULL};
    size_t sizes[2];
    for (int i = 0; i < 2; i++) {
        snprintf(paths[i], sizeof paths[i], "%s/test_pictures_%d.%s", POSTROAD_BINARY_DIR, i, ending);
        cr_assert(scene_screenshot(journal, &at_once, paths[i], error), "%s", error);
        sizes[i] = read_whole(paths[i], &bytes[i]);
        if (strcmp(ending, "svg") == 0) sizes[i] = without_surface_numbers(bytes[i], sizes[i]);
        remove(paths[i]);
    }
    cr_assert(sizes[0] > 1000 && sizes[0] == sizes[1]);
    cr_expect(memcmp(bytes[0], bytes[1], sizes[0]) == 0, "%s differs", ending);
    cr_expect(memcmp(bytes[0], begins, strlen(begins)) == 0);
    mem_free(bytes[0]);
    mem_free(bytes[1]);
}

Test(pictures, png_and_svg_are_the_same_bytes_when_made_twice)
{
    struct journal_memory *journal = run_scenario("first-mail");
    char error[DRAW_ERROR_BYTES], path[600];
    expect_same_twice(journal, "png", "\x89PNG");
    expect_same_twice(journal, "svg", "<?xml");
    expect_same_twice(journal, "pdf", "%PDF");
    snprintf(path, sizeof path, "%s/test_pictures_map.svg", POSTROAD_BINARY_DIR);
    cr_expect(map_export(journal, 2 * SECOND, path, error), "%s", error);
    remove(path);
    journal_memory_free(journal);
    canvas_forget_fonts();
}

Test(pictures, what_cannot_be_drawn_is_said)
{
    char error[DRAW_ERROR_BYTES];
    struct journal_memory *journal = run_scenario("first-mail"), *empty = journal_memory_new();
    cr_expect(not(scene_screenshot(journal, &at_once, "/nowhere/at/all.png", error)));
    cr_expect(strstr(error, "/nowhere/at/all.png: cannot be written") != NULL, "%s", error);
    cr_expect(not(scene_screenshot(journal, &at_once, "/nowhere/at/all.svg", error)));
    cr_expect(not(scene_screenshot(journal, &too_wide, "x.png", error)));
    cr_expect(strstr(error, "100000x800") != NULL, "%s", error);
    cr_expect(not(scene_screenshot(journal, &of_nobody, "x.png", error)));
    cr_expect(strstr(error, "nothing called \"nobody\"") != NULL, "%s", error);
    cr_expect(not(scene_screenshot(empty, &at_once, "x.png", error)));
    cr_expect(strstr(error, "nothing to draw") != NULL, "%s", error);
    journal_memory_free(journal);
    journal_memory_free(empty);
    canvas_forget_fonts();
}

Test(pictures, a_packet_within_a_sentence_begins_small)
{
    struct journal_memory *journal = run_scenario("in-disorder");
    struct scene *scene = scene_new(journal, scene_options_default());
    const struct story *story = scene_story(scene);
    char text[STORY_SENTENCE_BYTES];
    size_t within = 0;
    for (size_t i = 0; i < story_event_count(story); i++) {
        story_sentence(story, i, text, sizeof text);
        cr_expect(strstr(text, " The packet") == NULL, "%s", text);
        within += strncmp(text, "Bits of the packet with ", strlen("Bits of the packet with ")) == 0;
    }
    cr_expect(within > 0, "corrupted packets: %zu", within);
    scene_free(scene);
    journal_memory_free(journal);
    canvas_forget_fonts();
}

/* With PIPELINING (RFC 2920 3.1) one packet carries 250 for MAIL, the refusal of RCPT and the 503 for DATA. */
Test(pictures, a_packet_with_several_replies_is_called_by_the_refusal)
{
    struct journal_memory *journal = run_scenario("greylisting");
    struct story *story = story_new(journal);
    char text[64];
    size_t refusing = 0;
    for (size_t i = 0; i < story_packet_count(story); i++) {
        size_t line = packet_line(story, i);
        if (line == STORY_NONE || !story_line(story, line)->is_refusal) continue;
        cr_expect(eq(int, strncmp(packet_words(story, i, text, sizeof text), "450 4.7.1 <bob", 14), 0), "%s", text);
        refusing++;
    }
    cr_expect(eq(sz, refusing, 1));
    story_free(story);
    journal_memory_free(journal);
    canvas_forget_fonts();
}

/* "450 4.7.1 <bob@b.example>: Recipient address rejected" is too long for a label: it has its first phrase, or what
   whole words there is room for. */
Test(pictures, a_packet_is_called_by_whole_words)
{
    struct journal_memory *journal = run_scenario("greylisting");
    struct story *story = story_new(journal);
    char text[64];
    size_t shortened = 0;
    for (size_t i = 0; i < story_packet_count(story); i++) {
        size_t line = packet_line(story, i);
        if (line == STORY_NONE || story_line(story, line)->is_content) continue;
        const char *whole = story_line(story, line)->text, *words = packet_words(story, i, text, sizeof text);
        size_t n = strlen(words);
        if (strncmp(words, "MAIL, RCPT", 10) == 0) continue; /* several that go out together have their names only */
        cr_expect(strncmp(whole, words, n) == 0 && strchr(" :,;", whole[n]), "%s", words);
        shortened += whole[n] != 0;
    }
    cr_expect(shortened > 0);
    story_free(story);
    journal_memory_free(journal);
    canvas_forget_fonts();
}

/* "503 5.5.1 Bad sequence of commands: BDAT has begun": not with an "of" or a "BDAT", which lead nowhere. */
Test(pictures, a_packet_is_not_called_by_words_that_lead_nowhere)
{
    struct journal_memory *journal = run_scenario("hostile-client");
    struct story *story = story_new(journal);
    char text[64];
    size_t bad = 0;
    for (size_t i = 0; i < story_packet_count(story); i++) {
        packet_words(story, i, text, sizeof text);
        if (strncmp(text, "503 5.5.1 Bad", 13)) continue;
        cr_expect(eq(str, text, "503 5.5.1 Bad sequence of commands"));
        bad++;
    }
    cr_expect(bad > 0);
    story_free(story);
    journal_memory_free(journal);
    canvas_forget_fonts();
}

Test(pictures, the_end_tells_what_has_become_of_the_mails)
{
    static const struct {
        const char *scenario, *words;
    } outcomes[] = {{"backup-mx", "m1 for bob@b.example: picked up"},
                    {"unknown-user", "m1 for bbo@b.example: sent back"},
                    {"greylisting", "of 2 mails: picked up 2"},
                    {"full-mailbox", "3 mails for 4 recipients: picked up 3, sent back 1"},
                    {"mail-loop", "1 mail for 3 recipients: picked up 1, sent back 1, sent on to its members 1"},
                    {"who-may-send", "of 3 mails: in the outbox 1, in the mailbox 1, not sent 1"},
                    {"crash-before-250", "m1 for bob@b.example: picked up, 2 copies"}};
    char words[256];
    for (size_t i = 0; i < sizeof outcomes / sizeof *outcomes; i++) {
        struct journal_memory *journal = run_scenario(outcomes[i].scenario);
        struct story *story = story_new(journal);
        story_seek(story, story_end_ns(story));
        cr_expect(eq(str, (char *)outcome_words(story, words, sizeof words), (char *)outcomes[i].words));
        story_free(story);
        journal_memory_free(journal);
    }
    canvas_forget_fonts();
}

Test(pictures, what_is_lost_of_a_mail_is_told_with_the_reason_in_words)
{
    struct journal_memory *journal = run_scenario("lost-segment");
    struct story *story = story_new(journal);
    char text[WHY_LOSS_BYTES];
    cr_assert(eq(sz, story_drop_count(story), 1));
    why_loss_words(story, 0, text, sizeof text);
    cr_expect(eq(str, text,
                 "bytes 3013–4472: dropped by the scenario; sent again because a third duplicate acknowledgement told "
                 "that it is missing"));
    story_free(story);
    journal_memory_free(journal);
    canvas_forget_fonts();
}

Test(pictures, every_packet_has_words_and_every_death_a_cry)
{
    struct journal_memory *journal = run_scenario("first-mail");
    struct story *story = story_new(journal);
    char text[64];
    size_t carrying = 0;
    for (size_t i = 0; i < story_packet_count(story); i++) {
        cr_expect(gt(sz, strlen(packet_words(story, i, text, sizeof text)), 0));
        carrying += packet_line(story, i) != STORY_NONE;
    }
    cr_expect(carrying > 20, "packets that carry a line of a dialogue: %zu", carrying);
    cr_assert(eq(sz, story_drop_count(story), 1));
    packet_death_words(story, story_drop(story, 0)->packet, text, sizeof text);
    cr_expect(eq(str, text, "lost by chance"));
    cr_expect(not(story_has_not_taken(story)));
    story_free(story);
    journal_memory_free(journal);
    canvas_forget_fonts();
}

Test(pictures, only_where_something_went_wrong_there_is_a_because)
{
    struct journal_memory *journal = run_scenario("greylisting");
    struct story *story = story_new(journal);
    size_t waiting = 0, delivered = 0;
    for (size_t i = 0; i < journal_memory_count(journal); i++) {
        if (journal_memory_at(journal, i)->kind != EVENT_MAIL_STATE) continue;
        story_seek_event(story, i + 1);
        struct story_letter letter = story_letter(story, 0);
        const char *name = letter_why_name(letter.state, letter.why);
        bool waits = letter.state == STORY_MAIL_DEFERRED;
        waiting += waits;
        delivered += letter.state == STORY_MAIL_DELIVERED;
        cr_expect(eq(int, !strcmp(name, "because"), waits), "%s: %s", name, letter.why);
    }
    cr_expect(waiting > 0 && delivered > 0);
    cr_expect_str_eq(letter_why_name(STORY_MAIL_HANDED_ON, "250 OK"), "the answer");
    cr_expect_str_eq(letter_why_name(STORY_MAIL_DELIVERED, "into the mailbox"), "last step");
    story_free(story);
    journal_memory_free(journal);
}

/* A run says "packets on links: 223, lost 0": so none may be drawn as lost. */
Test(pictures, what_a_host_does_not_take_is_not_shown_as_lost)
{
    struct journal_memory *journal = run_scenario("backup-mx");
    struct story *story = story_new(journal);
    char text[64];
    cr_expect(story_has_not_taken(story));
    cr_assert_gt(story_drop_count(story), 0);
    for (size_t i = 0; i < story_drop_count(story); i++) {
        size_t packet = story_drop(story, i)->packet;
        packet_death_words(story, packet, text, sizeof text);
        cr_expect(packet_is_not_taken(story, packet));
        cr_expect(eq(str, text, "not taken: host down"));
    }
    for (size_t i = 0, n = story_link_count(story); i < n; i++) {
        story_seek(story, journal_memory_end_ns(journal));
        struct story_link link = story_link(story, i);
        cr_expect(eq(u32, link.lost[0] + link.lost[1], 0), "%s", link.name);
    }
    struct comparison *same = comparison_new(story, journal, story, journal);
    cr_expect(eq(u64, same->totals[0].lost, 0));
    cr_expect(eq(u64, same->totals[0].not_taken, story_drop_count(story)));
    comparison_free(same);
    story_free(story);
    journal_memory_free(journal);
    canvas_forget_fonts();
}

Test(pictures, text_is_cut_to_its_box_and_bytes_that_are_no_text_do_no_harm)
{
    struct canvas *canvas = canvas_new_layer(300, 60);
    struct text_style style = theme_text(theme_of(false), FONT_PLAIN, 1);
    style.colour = colour_hex(0xff0000);
    canvas_fill(canvas, box_of(0, 0, 300, 60), colour_hex(0xffffff));
    canvas_text(canvas, box_of(100, 10, 60, 20), &style, "a text that is far too long for so small a box");
    canvas_text(canvas, box_of(100, 35, 60, 20), &style, "\xff\xfe\x80 bytes");
    for (int y = 0; y < 60; y++)
        for (int x = 0; x < 300; x++)
            if (x < 99 || x > 161) cr_assert(eq(u32, canvas_pixel(canvas, x, y), 0xffffff), "%d %d", x, y);
    canvas_free(canvas);
    canvas_forget_fonts();
}
