/* One record a client's address; those without connections whose time unit is over go when new ones come. */
#include "model/mail/rate_limit.h"

#include "model/mail/text_table.h"
#include "sim/journal/memory.h"
#include "sim/journal/vtime.h"

enum { SWEEP_EVERY = 1 << 10 }; /* new clients */

struct client {
    int64_t begins_ns; /* of the time unit */
    unsigned at_once, connections, mails, recipients;
};

struct rate_limit {
    struct rate_limit_settings settings;
    struct text_table *clients;
    size_t new_ones;
};

struct rate_limit_settings rate_limit_settings_default(void)
{
    return (struct rate_limit_settings){.unit_ns = 60 * SECOND};
}

struct rate_limit *rate_limit_new(const struct rate_limit_settings *settings)
{
    struct rate_limit *limit = mem_calloc(1, sizeof *limit);
    limit->settings = *settings;
    limit->clients = text_table_new(sizeof(struct client));
    return limit;
}

void rate_limit_free(struct rate_limit *limit)
{
    if (!limit) return;
    text_table_free(limit->clients);
    mem_free(limit);
}

struct sweep {
    int64_t unit_ns, now_ns;
};

static bool is_idle(const void *record, void *context)
{
    const struct client *client = record;
    const struct sweep *sweep = context;
    return client->at_once == 0 && sweep->now_ns - client->begins_ns >= sweep->unit_ns;
}

static struct client *client_of(struct rate_limit *limit, struct ip_address address, int64_t now_ns)
{
    char key[IP_TEXT_BYTES];
    struct client *client = text_table_find(limit->clients, ip_text(address, key));
    struct sweep sweep = {limit->settings.unit_ns, now_ns};
    if (!client) {
        if (++limit->new_ones % SWEEP_EVERY == 0) text_table_sweep(limit->clients, is_idle, &sweep);
        client = text_table_add(limit->clients, key);
        client->begins_ns = now_ns;
    }
    if (now_ns - client->begins_ns >= limit->settings.unit_ns)
        *client = (struct client){.begins_ns = now_ns, .at_once = client->at_once};
    return client;
}

static bool within(unsigned count, unsigned most)
{
    return most == 0 || count <= most;
}

enum rate_limit_verdict rate_limit_begin(struct rate_limit *limit, struct ip_address address, int64_t now_ns)
{
    struct client *client = client_of(limit, address, now_ns);
    client->at_once++;
    client->connections++;
    if (!within(client->at_once, limit->settings.at_once)) return RATE_TOO_MANY_AT_ONCE;
    return within(client->connections, limit->settings.connections) ? RATE_OK : RATE_TOO_MANY;
}

void rate_limit_end(struct rate_limit *limit, struct ip_address address)
{
    char key[IP_TEXT_BYTES];
    struct client *client = text_table_find(limit->clients, ip_text(address, key));
    if (client && client->at_once > 0) client->at_once--;
}

bool rate_limit_mail(struct rate_limit *limit, struct ip_address address, int64_t now_ns)
{
    return within(++client_of(limit, address, now_ns)->mails, limit->settings.mails);
}

bool rate_limit_recipient(struct rate_limit *limit, struct ip_address address, int64_t now_ns)
{
    return within(++client_of(limit, address, now_ns)->recipients, limit->settings.recipients);
}

size_t rate_limit_size(const struct rate_limit *limit)
{
    return text_table_count(limit->clients);
}
