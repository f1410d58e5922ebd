#include "viz/draw/signs.h"

#include <math.h>

#include "sim/journal/tr.h"
#include "viz/draw/shapes.h"

enum hue {
    HUE_GOOD,
    HUE_WARN,
    HUE_LOST,
    HUE_FAINT,
    HUE_ACCENT,
    HUE_MAIL,
    HUE_BOUNCE,
    HUE_PACKETS,
    HUE_LINES,
    HUE_CLASS
};

static const struct meaning {
    enum sign_form form;
    enum hue hue;
    enum story_class class; /* of packets */
    const char *words;      /* in English; passed through tr() */
} meanings[SIGNS] = {
    [SIGN_COMPOSED] = {FORM_ENVELOPE, HUE_MAIL, 0, "a mail is written"},
    [SIGN_ATTEMPT] = {FORM_ARROW, HUE_FAINT, 0, "an attempt to hand a mail on"},
    [SIGN_DEFERRED] = {FORM_CLOCK_WITH_ARROW, HUE_WARN, 0, "a mail is put off until later"},
    [SIGN_DELIVERED] = {FORM_TICK_IN_TRAY, HUE_GOOD, 0, "a mail is delivered"},
    [SIGN_PICKED_UP] = {FORM_OPENED_ENVELOPE, HUE_MAIL, 0, "a mail is picked up"},
    [SIGN_BOUNCED] = {FORM_ENVELOPE_WITH_ARROW, HUE_BOUNCE, 0, "a mail is sent back"},
    [SIGN_DELAY_REPORT] = {FORM_ENVELOPE_WITH_DOTS, HUE_MAIL, 0, "a mail reports a delay"},
    [SIGN_NOT_SENT] = {FORM_ENVELOPE_STRUCK_OUT, HUE_MAIL, 0, "a mail is given up, never sent"},
    [SIGN_LOSS] = {FORM_CROSS, HUE_LOST, 0, "a packet is lost"},
    [SIGN_NOT_TAKEN] = {FORM_RING_WITH_BAR, HUE_LOST, 0, "a host does not take a packet"},
    [SIGN_RETRANSMISSION] = {FORM_SQUARE_IN_SQUARE, HUE_CLASS, STORY_RETRANSMIT, "a packet is sent again"},
    [SIGN_FAULT] = {FORM_BOLT, HUE_LOST, 0, "a fault begins or ends"},
    [SIGN_CAPTION] = {FORM_BUBBLE, HUE_FAINT, 0, "something is explained"},
    [SIGN_TIMER] = {FORM_STOPWATCH, HUE_FAINT, 0, "a timer will run out"},
    [SIGN_NEXT_ATTEMPT] = {FORM_HOLLOW_ARROW, HUE_WARN, 0, "the next attempt is due"},
    [SIGN_BOOKMARK] = {FORM_FLAG, HUE_ACCENT, 0, "a bookmark"},
    [SIGN_PARTING] = {FORM_FORK, HUE_ACCENT, 0, "what if begins"},
    [SIGN_PACKETS] = {FORM_BARS, HUE_PACKETS, 0, "how many packets"},
    [SIGN_LINES] = {FORM_STROKES, HUE_LINES, 0, "how many lines of the dialogue"},
    [SIGN_SKIPPED] = {FORM_DASHES, HUE_FAINT, 0, "idle time, gone through fast"},
    [SIGN_TAKEN] = {FORM_TICK, HUE_GOOD, 0, "the next server has taken it"},
    [SIGN_REFUSED] = {FORM_CROSS_IN_BOX, HUE_LOST, 0, "refused for good (5yz)"},
    [SIGN_SECRET] = {FORM_LOCK, HUE_FAINT, 0, "encrypted on the wire"},
    [SIGN_FULL] = {FORM_VESSEL, HUE_LOST, 0, "a disk or a mailbox is full"},
    [SIGN_SLOW] = {FORM_HOURGLASS, HUE_LOST, 0, "a host is slow"},
    [SIGN_STOP] = {FORM_OCTAGON, HUE_LOST, 0, "a host takes no mail now"},
    [SIGN_CLOCK] = {FORM_SQUARE_CLOCK, HUE_LOST, 0, "a clock is wrong"},
    [SIGN_HANDSHAKE] = {FORM_DIAMOND, HUE_CLASS, STORY_CONTROL, ""},
    [SIGN_ACK] = {FORM_SMALL_CIRCLE, HUE_CLASS, STORY_ACK, ""},
    [SIGN_DATA] = {FORM_SQUARE, HUE_CLASS, STORY_DATA, ""},
    [SIGN_DNS] = {FORM_TRIANGLE, HUE_CLASS, STORY_DNS, ""},
    [SIGN_ICMP] = {FORM_TRIANGLE_ON_POINT, HUE_CLASS, STORY_ICMP, ""},
    [SIGN_FRAGMENT] = {FORM_TWO_SQUARES, HUE_CLASS, STORY_FRAGMENT, ""},
    [SIGN_OTHER] = {FORM_HOLLOW_DIAMOND, HUE_CLASS, STORY_OTHER, ""},
};

