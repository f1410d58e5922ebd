/* M19: what a server takes of one client (client_limits, host.settings "clients"): connections at once and in a time
   unit, mails and recipients in a time unit, refusals and idle commands in a session. What is within passes, one more
   does not.

   A client is an address, as the packet says that answers it first. A connection counts from the moment at which
   the server thinks of its greeting, which is told by its first words or by a rule; not if a fault puts other words in
   its mouth. What else was said is known from the dialogue (laws_smtp.c): where that is not judged, or answers are kept
   back so that nobody hears when a command was read, nobody can say any more how often this client has come. */
#include <stdlib.h>
#include <string.h>

#include "sim/journal/memory.h"
#include "viz/readers/laws_dialogue.h"

enum { SMTP_PORT = 25 };

struct law_client_limits {
    int64_t at_once, per_ns, connections, mails, recipients, errors, junk; /* 0: no limit */
    bool asks_dns;                                                         /* between MAIL and its reply */
};

/* One address at one server. */
struct law_client {
    int64_t begins_ns, at_once, connections, mails, recipients; /* begins: of the time unit; -1: none */
    enum laws_excuse unsure;                                    /* why its counts in a time unit are not known */
};

enum rule { NO_RULE, TOO_MANY_MAILS, TOO_MANY_RECIPIENTS, REFUSED_BY_RULE };

/* A stranger's session. */
struct law_guest {
    size_t limits, client;
    bool is_begun, is_counted, is_held; /* is_held: an answer is kept back */
    bool is_unsaid;                     /* its greeting is */
    enum laws_excuse unsure;            /* what it has said */
    enum rule rule;                     /* since the last reply */
    int64_t errors, junk_least, junk_most;
    int64_t at_once, connections; /* of its client, with itself, when it came */
};

struct law_clients {
    struct index_map limits_index, own, client_index, guest_index; /* host; (host, client); address; conn */
    struct index_map has_two_addresses;                            /* host */
    TABLE_OF(struct law_client_limits) limits;
    TABLE_OF(struct law_client) clients;
    TABLE_OF(struct law_guest) guests;
};

static bool has(const struct event *e, enum field_id field, const char *words)
{
    return strstr(event_text(e, field), words) != NULL;
}

/* --- who --- */

static void on_settings(struct law_clients *c, const struct event *e)
{
    const char *text = event_text(e, FIELD_TEXT);
    uint64_t host = (uint64_t)event_int(e, FIELD_HOST);
    if (strcmp(event_text(e, FIELD_NAME), "clients") != 0) return;
    index_map_put(&c->limits_index, host, c->limits.count);
    *TABLE_ADD(&c->limits) = (struct law_client_limits){.at_once = law_setting(text, "at_once"),
                                                        .per_ns = law_setting_ns(text, "per"),
                                                        .connections = law_setting(text, "connections"),
                                                        .mails = law_setting(text, "mails"),
                                                        .recipients = law_setting(text, "recipients"),
                                                        .errors = law_setting(text, "errors"),
                                                        .junk = law_setting(text, "junk"),
                                                        .asks_dns = law_setting(text, "asks_dns") > 0};
    for (const char *own = text; (own = strstr(own, "own=")) != NULL; own += 4)
        index_map_put(&c->own, law_hash(law_hash(131, host), (uint64_t)strtoll(own + 4, NULL, 10)), 1);
}

static struct law_guest *guest_of(struct law_clients *c, uint64_t conn)
{
    size_t index = index_map_get(&c->guest_index, conn);
    return index == SIZE_MAX ? NULL : &c->guests.items[index];
}

static struct law_guest *guest_in_session(struct laws *laws, const struct event *e)
{
    size_t conn = index_map_get(&laws->dialogue_sessions, (uint64_t)event_int(e, FIELD_SESSION));
    return conn == SIZE_MAX ? NULL : guest_of(laws->clients, conn);
}

static void on_host(struct law_clients *c, const struct event *e)
{
    bool has_two = event_int(e, FIELD_ADDRESS) && event_text(e, FIELD_ADDRESS6)[0] != '\0';
    if (has_two) index_map_put(&c->has_two_addresses, (uint64_t)event_int(e, FIELD_HOST), 1);
}

static bool has_two_addresses(const struct law_clients *c, const struct event *e)
{
    return index_map_get(&c->has_two_addresses, (uint64_t)event_int(e, FIELD_PEER)) != SIZE_MAX;
}

