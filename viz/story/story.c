/* The story: making it, and asking it for the whole, for hosts, links and connections. */
#include "viz/story/story.h"

#include <string.h>

#include "sim/journal/memory.h"
#include "sim/journal/tr.h"
#include "viz/story/story_internal.h"

struct story *story_new_until(const struct journal_memory *journal, const struct stop *stop)
{
    struct story *story = mem_calloc(1, sizeof *story);
    story->journal = journal;
    if (cast_make(story, stop) && state_init(story, stop)) return story;
    story_free(story);
    return NULL;
}

struct story *story_new(const struct journal_memory *journal)
{
    return story_new_until(journal, NULL);
}

void story_free(struct story *story)
{
    if (!story) return;
    state_free_all(story);
    cast_free(story);
    mem_free(story);
}

/* A later event may change what earlier ones meant (a packet's fate), so everything is made anew. */
bool story_refresh(struct story *story)
{
    if (journal_memory_count(story->journal) == story->n_events) return false;
    const struct journal_memory *journal = story->journal;
    int64_t now_ns = story->now_ns;
    state_free_all(story);
    cast_free(story);
    memset(story, 0, sizeof *story);
    story->journal = journal;
    cast_make(story, NULL);
    state_init(story, NULL);
    story_seek(story, now_ns);
    return true;
}

/* ---- The whole ---- */

static const struct event *head(const struct story *story)
{
    return journal_memory_at(story->journal, story->head_event);
}

const char *story_title(const struct story *story)
{
    return story->has_head ? event_text(head(story), FIELD_TITLE) : "";
}

const char *story_seed(const struct story *story)
{
    return story->has_head ? event_text(head(story), FIELD_SEED) : "";
}

const char *story_scenario(const struct story *story)
{
    return story->has_head ? event_text(head(story), FIELD_SCENARIO) : "";
}

int64_t story_starts(const struct story *story)
{
    return story->has_head ? event_int(head(story), FIELD_STARTS) : 0;
}

bool story_tells_starts(const struct story *story)
{
    return story->tells_starts;
}

size_t story_event_count(const struct story *story)
{
    return story->n_events;
}

const struct event *story_event(const struct story *story, size_t event)
{
    return journal_memory_at(story->journal, event);
}

enum event_kind story_event_kind(const struct story *story, size_t event)
{
    return journal_memory_kind(story->journal, event);
}

int64_t story_event_time(const struct story *story, size_t event)
{
    return journal_memory_time(story->journal, event);
}

/* Of a journal that has grown, what came later is not in the story yet. */
size_t story_event_by_id(const struct story *story, uint64_t id)
{
    size_t event = journal_memory_find(story->journal, id);
    return event < story->n_events ? event : STORY_NONE;
}

int64_t story_end_ns(const struct story *story)
{
    return story->n_events ? story_event_time(story, story->n_events - 1) : 0;
}

/* The text of a field of the event that a row of the state refers to. */
static const char *text_at(const struct story *story, uint32_t event, enum field_id field)
{
    return event == NONE32 ? "" : event_text(story_event(story, event), field);
}

static size_t index_of(uint32_t number)
{
    return number == NONE32 ? STORY_NONE : number;
}

/* ---- Hosts ---- */

size_t story_host_count(const struct story *story)
{
    return story->hosts.count;
}

const char *story_trouble_name(enum story_trouble trouble)
{
    static const char *const names[STORY_TROUBLES] = {"disk", "work", "program", "clock"};
    return names[trouble];
}

/* An answer is kept back until the instant that the rule told. */
static bool is_slow(const struct story *story, const struct host_now *now)
{
    bool said_before =
        now->mood == STORY_MOOD_WELL || now->mood == STORY_MOOD_NOT_NOW || now->mood == STORY_MOOD_REFUSED;
    return said_before && now->slow_event != NONE32 &&
           event_int(story_event(story, now->slow_event), FIELD_AT) > story->now_ns;
}

struct story_host story_host(const struct story *story, size_t host)
{
    const struct cast_host *cast = &story->hosts.items[host];
    const struct host_now *now = (const struct host_now *)story->now.blocks[BLOCK_HOSTS].words + host;
    struct story_host shown = {.id = cast->id,
                               .role = cast->role,
                               .name = cast->name,
                               .text = cast->text,
                               .address = cast->address,
                               .address6 = cast->address6,
                               .up = now->up != 0,
                               .why = now->up ? "" : text_at(story, now->why_event, FIELD_WHY)};
    for (size_t i = 0; i < STORY_TROUBLES; i++)
        shown.trouble[i] = text_at(story, now->trouble_event[i], FIELD_TEXT);
    shown.mood = (enum story_mood)now->mood;
    shown.said = text_at(story, now->said_event, FIELD_TEXT);
    if (!is_slow(story, now)) return shown;
    shown.mood = STORY_MOOD_SLOW;
    shown.slow_until_ns = event_int(story_event(story, now->slow_event), FIELD_AT);
    return shown;
}

size_t story_host_by_id(const struct story *story, uint32_t id)
{
    return story_index(&story->host_ids, id);
}

size_t story_host_by_name(const struct story *story, const char *name)
{
    for (size_t i = 0; i < story->hosts.count; i++)
        if (strcmp(story->hosts.items[i].name, name) == 0) return i;
    return STORY_NONE;
}

