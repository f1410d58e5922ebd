/* The reference TCP (T12) and pipe (T5): each planted bug is seen, of those that only a whole TCP at one's side can
   see. The same worlds without a bug break no law. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "tests/model/host/world_runs.h"
#include "viz/readers/laws.h"

/* A bug to plant: may change the event; false leaves it out. */
typedef bool (*tamper_fn)(struct event *e);

static uint8_t header[128]; /* of the event that is being changed */
static int done;            /* how often the bug was planted */
static bool again;          /* the event comes twice */

static bool judge(const struct world_run *run, const char *law, tamper_fn tamper, char *said, size_t size)
{
    struct laws *laws = laws_new();
    struct journal_reader reader = laws_reader(laws, true);
    bool seen = false;
    done = 0;
    for (size_t i = 0; i < journal_memory_count(run->journal); i++) {
        struct event e = *journal_memory_at(run->journal, i);
        if (event_mask_has(reader.mask, e.kind) && (!tamper || tamper(&e))) reader.on_event(reader.context, &e);
        if (again) reader.on_event(reader.context, &e);
        again = false;
    }
    laws_finish(laws);
    snprintf(said, size, "nothing");
    for (size_t i = laws_breaches(laws); i-- > 0;) {
        bool is_it = strncmp(laws_breach(laws, i), law, strlen(law)) == 0;
        if (!seen || is_it) snprintf(said, size, "%s", laws_breach(laws, i));
        seen |= is_it;
    }
    laws_free(laws);
    return seen;
}

static struct event_value *field(struct event *e, enum field_id id)
{
    const enum field_id *fields;
    size_t n = event_kind_fields(e->kind, &fields);
    for (size_t i = 0; i < n; i++)
        if (fields[i] == id) return &e->values[i];
    cr_assert_fail("no such field");
    return NULL;
}

/* IPv4 without options, then TCP. */
enum { SEQ_AT = 24, ACK_AT = 28, LENGTH_AT = 32, FLAGS_AT = 33, WINDOW_AT = 34, OPTIONS_AT = 40 };
enum { FIN = 1, SYN = 2, RST = 4, ACK = 16 };

/* A copy of the header that may be changed; NULL where it is none of TCP's. */
static uint8_t *segment(struct event *e)
{
    if (e->kind != EVENT_PACKET_SEND || strncmp(event_text(e, FIELD_TAG), "tcp", 3) != 0) return NULL;
    struct event_value *value = field(e, FIELD_HEADER);
    cr_assert(value->i <= (int64_t)sizeof header);
    memcpy(header, value->bytes, (size_t)value->i);
    value->bytes = (const char *)header;
    return header;
}

static bool is_bare_ack(struct event *e)
{
    uint8_t *h = segment(e);
    return h && h[FLAGS_AT] == ACK && field(e, FIELD_LENGTH)->i == 0;
}

static void add(uint8_t *h, int at, int32_t n)
{
    uint32_t number = (uint32_t)h[at] << 24 | (uint32_t)h[at + 1] << 16 | (uint32_t)h[at + 2] << 8 | h[at + 3];
    number += (uint32_t)n;
    for (int i = 0; i < 4; i++)
        h[at + i] = (uint8_t)(number >> (24 - 8 * i));
}

/* Where an option's value begins, or 0. */
static int option(const uint8_t *h, int kind)
{
    int end = 20 + (h[LENGTH_AT] >> 4) * 4;
    for (int at = OPTIONS_AT; at < end && h[at]; at += h[at] == 1 ? 1 : h[at + 1])
        if (h[at] == kind) return at + 2;
    return 0;
}

/* ---- variables ---- */

static bool tells_more_or_less(struct event *e, enum field_id id, int64_t n)
{
    if (e->kind == EVENT_TCP_VARS && done++ > 20) field(e, id)->i += n;
    return true;
}

static bool takes_less_than_has_come(struct event *e)
{
    return tells_more_or_less(e, FIELD_RCV_NXT, -1);
}

static bool misses_an_acknowledgement(struct event *e)
{
    return tells_more_or_less(e, FIELD_SND_UNA, -1);
}

static bool counts_what_it_has_not_sent(struct event *e)
{
    return tells_more_or_less(e, FIELD_SND_NXT, 1);
}

static bool believes_in_a_larger_window(struct event *e)
{
    return tells_more_or_less(e, FIELD_SND_WND, 100);
}

static bool has_another_window_than_it_tells(struct event *e)
{
    return tells_more_or_less(e, FIELD_RCV_WND, -200);
}

static bool miscounts_its_flight(struct event *e)
{
    return tells_more_or_less(e, FIELD_FLIGHT_SIZE, 1);
}

static bool keeps_its_variables_to_itself(struct event *e)
{
    return e->kind != EVENT_TCP_VARS || done++ % 5 != 4;
}

