/* As test_controls.c: dragging, the wheel, and what is written. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "tests/viz/draw/control_moments.h"
#include "tests/viz/draw/controlled_window.h"

TestSuite(controls_dragged, .init = open_window, .fini = close_window);

struct motion_row {
    const char *name;
    void (*prepare)(struct scene *), (*prepare_more)(struct scene *);
    void (*push)(struct scene *, const void *);
    effect *effect;
};

static struct point middle(struct box b)
{
    return point_of(b.x + b.w / 2, b.y + b.h / 2);
}

static void drag(struct point from, struct point to)
{
    push_move(from.x, from.y);
    push_press(from.x, from.y);
    for (int i = 1; i <= 4; i++)
        push_move(from.x + (to.x - from.x) * i / 4, from.y + (to.y - from.y) * i / 4);
    push_release(to.x, to.y);
}

static void drag_the_time_line(struct scene *s, const void *what)
{
    struct box line = s->panels.time_line;
    (void)what;
    drag(point_of(line.x + line.w * 0.2, line.y + line.h * 0.7), point_of(line.x + 1, line.y + line.h * 0.7));
}

static void drag_an_axis(struct scene *s, const void *what)
{
    struct point at = {0, 0};
    (void)what;
    cr_expect(place_of(s, ACT_TIME_AXIS, &at), "there is no axis to drag");
    drag(at, point_of(at.x + 200, at.y));
}

static void drag_a_host(struct scene *s, const void *what)
{
    struct point at = middle(s->plan->hosts[0].icon);
    (void)what;
    drag(at, point_of(at.x + 90, at.y + 20));
}

/* Between the map and what is below it. */
static void drag_a_bar(struct scene *s, const void *what)
{
    struct box map = s->panels.views[VIEW_MAP];
    struct point at = point_of(map.x + map.w / 2, map.y + map.h + s->panels.gap / 2);
    (void)what;
    drag(at, point_of(at.x, at.y - 60));
}

static void wheel_over_the_map(struct scene *s, const void *what)
{
    struct box map = s->panels.views[VIEW_MAP];
    (void)what;
    push_wheel(map.x + 4, map.y + map.h - 4, -1);
}

static void wheel_over_the_time_line(struct scene *s, const void *what)
{
    struct point at = middle(s->panels.time_line);
    (void)what;
    push_wheel(at.x, at.y, 1);
}

static void wheel_over_an_axis(struct scene *s, const void *what)
{
    struct point at = middle(s->axes[VIEW_SENDER].box);
    (void)what;
    push_wheel(at.x, at.y, 1);
}

static void wheel_over_the_dialogue(struct scene *s, const void *what)
{
    struct point at = middle(s->panels.views[VIEW_DIALOGUE]);
    (void)what;
    push_wheel(at.x, at.y, 1);
}

static void wheel_back_over_the_dialogue(struct scene *s, const void *what)
{
    struct point at = middle(s->panels.views[VIEW_DIALOGUE]);
    (void)what;
    push_wheel(at.x, at.y, -1);
}

static void wheel_with_ctrl(struct scene *s, const void *what)
{
    struct point at = middle(s->panels.views[VIEW_MAP]);
    (void)what;
    SDL_SetModState(KMOD_LCTRL);
    push_wheel(at.x, at.y, 1);
}

static void point_at_a_field(struct scene *s, const void *what)
{
    struct point at = {0, 0};
    (void)what;
    cr_expect(place_of(s, ACT_BYTES, &at), "there is no field to point at");
    push_move(at.x, at.y);
}

static void write_what_to_look_for(struct scene *s, const void *what)
{
    (void)s;
    (void)what;
    push_key(SDLK_u, 0);
    push_text("u"); /* as a keyboard sends it after the key */
    push_text("retransmission");
    push_key(SDLK_RETURN, 0);
}

static void write_and_give_up(struct scene *s, const void *what)
{
    (void)s;
    (void)what;
    push_text("q");
    push_key(SDLK_BACKSPACE, 0);
    push_key(SDLK_ESCAPE, 0);
}

/* The two hosts of a new link. */
static void press_two_hosts(struct scene *s, const void *what)
{
    static const size_t hosts[] = {0, 4};
    (void)what;
    push_key(SDLK_e, 0);
    for (size_t i = 0; i < 2; i++) {
        struct box icon = s->plan->hosts[hosts[i]].icon;
        push_press(icon.x + icon.w * 0.15, icon.y + icon.h * 0.5); /* beside the mail that lies there */
        push_release(icon.x + icon.w * 0.15, icon.y + icon.h * 0.5);
    }
}

static const struct motion_row motion_rows[] = {
    {"the time line is dragged", NULL, NULL, drag_the_time_line, goes_back},
    {"an axis is dragged", the_sender, NULL, drag_an_axis, has_moved_in_time},
    {"a host is dragged", NULL, NULL, drag_a_host, has_moved_the_host},
    {"a bar between views is dragged", NULL, NULL, drag_a_bar, is_arranged_otherwise},
    {"the wheel over the map", NULL, NULL, wheel_over_the_map, goes_on},
    {"the wheel over the time line", NULL, NULL, wheel_over_the_time_line, shows_less_time},
    {"the wheel over an axis", the_sender, NULL, wheel_over_an_axis, shows_less_time},
    {"the wheel over the dialogue", the_dialogue, NULL, wheel_over_the_dialogue, has_scrolled_down},
    {"the wheel back", the_dialogue, dialogue_scrolled_back, wheel_back_over_the_dialogue, has_scrolled_up},
    {"the wheel with Ctrl", NULL, NULL, wheel_with_ctrl, is_larger},
    {"the pointer over a field", the_segment, NULL, point_at_a_field, marks_bytes},
    {"run until", at_the_beginning, NULL, write_what_to_look_for, has_gone_on},
    {"writing is given up", the_line_is_open, NULL, write_and_give_up, has_stopped_writing},
    {"a new link", NULL, NULL, press_two_hosts, has_one_act},
};

Test(controls_dragged, dragging_the_wheel_and_writing)
{
    for (size_t i = 0; i < sizeof motion_rows / sizeof *motion_rows; i++) {
        const struct motion_row *row = &motion_rows[i];
        struct drive drive = {.prepare = row->prepare, .prepare_more = row->prepare_more, .push = row->push};
        run(&drive, false);
        cr_expect(not(drive.is_over), "%s: it ends the window", row->name);
        cr_expect(row->effect(&drive.before, &drive.after), "%s: does something else", row->name);
        cr_expect(drive.before.pixels != drive.after.pixels, "%s: nothing is seen", row->name);
    }
}
