/* Asking the story for mails, letters, queues, words and timers; marks and densities for the time line. */
#include <string.h>

#include "sim/journal/memory.h"
#include "sim/journal/tr.h"
#include "viz/story/story_internal.h"
#include "viz/story/visible.h"

/* How many items of a table belong to events that have happened; their events grow. */
#define COUNT_SO_FAR(story, table, member, result)                                                                     \
    do {                                                                                                               \
        size_t low_ = 0, high_ = (table).count;                                                                        \
        while (low_ < high_) {                                                                                         \
            size_t middle_ = low_ + (high_ - low_) / 2;                                                                \
            if ((table).items[middle_].member < (story)->now.cursor)                                                   \
                low_ = middle_ + 1;                                                                                    \
            else                                                                                                       \
                high_ = middle_;                                                                                       \
        }                                                                                                              \
        (result) = low_;                                                                                               \
    } while (0)

const char *story_mail_state_name(enum story_mail_state state)
{
    switch (state) {
    case STORY_MAIL_OUTBOX:
        return tr("in the outbox");
    case STORY_MAIL_QUEUED:
        return tr("in the queue");
    case STORY_MAIL_ACTIVE:
        return tr("being handed over");
    case STORY_MAIL_DEFERRED:
        return tr("waiting to try again");
    case STORY_MAIL_HANDED_ON:
        return tr("handed on");
    case STORY_MAIL_DELIVERED:
        return tr("in the mailbox");
    case STORY_MAIL_PICKED_UP:
        return tr("picked up");
    case STORY_MAIL_BOUNCED:
        return tr("sent back");
    case STORY_MAIL_DISCARDED:
        return tr("discarded");
    case STORY_MAIL_EXPANDED:
        return tr("sent on to its members");
    case STORY_MAIL_NOT_SENT:
        return tr("not sent");
    case STORY_MAIL_UNKNOWN:
    case STORY_MAIL_STATES:
        break;
    }
    return tr("not written yet");
}

size_t story_mail_count(const struct story *story)
{
    return story->mails.count;
}

const struct story_mail *story_mail(const struct story *story, size_t mail)
{
    return &story->mails.items[mail];
}

enum story_mail_sort story_mail_sort(const struct story *story, size_t mail)
{
    const struct story_mail *m = &story->mails.items[mail];
    if (m->parent == STORY_NONE) return STORY_MAIL_LETTER;
    return m->is_receipt ? STORY_MAIL_RECEIPT : m->tells_delay ? STORY_MAIL_DELAY : STORY_MAIL_BOUNCE;
}

bool story_mail_is_bounce(const struct story *story, size_t mail)
{
    return story_mail_sort(story, mail) == STORY_MAIL_BOUNCE;
}

size_t story_mail_by_id(const struct story *story, uint32_t id)
{
    return story_index(&story->mail_ids, id);
}

size_t story_mail_by_name(const struct story *story, const char *name)
{
    for (size_t i = 0; i < story->mails.count; i++)
        if (strcmp(story->mails.items[i].name, name) == 0) return i;
    return STORY_NONE;
}

size_t story_mails_so_far(const struct story *story)
{
    size_t n;
    COUNT_SO_FAR(story, story->mails, compose_event, n);
    return n;
}

/* ---- Letters ---- */

size_t story_letter_count(const struct story *story)
{
    return story->letters.count;
}

static const struct letter_now *letter_now(const struct story *story, size_t letter)
{
    return (const struct letter_now *)story->now.blocks[BLOCK_LETTERS].words + letter;
}

static const struct place_now *place_now(const struct story *story, size_t place)
{
    return (const struct place_now *)story->now.blocks[BLOCK_PLACES].words + place;
}

/* Of no place yet: composed, but no state told of, it lies where it was written. */
static struct story_letter letter_at_first(const struct story *story, size_t letter)
{
    const struct cast_letter *cast = &story->letters.items[letter];
    const struct story_mail *mail = &story->mails.items[cast->mail];
    struct story_letter shown = {.mail = cast->mail,
                                 .recipient = cast->recipient,
                                 .host = STORY_NONE,
                                 .state = STORY_MAIL_UNKNOWN,
                                 .why = "",
                                 .event = STORY_NONE,
                                 .attempts = letter_now(story, letter)->attempts,
                                 .copies = letter_now(story, letter)->copies,
                                 .transfer = STORY_NONE};
    if (!cast->is_written || mail->compose_event >= story->now.cursor) return shown;
    shown.host = mail->host;
    shown.state = STORY_MAIL_OUTBOX;
    shown.since_ns = mail->composed_ns;
    shown.event = mail->compose_event;
    return shown;
}

