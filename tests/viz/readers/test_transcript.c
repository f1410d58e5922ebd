/* The transcript: the made journal told at each level, against texts that can be read as stories.
   POSTROAD_REWRITE=1 writes the expected texts anew; then read the difference. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/viz/story/made_journal.h"
#include "viz/readers/transcript.h"

static char *told(const struct journal_memory *journal, enum transcript_level level)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    struct transcript *transcript = transcript_new(level, out);
    struct journal_reader reader = transcript_reader(transcript);
    for (size_t i = 0; i < journal_memory_count(journal); i++) {
        const struct event *e = journal_memory_at(journal, i);
        if (event_mask_has(reader.mask, e->kind)) reader.on_event(reader.context, e);
    }
    transcript_free(transcript);
    fclose(out);
    return text;
}

static const char *path_of(const char *name, char path[512])
{
    snprintf(path, 512, "%s/tests/viz/readers/transcripts/%s", POSTROAD_SOURCE_DIR, name);
    return path;
}

static char *expected_text(const char *name)
{
    char path[512], *text = calloc(1, 1 << 20);
    FILE *in = fopen(path_of(name, path), "r");
    cr_assert_not_null(in, "%s", path);
    size_t n = fread(text, 1, (1 << 20) - 1, in);
    text[n] = 0;
    fclose(in);
    return text;
}

static void rewrite(const char *name, const char *text)
{
    char path[512];
    FILE *out = fopen(path_of(name, path), "w");
    cr_assert_not_null(out, "%s", path);
    fputs(text, out);
    fclose(out);
}

/* The first line that differs, for a message. */
static void expect_text(const char *name, const char *text)
{
    if (getenv("POSTROAD_REWRITE")) rewrite(name, text);
    char *expected = expected_text(name);
    size_t line = 1, at = 0;
    while (text[at] && text[at] == expected[at])
        line += text[at++] == '\n';
    while (at && text[at - 1] != '\n')
        at--;
    cr_assert_str_eq(text, expected, "%s:%zu:\nexpected %.*s\nactual   %.*s", name, line,
                     (int)strcspn(expected + at, "\n"), expected + at, (int)strcspn(text + at, "\n"), text + at);
    free(expected);
}

Test(transcript, each_level_tells_the_made_journal_as_a_story)
{
    struct made made = made_journal(1, NULL, 0);
    const char *const names[] = {NULL, "made-mail.txt", "made-smtp.txt", "made-packets.txt"};
    for (int level = TRANSCRIPT_MAIL; level <= TRANSCRIPT_PACKETS; level++) {
        char *text = told(made.memory, (enum transcript_level)level);
        expect_text(names[level], text);
        free(text);
    }
    made_free(&made);
}

Test(transcript, none_tells_nothing_and_asks_for_no_event)
{
    struct made made = made_journal(1, NULL, 0);
    char *text = told(made.memory, TRANSCRIPT_NONE);
    cr_assert_str_empty(text);
    free(text);
    made_free(&made);
}

static int columns(const char *line, size_t n)
{
    int count = 0;
    for (size_t i = 0; i < n; i++)
        count += ((unsigned char)line[i] & 0xc0) != 0x80;
    return count;
}

Test(transcript, no_line_is_wider_than_a_hundred_columns_unless_a_word_is)
{
    struct made made = made_journal(1, NULL, 0);
    for (int level = TRANSCRIPT_MAIL; level <= TRANSCRIPT_PACKETS; level++) {
        char *text = told(made.memory, (enum transcript_level)level);
        for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
            cr_assert_leq(columns(line, strcspn(line, "\n")), 100, "%.*s", (int)strcspn(line, "\n"), line);
        free(text);
    }
    made_free(&made);
}

/* A level asks for what it tells and no more, so that packets are not made for those who do not see them. */
Test(transcript, the_mask_grows_with_the_level)
{
    struct event_mask before = event_mask_none();
    for (int level = TRANSCRIPT_NONE; level <= TRANSCRIPT_PACKETS; level++) {
        struct transcript *transcript = transcript_new((enum transcript_level)level, stdout);
        struct event_mask mask = transcript_reader(transcript).mask;
        cr_assert_eq(before.words[0] & ~mask.words[0], 0);
        cr_assert_eq(event_mask_has(mask, EVENT_MAIL_STATE), level >= TRANSCRIPT_MAIL);
        cr_assert_eq(event_mask_has(mask, EVENT_SMTP_LINE), level >= TRANSCRIPT_SMTP);
        cr_assert_eq(event_mask_has(mask, EVENT_LINK_DROP), level >= TRANSCRIPT_PACKETS);
        cr_assert_not(event_mask_has(mask, EVENT_TCP_VARS));
        before = mask;
        transcript_free(transcript);
    }
}

/* As told while it happens, so told from a journal afterwards. */
Test(transcript, a_run_and_its_journal_tell_the_same)
{
    char *live = NULL;
    size_t size;
    FILE *out = open_memstream(&live, &size);
    struct transcript *transcript = transcript_new(TRANSCRIPT_PACKETS, out);
    struct journal_reader reader = transcript_reader(transcript);
    struct made made = made_journal(2, &reader, 1);
    fclose(out);
    char *later = told(made.memory, TRANSCRIPT_PACKETS);
    cr_assert_str_eq(live, later);
    free(live);
    free(later);
    transcript_free(transcript);
    made_free(&made);
}

/* What a scenario says may be of any length and in any script. */
Test(transcript, long_words_and_long_texts_are_wrapped_between_characters)
{
    struct journal_memory *memory = journal_memory_new();
    struct journal *journal = journal_new();
    journal_add_reader(journal, journal_memory_reader(memory, event_mask_all()));
    char word[800] = "", words[3000] = "";
    for (int i = 0; i < 150; i++)
        strcat(word, "ü€");
    for (int i = 0; i < 100; i++)
        strcat(words, "eins zwei ");
    JOURNAL_EMIT(journal, HOST_ADD, F_INT(HOST, 1), F_TEXT(NAME, "a-host-with-quite-a-long-name.example"));
    JOURNAL_EMIT(journal, CAPTION, F_TEXT(TEXT, words));
    JOURNAL_EMIT(journal, HOST_STATE, F_INT(HOST, 1), F_INT(UP, 0), F_TEXT(WHY, word));
    JOURNAL_EMIT(journal, HOST_STATE, F_INT(HOST, 9), F_INT(UP, 1), F_TEXT(WHY, ""));
    char *text = told(memory, TRANSCRIPT_MAIL);
    cr_assert_not_null(strstr(text, "?"), "a host that was never named");
    cr_assert_null(strstr(text, "\n\xbc"), "no character is torn");
    size_t twos = 0;
    for (const char *at = strstr(text, "zwei"); at; at = strstr(at + 1, "zwei"))
        twos++;
    cr_assert_eq(twos, 100);
    for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
        cr_assert_leq(columns(line, strcspn(line, "\n")), 100, "%s", line);
    free(text);
    journal_free(journal);
    journal_memory_free(memory);
}
