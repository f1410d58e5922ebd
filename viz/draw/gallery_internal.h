/* What gallery.c (state and input), gallery_search.c and gallery_view.c (drawing) share. */
#ifndef POSTROAD_VIZ_DRAW_GALLERY_INTERNAL_H
#define POSTROAD_VIZ_DRAW_GALLERY_INTERNAL_H

#include "viz/draw/gallery.h"
#include "viz/draw/gallery_search.h"
#include "viz/draw/thumbnail.h"

struct gallery_item {
    struct gallery_card card;
    struct thumbnail *thumbnail; /* NULL: not yet */
    bool failed;                 /* it has no picture, and will have none */
};

struct gallery {
    struct gallery_item *items;
    size_t n, selected, choice;
    const struct rerun *rerun;
    struct rerun_job *job;
    size_t job_of; /* the card that the job is for */
    bool dark, dirty, quit_asked, quit, full_screen_wish;
    bool is_stay_filled;  /* the answer that Enter gives to the question whether to quit */
    double scale, scroll; /* in rows; whole ones are shown */
    bool follows;         /* the selected card is to be brought into sight */
    struct targets *targets;
    struct gallery_search search;
    /* of the last drawing */
    size_t columns, rows_in_sight;
    double scroll_most;
    struct gallery_words {
        double width, unit; /* of the cards, and of letters, for which these are */
        double both;        /* title and sentence, of the card that needs most */
    } words;
};

#endif
