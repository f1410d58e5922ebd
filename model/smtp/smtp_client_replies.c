/* What each reply leads to: one handler for each state, which judges the reply by its first digit (RFC 5321 4.3.2) and
   returns the next state; and the outcomes of recipients. */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "model/smtp/domain_set.h"
#include "model/smtp/smtp_client_internal.h"
#include "model/smtp/transparency.h"
#include "sim/journal/memory.h"
#include "sim/journal/put.h"

/* --- Outcomes ------------------------------------------------------------------------------------------------------
 */

static enum delivery_outcome outcome_of(const struct smtp_reply *reply)
{
    switch (reply->code / 100) {
    case 2:
        return DELIVERY_DELIVERED;
    case 5:
        return DELIVERY_NEVER;
    default:
        return DELIVERY_LATER;
    }
}

/* The reply as one line: "550 5.1.1 no such user". */
static const char *reply_line(const struct smtp_reply *reply, char *out, size_t size)
{
    struct put words = put_into(out, size);

    put_number(&words, (uint64_t)reply->code, 3);
    if (reply->text[0]) put_text(&words, " ");
    put_text(&words, reply->text);
    for (char *c = out; *c; c++)
        if (*c == '\n') *c = ' ';
    return out;
}

static void settle(struct smtp_client *s, size_t i, enum delivery_outcome outcome, const char *words, bool missing)
{
    assert(s->recipients[i].state != RECIPIENT_SETTLED);
    if (s->recipients[i].state == RECIPIENT_ACCEPTED) s->n_accepted--;
    s->recipients[i].state = RECIPIENT_SETTLED;
    s->owner.outcome(s->owner.context, s->recipients[i].path, outcome, words, missing);
}

/* All recipients that have no outcome yet. Only those of the transaction at hand may have the mail all the same. */
static void settle_rest(struct smtp_client *s, enum delivery_outcome outcome, const char *words, bool missing)
{
    for (size_t i = 0; s->job && i < s->n_recipients; i++)
        if (s->recipients[i].state != RECIPIENT_SETTLED)
            settle(s, i, outcome, words, missing && s->recipients[i].state == RECIPIENT_ACCEPTED);
}

static void settle_rest_by_reply(struct smtp_client *s, enum delivery_outcome outcome, const struct smtp_reply *reply)
{
    char words[SMTP_REPLY_TEXT_BYTES + 4];

    settle_rest(s, outcome, reply_line(reply, words, sizeof words), false);
}

/* Those that the server has accepted in this transaction. */
static void settle_accepted(struct smtp_client *s, const struct smtp_reply *reply)
{
    char words[SMTP_REPLY_TEXT_BYTES + 4];
    enum delivery_outcome outcome = outcome_of(reply);

    if (s->n_accepted == 0) return;
    reply_line(reply, words, sizeof words);
    for (size_t i = 0; i < s->batch_end; i++)
        if (s->recipients[i].state == RECIPIENT_ACCEPTED) settle(s, i, outcome, words, false);
}

/* The server may have the mail if only its last word is missing (RFC 1047), which is awaited once all is written (RFC
   5321 4.5.3.2.6): content that TCP has not taken to its end ends without a dot. */
static bool may_be_taken(const struct smtp_client *s)
{
    return s->state == STATE_END_OF_DATA && (!s->io.taken || s->io.taken(s->io.context) >= s->written);
}

void smtp_client_abandon(struct smtp_client *s, const char *why)
{
    settle_rest(s, DELIVERY_LATER, why, may_be_taken(s));
    s->state = STATE_OVER;
}

/* --- Jobs ------------------------------------------------------------------------------------------------------------
 */

static bool has_eighth_bit(const char *bytes, size_t size)
{
    unsigned char all = 0;

    for (size_t i = 0; i < size; i++)
        all |= (unsigned char)bytes[i];
    return (all & 0x80) != 0;
}

void smtp_client_take_job(struct smtp_client *s, const struct smtp_job *job)
{
    s->job = job;
    s->n_accepted = s->next_recipient = s->batch_end = 0;
    mem_free(s->cleaned);
    s->cleaned = NULL;
    if (!job) return;
    assert(job->n_forward_paths > 0);
    if (job->n_forward_paths > s->capacity) {
        s->capacity = job->n_forward_paths;
        s->recipients = mem_realloc(s->recipients, s->capacity * sizeof *s->recipients);
    }
    s->n_recipients = job->n_forward_paths;
    for (size_t i = 0; i < s->n_recipients; i++)
        s->recipients[i] = (struct client_recipient){.path = i};
    s->content_is_8bit = has_eighth_bit(job->content, job->content_size);
}

