/* What the writer of a mail wants to hear of it, in the words of RFC 3461 4: NOTIFY of each recipient, RET and ENVID.
 */
#include "model/host/mail_wishes.h"

#include <stdio.h>
#include <string.h>

enum { WISHES_BYTES = 256 };

static void add(char *text, const char *name, const char *value)
{
    size_t used = strlen(text);
    snprintf(text + used, WISHES_BYTES - used, "%s%s=%s", used ? " " : "", name, value);
}

static void add_notify(char *text, unsigned notify)
{
    static const struct {
        unsigned bit;
        const char *word;
    } words[] = {{SMTP_NOTIFY_NEVER, "NEVER"},
                 {SMTP_NOTIFY_SUCCESS, "SUCCESS"},
                 {SMTP_NOTIFY_FAILURE, "FAILURE"},
                 {SMTP_NOTIFY_DELAY, "DELAY"}};
    char list[40] = "";
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t used = strlen(list);
        if (notify & words[i].bit) snprintf(list + used, sizeof list - used, "%s%s", used ? "," : "", words[i].word);
    }
    if (*list) add(text, "NOTIFY", list);
}

void mail_wishes_emit(struct host *host, struct message_id message)
{
    char text[WISHES_BYTES] = "";
    const struct scenario *scenario = host->world->scenario;
    if (message.n > scenario->n_mails) return;
    const struct scenario_mail *mail = &scenario->mails[message.n - 1];
    add_notify(text, mail->notify);
    if (mail->ret != SMTP_RET_UNSAID) add(text, "RET", mail->ret == SMTP_RET_FULL ? "FULL" : "HDRS");
    if (mail->envid) add(text, "ENVID", mail->envid);
    if (!*text) return;
    JOURNAL_EMIT(host->world->journal, MAIL_NOTIFY, F_INT(MESSAGE, message.n), F_INT(HOST, host->id.n),
                 F_TEXT(TEXT, text));
}
