/* Rules, defaults and the ways in which senders are made alike are postgrey's. Left out on purpose: its lists of
   clients and recipients that are never put off, and its look at the client's name for signs of a dial-up pool. */
#include "model/mail/greylist.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "model/mail/text_table.h"
#include "sim/journal/memory.h"
#include "sim/journal/vtime.h"

enum {
    KEY_BYTES = 700,
    ADDRESS_BYTES = 321,
    MOST_RECORDS = 1 << 20, /* whoever invents senders without end is put off, and not remembered any more */
    SWEEP_EVERY = 1 << 12   /* new records; then what has aged goes */
};

struct triplet {
    int64_t first_ns, last_ns;
};

struct client {
    unsigned successes;
    int64_t last_ns;
};

struct greylist {
    struct greylist_settings settings;
    struct text_table *triplets, *clients;
    size_t new_ones;
};

struct greylist_settings greylist_settings_default(void)
{
    return (struct greylist_settings){.delay_ns = 300 * SECOND,
                                      .retry_window_ns = 2 * DAY,
                                      .max_age_ns = 35 * DAY,
                                      .clients_after = 5,
                                      .prefix4 = 24,
                                      .prefix6 = 64};
}

struct greylist *greylist_new(const struct greylist_settings *settings)
{
    struct greylist *greylist = mem_calloc(1, sizeof *greylist);
    greylist->settings = *settings;
    greylist->triplets = text_table_new(sizeof(struct triplet));
    greylist->clients = text_table_new(sizeof(struct client));
    return greylist;
}

void greylist_free(struct greylist *greylist)
{
    if (!greylist) return;
    text_table_free(greylist->triplets);
    text_table_free(greylist->clients);
    mem_free(greylist);
}

/* --- who is who --- */

static uint64_t upper_bits(uint64_t word, unsigned n)
{
    return n == 0 ? 0 : word & UINT64_MAX << (64 - (n < 64 ? n : 64));
}

static struct ip_address net_of(const struct greylist *greylist, struct ip_address address)
{
    unsigned bits = ip_is_v4(address) ? 96 + greylist->settings.prefix4 : greylist->settings.prefix6;
    return (struct ip_address){upper_bits(address.high, bits), bits > 64 ? upper_bits(address.low, bits - 64) : 0};
}

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* A list writes each mail from another address: list+bob=b.example@..., list-return-4711@...: what stands behind "+" in
   the local part goes, and each number that stands alone becomes "#". */
static void alike_sender(const char *path, char out[ADDRESS_BYTES])
{
    const char *at = strrchr(path, '@'), *p = path;
    size_t n = 0;
    while (at && p < at && *p != '+' && n < ADDRESS_BYTES - 1) {
        const char *end = p;
        while (end < at && isdigit((unsigned char)*end))
            end++;
        bool alone = end > p && (p == path || !is_word(p[-1])) && !is_word(*end);
        out[n++] = alone ? '#' : (char)tolower((unsigned char)*p);
        p = alone ? end : p + 1;
    }
    for (p = at ? at : path; *p && n < ADDRESS_BYTES - 1; p++)
        out[n++] = (char)tolower((unsigned char)*p);
    out[n] = '\0';
}

static void lower(const char *text, char out[ADDRESS_BYTES])
{
    size_t n = 0;
    for (; text[n] && n < ADDRESS_BYTES - 1; n++)
        out[n] = (char)tolower((unsigned char)text[n]);
    out[n] = '\0';
}

/* --- forgetting --- */

struct sweep {
    const struct greylist_settings *settings;
    int64_t now_ns;
};

static bool is_old_triplet(const void *record, void *context)
{
    const struct triplet *triplet = record;
    const struct sweep *sweep = context;
    bool passed = triplet->last_ns - triplet->first_ns >= sweep->settings->delay_ns;
    int64_t keep_ns = passed ? sweep->settings->max_age_ns : sweep->settings->retry_window_ns;
    return sweep->now_ns - triplet->last_ns > keep_ns;
}