static void clean_content(struct smtp_client *s)
{
    s->cleaned = mem_alloc(s->job->content_size + 1);
    memcpy(s->cleaned, s->job->content, s->job->content_size);
    content_clean_lines(s->cleaned, s->job->content_size);
}

static const char needs_smtputf8[] =
    "550 5.6.7 an address is beyond ASCII and the server does not offer SMTPUTF8 (RFC 6531 3.2)";

/* The sizes are told: base64 has made the content larger than what was attached. */
static const char *too_large(struct smtp_client *s)
{
    snprintf(s->too_large, sizeof s->too_large,
             "552 5.3.4 the content has %zu bytes and the server takes %" PRIu64 " (RFC 1870 6.1)",
             s->job->content_size, s->offer.size);
    return s->too_large;
}

/* Why this job cannot be sent to this server at all, or NULL. */
static const char *unsendable(struct smtp_client *s)
{
    const struct smtp_job *job = s->job;

    if (s->config.strays != SMTP_STRAYS_PASS && !s->cleaned &&
        !content_has_whole_lines(job->content, job->content_size)) {
        if (s->config.strays == SMTP_STRAYS_REFUSE)
            return "554 5.6.0 the content has a CR or LF alone (RFC 5321 2.3.8)";
        clean_content(s);
    }
    if (job->smtputf8 && !smtp_client_offers(s, SMTP_SMTPUTF8)) return needs_smtputf8;
    if (s->content_is_8bit && !smtp_client_offers(s, SMTP_8BITMIME))
        return "554 5.6.3 the content has 8-bit bytes and the server does not offer 8BITMIME (RFC 6152 3)";
    return s->offer.size && job->content_size > s->offer.size ? too_large(s) : NULL;
}

/* --- Transactions
 * ----------------------------------------------------------------------------------------------------- */

/* RFC 9422 4: how many recipients this transaction may have. */
static size_t find_batch_end(const struct smtp_client *s)
{
    struct domain_set domains = {0};
    size_t n = s->n_recipients;

    if (s->offer.rcpt_max && n - s->next_recipient > s->offer.rcpt_max) n = s->next_recipient + s->offer.rcpt_max;
    for (size_t i = s->next_recipient; s->offer.rcpt_domain_max && i < n; i++) {
        domain_set_add(&domains, smtp_client_path(s, i));
        if (domains.count > s->offer.rcpt_domain_max) n = i;
    }
    domain_set_free(&domains);
    return n;
}

static void leave_rest_untried(struct smtp_client *s)
{
    for (size_t i = 0; s->owner.untried && i < s->n_recipients; i++) {
        if (s->recipients[i].state == RECIPIENT_SETTLED) continue;
        s->recipients[i].state = RECIPIENT_SETTLED;
        s->owner.untried(s->owner.context, s->recipients[i].path);
    }
    settle_rest(s, DELIVERY_LATER, "the server takes no more mails in this session (RFC 9422)", false);
}

static bool is_beyond_ascii(const struct smtp_client *s, size_t i)
{
    const char *path = smtp_client_path(s, i);

    return has_eighth_bit(path, strlen(path));
}

/* RFC 6531 3.2. The others are independent of them, and may have the mail without SMTPUTF8. */
static void leave_out_beyond_ascii(struct smtp_client *s)
{
    size_t n = 0;

    for (size_t i = 0; i < s->n_recipients; i++)
        if (is_beyond_ascii(s, i))
            settle(s, i, DELIVERY_NEVER, needs_smtputf8, false);
        else
            s->recipients[n++] = s->recipients[i];
    s->n_recipients = n;
}

/* What of this job can never go to this server is settled; whether anything is left of it. */
static bool is_sendable(struct smtp_client *s)
{
    s->judges_itself = true;
    if (!smtp_client_offers(s, SMTP_SMTPUTF8)) leave_out_beyond_ascii(s);
    const char *why = s->n_recipients > 0 ? unsendable(s) : NULL; /* else the job is its owner's again */
    if (why) settle_rest(s, DELIVERY_NEVER, why, false);
    s->judges_itself = false;
    return !why && s->n_recipients > 0;
}

