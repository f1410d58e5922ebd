/* From bytes to a checked scenario: reads the file, applies what the command line overrides, and lets the parts of the
   loader do their sections. To add a section: one row in top_keys, one load_ function, its place in load_everything. */
#include <errno.h>
#include <string.h>

#include "model/scenario/loader.h"
#include "model/scenario/suggest.h"
#include "sim/journal/memory.h"
#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"

enum { FILE_MAX_BYTES = 64 << 20 };

static const struct key_rule top_keys[] = {
    {"postroad", NULL},      {"title", NULL},  {"seed", NULL},   {"starts", NULL}, {"until", NULL},
    {"reroute_after", NULL}, {"dns", NULL},    {"ip", NULL},     {"tcp", NULL},    {"smtp", NULL},
    {"tls", NULL},           {"hosts", NULL},  {"links", NULL},  {"zones", NULL},  {"mail", NULL},
    {"traffic", NULL},       {"faults", NULL}, {"expect", NULL}, {"story", NULL},
};

/* ---- the values at the top ---- */

uint64_t scenario_seed_from_text(const char *text)
{
    size_t length = strlen(text);
    if (length > 0 && length <= 16 && strspn(text, "0123456789") == length) {
        uint64_t number = 0;
        for (const char *p = text; *p; p++)
            number = number * 10 + (uint64_t)(*p - '0');
        if (number <= UINT64_C(1) << 53) return number;
    }
    uint64_t hash = UINT64_C(14695981039346656037); /* FNV-1a */
    for (const unsigned char *p = (const unsigned char *)text; *p; p++)
        hash = (hash ^ *p) * UINT64_C(1099511628211);
    return hash;
}

static void load_version(struct loader *l)
{
    int64_t version;
    if (!check_present(&l->root, "postroad", "\"postroad\": 1")) return;
    struct spot spot = spot_key(&l->root, "postroad");
    if (!want_integer(&l->root, "postroad", 0, INT64_C(1) << 53, &version) || version == 1) return;
    spot_refuse(&spot, tr("write \"postroad\": 1"), tr("version %lld of the format is not known here"),
                (long long)version);
}

static void load_seed(struct loader *l)
{
    struct scenario *s = l->scenario;
    struct spot spot = spot_key(&l->root, "seed");
    int64_t number = 1;
    s->seed = 1;
    s->seed_text = "1";
    if (!spot.json) return;
    if (cJSON_IsString(spot.json)) {
        s->seed_text = scenario_text(s->memory, spot.json->valuestring);
        s->seed = scenario_seed_from_text(s->seed_text);
        if (!*s->seed_text) spot_refuse(&spot, tr("write a number or a word"), tr("the seed is empty"));
    } else if (spot.json && !cJSON_IsNumber(spot.json)) {
        spot_refuse(&spot, tr("write 7, or \"seven\""), tr("%s is neither a number nor a text"),
                    checks_value(l->checks, spot.json));
    } else if (want_integer(&l->root, "seed", 0, INT64_C(9007199254740992), &number)) {
        s->seed = (uint64_t)number;
        s->seed_text = scenario_text(s->memory, checks_value(l->checks, spot.json));
    }
}

/* Days from 1970-01-01 in the Gregorian calendar. */
static int64_t days_since_1970(int64_t year, int64_t month, int64_t day)
{
    static const int before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    int64_t leaps = year - (month <= 2);
    return (year - 1970) * 365 + leaps / 4 - leaps / 100 + leaps / 400 - 477 + before[month - 1] + day - 1;
}

