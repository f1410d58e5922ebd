#include "viz/draw/only.h"

#include <stdio.h>
#include <string.h>

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

static void choose_mail(struct only *only, const struct story *s, size_t mail)
{
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
    struct only none = {.n_conns = 0};
    if (what == ACT_HOST) {
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