static enum client_state begin_batch(struct smtp_client *s)
{
    s->batch_end = find_batch_end(s);
    s->says_smtputf8 = s->job->smtputf8;
    for (size_t i = s->next_recipient; i < s->batch_end; i++)
        s->says_smtputf8 |= is_beyond_ascii(s, i);
    s->content_sent = 0;
    s->mail_accepted = false;
    s->n_mails++;
    return STATE_MAIL;
}

/* The session is ready for MAIL: with what is left of this job, or the first job after it that can be sent. */
enum client_state smtp_client_begin_transaction(struct smtp_client *s)
{
    while (s->job && !is_sendable(s))
        smtp_client_take_job(s, s->owner.next(s->owner.context));
    if (!s->job) return STATE_QUIT;
    if (!smtp_client_is_full(s)) return begin_batch(s);
    leave_rest_untried(s);
    return STATE_QUIT;
}

/* The transaction has ended; server_has_it_open: a MAIL was accepted that came to no end of data. */
static enum client_state end_transaction(struct smtp_client *s, bool server_has_it_open)
{
    bool is_last = smtp_client_is_full(s);

    s->next_recipient = s->batch_end;
    if (s->batch_end == s->n_recipients) smtp_client_take_job(s, is_last ? NULL : s->owner.next(s->owner.context));
    if (s->job && server_has_it_open && !is_last) return STATE_RSET;
    if (!s->job && !server_has_it_open && !is_last && s->owner.idles && s->owner.idles(s->owner.context))
        return STATE_IDLE;
    return smtp_client_begin_transaction(s);
}

/* --- Reply handlers: each returns the next state ----------------------------------------------------------------- */

enum client_state smtp_client_protocol_error(struct smtp_client *s, const struct smtp_reply *reply)
{
    char words[SMTP_REPLY_TEXT_BYTES + 64], line[SMTP_REPLY_TEXT_BYTES + 4];

    snprintf(words, sizeof words, "reply out of place: %s", reply_line(reply, line, sizeof line));
    settle_rest(s, DELIVERY_LATER, words, may_be_taken(s));
    return STATE_OVER;
}

static enum client_state give_up(struct smtp_client *s, const char *why)
{
    s->judges_itself = true;
    settle_rest(s, DELIVERY_LATER, why, false);
    s->judges_itself = false;
    return STATE_QUIT;
}

/* A host that greets with 5yz may be the wrong one of several: the mail waits, whatever the digit. */
static enum client_state on_greeting(struct smtp_client *s, const struct smtp_reply *reply)
{
    switch (reply->code / 100) {
    case 2:
        return STATE_EHLO;
    case 3:
        return smtp_client_protocol_error(s, reply);
    default:
        settle_rest_by_reply(s, DELIVERY_LATER, reply);
        return STATE_QUIT;
    }
}

static enum client_state begin_mails(struct smtp_client *s)
{
    if (s->owner.offered && !s->offer_told) s->owner.offered(s->owner.context, &s->offer);
    s->offer_told = true;
    return smtp_client_begin_transaction(s);
}

/* RFC 4954: the mechanism of the setting where it is offered, else the other. */
static enum client_state begin_auth_by(const struct smtp_client *s)
{
    unsigned first = s->config.mechanism, offered = s->offer.mechanisms;
    bool is_first = offered & first || (s->config.insists_on_mechanism && smtp_client_offers(s, SMTP_AUTH));
    unsigned mechanism = is_first ? first : offered & ~first;

    if (mechanism & SMTP_AUTH_PLAIN) return STATE_AUTH_PLAIN;
    return mechanism & SMTP_AUTH_LOGIN ? STATE_AUTH_LOGIN : STATE_OVER;
}

static enum client_state begin_auth(struct smtp_client *s)
{
    if (!s->config.user || s->authenticated) return begin_mails(s);
    if (s->config.auth_over_tls_only && !s->security)
        return give_up(s, "454 4.7.0 no TLS, and the password is not for all");
    enum client_state first_word = begin_auth_by(s);
    if (first_word != STATE_OVER) return first_word;
    return give_up(s, "454 4.7.0 the server offers no AUTH that we know");
}

