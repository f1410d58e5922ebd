/* What was gathered from a log becomes hosts, links, mails, their states and attempts. See log_book.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/import/log_book.h"
#include "model/import/mail_book.h"
#include "model/wire/ip_address.h"
#include "sim/journal/memory.h"
#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"

enum { WHY_BYTES = 1100 };

struct teller {
    struct log_book *book;
    struct draft *draft;
    struct mail_book *mails;
    int64_t zero_ns;
    struct import_map links; /* by hosts */
    uint32_t *message_of;    /* by entry; 0: not told yet */
    uint32_t n_links;
};

static uint32_t number(int host)
{
    return (uint32_t)(host + 1);
}

/* ---- The world ---- */

static void tell_host(const struct teller *t, int i, int64_t at_ns)
{
    char six[IP_TEXT_BYTES] = "";
    const struct log_host *host = &t->book->hosts[i];
    struct ip_address address = {0, 0};
    bool known = ip_parse(host->address, &address), v4 = known && ip_is_v4(address);
    if (known && !v4) ip_text(address, six);
    DRAFT_ADD(t->draft, HOST_ADD, at_ns, RANK_WORLD, 0, F_INT(HOST, number(i)), F_TEXT(NAME, host->name),
              F_TEXT(ROLE, host->is_server || !host->is_user ? "mail_server" : "client"),
              F_INT(ADDRESS, v4 ? ip_v4(address) : 0), F_TEXT(ADDRESS6, six));
}

static void tell_link(struct teller *t, int from, int to, int64_t at_ns)
{
    int low = from < to ? from : to, high = from < to ? to : from;
    if (low < 0 || low == high) return;
    uint64_t key = import_key(import_key(43, (uint64_t)low), (uint64_t)high);
    if (import_map_get(&t->links, key) >= 0) return;
    import_map_put(&t->links, key, (int)++t->n_links);
    size_t size = strlen(t->book->hosts[from].name) + strlen(t->book->hosts[to].name) + 4;
    char *name = mem_alloc(size);
    snprintf(name, size, "%s - %s", t->book->hosts[from].name, t->book->hosts[to].name);
    uint64_t added = DRAFT_ADD(t->draft, LINK_ADD, at_ns, RANK_WORLD, 0, F_INT(LINK, t->n_links), F_TEXT(NAME, name),
                               F_INT(HOST, number(from)), F_INT(PEER, number(to)), F_INT(MTU, 1500));
    DRAFT_ADD(t->draft, LINK_VALUE, at_ns, RANK_WORLD, added, F_INT(LINK, t->n_links), F_TEXT(NAME, "delay"),
              F_TEXT(TEXT, tr("inferred; delay not recorded")));
    mem_free(name);
}

static void tell_world(struct teller *t, int64_t at_ns)
{
    for (size_t i = 0; i < t->book->n_hosts; i++)
        tell_host(t, (int)i, at_ns);
    for (size_t i = 0; i < t->book->n_entries; i++) {
        const struct log_entry *e = &t->book->entries[i];
        tell_link(t, e->client, e->host, at_ns);
        for (size_t k = 0; k < e->n; k++)
            tell_link(t, e->host, e->attempts[k].peer, at_ns);
    }
}

/* ---- Mails ---- */

static int by_time(const void *a, const void *b)
{
    const struct log_attempt *one = a, *other = b;
    if (one->end_ns != other->end_ns) return one->end_ns < other->end_ns ? -1 : 1;
    return strcmp(one->recipient, other->recipient);
}

