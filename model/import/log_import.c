/* A log becomes a journal. See log_book.h. */
#include <string.h>

#include "model/import/import_kinds.h"
#include "model/import/log_book.h"
#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"

enum { LOOK_AT_LINES = 50, HALF_A_YEAR_DAYS = 183 };

/* One line with a date among the first few. */
bool import_is_log(const uint8_t *bytes, size_t size)
{
    struct span all = {(const char *)bytes, size}, text;
    struct log_line line;
    size_t at = 0;
    for (int i = 0; i < LOOK_AT_LINES && span_next_line(all, &at, &text); i++)
        if (log_line_read(text, &line)) return true;
    return false;
}

/* Dates without a year come in order: from December to January is a new year. */
struct calendar {
    int years; /* since the first line's */
    int64_t before_ns;
};

static void turn_page(struct calendar *calendar, const struct log_line *line)
{
    if (!line->month) return;
    int64_t back_ns = calendar->before_ns - line->at_ns;
    if (calendar->before_ns && back_ns > HALF_A_YEAR_DAYS * DAY) calendar->years++;
    if (calendar->before_ns && back_ns < -HALF_A_YEAR_DAYS * DAY) return; /* an old line among new ones */
    calendar->before_ns = line->at_ns;
}

static int64_t in_year(const struct log_line *line, int year)
{
    int64_t of_1972_ns = log_days_since_1970(1972, line->month, 1) * DAY;
    return line->month ? log_days_since_1970(year, line->month, 1) * DAY + line->at_ns - of_1972_ns : line->at_ns;
}

static int years_of(struct span all)
{
    struct calendar calendar = {0};
    struct span text;
    struct log_line line;
    for (size_t at = 0; span_next_line(all, &at, &text);)
        if (log_line_read(text, &line)) turn_page(&calendar, &line);
    return calendar.years;
}

struct log_counts {
    size_t lines, dated, mail, exim;
    bool without_zone, without_year;
};

static struct log_counts gather(struct span all, int last_year, struct log_book *book)
{
    struct log_counts counts = {0};
    struct calendar calendar = {0};
    struct span text;
    struct log_line line;
    int first_year = last_year - years_of(all);
    for (size_t at = 0; span_next_line(all, &at, &text); counts.lines++) {
        if (!log_line_read(text, &line)) continue;
        counts.dated++;
        turn_page(&calendar, &line);
        line.at_ns = in_year(&line, first_year + calendar.years);
        bool is_exim = log_exim_line(book, &line);
        if (!is_exim && !log_postfix_line(book, &line)) continue;
        counts.exim += is_exim;
        counts.mail++;
        counts.without_zone |= !line.has_zone;
        counts.without_year |= line.month != 0;
    }
    return counts;
}

static int64_t first_second_ns(const struct log_book *book)
{
    int64_t first_ns = INT64_MAX;
    for (size_t i = 0; i < book->n_entries; i++)
        if (book->entries[i].n && book->entries[i].at_ns < first_ns) first_ns = book->entries[i].at_ns;
    return first_ns == INT64_MAX ? 0 : first_ns - ((first_ns % SECOND) + SECOND) % SECOND;
}

static bool is_worth_telling(const struct log_counts *counts, const struct draft *draft, struct import_report *report)
{
    if (!counts->dated)
        return import_fail(report, tr("wanted are lines like \"Nov  1 10:00:01 mail postfix/smtp[7]: ...\""),
                           tr("line 1: none of the %zu lines begins with a date"), counts->lines);
    if (!counts->mail)
        return import_fail(report, tr("known are the logs of Postfix, by syslog, and Exim, by itself or by syslog"),
                           tr("line 1: none of the %zu lines is of Postfix or Exim"), counts->lines);
    if (!draft_count(draft))
        return import_fail(report,
                           tr("attempts are lines with \"status=\" (Postfix), or \"=>\", \"==\" and \"**\" (Exim)"),
                           tr("line %zu: up to here no attempt to deliver a mail is told"), counts->lines);
    return true;
}

bool import_log(const uint8_t *bytes, size_t size, const struct import_options *options, struct journal *journal,
                struct import_report *report)
{
    struct log_book book = {0};
    struct draft *draft = draft_new();
    int last_year = options->year ? options->year : 1970;
    struct log_counts counts = gather((struct span){(const char *)bytes, size}, last_year, &book);
    int64_t zero_ns = first_second_ns(&book);
    log_book_tell(&book, zero_ns, draft);
    bool good = is_worth_telling(&counts, draft, report);
    if (good && counts.without_year)
        import_note(report, tr("the dates have no year; the last one is taken to be of %d, see --year"), last_year);
    if (good && counts.without_zone) import_note(report, tr("the dates have no time zone; they are taken as UTC"));
    if (good && counts.lines > counts.mail)
        import_note(report, tr("%zu of %zu lines are of other programs"), counts.lines - counts.mail, counts.lines);
    good =
        good && import_emit(draft, zero_ns / SECOND, options,
                            2 * counts.exim > counts.mail ? tr("the log of Exim") : tr("the log of Postfix"),
                            tr("This is from the log of a mail server. Attempts and answers are as they were logged; "
                               "what happened at other hosts is inferred and marked so."),
                            journal, report);
    draft_free(draft);
    log_book_free(&book);
    return good;
}
