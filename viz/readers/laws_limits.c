/* M19: the limits that a server says it has (host.settings) hold exactly: what is at the limit passes, and one more
   does not. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "viz/readers/laws_dialogue.h"

enum account { MOST_BYTES = 1, MOST_RECIPIENTS, MOST_MAILS, MOST_HOPS, MOST_DOMAINS, NEEDS_AUTH };
enum { TLS_APPLICATION_DATA = 23 }; /* RFC 8446 5.1 */
enum { LINE_OCTETS = 512 };         /* RFC 5321 4.5.3.1.4, of a command without parameters that extensions bring */

static uint64_t key_of(enum account account, int64_t host)
{
    return law_hash(law_hash(81, account), (uint64_t)host);
}

/* -1: not told. */
static int64_t limit_of(const struct laws *laws, enum account account, int64_t host)
{
    size_t value = index_map_get(&laws->accounts, key_of(account, host));
    return value == SIZE_MAX ? -1 : (int64_t)value;
}

bool law_needs_auth(const struct laws *laws, int64_t server)
{
    return limit_of(laws, NEEDS_AUTH, server) > 0;
}

static void on_settings(struct laws *laws, const struct event *e)
{
    static const char *const names[] = {
        [MOST_BYTES] = "max_message=", [MOST_RECIPIENTS] = "max_recipients=",     [MOST_MAILS] = "max_mails=",
        [MOST_HOPS] = "max_hops=",     [MOST_DOMAINS] = "max_recipient_domains=", [NEEDS_AUTH] = "requires_auth="};
    if (strcmp(event_text(e, FIELD_NAME), "smtp") != 0) return;
    for (int i = MOST_BYTES; i <= NEEDS_AUTH; i++) {
        const char *found = strstr(event_text(e, FIELD_TEXT), names[i]);
        if (found)
            index_map_put(&laws->accounts, key_of((enum account)i, event_int(e, FIELD_HOST)),
                          (size_t)strtoll(found + strlen(names[i]), NULL, 10));
    }
}

static void law_of_sizes(struct laws *laws, const struct event *e, const struct law_dialogue *d,
                         const struct law_said *said, bool done, bool says_so)
{
    int64_t most = limit_of(laws, MOST_BYTES, d->server);
    if (most < 0 || said->size < 0) return;
    if (said->command == LAW_MAIL && done && said->size > most)
        law_broken(laws, e, "M19", "a mail of %lld bytes may come, of %lld at most", (long long)said->size,
                   (long long)most);
    if (says_so && said->size <= most)
        law_broken(laws, e, "M19", "%lld bytes are too much, where %lld are not", (long long)said->size,
                   (long long)most);
}

/* RFC 5321 4.5.3.1.4: 512 octets are a line, and 513 are none. */
static void law_of_lines(struct laws *laws, const struct event *e, const struct law_said *said, int code)
{
    static const bool is_plain[LAW_OTHER + 1] = {
        [LAW_HELLO] = true, [LAW_DATA] = true,     [LAW_CHUNK] = true, [LAW_LAST_CHUNK] = true,
        [LAW_RESET] = true, [LAW_STARTTLS] = true, [LAW_QUIT] = true};
    bool says_so = strstr(event_text(e, FIELD_TEXT), "5.5.6 Line too long") != NULL;
    if (says_so && said->line <= LINE_OCTETS)
        law_broken(laws, e, "M19", "a line of %lld octets is too long, where %d are not", (long long)said->line,
                   LINE_OCTETS);
    if (is_plain[said->command] && code < 400 && said->line > LINE_OCTETS)
        law_broken(laws, e, "M19", "a line of %lld octets is understood, where %d are the most", (long long)said->line,
                   LINE_OCTETS);
}

static bool is_received(const uint8_t *at, const uint8_t *end)
{
    static const char name[] = "Received:";
    return (size_t)(end - at) >= sizeof name - 1 && strncasecmp((const char *)at, name, sizeof name - 1) == 0;
}

/* RFC 5321 6.3, 4.4. Up to the empty line; what does not hold one is not in the clear, or a part. */
int64_t law_hops_of(struct laws *laws, const struct event *content)
{
    size_t length = (size_t)event_int(content, FIELD_LENGTH);
    const uint8_t *at =
        law_stream_span(laws, event_int(content, FIELD_STREAM), event_int(content, FIELD_OFFSET), length);
    const uint8_t *end = at ? at + length : NULL;
    int64_t hops = 0;
    if (at && at < end && *at == TLS_APPLICATION_DATA)
        return -1; /* a record's head hides where its first line begins */
    while (at && at < end) {
        if (end - at >= 2 && at[0] == '\r' && at[1] == '\n') return hops;
        hops += is_received(at, end);
        const uint8_t *line_end = memchr(at, '\n', (size_t)(end - at));
        at = line_end ? line_end + 1 : NULL;
    }
    return -1;
}

