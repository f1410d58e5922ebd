#include "viz/draw/inspector_view.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"
#include "viz/draw/elsewhere_view.h"
#include "viz/draw/header_view.h"
#include "viz/draw/inspector_host.h"
#include "viz/draw/map_plan.h"
#include "viz/draw/offers_view.h"
#include "viz/draw/outcome_words.h"
#include "viz/draw/packet_words.h"
#include "viz/draw/pen.h"
#include "viz/draw/shapes.h"
#include "viz/readers/text_buffer.h"
#include "viz/story/instant_text.h"
#include "viz/story/why_sent.h"

enum { CAUSES_SHOWN = 24, CAUSES_WALKED = 256, ROW_LINES = 12, TO_SHOWN = 6 };

static const char *name_of(const struct story *s, size_t host)
{
    return host == STORY_NONE ? "" : story_host(s, host).name;
}

static const char *instant(const struct story *s, int64_t at_ns, char buffer[INSTANT_BYTES])
{
    return instant_text_elapsed(s, at_ns, buffer);
}

/* ---- The chain of causes ---- */

size_t inspector_event(const struct story *s, struct selection selection)
{
    switch (selection.what) {
    case ACT_PACKET:
        return story_packet(s, selection.index)->send_event;
    case ACT_EVENT:
        return selection.index;
    case ACT_MAIL: {
        size_t first, n = story_mail_letters(s, selection.index, &first);
        return n ? story_letter(s, first).event : STORY_NONE;
    }
    default:
        return STORY_NONE;
    }
}

/* That a packet goes from link to link is no reason of its own; that it arrives or is lost is one. */
static bool is_reason(const struct story *s, size_t event)
{
    const struct event *e = story_event(s, event);
    if (e->kind == EVENT_LINK_SEND || e->kind == EVENT_LINK_QUEUE) return false;
    if (e->kind != EVENT_LINK_DELIVER) return true;
    size_t packet = story_event_packet(s, event);
    return packet == STORY_NONE || story_packet(s, packet)->end_event == event;
}

size_t inspector_causes(const struct story *s, size_t event, size_t *chain, size_t room)
{
    size_t all[CAUSES_WALKED], n = story_explanation(s, event, all, CAUSES_WALKED), kept = 0;
    if (n > CAUSES_WALKED) n = CAUSES_WALKED;
    for (size_t i = 0; i < n && kept < room; i++)
        if (i == 0 || is_reason(s, all[i])) chain[kept++] = all[i];
    return kept;
}

bool inspector_row(struct pen *pen, size_t event)
{
    const struct view *v = pen->v;
    char sentence[STORY_SENTENCE_BYTES], time[VIEW_TIME_BYTES];
    double h = view_units(v, 22), indent = view_units(v, 18);
    struct text_style style = view_text(v, FONT_SMALL), faint = view_mono(v, FONT_SMALL);
    view_instant_text(v, story_event_time(v->story, event), MILLISECOND, time);
    double time_w = fmax(view_units(v, 70), canvas_measure(v->canvas, &faint, time, 0).x + view_units(v, 4));
    double room = pen->box.w - indent * 1.5 - time_w;
    story_sentence(v->story, event, sentence, sizeof sentence);
    if (!canvas_text_fits(v->canvas, &style, sentence, room)) {
        style.lines = ROW_LINES;
        h = fmax(h, canvas_measure(v->canvas, &style, sentence, room).y + view_units(v, 7));
    }
    if (pen->y + h > pen->box.y + pen->box.h) return false;
    if (!pen_sees(pen, h - view_units(v, 2))) return pen_skip(pen, h);
    struct box row = box_of(pen->box.x, pen->y, pen->box.w, h - view_units(v, 2));
    canvas_fill_round(v->canvas, row, view_units(v, 4), colour_mix(v->theme->panel, v->theme->grid, 0.7));
    style.down = faint.down = ALIGN_CENTRE;
    faint.colour = v->theme->faint;
    faint.across = ALIGN_END;
    double x = row.x + indent * 0.7, y = row.y + row.h / 2, half = view_units(v, 6);
    struct point tail = {x, y - half}, tip = {x, y + half};
    canvas_arrow(v->canvas, tip, tail, view_units(v, 1.4), view_units(v, 5), v->theme->accent);
    canvas_text(v->canvas, box_of(row.x + indent * 1.3, row.y, room, row.h), &style, sentence);
    canvas_text(v->canvas, box_of(row.x + row.w - time_w - 4, row.y, time_w, row.h), &faint, time);
    targets_add_box(v->targets, ACT_GO_TO_EVENT, event, row);
    pen->y += h;
    return true;
}

