#include "viz/draw/shapes.h"

#include <math.h>

static void tell(struct canvas *c, struct point at, double half_width, double half_height, double alpha)
{
    canvas_tell_mark(c, box_of(at.x - half_width, at.y - half_height, 2 * half_width, 2 * half_height), alpha);
}

static void diamond(struct canvas *c, struct point at, double r, double edge, struct colour fill, struct colour line)
{
    struct point p[4] = {{at.x, at.y - r}, {at.x + r, at.y}, {at.x, at.y + r}, {at.x - r, at.y}};
    canvas_polygon(c, p, 4, fill);
    canvas_polyline(c, p, 4, true, edge, line);
}

static void square(struct canvas *c, struct point at, double r, double edge, struct colour fill, struct colour line)
{
    struct box b = box_of(at.x - r, at.y - r * 0.8, 2 * r, 1.6 * r);
    canvas_fill_round(c, b, r * 0.25, fill);
    canvas_stroke_round(c, b, r * 0.25, edge, line);
}

static void triangle(struct canvas *c, struct point at, double r, double edge, struct colour fill, struct colour line)
{
    struct point p[3] = {{at.x, at.y - r}, {at.x + r * 1.05, at.y + r * 0.8}, {at.x - r * 1.05, at.y + r * 0.8}};
    canvas_polygon(c, p, 3, fill);
    canvas_polyline(c, p, 3, true, edge, line);
}

void shape_packet(struct canvas *c, const struct theme *t, enum story_class class, struct point at, double r,
                  double alpha)
{
    struct colour fill = colour_with_alpha(t->class[class], alpha);
    struct colour halo = colour_with_alpha(t->panel, alpha);
    double edge = fmax(1, r * 0.2);
    tell(c, at, r, r, alpha);
    switch (class) {
    case STORY_CONTROL:
        diamond(c, at, r * 1.2, edge, fill, halo);
        break;
    case STORY_ACK:
        canvas_disc(c, at, r * 0.72, halo);
        canvas_disc(c, at, r * 0.58, fill);
        break;
    case STORY_DATA:
        square(c, at, r, edge, fill, halo);
        break;
    case STORY_RETRANSMIT: {
        square(c, at, r * 1.5, edge, halo, fill);
        square(c, at, r * 0.95, edge * 0.5, fill, fill);
        break;
    }
    case STORY_DNS:
        triangle(c, at, r * 1.1, edge, fill, halo);
        break;
    case STORY_FRAGMENT: /* half of what it is cut from */
        square(c, (struct point){at.x - r * 0.45, at.y}, r * 0.55, edge, fill, halo);
        square(c, (struct point){at.x + r * 0.6, at.y}, r * 0.4, edge, halo, fill);
        break;
    case STORY_ICMP: /* stands on its point, as a sign that gives way */
        triangle(c, at, -r * 1.1, edge, fill, halo);
        break;
    case STORY_OTHER:
    case STORY_CLASSES:
        diamond(c, at, r * 0.9, edge, halo, fill);
        break;
    }
}

void shape_cross(struct canvas *c, struct point at, double r, double width, struct colour colour)
{
    tell(c, at, r, r, colour.a);
    canvas_line(c, point_of(at.x - r, at.y - r), point_of(at.x + r, at.y + r), width, colour);
    canvas_line(c, point_of(at.x - r, at.y + r), point_of(at.x + r, at.y - r), width, colour);
}

/* The way back, on the envelope of a bounce. */
static void return_arrow(struct canvas *c, struct point at, double w, struct colour ink)
{
    double line = fmax(1.2, w * 0.06);
    canvas_arrow(c, point_of(at.x + w * 0.34, at.y + w * 0.13), point_of(at.x - w * 0.36, at.y + w * 0.13), line,
                 w * 0.24, ink);
}

/* Not yet ..., on the report of a delay. */
static void three_dots(struct canvas *c, struct point at, double w, struct colour ink)
{
    for (int i = -1; i <= 1; i++)
        canvas_disc(c, point_of(at.x + i * w * 0.24, at.y + w * 0.16), fmax(1, w * 0.08), ink);
}

