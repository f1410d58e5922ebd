#include "viz/draw/gallery.h"

#include <string.h>

#include "sim/journal/memory.h"
#include "viz/draw/gallery_internal.h"
#include "viz/draw/leave_view.h"

static const double scale_step = 1.1, least_scale = 0.5, most_scale = 3, wheel_rows = 0.5;

struct gallery *gallery_new(const struct gallery_card *cards, size_t n, struct gallery_options options)
{
    struct gallery *g = mem_calloc(1, sizeof *g);
    g->items = mem_calloc(n + 1, sizeof *g->items);
    g->n = g->search.n = n;
    g->search.found = mem_calloc(n + 1, sizeof *g->search.found);
    for (size_t i = 0; i < n; i++)
        g->items[i].card = cards[i], g->search.found[i] = i;
    g->selected = options.selected < n ? options.selected : 0;
    g->choice = SIZE_MAX;
    g->rerun = options.rerun;
    g->dark = options.dark;
    g->scale = options.scale > 0 ? options.scale : 1;
    g->dirty = g->follows = true;
    g->columns = g->rows_in_sight = 1;
    g->targets = targets_new();
    return g;
}

void gallery_free(struct gallery *g)
{
    if (!g) return;
    gallery_rest(g);
    for (size_t i = 0; i < g->n; i++)
        thumbnail_free(g->items[i].thumbnail);
    mem_free(g->search.found);
    mem_free(g->items);
    targets_free(g->targets);
    mem_free(g);
}

/* ---- Pictures ---- */

static bool is_wanted(const struct gallery *g, size_t i)
{
    return g->items[i].card.scenario && !g->items[i].thumbnail && !g->items[i].failed;
}

/* The selected one first, then those that were found, then all from the top. */
static size_t next_wanted(const struct gallery *g)
{
    if (g->n && is_wanted(g, g->selected)) return g->selected;
    for (size_t i = 0; i < g->search.n; i++)
        if (is_wanted(g, g->search.found[i])) return g->search.found[i];
    for (size_t i = 0; i < g->n; i++)
        if (is_wanted(g, i)) return i;
    return SIZE_MAX;
}

static void take_picture(struct gallery *g)
{
    char why[RERUN_WHY_BYTES];
    struct journal_memory *journal = NULL;
    enum rerun_state state = g->rerun->poll(g->job, &journal, why);
    if (state == RERUN_GOES_ON) return;
    g->rerun->end(g->job);
    g->job = NULL;
    struct gallery_item *item = &g->items[g->job_of];
    bool good = state == RERUN_DONE && journal_memory_count(journal) > 0;
    if (good)
        item->thumbnail = thumbnail_new(journal);
    else
        journal_memory_free(journal);
    item->failed = !good;
    g->dirty = true;
}

void gallery_poll(struct gallery *g)
{
    if (!g->rerun) return;
    if (g->job) take_picture(g);
    size_t next = g->job ? SIZE_MAX : next_wanted(g);
    if (next == SIZE_MAX) return;
    g->job_of = next;
    g->job = g->rerun->begin(g->rerun->context, g->items[next].card.scenario, NULL);
}

void gallery_rest(struct gallery *g)
{
    if (g->job) g->rerun->end(g->job);
    g->job = NULL;
}

void gallery_advance(struct gallery *g, int64_t passed_ns)
{
    for (size_t i = 0; i < g->n; i++) {
        struct thumbnail *thumbnail = g->items[i].thumbnail;
        if (!thumbnail) continue;
        if (i == g->selected)
            thumbnail_play(thumbnail, passed_ns);
        else
            thumbnail_rest(thumbnail);
    }
    g->dirty |= g->n && g->items[g->selected].thumbnail;
}

/* ---- Input ---- */

static void select_card(struct gallery *g, size_t card)
{
    g->selected = card;
    g->follows = true;
}