static bool holds_too_much_for_lost(struct event *e)
{
    return tells_more_or_less(e, FIELD_PIPE, -1);
}

static bool holds_too_much_for_underway(struct event *e)
{
    return tells_more_or_less(e, FIELD_PIPE, 3000);
}

/* Its pipe seems to be what it should, and cwnd was smaller. */
static bool sends_more_than_cwnd(struct event *e)
{
    if (e->kind == EVENT_TCP_VARS) field(e, FIELD_CWND)->i = 2 * 1460;
    return true;
}

/* ---- segments ---- */

static bool acknowledges_less_than_it_has(struct event *e)
{
    if (is_bare_ack(e) && done++ == 10) add(header, ACK_AT, -1);
    return true;
}

static bool tells_a_smaller_window(struct event *e)
{
    uint8_t *h = segment(e);
    if (h && h[FLAGS_AT] & ACK && !(h[FLAGS_AT] & SYN) && done++ == 10) h[WINDOW_AT] = 0, h[WINDOW_AT + 1] = 9;
    return true;
}

static bool tells_a_larger_window(struct event *e)
{
    uint8_t *h = segment(e);
    if (h && h[FLAGS_AT] & ACK && !(h[FLAGS_AT] & SYN) && done++ == 10) h[WINDOW_AT]++;
    return true;
}

static bool sacks_a_byte_too_much(struct event *e)
{
    uint8_t *h = segment(e);
    int sack = h ? option(h, 5) : 0;
    if (sack) add(h, sack, 1);
    return true;
}

/* What is held is told in another order: the older block first. */
static bool sacks_the_oldest_first(struct event *e)
{
    uint8_t *h = segment(e), first[8];
    int sack = h ? option(h, 5) : 0;
    if (!sack || h[sack - 1] < 18) return true;
    memcpy(first, h + sack, 8);
    memcpy(h + sack, h + sack + 8, 8);
    memcpy(h + sack + 8, first, 8);
    return true;
}

static bool does_not_sack(struct event *e)
{
    uint8_t *h = segment(e);
    int sack = h ? option(h, 5) : 0;
    if (sack) h[sack - 2] = 77; /* an option that nobody knows */
    return true;
}

static bool echoes_another_timestamp(struct event *e)
{
    uint8_t *h = segment(e);
    int timestamps = h ? option(h, 8) : 0;
    if (timestamps && h[FLAGS_AT] & ACK && done++ == 10) add(h, timestamps + 4, 1);
    return true;
}

static bool numbers_an_ack_wrongly(struct event *e)
{
    if (is_bare_ack(e) && done++ == 10) add(header, SEQ_AT, -1);
    return true;
}

static bool passes_a_byte_over(struct event *e)
{
    uint8_t *h = segment(e);
    if (h && field(e, FIELD_LENGTH)->i > 0 && done++ == 10) add(h, SEQ_AT, 1);
    return true;
}

static bool ends_without_being_closed(struct event *e)
{
    uint8_t *h = segment(e);
    if (h && field(e, FIELD_LENGTH)->i > 0 && done++ == 10) h[FLAGS_AT] |= FIN;
    return true;
}

static bool acknowledges_nothing(struct event *e)
{
    again = is_bare_ack(e) && done++ == 10;
    return true;
}

static bool resets_with_any_number(struct event *e)
{
    uint8_t *h = segment(e);
    if (h && field(e, FIELD_LENGTH)->i == 0 && h[FLAGS_AT] == ACK && done++ == 10) h[FLAGS_AT] = RST;
    return true;
}

static bool leaves_what_is_out_of_order_unanswered(struct event *e)
{
    uint8_t *h = segment(e);
    return !h || !option(h, 5);
}

/* Nobody acknowledges anything by itself. */
static bool waits_too_long_for_company(struct event *e)
{
    return !is_bare_ack(e);
}

/* ---- what arrives, and states ---- */

static bool has_not_received_that(struct event *e)
{
    static int64_t packet;
    uint8_t *h = segment(e);
    if (h && field(e, FIELD_LENGTH)->i > 0 && done++ == 10) packet = field(e, FIELD_PACKET)->i;
    return e->kind != EVENT_LINK_DELIVER || done <= 10 || field(e, FIELD_PACKET)->i != packet;
}

static bool enters(struct event *e, const char *to)
{
    return e->kind == EVENT_TCP_STATE && strcmp(event_text(e, FIELD_TO), to) == 0;
}

static void enter_instead(struct event *e, const char *to)
{
    *field(e, FIELD_TO) = (struct event_value){(int64_t)strlen(to), to};
}

static bool closes_before_the_peer(struct event *e)
{
    if (enters(e, "FIN-WAIT-2")) enter_instead(e, "TIME-WAIT");
    return true;
}

static bool believes_its_fin_acknowledged(struct event *e)
{
    if (enters(e, "CLOSING") || enters(e, "FIN-WAIT-2")) enter_instead(e, "CLOSING");
    return true;
}

