/* Going to what one looks for: run until, and bookmarks. */
#include <ctype.h>
#include <string.h>

#include "sim/journal/memory.h"
#include "sim/journal/tr.h"
#include "viz/draw/scene_internal.h"

/* ---- Run until ---- */

static bool holds(const char *text, const char *wanted)
{
    size_t n = strlen(wanted);
    for (; *text; text++) {
        size_t i = 0;
        while (i < n && text[i] && tolower((unsigned char)text[i]) == tolower((unsigned char)wanted[i]))
            i++;
        if (i == n) return true;
    }
    return n == 0;
}

/* By the kind's name ("link.drop") or by what the sentence says: hosts, mails, replies. */
static bool is_meant(const struct story *story, size_t event, const char *wanted)
{
    char sentence[STORY_SENTENCE_BYTES];
    if (!story_event_is_visible(story, event)) return false;
    if (holds(event_kind_name(story_event(story, event)->kind), wanted)) return true;
    return holds(story_sentence(story, event, sentence, sizeof sentence), wanted);
}

void scene_find_next(struct scene *s)
{
    struct find *f = &s->find;
    size_t n = story_event_count(s->story);
    if (!*f->text || f->edits) return;
    for (size_t i = story_cursor(s->story); i < n; i++) {
        if (!is_meant(s->story, i, f->text)) continue;
        s->playing = false;
        scene_seek_event(s, i);
        size_t packet = story_event_packet(s->story, i);
        s->selection = packet != STORY_NONE ? (struct selection){ACT_PACKET, packet} : (struct selection){ACT_EVENT, i};
        f->missed = false;
        return;
    }
    f->missed = f->open = true;
    s->dirty = true;
}

void scene_find_open(struct scene *s)
{
    s->find = (struct find){.open = true, .opening = true};
}

static void erase_last(char *text)
{
    size_t n = strlen(text);
    while (n > 0 && ((unsigned char)text[n - 1] & 0xc0) == 0x80)
        n--;
    if (n > 0) text[n - 1] = 0;
}

bool scene_find_key(struct scene *s, const struct input *in)
{
    struct find *f = &s->find;
    if (!f->open) return false;
    f->missed = f->opening = false;
    switch (in->key) {
    case KEY_ESCAPE:
        f->open = false;
        break;
    case KEY_ENTER:
        f->open = false;
        if (f->edits)
            scene_edit_apply(s);
        else
            scene_find_next(s);
        break;
    case KEY_BACKSPACE:
        erase_last(f->text);
        break;
    }
    return true;
}

bool scene_find_text(struct scene *s, const struct input *in)
{
    struct find *f = &s->find;
    if (!f->open) return false;
    bool is_opener = f->opening && !strcmp(in->text, "u");
    f->missed = f->opening = false;
    if (is_opener) return true;
    size_t n = strlen(f->text), more = strlen(in->text);
    if (n + more < sizeof f->text) memcpy(f->text + n, in->text, more + 1);
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
        memmove(s->bookmarks + i, s->bookmarks + i + 1, (--s->n_bookmarks - i) * sizeof *s->bookmarks);
        return;
    }
    if (s->n_bookmarks == BOOKMARKS_MAX) return;
    memmove(s->bookmarks + i + 1, s->bookmarks + i, (s->n_bookmarks++ - i) * sizeof *s->bookmarks);
    s->bookmarks[i] = now;
}

void scene_go_to_bookmark(struct scene *s, int direction)
{
    int64_t now = story_now(s->story);
    size_t i = 0;
    while (i < s->n_bookmarks && s->bookmarks[i] < now)
        i++;
    if (direction < 0 && i > 0)
        scene_seek(s, s->bookmarks[i - 1]);
    else if (direction > 0 && i < s->n_bookmarks && s->bookmarks[i] > now)
        scene_seek(s, s->bookmarks[i]);
    else if (direction > 0 && i + 1 < s->n_bookmarks)
        scene_seek(s, s->bookmarks[i + 1]);
}
