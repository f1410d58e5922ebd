/* Each view of a small journal that is written by hand, so that what must stand where is known from the journal alone:
   a line of it, an instant, and the text and place on the picture that follow from them. What if:
   test_written_what_if.c. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

#include "tests/viz/draw/written_view.h"

/* ---- The journals ---- */

#define SENT(at, arrives, n, dir)                                                                                      \
    at " link.send link=2 dir=" dir " packet=" n " begins=" at " departs=" at " arrives=" arrives "\n"
#define CAME(at, n, dir, host) at " link.deliver link=2 dir=" dir " packet=" n " host=" host "\n"

/* A handshake from second 10 on; at 12 EHLO, which dies at 12.6, after six tenths of the way; at 15, by the timer,
 * again. */
#define TALKS                                                                                                          \
    "10 conn.open conn=1 host=2 peer=3 local_port=40000 remote_port=25 role=active\n"                                  \
    "10 tcp.state conn=1 host=2 from=CLOSED to=SYN-SENT\n"                                                             \
    "10 tcp.vars conn=1 host=2 snd_una=1000 snd_nxt=1001 cwnd=4380 ssthresh=65535 flight_size=1 rto=1\n"               \
    "10 packet.send packet=1 host=2 peer=3 conn=1 tag=tcp.syn size=40 "                                                \
    "header=4500002800010000400666cb0a0000020a0000039c400019000003e8000000005002fffffb9c0000\n" SENT("10", "11", "1",  \
                                                                                                     "0")              \
        CAME(                                                                                                          \
            "11", "1", "0",                                                                                            \
            "3") "11 packet.send packet=2 host=3 peer=2 conn=2 tag=tcp.synack size=40 "                                \
                 "header=4500002800020000400666ca0a0000030a00000200199c4000001388000003e95012ffffe8"                   \
                 "030000\n" SENT("11", "12", "2", "1") CAME(                                                           \
                     "12", "2", "1",                                                                                   \
                     "2") "12 tcp.state conn=1 host=2 from=SYN-SENT to=ESTABLISHED\n"                                  \
                          "12 tcp.vars conn=1 host=2 snd_una=1001 snd_nxt=1022 cwnd=4380 ssthresh=65535 "              \
                          "flight_size=21 srtt=2 rto=3\n"                                                              \
                          "12 stream.data stream=1 host=2 conn=1 offset=0 "                                            \
                          "bytes=45484c4f206d61696c2e612e6578616d706c650d0a\n"                                         \
                          "12 packet.send packet=3 host=2 peer=3 conn=1 tag=data stream=1 offset=0 length=21 size=61 " \
                          "header="                                                                                    \
                          "4500003d00030000400666b40a0000020a0000039c400019000003e9000013895018ffff60bd0000\n" SENT(   \
                              "12", "13", "3",                                                                         \
                              "0") "12.6 link.drop link=2 dir=0 packet=3 why=loss\n"                                   \
                                   "15 timer.fire host=2 conn=1 name=retransmission\n"                                 \
                                   "15 tcp.vars conn=1 host=2 snd_una=1001 snd_nxt=1022 cwnd=1460 ssthresh=2920 "      \
                                   "flight_size=21 srtt=2 rto=6 "                                                      \
                                   "why='retransmission timeout'\n"                                                    \
                                   "15 packet.send packet=4 host=2 peer=3 conn=1 repeats=3 tag=data "                  \
                                   "why='retransmission timeout' stream=1 offset=0 "                                   \
                                   "length=21 size=61 "                                                                \
                                   "header="                                                                           \
                                   "4500003d00040000400666b30a0000020a0000039c400019000003e9000013895018ffff60bd0000"  \
                                   "\n" SENT("15", "16", "4", "0")                                                     \
                                       CAME("16", "4", "0",                                                            \
                                            "3") "16 packet.send packet=5 host=3 peer=2 conn=2 tag=tcp.ack size=40 "   \
                                                 "header="                                                             \
                                                 "4500002800050000400666c70a0000030a00000200199c4000001389000003fe501" \
                                                 "0ffffe7ef"                                                           \
                                                 "0000\n" SENT("16", "17", "5", "1")                                   \
                                                     CAME("17", "5", "1",                                              \
                                                          "2") "17 tcp.vars conn=1 host=2 snd_una=1022 snd_nxt=1022 "  \
                                                               "cwnd=2920 ssthresh=2920 flight_size=0 srtt=2 rto=6\n"  \
                                                               "20 run.end why=done\n"

