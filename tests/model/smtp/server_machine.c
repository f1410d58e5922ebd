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
};

static uint64_t say(void *context, const char *bytes, size_t size)
{
    struct server_machine *m = context;
    uint64_t offset = m->record->said.size;

    dialogue_text_add(&m->record->said, bytes, size);
    return offset;
}

static struct smtp_reply policy_mail(void *context, const struct smtp_envelope *e)
{
    (void)context;
    if (strcmp(e->reverse_path, "spammer@a.example") == 0) return smtp_reply_make(550, "5.7.1 Not you");
    return smtp_reply_make(250, "2.1.0 Sender ok");
}

static struct smtp_reply policy_rcpt(void *context, const struct smtp_envelope *e, const char *forward_path,
                                     const struct smtp_recipient_options *options)
{
    (void)options;
    static const char *const known[] = {"bob@b.example", "carol@b.example", "postmaster", "postmaster@b.example",
                                        "\"bob the <builder>\"@b.example"};

    (void)context;
    (void)e;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcasecmp(forward_path, known[i]) == 0) return smtp_reply_make(250, "2.1.5 Recipient ok");
    if (strcmp(forward_path, "full@b.example") == 0) return smtp_reply_make(452, "4.2.2 Mailbox full");
    return smtp_reply_make(550, "5.1.1 No such user");
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
    if (strlen(text) > 200)
        dialogue_tell(m->record, "message %s -> %s: %zu bytes", e->reverse_path, to.bytes, size);
    else
        dialogue_tell(m->record, "message %s -> %s: %s", e->reverse_path, to.bytes, text);
    dialogue_text_free(&to);
    mem_free(text);
    return smtp_reply_make(250, "2.0.0 Queued");
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

static bool given(void *machine, const char *setting)
{
    struct server_machine *m = machine;
    size_t n;
    int seconds;

    if (sscanf(setting, "max_recipients %zu", &m->config.max_recipients) == 1) return true;
    if (sscanf(setting, "max_message %zu", &m->config.max_message) == 1) return true;
    if (sscanf(setting, "idle %d", &seconds) == 1) {
        m->config.idle_ns = seconds * SECOND;
        return true;
    }
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
    struct session_io io = {.context = m, .write = say};
    struct smtp_server_policy policy = {
        .context = m, .mail = policy_mail, .rcpt = policy_rcpt, .message = policy_message, .forced = policy_forced};

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

static bool happen(void *machine, const char *what, int64_t now_ns)
{
    (void)machine;
    (void)what;
    (void)now_ns;
    return false;
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
