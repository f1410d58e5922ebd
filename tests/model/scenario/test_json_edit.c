/* A text that is edited means what is wanted, and stays as it was written everywhere else. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/scenario/json.h"
#include "model/scenario/json_edit.h"
#include "model/scenario/json_layout.h"
#include "sim/journal/memory.h"
#include "sim/random.h"
#include "tests/model/scenario/scenario_files.h"

static const struct {
    const char *text, *wanted, *edited;
} rows[] = {
    /* nothing: as it was spelt, to the last byte */
    {"{ \"a\" :1.50,\n\t\"b\":\"\\u0041\" }\n", "{\"a\":1.5,\"b\":\"A\"}", "{ \"a\" :1.50,\n\t\"b\":\"\\u0041\" }\n"},
    /* a value in its place */
    {"{ \"a\" :1.50,\n\t\"b\":\"\\u0041\" }\n", "{\"a\":2,\"b\":\"A\"}", "{ \"a\" :2,\n\t\"b\":\"\\u0041\" }\n"},
    {"{\"a\": [1.0, 2.0, 3.0]}", "{\"a\":[1,7,3]}", "{\"a\": [1.0, 7, 3.0]}"},
    {"{\"a\": [1.0, 2.0]}", "{\"a\":[7,2,3]}", "{\"a\": [7, 2.0, 3]}"},
    {"{\"a\": {}}", "{\"a\":{\"b\":1}}", "{\"a\": {\"b\": 1}}"},
    {"{\"a\": [ ]}", "{\"a\":[]}", "{\"a\": [ ]}"},
    /* one more, as its neighbours stand */
    {"{\n  \"a\": 1,\n  \"b\": 2\n}", "{\"a\":1,\"b\":2,\"c\":3}", "{\n  \"a\": 1,\n  \"b\": 2,\n  \"c\": 3\n}"},
    {"{\r\n\t\"a\": 1\r\n}", "{\"a\":1,\"c\":{\"d\":{}}}", "{\r\n\t\"a\": 1,\r\n\t\"c\": { \"d\": {} }\r\n}"},
    {"{\"a\":1}", "{\"a\":1,\"c\":[1,2]}", "{\"a\":1,\"c\":[1,2]}"},
    {"{ \"a\": 1 }", "{\"a\":1,\"c\":[1,2]}", "{ \"a\": 1, \"c\": [1, 2] }"},
    {"{\n  \"l\": {\n    \"x\":   { \"d\": 1 },\n    \"abc\": { \"d\": 2 }\n  }\n}",
     "{\"l\":{\"x\":{\"d\":1},\"abc\":{\"d\":2},\"zz\":{\"d\":3}}}",
     "{\n  \"l\": {\n    \"x\":   { \"d\": 1 },\n    \"abc\": { \"d\": 2 },\n    \"zz\":  { \"d\": 3 }\n  }\n}"},
    {"{\n  \"l\": {\n    \"x\": {\n      \"d\": 1\n    }\n  }\n}", "{\"l\":{\"x\":{\"d\":1},\"y\":{\"d\":2}}}",
     "{\n  \"l\": {\n    \"x\": {\n      \"d\": 1\n    },\n    \"y\": {\n      \"d\": 2\n    }\n  }\n}"},
    {"{\n  \"a\": 1\n}", "{\"a\":1,\"faults\":[{\"drop\":{\"n\":1}}]}",
     "{\n  \"a\": 1,\n  \"faults\": [\n    { \"drop\": { \"n\": 1 } }\n  ]\n}"},
    {"[2]", "[1,2]", "[1, 2]"},
    /* one less, with its comma */
    {"{\n  \"a\": 1,\n  \"b\": 2,\n  \"c\": 3\n}", "{\"a\":1,\"c\":3}", "{\n  \"a\": 1,\n  \"c\": 3\n}"},
    {"{\n  \"a\": 1,\n  \"b\": 2\n}", "{\"a\":1}", "{\n  \"a\": 1\n}"},
    {"{\n  \"a\": 1,\n  \"b\": 2\n}", "{\"b\":2}", "{\n  \"b\": 2\n}"},
    {"{ \"a\": [ 1, 2 ] }", "{\"a\":[]}", "{ \"a\": [] }"},
};