/* Said on the connection, line by line. */
#define SAYS                                                                                                           \
    "10 conn.open conn=1 host=2 peer=3 local_port=40000 remote_port=25 role=active\n"                                  \
    "12 session.open session=1 conn=1 host=2 peer=3 protocol=smtp role=client\n"                                       \
    "13 smtp.line session=1 conn=1 host=2 who=S text='220 mx.b.example ready'\n"                                       \
    "14 smtp.line session=1 conn=1 host=2 who=C text='EHLO mail.a.example'\n"                                          \
    "16 smtp.line session=1 conn=1 host=2 who=S text='250 mx.b.example'\n"                                             \
    "20 run.end why=done\n"

/* Written at 10, taken by mail.a.example at 14, refused at 18, tried again at 100, delivered at 106. */
#define MAIL                                                                                                           \
    "10 mail.compose message=1 host=1 name=m1 from=ann@a.example to=bob@b.example subject=Hello size=300\n"            \
    "10 mail.state message=1 host=1 recipient=bob@b.example to=outbox\n"                                               \
    "11 conn.open conn=1 host=1 peer=2 local_port=5000 remote_port=587 role=active\n"                                  \
    "12 session.open session=1 conn=1 host=1 peer=2 protocol=smtp role=client\n"                                       \
    "13 smtp.content session=1 conn=1 host=1 message=1\n"                                                              \
    "14 conn.close conn=1 host=1 why=closed\n"                                                                         \
    "14 mail.state message=1 host=1 recipient=bob@b.example from=outbox to='handed on'\n"                              \
    "14 mail.state message=1 host=2 recipient=bob@b.example queue_id=A to=queued\n"                                    \
    "14 mail.state message=1 host=2 recipient=bob@b.example queue_id=A from=queued to=active\n"                        \
    "15 attempt.begin attempt=1 message=1 host=2 recipient=bob@b.example nth=1\n"                                      \
    "15 conn.open conn=2 host=2 peer=3 local_port=5001 remote_port=25 role=active\n"                                   \
    "18 conn.close conn=2 host=2 why=refused\n"                                                                        \
    "18 attempt.end attempt=1 message=1 host=2 recipient=bob@b.example peer=3 outcome=later why='451 not now'\n"       \
    "18 mail.state message=1 host=2 recipient=bob@b.example queue_id=A from=active to=deferred at=100 "                \
    "why='451 not now'\n"                                                                                              \
    "100 mail.state message=1 host=2 recipient=bob@b.example queue_id=A from=deferred to=active\n"                     \
    "100 attempt.begin attempt=2 message=1 host=2 recipient=bob@b.example nth=2\n"                                     \
    "100 conn.open conn=3 host=2 peer=3 local_port=5002 remote_port=25 role=active\n"                                  \
    "102 session.open session=2 conn=3 host=2 peer=3 protocol=smtp role=client\n"                                      \
    "104 smtp.content session=2 conn=3 host=2 message=1\n"                                                             \
    "106 attempt.end attempt=2 message=1 host=2 recipient=bob@b.example peer=3 outcome=delivered why='250 taken'\n"    \
    "106 mail.state message=1 host=2 recipient=bob@b.example queue_id=A from=active to='handed on'\n"                  \
    "106 conn.close conn=3 host=2 why=closed\n"                                                                        \
    "106 mail.state message=1 host=3 recipient=bob@b.example queue_id=B to=delivered\n"                                \
    "120 run.end why=done\n"

/* mail.a.example asks itself through: its cache has the answer for a minute. */
#define ASKS                                                                                                           \
    "0 host.add host=4 name=ns.b.example role=name_server address=0x0a000004\n"                                        \
    "10 dns.query host=2 peer=4 qname=b.example qtype=MX id=6 nth=1\n"                                                 \
    "11 dns.answer host=2 peer=4 qname=b.example qtype=MX id=6 rcode=NOERROR text='10 mx.b.example.'\n"                \
    "11 dns.cache host=2 peer=4 name=b.example qtype=MX why=put ttl=60 zone=b.example text='10 mx.b.example.'\n"       \
    "80 run.end why=done\n"

/* ---- Map ---- */

