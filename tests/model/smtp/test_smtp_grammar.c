/* Replies, paths, domains and parameters as values. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "model/smtp/smtp_address.h"
#include "model/smtp/smtp_parameter.h"
#include "model/smtp/smtp_reply.h"

TestSuite(smtp_grammar);

Test(smtp_grammar, replies_are_a_code_and_text)
{
    static const struct {
        const char *text;
        int code; /* 0: refused */
        const char *rest;
    } cases[] = {
        {"451 4.7.1 Try again later", 451, "4.7.1 Try again later"},
        {"250", 250, ""},
        {"250 ", 250, ""},
        {"299 unheard of", 299, "unheard of"},
        {"550 one\ntwo", 550, "one\ntwo"},
        {"", 0, ""},
        {"25", 0, ""},
        {"150 no", 0, ""},
        {"650 no", 0, ""},
        {"2x0 no", 0, ""},
        {"2500 no", 0, ""},
        {"250-no", 0, ""},
        {"250 a\rb", 0, ""},
        {"250 a\x7f", 0, ""},
        {" 250 no", 0, ""},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct smtp_reply reply = {0};
        bool right = smtp_reply_parse(cases[i].text, &reply);
        cr_assert_eq(right, cases[i].code != 0, "%s", cases[i].text);
        if (!right) continue;
        cr_assert_eq(reply.code, cases[i].code);
        cr_assert_str_eq(reply.text, cases[i].rest);
    }
    char longest[600] = "250 ";
    struct smtp_reply reply;
    memset(longest + 4, 'x', SMTP_REPLY_TEXT_BYTES - 1);
    cr_assert(smtp_reply_parse(longest, &reply));
    longest[4 + SMTP_REPLY_TEXT_BYTES - 1] = 'x';
    cr_assert_not(smtp_reply_parse(longest, &reply));
}

Test(smtp_grammar, paths_follow_rfc_5321_4_1_2)
{
    static const struct {
        enum smtp_path_kind kind;
        const char *text, *mailbox, *rest; /* mailbox NULL: refused */
    } cases[] = {
        {SMTP_REVERSE_PATH, "<a@b.example> SIZE=1", "a@b.example", " SIZE=1"},
        {SMTP_REVERSE_PATH, "<>", "", ""},
        {SMTP_FORWARD_PATH, "<>", NULL, NULL},
        {SMTP_FORWARD_PATH, "<PostMaster>", "PostMaster", ""},
        {SMTP_REVERSE_PATH, "<postmaster>", NULL, NULL},
        {SMTP_FORWARD_PATH, "<postmasters>", NULL, NULL},
        {SMTP_FORWARD_PATH, "<a.b+c!#$%&'*/=?^_`{|}~-@b>", "a.b+c!#$%&'*/=?^_`{|}~-@b", ""},
        {SMTP_FORWARD_PATH, "<\"a b\\\"c@d\"@e.example>x", "\"a b\\\"c@d\"@e.example", "x"},
        {SMTP_FORWARD_PATH, "<\"\"@e.example>", "\"\"@e.example", ""},
        {SMTP_FORWARD_PATH, "<\"a\\\">", NULL, NULL},
        {SMTP_FORWARD_PATH, "<\"a\\", NULL, NULL},
        {SMTP_FORWARD_PATH, "<.a@b>", NULL, NULL},
        {SMTP_FORWARD_PATH, "<a.@b>", NULL, NULL},
        {SMTP_FORWARD_PATH, "<a@b.>", NULL, NULL},
        {SMTP_FORWARD_PATH, "<a@b..c>", NULL, NULL},
        {SMTP_FORWARD_PATH, "<a@b_c>", NULL, NULL},
        {SMTP_FORWARD_PATH, "<a@b-1.2c>", "a@b-1.2c", ""},
        {SMTP_FORWARD_PATH, "<a@[1.2.3.4]>", "a@[1.2.3.4]", ""},
        {SMTP_FORWARD_PATH, "<a@[1.2.3]>", NULL, NULL},
        {SMTP_FORWARD_PATH, "<a@[1.2.3.256]>", NULL, NULL},
        {SMTP_FORWARD_PATH, "<a@[IPv6:::1]>", "a@[IPv6:::1]", ""},
        {SMTP_FORWARD_PATH, "<a@[IPv6:]>", NULL, NULL},
        {SMTP_FORWARD_PATH, "<@a,@b.c:d@e>", "d@e", ""},
        {SMTP_FORWARD_PATH, "<@a,b:d@e>", NULL, NULL},
        {SMTP_FORWARD_PATH, "<@a>", NULL, NULL},
        {SMTP_FORWARD_PATH, "a@b", NULL, NULL},
        {SMTP_FORWARD_PATH, "<a@b", NULL, NULL},
        {SMTP_FORWARD_PATH, "", NULL, NULL},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char mailbox[SMTP_PATH_BYTES];
        const char *cursor = cases[i].text;
        const char *wrong = smtp_path_read(cases[i].kind, &cursor, mailbox);
        cr_assert_eq(wrong == NULL, cases[i].mailbox != NULL, "%s: %s", cases[i].text, wrong ? wrong : "accepted");
        if (wrong)
            cr_assert_eq(cursor, cases[i].text);
        else {
            cr_assert_str_eq(mailbox, cases[i].mailbox);
            cr_assert_str_eq(cursor, cases[i].rest);
        }
    }
}

Test(smtp_grammar, mailboxes_and_domains_stand_alone_too)
{
    cr_assert(smtp_mailbox_is_valid("alice@a.example"));
    cr_assert_not(smtp_mailbox_is_valid("alice@a.example "));
    cr_assert_not(smtp_mailbox_is_valid("alice"));
    cr_assert_not(smtp_mailbox_is_valid("<alice@a.example>"));
    cr_assert(smtp_domain_is_valid("a.example"));
    cr_assert_not(smtp_domain_is_valid("[1.2.3.4]"));
    cr_assert_not(smtp_domain_is_valid(""));
    cr_assert(smtp_helo_name_is_valid("[1.2.3.4]"));
    cr_assert_not(smtp_helo_name_is_valid("[1.2.3.4"));
}

Test(smtp_grammar, parameters_are_keywords_with_or_without_values)
{
    static const struct {
        const char *text;
        const char *read; /* "KEY=VALUE KEY=" and "!" where it breaks */
    } cases[] = {
        {"", ""},
        {" SIZE=12", "SIZE=12 "},
        {" SMTPUTF8  RET=HDRS", "SMTPUTF8= RET=HDRS "},
        {" X-1=a:b", "X-1=a:b "},
        {"SIZE=1", "!"},
        {" -X=1", "!"},
        {" A=1=2", "!"},
        {" A=", "!"},
        {" A B=1", "A= B=1 "},
        {" ", "!"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char read[200] = "";
        const char *cursor = cases[i].text;
        struct smtp_parameter p;
        enum smtp_parameter_found found;
        while ((found = smtp_parameter_read(&cursor, &p)) == SMTP_PARAMETER_READ)
            snprintf(read + strlen(read), sizeof read - strlen(read), "%.60s=%.60s ", p.keyword, p.value);
        if (found == SMTP_PARAMETER_BAD) strcat(read, "!");
        cr_assert_str_eq(read, cases[i].read, "%s", cases[i].text);
    }
}
