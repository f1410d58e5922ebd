#include "viz/draw/inspector_host.h"

#include <stdio.h>
#include <string.h>

#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"
#include "viz/draw/inspector_conns.h"
#include "viz/draw/inspector_queue.h"
#include "viz/draw/inspector_view.h"
#include "viz/draw/names_walk.h"
#include "viz/draw/offers_view.h"
#include "viz/draw/pen.h"
#include "viz/draw/settings_words.h"

static const char *name_of(const struct story *s, size_t host)
{
    return host == STORY_NONE ? "" : story_host(s, host).name;
}

static const char *instant(int64_t at_ns, char buffer[VTIME_TEXT_BYTES])
{
    return vtime_format_instant(at_ns, buffer);
}

static const char *role_name(enum story_role role)
{
    switch (role) {
    case STORY_CLIENT:
        return tr("a person's computer");
    case STORY_MAIL_SERVER:
        return tr("a mail server");
    case STORY_ROUTER:
        return tr("a router");
    case STORY_NAME_SERVER:
        return tr("a name server");
    case STORY_RESOLVER:
        return tr("a resolver, which finds out names for others");
    case STORY_OUTSIDE:
        return tr("where real programs enter");
    case STORY_OTHER_HOST:
        return tr("a host");
    }
    return "";
}

/* What is remembered of each destination just now: the last change of each name, the newest first. */
static void draw_destinations(struct pen *pen, size_t host)
{
    enum { MOST = 12 };
    const struct story *s = pen->v->story;
    const char *shown[MOST];
    size_t n = 0;
    char text[STORY_SENTENCE_BYTES], wait[VTIME_TEXT_BYTES];
    for (size_t i = story_destination_count(s); i-- > 0 && n < MOST;) {
        const struct story_destination *d = story_destination(s, i);
        size_t k = 0;
        if (d->host != host || d->at_ns > story_now(s)) continue;
        while (k < n && strcmp(shown[k], d->name) != 0)
            k++;
        if (k < n) continue;
        shown[n++] = d->name;
        if (n == 1) pen_heading(pen, tr("Destinations"));
        int64_t left_ns = d->until_ns - story_now(s);
        if (!d->up && left_ns > 0)
            snprintf(text, sizeof text, tr("passed over for %s more: %s"), vtime_format_duration(left_ns, wait),
                     d->why);
        else if (d->up && d->window)
            snprintf(text, sizeof text, tr("up to %u sessions"), d->window);
        else
            snprintf(text, sizeof text, "%s", d->up ? tr("is tried") : tr("is tried again when something is due"));
        pen_fact(pen, d->name, text);
    }
}

enum { NOTES_SHOWN = 6 };

/* Those who were refused, or let wait, and for how long still; the latest first. */
static void draw_rules(struct pen *pen, size_t host)
{
    const struct story *s = pen->v->story;
    size_t events[NOTES_SHOWN];
    char text[STORY_SENTENCE_BYTES], wait[VTIME_TEXT_BYTES];
    size_t n = story_notes(s, EVENT_SMTP_RULE, FIELD_HOST, story_host(s, host).id, events, NOTES_SHOWN);
    if (n > 0) pen_heading(pen, tr("Rules it has applied, the latest first"));
    for (size_t i = 0; i < n; i++) {
        const struct event *e = story_event(s, events[i]);
        const char *from = event_text(e, FIELD_FROM), *to = event_text(e, FIELD_RECIPIENT);
        int64_t left_ns = event_int(e, FIELD_AT) - story_now(s);
        int used = left_ns > 0 ? snprintf(text, sizeof text, tr("%s more: "), vtime_format_duration(left_ns, wait)) : 0;
        snprintf(text + used, sizeof text - (size_t)used, "%s%s%s%s%s", from, *to ? " → " : "", to,
                 *from || *to ? ": " : "", event_text(e, FIELD_TEXT));
        pen_fact(pen, tr(event_text(e, FIELD_NAME)), text);
    }
}

