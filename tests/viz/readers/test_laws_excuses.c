/* What the laws excuse: a journal where the excuse holds breaks none, and one that only looks like it does. */
#include <criterion/criterion.h>

#include "tests/viz/readers/handwritten.h"

/* --- D7: a session that is used again --- */

#define ROUTE                                                                                                          \
    "0 host.add host=2 name=mx.a.example role=mail_server text=a.example\n"                                            \
    "0 host.add host=3 name=mx1.b.example role=mail_server address=0x0a000003 text=b.example\n"                        \
    "0 host.add host=4 name=mx2.b.example role=mail_server address=0x0a000004 text=b.example\n"                        \
    "1 dns.query host=2 peer=9 qname=b.example qtype=MX id=1 nth=1\n"                                                  \
    "1 dns.answer host=2 peer=9 qname=b.example qtype=MX id=1 rcode=NOERROR "                                          \
    "text='10 mx1.b.example., 20 mx2.b.example.'\n"                                                                    \
    "1 mail.route host=2 name=b.example why=mx text='10 mx1.b.example 10.0.0.3, 20 mx2.b.example 10.0.0.4'\n"
#define CALLS(conn, peer)                                                                                              \
    "2 conn.open conn=" conn " host=2 peer=" peer " local_port=500" conn " remote_port=25 role=active\n"
#define CLOSES(conn)    "3 conn.close conn=" conn " host=2\n"
#define MAIL_OVER(conn) "2 smtp.line conn=" conn " host=2 who=C text='MAIL FROM:<>'\n"

/* The first host was passed already, but for the mail before. */
Test(laws_excuses, d7_each_mail_over_a_session_has_its_own_round_of_hosts)
{
    static const char at_second[] = ROUTE CALLS("31", "3") CLOSES("31") CALLS("32", "4");
    handwritten_keeps("D7", JOINED(at_second, MAIL_OVER("32"), MAIL_OVER("32"), CLOSES("32"), CALLS("33", "3")));
    handwritten_breaks("D7", JOINED(at_second, MAIL_OVER("32"), CLOSES("32"), CALLS("33", "3")));
    handwritten_breaks("D7", JOINED(at_second, MAIL_OVER("32"), MAIL_OVER("31"), CLOSES("32"), CALLS("33", "3")));
}

/* --- D7: who stays with a host that failed late --- */

#define RETRY_BY(policy) "0 host.settings host=2 name=retry text='policy=" policy " lifetime=345600s'\n"
#define OPENS(conn)      "2 session.open session=" conn " conn=" conn " host=2 peer=3 protocol=smtp role=client\n"

Test(laws_excuses, d7_some_policies_try_no_other_host_after_what_failed_late)
{
    static const char to_first[] = ROUTE CALLS("31", "3"), to_second[] = CLOSES("31") CALLS("32", "4");
    static const char *const stay_late[] = {RETRY_BY("opensmtpd"), RETRY_BY("kumomta stays_after=12")};
    static const char *const go_on[] = {RETRY_BY("postfix"), RETRY_BY("exim"), RETRY_BY("kumomta stays_after=8")};
    handwritten_keeps("D7", JOINED(RETRY_BY("qmail"), to_first, to_second));
    handwritten_breaks("D7", JOINED(RETRY_BY("qmail"), to_first, OPENS("31"), to_second));
    for (size_t i = 0; i < sizeof stay_late / sizeof *stay_late; i++) {
        handwritten_keeps("D7", JOINED(stay_late[i], to_first, OPENS("31"), to_second));
        handwritten_breaks("D7", JOINED(stay_late[i], to_first, OPENS("31"), MAIL_OVER("31"), to_second));
    }
    for (size_t i = 0; i < sizeof go_on / sizeof *go_on; i++)
        handwritten_keeps("D7", JOINED(go_on[i], to_first, OPENS("31"), MAIL_OVER("31"), to_second));
}

/* --- M8: a round lasts until its last session has said good-bye --- */