static int64_t days_in_month(int64_t year, int64_t month)
{
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 ? 28 + leap : month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

/* "2025-03-03T09:00:00Z" (RFC 3339, in UTC). */
static bool parse_instant(const char *text, int64_t *unix_s)
{
    const char *form = "####-##-##T##:##:##Z";
    int64_t fields[6] = {0};
    size_t field = 0;
    if (strlen(text) != strlen(form)) return false;
    for (size_t i = 0; form[i]; i++) {
        if (form[i] != '#') {
            if (text[i] != form[i]) return false;
            field++;
        } else {
            if (text[i] < '0' || text[i] > '9') return false;
            fields[field] = fields[field] * 10 + (text[i] - '0');
        }
    }
    if (fields[0] < 1970 || fields[0] > 2199 || fields[1] < 1 || fields[1] > 12 || fields[2] < 1) return false;
    if (fields[2] > days_in_month(fields[0], fields[1]) || fields[3] > 23 || fields[4] > 59 || fields[5] > 59)
        return false;
    *unix_s = days_since_1970(fields[0], fields[1], fields[2]) * 86400 + fields[3] * 3600 + fields[4] * 60 + fields[5];
    return true;
}

static void load_starts(struct loader *l)
{
    struct scenario *s = l->scenario;
    const char *text = "2025-03-03T09:00:00Z";
    parse_instant(text, &s->starts_unix_s);
    if (want_text(&l->root, "starts", text, &text) && !parse_instant(text, &s->starts_unix_s)) {
        struct spot spot = spot_key(&l->root, "starts");
        spot_refuse(&spot, tr("write it like \"2025-03-03T09:00:00Z\", in UTC"), tr("%s is not an instant"),
                    checks_value(l->checks, spot.json));
    }
    s->starts_text = scenario_text(s->memory, text);
}

static void load_ip(struct loader *l)
{
    static const struct choice versions[] = {{"v4", NULL}, {"v6", NULL}, {"both", NULL}};
    size_t version = 0;
    want_choice(&l->root, "ip", versions, 3, &version);
    l->scenario->ip = (enum ip_versions)(version + 1);
}

/* The file's name without folder and ending. */
static const char *title_from_name(struct loader *l, const char *name)
{
    const char *slash = strrchr(name, '/');
    const char *base = slash ? slash + 1 : name, *dot = strrchr(base, '.');
    return scenario_text(
        l->scenario->memory,
        checks_hint(l->checks, "%.*s", (int)(dot && dot > base ? (size_t)(dot - base) : strlen(base)), base));
}

static void load_top(struct loader *l, const char *name)
{
    struct scenario *s = l->scenario;
    const char *title = NULL, *description = "";
    s->until_ns = s->reroute_after_ns = TIME_NEVER;
    CHECK_KEYS(&l->root, top_keys);
    load_version(l);
    want_text(&l->root, "title", "First mail", &title);
    struct spot remark = spot_key(&l->root, "description");
    if (cJSON_IsString(remark.json)) description = remark.json->valuestring;
    s->title = title ? scenario_text(s->memory, title) : title_from_name(l, name);
    s->description = scenario_text(s->memory, description);
    load_seed(l);
    load_starts(l);
    want_duration(&l->root, "until", 1, 365 * DAY, &s->until_ns);
    want_duration(&l->root, "reroute_after", 0, DAY, &s->reroute_after_ns);
    load_dns_kind(l);
    load_ip(l);
}

static void load_everything(struct loader *l, const char *name)
{
    if (!check_object(&l->root)) return;
    load_top(l, name);
    load_host_names(l);
    load_link_names(l);
    load_mail_names(l);
    load_tls_kind(l);
    load_hosts(l);
    load_links(l);
    load_zones(l);
    add_implied_hosts(l);
    load_mails(l);
    load_traffic(l);
    load_faults(l);
    load_expectations(l);
    load_story(l);
    check_domains(l);
    check_aliases(l);
    check_outside(l);
    if (checks_count(l->checks) > 0) return; /* the rest needs a whole world */
    assign_addresses(l);
    check_ways(l);
    warn_of_zones(l);
}

/* ---- overrides ---- */

/* Where names are the user's, a misspelt one must not make a new thing. */
static bool is_named_section(const char *pointer)
{
    static const char *const sections[] = {"/hosts", "/links", "/mail", "/traffic", "/zones"};
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++)
        if (strcmp(pointer, sections[i]) == 0) return true;
    return false;
}