/* Paper with its edge, and its flap, whose tip hangs down, or stands up where it is open. */
struct paper {
    struct canvas *c;
    struct box body;
    double line, left; /* left: where its upper edge begins */
    struct colour paper, ink, halo;
};

/* Of a bounce, the side to which it goes is a point. */
static void draw_paper(const struct paper *p, bool pointed)
{
    const struct box b = p->body;
    double round = b.w * 0.07, right = b.x + b.w, foot = b.y + b.h;
    const struct point tag[5] = {{b.x, b.y + b.h / 2}, {p->left, b.y}, {right, b.y}, {right, foot}, {p->left, foot}};
    if (pointed) {
        canvas_polyline(p->c, tag, 5, true, p->line * 3.2, p->halo);
        canvas_polygon(p->c, tag, 5, p->paper);
        canvas_polyline(p->c, tag, 5, true, p->line, p->ink);
        return;
    }
    canvas_fill_round(p->c, box_inset(b, -p->line * 1.6), b.w * 0.12, p->halo);
    canvas_fill_round(p->c, b, round, p->paper);
    canvas_stroke_round(p->c, b, round, p->line, p->ink);
}

static void draw_flap(const struct paper *p, double tip_y)
{
    const struct box b = p->body;
    double y = tip_y < b.y ? b.y : b.y + p->line * 0.6;
    const struct point flap[3] = {{p->left, y}, {(p->left + b.x + b.w) / 2, tip_y}, {b.x + b.w, y}};
    if (tip_y < b.y) canvas_polygon(p->c, flap, 3, p->paper);
    canvas_polyline(p->c, flap, 3, tip_y < b.y, p->line, p->ink);
}

void shape_envelope(struct canvas *c, const struct theme *t, struct point at, double w, unsigned kind, double alpha)
{
    bool back = kind & ENVELOPE_BACK, plain = !(kind & (ENVELOPE_BACK | ENVELOPE_DELAY));
    double h = w * 0.68;
    struct paper p = {.c = c, .body = box_of(at.x - w / 2, at.y - h / 2, w, h), .line = fmax(1.2, w * 0.05)};
    p.ink = colour_with_alpha(t->mail_ink, alpha);
    p.paper = colour_with_alpha(back ? t->bounce : t->mail, alpha);
    p.halo = colour_with_alpha(t->panel, alpha);
    p.left = p.body.x + (back ? w * 0.24 : 0);
    tell(c, at, w / 2, h / 2, alpha);
    if (kind & ENVELOPE_OPENED) {
        double tip = p.body.y - w * 0.14;
        p.body.y += w * 0.12;
        p.body.h -= w * 0.12;
        draw_paper(&p, back);
        draw_flap(&p, tip);
    } else {
        draw_paper(&p, back);
    }
    if (plain || !(kind & ENVELOPE_OPENED)) draw_flap(&p, p.body.y + p.body.h * (plain ? 0.56 : 0.32));
    if (back) return_arrow(c, at, w, p.ink);
    if (kind & ENVELOPE_DELAY) three_dots(c, at, w, p.ink);
}

static void strike(struct canvas *c, struct point at, double x, double y, double width, struct colour colour)
{
    canvas_line(c, point_of(at.x - x, at.y + y), point_of(at.x + x, at.y - y), width, colour);
}

void shape_strike(struct canvas *c, const struct theme *t, struct point at, double w, double alpha)
{
    strike(c, at, w * 0.52, w * 0.44, w * 0.26, colour_with_alpha(t->panel, alpha));
    strike(c, at, w * 0.52, w * 0.44, w * 0.13, colour_with_alpha(t->lost, alpha));
}

void shape_lock(struct canvas *canvas, struct point at, double width, struct colour colour)
{
    const double pi = 3.14159265358979;
    double body_h = width * 0.62, r = width * 0.28, top = at.y - width * 0.1;
    canvas_fill_round(canvas, box_of(at.x - width / 2, top, width, body_h), width * 0.12, colour);
    canvas_arc(canvas, point_of(at.x, top), r, pi, 2 * pi, width * 0.14, colour);
}

struct icon {
    struct canvas *c;
    struct colour body, ink, mark;
    struct point at;
    double s; /* size */
};

