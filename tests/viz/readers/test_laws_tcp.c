/* The laws of TCP and of links: each planted bug is seen, by the law that it breaks. The same worlds without a bug
   break none (test_laws.c). */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "tests/model/host/world_runs.h"
#include "viz/readers/laws.h"

/* A bug to plant: may change the event; false leaves it out. */
typedef bool (*tamper_fn)(struct event *e);

static uint8_t header[128]; /* of the event that is being changed */
static int state;           /* of the bug that is being planted */

/* How often the law is among those that were broken. */
static size_t judge(const struct world_run *run, const char *law, tamper_fn tamper, char *said, size_t size)
{
    struct laws *laws = laws_new();
    struct journal_reader reader = laws_reader(laws, true);
    state = 0;
    for (size_t i = 0; i < journal_memory_count(run->journal); i++) {
        struct event e = *journal_memory_at(run->journal, i);
        if (event_mask_has(reader.mask, e.kind) && (!tamper || tamper(&e))) reader.on_event(reader.context, &e);
    }
    laws_finish(laws);
    size_t n = 0;
    snprintf(said, size, "nothing");
    for (size_t i = laws_breaches(laws); i-- > 0;) {
        const char *breach = laws_breach(laws, i);
        snprintf(said, size, "%s", breach);
        n += strncmp(breach, law, strlen(law)) == 0 && breach[strlen(law)] == ' ';
    }
    laws_free(laws);
    return n;
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

static bool is_tcp(const struct event *e)
{
    return e->kind == EVENT_PACKET_SEND && strncmp(event_text(e, FIELD_TAG), "tcp", 3) == 0;
}

static bool is_late(const struct event *e)
{
    return e->at_ns > 1900 * MILLISECOND;
}

/* A copy of the header that may be changed: IPv4 without options, then TCP. */
static uint8_t *own_header(struct event *e)
{
    struct event_value *value = field(e, FIELD_HEADER);
    cr_assert(value->i <= (int64_t)sizeof header);
    memcpy(header, value->bytes, (size_t)value->i);
    value->bytes = (const char *)header;
    return header;
}

enum { TCP_ACK_AT = 24, TCP_FLAGS_AT = 33, TCP_WINDOW_AT = 34 };

static void set_window(struct event *e, unsigned window)
{
    uint8_t *h = own_header(e);
    h[TCP_WINDOW_AT] = (uint8_t)(window >> 8);
    h[TCP_WINDOW_AT + 1] = (uint8_t)window;
}

static bool flag(struct event *e, int bit)
{
    return own_header(e)[TCP_FLAGS_AT] & bit;
}

static bool reads_what_never_came(struct event *e)
{
    if (e->kind == EVENT_CONN_CLOSE) field(e, FIELD_BYTES_RECEIVED)->i += 1;
    return true;
}

static bool closes_with_a_byte_missing(struct event *e)
{
    if (e->kind == EVENT_CONN_CLOSE && field(e, FIELD_BYTES_RECEIVED)->i > 0) field(e, FIELD_BYTES_RECEIVED)->i -= 1;
    return true;
}

static bool forgets_what_was_acknowledged(struct event *e)
{
    if (e->kind == EVENT_TCP_VARS && is_late(e)) field(e, FIELD_SND_UNA)->i -= 100;
    return true;
}

static bool invents_an_acknowledgement(struct event *e)
{
    if (e->kind == EVENT_TCP_VARS && is_late(e)) field(e, FIELD_SND_UNA)->i += 1;
    return true;
}

static bool takes_its_window_back(struct event *e)
{
    if (is_tcp(e) && is_late(e)) set_window(e, 10);
    return true;
}

static bool acknowledges_what_is_missing(struct event *e)
{
    if (is_tcp(e) && is_late(e) && flag(e, 16)) own_header(e)[TCP_ACK_AT + 3] += 1;
    return true;
}

static bool sends_beyond_the_window(struct event *e)
{
    if (is_tcp(e) && flag(e, 16)) set_window(e, 200);
    return true;
}

static bool sends_beyond_cwnd(struct event *e)
{
    if (e->kind == EVENT_TCP_VARS) field(e, FIELD_CWND)->i = 1;
    return true;
}

static bool repeats_without_a_cause(struct event *e)
{
    if (e->kind == EVENT_PACKET_SEND && field(e, FIELD_REPEATS)->i) e->cause = 0;
    return true;
}

static bool measures_what_was_sent_twice(struct event *e)
{
    if (e->kind == EVENT_TCP_VARS) field(e, FIELD_SRTT)->i = (int64_t)e->id;
    return true;
}

static bool goes_where_no_line_leads(struct event *e)
{
    if (e->kind == EVENT_TCP_STATE && strcmp(event_text(e, FIELD_TO), "ESTABLISHED") == 0)
        *field(e, FIELD_TO) = (struct event_value){.i = 8, .bytes = "LAST-ACK"};
    return true;
}

static bool sends_the_bytes_of_another(struct event *e)
{
    if (is_tcp(e) && field(e, FIELD_LENGTH)->i) field(e, FIELD_STREAM)->i = 3 + state++ % 2;
    return true;
}

/* The world ends at once when somebody waits, and his timer was never set. */
static bool waits_for_nothing(struct event *e)
{
    if (e->kind == EVENT_TIMER_SET && strcmp(event_text(e, FIELD_NAME), "retransmission") == 0) return false;
    if (is_tcp(e) && is_late(e) && field(e, FIELD_LENGTH)->i > 1000) state = 1;
    return state == 0 || is_tcp(e);
}

static bool hears_the_end_too_early(struct event *e)
{
    static int64_t fins[64];
    if (is_tcp(e) && flag(e, 1)) fins[state++] = field(e, FIELD_PACKET)->i;
    for (int i = 0; i < state && e->kind == EVENT_LINK_DELIVER; i++)
        if (fins[i] == field(e, FIELD_PACKET)->i) return false;
    return true;
}

static bool offers_more_than_its_buffer(struct event *e)
{
    if (is_tcp(e) && flag(e, 2)) set_window(e, 1000);
    return true;
}

static bool takes_what_never_came(struct event *e)
{
    if (e->kind == EVENT_TCP_VARS) field(e, FIELD_RCV_NXT)->i += 1000;
    return true;
}

static bool goes_further_than_its_ttl(struct event *e)
{
    if (e->kind == EVENT_PACKET_SEND) own_header(e)[8] = 1;
    return true;
}

/* Bits of a packet flip on the way, and whoever it arrives at does not notice. */
static bool takes_what_was_corrupted(struct event *e)
{
    if (e->kind == EVENT_LINK_SEND && state >= 0) state = (int)field(e, FIELD_PACKET)->i;
    if (e->kind != EVENT_TCP_VARS || state <= 0 || !is_late(e)) return true;
    *e = (struct event){.id = e->id, .cause = e->cause, .at_ns = e->at_ns, .kind = EVENT_PACKET_CORRUPT};
    for (int i = 0; i < EVENT_MAX_FIELDS; i++)
        e->values[i].bytes = "";
    field(e, FIELD_PACKET)->i = state;
    state = -1;
    return true;
}

static bool puts_too_much_together(struct event *e)
{
    if (e->kind != EVENT_LINK_DELIVER || state || !is_late(e)) return true;
    int64_t packet = field(e, FIELD_PACKET)->i, host = field(e, FIELD_HOST)->i;
    *e = (struct event){.id = e->id, .cause = e->cause, .at_ns = e->at_ns, .kind = EVENT_PACKET_WHOLE};
    field(e, FIELD_PACKET)->i = packet;
    field(e, FIELD_HOST)->i = host;
    field(e, FIELD_SIZE)->i = 20000;
    state = 1;
    return true;
}

Test(laws_tcp, each_planted_bug_is_seen)
{
    static const struct {
        const char *law;
        tamper_fn tamper;
    } bugs[] = {{"T1", reads_what_never_came},
                {"T1", closes_with_a_byte_missing},
                {"T2", forgets_what_was_acknowledged},
                {"T2", invents_an_acknowledgement},
                {"T3", takes_its_window_back},
                {"T4", acknowledges_what_is_missing},
                {"T5", sends_beyond_the_window},
                {"T5", sends_beyond_cwnd},
                {"T6", repeats_without_a_cause},
                {"T6", measures_what_was_sent_twice},
                {"T7", goes_where_no_line_leads},
                {"T8", sends_the_bytes_of_another},
                {"T9", waits_for_nothing},
                {"T10", hears_the_end_too_early},
                {"T11", offers_more_than_its_buffer},
                {"T12", takes_what_never_came},
                {"N5", goes_further_than_its_ttl},
                {"N6", takes_what_was_corrupted},
                {"N7", puts_too_much_together}};
    struct world_run run = world_run_scenario("lost-segment", 0, event_mask_all());
    char said[300];
    cr_assert_eq(judge(&run, "", NULL, said, sizeof said), 0, "%s", said);
    cr_assert_str_eq(said, "nothing");
    for (size_t i = 0; i < sizeof bugs / sizeof *bugs; i++)
        cr_expect_gt(judge(&run, bugs[i].law, bugs[i].tamper, said, sizeof said), 0, "bug %zu was not seen by %s: %s",
                     i, bugs[i].law, said);
    world_run_free(&run);
}

/* One end sends into a cut line: each time-out waits twice as long as the one before. */
static const char cut_line[] =
    "{ \"postroad\": 1, \"title\": \"t\", \"seed\": 1, \"until\": \"3 min\", \"hosts\": {"
    "\"alice-pc\": { \"client\": { \"user\": \"alice@a.example\", \"submits_to\": \"mail.a.example\" } },"
    "\"mail.a.example\": { \"mail_server\": { \"domains\": [\"a.example\"], \"users\": [\"alice\"] } },"
    "\"internet\": { \"router\": {} } },"
    "\"links\": { \"alice\": { \"between\": [\"alice-pc\", \"internet\"] },"
    "\"a\": { \"between\": [\"mail.a.example\", \"internet\"] } },"
    "\"mail\": { \"m1\": { \"at\": \"1 s\", \"from\": \"alice@a.example\", \"to\": [\"alice@a.example\"] } },"
    "\"faults\": [ { \"at\": \"1150 ms\", \"for\": \"100 s\", \"cut_link\": { \"link\": \"a\" } } ] }";

static bool does_not_back_off(struct event *e)
{
    if (e->kind == EVENT_TIMER_SET && strcmp(event_text(e, FIELD_NAME), "retransmission") == 0)
        field(e, FIELD_AT)->i = e->at_ns + SECOND;
    return true;
}

static bool forgets_that_the_line_is_cut(struct event *e)
{
    if (e->kind == EVENT_LINK_STATE && field(e, FIELD_UP)->i) return false;
    return true;
}

/* Each large packet is cut on its way, and some pieces once more. */
static const char narrow_line[] =
    "{ \"postroad\": 1, \"title\": \"t\", \"seed\": 1, \"hosts\": {"
    "\"alice-pc\": { \"client\": { \"user\": \"alice@a.example\", \"submits_to\": \"mail.a.example\" }, "
    "\"path_mtu_discovery\": false },"
    "\"mail.a.example\": { \"mail_server\": { \"domains\": [\"a.example\"], \"users\": [\"alice\"] } },"
    "\"west\": { \"router\": {} }, \"middle\": { \"router\": {} }, \"east\": { \"router\": {} } },"
    "\"links\": { \"alice\": { \"between\": [\"alice-pc\", \"west\"] },"
    "\"less\": { \"between\": [\"west\", \"middle\"], \"mtu\": \"1000 B\", \"reorder\": \"20 %\" },"
    "\"least\": { \"between\": [\"middle\", \"east\"], \"mtu\": \"400 B\" },"
    "\"a\": { \"between\": [\"mail.a.example\", \"east\"] } },"
    "\"mail\": { \"m1\": { \"at\": \"1 s\", \"from\": \"alice@a.example\", \"to\": [\"alice@a.example\"], "
    "\"size\": \"30 kB\" } } }";

static uint8_t piece[2000]; /* of the event that is being changed */

static uint8_t *bytes_of_a_piece(struct event *e)
{
    if (e->kind != EVENT_STREAM_DATA || event_int(e, FIELD_CONN)) return NULL;
    struct event_value *value = field(e, FIELD_BYTES);
    if (value->i < 300 || value->i > (int64_t)sizeof piece) return NULL;
    memcpy(piece, value->bytes, (size_t)value->i);
    value->bytes = (const char *)piece;
    return piece;
}

static bool cuts_out_a_bit(struct event *e)
{
    uint8_t *bytes = bytes_of_a_piece(e);
    if (bytes && !state++) bytes[100] ^= 4;
    return true;
}

/* Two bytes change places, so that no checksum of the Internet sees it. */
static bool cuts_in_another_order(struct event *e)
{
    uint8_t *bytes = bytes_of_a_piece(e);
    if (!bytes || state++) return true;
    for (size_t i = 100; i < 200; i++) {
        uint8_t first = bytes[i];
        bytes[i] = bytes[i + 100];
        bytes[i + 100] = first;
    }
    return true;
}

static bool puts_other_bytes_together(struct event *e)
{
    if (e->kind == EVENT_PACKET_WHOLE && !state++) field(e, FIELD_DIGEST)->i ^= 1 << 20;
    return true;
}

static bool keeps_the_bytes_of_a_piece_to_itself(struct event *e)
{
    return !bytes_of_a_piece(e);
}

Test(laws_tcp, planted_bugs_about_fragments_are_seen)
{
    static const tamper_fn bugs[] = {cuts_out_a_bit, cuts_in_another_order, puts_other_bytes_together,
                                     keeps_the_bytes_of_a_piece_to_itself};
    struct world_run run = world_run_scenario(narrow_line, 0, event_mask_all());
    char said[300];
    cr_assert_eq(judge(&run, "", NULL, said, sizeof said), 0);
    cr_assert_str_eq(said, "nothing");
    cr_expect_gt(count_events(&run, EVENT_PACKET_WHOLE, NULL), 10);
    for (size_t i = 0; i < sizeof bugs / sizeof *bugs; i++)
        cr_expect_gt(judge(&run, "N7", bugs[i], said, sizeof said), 0, "bug %zu was not seen: %s", i, said);
    world_run_free(&run);
}

Test(laws_tcp, planted_bugs_about_cuts_and_time_outs_are_seen)
{
    struct world_run run = world_run_scenario(cut_line, 0, event_mask_all());
    char said[300];
    cr_assert_eq(judge(&run, "", NULL, said, sizeof said), 0);
    cr_assert_str_eq(said, "nothing");
    cr_expect_gt(judge(&run, "T6", does_not_back_off, said, sizeof said), 0, "%s", said);
    cr_expect_gt(judge(&run, "N3", forgets_that_the_line_is_cut, said, sizeof said), 0, "%s", said);
    world_run_free(&run);
}
