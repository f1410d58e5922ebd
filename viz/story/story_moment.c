/* What is worked out of the state once an instant, when it is first asked for: who asks for each link or letter would
   otherwise look through all that is on its way, again and again. */
#include <string.h>

#include "sim/journal/memory.h"
#include "viz/story/story_internal.h"

static uint64_t carrier_key(size_t mail, size_t host)
{
    return (uint64_t)mail << 32 | (uint64_t)host;
}

/* What has not left yet of what was sent on each direction of each link. */
static void count_queued(const struct story *story, struct story_moment *m)
{
    const struct state_rows *live = &story->now.blocks[BLOCK_LIVE];
    if (!m->queued) m->queued = mem_calloc(2 * story->links.count + 1, sizeof *m->queued);
    memset(m->queued, 0, 2 * story->links.count * sizeof *m->queued);
    for (size_t i = 0; i < live->count; i++) {
        const struct story_hop *hop = &story->hops.items[live->words[i]];
        if (hop->departs > story->now_ns)
            m->queued[2 * hop->link + (hop->dir ? 1 : 0)] += story->packets.items[hop->packet].size;
    }
}

static void note_carriers(const struct story *story, struct story_moment *m)
{
    const struct state_rows *live = &story->now.blocks[BLOCK_TRANSFERS];
    index_map_free(&m->carriers);
    for (size_t i = live->count; i-- > 0;) { /* the first of several stays */
        const struct story_transfer *t = &story->transfers.items[live->words[i]].shown;
        if (t->mail != STORY_NONE && t->from != STORY_NONE)
            index_map_put(&m->carriers, carrier_key(t->mail, t->from), live->words[i]);
    }
}

static const struct story_moment *moment(const struct story *story)
{
    struct story_moment *m = (struct story_moment *)&story->moment; /* the story's scratch, not its state */
    if (m->is_made && m->cursor == story->now.cursor && m->now_ns == story->now_ns) return m;
    count_queued(story, m);
    note_carriers(story, m);
    m->is_made = true;
    m->cursor = story->now.cursor;
    m->now_ns = story->now_ns;
    return m;
}

enum { IN_QUEUE = STORY_MAIL_STATES, ROWS_A_HOST, STAYS_LOOKED_AT = 32 };

/* Once for each mail, since letters of one mail are neighbours. `seen`: one more than the mail counted last there. */
static void count_mail(uint32_t *mails, size_t *seen, size_t mail)
{
    if (*seen == mail + 1) return;
    *seen = mail + 1;
    ++*mails;
}

static void count_mails(const struct story *story, struct story_moment *m)
{
    struct story_stay stays[STAYS_LOOKED_AT];
    size_t n_rows = story->hosts.count * ROWS_A_HOST, *seen = mem_calloc(n_rows + 1, sizeof *seen);
    m->mails = mem_realloc(m->mails, (n_rows + 1) * sizeof *m->mails);
    memset(m->mails, 0, n_rows * sizeof *m->mails);
    for (size_t i = 0; i < story->letters.count; i++) {
        size_t n = story_letter_stays(story, i, stays, STAYS_LOOKED_AT);
        for (size_t k = 0; k < n && k < STAYS_LOOKED_AT; k++) {
            size_t row = stays[k].host * ROWS_A_HOST, state = stays[k].state;
            if (stays[k].host >= story->hosts.count) continue;
            count_mail(&m->mails[row + state], &seen[row + state], stays[k].mail);
            if (state == STORY_MAIL_QUEUED || state == STORY_MAIL_ACTIVE || state == STORY_MAIL_DEFERRED)
                count_mail(&m->mails[row + IN_QUEUE], &seen[row + IN_QUEUE], stays[k].mail);
        }
    }
    mem_free(seen);
}

