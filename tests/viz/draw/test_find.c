/* Run until, as a person uses it: keys and letters are pushed, and what the line then says is read off the picture. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

#include "sim/journal/journal.h"
#include "sim/journal/vtime.h"
#include "tests/viz/draw/driven_scene.h"
#include "tests/viz/draw/languages.h"
#include "viz/story/wanted.h"

static void open_window(const char *scenario)
{
    open_scene_of(scenario, scene_options_default());
}

TestSuite(find, .fini = close_scene);

static void write_text(const char *text)
{
    struct input in = {.kind = INPUT_TEXT};
    snprintf(in.text, sizeof in.text, "%s", text);
    scene_handle(scene, &in);
    scene_draw(scene, canvas);
}

static void find(const char *text)
{
    press('u');
    write_text("u"); /* the key comes as text, too */
    write_text(text);
    press(KEY_ENTER);
}

static bool found(void)
{
    return !scene_wants_text(scene);
}

static size_t here(void)
{
    return story_step_subject(scene_story(scene));
}

static enum event_kind kind_here(void)
{
    return story_event_kind(scene_story(scene), here());
}

static enum story_class class_here(void)
{
    size_t packet = story_event_packet(scene_story(scene), here());
    return packet == STORY_NONE ? STORY_CLASSES : story_packet(scene_story(scene), packet)->class;
}

/* Which duplicate acknowledgement is looked at; 0: none. */
static unsigned duplicate_looked_at(void)
{
    struct selection looked_at = scene_selection(scene);
    return looked_at.what == ACT_PACKET ? story_packet(scene_story(scene), looked_at.index)->duplicate : 0;
}

/* ---- Words ---- */

/* What a learner calls a duplicate is an acknowledgement, what a link makes is a packet, what a mailbox holds is a
 * mail. */
Test(find, a_duplicate_is_an_acknowledgement_a_packet_or_a_mail)
{
    open_window("lost-segment");
    static const char *const of_acks[] = {"duplicate", "duplicate ACK", "duplicate acknowledgement", "dupack"};
    for (size_t i = 0; i < sizeof of_acks / sizeof *of_acks; i++) {
        press(KEY_HOME);
        find(of_acks[i]);
        cr_expect(found(), "%s", of_acks[i]);
        cr_expect(eq(uint, duplicate_looked_at(), 1), "%s", of_acks[i]);
    }
    press('n');
    cr_expect(eq(uint, duplicate_looked_at(), 2));
    press('u');
    write_text("u");
    write_text("dup");
    cr_expect(picture_says("duplicate ACK"), "it is offered by its name");
    press(KEY_ESCAPE);
    find("duplicate packet");
    cr_expect(not(found()), "no link has made one");
    close_scene();
    open_window("in-disorder");
    find("duplicate packet");
    cr_expect(eq(int, kind_here(), EVENT_LINK_DUPLICATE));
    close_scene();
    open_window("duplicate-after-lost-250");
    find("duplicate mail");
    cr_expect(eq(int, kind_here(), EVENT_MAIL_STATE));
    cr_expect(eq(i64, scene_now(scene) / MINUTE, 25), "the second time that it is put into the mailbox");
}

Test(find, the_same_thing_is_found_by_any_word_that_people_have_for_it)
{
    open_window("lost-segment");
    static const char *const losses[] = {"loss", "lost", "LOSS", " drop ", "link.drop", "los"};
    static const char *const resent[] = {"retransmission", "retransmit", "resend", "Resent", "repeat", "retrans"};
    int64_t lost_ns = story_drop(scene_story(scene), 0)->at_ns;
    for (size_t i = 0; i < sizeof losses / sizeof *losses; i++) {
        press(KEY_HOME);
        find(losses[i]);
        cr_expect(found(), "%s", losses[i]);
        cr_expect(eq(int, kind_here(), EVENT_LINK_DROP), "%s", losses[i]);
        cr_expect(eq(i64, scene_now(scene), lost_ns), "%s", losses[i]);
    }
    for (size_t i = 0; i < sizeof resent / sizeof *resent; i++) {
        press(KEY_HOME);
        find(resent[i]);
        cr_expect(found(), "%s", resent[i]);
        cr_expect(eq(int, kind_here(), EVENT_PACKET_SEND), "%s", resent[i]);
        cr_expect(eq(int, class_here(), STORY_RETRANSMIT), "%s", resent[i]);
    }
}

