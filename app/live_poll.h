/* What a live world waits for: file descriptors until a time, and the wall clock that moves it. */
#ifndef POSTROAD_APP_LIVE_POLL_H
#define POSTROAD_APP_LIVE_POLL_H

#include <poll.h>
#include <stddef.h>
#include <stdint.h>

/* Filled anew for each wait. */
struct live_poll {
    struct pollfd *fds;
    size_t n, room;
};

void live_poll_free(struct live_poll *poll);
void live_poll_clear(struct live_poll *poll);
/* Returns its place, for live_poll_found. events 0: only errors are of interest. */
size_t live_poll_add(struct live_poll *poll, int fd, short events);
short live_poll_found(const struct live_poll *poll, size_t place);

/* Virtual time follows CLOCK_MONOTONIC. When this program did not run for a while (a suspended laptop, a slow machine),
   virtual time has stood still: the world never sees more than a quarter of a second pass at once beyond what it was
   waiting for, so that no burst of timers breaks connections that were well. */
struct live_clock {
    int64_t offset_ns; /* monotonic time at virtual time 0 */
    int64_t now_ns;    /* virtual, as last read */
    int64_t stood_ns;  /* how long it stood still in all */
};
void live_clock_start(struct live_clock *clock);
/* Waits until one of the descriptors is ready, a signal comes, or virtual time has reached next_ns; never long. Then
   reads the clock. */
void live_clock_wait(struct live_clock *clock, struct live_poll *poll, int64_t next_ns);

#endif
