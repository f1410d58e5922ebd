/* M13: a client books for a recipient what the server has said about it, and no other reply: a mail counts as handed on
   only when the reply at its place was a 2yz, and as refused only by a 5yz that was said of it, or of the whole mail.
   What is said behind a reply that is none, or one too many, counts for nothing.

   A server that hears the SYN of one call twice has two connections, and nobody can say to which of them the client
   listens: what is sent over such a one is not judged. With a server that says something twice a client cannot know
   that it hears the wrong refusal. */
#include <stdio.h>
#include <string.h>

#include "viz/readers/laws_dialogue.h"

enum account { TAKEN = 1, BOOKED, REFUSED, UNHEARD_WITH, UNHEARD_ABOUT };

static uint64_t key_of(enum account account, int64_t client, int64_t about, uint64_t what)
{
    return law_hash(law_hash(law_hash(law_hash(71, account), (uint64_t)client), (uint64_t)about), what);
}

static size_t count(struct laws *laws, uint64_t key)
{
    size_t value = index_map_get(&laws->accounts, key);
    value = value == SIZE_MAX ? 1 : value + 1;
    index_map_put(&laws->accounts, key, value);
    return value;
}

static size_t value_of(const struct laws *laws, uint64_t key)
{
    size_t value = index_map_get(&laws->accounts, key);
    return value == SIZE_MAX ? 0 : value;
}

void law_refusals_unheard(struct laws *laws, const struct law_dialogue *d, enum laws_excuse why)
{
    index_map_put(&laws->accounts, key_of(UNHEARD_WITH, d->client, d->server, 0), why);
}

void law_unheard(struct laws *laws, struct law_dialogue *d, enum laws_excuse why)
{
    law_goes_odd(d, why);
    d->is_unheard = true;
    law_refusals_unheard(laws, d, why);
}

void law_content_unheard(struct laws *laws, const struct law_dialogue *d, int64_t message)
{
    index_map_put(&laws->accounts, key_of(UNHEARD_ABOUT, d->client, message, 0), d->why_odd);
}

void law_of_booking(struct laws *laws, const struct event *e, struct law_dialogue *d, const struct law_said *said,
                    int code)
{
    bool is_chunk = said->command == LAW_CHUNK || said->command == LAW_LAST_CHUNK;
    if (is_chunk && said->about) d->message = (int64_t)said->about;
    if (said->command == LAW_CONTENT) d->message = (int64_t)said->about;
    if (code / 100 == 5) {
        uint64_t of_whom = said->command == LAW_RCPT ? said->about : 0;
        count(laws,
              law_hash(key_of(REFUSED, d->client, d->server, of_whom), law_hash_text(1, event_text(e, FIELD_TEXT))));
    }
    bool is_end = said->command == LAW_CONTENT || said->command == LAW_LAST_CHUNK;
    if (!is_end || code / 100 != 2) return;
    for (size_t i = 0; i < d->recipients; i++)
        count(laws, key_of(TAKEN, d->client, d->message, d->taken.items[i]));
}

static void on_handed_on(struct laws *laws, const struct event *e)
{
    const char *from = event_text(e, FIELD_FROM);
    if (strcmp(event_text(e, FIELD_TO), "handed on") != 0) return;
    if (strcmp(from, "active") != 0 && strcmp(from, "outbox") != 0) return;
    int64_t host = event_int(e, FIELD_HOST), message = event_int(e, FIELD_MESSAGE);
    uint64_t recipient = law_hash_text(1, event_text(e, FIELD_RECIPIENT));
    size_t unheard = value_of(laws, key_of(UNHEARD_ABOUT, host, message, 0));
    law_counts(laws, LAWS_COUNT_M13, (enum laws_excuse)unheard);
    if (unheard) return;
    size_t booked = count(laws, key_of(BOOKED, host, message, recipient));
    if (booked > value_of(laws, key_of(TAKEN, host, message, recipient)))
        law_broken(laws, e, "M13", "booked as handed on, but no server has taken it");
}

static void on_refused(struct laws *laws, const struct event *e)
{
    int64_t host = event_int(e, FIELD_HOST), peer = event_int(e, FIELD_PEER);
    if (strcmp(event_text(e, FIELD_OUTCOME), "never") != 0 || !peer || peer == host) return;
    if (strstr(event_text(e, FIELD_WHY), "(RFC "))
        return; /* what the client itself finds, such as a mail beyond SIZE */
    size_t unheard = value_of(laws, key_of(UNHEARD_WITH, host, peer, 0));
    law_counts(laws, LAWS_COUNT_M13, (enum laws_excuse)unheard);
    if (unheard) return;
    uint64_t text = law_hash_text(1, event_text(e, FIELD_WHY)),
             recipient = law_hash_text(1, event_text(e, FIELD_RECIPIENT));
    if (value_of(laws, law_hash(key_of(REFUSED, host, peer, recipient), text))) return;
    if (value_of(laws, law_hash(key_of(REFUSED, host, peer, 0), text))) return;
    law_broken(laws, e, "M13", "booked as refused, but nobody has said of it: %.60s", event_text(e, FIELD_WHY));
}

void laws_of_booking(struct laws *laws, const struct event *e)
{
    if (e->kind == EVENT_MAIL_STATE) on_handed_on(laws, e);
    if (e->kind == EVENT_ATTEMPT_END) on_refused(laws, e);
}