/* RFC 3207: with TLS all begins again, so nothing else is said before it. */
static enum client_state begin_tls(struct smtp_client *s)
{
    bool possible = s->io.start_tls && smtp_client_offers(s, SMTP_STARTTLS);

    if (s->security || s->config.tls == SMTP_TLS_NEVER) return begin_auth(s);
    if (possible) return STATE_STARTTLS;
    if (s->config.tls == SMTP_TLS_REQUIRED) return give_up(s, "454 4.7.4 TLS is required, but was not offered");
    return begin_auth(s);
}

static enum client_state on_ehlo(struct smtp_client *s, const struct smtp_reply *reply)
{
    switch (reply->code / 100) {
    case 2:
        smtp_offer_read(&s->offer, reply->text);
        return begin_tls(s);
    case 5:
        return STATE_HELO; /* RFC 5321 3.2: an old server */
    case 4:
        settle_rest_by_reply(s, DELIVERY_LATER, reply);
        return STATE_QUIT;
    default:
        return smtp_client_protocol_error(s, reply);
    }
}

static enum client_state on_helo(struct smtp_client *s, const struct smtp_reply *reply)
{
    switch (reply->code / 100) {
    case 2:
        memset(&s->offer, 0, sizeof s->offer);
        return begin_tls(s);
    case 3:
        return smtp_client_protocol_error(s, reply);
    default:
        settle_rest_by_reply(s, outcome_of(reply), reply);
        return STATE_QUIT;
    }
}

static enum client_state on_starttls(struct smtp_client *s, const struct smtp_reply *reply)
{
    if (reply->code == 220) return STATE_HANDSHAKE;
    if (reply->code / 100 < 4) return smtp_client_protocol_error(s, reply);
    if (s->config.tls != SMTP_TLS_REQUIRED) return begin_auth(s);
    settle_rest_by_reply(s, DELIVERY_LATER, reply);
    return STATE_QUIT;
}

/* 334 where another line is awaited, 235 at the end. Whatever is wrong may be put right: the mail waits. */
static enum client_state on_auth(struct smtp_client *s, const struct smtp_reply *reply, enum client_state on_334)
{
    if (reply->code / 100 == 3 && on_334 != STATE_OVER) return on_334;
    if (reply->code / 100 == 3) return smtp_client_protocol_error(s, reply);
    if (reply->code / 100 == 2 && on_334 != STATE_OVER) return smtp_client_protocol_error(s, reply);
    if (reply->code / 100 == 2) {
        s->authenticated = true;
        return begin_mails(s);
    }
    settle_rest_by_reply(s, DELIVERY_LATER, reply);
    return STATE_QUIT;
}

static bool data_follows(const struct smtp_client *s)
{
    return s->grouped && !(s->config.chunking && smtp_client_offers(s, SMTP_CHUNKING));
}

/* In a group the replies to the commands after a refused MAIL still come, and are counted. */
static enum client_state on_mail(struct smtp_client *s, const struct smtp_reply *reply)
{
    if (reply->code / 100 == 3) return smtp_client_protocol_error(s, reply);
    s->mail_accepted = reply->code / 100 == 2;
    if (s->mail_accepted) return STATE_RCPT;
    if (!s->grouped) s->batch_end = s->n_recipients;
    settle_rest_by_reply(s, outcome_of(reply), reply);
    return s->grouped ? STATE_RCPT : end_transaction(s, false);
}

static enum client_state begin_content(const struct smtp_client *s)
{
    if (!s->config.chunking || !smtp_client_offers(s, SMTP_CHUNKING)) return STATE_DATA;
    if (s->config.chunk_bytes && s->config.chunk_bytes < s->job->content_size) return STATE_CHUNK;
    return STATE_END_OF_DATA;
}

static void judge_recipient(struct smtp_client *s, size_t i, const struct smtp_reply *reply)
{
    char words[SMTP_REPLY_TEXT_BYTES + 4];
    /* RFC 5321 4.5.3.1.10: 552 to RCPT means too many recipients, and passes. */
    enum delivery_outcome outcome = reply->code == 552 ? DELIVERY_LATER : outcome_of(reply);

    if (s->recipients[i].state == RECIPIENT_SETTLED) return; /* by the reply to MAIL */
    if (reply->code / 100 == 2) {
        s->recipients[i].state = RECIPIENT_ACCEPTED;
        s->n_accepted++;
    } else
        settle(s, i, outcome, reply_line(reply, words, sizeof words), false);
}

