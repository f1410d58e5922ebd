/* Every control by pushed events: each key of the page of keys, and each kind of thing that can be pressed, is pushed
   to SDL while the window runs under the dummy driver, and what it did is judged by the scene and by the pixels of the
   window. A key that is added to the page of keys, or an act to targets.h, and not to the tables here, fails. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/journal/memory.h"
#include "tests/viz/draw/rerun_at_once.h"
#include "tests/viz/draw/run_scenario.h"
#include "tests/viz/draw/window_driver.h"

enum { MS = 1000000, AT_MS = 2100 };

/* ---- What the window is given ---- */

static int opened_elsewhere;

static bool open_packet(void *context, const struct journal_memory *journal, uint64_t packet,
                        char said[ELSEWHERE_SAID_BYTES])
{
    (void)context;
    (void)journal;
    (void)packet;
    opened_elsewhere++;
    snprintf(said, ELSEWHERE_SAID_BYTES, "opened");
    return true;
}

static const struct elsewhere another_program = {.name = "Wireshark", .open = open_packet};
static const struct scene_lesson a_lesson = {.title = "Loss", .text = "Who notices it?", .number = 2, .count = 3};

/* ---- Before the first picture ---- */

static void at_a_loss(struct scene *s)
{
    scene_seek(s, (int64_t)AT_MS * MS);
}

static void show(struct scene *s, const char *arrangement)
{
    at_a_loss(s);
    workspace_read(&s->workspace, arrangement);
}

static void the_queue(struct scene *s)
{
    show(s, "queue");
}

static void the_sender(struct scene *s)
{
    show(s, "sender");
}

static void the_segment(struct scene *s)
{
    show(s, "segment");
}

static void why_late(struct scene *s)
{
    show(s, "why-late");
}

static void in_the_middle(struct scene *s)
{
    at_a_loss(s);
    scene_look_at(s, "internet");
}

/* The longest part is open, and the longest of that. */
static void a_part_of_why_late(struct scene *s)
{
    const struct why_plan *plan = s->why_plan;
    cr_assert(plan != NULL);
    for (size_t depth = 0; depth < 2; depth++) {
        size_t longest = 0;
        for (size_t i = 1; i < plan->n_parts; i++)
            if (plan->parts[i].to_ns - plan->parts[i].from_ns >
                plan->parts[longest].to_ns - plan->parts[longest].from_ns)
                longest = i;
        scene_activate(s, ACT_INTERVAL, longest);
    }
}

/* No mail of this world has so many: as if the first part were one of a long dialogue. */
static void many_short_parts(struct scene *s)
{
    enum { SHORT = 13 };
    struct why_plan *plan = s->why_plan;
    cr_assert(plan != NULL);
    const struct why_part whole = plan->parts[0];
    for (int i = 0; i <= SHORT; i++) {
        plan->parts[i] = whole;
        plan->parts[i].from_ns += i;
        if (i < SHORT) plan->parts[i].to_ns = plan->parts[i].from_ns + 1;
    }
    plan->n_parts = plan->n_all_parts = SHORT + 1;
}

static void the_dialogue(struct scene *s)
{
    show(s, "dialogue");
    scene_seek(s, story_end_ns(s->story));
}

static void closely_at_the_lost_packet(struct scene *s)
{
    show(s, "closely");
    scene_select(s, (struct selection){ACT_PACKET, story_drop(s->story, 0)->packet});
}

static void at_the_beginning(struct scene *s)
{
    scene_seek(s, 0);
}

static void the_map(struct scene *s)
{
    show(s, "map");
}

static void at_the_end(struct scene *s)
{
    scene_seek(s, story_end_ns(s->story));
}

static void zoomed_in(struct scene *s)
{
    at_a_loss(s);
    scene_zoom(s, scene_now(s), 1 / 8.0);
}

static void looking_at_a_host(struct scene *s)
{
    at_a_loss(s);
    scene_look_at(s, "mail.a.example");
}

static void looking_at_a_link(struct scene *s)
{
    at_a_loss(s);
    scene_select(s, (struct selection){ACT_LINK, 0});
}

static void looking_at_the_mail(struct scene *s)
{
    at_a_loss(s);
    scene_select(s, (struct selection){ACT_MAIL, 0});
}

static void looking_at_the_lost_packet(struct scene *s)
{
    at_a_loss(s);
    scene_select(s, (struct selection){ACT_PACKET, story_drop(s->story, 0)->packet});
}

static void only_the_mail(struct scene *s)
{
    looking_at_the_mail(s);
    only_choose(&s->only, s->story, ACT_MAIL, 0);
}

static void one_view(struct scene *s)
{
    at_a_loss(s);
    scene_enlarge(s, VIEW_LADDER);
}

static void a_host_in_focus(struct scene *s)
{
    at_a_loss(s);
    s->focus = (struct selection){ACT_HOST, 0};
}

static void looking_for_loss(struct scene *s)
{
    snprintf(s->find.text, sizeof s->find.text, "loss");
}