static uint32_t letters_of(const struct story *story, size_t host, size_t row)
{
    if (row != IN_QUEUE) return story_queue(story, host, (enum story_mail_state)row);
    return story_queue(story, host, STORY_MAIL_QUEUED) + story_queue(story, host, STORY_MAIL_ACTIVE) +
           story_queue(story, host, STORY_MAIL_DEFERRED);
}

/* Counted when it is first asked for at this instant, where mails have several letters: all of them are gone through.
 */
static uint32_t mails_of(const struct story *story, size_t host, size_t row)
{
    uint32_t n_letters = letters_of(story, host, row);
    if (n_letters < 2 || story->letters.count == story->mails.count) return n_letters;
    struct story_moment *m = (struct story_moment *)&story->moment; /* the story's scratch, not its state */
    if (!m->mails || m->mails_cursor != story->now.cursor || m->mails_of_events != story->n_events) {
        count_mails(story, m);
        m->mails_cursor = story->now.cursor;
        m->mails_of_events = story->n_events;
    }
    return m->mails[host * ROWS_A_HOST + row];
}

uint32_t story_mails_in_state(const struct story *story, size_t host, enum story_mail_state state)
{
    return mails_of(story, host, state);
}

uint32_t story_mails_in_queue(const struct story *story, size_t host)
{
    return mails_of(story, host, IN_QUEUE);
}

void moment_free(struct story *story)
{
    mem_free(story->moment.mails);
    mem_free(story->moment.queued);
    index_map_free(&story->moment.carriers);
}

uint64_t moment_queued_bytes(const struct story *story, size_t link, int dir)
{
    return moment(story)->queued[2 * link + (dir ? 1 : 0)];
}

size_t moment_transfer_of(const struct story *story, size_t mail, size_t host)
{
    size_t transfer = story_index(&moment(story)->carriers, carrier_key(mail, host));
    return transfer;
}

/* Of a link, all but the packets lost on it. */
uint64_t story_world_key(const struct story *story)
{
    const struct host_now *hosts = (const struct host_now *)story->now.blocks[BLOCK_HOSTS].words;
    const struct link_now *links = (const struct link_now *)story->now.blocks[BLOCK_LINKS].words;
    uint64_t key = 1;
    for (size_t h = 0; h < story->hosts.count; h++)
        key = (key ^ hosts[h].up) * UINT64_C(0x9e3779b97f4a7c15);
    for (size_t l = 0; l < story->links.count; l++) {
        const uint32_t *words = (const uint32_t *)&links[l];
        for (size_t i = 0; i < offsetof(struct link_now, lost) / sizeof *words; i++)
            key = (key ^ words[i]) * UINT64_C(0x9e3779b97f4a7c15);
    }
    return key ^ key >> 29;
}

size_t story_letter_stays(const struct story *story, size_t letter, struct story_stay *stays, size_t room)
{
    const struct letter_now *now = (const struct letter_now *)story->now.blocks[BLOCK_LETTERS].words + letter;
    const struct place_now *places = (const struct place_now *)story->now.blocks[BLOCK_PLACES].words;
    const struct cast_letter *cast = &story->letters.items[letter];
    size_t n = 0;
    if (now->place == NONE32) {
        const struct story_mail *mail = &story->mails.items[cast->mail];
        if (!cast->is_written || mail->compose_event >= story->now.cursor || mail->host == STORY_NONE) return 0;
        if (room) stays[0] = (struct story_stay){cast->mail, mail->host, STORY_MAIL_OUTBOX, mail->compose_event};
        return 1;
    }
    for (size_t i = cast->first_place; i != STORY_NONE; i = story->places.items[i].next) {
        if (places[i].state == STORY_MAIL_UNKNOWN) continue;
        if (n < room)
            stays[n] = (struct story_stay){cast->mail, story->places.items[i].host,
                                           (enum story_mail_state)places[i].state, places[i].event};
        n++;
    }
    return n;
}

size_t story_carrier(const struct story *story, size_t mail, size_t host)
{
    return moment_transfer_of(story, mail, host);
}
