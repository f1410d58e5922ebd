/* The ledger of (message, recipient) pairs. A pair is open at a host that has accepted it and not yet got rid of it. */
#include "model/host/ledger.h"

#include <assert.h>
#include <string.h>

#include "model/mail/address.h"
#include "sim/journal/memory.h"

struct fates {
    struct mail_fate *of; /* one for each recipient of the message */
    size_t n;
};

struct fetched_user {
    struct host_id server;
    const char *address; /* the fetching client's user */
};

struct mail_ledger {
    struct world *world;
    struct fates *fates; /* index: message number - 1 */
    size_t n_fates;
    struct fetched_user *fetched;
    size_t n_fetched;
    size_t open_pairs;
};

const char *mail_state_text(enum mail_state state)
{
    switch (state) {
    case MAIL_NOWHERE:
        return "";
    case MAIL_OUTBOX:
        return "outbox";
    case MAIL_QUEUED:
        return "queued";
    case MAIL_ACTIVE:
        return "active";
    case MAIL_DEFERRED:
        return "deferred";
    case MAIL_HANDED_ON:
        return "handed on";
    case MAIL_DELIVERED:
        return "delivered";
    case MAIL_PICKED_UP:
        return "picked up";
    case MAIL_BOUNCED:
        return "bounced";
    case MAIL_DISCARDED:
        return "discarded";
    }
    return "";
}

struct mail_ledger *ledger_new(struct world *world)
{
    struct mail_ledger *ledger = mem_calloc(1, sizeof *ledger);
    ledger->world = world;
    return ledger;
}

void ledger_free(struct mail_ledger *ledger)
{
    if (!ledger) return;
    for (size_t i = 0; i < ledger->n_fates; i++)
        mem_free(ledger->fates[i].of);
    mem_free(ledger->fates);
    mem_free(ledger->fetched);
    mem_free(ledger);
}

void ledger_set_fetched(struct mail_ledger *ledger, struct host *server, const char *address)
{
    ledger->fetched = mem_realloc(ledger->fetched, (ledger->n_fetched + 1) * sizeof *ledger->fetched);
    ledger->fetched[ledger->n_fetched++] = (struct fetched_user){server->id, address};
}

static bool is_fetched(const struct mail_ledger *ledger, const struct host *server, const char *recipient)
{
    for (size_t i = 0; i < ledger->n_fetched; i++)
        if (ledger->fetched[i].server.n == server->id.n &&
            address_same_local_part(recipient, ledger->fetched[i].address))
            return true;
    return false;
}

static bool is_open(const struct mail_ledger *ledger, const struct mail_change *change, enum mail_state state)
{
    switch (state) {
    case MAIL_OUTBOX:
    case MAIL_QUEUED:
    case MAIL_ACTIVE:
    case MAIL_DEFERRED:
        return true;
    case MAIL_DELIVERED:
        return is_fetched(ledger, change->host, change->recipient);
    case MAIL_NOWHERE:
    case MAIL_HANDED_ON:
    case MAIL_PICKED_UP:
    case MAIL_BOUNCED:
    case MAIL_DISCARDED:
        return false;
    }
    return false;
}

static void make_room_for(struct mail_ledger *ledger, struct message_id message)
{
    if (message.n <= ledger->n_fates) return;
    size_t n = 2 * (size_t)message.n;
    ledger->fates = mem_realloc(ledger->fates, n * sizeof *ledger->fates);
    memset(ledger->fates + ledger->n_fates, 0, (n - ledger->n_fates) * sizeof *ledger->fates);
    ledger->n_fates = n;
}

static const struct mail_fate no_fate = {
    .delivered_ns = TIME_NEVER, .picked_up_ns = TIME_NEVER, .bounced_ns = TIME_NEVER};