static void looking_for_loss_from_the_end(struct scene *s)
{
    at_the_end(s);
    looking_for_loss(s);
}

static void the_line_is_open(struct scene *s)
{
    scene_find_open(s);
}

static void two_bookmarks(struct scene *s)
{
    scene_seek(s, (int64_t)1000 * MS);
    scene_toggle_bookmark(s);
    scene_seek(s, (int64_t)3000 * MS);
    scene_toggle_bookmark(s);
    at_a_loss(s);
}

static void in_doubt_about_quitting(struct scene *s)
{
    at_a_loss(s);
    s->asked = LEAVING_FOR_GOOD;
}

static void the_page_of_keys(struct scene *s)
{
    at_a_loss(s);
    s->help = true;
}

static void asked(struct scene *s)
{
    scene_set_guessing(s, true);
    scene_step(s, STORY_STEP_LINE, 1);
    for (int i = 0; i < 1000 && s->guessing.asked == SIZE_MAX; i++)
        scene_step(s, STORY_STEP_PACKET, 1);
}

static void asked_and_answered(struct scene *s)
{
    asked(s);
    scene_activate(s, ACT_ANSWER, 0);
}

/* ---- After it ---- */

static void what_if(struct scene *s)
{
    looking_at_the_lost_packet(s);
    scene_what_if(s, 0);
    scene_poll(s);
}

static void the_menu_of_the_map(struct scene *s)
{
    s->menu = VIEW_MAP;
}

static void scrolled_down(struct scene *s)
{
    scene_scroll(s, 9);
}

static void dialogue_scrolled_back(struct scene *s)
{
    scene_scroll(s, -9);
}

/* ---- What it did ---- */

typedef bool effect(const struct seen *was, const struct seen *is);

#define EFFECT(name, holds)                                                                                            \
    static bool name(const struct seen *was, const struct seen *is)                                                    \
    {                                                                                                                  \
        (void)was, (void)is;                                                                                           \
        return (holds);                                                                                                \
    }
EFFECT(plays, !was->playing && is->playing && is->screen_ns >= was->screen_ns)
EFFECT(goes_on, is->cursor > was->cursor && !is->playing)
EFFECT(goes_back, is->cursor < was->cursor && !is->playing)
EFFECT(is_faster, is->speed == 2 * was->speed)
EFFECT(is_slower, is->speed == was->speed / 2)
EFFECT(is_at_the_beginning, was->now_ns > 0 && is->now_ns == 0)
EFFECT(is_at_the_end, is->now_ns > was->now_ns && is->now_ns > 3000ll * MS)
EFFECT(has_another_pace, was->pace == PACE_STORY && is->pace == PACE_STEADY)
EFFECT(shows_less_time, is->span.to_ns - is->span.from_ns < was->span.to_ns - was->span.from_ns)
EFFECT(shows_more_time, is->span.to_ns - is->span.from_ns > was->span.to_ns - was->span.from_ns)
EFFECT(shows_all_time, shows_more_time(was, is) && is->span.from_ns == 0)
EFFECT(writes, !was->finding && is->finding)
EFFECT(has_written_a_word, is->finding &&strlen(is->find) > strlen(was->find))
EFFECT(has_a_bookmark, was->bookmarks == 0 && is->bookmarks == 1)
EFFECT(is_at_a_second, is->now_ns == 1000ll * MS)
EFFECT(is_at_three_seconds, is->now_ns == 3000ll * MS)
EFFECT(has_a_focus, was->focus.what == ACT_NONE && is->focus.what != ACT_NONE)
EFFECT(has_turned_to_the_host, is->selection.what == ACT_HOST && is->selection.index == 0)
EFFECT(has_scrolled_down, is->scrolled > was->scrolled)
EFFECT(has_scrolled_up, is->scrolled < was->scrolled)
EFFECT(shows_a_part, was->only == 0 && is->only > 0)
EFFECT(shows_everything, was->only > 0 && is->only == 0)
EFFECT(is_open_elsewhere, opened_elsewhere == 1)
EFFECT(links, !was->linking && is->linking)
EFFECT(has_one_act, was->acts == 0 && is->acts == 1)
EFFECT(has_no_act, was->acts == 1 && is->acts == 0)
EFFECT(has_saved, strstr(rerun_saved, "\"faults\"") != NULL)
EFFECT(shows_the_other_run, is->run != was->run)
EFFECT(shows_all_views, was->enlarged == VIEW_LADDER && is->enlarged == VIEW_NONE)
EFFECT(has_a_menu, was->menu == VIEW_NONE && is->menu != VIEW_NONE)
EFFECT(is_arranged_otherwise, strcmp(was->arrangement, is->arrangement) != 0)
EFFECT(keeps_places, !was->keeps_places && is->keeps_places)
EFFECT(guesses, !was->guessing && is->guessing)
EFFECT(has_fewer_captions, was->captions == CAPTIONS_ALL && is->captions == CAPTIONS_OF_SCENARIO)
EFFECT(is_for_a_projector, !was->projector && is->projector)
EFFECT(is_calm, !was->calm && is->calm)
EFFECT(is_larger, is->scale > was->scale)
EFFECT(is_smaller, is->scale < was->scale)
EFFECT(is_dark, !was->dark && is->dark)
EFFECT(fills_the_screen, !was->full_screen && is->full_screen)
EFFECT(looks_at_nothing, was->selection.what != ACT_NONE && is->selection.what == ACT_NONE)
EFFECT(asks_whether_to_quit, !was->asks_to_quit && is->asks_to_quit)
EFFECT(asks_no_more, was->asks_to_quit && !is->asks_to_quit)
EFFECT(has_help, !was->help && is->help)
EFFECT(has_no_help, was->help && !is->help)
EFFECT(looks_at_a_packet, is->selection.what == ACT_PACKET)
EFFECT(looks_at_a_host, is->selection.what == ACT_HOST)
EFFECT(looks_at_a_link, is->selection.what == ACT_LINK)
EFFECT(looks_at_a_mail, is->selection.what == ACT_MAIL)
EFFECT(looks_at_an_event, is->selection.what == ACT_EVENT)
EFFECT(has_gone_elsewhere, is->cursor != was->cursor && is->selection.what != ACT_NONE)
EFFECT(marks_bytes, was->hover.what != ACT_BYTES && is->hover.what == ACT_BYTES)
EFFECT(has_another_sender, is->sender != was->sender && is->sender != STORY_NONE)
EFFECT(is_answered, was->answer == QUIZ_CHOICES && is->answer < QUIZ_CHOICES)
EFFECT(is_no_more_asked, was->answer < QUIZ_CHOICES && is->answer == SIZE_MAX)
EFFECT(has_moved_in_time, is->now_ns != was->now_ns && !is->playing)
EFFECT(shows_one_view, was->enlarged == VIEW_NONE && is->enlarged != VIEW_NONE)
EFFECT(has_closed_a_level, is->levels < was->levels)
EFFECT(tells_the_short_ones, is->tells_short && !was->tells_short)
EFFECT(has_moved_the_host, point_distance(was->host, is->host) > 0.01)

