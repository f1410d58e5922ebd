/* A mail program: what its user sends waits in the outbox until the user's server has taken it; the server's mailbox is
   fetched at intervals, and emptied, or left as it is. A submission that failed is tried again after a while. While its
   user is not there it begins neither; what is under way goes on. */
#include <stdio.h>
#include <string.h>

#include "model/host/ledger.h"
#include "model/host/mail_client_internal.h"
#include "model/host/mail_server.h"
#include "model/host/mail_wishes.h"
#include "model/host/resolver.h"
#include "model/host/store.h"
#include "model/mail/address.h"
#include "model/mail/address_utf8.h"
#include "sim/distributions.h"
#include "sim/journal/memory.h"

/* --- submission --- */

static void on_outcome(void *context, size_t recipient, enum delivery_outcome outcome, const char *reply,
                       bool final_reply_missing)
{
    struct mail_client *client = context;
    struct outbox_mail *mail = client->job_mail;
    size_t i = client->job_recipients[recipient];
    struct journal *journal = world_of(client)->journal;
    uint64_t cause = journal_cause(journal);
    if (outcome == DELIVERY_LATER) {
        if (final_reply_missing)
            ledger_doubt(world_of(client)->ledger, mail->message->id, mail->message->recipients[i], client->host,
                         world_of(client)->hosts[settings(client)->submits_to].id, reply);
        journal_set_cause(journal, cause);
        return;
    }
    client->has_settled = true;
    outbox_settle(mail, i, outcome == DELIVERY_DELIVERED, reply);
    journal_set_cause(journal, cause); /* recipients are independent of one another */
}

/* What the writer of a mail of the scenario wants to hear of it (RFC 3461). */
static void ask_for_reports(struct mail_client *client, struct smtp_job *job)
{
    const struct scenario *scenario = world_of(client)->scenario;
    size_t index = (size_t)job->message.n - 1;
    if (index >= scenario->n_mails || !scenario->mails[index].orcpt) return;
    const struct scenario_mail *wanted = &scenario->mails[index];
    client->options = mem_realloc(client->options, job->n_forward_paths * sizeof *client->options);
    for (size_t i = 0; i < job->n_forward_paths; i++)
        client->options[i] = (struct smtp_recipient_options){wanted->notify, wanted->orcpt[client->job_recipients[i]]};
    job->options = client->options;
    job->ret = wanted->ret;
    job->envid = wanted->envid;
}

static const struct smtp_job *make_job(struct mail_client *client, struct outbox_mail *mail)
{
    const struct mail_message *message = mail->message;
    client->forward_paths = mem_realloc(client->forward_paths, message->n_recipients * sizeof *client->forward_paths);
    client->job_recipients =
        mem_realloc(client->job_recipients, message->n_recipients * sizeof *client->job_recipients);
    size_t n = 0;
    for (size_t i = 0; i < message->n_recipients; i++) {
        if (mail->states[i] != OUTBOX_OPEN) continue;
        client->forward_paths[n] = message->recipients[i];
        client->job_recipients[n++] = i;
    }
    client->job_mail = mail;
    mail->tried = true;
    client->job = (struct smtp_job){.message = message->id,
                                    .reverse_path = message->from,
                                    .forward_paths = client->forward_paths,
                                    .n_forward_paths = n,
                                    .content = message->content,
                                    .content_size = message->size,
                                    .smtputf8 = mail_needs_smtputf8(message->from, message->content, message->size)};
    ask_for_reports(client, &client->job);
    return &client->job;
}

/* The session goes on with the next mail of the outbox that has not been tried in it. */
static const struct smtp_job *next_job(void *context)
{
    struct mail_client *client = context;
    struct outbox_mail *next = outbox_next(client->job_mail->next);
    if (store_reads_fail(client->host)) return NULL;
    return next ? make_job(client, next) : NULL;
}

/* The first instant from now on at which the user is there. */
static int64_t online_ns(const struct mail_client *client)
{
    const struct scenario_client *s = settings(client);
    int64_t now_ns = now_of(client), midnight_ns = world_of(client)->scenario->starts_unix_s % (DAY / SECOND) * SECOND;
    if (s->n_online == 0) return now_ns;
    int64_t time_of_day_ns = (midnight_ns + now_ns) % DAY;
    for (size_t i = 0; i < s->n_online; i++)
        if (time_of_day_ns < s->online[i].until_ns)
            return time_of_day_ns < s->online[i].from_ns ? now_ns + s->online[i].from_ns - time_of_day_ns : now_ns;
    return now_ns + DAY - time_of_day_ns + s->online[0].from_ns;
}

