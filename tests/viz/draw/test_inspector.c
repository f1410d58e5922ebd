/* What is told of a host that is looked at: its queue row by row, and the variables of its connections, at any instant.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

#include "sim/journal/vtime.h"
#include "tests/viz/draw/driven_scene.h"
#include "tests/viz/draw/rerun_at_once.h"
#include "viz/draw/names_walk.h"
#include "viz/draw/packet_words.h"
#include "viz/draw/settings_words.h"
#include "viz/story/why_sent.h"

static void look_at(const char *host)
{
    scene_select(scene, (struct selection){ACT_HOST, story_host_by_name(scene_story(scene), host)});
    scene_draw(scene, canvas);
}

static void expect_said(const char *words)
{
    cr_expect(picture_says(words), "not said: %s", words);
}

/* The last tcp.vars of the connection that this host has opened last, as the journal has it. */
static const struct event *variables_of(const char *host, struct story_conn *conn)
{
    size_t conns[4];
    const struct story *s = scene_story(scene);
    size_t n = story_open_conns_of(s, story_host_by_name(s, host), conns, 4);
    cr_assert(n >= 1 && n <= 4);
    *conn = story_conn(s, conns[n - 1]);
    cr_assert(conn->vars_event != STORY_NONE);
    return story_event(s, conn->vars_event);
}

static void expect_variables_of_the_instant(const char *host)
{
    static const enum field_id octets[] = {FIELD_CWND, FIELD_SSTHRESH, FIELD_FLIGHT_SIZE, FIELD_SND_WND, FIELD_RCV_WND};
    struct story_conn conn;
    char text[80];
    const struct event e = *variables_of(host, &conn);
    cr_assert(conn.has_iss);
    for (size_t i = 0; i < sizeof octets / sizeof *octets; i++) {
        snprintf(text, sizeof text, "\n%lld\n", (long long)event_int(&e, octets[i]));
        expect_said(text);
    }
    snprintf(text, sizeof text, "\nISS+%u\n", (uint32_t)event_int(&e, FIELD_SND_UNA) - conn.iss);
    expect_said(text);
    snprintf(text, sizeof text, "\nISS+%u\n", (uint32_t)event_int(&e, FIELD_SND_NXT) - conn.iss);
    expect_said(text);
    snprintf(text, sizeof text, "\nIRS+%u\n",
             (uint32_t)event_int(&e, FIELD_RCV_NXT) - story_conn(scene_story(scene), conn.other_end).iss);
    expect_said(text);
    expect_said(vtime_format_duration(event_int(&e, FIELD_RTO), text));
    expect_said(vtime_format_duration(event_int(&e, FIELD_SRTT), text));
    expect_said("ESTABLISHED");
}

Test(inspector, one_packet_that_a_link_has_lost_is_one_packet)
{
    struct scene_options options = scene_options_default();
    options.arrangement = "closely";
    open_scene_of("lost-segment", options);
    scene_seek(scene, story_end_ns(scene_story(scene)));
    scene_look_at(scene, "b-mail");
    expect_said("\n1 packet\n");
    cr_expect(not(picture_says("\n1 packets\n")));
    close_scene();
}

Test(inspector, a_host_tells_the_variables_of_its_connections_at_any_instant_both_ways)
{
    static const int64_t instants_ms[] = {1900, 1950, 2020, 1950, 1900};
    open_scene_of("lost-segment", scene_options_default());
    for (size_t i = 0; i < sizeof instants_ms / sizeof *instants_ms; i++) {
        scene_seek(scene, instants_ms[i] * MILLISECOND);
        look_at("mail.a.example");
        expect_variables_of_the_instant("mail.a.example");
        look_at("mx1.b.example");
        expect_variables_of_the_instant("mx1.b.example");
    }
    close_scene();
}

Test(inspector, a_host_without_a_connection_says_so)
{
    open_scene_of("lost-segment", scene_options_default());
    scene_seek(scene, 0);
    look_at("mail.a.example");
    expect_said("No connection is open.");
    close_scene();
}

static int64_t when_it_is_put_off(void)
{
    const struct story *s = scene_story(scene);
    cr_assert(ge(sz, story_attempt_count(s), 2));
    return story_attempt(s, 0)->end_ns;
}