static bool shows_the_part(const struct seen *was, const struct seen *is)
{
    return shows_less_time(was, is) && is->now_ns >= is->span.from_ns && is->now_ns <= is->span.to_ns;
}

/* ---- Keys ---- */

struct key_row {
    const char *key; /* as the page of keys has it; NULL: it is not there */
    SDL_Keycode sym;
    Uint16 mod;
    void (*prepare)(struct scene *), (*prepare_more)(struct scene *);
    effect *effect; /* NULL: it ends the window */
    enum window_end end;
    bool is_unseen; /* nothing need be drawn otherwise */
};

static const struct key_row key_rows[] = {
    {.key = "Space", .sym = SDLK_SPACE, .effect = plays},
    {.key = "←", .sym = SDLK_LEFT, .effect = goes_back},
    {.key = "→", .sym = SDLK_RIGHT, .effect = goes_on},
    {.key = "Shift ←", .sym = SDLK_LEFT, .mod = KMOD_LSHIFT, .effect = goes_back},
    {.key = "Shift →", .sym = SDLK_RIGHT, .mod = KMOD_RSHIFT, .effect = goes_on},
    {.key = "Ctrl ←", .sym = SDLK_LEFT, .mod = KMOD_LCTRL, .effect = goes_back},
    {.key = "Ctrl →", .sym = SDLK_RIGHT, .mod = KMOD_RCTRL, .effect = goes_on},
    {.key = "Page Up", .sym = SDLK_PAGEUP, .effect = goes_back},
    {.key = "Page Down", .sym = SDLK_PAGEDOWN, .effect = goes_on},
    {.key = "↑", .sym = SDLK_UP, .effect = is_faster},
    {.key = "↓", .sym = SDLK_DOWN, .effect = is_slower},
    {.key = "Home", .sym = SDLK_HOME, .effect = is_at_the_beginning},
    {.key = "End", .sym = SDLK_END, .effect = is_at_the_end},
    {.key = "p", .sym = SDLK_p, .effect = has_another_pace},
    {.key = "z", .sym = SDLK_z, .effect = shows_less_time},
    {.key = "Shift z", .sym = SDLK_z, .mod = KMOD_LSHIFT, .prepare = zoomed_in, .effect = shows_more_time},
    {.key = "w", .sym = SDLK_w, .prepare = zoomed_in, .effect = shows_all_time},
    {.key = "u", .sym = SDLK_u, .effect = writes},
    {.key = "n", .sym = SDLK_n, .prepare = looking_for_loss, .effect = goes_on},
    {.key = "Shift n",
     .sym = SDLK_n,
     .mod = KMOD_LSHIFT,
     .prepare = looking_for_loss_from_the_end,
     .effect = goes_back},
    {.key = "b", .sym = SDLK_b, .effect = has_a_bookmark},
    {.key = "[", .sym = SDLK_LEFTBRACKET, .prepare = two_bookmarks, .effect = is_at_a_second},
    {.key = "]", .sym = SDLK_RIGHTBRACKET, .prepare = two_bookmarks, .effect = is_at_three_seconds},
    {.key = "Tab", .sym = SDLK_TAB, .effect = has_a_focus},
    {.key = "Shift Tab", .sym = SDLK_TAB, .mod = KMOD_LSHIFT, .effect = has_a_focus},
    {.key = "Enter", .sym = SDLK_RETURN, .prepare = a_host_in_focus, .effect = has_turned_to_the_host},
    {.key = "Ctrl ↑",
     .sym = SDLK_UP,
     .mod = KMOD_LCTRL,
     .prepare = looking_at_a_host,
     .prepare_more = scrolled_down,
     .effect = has_scrolled_up},
    {.key = "Ctrl ↓", .sym = SDLK_DOWN, .mod = KMOD_LCTRL, .prepare = looking_at_a_host, .effect = has_scrolled_down},
    {.key = "Alt ←", .sym = SDLK_LEFT, .mod = KMOD_LALT, .prepare = in_the_middle, .effect = looks_at_a_host},
    {.key = "Alt →", .sym = SDLK_RIGHT, .mod = KMOD_LALT, .prepare = in_the_middle, .effect = looks_at_a_host},
    {.key = "Alt ↑", .sym = SDLK_UP, .mod = KMOD_LALT, .prepare = in_the_middle, .effect = looks_at_a_host},
    {.key = "Alt ↓", .sym = SDLK_DOWN, .mod = KMOD_LALT, .prepare = in_the_middle, .effect = looks_at_a_host},
    {.key = "Alt Shift ←", .sym = SDLK_LEFT, .mod = KMOD_LALT | KMOD_LSHIFT, .effect = is_arranged_otherwise},
    {.key = "Alt Shift →", .sym = SDLK_RIGHT, .mod = KMOD_LALT | KMOD_LSHIFT, .effect = is_arranged_otherwise},
    {.key = "Alt Shift ↑", .sym = SDLK_UP, .mod = KMOD_LALT | KMOD_LSHIFT, .effect = is_arranged_otherwise},
    {.key = "Alt Shift ↓", .sym = SDLK_DOWN, .mod = KMOD_LALT | KMOD_LSHIFT, .effect = is_arranged_otherwise},
    {.key = "c", .sym = SDLK_c, .prepare = looking_at_the_lost_packet, .effect = has_gone_elsewhere},
    {.key = "l", .sym = SDLK_l, .prepare = looking_at_the_mail, .effect = shows_a_part},
    {.key = "o", .sym = SDLK_o, .prepare = looking_at_the_lost_packet, .effect = is_open_elsewhere},
    {.key = "e", .sym = SDLK_e, .effect = links},
    {.key = "Delete", .sym = SDLK_DELETE, .prepare = looking_at_the_mail, .effect = has_one_act},
    {.key = "Ctrl z", .sym = SDLK_z, .mod = KMOD_LCTRL, .prepare_more = what_if, .effect = has_no_act},
    {.key = "Ctrl s", .sym = SDLK_s, .mod = KMOD_LCTRL, .prepare_more = what_if, .effect = has_saved},
    {.key = "x", .sym = SDLK_x, .prepare_more = what_if, .effect = shows_the_other_run},
    {.key = "0", .sym = SDLK_0, .prepare = one_view, .effect = shows_all_views},
    {.key = "v", .sym = SDLK_v, .effect = has_a_menu},
    {.key = "a", .sym = SDLK_a, .effect = is_arranged_otherwise},
    {.key = "k", .sym = SDLK_k, .effect = keeps_places, .is_unseen = true},
    {.key = "m", .sym = SDLK_m, .end = WINDOW_GALLERY},
    {.key = ".", .sym = SDLK_PERIOD, .end = WINDOW_NEXT},
    {.key = ",", .sym = SDLK_COMMA, .end = WINDOW_BACK},
    {.key = "g", .sym = SDLK_g, .effect = guesses},
    {.key = "y", .sym = SDLK_y, .effect = has_fewer_captions, .is_unseen = true},
    {.key = "Shift p", .sym = SDLK_p, .mod = KMOD_LSHIFT, .effect = is_for_a_projector},
    {.key = "j", .sym = SDLK_j, .effect = is_calm},
    {.key = "+", .sym = SDLK_PLUS, .effect = is_larger},
    {.key = "−", .sym = SDLK_MINUS, .effect = is_smaller},
    {.key = "t", .sym = SDLK_t, .effect = is_dark},
    {.key = "f", .sym = SDLK_f, .effect = fills_the_screen, .is_unseen = true},
    {.key = "Esc", .sym = SDLK_ESCAPE, .prepare = looking_at_a_host, .effect = looks_at_nothing},
    {.key = "q", .sym = SDLK_q, .end = WINDOW_CLOSED},
    /* not on the page, but in docs/window.md */
    {.sym = SDLK_ESCAPE, .effect = asks_whether_to_quit},
    {.sym = SDLK_ESCAPE, .prepare = in_doubt_about_quitting, .effect = asks_no_more},
    {.sym = SDLK_RETURN, .prepare = in_doubt_about_quitting, .end = WINDOW_CLOSED},
    {.sym = SDLK_EQUALS, .effect = is_larger},
    {.sym = SDLK_KP_PLUS, .effect = is_larger},
    {.sym = SDLK_KP_MINUS, .effect = is_smaller},
    {.sym = SDLK_KP_ENTER, .prepare = a_host_in_focus, .effect = has_turned_to_the_host},
    {.sym = SDLK_h, .effect = has_help},
    {.sym = SDLK_F1, .effect = has_help},
    {.sym = SDLK_SLASH, .mod = KMOD_LSHIFT, .effect = has_help},
    {.sym = SDLK_q, .prepare = the_page_of_keys, .effect = has_no_help},
    {.sym = SDLK_t, .prepare = the_page_of_keys, .effect = is_dark},
    {.sym = SDLK_F11, .effect = fills_the_screen, .is_unseen = true},
    {.sym = SDLK_TAB, .prepare = the_line_is_open, .effect = has_written_a_word},
    {.sym = SDLK_1, .prepare = asked, .effect = is_answered},
    {.sym = SDLK_SPACE, .prepare = asked_and_answered, .effect = is_no_more_asked},
};
enum { KEY_ROWS = sizeof key_rows / sizeof *key_rows };