static void law_of_hops(struct laws *laws, const struct event *e, const struct law_dialogue *d,
                        const struct law_said *said, bool done)
{
    int64_t most = limit_of(laws, MOST_HOPS, d->server);
    if (most <= 0 || said->hops < 0) return;
    if (done && said->hops >= most)
        law_broken(laws, e, "M19", "a mail with %lld hops is taken, where %lld are too many", (long long)said->hops,
                   (long long)most);
    if (strstr(event_text(e, FIELD_TEXT), "5.4.6 too many hops") && said->hops < most)
        law_broken(laws, e, "M19", "%lld hops are too many, where %lld are", (long long)said->hops, (long long)most);
}

/* RFC 9422 4.3: a recipient of a domain that the mail has already is always taken; of one more, not beyond the limit.
 */
static void law_of_domains(struct laws *laws, const struct event *e, struct law_dialogue *d,
                           const struct law_said *said, bool done)
{
    int64_t most = limit_of(laws, MOST_DOMAINS, d->server);
    if (said->command != LAW_RCPT || most <= 0) return;
    if (d->recipients == 0) index_map_clear(&d->domains);
    int64_t n = (int64_t)d->domains.count;
    bool is_new = index_map_get(&d->domains, said->domain) == SIZE_MAX;
    if (done && is_new && n >= most)
        law_broken(laws, e, "M19", "a recipient of domain %lld of %lld is taken", (long long)n + 1, (long long)most);
    if (strstr(event_text(e, FIELD_TEXT), "4.5.3 Too many domains") && !(is_new && n >= most))
        law_broken(laws, e, "M19", "a recipient %s of %lld domains is one too many, where %lld are allowed",
                   is_new ? "beyond those" : "of one", (long long)n, (long long)most);
    if (done) index_map_put(&d->domains, said->domain, 1);
}

void law_of_limits(struct laws *laws, const struct event *e, struct law_dialogue *d, const struct law_said *said,
                   int code)
{
    const char *text = event_text(e, FIELD_TEXT);
    bool done = code / 100 == 2;
    int64_t most = limit_of(laws, MOST_RECIPIENTS, d->server), mails = limit_of(laws, MOST_MAILS, d->server);
    if (said->command == LAW_RCPT && most > 0) {
        if (done && d->recipients >= most)
            law_broken(laws, e, "M19", "recipient %u of %lld", d->recipients + 1, (long long)most);
        if (strstr(text, "4.5.3 Too many recipients") && d->recipients < most)
            law_broken(laws, e, "M19", "%u recipients are enough, where %lld are allowed", d->recipients,
                       (long long)most);
    }
    law_of_domains(laws, e, d, said, done);
    if (said->command == LAW_MAIL && done && mails > 0 && d->mails >= mails)
        law_broken(laws, e, "M19", "mail %u of %lld in one session", d->mails + 1, (long long)mails);
    if (said->command == LAW_CONTENT) law_of_hops(laws, e, d, said, done);
    if (said->line > 0) law_of_lines(laws, e, said, code);
    law_of_guests(laws, e, said, code);
    law_of_full_mailboxes(laws, e, d, said, code);
    law_of_full_disks(laws, e, said);
    bool is_size = said->command == LAW_MAIL || said->command == LAW_CONTENT;
    if (is_size) law_of_sizes(laws, e, d, said, done, strstr(text, "5.3.4 Message size exceeds") != NULL);
}

/* What was taken, its bytes as they are kept. */
static void on_taken(struct laws *laws, const struct event *e)
{
    int64_t most = limit_of(laws, MOST_BYTES, event_int(e, FIELD_HOST));
    if (strcmp(event_text(e, FIELD_NAME), "accepted") == 0 && most >= 0 && event_int(e, FIELD_SIZE) > most)
        law_broken(laws, e, "M19", "a mail of %lld bytes is taken, where %lld are allowed",
                   (long long)event_int(e, FIELD_SIZE), (long long)most);
}

void laws_of_limits(struct laws *laws, const struct event *e)
{
    if (e->kind == EVENT_HOST_SETTINGS) on_settings(laws, e);
    if (e->kind == EVENT_MAIL_CONTENT) on_taken(laws, e);
    laws_of_clients(laws, e);
}
