/* What if, of two journals that are written by hand and differ: the run as it was, and the one that comes when it is
   run again. Where they part, what each tells there, and what becomes of the mail in both, is known from the journals
   alone. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/journal/memory.h"
#include "tests/viz/draw/written_view.h"
#include "tests/viz/readers/handwritten.h"

/* ---- The journals ---- */

#define BEGINS "0 run.begin title='By hand' scenario='{\"links\":{\"far\":{}}}' seed=7 version=test\n" PLACES

#define HEADER "4500003d00030000400666b40a0000020a0000039c400019000003e9000013895018ffff60bd0000"
/* Until 12.6 both runs are the same: m1 is written at 10, mail.a.example has it at 11 and sends it on in one packet. */
#define BEFORE                                                                                                         \
    "10 mail.compose message=1 host=1 name=m1 from=ann@a.example to=bob@b.example subject=Hello size=300\n"            \
    "10 mail.state message=1 host=1 recipient=bob@b.example to=outbox\n"                                               \
    "11 mail.state message=1 host=1 recipient=bob@b.example from=outbox to='handed on'\n"                              \
    "11 mail.state message=1 host=2 recipient=bob@b.example queue_id=A to=active\n"                                    \
    "11 attempt.begin attempt=1 message=1 host=2 recipient=bob@b.example nth=1\n"                                      \
    "11 conn.open conn=1 host=2 peer=3 local_port=40000 remote_port=25 role=active\n"                                  \
    "11 session.open session=1 conn=1 host=2 peer=3 protocol=smtp role=client\n"                                       \
    "12 smtp.content session=1 conn=1 host=2 message=1\n"                                                              \
    "12 packet.send packet=1 host=2 peer=3 conn=1 tag=data stream=1 offset=0 length=21 size=61 header=" HEADER "\n"    \
    "12 link.send link=2 dir=0 packet=1 begins=12 departs=12 arrives=13\n"

#define DELIVERED(at)                                                                                                  \
    at " attempt.end attempt=1 message=1 host=2 recipient=bob@b.example peer=3 outcome=delivered why='250 taken'\n" at \
       " mail.state message=1 host=2 recipient=bob@b.example queue_id=A from=active to='handed on'\n" at               \
       " mail.state message=1 host=3 recipient=bob@b.example queue_id=B to=delivered\n"

/* It dies, is sent again at 15, and the mail is there at 17. */
#define AS_IT_WAS                                                                                                      \
    BEGINS BEFORE "12.6 link.drop link=2 dir=0 packet=1 why=loss\n"                                                    \
                  "15 packet.send packet=2 host=2 peer=3 conn=1 repeats=1 tag=data why='retransmission timeout' "      \
                  "stream=1 offset=0 length=21 size=61 header=" HEADER "\n"                                            \
                  "15 link.send link=2 dir=0 packet=2 begins=15 departs=15 arrives=16\n"                               \
                  "16 link.deliver link=2 dir=0 packet=2 host=3\n" DELIVERED("17") "20 run.end why=done\n"

/* It arrives at 13, and the mail is there at 14. */
#define WITHOUT_LOSS                                                                                                   \
    BEGINS BEFORE "13 link.deliver link=2 dir=0 packet=1 host=3\n" DELIVERED("14") "20 run.end why=done\n"

/* It is refused for good. */
#define REFUSED                                                                                                        \
    BEGINS BEFORE "13 link.deliver link=2 dir=0 packet=1 host=3\n"                                                     \
                  "14 attempt.end attempt=1 message=1 host=2 recipient=bob@b.example peer=3 outcome=never "            \
                  "why='550 no'\n"                                                                                     \
                  "14 mail.state message=1 host=2 recipient=bob@b.example queue_id=A from=active to=bounced "          \
                  "why='550 no'\n"                                                                                     \
                  "20 run.end why=done\n"

/* ---- Running again ---- */