/* ---- Driving ---- */

static struct journal_memory *journal;

static void open_window(void)
{
    rerun_at_once.why_not = NULL;
    journal = run_scenario("lost-segment");
    driver_open();
}

static void close_window(void)
{
    driver_close();
    journal_memory_free(journal);
}

static void run(struct drive *drive, bool in_a_lesson)
{
    struct window_options options = window_options_default();
    options.playing = false;
    options.rerun = &rerun_at_once;
    options.elsewhere = &another_program;
    options.has_gallery = true;
    if (in_a_lesson) options.lesson = &a_lesson;
    if (!drive->prepare) drive->prepare = at_a_loss;
    opened_elsewhere = 0;
    rerun_saved[0] = 0;
    driver_run(journal, &options, drive);
    SDL_SetWindowFullscreen(SDL_GetWindowFromID(1), 0);
    SDL_SetModState(KMOD_NONE);
}

static void push_row(struct scene *scene, const void *what)
{
    const struct key_row *row = what;
    (void)scene;
    push_key(row->sym, row->mod);
}

static void judge_key(const struct key_row *row)
{
    struct drive drive = {.prepare = row->prepare, .prepare_more = row->prepare_more, .push = push_row, .what = row};
    const char *name = row->key ? row->key : SDL_GetKeyName(row->sym);
    run(&drive, row->sym == SDLK_PERIOD || row->sym == SDLK_COMMA);
    cr_expect(eq(int, drive.is_over, row->effect == NULL), "%s: whether it ends the window", name);
    if (!row->effect) {
        cr_expect(eq(int, drive.end, row->end), "%s", name);
        return;
    }
    cr_expect(row->effect(&drive.before, &drive.after), "%s does not do what it says", name);
    cr_expect(row->is_unseen || drive.before.pixels != drive.after.pixels, "%s: nothing is drawn otherwise", name);
}

