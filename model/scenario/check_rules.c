/* The rules of checks.h: one function a kind of value. */
#include <string.h>

#include "model/scenario/checks.h"
#include "model/scenario/suggest.h"
#include "model/scenario/text_buffer.h"
#include "sim/journal/memory.h"
#include "sim/journal/tr.h"

/* ---- keys ---- */

static const struct key_rule *rule_for(const struct key_rule *rules, size_t n, const char *key)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(rules[i].key, key) == 0) return &rules[i];
    return NULL;
}

/* "the keys here are a, b, c", of those that can be used. */
static const char *list_keys(struct checks *checks, const struct key_rule *rules, size_t n)
{
    struct text_buffer list = {0};
    for (size_t i = 0; i < n; i++)
        if (!rules[i].later) text_add_format(&list, "%s%s", list.size ? ", " : "", rules[i].key);
    const char *hint = list.size ? checks_hint(checks, tr("the keys here are %s"), list.text)
                                 : checks_hint(checks, "%s", tr("leave it out; there is nothing to set here"));
    mem_free(list.text);
    return hint;
}

/* Where a key stands that has only one place, or NULL. */
static const char *home_of(const char *key)
{
    static const struct {
        const char *key, *home;
    } homes[] = {
        {"icmp", "\"router\""},
        {"path_mtu_discovery", "a host"},
        {"address", "a host"},
        {"address6", "a host"},
        {"flavour", "\"tcp\""},
        {"sack", "\"tcp\""},
        {"timestamps", "\"tcp\""},
        {"window_scaling", "\"tcp\""},
        {"rack", "\"tcp\""},
        {"tlp", "\"tcp\""},
        {"mtu_probing", "\"tcp\""},
        {"delayed_ack", "\"tcp\""},
        {"nagle", "\"tcp\""},
        {"initial_window", "\"tcp\""},
        {"receive_buffer", "\"tcp\""},
        {"rto_min", "\"tcp\""},
        {"timers", "\"tcp\""},
        {"user_timeout", "\"tcp\""},
        {"keep_alive", "\"tcp\""},
        {"mtu", "a link"},
        {"codel", "a link"},
        {"reroute_after", "the whole file"},
        {"mta_sts", "\"tls\""},
        {"outbound", "\"tls\""},
        {"certificate", "\"tls\""},
        {"rules", "\"retry\": { \"policy\": \"exim\", ... }"},
        {"steps", "\"retry\": { \"policy\": \"custom\", ... }"},
        {"geometric", "\"retry\": { \"policy\": \"custom\", ... }"},
        {"quadratic", "\"retry\": { \"policy\": \"custom\", ... }"},
    };
    for (size_t i = 0; i < sizeof homes / sizeof homes[0]; i++)
        if (strcmp(homes[i].key, key) == 0) return homes[i].home;
    return NULL;
}

static void refuse_unknown_key(const struct spot *s, const struct key_rule *rules, size_t n)
{
    const char *home = home_of(s->key);
    if (home) {
        spot_refuse_key(s, checks_hint(s->checks, tr("\"%s\" is a key of %s"), s->key, home), tr("unknown key \"%s\""),
                        s->key);
        return;
    }
    struct suggest near = suggest_for(s->key);
    for (size_t i = 0; i < n; i++)
        if (!rules[i].later) suggest_offer(&near, rules[i].key);
    const char *hint =
        near.best ? checks_hint(s->checks, tr("did you mean \"%s\"?"), near.best) : list_keys(s->checks, rules, n);
    spot_refuse_key(s, hint, tr("unknown key \"%s\""), s->key);
}

void check_keys(const struct spot *object, const struct key_rule *rules, size_t n)
{
    for (struct spot s = spot_first(object); s.json; s = spot_next(&s)) {
        const struct key_rule *rule = rule_for(rules, n, s.key);
        if (strcmp(s.key, "description") == 0)
            check_text(&s, "a remark");
        else if (!rule)
            refuse_unknown_key(&s, rules, n);
        else if (rule->later)
            spot_refuse_key(&s, tr(rule->later), tr("\"%s\" is not in this version"), s.key);
    }
}

