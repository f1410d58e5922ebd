/* The state: what is true at an instant, folded event by event, with keyframes.

   The state is arrays of 32 bit words without pointers, so that a keyframe is a copy. A keyframe is made when a
   thousand events have passed and the copy costs no more than some bytes for each of them: memory stays linear in the
   events, however large the world.

   To add an event: one case in apply, if it changes what is true. */
#include <assert.h>
#include <string.h>

#include "sim/journal/memory.h"
#include "viz/story/story_internal.h"

enum { KEYFRAME_EVENTS = 1000, KEYFRAME_WORDS_AN_EVENT = 2, TIMERS_TO_SWEEP = 64 };

/* ---- Rows ---- */

static void *rows(const struct story *story, enum state_block block)
{
    return story->now.blocks[block].words;
}

static void resize(struct state_rows *block, size_t words)
{
    if (words > block->room) {
        block->room = words;
        block->words = mem_realloc(block->words, words * sizeof *block->words);
    }
    if (words > block->count) memset(block->words + block->count, 0, (words - block->count) * sizeof *block->words);
    block->count = words;
}

static void set_insert(struct state_rows *set, uint32_t item)
{
    if (set->count == set->room) {
        set->room = set->room ? set->room * 2 : 16;
        set->words = mem_realloc(set->words, set->room * sizeof *set->words);
    }
    assert(!set->count || set->words[set->count - 1] < item);
    set->words[set->count++] = item;
}

/* Sets are ascending, since what comes later has the larger index. */
static void set_remove(struct state_rows *set, uint32_t item)
{
    size_t low = 0, high = set->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (set->words[middle] < item)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == set->count || set->words[low] != item) return;
    memmove(set->words + low, set->words + low + 1, (set->count - low - 1) * sizeof *set->words);
    set->count--;
}

/* ---- One event ---- */

/* ---- Moods ---- */

static struct host_now *host_of(struct story *story, const struct event *e)
{
    size_t host = cast_host(story, e, FIELD_HOST);
    return host == STORY_NONE ? NULL : (struct host_now *)rows(story, BLOCK_HOSTS) + host;
}

/* A name server that is off is a host that is up, and does not answer. */
static void apply_dns_fault(struct story *story, const struct event *e)
{
    struct host_now *now = host_of(story, e);
    if (now && strcmp(event_text(e, FIELD_WHY), "nothing") == 0) now->mood = STORY_MOOD_SILENT;
}

static void apply_sending(struct story *story, uint32_t packet)
{
    const struct story_packet *p = packet == NONE32 ? NULL : &story->packets.items[packet];
    if (!p || p->class != STORY_DNS || p->from == STORY_NONE) return;
    struct host_now *now = (struct host_now *)rows(story, BLOCK_HOSTS) + p->from;
    if (now->mood == STORY_MOOD_SILENT && strncmp(p->tag, "dns.answer", 10) == 0) now->mood = STORY_MOOD_WELL;
}

/* Of the answers that it keeps back at the same time the last one to go out counts. */
static int64_t slow_until(const struct story *story, const struct host_now *now)
{
    return now->slow_event == NONE32 ? 0 : event_int(story_event(story, now->slow_event), FIELD_AT);
}

static void apply_rule(struct story *story, uint32_t i, const struct event *e)
{
    struct host_now *now = host_of(story, e);
    const char *rule = event_text(e, FIELD_NAME);
    if (!now) return;
    if (strcmp(rule, "tarpit") == 0 && event_int(e, FIELD_AT) > slow_until(story, now)) now->slow_event = i;
    if (strcmp(rule, "mailbox full") == 0) now->mood = STORY_MOOD_MAILBOX_FULL;
    if (strcmp(rule, "connections") == 0 || strcmp(rule, "too many at once") == 0) now->mood = STORY_MOOD_BUSY;
}

/* A refusal: 4yz and 5yz. x0z is about how something was said, as when DATA comes although no recipient was taken. */
static bool is_refusal(const char *reply)
{
    return (reply[0] == '4' || reply[0] == '5') && reply[1] != '0';
}

/* What says that it takes callers, or mails, again: a greeting, and 354. STARTTLS is answered by 220 as well, but with
   an enhanced code (RFC 2034 3), which no greeting has. The 354 that goes out with a refusal, to a client that says
   RCPT and DATA at once, is about other recipients. */