enum sign_form sign_form(enum sign sign)
{
    return meanings[sign].form;
}

const char *sign_words(enum sign sign)
{
    return sign < SIGNS_WITH_WORDS ? tr(meanings[sign].words) : "";
}

struct colour sign_colour(const struct theme *t, enum sign sign)
{
    switch (meanings[sign].hue) {
    case HUE_GOOD:
        return t->good;
    case HUE_WARN:
        return t->warn;
    case HUE_LOST:
        return t->lost;
    case HUE_FAINT:
        return t->faint;
    case HUE_ACCENT:
        return t->accent;
    case HUE_MAIL:
        return t->mail;
    case HUE_BOUNCE:
        return t->bounce;
    case HUE_PACKETS:
        return colour_mix(t->panel, t->class[STORY_DATA], t -> dark ? 0.55 : 0.42);
    case HUE_LINES:
        return colour_mix(t->panel, t->server, 0.75);
    case HUE_CLASS:
        break;
    }
    return t->class[meanings[sign].class];
}

/* A sign that is being drawn: around a point, r is half its height. */
struct ink {
    struct canvas *c;
    struct point at;
    double r;
    struct colour ground, ink;
};

static struct point on(const struct ink *k, double x, double y)
{
    return point_of(k->at.x + x * k->r, k->at.y + y * k->r);
}

static void line(const struct ink *k, double x, double y, double to_x, double to_y, double width)
{
    canvas_line(k->c, on(k, x, y), on(k, to_x, to_y), fmax(1, width * k->r), k->ink);
}

/* ---- What becomes of mails ---- */

static void draw_tick(const struct ink *k)
{
    const struct point tick[3] = {on(k, -1, 0), on(k, -0.3, 0.7), on(k, 1, -0.8)};
    canvas_polyline(k->c, tick, 3, false, k->r * 0.5, k->ink);
}

/* What has come lies in its tray. */
static void draw_tick_in_tray(const struct ink *k)
{
    const struct point tray[4] = {on(k, -1.15, 0.1), on(k, -1.15, 1), on(k, 1.15, 1), on(k, 1.15, 0.1)};
    const struct point tick[3] = {on(k, -0.6, -0.35), on(k, -0.1, 0.3), on(k, 0.75, -1)};
    canvas_polyline(k->c, tray, 4, false, fmax(1.2, k->r * 0.3), k->ink);
    canvas_polyline(k->c, tick, 3, false, k->r * 0.42, k->ink);
}

/* Once more around: its hands within an arrow. */
static void draw_clock_with_arrow(const struct ink *k)
{
    const double pi = 3.14159265358979, ring = 0.82;
    const struct point head[3] = {on(k, 0.62, -ring), on(k, -0.12, -ring - 0.5), on(k, -0.12, -ring + 0.5)};
    canvas_disc(k->c, k->at, k->r, k->ground);
    canvas_arc(k->c, k->at, k->r * ring, -0.12 * pi, 1.47 * pi, fmax(1.1, k->r * 0.24), k->ink);
    canvas_polygon(k->c, head, 3, k->ink);
    line(k, 0, 0.1, 0, -0.42, 0.2);
    line(k, 0, 0.1, 0.38, 0.1, 0.2);
}

static void draw_square_clock(const struct ink *k)
{
    struct box face = box_of(k->at.x - k->r * 0.85, k->at.y - k->r * 0.85, k->r * 1.7, k->r * 1.7);
    canvas_fill(k->c, face, k->ground);
    canvas_stroke_round(k->c, face, 0, fmax(1.1, k->r * 0.26), k->ink);
    line(k, 0, 0.05, 0, -0.5, 0.22);
    line(k, 0, 0.05, 0.4, 0.35, 0.22);
}

static void draw_arrow(const struct ink *k)
{
    canvas_arrow(k->c, on(k, -1, 0), on(k, 1, 0), k->r * 0.35, k->r, k->ink);
}

/* An arrow that is not there yet. */
static void draw_hollow_arrow(const struct ink *k)
{
    const struct point arrow[7] = {on(k, -1.1, -0.42), on(k, 0.05, -0.42), on(k, 0.05, -1),  on(k, 1.2, 0),
                                   on(k, 0.05, 1),     on(k, 0.05, 0.42),  on(k, -1.1, 0.42)};
    canvas_polygon(k->c, arrow, 7, k->ground);
    canvas_polyline(k->c, arrow, 7, true, fmax(1.1, k->r * 0.24), k->ink);
}

