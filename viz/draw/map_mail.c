#include "viz/draw/map_mail.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/journal/memory.h"
#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"
#include "viz/draw/map_crowd.h"
#include "viz/draw/map_lanes.h"
#include "viz/draw/shapes.h"
#include "viz/draw/signs.h"

enum { ROUTE_MAX = 64, STAYS = 8, MOST_WAYS = 100 };

static const double gone_fades_s = 4;

/* A picture that is being drawn. */
struct stage {
    const struct view *v;
    const struct map_plan *plan;
    struct map_words *words; /* keep off what lies and travels */
    bool *numbered;          /* in a crowd: cells of the map in which a number stands */
    size_t columns, rows;
};

/* ---- Envelopes ---- */

static struct point along(const struct point *points, size_t n, double part)
{
    double total = 0;
    for (size_t i = 1; i < n; i++)
        total += point_distance(points[i - 1], points[i]);
    double left = total * fmax(0, fmin(1, part));
    for (size_t i = 1; i < n; i++) {
        double leg = point_distance(points[i - 1], points[i]);
        if (left <= leg || i == n - 1) return point_between(points[i - 1], points[i], leg > 0 ? left / leg : 0);
        left -= leg;
    }
    return points[0];
}

/* On the way from one host to the next: where an envelope has just left the first one's icon. */
static struct point beside_icon(const struct map_plan *plan, size_t host, size_t next)
{
    struct point at = plan->hosts[host].at, to = plan->hosts[next].at;
    double w = map_moving_width(plan), dx = fabs(to.x - at.x), dy = fabs(to.y - at.y);
    double across = dx > 0 ? (plan->icon + w) / 2 / dx : 1, down = dy > 0 ? (plan->icon / 2 + 0.36 * w) / dy : 1;
    return point_between(at, to, fmin(0.45, fmin(across, down)));
}

static struct point transfer_place(const struct view *v, const struct map_plan *plan, size_t transfer)
{
    const struct story_transfer *t = story_transfer(v->story, transfer);
    size_t hosts[ROUTE_MAX];
    struct point points[ROUTE_MAX];
    size_t n = map_routes_old_way(plan->crowd->routes, t->from, t->to, hosts, ROUTE_MAX);
    double part = view_moved(v, story_transfer_travelled(v->story, transfer, story_now(v->story)));
    if (n < 2) return point_between(map_rest_place(plan, t->from, 0), map_rest_place(plan, t->to, 0), part);
    for (size_t i = 0; i < n; i++)
        points[i] = plan->hosts[hosts[i]].at;          /* along the links, where places are kept free for it */
    points[0] = beside_icon(plan, hosts[0], hosts[1]); /* both hosts can be seen */
    points[n - 1] = beside_icon(plan, hosts[n - 1], hosts[n - 2]);
    return along(points, n, part);
}

/* The way that a mail takes shines softly while it is on it. */
static void draw_way(const struct view *v, const struct map_plan *plan, size_t transfer)
{
    const struct story_transfer *t = story_transfer(v->story, transfer);
    size_t hosts[ROUTE_MAX];
    size_t n = map_routes_way(plan->crowd->routes, t->from, t->to, hosts, ROUTE_MAX);
    struct colour shine = colour_with_alpha(v->theme->mail, v->theme->dark ? 0.22 : 0.6);
    for (size_t i = 1; i < n; i++) {
        struct point a = plan->hosts[hosts[i - 1]].at, b = plan->hosts[hosts[i]].at;
        if (plan->crowd->is_one && !stamps_take_room(plan->crowd->stamps, STAMP_WAY, point_between(a, b, 0.5)))
            continue;
        double d = point_distance(a, b), edge = d > 0 ? fmin(0.45, plan->icon * 0.62 / d) : 0;
        canvas_line(v->canvas, point_between(a, b, edge), point_between(b, a, edge), view_units(v, 10), shine);
    }
}