bool check_slip(const struct spot *object, const char *const *words, size_t n)
{
    for (struct spot s = spot_first(object); s.json; s = spot_next(&s)) {
        struct suggest near = suggest_for(s.key);
        for (size_t i = 0; i < n; i++)
            suggest_offer(&near, words[i]);
        if (near.best) return true;
    }
    return false;
}

bool check_present(const struct spot *up, const char *key, const char *example)
{
    struct spot s = spot_key(up, key);
    if (!s.json) spot_refuse(up, checks_hint(up->checks, tr("write %s"), example), tr("\"%s\" is missing"), key);
    return s.json != NULL;
}

/* ---- shapes ---- */

static const char *value_of(const struct spot *spot)
{
    return checks_value(spot->checks, spot->json);
}

bool check_object(const struct spot *spot)
{
    if (cJSON_IsObject(spot->json)) return true;
    spot_refuse(spot, tr("write it between { and }"), tr("%s is not an object"), value_of(spot));
    return false;
}

bool check_array(const struct spot *spot, const char *example)
{
    if (cJSON_IsArray(spot->json)) return true;
    spot_refuse(spot, checks_hint(spot->checks, tr("write a list: %s"), example), tr("%s is not a list"),
                value_of(spot));
    return false;
}

bool check_text(const struct spot *spot, const char *example)
{
    if (cJSON_IsString(spot->json)) return true;
    const char *hint = cJSON_IsNumber(spot->json)
                           ? checks_hint(spot->checks, tr("did you mean \"%s\"?"), value_of(spot))
                           : checks_hint(spot->checks, tr("write a text: \"%s\""), example);
    spot_refuse(spot, hint, tr("%s is not a text"), value_of(spot));
    return false;
}

bool want_object(const struct spot *up, const char *key, struct spot *out)
{
    *out = spot_key(up, key);
    return out->json && check_object(out);
}

bool want_array(const struct spot *up, const char *key, const char *example, struct spot *out)
{
    *out = spot_key(up, key);
    return out->json && check_array(out, example);
}

bool want_text(const struct spot *up, const char *key, const char *example, const char **out)
{
    struct spot s = spot_key(up, key);
    if (!s.json || !check_text(&s, example)) return false;
    *out = s.json->valuestring;
    return true;
}

bool want_flag(const struct spot *up, const char *key, bool *out)
{
    struct spot s = spot_key(up, key);
    if (!s.json) return false;
    if (!cJSON_IsBool(s.json)) {
        spot_refuse(&s, tr("write true or false, without \"\""), tr("%s is neither true nor false"), value_of(&s));
        return false;
    }
    *out = cJSON_IsTrue(s.json);
    return true;
}

/* ---- numbers ---- */

bool want_integer(const struct spot *up, const char *key, int64_t min, int64_t max, int64_t *out)
{
    struct spot s = spot_key(up, key);
    if (!s.json) return false;
    double number = cJSON_IsNumber(s.json) ? s.json->valuedouble : 0.5;
    /* The strict reading lets no integer beyond 2^53 pass, but 1e20 is no integer to it. */
    bool whole = number >= -9007199254740992.0 && number <= 9007199254740992.0 && (double)(int64_t)number == number;
    if (!whole) {
        const char *hint = cJSON_IsString(s.json) ? tr("write it without \"\"") : tr("write an integer");
        spot_refuse(&s, hint, tr("%s is not a whole number"), value_of(&s));
        return false;
    }
    int64_t value = (int64_t)number;
    if (value < min || value > max) {
        const char *hint =
            checks_hint(s.checks, tr("write a number from %lld to %lld"), (long long)min, (long long)max);
        spot_refuse(&s, hint, tr("%s is not between %lld and %lld"), value_of(&s), (long long)min, (long long)max);
        return false;
    }
    *out = value;
    return true;
}

static void refuse_range(const struct spot *s, enum unit_kind kind, int64_t min, int64_t max, int64_t value)
{
    char low[UNIT_TEXT_BYTES], high[UNIT_TEXT_BYTES], meant[UNIT_TEXT_BYTES];
    const char *hint;
    unit_format(kind, min, low);
    unit_format(kind, max, high);
    if (kind == UNIT_PERCENT) {
        unit_format(kind, (value + 50) / 100, meant);
        hint = checks_hint(s->checks, tr("did you mean \"%s\"?"), meant);
    } else {
        hint = checks_hint(s->checks, value < min ? tr("write \"%s\" or more") : tr("write \"%s\" or less"),
                           value < min ? low : high);
    }
    spot_refuse(s, hint, tr("%s is not between %s and %s"), value_of(s), low, high);
}

