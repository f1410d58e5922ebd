/* The ledger of (message, recipient) pairs. A pair is open at a host that has accepted it and not yet got rid of it. */
#include "model/host/ledger.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "model/host/mail_register.h"
#include "model/mail/address.h"
#include "model/mail/user_index.h"
#include "sim/journal/memory.h"

/* What a client does with the mail that it has fetched. */
enum { TAKES, LEAVES };

/* A list that was expanded, or a member of one: a recipient that the mail itself does not name. */
struct listed_pair {
    struct message_id message;
    char *recipient;
    struct mail_fate fate;
    char **members; /* of a list */
    size_t n_members;
};

struct mail_ledger {
    struct world *world;
    struct listed_pair **pairs; /* open addressing */
    size_t n_pairs, room;
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
    case MAIL_EXPANDED:
        return "expanded";
    }
    return "";
}

struct mail_ledger *ledger_new(struct world *world)
{
    struct mail_ledger *ledger = mem_calloc(1, sizeof *ledger);
    ledger->world = world;
    return ledger;
}

static void pair_free(struct listed_pair *pair)
{
    for (size_t i = 0; i < pair->n_members; i++)
        mem_free(pair->members[i]);
    mem_free(pair->members);
    mem_free(pair->recipient);
    mem_free(pair);
}

void ledger_free(struct mail_ledger *ledger)
{
    if (!ledger) return;
    for (size_t i = 0; i < ledger->room; i++)
        if (ledger->pairs[i]) pair_free(ledger->pairs[i]);
    mem_free(ledger->pairs);
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
    case MAIL_EXPANDED:
        return false;
    }
    return false;
}

struct mail_fate mail_fate_none(void)
{
    return (struct mail_fate){
        .delivered_ns = TIME_NEVER, .picked_up_ns = TIME_NEVER, .bounced_ns = TIME_NEVER, .discarded_ns = TIME_NEVER};
}

/* --- lists and their members --- */

static uint64_t pair_hash(struct message_id message, const char *recipient)
{
    const char *domain = address_domain(recipient);
    uint64_t hash = message.n;
    for (const char *c = recipient; *c; c++) /* domains compare without regard to case */
        hash = hash * UINT64_C(0x100000001b3) ^ (uint64_t)(c < domain ? *c : tolower((unsigned char)*c));
    return hash * UINT64_C(0x9e3779b97f4a7c15) >> 20;
}

static struct listed_pair **place_of(const struct mail_ledger *ledger, struct message_id message, const char *recipient)
{
    size_t i = (size_t)pair_hash(message, recipient) & (ledger->room - 1);
    while (ledger->pairs[i] &&
           !(ledger->pairs[i]->message.n == message.n && address_equals(ledger->pairs[i]->recipient, recipient)))
        i = (i + 1) & (ledger->room - 1);
    return &ledger->pairs[i];
}

static void grow(struct mail_ledger *ledger)
{
    struct mail_ledger old = *ledger;
    ledger->room = old.room ? 2 * old.room : 16;
    ledger->pairs = mem_calloc(ledger->room, sizeof(struct listed_pair *));
    for (size_t i = 0; i < old.room; i++)
        if (old.pairs[i]) *place_of(ledger, old.pairs[i]->message, old.pairs[i]->recipient) = old.pairs[i];
    mem_free(old.pairs);
}

static struct listed_pair *find_pair(const struct mail_ledger *ledger, struct message_id message, const char *recipient)
{
    return ledger->room ? *place_of(ledger, message, recipient) : NULL;
}

static struct listed_pair *make_pair(struct mail_ledger *ledger, struct message_id message, const char *recipient)
{
    if (2 * (ledger->n_pairs + 1) > ledger->room) grow(ledger);
    struct listed_pair **place = place_of(ledger, message, recipient);
    if (!*place) {
        *place = mem_calloc(1, sizeof **place);
        **place =
            (struct listed_pair){.message = message, .recipient = mem_strdup(recipient), .fate = mail_fate_none()};
        ledger->n_pairs++;
    }
    return *place;
}