static bool stays_where_it_is(struct event *e)
{
    return !enters(e, "CLOSE-WAIT");
}

static bool closes_for_nothing(struct event *e)
{
    if (done || !enters(e, "FIN-WAIT-1")) return !done || e->kind != EVENT_TCP_STATE;
    enter_instead(e, "CLOSED");
    return ++done;
}

static bool never_leaves_time_wait_in_time(struct event *e)
{
    return e->kind != EVENT_TIMER_FIRE || strcmp(event_text(e, FIELD_NAME), "time-wait") != 0;
}

struct bug {
    const char *law;
    tamper_fn tamper;
};

static void see_bugs(const char *world, const struct bug *bugs, size_t n)
{
    struct world_run run = world_run_scenario(world, 0, event_mask_all());
    char said[300];
    cr_assert(!judge(&run, "", NULL, said, sizeof said), "%s", said);
    for (size_t i = 0; i < n; i++)
        cr_expect(judge(&run, bugs[i].law, bugs[i].tamper, said, sizeof said), "bug %zu was not seen by %s: %s", i,
                  bugs[i].law, said);
    world_run_free(&run);
}

#define WORLD(tcp, links)                                                                                              \
    "{ \"postroad\": 1, \"title\": \"t\", \"seed\": 5, \"tcp\": { " tcp " }, \"hosts\": {"                             \
    "\"alice-pc\": { \"client\": { \"user\": \"alice@a.example\", \"submits_to\": \"mail.a.example\","                 \
    "\"fetches_from\": \"mail.a.example\" } },"                                                                        \
    "\"mail.a.example\": { \"mail_server\": { \"domains\": [\"a.example\"], \"users\": [\"alice\"] } },"               \
    "\"internet\": { \"router\": {} } },"                                                                              \
    "\"links\": { \"alice\": { \"between\": [\"alice-pc\", \"internet\"], \"delay\": \"20 ms\" },"                     \
    "\"a\": { \"between\": [\"mail.a.example\", \"internet\"], " links " } },"                                         \
    "\"mail\": { \"m1\": { \"at\": \"1 s\", \"from\": \"alice@a.example\", \"to\": [\"alice@a.example\"], "            \
    "\"size\": \"300 kB\" }, "                                                                                         \
    "\"m2\": { \"at\": \"10 min\", \"from\": \"alice@a.example\", \"to\": [\"alice@a.example\"] } } }"

Test(reference_tcp, sees_each_bug_in_a_world_without_loss)
{
    static const struct bug bugs[] = {{"T12", takes_less_than_has_come},
                                      {"T12", misses_an_acknowledgement},
                                      {"T12", counts_what_it_has_not_sent},
                                      {"T12", believes_in_a_larger_window},
                                      {"T12", has_another_window_than_it_tells},
                                      {"T12", miscounts_its_flight},
                                      {"T12", keeps_its_variables_to_itself},
                                      {"T5", holds_too_much_for_lost},
                                      {"T5", holds_too_much_for_underway},
                                      {"T5", sends_more_than_cwnd},
                                      {"T12", acknowledges_less_than_it_has},
                                      {"T12", tells_a_smaller_window},
                                      {"T12", tells_a_larger_window},
                                      {"T12", echoes_another_timestamp},
                                      {"T12", numbers_an_ack_wrongly},
                                      {"T12", passes_a_byte_over},
                                      {"T12", ends_without_being_closed},
                                      {"T12", acknowledges_nothing},
                                      {"T12", resets_with_any_number},
                                      {"T12", waits_too_long_for_company},
                                      {"T12", has_not_received_that},
                                      {"T12", closes_before_the_peer},
                                      {"T12", believes_its_fin_acknowledged},
                                      {"T12", stays_where_it_is},
                                      {"T12", closes_for_nothing},
                                      {"T12", never_leaves_time_wait_in_time}};
    see_bugs(WORLD("\"flavour\": \"cubic\"", "\"delay\": \"30 ms\""), bugs, sizeof bugs / sizeof *bugs);
}

Test(reference_tcp, sees_each_bug_of_sack_and_pipe)
{
    static const struct bug bugs[] = {{"T12", sacks_a_byte_too_much},
                                      {"T12", sacks_the_oldest_first},
                                      {"T12", does_not_sack},
                                      {"T12", leaves_what_is_out_of_order_unanswered},
                                      {"T5", holds_too_much_for_underway},
                                      {"T5", sends_more_than_cwnd}};
    static const char links[] = WORLD("\"flavour\": \"sack\"", "\"delay\": \"30 ms\", \"loss\": \"5 %\"");
    see_bugs(links, bugs, sizeof bugs / sizeof *bugs);
    see_bugs(WORLD("\"flavour\": \"cubic\"", "\"delay\": \"30 ms\", \"loss\": \"5 %\""), bugs,
             sizeof bugs / sizeof *bugs);
}