/* Its badge is at the side that the next of the pile leaves free: side is -1 on the left. */
static void draw_envelope(const struct stage *stage, const struct story_stay *letter, struct point at, double w,
                          int side, double alpha)
{
    const struct view *v = stage->v;
    const struct map_plan *plan = stage->plan;
    bool stamped = plan->crowd->is_one && alpha >= 1 && w == map_envelope_width(plan);
    unsigned kind = view_envelope(v, letter->mail) | (letter->state == STORY_MAIL_PICKED_UP ? ENVELOPE_OPENED : 0);
    if (stamped && !view_is_selected(v, ACT_MAIL, letter->mail) &&
        !stamps_take_room(plan->crowd->stamps, STAMP_ENVELOPE + kind, at))
        return;
    if (view_is_selected(v, ACT_MAIL, letter->mail))
        canvas_disc(v->canvas, at, w * 0.75, colour_with_alpha(v->theme->accent, 0.35));
    if (stamped)
        stamps_envelope(plan->crowd->stamps, v->canvas, at, w, kind);
    else
        shape_envelope(v->canvas, v->theme, at, w, kind, alpha);
    struct point corner = point_of(at.x + w * 0.45 * side, at.y + w * 0.3);
    if (letter->state == STORY_MAIL_DEFERRED) sign_draw(v->canvas, v->theme, SIGN_DEFERRED, corner, w * 0.26);
    if (letter->state == STORY_MAIL_BOUNCED || letter->state == STORY_MAIL_DISCARDED ||
        letter->state == STORY_MAIL_NOT_SENT)
        shape_strike(v->canvas, v->theme, at, w, alpha);
    struct box box = box_of(at.x - w / 2, at.y - w * 0.36, w, w * 0.72);
    map_words_keep_off(stage->words, box);
    targets_add_box(v->targets, ACT_MAIL, letter->mail, box);
}

/* 1 while the letter is to be seen at rest; less while it fades; 0 when it is nowhere. */
static double visibility(const struct view *v, const struct story_stay *letter)
{
    switch (letter->state) {
    case STORY_MAIL_UNKNOWN:
    case STORY_MAIL_HANDED_ON:
    case STORY_MAIL_STATES:
        return 0;
    case STORY_MAIL_BOUNCED:
    case STORY_MAIL_DISCARDED:
    case STORY_MAIL_EXPANDED:
        return fmax(0, 1 - view_age_s(v, story_event_time(v->story, letter->event)) / gone_fades_s);
    case STORY_MAIL_OUTBOX:
    case STORY_MAIL_QUEUED:
    case STORY_MAIL_ACTIVE:
    case STORY_MAIL_DEFERRED:
    case STORY_MAIL_DELIVERED:
    case STORY_MAIL_PICKED_UP:
    case STORY_MAIL_NOT_SENT: /* its writer has it still */
        break;
    }
    return letter->host == STORY_NONE ? 0 : 1;
}

/* What lies at a host: the first few, how many in all, and one that fades. */
struct pile {
    struct story_stay shown[MAP_SHOWN_AT_HOST], fading;
    size_t count, last_mail;
};

/* Whether what is drawn here is off all that is to be read. */
static bool is_off_labels(const struct map_plan *plan, struct box box)
{
    for (size_t h = 0; h < plan->n_hosts; h++)
        if (plan->hosts[h].label.w > 0 && box_meets(box, plan->hosts[h].label)) return false;
    for (size_t i = 0; i < plan->n_links; i++)
        if (plan->links[i].label.w > 0 && box_meets(box, plan->links[i].label)) return false;
    return true;
}

static const double cell_w_units = 30, cell_h_units = 20;

/* Numbers over each other cannot be read, and take long: of several the first one stands. */
static bool take_cell(const struct stage *stage, struct point at)
{
    double x = (at.x - stage->plan->area.x) / (cell_w_units * stage->v->unit),
           y = (at.y - stage->plan->area.y) / (cell_h_units * stage->v->unit);
    if (x < 0 || y < 0 || x >= (double)stage->columns || y >= (double)stage->rows) return false;
    bool *cell = &stage->numbered[(size_t)y * stage->columns + (size_t)x], is_free = !*cell;
    *cell = true;
    return is_free;
}

/* Beyond the pile, or on its other side, above it or on it: where nothing passes. Where there is no such place the pile
   and the words below the name say it alone; in a crowd the number is worth more. */