struct rerun_job {
    struct journal_memory *journal;
};

static struct {
    const char *journal; /* what comes when it is run again */
    char scenario[400];  /* with which that was asked for */
} again;

static struct rerun_job *begin(void *context, const char *scenario, const char *seed)
{
    (void)context;
    struct rerun_job *job = mem_calloc(1, sizeof *job);
    cr_expect(eq(str, (char *)seed, "7"), "on the same luck");
    snprintf(again.scenario, sizeof again.scenario, "%s", scenario);
    job->journal = handwritten(again.journal);
    return job;
}

static enum rerun_state poll_job(struct rerun_job *job, struct journal_memory **out, char why[RERUN_WHY_BYTES])
{
    why[0] = 0;
    *out = job->journal;
    job->journal = NULL;
    return RERUN_DONE;
}

static void end(struct rerun_job *job)
{
    journal_memory_free(job->journal);
    mem_free(job);
}

static const struct rerun rerun = {.begin = begin, .poll = poll_job, .end = end};

static void press_in_the_middle(enum act act, size_t arg)
{
    struct point at = middle(target_bounds(target(act, arg)));
    scene_handle(seen.scene, &(struct input){.kind = INPUT_PRESS, .x = at.x, .y = at.y});
    scene_handle(seen.scene, &(struct input){.kind = INPUT_RELEASE, .x = at.x, .y = at.y});
    scene_poll(seen.scene);
    draw();
}

static void press_key(int key)
{
    scene_handle(seen.scene, &(struct input){.kind = INPUT_KEY, .key = key});
    draw();
}

/* At 15.5 the packet that was lost is looked at, and the first of the offers is pressed. */
static void ask_what_if(const char *other)
{
    again.journal = other;
    open_view_that_runs_again("|60(what-if,closely)", AS_IT_WAS, &rerun);
    scene_seek(seen.scene, (int64_t)15500000000);
    scene_select(seen.scene, (struct selection){ACT_PACKET, 0});
    draw();
    SAYS_ALL("Look at a packet, a link or a host");
    press_in_the_middle(ACT_WHAT_IF, 0);
}

/* ---- What is seen ---- */

Test(written_what_if, what_is_asked_for_is_a_line_of_the_scenario)
{
    ask_what_if(WITHOUT_LOSS);
    SAYS_ALL("what if it had not been lost?");
    cr_expect(strstr(again.scenario, "\"spare\":{\"packet\":1") != NULL, "%s", again.scenario);
    cr_expect(strstr(again.scenario, "\"links\":{\"far\":{}}") != NULL, "and the rest as it was: %s", again.scenario);
    close_view();
}

Test(written_what_if, the_first_difference_is_told_of_both_runs_and_the_clock_goes_there)
{
    ask_what_if(WITHOUT_LOSS);
    SAYS_ALL("Until 12.600 s all is as it was. Then:",
             "The clock was at 15.500 s and went back to where the runs part.");
    cr_expect(eq(i64, scene_now(seen.scene), (int64_t)12600000000));
    struct box was = place_of_word("as it was: "), would = place_of_word("what if: ");
    cr_expect(gt(dbl, would.y, was.y));
    SAYS_ALL("as it was: The packet with bytes 1–21 is lost between mail.a.example and mx.b.example: by chance",
             "what if: The packet with bytes 1–21 from mail.a.example reaches mx.b.example");
    draw_at(11);
    SAYS_ALL("Until 12.600 s both runs are the same.");
    draw_at(14);
    SAYS_ALL("The runs part at 12.600 s.");
    close_view();
}

