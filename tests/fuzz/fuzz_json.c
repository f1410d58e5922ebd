/* JSON texts with pointers into them and values for what they name, as --set gives them, and as the window edits a
   scenario. The input is a text, a pointer and a value, parted by bytes 0x1F, which stand in no JSON. What is set is
   found, the edited text means what is wanted, and a scenario that was made with --set can be made again from what it
   says of itself (tried with json_set that adds where it should replace). */
#include "model/scenario/json.h"
#include "model/scenario/json_edit.h"
#include "model/scenario/scenario.h"
#include "sim/journal/memory.h"
#include "tests/fuzz/fuzz.h"

enum { PARTS = 3, PARTED_BY = 0x1F };

static const char first_mail[] =
    "{ \"postroad\": 1, \"title\": \"t\", \"hosts\": {\n"
    "  \"pc\": { \"client\": { \"user\": \"alice@a.example\", \"submits_to\": \"mail.a.example\" } },\n"
    "  \"internet\": { \"router\": {} },\n"
    "  \"mail.a.example\": { \"mail_server\": { \"domains\": [\"a.example\"], \"users\": [\"alice\", \"bob\"] } } },\n"
    "  \"links\": { \"a\": { \"between\": [\"pc\", \"internet\"], \"loss\": \"1 %\" },\n"
    "    \"b\": { \"between\": [\"mail.a.example\", \"internet\"] } },\n"
    "  \"mail\": { \"m1\": { \"from\": \"alice@a.example\", \"to\": [\"bob@a.example\"], \"subject\": \"x\" } } }\n";

static void count_problem(void *context, size_t line, size_t column, const char *what, const char *hint)
{
    unsigned *n = context;
    (void)hint;
    FUZZ_MUST(line > 0 && column > 0 && what && *what);
    ++*n;
}

static struct json_document *parse(const char *text, size_t size)
{
    unsigned problems = 0;
    struct json_document *d = json_parse(text, size, count_problem, &problems);
    FUZZ_MUST((d == NULL) == (problems > 0));
    return d;
}

/* Whether it may stand in a text at all: UTF-8. */
static bool is_good_text(const char *text)
{
    unsigned problems = 0;
    cJSON *string = cJSON_CreateString(text);
    char *json = json_print(string);
    struct json_document *d = json_parse(json, strlen(json), count_problem, &problems);
    json_free(d);
    mem_free(json);
    cJSON_Delete(string);
    return d != NULL;
}

/* The names of a pointer, joined again, are the pointer. */
static void take_apart(const char *pointer)
{
    const char *rest = pointer;
    char *joined = mem_strdup(""), *name;
    while ((name = json_pointer_next(&rest))) {
        char *longer = json_pointer_join(joined, name);
        mem_free(joined);
        mem_free(name);
        joined = longer;
    }
    FUZZ_MUST(strcmp(joined, pointer) == 0);
    mem_free(joined);
}

static void must_be_edited(const char *text, size_t size, const cJSON *wanted)
{
    char *edited = json_edited(text, size, wanted);
    FUZZ_MUST(edited);
    struct json_document *d = parse(edited, strlen(edited));
    FUZZ_MUST(d && cJSON_Compare(json_root(d), wanted, true));
    json_free(d);
    mem_free(edited);
}

static void set(const char *text, size_t size, const struct json_document *d, const char *pointer, const char *value)
{
    struct json_document *v = parse(value, strlen(value));
    if (!v) return;
    cJSON *tree = cJSON_Duplicate(json_root(d), true), *given = cJSON_Duplicate(json_root(v), true);
    const char *last = strrchr(pointer, '/');
    if (json_set(tree, pointer, given) == JSON_SET) {
        if (strcmp(last, "/-") != 0) FUZZ_MUST(json_get(tree, pointer) == given);
        FUZZ_MUST(cJSON_Compare(given, json_root(v), true));
        must_be_edited(text, size, tree);
    } else {
        FUZZ_MUST(cJSON_Compare(tree, json_root(d), true)); /* nothing was changed */
        cJSON_Delete(given);
    }
    cJSON_Delete(tree);
    json_free(v);
}

static void point(const char *text, size_t size, const char *pointer, const char *value)
{
    struct json_document *d = parse(text, size);
    struct json_position position;
    if (!d) return;
    char *same = json_edited(text, size, json_root(d));
    FUZZ_MUST(same && strlen(same) == size && memcmp(same, text, size) == 0);
    mem_free(same);
    if (json_pointer_is_valid(pointer)) {
        take_apart(pointer);
        FUZZ_MUST((json_get(json_root(d), pointer) != NULL) == json_locate(d, pointer, &position));
        if (*pointer && is_good_text(pointer)) set(text, size, d, pointer, value);
    }
    json_free(d);
}

/* As --set does it. */
static void override(const char *text, size_t size, const char *pointer, const char *value)
{
    const struct scenario_override o = {pointer, value};
    char *said = NULL;
    size_t said_size = 0;
    FILE *errors = open_memstream(&said, &said_size);
    struct scenario *s = scenario_parse("set.json", text, size, &o, 1, errors);
    fflush(errors);
    FUZZ_MUST((s != NULL) == (said_size == 0));
    if (s) {
        struct scenario *again = scenario_parse("again.json", s->json, strlen(s->json), NULL, 0, errors);
        fflush(errors);
        if (!again) fprintf(stderr, "%s%s\n", said, s->json);
        FUZZ_MUST(again && strcmp(again->json, s->json) == 0);
        scenario_free(again);
    }
    scenario_free(s);
    fclose(errors);
    free(said);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char *part[PARTS], *copy = calloc(1, size + 1);
    memcpy(copy, bytes, size);
    for (size_t i = 0; i < PARTS; i++)
        part[i] = copy + size;
    for (size_t i = 0, at = 0; i < PARTS && at <= size; i++) {
        char *end = memchr(copy + at, PARTED_BY, size - at);
        part[i] = copy + at;
        at = end ? (size_t)(end - copy) + 1 : size + 1;
        if (end) *end = '\0';
    }
    size_t text_size = part[1] > part[0] && part[1][-1] == '\0' ? (size_t)(part[1] - part[0]) - 1 : size;
    if (text_size > 0) point(part[0], text_size, part[1], part[2]);
    if (text_size > 0)
        override(part[0], text_size, part[1], part[2]);
    else
        override(first_mail, sizeof first_mail - 1, part[1], part[2]);
    free(copy);
    return 0;
}
