/* What the checkers say of journals written by hand: what is legal, however odd, passes; the same with a bug planted in
   it does not. */
#include <criterion/criterion.h>

#include "tests/viz/readers/handwritten.h"

/* --- M6: who is told --- */

/* Bits flipped in MAIL FROM, and all checksums held: the server took it from an address that nobody wrote. */
#define MAIL_FROM_ANN                                                                                                  \
    "0 mail.compose  message=1 host=1 from=ann@a.example to=bob@b.example\n"                                           \
    "0 mail.content  message=1 host=1 name=written mail_digest=7\n"                                                    \
    "0 mail.state    message=1 host=1 recipient=bob@b.example to=outbox\n"                                             \
    "1 conn.open     conn=1 host=1 peer=2 local_port=50000 remote_port=25 role=active\n"                               \
    "1 conn.open     conn=2 host=2 peer=1 local_port=25 remote_port=50000 role=passive\n"
#define REPORT_TO_ANYBODY                                                                                              \
    "1 smtp.content  conn=1 host=1 message=1\n"                                                                        \
    "9 mail.compose  message=2 parent=1 host=2 from= to=ann@a.ehample\n"

Test(laws_written, a_report_goes_to_the_sender)
{
    handwritten_breaks("M6", JOINED(MAIL_FROM_ANN, REPORT_TO_ANYBODY));
}

Test(laws_written, a_report_goes_to_who_stands_there_where_a_checksum_was_deceived)
{
    handwritten_is_legal(JOINED(MAIL_FROM_ANN, "1 packet.collide packet=1 host=2", REPORT_TO_ANYBODY));
    handwritten_breaks("M6", JOINED(MAIL_FROM_ANN, "1 packet.collide packet=1 host=3", REPORT_TO_ANYBODY));
}

/* --- M10: how often a mail is sent --- */

#define HELD_BY_A_SERVER                                                                                               \
    "0 host.settings host=1 name=smtp text='max_message=1000 max_recipients=10 max_mails=0 max_hops=50'\n"             \
    "0 mail.compose  message=1 host=1 from= to=bob@b.example\n"                                                        \
    "0 mail.content  message=1 host=1 name=written mail_digest=7\n"                                                    \
    "0 mail.commit   message=1 host=1 queue_id=A name=queue\n"                                                         \
    "0 mail.state    message=1 host=1 recipient=bob@b.example queue_id=A to=queued\n"                                  \
    "0 mail.state    message=1 host=1 recipient=bob@b.example queue_id=A from=queued to=active\n"                      \
    "1 attempt.begin attempt=1 message=1 host=1 recipient=bob@b.example nth=1\n"                                       \
    "1 dns.query     host=1 peer=9 qname=b.example qtype=MX id=1 nth=1\n"                                              \
    "1 dns.answer    host=1 peer=9 qname=b.example qtype=MX id=1 rcode=NOERROR text='10 mx.b.example.'\n"              \
    "1 mail.route    host=1 name=b.example text='10 mx.b.example 10.0.0.2' why=mx\n"
#define SENT_ONCE                                                                                                      \
    "2 smtp.line host=1 conn=1 who=C text='MAIL FROM:<>'\n2 smtp.content host=1 message=1 conn=1 length=10\n"

Test(laws_written, a_mail_is_sent_for_each_attempt_at_each_place_only)
{
    handwritten_is_legal(JOINED(HELD_BY_A_SERVER, SENT_ONCE, SENT_ONCE)); /* once more without TLS */
    handwritten_breaks("M10", JOINED(HELD_BY_A_SERVER, SENT_ONCE, SENT_ONCE, SENT_ONCE));
}

/* --- M16: AUTH and STARTTLS --- */

#define SUBMISSION                                                                                                     \
    "0 host.settings host=2 name=smtp text='max_message=1000 max_recipients=10 max_mails=0 max_hops=9 "                \
    "requires_auth=1'\n"                                                                                               \
    "1 conn.open conn=1 host=1 peer=2 local_port=50000 remote_port=587 role=active\n"                                  \
    "1 conn.open conn=2 host=2 peer=1 local_port=587 remote_port=50000 role=passive\n"                                 \
    "1 smtp.line conn=2 host=2 who=S text='220 hello'\n"
#define HELLO "1 smtp.line conn=1 host=1 who=C text='EHLO pc'\n1 smtp.line conn=2 host=2 who=S text='250 AUTH PLAIN'\n"
#define AUTH(reply)                                                                                                    \
    "1 smtp.line conn=1 host=1 who=C text='AUTH PLAIN AGEAYg=='\n1 smtp.line conn=2 host=2 who=S text='" reply "'\n"