Test(inspector, a_queue_is_told_row_by_row_with_what_is_next_and_the_last_reply)
{
    open_scene_of("greylisting", scene_options_default());
    scene_seek(scene, when_it_is_put_off() + 10 * SECOND);
    look_at("mail.a.example");
    expect_said("m1 → bob@b.example");
    expect_said("waiting to try again, attempts: 1, next try in");
    expect_said("last: 450");
    size_t mail = story_mail_by_name(scene_story(scene), "m1");
    cr_assert(click(ACT_MAIL, mail), "the row leads to the mail");
    cr_expect(eq(int, scene_selection(scene).what, ACT_MAIL));
    scene_seek(scene, story_attempt(scene_story(scene), 1)->begin_ns);
    look_at("mail.a.example");
    expect_said("being handed over, attempts: 2");
    expect_said("last: 450");
    scene_seek(scene, story_end_ns(scene_story(scene)));
    look_at("mail.a.example");
    cr_expect(not(picture_says("m1 → bob@b.example\nbeing")));
    scene_seek(scene, story_attempt(scene_story(scene), 0)->begin_ns);
    look_at("mail.a.example");
    expect_said("being handed over, attempts: 1\n");
    cr_expect(not(picture_says("last: 450")), "it is not known yet");
    close_scene();
}

Test(inspector, a_copy_in_a_mailbox_shows_letters_beyond_ascii)
{
    open_scene_of("smtputf8", scene_options_default());
    scene_seek(scene, story_end_ns(scene_story(scene)));
    scene_select(scene, (struct selection){ACT_MAIL, story_mail_by_name(scene_story(scene), "m1")});
    scene_draw(scene, canvas);
    expect_said("Delivered-To: jürgen@b.example");
    close_scene();
}

/* ---- Causes ---- */

/* The key c, pressed on the retransmission, leads from duplicate to duplicate and then to the loss. */
Test(inspector, from_what_is_sent_again_each_duplicate_acknowledgement_is_a_step_back_to_the_loss)
{
    open_scene_of("lost-segment", scene_options_default());
    const struct story *s = scene_story(scene);
    size_t lost = look_at_the_lost_packet();
    scene_select(scene, (struct selection){ACT_PACKET, story_packet(s, lost)->repeated_by});
    scene_draw(scene, canvas);
    cr_expect(picture_says("Third duplicate"));
    for (unsigned nth = 3; nth > 0; nth--) {
        press('c');
        cr_assert(eq(int, scene_selection(scene).what, ACT_PACKET));
        cr_expect(eq(uint, story_packet(s, scene_selection(scene).index)->duplicate, nth));
    }
    press('c');
    cr_expect(eq(sz, scene_selection(scene).index, lost));
    close_scene();
}

/* ---- What it goes by ---- */

Test(inspector, a_policy_of_trying_again_is_told_in_words)
{
    char text[400];
    settings_words("policy=postfix lifetime=432000s run_interval=300s maximal_backoff=4000s max_mails=0", text,
                   sizeof text);
    cr_expect(eq(str, (char *)text,
                 (char *)"postfix, gives up after 5 d, looks through its queue every 5 min, waits at most 1 h 7 min"));
    settings_words("policy=sendmail warning_urgent=600s warning_non_urgent=14400s", text, sizeof text);
    cr_expect(eq(str, (char *)text,
                 (char *)"sendmail, tells the sender of urgent mail of the delay after 10 min, "
                         "tells the sender of mail that is not urgent of the delay after 4 h"));
    settings_words("policy=exim rule=G cutoff=57600s wait=3600s factor_of_1000=1500", text, sizeof text);
    cr_expect(eq(str, (char *)text,
                 (char *)"exim, rule G, up to the age of 16 h, waits 1 h, each time longer by the factor 1.5"));
    settings_value_words("{\"policy\":\"postfix\",\"delay_warning_time\":\"1 h\"}", text, sizeof text);
    cr_expect(eq(str, (char *)text, (char *)"postfix, tells the sender of the delay after 1 h"));
    settings_value_words("10 Mbit/s", text, sizeof text);
    cr_expect(eq(str, (char *)text, (char *)"10 Mbit/s"));
    settings_words("mails=3 reply=452 4.2.2 full = no", text, sizeof text);
    cr_expect(eq(str, (char *)text, (char *)"mails 3, reply 452 4.2.2 full = no"));
}