struct looking {
    const char *scenario, *text;
    enum event_kind kind;
    const char *sentence; /* it has this in it */
};

Test(find, hosts_mails_replies_kinds_and_what_is_said_are_found)
{
    static const struct looking all[] = {
        {"lost-segment", "250", EVENT_SMTP_LINE, "250"},
        {"lost-segment", "alice-pc", EVENT_MAIL_COMPOSE, "writes"},
        {"lost-segment", "mail m1", EVENT_MAIL_COMPOSE, "m1"},
        {"lost-segment", "mail 1", EVENT_MAIL_COMPOSE, "m1"},
        {"lost-segment", "message 1 delivered", EVENT_MAIL_STATE, "in the mailbox"},
        {"lost-segment", "packet lost", EVENT_LINK_DROP, "lost"},
        {"lost-segment", "lost segment", EVENT_LINK_DROP, "lost"},
        {"lost-segment", "lost b-mail", EVENT_LINK_DROP, "between internet and mx1.b.example"},
        {"lost-segment", "EHLO alice-pc", EVENT_SMTP_LINE, "EHLO alice-pc"},
        {"lost-segment", "rcpt to", EVENT_SMTP_LINE, "RCPT TO"},
        {"lost-segment", "354 End", EVENT_SMTP_LINE, "354 End"},
        {"lost-segment", "tcp.state", EVENT_TCP_STATE, "SYN-SENT"},
        {"lost-segment", "handshake", EVENT_PACKET_SEND, "(SYN)"},
        {"lost-segment", "fin", EVENT_PACKET_SEND, "(FIN)"},
        {"lost-segment", "question mx1.b.example", EVENT_DNS_QUERY, "mx1.b.example"},
        {"lost-segment", "picked up", EVENT_MAIL_STATE, "picked up"},
        {"greylisting", "450", EVENT_SMTP_LINE, "450"},
        {"greylisting", "4xx", EVENT_SMTP_LINE, "45"},
        {"greylisting", "delay", EVENT_MAIL_STATE, "waiting to try again"},
        {"duplicate-after-lost-250", "timeout", EVENT_TIMER_FIRE, "retransmission"},
        {"unknown-user", "bounce", EVENT_MAIL_STATE, "sent back"},
        {"unknown-user", "bounced", EVENT_MAIL_STATE, "sent back"},
        {"unknown-user", "refused", EVENT_SMTP_LINE, "550"},
        {"smtputf8", "550", EVENT_ATTEMPT_END, "550 5.6.7"}, /* the sender's own: no server said it */
    };
    char text[STORY_SENTENCE_BYTES];
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (i == 0 || strcmp(all[i].scenario, all[i - 1].scenario) != 0) {
            if (i > 0) close_scene();
            open_window(all[i].scenario);
        }
        press(KEY_HOME);
        find(all[i].text);
        cr_expect(found(), "%s", all[i].text);
        press(KEY_ESCAPE);
        cr_expect(eq(int, kind_here(), all[i].kind), "%s", all[i].text);
        story_sentence(scene_story(scene), here(), text, sizeof text);
        cr_expect(strstr(text, all[i].sentence) != NULL, "%s: %s", all[i].text, text);
    }
}

Test(find, an_event_is_found_by_its_number)
{
    open_window("lost-segment");
    const struct story *story = scene_story(scene);
    size_t event = story_drop(story, 0)->event;
    char number[32];
    snprintf(number, sizeof number, "#%llu", (unsigned long long)story_event(story, event)->id);
    press(KEY_HOME);
    find(number);
    cr_expect(found());
    cr_expect(eq(sz, here(), event));
}

/* A number is no part of a longer one, and a word begins where a word begins. */
Test(find, words_are_whole_at_their_beginning)
{
    open_window("lost-segment");
    const struct story *story = scene_story(scene);
    struct wanted mail = wanted_read(story, "m1"), ack = wanted_read(story, "ack");
    char text[STORY_SENTENCE_BYTES];
    size_t mails = 0, acks = 0;
    for (size_t i = 0; i < story_event_count(story); i++) {
        story_sentence(story, i, text, sizeof text);
        if (wanted_is(story, &mail, i)) {
            mails++;
            cr_expect(strstr(text, " m1") != NULL, "%s", text);
        }
        if (wanted_is(story, &ack, i)) {
            acks++;
            cr_expect(eq(int, (int)story_packet(story, story_event_packet(story, i))->class, STORY_ACK), "%s", text);
        }
    }
    cr_expect(gt(sz, mails, 3));
    cr_expect(gt(sz, acks, 3));
}