#define PUT_OFF_UNTIL_61                                                                                               \
    "0 host.settings host=2 name=retry text='policy=custom lifetime=86400s bounce_lifetime=86400s step=60s'\n"         \
    "0 mail.compose message=1 host=1 from=a@a.example to=b@b.example\n"                                                \
    "1 mail.content message=1 host=2 queue_id=Q name=accepted size=10\n"                                               \
    "1 mail.commit message=1 host=2 queue_id=Q name=queue size=10\n"                                                   \
    "1 mail.state message=1 host=2 recipient=b@b.example queue_id=Q to=queued\n"                                       \
    "1 mail.state message=1 host=2 recipient=b@b.example queue_id=Q from=queued to=active\n"                           \
    "1 attempt.begin attempt=1 message=1 host=2 recipient=b@b.example nth=1\n"                                         \
    "1 attempt.end attempt=1 message=1 host=2 recipient=b@b.example outcome=later why='451 no'\n"                      \
    "1 mail.state message=1 host=2 recipient=b@b.example queue_id=Q from=active to=deferred at=61\n"
#define TRIED_AT(time) time " mail.state message=1 host=2 recipient=b@b.example queue_id=Q from=deferred to=active\n"

Test(laws_excuses, m8_who_waits_for_a_good_bye_may_be_late)
{
    handwritten_keeps("M8", JOINED(PUT_OFF_UNTIL_61, TRIED_AT("61")));
    handwritten_breaks("M8", JOINED(PUT_OFF_UNTIL_61, TRIED_AT("70")));
    handwritten_keeps("M8", JOINED(PUT_OFF_UNTIL_61, "70 session.close session=1 host=2", TRIED_AT("70")));
    handwritten_breaks("M8", JOINED(PUT_OFF_UNTIL_61, "69 session.close session=1 host=2", TRIED_AT("70")));
    handwritten_breaks("M8", JOINED(PUT_OFF_UNTIL_61, "70 session.close session=1 host=3", TRIED_AT("70")));
    handwritten_breaks("M8", JOINED(PUT_OFF_UNTIL_61, "60 session.close session=1 host=2", TRIED_AT("60")));
}

/* --- T12: a checksum was deceived --- */

#define CONNECTION                                                                                                     \
    "0 conn.open conn=1 host=1 peer=3 local_port=50000 remote_port=25 role=active\n"                                   \
    "0 tcp.state conn=1 from=CLOSED to=SYN-SENT\n"
/* Two words of a segment between host 1 and another that are exchanged on the way. */
#define COLLIDES(peer)                                                                                                 \
    "0 packet.send packet=1 host=1 peer=" peer " tag=tcp.ack "                                                         \
    "header=4500002800010000400600000a0000010a0000030019c0670000000100000001501000ff00000000 size=40\n"                \
    "1 packet.corrupt packet=1 place=24 bytes=00010000\n"                                                              \
    "2 link.deliver packet=1 host=" peer "\n2 packet.collide packet=1 host=" peer "\n"
#define ESTABLISHED_BY_NOTHING "3 tcp.state conn=1 from=SYN-SENT to=ESTABLISHED\n"

Test(laws_excuses, t12_who_was_deceived_may_do_what_nobody_has_made_it_do)
{
    handwritten_breaks("T12", JOINED(CONNECTION, ESTABLISHED_BY_NOTHING));
    handwritten_keeps("T12", JOINED(CONNECTION, COLLIDES("3"), ESTABLISHED_BY_NOTHING));
    handwritten_breaks("T12", JOINED(CONNECTION, COLLIDES("4"), ESTABLISHED_BY_NOTHING));
}

/* --- M10: of several hosts that send it --- */

#define SENDS(conn, from, to, message)                                                                                 \
    "1 conn.open conn=" conn " host=" from " peer=" to " local_port=500" conn " remote_port=25 role=active\n"          \
    "1 smtp.content conn=" conn " host=" from " message=" message "\n"