Test(json_edit, only_what_differs_is_written_anew)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        cJSON *wanted = cJSON_Parse(rows[i].wanted);
        char *edited = json_edited(rows[i].text, strlen(rows[i].text), wanted);
        cr_expect(eq(str, edited, (char *)rows[i].edited), "row %zu", i);
        mem_free(edited);
        cJSON_Delete(wanted);
    }
}

Test(json_edit, what_is_no_json_cannot_be_edited)
{
    cJSON *wanted = cJSON_Parse("{}");
    cr_expect(eq(ptr, json_edited("{,}", 3, wanted), NULL));
    cr_expect(eq(ptr, json_edited("postroad journal", 16, wanted), NULL));
    cJSON_Delete(wanted);
}

/* ---- Whatever the trees ---- */

static struct random_stream luck;

static int below(int n)
{
    return (int)random_stream_below(&luck, (uint64_t)n);
}

static cJSON *any_value(int depth)
{
    static const char *const texts[] = {"", "5 %", "a \"word\"", "über\n", "\\"};
    static const double numbers[] = {0, 1, -2.5, 1e20, 0.1, 100};
    int kind = below(depth > 3 ? 3 : 6);
    char key[16];
    if (kind == 0) return cJSON_CreateString(texts[below(5)]);
    if (kind == 1) return cJSON_CreateNumber(numbers[below(6)]);
    if (kind == 2) return below(2) ? cJSON_CreateNull() : cJSON_CreateBool(below(2));
    cJSON *container = kind == 3 ? cJSON_CreateArray() : cJSON_CreateObject();
    for (int i = below(5); i > 0; i--) {
        snprintf(key, sizeof key, "k%d", i);
        if (kind == 3)
            cJSON_AddItemToArray(container, any_value(depth + 1));
        else
            cJSON_AddItemToObject(container, key, any_value(depth + 1));
    }
    return container;
}

static void put_space(struct text_buffer *out)
{
    static const char *const spaces[] = {"", "", " ", "\n  ", "\n\t", "\r\n", "  "};
    text_add_string(out, spaces[below(7)]);
}

/* As nobody would write it. */
static void put_somehow(struct text_buffer *out, const cJSON *value)
{
    bool is_object = cJSON_IsObject(value);
    if (!is_object && !cJSON_IsArray(value)) {
        char *text = json_print(value);
        if (cJSON_IsNumber(value) && strspn(text, "-0123456789") == strlen(text) && below(2))
            text_add_format(out, "%s.0e+0", text);
        else
            text_add_string(out, text);
        mem_free(text);
        return;
    }
    text_add_char(out, is_object ? '{' : '[');
    for (const cJSON *item = value->child; item; item = item->next) {
        put_space(out);
        if (is_object) text_add_format(out, "\"\\u006b%s\"", item->string + 1), put_space(out), text_add_char(out, ':');
        put_space(out);
        put_somehow(out, item);
        put_space(out);
        if (item->next) text_add_char(out, ',');
    }
    put_space(out);
    text_add_char(out, is_object ? '}' : ']');
}

static void insert(cJSON *array, int at, cJSON *value)
{
    if (!cJSON_InsertItemInArray(array, at, value)) cJSON_Delete(value);
}

static void change_one(cJSON *container)
{
    char key[16];
    int n = cJSON_GetArraySize(container), at = n ? below(n) : 0, what = below(4);
    cJSON *child = cJSON_GetArrayItem(container, at);
    snprintf(key, sizeof key, "k%d", 10 + below(1000));
    if (what == 0 && n) {
        cJSON_DeleteItemFromArray(container, at);
    } else if (what == 1 && child && child->child) {
        change_one(child);
    } else if (cJSON_IsArray(container)) {
        if (what == 2 && n)
            cJSON_ReplaceItemInArray(container, at, any_value(1));
        else
            insert(container, at, any_value(1));
    } else if (what == 2 && n) {
        snprintf(key, sizeof key, "%s", child->string);
        cJSON_ReplaceItemInObjectCaseSensitive(container, key, any_value(1));
    } else if (!cJSON_GetObjectItemCaseSensitive(container, key)) {
        cJSON_AddItemToObject(container, key, any_value(1));
    }
}