/* They are written for tests: "retransmission from the 30th to ..." is nothing that anybody looks for. */
Test(find, it_never_ends_at_an_expectation)
{
    static const char *const texts[] = {"expected", "expectation", "as", "retransmi", "1"};
    open_window("lost-segment");
    const struct story *story = scene_story(scene);
    size_t expectations = 0;
    for (size_t i = 0; i < story_event_count(story); i++)
        expectations += story_event_kind(story, i) == EVENT_EXPECTATION;
    cr_assert(gt(sz, expectations, 0));
    for (size_t t = 0; t < sizeof texts / sizeof *texts; t++) {
        struct wanted wanted = wanted_read(story, texts[t]);
        for (size_t i = 0; i < story_event_count(story); i++)
            if (wanted_is(story, &wanted, i)) cr_expect(ne(int, story_event_kind(story, i), EVENT_EXPECTATION));
    }
    find("expectation");
    cr_expect(not(found()));
}

/* ---- Where there is nothing ---- */

Test(find, what_came_before_is_told_with_its_time_and_gone_back_to)
{
    open_window("lost-segment");
    int64_t lost_ns = story_drop(scene_story(scene), 0)->at_ns;
    char at[VIEW_TIME_BYTES], wanted[120];
    press(KEY_END);
    find("lost");
    cr_expect(not(found()));
    cr_expect(eq(i64, scene_now(scene), story_end_ns(scene_story(scene))), "it does not go back by itself");
    snprintf(wanted, sizeof wanted, "It came before, at %s", view_time_text(lost_ns, MILLISECOND, at));
    cr_expect(picture_says(wanted), "%s", wanted);
    press(KEY_ENTER);
    cr_expect(found());
    cr_expect(eq(i64, scene_now(scene), lost_ns));
}

/* The key comes as text, too, and is no part of the word. */
Test(find, where_n_finds_no_more_the_word_stays_as_it_was)
{
    open_window("lost-segment");
    find("picked up");
    press('n');
    write_text("n");
    cr_expect(picture_says("picked up▏"));
    write_text("s");
    cr_expect(picture_says("picked ups▏"), "what is written then is");
}

Test(find, n_goes_to_the_next_and_shift_n_to_the_one_before)
{
    open_window("lost-segment");
    find("354 End");
    size_t first = here();
    press('n');
    size_t second = here();
    cr_expect(gt(sz, second, first));
    press_with('n', true, false);
    cr_expect(eq(sz, here(), first));
    press_with('n', true, false);
    cr_expect(eq(sz, here(), first), "there is none before the first");
}

Test(find, a_word_that_is_known_but_does_not_come_is_told_from_one_that_is_not)
{
    open_window("lost-segment");
    find("bounce");
    cr_expect(not(found()));
    cr_expect(picture_says("This never comes in this run: bounce"));
    cr_expect(not(picture_says("No such word")));
    press(KEY_ESCAPE);
    find("xyzzyplugh");
    cr_expect(not(found()));
    cr_expect(picture_says("No such word: xyzzyplugh. Try one of these:"));
    cr_expect(picture_says("\nloss\n") && picture_says("\nretransmission\n") && picture_says("\n250\n"));
    cr_expect(not(picture_says("\nbounce\n")), "offered is what comes in this run");
}

Test(find, of_a_run_that_goes_on_it_is_only_said_what_has_come_so_far)
{
    open_window("lost-segment");
    scene_set_growing(scene, true);
    find("bounce");
    cr_expect(picture_says("This has not come so far: bounce"));
    cr_expect(not(picture_says("never")));
}

Test(find, of_a_word_with_a_slip_the_nearest_is_offered_and_tab_takes_it)
{
    open_window("lost-segment");
    find("segmnt lost");
    cr_expect(not(found()));
    cr_expect(picture_says("No such word: segmnt."));
    cr_expect(picture_says("\nsegment\n"));
    press(KEY_TAB);
    cr_expect(picture_says("segment lost"));
    press(KEY_ENTER);
    cr_expect(found());
    cr_expect(eq(int, kind_here(), EVENT_LINK_DROP));
}

