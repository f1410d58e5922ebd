/* Broken files never crash the loader: cut at every byte, with bytes changed at random, with values exchanged. Whatever
   is refused is refused with a message. */
#include <criterion/criterion.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/model/scenario/scenario_files.h"

/* xorshift64*, so that a failure can be repeated. */
static uint64_t next_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(2685821657736338717);
}

static void survives(const char *name, const char *text, size_t size)
{
    struct scenario *s;
    char *said = load_text(name, text, size, NULL, 0, &s);
    cr_expect((s != NULL) == (*said == '\0'), "%s: %s", name, said);
    scenario_free(s);
    free(said);
}

static char *first_mail(size_t *size)
{
    char *text = read_file(POSTROAD_SOURCE_DIR "/scenarios/first-mail.json", size);
    cr_assert(text != NULL);
    return text;
}

Test(mutations, cut_at_every_byte)
{
    size_t size;
    char *text = first_mail(&size);
    for (size_t cut = 0; cut < size; cut++)
        survives("cut", text, cut);
    free(text);
}

static void survives_changed_bytes(const char *path, const char *name)
{
    size_t size;
    char *text = read_file(path, &size), *changed = malloc(size);
    uint64_t state = UINT64_C(88172645463325252);
    for (int round = 0; round < 300; round++) {
        memcpy(changed, text, size);
        for (uint64_t n = 1 + next_random(&state) % 3; n > 0; n--) {
            size_t at = next_random(&state) % size;
            static const char likely[] = "\"{}[]:,0-9.%\\ \n/e";
            uint64_t what = next_random(&state);
            changed[at] = what & 1 ? likely[what / 2 % (sizeof likely - 1)] : (char)(what >> 8);
        }
        survives(name, changed, size);
    }
    free(changed);
    free(text);
}

Test(mutations, bytes_changed_at_random)
{
    cr_expect(each_scenario("scenarios", survives_changed_bytes) >= 8);
}

/* Values put where another kind of value belongs: the checks must not trust what they refer to. */
Test(mutations, every_value_replaced_by_another_kind)
{
    static const char *const values[] = {"null", "true", "7",      "-1.5",       "\"x\"",   "\"\"",
                                         "[]",   "{}",   "[null]", "{\"x\":{}}", "[[1,2]]", "{\"\":0}"};
    size_t size;
    char *text = first_mail(&size), *changed = malloc(size + 32);
    for (size_t colon = 0; colon < size; colon++) {
        if (text[colon] != ':' || text[colon + 1] != ' ') continue;
        size_t end = colon + 2, depth = 0;
        bool quoted = false;
        for (; end < size; end++) {
            char c = text[end];
            if (c == '"' && text[end - 1] != '\\') quoted = !quoted;
            if (quoted) continue;
            if (c == '{' || c == '[') depth++;
            if ((c == '}' || c == ']' || c == ',') && depth == 0) break;
            if (c == '}' || c == ']') depth--;
        }
        for (size_t v = 0; v < sizeof values / sizeof *values; v++) {
            size_t n = (size_t)sprintf(changed, "%.*s%s", (int)(colon + 2), text, values[v]);
            memcpy(changed + n, text + end, size - end);
            survives("exchanged", changed, n + size - end);
        }
    }
    free(changed);
    free(text);
}