/* Of a client: whom it has called with something else in mind than a mail. */
static void draw_abuse(struct pen *pen, size_t host)
{
    const struct story *s = pen->v->story;
    size_t events[NOTES_SHOWN];
    char text[STORY_SENTENCE_BYTES];
    size_t n = story_notes(s, EVENT_CLIENT_ABUSE, FIELD_HOST, story_host(s, host).id, events, NOTES_SHOWN);
    if (n > 0) pen_heading(pen, tr("Calls without a mail, the latest first"));
    for (size_t i = 0; i < n; i++) {
        const struct event *e = story_event(s, events[i]);
        const char *peer = name_of(s, story_host_by_id(s, (uint32_t)event_int(e, FIELD_PEER)));
        snprintf(text, sizeof text, "%s: %s", peer, tr(event_text(e, FIELD_TEXT)));
        pen_fact(pen, event_text(e, FIELD_NAME), text);
    }
}

static bool is_told_above(const struct story *s, const size_t *events, size_t i, enum field_id field)
{
    for (size_t k = 0; k < i; k++)
        if (strcmp(event_text(story_event(s, events[k]), field), event_text(story_event(s, events[i]), field)) == 0)
            return true;
    return false;
}

/* Policies (MTA-STS) and path MTUs that it has learnt. */
static void draw_learnt(struct pen *pen, size_t host)
{
    const struct story *s = pen->v->story;
    uint32_t id = story_host(s, host).id;
    size_t policies[NOTES_SHOWN], paths[NOTES_SHOWN];
    char text[STORY_SENTENCE_BYTES], until[VTIME_TEXT_BYTES];
    size_t n_policies = story_notes(s, EVENT_STS_POLICY, FIELD_HOST, id, policies, NOTES_SHOWN);
    size_t n_paths = story_notes(s, EVENT_PATH_MTU, FIELD_HOST, id, paths, NOTES_SHOWN);
    if (n_policies + n_paths > 0) pen_heading(pen, tr("What it has learnt, the latest first"));
    for (size_t i = 0; i < n_policies; i++) {
        const struct event *e = story_event(s, policies[i]);
        const char *policy = event_text(e, FIELD_TEXT);
        if (is_told_above(s, policies, i, FIELD_QNAME)) continue;
        if (*policy)
            snprintf(text, sizeof text, tr("policy %s, until %s"), policy, instant(event_int(e, FIELD_AT), until));
        else
            snprintf(text, sizeof text, tr("no policy: %s"), event_text(e, FIELD_WHY));
        pen_fact(pen, event_text(e, FIELD_QNAME), text);
    }
    for (size_t i = 0; i < n_paths; i++) {
        const struct event *e = story_event(s, paths[i]);
        snprintf(text, sizeof text, tr("packets of %lld bytes: %s"), (long long)event_int(e, FIELD_MTU),
                 event_text(e, FIELD_WHY));
        pen_fact(pen, name_of(s, story_host_by_id(s, (uint32_t)event_int(e, FIELD_PEER))), text);
    }
}

static void draw_settings(struct pen *pen, size_t host)
{
    enum { MOST = 6 };
    const struct story *s = pen->v->story;
    size_t events[MOST], n = story_settings(s, story_host(s, host).id, events, MOST);
    struct text_style style = view_text(pen->v, FONT_SMALL);
    char text[STORY_SENTENCE_BYTES + 40], words[STORY_SENTENCE_BYTES];
    style.lines = 6;
    if (n > 0) pen_heading(pen, tr("What it goes by"));
    for (size_t i = 0; i < n; i++) {
        const struct event *e = story_event(s, events[i]);
        settings_words(event_text(e, FIELD_TEXT), words, sizeof words);
        snprintf(text, sizeof text, "%s: %s", tr(event_text(e, FIELD_NAME)), words);
        if (!pen_write(pen, style, text)) return;
    }
}

static void draw_deeds(struct pen *pen, size_t host)
{
    enum { MOST = 12 };
    const struct story *s = pen->v->story;
    size_t events[MOST], n = story_deeds(s, story_host(s, host).id, events, MOST);
    if (n > 0) pen_heading(pen, tr("What it did last"));
    for (size_t i = 0; i < n; i++)
        if (!inspector_row(pen, events[i])) return;
}

