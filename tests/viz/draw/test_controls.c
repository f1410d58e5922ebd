/* Every control by pushed events: each key of the page of keys, and each kind of thing that can be pressed, is pushed
   to SDL while the window runs under the dummy driver, and what it did is judged by the scene and by the pixels of the
   window. A key that is added to the page of keys, or an act to targets.h, and not to the tables here, fails. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

#include "tests/viz/draw/control_moments.h"
#include "tests/viz/draw/controlled_window.h"

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
    struct scene *scene = scene_new(shown_journal, scene_options_default());
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

/* What stands in no table: a field of a header, which marks its bytes under the pointer (test_controls_dragged.c); a
   card of the gallery (test_window.c); and what has a key and no button. */
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
