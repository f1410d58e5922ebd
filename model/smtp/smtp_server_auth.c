/* AUTH PLAIN and LOGIN (RFC 4954, RFC 4616): an exchange of lines in base64, begun by the command, ended by 235, a
   refusal, or the client's "*". */
#include <string.h>
#include <strings.h>

#include "model/smtp/base64.h"
#include "model/smtp/smtp_server_internal.h"
#include "sim/journal/memory.h"

static struct smtp_reply challenge(struct smtp_server *s, enum auth_step step, const char *words)
{
    s->session.phase = PHASE_AUTH;
    s->session.auth_step = step;
    return smtp_reply_say(334, words);
}

static struct smtp_reply bad_response(void)
{
    return smtp_reply_say(501, "5.5.2 Not a response of this mechanism in base64");
}

/* user is taken over. */
static struct smtp_reply ask_policy(struct smtp_server *s, char *user, const char *password)
{
    mem_free(s->session.auth_user);
    s->session.auth_user = user;
    return s->policy.auth(s->policy.context, user, password);
}

/* RFC 4616 2: [authzid] NUL authcid NUL passwd. Nobody may act for another here. */
static struct smtp_reply plain(struct smtp_server *s, const char *response, size_t size)
{
    const char *end = response + size;
    const char *user = memchr(response, '\0', size);
    const char *password = user ? memchr(user + 1, '\0', (size_t)(end - user - 1)) : NULL;

    if (!password || memchr(password + 1, '\0', (size_t)(end - password - 1))) return bad_response();
    user++;
    password++;
    if (*response && strcmp(response, user) != 0)
        return smtp_reply_say(535, "5.7.8 Authentication credentials invalid");
    return ask_policy(s, mem_strdup(user), password);
}

static struct smtp_reply respond(struct smtp_server *s, const char *response, size_t size)
{
    char *user;

    if (s->session.auth_step == AUTH_STEP_PLAIN) return plain(s, response, size);
    if (strlen(response) != size) return bad_response();
    if (s->session.auth_step == AUTH_STEP_LOGIN_USER) {
        mem_free(s->session.auth_user);
        s->session.auth_user = mem_strdup(response);
        return challenge(s, AUTH_STEP_LOGIN_PASSWORD, "UGFzc3dvcmQ6");
    }
    user = s->session.auth_user;
    s->session.auth_user = NULL;
    return ask_policy(s, user, response);
}

/* "=" stands for an empty initial response (RFC 4954 4). */
static struct smtp_reply read_response(struct smtp_server *s, const char *text, bool is_initial)
{
    struct smtp_reply reply;
    char *response;
    size_t size;

    if (is_initial && strcmp(text, "=") == 0) text = "";
    response = mem_alloc(strlen(text) / 4 * 3 + 1);
    reply = base64_decode(text, response, &size) ? respond(s, response, size) : bad_response();
    mem_free(response);
    return reply;
}

/* Its bit; 0: it is none that we know. */
static unsigned mechanism_named(const char *word, size_t size)
{
    for (size_t i = 0; i < SMTP_AUTH_MECHANISMS; i++) {
        const char *name = smtp_auth_mechanism_name(i);
        if (strlen(name) == size && strncasecmp(word, name, size) == 0) return 1u << i;
    }
    return 0;
}

struct smtp_reply smtp_server_on_auth(struct smtp_server *s, const char *argument)
{
    size_t n = strcspn(argument, " ");
    const char *initial = argument + n + strspn(argument + n, " ");
    unsigned mechanism = mechanism_named(argument, n);
    bool is_plain = mechanism == SMTP_AUTH_PLAIN;

    if (!(s->config.extensions & SMTP_AUTH) || !s->policy.auth)
        return smtp_reply_say(502, "5.5.1 AUTH not implemented");
    if (!smtp_server_offers(s, SMTP_AUTH)) return smtp_reply_say(538, "5.7.11 Encryption required: STARTTLS first");
    if (s->session.user) return smtp_reply_say(503, "5.5.1 Already authenticated");
    if (!(mechanism & s->config.auth_mechanisms))
        return smtp_reply_say(504, mechanism ? "5.5.4 This mechanism is not offered"
                                             : "5.5.4 Unknown mechanism; PLAIN and LOGIN are known");
    s->session.auth_step = is_plain ? AUTH_STEP_PLAIN : AUTH_STEP_LOGIN_USER;
    if (*initial) return read_response(s, initial, true);
    return is_plain ? challenge(s, AUTH_STEP_PLAIN, "") : challenge(s, AUTH_STEP_LOGIN_USER, "VXNlcm5hbWU6");
}

/* Also of a 334, which is no end yet. */
void smtp_server_auth_effect(struct smtp_server *s, struct smtp_reply *reply)
{
    if (reply->code / 100 == 3) return;
    if (reply->code / 100 == 2) {
        s->session.user = s->session.auth_user;
        s->session.auth_user = NULL;
    }
    mem_free(s->session.auth_user);
    s->session.auth_user = NULL;
}

static struct smtp_reply on_response(struct smtp_server *s, const char *line)
{
    if (strcmp(line, "*") != 0) return read_response(s, line, false);
    return smtp_reply_say(501, "5.7.0 Authentication cancelled");
}

void smtp_server_auth_line(struct smtp_server *s, const char *line)
{
    static const struct smtp_command response = {"AUTH", 0, on_response, smtp_server_auth_effect};

    smtp_server_run(s, &response, line);
}