static void submit(void *context)
{
    struct mail_client *client = context;
    if (client->submission.busy || !client->host->up || !outbox_next(client->outbox.first)) return;
    if (online_ns(client) > now_of(client)) {
        wake_set(&client->retry_wake, online_ns(client));
        return;
    }
    if (store_reads_fail(client->host)) {
        wake_set(&client->retry_wake, now_of(client) + settings(client)->submission_retry_ns);
        return;
    }
    for (struct outbox_mail *mail = client->outbox.first; mail; mail = mail->next)
        mail->tried = mail->is_saved;
    client->has_settled = false;
    errand_begin(&client->submission, settings(client)->submits_to, settings(client)->submission_port);
}

/* --- fetching --- */

static bool leaves_for_a_time(const struct mail_client *client)
{
    int64_t leaves_ns = settings(client)->leaves_ns;
    return leaves_ns > 0 && leaves_ns != TIME_NEVER;
}

/* What is new is fetched; what has lain there for long enough goes. */
static enum pop3_wish on_wish(void *context, const char *unique_id)
{
    struct mail_client *client = context;
    const struct left_mail *mail = left_mails_find(&client->left, unique_id);
    int64_t leaves_ns = settings(client)->leaves_ns;
    if (!mail) return POP3_FETCH;
    return leaves_ns != TIME_NEVER && now_of(client) - mail->fetched_ns >= leaves_ns ? POP3_DELETE : POP3_PASS;
}

/* The mail of this unique id, as its server has it; NULL: none. */
static const struct stored_mail *stored_mail_of(const struct mail_client *client, const char *unique_id)
{
    struct host *server = &world_of(client)->hosts[settings(client)->fetches_from];
    const struct mailbox *box =
        server->mail_server ? mail_server_mailbox(server->mail_server, settings(client)->user) : NULL;
    for (size_t i = 0; box && i < box->n; i++)
        if (strcmp(box->mails[i].unique_id, unique_id) == 0) return &box->mails[i];
    return NULL;
}

/* Which mail it is, and whose, for one mailbox may serve several addresses: what lies on the server under its unique
   id. Without one the bytes have to say it, which they may not, or not truly, if they were damaged where no checksum
   saw it. */
static bool identify(const struct mail_client *client, const char *unique_id, struct mail_bytes *mail,
                     char recipient[MESSAGE_ADDRESS_BYTES])
{
    bool is_named = message_delivered_to(mail->content, mail->size, recipient);
    const struct stored_mail *stored = *unique_id ? stored_mail_of(client, unique_id) : NULL;
    mail->message.n = stored ? stored->message.n : message_number_of(mail->content, mail->size);
    mail->recipient = recipient;
    if (stored) snprintf(recipient, MESSAGE_ADDRESS_BYTES, "%s", stored->recipient);
    return (stored || is_named) && world_knows_message(world_of(client), mail->message);
}

static void on_fetched(void *context, const char *unique_id, const char *content, size_t size)
{
    struct mail_client *client = context;
    struct mail_ledger *ledger = world_of(client)->ledger;
    struct mail_bytes mail = {
        .host = client->host->id, .queue_id = "", .where = "picked up", .content = content, .size = size};
    char recipient[MESSAGE_ADDRESS_BYTES];
    if (*unique_id) {
        left_mails_add(&client->left, unique_id, now_of(client));
        world_of(client)->mails_left += leaves_for_a_time(client);
    }
    if (!identify(client, unique_id, &mail, recipient)) return;
    ledger_tell_content(ledger, &mail);
    mail_enter_state(ledger, (struct mail_change){.message = mail.message,
                                                  .recipient = recipient,
                                                  .host = client->host,
                                                  .queue_id = "",
                                                  .from = MAIL_NOWHERE,
                                                  .to = MAIL_PICKED_UP,
                                                  .why = "fetched by POP3"});
}

static void on_finished(void *context, bool ok, const char *why)
{
    struct mail_client *client = context;
    (void)why;
    if (!ok) return;
    size_t before = client->left.n;
    left_mails_end(&client->left);
    if (leaves_for_a_time(client)) world_of(client)->mails_left -= before - client->left.n;
}