/* 4 or 6, of the packet.send; 0: it is not told. */
static unsigned version_of(const struct event *e)
{
    size_t size;
    const char *header = event_bytes(e, FIELD_HEADER, &size);
    return size > 0 ? (unsigned)(unsigned char)*header >> 4 : 0;
}

/* Version: of a host with two addresses; 0: it is not known which. */
static size_t client_of(struct law_clients *c, const struct event *e, unsigned version)
{
    uint64_t key = law_hash(law_hash(law_hash(132, (uint64_t)event_int(e, FIELD_HOST)), version),
                            (uint64_t)event_int(e, FIELD_PEER));
    size_t index = index_map_get(&c->client_index, key);
    if (index != SIZE_MAX) return index;
    index_map_put(&c->client_index, key, index = c->clients.count);
    struct law_client *client = TABLE_ADD(&c->clients);
    client->begins_ns = -1;
    client->unsure = version ? LAWS_JUDGED : LAWS_EXCUSE_NOT_TOLD;
    return index;
}

static void on_conn_open(struct laws *laws, const struct event *e)
{
    struct law_clients *c = laws->clients;
    uint64_t host = (uint64_t)event_int(e, FIELD_HOST), peer = (uint64_t)event_int(e, FIELD_PEER);
    size_t limits = index_map_get(&c->limits_index, host);
    bool is_called = strcmp(event_text(e, FIELD_ROLE), "passive") == 0 && event_int(e, FIELD_LOCAL_PORT) == SMTP_PORT;
    bool is_own = index_map_get(&c->own, law_hash(law_hash(131, host), peer)) != SIZE_MAX;
    if (limits == SIZE_MAX || !is_called || is_own || !peer) return;
    size_t client = client_of(c, e, has_two_addresses(c, e) ? 0 : 4);
    index_map_put(&c->guest_index, (uint64_t)event_int(e, FIELD_CONN), c->guests.count);
    *TABLE_ADD(&c->guests) = (struct law_guest){.limits = limits, .client = client};
}

static void on_packet_send(struct law_clients *c, const struct event *e)
{
    if (strcmp(event_text(e, FIELD_TAG), "tcp.syn-ack") != 0) return;
    struct law_guest *guest = guest_of(c, (uint64_t)event_int(e, FIELD_CONN));
    if (guest && !guest->is_begun && has_two_addresses(c, e)) guest->client = client_of(c, e, version_of(e));
}

/* --- how often --- */

static struct law_client *client_now(struct law_clients *c, const struct law_guest *guest, int64_t now_ns)
{
    struct law_client *client = &c->clients.items[guest->client];
    if (client->begins_ns >= 0 && now_ns - client->begins_ns < c->limits.items[guest->limits].per_ns) return client;
    client->begins_ns = now_ns;
    client->connections = client->mails = client->recipients = 0;
    return client;
}

static void unsure_of(struct law_clients *c, const struct law_guest *guest, enum laws_excuse why)
{
    struct law_client *client = &c->clients.items[guest->client];
    if (!client->unsure) client->unsure = why;
}

/* Mails and recipients are counted when they are asked about, and seen here when they are answered. Where the time unit
   is over, what is kept back may have begun the next. */
static void hold(struct law_clients *c, struct law_guest *guest, int64_t now_ns)
{
    const struct law_client *client = &c->clients.items[guest->client];
    guest->is_held = true;
    if (now_ns - client->begins_ns >= c->limits.items[guest->limits].per_ns) unsure_of(c, guest, LAWS_EXCUSE_HELD_BACK);
}

static bool is_beyond(int64_t count, int64_t most)
{
    return most > 0 && count > most;
}

/* What was refused was one too many, and nothing else is. */
static void law_of_count(struct laws *laws, const struct event *e, const char *what, int64_t count, int64_t most,
                         bool is_refused)
{
    if (is_refused) law_counts(laws, LAWS_COUNT_M19_CLIENTS_FULL, LAWS_JUDGED);
    if (is_refused && !is_beyond(count, most))
        law_broken(laws, e, "M19", "%s %lld is refused, of %lld", what, (long long)count, (long long)most);
    if (!is_refused && is_beyond(count, most))
        law_broken(laws, e, "M19", "%s %lld is taken, of %lld", what, (long long)count, (long long)most);
}

static void count(struct law_clients *c, const struct event *e, struct law_guest *guest)
{
    struct law_client *client = client_now(c, guest, e->at_ns);
    guest->is_begun = guest->is_counted = true;
    guest->at_once = ++client->at_once;
    guest->connections = ++client->connections;
}

