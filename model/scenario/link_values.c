/* See link_values.h. */
#include "model/scenario/link_values.h"

#include <ctype.h>
#include <string.h>

#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"

#define RATE_MAX INT64_C(1000000000000)
#define CERTAIN  (INT64_C(1) << 32)

static const char *const names[LINK_VALUES] = {
    [LINK_RATE] = "rate",           [LINK_DELAY] = "delay",     [LINK_JITTER] = "jitter",
    [LINK_QUEUE] = "queue",         [LINK_CODEL] = "codel",     [LINK_LOSS] = "loss",
    [LINK_DUPLICATE] = "duplicate", [LINK_REORDER] = "reorder", [LINK_CORRUPT] = "corrupt"};

const char *link_value_name(enum link_value value)
{
    return names[value];
}

bool link_value_by_name(const char *name, enum link_value *value)
{
    for (int i = 0; i < LINK_VALUES; i++) {
        if (strcmp(names[i], name) != 0) continue;
        *value = (enum link_value)i;
        return true;
    }
    return false;
}

const char *link_values_listed(void)
{
    return "rate, delay, jitter, queue, codel, loss, duplicate, reorder, corrupt";
}

struct link_settings link_values_default(void)
{
    return (struct link_settings){
        .rate_bps = 100000000, .delay_ns = 10 * MILLISECOND, .mtu_bytes = 1500, .queue_bytes = 256000};
}

/* ---- Reading ---- */

static bool check_chance(const struct spot *spot, uint64_t *out_of_2_32)
{
    int64_t chance;
    if (!check_unit(spot, UNIT_PERCENT, 0, CERTAIN, &chance)) return false;
    *out_of_2_32 = (uint64_t)chance;
    return true;
}

static bool load_queue(const struct spot *spot, struct link_settings *s)
{
    int64_t number;
    if (cJSON_IsString(spot->json) && strstr(spot->json->valuestring, "packet")) {
        if (!check_unit(spot, UNIT_PACKETS, 1, 1000000, &number)) return false;
        s->queue_packets = (uint32_t)number;
        s->queue_bytes = 0;
        return true;
    }
    if (!check_unit(spot, UNIT_QUEUE, 1, INT64_C(1) << 40, &number)) return false;
    if (number && number < (int64_t)s->mtu_bytes) {
        spot_refuse(spot, checks_hint(spot->checks, tr("write \"%u B\" or more"), (unsigned)s->mtu_bytes),
                    tr("%s holds not even one packet of %u B"), checks_value(spot->checks, spot->json),
                    (unsigned)s->mtu_bytes);
        return false;
    }
    s->queue_bytes = (uint64_t)number;
    s->queue_packets = 0;
    return true;
}

/* RFC 8289 3.2 and 4.3: 5 ms and 100 ms fit the Internet as it is. */
static bool load_codel(const struct spot *spot, struct link_settings *s)
{
    static const struct key_rule keys[] = {{"target", NULL}, {"interval", NULL}};
    const struct link_codel usual = {.target_ns = 5 * MILLISECOND, .interval_ns = 100 * MILLISECOND};
    if (cJSON_IsBool(spot->json)) {
        s->codel = cJSON_IsTrue(spot->json) ? usual : (struct link_codel){0};
        return true;
    }
    if (!cJSON_IsObject(spot->json)) {
        spot_refuse(spot, tr("write true, false or { \"target\": \"5 ms\", \"interval\": \"100 ms\" }"),
                    tr("%s does not tell whether there is CoDel"), checks_value(spot->checks, spot->json));
        return false;
    }
    CHECK_KEYS(spot, keys);
    s->codel = usual;
    want_duration(spot, "target", MICROSECOND, CODEL_INTERVAL_MAX_S * SECOND, &s->codel.target_ns);
    want_duration(spot, "interval", MILLISECOND, CODEL_INTERVAL_MAX_S * SECOND, &s->codel.interval_ns);
    if (s->codel.target_ns > s->codel.interval_ns)
        spot_refuse(spot, tr("5 to 10 % of the interval make a good target (RFC 8289 4.4)"),
                    tr("the target is longer than the interval"));
    return true;
}

