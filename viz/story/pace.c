/* Pace: knots of (virtual, screen) time with straight lines between them.

   Story pace: while packets fly, time passes at one speed, chosen so that half of all hops are seen for at least
   HOP_SCREEN; so a flight is smooth. While nothing flies, the gap to the next visible event takes what it would take
   at that speed, but at most a time that grows with its logarithm up to a second. A caption stops the clock for about
   half the time that it takes to read; a mail's change of state does so for a moment. */
#include "viz/story/pace.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "sim/journal/memory.h"
#include "viz/story/tables.h"
#include "viz/story/visible.h"

#define HOP_SCREEN             (550 * MILLISECOND)
#define FLIGHT_LONGEST         (3 * SECOND) /* of one gap while packets fly */
#define SPEED_SLOWEST          4000.0 /* screen nanoseconds a virtual one, at most: a LAN is not shown for minutes */
#define IDLE_SHORTEST          (200 * MILLISECOND) /* after a line or a mail's change, when nothing flies */
#define IDLE_LONGEST           SECOND
#define MAIL_STAND             (250 * MILLISECOND)
#define CAPTION_STAND          (1200 * MILLISECOND)
#define CAPTION_STAND_A_LETTER (15 * MILLISECOND)
#define CAPTION_STAND_LONGEST  (6 * SECOND)
#define EVENT_SCREEN           (400 * MILLISECOND)
#define BREATH                 (500 * MILLISECOND) /* after the last event */
#define SCREEN_LONGEST         (INT64_MAX / 4)     /* of one stretch: years at a slow steady pace must not overflow */

struct knot {
    int64_t at_ns;
    uint64_t screen_ns : 63; /* never below 0 */
    uint64_t skips : 1;      /* from here to the next knot */
};

struct pace {
    struct pace_settings settings;
    int64_t end_ns;
    TABLE_OF(struct knot) knots; /* both times grow; at least two */
    TABLE_OF(struct pace_stand) stands;
};

/* What story pace has to know of one instant. */
struct instant {
    int64_t at_ns;
    int64_t stand_ns;
    bool is_told;   /* a line or a mail's change of state */
    bool is_flying; /* after it */
};

struct pace_settings pace_settings_default(void)
{
    return (struct pace_settings){.mode = PACE_STORY, .factor = 1};
}

/* ---- Knots ---- */

static void add_knot(struct pace *pace, int64_t at_ns, int64_t screen_ns, bool skips)
{
    *TABLE_ADD(&pace->knots) = (struct knot){at_ns, (uint64_t)screen_ns, skips};
}

static int64_t screen_of(const struct knot *knot)
{
    return (int64_t)knot->screen_ns;
}

static int64_t latest_screen(const struct pace *pace)
{
    return screen_of(&pace->knots.items[pace->knots.count - 1]);
}

/* Screen time after the latest knot, at least a nanosecond, so that there is always a way back. */
static int64_t later(const struct pace *pace, double screen_ns)
{
    double scaled = screen_ns / pace->settings.factor;
    int64_t stretch = scaled < 1 ? 1 : scaled < (double)SCREEN_LONGEST ? (int64_t)scaled : SCREEN_LONGEST;
    return latest_screen(pace) + stretch;
}

/* ---- Story pace ---- */

