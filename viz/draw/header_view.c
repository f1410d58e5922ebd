#include "viz/draw/header_view.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "model/wire/wire_fields.h"
#include "sim/journal/tr.h"

enum { WORD_BITS = 32, LETTER_BITS = 2, DNS_HEADER = 12, LAYERS_MAX = 4, TCP_FIXED_FIELDS_MAX = 20 };

struct diagram {
    const struct view *v;
    double x, y, w, row, bottom;
    size_t packet;
    size_t at;   /* where the layer begins in the packet */
    bool is_tcp; /* the layer */
};

size_t header_bytes(size_t from, size_t count)
{
    return from << 8 | count;
}

size_t header_bytes_from(size_t arg)
{
    return arg >> 8;
}

size_t header_bytes_count(size_t arg)
{
    return arg & 0xff;
}

static size_t bytes_of(size_t at, const struct wire_field *field, size_t width)
{
    size_t first = (size_t)field->bit / 8, last = ((size_t)field->bit + width - 1) / 8;
    return header_bytes(at + first, last - first + 1);
}

static const char *value_text(const struct wire_field *field, uint32_t value, char buffer[64])
{
    if (field->meaning) return field->meaning(value, buffer);
    snprintf(buffer, 64, "%u", value);
    return buffer;
}

/* The end whose numbers these are; STORY_NONE: none is known by its SYN. */
static size_t numbers_of(const struct diagram *d, const char *field)
{
    size_t conn = story_packet(d->v->story, d->packet)->conn;
    if (!d->is_tcp || conn == STORY_NONE) return STORY_NONE;
    if (!strcmp(field, "Acknowledgment Number"))
        conn = story_conn(d->v->story, conn).other_end;
    else if (strcmp(field, "Sequence Number") != 0)
        return STORY_NONE;
    return conn != STORY_NONE && story_conn(d->v->story, conn).has_iss ? conn : STORY_NONE;
}

/* Sequence numbers also as they are counted elsewhere: the first byte is 1, the SYN 0. */
static void add_relative(const struct diagram *d, const struct wire_field *field, uint32_t value, char text[64])
{
    size_t conn = value ? numbers_of(d, field->name) : STORY_NONE;
    unsigned counted = conn == STORY_NONE ? 0 : value - story_conn(d->v->story, conn).iss;
    if (counted)
        snprintf(text, 64, tr("%u (byte %u)"), value, counted);
    else if (conn != STORY_NONE)
        snprintf(text, 64, "%u (ISS)", value);
}

/* A flag is too narrow for its name: its first letter, filled when set, as the RFC stacks the letters. */
static void draw_flag(const struct diagram *d, struct box cell, const struct wire_field *field, uint32_t value)
{
    char letter[2] = {field->name[0], 0};
    const struct theme *t = d->v->theme;
    struct text_style style = view_text(d->v, FONT_SMALL);
    style.size *= 0.85;
    style.across = style.down = ALIGN_CENTRE;
    style.bold = value != 0;
    style.colour = value ? t->on_accent : t->ghost;
    if (value) canvas_fill(d->v->canvas, cell, t->accent);
    struct point size = canvas_measure(d->v->canvas, &style, letter, 0);
    if (size.y > cell.h + 2 || size.x > cell.w) return; /* rows may be very low */
    canvas_text(d->v->canvas, box_inset(cell, -2), &style, letter);
}