static struct story_letter letter_at_place(const struct story *story, size_t letter, size_t place)
{
    const struct cast_letter *cast = &story->letters.items[letter];
    const struct place_now *now = place_now(story, place);
    const struct event *e = story_event(story, now->event);
    enum story_mail_state state = (enum story_mail_state)now->state;
    size_t host = story->places.items[place].host;
    return (struct story_letter){.mail = cast->mail,
                                 .recipient = cast->recipient,
                                 .host = host,
                                 .state = state,
                                 .since_ns = e->at_ns,
                                 .next_attempt_ns = state == STORY_MAIL_DEFERRED ? event_int(e, FIELD_AT) : 0,
                                 .why = event_text(e, FIELD_WHY),
                                 .event = now->event,
                                 .attempts = letter_now(story, letter)->attempts,
                                 .copies = letter_now(story, letter)->copies,
                                 .copies_here = now->copies,
                                 .transfer = moment_transfer_of(story, cast->mail, host)};
}

struct story_letter story_letter_at(const struct story *story, size_t place)
{
    return letter_at_place(story, story->places.items[place].letter, place);
}

struct story_letter story_letter(const struct story *story, size_t letter)
{
    uint32_t place = letter_now(story, letter)->place;
    return place == NONE32 ? letter_at_first(story, letter) : letter_at_place(story, letter, place);
}

size_t story_event_letter(const struct story *story, size_t event)
{
    const struct event *e = story_event(story, event);
    if (!event_has(e->kind, FIELD_MESSAGE)) return STORY_NONE;
    size_t first, mail = story_mail_by_id(story, (uint32_t)event_int(e, FIELD_MESSAGE));
    size_t n = mail == STORY_NONE ? 0 : story_mail_letters(story, mail, &first);
    const char *recipient = event_has(e->kind, FIELD_RECIPIENT) ? event_text(e, FIELD_RECIPIENT) : NULL;
    for (size_t i = 0; i < n; i++)
        if (!recipient || !strcmp(story_letter(story, first + i).recipient, recipient)) return first + i;
    return STORY_NONE;
}

size_t story_letter_copies(const struct story *story, size_t letter, struct story_letter *copies, size_t room)
{
    size_t n = 0;
    if (letter_now(story, letter)->place == NONE32) {
        struct story_letter first = letter_at_first(story, letter);
        if (first.host == STORY_NONE) return 0;
        if (room) copies[0] = first;
        return 1;
    }
    for (size_t i = story->letters.items[letter].first_place; i != STORY_NONE; i = story->places.items[i].next) {
        if (place_now(story, i)->state == STORY_MAIL_UNKNOWN) continue; /* it comes there later */
        if (n < room) copies[n] = letter_at_place(story, letter, i);
        n++;
    }
    return n;
}

size_t story_mail_letters(const struct story *story, size_t mail, size_t *first)
{
    *first = story->letters_of_mail[mail];
    return story->letters_of_mail[mail + 1] - *first;
}

size_t story_attempt_count(const struct story *story)
{
    return story->attempts.count;
}

size_t story_destination_count(const struct story *story)
{
    return story->destinations.count;
}

const struct story_destination *story_destination(const struct story *story, size_t change)
{
    return &story->destinations.items[change];
}

const struct story_attempt *story_attempt(const struct story *story, size_t attempt)
{
    return &story->attempts.items[attempt];
}

uint32_t story_queue(const struct story *story, size_t host, enum story_mail_state state)
{
    return story->now.blocks[BLOCK_QUEUES].words[host * STORY_MAIL_STATES + state];
}

uint32_t story_copies_in_state(const struct story *story, size_t host, enum story_mail_state state)
{
    uint32_t n = 0;
    bool several = false;
    for (size_t i = 0; i < story->places.count && story->copies_seen; i++) {
        const struct place_now *now = place_now(story, i);
        if (story->places.items[i].host != host || now->state != state) continue;
        n += now->copies;
        several |= now->copies > 1;
    }
    return several ? n : 0;
}

static bool delivers(const struct story *story, size_t event)
{
    return story_event_kind(story, event) == EVENT_MAIL_STATE &&
           story_mail_state_of(story_event(story, event)) == STORY_MAIL_DELIVERED;
}

uint32_t story_nth_copy(const struct story *story, size_t event)
{
    uint32_t n = 0;
    if (!delivers(story, event)) return 0;
    for (size_t i = 0; i < story->marks.count && story->copies_seen; i++) {
        const struct story_mark *mark = &story->marks.items[i];
        if (mark->event >= event) break;
        n += mark->kind == STORY_MARK_DELIVERED && delivers(story, mark->event) &&
             story_event_letter(story, mark->event) == story_event_letter(story, event);
    }
    return n + 1;
}

/* ---- Words ---- */

size_t story_line_count(const struct story *story)
{
    return story->lines.count;
}

const struct story_line *story_line(const struct story *story, size_t line)
{
    return &story->lines.items[line];
}

size_t story_lines_so_far(const struct story *story)
{
    size_t n;
    COUNT_SO_FAR(story, story->lines, event, n);
    return n;
}

size_t story_caption_count(const struct story *story)
{
    return story->captions.count;
}

