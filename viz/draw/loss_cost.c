#include "viz/draw/loss_cost.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/journal/memory.h"
#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"
#include "viz/draw/why_words.h"

enum { MOST_EVENTS = 50000 };

/* ---- Which packet ---- */

/* Packets that were sent before the runs part have one number in both. */
static bool is_lost(const struct story *s, size_t packet)
{
    size_t drop = packet < story_packet_count(s) ? story_drops_after(s, story_packet(s, packet)->sent_ns - 1)
                                                 : story_drop_count(s);
    while (drop < story_drop_count(s) && story_drop(s, drop)->packet != packet)
        drop++;
    return drop < story_drop_count(s);
}

/* The packet that is lost where the two runs part, in the run that loses it; STORY_NONE: they part elsewhere, as where
   a link is changed in the instant in which a packet dies in both. */
static size_t packet_of_parting(const struct comparison *c, const struct story *const stories[2], int *lost_in)
{
    const size_t events[2] = {c->first.event_a, c->first.event_b};
    for (int i = 0; i < 2; i++) {
        if (events[i] == STORY_NONE) continue;
        enum event_kind kind = story_event_kind(stories[i], events[i]);
        if (kind != EVENT_LINK_DROP && kind != EVENT_PACKET_DROP) continue;
        *lost_in = i;
        size_t packet = story_event_packet(stories[i], events[i]);
        return is_lost(stories[1 - i], packet) ? STORY_NONE : packet;
    }
    return STORY_NONE;
}

/* Why late tells of it in one of the intervals of this letter. */
static bool is_on_the_way(const struct story *s, const struct why_plan *plan, size_t packet)
{
    for (size_t i = 0; i < plan->n_intervals; i++) {
        size_t drop = story_drops_after(s, plan->intervals[i].from_ns - 1);
        for (size_t lost; (lost = why_next_loss(s, &plan->intervals[i], &drop)) != STORY_NONE;)
            if (story_drop(s, lost)->packet == packet) return true;
    }
    return false;
}

static size_t letter_called(const struct story *s, const struct outcome_of_letter *o)
{
    size_t first, mail = story_mail_by_name(s, o->mail),
                  n = mail == STORY_NONE ? 0 : story_mail_letters(s, mail, &first);
    for (size_t i = 0; i < n; i++)
        if (!strcmp(story_letter(s, first + i).recipient, o->recipient)) return first + i;
    return STORY_NONE;
}

static bool why_late_knows(const struct story *s, const struct journal_memory *journal,
                           const struct outcome_of_letter *o, size_t packet)
{
    size_t letter = letter_called(s, o);
    if (letter == STORY_NONE) return false;
    struct why_plan *plan = why_plan_new(journal);
    why_plan_take(plan, s, letter);
    bool knows = is_on_the_way(s, plan, packet);
    why_plan_free(plan);
    return knows;
}

static int64_t least_cwnd(const struct story *s, size_t conn, int64_t from_ns, int64_t to_ns)
{
    const uint32_t *events;
    int64_t least = 0;
    for (size_t i = 0, n = conn == STORY_NONE ? 0 : story_conn_vars(s, conn, &events); i < n; i++) {
        if (story_event_time(s, events[i]) < from_ns || story_event_time(s, events[i]) > to_ns) continue;
        int64_t cwnd = event_int(story_event(s, events[i]), FIELD_CWND);
        if (cwnd > 0 && (least == 0 || cwnd < least)) least = cwnd;
    }
    return least;
}

/* RFC 1122 4.2.3.2: how long the other end has waited with its acknowledgements, until its timer let it. */
static int64_t kept_back(const struct journal_memory *journal, const struct story *s, size_t conn, int64_t from_ns,
                         int64_t to_ns)
{
    size_t other = conn == STORY_NONE ? STORY_NONE : story_conn(s, conn).other_end, looked_at = 0;
    int64_t kept_ns = 0;
    if (other == STORY_NONE) return 0;
    for (size_t i = journal_memory_after(journal, from_ns - 1), n = journal_memory_count(journal); i < n; i++) {
        if (journal_memory_time(journal, i) > to_ns) break;
        if (++looked_at > MOST_EVENTS) return 0; /* no more than can be looked at in each picture */
        if (journal_memory_kind(journal, i) != EVENT_TIMER_FIRE) continue;
        const struct event *fired = journal_memory_at(journal, i);
        bool is_its = event_int(fired, FIELD_CONN) == story_conn(s, other).id;
        if (!is_its || strcmp(event_text(fired, FIELD_NAME), "delayed ack") != 0) continue;
        int64_t fired_ns = fired->at_ns;
        const struct event *set = journal_memory_by_id(journal, fired->cause);
        if (set) kept_ns += fired_ns - set->at_ns;
    }
    return kept_ns;
}

