/* M4, nothing comes from nothing: whoever gets a mail has it from somebody who had it, back to where it was written,
   and its bytes, but for the trace lines, are at each place what they were there (and so M15: a server hands on what it
   took).

   Not judged is a mail that went where corrupted bytes passed their checksums (packet.collide), or was fetched by a
   host at which they did; nor one with line ends that somebody changes (laws_strays.c). */
#include <string.h>

#include "viz/readers/laws_internal.h"

enum account {
    WRITTEN = 1, /* message: its digest + 1 */
    WRITTEN_AT,  /* (message, host) */
    HAD_BY,      /* (message, host): holds it, or has held it */
    SENT_TO,     /* (message, host) */
    PEER,        /* conn: host */
    COLLIDED     /* host */
};

static uint64_t key_of(enum account account, int64_t a, int64_t b)
{
    return law_hash(law_hash(law_hash(41, account), (uint64_t)a), (uint64_t)b);
}

static size_t value_of(const struct laws *laws, uint64_t key)
{
    size_t value = index_map_get(&laws->accounts, key);
    return value == SIZE_MAX ? 0 : value;
}

static void put(struct laws *laws, uint64_t key, size_t value)
{
    index_map_put(&laws->accounts, key, value);
}

static enum laws_excuse excuse_of(const struct laws *laws, const struct event *e)
{
    int64_t message = event_int(e, FIELD_MESSAGE);
    if (law_is_stray(laws, message)) return LAWS_EXCUSE_PERSONALITY;
    bool is_fetched = e->kind == EVENT_MAIL_CONTENT && strcmp(event_text(e, FIELD_NAME), "picked up") == 0;
    bool has_collided = is_fetched && value_of(laws, key_of(COLLIDED, event_int(e, FIELD_HOST), 0));
    return has_collided || value_of(laws, law_deceived_key(message)) ? LAWS_EXCUSE_DECEIVED : LAWS_JUDGED;
}

static void on_content(struct laws *laws, const struct event *e)
{
    int64_t message = event_int(e, FIELD_MESSAGE);
    const char *where = event_text(e, FIELD_NAME);
    size_t digest = (size_t)event_int(e, FIELD_MAIL_DIGEST) + 1, written = value_of(laws, key_of(WRITTEN, message, 0));
    if (strcmp(where, "written") == 0) {
        put(laws, key_of(WRITTEN, message, 0), digest);
        put(laws, key_of(WRITTEN_AT, message, event_int(e, FIELD_HOST)), 1);
        return;
    }
    enum laws_excuse excuse = excuse_of(laws, e);
    law_counts(laws, LAWS_COUNT_M4, excuse);
    if (excuse) return;
    if (!written) {
        law_broken(laws, e, "M4", "%s, but nobody has written it", where);
    } else if (written != digest) {
        law_broken(laws, e, "M4", "%s with other bytes than were written", where);
    }
}

/* Who has a mail that he did not have before. */
static void on_state(struct laws *laws, const struct event *e)
{
    int64_t message = event_int(e, FIELD_MESSAGE), host = event_int(e, FIELD_HOST);
    if (event_text(e, FIELD_FROM)[0] != '\0' || strcmp(event_text(e, FIELD_TO), "picked up") == 0) return;
    bool has_it = value_of(laws, key_of(HAD_BY, message, host)) || value_of(laws, key_of(SENT_TO, message, host));
    if (!has_it && !excuse_of(laws, e) && !value_of(laws, key_of(WRITTEN_AT, message, host)))
        law_broken(laws, e, "M4", "it was neither written there nor sent there");
    put(laws, key_of(HAD_BY, message, host), 1);
}

static void on_sent(struct laws *laws, const struct event *e)
{
    int64_t message = event_int(e, FIELD_MESSAGE), host = event_int(e, FIELD_HOST);
    if (!value_of(laws, key_of(HAD_BY, message, host)) && !excuse_of(laws, e))
        law_broken(laws, e, "M4", "its sender never had it");
    put(laws, key_of(SENT_TO, message, (int64_t)value_of(laws, key_of(PEER, event_int(e, FIELD_CONN), 0))), 1);
}

void laws_of_content(struct laws *laws, const struct event *e)
{
    if (!laws->full || laws->has_personalities) return;
    switch (e->kind) {
    case EVENT_PACKET_COLLIDE:
        put(laws, key_of(COLLIDED, event_int(e, FIELD_HOST), 0), 1);
        laws->has_collided = true;
        break;
    case EVENT_MAIL_CONTENT:
        on_content(laws, e);
        break;
    case EVENT_MAIL_STATE:
        on_state(laws, e);
        break;
    case EVENT_CONN_OPEN:
        put(laws, key_of(PEER, event_int(e, FIELD_CONN), 0), (size_t)event_int(e, FIELD_PEER));
        break;
    case EVENT_SMTP_CONTENT:
        on_sent(laws, e);
        break;
    default:
        break;
    }
}