/* A line of what things come to, as it was and as it would be. */
static void expect_total(const char *what, const char *was, const char *would)
{
    struct box row = place_of_word(what), columns[2] = {{0}};
    for (size_t i = 0; i < seen.n_words; i++)
        for (int side = 0; side < 2; side++) {
            const struct heard *w = &seen.words[i];
            bool in_row = fabs(middle(w->box).y - middle(row).y) < 4 && w->box.x > row.x + row.w;
            if (in_row && !columns[side].w && w->box.x > columns[0].x && strcmp(w->text, side ? would : was) == 0) {
                columns[side] = w->box;
                break;
            }
        }
    cr_expect(columns[0].w > 0 && columns[1].x > columns[0].x, "%s: %s, then %s", what, was, would);
}

Test(written_what_if, what_became_of_the_mail_and_of_the_packets_stands_side_by_side)
{
    ask_what_if(WITHOUT_LOSS);
    SAYS_ALL("m1 for bob@b.example: delivered at 14.000 s instead of 17.000 s: 3.000 s earlier",
             "The lost packet (bytes 1–21) was sent again 3.000 s after its first sending.",
             "From then on it took 2.000 s until the mail was in the mailbox, as long as without the loss.");
    expect_total("packets", "2", "1");
    expect_total("packets lost", "1", "0");
    expect_total("packets sent again", "1", "0");
    expect_total("attempts to hand a mail on", "1", "1");
    close_view();
}

Test(written_what_if, a_mail_that_ends_otherwise_is_told_so)
{
    ask_what_if(REFUSED);
    const struct heard *told = word("m1 for bob@b.example");
    cr_assert(told != NULL);
    cr_expect(strstr(told->text, "instead of delivered at 17.000 s") || strstr(told->text, "delivered at 17.000 s"),
              "%s", told->text);
    cr_expect(strstr(told->text, "earlier") == NULL, "%s", told->text);
    close_view();
}

Test(written_what_if, the_same_again_is_told_to_be_the_same)
{
    ask_what_if(AS_IT_WAS);
    SAYS_ALL("Nothing differs: the act came to nothing.");
    cr_expect(eq(i64, scene_now(seen.scene), (int64_t)15500000000), "the clock stays");
    close_view();
}

/* ---- Both runs ---- */

Test(written_what_if, one_goes_from_the_one_run_to_the_other_at_the_same_instant)
{
    ask_what_if(WITHOUT_LOSS);
    draw_at(16.5);
    cr_expect(eq(sz, story_drop_count(scene_story(seen.scene)), 0));
    SAYS_ALL("what if it had not been lost?");
    press_key('x');
    cr_expect(eq(sz, story_drop_count(scene_story(seen.scene)), 1));
    cr_expect(eq(i64, scene_now(seen.scene), (int64_t)16500000000));
    SAYS_ALL("The run as it was", "m1 for bob@b.example: delivered at 14.000 s instead of 17.000 s: 3.000 s earlier");
    press_in_the_middle(ACT_SHOW_RUN, 1);
    cr_expect(eq(sz, story_drop_count(scene_story(seen.scene)), 0));
    press_in_the_middle(ACT_UNDO, 0);
    SAYS_ALL("Look at a packet, a link or a host");
    cr_expect(eq(sz, story_drop_count(scene_story(seen.scene)), 1), "there is but one");
    close_view();
}

/* Of the one run and of the other, the pointer finds the sign, and a press there goes to the instant. */
Test(written_what_if, on_both_time_lines_a_sign_stands_where_they_part)
{
    ask_what_if(WITHOUT_LOSS);
    for (int run = 0; run < 2; run++, press_key('x')) {
        draw_at(0);
        struct box line = target_bounds(target(ACT_TIME_LINE, 0));
        double found = -1, y = line.y + line.h * 0.6;
        for (double x = line.x + 1; x < line.x + line.w && found < 0; x += 2) {
            scene_handle(seen.scene, &(struct input){.kind = INPUT_MOVE, .x = x, .y = y});
            draw();
            if (word("what if begins")) found = x;
        }
        cr_assert_geq(found, 0, "there is no sign on run %d", run);
        SAYS_ALL("12.6");
    }
    close_view();
}