static void draw_causes(struct pen *pen, size_t event)
{
    size_t chain[CAUSES_SHOWN];
    if (event == STORY_NONE) return;
    size_t n = inspector_causes(pen->v->story, event, chain, CAUSES_SHOWN);
    if (n > 1)
        pen_heading_of_rows(pen, tr("Because, going back:"), view_units(pen->v, 22));
    else
        pen_heading(pen, tr("The scenario wants it so."));
    for (size_t i = 1; i < n; i++)
        if (!inspector_row(pen, chain[i])) return;
}

/* ---- What can be selected ---- */

static void packet_fate(const struct story *s, size_t index, char *text, size_t size)
{
    const struct story_packet *p = story_packet(s, index);
    char time[INSTANT_BYTES], why[96];
    switch (p->fate) {
    case STORY_ON_ITS_WAY:
        snprintf(text, size, "%s", tr("still on its way when the journal ends"));
        break;
    case STORY_ARRIVED:
        snprintf(text, size, tr("arrived at %s"), instant(s, p->end_ns, time));
        break;
    case STORY_LOST:
        snprintf(text, size, tr("%s at %s"), packet_death_words(s, index, why, sizeof why),
                 instant(s, p->end_ns, time));
        break;
    }
}

static void draw_packet(const struct view *v, struct pen_page *page, size_t index)
{
    const struct box box = page->frame;
    char text[STORY_SENTENCE_BYTES], time[INSTANT_BYTES];
    const struct story_packet *p = story_packet(v->story, index);
    double left = box.w * 0.53;
    struct pen pen = pen_page_column(page, box.x, left - view_units(v, 8));
    double r = view_units(v, 8);
    if (pen_sees(&pen, 3 * r))
        shape_packet(v->canvas, v->theme, p->class, point_of(box.x + r * 1.4, pen.y + r * 1.3), r, 1);
    pen.box.x += r * 3.6;
    pen.box.w -= r * 3.6;
    pen_title(&pen, packet_words_shorter(v->story, index, 0, text, sizeof text)); /* 0: whole */
    pen.box.x -= r * 3.6;
    pen.box.w += r * 3.6;
    pen_paragraph(&pen, story_sentence(v->story, p->send_event, text, sizeof text), 3);
    offers_draw(&pen); /* before the facts: where there is little room these can be scrolled to */
    elsewhere_draw(&pen, index);
    if (story_why_sent(v->story, index, text, sizeof text)) pen_paragraph(&pen, text, 3);
    snprintf(text, sizeof text, tr("%s → %s, %u bytes"), name_of(v->story, p->from), name_of(v->story, p->to), p->size);
    pen_fact(&pen, tr("on the wire"), text);
    pen_fact(&pen, tr("sent"), instant(v->story, p->sent_ns, time));
    if (story_packet_record(v->story, index, text, sizeof text)) pen_fact(&pen, tr("TLS record"), text);
    packet_fate(v->story, index, text, sizeof text);
    pen_fact(&pen, tr("fate"), text);
    if (p->copy_of != STORY_NONE) pen_fact(&pen, tr("made"), tr("by a link that duplicates packets"));
    if (p->corrupted) pen_fact(&pen, tr("bits"), tr("changed on the way"));
    draw_causes(&pen, p->send_event);
    pen_page_column_end(page, &pen);
    struct box right = box_of(box.x + left, box.y, box.w - left, box.h);
    if (header_view_draw(v, right, index)) return;
    struct text_style style = view_faint(v, FONT_PLAIN);
    style.across = style.down = ALIGN_CENTRE;
    canvas_text(v->canvas, right, &style, tr("This journal keeps no headers."));
}

