#include "viz/draw/why_parts.h"

#include <stdio.h>
#include <string.h>

#include "sim/journal/memory.h"
#include "sim/journal/tr.h"
#include "viz/draw/why_waits.h"
#include "viz/draw/why_words.h"

/* Where parts are put: those that fit are kept, and all are counted. */
struct parts {
    const struct story *story;
    const struct delay_interval *intervals;
    size_t n_intervals;
    struct why_part *out;
    size_t room, n;
};

/* What lasts no time is no part. */
static void put(struct parts *p, struct why_part part)
{
    if (part.to_ns <= part.from_ns) return;
    if (p->n < p->room) p->out[p->n] = part;
    p->n++;
}

/* ---- Attempts, and what they consist of ---- */

static void put_stage(struct parts *p, size_t interval)
{
    put(p, (struct why_part){.level = WHY_STAGE,
                             .from_ns = p->intervals[interval].from_ns,
                             .to_ns = p->intervals[interval].to_ns,
                             .interval = interval,
                             .n_intervals = 1,
                             .line = STORY_NONE,
                             .packet = STORY_NONE,
                             .event = STORY_NONE});
}

static bool was_put_off(const struct parts *p)
{
    for (size_t i = 0; i < p->n_intervals; i++)
        if (p->intervals[i].stage == DELAY_RETRY) return true;
    return false;
}

/* What a host does between two waits, or before the next host has the mail. */
static size_t end_of_attempt(const struct parts *p, size_t first, bool *is_attempt)
{
    size_t i = first;
    *is_attempt = false;
    for (; i < p->n_intervals && p->intervals[i].host == p->intervals[first].host; i++) {
        if (p->intervals[i].stage == DELAY_RETRY) break;
        *is_attempt |= p->intervals[i].attempt != 0;
    }
    return i == first ? first + 1 : i;
}

static void put_attempts(struct parts *p)
{
    unsigned nth = 0;
    bool is_attempt;
    for (size_t i = 0, end; i < p->n_intervals; i = end) {
        end = end_of_attempt(p, i, &is_attempt);
        if (i > 0 && p->intervals[i].host != p->intervals[i - 1].host) nth = 0;
        nth += is_attempt;
        if (end == i + 1) {
            put_stage(p, i);
            continue;
        }
        put(p, (struct why_part){.level = WHY_ATTEMPT,
                                 .from_ns = p->intervals[i].from_ns,
                                 .to_ns = p->intervals[end - 1].to_ns,
                                 .interval = i,
                                 .n_intervals = end - i,
                                 .nth = is_attempt ? nth : 0,
                                 .line = STORY_NONE,
                                 .packet = STORY_NONE,
                                 .event = STORY_NONE});
    }
}

/* ---- Commands ---- */

static size_t conn_of(const struct story *s, const struct delay_interval *interval)
{
    return interval->conn ? story_conn_by_id(s, (uint32_t)interval->conn) : STORY_NONE;
}

static bool is_command(const struct story_line *line, size_t conn)
{
    return line->conn == conn && line->by_client && !line->is_secret && line->speech != STORY_NAMES;
}

/* From what the client says to what it says next; what it says at the same instant is one part. */
static void put_commands(struct parts *p, size_t interval)
{
    const struct delay_interval *in = &p->intervals[interval];
    size_t conn = conn_of(p->story, in), n = story_line_count(p->story);
    struct why_part part = {.level = WHY_COMMAND,
                            .from_ns = in->from_ns,
                            .interval = interval,
                            .n_intervals = 1,
                            .line = STORY_NONE,
                            .packet = STORY_NONE,
                            .event = STORY_NONE};
    for (size_t i = story_lines_after(p->story, in->from_ns - 1); i < n; i++) {
        const struct story_line *line = story_line(p->story, i);
        if (line->at_ns >= in->to_ns) break;
        if (!is_command(line, conn)) continue;
        if (line->at_ns > part.from_ns) {
            part.to_ns = line->at_ns;
            put(p, part);
            part.from_ns = line->at_ns;
            part.line = STORY_NONE;
            part.n_lines = 0;
        }
        if (part.line == STORY_NONE) part.line = i;
        part.n_lines++;
    }
    part.to_ns = in->to_ns;
    put(p, part);
}

/* ---- Segments ---- */

static void put_segments(struct parts *p, const struct why_part *of)
{
    struct why_wait *waits;
    size_t n = why_waits_of(p->story, &p->intervals[of->interval], of->from_ns, of->to_ns, &waits);
    for (size_t i = 0; i < n; i++)
        put(p, (struct why_part){.level = WHY_SEGMENT,
                                 .from_ns = waits[i].from_ns,
                                 .to_ns = waits[i].to_ns,
                                 .interval = of->interval,
                                 .n_intervals = 1,
                                 .line = of->line,
                                 .n_lines = of->n_lines,
                                 .packet = waits[i].packet,
                                 .event = waits[i].event});
    mem_free(waits);
}

/* ---- Levels ---- */

bool why_part_opens(const struct delay_interval *intervals, const struct why_part *part)
{
    enum delay_stage stage = intervals[part->interval].stage;
    if (part->level != WHY_STAGE) return part->level != WHY_SEGMENT;
    return stage == DELAY_DNS || stage == DELAY_CONNECT || stage == DELAY_TRANSFER;
}