static bool is_old_client(const void *record, void *context)
{
    const struct sweep *sweep = context;
    return sweep->now_ns - ((const struct client *)record)->last_ns > sweep->settings->max_age_ns;
}

static void make_room(struct greylist *greylist, int64_t now_ns)
{
    struct sweep sweep = {&greylist->settings, now_ns};
    if (++greylist->new_ones % SWEEP_EVERY) return;
    text_table_sweep(greylist->triplets, is_old_triplet, &sweep);
    text_table_sweep(greylist->clients, is_old_client, &sweep);
}

/* The record of a key, new or begun anew when it is too old; NULL when there is no more room. */
static struct triplet *triplet_of(struct greylist *greylist, const char *key, int64_t now_ns, bool *is_new)
{
    struct triplet *triplet = text_table_find(greylist->triplets, key);
    struct sweep sweep = {&greylist->settings, now_ns};
    *is_new = !triplet || is_old_triplet(triplet, &sweep);
    if (!triplet) {
        make_room(greylist, now_ns);
        if (text_table_count(greylist->triplets) >= MOST_RECORDS) return NULL;
        triplet = text_table_add(greylist->triplets, key);
    }
    if (*is_new) *triplet = (struct triplet){now_ns, now_ns};
    return triplet;
}

/* --- clients that always try again --- */

static struct client *client_of(struct greylist *greylist, const char *net, int64_t now_ns)
{
    struct client *client = text_table_find(greylist->clients, net);
    struct sweep sweep = {&greylist->settings, now_ns};
    if (client && is_old_client(client, &sweep)) *client = (struct client){0, now_ns};
    return client;
}

static void count_success(struct greylist *greylist, const char *net, struct client *client, int64_t now_ns)
{
    if (greylist->settings.clients_after == 0) return;
    if (!client && text_table_count(greylist->clients) >= MOST_RECORDS) return;
    if (client && client->successes > 0 && now_ns - client->last_ns < HOUR) return;
    if (!client) client = text_table_add(greylist->clients, net);
    client->successes++;
    client->last_ns = now_ns;
}

struct greylist_answer greylist_ask(struct greylist *greylist, struct ip_address address, const char *reverse_path,
                                    const char *forward_path, int64_t now_ns)
{
    char net[IP_TEXT_BYTES], sender[ADDRESS_BYTES], recipient[ADDRESS_BYTES], key[KEY_BYTES];
    bool is_new;
    ip_text(net_of(greylist, address), net);
    struct client *client = client_of(greylist, net, now_ns);
    if (client && greylist->settings.clients_after && client->successes >= greylist->settings.clients_after) {
        client->last_ns = now_ns;
        return (struct greylist_answer){GREYLIST_KNOWN_CLIENT, now_ns, 0};
    }
    alike_sender(reverse_path, sender);
    lower(forward_path, recipient);
    snprintf(key, sizeof key, "%s/%s/%s", net, sender, recipient);
    struct triplet *triplet = triplet_of(greylist, key, now_ns, &is_new);
    if (!triplet) return (struct greylist_answer){GREYLIST_NEW, now_ns + greylist->settings.delay_ns, 0};
    bool passed_before = triplet->last_ns - triplet->first_ns >= greylist->settings.delay_ns && !is_new;
    int64_t waited_ns = now_ns - triplet->first_ns, passes_ns = triplet->first_ns + greylist->settings.delay_ns;
    triplet->last_ns = now_ns;
    if (waited_ns < greylist->settings.delay_ns)
        return (struct greylist_answer){is_new ? GREYLIST_NEW : GREYLIST_EARLY, passes_ns, waited_ns};
    if (!passed_before) count_success(greylist, net, client, now_ns);
    return (struct greylist_answer){passed_before ? GREYLIST_PASSED : GREYLIST_WAITED, passes_ns, waited_ns};
}

size_t greylist_size(const struct greylist *greylist)
{
    return text_table_count(greylist->triplets) + text_table_count(greylist->clients);
}
