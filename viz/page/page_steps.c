/* The run as steps, one after the other, and the words that go with them. */
#include "sim/journal/memory.h"
#include "sim/journal/tr.h"
#include "viz/draw/names_walk.h"
#include "viz/page/page_internal.h"
#include "viz/story/caption_text.h"

/* As page_data.js numbers them. */
enum page_sort { SORT_PACKET, SORT_LOSS, SORT_LINE, SORT_MAIL, SORT_CAPTION, SORT_OTHER, SORT_WAY };

static enum page_sort sort_of(enum event_kind kind)
{
    /* each link of a packet's way is a step, but nothing to speak of */
    if (kind == EVENT_LINK_SEND || kind == EVENT_LINK_DELIVER || kind == EVENT_LINK_QUEUE) return SORT_WAY;
    switch (event_visible_sort(kind)) {
    case VISIBLE_PACKET:
        return SORT_PACKET;
    case VISIBLE_LOSS:
        return SORT_LOSS;
    case VISIBLE_LINE:
        return SORT_LINE;
    case VISIBLE_MAIL:
        return SORT_MAIL;
    case VISIBLE_CAPTION:
        return SORT_CAPTION;
    case VISIBLE_OTHER:
    case VISIBLE_NOT:
        break;
    }
    return SORT_OTHER;
}

/* What happens to the world, and not to a packet or connection of it. */
static bool is_fault(enum event_kind kind)
{
    return kind == EVENT_HOST_STATE || kind == EVENT_HOST_TROUBLE || kind == EVENT_LINK_STATE ||
           kind == EVENT_LINK_VALUE || kind == EVENT_ROUTES || kind == EVENT_ZONE_CHANGE || kind == EVENT_RUN_END ||
           kind == EVENT_EXPECTATION || kind == EVENT_LAW_BROKEN;
}

bool page_is_step(const struct story *story, size_t event, enum page_extent extent)
{
    if (!story_event_is_visible(story, event)) return false;
    const struct event *e = story_event(story, event);
    if (e->kind == EVENT_LINK_VALUE && e->at_ns == 0) return false; /* how links are at the beginning is no happening */
    if (extent == PAGE_WHOLE) return true;
    enum page_sort sort = sort_of(e->kind);
    if (sort == SORT_MAIL || sort == SORT_CAPTION || is_fault(e->kind)) return true;
    return sort == SORT_LINE && extent == PAGE_WITHOUT_PACKETS;
}

size_t page_count_steps(const struct story *story, enum page_extent extent)
{
    size_t n = 0;
    for (size_t i = 0; i < story_event_count(story); i++)
        n += page_is_step(story, i, extent);
    return n;
}

size_t *page_number_steps(const struct story *story, enum page_extent extent)
{
    size_t n = 0, *step_of = mem_calloc(story_event_count(story) + 1, sizeof *step_of);
    for (size_t i = 0; i < story_event_count(story); i++)
        step_of[i] = page_is_step(story, i, extent) ? n++ : STORY_NONE;
    return step_of;
}

/* What led to an event: the loss behind a retransmission, or else its cause. It comes earlier. */
static size_t reason_of(const struct story *story, size_t event)
{
    const struct event *e = story_event(story, event);
    size_t reason = e->cause ? story_event_by_id(story, e->cause) : STORY_NONE;
    size_t packet = e->kind == EVENT_PACKET_SEND ? story_event_packet(story, event) : STORY_NONE;
    size_t repeats = packet == STORY_NONE ? STORY_NONE : story_packet(story, packet)->repeats;
    if (repeats != STORY_NONE && story_packet(story, repeats)->fate == STORY_LOST &&
        story_packet(story, repeats)->end_event < event)
        reason = story_packet(story, repeats)->end_event;
    return reason != STORY_NONE && reason < event ? reason : STORY_NONE;
}

/* The step that led to it: events that are no steps are passed over. */
static size_t reason_step(const struct page *page, size_t event)
{
    do
        event = reason_of(page->story, event);
    while (event != STORY_NONE && page->step_of[event] == STORY_NONE);
    return event == STORY_NONE ? STORY_NONE : page->step_of[event];
}

static void write_step(const struct page *page, size_t event)
{
    char sentence[STORY_SENTENCE_BYTES];
    const struct event *e = story_event(page->story, event);
    size_t packet = page->extent == PAGE_WHOLE ? story_event_packet(page->story, event) : STORY_NONE;
    page_row_begin(page->out);
    page_index(page->out, event);
    page_int(page->out, e->at_ns);
    page_int(page->out, sort_of(e->kind));
    page_text(page->out, story_sentence(page->story, event, sentence, sizeof sentence));
    page_index(page->out, reason_step(page, event));
    page_index(page->out, packet);
    page_row_end(page->out);
}

