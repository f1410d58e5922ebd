/* What a mail server knows of mail: MX choice, composing and reports. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "model/mail/address.h"
#include "model/mail/address_utf8.h"
#include "model/mail/mailbox.h"
#include "model/mail/message.h"
#include "model/mail/mx.h"
#include "model/mail/report.h"
#include "sim/journal/memory.h"
#include "sim/journal/vtime.h"
#include "sim/random.h"

Test(address, domains_ignore_case_and_local_parts_do_not)
{
    cr_assert_str_eq(address_domain("bob@b.example"), "b.example");
    cr_assert_str_eq(address_domain("\"a@b\"@c.example"), "c.example");
    cr_assert_str_eq(address_domain("postmaster"), "");
    cr_assert(address_equals("bob@B.example", "bob@b.EXAMPLE"));
    cr_assert_not(address_equals("Bob@b.example", "bob@b.example"));
    cr_assert(address_local_part_is("BOB@b.example", "bob"));
    cr_assert_not(address_local_part_is("bobby@b.example", "bob"));
    cr_assert(address_same_local_part("bob@a.example", "Bob@b.example"));
}

/* "b" before "a". */
static uint64_t descending(void *context, const char *host)
{
    (void)context;
    return 1000 - (uint64_t)host[0];
}

static struct mx_list choose(const struct dns_rr *rrs, uint16_t n, const char *self)
{
    struct dns_message response = {
        .is_response = true, .qname = "b.example", .qtype = DNS_MX, .n_answer = n, .rrs = rrs};
    struct mx_list list;
    mx_list_from_answer(&list, &response, self, descending, NULL);
    return list;
}

Test(mx, hosts_are_tried_by_preference_and_equals_by_their_draw) /* RFC 5321 5.1 */
{
    const struct dns_rr rrs[] = {{.name = "b.example", .type = DNS_MX, .preference = 20, .target = "c"},
                                 {.name = "b.example", .type = DNS_MX, .preference = 10, .target = "a"},
                                 {.name = "b.example", .type = DNS_MX, .preference = 10, .target = "b"}};
    struct mx_list list = choose(rrs, 3, "elsewhere");
    cr_assert_eq(list.n, 3);
    cr_assert_str_eq(list.hosts[0].name, "b");
    cr_assert_str_eq(list.hosts[1].name, "a");
    cr_assert_str_eq(list.hosts[2].name, "c");
    mx_list_free(&list);
}

Test(mx, we_and_all_no_better_than_us_are_left_out) /* RFC 5321 5.1 */
{
    const struct dns_rr rrs[] = {{.name = "b.example", .type = DNS_MX, .preference = 10, .target = "mx1"},
                                 {.name = "b.example", .type = DNS_MX, .preference = 20, .target = "mx2"},
                                 {.name = "b.example", .type = DNS_MX, .preference = 20, .target = "mx3"},
                                 {.name = "b.example", .type = DNS_MX, .preference = 30, .target = "mx4"}};
    struct mx_list list = choose(rrs, 4, "MX2");
    cr_assert_eq(list.n, 1);
    cr_assert_str_eq(list.hosts[0].name, "mx1");
    cr_assert_not(list.only_self);
    mx_list_free(&list);
    list = choose(rrs, 4, "mx1");
    cr_assert_eq(list.n, 0);
    cr_assert(list.only_self);
    mx_list_free(&list);
}

Test(mx, a_null_mx_takes_no_mail_and_no_mx_means_the_domain_itself) /* RFC 7505; RFC 5321 5.1 */
{
    const struct dns_rr null_mx = {.name = "b.example", .type = DNS_MX, .preference = 0, .target = ""};
    struct mx_list list = choose(&null_mx, 1, "elsewhere");
    cr_assert(list.null_mx);
    cr_assert_eq(list.n, 0);
    mx_list_free(&list);
    mx_list_implicit(&list, "b.example", NULL);
    cr_assert_eq(list.n, 1);
    cr_assert_str_eq(list.hosts[0].name, "b.example");
    mx_list_free(&list);
}