static void refuse_missing(struct checks *checks, const char *pointer, const char *up, const cJSON *parent,
                           const char *name)
{
    struct suggest near = suggest_for(name);
    for (const cJSON *c = cJSON_IsObject(parent) ? parent->child : NULL; c; c = c->next)
        suggest_offer(&near, c->string);
    const char *hint = near.best ? checks_hint(checks, tr("did you mean \"%s\"?"), near.best) : NULL;
    checks_report_override(checks, pointer, checks_hint(checks, tr("there is no \"%s\" in %s"), name, *up ? up : "/"),
                           hint);
}

/* One step down, to an object that is made where that cannot be a slip; NULL, told, when there is no way. */
static cJSON *step_down(struct checks *checks, cJSON *at, const char *pointer, const char *up, const char *name)
{
    char *step = json_pointer_join("", name);
    cJSON *next = json_get(at, step);
    mem_free(step);
    if (!next && cJSON_IsObject(at) && !is_named_section(up)) {
        next = cJSON_CreateObject();
        cJSON_AddItemToObject(at, name, next);
    }
    if (!next) {
        refuse_missing(checks, pointer, up, at, name);
    } else if (!cJSON_IsObject(next) && !cJSON_IsArray(next)) {
        checks_report_override(checks, pointer,
                               checks_hint(checks, tr("\"%s\" in %s has no parts"), name, *up ? up : "/"),
                               checks_hint(checks, tr("set all of it: %s/%s"), up, name));
        next = NULL;
    }
    return next;
}

/* Makes sure that there is something to put the last name into. */
static bool make_parents(struct checks *checks, cJSON *root, const char *pointer)
{
    const char *rest = pointer, *last = strrchr(pointer, '/');
    cJSON *at = root;
    char *up = mem_strdup("");
    while (at && rest < last) {
        char *name = json_pointer_next(&rest), *here = json_pointer_join(up, name);
        at = step_down(checks, at, pointer, up, name);
        mem_free(name);
        mem_free(up);
        up = here;
    }
    mem_free(up);
    return at != NULL;
}

struct override_problem {
    struct checks *checks;
    const char *pointer;
};

static void report_override_value(void *context, size_t line, size_t column, const char *what, const char *hint)
{
    struct override_problem *to = context;
    (void)line;
    (void)column;
    checks_report_override(to->checks, to->pointer, what, hint);
}

/* Hints are about files. */
static void report_override_text(void *context, size_t line, size_t column, const char *what, const char *hint)
{
    (void)hint;
    report_override_value(context, line, column, what, NULL);
}

/* What was given as JSON, read as strictly as a file; NULL, told, when it is not good. */
static cJSON *read_override(struct checks *checks, const char *pointer, const char *json, json_problem_fn problem)
{
    struct override_problem to = {checks, pointer};
    struct json_document *d = json_parse(json, strlen(json), problem, &to);
    cJSON *value = d ? cJSON_Duplicate(json_root(d), 1) : NULL;
    json_free(d);
    return value;
}

/* A text as a file could have it: UTF-8. */
static cJSON *read_override_text(struct checks *checks, const char *pointer, const char *text)
{
    cJSON *written = cJSON_CreateString(text);
    char *json = json_print(written);
    cJSON *value = read_override(checks, pointer, json, report_override_text);
    mem_free(json);
    cJSON_Delete(written);
    return value;
}

/* JSON, or a bare word taken as a text. */
static cJSON *parse_override_value(struct checks *checks, const struct scenario_override *o)
{
    const char *first = o->value + strspn(o->value, " \t\n");
    cJSON *probe = strchr("{[\"", *first) && *first ? NULL : cJSON_ParseWithOpts(o->value, NULL, 1);
    bool json = probe != NULL || (*first && strchr("{[\"", *first));
    cJSON_Delete(probe);
    if (!json) return read_override_text(checks, o->pointer, o->value);
    return read_override(checks, o->pointer, o->value, report_override_value);
}