TestSuite(controls, .init = open_window, .fini = close_window);

Test(controls, each_key_does_what_the_page_says)
{
    for (size_t i = 0; i < KEY_ROWS; i++)
        judge_key(&key_rows[i]);
}

static void push_digit(struct scene *scene, const void *what)
{
    (void)scene;
    push_key((SDL_Keycode)('1' + *(const enum view_id *)what), 0);
}

Test(controls, each_digit_shows_its_view_alone)
{
    uint64_t pictures[VIEW_CLOSELY];
    for (enum view_id view = 0; view < VIEW_CLOSELY; view++) {
        struct drive drive = {.push = push_digit, .what = &view};
        run(&drive, false);
        cr_expect(eq(int, drive.after.enlarged, view));
        pictures[view] = drive.after.pixels;
        for (enum view_id other = 0; other < view; other++)
            cr_expect(ne(u64, pictures[other], pictures[view]), "views %d and %d", other, view);
    }
}

/* ---- The page of keys and the table ---- */

struct heard_keys {
    struct colour ink; /* of keys */
    size_t n;
};

static bool is_in_table(const char *key)
{
    for (size_t i = 0; i < KEY_ROWS; i++)
        if (key_rows[i].key && strcmp(key_rows[i].key, key) == 0) return true;
    return strlen(key) == 1 && *key >= '1' && *key < '1' + VIEW_CLOSELY;
}

