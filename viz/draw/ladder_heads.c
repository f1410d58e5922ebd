#include "viz/draw/ladder_heads.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const double read_share = 0.55;   /* of a column, to have a name */
static const char no_width[] = "\u200b"; /* a space where a name may be broken */

enum { HEAD_BYTES = 256 };

/* ---- Room ---- */

/* A name may be broken after a dot or a hyphen: a space of no width goes there. */
static const char *breakable(const char *name, char *buffer, size_t size)
{
    size_t n = 0;
    for (; *name && n + 5 < size; name++) {
        buffer[n++] = *name;
        if (*name != '.' && *name != '-') continue;
        memcpy(buffer + n, no_width, strlen(no_width));
        n += strlen(no_width);
    }
    buffer[n] = 0;
    return buffer;
}

static bool name_fits(const struct view *v, const struct text_style *style, const char *name, double w)
{
    struct text_style endless = *style; /* one line more than there may be: then nothing is cut to measure it */
    endless.lines = style->lines + 1;
    double line = canvas_measure(v->canvas, style, "x", 0).y;
    if (canvas_measure(v->canvas, &endless, name, w).y > line * (style->lines + 0.5)) return false;
    for (const char *piece = name; piece;) { /* a piece that is too long would be broken anywhere */
        char text[HEAD_BYTES];
        const char *gap = strstr(piece, no_width);
        snprintf(text, sizeof text, "%.*s", (int)(gap ? (size_t)(gap - piece) : strlen(piece)), piece);
        if (canvas_measure(v->canvas, style, text, 0).x > w) return false;
        piece = gap ? gap + strlen(no_width) : NULL;
    }
    return true;
}

/* ---- What a host is called ---- */

/* Whether another host's name begins with the same labels. */
static bool is_shared(const struct story *s, size_t host, const char *labels)
{
    size_t length = strlen(labels);
    for (size_t h = 0; h < story_host_count(s); h++) {
        const char *name = story_host(s, h).name;
        if (h != host && !strncmp(name, labels, length) && (name[length] == '.' || !name[length])) return true;
    }
    return false;
}

/* "mail.a" of mail.a.example: the same without its last label. False where it has but one, or others are called so. */
static bool without_last_label(const struct story *s, size_t host, char *labels)
{
    char *last = strrchr(labels, '.');
    if (!last) return false;
    *last = 0;
    if (!is_shared(s, host, labels)) return true;
    *last = '.';
    return false;
}

/* "a" of mail.a, where others are called mail as well: the label by which it can be told from them. False where there
   is none. */
static bool last_label_alone(const struct story *s, size_t host, char *labels)
{
    char *last = strrchr(labels, '.');
    if (!last || is_shared(s, host, last + 1)) return false;
    memmove(labels, last + 1, strlen(last + 1) + 1);
    return true;
}

/* The whole name; or smaller; or shorter, as long as nobody else is called so. False where a column is too narrow for
   the shortest, too: no name is cut. */
static bool choose_head(const struct view *v, size_t host, double w, struct text_style *style, char *text, size_t size)
{
    const double usual = style->size;
    char labels[HEAD_BYTES];
    snprintf(labels, sizeof labels, "%s", story_host(v->story, host).name);
    for (;;) {
        char shorter[HEAD_BYTES];
        snprintf(shorter, sizeof shorter, "%s", labels);
        bool is_last = !without_last_label(v->story, host, shorter) && !last_label_alone(v->story, host, shorter);
        breakable(labels, text, size);
        for (double smaller = 1; smaller > (is_last ? 0.62 : 0.8); smaller -= 0.07) {
            style->size = usual * smaller;
            if (name_fits(v, style, text, w)) return true;
        }
        if (is_last) return false;
        memcpy(labels, shorter, sizeof labels);
    }
}

/* ---- Drawing it ---- */

/* Smaller than usual; then rather in two halves, broken anywhere, than not at all. */
static void draw_broken(const struct view *v, struct box box, struct text_style style, const char *text)
{
    const double size = view_text(v, FONT_SMALL).size, least = fmin(0.65, 0.65 / v->unit);
    struct text_style endless = style;
    endless.lines = style.lines + 1;
    for (double smaller = 0.65; smaller >= least; smaller -= 0.05) {
        style.size = size * smaller;
        if (!name_fits(v, &style, text, box.w)) continue;
        canvas_text(v->canvas, box, &style, text);
        return;
    }
    for (double smaller = 0.65; smaller >= least; smaller -= 0.05) {
        style.size = endless.size = size * smaller;
        double line = canvas_measure(v->canvas, &style, "x", 0).y;
        if (canvas_measure(v->canvas, &endless, text, box.w).y > line * (style.lines + 0.5)) continue;
        canvas_text(v->canvas, box, &style, text);
        return;
    }
}

/* A column that comes or goes has the name that it has when it is there, smaller: letters would tumble otherwise. None
   as long as nobody could read it. */
void ladder_head_draw(const struct view *v, size_t host, struct box box, struct text_style style, double share)
{
    char text[2 * HEAD_BYTES];
    bool has_name = choose_head(v, host, (box.w - 4) / share, &style, text, sizeof text);
    box = box_of(box.x + 2, box.y, box.w - 4, box.h);
    const double size = style.size * fmin(1, share);
    for (double smaller = 1; has_name && share * smaller > read_share; smaller -= 0.05) {
        style.size = size * smaller;
        if (!name_fits(v, &style, text, box.w)) continue;
        canvas_text(v->canvas, box, &style, text);
        return;
    }
    if (!has_name && share >= 0.9) draw_broken(v, box, style, text);
}
