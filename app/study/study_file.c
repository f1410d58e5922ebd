/* From bytes to a checked study: reads the file and its scenario; what varies is study_vary.c's, and whether the values
   are any good is found out by study_trial.c. To add a key: a row in top_keys, its line here, one in
   scenarios/studies/study.schema.json and one in docs/studies.md. */
#include "app/study/study_file.h"

#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/study/study_loader.h"
#include "model/scenario/loader.h"
#include "model/scenario/suggest.h"
#include "model/scenario/text_buffer.h"
#include "sim/journal/memory.h"
#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"
#include "sim/random.h"

enum { FILE_MAX_BYTES = 64 << 20, USUAL_RUNS = 100, LEAST_JUDGED_RUNS = 10 };

static const struct key_rule top_keys[] = {
    {"title", NULL},        {"scenario", NULL},  {"set", NULL},        {"vary", NULL},
    {"design", NULL},       {"compare", NULL},   {"seed", NULL},       {"measure", NULL},
    {"replications", NULL}, {"precision", NULL}, {"time_limit", NULL},
};

/* ---- files ---- */

/* The whole file, allocated; NULL with a reason. */
static char *read_all(const char *path, size_t *size, const char **why)
{
    char *text = NULL;
    size_t room = 0, got;
    FILE *file = fopen(path, "rb");
    *size = 0;
    *why = file ? NULL : strerror(errno);
    if (!file) return NULL;
    do {
        if (*size == room) text = mem_realloc(text, room = room ? 2 * room : 1 << 16);
        got = fread(text + *size, 1, room - *size, file);
        *size += got;
    } while (got > 0 && *size <= FILE_MAX_BYTES);
    *why = ferror(file) ? strerror(errno) : *size > FILE_MAX_BYTES ? tr("larger than 64 MiB") : NULL;
    fclose(file);
    if (!*why) return text;
    mem_free(text);
    return NULL;
}

static const char *file_name_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* In this folder (with its slash, or ""), with or without ".json"; NULL: not there. */
static const char *find_in(struct study *study, const char *folder, size_t length, const char *word)
{
    static const char *const endings[] = {"", ".json"};
    const char *found = NULL;
    for (size_t i = 0; i < 2 && !found; i++) {
        struct text_buffer path = {0};
        text_add_format(&path, "%.*s%s%s", *word == '/' ? 0 : (int)length, folder, word, endings[i]);
        if (access(path.text, R_OK) == 0) found = scenario_text(study->memory, path.text);
        mem_free(path.text);
    }
    return found;
}

/* Beside the study, or one of the library. */
static const char *find_scenario(struct study *study, const char *library, const char *word)
{
    const char *found = find_in(study, study->path, (size_t)(file_name_of(study->path) - study->path), word);
    if (found || !library || strchr(word, '/')) return found;
    struct text_buffer folder = {0};
    text_add_format(&folder, "%s/", library);
    found = find_in(study, folder.text, folder.size, word);
    mem_free(folder.text);
    return found;
}

/* The file of a folder that is called nearly so, without its ending. */
static void offer_files(struct study *study, const char *folder, struct suggest *near)
{
    DIR *dir = opendir(folder);
    for (const struct dirent *entry; dir && (entry = readdir(dir));) {
        const char *ending = strstr(entry->d_name, ".json");
        if (!ending || strcmp(ending, ".json")) continue;
        char *name = scenario_alloc(study->memory, strlen(entry->d_name) + 1, 1);
        memcpy(name, entry->d_name, (size_t)(ending - entry->d_name));
        suggest_offer(near, name);
    }
    if (dir) closedir(dir);
}

