/* D7, MX order: where mail for a domain goes is what DNS has said (mail.route, after dns.answer), the best first, and
   never a host that is no better than the asking one; connections are tried in that order, and none is tried again
   after a later one. And of D6: the domain itself is taken for its mail host only when the answer says that it has
   none.

   Policies that remember hosts (exim, qmail, sendmail, opensmtpd) may pass places over; MTA-STS may strike some out. Of
   some the next place is not for what failed late: qmail goes nowhere else once a connection stood (qmail-remote.c),
   opensmtpd and kumomta not once MAIL was said (mta_session.c, smtp_dispatcher.rs). */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/journal/memory.h"
#include "viz/readers/laws_internal.h"

static const char no_answer[] = "no answer";

enum { PLACES = 50, ANSWERS_KEPT = 2048 };
enum account { HAS_ADDRESS = 1, NAMED, REMEMBERS_HOSTS, DIFFERS, STAYS, IS_CUT };

enum { LONGEST_TEXT = 240 }; /* of an event; longer ones may be cut */
enum stays { GOES_ON, STAYS_ONCE_OPEN, STAYS_ONCE_MAIL_IS_SAID };

struct law_route {
    int64_t host, peers[PLACES]; /* 0: an address that no host has */
    size_t n;
};

/* Which route an event belongs to, and how far down the list that was. */
struct law_step {
    size_t route, place;
    bool was_tried, was_open;
    bool has_mail, is_anew; /* a mail was begun on the connection; and then another, for which all is tried again */
};

struct law_routes {
    struct index_map accounts, answer_index, event_steps, conn_steps;
    TABLE_OF(struct law_route) routes;
    TABLE_OF(struct law_step) steps;
    TABLE_OF(char *) answers; /* of MX, by asker and domain */
};

static uint64_t key_of(enum account account, uint64_t number)
{
    return law_hash(law_hash(91, account), number);
}

static int64_t number_at(const struct law_routes *r, uint64_t key)
{
    size_t value = index_map_get(&r->accounts, key);
    return value == SIZE_MAX ? 0 : (int64_t)value;
}

static void on_host(struct law_routes *r, const struct event *e)
{
    const char *v6 = event_text(e, FIELD_ADDRESS6), *name = event_text(e, FIELD_NAME);
    size_t host = (size_t)event_int(e, FIELD_HOST);
    char v4[16];
    uint32_t address = (uint32_t)event_int(e, FIELD_ADDRESS);
    snprintf(v4, sizeof v4, "%u.%u.%u.%u", address >> 24, address >> 16 & 255, address >> 8 & 255, address & 255);
    if (address) index_map_put(&r->accounts, key_of(HAS_ADDRESS, law_hash_name(1, v4, strlen(v4))), host);
    if (*v6) index_map_put(&r->accounts, key_of(HAS_ADDRESS, law_hash_name(1, v6, strlen(v6))), host);
    index_map_put(&r->accounts, key_of(NAMED, law_hash_name(1, name, strlen(name))), host);
}

static void on_settings(struct law_routes *r, const struct event *e)
{
    static const char *const policies[] = {"policy=exim ", "policy=qmail ", "policy=sendmail ", "policy=opensmtpd "};
    bool remembers = false;
    if (strcmp(event_text(e, FIELD_NAME), "retry") != 0) return;
    for (size_t i = 0; i < sizeof policies / sizeof *policies; i++)
        remembers |= strncmp(event_text(e, FIELD_TEXT), policies[i], strlen(policies[i])) == 0;
    index_map_put(&r->accounts, key_of(REMEMBERS_HOSTS, (uint64_t)event_int(e, FIELD_HOST)), remembers);
}

/* With try_next_host_on_transport_error KumoMTA goes on where nobody has answered: not judged. */
static void on_policy(struct law_routes *r, const struct event *e)
{
    enum { AFTER_LOSS = 4 };
    const char *text = event_text(e, FIELD_TEXT);
    enum stays stays = GOES_ON;
    if (strcmp(event_text(e, FIELD_NAME), "retry") != 0) return;
    if (strncmp(text, "policy=qmail ", 13) == 0) stays = STAYS_ONCE_OPEN;
    if (strncmp(text, "policy=opensmtpd ", 17) == 0) stays = STAYS_ONCE_MAIL_IS_SAID;
    if (strncmp(text, "policy=kumomta ", 15) == 0 && law_setting(text, "stays_after") & AFTER_LOSS)
        stays = STAYS_ONCE_MAIL_IS_SAID;
    index_map_put(&r->accounts, key_of(STAYS, (uint64_t)event_int(e, FIELD_HOST)), stays);
}