static struct box icon_box(const struct icon *i, double x, double y, double w, double h)
{
    return box_of(i->at.x + x * i->s, i->at.y + y * i->s, w * i->s, h * i->s);
}

static struct point icon_point(const struct icon *i, double x, double y)
{
    return point_of(i->at.x + x * i->s, i->at.y + y * i->s);
}

static void icon_round(const struct icon *i, struct box b, double radius)
{
    canvas_fill_round(i->c, b, radius * i->s, i->body);
    canvas_stroke_round(i->c, b, radius * i->s, i->s * 0.04, i->ink);
}

static void icon_laptop(const struct icon *i)
{
    icon_round(i, icon_box(i, -0.36, -0.36, 0.72, 0.5), 0.05);
    canvas_fill_round(i->c, icon_box(i, -0.28, -0.28, 0.56, 0.34), 0.02 * i->s, i->mark);
    struct point base[4] = {icon_point(i, -0.36, 0.2), icon_point(i, 0.36, 0.2), icon_point(i, 0.48, 0.36),
                            icon_point(i, -0.48, 0.36)};
    canvas_polygon(i->c, base, 4, i->body);
    canvas_polyline(i->c, base, 4, true, i->s * 0.04, i->ink);
    canvas_line(i->c, icon_point(i, -0.08, 0.3), icon_point(i, 0.08, 0.3), i->s * 0.035, i->ink);
}

/* Three drawers with a light each; the top one has the slot for letters. */
static void icon_server(const struct icon *i)
{
    for (int drawer = 0; drawer < 3; drawer++) {
        double y = -0.44 + 0.3 * drawer;
        icon_round(i, icon_box(i, -0.36, y, 0.72, 0.26), 0.05);
        canvas_disc(i->c, icon_point(i, 0.24, y + 0.13), i->s * 0.04, i->mark);
        canvas_line(i->c, icon_point(i, -0.24, y + 0.13), icon_point(i, 0.06, y + 0.13), i->s * 0.045, i->ink);
    }
}

static void icon_arrow(const struct icon *i, double x, double y)
{
    canvas_arrow(i->c, icon_point(i, x * 0.25, y * 0.25), icon_point(i, x, y), i->s * 0.05, i->s * 0.13, i->ink);
}

static void icon_router(const struct icon *i)
{
    canvas_disc(i->c, i->at, i->s * 0.42, i->body);
    canvas_ring(i->c, i->at, i->s * 0.42, i->s * 0.04, i->ink);
    icon_arrow(i, 0.31, 0);
    icon_arrow(i, -0.31, 0);
    icon_arrow(i, 0, 0.31);
    icon_arrow(i, 0, -0.31);
}

/* An open book. */
static void icon_book(const struct icon *i)
{
    for (int side = -1; side <= 1; side += 2) {
        struct point page[4] = {icon_point(i, 0, -0.26), icon_point(i, side * 0.44, -0.36),
                                icon_point(i, side * 0.44, 0.26), icon_point(i, 0, 0.36)};
        canvas_polygon(i->c, page, 4, i->body);
        canvas_polyline(i->c, page, 4, true, i->s * 0.04, i->ink);
        for (int line = 0; line < 3; line++) {
            double y = -0.16 + 0.15 * line;
            canvas_line(i->c, icon_point(i, side * 0.1, y + 0.005), icon_point(i, side * 0.34, y - 0.05), i->s * 0.035,
                        line == 1 ? i->mark : i->ink);
        }
    }
}

/* The book, and a glass that looks things up. */
static void icon_lens(const struct icon *i)
{
    icon_book(i);
    struct point at = icon_point(i, 0.16, 0.14);
    canvas_line(i->c, icon_point(i, 0.28, 0.26), icon_point(i, 0.46, 0.44), i->s * 0.1, i->mark);
    canvas_disc(i->c, at, i->s * 0.2, i->body);
    canvas_ring(i->c, at, i->s * 0.2, i->s * 0.06, i->mark);
}