/* Told when the run ends, whether or not its packets were. */
static void draw_totals(struct pen *pen, uint32_t link, int dir)
{
    const struct story *s = pen->v->story;
    size_t events[2];
    char text[160];
    for (size_t i = 0, n = story_notes(s, EVENT_LINK_TOTALS, FIELD_LINK, link, events, 2); i < n; i++) {
        const struct event *e = story_event(s, events[i]);
        if (event_int(e, FIELD_DIR) != dir) continue;
        long long offered = (long long)event_int(e, FIELD_OFFERED);
        snprintf(
            text, sizeof text,
            tr_count("%lld packet, %lld of them arrived", "%lld packets, %lld of them arrived", (unsigned long)offered),
            offered, (long long)event_int(e, FIELD_DELIVERED));
        pen_fact(pen, tr("in all"), text);
    }
}

static void draw_link(const struct view *v, struct pen_page *page, size_t index)
{
    char text[200], names[200];
    struct story_link link = story_link(v->story, index);
    const struct box box = page->frame;
    bool is_wide = box.w * 0.42 >= view_units(v, 220); /* else names of facts would be cut */
    struct pen pen = pen_page_column(page, box.x, is_wide ? box.w * 0.42 : box.w);
    snprintf(names, sizeof names, "%s – %s (%s)", name_of(v->story, link.ends[0]), name_of(v->story, link.ends[1]),
             link.name);
    pen_title(&pen, names);
    pen_paragraph(&pen, map_link_text(&link, text, sizeof text), 1);
    snprintf(text, sizeof text, tr("%u bytes"), link.mtu);
    pen_fact(&pen, tr("largest packet"), text);
    for (int dir = 0; dir < 2; dir++) {
        snprintf(names, sizeof names, "%s → %s", name_of(v->story, link.ends[dir]),
                 name_of(v->story, link.ends[1 - dir]));
        pen_heading(&pen, names);
        pen_fact(&pen, tr("state"), link.up[dir] ? tr("up") : *link.why_down[dir] ? link.why_down[dir] : tr("down"));
        snprintf(text, sizeof text, tr("%" PRIu64 " bytes"), link.queued_bytes[dir]);
        pen_fact(&pen, tr("in the queue"), text);
        snprintf(text, sizeof text, tr_count("%u packet", "%u packets", link.lost[dir]), link.lost[dir]);
        pen_fact(&pen, tr("lost so far"), text);
        draw_totals(&pen, link.id, dir);
    }
    if (!is_wide) offers_draw(&pen);
    pen_page_column_end(page, &pen);
    if (!is_wide) return;
    struct pen right = pen_page_column(page, box.x + box.w * 0.45, box.w * 0.55);
    offers_draw(&right);
    pen_page_column_end(page, &right);
}

