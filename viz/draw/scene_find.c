/* Going to what one looks for: run until, and bookmarks. */
#include <stdio.h>
#include <string.h>

#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"
#include "viz/draw/find_view.h"
#include "viz/draw/scene_internal.h"
#include "viz/story/wanted_words.h"

/* ---- Run until ---- */

/* Where the word that is being written begins. */
static size_t last_word(const char *text)
{
    const char *space = strrchr(text, ' ');
    return space ? (size_t)(space - text) + 1 : 0;
}

static void offer_words(struct scene *s)
{
    struct find *f = &s->find;
    if (f->edits) return;
    f->from = last_word(f->text);
    f->length = strlen(f->text) - f->from;
    f->next = 0;
    f->n_words = wanted_complete(s->story, f->here, f->text + f->from, f->words, FIND_WORDS);
}

static void offer_what_there_is(struct scene *s)
{
    struct find *f = &s->find;
    f->from = f->next = 0;
    f->length = strlen(f->text);
    f->n_words = wanted_complete(s->story, f->here, "", f->words, FIND_WORDS);
}

/* The first word is offered once, whatever its letters are. */
static void forget_first_again(struct find *f)
{
    char first[WANTED_WORD_BYTES], small[WANTED_WORD_BYTES];
    size_t n = 1;
    wanted_small_letters(f->words[0], first, sizeof first);
    for (size_t i = 1; i < f->n_words; i++)
        if (strcmp(wanted_small_letters(f->words[i], small, sizeof small), first) != 0) {
            if (i != n) memcpy(f->words[n], f->words[i], sizeof f->words[n]);
            n++;
        }
    f->n_words = n;
}

/* The nearest word first, then what there is in this run. */
static void offer_instead(struct scene *s, const char *unknown)
{
    struct find *f = &s->find;
    char small[EDIT_VALUE_BYTES];
    const char *at = strstr(wanted_small_letters(f->text, small, sizeof small), unknown);
    snprintf(f->unknown, sizeof f->unknown, "%s", unknown);
    f->from = at ? (size_t)(at - small) : 0;
    f->length = at ? strlen(unknown) : strlen(f->text);
    f->is_near = wanted_nearest(s->story, unknown, f->words[0]);
    f->next = 0;
    size_t near = f->is_near ? 1 : 0;
    f->n_words = near + wanted_complete(s->story, f->here, "", f->words + near, FIND_WORDS - near);
    if (f->is_near) forget_first_again(f);
}

void scene_find_take(struct scene *s, size_t word)
{
    struct find *f = &s->find;
    char text[EDIT_VALUE_BYTES * 2];
    if (word >= f->n_words || f->from + f->length > strlen(f->text)) return;
    snprintf(text, sizeof text, "%.*s%s%s", (int)f->from, f->text, f->words[word], f->text + f->from + f->length);
    if (strlen(text) >= sizeof f->text) return;
    memcpy(f->text, text, strlen(text) + 1);
    f->length = strlen(f->words[word]);
    f->next = (word + 1) % f->n_words;
    f->outcome = FIND_FINE;
}

static void go_there(struct scene *s, size_t event)
{
    s->find.open = false;
    s->find.outcome = FIND_FINE;
    scene_activate(s, ACT_GO_TO_EVENT, event);
}

static enum find_place place_of(const struct wanted_places *places)
{
    if (places->before != STORY_NONE) return FIND_PLACE_BEFORE;
    return places->here != STORY_NONE ? FIND_PLACE_HERE : FIND_PLACE_NONE;
}

/* Only of a run that is known to its end can one say that something never comes, or does not come again. */
static enum find_outcome why_not(const struct scene *s, const struct wanted_places *places)
{
    if (s->is_loading || s->grows) return FIND_NOT_YET;
    if (place_of(places) != FIND_PLACE_NONE) return FIND_BEFORE;
    return places->unknown != STORY_NONE ? FIND_UNKNOWN : FIND_NEVER;
}

static void tell_why_not(struct scene *s, const struct wanted *wanted, const struct wanted_places *places)
{
    struct find *f = &s->find;
    f->opening = !f->open;
    f->open = s->dirty = true;
    f->outcome = why_not(s, places);
    f->place = place_of(places);
    if (f->place == FIND_PLACE_BEFORE) f->before_ns = story_event_time(s->story, places->before);
    f->n_words = 0;
    if (places->unknown != STORY_NONE)
        offer_instead(s, wanted->terms[places->unknown].text);
    else if (f->place == FIND_PLACE_NONE)
        offer_what_there_is(s);
}

