/* Addresses beyond ASCII: their escapes in reports (RFC 6533 3), and what makes a mail need SMTPUTF8 (RFC 6531 3.4). */
#include <criterion/criterion.h>
#include <string.h>

#include "model/mail/address_utf8.h"

static const struct {
    const char *address, *escaped;
} pairs[] = {{"bob@b.example", "bob@b.example"},
             {"j\u00fcrgen@b.example", "j\\x{FC}rgen@b.example"},
             {"\u0938\u0902\u0926\u0947\u0936@b.example", "\\x{938}\\x{902}\\x{926}\\x{947}\\x{936}@b.example"},
             {"\u20ac+\U0001F4E7=a\\b@b.example", "\\x{20AC}\\x{2B}\\x{1F4E7}\\x{3D}a\\x{5C}b@b.example"}};

Test(address_utf8, escapes_are_those_of_rfc_6533_and_lead_back)
{
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        char text[200];
        address_to_escapes(pairs[i].address, text, sizeof text);
        cr_expect_str_eq(text, pairs[i].escaped);
        address_from_escapes(pairs[i].escaped, text, sizeof text);
        cr_expect_str_eq(text, pairs[i].address);
    }
}

Test(address_utf8, what_is_no_escape_stays)
{
    static const char *const texts[] = {"a\\b",      "\\x",         "\\x{",         "\\x{}", "\\x{fc}",
                                        "\\x{D800}", "\\x{110000}", "\\x{1234567}", "\\x{A", "\\x{7F}"};
    char text[50];
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        address_from_escapes(texts[i], text, sizeof text);
        cr_expect_str_eq(text, texts[i]);
    }
}

Test(address_utf8, where_room_ends_letters_stay_whole)
{
    char text[8];
    address_to_escapes("ab\u00fc", text, sizeof text);
    cr_expect_str_eq(text, "ab");
    address_from_escapes("ab\\x{20AC}\\x{20AC}", text, 7);
    cr_expect_str_eq(text, "ab\u20ac");
}

Test(address_utf8, the_sender_or_the_header_makes_smtputf8_needed_and_the_body_does_not)
{
    static const char plain[] = "Subject: x\r\n\r\nGr\u00fc\u00dfe\r\n",
                      named[] = "Cc: zo\u00eb@b.example\r\n\r\nx\r\n";
    cr_expect_not(mail_needs_smtputf8("alice@a.example", plain, strlen(plain)));
    cr_expect_not(mail_needs_smtputf8("", plain, strlen(plain)));
    cr_expect(mail_needs_smtputf8("al\u00efce@a.example", plain, strlen(plain)));
    cr_expect(mail_needs_smtputf8("alice@a.example", named, strlen(named)));
}
