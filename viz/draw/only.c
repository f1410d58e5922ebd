#include "viz/draw/only.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "sim/journal/tr.h"

bool only_is_all(const struct only *only)
{
    return !only || (only->n_conns == 0 && only->n_hosts == 0);
}

static void add_conn(struct only *only, const struct story *s, size_t conn)
{
    size_t both[2] = {conn, conn == STORY_NONE ? STORY_NONE : story_conn(s, conn).other_end};
    for (int k = 0; k < 2; k++) {
        bool known = both[k] == STORY_NONE;
        for (size_t i = 0; i < only->n_conns && !known; i++)
            known = only->conns[i] == both[k];
        if (known) continue;
        if (only->n_conns < ONLY_CONNS_MAX)
            only->conns[only->n_conns++] = both[k];
        else
            only->has_more = true;
    }
}

static void name_hosts(struct only *only, const struct story *s)
{
    size_t n = 0;
    only->words[0] = 0;
    for (size_t i = 0; i < only->n_hosts && n < sizeof only->words; i++)
        n += (size_t)snprintf(only->words + n, sizeof only->words - n, "%s%s", i ? ", " : "",
                              story_host(s, only->hosts[i]).name);
}

static void toggle_host(struct only *only, const struct story *s, size_t host)
{
    size_t i = 0;
    only->n_conns = 0;
    while (i < only->n_hosts && only->hosts[i] != host)
        i++;
    if (i < only->n_hosts)
        memmove(only->hosts + i, only->hosts + i + 1, (--only->n_hosts - i) * sizeof *only->hosts);
    else if (only->n_hosts < ONLY_HOSTS_MAX)
        only->hosts[only->n_hosts++] = host;
    name_hosts(only, s);
}

/* Whether this line names the recipient of an attempt to the server that is tried. */
static bool offers(const struct story_line *line, const struct story_attempt *a)
{
    return line->speech == STORY_SMTP && line->by_client && line->host == a->host && line->conn != STORY_NONE &&
           strncasecmp(line->text, "RCPT TO:", 8) == 0 && strstr(line->text, a->recipient);
}

/* A mail that is refused at once never travels: the connection is that on which it was offered meanwhile. */
static void add_attempt(struct only *only, const struct story *s, const struct story_attempt *a)
{
    for (size_t i = story_lines_after(s, a->begin_ns - 1), end = story_lines_after(s, a->end_ns); i < end; i++)
        if (offers(story_line(s, i), a)) add_conn(only, s, story_line(s, i)->conn);
}

static void choose_mail(struct only *only, const struct story *s, size_t mail)
{
    only->by_mail = true;
    only->mail = mail;
    for (size_t i = 0, n = story_attempt_count(s); i < n; i++)
        if (story_attempt(s, i)->mail == mail) add_attempt(only, s, story_attempt(s, i));
    for (size_t i = 0, n = story_transfer_count(s); i < n; i++)
        if (story_transfer(s, i)->mail == mail) add_conn(only, s, story_transfer(s, i)->conn);
    if (only->has_more) /* a connection has two ends */
        snprintf(only->words, sizeof only->words, tr("%s, its first %d connections"), story_mail(s, mail)->name,
                 ONLY_CONNS_MAX / 2);
    else
        snprintf(only->words, sizeof only->words, "%s", story_mail(s, mail)->name);
}

static void choose_conn(struct only *only, const struct story *s, size_t conn)
{
    if (conn == STORY_NONE) return;
    struct story_conn c = story_conn(s, conn);
    add_conn(only, s, conn);
    snprintf(only->words, sizeof only->words, "%s – %s", story_host(s, c.host).name,
             c.peer == STORY_NONE ? "?" : story_host(s, c.peer).name);
}

bool only_choose(struct only *only, const struct story *s, enum act what, size_t index)
{
    static const struct only none = {.n_conns = 0};
    if (what == ACT_HOST) {
        only->lines = none.lines;
        toggle_host(only, s, index);
        return !only_is_all(only);
    }
    *only = none;
    if (what == ACT_MAIL) choose_mail(only, s, index);
    if (what == ACT_PACKET) choose_conn(only, s, story_packet(s, index)->conn);
    if (what == ACT_EVENT) choose_conn(only, s, story_event_conn(s, index));
    return !only_is_all(only);
}

static bool is_chosen(const struct only *only, size_t host)
{
    for (size_t i = 0; i < only->n_hosts; i++)
        if (only->hosts[i] == host) return true;
    return false;
}

bool only_shows(const struct only *only, size_t conn, size_t from, size_t to)
{
    if (only_is_all(only)) return true;
    if (only->n_hosts == 1) return is_chosen(only, from) || is_chosen(only, to);
    if (only->n_hosts) return is_chosen(only, from) && is_chosen(only, to);
    for (size_t i = 0; i < only->n_conns; i++)
        if (only->conns[i] == conn) return true;
    return false;
}

/* ---- Lines ---- */

static bool shows_line(const struct only *only, const struct story *s, size_t i)
{
    const struct story_line *line = story_line(s, i);
    return only_shows(only, line->conn, line->host, line->peer);
}

/* Twice as far apart. */
static void thin_marks(struct only_lines *lines)
{
    for (size_t i = 0; i < ONLY_MARKS / 2; i++)
        lines->shown_before[i] = lines->shown_before[2 * i];
    lines->step *= 2;
}

static const struct only_lines *known_lines(const struct only *only, const struct story *s, size_t n)
{
    struct only_lines *lines = (struct only_lines *)&only->lines; /* scratch, no choice */
    if (lines->step == 0) lines->step = 1;
    for (; lines->known < n; lines->known++) {
        if (lines->known == ONLY_MARKS * lines->step) thin_marks(lines);
        if (lines->known % lines->step == 0) lines->shown_before[lines->known / lines->step] = (uint32_t)lines->shown;
        lines->shown += shows_line(only, s, lines->known);
    }
    return lines;
}

size_t only_lines_count(const struct only *only, const struct story *s, size_t n)
{
    if (only_is_all(only) || n == 0) return n;
    const struct only_lines *lines = known_lines(only, s, n);
    size_t mark = (n - 1) / lines->step, count = lines->shown_before[mark];
    for (size_t i = mark * lines->step; i < n; i++)
        count += shows_line(only, s, i);
    return count;
}

size_t only_line_at(const struct only *only, const struct story *s, size_t rank)
{
    if (only_is_all(only)) return rank;
    const struct only_lines *lines = &only->lines;
    size_t low = 0,
           high = lines->known ? (lines->known - 1) / lines->step : 0; /* the last mark with no more before it */
    while (low < high) {
        size_t middle = low + (high - low + 1) / 2;
        if (lines->shown_before[middle] <= rank)
            low = middle;
        else
            high = middle - 1;
    }
    size_t before = lines->known ? lines->shown_before[low] : 0;
    for (size_t i = low * lines->step; i < lines->known; i++)
        if (shows_line(only, s, i) && before++ == rank) return i;
    return STORY_NONE;
}

size_t only_line_before(const struct only *only, const struct story *s, size_t i)
{
    size_t count = only_lines_count(only, s, i);
    return count ? only_line_at(only, s, count - 1) : STORY_NONE;
}
