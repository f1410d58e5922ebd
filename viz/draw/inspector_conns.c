#include "viz/draw/inspector_conns.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"

/* More are counted, and not told: a picture is drawn sixty times a second. */
enum { CONNS_SHOWN = 16, TIMERS_SHOWN = 24, TIMERS_LOOKED_AT = 2000, VALUE_BYTES = 48 };

static const double value_units = 124, row_units = 17;

static const char *name_of(const struct story *s, size_t host)
{
    return host == STORY_NONE ? "" : story_host(s, host).name;
}

/* How far TLS has come on a connection: "" where there is none. */
static const char *tls_of(const struct story *s, uint32_t conn, char *text, size_t size)
{
    size_t start, done, failed;
    text[0] = '\0';
    if (story_notes(s, EVENT_TLS_FAILED, FIELD_CONN, conn, &failed, 1)) {
        snprintf(text, size, tr("failed: %s"), event_text(story_event(s, failed), FIELD_WHY));
    } else if (story_notes(s, EVENT_TLS_DONE, FIELD_CONN, conn, &done, 1)) {
        const struct event *e = story_event(s, done);
        bool checks = strcmp(event_text(e, FIELD_ROLE), "client") == 0;
        const char *found = event_int(e, FIELD_VERIFIED) ? tr("certificate is good") : event_text(e, FIELD_WHY);
        bool has_keys = story_notes(s, EVENT_TLS_SECRETS, FIELD_CONN, conn, &start, 1) > 0;
        snprintf(text, size, "%s, %s%s%s%s", event_text(e, FIELD_VERSION), event_text(e, FIELD_CIPHER),
                 checks ? ", " : "", checks ? found : "", has_keys ? tr("; a capture has the keys") : "");
    } else if (story_notes(s, EVENT_TLS_START, FIELD_CONN, conn, &start, 1)) {
        snprintf(text, size, "%s", tr("shaking hands"));
    }
    return text;
}

/* The flavour of its sender, and the options. */
static const char *tcp_of(const struct story *s, uint32_t conn, char *text, size_t size)
{
    size_t event;
    text[0] = '\0';
    if (!story_notes(s, EVENT_TCP_SETTINGS, FIELD_CONN, conn, &event, 1)) return text;
    const struct event *e = story_event(s, event);
    snprintf(text, size, "%s%s%s", event_text(e, FIELD_NAME), *event_text(e, FIELD_TEXT) ? ", " : "",
             event_text(e, FIELD_TEXT));
    return text;
}

/* ---- Variables ---- */

/* As RFC 9293 3.3.1, 5681 and 6298 call them, one after the other in as many columns as there is room for. */
static const struct variable {
    const char *name;
    enum field_id field;
    enum { OCTETS, OF_ISS, OF_IRS, SPAN } what;
} variables[] = {{"cwnd", FIELD_CWND, OCTETS},
                 {"ssthresh", FIELD_SSTHRESH, OCTETS},
                 {"flight", FIELD_FLIGHT_SIZE, OCTETS},
                 {"SND.UNA", FIELD_SND_UNA, OF_ISS},
                 {"SND.NXT", FIELD_SND_NXT, OF_ISS},
                 {"SND.WND", FIELD_SND_WND, OCTETS},
                 {"RCV.NXT", FIELD_RCV_NXT, OF_IRS},
                 {"RCV.WND", FIELD_RCV_WND, OCTETS},
                 {"SRTT", FIELD_SRTT, SPAN},
                 {"RTTVAR", FIELD_RTTVAR, SPAN},
                 {"RTO", FIELD_RTO, SPAN}};

/* Sequence numbers are told from the first one on, where a SYN told that: so they can be read as bytes. */
static void say_sequence(int64_t value, const char *first_name, bool knows_first, uint32_t first, char *text)
{
    if (knows_first)
        snprintf(text, VALUE_BYTES, "%s+%u", first_name, (uint32_t)value - first);
    else
        snprintf(text, VALUE_BYTES, "%u", (uint32_t)value);
}

/* "" where it has no value: no round trip was measured yet, or the journal is a capture and does not know. */
static void say_value(const struct story *s, const struct story_conn *conn, const struct variable *variable,
                      char text[VALUE_BYTES])
{
    const struct event *e = story_event(s, conn->vars_event);
    int64_t value = event_int(e, variable->field);
    bool is_whole = event_int(e, FIELD_RTO) > 0; /* what a capture does not show is 0 */
    struct story_conn other = {.has_iss = false};
    text[0] = '\0';
    if (!is_whole && variable->field != FIELD_FLIGHT_SIZE && variable->what != OF_ISS) return;
    switch (variable->what) {
    case OCTETS:
        snprintf(text, VALUE_BYTES, "%lld", (long long)value);
        break;
    case OF_ISS:
        say_sequence(value, "ISS", conn->has_iss, conn->iss, text);
        break;
    case OF_IRS:
        if (conn->other_end != STORY_NONE) other = story_conn(s, conn->other_end);
        if (value) say_sequence(value, "IRS", other.has_iss, other.iss, text);
        break;
    case SPAN:
        if (value) vtime_format_duration(value, text);
        break;
    }
}

