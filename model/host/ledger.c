/* The ledger of (message, recipient) pairs. A pair is open at a host that has accepted it and not yet got rid of it. */
#include "model/host/ledger.h"

#include <assert.h>
#include <string.h>

#include "model/host/mail_register.h"
#include "model/mail/user_index.h"
#include "sim/journal/memory.h"

/* What a client does with the mail that it has fetched. */
enum { TAKES, LEAVES };

struct mail_ledger {
    struct world *world;
    struct user_index **fetched; /* of each host, whose mailboxes there are fetched; NULL: none at all */
    size_t n_servers;
    bool any_leaves;
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
    for (size_t i = 0; i < ledger->n_servers; i++)
        user_index_free(ledger->fetched[i]);
    mem_free(ledger->fetched);
    mem_free(ledger);
}

void ledger_set_fetched(struct mail_ledger *ledger, struct host *server, const char *address, bool leaves)
{
    if (!ledger->fetched) {
        ledger->n_servers = ledger->world->n_hosts;
        ledger->fetched = mem_calloc(ledger->n_servers, sizeof *ledger->fetched);
    }
    ledger->any_leaves |= leaves;
    struct user_index **users = &ledger->fetched[server->id.n - 1];
    *users = user_index_add(*users, address, leaves ? LEAVES : TAKES);
}

static bool is_fetched(const struct mail_ledger *ledger, const struct host *server, const char *recipient)
{
    if (server->id.n > ledger->n_servers) return false;
    return user_index_find(ledger->fetched[server->id.n - 1], recipient) != USER_INDEX_NONE;
}

static bool is_left(const struct mail_ledger *ledger, const struct host *server, const char *recipient)
{
    return ledger->any_leaves && server->id.n <= ledger->n_servers &&
           user_index_find(ledger->fetched[server->id.n - 1], recipient) == LEAVES;
}

/* What lies in a mailbox for whoever leaves there what he has fetched is counted apart: see await_pick_up. */
static bool is_open(const struct mail_ledger *ledger, const struct mail_change *change, enum mail_state state)
{
    switch (state) {
    case MAIL_OUTBOX:
    case MAIL_QUEUED:
    case MAIL_ACTIVE:
    case MAIL_DEFERRED:
        return true;
    case MAIL_DELIVERED:
        return is_fetched(ledger, change->host, change->recipient) && !is_left(ledger, change->host, change->recipient);
    case MAIL_NOWHERE:
    case MAIL_HANDED_ON:
    case MAIL_PICKED_UP:
    case MAIL_BOUNCED:
    case MAIL_DISCARDED:
        return false;
    }
    return false;
}

struct mail_fate mail_fate_none(void)
{
    return (struct mail_fate){.delivered_ns = TIME_NEVER, .picked_up_ns = TIME_NEVER, .bounced_ns = TIME_NEVER};
}

static void note_first(int64_t *at_ns, int64_t now_ns)
{
    if (*at_ns == TIME_NEVER) *at_ns = now_ns;
}

/* Only of mails that an expectation may ask for. */
static void book(struct mail_ledger *ledger, const struct mail_change *change)
{
    if (change->message.n > ledger->world->scenario->n_mails) return;
    struct mail_fate *fate = mail_register_fate(ledger->world->mails, change->message, change->recipient);
    int64_t now_ns = ledger->world->engine->now_ns;
    if (!fate) return;
    if (change->to == MAIL_DELIVERED) {
        fate->copies++;
        note_first(&fate->delivered_ns, now_ns);
    }
    if (change->to == MAIL_PICKED_UP) note_first(&fate->picked_up_ns, now_ns);
    if (change->to == MAIL_BOUNCED) note_first(&fate->bounced_ns, now_ns);
}

static void count_open(struct mail_ledger *ledger, struct message_id message, int change)
{
    if (change == 0) return;
    assert(change > 0 || ledger->open_pairs > 0);
    ledger->open_pairs += (size_t)change;
    mail_register_count(ledger->world->mails, message, change);
}

/* A copy in a mailbox whose owner leaves what he has fetched is open until he has it for the first time, or until it
   goes before that. */
static void await_pick_up(struct mail_ledger *ledger, const struct mail_change *change)
{
    if (!ledger->any_leaves) return;
    bool ends = change->to == MAIL_PICKED_UP || change->from == MAIL_DELIVERED, begins = change->to == MAIL_DELIVERED;
    if (!ends && !begins) return;
    if (change->to != MAIL_PICKED_UP && !is_left(ledger, change->host, change->recipient)) return;
    struct mail_fate *fate = mail_register_fate(ledger->world->mails, change->message, change->recipient);
    if (!fate || (ends && fate->awaited == 0)) return;
    fate->awaited += begins ? 1 : (unsigned)-1;
    count_open(ledger, change->message, begins ? 1 : -1);
}

void mail_enter_state(struct mail_ledger *ledger, struct mail_change change)
{
    count_open(ledger, change.message, is_open(ledger, &change, change.to) - is_open(ledger, &change, change.from));
    await_pick_up(ledger, &change);
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
    struct mail_fate *fate = message.n <= ledger->world->scenario->n_mails
                                 ? mail_register_fate(ledger->world->mails, message, recipient)
                                 : NULL;
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
    const struct mail_fate *fate = mail_register_known_fate(ledger->world->mails, message, recipient);
    return fate ? *fate : mail_fate_none();
}
