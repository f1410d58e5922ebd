/* Received lines as servers of several makes write them, and dates. */
#include <criterion/criterion.h>
#include <string.h>

#include "model/import/received_line.h"

static struct received_line read_line(const char *text)
{
    struct received_line line;
    cr_assert(received_line_read((struct span){text, strlen(text)}, &line), "%s", text);
    return line;
}

Test(received_line, postfix_tells_what_the_client_said_and_what_it_is_called)
{
    struct received_line line =
        read_line(" from helo.a.example (mail.a.example [192.0.2.10]) (using TLSv1.3 with cipher X (256/256 bits)) "
                  "by mx1.b.example (Postfix) with ESMTPS id 55D1E0C7B1 for <bob@b.example>; Sun,  1 Nov 2026 12:41:31 "
                  "+0100 (CET)");
    cr_expect_str_eq(line.from, "mail.a.example");
    cr_expect_str_eq(line.address, "192.0.2.10");
    cr_expect_str_eq(line.by, "mx1.b.example");
    cr_expect_str_eq(line.with, "ESMTPS");
    cr_expect_str_eq(line.id, "55D1E0C7B1");
    cr_expect_str_eq(line.recipient, "bob@b.example");
    cr_expect(line.has_date && line.at_s == 1793533291);
}

Test(received_line, exim_puts_the_address_first)
{
    struct received_line line =
        read_line("from [203.0.113.77] (helo=alice-pc) by mail.a.example with esmtpsa (TLS1.3) "
                  "(Exim 4.96) (envelope-from <alice@a.example>) id 1t6Xyz-000AbC-2D for bob@b.example; "
                  "Sun, 01 Nov 2026 11:14:05 +0000");
    cr_expect_str_eq(line.from, "203.0.113.77");
    cr_expect_str_eq(line.with, "esmtpsa");
    cr_expect_str_eq(line.id, "1t6Xyz-000AbC-2D");
    cr_expect_str_eq(line.recipient, "bob@b.example");
}

Test(received_line, some_name_only_themselves)
{
    struct received_line line =
        read_line("by 2002:a05:6a10:1234 with SMTP id ab12csp345; Sun, 1 Nov 2026 03:14:05 -0800 (PST)");
    cr_expect_str_eq(line.from, "");
    cr_expect_str_eq(line.by, "2002:a05:6a10:1234");
    cr_expect_eq(line.at_s, 1793531645);
}

Test(received_line, an_address_of_ipv6_is_one)
{
    struct received_line line =
        read_line("from a.example (a.example [IPv6:2001:db8::25]) by b.example; Sun, 1 Nov 2026 11:14 GMT");
    cr_expect_str_eq(line.address, "2001:db8::25");
    cr_expect(line.has_date && line.at_s == 1793531640);
}

Test(received_line, what_names_nobody_or_has_no_date_is_seen)
{
    struct received_line line;
    const char *nobody = "(qmail 123 invoked by uid 1000); 1 Nov 2026 10:00:00 -0000";
    cr_expect_not(received_line_read((struct span){nobody, strlen(nobody)}, &line));
    cr_expect_not(read_line("from a.example by b.example; yesterday").has_date);
    cr_expect_not(read_line("from a.example by b.example").has_date);
}