static uint64_t question_key(const struct event *e, enum field_id name)
{
    const char *domain = event_text(e, name);
    return law_hash_name(law_hash(92, (uint64_t)event_int(e, FIELD_HOST)), domain, strlen(domain));
}

static void on_answer(struct law_routes *r, const struct event *e)
{
    if (strcmp(event_text(e, FIELD_QTYPE), "MX") != 0) return;
    bool is_answer = strcmp(event_text(e, FIELD_RCODE), "NOERROR") == 0;
    const char *text = is_answer ? event_text(e, FIELD_TEXT) : no_answer;
    size_t index = index_map_get(&r->answer_index, question_key(e, FIELD_QNAME));
    if (index == SIZE_MAX) {
        index_map_put(&r->answer_index, question_key(e, FIELD_QNAME), index = r->answers.count);
        *TABLE_ADD(&r->answers) = NULL;
    }
    /* Two look-ups may go on at a time, and hear different things: what was said lately counts too, the newest first.
     */
    char said[ANSWERS_KEPT], *before = r->answers.items[index];
    if (strlen(text) > LONGEST_TEXT) index_map_put(&r->accounts, law_hash(question_key(e, FIELD_QNAME), IS_CUT), 1);
    if (before && strcmp(before, text) != 0)
        index_map_put(&r->accounts, law_hash(question_key(e, FIELD_QNAME), DIFFERS), 1);
    snprintf(said, sizeof said, "%s%s%s", text, before ? ", " : "", before ? before : "");
    if (before && strncmp(before, text, strlen(text)) == 0 && *text) return;
    mem_free(before);
    r->answers.items[index] = mem_strdup(said);
}

/* "10 mx1.b.example., 20 mx2.b.example.": is this host there with this preference? It may be with several, in one
   answer or in two that differ. What is no MX record is passed over. */
static bool says(const char *answer, long preference, const char *host, size_t length)
{
    uint64_t wanted = law_hash_name(1, host, length);
    for (const char *c = answer; *c;) {
        char *name;
        bool is_wanted = strtol(c, &name, 10) == preference;
        size_t size = strcspn(name, ",");
        if (is_wanted && name != c && *name == ' ' && law_hash_name(1, name + 1, size - 1) == wanted) return true;
        c = name + size;
        c += strspn(c, ", ");
    }
    return false;
}

/* What stands in a list entry "10 mx1.b.example 10.0.0.5". */
struct place {
    long preference;
    const char *host, *address;
    size_t host_length, address_length;
};

static bool next_place(const char **text, struct place *p)
{
    char *end;
    if (!**text) return false;
    p->preference = strtol(*text, &end, 10);
    p->host = end + (*end == ' ');
    p->host_length = strcspn(p->host, " ,");
    p->address = p->host + p->host_length + (p->host[p->host_length] == ' ');
    p->address_length = strcspn(p->address, ",");
    *text = p->address + p->address_length;
    *text += strspn(*text, ", ");
    return true;
}

static void law_of_places(struct laws *laws, const struct event *e, const char *answer, struct law_route *route)
{
    struct law_routes *r = laws->routes;
    const char *text = event_text(e, FIELD_TEXT), *why = event_text(e, FIELD_WHY);
    bool is_cut = strlen(text) > LONGEST_TEXT || number_at(r, law_hash(question_key(e, FIELD_NAME), IS_CUT)) > 0;
    bool is_told = strcmp(why, "mx") == 0 && answer && !is_cut;
    long last = -1;
    struct place p;
    while (next_place(&text, &p) && route->n < PLACES) {
        int64_t peer = number_at(r, key_of(HAS_ADDRESS, law_hash_name(1, p.address, p.address_length)));
        if (p.preference < last)
            law_broken(laws, e, "D7", "a host of preference %ld comes after one of %ld", p.preference, last);
        last = p.preference;
        if (peer == route->host) law_broken(laws, e, "D7", "mail goes to the host itself");
        if (is_told && !says(answer, p.preference, p.host, p.host_length))
            law_broken(laws, e, "D7", "DNS does not say %ld of %.*s", p.preference, (int)p.host_length, p.host);
        route->peers[route->n++] = peer;
    }
}