static void draw_attempts(struct pen *pen, size_t mail)
{
    const struct story *s = pen->v->story;
    char text[STORY_SENTENCE_BYTES], time[INSTANT_BYTES], nth[64];
    bool is_first = true;
    for (size_t i = story_attempt_count(s); i-- > 0;) {
        const struct story_attempt *a = story_attempt(s, i);
        if (a->mail != mail || a->begin_ns > story_now(s)) continue;
        bool ended = a->end_ns <= story_now(s);
        if (a->id)
            snprintf(nth, sizeof nth, tr("%s, no. %u"), name_of(s, a->host), a->nth);
        else
            snprintf(nth, sizeof nth, tr("%s, no attempt"), name_of(s, a->host));
        snprintf(text, sizeof text, "%s  %s  %s", instant(s, a->begin_ns, time), ended ? a->outcome : tr("under way"),
                 ended ? a->why : "");
        struct text_style style = view_text(pen->v, FONT_SMALL);
        if (is_first) pen_heading_of_rows(pen, tr("Attempts to hand it on, the latest first"), view_units(pen->v, 17));
        is_first = false;
        style.bold = true;
        if (!pen_write(pen, style, nth)) return;
        style.bold = false;
        style.lines = 2;
        style.may_be_cut = true;
        pen_write(pen, style, text);
    }
}

static void pen_place_of_letter(struct pen *pen, const char *name, const struct story_letter *letter)
{
    char text[STORY_SENTENCE_BYTES];
    snprintf(text, sizeof text, "%s%s%s", story_mail_state_name(letter->state), letter->host == STORY_NONE ? "" : " · ",
             name_of(pen->v->story, letter->host));
    pen_fact(pen, name, text);
}

/* "2 (connection reset by peer)": why a server sent it once more. */
static void draw_copies(struct pen *pen, const struct story_letter *letter)
{
    enum { MOST = 8 };
    const struct story *s = pen->v->story;
    size_t events[MOST], n;
    char text[STORY_SENTENCE_BYTES];
    if (letter->copies < 2) return;
    int used = snprintf(text, sizeof text, "%u", letter->copies);
    n = story_notes(s, EVENT_MAIL_DOUBT, FIELD_MESSAGE, story_mail(s, letter->mail)->id, events, MOST);
    for (size_t i = n < MOST ? n : MOST; i-- > 0;) { /* the first such doubt is the last here */
        const struct event *doubt = story_event(s, events[i]);
        if (strcmp(event_text(doubt, FIELD_RECIPIENT), letter->recipient) != 0) continue;
        snprintf(text + used, sizeof text - (size_t)used, " (%s)", event_text(doubt, FIELD_WHY));
        break;
    }
    pen_fact(pen, tr("copies"), text);
}

/* Where it is, and who else holds it still. */
static void draw_letter(struct pen *pen, size_t index)
{
    enum { COPIES = 8 };
    struct story_letter letter = story_letter(pen->v->story, index), copies[COPIES];
    size_t n = story_letter_copies(pen->v->story, index, copies, COPIES);
    pen_place_of_letter(pen, letter.recipient, &letter);
    pen_fact(pen, letter_why_name(letter.state, letter.why), letter.why);
    draw_copies(pen, &letter);
    for (size_t i = 0; i < n && i < COPIES; i++)
        if (copies[i].host != letter.host && copies[i].state != STORY_MAIL_HANDED_ON)
            pen_place_of_letter(pen, tr("also"), &copies[i]);
}

/* What its writer wants to hear of it, and what was reported so far. */
static void draw_reports(struct pen *pen, const struct story_mail *mail)
{
    enum { MOST = 6 };
    const struct story *s = pen->v->story;
    size_t events[MOST];
    char text[STORY_SENTENCE_BYTES];
    if (story_notes(s, EVENT_MAIL_NOTIFY, FIELD_MESSAGE, mail->id, events, 1))
        pen_fact(pen, tr("asks for"), event_text(story_event(s, events[0]), FIELD_TEXT));
    for (size_t i = 0, n = story_notes(s, EVENT_MAIL_REPORT, FIELD_PARENT, mail->id, events, MOST); i < n; i++) {
        const struct event *e = story_event(s, events[i]);
        size_t report = story_mail_by_id(s, (uint32_t)event_int(e, FIELD_MESSAGE));
        snprintf(text, sizeof text, "%s: %s, %s", event_text(e, FIELD_RECIPIENT), tr(event_text(e, FIELD_OUTCOME)),
                 event_text(e, FIELD_WHY));
        pen_fact(pen, report == STORY_NONE ? tr("report") : story_mail(s, report)->name, text);
    }
}

