#include "viz/draw/menu_view.h"

#include <math.h>
#include <stdio.h>

#include "sim/journal/tr.h"
#include "viz/draw/shapes.h"

static const int keys = 9; /* 1 to 9; the tenth view has none */

static const double row_units = 30, width_units = 300;

const char *view_title(enum view_id view)
{
    switch (view) {
    case VIEW_MAP:
        return tr("Map");
    case VIEW_DIALOGUE:
        return tr("Dialogue");
    case VIEW_LADDER:
        return tr("Ladder");
    case VIEW_QUEUE:
        return tr("Queues");
    case VIEW_NAMES:
        return tr("DNS");
    case VIEW_SENDER:
        return tr("TCP sender");
    case VIEW_SEGMENT:
        return tr("Segment");
    case VIEW_WHY_LATE:
        return tr("Why late");
    case VIEW_WHAT_IF:
        return tr("What if");
    case VIEW_CLOSELY:
        return tr("Looked at closely");
    case VIEWS:
        break;
    }
    return "";
}

size_t act_of_views(enum view_id at, enum view_id view)
{
    return (size_t)at * VIEWS + view;
}

enum view_id act_view_at(size_t arg)
{
    return (enum view_id)(arg / VIEWS);
}

enum view_id act_view_shown(size_t arg)
{
    return (enum view_id)(arg % VIEWS);
}

/* A little window with the part filled that the view would get. */
static void draw_place_button(const struct view *v, struct box box, enum act act, size_t arg)
{
    double u = v->unit;
    struct box frame = box_inset(box, 5 * u), part = box_inset(frame, 2 * u);
    if (act == ACT_SHOW_BESIDE) part.x += part.w / 2, part.w /= 2;
    if (act == ACT_SHOW_BELOW) part.y += part.h / 2, part.h /= 2;
    canvas_fill_round(v->canvas, box, 4 * u, v->theme->grid);
    canvas_fill_round(v->canvas, part, u, v->theme->accent);
    canvas_stroke_round(v->canvas, frame, 2 * u, 1.3 * u, v->theme->ink);
    targets_add_box(v->targets, act, arg, box);
}

static void draw_view_row(const struct view *v, struct box row, enum view_id at, enum view_id view, bool shown)
{
    double u = v->unit, side = 30 * u;
    char key[8];
    struct text_style style = view_text(v, FONT_PLAIN), number = view_faint(v, FONT_SMALL);
    style.down = number.down = ALIGN_CENTRE;
    style.bold = view == at;
    if (shown && view != at) style.colour = v->theme->faint;
    snprintf(key, sizeof key, "%d", view + 1);
    if ((int)view < keys) canvas_text(v->canvas, box_of(row.x, row.y, 16 * u, row.h), &number, key);
    canvas_text(v->canvas, box_of(row.x + 18 * u, row.y, row.w - 18 * u - 3 * (side + 6 * u), row.h), &style,
                view_title(view));
    if (view == at) return;
    targets_add_box(v->targets, ACT_SHOW_HERE, act_of_views(at, view),
                    box_of(row.x, row.y, row.w - 3 * (side + 6 * u), row.h));
    static const enum act acts[] = {ACT_SHOW_HERE, ACT_SHOW_BESIDE, ACT_SHOW_BELOW};
    for (int i = 0; i < 3; i++)
        draw_place_button(v, box_of(row.x + row.w - (3 - i) * (side + 6 * u), row.y + 3 * u, side, row.h - 6 * u),
                          acts[i], act_of_views(at, view));
}

static void draw_word(const struct view *v, struct box row, const char *text, enum act act, size_t arg)
{
    struct text_style style = view_text(v, FONT_PLAIN);
    style.down = ALIGN_CENTRE;
    style.colour = v->theme->accent;
    canvas_text(v->canvas, box_of(row.x + 18 * v->unit, row.y, row.w - 18 * v->unit, row.h), &style, text);
    targets_add_box(v->targets, act, arg, row);
}

/* Where this world cannot be run again, it says why instead. */
static void draw_link_row(const struct view *v, struct box row)
{
    if (!v->rerun->why_not) {
        draw_word(v, row, tr("add a link (e)"), ACT_ADD_LINK, 0);
        return;
    }
    struct text_style style = view_faint(v, FONT_SMALL);
    style.down = ALIGN_CENTRE;
    style.lines = 3;
    canvas_text(v->canvas, box_of(row.x + 18 * v->unit, row.y, row.w - 18 * v->unit, row.h), &style, v->rerun->why_not);
}

void menu_view_draw(const struct view *v, struct box window, struct box panel, enum view_id at,
                    const struct workspace *workspace)
{
    int more = at != VIEW_MAP || !v->rerun ? 0 : v->rerun->why_not ? 2 : 1, rows = VIEWS + 2 + more;
    double u = v->unit, line = fmin(row_units * u, (window.h - 40 * u) / rows), w = width_units * u;
    double h = line * rows + 24 * u, x = panel.x + 8 * u, y = panel.y + 28 * u;
    x = fmax(4 * u, fmin(x, window.w - w - 8 * u));
    y = fmax(4 * u, fmin(y, window.h - h - 8 * u));
    struct box box = box_of(x, y, w, h);
    canvas_lay_over(v->canvas);
    canvas_fill_round(v->canvas, box, 8 * u, v->theme->panel);
    canvas_stroke_round(v->canvas, box, 8 * u, 2 * u, v->theme->accent);
    struct box row = box_of(x + 12 * u, y + 8 * u, w - 20 * u, line);
    for (enum view_id view = 0; view < VIEWS; view++, row.y += line)
        draw_view_row(v, row, at, view, workspace_has(workspace, view));
    canvas_line(v->canvas, point_of(row.x, row.y + 4 * u), point_of(row.x + row.w, row.y + 4 * u), 1, v->theme->edge);
    row.y += 8 * u;
    draw_word(v, row, tr("this one alone"), ACT_ENLARGE, at);
    row.y += line;
    draw_word(v, row, tr("close it"), ACT_CLOSE_VIEW, at);
    row.y += line;
    row.h *= more;
    if (more) draw_link_row(v, row);
}