Test(find, a_link_that_nothing_wanted_happens_on_is_a_word_all_the_same)
{
    open_window("lost-segment");
    find("bounce b-mail");
    cr_expect(not(found()));
    cr_expect(picture_says("This never comes in this run: bounce b-mail"));
    cr_expect(not(picture_says("No such word")));
}

Test(find, what_comes_once_is_not_gone_back_to_from_where_it_is)
{
    open_window("lost-segment");
    find("lost");
    int64_t now = scene_now(scene);
    press('n');
    cr_expect(not(found()));
    cr_expect(picture_says("It is here, and nowhere else in this run."));
    cr_expect(not(picture_says("It came before")));
    press(KEY_ENTER);
    cr_expect(found(), "the line closes");
    cr_expect(eq(i64, scene_now(scene), now));
    scene_seek(scene, now + 1);
    find("lost");
    cr_expect(picture_says("It came before"), "the step is over");
    press(KEY_ENTER);
    cr_expect(eq(i64, scene_now(scene), now));
}

Test(find, while_more_may_come_it_is_not_said_that_nothing_does)
{
    open_window("lost-segment");
    scene_set_growing(scene, true);
    find("xyzzyplugh");
    cr_expect(picture_says("This has not come so far: xyzzyplugh"));
    cr_expect(not(picture_says("No such word")));
    press(KEY_ESCAPE);
    find("lost");
    int64_t lost_ns = scene_now(scene);
    press('n');
    cr_expect(picture_says("It is here, and nowhere else so far."));
    press(KEY_ESCAPE);
    press(KEY_END);
    find("lost");
    cr_expect(picture_says("and has not come again so far. Enter goes back to it."));
    cr_expect(not(picture_says("does not come again")));
    press(KEY_ENTER);
    cr_expect(found());
    cr_expect(eq(i64, scene_now(scene), lost_ns));
}

Test(find, the_nearest_word_is_offered_once)
{
    open_window("lost-segment");
    find("losss");
    cr_expect(picture_says("No such word: losss."));
    press(KEY_TAB);
    cr_expect(picture_says("\nloss▏\n"));
    press(KEY_TAB);
    cr_expect(not(picture_says("\nloss▏\n")), "Tab once more writes another");
}

/* "packet" and "with" are in it, but "packet" is a word for packets that are sent. */
Test(find, several_words_are_found_as_they_are_written_where_nothing_has_all_that_they_mean)
{
    char text[STORY_SENTENCE_BYTES];
    open_window("lost-segment");
    const struct story *story = scene_story(scene);
    struct wanted wanted = wanted_read(story, "The packet with");
    size_t first = wanted_look(story, &wanted, 0, 0).next;
    cr_assert(ne(sz, first, STORY_NONE));
    cr_expect(strstr(story_sentence(story, first, text, sizeof text), "The packet with") != NULL, "%s", text);
    size_t second = wanted_look(story, &wanted, first, first + 1).next;
    cr_assert(ne(sz, second, STORY_NONE));
    cr_expect(eq(sz, wanted_before(story, &wanted, second), first));
    find("The packet with");
    cr_expect(found());
}

/* ---- Mails ---- */

/* Mails m1, m2 and so on. Of the last it is not told how it was written, only that it waits: it has no name. */
static struct journal_memory *journal_of_mails(unsigned mails)
{
    struct journal_memory *memory = journal_memory_new();
    struct journal *j = journal_new();
    char name[16];
    journal_add_reader(j, journal_memory_reader(memory, event_mask_all()));
    JOURNAL_EMIT(j, HOST_ADD, F_INT(HOST, 1), F_TEXT(NAME, "pc"));
    JOURNAL_EMIT(j, HOST_ADD, F_INT(HOST, 2), F_TEXT(NAME, "spare"));
    JOURNAL_EMIT(j, LINK_ADD, F_INT(LINK, 1), F_TEXT(NAME, "wire"), F_INT(HOST, 1), F_INT(PEER, 2));
    for (unsigned m = 1; m < mails; m++) {
        snprintf(name, sizeof name, "m%u", m);
        JOURNAL_EMIT(j, MAIL_COMPOSE, F_INT(MESSAGE, m), F_INT(HOST, 1), F_TEXT(NAME, name));
    }
    JOURNAL_EMIT(j, MAIL_STATE, F_INT(MESSAGE, mails), F_INT(HOST, 1), F_TEXT(TO, "queued"));
    journal_free(j);
    return memory;
}