/* How far from one host to another something is, 0 to 1, and how far beside the line. */
static double part_of_way(struct point at, size_t from, size_t to, double *beside)
{
    struct point a = middle(target_bounds(target(ACT_HOST, from))), b = middle(target_bounds(target(ACT_HOST, to)));
    double dx = b.x - a.x, dy = b.y - a.y, length = sqrt(dx * dx + dy * dy);
    *beside = fabs((at.x - a.x) * dy - (at.y - a.y) * dx) / length;
    return ((at.x - a.x) * dx + (at.y - a.y) * dy) / (length * length);
}

/* A wire ends at the icons, so that what has just left stands a little way from the middle of its host. */
static void expect_on_way(size_t packet, size_t from, size_t to, double part)
{
    double beside, found = part_of_way(middle(target_bounds(target(ACT_PACKET, packet))), from, to, &beside);
    cr_expect(fabs(found - part) < 0.08, "packet %zu is at %.2f of its way, not %.2f", packet, found, part);
    cr_expect(lt(dbl, beside, 30.0), "packet %zu: %.0f beside the wire", packet, beside);
}

Test(written_views, on_the_map_a_packet_is_as_far_as_its_time_says_and_dies_where_it_was_lost)
{
    open_view("map", WORLD TALKS);
    draw_at(10.25);
    SAYS_ALL("mail.a.example", "mx.b.example", "pc", "SYN", "· 100", "· 1");
    expect_on_way(0, 1, 2, 0.25);
    draw_at(10.75);
    expect_on_way(0, 1, 2, 0.75);
    draw_at(11.25);
    expect_on_way(1, 2, 1, 0.25);
    cr_expect(word("lost by chance") == NULL);
    draw_at(12.7);
    expect_on_way(2, 1, 2, 0.6);
    struct point reason = middle(place_of_word("lost by chance")), cross = middle(target_bounds(target(ACT_PACKET, 2)));
    cr_expect(lt(dbl, point_distance(reason, cross), 60.0), "the reason stands beside the cross");
    draw_at(15.5);
    expect_on_way(3, 1, 2, 0.5);
    close_view();
}

/* A bit for each host with an envelope beside its icon. */
static int hosts_with_mail(void)
{
    int found = 0;
    for (size_t host = 0; host < 3; host++) {
        struct point at = middle(target_bounds(target(ACT_HOST, host)));
        for (size_t i = 0; i < seen.n_marks; i++)
            if (seen.marks[i].box.w > 20 && point_distance(middle(seen.marks[i].box), at) < 60) found |= 1 << host;
    }
    return found;
}

Test(written_views, on_the_map_the_mail_lies_where_it_was_taken)
{
    open_view("map", WORLD MAIL);
    draw_at(10.5);
    SAYS_ALL("1 mail in outbox");
    cr_expect(eq(int, hosts_with_mail(), 1), "at pc");
    draw_at(50);
    SAYS_ALL("next try in 50 s");
    cr_expect(eq(int, hosts_with_mail(), 2), "at mail.a.example");
    draw_at(110);
    SAYS_ALL("1 mail in mailbox");
    cr_expect(eq(int, hosts_with_mail(), 4), "at mx.b.example");
    close_view();
}

/* ---- Ladder ---- */

static const struct target *arrow(size_t packet)
{
    const struct target *t = target(ACT_PACKET, packet);
    cr_expect(t->reach > 0, "packet %zu is no arrow", packet);
    return t;
}

Test(written_views, in_the_ladder_an_arrow_leads_from_sender_to_receiver_and_the_lost_one_ends_on_its_way)
{
    open_view("ladder", WORLD TALKS);
    draw_at(17.5);
    double from = middle(place_of_word("mail.​a.​example")).x, to = middle(place_of_word("mx.​b.​example")).x;
    SAYS_ALL("SYN", "SYN,ACK", "bytes 1–21", "lost by chance", "10.000 s", "11.000 s", "12.000 s", "15.000 s");
    for (size_t packet = 0; packet < 5; packet++) {
        const struct target *t = arrow(packet);
        bool back = packet == 1 || packet == 4;
        double reached = (t->b.x - t->a.x) / (back ? from - to : to - from);
        cr_expect(lt(dbl, fabs(t->a.x - (back ? to : from)), 2.0), "packet %zu begins elsewhere", packet);
        bool good = packet == 2 ? reached > 0.3 && reached < 0.95 : fabs(reached - 1) < 0.01;
        cr_expect(good, "packet %zu reaches %.2f", packet, reached);
        cr_expect(gt(dbl, t->b.y, t->a.y), "time runs down");
        if (packet > 0) cr_expect(gt(dbl, t->a.y, arrow(packet - 1)->a.y), "packet %zu comes after", packet);
    }
    draw_at(11.5);
    cr_expect(word("bytes 1–21") == NULL, "what comes later is not there yet");
    close_view();
}

