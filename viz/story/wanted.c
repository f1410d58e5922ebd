/* How what is typed is understood, and found. The words are in wanted_words.c, what is offered in wanted_offers.c. */
#include "viz/story/wanted.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "viz/story/wanted_words.h"

enum { LONGEST_NAME = 3, SHORTEST_BEGINNING = 3 }; /* words of one name; letters that stand for a whole word */

/* ---- Texts ---- */

static bool is_letter(unsigned char c)
{
    return isalnum(c) || c >= 0x80;
}

/* Quotation marks, dashes and the like are no letters: U+2000 to U+203F, U+00A0 to U+00BF. */
static bool ends_with_letter(const char *text, size_t n)
{
    const unsigned char *end = (const unsigned char *)text + n;
    if (n == 0) return false;
    if (n >= 3 && end[-3] == 0xe2 && end[-2] == 0x80) return false;
    if (n >= 2 && end[-2] == 0xc2) return false;
    return is_letter(end[-1]);
}

static bool begins_with_letter(const char *text)
{
    const unsigned char *t = (const unsigned char *)text;
    if (t[0] == 0xe2 && t[1] == 0x80) return false;
    return t[0] != 0xc2 && is_letter(t[0]);
}

/* From the beginning of a word on, so that "ack" is not in "back". Both in small letters. The empty word is nowhere. */
static bool holds(const char *text, const char *wanted, bool is_whole)
{
    size_t n = strlen(wanted);
    if (n == 0) return false;
    for (const char *at = strstr(text, wanted); at; at = strstr(at + 1, wanted))
        if (!ends_with_letter(text, (size_t)(at - text)) && !(is_whole && begins_with_letter(at + n))) return true;
    return false;
}

static bool is_number(const char *text)
{
    return *text && text[strspn(text, "0123456789")] == 0;
}

/* "451", "45x", "4yz" (RFC 5321 4.2.1). */
static bool is_reply_code(const char *text)
{
    return strlen(text) == 3 && strchr("2345", text[0]) &&
           (isdigit((unsigned char)text[1]) || strchr("xyz", text[1])) &&
           (isdigit((unsigned char)text[2]) || strchr("xyz", text[2]));
}

static void take_text(struct wanted *w, const char *text)
{
    char small[WANTED_BYTES];
    size_t n = 0;
    wanted_small_letters(text, small, sizeof small);
    for (const char *c = small; *c; c++) {
        bool is_space = isspace((unsigned char)*c);
        if (is_space && (n == 0 || w->text[n - 1] == ' ')) continue;
        w->text[n++] = is_space ? ' ' : *c;
    }
    while (n > 0 && w->text[n - 1] == ' ')
        n--;
    w->text[n] = 0;
}

/* ---- Reading ---- */

/* Rows that have this word, or one that begins so. */
static uint64_t rows_of(const char *word, bool by_beginning)
{
    uint64_t rows = 0;
    char one[WANTED_WORD_BYTES], small[WANTED_WORD_BYTES];
    for (size_t row = 0; row < wanted_word_rows(); row++)
        for (int translated = 0; translated <= 1; translated++) {
            const char *words = wanted_row_words(row, translated);
            while (wanted_next_word(&words, one, sizeof one)) {
                wanted_small_letters(one, small, sizeof small);
                if (by_beginning ? wanted_word_begins(small, word) : strcmp(small, word) == 0)
                    rows |= UINT64_C(1) << row;
            }
        }
    return rows;
}

static bool is_name_of_kind(enum event_kind kind, const char *word)
{
    const char *name = event_kind_name(kind), *dot = strchr(name, '.');
    return kind != EVENT_EXPECTATION && (wanted_word_begins(name, word) || (dot && strcmp(dot + 1, word) == 0));
}

static bool is_some_kind(const char *word)
{
    for (int kind = EVENT_NONE + 1; kind < EVENT_KINDS; kind++)
        if (is_name_of_kind((enum event_kind)kind, word)) return true;
    return false;
}

static bool begins_host(const struct story *story, const char *word)
{
    char small[WANTED_WORD_BYTES];
    for (size_t h = 0; h < story_host_count(story); h++)
        if (wanted_word_begins(wanted_small_letters(story_host(story, h).name, small, sizeof small), word)) return true;
    return false;
}

