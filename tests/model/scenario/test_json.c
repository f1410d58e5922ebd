/* Strict JSON: what RFC 8259 refuses, and what cJSON alone would let pass; positions; JSON Pointer (RFC 6901). */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/scenario/json.h"

struct first_problem {
    size_t n, line, column;
};

static void count_problem(void *context, size_t line, size_t column, const char *what, const char *hint)
{
    struct first_problem *first = context;
    (void)hint;
    cr_assert(what && *what);
    if (first->n++ == 0) {
        first->line = line;
        first->column = column;
    }
}

static struct json_document *parse(const char *text, struct first_problem *first)
{
    *first = (struct first_problem){0};
    return json_parse(text, strlen(text), count_problem, first);
}

Test(json, what_is_not_json_is_refused_where_it_goes_wrong)
{
    static const struct {
        const char *text;
        size_t line, column;
    } bad[] = {{"", 1, 1},
               {"  \n ", 1, 1},
               {"[1, 2,, 3]", 1, 7},
               {"[1,]", 1, 3},
               {"{\"a\":1,}", 1, 7},
               {"{a:1}", 1, 2},
               {"{\"a\" 1}", 1, 6},
               {"[01]", 1, 2},
               {"[-01]", 1, 2},
               {"[1.]", 1, 2},
               {"[.5]", 1, 2},
               {"[1e]", 1, 2},
               {"[+1]", 1, 2},
               {"[NaN]", 1, 2},
               {"[Infinity]", 1, 2},
               {"[1e400]", 1, 2},
               {"[tru]", 1, 2},
               {"[1] 2", 1, 5},
               {"[1]//", 1, 4},
               {"[\n1 /* */]", 2, 3},
               {"[\"\t\"]", 1, 3},
               {"[\"\\x\"]", 1, 3},
               {"[\"\\u12\"]", 1, 3},
               {"[\"\\u0000\"]", 1, 3},
               {"[\"\\udc00\"]", 1, 3},
               {"[\"\\ud800x\"]", 1, 3},
               {"[\"\\ud800\\u0041\"]", 1, 3},
               {"[\"\xff\"]", 1, 3},
               {"[\"\xc0\x80\"]", 1, 3},
               {"[\"\xed\xa0\x80\"]", 1, 3},
               {"[\"\xf4\x90\x80\x80\"]", 1, 3},
               {"[\"\xc3\"]", 1, 3},
               {"[\"ä\xff\"]", 1, 4},
               {"[9007199254740993]", 1, 2},
               {"[\"a", 1, 2},
               {"[1", 1, 3},
               {"{\"a\":{\"b\":1,\"b\":2}}", 1, 13},
               {"{\"a\":1,\"\\u0061\":2}", 1, 8},
               {"[0.00000000000000000000000000000000000000000000000000000000000000000001]", 1, 2}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct first_problem first;
        struct json_document *d = parse(bad[i].text, &first);
        cr_expect(d == NULL, "accepted: %s", bad[i].text);
        cr_expect(first.n == 1, "%zu problems: %s", first.n, bad[i].text);
        cr_expect(first.line == bad[i].line && first.column == bad[i].column, "%zu:%zu instead of %zu:%zu: %s",
                  first.line, first.column, bad[i].line, bad[i].column, bad[i].text);
        json_free(d);
    }
}

Test(json, what_is_json_is_taken_and_printed_so_that_it_reads_back_the_same)
{
    static const char *const same[] = {"{}",
                                       "[]",
                                       "null",
                                       "true",
                                       "[false,\"\"]",
                                       "{\"a\":{\"b\":[1,2,{\"c\":null}]},\"\":0}",
                                       "[9007199254740992,-9007199254740992,9007199254740991]",
                                       "[0.1,0.30000000000000004,1.5]",
                                       "\"\\n\\t\\\"\\\\ä€\xF0\x9F\x98\x80\"",
                                       "[0.12345678901234568]"};
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        struct first_problem first;
        struct json_document *d = parse(same[i], &first);
        cr_assert(d != NULL, "refused: %s", same[i]);
        char *again = json_print(json_root(d));
        cr_expect_str_eq(again, same[i]);
        free(again);
        json_free(d);
    }
}

