/* The law checker's frame: what it reads, what it keeps, and the laws about time and causes. */
#include "viz/readers/laws.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "sim/journal/memory.h"
#include "viz/readers/laws_conn.h"

struct laws *laws_new(void)
{
    struct laws *laws = mem_calloc(1, sizeof *laws);
    laws->breaches = mem_calloc(BREACHES_KEPT, sizeof *laws->breaches);
    return laws;
}

void laws_free(struct laws *laws)
{
    if (!laws) return;
    struct index_map *const maps[] = {
        &laws->states,          &laws->pair_index,     &laws->on_wire,       &laws->last_arrival,
        &laws->in_flight,       &laws->delays,         &laws->stream_ends,   &laws->timers,
        &laws->packet_index,    &laws->conn_index,     &laws->conn_keys,     &laws->stream_conns,
        &laws->roots,           &laws->fragmented,     &laws->cut,           &laws->last_departure,
        &laws->bytes_in_flight, &laws->rates,          &laws->link_counts,   &laws->packet_size,
        &laws->accounts,        &laws->dialogue_index, &laws->dialogue_keys, &laws->dialogue_sessions};
    for (size_t i = 0; i < sizeof maps / sizeof *maps; i++)
        index_map_free(maps[i]);
    laws_tcp_free(laws);
    laws_schedule_free(laws);
    laws_stages_free(laws);
    laws_delays_free(laws);
    laws_routes_free(laws);
    laws_walks_free(laws);
    laws_zones_free(laws);
    laws_messages_free(laws);
    laws_clients_free(laws);
    laws_mailboxes_free(laws);
    laws_disks_free(laws);
    laws_sessions_free(laws);
    laws_smtp_free(laws);
    law_streams_free(laws);
    mem_free(laws->packets);
    mem_free(laws->pairs);
    mem_free(laws->breaches);
    mem_free(laws);
}

void law_broken(struct laws *laws, const struct event *e, const char *law, const char *format, ...)
{
    laws->n_broken++;
    if (laws->n_kept == BREACHES_KEPT) return;
    char *line = laws->breaches[laws->n_kept++], time[VTIME_TEXT_BYTES];
    int used = e ? snprintf(line, BREACH_BYTES, "%s at %s, event %llu (%s): ", law,
                            vtime_format_instant(e->at_ns, time), (unsigned long long)e->id, event_kind_name(e->kind))
                 : snprintf(line, BREACH_BYTES, "%s at the end: ", law);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line + used, BREACH_BYTES - (size_t)used, format, arguments);
    va_end(arguments);
}

void law_counts(struct laws *laws, enum laws_counted counted, enum laws_excuse excuse)
{
    laws->tally.n[counted][excuse]++;
}

uint64_t law_hash(uint64_t seed, uint64_t number)
{
    uint64_t x = (seed ^ number) + UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    x ^= x >> 31;
    return x ? x : 1;
}

uint64_t law_hash_text(uint64_t seed, const char *text)
{
    uint64_t hash = law_hash(seed, strlen(text));
    for (; *text; text++)
        hash = law_hash(hash, (unsigned char)*text);
    return hash;
}

uint64_t law_hash_name(uint64_t seed, const char *name, size_t length)
{
    if (length > 1 && name[length - 1] == '.') length--;
    for (size_t i = 0; i < length; i++)
        seed = law_hash(seed, (uint64_t)tolower((unsigned char)name[i]));
    return seed;
}

uint64_t law_deceived_key(int64_t message)
{
    return law_hash(law_hash(13, 1), (uint64_t)message);
}

static void law_of_time(struct laws *laws, const struct event *e)
{
    if (e->at_ns < laws->last_ns) law_broken(laws, e, "K1", "time goes back");
    if (e->id <= laws->last_id) law_broken(laws, e, "K1", "ids do not grow");
    if (e->cause >= e->id)
        law_broken(laws, e, "K1", "its cause, event %llu, is not earlier", (unsigned long long)e->cause);
    if (laws->has_ended && e->kind != EVENT_LAW_BROKEN) law_broken(laws, e, "K1", "the run has ended");
    laws->has_ended |= e->kind == EVENT_RUN_END;
    laws->last_ns = e->at_ns;
    laws->last_id = e->id;
}

