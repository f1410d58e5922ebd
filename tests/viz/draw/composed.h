/* Whether a picture is composed: what was drawn is heard part by part (canvas_new_listener) and judged by rules.

   - A text may be cut with an ellipsis only where its style says that it may (somebody's words, as long as they like;
     the whole is seen when one looks closely), and only where there is no room for more beside it. Headings, labels,
     buttons, names and codes are never cut.
   - No text is cut by the edge of its pane or of the window, none lies on another, none is half hidden by a box.
   - A text within a box of its own stays within it.
   - Boxes stand beside each other or one within the other.

   - Packets, crosses and envelopes lie on no name (page_judge_marks): whatever else may pass over a map, who stands
   where is always to be read.

   What is laid over the rest on purpose (a menu, the page of keys) is judged by itself. */
#ifndef POSTROAD_TESTS_VIZ_DRAW_COMPOSED_H
#define POSTROAD_TESTS_VIZ_DRAW_COMPOSED_H

#include "viz/draw/canvas.h"

enum fault {
    FAULT_CUT,
    FAULT_CUT_WITH_ROOM,
    FAULT_CLIPPED,
    FAULT_ON_TEXT,
    FAULT_HIDDEN,
    FAULT_OUTSIDE,
    FAULT_ON_BOX,
    FAULT_COVERED
};

struct finding {
    enum fault fault;
    const char *text, *other; /* other: the one it collides with, "" */
    struct box where;
};

struct page;
struct page *page_new(int width, int height);
void page_free(struct page *page);
struct canvas *page_canvas(struct page *page); /* to be drawn on once */
size_t page_texts(const struct page *page);
/* The findings stay the page's; how many. */
size_t page_judge(struct page *page, const struct finding **findings);
/* Only this: texts for which is_name holds, and which a mark that was drawn after them covers. */
size_t page_judge_marks(struct page *page, bool (*is_name)(const void *context, const char *text), const void *context,
                        const struct finding **findings);
/* Only this: texts that are cut, whatever their style says, or end with an ellipsis of their own (FAULT_CUT). */
size_t page_cut_texts(struct page *page, const struct finding **findings);
const char *fault_name(enum fault fault);

#endif