/* Once it is known what it says: a fault may have it say something else. */
static void law_of_greeting(struct laws *laws, const struct event *e, const struct law_guest *guest,
                            const char *refusal)
{
    const struct law_client_limits *limits = &laws->clients->limits.items[guest->limits];
    const struct law_client *client = &laws->clients->clients.items[guest->client];
    bool is_too_many_at_once = strcmp(refusal, "too many at once") == 0, is_refused = *refusal != '\0';
    bool is_known = client->unsure != LAWS_EXCUSE_NOT_TOLD; /* nor which address it has */
    law_counts(laws, LAWS_COUNT_M19_CLIENTS, client->unsure);
    if (is_known && (is_too_many_at_once || limits->at_once))
        law_of_count(laws, e, "connection at once", guest->at_once, limits->at_once, is_too_many_at_once);
    if (!client->unsure && !is_too_many_at_once)
        law_of_count(laws, e, "connection in a time unit", guest->connections, limits->connections, is_refused);
}

static void begin(struct laws *laws, const struct event *e, struct law_guest *guest, const char *refusal)
{
    count(laws->clients, e, guest);
    law_of_greeting(laws, e, guest, refusal);
}

/* It says something else than its greeting, and has not counted anybody. */
static void begin_otherwise(struct law_clients *c, struct law_guest *guest)
{
    bool was_counted = guest->is_counted;
    guest->is_begun = true;
    guest->is_counted = false;
    if (!was_counted) return;
    c->clients.items[guest->client].unsure = LAWS_EXCUSE_NOT_TOLD; /* the worst: nor how many are there at once */
    c->clients.items[guest->client].at_once--;
}

/* What a tarpit kept back is not said to who talks before it, or goes before it. It was counted, unless that was a
   fault's refusal. */
static void never_said(struct law_clients *c, struct law_guest *guest)
{
    guest->is_unsaid = false;
    c->clients.items[guest->client].unsure = LAWS_EXCUSE_NOT_TOLD;
}

/* Of MAIL or RCPT, at its reply. */
static void law_of_rates(struct laws *laws, const struct event *e, struct law_guest *guest, bool is_mail,
                         bool is_counted)
{
    struct law_clients *c = laws->clients;
    const struct law_client_limits *limits = &c->limits.items[guest->limits];
    bool is_refused = guest->rule == (is_mail ? TOO_MANY_MAILS : TOO_MANY_RECIPIENTS);
    if (guest->is_held) unsure_of(c, guest, LAWS_EXCUSE_HELD_BACK);
    if (is_mail && limits->asks_dns) unsure_of(c, guest, LAWS_EXCUSE_HELD_BACK);
    if (!is_counted && !is_refused) return; /* nor does it begin a time unit */
    struct law_client *client = client_now(c, guest, e->at_ns);
    int64_t *count = is_mail ? &client->mails : &client->recipients;
    ++*count;
    law_counts(laws, LAWS_COUNT_M19_CLIENTS, client->unsure);
    if (!client->unsure)
        law_of_count(laws, e, is_mail ? "mail" : "recipient", *count, is_mail ? limits->mails : limits->recipients,
                     is_refused);
}

/* Which recipients were counted: those that were asked about, not what is no command just now. Of other refusals nobody
   can say who has spoken. */
static bool is_counted_recipient(struct law_clients *c, const struct law_guest *guest, const struct event *e, int code)
{
    static const char *const by_server[] = {"no such user here", "relaying denied", "User not local"};
    static const char *const not_asked[] = {"501 ", "503 ", "530 ", "553 ", "555 "};
    const char *text = event_text(e, FIELD_TEXT);
    if (code / 100 == 2 || guest->rule == REFUSED_BY_RULE) return true;
    for (size_t i = 0; i < sizeof by_server / sizeof *by_server; i++)
        if (strstr(text, by_server[i])) return true;
    bool is_not_asked = strstr(text, "4.5.3 Too many recipients") || strstr(text, "4.5.3 Too many domains");
    for (size_t i = 0; i < sizeof not_asked / sizeof *not_asked; i++)
        is_not_asked |= strncmp(text, not_asked[i], 4) == 0;
    if (!is_not_asked && guest->rule == NO_RULE) unsure_of(c, guest, LAWS_EXCUSE_NOT_TOLD);
    return false;
}

/* --- what one session may --- */

