/* Sentences of the world: what is in it and what becomes of it, trouble of hosts, captions and expectations, and what
   real programs do from outside. */
#include <string.h>

#include "sim/journal/tr.h"
#include "viz/story/caption_text.h"
#include "viz/story/sentence_internal.h"

/* ---- The world ---- */

static void tell_run_begin(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)story, (void)i;
    sentence_say(s, tr("The world begins: %s"), event_text(e, FIELD_TITLE));
}

static void tell_run_end(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)story, (void)i;
    sentence_say(s, "%s", tr("The world ends"));
    sentence_say_why(s, e);
}

static void tell_host_add(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)story, (void)i;
    char address[IPV4_TEXT_BYTES];
    uint32_t v4 = (uint32_t)event_int(e, FIELD_ADDRESS);
    const char *v6 = event_text(e, FIELD_ADDRESS6);
    if (v4 && *v6)
        sentence_say(s, tr("%s has the addresses %s and %s"), event_text(e, FIELD_NAME), ipv4_text(v4, address), v6);
    else
        sentence_say(s, tr("%s has the address %s"), event_text(e, FIELD_NAME), *v6 ? v6 : ipv4_text(v4, address));
}

static void tell_link_add(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    sentence_say(s, tr("The link %s joins %s and %s"), event_text(e, FIELD_NAME), sentence_host(story, e, FIELD_HOST),
                 sentence_host(story, e, FIELD_PEER));
}

static void tell_host_state(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    sentence_say(s, event_int(e, FIELD_UP) ? tr("%s is up again") : tr("%s stops"),
                 sentence_host(story, e, FIELD_HOST));
    sentence_say_why(s, e);
}

static void tell_host_icmp(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    sentence_say(s,
                 event_int(e, FIELD_UP) ? tr("%s tells of errors again")
                                        : tr("%s drops in silence from now on, without ICMP"),
                 sentence_host(story, e, FIELD_HOST));
    sentence_say_why(s, e);
}

static void tell_link_state(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    sentence_say(
        s, event_int(e, FIELD_UP) ? tr("The link from %s to %s is up again") : tr("The link from %s to %s is cut"),
        sentence_link_end(story, e, 0), sentence_link_end(story, e, 1));
    sentence_say_why(s, e);
}

static void tell_link_value(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    sentence_say(s, tr("The link from %s to %s now has %s %s"), sentence_link_end(story, e, 0),
                 sentence_link_end(story, e, 1), event_text(e, FIELD_NAME), event_text(e, FIELD_TEXT));
}

static void tell_routes(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)story, (void)i;
    sentence_say(s, "%s", tr("The routes are computed anew"));
    sentence_say_why(s, e);
}

static void tell_link_totals(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    long long n = (long long)event_int(e, FIELD_OFFERED);
    sentence_say(s,
                 tr_count("Over the link from %s to %s went %lld packet, and %lld arrived",
                          "Over the link from %s to %s went %lld packets, and %lld arrived", (unsigned long)n),
                 sentence_link_end(story, e, 0), sentence_link_end(story, e, 1), n,
                 (long long)event_int(e, FIELD_DELIVERED));
}

static void tell_caption(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    char text[CAPTION_TEXT_BYTES];
    (void)i;
    sentence_say(s, "%s", caption_text_fill(e, story_starts(story), tr(event_text(e, FIELD_TEXT)), text));
}

static void tell_expectation(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)story, (void)i;
    sentence_say(s, event_int(e, FIELD_HELD) ? tr("As expected: %s") : tr("Against expectation: %s"),
                 event_text(e, FIELD_TEXT));
    if (!event_int(e, FIELD_HELD)) sentence_say_why(s, e);
}

static void tell_law(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)story, (void)i;
    sentence_say(s, tr("The law %s is broken: %s"), event_text(e, FIELD_NAME), event_text(e, FIELD_TEXT));
}

static void tell_trouble(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    const char *text = event_text(e, FIELD_TEXT);
    sentence_say(s, *text ? tr("%s is in trouble: its %s is %s") : tr("%s is well again: its %s"),
                 sentence_host(story, e, FIELD_HOST), tr(event_text(e, FIELD_NAME)), *text ? tr(text) : "");
    sentence_say_why(s, e);
}

/* ---- From outside ---- */

static void tell_live_begin(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    sentence_say(s, tr("Real time moves this world; real programs enter at %s"), sentence_host(story, e, FIELD_HOST));
    if (*event_text(e, FIELD_TEXT)) sentence_say(s, ": %s", event_text(e, FIELD_TEXT));
}

static void tell_outside_open(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    sentence_say(s, tr("A program outside connects to %s, port %lld"), sentence_host(story, e, FIELD_PEER),
                 (long long)event_int(e, FIELD_REMOTE_PORT));
}

static void tell_outside_data(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i, (void)story;
    size_t size;
    event_bytes(e, FIELD_BYTES, &size);
    sentence_say(s, tr_count("The program outside writes %zu byte", "The program outside writes %zu bytes", size),
                 size);
}

static void tell_outside_take(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i, (void)story;
    sentence_say(s,
                 tr_count("The program outside takes %lld byte", "The program outside takes %lld bytes",
                          (unsigned long)event_int(e, FIELD_LENGTH)),
                 (long long)event_int(e, FIELD_LENGTH));
}

static void tell_outside_end(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i, (void)story;
    bool is_end = strcmp(event_text(e, FIELD_WHY), "end") == 0;
    sentence_say(s, "%s", is_end ? tr("The program outside will write no more") : tr("The program outside is gone"));
}

static void tell_outside_packet(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i;
    size_t size;
    event_bytes(e, FIELD_BYTES, &size);
    sentence_say(s, tr("A packet of %zu bytes enters from outside at %s"), size, sentence_host(story, e, FIELD_HOST));
}

static void tell_outside_drop(struct sentence *s, const struct story *story, size_t i, const struct event *e)
{
    (void)i, (void)story;
    sentence_say(s, "%s", tr("It is not let in"));
    sentence_say_why(s, e);
}

const sentence_teller sentences_of_world[EVENT_KINDS] = {
    [EVENT_RUN_BEGIN] = tell_run_begin,
    [EVENT_HOST_ADD] = tell_host_add,
    [EVENT_LINK_ADD] = tell_link_add,
    [EVENT_RUN_END] = tell_run_end,
    [EVENT_HOST_STATE] = tell_host_state,
    [EVENT_HOST_ICMP] = tell_host_icmp,
    [EVENT_LINK_STATE] = tell_link_state,
    [EVENT_LINK_VALUE] = tell_link_value,
    [EVENT_ROUTES] = tell_routes,
    [EVENT_LINK_TOTALS] = tell_link_totals,
    [EVENT_CAPTION] = tell_caption,
    [EVENT_EXPECTATION] = tell_expectation,
    [EVENT_HOST_TROUBLE] = tell_trouble,
    [EVENT_LAW_BROKEN] = tell_law,
    [EVENT_LIVE_BEGIN] = tell_live_begin,
    [EVENT_OUTSIDE_OPEN] = tell_outside_open,
    [EVENT_OUTSIDE_DATA] = tell_outside_data,
    [EVENT_OUTSIDE_TAKE] = tell_outside_take,
    [EVENT_OUTSIDE_END] = tell_outside_end,
    [EVENT_OUTSIDE_PACKET] = tell_outside_packet,
    [EVENT_OUTSIDE_DROP] = tell_outside_drop,
};