/* Whether a name is this word, which has small letters. */
static bool is_called(const char *name, const char *word)
{
    char small[WANTED_WORD_BYTES];
    return strcmp(wanted_small_letters(name, small, sizeof small), word) == 0;
}

/* A sentence need not name the host at which it happens, and names a link by its ends. */
static bool is_there(const struct story *story, size_t event, const char *word)
{
    const struct event *e = story_event(story, event);
    size_t link = STORY_NONE, host = STORY_NONE;
    if (event_has(e->kind, FIELD_LINK)) link = story_link_by_id(story, (uint32_t)event_int(e, FIELD_LINK));
    if (event_has(e->kind, FIELD_HOST)) host = story_host_by_id(story, (uint32_t)event_int(e, FIELD_HOST));
    return (link != STORY_NONE && is_called(story_link(story, link).name, word)) ||
           (host != STORY_NONE && is_called(story_host(story, host).name, word));
}

static bool is_mail(const struct story *story, const char *word)
{
    for (size_t m = 0; m < story_mail_count(story); m++)
        if (is_called(story_mail(story, m)->name, word)) return true;
    return false;
}

/* Of a host or a link of the story, whether or not anything happens there. */
static bool is_place(const struct story *story, const char *word)
{
    for (size_t h = 0; h < story_host_count(story); h++)
        if (is_called(story_host(story, h).name, word)) return true;
    for (size_t l = 0; l < story_link_count(story); l++)
        if (is_called(story_link(story, l).name, word)) return true;
    return false;
}

static struct wanted_term term_of(const struct story *story, const char *word)
{
    struct wanted_term term = {.sort = WANTED_TEXT};
    snprintf(term.text, sizeof term.text, "%s", word);
    term.is_whole = is_number(word) || is_mail(story, word);
    if (word[0] == '#' && is_number(word + 1)) {
        term.sort = WANTED_EVENT;
        term.number = strtoull(word + 1, NULL, 10);
    } else if (is_reply_code(word)) {
        term.sort = WANTED_REPLY;
    } else if (!term.is_whole && strlen(word) >= SHORTEST_BEGINNING && !begins_host(story, word)) {
        term.words = rows_of(word, true);
        if (term.words)
            term.sort = WANTED_KINDS;
        else if (is_some_kind(word))
            term.sort = WANTED_KIND;
    }
    return term;
}

/* Behind so many words; the end of the text when it has no more. */
static size_t end_of_words(const char *text, size_t n)
{
    size_t end = 0;
    for (size_t i = 0; i < n && text[end]; i++)
        end += strspn(text + end, " ") + strcspn(text + end + strspn(text + end, " "), " ");
    return end;
}

/* The longest name that the text begins with, else its first word. Returns where it ends. */
static size_t read_term(const struct story *story, const char *text, struct wanted_term *term)
{
    char word[WANTED_WORD_BYTES];
    for (size_t n = LONGEST_NAME; n > 0; n--) {
        size_t end = end_of_words(text, n);
        snprintf(word, sizeof word, "%.*s", (int)end, text);
        uint64_t rows = rows_of(word, false);
        *term = (struct wanted_term){.sort = WANTED_KINDS, .words = rows};
        snprintf(term->text, sizeof term->text, "%s", word);
        if (rows) return end;
    }
    *term = term_of(story, word);
    return end_of_words(text, 1);
}

static bool is_word_mail(const struct wanted_term *term)
{
    for (size_t row = 0; term->sort == WANTED_KINDS && row < wanted_word_rows(); row++)
        if (term->words >> row & 1 && wanted_row_may_mean(row, EVENT_MAIL_COMPOSE)) return true;
    return false;
}

/* The name of the mail that has this number, or this name; NULL: there is none, or only a state is known of it. */
static const char *mail_name(const struct story *story, const char *word)
{
    size_t mail = is_number(word) ? (size_t)strtoull(word, NULL, 10) - 1 : STORY_NONE;
    if (mail < story_mail_count(story) && *story_mail(story, mail)->name) return story_mail(story, mail)->name;
    return is_mail(story, word) ? word : NULL;
}