#define TLS                                                                                                            \
    "1 smtp.line conn=1 host=1 who=C text='STARTTLS'\n1 smtp.line conn=2 host=2 who=S text='220 go ahead'\n"           \
    "1 tls.done conn=1 host=1 role=client\n1 tls.done conn=2 host=2 role=server\n"
#define MAIL                                                                                                           \
    "1 smtp.line conn=1 host=1 who=C text='MAIL FROM:<ann@a.example>'\n1 smtp.line conn=2 host=2 who=S text='250 "     \
    "OK'\n"

Test(laws_written, who_a_client_was_is_forgotten_with_the_handshake)
{
    handwritten_is_legal(JOINED(SUBMISSION, HELLO, AUTH("235 welcome"), MAIL));
    handwritten_is_legal(JOINED(SUBMISSION, HELLO, AUTH("235 welcome"), TLS, HELLO, AUTH("235 welcome"), MAIL));
    handwritten_breaks("M16", JOINED(SUBMISSION, HELLO, AUTH("235 welcome"), TLS, HELLO, MAIL));
    handwritten_breaks(
        "M16", JOINED(SUBMISSION, HELLO, AUTH("235 welcome"), TLS, HELLO, AUTH("503 5.5.1 Already authenticated")));
    handwritten_breaks("M16", JOINED(SUBMISSION, HELLO, MAIL));
}

/* --- M13: a server that says all twice --- */

#define REFUSAL_IS_BOOKED                                                                                              \
    "1 attempt.begin attempt=1 message=1 host=1 recipient=bob@b.example nth=1\n"                                       \
    "1 attempt.end attempt=1 message=1 host=1 recipient=bob@b.example peer=2 outcome=never why='550 5.1.1 no'\n"

Test(laws_written, what_is_said_twice_may_be_booked_in_the_wrong_place)
{
    static const char opens[] = "1 session.open session=1 conn=2 host=2 peer=1 protocol=smtp role=server\n";
    static const char twice[] = "1 smtp.rule session=1 host=2 peer=1 name=fault text='it says everything twice'\n";
    handwritten_breaks("M13", JOINED(SUBMISSION, opens, HELLO, REFUSAL_IS_BOOKED));
    handwritten_is_legal(JOINED(SUBMISSION, opens, twice, HELLO, REFUSAL_IS_BOOKED));
}

/* --- N7: what is cut after a router has written something over --- */

#define SENT                                                                                                           \
    "0 packet.send     packet=1 host=1 peer=3 tag=dns "                                                                \
    "header=4500002400010000401100000a0000010a000003000102030405060708090a0b0c0d0e0f size=36\n"
#define CUT "1 packet.fragment packet=1 host=2 mtu=28 nth=2\n"
#define FIRST_PIECE                                                                                                    \
    "1 packet.send     packet=2 host=2 peer=3 tag=fragment "                                                           \
    "header=4500001c00012000401100000a0000010a0000030001020304050607 size=28\n"

Test(laws_written, n7_pieces_hold_what_was_written_over)
{
    static const char rewritten[] = "1 packet.rewrite  packet=1 host=2 place=32 bytes=5859\n",
                      as_sent[] = "1 packet.send     packet=3 host=2 peer=3 tag=fragment cause=3 "
                                  "header=4500001c00010001401100000a0000010a00000308090a0b0c0d0e0f size=28\n",
                      as_written[] = "1 packet.send     packet=3 host=2 peer=3 tag=fragment cause=3 "
                                     "header=4500001c00010001401100000a0000010a00000308090a0b58590e0f size=28\n";
    handwritten_is_legal(JOINED(SENT, "1 packet.rewrite  packet=9 host=2\n", CUT, FIRST_PIECE, as_sent));
    handwritten_breaks("N7", JOINED(SENT, "1 packet.rewrite  packet=9 host=2\n", CUT, FIRST_PIECE, as_written));
    handwritten_is_legal(JOINED(SENT, rewritten, CUT, FIRST_PIECE, as_written));
    handwritten_breaks("N7", JOINED(SENT, rewritten, CUT, FIRST_PIECE, as_sent));
}