/* What those who know a field call it, for where its name has no room; "Rsrvd" as in the diagram of RFC 9293 3.1. */
static const char *short_name(const char *name)
{
    static const char *const names[][2] = {{"Source Port", "Src Port"},
                                           {"Destination Port", "Dst Port"},
                                           {"Data Offset", "Offset"},
                                           {"Reserved", "Rsrvd"},
                                           {"Version", "Ver"},
                                           {"Type of Service", "TOS"},
                                           {"Total Length", "Length"},
                                           {"Identification", "ID"},
                                           {"Fragment Offset", "Offset"},
                                           {"Time to Live", "TTL"},
                                           {"Header Checksum", "Checksum"},
                                           {"Maximum Segment Size", "MSS"},
                                           {"Opcode", "Op"},
                                           {"Urgent Pointer", "Urgent"},
                                           {"Traffic Class", "Class"},
                                           {"Payload Length", "Length"},
                                           {"Next Header", "Next"},
                                           {"Hop Limit", "Hops"}};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(names[i][0], name) == 0) return names[i][1];
    return name;
}

/* Whole, or short, or smaller; never cut. Where even that has no room, the place in the diagram says which it is. */
static void draw_name(const struct diagram *d, struct box box, struct text_style style, const char *name)
{
    const double whole = style.size, smallest = whole * 0.75;
    for (; style.size >= smallest; style.size -= whole * 0.08)
        for (int is_short = 0; is_short < 2; is_short++) {
            const char *shown = is_short ? short_name(name) : name;
            if (canvas_measure(d->v->canvas, &style, shown, 0).x + 1 > box.w) continue;
            canvas_text(d->v->canvas, box, &style, shown);
            return;
        }
}

static void draw_words(const struct diagram *d, struct box cell, const struct wire_field *field, uint32_t value)
{
    char text[64];
    struct text_style name = view_faint(d->v, FONT_SMALL), number = view_text(d->v, FONT_SMALL);
    bool tall = cell.h >= number.size * 2.25;
    name.size *= 0.86;
    number.bold = true;
    name.down = number.down = ALIGN_CENTRE;
    struct box inner = box_of(cell.x + d->v->unit * 4, cell.y, cell.w - d->v->unit * 8, cell.h);
    char bare[16];
    const char *shown = value_text(field, value, text);
    if (shown == text) add_relative(d, field, value, text);
    snprintf(bare, sizeof bare, "%u", value);
    double room = inner.w - (tall ? 0 : d->v->unit * 24);
    bool is_bare_known = field->width < WORD_BITS || !field->meaning;
    if (is_bare_known && canvas_measure(d->v->canvas, &number, shown, 0).x > room) shown = bare;
    if (!canvas_text_fits(d->v->canvas, &number, shown, inner.w)) inner = box_inset(cell, d->v->unit);
    number = view_fitted(d->v, number, shown, inner.w, 0.5);
    if (tall) {
        draw_name(d, box_of(inner.x, cell.y + cell.h * 0.02, inner.w, cell.h * 0.48), name, field->name);
        canvas_text(d->v->canvas, box_of(inner.x, cell.y + cell.h * 0.46, inner.w, cell.h * 0.5), &number, shown);
        return;
    }
    double w = fmin(canvas_measure(d->v->canvas, &number, shown, 0).x + 1, inner.w);
    number.across = ALIGN_END;
    draw_name(d, box_of(inner.x, cell.y, inner.w - w - d->v->unit * 3, cell.h), name, field->name);
    canvas_text(d->v->canvas, inner, &number, shown);
}

/* An IPv6 address takes four words in the RFC's drawing, and one row here. */
static bool continues(const struct wire_layer *layer, size_t i)
{
    return i > 0 && layer->fields[i].width == WORD_BITS && strstr(layer->fields[i].name, "Address") &&
           strcmp(layer->fields[i].name, layer->fields[i - 1].name) == 0;
}

static int row_of(const struct wire_layer *layer, size_t field)
{
    int row = layer->fields[field].bit / WORD_BITS;
    for (size_t i = 0; i <= field; i++)
        row -= continues(layer, i);
    return row;
}