/* ---- Links ---- */

size_t story_link_count(const struct story *story)
{
    return story->links.count;
}

size_t story_link_by_name(const struct story *story, const char *name)
{
    for (size_t i = 0; i < story->links.count; i++)
        if (strcmp(story->links.items[i].name, name) == 0) return i;
    return STORY_NONE;
}

struct story_link story_link(const struct story *story, size_t link)
{
    const struct cast_link *cast = &story->links.items[link];
    const struct link_now *now = (const struct link_now *)story->now.blocks[BLOCK_LINKS].words + link;
    struct story_link shown = {
        .id = cast->id, .name = cast->name, .mtu = cast->mtu, .ends = {cast->ends[0], cast->ends[1]}};
    for (int d = 0; d < 2; d++) {
        shown.rate_bps[d] = cast->rate_bps[d];
        shown.delay_ns[d] = cast->delay_ns[d];
        shown.up[d] = now->up[d] != 0;
        shown.why_down[d] = now->up[d] ? "" : text_at(story, now->down_event[d], FIELD_WHY);
        shown.loss[d] = text_at(story, now->loss_event[d], FIELD_TEXT);
        shown.rate_text[d] = text_at(story, now->rate_event[d], FIELD_TEXT);
        shown.delay_text[d] = text_at(story, now->delay_event[d], FIELD_TEXT);
        shown.queued_bytes[d] = moment_queued_bytes(story, link, d);
        shown.lost[d] = now->lost[d];
    }
    return shown;
}

size_t story_link_by_id(const struct story *story, uint32_t id)
{
    return story_index(&story->link_ids, id);
}

/* ---- Connections ---- */

size_t story_conn_count(const struct story *story)
{
    return story->conns.count;
}

struct story_conn story_conn(const struct story *story, size_t conn)
{
    const struct cast_conn *cast = &story->conns.items[conn];
    const struct conn_now *now = (const struct conn_now *)story->now.blocks[BLOCK_CONNS].words + conn;
    bool closed = cast->close_event != STORY_NONE && cast->close_event < story->now.cursor;
    return (struct story_conn){.id = cast->id,
                               .host = cast->host,
                               .peer = cast->peer,
                               .local_port = cast->local_port,
                               .remote_port = cast->remote_port,
                               .active = cast->active,
                               .has_iss = cast->has_iss,
                               .iss = cast->iss,
                               .open_event = cast->open_event,
                               .close_event = cast->close_event,
                               .is_open = now->is_open != 0,
                               .state = text_at(story, now->state_event, FIELD_TO),
                               .vars_event = index_of(now->vars_event),
                               .close_why = closed ? event_text(story_event(story, cast->close_event), FIELD_WHY) : "",
                               .other_end = cast->other_end,
                               .protocol = cast->protocol};
}

size_t story_conn_by_id(const struct story *story, uint32_t id)
{
    return story_index(&story->conn_ids, id);
}

/* A set of the state as the array of indices that views are given. */
static size_t hand_out(const struct state_rows *set, size_t **array, size_t *room)
{
    if (set->count > *room) {
        *room = set->count;
        *array = mem_realloc(*array, *room * sizeof **array);
    }
    for (size_t i = 0; i < set->count; i++)
        (*array)[i] = set->words[i];
    return set->count;
}

size_t story_open_conns(const struct story *story, const size_t **conns)
{
    struct story *s = (struct story *)story; /* the array is the story's scratch, not its state */
    size_t n = hand_out(&story->now.blocks[BLOCK_OPEN], &s->open, &s->open_room);
    *conns = story->open;
    return n;
}

size_t story_open_conns_of(const struct story *story, size_t host, size_t *conns, size_t room)
{
    const struct state_rows *open = &story->now.blocks[BLOCK_OPEN];
    size_t n = 0, place = 0;
    for (size_t i = 0; i < open->count; i++)
        n += story->conns.items[open->words[i]].host == host;
    for (size_t i = 0, nth = 0; i < open->count; i++) {
        if (story->conns.items[open->words[i]].host != host) continue;
        if (nth++ + room >= n) conns[place++] = open->words[i];
    }
    return n;
}

size_t story_live_hops(const struct story *story, const size_t **hops)
{
    struct story *s = (struct story *)story;
    size_t n = hand_out(&story->now.blocks[BLOCK_LIVE], &s->live, &s->live_room);
    *hops = story->live;
    return n;
}

size_t story_live_transfers(const struct story *story, const size_t **transfers)
{
    struct story *s = (struct story *)story;
    size_t n = hand_out(&story->now.blocks[BLOCK_TRANSFERS], &s->live_transfers, &s->live_transfers_room);
    *transfers = story->live_transfers;
    return n;
}

size_t story_conn_vars(const struct story *story, size_t conn, const uint32_t **events)
{
    *events = story->conns.items[conn].vars.items;
    return story->conns.items[conn].vars.count;
}

size_t story_conn_vars_before(const struct story *story, size_t conn, size_t event)
{
    const uint32_t *vars;
    size_t low = 0, high = story_conn_vars(story, conn, &vars);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (vars[middle] < event)
            low = middle + 1;
        else
            high = middle;
    }
    return low ? vars[low - 1] : STORY_NONE;
}