/* Each recipient once, joined by ", ". */
static char *recipients_of(const struct log_entry *e)
{
    size_t size = 1, at = 0;
    struct import_map seen = {0};
    for (size_t i = 0; i < e->n; i++)
        size += strlen(e->attempts[i].recipient) + 2;
    if (e->n == 0) return mem_strdup(e->to ? e->to : "");
    char *list = mem_alloc(size);
    list[0] = '\0';
    for (size_t i = 0; i < e->n; i++) {
        uint64_t key = import_key_text(47, e->attempts[i].recipient);
        if (import_map_get(&seen, key) >= 0) continue;
        import_map_put(&seen, key, 1);
        at += (size_t)snprintf(list + at, size - at, "%s%s", at ? ", " : "", e->attempts[i].recipient);
    }
    import_map_free(&seen);
    return list;
}

static uint64_t id_key(const struct log_entry *e)
{
    return e->message_id && *e->message_id ? import_key_text(53, e->message_id) : 0;
}

static uint64_t held_key(const struct log_entry *e, int client, const char *recipient)
{
    return import_key_text(import_key_text(import_key(59, (uint64_t)client), e->from ? e->from : ""), recipient);
}

/* The mail that the client of this entry was put off with before; 0: none. */
static uint32_t held_before(const struct teller *t, const struct log_entry *e)
{
    uint32_t message = 0;
    for (size_t i = 0; i < e->n && e->client >= 0 && !message; i++)
        message = mail_book_find(t->mails, held_key(e, e->client, e->attempts[i].recipient));
    return message;
}

static uint32_t message_of(struct teller *t, size_t entry)
{
    const struct log_entry *e = &t->book->entries[entry];
    uint64_t key = id_key(e);
    if (t->message_of[entry]) return t->message_of[entry];
    uint32_t message = key ? mail_book_find(t->mails, key) : 0;
    if (!message) message = held_before(t, e);
    if (!message) {
        char *to = recipients_of(e);
        uint32_t parent = e->parent >= 0 && (size_t)e->parent < entry ? t->message_of[e->parent] : 0;
        /* Who writes it is the client where a user sits, and else the first server that is known to have it. */
        int writer = e->client >= 0 && t->book->hosts[e->client].is_user ? e->client : e->host;
        message = mail_book_compose(t->mails, &(struct mail_found){.at_ns = e->at_ns - t->zero_ns,
                                                                   .host = number(writer),
                                                                   .parent = parent,
                                                                   .size = e->size,
                                                                   .from = e->from,
                                                                   .to = to,
                                                                   .subject = e->subject});
        mem_free(to);
    }
    if (key) mail_book_know(t->mails, key, message);
    t->message_of[entry] = message;
    return message;
}

/* The client hands it over, as the server's log shows it. */
static void tell_hand_over(struct teller *t, const struct log_entry *e, struct mail_place place)
{
    char why[WHY_BYTES];
    if (e->client < 0) return;
    place.host = number(e->client);
    place.queue_id = "";
    bool known = mail_book_state_of(t->mails, place.message, place.host, place.recipient)[0] != 0;
    bool is_user = t->book->hosts[e->client].is_user;
    snprintf(why, sizeof why, tr("inferred: %s has taken it as %s"), t->book->hosts[e->host].name,
             e->queue_id ? e->queue_id : "");
    if (!known)
        place.cause = mail_book_state(t->mails, &place, is_user ? "outbox" : "queued", 0,
                                      tr("inferred: it was handed over from here"));
    if (!is_user) {
        place.cause = mail_book_state(t->mails, &place, "active", 0, tr("inferred: an attempt begins"));
        uint32_t attempt = mail_book_begin_attempt(t->mails, &place, &place.cause);
        place.cause = mail_book_end_attempt(t->mails, &place, attempt, number(e->host), "delivered", why);
    }
    mail_book_state(t->mails, &place, "handed on", 0, why);
}

/* The next time that this recipient was tried; 0: never again. */
static int64_t next_try_ns(const struct log_entry *e, size_t attempt)
{
    for (size_t i = attempt + 1; i < e->n; i++)
        if (!strcmp(e->attempts[i].recipient, e->attempts[attempt].recipient)) return e->attempts[i].begin_ns;
    return 0;
}

