/* A journal that is still being read, or made, while it is shown. The program around the window does it, in a thread of
   its own, and hands over what is known so far, ready to be shown; the window asks now and then. */
#ifndef POSTROAD_VIZ_DRAW_LOADING_H
#define POSTROAD_VIZ_DRAW_LOADING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct scene_index;
struct scene_wish;

enum loading_state {
    LOADING_GOES_ON,
    LOADING_DONE,  /* the index is of the whole */
    LOADING_FAILED /* nothing can be shown any longer; the program has said why */
};

struct loading_progress {
    double part;   /* 0 to 1; below 0: nobody knows how much there is */
    size_t events; /* so far */
    int64_t at_ns; /* the time of the latest */
    bool is_made;  /* a world is run; otherwise a file is read */
};

struct loading_news {
    struct loading_progress progress;
    struct scene_index *index; /* of more than the one before, and the receiver's; NULL: there is none */
    bool grows; /* done, but the journal is still being written: there will be more, until this is false */
};

struct loading {
    void *context;
    /* Asked again when it is done, it says so again, without an index. The wish is for the next index; NULL: nothing is
       shown yet. */
    enum loading_state (*poll)(void *context, const struct scene_wish *wish, struct loading_news *news);
    /* What another index has taken the place of, to be freed where nobody waits for it; NULL: it is freed at once. */
    void (*give_back)(void *context, struct scene_index *former);
};

#endif