/* The step that just happens is where we are; once time has gone on it is over. */
static size_t step_beginning(const struct story *story)
{
    size_t cursor = story_cursor(story);
    if (cursor == 0 || story_event_time(story, cursor - 1) < story_now(story)) return cursor;
    return story_step_beginning(story, cursor - 1);
}

void scene_find_next(struct scene *s)
{
    struct find *f = &s->find;
    struct wanted wanted = wanted_read(s->story, f->text);
    if (f->edits || wanted.n_terms == 0) return;
    struct wanted_places places = wanted_look(s->story, &wanted, step_beginning(s->story), story_cursor(s->story));
    if (places.next != STORY_NONE)
        go_there(s, places.next);
    else
        tell_why_not(s, &wanted, &places);
}

void scene_find_before(struct scene *s)
{
    struct wanted wanted = wanted_read(s->story, s->find.text);
    if (s->find.edits || wanted.n_terms == 0) return;
    size_t event = wanted_before(s->story, &wanted, step_beginning(s->story));
    if (event != STORY_NONE) go_there(s, event);
}

void scene_find_open(struct scene *s)
{
    s->find = (struct find){.open = true, .opening = true, .here = wanted_here(s->story)};
    offer_words(s);
}

/* ---- The line ---- */

static bool can_go_back(const struct find *f)
{
    bool was_found = f->outcome == FIND_BEFORE || f->outcome == FIND_NOT_YET;
    return was_found && f->place == FIND_PLACE_BEFORE;
}

/* It is found, but not ahead. */
static void say_where(const struct find *f, char *text, size_t size)
{
    char at[VIEW_TIME_BYTES];
    bool is_all = f->outcome == FIND_BEFORE;
    if (f->place == FIND_PLACE_HERE)
        snprintf(text, size, "%s",
                 is_all ? tr("It is here, and nowhere else in this run.") : tr("It is here, and nowhere else so far."));
    else
        snprintf(text, size,
                 is_all ? tr("It came before, at %s, and does not come again. Enter goes back to it.")
                        : tr("It came before, at %s, and has not come again so far. Enter goes back to it."),
                 view_time_text(f->before_ns, MILLISECOND, at));
}

static void say(const struct scene *s, char *text, size_t size)
{
    const struct find *f = &s->find;
    switch (f->outcome) {
    case FIND_FINE:
        snprintf(text, size, "%s",
                 tr("Run until: a kind of event, a host, a mail, a reply. Enter goes there, n to the next."));
        return;
    case FIND_BEFORE:
        say_where(f, text, size);
        return;
    case FIND_NEVER:
        snprintf(text, size, tr("This never comes in this run: %s"), f->text);
        return;
    case FIND_NOT_YET:
        if (f->place == FIND_PLACE_NONE)
            snprintf(text, size, tr("This has not come so far: %s"), f->text);
        else
            say_where(f, text, size);
        return;
    case FIND_UNKNOWN:
        snprintf(text, size,
                 f->is_near ? tr("No such word: %s. Is one of these meant?")
                            : tr("No such word: %s. Try one of these:"),
                 f->unknown);
        return;
    }
}

/* Of the form that a value has, where its unit is not plain from what is there; NULL. */
static const char *example_of(const char *row)
{
    static const struct {
        const char *row, *example;
    } examples[] = {{"rate", "10 Mbit/s"}, {"delay", "20 ms"}, {"loss", "2 %"},   {"mtu", "1500"},
                    {"at", "1.5 s"},       {"size", "30 kB"},  {"retry", "exim"}, {"fetches_every", "5 min"}};
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++)
        if (strcmp(examples[i].row, row) == 0) return examples[i].example;
    return NULL;
}

void scene_find_draw(const struct scene *s, const struct view *view, struct box window)
{
    char text[RERUN_WHY_BYTES + ACT_WORDS_BYTES + 260], words[EDIT_WORDS_BYTES], value[ACT_WORDS_BYTES + 220];
    const struct find *f = &s->find;
    const char *example = example_of(f->row.name);
    snprintf(value, sizeof value, "%s, %s", f->row.about, edit_words(&f->row, words));
    if (example) snprintf(value, sizeof value, tr("%s, %s (such as %s)"), f->row.about, words, example);
    if (f->edits && f->refused)
        snprintf(text, sizeof text, "%s", s->what_if.message);
    else if (f->edits)
        snprintf(text, sizeof text,
                 *f->row.at ? tr("%s: another value, from now on. Enter runs it again.")
                            : tr("%s: another value, from the beginning of the run on. Enter runs it again."),
                 value);
    else
        say(s, text, sizeof text);
    struct find_line line = {
        .question = text, .text = f->text, .told = f->outcome != FIND_FINE || f->refused, .next = f->next};
    for (; line.n_words < f->n_words; line.n_words++)
        line.words[line.n_words] = f->words[line.n_words];
    find_view_draw(view, window, &line);
}