static void draw_variables(struct pen *pen, const struct story_conn *conn)
{
    const struct view *v = pen->v;
    struct text_style faint = view_faint(v, FONT_SMALL), style = view_mono(v, FONT_SMALL);
    size_t n = sizeof variables / sizeof *variables;
    int fit = (int)(pen->box.w / view_units(v, value_units)), columns = fit >= 4 ? 4 : fit > 1 ? fit : 1;
    double w = pen->box.w / columns, h = view_units(v, row_units);
    if (conn->vars_event == STORY_NONE) return;
    faint.down = style.down = ALIGN_CENTRE;
    for (size_t i = 0; i < n; i += (size_t)columns, pen->y += h) {
        for (size_t k = i; k < n && k < i + (size_t)columns && pen_sees(pen, h); k++) {
            char text[VALUE_BYTES];
            struct box cell = box_of(pen->box.x + (double)(k - i) * w, pen->y, w - view_units(v, 6), h);
            say_value(v->story, conn, &variables[k], text);
            double named = canvas_text(v->canvas, cell, &faint, variables[k].name).x + view_units(v, 5);
            struct box room = box_of(cell.x + named, cell.y, cell.w - named, h);
            struct text_style fitted = view_fitted(v, style, text, room.w, 0.7);
            canvas_text(v->canvas, room, &fitted, *text ? text : "–");
        }
    }
    pen->y += view_units(v, 3);
}

/* ---- One connection ---- */

static void draw_conn(struct pen *pen, size_t index)
{
    const struct view *v = pen->v;
    const struct story *s = v->story;
    struct story_conn conn = story_conn(s, index);
    struct text_style style = view_text(v, FONT_SMALL), state = view_mono(v, FONT_SMALL);
    char text[160];
    double h = view_units(v, 18), w = canvas_measure(v->canvas, &state, conn.state, 0).x + view_units(v, 8);
    style.bold = true;
    style.down = state.down = ALIGN_CENTRE;
    state.across = ALIGN_END;
    snprintf(text, sizeof text, tr("%s %s, port %u → %u"), *conn.protocol ? conn.protocol : tr("connection"),
             name_of(s, conn.peer), conn.local_port, conn.remote_port);
    style = view_fitted(v, style, text, pen->box.w - w, 0.7);
    double row = h, room = pen->box.w - w;
    if (!canvas_text_fits(v->canvas, &style, text, room)) { /* the state stands below it */
        style.size = state.size;
        style.lines = 3;
        room = pen->box.w;
        h += canvas_measure(v->canvas, &style, text, room).y + view_units(v, 2);
    }
    if (pen_sees(pen, h)) {
        canvas_text(v->canvas, box_of(pen->box.x, pen->y, room, h > row ? h - row : h), &style, text);
        canvas_text(v->canvas, box_of(pen->box.x, pen->y + h - row, pen->box.w, row), &state, conn.state);
    }
    pen->y += h;
    draw_variables(pen, &conn);
    pen_fact(pen, "TCP", tcp_of(s, conn.id, text, sizeof text));
    pen_fact(pen, "TLS", tls_of(s, conn.id, text, sizeof text));
}

static void draw_more(struct pen *pen, size_t n)
{
    char text[80];
    snprintf(text, sizeof text, tr("and %zu more"), n);
    pen_write(pen, view_faint(pen->v, FONT_SMALL), text);
}

/* ---- Timers ---- */

/* With the peer of its connection: there may be several of a name. */
static void say_timer(const struct story *s, const struct story_timer *timer, char *text, size_t size)
{
    char wait[VTIME_TEXT_BYTES];
    size_t peer = timer->conn == STORY_NONE ? STORY_NONE : story_conn(s, timer->conn).peer;
    const char *about = peer != STORY_NONE          ? name_of(s, peer)
                        : timer->mail != STORY_NONE ? story_mail(s, timer->mail)->name
                                                    : "";
    snprintf(text, size, tr("%s, in %s"), timer->name, vtime_format_duration(timer->at_ns - story_now(s), wait));
    size_t used = strlen(text);
    if (*about) snprintf(text + used, size - used, " · %s", about);
}

static void draw_timers(struct pen *pen, size_t host)
{
    const struct story *s = pen->v->story;
    size_t shown = 0, n = story_timer_count(s);
    char text[240];
    for (size_t i = 0; i < n && i < TIMERS_LOOKED_AT && shown < TIMERS_SHOWN; i++) {
        struct story_timer timer = story_timer(s, i);
        if (timer.host != host) continue;
        if (shown++ == 0) pen_heading(pen, tr("Timers"));
        say_timer(s, &timer, text, sizeof text);
        pen_fact(pen, tr("timer"), text);
    }
}

void inspector_conns_draw(struct pen *pen, size_t host)
{
    size_t conns[CONNS_SHOWN], n = story_open_conns_of(pen->v->story, host, conns, CONNS_SHOWN);
    pen_heading(pen, n ? tr("Connections") : tr("No connection is open."));
    for (size_t i = n < CONNS_SHOWN ? n : CONNS_SHOWN; i-- > 0;) /* what was closed may linger; the latest first */
        draw_conn(pen, conns[i]);
    if (n > CONNS_SHOWN) draw_more(pen, n - CONNS_SHOWN);
    draw_timers(pen, host);
}