static int compare_durations(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Screen nanoseconds that a virtual one takes while packets fly. Of very many hops, one of so many is enough to know
   how long they take. */
static double flying_speed(const struct journal_memory *journal)
{
    enum { LOOKED_AT = 1 << 16 };
    TABLE_OF(int64_t) hops = {0};
    size_t n = 0, nth = 0;
    for (size_t i = 0; i < journal_memory_count(journal); i++)
        n += journal_memory_kind(journal, i) == EVENT_LINK_SEND;
    for (size_t i = 0; i < journal_memory_count(journal); i++) {
        if (journal_memory_kind(journal, i) != EVENT_LINK_SEND || nth++ % (n / LOOKED_AT + 1)) continue;
        const struct event *e = journal_memory_at(journal, i);
        *TABLE_ADD(&hops) = event_int(e, FIELD_ARRIVES) - event_int(e, FIELD_BEGINS);
    }
    double speed = 30;
    if (hops.count) {
        qsort(hops.items, hops.count, sizeof *hops.items, compare_durations);
        int64_t median = hops.items[hops.count / 2];
        speed = median > 0 ? (double)HOP_SCREEN / (double)median : SPEED_SLOWEST;
    }
    mem_free(hops.items);
    return speed > SPEED_SLOWEST ? SPEED_SLOWEST : speed < 0.01 ? 0.01 : speed;
}

static int64_t caption_stand(size_t letters)
{
    int64_t stand = CAPTION_STAND + (int64_t)letters * CAPTION_STAND_A_LETTER;
    return stand < CAPTION_STAND_LONGEST ? stand : CAPTION_STAND_LONGEST;
}

static void note_event(struct instant *instant, const struct journal_memory *journal, size_t i, size_t *flying)
{
    enum event_kind kind = journal_memory_kind(journal, i);
    enum visible_sort sort = event_visible_sort(kind);
    if (kind == EVENT_LINK_SEND) ++*flying;
    if ((kind == EVENT_LINK_DELIVER || kind == EVENT_LINK_DROP) && *flying) --*flying;
    if (sort == VISIBLE_CAPTION)
        instant->stand_ns += caption_stand(strlen(event_text(journal_memory_at(journal, i), FIELD_TEXT)));
    if (sort == VISIBLE_MAIL || sort == VISIBLE_LINE) instant->is_told = true;
    if (kind == EVENT_MAIL_STATE && instant->stand_ns < MAIL_STAND) instant->stand_ns = MAIL_STAND;
    instant->is_flying = *flying > 0;
}

/* Grows with the logarithm of the gap: 20 ms take 0.2 s, a minute 0.6 s, half an hour a second. */
static double idle_screen(int64_t gap_ns)
{
    int doublings = 0;
    while (gap_ns >> (doublings + 1) > 0)
        doublings++;
    double fraction = (double)(gap_ns - (INT64_C(1) << doublings)) / (double)(INT64_C(1) << doublings);
    double screen = ((double)doublings + fraction - 24) / 16.6 * (double)IDLE_LONGEST;
    return screen > (double)IDLE_LONGEST    ? (double)IDLE_LONGEST
           : screen < (double)IDLE_SHORTEST ? (double)IDLE_SHORTEST
                                            : screen;
}

static double gap_screen(const struct instant *from, int64_t gap_ns, double speed, bool *skips)
{
    double plain = (double)gap_ns * speed;
    *skips = false;
    if (from->is_flying) return plain < (double)FLIGHT_LONGEST ? plain : (double)FLIGHT_LONGEST;
    double idle = idle_screen(gap_ns);
    if (from->is_told && plain < (double)IDLE_SHORTEST) return (double)IDLE_SHORTEST;
    *skips = plain > 4 * idle;
    return plain < idle ? plain : idle;
}

static void pass_gap(struct pace *pace, const struct instant *from, int64_t to_ns, double speed)
{
    if (to_ns <= from->at_ns) return;
    bool skips;
    double screen = gap_screen(from, to_ns - from->at_ns, speed, &skips);
    pace->knots.items[pace->knots.count - 1].skips = skips;
    add_knot(pace, to_ns, later(pace, screen), false);
}

static void stand(struct pace *pace, const struct instant *instant)
{
    if (!instant->stand_ns) return;
    int64_t begun_ns = latest_screen(pace);
    add_knot(pace, instant->at_ns, later(pace, (double)instant->stand_ns), false);
    int64_t length_ns = latest_screen(pace) - begun_ns, before_ns = 0;
    const struct pace_stand *last = pace->stands.count ? &pace->stands.items[pace->stands.count - 1] : NULL;
    if (last) before_ns = last->before_ns + last->length_ns;
    *TABLE_ADD(&pace->stands) = (struct pace_stand){instant->at_ns, length_ns, before_ns};
}

static bool make_story(struct pace *pace, const struct journal_memory *journal, const struct pace_reading *readings,
                       size_t n_readings, const struct stop *stop)
{
    double speed = flying_speed(journal);
    struct instant now = {0, 0, false, false};
    size_t flying = 0, reading = 0;
    for (size_t i = 0; i < journal_memory_count(journal); i++) {
        if (stop_at(stop, i)) return false;
        if (event_visible_sort(journal_memory_kind(journal, i)) == VISIBLE_NOT) continue;
        int64_t at_ns = journal_memory_time(journal, i);
        if (at_ns > now.at_ns) {
            stand(pace, &now);
            pass_gap(pace, &now, at_ns, speed);
            now = (struct instant){at_ns, 0, false, now.is_flying};
        }
        note_event(&now, journal, i, &flying);
        for (; reading < n_readings && readings[reading].event <= i; reading++)
            now.stand_ns += caption_stand(readings[reading].letters);
    }
    stand(pace, &now);
    pass_gap(pace, &now, pace->end_ns, speed);
    return true;
}

/* ---- Event pace ---- */

static bool make_event(struct pace *pace, const struct journal_memory *journal, const struct stop *stop)
{
    for (size_t i = 0; i < journal_memory_count(journal); i++) {
        if (stop_at(stop, i)) return false;
        if (event_visible_sort(journal_memory_kind(journal, i)) == VISIBLE_NOT) continue;
        int64_t at_ns = journal_memory_time(journal, i);
        if (at_ns > pace->knots.items[pace->knots.count - 1].at_ns)
            add_knot(pace, at_ns, later(pace, (double)EVENT_SCREEN), false);
    }
    return true;
}

/* ---- Making and asking ---- */

/* To the end of the journal, and a breath longer, so that the last event is seen. */
static void add_tail(struct pace *pace)
{
    int64_t last_ns = pace->knots.items[pace->knots.count - 1].at_ns;
    bool is_steady = pace->settings.mode == PACE_STEADY;
    if (pace->end_ns > last_ns)
        add_knot(pace, pace->end_ns, later(pace, is_steady ? (double)(pace->end_ns - last_ns) : (double)EVENT_SCREEN),
                 false);
    if (!is_steady || pace->knots.count < 2) add_knot(pace, pace->end_ns, later(pace, (double)BREATH), false);
}

struct pace *pace_new(const struct journal_memory *journal, struct pace_settings settings)
{
    return pace_new_with(journal, settings, NULL, 0, NULL);
}

struct pace *pace_new_with(const struct journal_memory *journal, struct pace_settings settings,
                           const struct pace_reading *readings, size_t n_readings, const struct stop *stop)
{
    assert(settings.factor > 0);
    struct pace *pace = mem_calloc(1, sizeof *pace);
    pace->settings = settings;
    pace->end_ns = journal_memory_count(journal) ? journal_memory_end_ns(journal) : 0;
    add_knot(pace, 0, 0, false);
    bool is_made = settings.mode == PACE_STORY   ? make_story(pace, journal, readings, n_readings, stop)
                   : settings.mode == PACE_EVENT ? make_event(pace, journal, stop)
                                                 : true; /* a steady one needs no more */
    if (!is_made) {
        pace_free(pace);
        return NULL;
    }
    add_tail(pace);
    TABLE_TRIM(&pace->knots);
    return pace;
}

void pace_free(struct pace *pace)
{
    if (!pace) return;
    mem_free(pace->knots.items);
    mem_free(pace->stands.items);
    mem_free(pace);
}

/* The last knot at or before a screen time, never the very last one. */
static size_t knot_at_screen(const struct pace *pace, int64_t screen_ns)
{
    size_t low = 0, high = pace->knots.count - 1;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (screen_of(&pace->knots.items[middle]) <= screen_ns)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* The first knot of this virtual time, or the last before it. */
static size_t knot_at_virtual(const struct pace *pace, int64_t at_ns)
{
    size_t low = 0, high = pace->knots.count - 1;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (pace->knots.items[middle].at_ns < at_ns)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* A point of the line between two others. Exact at both ends. */
static int64_t between(int64_t x, int64_t x0, int64_t x1, int64_t y0, int64_t y1)
{
    if (x <= x0) return y0;
    if (x >= x1) return y1;
    int64_t y = y0 + (int64_t)((double)(y1 - y0) * ((double)(x - x0) / (double)(x1 - x0)));
    return y > y1 ? y1 : y;
}

int64_t pace_virtual_at(const struct pace *pace, int64_t screen_ns)
{
    const struct knot *k = &pace->knots.items[knot_at_screen(pace, screen_ns)];
    return between(screen_ns, screen_of(k), screen_of(k + 1), k[0].at_ns, k[1].at_ns);
}

int64_t pace_screen_at(const struct pace *pace, int64_t at_ns)
{
    const struct knot *k = &pace->knots.items[knot_at_virtual(pace, at_ns)];
    return between(at_ns, k[0].at_ns, k[1].at_ns, screen_of(k), screen_of(k + 1));
}

int64_t pace_total_ns(const struct pace *pace)
{
    return latest_screen(pace);
}

size_t pace_stands(const struct pace *pace, const struct pace_stand **stands)
{
    *stands = pace->stands.items;
    return pace->stands.count;
}

static int64_t stands_before(const struct pace *pace, size_t stand)
{
    const struct pace_stand *stands = pace->stands.items;
    if (stand < pace->stands.count) return stands[stand].before_ns;
    return stand ? stands[stand - 1].before_ns + stands[stand - 1].length_ns : 0;
}

/* How many of them are before a virtual instant. */
static size_t stand_at(const struct pace *pace, int64_t at_ns)
{
    size_t low = 0, high = pace->stands.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (pace->stands.items[middle].at_ns < at_ns)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

int64_t pace_moving_at(const struct pace *pace, int64_t screen_ns)
{
    int64_t at_ns = pace_virtual_at(pace, screen_ns), stood_ns = 0;
    size_t i = stand_at(pace, at_ns);
    if (i < pace->stands.count && pace->stands.items[i].at_ns == at_ns)
        stood_ns = screen_ns - pace_screen_at(pace, at_ns);
    if (stood_ns < 0) stood_ns = 0;
    if (i < pace->stands.count && stood_ns > pace->stands.items[i].length_ns)
        stood_ns = pace->stands.items[i].length_ns;
    return screen_ns - stands_before(pace, i) - stood_ns;
}

int64_t pace_screen_of_moving(const struct pace *pace, int64_t moving_ns)
{
    const struct pace_stand *stands = pace->stands.items;
    size_t low = 0, high = pace->stands.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (pace_screen_at(pace, stands[middle].at_ns) - stands[middle].before_ns < moving_ns)
            low = middle + 1;
        else
            high = middle;
    }
    return moving_ns + stands_before(pace, low);
}

double pace_speed_at(const struct pace *pace, int64_t screen_ns)
{
    const struct knot *k = &pace->knots.items[knot_at_screen(pace, screen_ns)];
    return (double)(k[1].at_ns - k[0].at_ns) / (double)(screen_of(k + 1) - screen_of(k));
}

bool pace_is_skipping(const struct pace *pace, int64_t screen_ns)
{
    return pace->knots.items[knot_at_screen(pace, screen_ns)].skips;
}

size_t pace_knot_count(const struct pace *pace)
{
    return pace->knots.count;
}

void pace_knot(const struct pace *pace, size_t knot, int64_t *at_ns, int64_t *screen_ns)
{
    assert(knot < pace->knots.count);
    *at_ns = pace->knots.items[knot].at_ns;
    *screen_ns = screen_of(&pace->knots.items[knot]);
}
