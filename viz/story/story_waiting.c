/* The queue of a host, letter by letter. A journal may tell of millions of letters, of which a handful wait at an
   instant: so for each it is kept from which event to which it waited, and blocks of them that are all over are passed
   by. */
#include <string.h>

#include "sim/journal/memory.h"
#include "viz/story/story_internal.h"

enum { WAIT_BLOCK = 64 };

static bool is_waiting(enum story_mail_state state)
{
    return state == STORY_MAIL_OUTBOX || state == STORY_MAIL_QUEUED || state == STORY_MAIL_ACTIVE ||
           state == STORY_MAIL_DEFERRED;
}

/* ---- While the cast is made ---- */

void waits_note(struct story *story, size_t event, size_t place, enum story_mail_state to)
{
    struct cast_place *at = &story->places.items[place];
    if (is_waiting(to) && at->wait == NONE32) {
        at->wait = (uint32_t)story->waits.count;
        *TABLE_ADD(&story->waits) = (struct cast_wait){(uint32_t)place, (uint32_t)event, NONE32};
    } else if (!is_waiting(to) && at->wait != NONE32) {
        story->waits.items[at->wait].to = (uint32_t)event;
        at->wait = NONE32;
    }
}

static size_t place_there(const struct story *story, size_t mail, size_t host, const char *recipient)
{
    size_t letter = cast_letter_of(story, mail, recipient, strlen(recipient));
    size_t i = letter == STORY_NONE ? STORY_NONE : story->letters.items[letter].first_place;
    while (i != STORY_NONE && story->places.items[i].host != host)
        i = story->places.items[i].next;
    return i;
}

void waits_note_attempt(struct story *story, size_t mail, size_t host, const char *recipient)
{
    size_t place = place_there(story, mail, host, recipient);
    *TABLE_ADD(&story->attempts_before) = place == STORY_NONE ? NONE32 : story->places.items[place].attempt;
    if (place != STORY_NONE) story->places.items[place].attempt = (uint32_t)story->attempts.count - 1;
}

static void note_ends(struct story *story)
{
    story->wait_ends = mem_calloc(story->waits.count / WAIT_BLOCK + 1, sizeof *story->wait_ends);
    for (size_t i = 0; i < story->waits.count; i++) {
        uint32_t *end = &story->wait_ends[i / WAIT_BLOCK];
        if (story->waits.items[i].to > *end) *end = story->waits.items[i].to;
    }
}

/* By host; they began in the order of the journal, and that is kept. */
void waits_sort(struct story *story)
{
    size_t n = story->waits.count, n_hosts = story->hosts.count;
    size_t *first = mem_calloc(n_hosts + 2, sizeof *first), *next = mem_calloc(n_hosts + 1, sizeof *next);
    struct cast_wait *sorted = mem_alloc((n + 1) * sizeof *sorted);
    for (size_t i = 0; i < n; i++)
        first[story->places.items[story->waits.items[i].place].host + 1]++;
    for (size_t h = 0; h < n_hosts; h++) {
        first[h + 1] += first[h];
        next[h] = first[h];
    }
    for (size_t i = 0; i < n; i++)
        sorted[next[story->places.items[story->waits.items[i].place].host]++] = story->waits.items[i];
    mem_free(next);
    mem_free(story->waits.items);
    story->waits.items = sorted;
    story->waits.room = n + 1;
    story->waits_of_host = first;
    note_ends(story);
}

void waits_free(struct story *story)
{
    mem_free(story->waits.items);
    mem_free(story->waits_of_host);
    mem_free(story->wait_ends);
    mem_free(story->attempts_before.items);
}

/* ---- Asking ---- */

/* Attempts that begin later are passed by. */
static void tell_attempts(const struct story *story, const struct cast_place *place, struct story_waiting *waiting)
{
    waiting->attempts = 0;
    waiting->last = STORY_NONE;
    for (uint32_t i = place->attempt; i != NONE32; i = story->attempts_before.items[i]) {
        const struct story_attempt *attempt = &story->attempts.items[i];
        if (attempt->begin_event >= story->now.cursor) continue;
        if (waiting->attempts == 0) waiting->attempts = attempt->nth;
        if (attempt->end_event < story->now.cursor && waiting->last == STORY_NONE) waiting->last = i;
        if (waiting->attempts && waiting->last != STORY_NONE) return;
    }
}

size_t story_waiting(const struct story *story, size_t host, struct story_waiting *waiting, size_t room)
{
    size_t n = 0, end = story->waits_of_host[host + 1];
    for (size_t i = story->waits_of_host[host]; i < end && n < room; i++) {
        const struct cast_wait *wait = &story->waits.items[i];
        if (i % WAIT_BLOCK == 0 && story->wait_ends[i / WAIT_BLOCK] < story->now.cursor) {
            i += WAIT_BLOCK - 1;
            continue;
        }
        if (wait->from >= story->now.cursor) break;
        if (wait->to < story->now.cursor) continue;
        waiting[n].letter = story_letter_at(story, wait->place);
        tell_attempts(story, &story->places.items[wait->place], &waiting[n++]);
    }
    return n;
}
