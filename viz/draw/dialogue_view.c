/* A row a line. When others begin to speak, a heading names them. Client and server differ by colour, by their letter
   in front and by a step to the right. A refusal stands out by a sign and its colour, as in the queues: one for now by
   a clock with an arrow, one for good by a cross in a box, and bold. */
#include "viz/draw/dialogue_view.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"
#include "viz/draw/shapes.h"
#include "viz/draw/signs.h"

static const double row_units = 21, time_units = 72, refusal_units = 6.5, lock_units = 11;
enum { MOST_LINES = 12 };

static const char *speech_name(enum story_speech speech)
{
    switch (speech) {
    case STORY_SMTP:
        return tr("SMTP");
    case STORY_POP3:
        return tr("POP3");
    case STORY_NAMES:
        return tr("DNS");
    }
    return "";
}

static bool same_talk(const struct story_line *a, const struct story_line *b)
{
    bool same_pair = (a->host == b->host && a->peer == b->peer) || (a->host == b->peer && a->peer == b->host);
    return a->speech == b->speech && same_pair;
}

static const char *host_name(const struct story *s, size_t host)
{
    return host == STORY_NONE ? "?" : story_host(s, host).name;
}

static void draw_heading(const struct view *v, struct box row, const struct story_line *line)
{
    char text[256];
    size_t asks = line->by_client ? line->host : line->peer, answers = line->by_client ? line->peer : line->host;
    if (answers == STORY_NONE) /* nobody has answered */
        snprintf(text, sizeof text, "%s   %s", speech_name(line->speech), host_name(v->story, asks));
    else
        snprintf(text, sizeof text, "%s   %s → %s", speech_name(line->speech), host_name(v->story, asks),
                 host_name(v->story, answers));
    struct text_style style = view_faint(v, FONT_SMALL);
    style.bold = true;
    style.down = ALIGN_END;
    style.lines = 1;
    row.h -= view_units(v, 3);
    struct point size = canvas_text(v->canvas, row, &style, text);
    double x = row.x + size.x + view_units(v, 10), y = row.y + row.h - size.y / 2;
    canvas_line(v->canvas, point_of(x, y), point_of(row.x + row.w, y), 1, v->theme->grid);
}

static void draw_mark(const struct view *v, struct point at, const struct story_line *line, struct colour colour)
{
    double r = view_units(v, 8);
    if (line->is_content) {
        unsigned kind = line->mail == STORY_NONE ? ENVELOPE_PLAIN : view_envelope(v, line->mail);
        shape_envelope(v->canvas, v->theme, at, r * 2.2, kind, 1);
        return;
    }
    if (line->is_secret) {
        shape_lock(v->canvas, at, r * 1.7, colour);
        return;
    }
    if (line->speech == STORY_NAMES) {
        shape_packet(v->canvas, v->theme, STORY_DNS, at, r * 0.75, 1);
        return;
    }
    struct text_style style = view_text(v, FONT_SMALL);
    style.bold = true;
    style.colour = v->theme->panel;
    style.across = style.down = ALIGN_CENTRE;
    canvas_fill_round(v->canvas, box_of(at.x - r, at.y - r * 0.95, 2 * r, 1.9 * r), line->by_client ? r * 0.3 : r,
                      colour);
    canvas_text(v->canvas, box_of(at.x - r, at.y - r, 2 * r, 2 * r), &style, line->by_client ? tr("C") : tr("S"));
}

/* RFC 5321 4.2.1: 4yz, the same may be tried again; POP3 has only one sort of -ERR. */
static bool is_for_now(const struct story_line *line)
{
    return line->speech == STORY_SMTP && line->text[0] == '4';
}

/* RFC 5321 4.2.2: x0z is about how something was said, as when DATA comes although no recipient was taken. The mail was
   refused before, if it was. */
static bool is_refusal(const struct story_line *line)
{
    return line->is_refusal && !(line->speech == STORY_SMTP && line->text[1] == '0');
}

static struct colour refusal_colour(const struct view *v, const struct story_line *line)
{
    return is_for_now(line) ? v->theme->warn : v->theme->lost;
}

static struct colour line_colour(const struct view *v, const struct story_line *line)
{
    /* Pure, thin letters would be pale. */
    if (is_refusal(line)) return colour_mix(refusal_colour(v, line), v->theme->ink, is_for_now(line) ? 0.4 : 0.2);
    return line->by_client ? v->theme->client : v->theme->server;
}

