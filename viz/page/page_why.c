/* Why late: of each mail and recipient where its time went, in parts that add up, and in each the losses that it cost.
 */
#include <stdio.h>

#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"
#include "viz/draw/why_late_view.h"
#include "viz/draw/why_words.h"
#include "viz/page/page_internal.h"

/* The last step up to an event. */
static size_t step_up_to(const struct page *page, size_t event)
{
    while (event > 0 && page->step_of[event] == STORY_NONE)
        event--;
    return page->step_of[event];
}

static int64_t length_of(const struct delay_interval *interval)
{
    return interval->to_ns - interval->from_ns;
}

static int64_t whole_of(const struct why_plan *plan)
{
    return plan->intervals[plan->n_intervals - 1].to_ns - plan->intervals[0].from_ns;
}

/* What is shorter than could be seen is told as one, by the sums. */
static bool is_told(const struct why_plan *plan, size_t i)
{
    return (double)length_of(&plan->intervals[i]) >= why_least_part * (double)whole_of(plan);
}

static void write_duration(const struct page *page, int64_t ns)
{
    char text[VTIME_TEXT_BYTES];
    page_int(page->out, ns);
    page_text(page->out, vtime_format_duration(ns, text));
}

/* 0: never. */
static void write_resending(const struct page *page, int64_t after_ns)
{
    char time[VTIME_TEXT_BYTES], text[100];
    snprintf(text, sizeof text, tr("sent again after %s"), vtime_format_duration(after_ns, time));
    page_int(page->out, after_ns);
    page_text(page->out, text);
}

static void write_part(const struct page *page, size_t row, const struct delay_interval *interval)
{
    char text[STORY_SENTENCE_BYTES];
    why_interval_words(page->story, interval, text, sizeof text);
    page_row_begin(page->out);
    page_index(page->out, row);
    page_int(page->out, interval->from_ns);
    page_int(page->out, interval->to_ns);
    page_int(page->out, interval->stage);
    page_text(page->out, text);
    write_duration(page, length_of(interval));
    size_t drop = story_drops_after(page->story, interval->from_ns - 1);
    page_row_begin(page->out);
    for (size_t lost; (lost = why_next_loss(page->story, interval, &drop)) != STORY_NONE;) {
        why_loss_words(page->story, lost, text, sizeof text);
        page_row_begin(page->out);
        page_index(page->out, step_up_to(page, story_drop(page->story, lost)->event));
        page_int(page->out, story_drop(page->story, lost)->at_ns);
        page_text(page->out, text);
        write_resending(page, why_resent_after_ns(page->story, lost));
        page_row_end(page->out);
    }
    page_row_end(page->out);
    page_row_end(page->out);
}

/* What was spent on each stage, and on all that is too short to be told one by one (stage -1). */
static void write_sums(const struct page *page, size_t row, const struct why_plan *plan)
{
    int64_t sums[DELAY_STAGES], short_ns = 0;
    size_t n_short = 0;
    delay_account_sum(plan->intervals, plan->n_intervals, sums);
    for (size_t i = 0; i < plan->n_intervals; i++) {
        if (is_told(plan, i)) continue;
        short_ns += length_of(&plan->intervals[i]);
        n_short++;
    }
    for (int stage = -1; stage < DELAY_STAGES; stage++) {
        int64_t sum_ns = stage < 0 ? short_ns : sums[stage];
        if (sum_ns == 0) continue;
        page_row_begin(page->out);
        page_index(page->out, row);
        page_int(page->out, stage);
        page_int(page->out, stage < 0 ? (int64_t)n_short : 0);
        write_duration(page, sum_ns);
        page_row_end(page->out);
    }
}

static void write_lists(const struct page *page, struct why_plan *plan, const struct queue_plan *queue)
{
    page_list_begin(page->out, "whyParts");
    for (size_t row = 0; row < queue->n_rows; row++) {
        why_plan_take(plan, page->story, queue->rows[row].letter);
        for (size_t i = 0; i < plan->n_intervals; i++)
            if (is_told(plan, i)) write_part(page, row, &plan->intervals[i]);
    }
    page_list_end(page->out);
    page_list_begin(page->out, "whySums");
    for (size_t row = 0; row < queue->n_rows; row++) {
        why_plan_take(plan, page->story, queue->rows[row].letter);
        if (plan->n_intervals > 0) write_sums(page, row, plan);
    }
    page_list_end(page->out);
    page_list_begin(page->out, "whyWhole");
    for (size_t row = 0; row < queue->n_rows; row++) {
        why_plan_take(plan, page->story, queue->rows[row].letter);
        if (plan->n_intervals == 0) continue;
        page_row_begin(page->out);
        page_index(page->out, row);
        page_int(page->out, plan->intervals[0].from_ns);
        page_int(page->out, plan->span.delivered_ns != TIME_NEVER);
        write_duration(page, whole_of(plan));
        page_row_end(page->out);
    }
    page_list_end(page->out);
}

/* Rows are numbered as those of the letters. */
void page_write_why(const struct page *page)
{
    struct why_plan *plan = why_plan_new(page->journal);
    struct queue_plan *queue = queue_plan_new(page->story);
    write_lists(page, plan, queue);
    page_list_begin(page->out, "stages");
    for (enum delay_stage stage = 0; stage < DELAY_STAGES; stage++)
        page_text(page->out, why_stage_words(stage));
    page_list_end(page->out);
    queue_plan_free(queue);
    why_plan_free(plan);
}