size_t why_parts_of(const struct story *s, const struct delay_interval *intervals, size_t n,
                    const struct why_part *part, struct why_part *out, size_t room)
{
    struct parts p = {s, intervals, n, out, room, 0};
    if (part && !why_part_opens(intervals, part)) return 0;
    if (!part && was_put_off(&p)) {
        put_attempts(&p);
    } else if (!part || part->level == WHY_ATTEMPT) {
        size_t first = part ? part->interval : 0, end = part ? first + part->n_intervals : n;
        for (size_t i = first; i < end; i++)
            put_stage(&p, i);
    } else if (part->level == WHY_STAGE && intervals[part->interval].stage == DELAY_TRANSFER) {
        put_commands(&p, part->interval);
    } else {
        put_segments(&p, part);
    }
    return p.n;
}

/* What is lost in a segment's part was sent in it, and may be lost later. */
static bool was_lost_in(const struct story *s, const struct why_part *part, size_t drop)
{
    if (part->level != WHY_SEGMENT) return true;
    int64_t sent_ns = story_packet(s, story_drop(s, drop)->packet)->sent_ns;
    return sent_ns >= part->from_ns && sent_ns < part->to_ns;
}

size_t why_part_next_loss(const struct story *s, const struct delay_interval *intervals, const struct why_part *part,
                          struct why_walk *walk)
{
    for (; walk->interval < part->n_intervals; walk->interval++, walk->begun = false) {
        struct delay_interval in = intervals[part->interval + walk->interval];
        if (in.from_ns < part->from_ns) in.from_ns = part->from_ns;
        if (in.to_ns > part->to_ns && part->level != WHY_SEGMENT) in.to_ns = part->to_ns;
        if (!walk->begun) walk->drop = story_drops_after(s, in.from_ns - 1);
        walk->begun = true;
        for (size_t lost; (lost = why_next_loss(s, &in, &walk->drop)) != STORY_NONE;)
            if (was_lost_in(s, part, lost)) return lost;
    }
    return STORY_NONE;
}

/* ---- Words ---- */

static const char *host_name(const struct story *s, size_t host)
{
    return host == STORY_NONE ? "?" : story_host(s, host).name;
}

/* Adds to a text as far as there is room. */
static void append(char *text, size_t size, const char *more)
{
    size_t used = strlen(text);
    if (used + 1 < size) snprintf(text + used, size - used, "%s", more);
}

/* What the client said at the beginning of a part. */
static void append_commands(const struct story *s, const struct why_part *part, size_t conn, char *text, size_t size)
{
    size_t found = 0;
    for (size_t i = part->line; found < part->n_lines && i < story_line_count(s); i++) {
        if (!is_command(story_line(s, i), conn)) continue;
        if (found++) append(text, size, ", ");
        append(text, size, story_line(s, i)->text);
    }
}

/* The first thing that the server says in it; NULL. */
static const char *reply_in(const struct story *s, const struct why_part *part, size_t conn)
{
    size_t server = conn == STORY_NONE ? STORY_NONE : story_conn(s, conn).other_end;
    for (size_t i = story_lines_after(s, part->from_ns - 1); server != STORY_NONE && i < story_line_count(s); i++) {
        const struct story_line *line = story_line(s, i);
        if (line->at_ns > part->to_ns) break;
        if (line->conn == server && !line->by_client && !line->is_secret) return line->text;
    }
    return NULL;
}

static void command_words(const struct story *s, const struct delay_interval *in, const struct why_part *part,
                          char *text, size_t size)
{
    size_t conn = conn_of(s, in);
    const char *reply = reply_in(s, part, conn);
    text[0] = '\0';
    if (part->line == STORY_NONE)
        append(text, size, tr("greeting"));
    else
        append_commands(s, part, conn, text, size);
    if (!reply) return;
    append(text, size, " → ");
    append(text, size, reply);
}

void why_part_words(const struct story *s, const struct delay_interval *intervals, const struct why_part *part,
                    char *text, size_t size)
{
    const struct delay_interval *in = &intervals[part->interval];
    switch (part->level) {
    case WHY_ATTEMPT:
        if (part->nth)
            snprintf(text, size, tr("%s: attempt %u"), host_name(s, story_host_by_id(s, (uint32_t)in->host)),
                     part->nth);
        else
            snprintf(text, size, tr("%s has it"), host_name(s, story_host_by_id(s, (uint32_t)in->host)));
        return;
    case WHY_STAGE:
        why_interval_words(s, in, text, size);
        return;
    case WHY_COMMAND:
        command_words(s, in, part, text, size);
        return;
    case WHY_SEGMENT:
        why_wait_words(s, part->event, part->packet, text, size);
        return;
    }
}

/* "MAIL" of "MAIL FROM:<a@b.example>". */
static void verb_of(const struct story_line *line, char *text, size_t size)
{
    size_t length = line->is_content ? 0 : strcspn(line->text, " ");
    if (line->is_content)
        snprintf(text, size, "%s", tr("content"));
    else
        snprintf(text, size, "%.*s", (int)length, line->text);
}

void why_part_label(const struct story *s, const struct delay_interval *intervals, const struct why_part *part,
                    char *text, size_t size)
{
    const struct delay_interval *in = &intervals[part->interval];
    switch (part->level) {
    case WHY_ATTEMPT:
        if (part->nth)
            snprintf(text, size, tr("attempt %u"), part->nth);
        else
            snprintf(text, size, "%s", host_name(s, story_host_by_id(s, (uint32_t)in->host)));
        return;
    case WHY_STAGE:
        snprintf(text, size, "%s", why_stage_words(in->stage));
        return;
    case WHY_COMMAND:
        if (part->line == STORY_NONE)
            snprintf(text, size, "%s", tr("greeting"));
        else
            verb_of(story_line(s, part->line), text, size);
        return;
    case WHY_SEGMENT:
        why_wait_label(s, part->event, part->packet, text, size);
        return;
    }
}
