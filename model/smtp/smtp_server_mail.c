/* MAIL and RCPT (RFC 5321 4.1.1.2, 4.1.1.3): paths, and the parameters of SIZE (RFC 1870), 8BITMIME (RFC 6152), AUTH
   (RFC 4954 5), DSN (RFC 3461) and SMTPUTF8 (RFC 6531). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "model/smtp/smtp_server_internal.h"
#include "sim/journal/memory.h"

enum { ENVID_BYTES = 100, ORCPT_BYTES = 500 }; /* RFC 3461 4.4, 4.2 */

static bool has_eighth_bit(const char *text)
{
    while (*text && !((unsigned char)*text & 0x80))
        text++;
    return *text != '\0';
}

bool smtp_server_may_hold(const struct smtp_server *s, const char *text)
{
    return !has_eighth_bit(text) ||
           (s->session.esmtp && smtp_server_offers(s, SMTP_SMTPUTF8) && smtp_text_is_utf8(text));
}

/* --- Parameters: each check is given the value, and fills the reply when it returns false ------------------------ */

/* SIZE=bytes, at most 20 digits (RFC 1870 4). */
static bool check_size(struct smtp_server *s, const char *value, struct smtp_reply *reply)
{
    size_t digits = strspn(value, "0123456789");
    unsigned long long size;

    if (digits == 0 || digits > 20 || value[digits]) {
        *reply = smtp_reply_say(501, "5.5.4 SIZE needs a number");
        return false;
    }
    errno = 0;
    size = strtoull(value, NULL, 10);
    s->asked.size = size;
    if (errno != ERANGE && size <= s->config.max_message) return true;
    *reply = smtp_reply_make(552, "5.3.4 Message size exceeds the limit of %zu bytes", s->config.max_message);
    return false;
}

/* BODY=7BIT or BODY=8BITMIME (RFC 6152 2): content passes untouched in both cases. */
static bool check_body(struct smtp_server *s, const char *value, struct smtp_reply *reply)
{
    bool is_7bit = strcasecmp(value, "7BIT") == 0;

    s->asked.body = is_7bit ? SMTP_BODY_7BIT : SMTP_BODY_8BITMIME;
    if (is_7bit || strcasecmp(value, "8BITMIME") == 0) return true;
    *reply = smtp_reply_say(501, "5.5.4 BODY is 7BIT or 8BITMIME");
    return false;
}

/* AUTH=<> or AUTH=mailbox: who submitted it first (RFC 4954 5); it is not relied upon here. */
static bool check_auth(struct smtp_server *s, const char *value, struct smtp_reply *reply)
{
    (void)s;
    if (smtp_xtext_is_valid(value)) return true;
    *reply = smtp_reply_say(501, "5.5.4 AUTH needs a mailbox as xtext, or <>");
    return false;
}

static bool check_ret(struct smtp_server *s, const char *value, struct smtp_reply *reply)
{
    bool is_full = strcasecmp(value, "FULL") == 0;

    s->asked.ret = is_full ? SMTP_RET_FULL : SMTP_RET_HDRS;
    if (is_full || strcasecmp(value, "HDRS") == 0) return true;
    *reply = smtp_reply_say(501, "5.5.4 RET is FULL or HDRS");
    return false;
}

static bool check_envid(struct smtp_server *s, const char *value, struct smtp_reply *reply)
{
    size_t size = strlen(value);

    s->asked.has_envid = true;
    memcpy(s->asked.text, value, size + 1);
    if (size > 0 && size <= ENVID_BYTES && smtp_xtext_is_valid(value)) return true;
    *reply = smtp_reply_say(501, "5.5.4 ENVID is xtext of at most 100 bytes");
    return false;
}

static bool check_smtputf8(struct smtp_server *s, const char *value, struct smtp_reply *reply)
{
    s->asked.smtputf8 = true;
    if (value[0] == '\0') return true;
    *reply = smtp_reply_say(501, "5.5.4 SMTPUTF8 takes no value");
    return false;
}

static unsigned notify_bit(const char *word, size_t size)
{
    static const struct {
        const char *word;
        unsigned bit;
    } words[] = {{"NEVER", SMTP_NOTIFY_NEVER},
                 {"SUCCESS", SMTP_NOTIFY_SUCCESS},
                 {"FAILURE", SMTP_NOTIFY_FAILURE},
                 {"DELAY", SMTP_NOTIFY_DELAY}};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strlen(words[i].word) == size && strncasecmp(word, words[i].word, size) == 0) return words[i].bit;
    return 0;
}

