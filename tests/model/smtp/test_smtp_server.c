/* The SMTP server against dialogues, against smuggling, against noise. Against a table of what the RFCs allow:
   test_smtp_sequences.c. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/journal/memory.h"
#include "tests/model/smtp/server_machine.h"

TestSuite(smtp_server);

Test(smtp_server, speaks_every_dialogue_in_every_segmentation)
{
    char error[DIALOGUE_ERROR_BYTES] = "";
    size_t n = dialogue_run_folder(&smtp_server_machine, "tests/model/smtp/server", error);

    cr_assert(n >= 100, "%s", error);
}

Test(smtp_server, a_wrong_expectation_is_caught_by_the_runner)
{
    static const struct {
        const char *text, *error;
    } planted[] = {
        {"S: 221*\n", "planted:1: expected \"221*\", got \"220 mx1.b.example ESMTP postroad\" (whole, 0)"},
        {"S: 220*\nC: NOOP\nS: 250 2.0.0 O\n", "planted:3: expected \"250 2.0.0 O\", got \"250 2.0.0 Ok\" (whole, 0)"},
        {"S: 220*\nC: NOOP\nS: 250*\nS: 250*\n", "planted:4: expected \"250*\", got \"nothing\" (whole, 0)"},
        {"S: 220*\nC: NOOP\n", "planted:3: expected \"nothing\", got \"250 2.0.0 Ok\r\n\" (whole, 0)"},
        {"S: 220*\nS: closes\n", "planted:2: expected \"closes\", got \"is open\" (whole, 0)"},
        {"S: 220*\n+5min\n", "planted:3: expected \"nothing\", got \"421 4.4.2 mx1.b.example timeout, closing "
                             "connection\r\n\" (whole, 0)"},
        {"S: 220*\n=> message*\n", "planted:2: expected \"message*\", got \"nothing\" (whole, 0)"},
        {"S: 220*\nX: NOOP\n", "planted:2: expected \"a line of a dialogue\", got \"X: NOOP\" (whole, 0)"},
        {"given max_recipient 1\n", "planted:1: expected \"a setting\", got \"given max_recipient 1\" (whole, 0)"},
    };

    for (size_t i = 0; i < sizeof planted / sizeof planted[0]; i++) {
        char error[DIALOGUE_ERROR_BYTES] = "";
        cr_assert_not(dialogue_run(&smtp_server_machine, "planted", planted[i].text, error), "%s", planted[i].text);
        cr_assert_str_eq(error, planted[i].error);
    }
}

/* The codes of all replies so far, lines that go on left out: "220 250 503". */
static void reply_codes(const struct dialogue_text *said, char *out)
{
    *out = '\0';
    for (const char *line = said->bytes; line && *line; line = strstr(line, "\r\n") + 2)
        if (line[3] == ' ') out += sprintf(out, "%s%.3s", out[0] || line != said->bytes ? " " : "", line);
}

/* --- Smuggling: law M14
 * ------------------------------------------------------------------------------------------------ */

/* Everything between 354 and CR LF . CR LF is content, however it looks. */
static const char *const not_the_end[] = {"\n.\n",         "\n.\r",         "\r.\n",         "\r.\r",   "\n.\r\n",
                                          "\r.\r\n",       "\r\n.\r\r\n",   "\r\r\n.\r\r\n", "\r\n.\n", "\r\n.\r",
                                          "\r\n\x00.\r\n", "\r\n.\x00\r\n", "\r\n. \r\n"};
/* The first so many hold CR or LF alone. */
enum { STRAY = 10 };
static const size_t not_the_end_sizes[] = {3, 3, 3, 3, 4, 4, 6, 7, 4, 4, 6, 6, 6};

enum endings { STRICT, NORMALIZE, KEEP, LENIENT };
static const char *const endings[] = {"line_endings strict", "line_endings normalize", "line_endings keep",
                                      "line_endings lenient"};

/* Sends a mail that holds the string and another mail behind it, in two pieces; the codes of all replies. */
static void smuggle(size_t which, enum endings personality, size_t split, char codes[256],
                    struct dialogue_record *record)
{
    static const char before[] =
        "HELO a.example\r\nMAIL FROM:<alice@a.example>\r\nRCPT TO:<bob@b.example>\r\nDATA\r\nx";
    static const char after[] =
        "MAIL FROM:<mallory@m.example>\r\nRCPT TO:<carol@b.example>\r\nDATA\r\nyou\r\n.\r\nNOOP\r\n";
    const struct dialogue_machine *type = &smtp_server_machine;
    struct dialogue_text input = {0};
    void *machine = type->make(record);