static void note_reasons(struct loss_cost *cost, const struct story *const stories[2],
                         const struct journal_memory *const journals[2])
{
    const struct story *with = stories[cost->lost_in], *without = stories[1 - cost->lost_in];
    size_t conn = story_packet(with, cost->packet)->conn;
    if (conn == STORY_NONE) return;
    size_t twin = story_conn_by_id(without, story_conn(with, conn).id);
    cost->least_cwnd[0] = least_cwnd(with, conn, cost->sent_ns, cost->end_ns[0]);
    cost->least_cwnd[1] = least_cwnd(without, twin, cost->sent_ns, cost->end_ns[1]);
    cost->kept_back_ns[0] = kept_back(journals[cost->lost_in], with, conn, cost->again_ns, cost->end_ns[0]);
    cost->kept_back_ns[1] = kept_back(journals[1 - cost->lost_in], without, twin, cost->sent_ns, cost->end_ns[1]);
}

bool loss_cost_of(const struct comparison *c, const struct story *const stories[2],
                  const struct journal_memory *const journals[2], size_t row, struct loss_cost *out)
{
    int in = 0;
    size_t packet = packet_of_parting(c, stories, &in);
    if (packet == STORY_NONE || row >= c->n_letters) return false;
    const struct story *with = stories[in];
    const struct outcome_of_letter *o[2] = {&c->letters[in][row], &c->letters[1 - in][row]};
    const struct story_packet *p = story_packet(with, packet);
    if (o[0]->end != STORY_MARK_DELIVERED || o[1]->end != STORY_MARK_DELIVERED || p->repeated_by == STORY_NONE)
        return false;
    *out = (struct loss_cost){.packet = packet,
                              .again = p->repeated_by,
                              .lost_in = in,
                              .sent_ns = p->sent_ns,
                              .again_ns = story_packet(with, p->repeated_by)->sent_ns,
                              .end_ns = {o[0]->end_ns, o[1]->end_ns}};
    if (out->again_ns > out->end_ns[0] || !why_late_knows(with, journals[in], o[0], packet)) return false;
    note_reasons(out, stories, journals);
    return true;
}

/* ---- The parts ---- */

static int64_t grained(int64_t ns, int64_t grain_ns)
{
    return ns / grain_ns * grain_ns;
}

int64_t loss_cost_between(int64_t from_ns, int64_t to_ns, int64_t grain_ns)
{
    return grained(to_ns, grain_ns) - grained(from_ns, grain_ns);
}

struct loss_parts loss_cost_parts(const struct loss_cost *cost, int64_t grain_ns)
{
    int64_t sent = grained(cost->sent_ns, grain_ns), again = grained(cost->again_ns, grain_ns);
    int64_t with = grained(cost->end_ns[0], grain_ns), without = grained(cost->end_ns[1], grain_ns);
    struct loss_parts parts = {
        .whole_ns = with - without, .until_again_ns = again - sent, .rest_ns = {with - again, without - sent}};
    parts.after_ns = parts.rest_ns[0] - parts.rest_ns[1];
    return parts;
}

static bool has_end(const struct outcome_of_letter *o)
{
    return o->composed && o->end != STORY_MARK_COMPOSED;
}

/* How much there is to tell: 0 nothing, below 0 another end. */
static int64_t difference_of(const struct outcome_of_letter *a, const struct outcome_of_letter *b)
{
    if (a->composed != b->composed || a->end != b->end) return -1;
    return has_end(a) ? llabs(b->end_ns - a->end_ns) : 0;
}

size_t loss_cost_row(const struct comparison *c)
{
    size_t row = STORY_NONE;
    int64_t most = -1;
    for (size_t i = 0; i < c->n_letters; i++) {
        int64_t much = difference_of(&c->letters[0][i], &c->letters[1][i]);
        if (much < 0) return i;
        if (much <= most) continue;
        most = much;
        row = i;
    }
    return row;
}

/* ---- Words ---- */

int64_t loss_cost_grain_of(int64_t ns)
{
    int64_t much = llabs(ns);
    return much < 10 * MILLISECOND ? MICROSECOND : much < 1000 * SECOND ? MILLISECOND : SECOND;
}

int64_t loss_cost_grain_ns(const struct outcome_of_letter *was, const struct outcome_of_letter *would)
{
    int64_t much = difference_of(was, would);
    return much < 0 ? MILLISECOND : loss_cost_grain_of(much);
}