/* What a resolver knows, and for how long. */
static void draw_cache(struct pen *pen, size_t index)
{
    enum { ROWS = 40 };
    struct story_cached cached[ROWS];
    const struct story *s = pen->v->story;
    char text[700], left[VTIME_TEXT_BYTES];
    size_t n = story_cache(s, index, cached, ROWS);
    struct text_style style = view_text(pen->v, FONT_SMALL);
    style.lines = 2; /* of a page: as many as it needs */
    pen_heading(pen, tr("What it remembers, and for how long"));
    for (size_t i = 0; i < n; i++) {
        snprintf(text, sizeof text, tr("%s %s: %s, %s left"), cached[i].name, cached[i].qtype, cached[i].text,
                 names_left(cached[i].expires_ns - story_now(s), left));
        if (!pen_write(pen, style, text)) return;
    }
}

/* Packets that came here and were not taken: no link counts them as lost. */
static uint32_t not_taken(const struct story *s, size_t host)
{
    uint32_t n = 0;
    for (size_t i = 0, end = story_drops_after(s, story_now(s)); i < end; i++) {
        const struct story_drop *drop = story_drop(s, i);
        n += drop->hop == STORY_NONE && drop->host == host && drop->event < story_cursor(s);
    }
    return n;
}

void inspector_host_draw(const struct view *v, struct pen_page *page, size_t index)
{
    const struct box box = page->frame;
    char address[IPV4_TEXT_BYTES], text[80];
    struct story_host host = story_host(v->story, index);
    struct pen pen = pen_page_column(page, box.x, box.w * 0.46);
    pen_title(&pen, host.name);
    pen_paragraph(&pen, role_name(host.role), 2);
    if (host.address || !*host.address6) pen_fact(&pen, tr("address"), ipv4_text(host.address, address));
    if (*host.address6) pen_fact(&pen, tr("IPv6 address"), host.address6);
    pen_fact(&pen, host.role == STORY_CLIENT ? tr("user") : tr("for"), host.text);
    pen_fact(&pen, tr("state"), host.up ? tr("up") : tr("down"));
    pen_fact(&pen, tr("because"), host.why);
    for (enum story_trouble trouble = 0; trouble < STORY_TROUBLES; trouble++)
        pen_fact(&pen, tr(story_trouble_name(trouble)), tr(host.trouble[trouble]));
    offers_draw(&pen);
    for (enum story_mail_state state = STORY_MAIL_OUTBOX; state < STORY_MAIL_STATES; state++) {
        uint32_t n = story_mails_in_state(v->story, index, state);
        uint32_t copies = story_copies_in_state(v->story, index, state);
        int used = snprintf(text, sizeof text, "%u %s", n, story_mail_state_name(state));
        if (copies) snprintf(text + used, sizeof text - (size_t)used, tr(", %u copies"), copies);
        if (n) pen_fact(&pen, tr("mail"), text);
    }
    inspector_queue_draw(&pen, index);
    uint32_t n_not_taken = not_taken(v->story, index);
    snprintf(text, sizeof text, tr_count("%u packet", "%u packets", n_not_taken), n_not_taken);
    if (n_not_taken) pen_fact(&pen, tr("not taken so far"), text);
    draw_destinations(&pen, index);
    draw_learnt(&pen, index);
    draw_settings(&pen, index);
    if (host.role == STORY_RESOLVER) draw_deeds(&pen, index);
    pen_page_column_end(page, &pen);
    struct pen right = pen_page_column(page, box.x + box.w * 0.5, box.w * 0.5);
    if (host.role == STORY_RESOLVER)
        draw_cache(&right, index);
    else
        inspector_conns_draw(&right, index);
    draw_rules(&right, index);
    draw_abuse(&right, index);
    if (host.role != STORY_RESOLVER) draw_deeds(&right, index);
    pen_page_column_end(page, &right);
}
