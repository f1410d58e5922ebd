/* Which reader the bytes go to, and what all have in common. See import.h. */
#include "model/import/import.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "model/import/capture_file.h"
#include "model/import/import_kinds.h"
#include "sim/journal/tr.h"

static const char *const format_names[] = {
    [IMPORT_CAPTURE] = "capture", [IMPORT_LOG] = "log", [IMPORT_RECEIVED] = "received"};

struct import_options import_options_default(void)
{
    return (struct import_options){.title = ""};
}

enum import_format import_format_by_name(const char *name)
{
    for (int i = IMPORT_CAPTURE; i <= IMPORT_RECEIVED; i++)
        if (!strcmp(name, format_names[i])) return (enum import_format)i;
    return IMPORT_UNKNOWN;
}

void import_note(struct import_report *report, const char *format, ...)
{
    size_t length = strlen(report->notes), room = sizeof report->notes - length;
    va_list list;
    va_start(list, format);
    int n = vsnprintf(report->notes + length, room, format, list);
    va_end(list);
    if (n < 0 || (size_t)n + 2 > room)
        report->notes[length] = '\0';
    else
        memcpy(report->notes + length + n, "\n", 2);
}

bool import_fail(struct import_report *report, const char *hint, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    vsnprintf(report->error, sizeof report->error, format, list);
    va_end(list);
    snprintf(report->hint, sizeof report->hint, "%s", hint);
    return false;
}

enum import_format import_format_of(const uint8_t *bytes, size_t size)
{
    if (capture_file_is_capture(bytes, size)) return IMPORT_CAPTURE;
    if (import_is_log(bytes, size)) return IMPORT_LOG;
    return import_has_received(bytes, size) ? IMPORT_RECEIVED : IMPORT_UNKNOWN;
}

static bool is_unknown(const uint8_t *bytes, size_t size, struct import_report *report)
{
    static const struct {
        const char *magic, *what, *hint;
    } others[] = {
        {"\x1f\x8b", "compressed by gzip", "unpack it first: gunzip"},
        {"\x28\xb5\x2f\xfd", "compressed by zstd", "unpack it first: unzstd"},
        {"\xfd"
         "7zXZ",
         "compressed by xz", "unpack it first: unxz"},
        {"BZh", "compressed by bzip2", "unpack it first: bunzip2"},
        {"PK\x03\x04", "a ZIP archive", "unpack it first: unzip"},
        {"\x89PRJ", "a journal already", "look at it: postroad view, or postroad show"},
        {"snoop", "a capture of Solaris's snoop", "make it a pcapng: editcap"},
    };
    if (size == 0) return import_fail(report, tr("wanted is a capture, a mail.log or an .eml"), tr("it is empty"));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        size_t n = strlen(others[i].magic);
        if (size >= n && !memcmp(bytes, others[i].magic, n))
            return import_fail(report, tr(others[i].hint), tr("byte 0: it is %s"), tr(others[i].what));
    }
    return import_fail(report,
                       tr("a mail.log has a date at the beginning of its lines, an .eml has Received lines; --format "
                          "capture, log or received says which it is meant to be"),
                       tr("byte 0: this is neither a pcap or pcapng, nor the log of Postfix or Exim, nor a mail"));
}

bool import_bytes(const uint8_t *bytes, size_t size, const struct import_options *options, struct journal *journal,
                  struct import_report *report)
{
    *report = (struct import_report){.format = options->format};
    if (report->format == IMPORT_UNKNOWN) report->format = import_format_of(bytes, size);
    switch (report->format) {
    case IMPORT_CAPTURE:
        return import_capture(bytes, size, options, journal, report);
    case IMPORT_LOG:
        return import_log(bytes, size, options, journal, report);
    case IMPORT_RECEIVED:
        return import_received(bytes, size, options, journal, report);
    case IMPORT_UNKNOWN:
        break;
    }
    return is_unknown(bytes, size, report);
}