/* Among those that were found. */
static void move(struct gallery *g, int by)
{
    const struct gallery_search *search = &g->search;
    size_t steps = (size_t)(by < 0 ? -by : by), at = gallery_search_place(g, g->selected);
    if (search->n == 0) return;
    if (by < 0)
        at = steps <= at ? at - steps : steps == 1 ? 0 : at % g->columns;
    else
        at = at + steps < search->n ? at + steps : search->n - 1;
    select_card(g, search->found[at]);
}

static bool handle_move_key(struct gallery *g, const struct input *in)
{
    int row = (int)g->columns, page = row * (int)g->rows_in_sight;
    switch (in->key) {
    case KEY_LEFT:
        move(g, -1);
        return true;
    case KEY_RIGHT:
        move(g, 1);
        return true;
    case KEY_TAB:
        move(g, in->shift ? -1 : 1);
        return true;
    case KEY_UP:
        move(g, -row);
        return true;
    case KEY_DOWN:
        move(g, row);
        return true;
    case KEY_PAGE_UP:
        move(g, -page);
        return true;
    case KEY_PAGE_DOWN:
        move(g, page);
        return true;
    case KEY_HOME:
        if (g->search.n) select_card(g, g->search.found[0]);
        return true;
    case KEY_END:
        if (g->search.n) select_card(g, g->search.found[g->search.n - 1]);
        return true;
    }
    return false;
}

static void change_scale(struct gallery *g, double factor)
{
    double scale = factor == 0 ? 1 : g->scale * factor;
    g->scale = scale < least_scale ? least_scale : scale > most_scale ? most_scale : scale;
    g->follows = true;
}

static void choose(struct gallery *g, size_t card)
{
    if (gallery_search_place(g, card) >= g->search.n) return;
    g->choice = card;
    gallery_search_mark(g); /* for when one comes back */
}

static bool change_scale_by_key(struct gallery *g, int key)
{
    switch (key) {
    case '+':
    case '=':
        change_scale(g, scale_step);
        return true;
    case '-':
        change_scale(g, 1 / scale_step);
        return true;
    case '0':
        change_scale(g, 0);
        return true;
    }
    return false;
}

static bool handle_other_key(struct gallery *g, const struct input *in)
{
    switch (in->key) {
    case KEY_ENTER:
    case ' ':
        choose(g, g->selected);
        return true;
    case 't':
        g->dark = !g->dark;
        return true;
    case 'f':
        if (in->ctrl)
            gallery_search_begin(g);
        else
            g->full_screen_wish = true;
        return true;
    case 'q':
        g->quit = true;
        return true;
    case KEY_ESCAPE:
        g->quit_asked = true;
        g->is_stay_filled = false;
        return true;
    }
    return change_scale_by_key(g, in->key);
}

/* While one writes letters are text, which comes by itself (INPUT_TEXT). */
static bool handle_key_while_writing(struct gallery *g, const struct input *in)
{
    switch (in->key) {
    case KEY_ENTER:
        choose(g, g->selected);
        return true;
    case KEY_BACKSPACE:
        gallery_search_erase(g);
        return true;
    case KEY_ESCAPE:
        gallery_search_end(g);
        return true;
    }
    if (in->ctrl && in->key == 'a')
        gallery_search_mark(g);
    else if (in->ctrl && in->key == 'f')
        gallery_search_begin(g);
    else
        return in->ctrl && change_scale_by_key(g, in->key);
    return true;
}

static void answer_whether_to_quit(struct gallery *g, enum leave_answer answer)
{
    g->quit_asked = answer == LEAVE_NOT_YET;
    g->quit = answer == LEAVE_YES;
}

static bool handle_key(struct gallery *g, const struct input *in)
{
    if (g->quit_asked) {
        answer_whether_to_quit(g, leave_view_key(in->key, 'q', &g->is_stay_filled));
        return true;
    }
    if (handle_move_key(g, in)) return true;
    return g->search.open ? handle_key_while_writing(g, in) : handle_other_key(g, in);
}

