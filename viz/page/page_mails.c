/* Mails: where each (mail, recipient) is, who holds it, what carries it, and every attempt. */
#include <math.h>

#include "sim/journal/memory.h"
#include "viz/draw/queue_plan.h"
#include "viz/page/page_internal.h"

enum { COPIES = 8, PATH_HOSTS = 64, SAMPLES = 24 };

static void write_mails(const struct page *page)
{
    page_list_begin(page->out, "mails");
    for (size_t i = 0; i < story_mail_count(page->story); i++) {
        const struct story_mail *mail = story_mail(page->story, i);
        page_row_begin(page->out);
        page_text(page->out, mail->name);
        page_text(page->out, mail->from);
        page_text(page->out, mail->to);
        page_text(page->out, mail->subject);
        page_index(page->out, mail->parent);
        page_index(page->out, mail->host);
        page_int(page->out, (int64_t)mail->size);
        page_index(page->out, mail->compose_event);
        page_int(page->out, mail->composed_ns);
        page_int(page->out, story_mail_sort(page->story, i));
        page_row_end(page->out);
    }
    page_list_end(page->out);
}

/* As page_data.js knows them. */
static int64_t end_number(enum story_mark_kind end)
{
    return end == STORY_MARK_DELIVERED ? 1 : end == STORY_MARK_BOUNCED ? 2 : end == STORY_MARK_NOT_SENT ? 3 : 0;
}

static void write_letters(const struct page *page, const struct queue_plan *plan)
{
    page_list_begin(page->out, "letters");
    for (size_t i = 0; i < plan->n_rows; i++) {
        const struct queue_row *row = &plan->rows[i];
        page_row_begin(page->out);
        page_index(page->out, row->mail);
        page_text(page->out, story_letter(page->story, row->letter).recipient);
        page_int(page->out, row->from_ns);
        page_int(page->out, row->to_ns);
        page_int(page->out, end_number(row->end));
        page_row_end(page->out);
    }
    page_list_end(page->out);
}

/* What was last written of a letter: by its hosts, and of itself. */
struct known {
    struct story_letter own, copies[COPIES];
    size_t n;
};

static void write_state(const struct page *page, size_t letter, const struct story_letter *state, bool own)
{
    page_row_begin(page->out);
    page_index(page->out, letter);
    page_index(page->out, story_last_event(page->story));
    page_int(page->out, story_now(page->story));
    page_index(page->out, state->host);
    page_int(page->out, state->state);
    page_int(page->out, state->next_attempt_ns);
    page_int(page->out, own);
    page_text(page->out, state->why);
    page_int(page->out, state->copies_here);
    page_row_end(page->out);
}

static bool is_same(const struct story_letter *a, const struct story_letter *b)
{
    return a->host == b->host && a->state == b->state && a->next_attempt_ns == b->next_attempt_ns &&
           a->copies_here == b->copies_here;
}

static void note_letter(const struct page *page, size_t letter, struct known *known)
{
    struct story_letter own = story_letter(page->story, letter), copies[COPIES];
    size_t n = story_letter_copies(page->story, letter, copies, COPIES);
    for (size_t i = 0; i < n && i < COPIES; i++) {
        size_t k = 0;
        while (k < known->n && known->copies[k].host != copies[i].host)
            k++;
        if (k < known->n && is_same(&known->copies[k], &copies[i])) continue;
        if (k == COPIES) continue;
        if (k == known->n) known->n++;
        known->copies[k] = copies[i];
        write_state(page, letter, &copies[i], false);
    }
    if (is_same(&own, &known->own)) return;
    known->own = own;
    write_state(page, letter, &own, true);
}

