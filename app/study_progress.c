#include "app/study_progress.h"

#include <string.h>
#include <unistd.h>

#include "sim/journal/tr.h"

static const double seconds_between_plain_lines = 30;

struct progress_line progress_line_on(FILE *out, const struct study *study)
{
    return (struct progress_line){
        .out = out, .is_terminal = isatty(fileno(out)), .may_be_fewer = study->precision.is_wanted};
}

const char *progress_count(uint64_t number, char buffer[PROGRESS_TEXT_BYTES])
{
    char digits[24];
    int n = snprintf(digits, sizeof digits, "%llu", (unsigned long long)number), used = 0;
    for (int i = 0; i < n; i++) {
        if (i && (n - i) % 3 == 0) buffer[used++] = ',';
        buffer[used++] = digits[i];
    }
    buffer[used] = '\0';
    return buffer;
}

const char *progress_time(double seconds, char buffer[PROGRESS_TEXT_BYTES])
{
    unsigned long long s = (unsigned long long)(seconds + 0.5);
    if (s < 60)
        snprintf(buffer, PROGRESS_TEXT_BYTES, "%llu s", s);
    else if (s < 3600)
        snprintf(buffer, PROGRESS_TEXT_BYTES, "%llu min %llu s", s / 60, s % 60);
    else if (s < 86400)
        snprintf(buffer, PROGRESS_TEXT_BYTES, "%llu h %llu min", s / 3600, s % 3600 / 60);
    else
        snprintf(buffer, PROGRESS_TEXT_BYTES, "%llu d %llu h", s / 86400, s % 86400 / 3600);
    return buffer;
}

static void note(struct progress_line *line, const struct study_progress *p)
{
    if (p->seconds - line->marks[1].seconds < seconds_between_plain_lines) return;
    line->marks[0] = line->marks[1];
    line->marks[1] = (struct progress_mark){p->seconds, p->made};
}

/* Runs a second, in the last half to whole minute. */
static double rate_of(const struct progress_line *line, const struct study_progress *p)
{
    double seconds = p->seconds - line->marks[0].seconds;
    bool is_known = seconds > 0 && p->made > line->marks[0].made;
    if (is_known) return (double)(p->made - line->marks[0].made) / seconds;
    return p->seconds > 0 ? (double)p->made / p->seconds : 0;
}

/* "1,200 of 10,000 runs (12 %), 9,870 a second, 1 s left". */
static void write_line(const struct progress_line *line, const struct study_progress *p)
{
    char done[PROGRESS_TEXT_BYTES], planned[PROGRESS_TEXT_BYTES], text[PROGRESS_TEXT_BYTES];
    uint64_t there = p->made + p->found;
    double rate = rate_of(line, p);
    double share = p->planned ? 100.0 * (double)there / (double)p->planned : 100;
    progress_count(there, done);
    progress_count(p->planned, planned);
    fprintf(line->out, line->may_be_fewer ? tr("%s of at most %s runs (%.0f %%)") : tr("%s of %s runs (%.0f %%)"), done,
            planned, share > 99 && there < p->planned ? 99 : share);
    if (p->made == 0) return;
    if (rate >= 10)
        fprintf(line->out, tr(", %s a second"), progress_count((uint64_t)rate, text));
    else
        fprintf(line->out, tr(", %.2g a second"), rate);
    if (there < p->planned)
        fprintf(line->out, line->may_be_fewer ? tr(", at most %s left") : tr(", %s left"),
                progress_time((double)(p->planned - there) / rate, text));
}

void progress_line_tell(void *context, const struct study_progress *progress)
{
    struct progress_line *line = context;
    note(line, progress);
    if (line->is_terminal) {
        fputs("\r\033[K", line->out);
        write_line(line, progress);
        line->is_open = true;
    } else {
        if (progress->seconds - line->told_seconds < seconds_between_plain_lines) return;
        write_line(line, progress);
        fputc('\n', line->out);
    }
    line->told_seconds = progress->seconds;
    fflush(line->out);
}

void progress_line_close(struct progress_line *line)
{
    if (line->is_open) fputc('\n', line->out);
    line->is_open = false;
}