static void draw_refusal(const struct view *v, struct point left, const struct story_line *line)
{
    double r = view_units(v, refusal_units);
    struct point at = {left.x + r, left.y};
    sign_draw(v->canvas, v->theme, is_for_now(line) ? SIGN_DEFERRED : SIGN_REFUSED, at, r * 0.9);
}

/* Beside its letter: that it travels within TLS, and that it refuses. */
static void draw_signs(const struct view *v, struct point at, const struct story_line *line)
{
    if (line->is_encrypted) {
        at.x += view_units(v, lock_units) / 2;
        sign_draw(v->canvas, v->theme, SIGN_SECRET, at, view_units(v, 5));
        at.x += view_units(v, lock_units) / 2;
    }
    if (is_refusal(line)) draw_refusal(v, at, line);
}

/* Where the words of a line begin, from the left of its row. */
static double words_left(const struct view *v, const struct story_line *line)
{
    double left = view_units(v, time_units + 40) + (line->by_client ? 0 : view_units(v, 18));
    if (is_refusal(line)) left += view_units(v, 2 * refusal_units);
    if (line->is_encrypted) left += view_units(v, lock_units);
    return left;
}

static struct text_style words_style(const struct view *v, const struct story_line *line, bool newest)
{
    struct text_style style = view_mono(v, FONT_PLAIN);
    style.bold = newest || (is_refusal(line) && !is_for_now(line));
    return style;
}

/* What is said is never cut: it has as many rows as it needs. */
static double line_height(const struct view *v, double width, size_t index, bool newest)
{
    const struct story_line *line = story_line(v->story, index);
    struct text_style style = words_style(v, line, newest);
    double h = view_units(v, row_units), room = width - words_left(v, line) - view_units(v, 4);
    if (canvas_text_fits(v->canvas, &style, line->text, room)) return h;
    style.lines = MOST_LINES;
    return fmax(h, canvas_measure(v->canvas, &style, line->text, room).y + view_units(v, 4));
}

static void draw_line(const struct view *v, struct box row, size_t index, bool newest)
{
    const struct story_line *line = story_line(v->story, index);
    struct colour colour = line_colour(v, line);
    if (view_is_selected(v, ACT_EVENT, line->event))
        canvas_fill_round(v->canvas, row, view_units(v, 4), colour_with_alpha(v->theme->accent, 0.2));
    else if (newest)
        canvas_fill_round(v->canvas, row, view_units(v, 4), colour_with_alpha(colour, 0.1));
    char time[VIEW_TIME_BYTES];
    struct text_style small = view_mono(v, FONT_SMALL);
    small.colour = v->theme->faint;
    small.down = ALIGN_CENTRE;
    small.across = ALIGN_END;
    double time_w = view_units(v, time_units), mark_x = row.x + time_w + view_units(v, 20);
    canvas_text(v->canvas, box_of(row.x, row.y, time_w, row.h), &small,
                view_instant_text(v, line->at_ns, MILLISECOND, time));
    double step = line->by_client ? 0 : view_units(v, 18);
    draw_mark(v, point_of(mark_x + step, row.y + row.h / 2), line, colour);
    struct text_style style = words_style(v, line, newest);
    style.colour = colour;
    style.down = ALIGN_CENTRE;
    if (row.h > view_units(v, row_units) + 0.5) style.lines = MOST_LINES;
    double x = row.x + words_left(v, line);
    draw_signs(v, point_of(mark_x + step + view_units(v, 14), row.y + row.h / 2), line);
    canvas_text(v->canvas, box_of(x, row.y, row.x + row.w - x - view_units(v, 4), row.h), &style, line->text);
    targets_add_box(v->targets, ACT_EVENT, line->event, row);
}

/* From the newest at the bottom, or as many lines above it as the view is scrolled. Returns how many are shown. */
static size_t draw_lines(const struct view *v, struct box inner, size_t bottom, size_t n)
{
    double h = view_units(v, row_units), y = inner.y + inner.h;
    size_t shown = 0;
    for (size_t i = bottom, before; i != STORY_NONE; i = before) {
        double high = line_height(v, inner.w, i, i + 1 == n);
        if (y - high < inner.y - 1) break;
        before = only_line_before(v->only, v->story, i);
        y -= high;
        shown++;
        draw_line(v, box_of(inner.x, y, inner.w, high), i, i + 1 == n);
        bool begins = before == STORY_NONE || !same_talk(story_line(v->story, i), story_line(v->story, before));
        if (!begins || y - h < inner.y - 1) continue;
        y -= h;
        draw_heading(v, box_of(inner.x, y, inner.w, h), story_line(v->story, i));
    }
    return shown;
}