/* After a refused MAIL the rest of the job has its outcome already. */
static enum client_state end_refused_mail(struct smtp_client *s)
{
    s->batch_end = s->n_recipients;
    return end_transaction(s, false);
}

static enum client_state on_rcpt(struct smtp_client *s, const struct smtp_reply *reply)
{
    if (reply->code / 100 == 3) return smtp_client_protocol_error(s, reply);
    judge_recipient(s, s->next_recipient++, reply);
    if (s->next_recipient < s->batch_end) return STATE_RCPT;
    if (data_follows(s)) return STATE_DATA;
    if (!s->mail_accepted) return end_refused_mail(s);
    return s->n_accepted > 0 ? begin_content(s) : end_transaction(s, true);
}

static enum client_state on_data(struct smtp_client *s, const struct smtp_reply *reply)
{
    switch (reply->code / 100) {
    case 3:
        return STATE_END_OF_DATA;
    case 2:
        return smtp_client_protocol_error(s, reply);
    default:
        settle_accepted(s, reply);
        return s->mail_accepted ? end_transaction(s, true) : end_refused_mail(s);
    }
}

static enum client_state on_chunk(struct smtp_client *s, const struct smtp_reply *reply)
{
    size_t left = s->job->content_size - s->content_sent;

    if (reply->code / 100 == 3) return smtp_client_protocol_error(s, reply);
    if (reply->code / 100 == 2) return left > s->config.chunk_bytes ? STATE_CHUNK : STATE_END_OF_DATA;
    /* RFC 3030 2: RSET makes sure of where the server is. */
    settle_accepted(s, reply);
    return end_transaction(s, true);
}

static enum client_state on_end_of_data(struct smtp_client *s, const struct smtp_reply *reply)
{
    if (reply->code / 100 == 3) return smtp_client_protocol_error(s, reply);
    settle_accepted(s, reply);
    return s->mail_accepted ? end_transaction(s, false) : end_refused_mail(s);
}

static enum client_state on_rset(struct smtp_client *s, const struct smtp_reply *reply)
{
    if (reply->code / 100 == 2) return smtp_client_begin_transaction(s);
    settle_rest_by_reply(s, DELIVERY_LATER, reply);
    return STATE_QUIT;
}

enum client_state smtp_client_on_reply(struct smtp_client *s, const struct smtp_reply *reply)
{
    /* RFC 5321 3.8: 421 may answer anything, and the server closes. */
    if (reply->code == 421) {
        settle_rest_by_reply(s, DELIVERY_LATER, reply);
        return STATE_OVER;
    }
    /* A greeting said twice, and too late to be seen as surplus: it would shift every later pair. */
    if (reply->code == 220 && (s->state == STATE_EHLO || s->state == STATE_HELO))
        return smtp_client_protocol_error(s, reply);
    switch (s->state) {
    case STATE_CONNECT:
        return on_greeting(s, reply);
    case STATE_EHLO:
        return on_ehlo(s, reply);
    case STATE_HELO:
        return on_helo(s, reply);
    case STATE_STARTTLS:
        return on_starttls(s, reply);
    case STATE_AUTH_LOGIN:
        return on_auth(s, reply, STATE_AUTH_USER);
    case STATE_AUTH_USER:
        return on_auth(s, reply, STATE_AUTH_PASSWORD);
    case STATE_AUTH_PLAIN:
    case STATE_AUTH_PASSWORD:
        return on_auth(s, reply, STATE_OVER);
    case STATE_MAIL:
        return on_mail(s, reply);
    case STATE_RCPT:
        return on_rcpt(s, reply);
    case STATE_DATA:
        return on_data(s, reply);
    case STATE_CHUNK:
        return on_chunk(s, reply);
    case STATE_END_OF_DATA:
        return on_end_of_data(s, reply);
    case STATE_RSET:
        return on_rset(s, reply);
    case STATE_IDLE: /* it has nothing to say now; whatever it is, it ends the session */
    case STATE_QUIT:
    case STATE_NEW:
    case STATE_HANDSHAKE:
    case STATE_OVER:
        break;
    }
    return STATE_OVER;
}
