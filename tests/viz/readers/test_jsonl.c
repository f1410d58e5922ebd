/* A journal as JSON Lines, held against exact lines and against cJSON as an independent reader. */
#include "viz/readers/jsonl.h"

#include <cjson/cJSON.h>
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "sim/journal/vtime.h"
#include "tests/viz/readers/small_journal.h"

static struct journal_names *some_names(void)
{
    struct journal_memory *memory = journal_memory_new();
    struct journal *j = journal_new();
    journal_add_reader(j, journal_memory_reader(memory, event_mask_all()));
    JOURNAL_EMIT(j, HOST_ADD, F_INT(HOST, 2), F_TEXT(NAME, "mx1.b.example"));
    JOURNAL_EMIT(j, HOST_ADD, F_INT(HOST, 1), F_TEXT(NAME, "mail.a.example"));
    JOURNAL_EMIT(j, LINK_ADD, F_INT(LINK, 1), F_TEXT(NAME, "a-mail"), F_INT(HOST, 1), F_INT(PEER, 2));
    JOURNAL_EMIT(j, MAIL_COMPOSE, F_INT(MESSAGE, 1), F_TEXT(NAME, "m1"));
    struct journal_names *names = journal_names_of(memory);
    journal_free(j);
    journal_memory_free(memory);
    return names;
}

/* The line of the event that `emit` makes at 1.5 s. */
#define LINE_OF(names, kind, ...)                                                                                      \
    line_of(names, EVENT_##kind, (const struct event_field[]){__VA_ARGS__},                                            \
            sizeof((const struct event_field[]){__VA_ARGS__}) / sizeof(struct event_field))
static struct journal_names *line_names;
static FILE *line_out;

static void write_line(void *context, const struct event *e)
{
    (void)context;
    cr_assert(jsonl_write(e, line_names, line_out));
}

static char *line_of(struct journal_names *names, enum event_kind kind, const struct event_field *fields, size_t n)
{
    static char *text;
    size_t size;
    free(text);
    text = NULL;
    line_out = open_memstream(&text, &size);
    line_names = names;
    struct journal *j = journal_new();
    journal_add_reader(j, (struct journal_reader){.mask = event_mask_all(), .on_event = write_line});
    journal_set_now(j, 1500 * MILLISECOND);
    journal_emit(j, kind, fields, n);
    journal_free(j);
    fclose(line_out);
    return text;
}

Test(jsonl, an_event_is_one_object_with_its_fields_by_name)
{
    struct journal_names *names = some_names();
    cr_assert_str_eq(LINE_OF(names, TCP_STATE, F_INT(CONN, 3), F_INT(HOST, 2), F_TEXT(FROM, "SYN-SENT"),
                             F_TEXT(TO, "ESTABLISHED"), F_TEXT(WHY, "SYN,ACK arrived")),
                     "{\"id\":1,\"cause\":0,\"t_ns\":1500000000,\"kind\":\"tcp.state\",\"conn\":3,\"host\":\"mx1.b."
                     "example\",\"from\":\"SYN-SENT\",\"to\":\"ESTABLISHED\",\"why\":\"SYN,ACK arrived\"}\n");
    cr_assert_str_eq(LINE_OF(names, LINK_STATE, F_INT(LINK, 1), F_INT(DIR, 1), F_INT(UP, 1)),
                     "{\"id\":1,\"cause\":0,\"t_ns\":1500000000,\"kind\":\"link.state\",\"link\":\"a-mail\",\"dir\":1,"
                     "\"up\":true,\"why\":\"\"}\n");
    cr_assert_str_eq(LINE_OF(names, STREAM_DATA, F_INT(STREAM, 9), F_INT(HOST, 7), F_BLOB(BYTES, "\x00\xff\r", 3)),
                     "{\"id\":1,\"cause\":0,\"t_ns\":1500000000,\"kind\":\"stream.data\",\"stream\":9,\"host\":7,"
                     "\"conn\":null,\"offset\":0,\"bytes\":\"00ff0d\"}\n",
                     "an unknown host keeps its number, none is null");
    cr_assert_str_eq(LINE_OF(NULL, TIMER_SET, F_INT(HOST, 1), F_TEXT(NAME, "next attempt"), F_INT(AT, TIME_NEVER)),
                     "{\"id\":1,\"cause\":0,\"t_ns\":1500000000,\"kind\":\"timer.set\",\"host\":1,\"conn\":null,"
                     "\"message\":null,\"name\":\"next attempt\",\"at\":null}\n");
    const char *host = LINE_OF(NULL, HOST_ADD, F_INT(HOST, 1), F_INT(ADDRESS, 0x0a000005));
    cr_assert(strstr(host, "\"address\":\"10.0.0.5\""), "%s", host);
    journal_names_free(names);
}