/* A server that keeps its answer back just now, to one of those that are shown; STORY_NONE: there is none. */
static size_t slow_host(const struct view *v, const struct story_line *newest)
{
    for (size_t host = 0; host < story_host_count(v->story); host++) {
        bool is_here = !v->only || only_is_all(v->only) || newest->host == host || newest->peer == host;
        if (is_here && story_host(v->story, host).mood == STORY_MOOD_SLOW) return host;
    }
    return STORY_NONE;
}

/* What stands below the newest line: that nothing is said and why, and what became of the mail that it is about. */
struct note {
    enum sign sign;
    enum act what;
    size_t index;
    char text[STORY_SENTENCE_BYTES];
};

static bool slow_note(const struct view *v, const struct story_line *newest, struct note *note)
{
    char until[VIEW_TIME_BYTES];
    size_t slow = slow_host(v, newest);
    if (slow == STORY_NONE) return false;
    struct story_host host = story_host(v->story, slow);
    *note = (struct note){.sign = SIGN_SLOW, .what = ACT_HOST, .index = slow};
    snprintf(note->text, sizeof note->text, tr("%s answers slowly: not before %s"), host.name,
             view_instant_text(v, host.slow_until_ns, MILLISECOND, until));
    return true;
}

/* Of a mail for several the first that has come to such an end. */
static bool end_note(const struct view *v, struct note *note)
{
    size_t first = 0, n = v->only && v->only->by_mail ? story_mail_letters(v->story, v->only->mail, &first) : 0;
    for (size_t i = first; i < first + n; i++) {
        struct story_letter letter = story_letter(v->story, i);
        if (letter.state != STORY_MAIL_BOUNCED && letter.state != STORY_MAIL_NOT_SENT) continue;
        *note = (struct note){.sign = letter.state == STORY_MAIL_BOUNCED ? SIGN_BOUNCED : SIGN_NOT_SENT,
                              .what = ACT_EVENT,
                              .index = letter.event};
        story_sentence(v->story, letter.event, note->text, sizeof note->text);
        return true;
    }
    return false;
}

/* Returns its height. */
static double draw_note(const struct view *v, struct box inner, const struct note *note)
{
    struct text_style style = view_text(v, FONT_PLAIN);
    style.colour = colour_mix(v->theme->lost, v->theme->ink, 0.4);
    style.italic = true;
    style.lines = MOST_LINES;
    double x = inner.x + view_units(v, time_units + 58), w = inner.x + inner.w - x - view_units(v, 4);
    double h = fmax(view_units(v, row_units), canvas_measure(v->canvas, &style, note->text, w).y + view_units(v, 4));
    struct box row = box_of(inner.x, inner.y + inner.h - h, inner.w, h);
    style.down = ALIGN_CENTRE;
    sign_draw(v->canvas, v->theme, note->sign, point_of(x - view_units(v, 20), row.y + h / 2), view_units(v, 6));
    canvas_text(v->canvas, box_of(x, row.y, w, h), &style, note->text);
    targets_add_box(v->targets, note->what, note->index, row);
    return h;
}

/* What the view is scrolled by are lines below the last one shown: the newest one is at the bottom of its own accord.
 */
static void tell_scroll(const struct view *v, struct box inner, size_t count, size_t shown)
{
    struct view turned = *v;
    size_t rest = shown < count ? count - shown : 0;
    turned.scroll = fmax(0, (double)rest - v->scroll);
    view_tell_scroll(&turned, inner, (double)count, (double)shown);
}

void dialogue_view_draw(const struct view *v, struct box box)
{
    struct box inner = view_panel(v, box, tr("Dialogue: what is said"));
    size_t n = story_lines_so_far(v->story), count = only_lines_count(v->only, v->story, n);
    bool nothing = count == 0;
    size_t below = nothing ? 0 : (size_t)fmin(v->scroll, (double)(count - 1));
    size_t bottom = nothing ? STORY_NONE : only_line_at(v->only, v->story, count - 1 - below);
    canvas_clip(v->canvas, box_inset(inner, -view_units(v, 4)));
    struct note note;
    if (!nothing && below == 0 && (slow_note(v, story_line(v->story, bottom), &note) || end_note(v, &note)))
        inner.h -= draw_note(v, inner, &note);
    size_t shown = draw_lines(v, inner, bottom, n);
    canvas_unclip(v->canvas);
    tell_scroll(v, inner, count, shown);
    view_only(v, box);
    if (!nothing) return;
    struct text_style style = view_faint(v, FONT_PLAIN);
    style.across = style.down = ALIGN_CENTRE;
    canvas_text(v->canvas, inner, &style, tr("Nobody has said anything yet."));
}