static void draw_cross_in_box(const struct ink *k)
{
    struct ink light = *k;
    light.ink = k->ground;
    canvas_fill_round(k->c, box_of(k->at.x - k->r, k->at.y - k->r, 2 * k->r, 2 * k->r), k->r * 0.3, k->ink);
    line(&light, -0.5, -0.5, 0.5, 0.5, 0.32);
    line(&light, -0.5, 0.5, 0.5, -0.5, 0.32);
}

/* ---- What is the matter ---- */

/* A vessel, full to the brim. */
static void draw_vessel(const struct ink *k)
{
    const struct point vessel[4] = {on(k, -0.75, -0.85), on(k, -0.6, 0.85), on(k, 0.6, 0.85), on(k, 0.75, -0.85)};
    const struct point filling[4] = {on(k, -0.7, -0.5), on(k, -0.6, 0.85), on(k, 0.6, 0.85), on(k, 0.7, -0.5)};
    canvas_polygon(k->c, vessel, 4, k->ground);
    canvas_polygon(k->c, filling, 4, k->ink);
    canvas_polyline(k->c, vessel, 4, false, k->r * 0.28, k->ink);
}

static void draw_hourglass(const struct ink *k)
{
    const struct point glass[4] = {on(k, -0.65, -0.85), on(k, 0.65, -0.85), on(k, -0.65, 0.85), on(k, 0.65, 0.85)};
    const struct point sand[3] = {on(k, 0, 0), on(k, -0.65, 0.85), on(k, 0.65, 0.85)};
    canvas_polygon(k->c, glass, 4, k->ground);
    canvas_polygon(k->c, sand, 3, k->ink);
    canvas_polyline(k->c, glass, 4, true, k->r * 0.24, k->ink);
}

/* Eight corners and a bar, as on a road. */
static void draw_octagon(const struct ink *k)
{
    struct point corners[8];
    for (int i = 0; i < 8; i++) {
        double angle = (i + 0.5) * 3.14159265358979 / 4;
        corners[i] = on(k, cos(angle), sin(angle));
    }
    canvas_polygon(k->c, corners, 8, k->ink);
    canvas_line(k->c, on(k, -0.5, 0), on(k, 0.5, 0), k->r * 0.36, k->ground);
}

/* ---- Of the time line ---- */

static void draw_bolt(const struct ink *k)
{
    const struct point bolt[4] = {on(k, 0.3, -1), on(k, -0.5, 0.15), on(k, 0.5, -0.1), on(k, -0.3, 1)};
    canvas_polyline(k->c, bolt, 4, false, k->r * 0.4, k->ink);
}

/* Somebody says something. */
static void draw_bubble(const struct ink *k)
{
    const struct point tail[3] = {on(k, -0.55, 0.3), on(k, 0.15, 0.3), on(k, -0.55, 1)};
    canvas_fill_round(k->c, box_of(k->at.x - k->r, k->at.y - k->r * 0.85, 2 * k->r, k->r * 1.3), k->r * 0.45, k->ink);
    canvas_polygon(k->c, tail, 3, k->ink);
}

static void draw_stopwatch(const struct ink *k)
{
    canvas_ring(k->c, on(k, 0, 0.2), k->r * 0.7, fmax(1.1, k->r * 0.22), k->ink);
    line(k, 0, -0.5, 0, -1, 0.3);
    line(k, -0.4, -1, 0.4, -1, 0.25);
}

/* A small flag, its foot below. */
static void draw_flag(const struct ink *k)
{
    const struct point flag[3] = {on(k, 0, -1.2), on(k, 1.8, -0.48), on(k, 0, 0.24)};
    line(k, 0, -1.2, 0, 1.2, 0.32);
    canvas_polygon(k->c, flag, 3, k->ink);
}

/* The upper end of the dashed line. */
static void draw_fork(const struct ink *k)
{
    line(k, 0, 0, 0, 1.4, 0.4);
    line(k, 0, 0, 1.4, -1.4, 0.4);
    line(k, 0, 0, -1.4, -1.4, 0.4);
}

static void draw_bars(const struct ink *k)
{
    static const double heights[] = {1.4, 2.4, 1.8};
    for (int i = 0; i < 3; i++) {
        struct point top = on(k, i * 0.8 - 1.2, 1.2 - heights[i]);
        canvas_fill_round(k->c, box_of(top.x, top.y, 0.6 * k->r, heights[i] * k->r), k->r * 0.2, k->ink);
    }
}