Test(jsonl, no_key_stands_twice)
{
    /* dns.query has a field of its own called id. */
    const char *line = LINE_OF(NULL, DNS_QUERY, F_TEXT(QNAME, "b.example"), F_INT(ID, 77));
    cr_assert(strstr(line, "\"protocol_id\":77"), "%s", line);
    for (int kind = 1; kind < EVENT_KINDS; kind++) {
        cJSON *object = cJSON_Parse(line_of(NULL, (enum event_kind)kind, NULL, 0));
        cr_assert(object, "%s", event_kind_name((enum event_kind)kind));
        const enum field_id *fields;
        cr_assert_eq((size_t)cJSON_GetArraySize(object), 4 + event_kind_fields((enum event_kind)kind, &fields));
        for (cJSON *a = object->child; a; a = a->next)
            for (cJSON *b = a->next; b; b = b->next)
                cr_assert_str_neq(a->string, b->string, "%s", event_kind_name((enum event_kind)kind));
        cJSON_Delete(object);
    }
}

Test(jsonl, text_is_escaped_and_always_utf8)
{
    static const struct {
        const char *in, *out;
    } cases[] = {
        {"say \"hi\" \\ \r\n\t\x01", "say \\\"hi\\\" \\\\ \\u000d\\u000a\\u0009\\u0001"},
        {"P\xc5\x99\xc3\xadli\xc5\xa1 \xe2\x82\xac \xf0\x9f\x93\xac",
         "P\xc5\x99\xc3\xadli\xc5\xa1 \xe2\x82\xac \xf0\x9f\x93\xac"},
        {"a\xff", "a\xef\xbf\xbd"},
        {"\xc3", "\xef\xbf\xbd"},                                                 /* cut short */
        {"\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd"},                                 /* overlong */
        {"\xe0\x80\xaf", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},                 /* overlong */
        {"\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},                 /* a surrogate */
        {"\xf4\x90\x80\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"}, /* beyond U+10FFFF */
        {"\xe2\x82x", "\xef\xbf\xbd\xef\xbf\xbdx"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *line = LINE_OF(NULL, CAPTION, F_TEXT(TEXT, cases[i].in));
        char expected[256];
        snprintf(expected, sizeof expected, "\"text\":\"%s\",", cases[i].out);
        cr_assert(strstr(line, expected), "%zu: %s", i, line);
    }
}

Test(jsonl, a_whole_journal_is_a_line_an_event_with_names)
{
    struct journal_memory *memory = small_journal_new(event_mask_all());
    char *text = NULL;
    size_t size, n = 0;
    FILE *out = open_memstream(&text, &size);
    cr_assert(jsonl_write_journal(memory, out));
    fclose(out);
    for (char *line = text, *end; *line; line = end + 1, n++) {
        end = strchr(line, '\n');
        *end = '\0';
        const struct event *e = journal_memory_at(memory, n);
        cJSON *object = cJSON_Parse(line);
        cr_assert(object, "%s", line);
        cr_assert_eq((uint64_t)cJSON_GetObjectItem(object, "id")->valuedouble, e->id);
        cr_assert_eq((int64_t)cJSON_GetObjectItem(object, "t_ns")->valuedouble, e->at_ns);
        cr_assert_str_eq(cJSON_GetObjectItem(object, "kind")->valuestring, event_kind_name(e->kind));
        if (e->kind == EVENT_PACKET_SEND)
            cr_assert_str_eq(cJSON_GetObjectItem(object, "host")->valuestring,
                             event_int(e, FIELD_HOST) == CLIENT ? "client" : "mx1.b.example");
        if (e->kind == EVENT_LINK_DROP) cr_assert(cJSON_IsString(cJSON_GetObjectItem(object, "link")));
        cJSON_Delete(object);
    }
    cr_assert_eq(n, journal_memory_count(memory));
    free(text);
    FILE *full = fopen("/dev/full", "wb");
    if (full) {
        cr_assert_not(jsonl_write_journal(memory, full), "a full disk is told");
        fclose(full);
    }
    journal_memory_free(memory);
}