static void write_states(const struct page *page)
{
    size_t n = story_letter_count(page->story);
    struct known *known = mem_calloc(n + 1, sizeof *known);
    for (size_t i = 0; i < n; i++)
        known[i].own.host = STORY_NONE;
    page_list_begin(page->out, "states");
    for (size_t i = 0; i < story_event_count(page->story); i++) {
        const struct event *e = story_event(page->story, i);
        story_seek_event(page->story, i);
        if (event_visible_sort(e->kind) != VISIBLE_MAIL || !event_has(e->kind, FIELD_MESSAGE)) continue;
        size_t first = 0, mail = story_mail_by_id(page->story, (uint32_t)event_int(e, FIELD_MESSAGE));
        size_t letters = mail == STORY_NONE ? 0 : story_mail_letters(page->story, mail, &first);
        for (size_t k = 0; k < letters; k++)
            note_letter(page, first + k, &known[first + k]);
    }
    page_list_end(page->out);
    mem_free(known);
}

/* How far it has come at some instants, which lie evenly on the screen. */
static void write_way(const struct page *page, size_t index)
{
    const struct story_transfer *t = story_transfer(page->story, index);
    int64_t end_ns = t->end_ns == TIME_NEVER ? story_end_ns(page->story) : t->end_ns;
    int64_t from = pace_screen_at(page->pace, t->begin_ns), to = pace_screen_at(page->pace, end_ns);
    page_row_begin(page->out);
    for (int i = 0; i <= SAMPLES; i++) {
        int64_t at_ns = i == SAMPLES ? end_ns : pace_virtual_at(page->pace, from + (to - from) / SAMPLES * i);
        page_int(page->out, at_ns - t->begin_ns);
        page_int(page->out, lround(story_transfer_travelled(page->story, index, at_ns) * 1000));
    }
    page_row_end(page->out);
}

static void write_transfers(const struct page *page)
{
    page_list_begin(page->out, "transfers");
    for (size_t i = 0; i < story_transfer_count(page->story); i++) {
        const struct story_transfer *t = story_transfer(page->story, i);
        size_t hosts[PATH_HOSTS], n = story_transfer_path(page->story, i, hosts, PATH_HOSTS);
        page_row_begin(page->out);
        page_index(page->out, t->mail);
        page_index(page->out, t->from);
        page_index(page->out, t->to);
        page_index(page->out, t->begin_event);
        page_int(page->out, t->begin_ns);
        page_after(page->out, t->end_ns, t->begin_ns);
        page_row_begin(page->out);
        for (size_t k = 0; k < n && k < PATH_HOSTS; k++)
            page_index(page->out, hosts[k]);
        page_row_end(page->out);
        write_way(page, i);
        page_row_end(page->out);
    }
    page_list_end(page->out);
}

static void write_attempts(const struct page *page, const struct queue_plan *plan)
{
    page_list_begin(page->out, "attempts");
    for (size_t i = 0; i < plan->n_rows; i++)
        for (size_t k = 0; k < plan->rows[i].n_attempts; k++) {
            const struct story_attempt *a = story_attempt(page->story, plan->rows[i].attempts[k]);
            page_row_begin(page->out);
            page_index(page->out, i);
            page_index(page->out, a->host);
            page_index(page->out, a->peer);
            page_int(page->out, a->begin_ns);
            page_after(page->out, a->end_ns, a->begin_ns);
            page_text(page->out, a->outcome);
            page_text(page->out, a->why);
            page_int(page->out, a->id ? (int64_t)a->nth : -1);
            page_index(page->out, page->step_of[a->begin_event]);
            page_index(page->out, a->end_event == STORY_NONE ? STORY_NONE : page->step_of[a->end_event]);
            page_row_end(page->out);
        }
    page_list_end(page->out);
}

void page_write_mails(const struct page *page)
{
    struct queue_plan *plan = queue_plan_new(page->story);
    write_mails(page);
    write_letters(page, plan);
    write_states(page);
    write_transfers(page);
    write_attempts(page, plan);
    page_list_begin(page->out, "stateNames");
    for (enum story_mail_state state = 0; state < STORY_MAIL_STATES; state++)
        page_text(page->out, state == STORY_MAIL_UNKNOWN ? "" : story_mail_state_name(state));
    page_list_end(page->out);
    queue_plan_free(plan);
}