    cr_assert(type->given(machine, endings[personality]));
    dialogue_text_add(&input, before, strlen(before));
    dialogue_text_add(&input, not_the_end[which], not_the_end_sizes[which]);
    dialogue_text_add(&input, after, strlen(after));
    split %= input.size;
    type->start(machine, 0);
    type->receive(machine, input.bytes, split, 0);
    type->receive(machine, input.bytes + split, input.size - split, 0);
    reply_codes(&record->said, codes);
    type->free(machine);
    dialogue_text_free(&input);
}

static void check_smuggling(size_t which, enum endings personality, size_t split)
{
    struct dialogue_record record = {0};
    char codes[256];

    smuggle(which, personality, split, codes, &record);
    if (which >= STRAY || personality != STRICT) {
        /* It passes, as one mail with all of it inside. */
        cr_assert_str_eq(codes, "220 250 250 250 354 250 250", "string %zu, %s: %s", which, endings[personality],
                         codes);
        cr_assert(strstr(record.told.bytes, "MAIL FROM:<mallory@m.example>"));
        cr_assert_not(strstr(record.told.bytes, "message mallory"));
    } else
        cr_assert_str_eq(codes, "220 250 250 250 354 550 250", "string %zu, split %zu: %s", which, split, codes);
    dialogue_text_free(&record.said);
    dialogue_text_free(&record.told);
}

Test(smtp_server, no_smuggling_string_ends_the_content_early)
{
    for (size_t which = 0; which < sizeof not_the_end / sizeof not_the_end[0]; which++)
        for (size_t split = 0; split < 220; split++)
            for (int personality = STRICT; personality < LENIENT; personality++)
                check_smuggling(which, (enum endings)personality, split);
}

/* And each of those with CR or LF alone ends it at a server that takes them for line ends: there one mail becomes two,
   in every segmentation. So the check above can fail. */
Test(smtp_server, every_smuggling_string_ends_the_content_of_a_lenient_server)
{
    for (size_t which = 0; which < STRAY; which++)
        for (size_t split = 0; split < 220; split++) {
            struct dialogue_record record = {0};
            char codes[256];
            smuggle(which, LENIENT, split, codes, &record);
            cr_assert(strstr(record.told.bytes, "message mallory@m.example -> carol@b.example: you"), "string %zu: %s",
                      which, codes);
            dialogue_text_free(&record.said);
            dialogue_text_free(&record.told);
        }
}

/* Law M16, either direction of time: what was said before STARTTLS, or came with it, changes nothing after it. The same
   dialogue after the handshake, whatever came before. */
Test(smtp_server, nothing_before_the_handshake_has_influence_after_it)
{
    static const char *const before[] = {
        "STARTTLS\r\n", "EHLO a.example\r\nMAIL FROM:<mallory@m.example>\r\nRCPT TO:<carol@b.example>\r\nSTARTTLS\r\n",
        "STARTTLS\r\nMAIL FROM:<mallory@m.example>\r\nRCPT TO:<carol@b.example>\r\nDATA\r\nx",
        "EHLO a.example\r\nAUTH PLAIN AGJvYgBzZWNyZXQ=\r\nSTARTTLS\r\nEHLO b.exa",
        "HELO a.example\r\nSTARTTLS\r\n\x16\x03\x01\r"};
    static const char after[] = "MAIL FROM:<alice@a.example>\r\nEHLO a.example\r\nRCPT TO:<bob@b.example>\r\n"
                                "AUTH PLAIN AGJvYgBzZWNyZXQ=\r\nMAIL FROM:<alice@a.example>\r\nDATA\r\n"
                                "RCPT TO:<bob@b.example>\r\nDATA\r\nx\r\n.\r\nQUIT\r\n";
    const struct dialogue_machine *type = &smtp_server_machine;
    char *first = NULL;

    for (size_t i = 0; i < sizeof before / sizeof before[0]; i++) {
        struct dialogue_record record = {0};
        void *machine = type->make(&record);
        size_t mark;
        cr_assert(type->given(machine, "tls") && type->given(machine, "auth"));
        type->start(machine, 0);
        type->receive(machine, before[i], strlen(before[i]), 0);
        mark = record.said.size;
        cr_assert(type->happen(machine, "secure", 0));
        type->receive(machine, after, strlen(after), 0);
        if (i == 0)
            first = mem_strdup(record.said.bytes + mark);
        else
            cr_assert_str_eq(record.said.bytes + mark, first, "case %zu", i);
        cr_assert(strstr(record.told.bytes, "message alice@a.example -> bob@b.example: x"));
        cr_assert_not(strstr(record.told.bytes, "mallory"));
        type->free(machine);
        dialogue_text_free(&record.said);
        dialogue_text_free(&record.told);
    }
    mem_free(first);
}