static void draw_count(const struct stage *stage, size_t host, size_t count)
{
    const struct view *v = stage->v;
    const struct map_plan *plan = stage->plan;
    enum { WAYS = 4 };
    char text[24];
    snprintf(text, sizeof text, "%zu", count);
    struct point first = map_rest_place(plan, host, 0), last = map_rest_place(plan, host, MAP_SHOWN_AT_HOST - 1);
    double w = map_envelope_width(plan), h = w * 0.72;
    struct text_style style = view_text(v, FONT_SMALL);
    style.bold = true;
    double pill = canvas_measure(v->canvas, &style, text, 0).x + 14 * v->unit;
    double beyond = plan->hosts[host].rest_left ? last.x - w * 0.3 - pill : last.x + w * 0.3,
           before = plan->hosts[host].rest_left ? first.x + w * 0.3 : first.x - w * 0.3 - pill;
    const struct point ways[WAYS] = {{beyond, last.y - w * 0.55},
                                     {before, first.y - w * 0.55},
                                     {last.x - pill / 2, last.y - h - w * 0.3},
                                     {last.x - pill / 2, last.y - w * 0.3}};
    struct point at = ways[0];
    bool is_crowd = plan->crowd->is_one, is_clear = is_crowd; /* a thousand piles are not worth looking around */
    for (int i = WAYS; i-- > 0 && !is_crowd;) {
        struct box box = box_of(fmax(plan->area.x, fmin(ways[i].x, plan->area.x + plan->area.w - pill)),
                                fmax(plan->area.y, ways[i].y), pill, style.size * 1.5);
        if (map_is_passed(plan, box) || !is_off_labels(plan, box)) continue;
        at = point_of(box.x, box.y);
        is_clear = true;
    }
    if (is_crowd && !take_cell(stage, at)) return;
    if (is_clear) view_pill(v, at, text, v->theme->accent, v->theme->on_accent, FONT_SMALL);
}

static void draw_pile(const struct stage *stage, size_t host, const struct pile *pile)
{
    const struct map_plan *plan = stage->plan;
    int side = plan->hosts[host].rest_left ? -1 : 1;
    size_t shown = pile->count < MAP_SHOWN_AT_HOST ? pile->count : MAP_SHOWN_AT_HOST;
    double w = map_envelope_width(plan), alpha = visibility(stage->v, &pile->fading);
    for (size_t i = shown; i-- > 0;)
        draw_envelope(stage, &pile->shown[i], map_rest_place(plan, host, i), w, side, 1);
    if (alpha > 0) draw_envelope(stage, &pile->fading, map_rest_place(plan, host, 0), w, side, alpha);
    if (pile->count > MAP_SHOWN_AT_HOST && !plan->wordless) draw_count(stage, host, pile->count);
}

/* One envelope for all recipients of a mail that lies at one host. */
static void put_on_pile(const struct view *v, const struct story_stay *copy, struct pile *piles)
{
    double alpha = visibility(v, copy);
    if (alpha <= 0) return;
    struct pile *pile = &piles[copy->host];
    if (pile->last_mail == copy->mail || story_carrier(v->story, copy->mail, copy->host) != STORY_NONE) return;
    pile->last_mail = copy->mail;
    if (alpha < 1)
        pile->fading = *copy;
    else if (pile->count++ < MAP_SHOWN_AT_HOST)
        pile->shown[pile->count - 1] = *copy;
}

/* Each host that holds a letter shows it: when the word that it was taken is lost, two do. */
static void draw_resting(const struct stage *stage)
{
    const struct view *v = stage->v;
    size_t n_hosts = stage->plan->n_hosts;
    struct pile *piles = mem_calloc(n_hosts + 1, sizeof *piles);
    struct story_stay copies[STAYS];
    for (size_t h = 0; h < n_hosts; h++)
        piles[h].last_mail = STORY_NONE;
    for (size_t i = 0; i < story_letter_count(v->story); i++) {
        size_t n = story_letter_stays(v->story, i, copies, STAYS);
        for (size_t k = 0; k < n && k < STAYS; k++)
            put_on_pile(v, &copies[k], piles);
    }
    for (size_t h = 0; h < n_hosts; h++)
        draw_pile(stage, h, &piles[h]);
    mem_free(piles);
}

