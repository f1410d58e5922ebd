#include "tests/model/smtp/server_machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "model/smtp/smtp_server.h"
#include "sim/journal/memory.h"

struct server_machine {
    struct dialogue_record *record;
    struct smtp_server *server;
    struct smtp_server_config config;
    char forced_command[16], forced_reply[256];
    char later[16]; /* the command whose answer comes later */
    bool has_auth, has_tls, has_vrfy;
};

static uint64_t say(void *context, const char *bytes, size_t size)
{
    struct server_machine *m = context;
    uint64_t offset = m->record->said.size;

    dialogue_text_add(&m->record->said, bytes, size);
    return offset;
}

static bool is_later(const struct server_machine *m, const char *command)
{
    return strcmp(m->later, command) == 0;
}

static struct smtp_reply policy_connect(void *context)
{
    return is_later(context, "CONNECT") ? smtp_reply_later() : smtp_reply_say(220, "mx1.b.example ESMTP postroad");
}

static struct smtp_reply policy_mail(void *context, const struct smtp_envelope *e)
{
    if (is_later(context, "MAIL")) return smtp_reply_later();
    if (strcmp(e->reverse_path, "spammer@a.example") == 0) return smtp_reply_say(550, "5.7.1 Not you");
    return smtp_reply_say(250, "2.1.0 Sender ok");
}

static struct smtp_reply policy_rcpt(void *context, const struct smtp_envelope *e, const char *forward_path,
                                     const struct smtp_recipient_options *options)
{
    static const char *const known[] = {"bob@b.example", "carol@b.example", "postmaster", "postmaster@b.example",
                                        "\"bob the <builder>\"@b.example"};

    (void)e;
    (void)options;
    if (is_later(context, "RCPT")) return smtp_reply_later();
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcasecmp(forward_path, known[i]) == 0) return smtp_reply_say(250, "2.1.5 Recipient ok");
    if (strcmp(forward_path, "full@b.example") == 0) return smtp_reply_say(452, "4.2.2 Mailbox full");
    return smtp_reply_say(550, "5.1.1 No such user");
}

/* What the extensions made known, if anything: "envelope ret=HDRS envid=x utf8 user=bob TLSv1.3 0:10,rfc822;b". */
static void tell_envelope(struct server_machine *m, const struct smtp_envelope *e)
{
    static const char *const ret[] = {"", " ret=FULL", " ret=HDRS"};
    char text[2048];
    size_t used =
        (size_t)snprintf(text, sizeof text, "%s%s%s%s%s%s%s%s", ret[e->ret], e->envid ? " envid=" : "",
                         e->envid ? e->envid : "", e->smtputf8 ? " utf8" : "", e->user ? " user=" : "",
                         e->user ? e->user : "", e->security ? " " : "", e->security ? e->security->version : "");

    for (size_t i = 0; e->options && i < e->n_forward_paths; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, " %zu:%u,%s", i, e->options[i].notify,
                                 e->options[i].orcpt ? e->options[i].orcpt : "-");
    if (used > 0) dialogue_tell(m->record, "envelope%s", text);
}

static struct smtp_reply policy_message(void *context, const struct smtp_envelope *e, const char *content, size_t size)
{
    struct server_machine *m = context;
    struct dialogue_text to = {0};
    char *text = dialogue_escaped(content, size);

    for (size_t i = 0; i < e->n_forward_paths; i++) {
        if (i > 0) dialogue_text_add(&to, ",", 1);
        dialogue_text_add(&to, e->forward_paths[i], strlen(e->forward_paths[i]));
    }
    tell_envelope(m, e);
    if (strlen(text) > 200)
        dialogue_tell(m->record, "message %s -> %s: %zu bytes", e->reverse_path, to.bytes, size);
    else
        dialogue_tell(m->record, "message %s -> %s: %s", e->reverse_path, to.bytes, text);
    dialogue_text_free(&to);
    mem_free(text);
    return is_later(m, ".") ? smtp_reply_later() : smtp_reply_say(250, "2.0.0 Queued");
}

static struct smtp_reply policy_auth(void *context, const char *user, const char *password)
{
    (void)context;
    if (strcmp(user, "bob") == 0 && strcmp(password, "secret") == 0) return smtp_reply_say(235, "2.7.0 Welcome");
    return smtp_reply_say(535, "5.7.8 Authentication credentials invalid");
}

/* "VRFY 251 will forward" is answered by just that. */
static struct smtp_reply policy_vrfy(void *context, const char *argument)
{
    struct smtp_reply reply;

    (void)context;
    return smtp_reply_parse(argument, &reply) ? reply : smtp_reply_say(550, "5.1.1 No such user");
}

static void start_tls(void *context)
{
    dialogue_tell(((struct server_machine *)context)->record, "handshake");
}

static bool policy_forced(void *context, const char *command, struct smtp_reply *reply)
{
    struct server_machine *m = context;

    return strcmp(command, m->forced_command) == 0 && smtp_reply_parse(m->forced_reply, reply);
}

static void *make(struct dialogue_record *record)
{
    struct server_machine *m = mem_calloc(1, sizeof *m);

    m->record = record;
    m->config = smtp_server_config_default("mx1.b.example");
    return m;
}