#define TAKES(host) "1 mail.state message=1 host=" host " recipient=b@b.example queue_id=Q" host " to=queued\n"
#define OVER_TWO_HOPS                                                                                                  \
    "0 host.settings host=4 name=smtp text='max_message=1000 max_recipients=10 max_mails=0 max_hops=2'\n"              \
    "0 mail.compose message=1 host=1 from=a@a.example to=b@b.example\n"                                                \
    "0 mail.state message=1 host=1 recipient=b@b.example to=outbox\n" SENDS("10", "1", "2", "1") TAKES("2")            \
        SENDS("11", "2", "3", "1") TAKES("3") SENDS("12", "3", "4", "1")

/* The shorter way may have been the one. */
Test(laws_excuses, m10_of_several_hosts_that_send_a_mail_nobody_knows_over_how_many_hops_it_has_come)
{
    handwritten_breaks("M10", JOINED(OVER_TWO_HOPS, TAKES("4")));
    handwritten_keeps("M10", JOINED(OVER_TWO_HOPS, SENDS("13", "2", "4", "1"), TAKES("4")));
    handwritten_breaks("M10", JOINED(OVER_TWO_HOPS, SENDS("13", "2", "4", "2"), TAKES("4")));
    handwritten_breaks("M10", JOINED(OVER_TWO_HOPS, SENDS("13", "2", "5", "1"), TAKES("4")));
    handwritten_breaks("M10", JOINED(OVER_TWO_HOPS, SENDS("13", "3", "4", "1"), TAKES("4")));
}

/* --- M2: a client that is a reply behind --- */

#define HANDED_OVER_BY(commands, fault)                                                                                \
    "0 mail.compose message=1 host=1 from=a@a.example to=b@b.example\n"                                                \
    "0 mail.state message=1 host=1 recipient=b@b.example to=outbox\n"                                                  \
    "1 conn.open conn=1 host=1 peer=2 local_port=50000 remote_port=25 role=active\n"                                   \
    "1 conn.open conn=2 host=2 peer=1 local_port=25 remote_port=50000 role=passive\n"                                  \
    "1 session.open session=1 conn=1 host=1 peer=2 protocol=smtp role=client\n"                                        \
    "1 session.open session=2 conn=2 host=2 peer=1 protocol=smtp role=server\n"                                        \
    "1 smtp.line session=2 conn=2 host=2 who=S text='220 b'\n"                                                         \
    "1 smtp.line session=1 conn=1 host=1 who=C text='MAIL FROM:<a@a.example>'\n"                                       \
    "1 smtp.line session=1 conn=1 host=1 who=C text='RCPT TO:<b@b.example>'\n" fault commands                          \
    "2 mail.state message=1 host=1 recipient=b@b.example from=outbox to='handed on'\n"
#define CHUNK                                                                                                          \
    "1 smtp.line session=1 conn=1 host=1 who=C text='BDAT 10 LAST'\n"                                                  \
    "1 smtp.content session=1 conn=1 host=1 message=1 length=10\n"
#define DATA                                                                                                           \
    "1 smtp.line session=1 conn=1 host=1 who=C text=DATA\n"                                                            \
    "1 smtp.content session=1 conn=1 host=1 message=1 length=10\n"
#define TWICE  "1 smtp.rule session=2 host=2 peer=1 name=fault text='it says everything twice'\n"
#define OCTETS "1 smtp.rule session=2 host=2 peer=1 name=fault text='it speaks an octet at a time'\n"

/* It takes the reply to RCPT for the chunk's. */
Test(laws_excuses, m2_a_chunk_may_be_refused_and_heard_as_taken)
{
    handwritten_keeps("M2", JOINED(HANDED_OVER_BY(CHUNK, TWICE)));
    handwritten_keeps("M2", JOINED(HANDED_OVER_BY(TWICE, CHUNK)));
    handwritten_breaks("M2", JOINED(HANDED_OVER_BY(CHUNK, OCTETS)));
    handwritten_breaks("M2", JOINED(HANDED_OVER_BY(DATA, TWICE)));
}