/* The client is a reply behind from there on, and takes the one before for that to its content. */
Test(laws_written, what_is_sent_to_who_has_said_all_twice_may_be_booked_too_early)
{
    static const char opens[] = "1 session.open session=1 conn=2 host=2 peer=1 protocol=smtp role=server\n",
                      twice[] = "1 smtp.rule session=1 host=2 peer=1 name=fault text='it says everything twice'\n",
                      booked[] = "1 mail.compose message=1 host=1 from=ann@a.example to=bob@b.example\n"
                                 "1 mail.content message=1 host=1 name=written mail_digest=7\n"
                                 "1 mail.state message=1 host=1 recipient=bob@b.example to=outbox\n"
                                 "1 smtp.content host=1 message=1 conn=1 length=10\n"
                                 "1 mail.state message=1 host=1 recipient=bob@b.example from=outbox to='handed on'\n";
    handwritten_breaks("M13", JOINED(SUBMISSION, opens, HELLO, booked));
    handwritten_keeps("M13", JOINED(SUBMISSION, opens, twice, HELLO, booked));
}

/* --- M12: who guesses names --- */

Test(laws_written, who_guesses_names_is_answered_once_each_time)
{
    static const char guesses[] = "1 session.open session=1 conn=1 host=1 peer=2 protocol=smtp role=client\n"
                                  "1 client.abuse session=1 conn=1 host=1 peer=2 text='it guesses names'\n",
                      chunks[] = "1 session.open session=1 conn=1 host=1 peer=2 protocol=smtp role=client\n"
                                 "1 client.abuse session=1 conn=1 host=1 peer=2 text='it sends chunks that nobody "
                                 "asked for'\n",
                      guess[] = "1 smtp.line conn=1 host=1 who=C text='VRFY user1'\n",
                      answer[] = "1 smtp.line conn=2 host=2 who=S text='252 2.5.0 Cannot verify'\n";
    handwritten_is_legal(JOINED(SUBMISSION, guesses, guess, answer));
    handwritten_breaks("M12", JOINED(SUBMISSION, guesses, guess, answer, answer));
    handwritten_is_legal(JOINED(SUBMISSION, chunks, guess, answer, answer));
}

/* --- M19: lines and hops --- */

Test(laws_written, m19_a_line_has_512_octets_at_most)
{
    static const char at_limit[] = "1 smtp.line conn=1 host=1 who=C length=512 text='EHLO pc'\n",
                      beyond[] = "1 smtp.line conn=1 host=1 who=C length=513 text='EHLO pc'\n",
                      taken[] = "1 smtp.line conn=2 host=2 who=S text='250 hello'\n",
                      refused[] = "1 smtp.line conn=2 host=2 who=S text='500 5.5.6 Line too long'\n";
    handwritten_is_legal(JOINED(SUBMISSION, at_limit, taken));
    handwritten_is_legal(JOINED(SUBMISSION, beyond, refused));
    handwritten_breaks("M19", JOINED(SUBMISSION, beyond, taken));
    handwritten_breaks("M19", JOINED(SUBMISSION, at_limit, refused));
}

/* What is told of it then is the size of the records it came in, with whatever else was in them. */
Test(laws_written, m19_how_long_a_line_is_cannot_be_seen_under_tls)
{
    static const char secured[] = "1 tls.done conn=1 host=1 role=client\n"
                                  "1 tls.done conn=2 host=2 role=server\n",
                      long_record[] = "1 smtp.line conn=1 host=1 who=C length=544 text='EHLO pc'\n",
                      taken[] = "1 smtp.line conn=2 host=2 who=S text='250 hello'\n";
    handwritten_is_legal(JOINED(SUBMISSION, secured, long_record, taken));
    handwritten_breaks("M19", JOINED(SUBMISSION, long_record, taken));
}

#define RELAYED_OVER(tls, max_hops)                                                                                    \
    "0 host.settings host=2 name=smtp text='max_message=1000 max_recipients=10 max_mails=0 max_hops=" max_hops "'\n"   \
    "0 mail.compose message=1 host=1 from= to=bob@b.example\n"                                                         \
    "0 mail.content message=1 host=1 name=written mail_digest=7\n"                                                     \
    "1 conn.open conn=1 host=1 peer=2 local_port=50000 remote_port=25 role=active\n"                                   \
    "1 conn.open conn=2 host=2 peer=1 local_port=25 remote_port=50000 role=passive\n" tls                              \
    "1 smtp.line conn=2 host=2 who=S text='220 hello'\n" HELLO MAIL                                                    \
    "1 smtp.line conn=1 host=1 who=C text='RCPT TO:<bob@b.example>'\n"                                                 \
    "1 smtp.line conn=2 host=2 who=S text='250 OK'\n"                                                                  \
    "1 smtp.line conn=1 host=1 who=C text=DATA\n"                                                                      \
    "1 smtp.line conn=2 host=2 who=S text='354 go ahead'\n"                                                            \
    "1 stream.data stream=5 conn=1 host=1 bytes=52656365697665643a20780d0a52656345697665643a20790d0a0d0a780d0a\n"      \
    "1 smtp.content conn=1 host=1 message=1 stream=5 length=31\n"