static void expect_meaning(const char *text, const cJSON *wanted, int round)
{
    char *means, *should = json_print(wanted);
    cJSON *tree = cJSON_Parse(text);
    cr_assert(tree != NULL, "round %d: %s", round, text);
    means = json_print(tree);
    cr_expect(eq(str, means, should), "round %d: %s", round, text);
    mem_free(means);
    mem_free(should);
    cJSON_Delete(tree);
}

Test(json_edit, a_text_means_what_is_wanted_and_again_what_it_meant)
{
    luck = random_stream_for(1, "json_edit", "trees");
    for (int round = 0; round < 3000; round++) {
        struct text_buffer text = {0};
        cJSON *was = any_value(0);
        put_somehow(&text, was);
        cJSON *wanted = cJSON_Duplicate(was, 1);
        for (int i = below(4); i > 0 && wanted->child; i--)
            change_one(wanted);
        char *same = json_edited(text.text, text.size, was), *edited = json_edited(text.text, text.size, wanted);
        cr_assert(same != NULL && edited != NULL, "round %d: %s", round, text.text);
        cr_expect(eq(str, same, text.text));
        expect_meaning(edited, wanted, round);
        char *back = json_edited(edited, strlen(edited), was), *laid_out = json_laid_out(wanted);
        expect_meaning(back, was, round);
        expect_meaning(laid_out, wanted, round);
        mem_free(laid_out), mem_free(back), mem_free(edited), mem_free(same), mem_free(text.text);
        cJSON_Delete(was);
        cJSON_Delete(wanted);
    }
}

/* ---- The scenarios that come with postroad ---- */

static size_t count_lines(const char *text)
{
    size_t n = 0;
    for (; *text; text++)
        n += *text == '\n';
    return n;
}

/* One value is another, one fault more: one line differs, and few are more. Taken back, not a byte differs. */
static void edit_scenario(const char *path, const char *name)
{
    size_t size;
    char *text = read_file(path, &size);
    cJSON *was = cJSON_Parse(text), *wanted = cJSON_Duplicate(was, 1);
    cJSON *faults = cJSON_GetObjectItemCaseSensitive(wanted, "faults");
    if (!faults) faults = cJSON_AddArrayToObject(wanted, "faults");
    cJSON_AddItemToArray(faults, cJSON_Parse("{\"at\":\"2 s\",\"stop_host\":{\"host\":\"x\"}}"));
    cJSON_ReplaceItemInObjectCaseSensitive(wanted, "title", cJSON_CreateString("Another"));
    char *edited = json_edited(text, size, wanted), *back = json_edited(edited, strlen(edited), was);
    size_t more = count_lines(edited) - count_lines(text);
    cr_expect(more >= 1 && more <= 5, "%s: %zu lines more\n%s", name, more, edited);
    cr_expect(strstr(edited, "\"stop_host\": { \"host\": \"x\" }") != NULL, "%s: %s", name, edited);
    if (cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(was, "faults")) > 0)
        cr_expect(eq(str, back, text), "%s", name);
    mem_free(back), mem_free(edited);
    mem_free(text);
    cJSON_Delete(was);
    cJSON_Delete(wanted);
}

Test(json_edit, a_scenario_keeps_its_lines)
{
    cr_expect(each_scenario("scenarios", edit_scenario) > 30);
}

/* What has lost its layout gets about the one that its writer chose. */
static void lay_out(const char *path, const char *name)
{
    size_t size;
    char *text = read_file(path, &size);
    cJSON *was = cJSON_Parse(text);
    char *laid_out = json_laid_out(was);
    size_t n = count_lines(text), lines = count_lines(laid_out);
    cr_expect(lines * 4 > n && lines < n * 5 / 2, "%s: %zu lines were %zu\n%s", name, lines, n, laid_out);
    expect_meaning(laid_out, was, 0);
    mem_free(laid_out);
    mem_free(text);
    cJSON_Delete(was);
}

Test(json_layout, scenarios_look_as_if_somebody_had_written_them)
{
    cr_expect(each_scenario("scenarios", lay_out) > 30);
}
