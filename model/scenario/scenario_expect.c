/* "expect": what must have come true at the end, of a mail or of the journal's events. */
#include <string.h>

#include "model/scenario/loader.h"
#include "model/scenario/suggest.h"
#include "sim/journal/tr.h"

#define EXAMPLE "[ { \"mail\": \"m1\", \"outcome\": \"delivered\" } ]"

static const struct key_rule mail_keys[] = {{"mail", NULL},   {"outcome", NULL},      {"after", NULL},
                                            {"before", NULL}, {"min_attempts", NULL}, {"max_attempts", NULL},
                                            {"copies", NULL}};
static const struct key_rule event_keys[] = {{"event", NULL}, {"where", NULL},     {"after", NULL},    {"before", NULL},
                                             {"times", NULL}, {"min_times", NULL}, {"max_times", NULL}};

/* "after" and "before": the span in which it must come. */
static void load_span(const struct spot *object, struct scenario_expectation *e)
{
    struct spot after = spot_key(object, "after");
    want_duration(object, "after", 1, 365 * DAY, &e->after_ns);
    want_duration(object, "before", 1, 365 * DAY, &e->before_ns);
    if (e->after_ns >= e->before_ns)
        spot_refuse(&after, tr("make \"after\" the smaller one"), tr("nothing comes after this and before \"before\""));
}

static void refuse_span_of_queued(const struct spot *object)
{
    static const char *const keys[] = {"after", "before"};
    for (size_t i = 0; i < 2; i++) {
        struct spot spot = spot_key(object, keys[i]);
        if (spot.json)
            spot_refuse_key(&spot, tr("leave it out"),
                            tr("\"%s\" says nothing of a mail that is still queued at the end"), keys[i]);
    }
}

static void load_of_mail(struct loader *l, const struct spot *object, struct scenario_expectation *e)
{
    static const struct choice outcomes[] = {
        {"delivered", NULL}, {"bounced", NULL}, {"queued", NULL}, {"picked up", NULL}, {"discarded", NULL}};
    struct spot mail = spot_key(object, "mail");
    size_t outcome = 0;
    int64_t attempts = 0, most = UINT32_MAX, copies = -1;
    CHECK_KEYS(object, mail_keys);
    if (check_present(object, "mail", "\"mail\": \"m1\"")) loader_mail(l, &mail, &e->mail);
    want_choice(object, "outcome", outcomes, sizeof outcomes / sizeof *outcomes, &outcome);
    if (strcmp(outcomes[outcome].word, "queued") == 0) refuse_span_of_queued(object);
    want_integer(object, "min_attempts", 1, 1000000, &attempts);
    want_integer(object, "max_attempts", attempts, 1000000, &most);
    want_integer(object, "copies", 0, 1000, &copies);
    e->outcome = outcomes[outcome].word;
    e->min_attempts = (uint32_t)attempts;
    e->max_attempts = (uint32_t)most;
    e->min_copies = copies < 0 ? 0 : (uint32_t)copies;
    e->max_copies = copies < 0 ? UINT32_MAX : (uint32_t)copies;
}

/* ---- of events ---- */

static bool can_be_asked(enum field_id field)
{
    switch (field_type(field)) {
    case TYPE_HOST:
    case TYPE_LINK:
    case TYPE_MESSAGE:
    case TYPE_TEXT:
    case TYPE_INT:
    case TYPE_BOOL:
    case TYPE_SIZE:
    case TYPE_PORT:
        return true;
    case TYPE_CONN:
    case TYPE_STREAM:
    case TYPE_SESSION:
    case TYPE_ATTEMPT:
    case TYPE_PACKET:
    case TYPE_EVENT:
    case TYPE_TIME:
    case TYPE_DURATION:
    case TYPE_RATE:
    case TYPE_ADDRESS:
    case TYPE_BLOB:
        return false;
    }
    return false;
}

/* The field of this kind of event that is called so; refuses what is none. */
static enum field_id field_called(const struct spot *spot, enum event_kind kind)
{
    const enum field_id *fields;
    size_t n = event_kind_fields(kind, &fields);
    struct suggest near = suggest_for(spot->key);
    for (size_t i = 0; i < n; i++) {
        if (!can_be_asked(fields[i])) continue;
        if (strcmp(field_name(fields[i]), spot->key) == 0) return fields[i];
        suggest_offer(&near, field_name(fields[i]));
    }
    const char *hint = near.best ? checks_hint(spot->checks, tr("did you mean \"%s\"?"), near.best)
                                 : tr("`postroad show` prints the events with their fields");
    spot_refuse_key(spot, hint, tr("%s has no field \"%s\" that can be asked for"), event_kind_name(kind), spot->key);
    return FIELD_NONE;
}