static void erase_last(char *text)
{
    size_t n = strlen(text);
    while (n > 0 && ((unsigned char)text[n - 1] & 0xc0) == 0x80)
        n--;
    if (n > 0) text[n - 1] = 0;
}

/* What one has asked for is gone to; what came before only, when one asks once more. There is nothing to go to where it
   is here alone; of a run that goes on there may be more by now. */
static void enter(struct scene *s)
{
    struct find *f = &s->find;
    bool goes_back = can_go_back(f), is_here_alone = f->outcome == FIND_BEFORE && f->place == FIND_PLACE_HERE;
    f->open = false;
    f->outcome = FIND_FINE;
    if (f->edits)
        scene_edit_apply(s);
    else if (goes_back)
        scene_find_before(s);
    else if (!is_here_alone)
        scene_find_next(s);
}

bool scene_find_key(struct scene *s, const struct input *in)
{
    struct find *f = &s->find;
    if (!f->open) return false;
    f->opening = false;
    switch (in->key) {
    case KEY_ESCAPE:
        f->open = false;
        f->outcome = FIND_FINE;
        break;
    case KEY_ENTER:
        enter(s);
        break;
    case KEY_TAB:
        scene_find_take(s, f->next);
        break;
    case KEY_BACKSPACE:
        erase_last(f->text);
        f->outcome = FIND_FINE;
        offer_words(s);
        break;
    }
    return true;
}

bool scene_find_text(struct scene *s, const struct input *in)
{
    struct find *f = &s->find;
    if (!f->open) return false;
    bool is_opener = f->opening && strlen(in->text) == 1 && strchr("unN", in->text[0]);
    f->opening = false;
    if (is_opener) return true;
    size_t n = strlen(f->text), more = strlen(in->text);
    if (n + more < sizeof f->text) memcpy(f->text + n, in->text, more + 1);
    f->outcome = FIND_FINE;
    offer_words(s);
    return true;
}

bool scene_wants_text(const struct scene *s)
{
    return s->find.open;
}

/* ---- Bookmarks ---- */

/* Sorted; set where one is already, it goes. */
void scene_toggle_bookmark(struct scene *s)
{
    int64_t now = story_now(s->story);
    size_t i = 0;
    while (i < s->n_bookmarks && s->bookmarks[i] < now)
        i++;
    if (i < s->n_bookmarks && s->bookmarks[i] == now) {
        size_t after = --s->n_bookmarks - i;
        memmove(s->bookmarks + i, s->bookmarks + i + 1, after * sizeof *s->bookmarks);
        memmove(s->bookmark_events + i, s->bookmark_events + i + 1, after * sizeof *s->bookmark_events);
        return;
    }
    if (s->n_bookmarks == BOOKMARKS_MAX) return;
    size_t after = s->n_bookmarks++ - i;
    memmove(s->bookmarks + i + 1, s->bookmarks + i, after * sizeof *s->bookmarks);
    memmove(s->bookmark_events + i + 1, s->bookmark_events + i, after * sizeof *s->bookmark_events);
    s->bookmarks[i] = now;
    s->bookmark_events[i] = story_cursor(s->story) ? story_cursor(s->story) - 1 : STORY_NONE;
}

/* Much may happen at one instant: back to the same event, as long as this run has it there. */
static void go_to_bookmark(struct scene *s, size_t i)
{
    size_t event = s->bookmark_events[i];
    if (event < story_event_count(s->story) && story_event_time(s->story, event) == s->bookmarks[i])
        scene_seek_event(s, event);
    else
        scene_seek(s, s->bookmarks[i]);
}

void scene_go_to_bookmark(struct scene *s, int direction)
{
    int64_t now = story_now(s->story);
    size_t i = 0;
    while (i < s->n_bookmarks && s->bookmarks[i] < now)
        i++;
    if (direction < 0 && i > 0)
        go_to_bookmark(s, i - 1);
    else if (direction > 0 && i < s->n_bookmarks && s->bookmarks[i] > now)
        go_to_bookmark(s, i);
    else if (direction > 0 && i + 1 < s->n_bookmarks)
        go_to_bookmark(s, i + 1);
}
