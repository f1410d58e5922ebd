/* What a link's label says: "10 Mbit/s · 20 ms · loss 2 %". */
#include <stdio.h>
#include <string.h>

#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"
#include "viz/draw/map_plan.h"

static const char *rate_text(int64_t bps, char buffer[32])
{
    static const struct {
        int64_t unit;
        const char *name;
    } units[] = {{1000000000, "Gbit/s"}, {1000000, "Mbit/s"}, {1000, "kbit/s"}, {1, "bit/s"}};
    size_t i = 0;
    while (i < 3 && bps < units[i].unit)
        i++;
    double value = (double)bps / (double)units[i].unit;
    snprintf(buffer, 32, value < 999.5 ? "%.3g %s" : "%.0f %s", value, units[i].name); /* never "1e+03" */
    return buffer;
}

static size_t put(char *buffer, size_t n, size_t size, const char *text, size_t length)
{
    if (n + length >= size) return n;
    memcpy(buffer + n, text, length);
    buffer[n + length] = '\0';
    return n + length;
}

/* A line may end after the dot between two parts, and nowhere within one. */
static size_t join(char *buffer, size_t n, size_t size, const char *text)
{
    static const char dot[] = "\u00a0· ", no_break[] = "\u2060", space[] = "\u00a0";
    if (n && *text) n = put(buffer, n, size, dot, sizeof dot - 1);
    for (; *text; text++) {
        if (*text == ' ')
            n = put(buffer, n, size, space, sizeof space - 1);
        else
            n = put(buffer, n, size, text, 1);
        if (*text == '/') n = put(buffer, n, size, no_break, sizeof no_break - 1);
    }
    return n;
}

static size_t join_loss(char *buffer, size_t n, size_t size, const struct story_link *link)
{
    char loss[64];
    const char *lost = *link->loss[0] ? link->loss[0] : link->loss[1];
    if (!*lost || strcmp(lost, "0 %") == 0) return n;
    /* "in bursts 100 %", without the chances of a burst in brackets. */
    snprintf(loss, sizeof loss, tr("loss %.*s"), (int)(strcspn(lost, "(") - (strchr(lost, '(') != NULL)), lost);
    return join(buffer, n, size, loss);
}

const char *map_link_loss_text(const struct story_link *link, char *buffer, size_t size)
{
    buffer[0] = 0;
    join_loss(buffer, 0, size, link);
    return buffer;
}

static size_t join_rate(char *buffer, size_t n, size_t size, const struct story_link *link)
{
    char rate[32];
    if (*link->rate_text[0]) return join(buffer, n, size, link->rate_text[0]);
    return link->rate_bps[0] > 0 ? join(buffer, n, size, rate_text(link->rate_bps[0], rate)) : n;
}

const char *map_link_rate_text(const struct story_link *link, char *buffer, size_t size)
{
    buffer[0] = 0;
    join_rate(buffer, 0, size, link);
    return buffer;
}

const char *map_link_text(const struct story_link *link, char *buffer, size_t size)
{
    char delay[VTIME_TEXT_BYTES], mtu[32];
    buffer[0] = 0;
    size_t n = join_rate(buffer, 0, size, link);
    const char *wait = *link->delay_text[0] ? link->delay_text[0] : vtime_format_duration(link->delay_ns[0], delay);
    n = join(buffer, n, size, wait);
    enum { USUAL_MTU = 1500 };
    if (link->mtu && link->mtu != USUAL_MTU) {
        snprintf(mtu, sizeof mtu, tr("MTU %u"), (unsigned)link->mtu);
        n = join(buffer, n, size, mtu);
    }
    join_loss(buffer, n, size, link);
    return buffer;
}
