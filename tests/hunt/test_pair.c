/* The checker of law M17 is itself tested: what befalls one recipient along with another is seen. */
#include <criterion/criterion.h>
#include <string.h>

#include "tests/hunt/pair.h"
#include "tests/viz/readers/planted.h"

/* To three users of two servers. */
static const char world_text[] =
    "{ \"postroad\": 1, \"title\": \"t\", \"seed\": 3, \"hosts\": {"
    "\"pc\": { \"client\": { \"user\": \"u0@a.example\", \"submits_to\": \"mx.a.example\" } },"
    "\"r\": { \"router\": {} },"
    "\"mx.a.example\": { \"mail_server\": { \"domains\": [\"a.example\"], \"users\": [\"u0\"] } },"
    "\"mx.b.example\": { \"mail_server\": { \"domains\": [\"b.example\"], \"users\": [\"u0\", \"u1\"] } },"
    "\"mx.c.example\": { \"mail_server\": { \"domains\": [\"c.example\"], \"users\": [\"u0\"] } } },"
    "\"links\": { \"p\": { \"between\": [\"pc\", \"r\"] }, \"a\": { \"between\": [\"mx.a.example\", \"r\"] },"
    "\"b\": { \"between\": [\"mx.b.example\", \"r\"] }, \"c\": { \"between\": [\"mx.c.example\", \"r\"] } },"
    "\"mail\": { \"m1\": { \"from\": \"u0@a.example\","
    " \"to\": [\"u0@b.example\", \"u1@b.example\", \"u0@c.example\"] } } }";

/* Of the one whose fate is changed, or of the others. */
static bool ends_of_others(const struct event *e, const struct pair *pair)
{
    return planted_has(e, EVENT_MAIL_STATE, FIELD_TO, "delivered") &&
           strcmp(event_text(e, FIELD_RECIPIENT), pair->recipient) != 0;
}

static void takes_others_with_it(struct event *e, const struct pair *pair)
{
    if (ends_of_others(e, pair)) planted_text(e, FIELD_TO, "bounced");
}

static void forgets_the_others(struct event *e, const struct pair *pair)
{
    if (ends_of_others(e, pair)) planted_text(e, FIELD_TO, "queued");
}

/* One is delivered as another: too often, and not at all. */
static void mistakes_one_for_another(struct event *e, const struct pair *pair)
{
    if (ends_of_others(e, pair)) planted_text(e, FIELD_RECIPIENT, "u9@b.example");
}

/* Its own fate is what was changed. */
static void changes_its_own(struct event *e, const struct pair *pair)
{
    if (e->kind == EVENT_MAIL_STATE && strcmp(event_text(e, FIELD_RECIPIENT), pair->recipient) == 0)
        planted_text(e, FIELD_TO, "discarded");
}

Test(pair, what_befalls_one_recipient_with_another_breaks_m17)
{
    static const struct {
        pair_lie_fn lie;
        bool breaks;
    } cases[] = {{NULL, false},
                 {takes_others_with_it, true},
                 {forgets_the_others, true},
                 {mistakes_one_for_another, true},
                 {changes_its_own, false}};
    cJSON *world = cJSON_Parse(world_text);
    cr_assert(world);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct hunted hunted = {0};
        hunt_pair_with(world, cases[i].lie, &hunted);
        cr_expect_eq(hunted.pairs, 1, "case %zu", i);
        cr_expect_eq(hunted.n_broken, cases[i].breaks, "case %zu: %s", i, hunted.first);
        cr_expect_str_eq(hunted.laws, cases[i].breaks ? "M17" : "", "case %zu", i);
    }
    cJSON_Delete(world);
}