Test(mx, without_mx_records_an_alias_stands_for_what_it_names) /* RFC 5321 5.1 */
{
    const struct dns_rr rrs[] = {{.name = "b.example", .type = DNS_CNAME, .target = "c.example"},
                                 {.name = "c.example", .type = DNS_CNAME, .target = "d.example"}};
    struct dns_message response = {
        .is_response = true, .qname = "b.example", .qtype = DNS_MX, .n_answer = 2, .rrs = rrs};
    struct mx_list list;
    mx_list_implicit(&list, "b.example", &response);
    cr_assert_str_eq(list.hosts[0].name, "d.example");
    mx_list_free(&list);
}

/* An answer may hold thousands of aliases, each the next one's; the work stays in proportion. */
Test(mx, a_long_row_of_aliases_is_left_after_sixteen)
{
    static char names[41][24];
    static struct dns_rr rrs[40];
    for (int i = 0; i <= 40; i++)
        snprintf(names[i], sizeof names[i], "a%d.example", i);
    for (int i = 0; i < 40; i++)
        rrs[i] = (struct dns_rr){.name = names[i], .type = DNS_CNAME, .target = names[i + 1]};
    struct dns_message response = {.is_response = true, .qname = names[0], .qtype = DNS_MX, .n_answer = 40, .rrs = rrs};
    struct mx_list list;
    mx_list_implicit(&list, "a0.example", &response);
    cr_expect_str_eq(list.hosts[0].name, "a16.example");
    mx_list_free(&list);
}

Test(mx, a_host_that_proves_to_be_ourselves_goes_with_all_no_better)
{
    const struct dns_rr rrs[] = {{.name = "b.example", .type = DNS_MX, .preference = 10, .target = "a"},
                                 {.name = "b.example", .type = DNS_MX, .preference = 20, .target = "b"},
                                 {.name = "b.example", .type = DNS_MX, .preference = 20, .target = "c"}};
    struct mx_list list = choose(rrs, 3, "elsewhere");
    mx_list_leave_out_from(&list, 20);
    cr_assert_eq(list.n, 1);
    cr_assert_not(list.only_self);
    mx_list_leave_out_from(&list, 10);
    cr_assert(list.only_self);
    mx_list_free(&list);
}

static uint64_t draw_of(void *context, const char *host)
{
    return random_draw(*(const uint64_t *)context, random_hash_text("mail.a.example"), random_hash_text(host), 0);
}

/* Law D7: each of the 24 orders of four equal hosts is as likely as any other. Pearson's chi-square with 23 degrees of
   freedom is above 49.7 once in a thousand times. */
Test(mx, equals_come_in_every_order_alike)
{
    enum { ROUNDS = 24000, ORDERS = 24 };
    const struct dns_rr rrs[] = {{.name = "b.example", .type = DNS_MX, .preference = 10, .target = "mx1"},
                                 {.name = "b.example", .type = DNS_MX, .preference = 10, .target = "mx2"},
                                 {.name = "b.example", .type = DNS_MX, .preference = 10, .target = "mx3"},
                                 {.name = "b.example", .type = DNS_MX, .preference = 10, .target = "mx4"}};
    struct dns_message response = {
        .is_response = true, .qname = "b.example", .qtype = DNS_MX, .n_answer = 4, .rrs = rrs};
    unsigned counts[256] = {0};
    for (uint64_t seed = 0; seed < ROUNDS; seed++) {
        struct mx_list list;
        unsigned order = 0;
        mx_list_from_answer(&list, &response, "elsewhere", draw_of, &seed);
        for (size_t i = 0; i < 4; i++)
            order = order << 2 | (unsigned)(list.hosts[i].name[2] - '1');
        counts[order]++;
        mx_list_free(&list);
    }
    double chi_square = 0, expected = (double)ROUNDS / ORDERS;
    for (size_t i = 0; i < 256; i++)
        if (counts[i]) chi_square += (counts[i] - expected) * (counts[i] - expected) / expected;
    cr_assert_lt(chi_square, 49.7);
}

static const char *const bob[] = {"bob@b.example"};

static struct mail_draft draft(const char *subject, const char *text, uint64_t size)
{
    return (struct mail_draft){.id = {7},
                               .name = "m1",
                               .from = "alice@a.example",
                               .recipients = bob,
                               .n_recipients = 1,
                               .n_to = 1,
                               .subject = subject,
                               .text = text,
                               .size_bytes = size,
                               .host = "alice-pc",
                               .starts_unix_s = 1740992400,
                               .at_ns = SECOND};
}

