#include "viz/draw/why_words.h"

#include <stdio.h>

#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"
#include "viz/draw/packet_words.h"

const double why_least_part = 0.005;

static const char *host_name(const struct story *s, int64_t id)
{
    size_t host = id ? story_host_by_id(s, (uint32_t)id) : STORY_NONE;
    return host == STORY_NONE ? "?" : story_host(s, host).name;
}

const char *why_length_text(int64_t length_ns, char *text)
{
    static const struct {
        int64_t ns;
        const char *name;
    } units[] = {{DAY, "d"}, {HOUR, "h"}, {MINUTE, "min"}};
    int64_t ms = (length_ns + MILLISECOND / 2) / MILLISECOND, left = ms * MILLISECOND;
    size_t n = 0;
    if (length_ns < SECOND) return vtime_format_duration(length_ns, text);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        int count = (int)(left / units[i].ns);
        if (count && n < VTIME_TEXT_BYTES)
            n += (size_t)snprintf(text + n, VTIME_TEXT_BYTES - n, "%s%d %s", n ? " " : "", count, units[i].name);
        left %= units[i].ns;
    }
    int seconds = (int)(left / SECOND), rest = (int)(left % SECOND / MILLISECOND);
    if (!seconds && !rest) return text;
    if (n >= VTIME_TEXT_BYTES) return text;
    if (rest)
        snprintf(text + n, VTIME_TEXT_BYTES - n, "%s%d.%03d s", n ? " " : "", seconds, rest);
    else
        snprintf(text + n, VTIME_TEXT_BYTES - n, "%s%d s", n ? " " : "", seconds);
    return text;
}

const char *why_stage_words(enum delay_stage stage)
{
    switch (stage) {
    case DELAY_QUEUE:
        return tr("waits its turn");
    case DELAY_DNS:
        return tr("names");
    case DELAY_CONNECT:
        return tr("connecting");
    case DELAY_TRANSFER:
        return tr("handing over");
    case DELAY_RETRY:
        return tr("waits to try again");
    case DELAY_DISK:
        return tr("disk");
    case DELAY_UNEXPLAINED:
    case DELAY_STAGES:
        break;
    }
    return tr("unexplained");
}

void why_interval_words(const struct story *s, const struct delay_interval *i, char *text, size_t size)
{
    switch (i->stage) {
    case DELAY_QUEUE:
        snprintf(text, size, tr("%s: it waits its turn"), host_name(s, i->host));
        return;
    case DELAY_DNS:
        snprintf(text, size, tr("%s looks up %s"), host_name(s, i->host), i->what);
        return;
    case DELAY_CONNECT:
        snprintf(text, size, tr("%s connects to %s"), host_name(s, i->host), host_name(s, i->peer));
        return;
    case DELAY_TRANSFER:
        snprintf(text, size, tr("%s hands it over to %s"), host_name(s, i->host), host_name(s, i->peer));
        return;
    case DELAY_RETRY:
        snprintf(text, size, tr("%s waits to try again: %s"), host_name(s, i->host), i->what);
        return;
    case DELAY_DISK:
        snprintf(text, size, tr("%s writes it down"), host_name(s, i->host));
        return;
    case DELAY_UNEXPLAINED:
    case DELAY_STAGES:
        break;
    }
    snprintf(text, size, "%s", tr("unexplained"));
}

size_t why_next_loss(const struct story *s, const struct delay_interval *i, size_t *drop)
{
    for (size_t n = story_drop_count(s); *drop < n && story_drop(s, *drop)->at_ns <= i->to_ns; ++*drop) {
        const struct story_packet *p = story_packet(s, story_drop(s, *drop)->packet);
        bool is_conn = p->conn != STORY_NONE && i->conn &&
                       (story_conn(s, p->conn).id == (uint32_t)i->conn ||
                        (story_conn(s, p->conn).other_end != STORY_NONE &&
                         story_conn(s, story_conn(s, p->conn).other_end).id == (uint32_t)i->conn));
        bool is_question = i->stage == DELAY_DNS && p->class == STORY_DNS;
        if (is_conn || is_question) return (*drop)++;
    }
    return STORY_NONE;
}

void why_loss_words(const struct story *s, size_t index, char *text, size_t size)
{
    const struct story_drop *drop = story_drop(s, index);
    const struct story_packet *p = story_packet(s, drop->packet);
    char label[80], death[96];
    story_packet_label(s, drop->packet, label, sizeof label);
    packet_death_words(s, drop->packet, death, sizeof death);
    const char *why = p->repeated_by == STORY_NONE ? NULL : story_packet(s, p->repeated_by)->why;
    const char *reason = why ? story_resend_reason(why) : NULL;
    if (reason)
        snprintf(text, size, tr("%s: %s; sent again because %s"), label, death, reason);
    else if (why)
        snprintf(text, size, tr("%s: %s; sent again: %s"), label, death, why);
    else
        snprintf(text, size, "%s: %s", label, death);
}

int64_t why_resent_after_ns(const struct story *s, size_t index)
{
    const struct story_packet *p = story_packet(s, story_drop(s, index)->packet);
    return p->repeated_by == STORY_NONE ? 0 : story_packet(s, p->repeated_by)->sent_ns - p->sent_ns;
}