static bool load_reorder(const struct spot *spot, struct link_settings *s)
{
    static const struct key_rule keys[] = {{"odds", NULL}, {"by", NULL}};
    s->reorder_by_ns = 10 * MILLISECOND;
    if (!cJSON_IsObject(spot->json)) return check_chance(spot, &s->reorder_of_2_32);
    CHECK_KEYS(spot, keys);
    s->reorder_of_2_32 = 0;
    if (check_present(spot, "odds", "\"odds\": \"2 %\"")) want_chance(spot, "odds", &s->reorder_of_2_32);
    return want_duration(spot, "by", 1, HOUR, &s->reorder_by_ns) || true;
}

/* "packet", or how often the state may change. A step shorter than a millisecond could keep a run busy with nothing but
   steps. */
static void load_per(const struct spot *spot, struct link_burst *burst)
{
    burst->kind = BURST_PER_PACKET;
    if (!spot->json || (cJSON_IsString(spot->json) && strcmp(spot->json->valuestring, "packet") == 0)) return;
    burst->kind = BURST_PER_TIME;
    burst->step_ns = MILLISECOND;
    if (cJSON_IsString(spot->json) && isdigit((unsigned char)spot->json->valuestring[0]))
        check_unit(spot, UNIT_DURATION, MILLISECOND, HOUR, &burst->step_ns);
    else
        spot_refuse(spot, tr("write \"packet\", or the time after which the state may change: \"10 ms\""),
                    tr("%s does not tell when the state may change"), checks_value(spot->checks, spot->json));
}

/* With "0 %" the first burst would never end: the link would be cut, by chance and in silence. */
static void load_end_of_burst(const struct spot *spot, struct link_burst *burst)
{
    if (!check_present(spot, "bad_to_good", "\"bad_to_good\": \"30 %\"")) return;
    if (!want_chance(spot, "bad_to_good", &burst->bad_to_good_of_2_32) || burst->bad_to_good_of_2_32 > 0) return;
    struct spot end = spot_key(spot, "bad_to_good");
    spot_refuse(&end, tr("write \"30 %\" or the like; a fault with \"cut_link\" cuts a link for good"),
                tr("with %s the link would never recover from a burst"), checks_value(spot->checks, end.json));
}

static void load_bursts(const struct spot *spot, struct link_settings *s)
{
    struct spot per = spot_key(spot, "per");
    s->burst.bad_loss_of_2_32 = CERTAIN;
    if (check_present(spot, "good_to_bad", "\"good_to_bad\": \"1 %\""))
        want_chance(spot, "good_to_bad", &s->burst.good_to_bad_of_2_32);
    load_end_of_burst(spot, &s->burst);
    want_chance(spot, "bad_loss", &s->burst.bad_loss_of_2_32);
    want_chance(spot, "good_loss", &s->loss_of_2_32);
    load_per(&per, &s->burst);
}

/* What belongs to bursts, beside what is the same for all packets. */
static void check_no_bursts(const struct spot *spot)
{
    static const char *const keys[] = {"bad_loss", "good_loss", "good_to_bad", "bad_to_good", "per"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        struct spot other = spot_key(spot, keys[i]);
        if (!other.json) continue;
        spot_refuse_key(&other, tr("write \"good_loss\" for the loss outside of bursts"),
                        tr("\"%s\" stands beside \"odds\", which is the same for all packets"), other.key);
        return;
    }
}