static void law_of_junk(struct laws *laws, const struct event *e, struct law_guest *guest, int code)
{
    int64_t most = laws->clients->limits.items[guest->limits].junk;
    bool may_be_none = code == 500 || code == 501 || code == 503 || code == 530; /* it was no command just then */
    guest->junk_most++;
    if (may_be_none) return;
    guest->junk_least++;
    law_counts(laws, LAWS_COUNT_M19_CLIENTS, guest->unsure);
    if (!guest->unsure && is_beyond(guest->junk_least, most))
        law_broken(laws, e, "M19", "command %lld without a mail is borne, of %lld", (long long)guest->junk_least,
                   (long long)most);
}

/* In the place of its own refusal a command was answered by the end of the session. It may have been counted all the
   same. */
static void count_last(struct laws *laws, const struct event *e, const struct law_guest *guest)
{
    struct law_clients *c = laws->clients;
    struct law_client *client = client_now(c, guest, e->at_ns);
    size_t conn = index_map_get(&laws->dialogue_sessions, (uint64_t)event_int(e, FIELD_SESSION));
    const struct law_dialogue *d = law_dialogue_of(laws, conn);
    bool is_asked = d && d->answered < d->commands.count;
    enum law_command asked = is_asked ? d->commands.items[d->answered].command : LAW_OTHER;
    client->mails += guest->rule == TOO_MANY_MAILS;
    client->recipients += guest->rule == TOO_MANY_RECIPIENTS || guest->rule == REFUSED_BY_RULE;
    if (guest->rule == NO_RULE && (asked == LAW_RCPT || asked == LAW_MAIL)) unsure_of(c, guest, LAWS_EXCUSE_NOT_TOLD);
}

static void law_of_too_much_in_session(struct laws *laws, const struct event *e, struct law_guest *guest)
{
    const struct law_client_limits *limits = &laws->clients->limits.items[guest->limits];
    bool is_junk = has(e, FIELD_TEXT, "no mail");
    if (!is_junk) count_last(laws, e, guest);
    law_counts(laws, LAWS_COUNT_M19_CLIENTS, guest->unsure);
    if (guest->unsure) return;
    law_counts(laws, LAWS_COUNT_M19_CLIENTS_FULL, LAWS_JUDGED);
    if (is_junk && !is_beyond(guest->junk_most + 1, limits->junk))
        law_broken(laws, e, "M19", "command %lld without a mail is too many, of %lld", (long long)guest->junk_most + 1,
                   (long long)limits->junk);
    if (!is_junk && guest->errors + 1 != limits->errors)
        law_broken(laws, e, "M19", "refusal %lld is the last, of %lld", (long long)guest->errors + 1,
                   (long long)limits->errors);
}

static void law_of_errors(struct laws *laws, const struct event *e, struct law_guest *guest, int code)
{
    int64_t most = laws->clients->limits.items[guest->limits].errors;
    /* Said when all is over anyway. */
    bool is_last =
        code == 421 || has(e, FIELD_TEXT, "Improper use of SMTP") || has(e, FIELD_TEXT, "before the greeting");
    if (code < 400 || is_last) return;
    guest->errors++;
    law_counts(laws, LAWS_COUNT_M19_CLIENTS, guest->unsure);
    if (!guest->unsure && most > 0 && guest->errors >= most)
        law_broken(laws, e, "M19", "refusal %lld, of %lld, and it goes on", (long long)guest->errors, (long long)most);
}

/* --- what is heard --- */

void law_of_guests(struct laws *laws, const struct event *e, const struct law_said *said, int code)
{
    struct law_clients *c = laws->clients;
    struct law_guest *guest = guest_of(c, (uint64_t)event_int(e, FIELD_CONN));
    if (!guest) return;
    bool is_content = said->command == LAW_CONTENT || said->command == LAW_LAST_CHUNK;
    if (said->command == LAW_MAIL) law_of_rates(laws, e, guest, true, code / 100 == 2);
    if (said->command == LAW_RCPT) law_of_rates(laws, e, guest, false, is_counted_recipient(c, guest, e, code));
    if (said->is_junk) law_of_junk(laws, e, guest, code);
    if (is_content) guest->junk_least = 0;
    if (is_content && code / 100 == 2) guest->junk_most = 0;
}