/* Nothing may be as good as the host that asks, or worse. */
static void law_of_oneself(struct laws *laws, const struct event *e, const char *answer)
{
    struct law_routes *r = laws->routes;
    const char *text = event_text(e, FIELD_TEXT);
    long own = -1;
    for (const char *c = answer; *c;) {
        char *name;
        long preference = strtol(c, &name, 10);
        size_t size = strcspn(name, ",");
        bool is_own = name != c && *name == ' ' &&
                      number_at(r, key_of(NAMED, law_hash_name(1, name + 1, size - 1))) == event_int(e, FIELD_HOST);
        if (is_own && (own < 0 || preference < own)) own = preference;
        c = name + size;
        c += strspn(c, ", ");
    }
    struct place p;
    while (own >= 0 && next_place(&text, &p))
        if (p.preference >= own)
            law_broken(laws, e, "D7", "a host of preference %ld, and the asking one has %ld", p.preference, own);
}

static void put_step(struct law_routes *r, struct index_map *map, uint64_t key, struct law_step step)
{
    index_map_put(map, key, r->steps.count);
    *TABLE_ADD(&r->steps) = step;
}

/* No answer is not an answer without MX records; one with aliases may be. */
static bool says_no_mx(const char *answer)
{
    for (const char *c = answer; *c;) {
        if (isdigit((unsigned char)*c) || strcmp(answer, no_answer) == 0) return false;
        c += strcspn(c, ",");
        c += strspn(c, ", ");
    }
    return true;
}

static void on_route(struct laws *laws, const struct event *e)
{
    struct law_routes *r = laws->routes;
    size_t index = index_map_get(&r->answer_index, question_key(e, FIELD_NAME));
    const char *answer = index == SIZE_MAX ? NULL : r->answers.items[index], *why = event_text(e, FIELD_WHY);
    if (strcmp(why, "address literal") != 0 && !answer) law_broken(laws, e, "D7", "DNS has not said where it goes");
    bool differs = number_at(r, law_hash(question_key(e, FIELD_NAME), DIFFERS)) > 0;
    if (strcmp(why, "no mx") == 0 && answer && !differs && !says_no_mx(answer))
        law_broken(laws, e, "D6", "the domain is taken for its own mail host, but the answer was: %.60s", answer);
    struct law_route *route = TABLE_ADD(&r->routes);
    route->host = event_int(e, FIELD_HOST);
    law_of_places(laws, e, answer, route);
    if (answer && !differs) law_of_oneself(laws, e, answer);
    put_step(r, &r->event_steps, e->id, (struct law_step){.route = r->routes.count - 1});
}

/* --- what is tried --- */

static const struct law_step *step_at(const struct law_routes *r, const struct index_map *map, uint64_t key)
{
    size_t index = index_map_get(map, key);
    return index == SIZE_MAX ? NULL : &r->steps.items[index];
}

static void law_of_staying(struct laws *laws, const struct event *e, const struct law_step *before, size_t place)
{
    const struct law_route *route = &laws->routes->routes.items[before->route];
    int64_t stays = number_at(laws->routes, key_of(STAYS, (uint64_t)event_int(e, FIELD_HOST)));
    bool is_elsewhere = before->was_tried && !before->is_anew && route->peers[place] != route->peers[before->place];
    if (is_elsewhere && stays == STAYS_ONCE_OPEN && before->was_open)
        law_broken(laws, e, "D7", "another host is tried, though a connection stood");
    if (is_elsewhere && stays == STAYS_ONCE_MAIL_IS_SAID && before->has_mail)
        law_broken(laws, e, "D7", "another host is tried, though MAIL was said");
}