static void apply_override(struct checks *checks, cJSON *root, const struct scenario_override *o)
{
    if (!json_pointer_is_valid(o->pointer) || !*o->pointer) {
        checks_report_override(checks, o->pointer, tr("this is not a JSON Pointer to a value"),
                               tr("write it like /links/a-mail/loss"));
        return;
    }
    cJSON *name = read_override_text(checks, o->pointer, o->pointer); /* its last part may become a key */
    cJSON *value = name ? parse_override_value(checks, o) : NULL;
    cJSON_Delete(name);
    if (!value) return;
    bool parents = make_parents(checks, root, o->pointer);
    if (parents && json_set(root, o->pointer, value) == JSON_SET) {
        checks_add_override(checks, o->pointer);
        return;
    }
    if (parents)
        checks_report_override(checks, o->pointer, tr("the list has no such place"), tr("places count from 0"));
    cJSON_Delete(value);
}

/* ---- in and out ---- */

static void report_text(void *context, size_t line, size_t column, const char *what, const char *hint)
{
    checks_report_line(context, line, column, what, hint);
}

static struct scenario *load_tree(const char *name, struct checks *checks, const cJSON *root)
{
    struct scenario_memory *memory = scenario_memory_new();
    struct scenario *s = scenario_alloc(memory, 1, sizeof *s);
    struct loader l = {.scenario = s, .checks = checks, .root = spot_root(checks, root)};
    s->memory = memory;
    load_everything(&l, name);
    char *json = json_print(root);
    s->json = scenario_text(memory, json);
    mem_free(json);
    char *warnings = checks_warnings(checks);
    s->warnings = scenario_text(memory, warnings);
    mem_free(warnings);
    if (checks_count(checks) == 0) return s;
    scenario_free(s);
    return NULL;
}

struct scenario *scenario_parse(const char *name, const char *json, size_t size,
                                const struct scenario_override *overrides, size_t n_overrides, FILE *errors)
{
    struct scenario *scenario = NULL;
    struct checks *checks = checks_new(name);
    struct json_document *document = json_parse(json, size, report_text, checks);
    if (document) {
        cJSON *root = cJSON_Duplicate(json_root(document), 1);
        checks_set_document(checks, document);
        for (size_t i = 0; i < n_overrides; i++)
            apply_override(checks, root, &overrides[i]);
        if (checks_count(checks) == 0) scenario = load_tree(name, checks, root);
        cJSON_Delete(root);
    }
    checks_print(checks, errors);
    checks_free(checks);
    json_free(document);
    return scenario;
}

/* The whole file, allocated, or NULL with a reason. */
static char *read_all(FILE *file, size_t *size, const char **why)
{
    char *text = NULL;
    size_t room = 0, got;
    *size = 0;
    do {
        if (*size == room) text = mem_realloc(text, room = room ? 2 * room : 1 << 16);
        got = fread(text + *size, 1, room - *size, file);
        *size += got;
    } while (got > 0 && *size <= FILE_MAX_BYTES);
    *why = ferror(file) ? strerror(errno) : *size > FILE_MAX_BYTES ? tr("larger than 64 MiB") : NULL;
    if (!*why) return text;
    mem_free(text);
    return NULL;
}

struct scenario *scenario_load(const char *path, const struct scenario_override *overrides, size_t n_overrides,
                               FILE *errors)
{
    bool standard_input = strcmp(path, "-") == 0;
    const char *name = standard_input ? tr("standard input") : path, *why = NULL;
    FILE *file = standard_input ? stdin : fopen(path, "rb");
    size_t size = 0;
    char *text = NULL;
    if (!file)
        why = strerror(errno);
    else
        text = read_all(file, &size, &why);
    if (file && !standard_input) fclose(file);
    struct scenario *scenario = NULL;
    if (text)
        scenario = scenario_parse(name, text, size, overrides, n_overrides, errors);
    else
        fprintf(errors, tr("%s: cannot be read: %s\n"), name, why);
    mem_free(text);
    return scenario;
}

void scenario_free(struct scenario *scenario)
{
    if (scenario) scenario_memory_free(scenario->memory);
}
