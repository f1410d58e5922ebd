/* Roles to wishes, and wishes to places. */
#include <math.h>
#include <string.h>

#include "sim/journal/memory.h"
#include "viz/draw/layout.h"
#include "viz/draw/map_plan.h"

/* ---- Who would like to stand where ---- */

/* People below, their servers above them, routers between. */
enum { LEFT = 0, RIGHT = 100, MIDDLE = 50, HIGH = 5, LOW = 95 };

static bool host_writes(const struct story *s, size_t host)
{
    for (size_t m = 0; m < story_mail_count(s); m++)
        if (story_mail(s, m)->host == host && story_mail(s, m)->parent == STORY_NONE) return true;
    return false;
}

/* Those who write stand on the left, those who only fetch on the right. Where all write, they take turns. */
static void place_clients(const struct story *s, struct layout_host *hosts)
{
    size_t writers = 0, clients = 0, n = story_host_count(s);
    for (size_t h = 0; h < n; h++) {
        if (story_host(s, h).role != STORY_CLIENT) continue;
        clients++;
        writers += host_writes(s, h);
    }
    bool take_turns = clients > 1 && (writers == clients || writers == 0);
    bool left = false;
    for (size_t h = 0; h < n; h++) {
        if (story_host(s, h).role != STORY_CLIENT) continue;
        left = take_turns ? !left : host_writes(s, h);
        hosts[h] = (struct layout_host){left ? LEFT : RIGHT, LOW, 14, 5, LAYOUT_NOBODY, .away = 2, .kin = h};
    }
}

/* The client that a server serves: who called it, or whose address ends in its domain. */
static size_t client_of(const struct story *s, size_t server)
{
    for (size_t c = 0; c < story_conn_count(s); c++) {
        struct story_conn conn = story_conn(s, c);
        if (conn.host == STORY_NONE) continue;
        if (conn.active && conn.peer == server && story_host(s, conn.host).role == STORY_CLIENT) return conn.host;
    }
    const char *domain = story_host(s, server).text;
    for (size_t h = 0; h < story_host_count(s) && *domain; h++) {
        struct story_host host = story_host(s, h);
        const char *at = strchr(host.text, '@');
        if (host.role == STORY_CLIENT && at && strncmp(at + 1, domain, strlen(at + 1)) == 0) return h;
    }
    return LAYOUT_NOBODY;
}

/* Another server for the same domain that has a client: a backup stands beside its master. */
static size_t sibling_of(const struct story *s, const struct layout_host *hosts, size_t server)
{
    const char *name = story_host(s, server).name, *dot = strchr(name, '.');
    for (size_t h = 0; dot && h < story_host_count(s); h++) {
        struct story_host host = story_host(s, h);
        const char *other = strchr(host.name, '.');
        if (h != server && host.role == STORY_MAIL_SERVER && hosts[h].near != LAYOUT_NOBODY && other &&
            strcmp(other, dot) == 0)
            return h;
    }
    return LAYOUT_NOBODY;
}

static void place_servers(const struct story *s, struct layout_host *hosts)
{
    size_t n = story_host_count(s);
    for (size_t h = 0; h < n; h++) {
        if (story_host(s, h).role != STORY_MAIL_SERVER) continue;
        hosts[h] = (struct layout_host){LAYOUT_ANYWHERE, HIGH, 10, 5, client_of(s, h), .away = 1, .kin = h};
        if (hosts[h].near != LAYOUT_NOBODY) hosts[h].want_x = hosts[hosts[h].near].want_x == LEFT ? 12 : 88;
    }
    for (size_t h = 0; h < n; h++) {
        if (story_host(s, h).role != STORY_MAIL_SERVER || hosts[h].near != LAYOUT_NOBODY) continue;
        size_t sibling = sibling_of(s, hosts, h);
        hosts[h].want_x = sibling == LAYOUT_NOBODY ? LAYOUT_ANYWHERE : hosts[sibling].want_x;
    }
}

static void place_others(const struct story *s, struct layout_host *hosts)
{
    for (size_t h = 0; h < story_host_count(s); h++) {
        enum story_role role = story_host(s, h).role;
        if (role == STORY_ROUTER) hosts[h] = (struct layout_host){MIDDLE, MIDDLE, 2, 3, LAYOUT_NOBODY, .kin = h};
        if (role == STORY_RESOLVER) hosts[h] = (struct layout_host){MIDDLE, 100, 5, 5, LAYOUT_NOBODY, .kin = h};
        if (role == STORY_NAME_SERVER) hosts[h] = (struct layout_host){MIDDLE, 0, 5, 5, LAYOUT_NOBODY, .kin = h};
        if (role == STORY_OUTSIDE) hosts[h] = (struct layout_host){MIDDLE, 100, 5, 5, LAYOUT_NOBODY, .kin = h};
    }
}

/* Mail servers of one domain are kin, and so are the clients that they serve. */
static void find_kin(const struct story *s, struct layout_host *hosts)
{
    for (size_t h = 0; h < story_host_count(s); h++) {
        struct story_host host = story_host(s, h);
        const char *domain = strchr(host.name, '.');
        if (host.role != STORY_MAIL_SERVER) continue;
        for (size_t k = 0; k < h && domain && hosts[h].kin == h; k++) {
            struct story_host other = story_host(s, k);
            const char *its = strchr(other.name, '.');
            if (other.role == STORY_MAIL_SERVER && its && strcmp(its, domain) == 0) hosts[h].kin = k;
        }
        if (hosts[h].near != LAYOUT_NOBODY) hosts[hosts[h].near].kin = hosts[h].kin;
    }
}

static double part_of(double value, double least, double most)
{
    return most > least ? (value - least) / (most - least) : 0.5;
}

/* They fill the map from edge to edge. */
static void spread_places(struct point *places, size_t n)
{
    double x0 = 1, x1 = 0, y0 = 1, y1 = 0;
    for (size_t i = 0; i < n; i++) {
        x0 = fmin(x0, places[i].x), x1 = fmax(x1, places[i].x);
        y0 = fmin(y0, places[i].y), y1 = fmax(y1, places[i].y);
    }
    for (size_t i = 0; i < n; i++)
        places[i] = point_of(part_of(places[i].x, x0, x1), part_of(places[i].y, y0, y1));
}

void map_places(const struct story *s, struct point *places)
{
    size_t n = story_host_count(s), n_links = story_link_count(s);
    struct layout_host *hosts = mem_calloc(n + 1, sizeof *hosts);
    struct layout_link *links = mem_calloc(n_links + 1, sizeof *links);
    for (size_t h = 0; h < n; h++)
        hosts[h] = (struct layout_host){LAYOUT_ANYWHERE, LAYOUT_ANYWHERE, 1, 1, LAYOUT_NOBODY, .kin = h};
    for (size_t i = 0; i < n_links; i++) {
        struct story_link link = story_link(s, i);
        links[i] = (struct layout_link){link.ends[0], link.ends[1]};
    }
    place_clients(s, hosts);
    place_servers(s, hosts);
    place_others(s, hosts);
    find_kin(s, hosts);
    layout_solve(hosts, n, links, n_links, places);
    spread_places(places, n);
    mem_free(hosts);
    mem_free(links);
}
