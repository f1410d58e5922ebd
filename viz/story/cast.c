/* The cast: all that the journal will ever tell of, gathered in two readings. The first finds the mails and their
   recipients, so that the letters of one mail can lie side by side; the second everything else. */
#include <assert.h>
#include <string.h>

#include "sim/journal/memory.h"
#include "viz/story/day_time.h"
#include "viz/story/story_internal.h"

size_t cast_host(const struct story *story, const struct event *e, enum field_id field)
{
    uint64_t id = (uint64_t)event_int(e, field);
    return id ? story_index(&story->host_ids, id) : STORY_NONE;
}

size_t cast_conn(const struct story *story, const struct event *e)
{
    uint64_t id = (uint64_t)event_int(e, FIELD_CONN);
    return id ? story_index(&story->conn_ids, id) : STORY_NONE;
}

const char *story_name_of_host(const struct story *story, size_t host)
{
    return host == STORY_NONE ? "?" : story->hosts.items[host].name;
}

void cast_mark(struct story *story, enum story_mark_kind kind, size_t event)
{
    *TABLE_ADD(&story->marks) = (struct story_mark){kind, event, story_event_time(story, event)};
}

static enum story_role role_of(const char *name)
{
    static const struct {
        const char *name;
        enum story_role role;
    } roles[] = {{"client", STORY_CLIENT},           {"mail_server", STORY_MAIL_SERVER}, {"router", STORY_ROUTER},
                 {"name_server", STORY_NAME_SERVER}, {"resolver", STORY_RESOLVER},       {"outside", STORY_OUTSIDE}};
    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++)
        if (strcmp(roles[i].name, name) == 0) return roles[i].role;
    return STORY_OTHER_HOST;
}

static void add_host(struct story *story, const struct event *e)
{
    struct cast_host host = {.id = (uint32_t)event_int(e, FIELD_HOST),
                             .address = (uint32_t)event_int(e, FIELD_ADDRESS),
                             .address6 = event_text(e, FIELD_ADDRESS6),
                             .role = role_of(event_text(e, FIELD_ROLE)),
                             .name = event_text(e, FIELD_NAME),
                             .text = event_text(e, FIELD_TEXT)};
    index_map_put(&story->host_ids, host.id, story->hosts.count);
    *TABLE_ADD(&story->hosts) = host;
}

/* A link whose hosts the journal does not name cannot be drawn, and is left out. */
static void add_link(struct story *story, const struct event *e)
{
    size_t a = cast_host(story, e, FIELD_HOST), b = cast_host(story, e, FIELD_PEER);
    if (a == STORY_NONE || b == STORY_NONE) return;
    struct cast_link link = {.id = (uint32_t)event_int(e, FIELD_LINK),
                             .mtu = (uint32_t)event_int(e, FIELD_MTU),
                             .name = event_text(e, FIELD_NAME),
                             .ends = {a, b},
                             .rate_bps = {event_int(e, FIELD_RATE_OUT), event_int(e, FIELD_RATE_BACK)},
                             .delay_ns = {event_int(e, FIELD_DELAY_OUT), event_int(e, FIELD_DELAY_BACK)}};
    index_map_put(&story->link_ids, link.id, story->links.count);
    *TABLE_ADD(&story->links) = link;
}

static void world_event(struct story *story, size_t i, const struct event *e)
{
    switch ((int)e->kind) {
    case EVENT_RUN_BEGIN:
        story->has_head = true;
        story->head_event = i;
        story->tells_starts = day_time_is_told(event_text(e, FIELD_SCENARIO));
        return;
    case EVENT_HOST_ADD:
        add_host(story, e);
        return;
    case EVENT_LINK_ADD:
        add_link(story, e);
        return;
    case EVENT_HOST_STATE:
    case EVENT_HOST_TROUBLE:
        story->subject[i] = (uint32_t)cast_host(story, e, FIELD_HOST);
        cast_mark(story, STORY_MARK_FAULT, i);
        return;
    case EVENT_LINK_STATE:
    case EVENT_LINK_VALUE:
        story->subject[i] = (uint32_t)story_index(&story->link_ids, (uint64_t)event_int(e, FIELD_LINK));
        /* What was set before the world began is how it is, not a fault. */
        if (e->at_ns > 0 || e->kind == EVENT_LINK_STATE) cast_mark(story, STORY_MARK_FAULT, i);
        return;
    }
}