static bool load_loss(const struct spot *spot, bool may_say_toward, struct link_settings *s)
{
    static const struct key_rule keys[] = {{"odds", NULL},        {"bad_loss", NULL},    {"good_loss", NULL},
                                           {"good_to_bad", NULL}, {"bad_to_good", NULL}, {"per", NULL},
                                           {"toward", NULL}};
    struct spot odds = spot_key(spot, "odds"), toward = spot_key(spot, "toward");
    s->loss_of_2_32 = 0;
    s->burst = (struct link_burst){0};
    if (!cJSON_IsObject(spot->json)) return check_chance(spot, &s->loss_of_2_32);
    CHECK_KEYS(spot, keys);
    if (toward.json && !may_say_toward)
        spot_refuse_key(&toward, tr("leave it out"), tr("the direction is said outside of \"loss\" here"));
    if (odds.json) {
        check_chance(&odds, &s->loss_of_2_32);
        check_no_bursts(spot);
    } else {
        load_bursts(spot, s);
    }
    return true;
}

bool link_value_load(const struct spot *spot, enum link_value value, bool may_say_toward, struct link_settings *s)
{
    switch (value) {
    case LINK_RATE:
        return check_unit(spot, UNIT_RATE, 1, RATE_MAX, &s->rate_bps);
    case LINK_DELAY:
        return check_unit(spot, UNIT_DURATION, 0, HOUR, &s->delay_ns);
    case LINK_JITTER:
        return check_unit(spot, UNIT_DURATION, 0, HOUR, &s->jitter_ns);
    case LINK_QUEUE:
        return load_queue(spot, s);
    case LINK_CODEL:
        return load_codel(spot, s);
    case LINK_LOSS:
        return load_loss(spot, may_say_toward, s);
    case LINK_DUPLICATE:
        return check_chance(spot, &s->duplicate_of_2_32);
    case LINK_REORDER:
        return load_reorder(spot, s);
    case LINK_CORRUPT:
        return check_chance(spot, &s->corrupt_of_2_32);
    case LINK_VALUES:
        break;
    }
    return false;
}

/* ---- One by one ---- */

void link_value_copy(enum link_value value, struct link_settings *to, const struct link_settings *from)
{
    switch (value) {
    case LINK_RATE:
        to->rate_bps = from->rate_bps;
        break;
    case LINK_DELAY:
        to->delay_ns = from->delay_ns;
        break;
    case LINK_JITTER:
        to->jitter_ns = from->jitter_ns;
        break;
    case LINK_QUEUE:
        to->queue_bytes = from->queue_bytes;
        to->queue_packets = from->queue_packets;
        break;
    case LINK_CODEL:
        to->codel = from->codel;
        break;
    case LINK_LOSS:
        to->loss_of_2_32 = from->loss_of_2_32;
        to->burst = from->burst;
        break;
    case LINK_DUPLICATE:
        to->duplicate_of_2_32 = from->duplicate_of_2_32;
        break;
    case LINK_REORDER:
        to->reorder_of_2_32 = from->reorder_of_2_32;
        to->reorder_by_ns = from->reorder_by_ns;
        break;
    case LINK_CORRUPT:
        to->corrupt_of_2_32 = from->corrupt_of_2_32;
        break;
    case LINK_VALUES:
        break;
    }
}

bool link_value_is_same(enum link_value value, const struct link_settings *a, const struct link_settings *b)
{
    char one[LINK_VALUE_TEXT_BYTES], other[LINK_VALUE_TEXT_BYTES];
    return strcmp(link_value_text(value, a, one), link_value_text(value, b, other)) == 0;
}

/* ---- In words ---- */