const char *loss_cost_time_text(int64_t ns, int64_t grain_ns, char buffer[VIEW_TIME_BYTES])
{
    int64_t t = llabs(ns) / grain_ns * grain_ns, s = t / SECOND;
    if (grain_ns >= SECOND && s >= 3600)
        snprintf(buffer, VIEW_TIME_BYTES, "%" PRId64 ":%02d:%02d h", s / 3600, (int)(s / 60 % 60), (int)(s % 60));
    else if (grain_ns >= SECOND)
        snprintf(buffer, VIEW_TIME_BYTES, "%" PRId64 " s", s);
    else if (t >= SECOND)
        snprintf(buffer, VIEW_TIME_BYTES, "%" PRId64 ".%0*d s", s, grain_ns >= MILLISECOND ? 3 : 6,
                 (int)(t % SECOND / grain_ns));
    else if (grain_ns >= MILLISECOND)
        snprintf(buffer, VIEW_TIME_BYTES, "%d ms", (int)(t / MILLISECOND));
    else
        snprintf(buffer, VIEW_TIME_BYTES, "%d.%03d ms", (int)(t / MILLISECOND), (int)(t % MILLISECOND / MICROSECOND));
    return buffer;
}

/* Up to a minute in seconds, then as the clock has it. */
static const char *instant_text(int64_t at_ns, int64_t grain_ns, char buffer[VTIME_TEXT_BYTES])
{
    int digits = grain_ns >= SECOND ? 0 : grain_ns >= MILLISECOND ? 3 : 6;
    int64_t part = at_ns % SECOND / grain_ns;
    if (at_ns >= MINUTE || digits == 0) {
        vtime_format_instant(at_ns, buffer);
        char *point = strchr(buffer, '.');
        if (point) point[digits ? digits + 1 : 0] = 0;
        return buffer;
    }
    snprintf(buffer, VTIME_TEXT_BYTES, "%" PRId64 ".%0*d s", at_ns / SECOND, digits, (int)part);
    return buffer;
}

const char *loss_cost_end_words(const struct outcome_of_letter *o, int64_t grain_ns, char text[LOSS_COST_END_BYTES])
{
    char at[VTIME_TEXT_BYTES];
    if (!o->composed)
        snprintf(text, LOSS_COST_END_BYTES, "%s", tr("never written"));
    else if (o->end == STORY_MARK_COMPOSED)
        snprintf(text, LOSS_COST_END_BYTES, "%s", tr("not yet delivered when the run ends"));
    else
        snprintf(text, LOSS_COST_END_BYTES,
                 o->end == STORY_MARK_DELIVERED  ? tr("delivered at %s")
                 : o->end == STORY_MARK_NOT_SENT ? tr("given up at %s")
                                                 : tr("sent back at %s"),
                 instant_text(o->end_ns, grain_ns, at));
    return text;
}

/* Both have come to the same end. */
static void same_end_words(const struct outcome_of_letter *was, const struct outcome_of_letter *would, char *text,
                           size_t size)
{
    char at[2][VTIME_TEXT_BYTES], by[VIEW_TIME_BYTES], end[LOSS_COST_END_BYTES];
    int64_t grain = loss_cost_grain_ns(was, would);
    int64_t later = grained(would->end_ns, grain) - grained(was->end_ns, grain);
    loss_cost_time_text(later, grain, by);
    if (later == 0 || !has_end(was)) {
        snprintf(text, size, tr("%s in both runs"), loss_cost_end_words(was, grain, end));
        return;
    }
    bool delivered = was->end == STORY_MARK_DELIVERED;
    snprintf(text, size,
             later < 0   ? delivered ? tr("delivered at %s instead of %s: %s earlier")
                                     : tr("sent back at %s instead of %s: %s earlier")
               : delivered ? tr("delivered at %s instead of %s: %s later")
                         : tr("sent back at %s instead of %s: %s later"),
             instant_text(would->end_ns, grain, at[0]), instant_text(was->end_ns, grain, at[1]), by);
}

const char *loss_cost_change_words(const struct outcome_of_letter *was, const struct outcome_of_letter *would,
                                   char text[LOSS_COST_WORDS_BYTES])
{
    char ends[2][LOSS_COST_END_BYTES], change[300];
    if (difference_of(was, would) >= 0)
        same_end_words(was, would, change, sizeof change);
    else
        snprintf(change, sizeof change, tr("%s instead of %s"), loss_cost_end_words(would, MILLISECOND, ends[0]),
                 loss_cost_end_words(was, MILLISECOND, ends[1]));
    snprintf(text, LOSS_COST_WORDS_BYTES, tr("%s for %s: %s"), was->mail, was->recipient, change);
    return text;
}