Test(json, the_place_of_each_value_and_of_its_name_is_known)
{
    struct first_problem first;
    struct json_document *d =
        parse("{ \"a\" : [10,\n  {\"b/c\": 1, \"d~e\" :2}],\n\"ä\": \"ö\", \"z\": null }", &first);
    static const struct {
        const char *pointer;
        struct json_position at;
    } places[] = {{"", {1, 1, 1, 1}},     {"/a", {1, 9, 1, 3}},         {"/a/0", {1, 10, 1, 10}},
                  {"/a/1", {2, 3, 2, 3}}, {"/a/1/b~1c", {2, 11, 2, 4}}, {"/a/1/d~0e", {2, 21, 2, 14}},
                  {"/ä", {3, 6, 3, 1}},   {"/z", {3, 16, 3, 11}}};
    cr_assert(d != NULL);
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        struct json_position at = {0};
        cr_assert(json_locate(d, places[i].pointer, &at), "%s", places[i].pointer);
        cr_expect(memcmp(&at, &places[i].at, sizeof at) == 0, "%s: %zu:%zu, name %zu:%zu", places[i].pointer, at.line,
                  at.column, at.key_line, at.key_column);
    }
    static const char *const nowhere[] = {"/b", "/a/2", "/a/-", "/a/01", "/a/1/b", "/z/0", "a", "/a/1/d~2e"};
    for (size_t i = 0; i < sizeof nowhere / sizeof *nowhere; i++) {
        struct json_position at;
        cr_expect(!json_locate(d, nowhere[i], &at), "%s", nowhere[i]);
    }
    json_free(d);
}

static void expect_set(const char *before, const char *pointer, enum json_set_result expected, const char *after)
{
    cJSON *root = cJSON_Parse(before), *value = cJSON_CreateNumber(7);
    enum json_set_result result = json_set(root, pointer, value);
    if (result != JSON_SET) cJSON_Delete(value);
    char *text = json_print(root);
    cr_expect(result == expected, "%s in %s", pointer, before);
    cr_expect_str_eq(text, after);
    free(text);
    cJSON_Delete(root);
}

Test(json, a_pointer_sets_adds_and_appends)
{
    expect_set("{\"a\":1}", "/a", JSON_SET, "{\"a\":7}");
    expect_set("{\"a\":1}", "/b", JSON_SET, "{\"a\":1,\"b\":7}");
    expect_set("{\"a\":1}", "/A", JSON_SET, "{\"a\":1,\"A\":7}");
    expect_set("{\"a/b\":{\"~\":1}}", "/a~1b/~0", JSON_SET, "{\"a/b\":{\"~\":7}}");
    expect_set("[1,2]", "/1", JSON_SET, "[1,7]");
    expect_set("[1,2]", "/2", JSON_SET, "[1,2,7]");
    expect_set("[1,2]", "/-", JSON_SET, "[1,2,7]");
    expect_set("[1,2]", "/3", JSON_SET_NO_INDEX, "[1,2]");
    expect_set("[1,2]", "/x", JSON_SET_NO_INDEX, "[1,2]");
    expect_set("{\"a\":1}", "/a/b", JSON_SET_NO_PARENT, "{\"a\":1}");
    expect_set("{\"a\":1}", "/c/b", JSON_SET_NO_PARENT, "{\"a\":1}");
    expect_set("{\"a\":1}", "", JSON_SET_BAD_POINTER, "{\"a\":1}");
    expect_set("{\"a\":1}", "a", JSON_SET_BAD_POINTER, "{\"a\":1}");
    expect_set("{\"a\":1}", "/~2", JSON_SET_BAD_POINTER, "{\"a\":1}");
}