Test(message, a_plain_mail_is_a_header_a_blank_line_and_the_text) /* RFC 5322 3.5, 3.6 */
{
    struct mail_draft wanted = draft("Lunch?", "At noon?\nBring Carol.", 0);
    struct mail_message *mail = message_compose(&wanted);
    cr_assert_str_eq(mail->content, "Date: Mon, 3 Mar 2025 09:00:01 +0000\r\n"
                                    "From: alice@a.example\r\n"
                                    "To: bob@b.example\r\n"
                                    "Subject: Lunch?\r\n"
                                    "Message-ID: <7.m1@alice-pc>\r\n"
                                    "\r\n"
                                    "At noon?\r\n"
                                    "Bring Carol.\r\n");
    cr_assert_eq(mail->size, strlen(mail->content));
    cr_assert_eq(message_number_of(mail->content, mail->size), 7);
    message_free(mail);
}

Test(message, a_subject_beyond_ascii_is_encoded_words_and_the_body_says_its_charset) /* RFC 2047, RFC 2045 */
{
    struct mail_draft wanted = draft("Grüße", "schön\n", 0);
    struct mail_message *mail = message_compose(&wanted);
    cr_assert(strstr(mail->content, "Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n"));
    cr_assert(strstr(mail->content, "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n"));
    message_free(mail);
}

Test(message, the_body_is_filled_up_to_exactly_the_size_and_no_line_is_too_long) /* RFC 5321 4.5.3.1.6 */
{
    char text[3000];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    static const uint64_t sizes[] = {4000, 4001, 4079, 20000, 20480};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct mail_draft wanted = draft("big", text, sizes[i]);
        struct mail_message *mail = message_compose(&wanted);
        const char *body = strstr(mail->content, "\r\n\r\n") + 4;
        size_t size = mail->size - (size_t)(body - mail->content);
        cr_assert(size <= sizes[i] && size + 3 > sizes[i], "%zu of %llu", size, (unsigned long long)sizes[i]);
        for (const char *line = body; *line; line = strchr(line, '\n') + 1)
            cr_assert_leq(strcspn(line, "\r"), 998);
        message_free(mail);
    }
}

Test(message, received_lines_go_before_all_else_and_are_counted) /* RFC 5321 4.4 */
{
    struct mail_draft wanted = draft("Lunch?", "Received: is not a header here\n", 0);
    struct mail_message *mail = message_compose(&wanted);
    struct received_hop hop = {.helo = "alice-pc",
                               .by = "mail.a.example",
                               .protocol = "ESMTP",
                               .queue_id = "4A1",
                               .recipient = "bob@b.example",
                               .address = ip_of_v4(0x0a000001),
                               .starts_unix_s = 1740992400,
                               .at_ns = 2 * SECOND};
    char line[RECEIVED_LINE_BYTES];
    message_received_line(&hop, line);
    cr_assert_str_eq(line, "Received: from alice-pc ([10.0.0.1])\r\n"
                           "\tby mail.a.example with ESMTP id 4A1\r\n"
                           "\tfor <bob@b.example>; Mon, 3 Mar 2025 09:00:02 +0000\r\n");
    size_t size;
    char *content = message_prepend(line, mail->content, mail->size, &size);
    cr_assert_eq(message_count_received(mail->content, mail->size), 0);
    cr_assert_eq(message_count_received(content, size), 1);
    cr_assert_eq(message_number_of(content, size), 7);
    mem_free(content);
    message_free(mail);
}

static struct mail_message *report_on(struct mail_message *mail, const struct report_recipient *recipients, size_t n,
                                      const char *envid)
{
    struct report_draft report = {.id = {8},
                                  .about = mail,
                                  .to = mail->from,
                                  .host = "mail.a.example",
                                  .envid = envid,
                                  .recipients = recipients,
                                  .n_recipients = n,
                                  .content = mail->content,
                                  .size = mail->size,
                                  .starts_unix_s = 1740992400,
                                  .retries_until_ns = 5 * DAY};
    return report_compose(&report);
}