bool check_unit(const struct spot *spot, enum unit_kind kind, int64_t min, int64_t max, int64_t *out)
{
    struct unit_problem problem;
    int64_t value;
    if (cJSON_IsNumber(spot->json)) {
        unit_parse(kind, value_of(spot), &value, &problem);
        spot_refuse(spot, checks_hint(spot->checks, "%s", problem.hint), "%s %s", value_of(spot), problem.what);
        return false;
    }
    if (!check_text(spot, unit_example(kind))) return false;
    if (!unit_parse(kind, spot->json->valuestring, &value, &problem)) {
        spot_refuse(spot, checks_hint(spot->checks, "%s", problem.hint), "%s %s", value_of(spot), problem.what);
        return false;
    }
    bool unlimited = value == 0 && strcmp(spot->json->valuestring, "unlimited") == 0;
    if (!unlimited && (value < min || value > max)) {
        refuse_range(spot, kind, min, max, value);
        return false;
    }
    *out = value;
    return true;
}

static bool want_unit(const struct spot *up, const char *key, enum unit_kind kind, int64_t min, int64_t max,
                      int64_t *out)
{
    struct spot s = spot_key(up, key);
    return s.json && check_unit(&s, kind, min, max, out);
}

bool want_duration(const struct spot *up, const char *key, int64_t min_ns, int64_t max_ns, int64_t *out)
{
    return want_unit(up, key, UNIT_DURATION, min_ns, max_ns, out);
}

bool want_rate(const struct spot *up, const char *key, int64_t min_bps, int64_t max_bps, int64_t *out)
{
    return want_unit(up, key, UNIT_RATE, min_bps, max_bps, out);
}

bool want_size(const struct spot *up, const char *key, int64_t min_bytes, int64_t max_bytes, int64_t *out)
{
    return want_unit(up, key, UNIT_SIZE, min_bytes, max_bytes, out);
}

bool want_chance(const struct spot *up, const char *key, uint64_t *out_of_2_32)
{
    int64_t chance;
    if (!want_unit(up, key, UNIT_PERCENT, 0, INT64_C(1) << 32, &chance)) return false;
    *out_of_2_32 = (uint64_t)chance;
    return true;
}

/* ---- words ---- */

static const char *list_choices(struct checks *checks, const struct choice *choices, size_t n)
{
    struct text_buffer list = {0};
    size_t known = 0;
    for (size_t i = 0; i < n; i++)
        if (!choices[i].later) text_add_format(&list, "%s\"%s\"", known++ ? ", " : "", choices[i].word);
    const char *hint = checks_hint(checks, known > 1 ? tr("write one of %s") : tr("write %s"), list.text);
    mem_free(list.text);
    return hint;
}

bool check_choice(const struct spot *spot, const struct choice *choices, size_t n, size_t *out)
{
    if (cJSON_IsNumber(spot->json)) {
        spot_refuse(spot, list_choices(spot->checks, choices, n), tr("%s is not a text"), value_of(spot));
        return false;
    }
    if (!check_text(spot, choices[0].word)) return false;
    const char *word = spot->json->valuestring;
    struct suggest near = suggest_for(word);
    for (size_t i = 0; i < n; i++) {
        if (!choices[i].later) suggest_offer(&near, choices[i].word);
        if (strcmp(choices[i].word, word) != 0) continue;
        if (choices[i].later) {
            spot_refuse(spot, tr(choices[i].later), tr("%s is not in this version"), value_of(spot));
            return false;
        }
        *out = i;
        return true;
    }
    const char *hint = near.best ? checks_hint(spot->checks, tr("did you mean \"%s\"?"), near.best)
                                 : list_choices(spot->checks, choices, n);
    spot_refuse(spot, hint, tr("%s is not known here"), value_of(spot));
    return false;
}

bool want_choice(const struct spot *up, const char *key, const struct choice *choices, size_t n, size_t *out)
{
    struct spot s = spot_key(up, key);
    return s.json && check_choice(&s, choices, n, out);
}
