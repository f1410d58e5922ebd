/* What all imports end with. See import_kinds.h. */
#include <stdio.h>
#include <string.h>

#include "model/import/import_kinds.h"
#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"

/* Journals hold some 36 years (sim/journal/journal_sound.c). */
#define SPAN_MAX_NS (INT64_C(1) << 59)

bool import_emit(struct draft *draft, int64_t zero_s, const struct import_options *options, const char *what,
                 const char *story, struct journal *journal, struct import_report *report)
{
    int64_t earliest = draft_earliest_ns(draft), latest = draft_latest_ns(draft);
    if (latest - earliest > SPAN_MAX_NS)
        return import_fail(report, tr("some clock was far off; leave those lines or packets out"),
                           tr("what was recorded spans more than eighteen years"));
    int64_t shift_s = -draft_first_second_ns(draft) / SECOND;
    char version[80];
    snprintf(version, sizeof version, tr("imported from %s by postroad %s"), what, POSTROAD_VERSION);
    DRAFT_ADD(draft, RUN_END, latest, RANK_LAST, 0, F_TEXT(WHY, tr("the recording ends here")));
    journal_set_now(journal, 0);
    journal_set_cause(journal, 0);
    JOURNAL_EMIT(journal, RUN_BEGIN, F_TEXT(TITLE, options->title), F_TEXT(VERSION, version),
                 F_INT(STARTS, zero_s - shift_s));
    JOURNAL_EMIT(journal, CAPTION, F_TEXT(TEXT, story));
    draft_emit(draft, shift_s * SECOND, journal);
    return true;
}

/* How many bytes a character of UTF-8 has that begins here; 0: it is none. */
static size_t utf8_length(const unsigned char *at, size_t left)
{
    size_t n = at[0] < 0x80 ? 1 : at[0] >= 0xc2 && at[0] < 0xe0 ? 2 : at[0] >= 0xe0 && at[0] < 0xf0 ? 3 : 0;
    if (at[0] >= 0xf0 && at[0] < 0xf5) n = 4;
    if (!n || n > left) return 0;
    for (size_t i = 1; i < n; i++)
        if ((at[i] & 0xc0) != 0x80) return 0;
    if (at[0] == 0xe0 && at[1] < 0xa0) return 0;
    if (at[0] == 0xed && at[1] >= 0xa0) return 0;
    if (at[0] == 0xf0 && at[1] < 0x90) return 0;
    if (at[0] == 0xf4 && at[1] >= 0x90) return 0;
    return n;
}

char *import_clean_text(const void *bytes, size_t size, char *out, size_t room)
{
    const unsigned char *at = bytes;
    size_t n = 0;
    for (size_t i = 0; i < size;) {
        size_t length = utf8_length(at + i, size - i);
        bool good = length && at[i] >= 0x20 && at[i] != 0x7f;
        if (n + (good ? length : 1) >= room) break;
        if (good)
            memcpy(out + n, at + i, length);
        else
            out[n] = at[i] == '\t' ? ' ' : '?';
        n += good ? length : 1;
        i += length ? length : 1;
    }
    out[n] = '\0';
    return out;
}
