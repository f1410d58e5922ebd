/* MTA-STS policies and records as text (RFC 8461 3.1, 3.2, 4.1). */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "model/mail/sts_policy.h"

TestSuite(sts_policy);

static bool read_text(const char *text, struct sts_policy *policy)
{
    return sts_policy_read(text, strlen(text), policy);
}

Test(sts_policy, the_example_of_the_rfc_is_read)
{
    struct sts_policy p;
    cr_assert(read_text("version: STSv1\r\nmode: enforce\r\nmx: mail.example.com\r\nmx: *.example.net\r\n"
                        "mx: backupmx.example.com\r\nmax_age: 604800\r\n",
                        &p));
    cr_assert_eq(p.mode, STS_ENFORCE);
    cr_assert_eq(p.max_age_s, 604800);
    cr_assert_eq(p.n_mx, 3);
    cr_assert_str_eq(p.mx[1], "*.example.net");
}

Test(sts_policy, what_is_written_is_read_again)
{
    struct sts_policy p = {.mode = STS_TESTING, .max_age_s = STS_MAX_AGE_MOST_S, .n_mx = STS_MX_MOST}, q;
    char text[STS_TEXT_BYTES];
    for (size_t i = 0; i < STS_MX_MOST; i++) {
        memset(p.mx[i], 'a', STS_PATTERN_BYTES - 1);
        p.mx[i][STS_PATTERN_BYTES - 1] = '\0';
    }
    cr_assert(sts_policy_read(text, sts_policy_write(&p, text), &q));
    cr_assert_eq(q.mode, p.mode);
    cr_assert_eq(q.max_age_s, p.max_age_s);
    cr_assert_eq(q.n_mx, p.n_mx);
    cr_assert_str_eq(q.mx[STS_MX_MOST - 1], p.mx[STS_MX_MOST - 1]);
}

Test(sts_policy, what_is_none_is_refused)
{
    static const char *const bad[] = {
        "",
        "version: STSv2\nmode: none\nmax_age: 1\n",
        "mode: none\nmax_age: 1\n",
        "version: STSv1\nmax_age: 1\n",
        "version: STSv1\nmode: always\nmax_age: 1\n",
        "version: STSv1\nmode: none\n",
        "version: STSv1\nmode: none\nmax_age: -1\n",
        "version: STSv1\nmode: none\nmax_age: 31557601\n",
        "version: STSv1\nmode: none\nmax_age: 99999999999999999999\n",
        "version: STSv1\nmode: enforce\nmax_age: 1\n",
        "version: STSv1\nmode: none\nmax_age: 1\nno colon\n",
    };
    struct sts_policy p;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        cr_assert_not(read_text(bad[i], &p), "%s", bad[i]);
    cr_assert(read_text("version: STSv1\nmode: none\nmax_age: 31557600\nunknown: x\n\n", &p));
}

/* 3.2: an mx is a domain, after "*." perhaps; what no host can be called is passed over. */
Test(sts_policy, what_is_no_name_names_nobody)
{
    static const char zero[] = "version: STSv1\nmode: enforce\nmx: \0b.example\nmx: a\0\nmx: a b\nmx: \xC3\xA4\nmax_age: 1\n";
    static const char also[] = "version: STSv1\nmode: enforce\nmx: a\0b\nmx: mx1.b.example\nmax_age: 1\n";
    struct sts_policy p;
    cr_assert_not(sts_policy_read(zero, sizeof zero - 1, &p));
    cr_assert(sts_policy_read(also, sizeof also - 1, &p));
    cr_assert_eq(p.n_mx, 1);
    cr_assert_not(sts_policy_names(&p, "a"));
}

/* 4.1: the wildcard is one label, the leftmost, and no part of one. */
Test(sts_policy, a_pattern_names_hosts)
{
    struct sts_policy p;
    cr_assert(read_text("version: STSv1\nmode: enforce\nmx: mail.example.com\nmx: *.example.net\nmax_age: 1\n", &p));
    cr_assert(sts_policy_names(&p, "mail.example.com"));
    cr_assert(sts_policy_names(&p, "MAIL.example.com"));
    cr_assert(sts_policy_names(&p, "a.example.net"));
    cr_assert_not(sts_policy_names(&p, "a.b.example.net"));
    cr_assert_not(sts_policy_names(&p, "example.net"));
    cr_assert_not(sts_policy_names(&p, "a.mail.example.com"));
    cr_assert_not(sts_policy_names(&p, ""));
}

Test(sts_policy, a_record_tells_the_id)
{
    char id[STS_ID_BYTES];
    cr_assert(sts_record_read("v=STSv1; id=20160831085700Z;", id));
    cr_assert_str_eq(id, "20160831085700Z");
    cr_assert(sts_record_read("v=STSv1;id=1", id));
    cr_assert(sts_record_read("v=STSv1; id=12345678901234567890123456789012", id), "32 characters");
    cr_assert_not(sts_record_read("v=STSv1; id=123456789012345678901234567890123", id), "33");
    cr_assert_not(sts_record_read("v=spf1 -all", id));
    cr_assert(sts_record_read("v=STSv1; xid=1; id=2 ;", id));
    cr_assert_str_eq(id, "2");
    cr_assert_not(sts_record_read("v=STSv1; grid=1;", id), "another field");
    cr_assert_not(sts_record_read("v=STSv1; id=1-2;", id), "letters and digits");
    cr_assert_not(sts_record_read("v=STSv1; id=;", id));
    cr_assert_not(sts_record_read("v=STSv1", id));
    cr_assert_not(sts_record_read("", id));
}