static void draw_travelling(const struct stage *stage)
{
    const struct view *v = stage->v;
    const size_t *transfers;
    size_t n = story_live_transfers(v->story, &transfers);
    for (size_t i = 0; i < n; i++) {
        const struct story_stay letter = {.mail = story_transfer(v->story, transfers[i])->mail,
                                          .state = STORY_MAIL_ACTIVE};
        if (letter.mail == STORY_NONE) continue;
        struct point at = transfer_place(v, stage->plan, transfers[i]);
        draw_envelope(stage, &letter, at, map_moving_width(stage->plan), 1, 1);
    }
}

/* ---- What each host holds ---- */

enum holding { PILE_OUTBOX, PILE_NOT_SENT, PILE_QUEUE, PILE_MAILBOX, PILE_READ, PILES };

/* Where a mail has come twice, its copies are more than the mails; else 0. */
static void count_copies(const struct story *s, size_t host, uint32_t copies[PILES])
{
    memset(copies, 0, PILES * sizeof *copies);
    copies[PILE_MAILBOX] = story_copies_in_state(s, host, STORY_MAIL_DELIVERED);
    copies[PILE_READ] = story_copies_in_state(s, host, STORY_MAIL_PICKED_UP);
}

static void count_pile(const struct story *s, size_t host, uint32_t counts[PILES])
{
    counts[PILE_NOT_SENT] = story_mails_in_state(s, host, STORY_MAIL_NOT_SENT);
    counts[PILE_OUTBOX] = story_mails_in_state(s, host, STORY_MAIL_OUTBOX);
    counts[PILE_QUEUE] = story_mails_in_queue(s, host);
    counts[PILE_MAILBOX] = story_mails_in_state(s, host, STORY_MAIL_DELIVERED);
    counts[PILE_READ] = story_mails_in_state(s, host, STORY_MAIL_PICKED_UP);
}

/* "2 mails in queue". */
static int whole_words(enum holding pile, uint32_t n, char *text, size_t size)
{
    switch (pile) {
    case PILE_OUTBOX:
        return snprintf(text, size, tr_count("%u mail in outbox", "%u mails in outbox", n), n);
    case PILE_NOT_SENT:
        return snprintf(text, size, tr_count("%u mail not sent", "%u mails not sent", n), n);
    case PILE_QUEUE:
        return snprintf(text, size, tr_count("%u mail in queue", "%u mails in queue", n), n);
    case PILE_MAILBOX:
        return snprintf(text, size, tr_count("%u mail in mailbox", "%u mails in mailbox", n), n);
    case PILE_READ:
        return snprintf(text, size, tr_count("%u mail read", "%u mails read", n), n);
    case PILES:
        break;
    }
    return 0;
}

/* Of several, without the word for what is counted: "2 in queue · 1 in mailbox". */
static int brief_words(enum holding pile, uint32_t n, char *text, size_t size)
{
    switch (pile) {
    case PILE_OUTBOX:
        return snprintf(text, size, tr("%u in outbox"), n);
    case PILE_NOT_SENT:
        return snprintf(text, size, tr("%u not sent"), n);
    case PILE_QUEUE:
        return snprintf(text, size, tr("%u in queue"), n);
    case PILE_MAILBOX:
        return snprintf(text, size, tr("%u in mailbox"), n);
    case PILE_READ:
        return snprintf(text, size, tr("%u read"), n);
    case PILES:
        break;
    }
    return 0;
}

static void pile_words(const uint32_t counts[PILES], const uint32_t copies[PILES], char *text, size_t size)
{
    size_t n_piles = 0, n = 0;
    for (int i = 0; i < PILES; i++)
        n_piles += counts[i] > 0;
    for (int i = 0; i < PILES && n < size; i++) {
        if (counts[i] == 0) continue;
        if (n) n += (size_t)snprintf(text + n, size - n, " · ");
        if (n >= size) return;
        n += (size_t)(n_piles > 1 ? brief_words : whole_words)((enum holding)i, counts[i], text + n, size - n);
        if (copies[i] && n < size) n += (size_t)snprintf(text + n, size - n, tr(", %u copies"), copies[i]);
    }
}