/* ---- Dialogue ---- */

Test(written_views, the_dialogue_has_what_was_said_so_far_line_below_line)
{
    open_view("dialogue", WORLD SAYS);
    draw_at(12.5);
    cr_expect(word("220") == NULL);
    draw_at(15);
    struct box heading = place_of_word("mx.b.example → mail.a.example"),
               first = place_of_word("220 mx.b.example ready"), second = place_of_word("EHLO mail.a.example"),
               at = place_of_word("13.000 s");
    cr_expect(heading.y < first.y && first.y < second.y && at.x < first.x, "in the order in which it was said");
    cr_expect(lt(dbl, fabs(middle(at).y - middle(first).y), 6.0), "the time stands in the row of its line");
    cr_expect(word("250 mx.b.example") == NULL, "what comes later is not there yet");
    draw_at(17);
    cr_expect(gt(dbl, place_of_word("250 mx.b.example").y, place_of_word("EHLO mail.a.example").y));
    close_view();
}

/* ---- Segment ---- */

static double row_of(const char *text)
{
    return place_of_word(text).y;
}

Test(written_views, the_segment_has_the_fields_of_its_bytes_in_the_rows_of_the_rfc)
{
    open_view("segment", WORLD TALKS);
    draw_at(10.5);
    SAYS_ALL("asks mx.b.example for a connection (SYN)", "RFC 9293 3.1", "40000", "25 (smtp)", "65535 bytes", "0xfb9c",
             "40 bytes", "10.0.0.2", "10.0.0.3", "0x66cb");
    struct box source = place_of_word("Source Port"), peer = place_of_word("Destination Port");
    cr_expect(lt(dbl, fabs(source.y - peer.y), 4.0), "both ports stand in the first row of 32 bits");
    cr_expect(lt(dbl, fabs(place_of_word("40000").x - source.x), 4.0), "each with its value");
    cr_expect(lt(dbl, fabs(place_of_word("25 (smtp)").x - peer.x), 4.0));
    double rows[] = {source.y, row_of("Sequence Number"), row_of("Acknowledgment Number"), row_of("Data Offset"),
                     row_of("Urgent Pointer")};
    for (size_t i = 1; i < sizeof rows / sizeof *rows; i++)
        cr_expect(lt(dbl, fabs(rows[i] - rows[i - 1] - (rows[1] - rows[0])), 3.0), "row %zu is as high as the first",
                  i);
    cr_expect(lt(dbl, row_of("RFC 9293 3.1"), row_of("RFC 791 3.1")), "TCP, and below it IP");
    SAYS_ALL("0000", "0010", "0020", "9c", "40");
    draw_at(12.5);
    SAYS_ALL("bytes 1–21", "1001", "5001", "61 bytes", "0030");
    draw_at(15.5);
    SAYS_ALL("resends bytes 1–21 because the retransmission timer ran out", "0x0004");
    close_view();
}

/* ---- Sender ---- */

Test(written_views, the_sender_has_each_segment_at_its_time_and_what_it_counts_with)
{
    open_view("sender", WORLD TALKS);
    draw_at(15.5);
    struct point syn = middle(target_bounds(target(ACT_PACKET, 0))),
                 sent = middle(target_bounds(target(ACT_PACKET, 2))),
                 again = middle(target_bounds(target(ACT_PACKET, 3)));
    cr_expect(lt(dbl, fabs((again.x - syn.x) / (sent.x - syn.x) - 2.5), 0.05), "10, 12 and 15 s on one axis");
    cr_expect(lt(dbl, fabs(again.y - sent.y), 2.0), "the same bytes at the same height");
    cr_expect(gt(dbl, syn.y, sent.y), "later bytes stand higher");
    SAYS_ALL("cwnd", "ssthresh");
    close_view();
}

/* ---- Queues ---- */

