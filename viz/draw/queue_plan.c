#include "viz/draw/queue_plan.h"

#include <string.h>

#include "sim/journal/memory.h"

size_t queue_plan_row_of(const struct queue_plan *plan, const struct story *story, size_t mail, const char *recipient)
{
    size_t first, n = mail == STORY_NONE ? 0 : story_mail_letters(story, mail, &first);
    for (size_t i = 0; i < n && first + i < plan->n_rows; i++)
        if (!strcmp(story_letter(story, first + i).recipient, recipient)) return first + i;
    return STORY_NONE;
}

/* Letters are in the order in which their mails were written, those of a mail side by side: rows are letters. */
static void add_rows(struct queue_plan *plan, const struct story *story)
{
    plan->n_rows = story_letter_count(story);
    plan->rows = mem_calloc(plan->n_rows + 1, sizeof *plan->rows);
    plan->first_ns = story_end_ns(story);
    for (size_t i = 0; i < plan->n_rows; i++) {
        struct queue_row *row = &plan->rows[i];
        row->letter = i;
        row->mail = story_letter(story, i).mail;
        row->from_ns = story_mail(story, row->mail)->composed_ns;
        row->to_ns = story_end_ns(story);
        if (row->from_ns < plan->first_ns) plan->first_ns = row->from_ns;
    }
}

static void add_ends(struct queue_plan *plan, const struct story *story)
{
    const struct story_mark *marks;
    size_t n = story_marks(story, &marks);
    for (size_t i = 0; i < n; i++) {
        if (marks[i].kind != STORY_MARK_DELIVERED && marks[i].kind != STORY_MARK_BOUNCED &&
            marks[i].kind != STORY_MARK_NOT_SENT)
            continue;
        const struct event *e = story_event(story, marks[i].event);
        size_t mail = story_mail_by_id(story, (uint32_t)event_int(e, FIELD_MESSAGE));
        size_t row = queue_plan_row_of(plan, story, mail, event_text(e, FIELD_RECIPIENT));
        if (row == STORY_NONE || plan->rows[row].end != STORY_MARK_COMPOSED) continue;
        plan->rows[row].to_ns = marks[i].at_ns;
        plan->rows[row].end = marks[i].kind;
    }
}

static void add_attempts(struct queue_plan *plan, const struct story *story)
{
    size_t n = story_attempt_count(story), *row_of = mem_calloc(n + 1, sizeof *row_of), used = 0;
    plan->attempts = mem_calloc(n + 1, sizeof *plan->attempts);
    for (size_t i = 0; i < n; i++) {
        const struct story_attempt *a = story_attempt(story, i);
        row_of[i] = queue_plan_row_of(plan, story, a->mail, a->recipient);
        if (row_of[i] != STORY_NONE) plan->rows[row_of[i]].n_attempts++;
    }
    for (size_t r = 0; r < plan->n_rows; r++) {
        plan->rows[r].attempts = plan->attempts + used;
        used += plan->rows[r].n_attempts;
        plan->rows[r].n_attempts = 0;
    }
    for (size_t i = 0; i < n; i++) {
        if (row_of[i] == STORY_NONE) continue;
        struct queue_row *row = &plan->rows[row_of[i]];
        row->attempts[row->n_attempts++] = i;
    }
    mem_free(row_of);
}

enum { LENGTHS = 512 };

static size_t length_of(const struct story *story, const struct queue_row *row)
{
    size_t length = strlen(story_mail(story, row->mail)->name) + strlen(story_letter(story, row->letter).recipient);
    return length < LENGTHS ? length : LENGTHS - 1;
}

/* All of the lengths that are wholly among them, and of the next one the first. */
static void find_long_rows(struct queue_plan *plan, const struct story *story)
{
    size_t count[LENGTHS] = {0}, least = LENGTHS - 1, longer = 0;
    for (size_t i = 0; i < plan->n_rows; i++)
        count[length_of(story, &plan->rows[i])]++;
    while (least > 0 && longer + count[least] < QUEUE_LONG_ROWS)
        longer += count[least--];
    size_t left = QUEUE_LONG_ROWS - longer;
    for (size_t i = 0; i < plan->n_rows && plan->n_long_rows < QUEUE_LONG_ROWS; i++) {
        size_t length = length_of(story, &plan->rows[i]);
        if (length < least || (length == least && left == 0)) continue;
        if (length == least) left--;
        plan->long_rows[plan->n_long_rows++] = i;
    }
}

struct queue_plan *queue_plan_new(const struct story *story)
{
    struct queue_plan *plan = mem_calloc(1, sizeof *plan);
    add_rows(plan, story);
    add_ends(plan, story);
    add_attempts(plan, story);
    find_long_rows(plan, story);
    for (size_t i = 0; i < plan->n_rows; i++)
        if (plan->rows[i].to_ns > plan->last_ns) plan->last_ns = plan->rows[i].to_ns;
    return plan;
}

void queue_plan_free(struct queue_plan *plan)
{
    if (!plan) return;
    mem_free(plan->rows);
    mem_free(plan->attempts);
    mem_free(plan);
}
