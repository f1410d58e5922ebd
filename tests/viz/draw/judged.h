/* Pictures that are judged by composed.h, each fault a failed expectation that tells where it is.

   No text at all may be cut, at any size of letters: neither what is longer than its box, nor what was shortened with
   an ellipsis before it was drawn. There is no exception. */
#ifndef POSTROAD_TESTS_VIZ_DRAW_JUDGED_H
#define POSTROAD_TESTS_VIZ_DRAW_JUDGED_H

#include "tests/viz/draw/composed.h"
#include "viz/draw/scene.h"

struct size {
    int w, h;
};
enum { SIZES = 3 };
extern const struct size sizes[SIZES]; /* 1280x800, 1920x1080, 3840x2160 */

/* whole: no text may be cut. */
void judge_page(struct page *page, bool whole, const char *what);
/* As it is now, at that size. */
void judge_scene(struct scene *scene, struct size size, const char *what);
/* Only whether a text is cut, by an ellipsis or by the edge of its pane. */
void judge_scene_uncut(struct scene *scene, struct size size, const char *what);

/* Looks at something: of a kind, how far among all of its kind, 0 to 1. The kinds take turns; 0: nothing. */
enum { LOOKED_AT_KINDS = 6 };
void look_at(struct scene *scene, size_t kind, double part);

#endif
