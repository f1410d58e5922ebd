/* "mail" and "zones": what is sent, and what the name server knows besides. */
#include <string.h>

#include "model/scenario/loader.h"
#include "model/scenario/names.h"
#include "model/scenario/suggest.h"
#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"

static const struct key_rule mail_keys[] = {
    {"at", NULL},       {"from", NULL},
    {"to", NULL},       {"subject", NULL},
    {"text", NULL},     {"verbatim", NULL},
    {"size", NULL},     {"every", "a mail is sent once: write another one under \"mail\""},
    {"cc", NULL},       {"bcc", NULL},
    {"reply_to", NULL}, {"html", NULL},
    {"attach", NULL},   {"notify", NULL},
    {"ret", NULL},      {"envid", NULL},
    {"priority", NULL}};

/* ---- mail ---- */

void load_mail_names(struct loader *l)
{
    struct scenario *s = l->scenario;
    struct spot section;
    s->n_mails = loader_name_section(l, "mail", &l->mails, &section);
    s->mails = scenario_alloc(s->memory, s->n_mails, sizeof *s->mails);
    for (struct spot mail = spot_first(&section); mail.json; mail = spot_next(&mail)) {
        s->mails[mail.index].name = scenario_text(s->memory, mail.key);
        s->mails[mail.index].client = -1;
        loader_good_key(&mail, name_plain_problem, tr("write it like \"m1\""));
    }
}

bool loader_good_mailbox(const struct spot *spot)
{
    return loader_good_name(spot, name_mailbox_problem, tr("write it like \"bob@b.example\""));
}

bool loader_good_recipient(const struct spot *spot)
{
    return loader_good_name(spot, name_recipient_problem, tr("write it like \"bob@b.example\""));
}

int loader_client_of(const struct scenario *s, const char *user)
{
    int found = -1;
    for (size_t i = 0; i < s->n_hosts; i++) {
        const struct scenario_host *h = &s->hosts[i];
        if (h->role != ROLE_CLIENT || !h->client.user || strcmp(h->client.user, user) != 0) continue;
        if (h->client.submits_to >= 0) return (int)i;
        found = (int)i;
    }
    return found;
}

int loader_sender(struct loader *l, const struct spot *spot, const char *user)
{
    const struct scenario *s = l->scenario;
    int client = loader_client_of(s, user);
    if (client < 0 && l->hosts.n == 0) return client; /* that there are none has been reported */
    if (client < 0) {
        struct suggest near = suggest_for(user);
        for (size_t i = 0; i < s->n_hosts; i++)
            if (s->hosts[i].role == ROLE_CLIENT && s->hosts[i].client.user)
                suggest_offer(&near, s->hosts[i].client.user);
        const char *hint = near.best ? checks_hint(l->checks, tr("did you mean \"%s\"?"), near.best)
                                     : tr("write a host with \"client\": { \"user\": ... } for this sender");
        spot_refuse(spot, hint, tr("\"%s\" is not the user of any client"), user);
    } else if (s->hosts[client].client.submits_to == -1) {
        spot_refuse(spot, tr("write \"submits_to\": \"NAME OF A MAIL SERVER\" into that client"),
                    tr("the client \"%s\" of %s submits to no server"), s->hosts[client].name, user);
    }
    return client;
}

static void load_sender(struct loader *l, const struct spot *mail, struct scenario_mail *m)
{
    struct spot spot = spot_key(mail, "from");
    if (!check_present(mail, "from", "\"from\": \"alice@a.example\"")) return;
    if (!want_text(mail, "from", "alice@a.example", &m->from)) return;
    if (!loader_good_mailbox(&spot)) return;
    m->client = loader_sender(l, &spot, m->from);
    m->from = scenario_text(l->scenario->memory, m->from);
}

static void load_recipients(struct loader *l, const struct spot *mail, struct scenario_mail *m)
{
    struct spot list = spot_key(mail, "to");
    if (!check_present(mail, "to", "\"to\": [\"bob@b.example\"]")) return;
    m->to = loader_texts(l, &list, "bob@b.example", &m->n_to);
    if (cJSON_IsArray(list.json) && !list.json->child)
        spot_refuse(&list, tr("write [\"bob@b.example\"]"), tr("the list of recipients is empty"));
    if (cJSON_IsString(list.json)) loader_good_recipient(&list);
    for (struct spot s = spot_first(&list); s.json; s = spot_next(&s))
        if (cJSON_IsString(s.json)) loader_good_recipient(&s);
}