/* "mail 2" and "mail m2" are about the mail, not about its writing alone; so is "mail 250", where there are so many. */
static void join_mail(const struct story *story, struct wanted *w)
{
    if (w->n_terms < 2) return;
    struct wanted_term *last = &w->terms[w->n_terms - 1], *former = last - 1;
    bool may_be_mail = last->sort == WANTED_TEXT || (last->sort == WANTED_REPLY && is_number(last->text));
    const char *name = may_be_mail && is_word_mail(former) ? mail_name(story, last->text) : NULL;
    if (!name) return;
    *former = (struct wanted_term){.sort = WANTED_TEXT, .is_whole = true};
    wanted_small_letters(name, former->text, sizeof former->text);
    w->n_terms--;
}

struct wanted wanted_read(const struct story *story, const char *text)
{
    struct wanted w = {.n_terms = 0};
    take_text(&w, text);
    for (const char *at = w.text; *at && w.n_terms < WANTED_TERMS;) {
        at += read_term(story, at, &w.terms[w.n_terms++]);
        at += strspn(at, " ");
        join_mail(story, &w);
    }
    return w;
}

/* ---- Finding ---- */

struct look {
    const struct story *story;
    const struct wanted *wanted;
    uint32_t seen; /* a bit a term: a word that stands for something in this run (is_as_written) */
    char sentence[STORY_SENTENCE_BYTES]; /* of the event that is looked at, in small letters */
};

/* Sentences take long to make: what needs none is asked first. */
static bool needs_sentence(const struct wanted_term *term)
{
    return term->sort == WANTED_TEXT || term->sort == WANTED_KIND;
}

static void make_sentence(struct look *l, size_t event)
{
    char text[STORY_SENTENCE_BYTES];
    wanted_small_letters(story_sentence(l->story, event, text, sizeof text), l->sentence, sizeof l->sentence);
}

static bool is_reply(const struct event *e, const char *code)
{
    if (e->kind != EVENT_SMTP_LINE || strcmp(event_text(e, FIELD_WHO), "S") != 0) return false;
    const char *text = event_text(e, FIELD_TEXT);
    for (int i = 0; i < 3; i++)
        if (!isdigit((unsigned char)text[i]) || (isdigit((unsigned char)code[i]) && code[i] != text[i])) return false;
    return !isdigit((unsigned char)text[3]);
}

static bool any_row(const struct look *l, const struct wanted_term *term, size_t event,
                    bool (*asks)(size_t, const struct story *, size_t))
{
    for (size_t row = 0; row < wanted_word_rows(); row++)
        if (term->words >> row & 1 && asks(row, l->story, event)) return true;
    return false;
}

static bool term_is(const struct look *l, const struct wanted_term *term, size_t event)
{
    switch (term->sort) {
    case WANTED_KINDS:
        return any_row(l, term, event, wanted_row_says_of);
    case WANTED_KIND:
        return is_name_of_kind(story_event_kind(l->story, event), term->text) || holds(l->sentence, term->text, false);
    case WANTED_REPLY:
        return is_reply(story_event(l->story, event), term->text);
    case WANTED_EVENT:
        return story_event(l->story, event)->id == term->number;
    case WANTED_TEXT:
        return holds(l->sentence, term->text, term->is_whole) || is_there(l->story, event, term->text);
    }
    return false;
}

static bool may_be_meant(const struct look *l, size_t event)
{
    return story_event_kind(l->story, event) != EVENT_EXPECTATION && story_event_is_visible(l->story, event);
}

/* All that can be told without a sentence is true of it, and what sort of event is named, if any is, is its own. */
static bool kinds_are(const struct look *l, size_t event)
{
    bool names_sort = false, is_of_it = false;
    for (size_t i = 0; i < l->wanted->n_terms; i++) {
        const struct wanted_term *term = &l->wanted->terms[i];
        if (!needs_sentence(term) && !term_is(l, term, event)) return false;
        names_sort |= term->sort == WANTED_KINDS;
        is_of_it |= term->sort == WANTED_KINDS && any_row(l, term, event, wanted_row_means);
    }
    return is_of_it || !names_sort;
}

/* All terms are true of it. */
static bool has_all(struct look *l, size_t event)
{
    bool is_made = false;
    if (l->wanted->n_terms == 0 || !may_be_meant(l, event) || !kinds_are(l, event)) return false;
    for (size_t i = 0; i < l->wanted->n_terms; i++) {
        const struct wanted_term *term = &l->wanted->terms[i];
        if (!needs_sentence(term)) continue;
        if (!is_made) make_sentence(l, event);
        is_made = true;
        if (!term_is(l, term, event)) return false;
    }
    return true;
}