static void draw_dashes(const struct ink *k)
{
    for (int i = -4; i < 4; i++) {
        struct point at = on(k, i * 0.4, -0.4);
        canvas_fill(k->c, box_of(at.x, at.y, 0.24 * k->r, 0.8 * k->r), k->ink);
    }
}

void sign_draw_strokes(struct canvas *canvas, struct box box, double thick, struct colour colour)
{
    for (double y = box.y + box.h - thick; y >= box.y - 0.01; y -= 2 * thick)
        canvas_fill(canvas, box_of(box.x, y, box.w, thick), colour);
}

/* ---- All ---- */

void sign_draw_death(struct canvas *c, bool not_taken, struct point at, double r, double width, struct colour colour)
{
    if (!not_taken) {
        shape_cross(c, at, r, width, colour);
        return;
    }
    canvas_tell_mark(c, box_of(at.x - r, at.y - r, 2 * r, 2 * r), colour.a);
    canvas_ring(c, at, r, width * 0.8, colour);
    canvas_line(c, point_of(at.x - r * 0.5, at.y), point_of(at.x + r * 0.5, at.y), width, colour);
}

/* Those that the map draws in other sizes, too. */
static void draw_as_on_map(const struct ink *k, const struct theme *t, enum sign sign)
{
    switch ((int)meanings[sign].form) {
    case FORM_ENVELOPE:
        shape_envelope(k->c, t, k->at, k->r * 2.8, ENVELOPE_PLAIN, 1);
        return;
    case FORM_OPENED_ENVELOPE:
        shape_envelope(k->c, t, k->at, k->r * 2.8, ENVELOPE_OPENED, 1);
        return;
    case FORM_ENVELOPE_WITH_ARROW:
        shape_envelope(k->c, t, k->at, k->r * 2.8, ENVELOPE_BACK, 1);
        return;
    case FORM_ENVELOPE_WITH_DOTS:
        shape_envelope(k->c, t, k->at, k->r * 2.8, ENVELOPE_DELAY, 1);
        return;
    case FORM_ENVELOPE_STRUCK_OUT:
        shape_envelope(k->c, t, k->at, k->r * 2.8, ENVELOPE_PLAIN, 1);
        shape_strike(k->c, t, k->at, k->r * 2.8, 1);
        return;
    case FORM_CROSS:
    case FORM_RING_WITH_BAR:
        sign_draw_death(k->c, sign == SIGN_NOT_TAKEN, k->at, k->r * 0.8, k->r * 0.4, k->ink);
        return;
    case FORM_LOCK:
        shape_lock(k->c, k->at, k->r * 1.7, k->ink);
        return;
    default: /* packets */
        shape_packet(k->c, t, meanings[sign].class, k->at, k->r * 0.75, 1);
    }
}

void sign_draw(struct canvas *canvas, const struct theme *t, enum sign sign, struct point at, double r)
{
    static void (*const forms[SIGN_FORMS])(const struct ink *) = {
        [FORM_ARROW] = draw_arrow,
        [FORM_CLOCK_WITH_ARROW] = draw_clock_with_arrow,
        [FORM_TICK_IN_TRAY] = draw_tick_in_tray,
        [FORM_BOLT] = draw_bolt,
        [FORM_BUBBLE] = draw_bubble,
        [FORM_STOPWATCH] = draw_stopwatch,
        [FORM_HOLLOW_ARROW] = draw_hollow_arrow,
        [FORM_FLAG] = draw_flag,
        [FORM_FORK] = draw_fork,
        [FORM_BARS] = draw_bars,
        [FORM_DASHES] = draw_dashes,
        [FORM_TICK] = draw_tick,
        [FORM_CROSS_IN_BOX] = draw_cross_in_box,
        [FORM_VESSEL] = draw_vessel,
        [FORM_HOURGLASS] = draw_hourglass,
        [FORM_OCTAGON] = draw_octagon,
        [FORM_SQUARE_CLOCK] = draw_square_clock,
    };
    const struct ink ink = {canvas, at, r, t->panel, sign_colour(t, sign)};
    enum sign_form form = meanings[sign].form;
    if (forms[form])
        forms[form](&ink);
    else if (form == FORM_STROKES)
        sign_draw_strokes(canvas, box_of(at.x - r, at.y - r * 1.1, 2 * r, 2.2 * r), r * 0.44, ink.ink);
    else
        draw_as_on_map(&ink, t, sign);
}

void sign_draw_at_host(struct canvas *canvas, const struct theme *theme, enum sign sign, struct point at, double r)
{
    canvas_tell_mark(canvas, box_of(at.x - r, at.y - r, 2 * r, 2 * r), 1);
    canvas_disc(canvas, at, r * 1.3, theme->panel);
    sign_draw(canvas, theme, sign, at, r);
}