static struct mail_fate *fate_of(struct mail_ledger *ledger, struct message_id message, const char *recipient)
{
    make_room_for(ledger, message);
    const struct mail_message *mail = world_message(ledger->world, message);
    struct fates *fates = &ledger->fates[message.n - 1];
    if (!fates->of) {
        fates->n = mail->n_recipients;
        fates->of = mem_calloc(fates->n, sizeof *fates->of);
        for (size_t i = 0; i < fates->n; i++)
            fates->of[i] = no_fate;
    }
    for (size_t i = 0; i < fates->n; i++)
        if (address_equals(mail->recipients[i], recipient)) return &fates->of[i];
    return NULL;
}

static void note_first(int64_t *at_ns, int64_t now_ns)
{
    if (*at_ns == TIME_NEVER) *at_ns = now_ns;
}

static void book(struct mail_ledger *ledger, const struct mail_change *change)
{
    struct mail_fate *fate = fate_of(ledger, change->message, change->recipient);
    int64_t now_ns = ledger->world->engine->now_ns;
    if (!fate) return;
    if (change->to == MAIL_DELIVERED) {
        fate->copies++;
        note_first(&fate->delivered_ns, now_ns);
    }
    if (change->to == MAIL_PICKED_UP) note_first(&fate->picked_up_ns, now_ns);
    if (change->to == MAIL_BOUNCED) note_first(&fate->bounced_ns, now_ns);
}

void mail_enter_state(struct mail_ledger *ledger, struct mail_change change)
{
    if (is_open(ledger, &change, change.from)) {
        assert(ledger->open_pairs > 0);
        ledger->open_pairs--;
    }
    if (is_open(ledger, &change, change.to)) ledger->open_pairs++;
    book(ledger, &change);
    struct journal *journal = ledger->world->journal;
    uint64_t event = JOURNAL_EMIT(journal, MAIL_STATE, F_INT(MESSAGE, change.message.n), F_INT(HOST, change.host->id.n),
                                  F_TEXT(RECIPIENT, change.recipient), F_TEXT(QUEUE_ID, change.queue_id),
                                  F_TEXT(FROM, mail_state_text(change.from)), F_TEXT(TO, mail_state_text(change.to)),
                                  F_INT(AT, change.at_ns), F_TEXT(WHY, change.why));
    journal_set_cause(journal, event);
}

struct attempt_id ledger_begin_attempt(struct mail_ledger *ledger, struct message_id message, const char *recipient,
                                       struct host *host, unsigned nth)
{
    struct attempt_id attempt = {++ledger->world->last_attempt};
    struct journal *journal = ledger->world->journal;
    uint64_t event = JOURNAL_EMIT(journal, ATTEMPT_BEGIN, F_INT(ATTEMPT, attempt.n), F_INT(MESSAGE, message.n),
                                  F_INT(HOST, host->id.n), F_TEXT(RECIPIENT, recipient), F_INT(NTH, nth));
    journal_set_cause(journal, event);
    return attempt;
}

void ledger_end_attempt(struct mail_ledger *ledger, struct attempt_id attempt, struct message_id message,
                        const char *recipient, struct host *host, struct host_id peer, const char *outcome,
                        const char *why)
{
    struct journal *journal = ledger->world->journal;
    struct mail_fate *fate = fate_of(ledger, message, recipient);
    if (fate && peer.n != host->id.n) fate->attempts++;
    uint64_t event = JOURNAL_EMIT(journal, ATTEMPT_END, F_INT(ATTEMPT, attempt.n), F_INT(MESSAGE, message.n),
                                  F_INT(HOST, host->id.n), F_TEXT(RECIPIENT, recipient), F_INT(PEER, peer.n),
                                  F_TEXT(OUTCOME, outcome), F_TEXT(WHY, why));
    journal_set_cause(journal, event);
}

size_t ledger_open_pairs(const struct mail_ledger *ledger)
{
    return ledger->open_pairs;
}

struct mail_fate ledger_fate(const struct mail_ledger *ledger, struct message_id message, const char *recipient)
{
    if (message.n == 0 || message.n > ledger->n_fates) return no_fate;
    const struct fates *fates = &ledger->fates[message.n - 1];
    const struct mail_message *mail = world_message(ledger->world, message);
    for (size_t i = 0; i < fates->n; i++)
        if (address_equals(mail->recipients[i], recipient)) return fates->of[i];
    return no_fate;
}