/* A line's letters; a sign for what is none: what is no UTF-8 (a mark of its own) and control characters ("?"). */
static void show_line(struct text_buffer *line, const char *bytes, size_t size)
{
    enum { SHOWN = 200 };
    text_clear(line);
    for (size_t i = 0; i < size && line->length < SHOWN;) {
        char c = bytes[i];
        if ((unsigned char)c >= 0x80) {
            i += text_add_utf8(line, bytes + i, size - i);
            continue;
        }
        if (c < ' ' || c > '~') c = c == '\t' ? ' ' : '?';
        text_add(line, &c, 1);
        i++;
    }
    if (line->length == 0) text_adds(line, " ");
}

/* Line by line, as whoever fetches it gets it. */
static void draw_copy(struct pen *pen, const struct story_mail *mail)
{
    enum { LINES_SHOWN = 200 };
    const struct story *s = pen->v->story;
    size_t event, size, lines = 0;
    struct text_buffer line = {0};
    if (!story_notes(s, EVENT_MAIL_COPY, FIELD_MESSAGE, mail->id, &event, 1)) return;
    const char *bytes = event_bytes(story_event(s, event), FIELD_BYTES, &size), *end = bytes + size;
    pen_heading(pen, tr("As it lies in the mailbox"));
    while (bytes < end && lines++ < LINES_SHOWN) {
        const char *next = memchr(bytes, '\n', (size_t)(end - bytes));
        size_t length = (size_t)((next ? next : end) - bytes), shown = length;
        if (shown > 0 && bytes[shown - 1] == '\r') shown--;
        show_line(&line, bytes, shown);
        struct text_style style = view_mono(pen->v, FONT_SMALL);
        style.lines = 3;
        style.may_be_cut = true;
        bytes = pen_write(pen, style, line.bytes) ? bytes + length + 1 : end;
    }
    text_free(&line);
    if (bytes < end) pen_heading(pen, tr("and so on"));
}

/* How many bytes it has, and a number that changes when any of them does. */
static void draw_content(struct pen *pen, const struct story_mail *mail)
{
    const struct story *s = pen->v->story;
    size_t event;
    char text[80];
    if (!story_notes(s, EVENT_MAIL_CONTENT, FIELD_MESSAGE, mail->id, &event, 1)) return;
    const struct event *e = story_event(s, event);
    snprintf(
        text, sizeof text,
        tr_count("%lld byte, digest %012llx", "%lld bytes, digest %012llx", (unsigned long)event_int(e, FIELD_SIZE)),
        (long long)event_int(e, FIELD_SIZE), (unsigned long long)event_int(e, FIELD_MAIL_DIGEST));
    pen_fact(pen, tr("content"), text);
}

static void draw_mail(const struct view *v, struct pen_page *page, size_t index)
{
    char text[STORY_SENTENCE_BYTES];
    const struct story_mail *mail = story_mail(v->story, index);
    const struct box box = page->frame;
    struct pen pen = pen_page_column(page, box.x, box.w * 0.5 - view_units(v, 8));
    bool bounce = mail->parent != STORY_NONE;
    snprintf(text, sizeof text, bounce ? tr("%s, a report about %s") : tr("%s"), mail->name,
             bounce ? story_mail(v->story, mail->parent)->name : "");
    pen_title(&pen, text);
    pen_fact(&pen, tr("from"), *mail->from ? mail->from : "<>");
    size_t first, n = story_mail_letters(v->story, index, &first);
    if (n > TO_SHOWN) snprintf(text, sizeof text, tr("%zu recipients, each with a line below"), n);
    pen_fact(&pen, tr("to"), n > TO_SHOWN ? text : mail->to);
    pen_fact(&pen, tr("subject"), mail->subject);
    draw_content(&pen, mail);
    for (size_t i = 0; i < n; i++)
        draw_letter(&pen, first + i);
    offers_draw(&pen);
    draw_causes(&pen, inspector_event(v->story, v->selection));
    pen_page_column_end(page, &pen);
    struct pen right = pen_page_column(page, box.x + box.w * 0.5, box.w * 0.5);
    draw_reports(&right, mail);
    draw_attempts(&right, index);
    draw_copy(&right, mail);
    pen_page_column_end(page, &right);
}