#define RELAYED_TO(max_hops) RELAYED_OVER("", max_hops)

Test(laws_written, m19_as_many_hops_as_are_too_many_are_refused)
{
    static const char taken[] = "1 smtp.line conn=2 host=2 who=S text='250 OK'\n",
                      refused[] = "1 smtp.line conn=2 host=2 who=S text='554 5.4.6 too many hops'\n";
    handwritten_keeps("M19", JOINED(RELAYED_TO("3"), taken));
    handwritten_keeps("M19", JOINED(RELAYED_TO("2"), refused));
    handwritten_breaks("M19", JOINED(RELAYED_TO("2"), taken));
    handwritten_breaks("M19", JOINED(RELAYED_TO("3"), refused));
}

/* There are only bytes that may look like one. */
Test(laws_written, m19_no_header_is_read_under_tls)
{
    static const char taken[] = "1 smtp.line conn=2 host=2 who=S text='250 OK'\n";
    handwritten_keeps("M19", JOINED(RELAYED_OVER("1 tls.done conn=1 host=1 role=client\n", "2"), taken));
    handwritten_breaks("M19", JOINED(RELAYED_TO("2"), taken));
}

/* --- N6: a collision is one --- */

#define ACKNOWLEDGEMENT                                                                                                \
    "0 packet.send packet=1 host=1 peer=3 tag=tcp.ack "                                                                \
    "header=4500002800010000400600000a0000010a0000030019c0670000000100000001501000ff00000000 size=40\n"
#define FLIPPED  "1 packet.corrupt packet=1 place=34 bytes=00fe\n"
#define ACCEPTED "2 link.deliver packet=1 host=3\n2 packet.collide packet=1 host=3\n"

Test(laws_written, n6_a_change_that_the_checksum_sees_is_no_collision)
{
    handwritten_breaks("N6", JOINED(ACKNOWLEDGEMENT, FLIPPED, ACCEPTED));
    handwritten_breaks("N6", JOINED(ACKNOWLEDGEMENT, FLIPPED, "2 link.deliver packet=1 host=3"));
    handwritten_keeps(
        "N6", JOINED(ACKNOWLEDGEMENT, FLIPPED, "2 link.deliver packet=1 host=3", "2 packet.drop packet=1 host=3"));
    /* Two words that are exchanged: 0001 and 0000 of the sequence number. */
    handwritten_keeps("N6", JOINED(ACKNOWLEDGEMENT, "1 packet.corrupt packet=1 place=24 bytes=00010000", ACCEPTED));
}

/* What it was before it flipped is not known. */
Test(laws_written, n6_of_what_was_written_over_nobody_knows_what_flipped)
{
    handwritten_breaks("N6", JOINED(ACKNOWLEDGEMENT, FLIPPED, ACCEPTED));
    handwritten_keeps(
        "N6", JOINED(ACKNOWLEDGEMENT, "1 packet.rewrite packet=1 host=2 place=34 bytes=00fc", FLIPPED, ACCEPTED));
}

/* Nor of which twins' pieces it was put together. */
Test(laws_written, n6_of_what_was_put_together_nobody_knows_of_what)
{
    static const char pieces[] =
        "1 packet.fragment packet=1 host=2 mtu=36 nth=2\n"
        "1 packet.send packet=2 host=2 peer=3 tag=fragment cause=3 "
        "header=4500002400012000400600000a0000010a0000030019c0670000000100000001501000fe size=36\n"
        "1 packet.send packet=3 host=2 peer=3 tag=fragment cause=3 "
        "header=4500001800010002400600000a0000010a00000300000000 size=24\n"
        "2 link.deliver packet=2 host=3\n2 link.deliver packet=3 host=3\n2 packet.whole packet=1 host=3 size=40\n",
                      said[] = "2 packet.collide packet=1 host=3\n";
    handwritten_breaks("N6", JOINED(ACKNOWLEDGEMENT, FLIPPED, pieces));
    handwritten_keeps("N6", JOINED(ACKNOWLEDGEMENT, FLIPPED, pieces, said));
}