/* NOTIFY=NEVER, or a list of SUCCESS, FAILURE, DELAY (RFC 3461 4.1). */
static bool check_notify(struct smtp_server *s, const char *value, struct smtp_reply *reply)
{
    bool is_right = true;

    for (const char *word = value; is_right; word++) {
        size_t size = strcspn(word, ",");
        unsigned bit = notify_bit(word, size);
        is_right = bit != 0;
        s->asked.notify |= bit;
        word += size;
        if (*word == '\0') break;
    }
    if (s->asked.notify & SMTP_NOTIFY_NEVER && s->asked.notify != SMTP_NOTIFY_NEVER) is_right = false;
    if (is_right) return true;
    *reply = smtp_reply_say(501, "5.5.4 NOTIFY is NEVER, or some of SUCCESS,FAILURE,DELAY");
    return false;
}

/* ORCPT=type;address, the address as xtext (RFC 3461 4.2). */
static bool check_orcpt(struct smtp_server *s, const char *value, struct smtp_reply *reply)
{
    const char *address = strchr(value, ';');
    size_t size = strlen(value);

    s->asked.has_orcpt = true;
    memcpy(s->asked.text, value, size + 1);
    if (address && address > value && address[1] && size <= ORCPT_BYTES && smtp_xtext_is_valid(address + 1))
        return true;
    *reply = smtp_reply_say(501, "5.5.4 ORCPT is a type, ;, and an address as xtext");
    return false;
}

/* What MAIL and RCPT know, each where its extension is offered and after EHLO. To add one: a row. */
struct known_parameter {
    const char *keyword;
    enum smtp_extension extension;
    bool (*check)(struct smtp_server *s, const char *value, struct smtp_reply *reply);
};

static const struct known_parameter mail_parameters[] = {
    {"SIZE", SMTP_SIZE, check_size}, {"BODY", SMTP_8BITMIME, check_body}, {"AUTH", SMTP_AUTH, check_auth},
    {"RET", SMTP_DSN, check_ret},    {"ENVID", SMTP_DSN, check_envid},    {"SMTPUTF8", SMTP_SMTPUTF8, check_smtputf8}};
static const struct known_parameter rcpt_parameters[] = {{"NOTIFY", SMTP_DSN, check_notify},
                                                         {"ORCPT", SMTP_DSN, check_orcpt}};

/* Its row, or n if there is none. */
static size_t find_parameter(const struct smtp_server *s, const struct known_parameter *known, size_t n,
                             const char *keyword)
{
    size_t i = s->session.esmtp ? 0 : n;

    while (i < n && (strcasecmp(keyword, known[i].keyword) != 0 || !smtp_server_offers(s, known[i].extension)))
        i++;
    return i;
}

/* False fills the reply. */
static bool check_parameters(struct smtp_server *s, const struct known_parameter *known, size_t n, const char *cursor,
                             struct smtp_reply *reply)
{
    unsigned had = 0;
    struct smtp_parameter p;
    enum smtp_parameter_found found;

    while ((found = smtp_parameter_read(&cursor, &p)) == SMTP_PARAMETER_READ) {
        size_t i = find_parameter(s, known, n, p.keyword);
        if (i == n) {
            *reply = smtp_reply_make(555, "5.5.4 Unsupported parameter %s", p.keyword);
            return false;
        }
        if (had & 1u << i) break;
        had |= 1u << i;
        if (!known[i].check(s, p.value, reply)) return false;
    }
    if (found == SMTP_PARAMETER_NONE) return true;
    *reply = smtp_reply_say(501, "5.5.4 Syntax error in parameters");
    return false;
}

static void ask_nothing(struct asked *asked)
{
    asked->size = 0;
    asked->body = SMTP_BODY_UNSAID;
    asked->ret = SMTP_RET_UNSAID;
    asked->smtputf8 = asked->has_envid = asked->has_orcpt = false;
    asked->notify = SMTP_NOTIFY_UNSAID;
}

/* --- MAIL -----------------------------------------------------------------------------------------------------------
 */

struct smtp_reply smtp_server_on_mail(struct smtp_server *s, const char *argument)
{
    struct asked *asked = &s->asked;
    struct smtp_envelope e;
    struct smtp_reply reply;
    const char *wrong;

