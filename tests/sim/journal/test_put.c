/* Texts put together piece by piece are what snprintf makes of the same. */
#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>

#include "sim/journal/put.h"

Test(put, numbers_are_as_snprintf_writes_them)
{
    static const uint64_t numbers[] = {0, 1, 9, 10, 99, 100, 12345, UINT32_MAX, UINT64_MAX};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        for (int digits = 0; digits <= 12; digits++) {
            char expected[40], text[40];
            snprintf(expected, sizeof expected, "<%0*" PRIu64 ">", digits ? digits : 1, numbers[i]);
            struct put p = put_into(text, sizeof text);
            put_text(&p, "<");
            put_number(&p, numbers[i], digits);
            put_text(&p, ">");
            cr_expect_str_eq(text, expected);
            cr_expect_eq(p.at, text + strlen(text));
        }
}

Test(put, what_does_not_fit_is_cut_off)
{
    for (size_t size = 1; size <= 16; size++) {
        char expected[16], text[17];
        text[size] = 'x';
        snprintf(expected, size, "%s%.3s%u", "hello", "abcdef", 4711u);
        struct put p = put_into(text, size);
        put_text(&p, "hello");
        put_text_cut(&p, "abcdef", 3);
        put_number(&p, 4711, 0);
        cr_expect_str_eq(text, expected);
        cr_expect_eq(text[size], 'x');
    }
}