static bool takes_back(const struct story *story, const struct host_now *now, const char *reply, int64_t at_ns)
{
    bool greets = strncmp(reply, "220", 3) == 0 && strncmp(reply + 3, " 2.", 3) != 0;
    if (!greets && strncmp(reply, "354", 3) != 0) return false;
    return now->said_event != NONE32 && story_event_time(story, now->said_event) < at_ns;
}

/* Of a reply in several lines the last one counts. Why it says so, a rule has told just before. */
static void apply_line(struct story *story, uint32_t i, const struct event *e)
{
    const char *text = event_text(e, FIELD_TEXT);
    if (strspn(text, "0123456789") != 3 || strcmp(event_text(e, FIELD_WHO), "S") != 0) return;
    struct host_now *now = host_of(story, e);
    if (!now) return;
    if (is_refusal(text)) {
        enum story_mood mood = text[0] == '4' ? STORY_MOOD_NOT_NOW : STORY_MOOD_REFUSED;
        bool has_rule = now->mood == STORY_MOOD_MAILBOX_FULL || (now->mood == STORY_MOOD_BUSY && text[0] == '4');
        if (!has_rule) now->mood = mood;
        now->said_event = i;
    } else if (now->mood != STORY_MOOD_MAILBOX_FULL && takes_back(story, now, text, e->at_ns)) {
        now->mood = STORY_MOOD_WELL;
        now->said_event = NONE32;
    }
}

/* It takes mails again, or there is room. */
static void cheer_up(struct story *story, size_t host, enum story_mail_state from, enum story_mail_state to)
{
    struct host_now *now = (struct host_now *)rows(story, BLOCK_HOSTS) + host;
    bool takes = from == STORY_MAIL_UNKNOWN && (to == STORY_MAIL_QUEUED || to == STORY_MAIL_DELIVERED);
    bool has_room = from == STORY_MAIL_DELIVERED && to != STORY_MAIL_DELIVERED;
    if (!has_room && (!takes || (now->mood == STORY_MOOD_MAILBOX_FULL && to == STORY_MAIL_QUEUED))) return;
    if (has_room && now->mood != STORY_MOOD_MAILBOX_FULL) return;
    now->mood = STORY_MOOD_WELL;
    now->said_event = NONE32;
}

/* ---- Hosts ---- */

static void apply_host(struct story *story, uint32_t host, uint32_t i, const struct event *e)
{
    if (host == NONE32) return;
    struct host_now *now = (struct host_now *)rows(story, BLOCK_HOSTS) + host;
    if (e->kind == EVENT_HOST_STATE) {
        now->up = event_int(e, FIELD_UP) != 0;
        now->why_event = i;
        now->mood = STORY_MOOD_WELL;
        now->said_event = now->slow_event = NONE32;
        return;
    }
    for (enum story_trouble trouble = 0; trouble < STORY_TROUBLES; trouble++)
        if (strcmp(event_text(e, FIELD_NAME), story_trouble_name(trouble)) == 0)
            now->trouble_event[trouble] = *event_text(e, FIELD_TEXT) ? i : NONE32;
}

static void apply_link(struct story *story, uint32_t link, uint32_t i, const struct event *e)
{
    if (link == NONE32) return;
    struct link_now *now = (struct link_now *)rows(story, BLOCK_LINKS) + link;
    int dir = event_int(e, FIELD_DIR) ? 1 : 0;
    if (e->kind == EVENT_LINK_STATE) {
        now->up[dir] = event_int(e, FIELD_UP) != 0;
        now->down_event[dir] = i;
        return;
    }
    const char *name = event_text(e, FIELD_NAME);
    if (strcmp(name, "loss") == 0)
        now->loss_event[dir] = i;
    else if (strcmp(name, "rate") == 0)
        now->rate_event[dir] = i;
    else if (strcmp(name, "delay") == 0)
        now->delay_event[dir] = i;
}

static void apply_hop(struct story *story, uint32_t hop, size_t i, enum event_kind kind)
{
    if (hop == NONE32) return;
    const struct story_hop *h = &story->hops.items[hop];
    struct state_rows *live = &story->now.blocks[BLOCK_LIVE];
    if (kind == EVENT_LINK_DELIVER || kind == EVENT_LINK_DROP)
        set_remove(live, hop);
    else if (h->send_event == i) /* what has waited for its turn is there already when it leaves */
        set_insert(live, hop);
    if (kind == EVENT_LINK_DROP) ((struct link_now *)rows(story, BLOCK_LINKS))[h->link].lost[h->dir]++;
}

