/* Any event as one line of text, and the names that make it readable. */
#include "viz/readers/event_text.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "sim/journal/vtime.h"

struct told {
    struct journal_names *names;
    char line[2000];
};

static void tell(void *context, const struct event *e)
{
    struct told *told = context;
    event_describe(e, told->names, told->line, sizeof told->line);
}

/* A journal whose reader keeps each event's line; names are folded as they come. */
static struct journal *journal_told(struct told *told)
{
    struct journal *j = journal_new();
    journal_add_reader(j, journal_names_reader(told->names));
    journal_add_reader(j, (struct journal_reader){.mask = event_mask_all(), .on_event = tell, .context = told});
    return j;
}

static void say_names(struct journal *j)
{
    JOURNAL_EMIT(j, HOST_ADD, F_INT(HOST, 7), F_TEXT(NAME, "mx1.b.example"));
    JOURNAL_EMIT(j, HOST_ADD, F_INT(HOST, 1), F_TEXT(NAME, "mail.a.example"));
    JOURNAL_EMIT(j, HOST_ADD, F_INT(HOST, 3), F_TEXT(NAME, "internet"));
    JOURNAL_EMIT(j, LINK_ADD, F_INT(LINK, 2), F_TEXT(NAME, "a-mail"), F_INT(HOST, 1), F_INT(PEER, 3));
    JOURNAL_EMIT(j, MAIL_COMPOSE, F_INT(MESSAGE, 5), F_TEXT(NAME, "m1"));
}

Test(event_text, a_line_tells_time_number_cause_kind_and_what_the_fields_say)
{
    struct told told = {.names = journal_names_new()};
    struct journal *j = journal_told(&told);
    say_names(j);
    journal_set_now(j, SECOND + 23456 * MICROSECOND);
    JOURNAL_EMIT(j, TCP_STATE, F_INT(CONN, 3), F_INT(HOST, 7), F_TEXT(FROM, "SYN-SENT"), F_TEXT(TO, "ESTABLISHED"),
                 F_TEXT(WHY, "SYN,ACK arrived"));
    cr_assert_str_eq(told.line, "00:00:01.023456 #6 tcp.state conn=3 host=mx1.b.example from=SYN-SENT to=ESTABLISHED "
                                "why=\"SYN,ACK arrived\"");
    journal_set_cause(j, 6);
    JOURNAL_EMIT(j, LINK_DROP, F_INT(LINK, 2), F_INT(DIR, 1), F_INT(PACKET, 12), F_TEXT(WHY, "loss"));
    cr_assert_str_eq(told.line, "00:00:01.023456 #7 <6 link.drop link=a-mail dir=internet>mail.a.example packet=12 "
                                "why=loss");
    JOURNAL_EMIT(j, TIMER_SET, F_INT(HOST, 1), F_INT(MESSAGE, 5), F_TEXT(NAME, "next attempt"), F_INT(AT, HOUR));
    cr_assert_str_eq(told.line, "00:00:01.023456 #8 <6 timer.set host=mail.a.example message=m1 name=\"next attempt\" "
                                "at=01:00:00.000000");
    JOURNAL_EMIT(j, STREAM_DATA, F_INT(STREAM, 4), F_INT(HOST, 99), F_BLOB(BYTES, "abc", 3));
    cr_assert_str_eq(told.line, "00:00:01.023456 #9 <6 stream.data stream=4 host=99 bytes=(3 B)",
                     "a host without a name keeps its number");
    JOURNAL_EMIT(j, TCP_VARS, F_INT(RTO, 200 * MILLISECOND), F_INT(CWND, 14600));
    cr_assert_str_eq(told.line, "00:00:01.023456 #10 <6 tcp.vars cwnd=14600 rto=200 ms");
    JOURNAL_EMIT(j, HOST_STATE, F_INT(HOST, 7), F_INT(UP, 0));
    cr_assert_str_eq(told.line, "00:00:01.023456 #11 <6 host.state host=mx1.b.example up=no");
    JOURNAL_EMIT(j, CAPTION, F_INT(ABOUT, 6), F_TEXT(TEXT, "a \"quote\"\\ and\r\n\x01 \xff"));
    cr_assert_str_eq(
        told.line, "00:00:01.023456 #12 <6 caption about=#6 text=\"a \\\"quote\\\"\\\\ and\\r\\n\\x01 \xef\xbf\xbd\"");
    journal_free(j);
    journal_names_free(told.names);
}

Test(event_text, a_line_is_cut_between_characters)
{
    struct event e = {.id = 1, .kind = EVENT_CAPTION};
    for (size_t i = 0; i < EVENT_MAX_FIELDS; i++)
        e.values[i].bytes = "";
    const enum field_id *fields;
    for (size_t i = 0; i < event_kind_fields(EVENT_CAPTION, &fields); i++)
        if (fields[i] == FIELD_TEXT) e.values[i] = (struct event_value){.i = 6, .bytes = "\xc5\x99\xc5\x99\xc5\x99"};
    char line[100], cut[100];
    event_describe(&e, NULL, line, sizeof line);
    size_t whole = strlen(line);
    for (size_t size = 1; size <= whole; size++) {
        event_describe(&e, NULL, cut, size);
        size_t n = strlen(cut);
        cr_assert(n + 1 == size || n + 2 == size, "as much as fits");
        cr_assert(strncmp(cut, line, n) == 0 && ((unsigned char)line[n] & 0xc0) != 0x80);
    }
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    cr_assert(event_text_write(&e, NULL, out));
    fclose(out);
    cr_assert(strncmp(text, line, whole) == 0 && strcmp(text + whole, "\n") == 0);
    free(text);
}

Test(event_text, names_are_found_whatever_numbers_they_have)
{
    struct told told = {.names = journal_names_new()};
    struct journal *j = journal_told(&told);
    say_names(j);
    JOURNAL_EMIT(j, HOST_ADD, F_INT(HOST, 7), F_TEXT(NAME, "another"));
    JOURNAL_EMIT(j, HOST_ADD, F_INT(HOST, 4000000000), F_TEXT(NAME, "far"));
    JOURNAL_EMIT(j, HOST_ADD, F_INT(HOST, 0), F_TEXT(NAME, "nobody"));
    cr_assert_str_eq(journal_names_find(told.names, TYPE_HOST, 7), "mx1.b.example", "the first name stays");
    cr_assert_str_eq(journal_names_find(told.names, TYPE_HOST, 4000000000), "far");
    cr_assert_str_eq(journal_names_find(told.names, TYPE_HOST, 3), "internet");
    cr_assert_str_eq(journal_names_find(told.names, TYPE_LINK, 2), "a-mail");
    cr_assert_str_eq(journal_names_find(told.names, TYPE_MESSAGE, 5), "m1");
    cr_assert_null(journal_names_find(told.names, TYPE_HOST, 2));
    cr_assert_null(journal_names_find(told.names, TYPE_HOST, 0));
    cr_assert_null(journal_names_find(told.names, TYPE_CONN, 7), "connections have none");
    cr_assert_null(journal_names_find(NULL, TYPE_HOST, 7));
    int64_t host, peer;
    cr_assert(journal_names_link_ends(told.names, 2, &host, &peer) && host == 1 && peer == 3);
    cr_assert_not(journal_names_link_ends(told.names, 3, &host, &peer));
    journal_free(j);
    journal_names_free(told.names);
}