/* Content is text in lines (RFC 5322 2.1); letters beyond ASCII travel as RFC 2047 and RFC 6152 say. */
bool loader_check_content(const struct spot *spot, const char *text, bool one_line, size_t line_max)
{
    size_t line = 0;
    const char *wrong = NULL, *hint = NULL;
    for (const unsigned char *p = (const unsigned char *)text; *p && !wrong; p++) {
        line = *p == '\n' ? 0 : line + 1;
        if (*p == '\n' && one_line) {
            wrong = tr("has a new line");
        } else if ((*p < 0x20 && *p != '\n' && *p != '\t') || *p == 0x7F) {
            wrong = tr("has a control character");
            hint = *p == '\r' ? tr("for a new line write \\n alone") : NULL;
        } else if (line > line_max) {
            wrong = checks_hint(spot->checks, tr("has a line of more than %zu letters"), line_max);
            hint = tr("break it with \\n");
        }
    }
    if (wrong) spot_refuse(spot, hint, "%s %s", checks_value(spot->checks, spot->json), wrong);
    return !wrong;
}

/* A text with "verbatim" may hold CR and LF wherever it likes. */
static void check_verbatim(const struct spot *spot, const char *text)
{
    size_t line = 0;
    bool good = true;
    for (const unsigned char *p = (const unsigned char *)text; *p && good; p++) {
        bool is_end = *p == '\r' || *p == '\n';
        line = is_end ? 0 : line + 1;
        good = is_end || *p == '\t' || (*p >= 0x20 && *p != 0x7F);
        if (!good || line > TEXT_LINE_MAX)
            spot_refuse(spot, NULL, good ? tr("has a line of more than 998 letters") : tr("has a control character"));
        good = good && line <= TEXT_LINE_MAX;
    }
}

void loader_subject_and_text(struct loader *l, const struct spot *mail, const char **subject, const char **text)
{
    struct spot spot = spot_key(mail, "subject");
    bool verbatim = cJSON_IsTrue(spot_key(mail, "verbatim").json);
    *subject = *text = "";
    if (want_text(mail, "subject", "Lunch?", subject)) loader_check_content(&spot, *subject, true, SUBJECT_MAX);
    spot = spot_key(mail, "text");
    if (want_text(mail, "text", "At noon?", text)) {
        if (verbatim)
            check_verbatim(&spot, *text);
        else
            loader_check_content(&spot, *text, false, TEXT_LINE_MAX);
    }
    *subject = scenario_text(l->scenario->memory, *subject);
    *text = scenario_text(l->scenario->memory, *text);
}

static void load_priority(const struct spot *mail, struct scenario_mail *m)
{
    static const struct choice words[] = {{"urgent", NULL}, {"normal", NULL}, {"non-urgent", NULL}};
    size_t word;
    if (want_choice(mail, "priority", words, sizeof words / sizeof *words, &word)) m->priority = words[word].word;
}

static void load_content(struct loader *l, const struct spot *mail, struct scenario_mail *m)
{
    struct spot size = spot_key(mail, "size");
    int64_t bytes = 0;
    want_flag(mail, "verbatim", &m->verbatim);
    load_priority(mail, m);
    loader_subject_and_text(l, mail, &m->subject, &m->text);
    if (want_size(mail, "size", 1, MAIL_SIZE_MAX, &bytes) && (uint64_t)bytes < strlen(m->text))
        spot_refuse(&size, checks_hint(l->checks, tr("write \"%zu B\" or more, or leave it out"), strlen(m->text)),
                    tr("%s is less than the %zu letters of the text"), checks_value(l->checks, size.json),
                    strlen(m->text));
    m->size_bytes = (uint64_t)bytes;
    uint64_t attached = loader_attached_bytes(m->attachments, m->n_attachments);
    if (attached <= MAIL_SIZE_MAX && m->size_bytes + attached > MAIL_SIZE_MAX)
        spot_refuse(&size, tr("write less, or attach less"),
                    tr("this and the attachments are larger than 10 MB in all"));
}

void load_mails(struct loader *l)
{
    struct scenario *s = l->scenario;
    struct spot section = spot_key(&l->root, "mail");
    for (struct spot mail = spot_first(&section); s->n_mails && mail.json; mail = spot_next(&mail)) {
        struct scenario_mail *m = &s->mails[mail.index];
        if (!check_object(&mail)) continue;
        CHECK_KEYS(&mail, mail_keys);
        want_duration(&mail, "at", 0, 365 * DAY, &m->at_ns);
        load_sender(l, &mail, m);
        load_recipients(l, &mail, m);
        load_mail_parts(l, &mail, m);
        load_dsn(l, &mail, m);
        load_content(l, &mail, m);
    }
}