Test(find_mails, a_mail_without_a_name_is_not_everything)
{
    struct journal_memory *memory = journal_of_mails(1);
    struct story *story = story_new(memory);
    char nearest[WANTED_WORD_BYTES] = "?";
    cr_assert(eq(str, (char *)story_mail(story, 0)->name, ""));
    struct wanted wanted = wanted_read(story, "mail 1");
    for (size_t i = 0; i < wanted.n_terms; i++)
        cr_expect(ne(str, wanted.terms[i].text, ""));
    for (size_t i = 0; i < story_event_count(story); i++)
        cr_expect(not(wanted_is(story, &wanted, i)), "event %zu", i);
    cr_expect(not(wanted_nearest(story, "q", nearest)), "%s", nearest);
    story_free(story);
    journal_memory_free(memory);
}

Test(find_mails, a_host_and_a_link_at_which_nothing_happens_are_words_all_the_same)
{
    struct journal_memory *memory = journal_of_mails(2);
    struct story *story = story_new(memory);
    static const char *const texts[] = {"bounce spare", "bounce wire", "spare", "wire"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct wanted wanted = wanted_read(story, texts[i]);
        cr_expect(eq(sz, wanted_look(story, &wanted, 0, 0).unknown, STORY_NONE), "%s", texts[i]);
    }
    struct wanted wanted = wanted_read(story, "bounce xyzzyplugh");
    cr_expect(eq(sz, wanted_look(story, &wanted, 0, 0).unknown, 1));
    story_free(story);
    journal_memory_free(memory);
}

/* 250 is a reply as well, but "mail 250" is said of a mail where there are so many. */
Test(find_mails, a_mail_whose_number_could_be_a_reply_is_found_by_it)
{
    struct journal_memory *memory = journal_of_mails(252);
    struct story *story = story_new(memory);
    struct wanted wanted = wanted_read(story, "mail 250"), reply = wanted_read(story, "mail 253");
    cr_expect(eq(sz, wanted.n_terms, 1));
    cr_expect(eq(int, wanted.terms[0].sort, WANTED_TEXT));
    cr_expect(eq(str, wanted.terms[0].text, "m250"));
    cr_expect(eq(sz, reply.n_terms, 2), "there is no such mail");
    size_t event = story_mail(story, 249)->compose_event;
    cr_expect(wanted_is(story, &wanted, event));
    cr_expect(not(wanted_is(story, &wanted, event + 1)));
    story_free(story);
    journal_memory_free(memory);
}

/* ---- While one writes ---- */

Test(find, words_are_offered_while_one_writes_and_taken_by_tab_or_a_press)
{
    open_window("lost-segment");
    press('u');
    cr_expect(picture_says("\nloss\n"), "nothing written: what there is");
    write_text("retr");
    cr_expect(picture_says("\nretransmission\n"));
    cr_expect(not(picture_says("\nloss\n")));
    press(KEY_BACKSPACE);
    press(KEY_BACKSPACE);
    press(KEY_BACKSPACE);
    press(KEY_BACKSPACE);
    write_text("mx1");
    cr_expect(picture_says("\nmx1.b.example\n"), "a host");
    press(KEY_TAB);
    cr_expect(picture_says("mx1.b.example▏"));
    write_text(" 22");
    cr_expect(picture_says("\n220\n") && picture_says("\n221\n"), "what servers say in this run");
    press(KEY_TAB);
    press(KEY_TAB);
    cr_expect(picture_says("mx1.b.example 221▏"), "once more: the next one");
    click(ACT_FIND_WORD, 0);
    cr_expect(picture_says("mx1.b.example 220▏"));
    press(KEY_ENTER);
    cr_expect(found());
    cr_expect(eq(int, kind_here(), EVENT_SMTP_LINE));
}

Test(find, a_german_finds_it_in_german_and_in_english)
{
    bool can = speak("de");
    open_window("lost-segment");
    if (!can) cr_skip_test("no catalog");
    static const char *const words[] = {"Verlust", "verloren", "loss"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        press(KEY_HOME);
        find(words[i]);
        cr_expect(found() && kind_here() == EVENT_LINK_DROP, "%s", words[i]);
    }
    press('u');
    write_text("wieder");
    cr_expect(picture_says("\nWiederholung\n"));
}
