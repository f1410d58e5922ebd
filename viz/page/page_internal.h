/* What the writers of a page share. Each writes its lists of rows; page_data.js says what the rows mean. */
#ifndef POSTROAD_VIZ_PAGE_INTERNAL_H
#define POSTROAD_VIZ_PAGE_INTERNAL_H

#include "viz/page/page.h"
#include "viz/page/page_writer.h"
#include "viz/story/classic.h"
#include "viz/story/pace.h"
#include "viz/story/story.h"
#include "viz/story/visible.h"

struct page {
    const struct journal_memory *journal;
    struct story *story; /* sought as the writers please */
    const struct classics *classics;
    const struct pace *pace;
    enum page_extent extent;
    struct page_writer *out;
    size_t *step_of; /* of each event; STORY_NONE when it is none */
};

/* Whether the event is a step of a page of this extent. */
bool page_is_step(const struct story *story, size_t event, enum page_extent extent);
size_t page_count_steps(const struct story *story, enum page_extent extent);
size_t *page_number_steps(const struct story *story, enum page_extent extent); /* to be freed with mem_free */

void page_write_words(struct page_writer *out);
void page_write_world(const struct page *page);   /* hosts, links, and how they change */
void page_write_steps(const struct page *page);   /* steps, lines, captions, marks, pace */
void page_write_packets(const struct page *page); /* packets, hops, drops */
void page_write_mails(const struct page *page);   /* mails, letters and their states, transfers, attempts */
void page_write_why(const struct page *page);     /* where the time of each letter went */
void page_write_names(const struct page *page);   /* what resolvers remember */

/* Time after another; -1 when it never comes. */
void page_after(struct page_writer *out, int64_t at_ns, int64_t since_ns);

#endif