Test(written_views, the_queue_has_each_attempt_at_its_time_with_its_reply)
{
    open_view("queue", WORLD MAIL);
    draw_at(119);
    SAYS_ALL("m1", "bob@b.example", "451");
    struct box refused = target_bounds(target(ACT_ATTEMPT, 0)), taken = target_bounds(target(ACT_ATTEMPT, 1));
    double minute = place_of_word("2:00").x - place_of_word("1:00").x, per_s = minute / 60;
    cr_expect(lt(dbl, fabs((taken.x - refused.x) / per_s - 85), 4.0), "at 15 and 100 s: %.1f s apart",
              (taken.x - refused.x) / per_s);
    cr_expect(lt(dbl, fabs(middle(refused).y - middle(taken).y), 2.0), "in the row of the mail");
    double reply = place_of_word("451").x;
    cr_expect(reply > refused.x && reply < taken.x);
    draw_at(50);
    SAYS_ALL("next try in 50 s");
    close_view();
}

/* ---- DNS ---- */

Test(written_views, dns_has_question_and_answer_and_a_cache_that_runs_out)
{
    open_view("names", WORLD ASKS);
    draw_at(10.5);
    SAYS_ALL("b.example MX?");
    cr_expect(word("b.example MX: 10 mx.b.example.") == NULL);
    draw_at(31);
    struct box asked = place_of_word("b.example MX?"), told = place_of_word("b.example MX: 10 mx.b.example."),
               lane = place_of_word("ns.b.example");
    cr_expect(asked.y < told.y && place_of_word("mail.a.example").x < asked.x + asked.w && lane.x > asked.x);
    SAYS_ALL("40 s", "10 mx.b.example.");
    draw_at(61);
    SAYS_ALL("10 s");
    close_view();
}

/* ---- Looked at closely ---- */

Test(written_views, the_inspector_has_what_is_known_of_a_host_a_link_a_mail_and_a_packet_just_then)
{
    open_view("closely", WORLD TALKS);
    scene_look_at(seen.scene, "mail.a.example");
    draw_at(10.5);
    SAYS_ALL("a mail server");
    cr_expect(has_fact("address", "10.0.0.2") && has_fact("state", "up"));
    SAYS_ALL("mx.b.example, port 40000 → 25", "SYN-SENT");
    draw_at(13);
    SAYS_ALL("mx.b.example, port 40000 → 25", "ESTABLISHED");
    scene_look_at(seen.scene, "far");
    draw();
    SAYS_ALL("mail.a.example", "mx.b.example", "1 s");
    scene_select(seen.scene, (struct selection){ACT_PACKET, 2});
    draw();
    SAYS_ALL("bytes 1–21", "lost");
    close_view();
    open_view("closely", WORLD MAIL);
    scene_look_at(seen.scene, "m1");
    draw_at(50);
    SAYS_ALL("ann@a.example", "bob@b.example", "Hello", "451 not now");
    close_view();
}

/* ---- Why late ---- */

/* The row of a part, and the time at its right. */
static bool has_part(const char *what, const char *time)
{
    return has_fact(what, time);
}

Test(written_views, why_late_has_parts_that_add_up_to_the_delay)
{
    open_view("why-late", WORLD MAIL);
    draw_at(119);
    SAYS_ALL("m1 reached bob@b.example at 1:46.00, 1 min 36 s after it was written",
             "waits its turn 2 s  +  connecting 6 s  +  handing over 6 s  +  waits to try again 1 min 22 s");
    cr_expect(has_part("mail.a.example waits to try again: 451 not now", "1 min 22 s"));
    cr_expect(has_part("mail.a.example: attempt 2", "6 s"));
    cr_expect(has_part("pc has it", "4 s"));
    cr_expect(word("unexplained") == NULL);
    double all = 0, longest = 0;
    for (size_t i = 0; i < targets_count(scene_targets(seen.scene)); i++) {
        const struct target *t = targets_at(scene_targets(seen.scene), i);
        if (t->act != ACT_INTERVAL || t->box.y > place_of_word("waits its turn 2 s").y) continue;
        all += t->box.w;
        longest = fmax(longest, t->box.w);
    }
    cr_expect(lt(dbl, fabs(longest / all - 82.0 / 96), 0.01), "82 of 96 s is %.3f of the bar", longest / all);
    close_view();
}