static void schedule_poll(struct mail_client *client)
{
    static const char purpose[] = "fetch jitter";
    const struct scenario_client *s = settings(client);
    int64_t jitter_ns = 0;
    if (s->fetch_jitter_ns > 0)
        jitter_ns = draw_uniform(
            random_draw(world_of(client)->seed, client->host->name_hash, random_hash_text(purpose), client->n_polls++),
            0, s->fetch_jitter_ns);
    wake_set(&client->poll_wake, now_of(client) + s->fetches_every_ns + jitter_ns);
}

static void poll_mailbox(void *context)
{
    struct mail_client *client = context;
    if (online_ns(client) > now_of(client)) {
        wake_set(&client->poll_wake, online_ns(client));
        return;
    }
    schedule_poll(client);
    if (client->fetch.busy || !client->host->up || !world_awaits_mail(world_of(client))) return;
    errand_begin(&client->fetch, settings(client)->fetches_from,
                 settings(client)->tls == CLIENT_TLS_IMPLICIT ? POP3S_PORT : POP3_PORT);
}

/* --- both --- */

void mail_client_start_session(struct errand *errand)
{
    struct mail_client *client = errand->client;
    struct session_io io = socket_session_io(errand->socket, errand->session);
    const struct session_security *security = socket_security(errand->socket);
    if (errand == &client->fetch) {
        char user[256];
        snprintf(user, sizeof user, "%.*s", (int)strcspn(settings(client)->user, "@"), settings(client)->user);
        struct pop3_client_owner owner = {.context = client, .fetched = on_fetched, .finished = on_finished};
        if (settings(client)->leaves_ns > 0) owner.wish = on_wish;
        left_mails_begin(&client->left);
        errand->pop3 = pop3_client_new(user, POP3_PASSWORD, io, owner);
        if (security) errand_become_secure(errand, security);
        pop3_client_start(errand->pop3, now_of(client));
        return;
    }
    const struct scenario_host *description = client->host->description;
    struct smtp_client_config config = description->smtp.client;
    struct smtp_client_config usual = smtp_client_config_default(NULL);
    smtp_timeouts_fill(&config.timeouts, &usual.timeouts);
    config.name = description->name;
    config.user = description->smtp.auth_user;
    config.password = description->smtp.auth_password;
    struct smtp_client_owner owner = {.context = client, .outcome = on_outcome, .next = next_job};
    config.tls = settings(client)->tls == CLIENT_TLS_OFF ? SMTP_TLS_NEVER : SMTP_TLS_REQUIRED;
    errand->smtp = smtp_client_new(&config, io, owner, make_job(client, outbox_next(client->outbox.first)));
    if (security) errand_become_secure(errand, security);
    smtp_client_start(errand->smtp, now_of(client));
}

static bool has_untried(const struct mail_client *client)
{
    struct outbox_mail *mail = outbox_next(client->outbox.first);
    while (mail && mail->tried)
        mail = outbox_next(mail->next);
    return mail != NULL;
}

void mail_client_errand_over(struct errand *errand, bool was_full)
{
    struct mail_client *client = errand->client;
    if (errand == &client->fetch) return;
    outbox_sweep(&client->outbox);
    if (!outbox_next(client->outbox.first)) return;
    /* Written while the session was ending, or more than the server takes in one session: at once. Tried in vain, or
       nobody was reached: later. */
    bool at_once = errand->connected && (has_untried(client) || (was_full && client->has_settled));
    wake_set(&client->retry_wake, now_of(client) + (at_once ? 0 : settings(client)->submission_retry_ns));
}

static void join_recipients(const struct mail_message *message, char *text, size_t size)
{
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < message->n_recipients && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, "%s%s", i ? ", " : "", message->recipients[i]);
}