static void load_condition(struct loader *l, const struct spot *spot, enum event_kind kind, struct event_condition *c)
{
    int index = -1;
    c->field = field_called(spot, kind);
    if (c->field == FIELD_NONE) return;
    enum field_type type = field_type(c->field);
    if (type == TYPE_TEXT) {
        if (want_text(spot->up, spot->key, "250", &c->text)) c->text = scenario_text(l->scenario->memory, c->text);
    } else if (type == TYPE_HOST || type == TYPE_LINK || type == TYPE_MESSAGE) {
        if (type == TYPE_HOST) loader_host(l, spot, ANY_ROLE, &index);
        if (type == TYPE_LINK) loader_link(l, spot, &index);
        if (type == TYPE_MESSAGE) loader_mail(l, spot, &index);
        c->number = index + 1; /* identities are counted from 1, in the order of the file */
    } else if (type == TYPE_BOOL) {
        bool flag = false;
        want_flag(spot->up, spot->key, &flag);
        c->number = flag;
    } else {
        want_integer(spot->up, spot->key, 0, INT64_C(1) << 53, &c->number);
    }
}

static void load_times(const struct spot *object, struct scenario_expectation *e)
{
    int64_t times = -1, least = 1, most = UINT32_MAX;
    bool is_exact = want_integer(object, "times", 0, 1000000000, &times);
    struct spot min = spot_key(object, "min_times"), max = spot_key(object, "max_times");
    if (is_exact && (min.json || max.json)) {
        spot_refuse_key(min.json ? &min : &max, tr("leave it out"), tr("\"times\" already says how often"));
        return;
    }
    want_integer(object, "min_times", 1, 1000000000, &least);
    if (max.json && !min.json) least = 0;
    want_integer(object, "max_times", least > 1 ? least : 1, 1000000000, &most);
    e->min_times = (uint32_t)(is_exact ? times : least);
    e->max_times = (uint32_t)(is_exact ? times : most);
}

static void load_of_event(struct loader *l, const struct spot *object, struct scenario_expectation *e)
{
    struct spot event = spot_key(object, "event"), where;
    const char *text;
    CHECK_KEYS(object, event_keys);
    if (!want_text(object, "event", "smtp.line STARTTLS", &text)) return;
    e->event = scenario_text(l->scenario->memory, text);
    if (!loader_event(l, &event, text, &e->kind, &e->words)) return;
    if (e->kind == EVENT_CAPTION || e->kind == EVENT_EXPECTATION || e->kind == EVENT_RUN_END)
        spot_refuse(&event, tr("choose another event"), tr("what comes of %s cannot be expected"),
                    event_kind_name(e->kind));
    load_times(object, e);
    if (!want_object(object, "where", &where)) return;
    e->where = scenario_alloc(l->scenario->memory, (size_t)cJSON_GetArraySize(where.json), sizeof *e->where);
    for (struct spot item = spot_first(&where); item.json; item = spot_next(&item))
        load_condition(l, &item, e->kind, &e->where[e->n_where++]);
}

static void load_expectation(struct loader *l, const struct spot *object, struct scenario_expectation *e)
{
    *e = (struct scenario_expectation){.mail = -1, .before_ns = TIME_NEVER};
    if (!check_object(object)) return;
    load_span(object, e);
    if (spot_key(object, "event").json)
        load_of_event(l, object, e);
    else
        load_of_mail(l, object, e);
}

void load_expectations(struct loader *l)
{
    struct scenario *s = l->scenario;
    struct spot list;
    if (!want_array(&l->root, "expect", EXAMPLE, &list)) return;
    s->expectations = scenario_alloc(s->memory, (size_t)cJSON_GetArraySize(list.json), sizeof *s->expectations);
    for (struct spot item = spot_first(&list); item.json; item = spot_next(&item))
        load_expectation(l, &item, &s->expectations[s->n_expectations++]);
}