static void refuse_scenario(struct study_loader *l, const struct spot *spot, const char *library)
{
    struct suggest near = suggest_for(file_name_of(spot->json->valuestring));
    char *folder = mem_strdup(l->study->path);
    folder[file_name_of(l->study->path) - l->study->path] = '\0';
    if (!strchr(spot->json->valuestring, '/')) {
        offer_files(l->study, *folder ? folder : ".", &near);
        if (library) offer_files(l->study, library, &near);
    }
    mem_free(folder);
    spot_refuse(spot,
                near.best ? checks_hint(l->checks, tr("did you mean \"%s\"?"), near.best)
                          : tr("write where it is, seen from this file, or the name of one that comes along"),
                tr("there is no scenario %s"), checks_value(l->checks, spot->json));
}

static void load_scenario_text(struct study_loader *l, const char *library)
{
    struct study *study = l->study;
    struct spot spot = spot_key(&l->root, "scenario");
    size_t size;
    const char *why;
    if (!check_present(&l->root, "scenario", "\"scenario\": \"first-mail.json\"") ||
        !check_text(&spot, "first-mail.json"))
        return;
    study->scenario_path = find_scenario(study, library, spot.json->valuestring);
    if (!study->scenario_path) {
        refuse_scenario(l, &spot, library);
        return;
    }
    char *text = read_all(study->scenario_path, &size, &why);
    if (!text) {
        spot_refuse(&spot, NULL, tr("%s cannot be read: %s"), study->scenario_path, why);
        return;
    }
    char *kept = scenario_alloc(study->memory, size + 1, 1);
    memcpy(kept, text, size);
    study->scenario_text = kept;
    study->scenario_size = size;
    mem_free(text);
}

/* ---- the values at the top ---- */

static void load_title(struct study_loader *l)
{
    struct study *study = l->study;
    const char *name = file_name_of(study->path), *ending = strstr(name, ".json");
    struct text_buffer bare = {0};
    text_add_format(&bare, "%.*s", ending ? (int)(ending - name) : (int)strlen(name), name);
    const char *title = bare.text;
    want_text(&l->root, "title", "Delay against loss", &title);
    study->name = scenario_text(study->memory, title);
    mem_free(bare.text);
}

static void load_seed(struct study_loader *l)
{
    struct spot spot = spot_key(&l->root, "seed");
    int64_t number = 1;
    if (cJSON_IsString(spot.json) && *spot.json->valuestring)
        number = (int64_t)(scenario_seed_from_text(spot.json->valuestring) >> 1);
    else if (cJSON_IsString(spot.json))
        spot_refuse(&spot, tr("write a number or a word"), tr("the seed is empty"));
    else
        want_integer(&l->root, "seed", 0, INT64_C(9007199254740992), &number);
    l->study->seed = (uint64_t)number;
}

static void load_replications(struct study_loader *l)
{
    static const struct key_rule keys[] = {{"min", NULL}, {"max", NULL}};
    struct study *study = l->study;
    struct spot spot = spot_key(&l->root, "replications"), max;
    study->least_runs = study->most_runs = USUAL_RUNS;
    if (!cJSON_IsObject(spot.json)) {
        if (want_integer(&l->root, "replications", 1, STUDY_MOST_RUNS, &study->least_runs))
            study->most_runs = study->least_runs;
        return;
    }
    CHECK_KEYS(&spot, keys);
    bool good = check_present(&spot, "min", "\"min\": 50") &&
                want_integer(&spot, "min", 1, STUDY_MOST_RUNS, &study->least_runs);
    good = check_present(&spot, "max", "\"max\": 2000") &&
           want_integer(&spot, "max", 1, STUDY_MOST_RUNS, &study->most_runs) && good;
    max = spot_key(&spot, "max");
    if (good && study->most_runs < study->least_runs)
        spot_refuse(&max, tr("write the larger number as \"max\""), tr("%lld is less than \"min\""),
                    (long long)study->most_runs);
}

/* ---- measures ---- */