static void drop_timers_of_conn(struct story *story, uint32_t conn)
{
    const struct cast_conn *c = &story->conns.items[conn];
    for (size_t k = 0; k < c->n_timers; k++)
        set_remove(&story->now.blocks[BLOCK_TIMERS], story->closed_timers.items[c->first_timer + k]);
}

static void apply_conn(struct story *story, uint32_t conn, uint32_t i, enum event_kind kind)
{
    if (conn == NONE32) return;
    struct conn_now *now = (struct conn_now *)rows(story, BLOCK_CONNS) + conn;
    if (kind == EVENT_CONN_OPEN) {
        now->is_open = 1;
        set_insert(&story->now.blocks[BLOCK_OPEN], conn);
    } else if (kind == EVENT_CONN_CLOSE) {
        now->is_open = 0;
        set_remove(&story->now.blocks[BLOCK_OPEN], conn);
        drop_timers_of_conn(story, conn);
    } else if (kind == EVENT_TCP_STATE) {
        now->state_event = i;
    } else {
        now->vars_event = i;
    }
}

/* Those in the mailbox stay there while another one comes, and are fetched one by one. */
static uint32_t copies_after(const struct place_now *place, enum story_mail_state to)
{
    bool leaves = to == STORY_MAIL_HANDED_ON && place->copies > 0;
    return place->copies + (to == STORY_MAIL_DELIVERED || to == STORY_MAIL_PICKED_UP) - leaves;
}

/* The host where a letter now is: the one that last said anything but that it has handed it on. */
static void apply_mail_state(struct story *story, uint32_t place, uint32_t i, const struct event *e)
{
    if (place == NONE32) return;
    const struct cast_place *at = &story->places.items[place];
    struct place_now *now = (struct place_now *)rows(story, BLOCK_PLACES) + place;
    uint32_t *queue = (uint32_t *)rows(story, BLOCK_QUEUES) + at->host * STORY_MAIL_STATES;
    struct letter_now *letter = (struct letter_now *)rows(story, BLOCK_LETTERS) + at->letter;
    enum story_mail_state to = story_mail_state_of(e);
    if (now->state != STORY_MAIL_UNKNOWN) queue[now->state]--;
    cheer_up(story, at->host, (enum story_mail_state)now->state, to);
    *now = (struct place_now){to, i, copies_after(now, to)};
    queue[to]++;
    letter->copies += to == STORY_MAIL_DELIVERED;
    if (to != STORY_MAIL_HANDED_ON || letter->place == NONE32) letter->place = place;
}

/* What a server puts into a mailbox of its own is no handing on. */
static bool is_on_the_spot(const struct story *story, const struct event *e)
{
    size_t at = story_index(&story->attempt_ids, (uint64_t)event_int(e, FIELD_ATTEMPT));
    return at != STORY_NONE && story->attempts.items[at].peer == story->attempts.items[at].host;
}

static void count_attempt(void *context, size_t letter)
{
    struct story *story = context;
    ((struct letter_now *)rows(story, BLOCK_LETTERS))[letter].attempts++;
}

static void apply_attempt(struct story *story, const struct event *e)
{
    if (is_on_the_spot(story, e)) return;
    cast_letters_named(story, cast_mail(story, e, FIELD_MESSAGE), event_text(e, FIELD_RECIPIENT), count_attempt, story);
}

/* Timers whose time has passed unheard (a journal may have left their firing out) are swept out now and then. */
static void apply_timer_set(struct story *story, uint32_t i)
{
    struct state_rows *timers = &story->now.blocks[BLOCK_TIMERS];
    set_remove(timers, story->subject[i]);
    bool power_of_two = timers->count >= TIMERS_TO_SWEEP && (timers->count & (timers->count - 1)) == 0;
    int64_t now_ns = power_of_two ? story_event_time(story, i) : 0;
    size_t kept = 0;
    for (size_t k = 0; power_of_two && k < timers->count; k++)
        if (event_int(story_event(story, timers->words[k]), FIELD_AT) >= now_ns)
            timers->words[kept++] = timers->words[k];
    if (power_of_two) timers->count = kept;
    set_insert(timers, i);
}

static bool ends_transfer(const struct story *story, size_t i)
{
    return story->ends[i / 32] >> i % 32 & 1;
}

static void end_transfers(struct story *story, size_t i)
{
    struct state_rows *live = &story->now.blocks[BLOCK_TRANSFERS];
    for (size_t k = live->count; k-- > 0;)
        if (story->transfers.items[live->words[k]].end_event == i) set_remove(live, live->words[k]);
}