static void write_lines(const struct page *page)
{
    page_list_begin(page->out, "lines");
    for (size_t i = 0; page->extent < PAGE_WITHOUT_LINES && i < story_line_count(page->story); i++) {
        const struct story_line *line = story_line(page->story, i);
        page_row_begin(page->out);
        page_index(page->out, line->event);
        page_int(page->out, line->at_ns);
        page_int(page->out, line->speech);
        page_index(page->out, line->host);
        page_index(page->out, line->peer);
        page_int(page->out, line->by_client | line->is_content << 1 | line->is_secret << 2);
        page_text(page->out, line->text);
        page_index(page->out, line->is_content ? line->mail : STORY_NONE);
        page_int(page->out, line->session);
        page_index(page->out, line->speech == STORY_NAMES ? names_question_of(page->story, line->event) : STORY_NONE);
        page_row_end(page->out);
    }
    page_list_end(page->out);
}

static void write_caption(const struct page *page, size_t event, const char *text, const char *cite)
{
    page_row_begin(page->out);
    page_index(page->out, event);
    page_int(page->out, story_event_time(page->story, event));
    page_text(page->out, text);
    page_text(page->out, cite);
    page_row_end(page->out);
}

/* Those of the scenario, and of the classic moments that are told in full, in the order of events. */
static void write_captions(const struct page *page)
{
    size_t own = 0, n_own = story_caption_count(page->story);
    page_list_begin(page->out, "captions");
    for (size_t i = 0; i <= classics_count(page->classics); i++) {
        const struct classic_moment *moment =
            i < classics_count(page->classics) ? classics_at(page->classics, i) : NULL;
        for (; own < n_own && (!moment || story_caption(page->story, own)->event < moment->event); own++) {
            const struct story_caption *caption = story_caption(page->story, own);
            char text[CAPTION_TEXT_BYTES];
            caption_text_fill(story_event(page->story, caption->event), story_starts(page->story), tr(caption->text),
                              text);
            write_caption(page, caption->event, text, caption->cite);
        }
        if (moment && moment->is_told)
            write_caption(page, moment->event, classic_text(moment->kind), classic_cite(moment->kind));
    }
    page_list_end(page->out);
}

static size_t mail_of(const struct story *story, size_t event)
{
    const struct event *e = story_event(story, event);
    return event_has(e->kind, FIELD_MESSAGE) ? story_mail_by_id(story, (uint32_t)event_int(e, FIELD_MESSAGE))
                                             : STORY_NONE;
}

static void write_marks(const struct page *page)
{
    const struct story_mark *marks;
    size_t n = story_marks(page->story, &marks);
    page_list_begin(page->out, "marks");
    for (size_t i = 0; i < n; i++) {
        if (page->step_of[marks[i].event] == STORY_NONE) continue;
        page_row_begin(page->out);
        page_int(page->out, marks[i].kind);
        page_int(page->out, marks[i].at_ns);
        page_index(page->out, page->step_of[marks[i].event]);
        page_index(page->out, mail_of(page->story, marks[i].event));
        page_row_end(page->out);
    }
    page_list_end(page->out);
}

/* Knots, each after the one before: nanoseconds of the world, microseconds on the screen. Without packets there is no
   flight to be slow for: the page then makes a pace of its steps. */
static void write_pace(const struct page *page)
{
    int64_t at_before = 0, screen_before = 0;
    page_list_begin(page->out, "pace");
    for (size_t i = 0; page->extent == PAGE_WHOLE && i < pace_knot_count(page->pace); i++) {
        int64_t at_ns, screen_ns;
        pace_knot(page->pace, i, &at_ns, &screen_ns);
        page_int(page->out, at_ns - at_before);
        page_int(page->out, (screen_ns - screen_before) / MICROSECOND);
        at_before = at_ns;
        screen_before += (screen_ns - screen_before) / MICROSECOND * MICROSECOND;
    }
    page_list_end(page->out);
}

void page_write_steps(const struct page *page)
{
    page_list_begin(page->out, "steps");
    for (size_t i = 0; i < story_event_count(page->story); i++) {
        if (page->step_of[i] == STORY_NONE) continue;
        story_seek_event(page->story, i);
        write_step(page, i);
    }
    page_list_end(page->out);
    write_lines(page);
    write_captions(page);
    write_marks(page);
    write_pace(page);
}