static void draw_long_address(const struct diagram *d, int row, const struct wire_field *field, const uint8_t *header)
{
    char text[IP_TEXT_BYTES];
    struct box cell = box_of(d->x, d->y + d->row * row, d->w, d->row);
    struct text_style name = view_faint(d->v, FONT_SMALL), number = view_text(d->v, FONT_SMALL);
    struct box inner = box_of(cell.x + d->v->unit * 4, cell.y, cell.w - d->v->unit * 8, cell.h);
    name.size *= 0.86;
    number.bold = true;
    name.down = number.down = ALIGN_CENTRE;
    number.across = ALIGN_END;
    canvas_stroke_round(d->v->canvas, cell, 0, 1, d->v->theme->edge);
    targets_add_box(d->v->targets, ACT_BYTES, bytes_of(d->at, field, 128), cell);
    ip_text(ip_get_16_bytes(header + field->bit / 8), text);
    canvas_text(d->v->canvas, inner, &number, text);
    inner.w -= canvas_measure(d->v->canvas, &number, text, 0).x + d->v->unit * 3;
    draw_name(d, inner, name, field->name);
}

static void draw_field(const struct diagram *d, int row, const struct wire_field *field, const uint8_t *header)
{
    double bit = d->w / WORD_BITS;
    struct box cell = box_of(d->x + bit * (field->bit % WORD_BITS), d->y + d->row * row, bit * field->width, d->row);
    uint32_t value = wire_field_value(field, header);
    canvas_stroke_round(d->v->canvas, cell, 0, 1, d->v->theme->edge);
    targets_add_box(d->v->targets, ACT_BYTES, bytes_of(d->at, field, (size_t)field->width), cell);
    if (field->width < LETTER_BITS)
        draw_flag(d, box_inset(cell, 0.5), field, value);
    else
        draw_words(d, cell, field, value);
}

static int layer_rows(const struct wire_layer *layer)
{
    return layer->n_fields > 0 ? row_of(layer, layer->n_fields - 1) + 1 : 0;
}

static double title_height(const struct view *v)
{
    return view_units(v, 17);
}

static void draw_layer(struct diagram *d, const struct wire_layer *layer, const uint8_t *header, size_t at)
{
    d->at = at;
    d->is_tcp = !strcmp(layer->name, wire_tcp.name);
    char title[160];
    struct text_style style = view_faint(d->v, FONT_SMALL);
    style.bold = true;
    style.down = ALIGN_CENTRE;
    snprintf(title, sizeof title, "%s   %s", layer->name, layer->fields[0].rfc);
    canvas_text(d->v->canvas, box_of(d->x, d->y, d->w, title_height(d->v)), &style, title);
    d->y += title_height(d->v);
    canvas_fill(d->v->canvas, box_of(d->x, d->y, d->w, d->row * layer_rows(layer)),
                colour_mix(d->v->theme->panel, d->v->theme->grid, 0.35));
    for (size_t i = 0; i < layer->n_fields; i++) {
        if (continues(layer, i)) continue;
        if (i + 1 < layer->n_fields && continues(layer, i + 1))
            draw_long_address(d, row_of(layer, i), &layer->fields[i], header);
        else
            draw_field(d, row_of(layer, i), &layer->fields[i], header);
    }
    d->y += d->row * layer_rows(layer) + view_units(d->v, 2);
}

struct shown_layer {
    const struct wire_layer *layer;
    const uint8_t *bytes;
    size_t at; /* in the packet */
};

/* A TCP header with its options. */
struct tcp_layer {
    struct wire_layer layer;
    struct wire_field fields[TCP_FIXED_FIELDS_MAX + WIRE_TCP_OPTION_FIELDS_MAX];
};

static const struct wire_layer *tcp_with_options(struct tcp_layer *tcp, const uint8_t *header, size_t size)
{
    size_t n = wire_tcp.n_fields;
    assert(n <= TCP_FIXED_FIELDS_MAX);
    memcpy(tcp->fields, wire_tcp.fields, n * sizeof *tcp->fields);
    n += wire_tcp_option_fields(header, size, tcp->fields + n, WIRE_TCP_OPTION_FIELDS_MAX);
    tcp->layer = (struct wire_layer){wire_tcp.name, tcp->fields, n};
    return &tcp->layer;
}