static bool read_measure(struct study_loader *l, const struct spot *spot, enum measure *measure)
{
    if (!check_text(spot, "delivery_delay")) return false;
    if (measure_find(spot->json->valuestring, measure)) return true;
    struct suggest near = suggest_for(spot->json->valuestring);
    struct text_buffer all = {0};
    for (int m = 0; m < MEASURES; m++) {
        suggest_offer(&near, measure_name((enum measure)m));
        text_add_format(&all, "%s%s", m ? ", " : "", measure_name((enum measure)m));
    }
    spot_refuse(spot,
                near.best ? checks_hint(l->checks, tr("did you mean \"%s\"?"), near.best)
                          : checks_hint(l->checks, tr("the measures are %s"), all.text),
                tr("%s is no measure"), checks_value(l->checks, spot->json));
    mem_free(all.text);
    return false;
}

static void load_measures(struct study_loader *l)
{
    struct spot list = spot_key(&l->root, "measure");
    enum measure measure;
    l->study->measures = MEASURE_BIT(MEASURE_DELIVERY_DELAY) | MEASURE_BIT(MEASURE_ATTEMPTS) |
                         MEASURE_BIT(MEASURE_DELIVERED) | MEASURE_BIT(MEASURE_DUPLICATES) |
                         MEASURE_BIT(MEASURE_RETRANSMISSIONS);
    if (!list.json || !check_array(&list, "[\"delivery_delay\"]")) return;
    l->study->measures = 0;
    for (struct spot s = spot_first(&list); s.json; s = spot_next(&s)) {
        if (!read_measure(l, &s, &measure)) continue;
        if (l->study->measures & MEASURE_BIT(measure))
            spot_refuse(&s, tr("delete one of the two"), tr("%s stands here twice"), checks_value(l->checks, s.json));
        l->study->measures |= MEASURE_BIT(measure);
    }
    if (!l->study->measures && !cJSON_GetArraySize(list.json))
        spot_refuse(&list, tr("write at least one measure, or leave \"measure\" out"), tr("the list is empty"));
}

/* ---- precision ---- */

/* A number that lies between two others, both excluded. */
static bool want_number(const struct spot *up, const char *key, double above, double below, double example, double *out)
{
    struct spot s = spot_key(up, key);
    if (!s.json) return false;
    double number = cJSON_IsNumber(s.json) ? s.json->valuedouble : NAN;
    if (number > above && number < below) {
        *out = number;
        return true;
    }
    const char *hint = checks_hint(s.checks, tr("write a number like %g"), example);
    if (below < INFINITY)
        spot_refuse(&s, hint, tr("%s is not a number between %g and %g"), checks_value(s.checks, s.json), above, below);
    else
        spot_refuse(&s, hint, tr("%s is not a number above %g"), checks_value(s.checks, s.json), above);
    return false;
}

static void check_precision(struct study_loader *l, const struct spot *spot)
{
    struct study *study = l->study;
    struct spot of = spot_key(spot, "of"), measure = spot_key(spot, "measure"), relative = spot_key(spot, "relative"),
                absolute = spot_key(spot, "absolute");
    if (!relative.json == !absolute.json)
        spot_refuse(absolute.json ? &absolute : spot, tr("write \"relative\": 0.05, or \"absolute\": 2"),
                    absolute.json ? tr("\"relative\" and \"absolute\" exclude each other")
                                  : tr("how precise is precise enough is not said"));
    if (study->precision.of_difference && study->compared_axis == STUDY_NO_AXIS && !checks_count(l->checks))
        spot_refuse(&of, tr("name what is compared: \"compare\": \"/hosts/mail.a.example/mail_server/retry\""),
                    tr("there is no difference where nothing is compared"));
    if (measure.json && !checks_count(l->checks) && !(study->measures & MEASURE_BIT(study->precision.measure)))
        spot_refuse(&measure, tr("add it to \"measure\""), tr("%s is not measured"),
                    checks_value(l->checks, measure.json));
    struct spot runs = spot_key(&l->root, "replications");
    if (study->least_runs == study->most_runs)
        spot_refuse(runs.json ? &runs : spot, tr("write \"replications\": {\"min\": 50, \"max\": 2000}"),
                    tr("a study with a \"precision\" runs until it is reached, and needs two bounds"));
    else if (study->least_runs < LEAST_JUDGED_RUNS)
        spot_refuse(&runs, checks_hint(l->checks, tr("write \"min\": %d or more"), LEAST_JUDGED_RUNS),
                    tr("nothing can be judged after so few runs"));
}

