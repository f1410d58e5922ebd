#include "model/host/host_settings.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

/* "a=1 b=2": what is 0 is left out. */
struct words {
    char text[RETRY_TEXT_BYTES];
    size_t used;
};

static void say(struct words *w, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void say(struct words *w, const char *format, ...)
{
    if (w->used > 0 && w->used + 1 < sizeof w->text) w->text[w->used++] = ' ';
    va_list arguments;
    va_start(arguments, format);
    int n = vsnprintf(w->text + w->used, sizeof w->text - w->used, format, arguments);
    va_end(arguments);
    w->used += (size_t)n;
    if (w->used >= sizeof w->text) w->used = sizeof w->text - 1;
}

static void say_number(struct words *w, const char *key, uint64_t value)
{
    if (value) say(w, "%s=%" PRIu64, key, value);
}

static void emit(struct world *world, const struct host *host, const char *name, const char *text)
{
    if (*text)
        JOURNAL_EMIT(world->journal, HOST_SETTINGS, F_INT(HOST, host->id.n), F_TEXT(NAME, name), F_TEXT(TEXT, text));
}

static void emit_smtp(struct world *world, const struct host *host)
{
    const struct smtp_server_config *smtp = &host->description->smtp.server;
    struct words w = {0};
    say(&w, "max_message=%zu max_recipients=%zu max_mails=%zu max_hops=%u", smtp->max_message, smtp->max_recipients,
        smtp->max_mails, host->description->smtp.max_hops);
    say_number(&w, "max_recipient_domains", smtp->max_recipient_domains);
    say_number(&w, "requires_auth", smtp->auth_required);
    emit(world, host, "smtp", w.text);
}

static void emit_disk(struct world *world, const struct host *host)
{
    const struct scenario_disk *disk = &host->description->disk;
    struct words w = {0};
    if (disk->read_ns)
        say(&w, "read=%lld.%09llds", (long long)(disk->read_ns / SECOND), (long long)(disk->read_ns % SECOND));
    say_number(&w, "size", disk->size_bytes);
    say_number(&w, "files", disk->files);
    say_number(&w, "takes_time", disk->takes_time);
    emit(world, host, "disk", w.text);
}

/* Limits of clients, and for which clients there are none: its own ones (refusals.h). */
static void emit_clients(struct world *world, const struct host *host)
{
    const struct scenario *scenario = world->scenario;
    const struct scenario_mail_server *server = &host->description->mail_server;
    const struct scenario_refusals *r = &server->refusals;
    const struct rate_limit_settings *limits = &r->limits;
    int own = (int)host->id.n - 1;
    struct words w = {0};
    if (!r->limits_clients && !r->most_errors && !r->most_junk) return;
    say_number(&w, "at_once", limits->at_once);
    if (r->limits_clients)
        say(&w, "per=%lld.%09llds", (long long)(limits->unit_ns / SECOND), (long long)(limits->unit_ns % SECOND));
    say_number(&w, "connections", limits->connections);
    say_number(&w, "mails", limits->mails);
    say_number(&w, "recipients", limits->recipients);
    say_number(&w, "errors", r->most_errors);
    say_number(&w, "junk", r->most_junk);
    say_number(&w, "asks_dns", server->refuses_null_mx_senders); /* so that replies to MAIL may come later */
    for (size_t i = 0; i < scenario->n_hosts; i++) {
        const struct scenario_host *h = &scenario->hosts[i];
        bool is_own = h->role == ROLE_CLIENT && (h->client.submits_to == own || h->client.fetches_from == own);
        if (is_own) say_number(&w, "own", i + 1);
    }
    emit(world, host, "clients", w.text);
}

static void emit_mailboxes(struct world *world, const struct host *host)
{
    const struct scenario_refusals *r = &host->description->mail_server.refusals;
    struct words w = {0};
    if (!r->mailbox_mails && !r->mailbox_bytes) return;
    say_number(&w, "mails", r->mailbox_mails);
    say_number(&w, "size", r->mailbox_bytes);
    if (r->full_reply) say(&w, "reply=%s", r->full_reply);
    emit(world, host, "mailboxes", w.text);
}

void host_settings_emit_retry(const struct host *host, const struct retry_policy *policy)
{
    char text[RETRY_TEXT_BYTES];
    emit(host->world, host, "retry", retry_policy_text(policy, text));
}

void host_settings_emit(struct world *world, const struct host *host)
{
    if (host->description->role != ROLE_MAIL_SERVER || !journal_wants(world->journal, EVENT_HOST_SETTINGS)) return;
    host_settings_emit_retry(host, &host->description->mail_server.retry);
    emit_smtp(world, host);
    emit_disk(world, host);
    emit_clients(world, host);
    emit_mailboxes(world, host);
}
