/* M10, no mail is sent without end: the servers send the content of a mail no more often than hosts that have had it,
   times attempts that one of them has made, times recipients; an attempt counts for each place that it may try, twice
   where TLS may be given up there. A client that is not heard is no server, and sends as long as its user wants. */
#include <string.h>

#include "viz/readers/laws_internal.h"

enum account { HOSTS = 1, HAD_BY, COPIES, RECIPIENTS, IS_RECIPIENT, ATTEMPTS, SENT, IS_SERVER, MAIL_BEGUN };

static uint64_t key_of(enum account account, int64_t a, uint64_t b)
{
    return law_hash(law_hash(law_hash(121, account), (uint64_t)a), b);
}

static size_t value_of(const struct laws *laws, uint64_t key)
{
    size_t value = index_map_get(&laws->accounts, key);
    return value == SIZE_MAX ? 0 : value;
}

/* One more of these, if it is a new one. */
static void count_new(struct laws *laws, uint64_t count, uint64_t one)
{
    if (value_of(laws, one)) return;
    index_map_put(&laws->accounts, one, 1);
    index_map_put(&laws->accounts, count, value_of(laws, count) + 1);
}

static void on_taken(struct laws *laws, const struct event *e)
{
    int64_t message = event_int(e, FIELD_MESSAGE);
    uint64_t recipient = law_hash_text(1, event_text(e, FIELD_RECIPIENT));
    if (event_text(e, FIELD_FROM)[0] != '\0' || strcmp(event_text(e, FIELD_TO), "queued") != 0) return;
    index_map_put(&laws->accounts, key_of(COPIES, message, 0), value_of(laws, key_of(COPIES, message, 0)) + 1);
    count_new(laws, key_of(HOSTS, message, 0), key_of(HAD_BY, message, (uint64_t)event_int(e, FIELD_HOST)));
    count_new(laws, key_of(RECIPIENTS, message, 0), key_of(IS_RECIPIENT, message, recipient));
}

static void on_attempt(struct laws *laws, const struct event *e)
{
    uint64_t most = key_of(ATTEMPTS, event_int(e, FIELD_MESSAGE), 0);
    size_t nth = (size_t)event_int(e, FIELD_NTH);
    if (nth > value_of(laws, most)) index_map_put(&laws->accounts, most, nth);
}

static void on_route(struct laws *laws, const struct event *e)
{
    size_t places = 1;
    for (const char *c = event_text(e, FIELD_TEXT); *c; c++)
        places += *c == ',';
    if (places > laws->most_places) laws->most_places = places;
}

static void on_sent(struct laws *laws, const struct event *e)
{
    int64_t message = event_int(e, FIELD_MESSAGE);
    uint64_t begun = key_of(MAIL_BEGUN, event_int(e, FIELD_CONN), 0);
    if (!value_of(laws, key_of(IS_SERVER, event_int(e, FIELD_HOST), 0)) || !value_of(laws, begun)) return;
    index_map_put(&laws->accounts, begun, 0); /* it may come in chunks, each of which is told */
    size_t sent = value_of(laws, key_of(SENT, message, 0)) + 1, places = laws->most_places ? laws->most_places : 1;
    size_t hosts = value_of(laws, key_of(HOSTS, message, 0)), attempts = value_of(laws, key_of(ATTEMPTS, message, 0));
    size_t recipients = value_of(laws, key_of(RECIPIENTS, message, 0));
    index_map_put(&laws->accounts, key_of(SENT, message, 0), sent);
    size_t pairs = hosts * recipients, copies = value_of(laws, key_of(COPIES, message, 0));
    if (copies > pairs) pairs = copies; /* where a queue has it twice */
    if (sent > pairs * attempts * 2 * places)
        law_broken(laws, e, "M10", "sent %zu times, by %zu hosts in %zu attempts to %zu recipients", sent, hosts,
                   attempts, recipients);
}

void laws_of_loops(struct laws *laws, const struct event *e)
{
    switch (e->kind) {
    case EVENT_HOST_SETTINGS:
        index_map_put(&laws->accounts, key_of(IS_SERVER, event_int(e, FIELD_HOST), 0), 1);
        break;
    case EVENT_MAIL_STATE:
        on_taken(laws, e);
        break;
    case EVENT_ATTEMPT_BEGIN:
        on_attempt(laws, e);
        break;
    case EVENT_MAIL_ROUTE:
        on_route(laws, e);
        break;
    case EVENT_SMTP_LINE:
        if (strncmp(event_text(e, FIELD_TEXT), "MAIL ", 5) == 0)
            index_map_put(&laws->accounts, key_of(MAIL_BEGUN, event_int(e, FIELD_CONN), 0), 1);
        break;
    case EVENT_SMTP_CONTENT:
        on_sent(laws, e);
        break;
    default:
        break;
    }
}