static void load_precision(struct study_loader *l)
{
    static const struct key_rule keys[] = {{"measure", NULL},  {"quantile", NULL},   {"relative", NULL},
                                           {"absolute", NULL}, {"confidence", NULL}, {"of", NULL}};
    static const struct choice subjects[] = {{"value", NULL}, {"difference", NULL}};
    struct study_precision *p = &l->study->precision;
    struct spot spot, measure;
    size_t of = 0;
    *p = (struct study_precision){.confidence = 0.95};
    if (!want_object(&l->root, "precision", &spot)) return;
    size_t errors = checks_count(l->checks);
    CHECK_KEYS(&spot, keys);
    p->is_wanted = true;
    measure = spot_key(&spot, "measure");
    if (check_present(&spot, "measure", "\"measure\": \"delivery_delay\"")) read_measure(l, &measure, &p->measure);
    want_number(&spot, "quantile", 0, 1, 0.5, &p->quantile);
    want_number(&spot, "relative", 0, 1, 0.05, &p->relative);
    want_number(&spot, "absolute", 0, INFINITY, 2, &p->absolute);
    want_number(&spot, "confidence", 0.5, 1, 0.95, &p->confidence);
    want_choice(&spot, "of", subjects, 2, &of);
    p->of_difference = of == 1;
    if (checks_count(l->checks) == errors) check_precision(l, &spot);
}

/* ---- what the study is ---- */

/* Prints the study without what only says which runs there are and how long they may take: rows that exist stay good
   when more is asked for. The pointers belong to it, not their values. */
static char *print_essence(const struct study *study)
{
    static const char *const left_out[] = {"replications", "precision",  "vary",    "scenario",
                                           "title",        "time_limit", "compare", "description"};
    cJSON *copy = cJSON_Duplicate(json_root(study->document), 1);
    for (size_t i = 0; i < sizeof left_out / sizeof left_out[0]; i++)
        cJSON_DeleteItemFromObjectCaseSensitive(copy, left_out[i]);
    cJSON *pointers = cJSON_AddArrayToObject(copy, "pointers");
    for (size_t i = 0; i < study->n_factors; i++)
        cJSON_AddItemToArray(pointers, cJSON_CreateString(study->factors[i].pointer));
    char *text = json_print(copy);
    cJSON_Delete(copy);
    return text;
}

static void note_text(struct study *study)
{
    cJSON *copy = cJSON_Duplicate(json_root(study->document), 1);
    cJSON_ReplaceItemInObjectCaseSensitive(copy, "scenario", cJSON_CreateString(file_name_of(study->scenario_path)));
    char *text = json_print(copy), *essence = print_essence(study);
    study->text = scenario_text(study->memory, text);
    study->identity =
        random_hash_mix(random_hash_mix(random_hash_text(essence), random_hash_text(study->scenario_text)),
                        random_hash_text(POSTROAD_VERSION));
    mem_free(text);
    mem_free(essence);
    cJSON_Delete(copy);
}

/* ---- in and out ---- */

static void report_text(void *context, size_t line, size_t column, const char *what, const char *hint)
{
    checks_report_line(context, line, column, what, hint);
}

/* Which runs there are, but for their scenario. */
static void load_runs(struct study_loader *l)
{
    load_seed(l);
    study_load_vary(l);
    load_measures(l);
    load_replications(l);
    load_precision(l);
}