static size_t collect_ip(const struct story_header *h, struct shown_layer *shown)
{
    enum { NEXT_HEADER_AT = 6, FRAGMENT = 44 };
    size_t n = 0;
    if (!ip_is_v6(&h->ip)) {
        shown[n++] = (struct shown_layer){&wire_ipv4, h->bytes, 0};
        return n;
    }
    if (h->bytes[NEXT_HEADER_AT] == FRAGMENT)
        shown[n++] = (struct shown_layer){&wire_ipv6_fragment, h->bytes + IPV6_HEADER_BYTES, IPV6_HEADER_BYTES};
    shown[n++] = (struct shown_layer){&wire_ipv6, h->bytes, 0};
    return n;
}

static size_t collect_layers(const struct view *v, size_t packet, const struct story_header *h, uint8_t *dns,
                             struct tcp_layer *tcp, struct shown_layer *shown)
{
    size_t n = 0;
    const uint8_t *transport = h->bytes + h->transport_at;
    if (h->is_udp && story_packet_payload(v->story, packet, dns, DNS_HEADER) == DNS_HEADER)
        shown[n++] = (struct shown_layer){&wire_dns, dns, h->size};
    if (h->is_tcp)
        shown[n++] = (struct shown_layer){tcp_with_options(tcp, transport, h->size - h->transport_at), transport,
                                          h->transport_at};
    if (h->is_udp) shown[n++] = (struct shown_layer){&wire_udp, transport, h->transport_at};
    if (h->is_icmp)
        shown[n++] = (struct shown_layer){ip_is_v6(&h->ip) ? &wire_icmpv6 : &wire_icmp, transport, h->transport_at};
    return n + collect_ip(h, shown + n);
}

size_t header_field_of_byte(const struct view *v, size_t packet, size_t byte)
{
    struct story_header header;
    struct shown_layer shown[LAYERS_MAX];
    struct tcp_layer tcp;
    uint8_t dns[DNS_HEADER];
    if (!story_packet_header(v->story, packet, &header)) return 0;
    size_t n = collect_layers(v, packet, &header, dns, &tcp, shown);
    for (size_t i = 0; i < n; i++)
        for (size_t f = 0; f < shown[i].layer->n_fields; f++) {
            const struct wire_layer *layer = shown[i].layer;
            bool is_long = f + 1 < layer->n_fields && continues(layer, f + 1);
            if (continues(layer, f)) continue;
            size_t bytes = bytes_of(shown[i].at, &layer->fields[f], is_long ? 128 : (size_t)layer->fields[f].width);
            size_t from = header_bytes_from(bytes);
            if (byte >= from && byte < from + header_bytes_count(bytes)) return bytes;
        }
    return 0;
}

bool header_view_draw(const struct view *v, struct box box, size_t packet)
{
    struct story_header header;
    struct shown_layer shown[LAYERS_MAX];
    struct tcp_layer tcp;
    uint8_t dns[DNS_HEADER];
    if (!story_packet_header(v->story, packet, &header)) return false;
    size_t n = collect_layers(v, packet, &header, dns, &tcp, shown);
    int rows = 0;
    for (size_t i = 0; i < n; i++)
        rows += layer_rows(shown[i].layer);
    double titles = (title_height(v) + view_units(v, 2)) * (double)n, row = (box.h - titles) / rows;
    struct diagram d = {v,
                        box.x,
                        box.y,
                        box.w,
                        fmax(view_units(v, 15.5), fmin(row, view_units(v, 31))),
                        box.y + box.h,
                        .packet = packet};
    for (size_t i = 0; i < n; i++)
        if (d.y + title_height(v) + d.row * layer_rows(shown[i].layer) <= d.bottom + 1)
            draw_layer(&d, shown[i].layer, shown[i].bytes, shown[i].at);
    return true;
}