/* A slash as it is written, not as a key: on many keyboards it needs Shift and a digit. */
static bool handle_text(struct gallery *g, const char *text)
{
    struct gallery_search *search = &g->search;
    bool opens = (!search->open || search->all) && !g->quit_asked && strcmp(text, "/") == 0;
    bool writes = search->open && !opens && !g->quit_asked;
    if (opens) gallery_search_begin(g);
    if (writes) gallery_search_write(g, text);
    return opens || writes;
}

static bool scroll_by(struct gallery *g, double rows)
{
    double to = g->scroll + rows;
    g->scroll = to < 0 ? 0 : to > g->scroll_most ? g->scroll_most : to;
    g->follows = false;
    return true;
}

static bool handle_press(struct gallery *g, const struct target *t)
{
    if (g->quit_asked) {
        enum act act = t ? t->act : ACT_NONE;
        answer_whether_to_quit(g, act == ACT_LEAVE ? LEAVE_YES : act == ACT_STAY ? LEAVE_NO : LEAVE_NOT_YET);
        return true;
    }
    if (!t) return false;
    if (t->act == ACT_FIND) gallery_search_begin(g);
    if (t->act == ACT_CLOSE) gallery_search_end(g);
    if (t->act == ACT_CHOOSE) choose(g, g->selected = t->arg);
    return true;
}

bool gallery_handle(struct gallery *g, const struct input *in)
{
    bool meant = false;
    const struct target *t = in->kind == INPUT_KEY ? NULL : targets_find(g->targets, in->x, in->y);
    switch (in->kind) {
    case INPUT_KEY:
        meant = handle_key(g, in);
        break;
    case INPUT_MOVE: /* selects, and brings nothing into sight: the picture must not run away from the pointer */
        meant = t && t->act == ACT_CHOOSE && t->arg != g->selected;
        if (meant) g->selected = t->arg;
        break;
    case INPUT_PRESS:
        meant = handle_press(g, t);
        break;
    case INPUT_TEXT:
        meant = handle_text(g, in->text);
        break;
    case INPUT_RELEASE:
        break;
    case INPUT_WHEEL:
        if (in->ctrl)
            change_scale(g, in->wheel > 0 ? scale_step : 1 / scale_step);
        else
            scroll_by(g, -in->wheel * wheel_rows);
        meant = true;
        break;
    }
    if (meant) g->dirty = true;
    return meant;
}

/* ---- Asking ---- */

bool gallery_is_dirty(const struct gallery *g)
{
    return g->dirty;
}

void gallery_set_dirty(struct gallery *g)
{
    g->dirty = true;
}

bool gallery_is_busy(const struct gallery *g)
{
    return g->job || (g->n && g->items[g->selected].thumbnail);
}

bool gallery_makes_pictures(const struct gallery *g)
{
    return g->job != NULL;
}

size_t gallery_take_choice(struct gallery *g)
{
    size_t choice = g->choice;
    g->choice = SIZE_MAX;
    return choice;
}

bool gallery_wants_quit(const struct gallery *g)
{
    return g->quit;
}

bool gallery_take_full_screen_wish(struct gallery *g)
{
    bool wish = g->full_screen_wish;
    g->full_screen_wish = false;
    return wish;
}

struct journal_memory *gallery_journal(struct gallery *g, size_t card)
{
    return g->items[card].thumbnail ? thumbnail_journal(g->items[card].thumbnail) : NULL;
}

size_t gallery_selected(const struct gallery *g)
{
    return g->selected;
}

size_t gallery_found(const struct gallery *g)
{
    return g->search.n;
}

size_t gallery_pictures(const struct gallery *g)
{
    size_t n = 0;
    for (size_t i = 0; i < g->n; i++)
        n += g->items[i].thumbnail != NULL;
    return n;
}

bool gallery_is_dark(const struct gallery *g)
{
    return g->dark;
}

double gallery_scale(const struct gallery *g)
{
    return g->scale;
}

const struct targets *gallery_targets(const struct gallery *g)
{
    return g->targets;
}