/* AUTH, STARTTLS, VRFY and line endings. */
static bool given_feature(struct server_machine *m, const char *setting)
{
    static const char *const endings[] = {"strict", "normalize", "keep", "lenient"};

    if (strcmp(setting, "forbid early") == 0) return m->config.forbid_early_commands = true;
    m->has_tls |= strcmp(setting, "tls") == 0;
    m->has_vrfy |= strcmp(setting, "vrfy") == 0;
    if (strncmp(setting, "auth", 4) == 0) {
        m->has_auth = true;
        m->config.auth = strcmp(setting, "auth over tls") == 0 ? SMTP_AUTH_OVER_TLS : SMTP_AUTH_ALWAYS;
        m->config.auth_required = strcmp(setting, "auth required") == 0;
        return true;
    }
    for (int i = 0; strncmp(setting, "line_endings ", 13) == 0 && i < 4; i++)
        if (strcmp(setting + 13, endings[i]) == 0) {
            m->config.line_endings = (enum smtp_line_endings)i;
            return true;
        }
    return strcmp(setting, "tls") == 0 || strcmp(setting, "vrfy") == 0;
}

static bool given(void *machine, const char *setting)
{
    struct server_machine *m = machine;
    size_t n;
    int seconds;

    if (sscanf(setting, "max_recipients %zu", &m->config.max_recipients) == 1) return true;
    if (sscanf(setting, "max_recipient_domains %zu", &m->config.max_recipient_domains) == 1) return true;
    if (strcmp(setting, "mechanisms LOGIN") == 0) return m->config.auth_mechanisms = SMTP_AUTH_LOGIN, true;
    if (sscanf(setting, "max_message %zu", &m->config.max_message) == 1) return true;
    if (sscanf(setting, "idle %d", &seconds) == 1) {
        m->config.idle_ns = seconds * SECOND;
        return true;
    }
    if (given_feature(m, setting)) return true;
    if (sscanf(setting, "later %15s", m->later) == 1) return true;
    if (sscanf(setting, "max_mails %zu", &m->config.max_mails) == 1) return true;
    if (strncmp(setting, "extensions ", 11) == 0) {
        m->config.extensions = 0;
        for (size_t i = 0; i < SMTP_EXTENSIONS; i++)
            if (strstr(setting, smtp_extension_keyword(i))) m->config.extensions |= 1u << i;
        return true;
    }
    if (sscanf(setting, "forced %15s %255[^\n]", m->forced_command, m->forced_reply) != 2) return false;
    /* Replies of several lines are written with \n. */
    char *text = dialogue_unescaped(m->forced_reply, &n);
    strcpy(m->forced_reply, text);
    mem_free(text);
    return true;
}

static void start(void *machine, int64_t now_ns)
{
    struct server_machine *m = machine;
    struct session_io io = {.context = m, .write = say, .start_tls = m->has_tls ? start_tls : NULL};
    struct smtp_server_policy policy = {.context = m,
                                        .mail = policy_mail,
                                        .rcpt = policy_rcpt,
                                        .message = policy_message,
                                        .connect = policy_connect,
                                        .auth = m->has_auth ? policy_auth : NULL,
                                        .vrfy = m->has_vrfy ? policy_vrfy : NULL,
                                        .expn = m->has_vrfy ? policy_vrfy : NULL,
                                        .forced = policy_forced};

    m->server = smtp_server_new(&m->config, io, policy);
    smtp_server_start(m->server, now_ns);
}

static void receive(void *machine, const char *bytes, size_t size, int64_t now_ns)
{
    smtp_server_receive(((struct server_machine *)machine)->server, bytes, size, now_ns);
}

static int64_t deadline(void *machine)
{
    return smtp_server_deadline(((struct server_machine *)machine)->server);
}

static void on_deadline(void *machine, int64_t now_ns)
{
    smtp_server_on_deadline(((struct server_machine *)machine)->server, now_ns);
}

static bool is_over(void *machine)
{
    return smtp_server_is_over(((struct server_machine *)machine)->server);
}

/* "secure": the handshake is done; "answer 250 ok": to what came later. */
static bool happen(void *machine, const char *what, int64_t now_ns)
{
    static const struct session_security security = {"TLSv1.3", "TLS_AES_256_GCM_SHA384", NULL, false};
    struct server_machine *m = machine;
    struct smtp_reply reply;

    if (strcmp(what, "secure") == 0) {
        smtp_server_secured(m->server, &security, now_ns);
        return true;
    }
    if (strncmp(what, "answer ", 7) != 0 || !smtp_reply_parse(what + 7, &reply)) return false;
    smtp_server_answer(m->server, &reply, now_ns);
    return true;
}

static void free_machine(void *machine)
{
    smtp_server_free(((struct server_machine *)machine)->server);
    mem_free(machine);
}

const struct dialogue_machine smtp_server_machine = {
    .speaks = 'S',
    .make = make,
    .given = given,
    .start = start,
    .receive = receive,
    .deadline = deadline,
    .on_deadline = on_deadline,
    .is_over = is_over,
    .happen = happen,
    .free = free_machine,
};