static void tell_attempt_end(struct teller *t, const struct log_entry *e, size_t i, struct mail_place place,
                             uint32_t attempt)
{
    static const char *const outcomes[] = {"later", "never", "delivered", "delivered"};
    static const char *const states[] = {"deferred", "bounced", "handed on", "delivered"};
    const struct log_attempt *a = &e->attempts[i];
    const char *why = a->why ? a->why : "";
    int64_t next_ns = a->outcome == LOG_LATER ? next_try_ns(e, i) : 0;
    place.at_ns = a->end_ns - t->zero_ns;
    if (place.at_ns == a->begin_ns - t->zero_ns) place.at_ns += MILLISECOND; /* the log has seconds only */
    place.cause =
        mail_book_end_attempt(t->mails, &place, attempt, a->peer < 0 ? 0 : number(a->peer), outcomes[a->outcome], why);
    if (a->outcome == LOG_LATER && !next_ns && e->expired) {
        mail_book_state(t->mails, &place, "bounced", 0, tr("it has expired, and was returned to the sender"));
        return;
    }
    mail_book_state(t->mails, &place, states[a->outcome], next_ns ? next_ns - t->zero_ns : 0, why);
}

static void tell_attempt(struct teller *t, const struct log_entry *e, size_t i, struct mail_place place)
{
    const struct log_attempt *a = &e->attempts[i];
    place.at_ns = a->begin_ns - t->zero_ns;
    if (a->outcome == LOG_SKIPPED) {
        int64_t next_ns = next_try_ns(e, i);
        DRAFT_ADD(t->draft, ATTEMPT_SKIP, place.at_ns, RANK_LAST, place.cause, F_INT(MESSAGE, place.message),
                  F_INT(HOST, place.host), F_TEXT(RECIPIENT, place.recipient),
                  F_INT(AT, next_ns ? next_ns - t->zero_ns : 0), F_TEXT(WHY, a->why ? a->why : ""));
        return;
    }
    place.cause = mail_book_state(t->mails, &place, "active", 0, tr("inferred: an attempt begins"));
    uint32_t attempt = mail_book_begin_attempt(t->mails, &place, &place.cause);
    tell_attempt_end(t, e, i, place, attempt);
}

static void tell_entry(struct teller *t, size_t entry)
{
    struct log_entry *e = &t->book->entries[entry];
    bool is_held = !e->queue_id; /* at a client, as a server's refusals show */
    if (e->n) qsort(e->attempts, e->n, sizeof *e->attempts, by_time);
    uint32_t message = message_of(t, entry);
    uint64_t composed = mail_book_compose_event(t->mails, message);
    for (size_t i = 0; i < e->n; i++) {
        struct mail_place place = {e->at_ns - t->zero_ns,    composed,   message, number(e->host),
                                   e->attempts[i].recipient, e->queue_id};
        if (is_held) mail_book_know(t->mails, held_key(e, e->host, place.recipient), message);
        if (!mail_book_state_of(t->mails, message, place.host, place.recipient)[0]) {
            if (!is_held) tell_hand_over(t, e, place);
            place.cause = mail_book_state(t->mails, &place, "queued", 0,
                                          is_held          ? tr("inferred: it tries to hand it over")
                                          : e->client >= 0 ? "accepted"
                                                           : tr("inferred: it is in the queue"));
        }
        tell_attempt(t, e, i, place);
    }
}

void log_book_tell(struct log_book *book, int64_t zero_ns, struct draft *draft)
{
    struct teller t = {.book = book, .draft = draft, .mails = mail_book_new(draft), .zero_ns = zero_ns};
    t.message_of = mem_calloc(book->n_entries + 1, sizeof *t.message_of);
    for (size_t i = 0; i < book->n_entries; i++)
        if (book->entries[i].n) tell_entry(&t, i);
    if (draft_count(draft)) tell_world(&t, draft_first_second_ns(draft));
    import_map_free(&t.links);
    mem_free(t.message_of);
    mail_book_free(t.mails);
}