static void begin_transfer(struct story *story, size_t i)
{
    size_t low = 0, high = story->transfers.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (story->transfers.items[middle].shown.begin_event < i)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < story->transfers.count && story->transfers.items[low].shown.begin_event == i)
        set_insert(&story->now.blocks[BLOCK_TRANSFERS], (uint32_t)low);
}

/* Packets move and variables change far more often than anything else happens: of these the kind says enough. */
static bool apply_often(struct story *story, size_t i, enum event_kind kind)
{
    uint32_t subject = story->subject[i];
    switch ((int)kind) {
    case EVENT_PACKET_SEND:
        apply_sending(story, subject);
        return true;
    case EVENT_LINK_QUEUE:
    case EVENT_LINK_SEND:
    case EVENT_LINK_DELIVER:
    case EVENT_LINK_DROP:
        apply_hop(story, subject, i, kind);
        return true;
    case EVENT_CONN_OPEN:
    case EVENT_TCP_STATE:
    case EVENT_TCP_VARS:
    case EVENT_CONN_CLOSE:
        apply_conn(story, subject, (uint32_t)i, kind);
        return true;
    case EVENT_TIMER_SET:
        apply_timer_set(story, (uint32_t)i);
        return true;
    case EVENT_TIMER_FIRE:
    case EVENT_TIMER_CANCEL:
        set_remove(&story->now.blocks[BLOCK_TIMERS], subject);
        return true;
    case EVENT_SMTP_CONTENT:
    case EVENT_POP3_CONTENT:
        begin_transfer(story, i);
        return true;
    default:
        return false;
    }
}

static void apply_seldom(struct story *story, size_t i, enum event_kind kind)
{
    uint32_t subject = story->subject[i];
    switch ((int)kind) {
    case EVENT_HOST_STATE:
    case EVENT_HOST_TROUBLE:
        apply_host(story, subject, (uint32_t)i, story_event(story, i));
        return;
    case EVENT_LINK_STATE:
    case EVENT_LINK_VALUE:
        apply_link(story, subject, (uint32_t)i, story_event(story, i));
        return;
    case EVENT_MAIL_STATE:
        apply_mail_state(story, subject, (uint32_t)i, story_event(story, i));
        return;
    case EVENT_ATTEMPT_BEGIN:
        apply_attempt(story, story_event(story, i));
        return;
    case EVENT_SMTP_RULE:
        apply_rule(story, (uint32_t)i, story_event(story, i));
        return;
    case EVENT_SMTP_LINE:
        apply_line(story, (uint32_t)i, story_event(story, i));
        return;
    case EVENT_DNS_FAULT:
        apply_dns_fault(story, story_event(story, i));
        return;
    }
}

static void apply(struct story *story, size_t i)
{
    enum event_kind kind = journal_memory_kind(story->journal, i);
    if (story->now.blocks[BLOCK_TRANSFERS].count && ends_transfer(story, i)) end_transfers(story, i);
    if (!apply_often(story, i, kind)) apply_seldom(story, i, kind);
    story->now.cursor = i + 1;
}

/* ---- Keyframes ---- */

static void copy_state(struct state *to, const struct state *from)
{
    to->cursor = from->cursor;
    for (int b = 0; b < STATE_BLOCKS; b++) {
        resize(&to->blocks[b], from->blocks[b].count);
        if (from->blocks[b].count)
            memcpy(to->blocks[b].words, from->blocks[b].words, from->blocks[b].count * sizeof(uint32_t));
    }
}

static size_t words_of(const struct state *state)
{
    size_t words = 0;
    for (int b = 0; b < STATE_BLOCKS; b++)
        words += state->blocks[b].count;
    return words;
}

static void keep_keyframe_if_due(struct story *story)
{
    size_t last = story->keyframes.items[story->keyframes.count - 1].cursor;
    size_t passed = story->now.cursor - last;
    if (passed < KEYFRAME_EVENTS || words_of(&story->now) > passed * KEYFRAME_WORDS_AN_EVENT) return;
    copy_state(TABLE_ADD(&story->keyframes), &story->now);
}

