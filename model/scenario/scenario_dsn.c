/* "notify", "ret" and "envid" of a mail: what its sender wants to hear of it (RFC 3461), from the submission on. Who
   asks for any of them names each recipient as it was at first, too (ORCPT, RFC 3461 4.2), so that a report can be told
   apart behind aliases. */
#include <stdio.h>
#include <string.h>

#include "model/mail/address_utf8.h"
#include "model/scenario/loader.h"
#include "model/smtp/smtp_parameter.h"
#include "sim/journal/tr.h"

enum { ENVID_MAX = 100, NOTICES = 3 }; /* RFC 3461 4.4; success, failure, delay */

static const struct choice notices[] = {{"success", NULL}, {"failure", NULL}, {"delay", NULL}, {"never", NULL}};
static const unsigned notice_bits[] = {SMTP_NOTIFY_SUCCESS, SMTP_NOTIFY_FAILURE, SMTP_NOTIFY_DELAY, SMTP_NOTIFY_NEVER};

static void load_notice(const struct spot *item, unsigned *notify)
{
    size_t which;
    if (cJSON_IsString(item->json) && strcmp(item->json->valuestring, "never") == 0) {
        spot_refuse(item, tr("write \"notify\": \"never\""), tr("\"never\" stands alone, in no list"));
        return;
    }
    if (!check_choice(item, notices, NOTICES, &which)) return;
    if (*notify & notice_bits[which])
        spot_refuse(item, tr("delete one of the two"), tr("\"%s\" is here twice"), notices[which].word);
    *notify |= notice_bits[which];
}

/* "never", or a list (RFC 3461 4.1). */
static void load_notify(const struct spot *mail, struct scenario_mail *m)
{
    static const char example[] = "[\"success\", \"failure\"]";
    struct spot spot = spot_key(mail, "notify");
    size_t which;
    if (!spot.json) return;
    if (cJSON_IsString(spot.json)) {
        if (!check_choice(&spot, notices, NOTICES + 1, &which)) return;
        if (which < NOTICES)
            spot_refuse(&spot, checks_hint(spot.checks, tr("write [\"%s\"]"), notices[which].word),
                        tr("\"%s\" is not in a list"), notices[which].word);
        m->notify = notice_bits[which];
        return;
    }
    if (!check_array(&spot, example)) return;
    for (struct spot item = spot_first(&spot); item.json; item = spot_next(&item))
        load_notice(&item, &m->notify);
    if (!spot.json->child)
        spot_refuse(&spot, tr("write \"never\", or leave \"notify\" out"), tr("the list of reports is empty"));
}

static void load_envid(struct loader *l, const struct spot *mail, struct scenario_mail *m)
{
    struct spot spot = spot_key(mail, "envid");
    const char *text;
    char xtext[3 * ENVID_MAX + 4];
    if (!want_text(mail, "envid", "order-314", &text)) return;
    const char *wrong = *text ? NULL : tr("is empty");
    for (const char *c = text; *c && !wrong; c++)
        if (*c < 0x21 || *c > 0x7E) wrong = tr("has something else than letters, digits and signs of ASCII");
    smtp_xtext_encode(text, xtext, sizeof xtext);
    if (!wrong && strlen(xtext) > ENVID_MAX)
        wrong = tr("is longer than 100 letters, of which \"+\" and \"=\" count three");
    if (wrong)
        spot_refuse(&spot, tr("write something short, such as \"order-314\""), "%s %s",
                    checks_value(l->checks, spot.json), wrong);
    m->envid = scenario_text(l->scenario->memory, xtext);
}

/* RFC 3461 4.2; beyond ASCII it is of another type, in escapes that every server may be told (RFC 6533 3). */
static const char *original_recipient(struct loader *l, const char *address)
{
    char text[800] = "rfc822;", utf8[800] = "utf-8;";
    if (!address_is_ascii(address)) {
        address_to_escapes(address, utf8 + strlen(utf8), sizeof utf8 - strlen(utf8));
        return scenario_text(l->scenario->memory, utf8);
    }
    smtp_xtext_encode(address, text + strlen(text), sizeof text - strlen(text));
    return scenario_text(l->scenario->memory, text);
}

void load_dsn(struct loader *l, const struct spot *mail, struct scenario_mail *m)
{
    static const struct choice returns[] = {{"full", NULL}, {"headers", NULL}};
    size_t which;
    load_notify(mail, m);
    if (want_choice(mail, "ret", returns, 2, &which)) m->ret = which == 0 ? SMTP_RET_FULL : SMTP_RET_HDRS;
    load_envid(l, mail, m);
    if (!m->notify && !m->ret && !m->envid) return;
    m->orcpt = scenario_alloc(l->scenario->memory, m->n_to, sizeof *m->orcpt);
    for (size_t i = 0; i < m->n_to; i++)
        m->orcpt[i] = original_recipient(l, m->to[i]);
}
