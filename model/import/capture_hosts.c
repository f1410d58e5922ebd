/* Who is in a capture, what they are called, and how far away they are. See capture.h. */
#include <stdio.h>
#include <string.h>

#include "model/import/capture.h"
#include "sim/journal/memory.h"
#include "sim/journal/tr.h"

/* Who answers within this is where the capture was made, if the other takes much longer. */
enum { AT_ONCE_US = 1000, MUCH_LONGER = 5 };

static uint64_t address_key(struct ip_address address)
{
    return import_key(import_key(2, address.high), address.low);
}

int capture_host(struct capture *c, struct ip_address address)
{
    int found = import_map_get(&c->host_by_address, address_key(address));
    if (found >= 0) return found;
    if (c->n_hosts == c->hosts_room) {
        c->hosts_room = c->hosts_room ? 2 * c->hosts_room : 16;
        c->hosts = mem_realloc(c->hosts, c->hosts_room * sizeof *c->hosts);
    }
    found = (int)c->n_hosts++;
    memset(&c->hosts[found], 0, sizeof c->hosts[found]);
    c->hosts[found].address = address;
    import_map_put(&c->host_by_address, address_key(address), found);
    return found;
}

void capture_host_named(struct capture *c, struct ip_address address, const char *name)
{
    int host = import_map_get(&c->host_by_address, address_key(address));
    size_t size = strlen(name);
    if (host < 0 || c->hosts[host].name[0] || size == 0 || size >= NAME_BYTES) return;
    memcpy(c->hosts[host].name, name, size + 1);
}

/* ---- How far ---- */

static void settle_way(struct capture *c, struct seen_pair *pair)
{
    const int64_t *answer = pair->answer_ns;
    for (int side = 0; side < 2; side++)
        pair->way_ns[side] = answer[side] == UNKNOWN_NS ? 0 : answer[side] / 2;
    if (c->many_taps && pair->transit_ns != UNKNOWN_NS) {
        pair->way_ns[0] = pair->way_ns[1] = 0; /* they were seen to leave and to arrive */
        return;
    }
    int nearer = answer[0] <= answer[1] ? 0 : 1;
    bool at_once = answer[nearer] < AT_ONCE_US * MICROSECOND;
    if (pair->is_source[0] != pair->is_source[1])
        pair->way_ns[pair->is_source[0] ? 0 : 1] = 0;
    else if (at_once &&
             (answer[1 - nearer] / MUCH_LONGER > answer[nearer] || answer[1 - nearer] < AT_ONCE_US * MICROSECOND))
        pair->way_ns[nearer] = 0;
}

void capture_settle_ways(struct capture *c)
{
    for (size_t i = 0; i < c->n_pairs; i++)
        settle_way(c, &c->pairs[i]);
    for (size_t i = 0; i < c->n_packets; i++) {
        struct seen_packet *p = &c->packets[i];
        const struct seen_pair *pair = &c->pairs[p->pair];
        p->sent_ns = p->first_ns - pair->way_ns[p->side];
        p->arrives_ns = p->last_ns + pair->way_ns[1 - p->side];
        /* Seen at one place only, it comes as fast as others did. */
        if (c->many_taps && pair->transit_ns != UNKNOWN_NS && p->n_taps < 2)
            p->arrives_ns = p->sent_ns + pair->transit_ns;
        if (p->arrives_ns <= p->sent_ns) p->arrives_ns = p->sent_ns + 1; /* nothing is there before it is sent */
    }
}

/* ---- Names ---- */

static bool name_is_taken(const struct capture *c, size_t before, const char *name)
{
    for (size_t i = 0; i < before; i++)
        if (c->hosts[i].is_wanted && !strcmp(c->hosts[i].name, name)) return true;
    return false;
}

/* Hosts without a name are called by their address, and those of one name are told apart by it. */
void capture_name_hosts(struct capture *c)
{
    char address[IP_TEXT_BYTES];
    for (size_t i = 0; i < c->n_hosts; i++) {
        struct seen_host *host = &c->hosts[i];
        if (!host->is_wanted) continue;
        ip_text(host->address, address);
        size_t length = strlen(host->name);
        if (length == 0)
            snprintf(host->name, sizeof host->name, "%s", address);
        else if (name_is_taken(c, i, host->name) && length + strlen(address) + 4 < NAME_BYTES)
            snprintf(host->name + length, sizeof host->name - length, " (%s)", address);
    }
}

/* ---- The world ---- */

static const char *role_of(const struct seen_host *host)
{
    if (host->serves_mail || (host->sends_mail && !host->submits)) return "mail_server";
    return host->serves_names ? "name_server" : "client";
}

static void tell_host(struct capture *c, size_t i, int64_t at_ns)
{
    char six[IP_TEXT_BYTES] = "";
    const struct seen_host *host = &c->hosts[i];
    bool v4 = ip_is_v4(host->address);
    if (!v4) ip_text(host->address, six);
    DRAFT_ADD(c->draft, HOST_ADD, at_ns, RANK_WORLD, 0, F_INT(HOST, i + 1), F_TEXT(NAME, host->name),
              F_TEXT(ROLE, role_of(host)), F_INT(ADDRESS, v4 ? ip_v4(host->address) : 0), F_TEXT(ADDRESS6, six));
}

static void tell_link(struct capture *c, const struct seen_pair *pair, int64_t at_ns)
{
    char name[2 * NAME_BYTES + 8];
    bool measured = c->many_taps && pair->transit_ns != UNKNOWN_NS;
    int64_t delay = measured ? pair->transit_ns : pair->way_ns[0] + pair->way_ns[1];
    snprintf(name, sizeof name, "%s - %s", c->hosts[pair->host[0]].name, c->hosts[pair->host[1]].name);
    uint64_t added = DRAFT_ADD(c->draft, LINK_ADD, at_ns, RANK_WORLD, 0, F_INT(LINK, pair->link), F_TEXT(NAME, name),
                               F_INT(HOST, pair->host[0] + 1), F_INT(PEER, pair->host[1] + 1), F_INT(DELAY_OUT, delay),
                               F_INT(DELAY_BACK, delay), F_INT(MTU, pair->most_bytes));
    for (int dir = 0; dir < 2; dir++)
        DRAFT_ADD(c->draft, LINK_VALUE, at_ns, RANK_WORLD, added, F_INT(LINK, pair->link), F_INT(DIR, dir),
                  F_TEXT(NAME, "delay"),
                  F_TEXT(TEXT, measured ? tr("inferred: the shortest way that was seen")
                                        : tr("inferred: half of the shortest answer")));
}

void capture_tell_world(struct capture *c, int64_t at_ns)
{
    for (size_t i = 0; i < c->n_hosts; i++)
        if (c->hosts[i].is_wanted) tell_host(c, i, at_ns);
    for (size_t i = 0; i < c->n_pairs; i++)
        if (c->pairs[i].link) tell_link(c, &c->pairs[i], at_ns);
}
