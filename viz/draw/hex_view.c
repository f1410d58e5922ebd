#include "viz/draw/hex_view.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "viz/draw/header_view.h"

enum { ROW_BYTES = 16, BYTES_MAX = 4096 };

struct dump {
    const struct view *v;
    struct box box;
    uint8_t bytes[BYTES_MAX];
    size_t n, header; /* all; of them headers */
    size_t packet;
    struct text_style style;
    double digit, row; /* width of a character, height of a row */
};

static bool is_marked(const struct dump *d, size_t byte)
{
    if (d->v->hover.what != ACT_BYTES) return false;
    size_t from = header_bytes_from(d->v->hover.index);
    return byte >= from && byte < from + header_bytes_count(d->v->hover.index);
}

static void draw_byte(const struct dump *d, size_t byte, double y)
{
    const struct theme *t = d->v->theme;
    size_t column = byte % ROW_BYTES;
    double x = d->box.x + d->digit * (5.5 + 2.9 * (double)column + (column >= ROW_BYTES / 2 ? 0.8 : 0));
    double text_x = d->box.x + d->digit * (5.5 + 2.9 * ROW_BYTES + 2 + (double)column);
    struct text_style style = d->style;
    char hex[3], letter[2] = {(char)d->bytes[byte], 0};
    snprintf(hex, sizeof hex, "%02x", d->bytes[byte]);
    if (letter[0] < ' ' || letter[0] > '~') letter[0] = '.';
    struct box cell = box_of(x - d->digit * 0.35, y, d->digit * 2.7, d->row);
    style.colour = byte < d->header ? t->ink : t->class[STORY_DATA];
    if (is_marked(d, byte)) {
        canvas_fill(d->v->canvas, cell, t->accent);
        canvas_fill(d->v->canvas, box_of(text_x, y, d->digit, d->row), t->accent);
        style.colour = t->on_accent;
    }
    canvas_text(d->v->canvas, box_of(x, y, d->digit * 2.4, d->row), &style, hex);
    canvas_text(d->v->canvas, box_of(text_x, y, d->digit * 1.4, d->row), &style, letter);
    size_t field = header_field_of_byte(d->v, d->packet, byte);
    if (header_bytes_count(field)) targets_add_box(d->v->targets, ACT_BYTES, field, cell);
}

static void draw_row(const struct dump *d, size_t first, double y)
{
    char offset[24];
    struct text_style faint = d->style;
    faint.colour = d->v->theme->faint;
    snprintf(offset, sizeof offset, "%04zx", first);
    canvas_text(d->v->canvas, box_of(d->box.x, y, d->digit * 5, d->row), &faint, offset);
    for (size_t i = first; i < d->n && i < first + ROW_BYTES; i++)
        draw_byte(d, i, y);
}

/* As large as the width has room for. */
static void choose_size(struct dump *d)
{
    static const double columns = 5.5 + 2.9 * ROW_BYTES + 2 + ROW_BYTES + 1;
    d->style = view_mono(d->v, FONT_SMALL);
    d->style.down = ALIGN_CENTRE;
    d->digit = canvas_measure(d->v->canvas, &d->style, "0000000000", 0).x / 10;
    double room = d->box.w / columns;
    if (room < d->digit) {
        d->style.size *= room / d->digit;
        d->digit = room;
    }
    d->row = d->style.size * 1.45;
}

void hex_view_draw(const struct view *v, struct box box, size_t packet)
{
    struct story_header header;
    struct dump d = {.v = v, .box = box, .packet = packet};
    if (!story_packet_header(v->story, packet, &header)) return;
    d.header = d.n = header.size < BYTES_MAX ? header.size : BYTES_MAX;
    memcpy(d.bytes, header.bytes, d.n);
    d.n += story_packet_payload(v->story, packet, d.bytes + d.n, BYTES_MAX - d.n);
    choose_size(&d);
    size_t rows = (d.n + ROW_BYTES - 1) / ROW_BYTES, fit = (size_t)fmax(1, floor(box.h / d.row));
    size_t first = (size_t)fmin(v->scroll, rows > fit ? (double)(rows - fit) : 0);
    for (size_t i = first; i < rows && i < first + fit; i++)
        draw_row(&d, i * ROW_BYTES, box.y + d.row * (double)(i - first));
    view_tell_scroll(v, box, (double)rows, (double)fit);
}
