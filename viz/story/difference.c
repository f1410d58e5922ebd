#include "viz/story/difference.h"

#include <string.h>

#include "sim/journal/memory.h"

/* ---- Where they part ---- */

static bool is_same_field(const struct event *a, const struct event *b, enum field_id field)
{
    switch (field_type(field)) {
    case TYPE_TEXT:
        return !strcmp(event_text(a, field), event_text(b, field));
    case TYPE_BLOB: {
        size_t n, m;
        const void *x = event_bytes(a, field, &n), *y = event_bytes(b, field, &m);
        return n == m && (n == 0 || !memcmp(x, y, n));
    }
    case TYPE_EVENT:
        return true;
    default:
        return event_int(a, field) == event_int(b, field);
    }
}

static bool is_same(const struct event *a, const struct event *b)
{
    const enum field_id *fields;
    if (a->kind != b->kind || a->at_ns != b->at_ns) return false;
    if (a->kind == EVENT_RUN_BEGIN) return true;
    for (size_t i = 0, n = event_kind_fields(a->kind, &fields); i < n; i++)
        if (!is_same_field(a, b, fields[i])) return false;
    return true;
}

struct difference first_difference(const struct journal_memory *a, const struct journal_memory *b)
{
    size_t n = journal_memory_count(a), m = journal_memory_count(b), i = 0;
    while (i < n && i < m && is_same(journal_memory_at(a, i), journal_memory_at(b, i)))
        i++;
    struct difference d = {i < n ? i : STORY_NONE, i < m ? i : STORY_NONE, TIME_NEVER};
    if (i < n) d.at_ns = journal_memory_at(a, i)->at_ns;
    if (i < m && journal_memory_at(b, i)->at_ns < d.at_ns) d.at_ns = journal_memory_at(b, i)->at_ns;
    return d;
}

/* ---- What became of them ---- */

static size_t letter_of(const struct story *s, const char *mail, const char *recipient)
{
    size_t first, index = story_mail_by_name(s, mail),
                  n = index == STORY_NONE ? 0 : story_mail_letters(s, index, &first);
    for (size_t i = 0; i < n; i++)
        if (!strcmp(story_letter(s, first + i).recipient, recipient)) return first + i;
    return STORY_NONE;
}

static void add_row(struct comparison *c, const struct story *s, int side, size_t letter)
{
    size_t row = c->n_letters++;
    struct story_letter l = story_letter(s, letter);
    for (int i = 0; i < 2; i++) {
        c->letters[i] = mem_realloc(c->letters[i], c->n_letters * sizeof *c->letters[i]);
        c->letters[i][row] = (struct outcome_of_letter){.mail = story_mail(s, l.mail)->name,
                                                        .recipient = l.recipient,
                                                        .end = STORY_MARK_COMPOSED,
                                                        .picked_up_ns = TIME_NEVER};
    }
    c->letters[side][row].composed = true;
    c->letters[side][row].composed_ns = story_mail(s, l.mail)->composed_ns;
}

/* The rows of b stand in the order of a; mails that only b has, such as its bounces, behind. index: a letter's row. */
static void add_rows(struct comparison *c, const struct story *a, const struct story *b, size_t *index_a,
                     size_t *index_b)
{
    for (size_t i = 0, n = story_letter_count(a); i < n; i++) {
        index_a[i] = c->n_letters;
        add_row(c, a, 0, i);
    }
    for (size_t i = 0, n = story_letter_count(b); i < n; i++) {
        struct story_letter l = story_letter(b, i);
        size_t twin = letter_of(a, story_mail(b, l.mail)->name, l.recipient);
        index_b[i] = twin != STORY_NONE ? index_a[twin] : c->n_letters;
        if (twin == STORY_NONE) {
            add_row(c, b, 1, i);
            continue;
        }
        c->letters[1][index_b[i]].composed = true;
        c->letters[1][index_b[i]].composed_ns = story_mail(b, l.mail)->composed_ns;
    }
}

static void add_ends(struct comparison *c, const struct story *s, int side, const size_t *index)
{
    const struct story_mark *marks;
    for (size_t i = 0, n = story_marks(s, &marks); i < n; i++) {
        bool is_pick_up = marks[i].kind == STORY_MARK_PICKED_UP;
        if (marks[i].kind != STORY_MARK_DELIVERED && marks[i].kind != STORY_MARK_BOUNCED &&
            marks[i].kind != STORY_MARK_NOT_SENT && !is_pick_up)
            continue;
        size_t letter = story_event_letter(s, marks[i].event);
        if (letter == STORY_NONE) continue;
        struct outcome_of_letter *o = &c->letters[side][index[letter]];
        if (is_pick_up) {
            if (o->picked_up_ns == TIME_NEVER) o->picked_up_ns = marks[i].at_ns;
            continue;
        }
        c->totals[side].delivered += marks[i].kind == STORY_MARK_DELIVERED;
        c->totals[side].bounced += marks[i].kind == STORY_MARK_BOUNCED;
        if (o->end != STORY_MARK_COMPOSED) continue;
        o->end = marks[i].kind;
        o->end_ns = marks[i].at_ns;
    }
}

static void add_attempts(struct comparison *c, const struct story *s, int side, const size_t *index)
{
    for (size_t i = 0, n = story_attempt_count(s); i < n; i++) {
        const struct story_attempt *a = story_attempt(s, i);
        size_t letter = letter_of(s, story_mail(s, a->mail)->name, a->recipient);
        if (!a->id || letter == STORY_NONE) continue;
        c->letters[side][index[letter]].attempts++;
        c->totals[side].attempts++;
    }
}

static void add_totals(struct outcome_totals *t, const struct story *s)
{
    t->end_ns = story_end_ns(s);
    t->packets = story_packet_count(s);
    for (size_t i = 0, n = story_drop_count(s); i < n; i++) /* on links, at hosts */
        ++*(story_drop(s, i)->hop == STORY_NONE ? &t->not_taken : &t->lost);
    for (size_t i = 0; i < t->packets; i++)
        t->retransmitted += story_packet(s, i)->repeats != STORY_NONE;
}

struct comparison *comparison_new(const struct story *a, const struct journal_memory *of_a, const struct story *b,
                                  const struct journal_memory *of_b)
{
    struct comparison *c = mem_calloc(1, sizeof *c);
    size_t *index_a = mem_calloc(story_letter_count(a) + 1, sizeof *index_a);
    size_t *index_b = mem_calloc(story_letter_count(b) + 1, sizeof *index_b);
    c->first = first_difference(of_a, of_b);
    add_rows(c, a, b, index_a, index_b);
    add_ends(c, a, 0, index_a);
    add_ends(c, b, 1, index_b);
    add_attempts(c, a, 0, index_a);
    add_attempts(c, b, 1, index_b);
    add_totals(&c->totals[0], a);
    add_totals(&c->totals[1], b);
    mem_free(index_a);
    mem_free(index_b);
    return c;
}

void comparison_free(struct comparison *c)
{
    if (!c) return;
    mem_free(c->letters[0]);
    mem_free(c->letters[1]);
    mem_free(c);
}