/* The earliest next attempt of what a host has put off; TIME_NEVER when there is none. */
static int64_t next_attempt(const struct story *s, size_t host)
{
    int64_t next = TIME_NEVER;
    struct story_stay stays[STAYS];
    for (size_t i = 0; i < story_letter_count(s); i++) {
        size_t n = story_letter_stays(s, i, stays, STAYS);
        for (size_t k = 0; k < n && k < STAYS; k++) {
            if (stays[k].host != host || stays[k].state != STORY_MAIL_DEFERRED) continue;
            int64_t at_ns = event_int(story_event(s, stays[k].event), FIELD_AT);
            if (at_ns < next) next = at_ns;
        }
    }
    return next;
}

/* What is wrong with it: "disk full"; false when all is well. */
static bool trouble_words(const struct story_host *host, char *text, size_t size)
{
    size_t n = 0;
    text[0] = 0;
    for (enum story_trouble i = 0; i < STORY_TROUBLES && n < size; i++)
        if (*host->trouble[i])
            n += (size_t)snprintf(text + n, size - n, "%s%s %s", n ? " · " : "", tr(story_trouble_name(i)),
                                  tr(host->trouble[i]));
    return text[0] != 0;
}

/* How it treats its callers: "mailbox full", "not now: 451"; false when it takes what comes. */
static bool mood_words(const struct story_host *host, char *text, size_t size)
{
    int code = (int)strspn(host->said, "0123456789");
    text[0] = 0;
    switch (host->mood) {
    case STORY_MOOD_WELL:
        return false;
    case STORY_MOOD_MAILBOX_FULL:
        snprintf(text, size, "%s", tr("mailbox full"));
        return true;
    case STORY_MOOD_SLOW:
        snprintf(text, size, "%s", tr("answers slowly"));
        return true;
    case STORY_MOOD_SILENT:
        snprintf(text, size, "%s", tr("does not answer"));
        return true;
    case STORY_MOOD_BUSY:
        snprintf(text, size, "%s", tr("busy"));
        break;
    case STORY_MOOD_NOT_NOW:
        snprintf(text, size, "%s", tr("not now"));
        break;
    case STORY_MOOD_REFUSED:
        snprintf(text, size, "%s", tr("refused"));
        break;
    }
    size_t n = strlen(text);
    if (code) snprintf(text + n, size - n, ": %.*s", code, host->said);
    return true;
}

void map_mail_words(const struct story *s, size_t host, char text[MAP_WORDS_BYTES])
{
    const size_t size = MAP_WORDS_BYTES;
    struct story_host shown = story_host(s, host);
    text[0] = 0;
    if (!shown.up) {
        snprintf(text, size, "%s", tr("down"));
        return;
    }
    if (trouble_words(&shown, text, size) || mood_words(&shown, text, size)) return;
    uint32_t deferred = story_queue(s, host, STORY_MAIL_DEFERRED);
    if (deferred && story_queue(s, host, STORY_MAIL_DELIVERED) == 0) {
        char wait[VTIME_TEXT_BYTES];
        int64_t at = next_attempt(s, host), left = at - story_now(s);
        if (at != TIME_NEVER && left > 0) {
            snprintf(text, size, tr("next try in %s"), view_countdown(left, wait));
            return;
        }
    }
    uint32_t counts[PILES], copies[PILES];
    count_pile(s, host, counts);
    count_copies(s, host, copies);
    pile_words(counts, copies, text, size);
}

static bool is_unwell(const struct story *s, size_t host)
{
    char text[96];
    struct story_host shown = story_host(s, host);
    return !shown.up || trouble_words(&shown, text, sizeof text) || mood_words(&shown, text, sizeof text);
}

/* ---- Signs ---- */