const char *loss_cost_difference_words(const struct outcome_of_letter *was, const struct outcome_of_letter *would,
                                       char text[LOSS_COST_END_BYTES])
{
    char by[VIEW_TIME_BYTES];
    int64_t grain = loss_cost_grain_ns(was, would);
    int64_t later = has_end(was) && has_end(would) ? loss_cost_between(was->end_ns, would->end_ns, grain) : 0;
    if (difference_of(was, would) < 0)
        snprintf(text, LOSS_COST_END_BYTES, "%s", tr("another end"));
    else if (later == 0)
        snprintf(text, LOSS_COST_END_BYTES, "%s", tr("the same"));
    else
        snprintf(text, LOSS_COST_END_BYTES, later > 0 ? tr("%s later") : tr("%s earlier"),
                 loss_cost_time_text(later, grain, by));
    return text;
}

const char *loss_cost_fetched_words(const struct outcome_of_letter *was, const struct outcome_of_letter *would,
                                    char text[LOSS_COST_WORDS_BYTES])
{
    char at[2][VTIME_TEXT_BYTES];
    int64_t grain = loss_cost_grain_ns(was, would);
    text[0] = 0;
    if (was->picked_up_ns == TIME_NEVER || would->picked_up_ns == TIME_NEVER) return text;
    instant_text(would->picked_up_ns, grain, at[0]);
    instant_text(was->picked_up_ns, grain, at[1]);
    if (!strcmp(at[0], at[1]))
        snprintf(text, LOSS_COST_WORDS_BYTES, tr("Fetched at %s in both runs."), at[0]);
    else
        snprintf(text, LOSS_COST_WORDS_BYTES, tr("Fetched at %s instead of %s."), at[0], at[1]);
    return text;
}

/* ---- What it consists of, line by line ---- */

static void wait_line(const struct loss_cost *cost, const struct story *s, int64_t wait_ns, int64_t grain_ns,
                      char text[LOSS_COST_LINE_BYTES])
{
    char label[80], wait[VIEW_TIME_BYTES];
    story_packet_label(s, cost->packet, label, sizeof label);
    snprintf(text, LOSS_COST_LINE_BYTES, tr("The lost packet (%s) was sent again %s after its first sending."), label,
             loss_cost_time_text(wait_ns, grain_ns, wait));
}

static void rest_line(const struct loss_parts *parts, int64_t grain_ns, char text[LOSS_COST_LINE_BYTES])
{
    char rest[VIEW_TIME_BYTES], after[VIEW_TIME_BYTES];
    loss_cost_time_text(parts->rest_ns[0], grain_ns, rest);
    loss_cost_time_text(parts->after_ns, grain_ns, after);
    if (parts->after_ns == 0)
        snprintf(text, LOSS_COST_LINE_BYTES,
                 tr("From then on it took %s until the mail was in the mailbox, as long as without the loss."), rest);
    else
        snprintf(text, LOSS_COST_LINE_BYTES,
                 parts->after_ns > 0
                     ? tr("From then on it took %s until the mail was in the mailbox: %s more than without the loss.")
                     : tr("From then on it took %s until the mail was in the mailbox: %s less than without the loss."),
                 rest, after);
}

/* False: it did so no longer than without the loss. */
static bool kept_back_line(const struct loss_cost *cost, char text[LOSS_COST_LINE_BYTES])
{
    char kept[2][VIEW_TIME_BYTES];
    if (cost->kept_back_ns[0] <= cost->kept_back_ns[1]) return false;
    for (int i = 0; i < 2; i++)
        loss_cost_time_text(cost->kept_back_ns[i], MILLISECOND, kept[i]);
    if (cost->kept_back_ns[1] == 0)
        snprintf(text, LOSS_COST_LINE_BYTES,
                 tr("For %s of that time the receiver held acknowledgements back; without the loss it held none back."),
                 kept[0]);
    else
        snprintf(text, LOSS_COST_LINE_BYTES,
                 tr("For %s of that time the receiver held acknowledgements back; without the loss for %s."), kept[0],
                 kept[1]);
    return true;
}

static bool window_line(const struct loss_cost *cost, char text[LOSS_COST_LINE_BYTES])
{
    if (cost->least_cwnd[0] == 0 || cost->least_cwnd[0] >= cost->least_cwnd[1]) return false;
    snprintf(text, LOSS_COST_LINE_BYTES,
             tr("Less could be under way at once: the congestion window (cwnd) fell to %lld bytes; without the loss it "
                "kept at least %lld bytes."),
             (long long)cost->least_cwnd[0], (long long)cost->least_cwnd[1]);
    return true;
}

size_t loss_cost_lines(const struct loss_cost *cost, const struct story *with_loss, int64_t grain_ns,
                       char lines[LOSS_COST_LINES][LOSS_COST_LINE_BYTES])
{
    size_t n = 0;
    const struct loss_parts parts = loss_cost_parts(cost, grain_ns);
    wait_line(cost, with_loss, parts.until_again_ns, grain_ns, lines[n++]);
    rest_line(&parts, grain_ns, lines[n++]);
    n += kept_back_line(cost, lines[n]);
    n += window_line(cost, lines[n]);
    return n;
}