Test(message, a_bounce_reports_each_recipient_to_people_and_to_programs) /* RFC 3464, RFC 5321 4.5.5 */
{
    struct mail_draft wanted = draft("Lunch?", "secret text\n", 0);
    struct mail_message *mail = message_compose(&wanted);
    const struct report_recipient refused[] = {
        {.address = "bob@b.example", .remote_mta = "mx1.b.example", .diagnostic = "550 5.1.1 no such user here"},
        {.address = "eve@b.example", .remote_mta = "", .diagnostic = "no host could be reached"}};
    struct mail_message *bounce = report_on(mail, refused, 2, NULL);
    cr_assert_str_eq(bounce->from, "");
    cr_assert_str_eq(bounce->recipients[0], "alice@a.example");
    cr_assert_eq(bounce->parent.n, 7);
    cr_assert(strstr(bounce->content, "Content-Type: multipart/report; report-type=delivery-status;"));
    cr_assert(strstr(bounce->content, "Final-Recipient: rfc822; bob@b.example\r\nAction: failed\r\nStatus: 5.1.1\r\n"
                                      "Remote-MTA: dns; mx1.b.example\r\nDiagnostic-Code: smtp; 550 5.1.1"));
    cr_assert(strstr(bounce->content, "Final-Recipient: rfc822; eve@b.example\r\nAction: failed\r\nStatus: 5.0.0\r\n"));
    cr_assert(strstr(bounce->content, "Subject: Lunch?"), "the header of the mail is given back");
    cr_assert_not(strstr(bounce->content, "secret text"), "its body is not");
    cr_assert_str_eq(bounce->name, "m1-bounce");
    struct mail_message *second = report_on(mail, refused, 1, NULL);
    cr_assert_str_eq(second->name, "m1-bounce-2", "each report has a name of its own");
    message_free(second);
    message_free(bounce);
    message_free(mail);
}

Test(message, only_an_smtp_reply_is_told_as_one) /* RFC 3464 2.3.5, 2.3.6; RFC 3463 3.5 */
{
    static const struct {
        struct report_recipient recipient;
        const char *expected;
    } rows[] = {
        {{.remote_mta = NULL, .diagnostic = "mx1.b.example: connection timed out"},
         "Status: 4.4.1\r\nDiagnostic-Code: x-postroad; mx1.b.example: connection timed out\r\n"},
        {{.remote_mta = "mx1.b.example", .diagnostic = "connection reset by peer"},
         "Status: 4.4.2\r\nRemote-MTA: dns; mx1.b.example\r\nDiagnostic-Code: x-postroad; connection reset by peer\r\n"},
        {{.remote_mta = "", .diagnostic = "451 4.4.3 DNS does not answer"},
         "Status: 4.4.3\r\nDiagnostic-Code: x-postroad; 451 4.4.3 DNS does not answer\r\n"},
        {{.remote_mta = "mx1.b.example", .diagnostic = "450 not now"},
         "Status: 4.0.0\r\nRemote-MTA: dns; mx1.b.example\r\nDiagnostic-Code: smtp; 450 not now\r\n"}};
    struct mail_draft wanted = draft("Lunch?", "text\n", 0);
    struct mail_message *mail = message_compose(&wanted);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct report_recipient late = rows[i].recipient;
        late.address = "bob@b.example";
        late.action = REPORT_DELAYED;
        struct mail_message *report = report_on(mail, &late, 1, NULL);
        cr_expect(strstr(report->content, rows[i].expected), "row %zu", i);
        message_free(report);
    }
    message_free(mail);
}

Test(message, a_report_after_expiry_says_so_and_gives_the_last_diagnostic) /* RFC 3463 4.4.7 */
{
    struct mail_draft wanted = draft("Lunch?", "secret text\n", 0);
    struct mail_message *mail = message_compose(&wanted);
    const struct report_recipient expired = {
        .address = "bob@b.example", .remote_mta = "mx1.b.example", .diagnostic = "451 4.7.1 not now", .expired = true};
    struct mail_message *bounce = report_on(mail, &expired, 1, NULL);
    cr_assert(strstr(bounce->content, "Action: failed\r\nStatus: 4.4.7\r\n"));
    cr_assert(strstr(bounce->content, "Diagnostic-Code: smtp; 451 4.7.1 not now"));
    message_free(bounce);
    message_free(mail);
}

