/* What a mail may have beside "to", "subject" and "text": more recipients, HTML, attachments. */
#include <string.h>

#include "model/scenario/loader.h"
#include "sim/journal/tr.h"

static const struct key_rule attach_keys[] = {
    {"name", NULL}, {"size", NULL}, {"type", NULL}, {"text", "leave it out: what is in a file is made up"}};

enum { ATTACHMENTS_MAX = 100 };

/* ---- recipients ---- */

static void check_new_recipient(const struct spot *spot, const struct scenario_mail *m, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(m->to[i], m->to[n]) == 0)
            spot_refuse(spot, tr("delete one of the two"), tr("%s gets this mail already"),
                        checks_value(spot->checks, spot->json));
}

/* Appends those of one list; how many there were. */
static size_t load_more(struct loader *l, const struct spot *mail, const char *key, struct scenario_mail *m)
{
    struct spot list = spot_key(mail, key);
    size_t n = 0;
    if (!list.json) return 0;
    const char **texts = loader_texts(l, &list, "carol@b.example", &n);
    if (n == 0) return 0;
    const char **all = scenario_alloc(l->scenario->memory, m->n_to + n, sizeof *all);
    if (m->n_to > 0) memcpy(all, m->to, m->n_to * sizeof *all);
    memcpy(all + m->n_to, texts, n * sizeof *all);
    m->to = all;
    struct spot item = cJSON_IsString(list.json) ? list : spot_first(&list);
    for (size_t i = 0; i < n; i++) {
        if (loader_good_recipient(&item)) check_new_recipient(&item, m, m->n_to + i);
        if (i + 1 < n) item = spot_next(&item);
    }
    m->n_to += n;
    return n;
}

/* ---- HTML ---- */

/* With each "\n" as CRLF. */
static const char *with_crlf(struct loader *l, const char *text)
{
    char *copy = scenario_alloc(l->scenario->memory, 2 * strlen(text) + 1, 1), *out = copy;
    for (; *text; text++) {
        if (*text == '\n') *out++ = '\r';
        *out++ = *text;
    }
    return copy;
}

/* ---- attachments ---- */

static bool is_media_type(const char *type)
{
    static const char token[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$&-^_.+"; /* RFC 6838 4.2 */
    size_t before = strspn(type, token);
    const char *after = type + before + 1;
    return before > 0 && before <= 63 && type[before] == '/' && *after && strspn(after, token) == strlen(after) &&
           strlen(after) <= 63;
}

static void load_attachment(struct loader *l, const struct spot *object, struct mail_attachment *a)
{
    struct spot spot = spot_key(object, "type");
    int64_t size = 0;
    a->name = "";
    a->type = "application/octet-stream";
    if (!check_object(object)) return;
    CHECK_KEYS(object, attach_keys);
    if (check_present(object, "name", "\"name\": \"plan.pdf\"") && want_text(object, "name", "plan.pdf", &a->name)) {
        struct spot name = spot_key(object, "name");
        loader_check_content(&name, a->name, true, 200);
        if (!*a->name) spot_refuse(&name, tr("write it like \"plan.pdf\""), tr("the name is empty"));
    }
    if (check_present(object, "size", "\"size\": \"2 MB\"") && want_size(object, "size", 1, MAIL_SIZE_MAX, &size))
        a->size_bytes = (size_t)size;
    if (want_text(object, "type", "application/pdf", &a->type) && !is_media_type(a->type))
        spot_refuse(&spot, tr("write it like \"application/pdf\""), tr("\"%s\" is not a media type"), a->type);
    a->name = scenario_text(l->scenario->memory, a->name);
    a->type = scenario_text(l->scenario->memory, a->type);
}

uint64_t loader_attached_bytes(const struct mail_attachment *attachments, size_t n)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < n; i++)
        bytes += attachments[i].size_bytes;
    return bytes;
}

const struct mail_attachment *loader_attachments(struct loader *l, const struct spot *mail, size_t *n_loaded)
{
    static const char example[] = "[{ \"name\": \"plan.pdf\", \"size\": \"2 MB\", \"type\": \"application/pdf\" }]";
    struct spot list;
    *n_loaded = 0;
    if (!want_array(mail, "attach", example, &list)) return NULL;
    size_t n = (size_t)cJSON_GetArraySize(list.json);
    if (n > ATTACHMENTS_MAX) {
        spot_refuse(&list, tr("attach fewer"), tr("%zu attachments are more than %d"), n, ATTACHMENTS_MAX);
        return NULL;
    }
    struct mail_attachment *all = scenario_alloc(l->scenario->memory, n, sizeof *all);
    for (struct spot spot = spot_first(&list); spot.json; spot = spot_next(&spot))
        load_attachment(l, &spot, &all[(*n_loaded)++]);
    if (loader_attached_bytes(all, n) > MAIL_SIZE_MAX)
        spot_refuse(&list, tr("attach fewer, or smaller ones"), tr("the attachments are larger than 10 MB in all"));
    return all;
}

void load_mail_parts(struct loader *l, const struct spot *mail, struct scenario_mail *m)
{
    struct spot spot = spot_key(mail, "reply_to");
    m->n_cc = load_more(l, mail, "cc", m);
    m->n_bcc = load_more(l, mail, "bcc", m);
    if (want_text(mail, "reply_to", "alice@a.example", &m->reply_to)) {
        loader_good_mailbox(&spot);
        m->reply_to = scenario_text(l->scenario->memory, m->reply_to);
    }
    spot = spot_key(mail, "html");
    if (want_text(mail, "html", "<p>At noon?</p>", &m->html)) {
        loader_check_content(&spot, m->html, false, TEXT_LINE_MAX);
        m->html = with_crlf(l, m->html);
    }
    m->attachments = loader_attachments(l, mail, &m->n_attachments);
}