/* "Shift ← →" are two keys, with Shift both; "Page Up" is one. */
static void judge_keys_of(char *part)
{
    char name[64], modifier[16] = "";
    if (strncmp(part, "Page ", 5) == 0) {
        cr_expect(is_in_table(part), "\"%s\" is on the page of keys and not tested", part);
        return;
    }
    for (char *rest = NULL, *word = strtok_r(part, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
        if (strcmp(word, "Alt") == 0 || strcmp(word, "Shift") == 0 || strcmp(word, "Ctrl") == 0) {
            size_t n = strlen(modifier);
            snprintf(modifier + n, sizeof modifier - n, "%s ", word);
            continue;
        }
        snprintf(name, sizeof name, "%s%s", modifier, word);
        cr_expect(is_in_table(name), "\"%s\" is on the page of keys and not tested", name);
    }
}

static void hear_keys(void *user, const struct canvas_part *part)
{
    struct heard_keys *heard = user;
    char text[128];
    if (part->what != CANVAS_TEXT || !part->style->bold || part->style->across != ALIGN_END) return;
    if (memcmp(&part->style->colour, &heard->ink, sizeof heard->ink) != 0) return;
    snprintf(text, sizeof text, "%s", part->text);
    heard->n++;
    for (char *at = text, *end; at; at = end) {
        end = strstr(at, ", ");
        if (end) *end = '\0', end += 2;
        judge_keys_of(at);
    }
}

Test(controls, each_key_of_the_page_is_tested_here)
{
    struct heard_keys heard = {theme_of(false)->accent, 0};
    struct scene *scene = scene_new(journal, scene_options_default());
    struct canvas *ear = canvas_new_listener(1280, 800, (struct canvas_listener){hear_keys, &heard});
    scene->help = true;
    scene_draw(scene, ear);
    cr_expect(heard.n > 40, "%zu rows of keys are on the page", heard.n);
    canvas_free(ear);
    scene_free(scene);
}

/* ---- What can be pressed ---- */

struct target_row {
    enum act act;
    void (*prepare)(struct scene *), (*prepare_more)(struct scene *);
    effect *effect; /* NULL: it ends the window */
    enum window_end end;
    bool is_unseen;
};

static const struct target_row target_rows[] = {
    {ACT_PACKET, .prepare = the_map, .effect = looks_at_a_packet},
    {ACT_HOST, .prepare = the_map, .effect = looks_at_a_host},
    {ACT_LINK, .prepare = the_map, .effect = looks_at_a_link},
    {ACT_MAIL, .prepare = the_queue, .effect = looks_at_a_mail},
    {ACT_EVENT, .prepare = the_dialogue, .effect = looks_at_an_event},
    {ACT_GO_TO_EVENT, .prepare = closely_at_the_lost_packet, .effect = has_gone_elsewhere},
    {ACT_ATTEMPT, .prepare = the_queue, .effect = has_gone_elsewhere},
    {ACT_INTERVAL, .prepare = why_late, .effect = shows_the_part},
    {ACT_WHY_LEVEL, .prepare = why_late, .prepare_more = a_part_of_why_late, .effect = has_closed_a_level},
    {ACT_WHY_SHORT, .prepare = why_late, .prepare_more = many_short_parts, .effect = tells_the_short_ones},
    {ACT_ONLY, .prepare = only_the_mail, .effect = shows_everything},
    {ACT_SENDER, .prepare = the_sender, .effect = has_another_sender},
    {ACT_CLOSE, .prepare = looking_at_a_host, .effect = looks_at_nothing},
    {ACT_LEAVE, .prepare = in_doubt_about_quitting, .end = WINDOW_CLOSED},
    {ACT_STAY, .prepare = in_doubt_about_quitting, .effect = asks_no_more},
    {ACT_PLAY, .effect = plays},
    {ACT_STEP_BACK, .effect = goes_back},
    {ACT_STEP_FORWARD, .effect = goes_on},
    {ACT_SLOWER, .effect = is_slower},
    {ACT_FASTER, .effect = is_faster},
    {ACT_PACE, .effect = has_another_pace},
    {ACT_THEME, .effect = is_dark},
    {ACT_HELP, .effect = has_help},
    {ACT_ANSWER, .prepare = asked, .effect = is_answered},
    {ACT_GO_ON, .prepare = asked_and_answered, .effect = is_no_more_asked},
    {ACT_LESSON_NEXT, .end = WINDOW_NEXT},
    {ACT_LESSON_BACK, .end = WINDOW_BACK},
    {ACT_TIME_LINE, .effect = has_moved_in_time},
    {ACT_TIME_AXIS, .prepare = the_sender, .effect = has_moved_in_time},
    {ACT_WHOLE_TIME, .prepare = zoomed_in, .effect = shows_all_time},
    {ACT_FIND, .effect = writes},
    {ACT_FIND_WORD, .prepare = the_line_is_open, .effect = has_written_a_word},
    {ACT_ELSEWHERE, .prepare = looking_at_the_lost_packet, .effect = is_open_elsewhere},
    {ACT_EDIT, .prepare = looking_at_a_link, .effect = writes},
    {ACT_WHAT_IF, .prepare = looking_at_the_lost_packet, .effect = has_one_act},
    {ACT_WITHOUT_LOSSES, .prepare = why_late, .effect = has_one_act},
    {ACT_SHOW_RUN, .prepare_more = what_if, .effect = shows_the_other_run},
    {ACT_UNDO, .prepare_more = what_if, .effect = has_no_act},
    {ACT_SAVE, .prepare_more = what_if, .effect = has_saved},
    {ACT_ADD_LINK, .prepare_more = the_menu_of_the_map, .effect = links},
    {ACT_VIEW_MENU, .effect = has_a_menu},
    {ACT_ENLARGE, .prepare_more = the_menu_of_the_map, .effect = shows_one_view},
    {ACT_CLOSE_VIEW, .prepare_more = the_menu_of_the_map, .effect = is_arranged_otherwise},
    {ACT_SHOW_HERE, .prepare_more = the_menu_of_the_map, .effect = is_arranged_otherwise},
    {ACT_SHOW_BESIDE, .prepare_more = the_menu_of_the_map, .effect = is_arranged_otherwise},
    {ACT_SHOW_BELOW, .prepare_more = the_menu_of_the_map, .effect = is_arranged_otherwise},
};
enum { TARGET_ROWS = sizeof target_rows / sizeof *target_rows };

static void push_click(struct scene *scene, const void *what)
{
    const struct target_row *row = what;
    struct point at;
    bool is_there = place_of(scene, row->act, &at);
    cr_expect(is_there, "act %d: there is no target to press", row->act);
    if (!is_there) return;
    push_move(at.x, at.y);
    push_press(at.x, at.y);
    push_release(at.x, at.y);
}

static void judge_target(const struct target_row *row)
{
    struct drive drive = {.prepare = row->prepare, .prepare_more = row->prepare_more, .push = push_click, .what = row};
    run(&drive, row->act == ACT_LESSON_NEXT || row->act == ACT_LESSON_BACK);
    cr_expect(eq(int, drive.is_over, row->effect == NULL), "act %d: whether it ends the window", row->act);
    if (!row->effect) {
        cr_expect(eq(int, drive.end, row->end), "act %d", row->act);
        return;
    }
    cr_expect(row->effect(&drive.before, &drive.after), "act %d: a press does something else", row->act);
    cr_expect(row->is_unseen || drive.before.pixels != drive.after.pixels, "act %d: nothing is seen", row->act);
}

Test(controls, each_thing_that_can_be_pressed_does_what_it_says)
{
    for (size_t i = 0; i < TARGET_ROWS; i++)
        judge_target(&target_rows[i]);
}

/* What stands in no table: a field of a header, which marks its bytes under the pointer (below); a card of the gallery
   (test_window.c); and what has a key and no button. */
Test(controls, each_kind_of_target_is_tested_here)
{
    static const enum act elsewhere[] = {ACT_BYTES,   ACT_CHOOSE,    ACT_GUESS, ACT_CAPTIONS,
                                         ACT_GALLERY, ACT_PROJECTOR, ACT_CALM};
    for (enum act act = ACT_NONE + 1; act <= ACT_SHOW_BELOW; act++) {
        bool is_there = false;
        for (size_t i = 0; i < sizeof elsewhere / sizeof *elsewhere; i++)
            is_there |= elsewhere[i] == act;
        for (size_t i = 0; i < TARGET_ROWS; i++)
            is_there |= target_rows[i].act == act;
        cr_expect(is_there, "act %d of targets.h is not pressed by any test here", act);
    }
}

/* ---- Dragging, the wheel, and what is written ---- */

struct motion_row {
    const char *name;
    void (*prepare)(struct scene *), (*prepare_more)(struct scene *);
    void (*push)(struct scene *, const void *);
    effect *effect;
};

static struct point middle(struct box b)
{
    return point_of(b.x + b.w / 2, b.y + b.h / 2);
}

static void drag(struct point from, struct point to)
{
    push_move(from.x, from.y);
    push_press(from.x, from.y);
    for (int i = 1; i <= 4; i++)
        push_move(from.x + (to.x - from.x) * i / 4, from.y + (to.y - from.y) * i / 4);
    push_release(to.x, to.y);
}

static void drag_the_time_line(struct scene *s, const void *what)
{
    struct box line = s->panels.time_line;
    (void)what;
    drag(point_of(line.x + line.w * 0.2, line.y + line.h * 0.7), point_of(line.x + 1, line.y + line.h * 0.7));
}

static void drag_an_axis(struct scene *s, const void *what)
{
    struct point at = {0, 0};
    (void)what;
    cr_expect(place_of(s, ACT_TIME_AXIS, &at), "there is no axis to drag");
    drag(at, point_of(at.x + 200, at.y));
}

static void drag_a_host(struct scene *s, const void *what)
{
    struct point at = middle(s->plan->hosts[0].icon);
    (void)what;
    drag(at, point_of(at.x + 90, at.y + 20));
}

/* Between the map and what is below it. */
static void drag_a_bar(struct scene *s, const void *what)
{
    struct box map = s->panels.views[VIEW_MAP];
    struct point at = point_of(map.x + map.w / 2, map.y + map.h + s->panels.gap / 2);
    (void)what;
    drag(at, point_of(at.x, at.y - 60));
}

static void wheel_over_the_map(struct scene *s, const void *what)
{
    struct box map = s->panels.views[VIEW_MAP];
    (void)what;
    push_wheel(map.x + 4, map.y + map.h - 4, -1);
}

static void wheel_over_the_time_line(struct scene *s, const void *what)
{
    struct point at = middle(s->panels.time_line);
    (void)what;
    push_wheel(at.x, at.y, 1);
}

static void wheel_over_an_axis(struct scene *s, const void *what)
{
    struct point at = middle(s->axes[VIEW_SENDER].box);
    (void)what;
    push_wheel(at.x, at.y, 1);
}

static void wheel_over_the_dialogue(struct scene *s, const void *what)
{
    struct point at = middle(s->panels.views[VIEW_DIALOGUE]);
    (void)what;
    push_wheel(at.x, at.y, 1);
}

static void wheel_back_over_the_dialogue(struct scene *s, const void *what)
{
    struct point at = middle(s->panels.views[VIEW_DIALOGUE]);
    (void)what;
    push_wheel(at.x, at.y, -1);
}

static void wheel_with_ctrl(struct scene *s, const void *what)
{
    struct point at = middle(s->panels.views[VIEW_MAP]);
    (void)what;
    SDL_SetModState(KMOD_LCTRL);
    push_wheel(at.x, at.y, 1);
}

static void point_at_a_field(struct scene *s, const void *what)
{
    struct point at = {0, 0};
    (void)what;
    cr_expect(place_of(s, ACT_BYTES, &at), "there is no field to point at");
    push_move(at.x, at.y);
}

static void write_what_to_look_for(struct scene *s, const void *what)
{
    (void)s;
    (void)what;
    push_key(SDLK_u, 0);
    push_text("u"); /* as a keyboard sends it after the key */
    push_text("retransmission");
    push_key(SDLK_RETURN, 0);
}

static void write_and_give_up(struct scene *s, const void *what)
{
    (void)s;
    (void)what;
    push_text("q");
    push_key(SDLK_BACKSPACE, 0);
    push_key(SDLK_ESCAPE, 0);
}

/* The two hosts of a new link. */
static void press_two_hosts(struct scene *s, const void *what)
{
    static const size_t hosts[] = {0, 4};
    (void)what;
    push_key(SDLK_e, 0);
    for (size_t i = 0; i < 2; i++) {
        struct box icon = s->plan->hosts[hosts[i]].icon;
        push_press(icon.x + icon.w * 0.15, icon.y + icon.h * 0.5); /* beside the mail that lies there */
        push_release(icon.x + icon.w * 0.15, icon.y + icon.h * 0.5);
    }
}

EFFECT(has_stopped_writing, was->finding && !is->finding)
EFFECT(has_gone_on, is->cursor > was->cursor)

static const struct motion_row motion_rows[] = {
    {"the time line is dragged", NULL, NULL, drag_the_time_line, goes_back},
    {"an axis is dragged", the_sender, NULL, drag_an_axis, has_moved_in_time},
    {"a host is dragged", NULL, NULL, drag_a_host, has_moved_the_host},
    {"a bar between views is dragged", NULL, NULL, drag_a_bar, is_arranged_otherwise},
    {"the wheel over the map", NULL, NULL, wheel_over_the_map, goes_on},
    {"the wheel over the time line", NULL, NULL, wheel_over_the_time_line, shows_less_time},
    {"the wheel over an axis", the_sender, NULL, wheel_over_an_axis, shows_less_time},
    {"the wheel over the dialogue", the_dialogue, NULL, wheel_over_the_dialogue, has_scrolled_down},
    {"the wheel back", the_dialogue, dialogue_scrolled_back, wheel_back_over_the_dialogue, has_scrolled_up},
    {"the wheel with Ctrl", NULL, NULL, wheel_with_ctrl, is_larger},
    {"the pointer over a field", the_segment, NULL, point_at_a_field, marks_bytes},
    {"run until", at_the_beginning, NULL, write_what_to_look_for, has_gone_on},
    {"writing is given up", the_line_is_open, NULL, write_and_give_up, has_stopped_writing},
    {"a new link", NULL, NULL, press_two_hosts, has_one_act},
};

Test(controls, dragging_the_wheel_and_writing)
{
    for (size_t i = 0; i < sizeof motion_rows / sizeof *motion_rows; i++) {
        const struct motion_row *row = &motion_rows[i];
        struct drive drive = {.prepare = row->prepare, .prepare_more = row->prepare_more, .push = row->push};
        run(&drive, false);
        cr_expect(not(drive.is_over), "%s: it ends the window", row->name);
        cr_expect(row->effect(&drive.before, &drive.after), "%s: does something else", row->name);
        cr_expect(drive.before.pixels != drive.after.pixels, "%s: nothing is seen", row->name);
    }
}