Test(message, a_report_of_a_delay_says_how_long_it_goes_on) /* RFC 3464 2.3.9 */
{
    struct mail_draft wanted = draft("Lunch?", "secret text\n", 0);
    struct mail_message *mail = message_compose(&wanted);
    const struct report_recipient late = {.address = "bob@b.example",
                                          .orcpt = "rfc822;Bob+2BBob@b.example",
                                          .remote_mta = "",
                                          .diagnostic = "no host could be reached",
                                          .action = REPORT_DELAYED};
    struct mail_message *report = report_on(mail, &late, 1, "QQ+2B1");
    cr_assert(strstr(report->content, "Original-Envelope-Id: QQ+1\r\n"));
    cr_assert(strstr(report->content, "Original-Recipient: rfc822;Bob+Bob@b.example\r\n"));
    cr_assert(strstr(report->content, "Action: delayed\r\nStatus: 4.0.0\r\n"));
    cr_assert(strstr(report->content, "Will-Retry-Until: Sat, 8 Mar 2025 09:00:00 +0000\r\n"));
    cr_assert_str_eq(report->name, "m1-delayed");
    message_free(report);
    message_free(mail);
}

static struct mail_message *utf8_report_on(struct mail_message *mail, const struct report_recipient *recipient,
                                           bool is_smtputf8)
{
    struct report_draft report = {.id = {8},
                                  .about = mail,
                                  .to = mail->from,
                                  .host = "mail.a.example",
                                  .recipients = recipient,
                                  .n_recipients = 1,
                                  .content = mail->content,
                                  .size = mail->size,
                                  .is_smtputf8 = is_smtputf8};
    return report_compose(&report);
}

/* RFC 6533 3: a "+" that comes of an escape is none of xtext. */
Test(message, an_original_recipient_beyond_ascii_is_named_as_it_was_said)
{
    static const struct {
        const char *orcpt;
        bool is_smtputf8;
        const char *expected;
    } rows[] = {
        {"utf-8;j\\x{FC}\\x{2B}41x@b.example", true, "Original-Recipient: utf-8;j\xC3\xBC+41x@b.example\r\n"},
        {"utf-8;j\\x{FC}\\x{2B}41x@b.example", false, "Original-Recipient: utf-8;j\\x{FC}\\x{2B}41x@b.example\r\n"},
        {"rfc822;jo+2B41x@b.example", true, "Original-Recipient: rfc822;jo+41x@b.example\r\n"}};
    struct mail_draft wanted = draft("Lunch?", "secret text\n", 0);
    struct mail_message *mail = message_compose(&wanted);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct report_recipient refused = {
            .address = "bob@b.example", .orcpt = rows[i].orcpt, .diagnostic = "550 5.1.1 no such user"};
        struct mail_message *report = utf8_report_on(mail, &refused, rows[i].is_smtputf8);
        cr_expect(strstr(report->content, rows[i].expected), "row %zu", i);
        message_free(report);
    }
    message_free(mail);
}

/* Its way back may be one of ASCII: a server without 8BITMIME would refuse it, and the sender would never hear. */
Test(message, a_report_of_a_mail_that_came_without_smtputf8_is_of_ascii)
{
    struct mail_draft wanted = draft("Lunch?", "secret text\n", 0);
    struct mail_message *mail = message_compose(&wanted);
    const struct report_recipient refused = {.address = "zo\xC3\xAB@c.example",
                                             .diagnostic = "550 5.1.1 no zo\xC3\xAB here"};
    struct mail_message *report = utf8_report_on(mail, &refused, false);
    cr_expect(address_is_ascii(report->content));
    cr_expect(strstr(report->content, "<zo\\x{EB}@c.example>: 550 5.1.1 no zo\\x{EB} here\r\n"));
    cr_expect(strstr(report->content, "Diagnostic-Code: x-postroad; 550 5.1.1 no zo\\x{EB} here\r\n"));
    cr_expect(strstr(report->content, "charset=us-ascii"));
    message_free(report);
    report = utf8_report_on(mail, &refused, true);
    cr_expect(strstr(report->content, "<zo\xC3\xAB@c.example>: 550 5.1.1 no zo\xC3\xAB here\r\n"));
    message_free(report);
    message_free(mail);
}