static bool sign_of(const struct story_host *host, enum sign *sign)
{
    const char *const *trouble = host->trouble;
    if (!host->up) return false; /* the whole icon says it */
    if (*trouble[STORY_TROUBLE_DISK] || host->mood == STORY_MOOD_MAILBOX_FULL)
        *sign = SIGN_FULL;
    else if (*trouble[STORY_TROUBLE_WORK] || *trouble[STORY_TROUBLE_PROGRAM] || host->mood == STORY_MOOD_SLOW)
        *sign = SIGN_SLOW;
    else if (host->mood == STORY_MOOD_BUSY || host->mood == STORY_MOOD_NOT_NOW || host->mood == STORY_MOOD_SILENT)
        *sign = SIGN_STOP;
    else if (host->mood == STORY_MOOD_REFUSED)
        *sign = SIGN_REFUSED;
    else if (*trouble[STORY_TROUBLE_CLOCK])
        *sign = SIGN_CLOCK;
    else
        return false;
    return true;
}

/* At the corner of the icon across from the one where envelopes lie: beyond it, where no name is, so that the icon can
   be seen. */
static void draw_sign(const struct stage *stage, size_t host)
{
    enum sign sign;
    const struct view *v = stage->v;
    const struct map_host *place = &stage->plan->hosts[host];
    struct story_host shown = story_host(v->story, host);
    if (!sign_of(&shown, &sign)) return;
    double icon = stage->plan->icon, r = fmin(fmax(0.22 * icon, 6 * v->unit), 0.4 * icon), off = icon * 0.5;
    int right = place->rest_left ? 1 : -1, down = place->rest_below ? -1 : 1;
    struct point at = point_of(place->at.x + right * (off + 0.7 * r), place->at.y + down * (off - 0.3 * r));
    if (!is_off_labels(stage->plan, box_of(at.x - r, at.y - r, 2 * r, 2 * r)))
        at = point_of(place->at.x + right * (off - 0.8 * r), place->at.y + down * (off - 0.8 * r));
    sign_draw_at_host(v->canvas, v->theme, sign, at, r);
    map_words_keep_off(stage->words, box_of(at.x - r, at.y - r, 2 * r, 2 * r));
}

void map_label_ground(const struct view *v, const struct map_host *place, const struct text_style *style,
                      const char *text)
{
    if (!*text) return;
    struct point size = canvas_measure(v->canvas, style, text, place->label.w);
    double left = style->across == ALIGN_START ? 0 : style->across == ALIGN_END ? 1 : 0.5;
    double top = style->down == ALIGN_END ? place->label.h - size.y : 0;
    struct box ground = {place->label.x + (place->label.w - size.x) * left, place->label.y + top, size.x, size.y};
    canvas_fill_round(v->canvas, ground, 4, v->theme->panel);
}

static bool hides_another(const struct map_plan *plan, size_t host, struct box box)
{
    for (size_t h = 0; h < plan->n_hosts; h++)
        if (h != host && (box_meets(box, plan->hosts[h].label) || box_meets(box, plan->hosts[h].icon))) return true;
    for (size_t i = 0; i < plan->n_links; i++)
        if (plan->links[i].label.w > 0 && box_meets(box, plan->links[i].label)) return true;
    return false;
}

/* What is said may be wider than what has a place kept for it. */
static struct box widened(const struct map_plan *plan, struct box label, enum align align, double w)
{
    double more = w - label.w;
    if (more <= 0) return label;
    double left = align == ALIGN_START ? 0 : align == ALIGN_END ? more : more / 2;
    label.w += more;
    label.x = fmax(plan->area.x, fmin(label.x - left, plan->area.x + plan->area.w - label.w));
    return label;
}

/* Below its name, as who may hold mails does: the others have a word to say seldom. */
static bool keeps_a_line(const struct story *s, size_t host)
{
    enum story_role role = story_host(s, host).role;
    return role == STORY_MAIL_SERVER || role == STORY_CLIENT;
}

/* For a line of words where no room is kept for one: beyond the name, or across the icon from it. False: there is no
   place within the map. */
static bool place_beyond_name(const struct map_plan *plan, size_t host, double line, struct map_host *wide)
{
    const struct map_host *place = &plan->hosts[host];
    const struct box label = place->label, area = plan->area;
    bool is_beside = place->afar || (label.y < place->icon.y + place->icon.h && label.y + label.h > place->icon.y);
    double beyond = place->above ? label.y - line : label.y + label.h,
           across = place->above ? place->icon.y + place->icon.h : place->icon.y - line;
    const double ways[] = {beyond, across};
    for (int i = 0; i < (is_beside ? 1 : 2); i++) {
        wide->label = box_of(label.x, ways[i], label.w, line);
        bool is_within = ways[i] >= area.y && ways[i] + line <= area.y + area.h;
        if (is_within && !hides_another(plan, host, wide->label) && !map_is_passed(plan, wide->label)) return true;
    }
    return false;
}