static void begin_state(struct story *story)
{
    struct state *now = &story->now;
    resize(&now->blocks[BLOCK_HOSTS], story->hosts.count * sizeof(struct host_now) / sizeof(uint32_t));
    resize(&now->blocks[BLOCK_LINKS], story->links.count * sizeof(struct link_now) / sizeof(uint32_t));
    resize(&now->blocks[BLOCK_CONNS], story->conns.count * sizeof(struct conn_now) / sizeof(uint32_t));
    resize(&now->blocks[BLOCK_LETTERS], story->letters.count * sizeof(struct letter_now) / sizeof(uint32_t));
    resize(&now->blocks[BLOCK_PLACES], story->places.count * sizeof(struct place_now) / sizeof(uint32_t));
    resize(&now->blocks[BLOCK_QUEUES], story->hosts.count * STORY_MAIL_STATES);
    for (size_t i = 0; i < story->hosts.count; i++)
        ((struct host_now *)rows(story, BLOCK_HOSTS))[i] =
            (struct host_now){1, NONE32, {NONE32, NONE32, NONE32, NONE32}, STORY_MOOD_WELL, NONE32, NONE32};
    for (size_t i = 0; i < story->links.count; i++)
        ((struct link_now *)rows(story, BLOCK_LINKS))[i] =
            (struct link_now){{1, 1}, {NONE32, NONE32}, {NONE32, NONE32}, {NONE32, NONE32}, {NONE32, NONE32}, {0, 0}};
    for (size_t i = 0; i < story->conns.count; i++)
        ((struct conn_now *)rows(story, BLOCK_CONNS))[i] = (struct conn_now){NONE32, NONE32, 0};
    for (size_t i = 0; i < story->letters.count; i++)
        ((struct letter_now *)rows(story, BLOCK_LETTERS))[i] = (struct letter_now){NONE32, 0, 0};
}

bool state_init(struct story *story, const struct stop *stop)
{
    begin_state(story);
    copy_state(TABLE_ADD(&story->keyframes), &story->now);
    for (size_t i = 0; i < story->n_events; i++) {
        if (stop_at(stop, i)) return false;
        apply(story, i);
        keep_keyframe_if_due(story);
    }
    copy_state(&story->now, &story->keyframes.items[0]);
    story->now_ns = 0;
    return true;
}

static void free_state(struct state *state)
{
    for (int b = 0; b < STATE_BLOCKS; b++)
        mem_free(state->blocks[b].words);
}

void state_free_all(struct story *story)
{
    for (size_t i = 0; i < story->keyframes.count; i++)
        free_state(&story->keyframes.items[i]);
    mem_free(story->keyframes.items);
    free_state(&story->now);
    moment_free(story);
    mem_free(story->timer_times);
    mem_free(story->live);
    mem_free(story->open);
    mem_free(story->live_transfers);
}

/* ---- Seeking ---- */

/* The latest keyframe at or before this cursor. The first is before everything. */
static const struct state *keyframe_before(const struct story *story, size_t cursor)
{
    size_t low = 0, high = story->keyframes.count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (story->keyframes.items[middle].cursor <= cursor)
            low = middle;
        else
            high = middle;
    }
    return &story->keyframes.items[low];
}

static void seek_cursor(struct story *story, size_t cursor)
{
    const struct state *keyframe = keyframe_before(story, cursor);
    if (story->now.cursor > cursor || story->now.cursor < keyframe->cursor) copy_state(&story->now, keyframe);
    while (story->now.cursor < cursor)
        apply(story, story->now.cursor);
}

void story_seek(struct story *story, int64_t at_ns)
{
    size_t cursor = journal_memory_after(story->journal, at_ns);
    seek_cursor(story, cursor < story->n_events ? cursor : story->n_events);
    story->now_ns = at_ns;
}

void story_seek_event(struct story *story, size_t event)
{
    if (event == STORY_NONE) {
        seek_cursor(story, 0);
        story->now_ns = 0;
        return;
    }
    assert(event < story->n_events);
    seek_cursor(story, event + 1);
    story->now_ns = story_event_time(story, event);
}

int64_t story_now(const struct story *story)
{
    return story->now_ns;
}

size_t story_cursor(const struct story *story)
{
    return story->now.cursor;
}

size_t story_last_event(const struct story *story)
{
    return story->now.cursor ? story->now.cursor - 1 : STORY_NONE;
}

static uint64_t hash_word(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ (hash >> 29);
}

uint64_t story_digest(const struct story *story)
{
    uint64_t hash = hash_word(hash_word(UINT64_C(0x706f7374726f6164), story->now.cursor), (uint64_t)story->now_ns);
    for (int b = 0; b < STATE_BLOCKS; b++) {
        const struct state_rows *block = &story->now.blocks[b];
        hash = hash_word(hash, block->count);
        for (size_t i = 0; i < block->count; i++)
            hash = hash_word(hash, block->words[i]);
    }
    return hash;
}