/* RFC 1939 7: two copies of a mail, to two addresses of one user, have two unique ids. */
Test(mailbox, copies_of_one_mail_are_told_apart)
{
    struct mailbox box = {0};
    mailbox_store(&box, (struct message_id){1}, "u0@a.example", "A1", false, mem_strdup("x"), 1);
    mailbox_store(&box, (struct message_id){1}, "U0@a.example", "A1", true, mem_strdup("x"), 1);
    mailbox_remove(&box, (const bool[]){false, true}, 2);
    mailbox_store(&box, (struct message_id){1}, "U0@a.example", "A1", true, mem_strdup("x"), 1);
    cr_expect_str_eq(box.mails[0].unique_id, "A1");
    cr_expect_str_eq(box.mails[1].unique_id, "A1.3", "nor is one used again");
    mailbox_clear(&box);
}

Test(mailbox, removes_what_is_marked_and_keeps_what_came_meanwhile)
{
    struct mailbox box = {0};
    for (unsigned i = 1; i <= 5; i++)
        mailbox_store(&box, (struct message_id){i}, "bob@b.example", "id", i > 1, mem_strdup("x"), 1);
    mailbox_remove(&box, (const bool[]){true, false, true}, 3);
    cr_assert_eq(box.n, 3);
    cr_assert_eq(box.mails[0].message.n, 2);
    cr_assert_eq(box.mails[1].message.n, 4);
    cr_assert_eq(box.mails[2].message.n, 5);
    mailbox_clear(&box);
}

static enum mail_urgency urgency_of(const char *content)
{
    return message_urgency(content, strlen(content));
}

Test(message, how_urgent_it_is_is_said_by_priority_or_else_by_precedence) /* Sendmail, headers.c eatheader */
{
    cr_expect_eq(urgency_of("Subject: a\r\n\r\nPriority: urgent\r\n"), MAIL_NORMAL, "that is the body");
    cr_expect_eq(urgency_of("Priority: urgent\r\n\r\n"), MAIL_URGENT);
    cr_expect_eq(urgency_of("PRIORITY:\tNon-Urgent \r\n\r\n"), MAIL_NON_URGENT);
    cr_expect_eq(urgency_of("Priority: urgently\r\n\r\n"), MAIL_NORMAL);
    cr_expect_eq(urgency_of("Precedence: list\r\n\r\n"), MAIL_NON_URGENT);
    cr_expect_eq(urgency_of("Precedence: special-delivery\r\n\r\n"), MAIL_URGENT);
    cr_expect_eq(urgency_of("Precedence: first-class\r\n\r\n"), MAIL_NORMAL);
    cr_expect_eq(urgency_of("Precedence: bulk\r\nPriority: normal\r\n\r\n"), MAIL_NORMAL);
    cr_expect_eq(urgency_of("Priority:"), MAIL_NORMAL);
}

static bool is_automatic(const char *header)
{
    char content[200];
    snprintf(content, sizeof content, "From: a@a.example\r\n%s\r\nList-Id: in the text\r\n", header);
    return message_is_automatic(content, strlen(content));
}

Test(message, mail_of_lists_and_programs_is_known_by_its_header)
{
    static const char *const yes[] = {"List-Id: <x.a.example>\r\n",
                                      "list-post: NO\r\n",
                                      "List-Subscribe: x\r\n",
                                      "Precedence: Bulk\r\n",
                                      "precedence: list\r\n",
                                      "Precedence: junk\r\n",
                                      "Auto-Submitted: auto-replied (vacation)\r\n"};
    static const char *const no[] = {"", "Precedence: first-class\r\n", "Auto-Submitted: no\r\n", "X-List-Id: x\r\n",
                                     "Precedence: x\r\nSubject: list\r\n"};
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
        cr_expect(is_automatic(yes[i]), "%s", yes[i]);
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        cr_expect_not(is_automatic(no[i]), "%s", no[i]);
    char *lines = message_list_lines("friends@a.example");
    cr_expect_str_eq(lines, "List-Id: <friends.a.example>\r\nList-Post: <mailto:friends@a.example>\r\n"
                            "Precedence: list\r\n");
    cr_expect(is_automatic(lines));
    mem_free(lines);
}