static void on_line(struct laws *laws, const struct event *e)
{
    struct law_clients *c = laws->clients;
    struct law_guest *guest = guest_of(c, (uint64_t)event_int(e, FIELD_CONN));
    const char *text = event_text(e, FIELD_TEXT);
    if (!guest || event_text(e, FIELD_WHO)[0] != 'S') return;
    int code = (int)strtol(text, NULL, 10);
    bool is_greeting = !guest->is_begun || guest->is_unsaid;
    enum laws_excuse why_odd = law_why_odd(laws, (uint64_t)event_int(e, FIELD_CONN));
    if (why_odd && why_odd != LAWS_EXCUSE_LAST_REPLY && !guest->unsure) guest->unsure = why_odd;
    if (guest->unsure && guest->unsure != LAWS_EXCUSE_ABUSE) unsure_of(c, guest, guest->unsure);
    if (strlen(text) > 3 && text[3] == '-') return;
    if (is_greeting && code != 220)
        begin_otherwise(c, guest);
    else if (!guest->is_begun)
        begin(laws, e, guest, "");
    else if (guest->is_unsaid)
        law_of_greeting(laws, e, guest, "");
    law_of_errors(laws, e, guest, code);
    guest->rule = NO_RULE;
    guest->is_held = guest->is_unsaid = false;
}

static void on_rate(struct laws *laws, const struct event *e, struct law_guest *guest)
{
    if (has(e, FIELD_TEXT, "in this time"))
        guest->rule = has(e, FIELD_TEXT, "mails") ? TOO_MANY_MAILS : TOO_MANY_RECIPIENTS;
    else
        law_of_too_much_in_session(laws, e, guest);
}

static void on_rule(struct laws *laws, const struct event *e)
{
    struct law_guest *guest = guest_in_session(laws, e);
    const char *name = event_text(e, FIELD_NAME);
    if (!guest) return;
    bool says_it_all_the_same = has(e, FIELD_TEXT, "everything twice") || has(e, FIELD_TEXT, "an octet at a time") ||
                                has(e, FIELD_TEXT, "cuts the dialogue off") ||
                                has(e, FIELD_TEXT, "resets the dialogue");
    if (strcmp(name, "connections") == 0) begin(laws, e, guest, event_text(e, FIELD_TEXT));
    if (strcmp(name, "fault") == 0 && !guest->is_begun && !says_it_all_the_same) begin_otherwise(laws->clients, guest);
    if (strcmp(name, "tarpit") == 0) {
        if (!guest->is_begun) { /* what it will say is not known yet */
            count(laws->clients, e, guest);
            guest->is_unsaid = true;
        }
        hold(laws->clients, guest, e->at_ns);
    }
    if (strcmp(name, "rate") == 0) {
        if (!guest->is_begun) begin_otherwise(laws->clients, guest); /* a fault's refusal is the last that is borne */
        on_rate(laws, e, guest);
    }
    if (strcmp(name, "early talker") == 0) never_said(laws->clients, guest);
    if (strcmp(name, "mailbox full") == 0 || strcmp(name, "greylisting") == 0) guest->rule = REFUSED_BY_RULE;
}

static void on_session_close(struct laws *laws, const struct event *e)
{
    struct law_guest *guest = guest_in_session(laws, e);
    if (!guest || !guest->is_counted) return;
    if (guest->is_unsaid) never_said(laws->clients, guest);
    guest->is_counted = false;
    laws->clients->clients.items[guest->client].at_once--;
}

void laws_of_clients(struct laws *laws, const struct event *e)
{
    if (!laws->clients) laws->clients = mem_calloc(1, sizeof *laws->clients);
    switch (e->kind) {
    case EVENT_HOST_ADD:
        on_host(laws->clients, e);
        break;
    case EVENT_HOST_SETTINGS:
        on_settings(laws->clients, e);
        break;
    case EVENT_CONN_OPEN:
        on_conn_open(laws, e);
        break;
    case EVENT_PACKET_SEND:
        on_packet_send(laws->clients, e);
        break;
    case EVENT_SMTP_RULE:
        on_rule(laws, e);
        break;
    case EVENT_SMTP_LINE:
        on_line(laws, e);
        break;
    case EVENT_SESSION_CLOSE:
        on_session_close(laws, e);
        break;
    default:
        break;
    }
}

void laws_clients_free(struct laws *laws)
{
    struct law_clients *c = laws->clients;
    if (!c) return;
    index_map_free(&c->limits_index);
    index_map_free(&c->own);
    index_map_free(&c->has_two_addresses);
    index_map_free(&c->client_index);
    index_map_free(&c->guest_index);
    mem_free(c->limits.items);
    mem_free(c->clients.items);
    mem_free(c->guests.items);
    mem_free(c);
}