Test(inspector, what_a_server_goes_by_and_its_buttons_show_no_raw_text)
{
    struct scene_options options = scene_options_default();
    options.rerun = &rerun_at_once;
    options.arrangement = "closely";
    open_scene_of("reports", options);
    look_at("mail.a.example");
    cr_expect(picture_says("when it tries again (retry): postfix, tells the sender of the delay after 1 h"));
    cr_expect(not(picture_says("{\"policy\"")));
    close_scene();
}

/* ---- Why a packet was sent ---- */

static void open_segment_of(const char *scenario)
{
    struct scene_options options = scene_options_default();
    options.arrangement = "segment";
    open_scene_of(scenario, options);
}

static size_t first_sent(const char *why, enum event_kind cause)
{
    const struct story *s = scene_story(scene);
    for (size_t i = 0; i < story_packet_count(s); i++) {
        uint64_t id = story_event(s, story_packet(s, i)->send_event)->cause;
        size_t event = id ? story_event_by_id(s, id) : STORY_NONE;
        if (strcmp(story_packet(s, i)->why, why) || (cause < EVENT_KINDS && event == STORY_NONE)) continue;
        if (cause >= EVENT_KINDS || story_event(s, event)->kind == cause) return i;
    }
    return STORY_NONE;
}

Test(inspector, every_segment_says_why_it_was_sent)
{
    static const char *const names[] = {"first-mail", "lost-segment", "greylisting"};
    char text[STORY_SENTENCE_BYTES];
    for (size_t n = 0; n < sizeof names / sizeof *names; n++) {
        open_segment_of(names[n]);
        const struct story *s = scene_story(scene);
        for (size_t i = 0; i < story_packet_count(s); i++)
            if (story_packet(s, i)->conn != STORY_NONE)
                cr_expect(story_why_sent(s, i, text, sizeof text), "%s: packet %zu, %s", names[n], i,
                          story_packet(s, i)->why);
        close_scene();
    }
}

Test(inspector, why_a_segment_was_sent_is_what_the_journal_says_of_it)
{
    static const struct {
        const char *why;
        enum event_kind cause;
        const char *said;
    } rows[] = {
        {"open", EVENT_KINDS, "Why: its program opens a connection"},
        {"second full segment", EVENT_KINDS, "Why: to acknowledge two full segments (RFC 9293 3.8.6.3, RFC 5681"},
        {"close", EVENT_KINDS, "Why: its program closes the connection"},
        {"new data", EVENT_SMTP_LINE, "Why: its program handed over"},
        {"new data", EVENT_LINK_DELIVER, "Why: the acknowledgement that came lets out more (cwnd "}};
    open_segment_of("lost-segment");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t packet = first_sent(rows[i].why, rows[i].cause);
        cr_assert(ne(sz, packet, STORY_NONE), "%s", rows[i].said);
        scene_seek(scene, story_packet(scene_story(scene), packet)->sent_ns);
        scene_select(scene, (struct selection){ACT_PACKET, packet});
        scene_draw(scene, canvas);
        expect_said(rows[i].said);
    }
    close_scene();
}

/* One number in all views: the first byte of a dialogue is byte 1. */
Test(inspector, a_segment_tells_its_numbers_also_as_bytes_and_that_it_is_a_part_of_the_mail)
{
    open_segment_of("first-mail");
    size_t lost = look_at_the_lost_packet();
    char label[80];
    story_packet_label(scene_story(scene), lost, label, sizeof label);
    cr_expect(eq(str, label, "bytes 3012–4359"));
    scene_draw(scene, canvas);
    expect_said("part of mail m1, 1348 bytes");
    expect_said("(byte 3012)");
    expect_said("(byte 162)");
    close_scene();
}

/* ---- Names ---- */

