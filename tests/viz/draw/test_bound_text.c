/* Quantities are not broken at their spaces. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "sim/journal/memory.h"
#include "viz/draw/bound_text.h"

Test(bound_text, a_number_stays_with_its_unit)
{
    static const struct {
        const char *text, *bound;
    } rows[] = {{"after 4 min 50 s it tries", "after 4\u00a0min\u00a050\u00a0s it tries"},
                {"1460 bytes, 2 h", "1460\u00a0bytes, 2\u00a0h"},
                {"2 %", "2\u00a0%"},
                {"in 1 d 4 h 30 min.", "in 1\u00a0d\u00a04\u00a0h\u00a030\u00a0min."}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char *bound = bound_text(rows[i].text);
        cr_assert(bound != NULL, "%s", rows[i].text);
        cr_expect(eq(str, bound, (char *)rows[i].bound));
        mem_free(bound);
    }
}

Test(bound_text, other_words_are_not_bound)
{
    static const char *const texts[] = {"", "250 OK", "450 silence", "RFC 5321 4.2", "2 mails in queue", "s 5", "in 5"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        cr_expect(bound_text(texts[i]) == NULL, "%s", texts[i]);
}