    if (strncasecmp(argument, "FROM:", 5) != 0) return smtp_reply_say(501, "5.5.4 Syntax: MAIL FROM:<address>");
    argument += 5;
    wrong = smtp_path_read(SMTP_REVERSE_PATH, &argument, asked->path);
    if (wrong) return smtp_reply_make(501, "5.1.7 Bad sender: %s", wrong);
    ask_nothing(asked);
    if (!check_parameters(s, mail_parameters, sizeof mail_parameters / sizeof mail_parameters[0], argument, &reply))
        return reply;
    if (!asked->smtputf8 && has_eighth_bit(asked->path))
        return smtp_reply_say(553, "5.6.7 Address beyond ASCII without SMTPUTF8");
    /* RFC 9422 4.1 */
    if (s->config.max_mails && s->session.n_mails >= s->config.max_mails)
        return smtp_reply_say(452, "4.5.3 Too many mails in this session");
    e = smtp_server_envelope(s);
    e.reverse_path = asked->path;
    e.size = asked->size;
    e.body = asked->body;
    e.ret = asked->ret;
    e.envid = asked->has_envid ? asked->text : NULL;
    e.smtputf8 = asked->smtputf8;
    return s->policy.mail(s->policy.context, &e);
}

void smtp_server_mail_effect(struct smtp_server *s, struct smtp_reply *reply)
{
    struct transaction *t = &s->transaction;

    if (reply->code / 100 != 2) return;
    s->session.n_mails++;
    t->open = true;
    t->reverse_path = mem_strdup(s->asked.path);
    t->envid = s->asked.has_envid ? mem_strdup(s->asked.text) : NULL;
    t->size = s->asked.size;
    t->body = s->asked.body;
    t->ret = s->asked.ret;
    t->smtputf8 = s->asked.smtputf8;
}

/* --- RCPT -----------------------------------------------------------------------------------------------------------
 */

/* RFC 9422 4.3: whether this recipient would be of one domain more than a mail may have. */
static bool is_of_too_many_domains(const struct smtp_server *s, const char *path)
{
    const struct transaction *t = &s->transaction;

    return s->config.max_recipient_domains && t->domains.count >= s->config.max_recipient_domains &&
           !domain_set_has(&t->domains, path);
}

struct smtp_reply smtp_server_on_rcpt(struct smtp_server *s, const char *argument)
{
    struct asked *asked = &s->asked;
    struct smtp_recipient_options options;
    struct smtp_envelope e;
    struct smtp_reply reply;
    const char *wrong;

    if (strncasecmp(argument, "TO:", 3) != 0) return smtp_reply_say(501, "5.5.4 Syntax: RCPT TO:<address>");
    argument += 3;
    wrong = smtp_path_read(SMTP_FORWARD_PATH, &argument, asked->path);
    if (wrong) return smtp_reply_make(501, "5.1.3 Bad recipient: %s", wrong);
    ask_nothing(asked);
    if (!check_parameters(s, rcpt_parameters, sizeof rcpt_parameters / sizeof rcpt_parameters[0], argument, &reply))
        return reply;
    if (!s->transaction.smtputf8 && has_eighth_bit(asked->path))
        return smtp_reply_say(553, "5.6.7 Address beyond ASCII in a mail without SMTPUTF8");
    /* RFC 5321 4.5.3.1.10: 452 and not 552, so that the sender comes again with the rest. */
    if (s->transaction.n_forward_paths >= s->config.max_recipients)
        return smtp_reply_say(452, "4.5.3 Too many recipients");
    if (is_of_too_many_domains(s, asked->path)) return smtp_reply_say(452, "4.5.3 Too many domains of recipients");
    options = (struct smtp_recipient_options){asked->notify, asked->has_orcpt ? asked->text : NULL};
    e = smtp_server_envelope(s);
    return s->policy.rcpt(s->policy.context, &e, asked->path, &options);
}

static void make_room(struct transaction *t)
{
    if (t->n_forward_paths < t->capacity) return;
    t->capacity = t->capacity ? 2 * t->capacity : 4;
    t->forward_paths = mem_realloc(t->forward_paths, t->capacity * sizeof *t->forward_paths);
    if (t->options) t->options = mem_realloc(t->options, t->capacity * sizeof *t->options);
}

/* The options of the one recipient to be added; those of the recipients before it said nothing. */
static void add_options(struct transaction *t, const struct asked *asked)
{
    if (!t->options && !asked->notify && !asked->has_orcpt) return;
    if (!t->options) t->options = mem_calloc(t->capacity, sizeof *t->options);
    t->options[t->n_forward_paths] =
        (struct smtp_recipient_options){asked->notify, asked->has_orcpt ? mem_strdup(asked->text) : NULL};
}

void smtp_server_rcpt_effect(struct smtp_server *s, struct smtp_reply *reply)
{
    struct transaction *t = &s->transaction;

    if (reply->code / 100 != 2) return;
    make_room(t);
    add_options(t, &s->asked);
    t->forward_paths[t->n_forward_paths++] = mem_strdup(s->asked.path);
    if (s->config.max_recipient_domains) domain_set_add(&t->domains, t->forward_paths[t->n_forward_paths - 1]);
}