/* A reply that no server gave may be a sender's own reason to give a mail up: "550 5.6.7". */
static bool may_be_reason(const struct look *l, size_t event)
{
    enum event_kind kind = story_event_kind(l->story, event);
    return l->wanted->n_terms == 1 && l->wanted->terms[0].sort == WANTED_REPLY &&
           (kind == EVENT_MAIL_STATE || kind == EVENT_ATTEMPT_END);
}

/* Its sentence has several words just as they were written, though they mean something else: "lost segment is". */
static bool is_as_written(struct look *l, size_t event)
{
    const struct wanted *w = l->wanted;
    if ((w->n_terms < 2 && !may_be_reason(l, event)) || !may_be_meant(l, event)) return false;
    make_sentence(l, event);
    for (size_t i = 0; i < w->n_terms; i++)
        if (w->terms[i].sort == WANTED_TEXT && term_is(l, &w->terms[i], event)) l->seen |= UINT32_C(1) << i;
    return holds(l->sentence, w->text, false);
}

bool wanted_is(const struct story *story, const struct wanted *wanted, size_t event)
{
    struct look l = {.story = story, .wanted = wanted};
    return has_all(&l, event) || is_as_written(&l, event);
}

typedef bool (*question)(struct look *l, size_t event);

/* The first from one event on and before another. */
static size_t look_ahead(struct look *l, question is, size_t from, size_t end)
{
    for (size_t i = from; i < end; i++)
        if (is(l, i)) return i;
    return STORY_NONE;
}

static size_t look_back(struct look *l, question is, size_t cursor)
{
    while (cursor-- > 0)
        if (is(l, cursor)) return cursor;
    return STORY_NONE;
}

/* False: it is nowhere in the run. */
static bool look_around(struct look *l, question is, size_t begins, size_t cursor, struct wanted_places *places)
{
    places->next = look_ahead(l, is, cursor, story_event_count(l->story));
    if (places->next != STORY_NONE) return true;
    places->here = look_ahead(l, is, begins, cursor);
    places->before = look_back(l, is, begins);
    return places->here != STORY_NONE || places->before != STORY_NONE;
}

/* Of one run it is always the same that is looked for, wherever one is: what is written is taken by its letters only
   where nothing in the whole run has all that it means. */
size_t wanted_before(const struct story *story, const struct wanted *wanted, size_t cursor)
{
    struct look l = {.story = story, .wanted = wanted};
    size_t before = look_back(&l, has_all, cursor);
    if (before != STORY_NONE || look_ahead(&l, has_all, cursor, story_event_count(story)) != STORY_NONE) return before;
    return look_back(&l, is_as_written, cursor);
}

struct wanted_places wanted_look(const struct story *story, const struct wanted *wanted, size_t begins, size_t cursor)
{
    struct wanted_places places = {STORY_NONE, STORY_NONE, STORY_NONE, STORY_NONE};
    struct look l = {.story = story, .wanted = wanted};
    if (look_around(&l, has_all, begins, cursor, &places)) return places;
    if (look_around(&l, is_as_written, begins, cursor, &places)) return places;
    for (size_t i = wanted->n_terms; i-- > 0;) {
        const struct wanted_term *term = &wanted->terms[i];
        if (term->sort == WANTED_TEXT && !(l.seen >> i & 1) && !is_place(story, term->text)) places.unknown = i;
    }
    return places;
}

uint64_t wanted_here(const struct story *story)
{
    uint64_t here = 0, may[EVENT_KINDS] = {0};
    for (int kind = 0; kind < EVENT_KINDS; kind++)
        for (size_t row = 0; row < wanted_word_rows(); row++)
            if (wanted_row_may_mean(row, (enum event_kind)kind)) may[kind] |= UINT64_C(1) << row;
    for (size_t i = 0; i < story_event_count(story); i++) {
        enum event_kind kind = story_event_kind(story, i);
        uint64_t left = (size_t)kind < EVENT_KINDS ? may[kind] & ~here : 0;
        for (size_t row = 0; left >> row && row < wanted_word_rows(); row++)
            if ((left >> row & 1) && wanted_row_means(row, story, i)) here |= UINT64_C(1) << row;
    }
    return here;
}
