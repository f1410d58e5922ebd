/* The words that are offered to somebody who writes, or has written what nobody knows. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "sim/journal/memory.h"
#include "sim/journal/near_word.h"
#include "viz/story/tables.h"
#include "viz/story/wanted.h"
#include "viz/story/wanted_words.h"

struct offer {
    const struct story *story;
    char (*words)[WANTED_WORD_BYTES];
    size_t n, room;
    char begun[WANTED_WORD_BYTES]; /* in small letters */
};

/* True when it is among them now. */
static bool offer_word(struct offer *o, const char *word)
{
    char small[WANTED_WORD_BYTES];
    if (!wanted_word_begins(wanted_small_letters(word, small, sizeof small), o->begun)) return false;
    for (size_t i = 0; i < o->n; i++)
        if (strcmp(o->words[i], word) == 0) return true;
    if (o->n == o->room) return false;
    snprintf(o->words[o->n++], WANTED_WORD_BYTES, "%s", word);
    return true;
}

/* The first of a row's words that begins so: in the user's language, if there is one. */
static void offer_row(struct offer *o, size_t row)
{
    char one[WANTED_WORD_BYTES];
    for (int english = 0; english <= 1; english++) {
        const char *words = wanted_row_words(row, !english);
        while (wanted_next_word(&words, one, sizeof one))
            if (offer_word(o, one)) return;
    }
}

static void offer_rows(struct offer *o, uint64_t rows)
{
    for (size_t row = 0; row < wanted_word_rows(); row++)
        if (rows >> row & 1) offer_row(o, row);
}

/* What servers say in this run; where several would do, first that all is well. */
static void offer_replies(struct offer *o, size_t most)
{
    char code[4];
    bool is_any = o->begun[0] == 0;
    size_t before = o->n;
    if (!is_any && !isdigit((unsigned char)o->begun[0])) return; /* not every line of the run for each letter */
    for (size_t i = 0; i < story_line_count(o->story) && o->n < before + most; i++) {
        const struct story_line *line = story_line(o->story, i);
        snprintf(code, sizeof code, "%.3s", line->text);
        if (line->speech != STORY_SMTP || line->by_client || line->is_content || strspn(code, "0123456789") != 3)
            continue;
        if (!is_any || strcmp(code, "250") == 0) offer_word(o, code);
    }
}

static void offer_names(struct offer *o)
{
    for (size_t h = 0; h < story_host_count(o->story); h++)
        offer_word(o, story_host(o->story, h).name);
    for (size_t m = 0; m < story_mail_count(o->story); m++)
        offer_word(o, story_mail(o->story, m)->name);
}

size_t wanted_complete(const struct story *story, uint64_t here, const char *last, char words[][WANTED_WORD_BYTES],
                       size_t room)
{
    enum { FIRST_ROWS = 2 };
    struct offer o = {.story = story, .words = words, .room = room};
    wanted_small_letters(last, o.begun, sizeof o.begun);
    if (!*o.begun) { /* what there is, by examples */
        o.room = room < FIRST_ROWS ? room : FIRST_ROWS;
        offer_rows(&o, here);
        o.room = room;
        offer_replies(&o, 1);
    }
    offer_rows(&o, here);
    if (!*o.begun) return o.n;
    offer_names(&o);
    offer_replies(&o, room);
    if (o.n == 0) offer_rows(&o, ~here);
    for (int kind = EVENT_NONE + 1; kind < EVENT_KINDS && o.n == 0; kind++)
        if (kind != EVENT_EXPECTATION) offer_word(&o, event_kind_name((enum event_kind)kind));
    return o.n;
}

/* All that somebody may have meant, ended by NULL, in small letters. */
struct vocabulary {
    const char **words;
    size_t n, room;
    struct text_store texts;
};

static void learn(struct vocabulary *v, const char *word)
{
    char small[WANTED_WORD_BYTES];
    if (word && !*word) return; /* of a mail that only a state is known of */
    v->words = table_grow(v->words, v->n, &v->room, sizeof *v->words);
    v->words[v->n++] = word ? text_store_add(&v->texts, wanted_small_letters(word, small, sizeof small)) : NULL;
}

static void learn_all(struct vocabulary *v, const struct story *story)
{
    char one[WANTED_WORD_BYTES];
    for (size_t row = 0; row < wanted_word_rows(); row++)
        for (int english = 0; english <= 1; english++) {
            const char *words = wanted_row_words(row, !english);
            while (wanted_next_word(&words, one, sizeof one))
                learn(v, one);
        }
    for (size_t h = 0; h < story_host_count(story); h++)
        learn(v, story_host(story, h).name);
    for (size_t m = 0; m < story_mail_count(story); m++)
        learn(v, story_mail(story, m)->name);
    for (int kind = EVENT_NONE + 1; kind < EVENT_KINDS; kind++)
        if (kind != EVENT_EXPECTATION) learn(v, event_kind_name((enum event_kind)kind));
    learn(v, NULL);
}

bool wanted_nearest(const struct story *story, const char *word, char nearest[WANTED_WORD_BYTES])
{
    char small[WANTED_WORD_BYTES];
    struct vocabulary v = {.n = 0};
    learn_all(&v, story);
    const char *near = near_word_find(wanted_small_letters(word, small, sizeof small), v.words);
    if (near) snprintf(nearest, WANTED_WORD_BYTES, "%s", near);
    text_store_free(&v.texts);
    mem_free((void *)v.words);
    return near != NULL;
}
