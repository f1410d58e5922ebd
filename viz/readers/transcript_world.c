/* The transcript's world: what becomes of hosts and links, captions, and what real programs do from outside. */
#include <inttypes.h>
#include <string.h>

#include "sim/journal/tr.h"
#include "viz/readers/transcript_internal.h"
#include "viz/story/caption_text.h"
#include "viz/story/day_time.h"

/* ---- The world ---- */

static bool tell_run_begin(struct transcript *t, const struct event *e)
{
    const char *seed = event_text(e, FIELD_SEED);
    t->starts_unix_s = event_int(e, FIELD_STARTS);
    t->tells_day_time = day_time_is_told(event_text(e, FIELD_SCENARIO));
    fprintf(t->out, *seed ? tr("%s (seed %s)\n\n") : "%s\n\n", event_text(e, FIELD_TITLE), seed);
    return false;
}

static bool tell_run_end(struct transcript *t, const struct event *e)
{
    text_adds(&t->words, tr("the end"));
    transcript_add_why(t, e);
    return true;
}

static bool tell_host_state(struct transcript *t, const struct event *e)
{
    text_adds(&t->words, event_int(e, FIELD_UP) ? tr("is up again") : tr("stops"));
    transcript_add_why(t, e);
    return true;
}

static bool tell_host_icmp(struct transcript *t, const struct event *e)
{
    text_adds(&t->words,
              event_int(e, FIELD_UP) ? tr("tells of errors again") : tr("drops in silence from now on, without ICMP"));
    transcript_add_why(t, e);
    return true;
}

static bool tell_link_state(struct transcript *t, const struct event *e)
{
    text_addf(&t->words,
              event_int(e, FIELD_UP) ? tr("link from %s to %s is up again") : tr("link from %s to %s is cut"),
              transcript_link_host(t, e, 0), transcript_link_host(t, e, 1));
    transcript_add_why(t, e);
    return true;
}

static bool tell_link_value(struct transcript *t, const struct event *e)
{
    if (e->at_ns == 0 && t->level < TRANSCRIPT_PACKETS) return false; /* as the scenario has it */
    text_addf(&t->words, tr("link from %s to %s: %s is now %s"), transcript_link_host(t, e, 0),
              transcript_link_host(t, e, 1), event_text(e, FIELD_NAME), event_text(e, FIELD_TEXT));
    return true;
}

static bool tell_routes(struct transcript *t, const struct event *e)
{
    text_adds(&t->words, tr("routes are computed anew"));
    transcript_add_why(t, e);
    return true;
}

/* The outcome says so once more, when all is over. */
static bool tell_expectation(struct transcript *t, const struct event *e)
{
    text_addf(&t->words, event_int(e, FIELD_HELD) ? tr("as expected: %s") : tr("against expectation: %s"),
              event_text(e, FIELD_TEXT));
    if (!event_int(e, FIELD_HELD)) transcript_add_why(t, e);
    return true;
}

static bool tell_law(struct transcript *t, const struct event *e)
{
    text_addf(&t->words, tr("LAW BROKEN, %s: %s"), event_text(e, FIELD_NAME), event_text(e, FIELD_TEXT));
    return true;
}

static bool tell_caption(struct transcript *t, const struct event *e)
{
    const char *cite = event_text(e, FIELD_CITE);
    char text[CAPTION_TEXT_BYTES];
    text_adds(&t->words, caption_text_fill(e, t->starts_unix_s, event_text(e, FIELD_TEXT), text));
    if (*cite) text_addf(&t->words, " [%s]", cite);
    transcript_print_note(t, e->at_ns, (uint64_t)event_int(e, FIELD_ABOUT), t->words.bytes);
    return false;
}

static bool tell_trouble(struct transcript *t, const struct event *e)
{
    const char *text = event_text(e, FIELD_TEXT);
    text_addf(&t->words, *text ? tr("in trouble: its %s is %s") : tr("well again: its %s"),
              tr(event_text(e, FIELD_NAME)), text);
    transcript_add_why(t, e);
    return true;
}

/* ---- From outside ---- */

static bool tell_live_begin(struct transcript *t, const struct event *e)
{
    text_adds(&t->words, tr("real time moves this world; real programs enter here"));
    if (*event_text(e, FIELD_TEXT)) text_addf(&t->words, ": %s", event_text(e, FIELD_TEXT));
    return true;
}

static bool tell_outside_open(struct transcript *t, const struct event *e)
{
    text_addf(&t->words, tr("a real program connects to %s, port %" PRId64),
              transcript_host(t, event_int(e, FIELD_PEER)), event_int(e, FIELD_REMOTE_PORT));
    return true;
}

static bool tell_outside_end(struct transcript *t, const struct event *e)
{
    bool in_order = strcmp(event_text(e, FIELD_WHY), "end") == 0;
    if (in_order && t->level < TRANSCRIPT_PACKETS) return false;
    text_adds(&t->words,
              in_order ? tr("the real program has said all that it has to say") : tr("the real program is gone"));
    return true;
}

const struct telling tellings_of_world[EVENT_KINDS] = {
    [EVENT_RUN_BEGIN] = {TRANSCRIPT_MAIL, FIELD_NONE, tell_run_begin},
    [EVENT_RUN_END] = {TRANSCRIPT_MAIL, FIELD_NONE, tell_run_end},
    [EVENT_HOST_STATE] = {TRANSCRIPT_MAIL, FIELD_HOST, tell_host_state},
    [EVENT_HOST_ICMP] = {TRANSCRIPT_MAIL, FIELD_HOST, tell_host_icmp},
    [EVENT_LINK_STATE] = {TRANSCRIPT_MAIL, FIELD_NONE, tell_link_state},
    [EVENT_LINK_VALUE] = {TRANSCRIPT_MAIL, FIELD_NONE, tell_link_value},
    [EVENT_ROUTES] = {TRANSCRIPT_SMTP, FIELD_NONE, tell_routes},
    [EVENT_CAPTION] = {TRANSCRIPT_MAIL, FIELD_NONE, tell_caption},
    [EVENT_EXPECTATION] = {TRANSCRIPT_PACKETS, FIELD_NONE, tell_expectation},
    [EVENT_LAW_BROKEN] = {TRANSCRIPT_MAIL, FIELD_NONE, tell_law},
    [EVENT_HOST_TROUBLE] = {TRANSCRIPT_MAIL, FIELD_HOST, tell_trouble},
    [EVENT_LIVE_BEGIN] = {TRANSCRIPT_MAIL, FIELD_HOST, tell_live_begin},
    [EVENT_OUTSIDE_OPEN] = {TRANSCRIPT_SMTP, FIELD_HOST, tell_outside_open},
    [EVENT_OUTSIDE_END] = {TRANSCRIPT_SMTP, FIELD_HOST, tell_outside_end},
};
