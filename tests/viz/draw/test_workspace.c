/* How views are arranged. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>

#include "viz/draw/workspace.h"

static struct workspace made_of(const char *text)
{
    struct workspace w;
    cr_assert(workspace_read(&w, text), "%s", text);
    return w;
}

static void expect(const struct workspace *w, const char *text)
{
    char written[WORKSPACE_TEXT_BYTES];
    cr_expect(eq(str, (char *)workspace_write(w, written), (char *)text));
}

Test(workspace, is_read_as_it_is_written)
{
    const char *const texts[] = {"map", "|50(map,ladder)", "-30(map,|62(dialogue,-55(ladder,segment)))"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct workspace w = made_of(texts[i]);
        expect(&w, texts[i]);
    }
    for (int i = 0; i < WORKSPACE_PRESETS; i++) {
        struct workspace w = made_of(workspace_preset(i));
        expect(&w, workspace_preset(i));
    }
}

Test(workspace, what_means_nothing_changes_nothing)
{
    const char *const texts[] = {"",
                                 "maps",
                                 "map,",
                                 "|(map,ladder)",
                                 "|50(map)",
                                 "|50(map,",
                                 "|50(map,map)",
                                 "|0(map,ladder)",
                                 "|50(map,ladder",
                                 "|50(map,ladder))",
                                 "|-5(map,ladder)",
                                 "((((((((",
                                 "|50(|50(|50(|50(|50(|50(|50(|50(|50(|50(|50(map"};
    struct workspace w = made_of("-40(map,ladder)");
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        cr_expect(not(workspace_read(&w, texts[i])), "%s", texts[i]);
    expect(&w, "-40(map,ladder)");
}

Test(workspace, boxes_fill_the_area_but_for_the_gaps)
{
    struct workspace w = made_of("|60(-50(map,dialogue),ladder)");
    struct box boxes[VIEWS];
    workspace_place(&w, box_of(10, 20, 1008, 508), 8, boxes);
    cr_expect(eq(dbl, boxes[VIEW_MAP].w, 600));
    cr_expect(eq(dbl, boxes[VIEW_MAP].h, 250));
    cr_expect(eq(dbl, boxes[VIEW_DIALOGUE].y, 20 + 250 + 8));
    cr_expect(eq(dbl, boxes[VIEW_LADDER].x, 10 + 600 + 8));
    cr_expect(eq(dbl, boxes[VIEW_LADDER].x + boxes[VIEW_LADDER].w, 1018));
    cr_expect(eq(dbl, boxes[VIEW_LADDER].h, 508));
    cr_expect(eq(dbl, boxes[VIEW_SEGMENT].w, 0));
}

Test(workspace, a_view_that_is_elsewhere_changes_places)
{
    struct workspace w = made_of("|60(-50(map,dialogue),ladder)");
    workspace_show(&w, VIEW_MAP, VIEW_LADDER);
    expect(&w, "|60(-50(ladder,dialogue),map)");
    workspace_show(&w, VIEW_MAP, VIEW_SEGMENT);
    expect(&w, "|60(-50(ladder,dialogue),segment)");
}

Test(workspace, a_closed_view_leaves_its_room_to_its_neighbour_and_the_last_one_stays)
{
    struct workspace w = made_of("|60(-50(map,dialogue),ladder)");
    workspace_close(&w, VIEW_DIALOGUE);
    expect(&w, "|60(map,ladder)");
    workspace_close(&w, VIEW_DIALOGUE);
    expect(&w, "|60(map,ladder)");
    workspace_close(&w, VIEW_MAP);
    workspace_close(&w, VIEW_LADDER);
    expect(&w, "ladder");
}

Test(workspace, a_split_moves_the_view_from_where_it_was)
{
    struct workspace w = made_of("|60(-50(map,dialogue),ladder)");
    workspace_split(&w, VIEW_LADDER, VIEW_MAP, false);
    expect(&w, "|60(dialogue,-50(ladder,map))");
    workspace_split(&w, VIEW_LADDER, VIEW_LADDER, false);
    expect(&w, "|60(dialogue,-50(ladder,map))");
}

/* Whatever is done, each view is there once or not at all, the boxes do not overlap, and the text can be read back. */
Test(workspace, stays_sound_whatever_is_done)
{
    struct workspace w = made_of(workspace_preset(0));
    unsigned luck = 1;
    for (int i = 0; i < 20000; i++) {
        luck = luck * 1103515245u + 12345u;
        enum view_id a = (enum view_id)(luck >> 8) % VIEWS, b = (enum view_id)(luck >> 16) % VIEWS;
        switch (luck >> 24 & 3) {
        case 0:
            workspace_show(&w, a, b);
            break;
        case 1:
            workspace_close(&w, a);
            break;
        default:
            workspace_split(&w, a, b, luck >> 26 & 1);
        }
        char text[WORKSPACE_TEXT_BYTES];
        struct workspace again = made_of(workspace_write(&w, text));
        expect(&again, text);
        struct box boxes[VIEWS];
        workspace_place(&w, box_of(0, 0, 4000, 4000), 4, boxes);
        for (enum view_id x = 0; x < VIEWS; x++)
            for (enum view_id y = 0; y < x; y++)
                cr_assert(not(boxes[x].w > 0 && boxes[y].w > 0 && box_meets(boxes[x], boxes[y])), "%s", text);
    }
}

/* ---- Little room ---- */

static const char *fitted(const char *arrangement, double w, double h, char text[WORKSPACE_TEXT_BYTES])
{
    struct workspace workspace;
    cr_assert(workspace_read(&workspace, arrangement));
    workspace_fit(&workspace, box_of(0, 0, w, h), 10, point_of(370, 165));
    return workspace_write(&workspace, text);
}

Test(workspace, where_there_is_little_room_fewer_views_are_shown_and_the_first_always)
{
    char text[WORKSPACE_TEXT_BYTES];
    const char *usual = workspace_preset(0);
    cr_expect(eq(str, (char *)fitted(usual, 1010, 430, text), "|62(-55(map,dialogue),ladder)"));
    cr_expect(eq(str, (char *)fitted(usual, 840, 330, text), "|50(map,ladder)"));
    cr_expect(eq(str, (char *)fitted(usual, 500, 400, text), "-50(map,dialogue)"));
    cr_expect(eq(str, (char *)fitted(usual, 630, 200, text), "map"));
    cr_expect(eq(str, (char *)fitted(usual, 10, 10, text), "map"));
    cr_expect(eq(str, (char *)fitted("ladder", 10, 10, text), "ladder"));
}