/* Where several resolvers are asked, the memory of the one that was asked for what is shown. */
Test(inspector, dns_shows_the_memory_of_the_resolver_that_was_asked_for_the_mail)
{
    struct scene_options options = scene_options_default();
    options.arrangement = "names";
    open_scene_of("moving-house", options);
    const struct story *s = scene_story(scene);
    scene_seek(scene, story_end_ns(s));
    scene_draw(scene, canvas);
    expect_said("dns.a.example remembers, and for how long still");
    scene_look_at(scene, "m3");
    scene_draw(scene, canvas);
    expect_said("dns.c.example remembers, and for how long still"); /* carol's server has asked that one */
    close_scene();
}

Test(inspector, how_long_a_name_is_remembered_is_written_as_people_say_it)
{
    char text[VTIME_TEXT_BYTES];
    cr_expect(eq(str, (char *)names_left(901500 * MILLISECOND, text), "15 min 2 s"));
    cr_expect(eq(str, (char *)names_left(81901 * SECOND, text), "22 h 46 min"));
    cr_expect(eq(str, (char *)names_left(86400 * SECOND, text), "1 d"));
}

/* ---- Headings and titles ---- */

static size_t headings_last; /* texts after the heading */

static void hear_after_heading(void *user, const struct canvas_part *part)
{
    (void)user;
    if (part->what != CANVAS_TEXT) return;
    if (!strcmp(part->text, "Because, going back:"))
        headings_last = 1;
    else if (headings_last)
        headings_last++;
}

Test(inspector, the_heading_of_causes_stands_above_a_cause_or_not_at_all)
{
    open_scene_of("lost-segment", scene_options_default());
    const struct story *s = scene_story(scene);
    for (size_t i = 0; i < story_packet_count(s); i++) {
        scene_seek(scene, story_packet(s, i)->sent_ns);
        scene_select(scene, (struct selection){ACT_PACKET, i});
        headings_last = 0;
        struct canvas *ear = canvas_new_listener(1280, 800, (struct canvas_listener){hear_after_heading, NULL});
        scene_draw(scene, ear);
        canvas_free(ear);
        scene_draw(scene, canvas);
        size_t causes = 0;
        for (size_t t = 0; t < targets_count(scene_targets(scene)); t++)
            causes += targets_at(scene_targets(scene), t)->act == ACT_GO_TO_EVENT;
        if (headings_last) cr_expect(gt(sz, causes, 0), "packet %zu", i);
    }
    close_scene();
}

Test(inspector, an_event_is_called_by_its_sentence)
{
    char sentence[STORY_SENTENCE_BYTES];
    open_scene_of("lost-segment", scene_options_default());
    const struct story *s = scene_story(scene);
    size_t event = story_attempt(s, 0)->end_event;
    scene_seek(scene, story_event_time(s, event));
    scene_select(scene, (struct selection){ACT_EVENT, event});
    scene_draw(scene, canvas);
    story_sentence(s, event, sentence, sizeof sentence);
    expect_said(sentence);
    expect_said("event\nattempt.end");
    close_scene();
}

Test(inspector, the_menu_of_views_names_no_key_that_there_is_not)
{
    open_scene_of("lost-segment", scene_options_default());
    press('v');
    expect_said("\n9\n");
    cr_expect(not(picture_says("\n10\n")));
    close_scene();
}

/* ---- Words of a packet ---- */

static size_t packets_called(const char *scenario, const char *words, bool and_more)
{
    char text[96];
    size_t n = 0;
    open_scene_of(scenario, scene_options_default());
    const struct story *s = scene_story(scene);
    for (size_t i = 0; i < story_packet_count(s); i++) {
        packet_words(s, i, text, sizeof text);
        n += and_more ? !strncmp(text, words, strlen(words)) : !strcmp(text, words);
        cr_expect(strchr(text, '(') == NULL || strchr(text, ')') != NULL, "half a bracket: %s", text);
    }
    close_scene();
    return n;
}

Test(inspector, what_is_said_is_shortened_to_a_whole_phrase)
{
    cr_expect(gt(sz, packets_called("smtputf8", "+OK maildrop has 0 messages", false), 0));
    cr_expect(gt(sz, packets_called("backup-mx", "+OK mx2.b.example POP3 server ready", false), 0));
    cr_expect(gt(sz, packets_called("unknown-user", "550 5.1.1 <", true), 0));
}