static void on_connection(struct laws *laws, const struct event *e)
{
    struct law_routes *r = laws->routes;
    /* Where packets and timers are not told, nor is why the next host is tried. */
    if (!laws->full || strcmp(event_text(e, FIELD_ROLE), "active") != 0 || event_int(e, FIELD_REMOTE_PORT) != 25)
        return;
    const struct law_step *found = step_at(r, &r->event_steps, e->cause);
    if (!found || r->routes.items[found->route].host != event_int(e, FIELD_HOST)) return;
    struct law_step before = *found;
    const struct law_route *route = &r->routes.items[before.route];
    size_t place = before.place;
    /* The same host: at its next address, or at the same one once more. */
    if (before.was_tried && place + 1 < route->n && route->peers[place + 1] == event_int(e, FIELD_PEER)) place++;
    while (place < route->n && route->peers[place] != event_int(e, FIELD_PEER))
        place++;
    /* A mail that came over another's session goes on behind the address that this one had, which nobody tells. */
    while (before.is_anew && place + 1 < route->n && route->peers[place + 1] == event_int(e, FIELD_PEER))
        place++;
    if (place == route->n) {
        law_broken(laws, e, "D7", "a host is tried that is not on the list, or was passed already");
        return;
    }
    bool may_skip = number_at(r, key_of(REMEMBERS_HOSTS, (uint64_t)event_int(e, FIELD_HOST))) > 0;
    law_counts(laws, LAWS_COUNT_D7, may_skip ? LAWS_EXCUSE_REMEMBERS : LAWS_JUDGED);
    if (!may_skip && !before.is_anew && place > before.place + before.was_tried)
        law_broken(laws, e, "D7", "a better host is passed over");
    law_of_staying(laws, e, &before, place);
    put_step(r, &r->conn_steps, (uint64_t)event_int(e, FIELD_CONN),
             (struct law_step){.route = before.route, .place = place, .was_tried = true});
}

/* What happens on a connection, and what follows from it, may be the reason to try the next place; or the first, for a
   mail that was sent over a connection which was there already. */
static void follow(struct law_routes *r, const struct event *e)
{
    uint64_t conn = event_has(e->kind, FIELD_CONN) ? (uint64_t)event_int(e, FIELD_CONN) : 0;
    const struct law_step *step = conn ? step_at(r, &r->conn_steps, conn) : NULL;
    if (!step) step = step_at(r, &r->event_steps, e->cause);
    if (!step) return;
    struct law_step next = *step;
    next.was_open |= conn && e->kind == EVENT_SESSION_OPEN;
    if (next.was_open && !step->was_open) put_step(r, &r->conn_steps, conn, next);
    bool is_mail = e->kind == EVENT_SMTP_LINE && strncmp(event_text(e, FIELD_TEXT), "MAIL ", 5) == 0;
    if (is_mail && next.has_mail) next = (struct law_step){.route = next.route, .is_anew = true};
    if (is_mail) {
        next.has_mail = true;
        put_step(r, &r->conn_steps, conn, next);
    }
    put_step(r, &r->event_steps, e->id, next);
}

void laws_of_routes(struct laws *laws, const struct event *e)
{
    if (!laws->routes) laws->routes = mem_calloc(1, sizeof *laws->routes);
    struct law_routes *r = laws->routes;
    switch (e->kind) {
    case EVENT_HOST_ADD:
        on_host(r, e);
        break;
    case EVENT_HOST_SETTINGS:
        on_settings(r, e);
        on_policy(r, e);
        break;
    case EVENT_DNS_ANSWER:
        on_answer(r, e);
        break;
    case EVENT_MAIL_ROUTE:
        on_route(laws, e);
        break;
    case EVENT_CONN_OPEN:
        on_connection(laws, e);
        break;
    case EVENT_CONN_CLOSE:
    case EVENT_SESSION_OPEN:
    case EVENT_SESSION_CLOSE:
    case EVENT_TIMER_FIRE:
    case EVENT_TCP_STATE:
    case EVENT_TLS_FAILED:
    case EVENT_TLS_FALLBACK:
    case EVENT_SMTP_LINE:
    case EVENT_DESTINATION:
    case EVENT_ATTEMPT_BEGIN:
    case EVENT_ATTEMPT_END:
    case EVENT_MAIL_DOUBT:
        follow(r, e);
        break;
    default:
        break;
    }
}

void laws_routes_free(struct laws *laws)
{
    struct law_routes *r = laws->routes;
    if (!r) return;
    struct index_map *const maps[] = {&r->accounts, &r->answer_index, &r->event_steps, &r->conn_steps};
    for (size_t i = 0; i < sizeof maps / sizeof *maps; i++)
        index_map_free(maps[i]);
    for (size_t i = 0; i < r->answers.count; i++)
        mem_free(r->answers.items[i]);
    mem_free(r->answers.items);
    mem_free(r->routes.items);
    mem_free(r->steps.items);
    mem_free(r);
}