const struct story_caption *story_caption(const struct story *story, size_t caption)
{
    return &story->captions.items[caption];
}

size_t story_captions_so_far(const struct story *story)
{
    size_t n;
    COUNT_SO_FAR(story, story->captions, event, n);
    return n;
}

size_t story_captions_active(const struct story *story, size_t *first)
{
    size_t end = story_captions_so_far(story), cursor = story_cursor(story);
    for (; end < story->captions.count; end++) {
        const struct story_caption *next = &story->captions.items[end];
        if (next->at_ns != story_now(story) || next->about == STORY_NONE || next->about >= cursor) break;
    }
    *first = end;
    while (*first > 0 && story->captions.items[*first - 1].at_ns == story->captions.items[end - 1].at_ns)
        --*first;
    return end - *first;
}

/* ---- Timers ---- */

size_t story_timer_count(const struct story *story)
{
    return story->now.blocks[BLOCK_TIMERS].count;
}

struct story_timer story_timer(const struct story *story, size_t i)
{
    size_t set = story->now.blocks[BLOCK_TIMERS].words[i];
    const struct event *e = story_event(story, set);
    return (struct story_timer){.event = set,
                                .host = cast_host(story, e, FIELD_HOST),
                                .conn = cast_conn(story, e),
                                .mail = cast_mail(story, e, FIELD_MESSAGE),
                                .at_ns = event_int(e, FIELD_AT),
                                .name = event_text(e, FIELD_NAME)};
}

int64_t story_timer_at(const struct story *story, size_t i)
{
    enum { KEPT = 1 << 14 };
    struct story *s = (struct story *)story; /* what is kept is no part of its state */
    size_t event = story->now.blocks[BLOCK_TIMERS].words[i];
    if (!s->timer_times) s->timer_times = mem_calloc(KEPT, sizeof *s->timer_times);
    struct timer_time *kept = &s->timer_times[event % KEPT];
    if (kept->event != event + 1)
        *kept = (struct timer_time){event + 1, event_int(story_event(story, event), FIELD_AT)};
    return kept->at_ns;
}

/* ---- The time line ---- */

static int density_of(enum event_kind kind)
{
    switch (event_visible_sort(kind)) {
    case VISIBLE_PACKET:
        return kind == EVENT_PACKET_SEND ? STORY_DENSITY_PACKETS : -1;
    case VISIBLE_LOSS:
        return STORY_DENSITY_LOSSES;
    case VISIBLE_LINE:
        return STORY_DENSITY_LINES;
    case VISIBLE_MAIL:
        return STORY_DENSITY_MAIL;
    case VISIBLE_NOT:
    case VISIBLE_CAPTION:
    case VISIBLE_OTHER:
        break;
    }
    return -1;
}

/* Sums up to the beginning of each block of events, so that no event of a block between two edges is looked at. */
bool density_make(struct story *story, const struct stop *stop)
{
    uint32_t sums[STORY_DENSITIES] = {0};
    story->density = mem_alloc((story->n_events / DENSITY_BLOCK + 1) * sizeof *story->density);
    for (size_t i = 0; i < story->n_events; i++) {
        if (stop_at(stop, i)) return false;
        if (i % DENSITY_BLOCK == 0) memcpy(story->density[i / DENSITY_BLOCK], sums, sizeof sums);
        int sort = density_of(journal_memory_kind(story->journal, i));
        if (sort >= 0) sums[sort]++;
    }
    if (story->n_events % DENSITY_BLOCK == 0)
        memcpy(story->density[story->n_events / DENSITY_BLOCK], sums, sizeof sums);
    return true;
}

/* Of the events before this one. */
static void density_before(const struct story *story, size_t event, uint32_t sums[STORY_DENSITIES])
{
    memcpy(sums, story->density[event / DENSITY_BLOCK], STORY_DENSITIES * sizeof *sums);
    for (size_t i = event / DENSITY_BLOCK * DENSITY_BLOCK; i < event; i++) {
        int sort = density_of(journal_memory_kind(story->journal, i));
        if (sort >= 0) sums[sort]++;
    }
}

void story_density(const struct story *story, const int64_t *edges, size_t n, uint32_t (*counts)[STORY_DENSITIES])
{
    uint32_t sums[STORY_DENSITIES], before[STORY_DENSITIES];
    for (size_t i = 0; i <= n; i++) {
        int64_t until_ns = i == n ? edges[i] : edges[i] == INT64_MIN ? INT64_MIN : edges[i] - 1;
        size_t event = until_ns == INT64_MIN ? 0 : journal_memory_after(story->journal, until_ns);
        density_before(story, event < story->n_events ? event : story->n_events, sums);
        for (int sort = 0; i && sort < STORY_DENSITIES; sort++)
            counts[i - 1][sort] = sums[sort] - before[sort];
        memcpy(before, sums, sizeof before);
    }
}

size_t story_marks(const struct story *story, const struct story_mark **marks)
{
    *marks = story->marks.items;
    return story->marks.count;
}