/* Of mails that an expectation may ask for: of their own recipients, and of members of lists. */
static struct mail_fate *fate_of(struct mail_ledger *ledger, struct message_id message, const char *recipient)
{
    if (message.n > ledger->world->scenario->n_mails) return NULL;
    struct mail_fate *fate = mail_register_fate(ledger->world->mails, message, recipient);
    if (fate || ledger->n_pairs == 0) return fate;
    struct listed_pair *pair = find_pair(ledger, message, recipient);
    return pair ? &pair->fate : NULL;
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
    if (change->to == MAIL_DISCARDED) note_first(&fate->discarded_ns, now_ns);
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
    if (!fate) fate = fate_of(ledger, change->message, change->recipient);
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

void ledger_end_attempt(struct mail_ledger *ledger, const struct attempt_ending *ending)
{
    struct journal *journal = ledger->world->journal;
    struct mail_fate *fate = fate_of(ledger, ending->message, ending->recipient);
    if (fate && ending->peer.n != ending->host->id.n) fate->attempts++;
    uint64_t event =
        JOURNAL_EMIT(journal, ATTEMPT_END, F_INT(ATTEMPT, ending->attempt.n), F_INT(MESSAGE, ending->message.n),
                     F_INT(HOST, ending->host->id.n), F_TEXT(RECIPIENT, ending->recipient), F_INT(PEER, ending->peer.n),
                     F_TEXT(OUTCOME, ending->outcome), F_TEXT(WHY, ending->why));
    journal_set_cause(journal, event);
}

void ledger_doubt(struct mail_ledger *ledger, struct message_id message, const char *recipient, struct host *host,
                  struct host_id peer, const char *why)
{
    struct journal *journal = ledger->world->journal;
    struct mail_fate *fate = fate_of(ledger, message, recipient);
    if (fate) fate->doubts++;
    uint64_t event = JOURNAL_EMIT(journal, MAIL_DOUBT, F_INT(MESSAGE, message.n), F_INT(HOST, host->id.n),
                                  F_TEXT(RECIPIENT, recipient), F_INT(PEER, peer.n), F_TEXT(WHY, why));
    journal_set_cause(journal, event);
}

/* The list is one of the mail's own recipients or a member itself; kept for mails that expectations may ask for. */
static void book_members(struct mail_ledger *ledger, struct message_id message, const char *recipient,
                         const char *const *members, size_t n)
{
    if (message.n > ledger->world->scenario->n_mails) return;
    struct listed_pair *list = make_pair(ledger, message, recipient);
    if (list->members) return;
    list->members = mem_calloc(n, sizeof *list->members);
    list->n_members = n;
    for (size_t i = 0; i < n; i++) {
        list->members[i] = mem_strdup(members[i]);
        if (!mail_register_fate(ledger->world->mails, message, members[i])) make_pair(ledger, message, members[i]);
    }
}

void ledger_expand(struct mail_ledger *ledger, struct message_id message, const char *recipient, struct host *host,
                   const char *const *members, size_t n, const char *from)
{
    char *to = NULL;
    size_t size = 1, used = 0;
    for (size_t i = 0; i < n; i++)
        size += strlen(members[i]) + 2;
    to = mem_alloc(size);
    to[0] = '\0';
    for (size_t i = 0; i < n; i++)
        used += (size_t)snprintf(to + used, size - used, "%s%s", i ? ", " : "", members[i]);
    struct journal *journal = ledger->world->journal;
    uint64_t event = JOURNAL_EMIT(journal, MAIL_EXPAND, F_INT(MESSAGE, message.n), F_INT(HOST, host->id.n),
                                  F_TEXT(RECIPIENT, recipient), F_TEXT(TO, to), F_INT(NTH, n), F_TEXT(FROM, from));
    journal_set_cause(journal, event);
    mem_free(to);
    book_members(ledger, message, recipient, members, n);
}

static void tell_copy(struct journal *journal, const struct mail_bytes *bytes)
{
    JOURNAL_EMIT(journal, MAIL_COPY, F_INT(MESSAGE, bytes->message.n), F_INT(HOST, bytes->host.n),
                 F_TEXT(RECIPIENT, bytes->recipient), F_BLOB(BYTES, bytes->content, bytes->size));
}

void ledger_tell_content(struct mail_ledger *ledger, const struct mail_bytes *bytes)
{
    struct journal *journal = ledger->world->journal;
    if (journal_wants(journal, EVENT_MAIL_COPY) && strcmp(bytes->where, "delivered") == 0) tell_copy(journal, bytes);
    if (!journal_wants(journal, EVENT_MAIL_CONTENT)) return; /* it is looked at byte by byte */
    JOURNAL_EMIT(journal, MAIL_CONTENT, F_INT(MESSAGE, bytes->message.n), F_INT(HOST, bytes->host.n),
                 F_TEXT(RECIPIENT, bytes->recipient), F_TEXT(QUEUE_ID, bytes->queue_id), F_TEXT(NAME, bytes->where),
                 F_INT(SIZE, bytes->size), F_INT(MAIL_DIGEST, message_digest(bytes->content, bytes->size)));
}

size_t ledger_open_pairs(const struct mail_ledger *ledger)
{
    return ledger->open_pairs;
}

static int64_t later_of(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t earlier_of(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* A list is delivered once all its members are, and bounced once one of them is. */
static struct mail_fate fate_in_depth(struct mail_ledger *ledger, struct message_id message, const char *recipient,
                                      unsigned depth)
{
    const struct mail_fate *own = fate_of(ledger, message, recipient);
    const struct listed_pair *pair = find_pair(ledger, message, recipient);
    struct mail_fate fate = own ? *own : mail_fate_none();
    if (!pair || !pair->n_members || depth == 0) return fate;
    fate.delivered_ns = fate.picked_up_ns = 0;
    for (size_t i = 0; i < pair->n_members; i++) {
        struct mail_fate member = fate_in_depth(ledger, message, pair->members[i], depth - 1);
        fate.attempts += member.attempts;
        fate.copies += member.copies;
        fate.doubts += member.doubts;
        fate.delivered_ns = later_of(fate.delivered_ns, member.delivered_ns);
        fate.picked_up_ns = later_of(fate.picked_up_ns, member.picked_up_ns);
        fate.bounced_ns = earlier_of(fate.bounced_ns, member.bounced_ns);
        fate.discarded_ns = earlier_of(fate.discarded_ns, member.discarded_ns);
    }
    return fate;
}

struct mail_fate ledger_fate(struct mail_ledger *ledger, struct message_id message, const char *recipient)
{
    enum { DEEPEST = 8 }; /* lists within lists */
    return fate_in_depth(ledger, message, recipient, DEEPEST);
}
