/* The palette: Okabe and Ito, "Color universal design" (2008). On white, text and thin shapes take a darker shade of
   the same hue, since the originals are too pale there. */
#include "viz/draw/theme.h"

#include <math.h>

#define RGB(hex)                                                                                                       \
    {                                                                                                                  \
        (((hex) >> 16) & 255) / 255.0, (((hex) >> 8) & 255) / 255.0, ((hex)&255) / 255.0, 1.0                          \
    }

static const struct theme light = {
    .dark = false,
    .paper = RGB(0xeef1f4),
    .panel = RGB(0xffffff),
    .edge = RGB(0xd3dae1),
    .grid = RGB(0xe6eaee),
    .ink = RGB(0x15202b),
    .faint = RGB(0x56646f),
    .ghost = RGB(0xa3afb9),
    .accent = RGB(0x0072b2),
    .on_accent = RGB(0xffffff),
    .wire = RGB(0x8c99a5),
    .wire_down = RGB(0xd55e00),
    .client = RGB(0x005f96),
    .server = RGB(0x00664a),
    .class = {[STORY_CONTROL] = RGB(0xb0568c),
              [STORY_ACK] = RGB(0x009e73),
              [STORY_DATA] = RGB(0x0072b2),
              [STORY_RETRANSMIT] = RGB(0x0072b2),
              [STORY_DNS] = RGB(0xe69f00),
              [STORY_ICMP] = RGB(0xc23b3b),
              [STORY_FRAGMENT] = RGB(0x5b8fb8),
              [STORY_OTHER] = RGB(0x6b7782)},
    .lost = RGB(0xd55e00),
    .warn = RGB(0xb36b00),
    .good = RGB(0x009e73),
    .mail = RGB(0xf7e98a),
    .bounce = RGB(0xf3b48a),
    .mail_ink = RGB(0x3b3410),
    .icon = RGB(0xf4f7f9),
    .icon_ink = RGB(0x33424f),
};

static const struct theme dark = {
    .dark = true,
    .paper = RGB(0x0e1318),
    .panel = RGB(0x171e25),
    .edge = RGB(0x2b3640),
    .grid = RGB(0x232d36),
    .ink = RGB(0xe9eef2),
    .faint = RGB(0x9dabb7),
    .ghost = RGB(0x5a6873),
    .accent = RGB(0x56b4e9),
    .on_accent = RGB(0x0b1116),
    .wire = RGB(0x60707d),
    .wire_down = RGB(0xef7c2a),
    .client = RGB(0x7cc7f2),
    .server = RGB(0x53d0aa),
    .class = {[STORY_CONTROL] = RGB(0xd98fb7),
              [STORY_ACK] = RGB(0x1fbf8f),
              [STORY_DATA] = RGB(0x56b4e9),
              [STORY_RETRANSMIT] = RGB(0x56b4e9),
              [STORY_DNS] = RGB(0xf0ad1d),
              [STORY_ICMP] = RGB(0xe86a6a),
              [STORY_FRAGMENT] = RGB(0x7fb4dc),
              [STORY_OTHER] = RGB(0x93a1ad)},
    .lost = RGB(0xf07a2a),
    .warn = RGB(0xf0ad1d),
    .good = RGB(0x1fbf8f),
    .mail = RGB(0xf4e67a),
    .bounce = RGB(0xf2a878),
    .mail_ink = RGB(0x2b2608),
    .icon = RGB(0x232d36),
    .icon_ink = RGB(0xc4d0da),
};

const struct theme *theme_of(bool want_dark)
{
    return want_dark ? &dark : &light;
}

static const double font_units[FONTS] = {[FONT_SMALL] = 12, [FONT_PLAIN] = 14, [FONT_LARGE] = 17, [FONT_HUGE] = 22};

struct text_style theme_text(const struct theme *theme, int font, double unit)
{
    return (struct text_style){.size = font_units[font] * unit, .colour = theme->ink};
}

struct text_style theme_mono(const struct theme *theme, int font, double unit)
{
    struct text_style style = theme_text(theme, font, unit);
    style.mono = true;
    return style;
}

struct colour colour_with_alpha(struct colour colour, double alpha)
{
    colour.a = alpha;
    return colour;
}

struct colour colour_mix(struct colour a, struct colour b, double part)
{
    return (struct colour){a.r + (b.r - a.r) * part, a.g + (b.g - a.g) * part, a.b + (b.b - a.b) * part,
                           a.a + (b.a - a.a) * part};
}

struct colour colour_hex(uint32_t hex)
{
    return (struct colour)RGB(hex);
}

uint32_t colour_to_hex(struct colour colour)
{
    uint32_t r = (uint32_t)lround(colour.r * 255), g = (uint32_t)lround(colour.g * 255);
    return r << 16 | g << 8 | (uint32_t)lround(colour.b * 255);
}

double theme_unit(int width, int height, double scale)
{
    double unit = fmin(width / 1280.0, height / 800.0);
    return fmax(unit, 0.72) * scale;
}