static void load_everything(struct study_loader *l, const char *library)
{
    static const char example[] = "{ \"scenario\": \"first-mail.json\", \"vary\": { ... } }";
    if (!cJSON_IsObject(l->root.json)) {
        spot_refuse(&l->root, checks_hint(l->checks, tr("write %s"), example), tr("a study is an object"));
        return;
    }
    CHECK_KEYS(&l->root, top_keys);
    load_title(l);
    load_scenario_text(l, library);
    load_runs(l);
    l->study->time_ns = TIME_NEVER;
    want_duration(&l->root, "time_limit", SECOND, 365 * DAY, &l->study->time_ns);
}

static bool parse(struct study *study, const char *text, size_t size, const char *library, FILE *errors)
{
    struct checks *checks = checks_new(study->path);
    bool is_empty = size == 0; /* the hint for that is another than a scenario's */
    if (is_empty)
        checks_report_line(checks, 1, 1, tr("the file is empty"),
                           tr("begin with { \"scenario\": \"first-mail.json\" }"));
    study->document = is_empty ? NULL : json_parse(text, size, report_text, checks);
    if (study->document) {
        struct study_loader l = {.study = study, .checks = checks, .sampled_axis = STUDY_NO_AXIS};
        l.root = spot_root(checks, json_root(study->document));
        checks_set_document(checks, study->document);
        load_everything(&l, library);
    }
    bool good = checks_count(checks) == 0;
    checks_print(checks, errors);
    checks_free(checks);
    return good;
}

struct study *study_load(const char *path, const char *library, FILE *errors)
{
    struct scenario_memory *memory = scenario_memory_new();
    struct study *study = scenario_alloc(memory, 1, sizeof *study);
    size_t size;
    const char *why;
    study->memory = memory;
    study->path = scenario_text(memory, path);
    char *text = read_all(path, &size, &why);
    bool good = text && parse(study, text, size, library, errors) && study_try_values(study, errors);
    if (!text) fprintf(errors, tr("%s: cannot be read: %s\n"), path, why);
    mem_free(text);
    if (good) {
        note_text(study);
        return study;
    }
    study_free(study);
    return NULL;
}

struct study *study_recall(const char *text)
{
    struct scenario_memory *memory = scenario_memory_new();
    struct study *study = scenario_alloc(memory, 1, sizeof *study);
    study->memory = memory;
    study->path = study->name = "";
    struct checks *checks = checks_new(study->path);
    study->document = json_parse(text, strlen(text), report_text, checks);
    if (study->document && cJSON_IsObject(json_root(study->document))) {
        struct study_loader l = {.study = study, .checks = checks, .sampled_axis = STUDY_NO_AXIS};
        l.root = spot_root(checks, json_root(study->document));
        checks_set_document(checks, study->document);
        load_runs(&l);
    }
    bool good = study->most_runs > 0 && checks_count(checks) == 0;
    checks_free(checks);
    if (good) return study;
    study_free(study);
    return NULL;
}

void study_free(struct study *study)
{
    if (!study) return;
    json_free(study->document);
    scenario_memory_free(study->memory);
}

struct json_position study_place(const struct study *study, const char *pointer, size_t level)
{
    struct json_position position = {1, 1, 1, 1};
    char *key = json_pointer_join("/vary", pointer), item[32], *list = NULL, *place = NULL;
    const cJSON *value = json_get(json_root(study->document), key);
    if (!value) { /* "set" */
        mem_free(key);
        key = json_pointer_join("/set", pointer);
    } else if (cJSON_IsObject(value) && cJSON_GetObjectItemCaseSensitive(value, "values")) {
        list = json_pointer_join(key, "values");
    }
    snprintf(item, sizeof item, "%zu", level);
    place = json_pointer_join(list ? list : key, item);
    if (!json_locate(study->document, place, &position)) json_locate(study->document, list ? list : key, &position);
    mem_free(place);
    mem_free(list);
    mem_free(key);
    return position;
}
