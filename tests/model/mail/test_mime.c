/* Mails of several parts: the same draft gives the same bytes; lines are whole and short; Bcc stands nowhere. What
   GMime makes of them is read back by Python's own parser in tests/model/mail/judge_mime.py. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/mail/message.h"
#include "model/smtp/transparency.h"

static const char *const everybody[] = {"bob@b.example", "carol@b.example", "dora@b.example", "eve@b.example"};
static const struct mail_attachment files[] = {{"plan.pdf", "application/pdf", 100000},
                                               {"příloha.txt", "text/plain", 7}};

static struct mail_draft draft(void)
{
    return (struct mail_draft){.id = {7},
                               .name = "m1",
                               .from = "alice@a.example",
                               .recipients = everybody,
                               .n_recipients = 4,
                               .n_to = 2,
                               .n_cc = 1,
                               .reply_to = "office@a.example",
                               .subject = "Kde je plán?",
                               .text = "Příklad\n.with a dot\n",
                               .html = "<p>Příklad</p>\r\n",
                               .attachments = files,
                               .n_attachments = 2,
                               .host = "alice-pc",
                               .starts_unix_s = 1740992400,
                               .at_ns = SECOND};
}

static void has_short_whole_lines(const struct mail_message *m)
{
    size_t line = 0;
    cr_expect(content_has_whole_lines(m->content, m->size));
    for (size_t i = 0; i < m->size; i++) {
        cr_assert_eq(m->content[i] == '\n', i > 0 && m->content[i - 1] == '\r', "byte %zu", i);
        line = m->content[i] == '\n' ? 0 : line + 1;
        cr_assert_leq(line, 998);
    }
}

Test(mime, the_same_draft_gives_the_same_bytes_in_whole_short_lines)
{
    struct mail_draft d = draft();
    struct mail_message *m = message_compose(&d);
    has_short_whole_lines(m);
    for (int i = 0; i < 10; i++) {
        setenv("TZ", i % 2 ? "Europe/Prague" : "America/New_York", 1);
        struct mail_message *again = message_compose(&d);
        cr_assert(again->size == m->size && memcmp(again->content, m->content, m->size) == 0);
        message_free(again);
    }
    message_free(m);
}

Test(mime, the_header_names_all_but_the_blind_ones_and_tells_the_number)
{
    struct mail_draft d = draft();
    struct mail_message *m = message_compose(&d);
    cr_expect_eq(message_number_of(m->content, m->size), 7);
    cr_expect(strstr(m->content, "\r\nTo: bob@b.example, carol@b.example\r\n"), "%.600s", m->content);
    cr_expect(strstr(m->content, "\r\nCc: dora@b.example\r\n"));
    cr_expect(strstr(m->content, "\r\nReply-To: office@a.example\r\n"));
    cr_expect(strstr(m->content, "Mon, 03 Mar 2025 09:00:01 +0000\r\n"));
    cr_expect_null(strstr(m->content, "eve@"));
    cr_expect_null(strstr(m->content, "Bcc"));
    cr_expect_eq(m->n_recipients, 4);
    message_free(m);
}

Test(mime, a_plain_mail_with_copies_stays_plain)
{
    struct mail_draft d = draft();
    d.html = NULL;
    d.n_attachments = 0;
    d.text = "At noon?";
    struct mail_message *m = message_compose(&d);
    cr_expect(strstr(m->content, "\r\nTo: bob@b.example,\r\n carol@b.example\r\nCc: dora@b.example\r\nSubject: "));
    cr_expect(strstr(m->content, "Reply-To: office@a.example\r\n"));
    cr_expect_null(strstr(m->content, "eve@"));
    cr_expect_null(strstr(m->content, "MIME"));
    message_free(m);
}

/* For judge_mime.py. */
Test(mime, is_written_for_the_judge)
{
    const char *path = getenv("POSTROAD_MIME_FILE");
    if (!path) return;
    struct mail_draft d = draft();
    struct mail_message *m = message_compose(&d);
    FILE *file = fopen(path, "wb");
    cr_assert(file);
    fwrite(m->content, 1, m->size, file);
    cr_assert_eq(fclose(file), 0);
    message_free(m);
}
