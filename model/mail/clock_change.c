#include "model/mail/clock_change.h"

#include "sim/journal/vtime.h"

enum { MILLION = 1000000 };

/* ns * parts / whole, rounded up, without the product of large ones; what would be beyond all time is 73 years. */
static int64_t parts_of(int64_t ns, int64_t parts, int64_t whole)
{
    const int64_t most = INT64_MAX / 4;
    if (parts > whole && (ns / whole > most / parts || ns / whole < -most / parts)) return ns < 0 ? -most : most;
    int64_t rest = ns % whole * parts;
    return ns / whole * parts + rest / whole + (rest % whole > 0);
}

int64_t clock_change_moved(const struct clock_change *change, int64_t at_ns)
{
    if (at_ns == TIME_NEVER) return TIME_NEVER;
    int64_t moved_ns = at_ns + parts_of(-change->ahead_ns, MILLION, MILLION + change->was_ppm);
    if (moved_ns <= change->now_ns || change->was_ppm == change->is_ppm) return moved_ns;
    return change->now_ns + parts_of(moved_ns - change->now_ns, MILLION + change->was_ppm, MILLION + change->is_ppm);
}

const char *clock_change_text(const struct clock_change *change)
{
    if (change->ahead_ns == 0)
        return change->is_ppm < change->was_ppm ? "the clock goes slower" : "the clock goes faster";
    return change->ahead_ns < 0 ? "the clock was set back" : "the clock was set ahead";
}