/* A timer is known by its host, connection, mail and name. Of two that share all these the later one replaces the
   other; only a view of what is pending depends on it. */
static uint64_t timer_key(const struct event *e)
{
    const enum field_id fields[] = {FIELD_HOST, FIELD_CONN, FIELD_MESSAGE};
    uint64_t key = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < 3; i++)
        key = (key ^ (uint64_t)event_int(e, fields[i])) * UINT64_C(0x9e3779b97f4a7c15);
    for (const char *name = event_text(e, FIELD_NAME); *name; name++)
        key = (key ^ (unsigned char)*name) * UINT64_C(0x100000001b3);
    return key;
}

static void drop_timer(struct cast_conn *c, uint32_t set)
{
    size_t kept = 0;
    for (size_t k = 0; k < c->timers.count; k++)
        if (c->timers.items[k] != set) c->timers.items[kept++] = c->timers.items[k];
    c->timers.count = kept;
}

/* The subject is the timer.set that this event ends. */
static void timer_event(struct story *story, size_t i, const struct event *e)
{
    size_t conn = cast_conn(story, e);
    if (e->kind == EVENT_TIMER_FIRE) {
        story->subject[i] = (uint32_t)story_event_by_id(story, e->cause);
    } else if (e->kind == EVENT_TIMER_CANCEL) {
        story->subject[i] = (uint32_t)story_event_by_id(story, (uint64_t)event_int(e, FIELD_ABOUT));
    } else {
        uint64_t key = timer_key(e);
        story->subject[i] = (uint32_t)story_index(&story->timers_set, key);
        index_map_put(&story->timers_set, key, i);
    }
    if (conn == STORY_NONE) return;
    drop_timer(&story->conns.items[conn], story->subject[i]);
    if (e->kind == EVENT_TIMER_SET) *TABLE_ADD(&story->conns.items[conn].timers) = (uint32_t)i;
}

static void cast_event(struct story *story, size_t i)
{
    const struct event *e = story_event(story, i);
    if (story_is_note(e->kind)) *TABLE_ADD(&story->notes) = i;
    if (e->kind == EVENT_HOST_SETTINGS) *TABLE_ADD(&story->settings) = i;
    if (story_is_deed(e->kind)) *TABLE_ADD(&story->deeds) = i;
    switch (event_kind_group(e->kind)) {
    case GROUP_WORLD:
        world_event(story, i, e);
        break;
    case GROUP_PACKET:
    case GROUP_TCP:
    case GROUP_STREAM:
        cast_packet_event(story, i, e);
        break;
    case GROUP_MAIL:
        cast_mail_event(story, i, e);
        break;
    case GROUP_DNS:
    case GROUP_SMTP:
    case GROUP_POP3:
    case GROUP_STORY:
        cast_words_event(story, i, e);
        break;
    case GROUP_TIMER:
        timer_event(story, i, e);
        break;
    }
}

static void note_latest_ends(struct story *story)
{
    story->latest_end = mem_calloc(story->packets.count / PACKET_BLOCK + 1, sizeof *story->latest_end);
    int64_t latest = INT64_MIN;
    for (size_t i = 0; i < story->packets.count; i++) {
        if (story->packets.items[i].end_ns > latest) latest = story->packets.items[i].end_ns;
        story->latest_end[i / PACKET_BLOCK] = latest;
    }
}