/* RFC 2920 3.1: what comes before the reply that had to be waited for, where that is forbidden. */
Test(smtp_server, early_commands_end_the_session_where_they_are_forbidden)
{
    static const struct {
        const char *text, *codes;
    } cases[] = {
        {"EHLO a.example\r\nNOOP\r\n", "220 554"},
        {"HELO a.example\r\n", "220 250"},
        {"MAIL FROM:<a@a.example>\r\nRCPT TO:<bob@b.example>\r\nRSET\r\nNOOP\r\n", "220 503 503 250 250"},
        {"NOOP\r\nNOOP\r\n", "220 554"},
    };
    const struct dialogue_machine *type = &smtp_server_machine;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct dialogue_record record = {0};
        void *machine = type->make(&record);
        char codes[256];
        cr_assert(type->given(machine, "forbid early"));
        type->start(machine, 0);
        type->receive(machine, cases[i].text, strlen(cases[i].text), 0);
        reply_codes(&record.said, codes);
        cr_assert_str_eq(codes, cases[i].codes, "case %zu: %s", i, codes);
        type->free(machine);
        dialogue_text_free(&record.said);
        dialogue_text_free(&record.told);
    }
}

/* --- Noise
 * -------------------------------------------------------------------------------------------------------------- */

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* Bytes, or pieces of lines, or whole lines, by the seed. */
static void add_noise(struct dialogue_text *input, uint64_t *seed)
{
    static const char *const pieces[] = {"\r\n", "\r",    "\n", ".",  ":<", "@",   ">",
                                         " ",    "SIZE=", "\"", "\\", "[",  "\xff"};
    static const char *const lines[] = {"EHLO a.example\r\n",
                                        "HELO a.example\r\n",
                                        "MAIL FROM:<alice@a.example>\r\n",
                                        "MAIL FROM:alice\r\n",
                                        "RCPT TO:<bob@b.example>\r\n",
                                        "RCPT TO:<nobody@b.example>\r\n",
                                        "DATA\r\n",
                                        ".\r\n",
                                        "RSET\r\n",
                                        "NOOP\r\n",
                                        "VRFY bob\r\n",
                                        "FROB\r\n",
                                        "QUIT\r\n"};
    uint64_t kind = next_random(seed) % 4;
    const char *line = lines[next_random(seed) % (sizeof lines / sizeof lines[0])];
    const char *piece = pieces[next_random(seed) % (sizeof pieces / sizeof pieces[0])];
    char byte = (char)next_random(seed);

    if (kind == 0)
        dialogue_text_add(input, &byte, 1);
    else if (kind == 1)
        dialogue_text_add(input, piece, strlen(piece));
    else
        dialogue_text_add(input, line, kind == 2 ? strlen(line) : next_random(seed) % strlen(line));
}

/* Every line said is a reply line of at most 512 bytes. */
static void check_replies(const struct dialogue_text *said, uint64_t seed)
{
    const char *line = said->bytes;

    while (*line) {
        const char *end = strstr(line, "\r\n");
        cr_assert(end && end + 2 - line <= 512, "seed %llu", (unsigned long long)seed);
        cr_assert(line[0] >= '2' && line[0] <= '5' && (line[3] == ' ' || line[3] == '-'), "seed %llu: %s",
                  (unsigned long long)seed, line);
        line = end + 2;
    }
}

Test(smtp_server, survives_noise_and_answers_with_reply_lines_only)
{
    const struct dialogue_machine *type = &smtp_server_machine;

    for (uint64_t seed = 1; seed <= 3000; seed++) {
        struct dialogue_record record = {0};
        struct dialogue_text input = {0};
        uint64_t state = seed * UINT64_C(0x9e3779b97f4a7c15);
        void *machine = type->make(&record);
        size_t at = 0;

        for (int i = 0; i < 60; i++)
            add_noise(&input, &state);
        type->start(machine, 0);
        while (at < input.size) {
            size_t n = 1 + next_random(&state) % 40;
            if (n > input.size - at) n = input.size - at;
            type->receive(machine, input.bytes + at, n, 0);
            at += n;
        }
        check_replies(&record.said, seed);
        type->free(machine);
        dialogue_text_free(&record.said);
        dialogue_text_free(&record.told);
        dialogue_text_free(&input);
    }
}