void mail_client_write(struct mail_client *client, struct mail_draft draft)
{
    struct world *world = world_of(client);
    draft.host = client->host->description->name;
    draft.starts_unix_s = world->scenario->starts_unix_s;
    draft.at_ns = host_clock_ns(client->host);
    struct mail_message *message = message_compose(&draft);
    world_add_message(world, message);
    char recipients[1024];
    join_recipients(message, recipients, sizeof recipients);
    uint64_t event =
        JOURNAL_EMIT(world->journal, MAIL_COMPOSE, F_INT(MESSAGE, message->id.n), F_INT(HOST, client->host->id.n),
                     F_TEXT(NAME, message->name), F_TEXT(FROM, message->from), F_TEXT(TO, recipients),
                     F_TEXT(SUBJECT, message->subject), F_INT(SIZE, message->size));
    journal_set_cause(world->journal, event);
    ledger_tell_content(world->ledger, &(struct mail_bytes){.message = message->id,
                                                            .host = client->host->id,
                                                            .recipient = "",
                                                            .queue_id = "",
                                                            .where = "written",
                                                            .content = message->content,
                                                            .size = message->size});
    mail_wishes_emit(client->host, message->id);
    if (draft.priority)
        JOURNAL_EMIT(world->journal, MAIL_PRIORITY, F_INT(MESSAGE, message->id.n), F_INT(HOST, client->host->id.n),
                     F_TEXT(NAME, draft.priority));
    journal_set_cause(world->journal, event);
    outbox_add(&client->outbox, message);
}

/* Mails of the scenario have the first numbers, in its order, whenever they are written. */
static void write_mail(void *context, uint64_t index)
{
    struct mail_client *client = context;
    const struct scenario_mail *wanted = &world_of(client)->scenario->mails[index];
    world_of(client)->mails_to_come--;
    mail_client_write(client, (struct mail_draft){.id = {(uint32_t)index + 1},
                                                  .name = wanted->name,
                                                  .from = wanted->from,
                                                  .recipients = wanted->to,
                                                  .n_recipients = wanted->n_to,
                                                  .n_to = wanted->n_to - wanted->n_cc - wanted->n_bcc,
                                                  .n_cc = wanted->n_cc,
                                                  .reply_to = wanted->reply_to,
                                                  .html = wanted->html,
                                                  .attachments = wanted->attachments,
                                                  .n_attachments = wanted->n_attachments,
                                                  .subject = wanted->subject,
                                                  .priority = wanted->priority,
                                                  .text = wanted->text,
                                                  .verbatim = wanted->verbatim,
                                                  .size_bytes = wanted->size_bytes});
}

static void on_settled(void *context)
{
    struct mail_client *client = context;
    if (!client->submission.busy) outbox_sweep(&client->outbox);
}

struct mail_client *mail_client_new(struct host *host)
{
    struct mail_client *client = mem_calloc(1, sizeof *client);
    struct world *world = host->world;
    client->host = host;
    errand_init(&client->submission, client, "smtp time-out");
    errand_init(&client->fetch, client, "pop3 time-out");
    outbox_init(&client->outbox, host, settings(client)->submits_to, settings(client)->submission_retry_ns,
                (struct outbox_owner){.context = client, .ready = submit, .settled = on_settled});
    wake_init(&client->retry_wake, host, "next submission", submit, client);
    wake_init(&client->poll_wake, host, "next fetch", poll_mailbox, client);
    for (size_t i = 0; i < world->scenario->n_mails; i++)
        if (world->scenario->mails[i].client == (int)host->id.n - 1) {
            engine_at(world->engine, world->scenario->mails[i].at_ns, write_mail, client, i);
            world->mails_to_come++;
        }
    if (settings(client)->fetches_from >= 0) {
        ledger_set_fetched(world->ledger, &world->hosts[settings(client)->fetches_from], settings(client)->user,
                           settings(client)->leaves_ns > 0);
        schedule_poll(client);
    }
    return client;
}

void mail_client_crash(struct mail_client *client)
{
    errand_crash(&client->submission);
    errand_crash(&client->fetch);
    outbox_crash(&client->outbox);
    wake_set(&client->retry_wake, TIME_NEVER);
    wake_set(&client->poll_wake, TIME_NEVER);
}

void mail_client_restart(struct mail_client *client)
{
    errand_init(&client->submission, client, "smtp time-out");
    errand_init(&client->fetch, client, "pop3 time-out");
    if (settings(client)->fetches_from >= 0) schedule_poll(client);
    outbox_restart(&client->outbox, submit);
}

void mail_client_free(struct mail_client *client)
{
    if (!client) return;
    errand_drop(&client->submission);
    errand_drop(&client->fetch);
    wake_forget(&client->retry_wake);
    wake_forget(&client->poll_wake);
    outbox_free(&client->outbox);
    left_mails_free(&client->left);
    mem_free(client->forward_paths);
    mem_free(client->job_recipients);
    mem_free(client->options);
    mem_free(client);
}