/* A door, and the way in. */
static void icon_door(const struct icon *i)
{
    icon_round(i, icon_box(i, -0.06, -0.4, 0.44, 0.8), 0.06);
    struct point tip = icon_point(i, 0.2, 0);
    canvas_line(i->c, icon_point(i, -0.44, 0), tip, i->s * 0.08, i->mark);
    for (int side = -1; side <= 1; side += 2)
        canvas_line(i->c, icon_point(i, 0.02, side * 0.16), tip, i->s * 0.08, i->mark);
}

void shape_host(struct canvas *c, const struct theme *t, enum story_role role, bool up, struct point at, double size)
{
    struct icon icon = {c, t->icon, t->icon_ink, t->accent, at, size};
    if (!up) {
        icon.ink = t->ghost;
        icon.mark = t->ghost;
        icon.body = colour_mix(t->icon, t->panel, 0.5);
    }
    switch (role) {
    case STORY_CLIENT:
        icon_laptop(&icon);
        break;
    case STORY_MAIL_SERVER:
        icon_server(&icon);
        break;
    case STORY_ROUTER:
        icon_router(&icon);
        break;
    case STORY_NAME_SERVER:
        icon_book(&icon);
        break;
    case STORY_RESOLVER:
        icon_lens(&icon);
        break;
    case STORY_OUTSIDE:
        icon_door(&icon);
        break;
    case STORY_OTHER_HOST:
        icon_round(&icon, icon_box(&icon, -0.36, -0.36, 0.72, 0.72), 0.1);
        break;
    }
    if (up) return;
    tell(c, at, size * 0.5, size * 0.5, 1);
    strike(c, at, size * 0.5, size * 0.5, size * 0.09, t->lost);
}

static void right_pointer(struct canvas *c, struct point at, double r, double direction, struct colour colour)
{
    struct point p[3] = {
        {at.x - r * 0.7 * direction, at.y - r}, {at.x + r * direction, at.y}, {at.x - r * 0.7 * direction, at.y + r}};
    canvas_polygon(c, p, 3, colour);
    canvas_polyline(c, p, 3, true, r * 0.15, colour);
}

static void step_pointer(struct canvas *c, struct point at, double r, double direction, struct colour colour)
{
    right_pointer(c, point_of(at.x + 0.1 * r * direction, at.y), r * 0.75, direction, colour);
    double x = at.x - r * 0.85 * direction;
    canvas_line(c, point_of(x, at.y - r * 0.8), point_of(x, at.y + r * 0.8), r * 0.3, colour);
}

/* Light and dark. */
static void half_disc(struct canvas *c, struct point at, double r, struct colour colour)
{
    enum { CORNERS = 25 };
    struct point corners[CORNERS];
    for (int i = 0; i < CORNERS; i++) {
        double angle = acos(-1) * ((double)i / (CORNERS - 1) - 0.5);
        corners[i] = point_of(at.x + r * cos(angle), at.y + r * sin(angle));
    }
    canvas_ring(c, at, r, r * 0.25, colour);
    canvas_polygon(c, corners, CORNERS, colour);
}

void shape_button(struct canvas *c, enum button_shape shape, struct point at, double r, struct colour colour)
{
    switch (shape) {
    case BUTTON_PLAY:
        right_pointer(c, point_of(at.x + r * 0.05, at.y), r, 1, colour);
        break;
    case BUTTON_PAUSE:
        canvas_fill_round(c, box_of(at.x - r * 0.8, at.y - r, r * 0.55, 2 * r), r * 0.15, colour);
        canvas_fill_round(c, box_of(at.x + r * 0.25, at.y - r, r * 0.55, 2 * r), r * 0.15, colour);
        break;
    case BUTTON_BACK:
        step_pointer(c, at, r, -1, colour);
        break;
    case BUTTON_FORWARD:
        step_pointer(c, at, r, 1, colour);
        break;
    case BUTTON_FASTER:
        canvas_line(c, point_of(at.x, at.y - r * 0.8), point_of(at.x, at.y + r * 0.8), r * 0.3, colour);
        /* fall through */
    case BUTTON_SLOWER:
        canvas_line(c, point_of(at.x - r * 0.8, at.y), point_of(at.x + r * 0.8, at.y), r * 0.3, colour);
        break;
    case BUTTON_THEME:
        half_disc(c, at, r, colour);
        break;
    }
}