static void on_event(void *context, const struct event *e)
{
    struct laws *laws = context;
    law_of_time(laws, e);
    if (e->kind == EVENT_LAW_BROKEN) law_broken(laws, e, event_text(e, FIELD_NAME), "%s", event_text(e, FIELD_TEXT));
    laws_of_settings(laws, e);
    laws_of_strays(laws, e);
    laws_of_mail(laws, e);
    laws_of_queues(laws, e);
    laws_of_loops(laws, e);
    laws_of_content(laws, e);
    laws_of_schedule(laws, e);
    laws_of_stages(laws, e);
    laws_of_delays(laws, e);
    laws_of_routes(laws, e);
    laws_of_names(laws, e);
    laws_of_smtp(laws, e);
    laws_of_mailboxes(laws, e);
    laws_of_disks(laws, e);
    laws_of_sessions(laws, e);
    laws_of_dns(laws, e);
    laws_of_walks(laws, e);
    laws_of_zones(laws, e);
    laws_of_messages(laws, e);
    laws_of_wires(laws, e);
    laws_of_packets(laws, e);
    laws_of_tcp(laws, e);
}

struct event_mask laws_mask(bool full)
{
    struct event_mask mask = event_mask_union(event_mask_core(), event_mask_kind(EVENT_LINK_ADD));
    mask = event_mask_union(mask, event_mask_kind(EVENT_MAIL_COMMIT));
    mask = event_mask_union(mask, event_mask_kind(EVENT_MAIL_ASIDE));
    mask = event_mask_union(mask, event_mask_kind(EVENT_RUN_BEGIN));
    mask = event_mask_union(mask, event_mask_kind(EVENT_HOST_SETTINGS));
    mask = event_mask_union(mask, event_mask_kind(EVENT_HOST_ADD));
    mask = event_mask_union(mask, event_mask_kind(EVENT_SMTP_RULE));
    mask = event_mask_union(mask, event_mask_kind(EVENT_MAIL_ROUTE));
    mask = event_mask_union(mask, event_mask_kind(EVENT_PACKET_COLLIDE));
    if (!full) return mask;
    mask = event_mask_union(mask, event_mask_kind(EVENT_MAIL_CONTENT));
    mask = event_mask_union(mask, event_mask_kind(EVENT_ZONE_RECORD));
    mask = event_mask_union(mask, event_mask_group(GROUP_PACKET));
    mask = event_mask_union(mask, event_mask_group(GROUP_STREAM));
    mask = event_mask_union(mask, event_mask_group(GROUP_TCP));
    mask = event_mask_union(mask, event_mask_kind(EVENT_LINK_VALUE));
    return event_mask_union(mask, event_mask_group(GROUP_TIMER));
}

struct journal_reader laws_reader(struct laws *laws, bool full)
{
    laws->full = full;
    return (struct journal_reader){.mask = laws_mask(full), .on_event = on_event, .context = laws};
}

size_t laws_finish(struct laws *laws)
{
    for (size_t i = 0; i < laws->n_pairs; i++)
        if (laws->pairs[i].holders == 0 && !laws->pairs[i].ended)
            law_broken(laws, NULL, "M2", "a mail that was accepted is nowhere");
    laws_of_packets_at_the_end(laws);
    laws_of_timers_at_the_end(laws);
    return laws->n_broken;
}

const struct laws_tally *laws_tally_of(const struct laws *laws)
{
    return &laws->tally;
}

size_t laws_breaches(const struct laws *laws)
{
    return laws->n_kept;
}

const char *laws_breach(const struct laws *laws, size_t i)
{
    return laws->breaches[i];
}