static void loss_text(const struct link_settings *s, char buffer[LINK_VALUE_TEXT_BYTES])
{
    char good[UNIT_TEXT_BYTES], bad[UNIT_TEXT_BYTES], begin[UNIT_TEXT_BYTES], end[UNIT_TEXT_BYTES],
        step[UNIT_TEXT_BYTES] = "packet";
    unit_format(UNIT_PERCENT, (int64_t)s->loss_of_2_32, good);
    if (s->burst.kind == BURST_NONE) {
        snprintf(buffer, LINK_VALUE_TEXT_BYTES, "%.20s", good);
        return;
    }
    unit_format(UNIT_PERCENT, (int64_t)s->burst.bad_loss_of_2_32, bad);
    unit_format(UNIT_PERCENT, (int64_t)s->burst.good_to_bad_of_2_32, begin);
    unit_format(UNIT_PERCENT, (int64_t)s->burst.bad_to_good_of_2_32, end);
    if (s->burst.kind == BURST_PER_TIME) unit_format(UNIT_DURATION, s->burst.step_ns, step);
    int used = s->loss_of_2_32 ? snprintf(buffer, LINK_VALUE_TEXT_BYTES, tr("%.20s, and "), good) : 0;
    snprintf(buffer + used, LINK_VALUE_TEXT_BYTES - (size_t)used,
             tr("in bursts %.20s (begin %.20s, end %.20s per %.30s)"), bad, begin, end, step);
}

static void queue_text(const struct link_settings *s, char buffer[LINK_VALUE_TEXT_BYTES])
{
    char text[UNIT_TEXT_BYTES];
    snprintf(buffer, LINK_VALUE_TEXT_BYTES, "%s",
             s->queue_packets ? unit_format(UNIT_PACKETS, s->queue_packets, text)
                              : unit_format(UNIT_QUEUE, (int64_t)s->queue_bytes, text));
}

static void codel_text(const struct link_codel *codel, char buffer[LINK_VALUE_TEXT_BYTES])
{
    char target[UNIT_TEXT_BYTES], interval[UNIT_TEXT_BYTES];
    if (codel->interval_ns == 0)
        snprintf(buffer, LINK_VALUE_TEXT_BYTES, "%s", tr("off"));
    else
        snprintf(buffer, LINK_VALUE_TEXT_BYTES, tr("target %.40s, interval %.40s"),
                 unit_format(UNIT_DURATION, codel->target_ns, target),
                 unit_format(UNIT_DURATION, codel->interval_ns, interval));
}

static void reorder_text(const struct link_settings *s, char buffer[LINK_VALUE_TEXT_BYTES])
{
    char odds[UNIT_TEXT_BYTES], by[UNIT_TEXT_BYTES];
    unit_format(UNIT_PERCENT, (int64_t)s->reorder_of_2_32, odds);
    if (s->reorder_of_2_32 == 0)
        snprintf(buffer, LINK_VALUE_TEXT_BYTES, "%.40s", odds);
    else
        snprintf(buffer, LINK_VALUE_TEXT_BYTES, tr("%.40s, held up for %.40s"), odds,
                 unit_format(UNIT_DURATION, s->reorder_by_ns, by));
}

static void unit_text(enum unit_kind kind, int64_t value, char buffer[LINK_VALUE_TEXT_BYTES])
{
    char text[UNIT_TEXT_BYTES];
    snprintf(buffer, LINK_VALUE_TEXT_BYTES, "%s", unit_format(kind, value, text));
}

const char *link_value_text(enum link_value value, const struct link_settings *s, char buffer[LINK_VALUE_TEXT_BYTES])
{
    buffer[0] = '\0';
    switch (value) {
    case LINK_RATE:
        unit_text(UNIT_RATE, s->rate_bps, buffer);
        break;
    case LINK_DELAY:
        unit_text(UNIT_DURATION, s->delay_ns, buffer);
        break;
    case LINK_JITTER:
        unit_text(UNIT_DURATION, s->jitter_ns, buffer);
        break;
    case LINK_QUEUE:
        queue_text(s, buffer);
        break;
    case LINK_CODEL:
        codel_text(&s->codel, buffer);
        break;
    case LINK_LOSS:
        loss_text(s, buffer);
        break;
    case LINK_DUPLICATE:
        unit_text(UNIT_PERCENT, (int64_t)s->duplicate_of_2_32, buffer);
        break;
    case LINK_REORDER:
        reorder_text(s, buffer);
        break;
    case LINK_CORRUPT:
        unit_text(UNIT_PERCENT, (int64_t)s->corrupt_of_2_32, buffer);
        break;
    case LINK_VALUES:
        break;
    }
    return buffer;
}