/* What was needed to make the cast is not needed any more, and what grew is cut to its size. */
static void tidy_up(struct story *story)
{
    mem_free(story->last_hop.items);
    memset(&story->last_hop, 0, sizeof story->last_hop);
    index_map_free(&story->timers_set);
    index_map_free(&story->ports);
    index_map_free(&story->stream_content);
    TABLE_TRIM(&story->packets);
    TABLE_TRIM(&story->hops);
    TABLE_TRIM(&story->lines);
    TABLE_TRIM(&story->marks);
    TABLE_TRIM(&story->conns);
    TABLE_TRIM(&story->transfers);
    for (size_t i = 0; i < story->conns.count; i++)
        TABLE_TRIM(&story->conns.items[i].vars);
    for (size_t i = 0; i < story->transfers.count; i++) {
        TABLE_TRIM(&story->transfers.items[i].parts);
        mem_free(story->transfers.items[i].there.items);
        memset(&story->transfers.items[i].there, 0, sizeof story->transfers.items[i].there);
    }
}

static void note_ends(struct story *story)
{
    story->ends = mem_calloc(story->n_events / 32 + 1, sizeof *story->ends);
    for (size_t i = 0; i < story->transfers.count; i++) {
        size_t end = story->transfers.items[i].end_event;
        if (end != STORY_NONE) story->ends[end / 32] |= UINT32_C(1) << end % 32;
    }
}

/* Mails and their letters. */
static bool survey(struct story *story, const struct stop *stop)
{
    for (size_t i = 0; i < story->n_events; i++) {
        if (stop_at(stop, i)) return false;
        enum event_kind kind = journal_memory_kind(story->journal, i);
        if (kind == EVENT_MAIL_COMPOSE || kind == EVENT_MAIL_STATE) cast_mail_survey(story, i, story_event(story, i));
    }
    cast_mail_survey_end(story);
    return true;
}

bool cast_make(struct story *story, const struct stop *stop)
{
    story->n_events = journal_memory_count(story->journal);
    assert(story->n_events < NONE32);
    story->subject = mem_alloc((story->n_events + 1) * sizeof *story->subject);
    memset(story->subject, 0xff, (story->n_events + 1) * sizeof *story->subject);
    if (!survey(story, stop)) return false;
    for (size_t i = 0; i < story->n_events; i++) {
        if (stop_at(stop, i)) return false;
        cast_event(story, i);
    }
    note_latest_ends(story);
    note_ends(story);
    waits_sort(story);
    if (!density_make(story, stop)) return false;
    tidy_up(story);
    return true;
}

static void free_maps(struct story *story)
{
    struct index_map *maps[] = {&story->host_ids,       &story->link_ids,    &story->packet_ids,  &story->conn_ids,
                                &story->mail_ids,       &story->attempt_ids, &story->session_ids, &story->ports,
                                &story->stream_content, &story->streams,     &story->timers_set};
    for (size_t i = 0; i < sizeof maps / sizeof maps[0]; i++)
        index_map_free(maps[i]);
}

void cast_free(struct story *story)
{
    for (size_t i = 0; i < story->conns.count; i++)
        mem_free(story->conns.items[i].vars.items), mem_free(story->conns.items[i].timers.items);
    for (size_t i = 0; i < story->transfers.count; i++) {
        mem_free(story->transfers.items[i].parts.items);
        mem_free(story->transfers.items[i].there.items);
    }
    for (size_t i = 0; i < story->stream_bytes.count; i++)
        mem_free(story->stream_bytes.items[i].events.items);
    void *tables[] = {story->last_hop.items,
                      story->hosts.items,
                      story->links.items,
                      story->packets.items,
                      story->hops.items,
                      story->drops.items,
                      story->conns.items,
                      story->mails.items,
                      story->letters.items,
                      story->places.items,
                      story->transfers.items,
                      story->attempts.items,
                      story->destinations.items,
                      story->sessions.items,
                      story->lines.items,
                      story->captions.items,
                      story->marks.items,
                      story->ends,
                      story->closed_timers.items,
                      story->density,
                      story->letters_of_mail,
                      story->latest_end,
                      story->packet_at,
                      story->stream_bytes.items,
                      story->subject,
                      story->cache_changes.items,
                      story->notes.items,
                      story->settings.items,
                      story->deeds.items};
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
        mem_free(tables[i]);
    waits_free(story);
    free_maps(story);
    text_store_free(&story->texts);
}