static void draw_event(const struct view *v, struct pen_page *page, size_t index)
{
    char text[STORY_SENTENCE_BYTES], time[INSTANT_BYTES];
    const struct event *e = story_event(v->story, index);
    struct pen pen = pen_page_column(page, page->frame.x, page->frame.w);
    pen_title(&pen, story_sentence(v->story, index, text, sizeof text));
    pen_fact(&pen, tr("event"), event_kind_name(e->kind));
    pen_fact(&pen, tr("at"), instant(v->story, e->at_ns, time));
    pen_fact(&pen, tr("see"), event_kind_cite(e->kind));
    draw_causes(&pen, index);
    pen_page_column_end(page, &pen);
}

/* How long ago what is looked at was over: the clock may have gone on for long. 0: it is not over, or it is a thing
   that stays. */
static int64_t over_since_ns(const struct view *v)
{
    int64_t now = story_now(v->story), end_ns = TIME_NEVER;
    if (v->selection.what == ACT_PACKET) end_ns = story_packet(v->story, v->selection.index)->end_ns;
    if (v->selection.what == ACT_EVENT) end_ns = story_event_time(v->story, v->selection.index);
    return end_ns != TIME_NEVER && end_ns < now ? now - end_ns : 0;
}

/* Roughly: two digits, which do not flicker while the clock goes. */
static int64_t roughly(int64_t ns)
{
    int64_t unit = MICROSECOND;
    while (ns / unit >= 100)
        unit *= 10;
    return ns / unit * unit;
}

static const char *heading_of(const struct view *v, char text[160])
{
    char ago[VTIME_TEXT_BYTES];
    int64_t since_ns = over_since_ns(v);
    if (v->selection.what == ACT_MAIL) return tr("Looked at closely   (Esc closes, 8 tells why it took so long)");
    if (since_ns < MILLISECOND) return tr("Looked at closely   (Esc closes, c follows the cause)");
    snprintf(text, 160, tr("Looked at closely: %s ago   (Esc lets it go)"),
             vtime_format_duration(roughly(since_ns), ago));
    return text;
}

void inspector_view_draw(const struct view *v, struct box box)
{
    char of_past[160];
    const char *heading = heading_of(v, of_past);
    struct box inner = view_panel(v, box, heading);
    double s = view_units(v, 16);
    struct point x = {box.x + box.w - s * 1.1, box.y + s};
    shape_cross(v->canvas, x, s * 0.26, view_units(v, 2), v->theme->faint);
    targets_add_box(v->targets, ACT_CLOSE, 0, box_of(x.x - s * 0.7, x.y - s * 0.7, s * 1.4, s * 1.4));
    offers_draw_removal(v, box, heading);
    struct pen_page page = pen_page_begin(v, inner);
    switch (v->selection.what) {
    case ACT_PACKET:
        draw_packet(v, &page, v->selection.index);
        break;
    case ACT_HOST:
        inspector_host_draw(v, &page, v->selection.index);
        break;
    case ACT_LINK:
        draw_link(v, &page, v->selection.index);
        break;
    case ACT_MAIL:
        draw_mail(v, &page, v->selection.index);
        break;
    case ACT_EVENT:
        draw_event(v, &page, v->selection.index);
        break;
    default:
        break;
    }
    pen_page_end(&page);
}
