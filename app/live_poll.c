/* Waiting and the wall clock of a live world: see live_poll.h. */
#define _GNU_SOURCE /* ppoll */
#include "app/live_poll.h"

#include <time.h>

#include "sim/journal/memory.h"
#include "sim/journal/vtime.h"

#define LONGEST_WAIT_NS  (250 * MILLISECOND)
#define LONGEST_DELAY_NS (250 * MILLISECOND)

void live_poll_free(struct live_poll *set)
{
    mem_free(set->fds);
}

void live_poll_clear(struct live_poll *set)
{
    set->n = 0;
}

size_t live_poll_add(struct live_poll *set, int fd, short events)
{
    if (set->n == set->room) {
        set->room = set->room ? 2 * set->room : 16;
        set->fds = mem_realloc(set->fds, set->room * sizeof *set->fds);
    }
    set->fds[set->n] = (struct pollfd){.fd = fd, .events = events};
    return set->n++;
}

short live_poll_found(const struct live_poll *set, size_t place)
{
    return place < set->n ? set->fds[place].revents : 0;
}

static int64_t monotonic_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * SECOND + t.tv_nsec;
}

void live_clock_start(struct live_clock *clock)
{
    *clock = (struct live_clock){.offset_ns = monotonic_ns()};
}

void live_clock_wait(struct live_clock *clock, struct live_poll *set, int64_t next_ns)
{
    int64_t wake_ns = clock->now_ns + LONGEST_WAIT_NS;
    if (next_ns < wake_ns) wake_ns = next_ns > clock->now_ns ? next_ns : clock->now_ns;
    int64_t wait_ns = wake_ns + clock->offset_ns - monotonic_ns();
    struct timespec timeout = {.tv_nsec = (long)(wait_ns > 0 ? wait_ns : 0)};
    if (ppoll(set->fds, (nfds_t)set->n, &timeout, NULL) <= 0)
        for (size_t i = 0; i < set->n; i++)
            set->fds[i].revents = 0;
    int64_t now_ns = monotonic_ns() - clock->offset_ns, latest_ns = wake_ns + LONGEST_DELAY_NS;
    if (now_ns > latest_ns) {
        clock->offset_ns += now_ns - latest_ns;
        clock->stood_ns += now_ns - latest_ns;
        now_ns = latest_ns;
    }
    if (now_ns > clock->now_ns) clock->now_ns = now_ns;
}