/* What is said of a host, and where. False: nothing. */
static bool place_words(const struct view *v, const struct map_plan *plan, size_t host, char *text,
                        struct text_style *style, struct map_host *wide)
{
    const struct map_host *place = &plan->hosts[host];
    if (place->label.w <= 0 || (plan->terse && !is_unwell(v->story, host))) return false;
    map_mail_words(v->story, host, text);
    if (!*text) return false;
    *style = view_faint(v, FONT_SMALL);
    style->size *= plan->letters;
    style->across = place->align;
    style->down = place->above ? ALIGN_START : ALIGN_END;
    if (is_unwell(v->story, host)) {
        style->colour = v->theme->lost;
        style->bold = true;
    }
    *wide = *place;
    if ((plan->terse || !keeps_a_line(v->story, host)) && !place_beyond_name(plan, host, style->size * 1.3, wide))
        return false; /* the icon shows it, too */
    const struct box own = wide->label;
    wide->label = widened(plan, own, wide->align, canvas_measure(v->canvas, style, text, 0).x + 2);
    if (!plan->terse && wide->label.w > own.w &&
        (hides_another(plan, host, wide->label) || map_is_passed(plan, wide->label))) {
        *style = view_fitted(v, *style, text, own.w - 2, 0.5); /* smaller, so that both can be read */
        wide->label = widened(plan, own, wide->align, canvas_measure(v->canvas, style, text, 0).x + 2);
    }
    return true;
}

void map_mail_draw_words(const struct view *v, const struct map_plan *plan, size_t host)
{
    char text[MAP_WORDS_BYTES];
    struct text_style style;
    struct map_host wide;
    if (!place_words(v, plan, host, text, &style, &wide)) return;
    if (wide.on_link) map_label_ground(v, &wide, &style, text);
    canvas_text(v->canvas, wide.label, &style, text);
}

/* What is said of packets keeps off these words, which may be wider than the place that is kept for them or
   elsewhere. */
static void keep_off_words(const struct stage *stage, size_t host)
{
    char text[MAP_WORDS_BYTES];
    struct text_style style;
    struct map_host wide;
    const struct box kept = stage->plan->hosts[host].label;
    if (place_words(stage->v, stage->plan, host, text, &style, &wide) &&
        (wide.label.w > kept.w || wide.label.y != kept.y))
        map_words_stand(stage->words, wide.label);
}

void map_mail_draw_ways(const struct view *v, const struct map_plan *plan)
{
    const size_t *transfers;
    size_t n = story_live_transfers(v->story, &transfers);
    if (n > MOST_WAYS) return; /* where everything shines, nothing does */
    for (size_t i = 0; i < n; i++)
        draw_way(v, plan, transfers[i]);
}

void map_mail_draw(const struct view *v, const struct map_plan *plan, struct map_words *words)
{
    struct stage stage = {.v = v, .plan = plan, .words = words};
    stage.columns = (size_t)fmax(0, ceil(plan->area.w / (cell_w_units * v->unit)));
    stage.rows = (size_t)fmax(0, ceil(plan->area.h / (cell_h_units * v->unit)));
    if (plan->crowd->is_one) stage.numbered = mem_calloc(stage.columns * stage.rows + 1, sizeof *stage.numbered);
    for (size_t h = 0; h < plan->n_hosts && !plan->crowd->is_one; h++) {
        keep_off_words(&stage, h);
        if (!plan->hosts[h].on_link) map_mail_draw_words(v, plan, h);
    }
    for (size_t h = 0; h < plan->n_hosts; h++)
        draw_sign(&stage, h);
    draw_resting(&stage);
    mem_free(stage.numbered);
    canvas_lay_over(v->canvas); /* what moves passes over what stands */
    draw_travelling(&stage);
}
