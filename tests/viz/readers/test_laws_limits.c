/* M19: what is at a limit passes, and one more does not. The journals are written by hand: host 2 is the server, 1
   calls it or is not there. Of each limit one too many that is taken is found, and one too few that is refused. */
#include <criterion/criterion.h>

#include "tests/viz/readers/handwritten.h"

/* --- clients --- */

#define LIMITED(words) "0 host.settings host=2 name=clients text='" words "'\n"
/* n: a digit. */
#define CALL(at, n)                                                                                                    \
    at " conn.open conn=1" n " host=1 peer=2 local_port=5000" n " remote_port=25 role=active\n" at                     \
       " conn.open conn=2" n " host=2 peer=1 local_port=25 remote_port=5000" n " role=passive\n" at                    \
       " session.open session=" n " conn=2" n " host=2 peer=1 protocol=smtp role=server\n"
#define GREETED(at, n)     CALL(at, n) at " smtp.line session=" n " conn=2" n " host=2 who=S text='220 hello'\n"
#define RULE(at, n, words) at " smtp.rule session=" n " host=2 peer=1 " words "\n"
#define SAYS(at, n, text)  at " smtp.line session=" n " conn=2" n " host=2 who=S text='" text "'\n"
#define ASKS(at, n, text)  at " smtp.line conn=1" n " host=1 who=C text='" text "'\n"
#define TURNED_AWAY(at, n, why)                                                                                        \
    CALL(at, n) RULE(at, n, "name=connections text='" why "'") SAYS(at, n, "421 4.7.0 too many connections")
#define LEAVES(at, n) at " session.close session=" n " host=2\n"
#define AT_ONCE       "too many at once"
#define IN_THIS_TIME  "too many in this time"

Test(laws_limits, m19_so_many_connections_at_once)
{
    handwritten_is_legal(JOINED(LIMITED("at_once=2"), GREETED("1", "1"), GREETED("1", "2")));
    handwritten_breaks("M19", JOINED(LIMITED("at_once=2"), GREETED("1", "1"), GREETED("1", "2"), GREETED("1", "3")));
    handwritten_is_legal(
        JOINED(LIMITED("at_once=2"), GREETED("1", "1"), GREETED("1", "2"), TURNED_AWAY("1", "3", AT_ONCE)));
    handwritten_breaks("M19", JOINED(LIMITED("at_once=2"), GREETED("1", "1"), TURNED_AWAY("1", "2", AT_ONCE)));
}

Test(laws_limits, m19_who_has_left_counts_no_more_and_who_was_turned_away_as_long_as_he_is_there)
{
    static const char two[] = LIMITED("at_once=2") GREETED("1", "1") GREETED("1", "2");
    handwritten_is_legal(JOINED(two, LEAVES("2", "1"), GREETED("3", "3")));
    handwritten_breaks("M19", JOINED(two, LEAVES("2", "1"), TURNED_AWAY("3", "3", AT_ONCE)));
    handwritten_breaks("M19", JOINED(two, TURNED_AWAY("2", "3", AT_ONCE), LEAVES("2", "1"), GREETED("3", "4")));
    handwritten_is_legal(
        JOINED(two, TURNED_AWAY("2", "3", AT_ONCE), LEAVES("2", "3"), LEAVES("2", "1"), GREETED("3", "4")));
}

Test(laws_limits, m19_its_own_clients_have_no_limit)
{
    handwritten_is_legal(JOINED(LIMITED("at_once=1 own=1"), GREETED("1", "1"), GREETED("1", "2")));
    handwritten_breaks("M19", JOINED(LIMITED("at_once=1 own=3"), GREETED("1", "1"), GREETED("1", "2")));
}

/* A fault speaks for the server, which thinks of no limit. */
Test(laws_limits, m19_who_is_refused_by_a_fault_is_not_counted)
{
    static const char by_fault[] = CALL("1", "1") SAYS("1", "1", "450 4.7.1 not now");
    handwritten_is_legal(JOINED(LIMITED("at_once=1"), by_fault, GREETED("1", "2")));
    handwritten_breaks("M19", JOINED(LIMITED("at_once=1"), by_fault, TURNED_AWAY("1", "2", AT_ONCE)));
}

Test(laws_limits, m19_who_is_cut_off_in_the_midst_of_a_greeting_is_counted)
{
    static const char cut_off[] =
        CALL("1", "1") RULE("1", "1", "name=fault text='it cuts the dialogue off'") SAYS("1", "1", "220 hello");
    handwritten_is_legal(JOINED(LIMITED("at_once=1"), cut_off, TURNED_AWAY("1", "2", AT_ONCE)));
    handwritten_breaks("M19", JOINED(LIMITED("at_once=1"), cut_off, GREETED("1", "2")));
    static const char reset[] =
        CALL("1", "1") RULE("1", "1", "name=fault text='it resets the dialogue'") SAYS("1", "1", "220 hello");
    handwritten_is_legal(JOINED(LIMITED("at_once=1"), reset, TURNED_AWAY("1", "2", AT_ONCE)));
}

Test(laws_limits, m19_a_greeting_that_is_kept_back_may_be_another_in_the_end)
{
    static const char held[] = GREETED("1", "1") CALL("1", "2") RULE("1", "2", "name=tarpit text='kept back'");
    handwritten_keeps("M19", JOINED(LIMITED("at_once=1"), held, SAYS("2", "2", "450 4.7.1 not now")));
    handwritten_breaks("M19", JOINED(LIMITED("at_once=1"), held, SAYS("2", "2", "220 hello")));
}

/* The unit begins with the first connection and lasts a minute. */
Test(laws_limits, m19_so_many_connections_in_a_time_unit)
{
    static const char two[] = LIMITED("per=60.000000000s connections=2") GREETED("1", "1") LEAVES("2", "1")
        GREETED("3", "2") LEAVES("4", "2");
    handwritten_is_legal(JOINED(two, TURNED_AWAY("60.9", "3", IN_THIS_TIME)));
    handwritten_breaks("M19", JOINED(two, GREETED("60.9", "3")));
    handwritten_is_legal(JOINED(two, GREETED("61", "3")));
    handwritten_breaks("M19", JOINED(two, TURNED_AWAY("61", "3", IN_THIS_TIME)));
}

#define HELLO      ASKS("1", "1", "EHLO pc") SAYS("1", "1", "250 mx")
#define MAIL(says) ASKS("1", "1", "MAIL FROM:<a@a.example>") says
#define RCPT(says) ASKS("1", "1", "RCPT TO:<b@b.example>") says
#define OK         SAYS("1", "1", "250 OK")
#define TOO_MANY(what)                                                                                                 \
    RULE("1", "1", "name=rate text='too many " what " in this time'")                                                  \
    SAYS("1", "1", "450 4.7.1 Error: too much")

Test(laws_limits, m19_so_many_mails_and_recipients_in_a_time_unit)
{
    static const char mails[] = LIMITED("per=60s mails=1") GREETED("1", "1") HELLO,
                      recipients[] = LIMITED("per=60s recipients=2") GREETED("1", "1") HELLO MAIL(OK),
                      reset[] = ASKS("1", "1", "RSET") OK;
    handwritten_is_legal(JOINED(mails, MAIL(OK), reset, MAIL(TOO_MANY("mails"))));
    handwritten_breaks("M19", JOINED(mails, MAIL(OK), reset, MAIL(OK)));
    handwritten_breaks("M19", JOINED(mails, MAIL(TOO_MANY("mails"))));
    handwritten_is_legal(JOINED(recipients, RCPT(OK), RCPT(OK), RCPT(TOO_MANY("recipients"))));
    handwritten_breaks("M19", JOINED(recipients, RCPT(OK), RCPT(OK), RCPT(OK)));
    handwritten_breaks("M19", JOINED(recipients, RCPT(OK), RCPT(TOO_MANY("recipients"))));
}

/* Who is not there was asked about, too; what is no command was not. */
Test(laws_limits, m19_recipients_who_are_refused_count)
{
    static const char recipients[] = LIMITED("per=60s recipients=1") GREETED("1", "1") HELLO MAIL(OK);
    handwritten_breaks(
        "M19", JOINED(recipients, RCPT(SAYS("1", "1", "550 5.1.1 <b@b.example>: no such user here")), RCPT(OK)));
    handwritten_is_legal(JOINED(recipients, RCPT(SAYS("1", "1", "501 5.1.3 Bad recipient")), RCPT(OK)));
}

Test(laws_limits, m19_so_many_refusals_in_a_session)
{
    static const char begins[] = LIMITED("errors=2") GREETED("1", "1"),
                      error[] = ASKS("1", "1", "WHAT") SAYS("1", "1", "500 5.5.2 no"),
                      last[] = ASKS("1", "1", "WHAT") RULE("1", "1", "name=rate text='too many errors in one session'")
                          SAYS("1", "1", "421 4.7.0 too many errors");
    handwritten_is_legal(JOINED(begins, error, last));
    handwritten_breaks("M19", JOINED(begins, error, error));
    handwritten_breaks("M19", JOINED(begins, last));
}

/* Its refusal was the last error of the session, so that another one was said: it counts. */
Test(laws_limits, m19_a_recipient_whose_refusal_ends_the_session_counts)
{
    static const char ended[] = LIMITED("per=60s recipients=1 errors=1") GREETED("1", "1") HELLO MAIL(OK)
        ASKS("1", "1", "RCPT TO:<b@b.example>") RULE("1", "1", "name=greylisting")
            RULE("1", "1", "name=rate text='too many errors in one session'")
                SAYS("1", "1", "421 4.7.0 too many errors") LEAVES("1", "1") GREETED("2", "2") ASKS("2", "2", "EHLO pc")
                    SAYS("2", "2", "250 mx") ASKS("2", "2", "MAIL FROM:<>") SAYS("2", "2", "250 OK"),
                      taken[] = ASKS("2", "2", "RCPT TO:<b@b.example>") SAYS("2", "2", "250 OK");
    handwritten_breaks("M19", JOINED(ended, taken));
}

Test(laws_limits, m19_so_many_commands_without_a_mail)
{
    static const char begins[] = LIMITED("junk=2") GREETED("1", "1"), idle[] = ASKS("1", "1", "NOOP") OK,
                      last[] = ASKS("1", "1", "NOOP") RULE("1", "1", "name=rate text='too many commands and no mail'")
                          SAYS("1", "1", "421 4.7.0 too many commands");
    handwritten_is_legal(JOINED(begins, idle, idle, last));
    handwritten_breaks("M19", JOINED(begins, idle, idle, idle));
    handwritten_breaks("M19", JOINED(begins, idle, last));
}

/* --- mailboxes --- */

#define MAILBOXES(words)                                                                                               \
    "0 host.add host=2 name=mx.b.example role=mail_server text=b.example\n"                                            \
    "0 host.settings host=2 name=mailboxes text='" words "'\n"
/* A file of 100 bytes is one of 100 + 51 in bob's mailbox; n: a digit. */
#define COMES(at, n)                                                                                                   \
    at " mail.compose message=" n " host=1 from=a@b.c to=bob@b.example\n" at " mail.commit message=" n                 \
       " host=2 queue_id=Q" n " name=queue size=100\n" at " attempt.begin attempt=" n " message=" n                    \
       " host=2 recipient=bob@b.example nth=1\n"
#define PUT(at, n)                                                                                                     \
    at " mail.commit message=" n " host=2 queue_id=Q" n " name=mailbox size=151\n" at " mail.content message=" n       \
       " host=2 recipient=bob@b.example queue_id=Q" n " name=delivered size=151\n" at " attempt.end attempt=" n        \
       " message=" n " host=2 peer=2 recipient=bob@b.example outcome=delivered why='into the mailbox'\n"
#define FULL(at, n)                                                                                                    \
    at " attempt.end attempt=" n " message=" n                                                                         \
       " host=2 peer=2 recipient=bob@b.example outcome=later why='452 4.2.2 Mailbox full'\n"
#define FETCHED(at, n)                                                                                                 \
    at " mail.state message=" n " host=2 recipient=bob@b.example queue_id=Q" n " from=delivered to='handed on'\n"

Test(laws_limits, m19_a_mailbox_holds_so_many_mails)
{
    static const char two[] = MAILBOXES("mails=2") COMES("1", "1") PUT("1", "1") COMES("2", "2") PUT("2", "2");
    handwritten_keeps("M19", JOINED(two, COMES("3", "3"), FULL("3", "3")));
    handwritten_breaks("M19", JOINED(two, COMES("3", "3"), PUT("3", "3")));
    handwritten_keeps("M19", JOINED(two, FETCHED("3", "1"), COMES("3", "3"), PUT("3", "3")));
    handwritten_breaks("M19", JOINED(two, FETCHED("3", "1"), COMES("3", "3"), FULL("3", "3")));
}

Test(laws_limits, m19_a_mailbox_holds_so_many_bytes)
{
    static const char one[] = COMES("1", "1") PUT("1", "1") COMES("2", "2");
    handwritten_keeps("M19", JOINED(MAILBOXES("size=302"), one, PUT("2", "2")));
    handwritten_breaks("M19", JOINED(MAILBOXES("size=302"), one, FULL("2", "2")));
    handwritten_keeps("M19", JOINED(MAILBOXES("size=301"), one, FULL("2", "2")));
    handwritten_breaks("M19", JOINED(MAILBOXES("size=301"), one, PUT("2", "2")));
}

/* The first is still being written when the second comes. */
Test(laws_limits, m19_what_is_on_its_way_into_a_mailbox_has_its_place)
{
    static const char both[] = MAILBOXES("mails=1") COMES("1", "1") COMES("1", "2");
    handwritten_keeps("M19", JOINED(both, FULL("1", "2"), PUT("2", "1")));
    handwritten_breaks("M19", JOINED(both, PUT("2", "1"), PUT("2", "2")));
}

Test(laws_limits, m19_a_full_mailbox_refuses_its_rcpt)
{
    static const char holds_one[] = MAILBOXES("mails=1") COMES("1", "1") PUT("1", "1") GREETED("1", "1") HELLO MAIL(OK),
                      empty[] = MAILBOXES("mails=1") COMES("1", "1") PUT("1", "1") FETCHED("1", "1") GREETED("1", "1")
                          HELLO MAIL(OK),
                      asks[] = ASKS("1", "1", "RCPT TO:<Bob@B.example>"),
                      refuses[] = RULE("1", "1", "name='mailbox full' recipient=Bob@B.example")
                          SAYS("1", "1", "452 4.2.2 Mailbox full");
    handwritten_keeps("M19", JOINED(holds_one, asks, refuses));
    handwritten_breaks("M19", JOINED(holds_one, asks, OK));
    handwritten_keeps("M19", JOINED(empty, asks, OK));
    handwritten_breaks("M19", JOINED(empty, asks, refuses));
}

/* --- disks --- */

#define DISK(words)                                                                                                    \
    "0 host.settings host=2 name=retry text='policy=postfix'\n0 host.settings host=2 name=disk text='" words "'\n"
#define FILE(at, n, size)                                                                                              \
    at " mail.commit message=" n " host=2 queue_id=Q" n " name=queue size=" size "\n" at " mail.state message=" n      \
       " host=2 queue_id=Q" n " recipient=b@c.example to=queued\n"
#define DONE(at, n) at " mail.state message=" n " host=2 queue_id=Q" n " recipient=b@c.example from=queued to=bounced\n"
/* A report of 100 bytes that does not fit. */
#define NO_ROOM(at, until)                                                                                             \
    at " mail.compose message=8 parent=1 host=2 from= to=a@a.example size=100\n" at                                    \
       " mail.state message=1 host=2 queue_id=Q1 recipient=b@c.example from=active to=deferred at=" until              \
       " why='452 4.3.1 Insufficient system storage'\n"

Test(laws_limits, m19_a_disk_holds_so_many_bytes)
{
    handwritten_keeps("M19", JOINED(DISK("size=300"), FILE("1", "1", "200"), FILE("1", "2", "100")));
    handwritten_breaks("M19", JOINED(DISK("size=299"), FILE("1", "1", "200"), FILE("1", "2", "100")));
    handwritten_keeps("M19", JOINED(DISK("size=299"), FILE("1", "1", "200"), NO_ROOM("1", "301")));
    handwritten_breaks("M19", JOINED(DISK("size=300"), FILE("1", "1", "200"), NO_ROOM("1", "301")));
}

Test(laws_limits, m19_a_disk_holds_so_many_files)
{
    static const char two[] = FILE("1", "1", "200") FILE("1", "2", "1");
    handwritten_keeps("M19", JOINED(DISK("files=2"), two));
    handwritten_breaks("M19", JOINED(DISK("files=1"), two));
    handwritten_keeps("M19", JOINED(DISK("files=2"), two, NO_ROOM("1", "301")));
    handwritten_breaks("M19", JOINED(DISK("files=3"), two, NO_ROOM("1", "301")));
}

Test(laws_limits, m19_a_file_makes_room_when_its_last_recipient_has_come_to_an_end)
{
    static const char two[] = DISK("files=2") FILE("1", "1", "200") FILE("1", "2", "1");
    handwritten_keeps("M19", JOINED(two, DONE("2", "2"), FILE("2", "3", "1")));
    handwritten_breaks("M19", JOINED(two, FILE("2", "3", "1")));
    /* At that very instant it may still be there. */
    handwritten_keeps("M19", JOINED(two, DONE("2", "2"), NO_ROOM("2", "302")));
    handwritten_breaks("M19", JOINED(two, DONE("2", "2"), NO_ROOM("3", "303")));
}

Test(laws_limits, m19_a_fault_leaves_a_disk_less)
{
    static const char full[] = "1 host.trouble host=2 name=disk text='full at 250 bytes and 9 files'\n",
                      well[] = "2 host.trouble host=2 name=disk\n";
    handwritten_breaks("M19", JOINED(DISK("size=300"), FILE("1", "1", "200"), full, FILE("1", "2", "100")));
    handwritten_keeps("M19", JOINED(DISK("size=300"), FILE("1", "1", "200"), full, well, FILE("2", "2", "100")));
    handwritten_keeps("M19", JOINED(DISK("size=300"), FILE("1", "1", "200"), full, NO_ROOM("1", "301")));
    handwritten_breaks("M19", JOINED(DISK("size=300"), FILE("1", "1", "200"), full, well, NO_ROOM("2", "302")));
}

/* What is under way takes room that nobody tells of. */
Test(laws_limits, m19_of_a_disk_that_takes_its_time_no_refusal_is_judged)
{
    handwritten_keeps("M19", JOINED(DISK("size=300 takes_time=1"), FILE("1", "1", "200"), NO_ROOM("1", "301")));
    handwritten_breaks("M19", JOINED(DISK("size=299 takes_time=1"), FILE("1", "1", "200"), FILE("1", "2", "100")));
}

/* --- domains of a mail's recipients --- */

#define DOMAINS(most) "0 host.settings host=2 name=smtp text='max_recipients=9 max_recipient_domains=" most "'\n"
#define TO(path)      ASKS("1", "1", "RCPT TO:<" path ">")
#define ONE_TOO_MANY  SAYS("1", "1", "452 4.5.3 Too many domains of recipients")

Test(laws_limits, m19_so_many_domains_of_recipients_in_a_mail) /* RFC 9422 4.3 */
{
    static const char begins[] = GREETED("1", "1") HELLO MAIL(OK), two[] = TO("a@b.example") OK TO("a@c.example") OK;
    handwritten_is_legal(JOINED(DOMAINS("2"), begins, two, TO("a@d.example") ONE_TOO_MANY));
    handwritten_breaks("M19", JOINED(DOMAINS("2"), begins, two, TO("a@d.example") OK));
    handwritten_breaks("M19", JOINED(DOMAINS("3"), begins, two, TO("a@d.example") ONE_TOO_MANY));
    handwritten_breaks("M19", JOINED(DOMAINS("1"), begins, two));
}

Test(laws_limits, m19_more_recipients_of_a_domain_are_no_more_domains)
{
    static const char one[] = DOMAINS("1") GREETED("1", "1") HELLO MAIL(OK) TO("a@b.example") OK,
                      not_now[] = SAYS("1", "1", "450 4.7.1 not now"), reset[] = ASKS("1", "1", "RSET") OK MAIL(OK);
    handwritten_is_legal(JOINED(one, TO("b@B.Example") OK));
    handwritten_breaks("M19", JOINED(one, TO("b@B.Example") ONE_TOO_MANY));
    handwritten_is_legal(JOINED(one, reset, TO("a@c.example") OK));
    handwritten_breaks("M19", JOINED(one, reset, TO("a@c.example") ONE_TOO_MANY));
    /* Who was refused is none of the mail's. */
    static const char refused[] = DOMAINS("1") GREETED("1", "1") HELLO MAIL(OK) TO("a@c.example");
    handwritten_is_legal(JOINED(refused, not_now, TO("a@b.example") OK));
    handwritten_breaks("M19", JOINED(refused, not_now, TO("a@b.example") ONE_TOO_MANY));
}

/* --- sessions of a queue --- */

#define QUEUE(words) "0 host.settings host=2 name=retry text='policy=custom " words "'\n"
#define TRIES(attempt, message, to)                                                                                    \
    "1 attempt.begin attempt=" attempt " message=" message " host=2 recipient=" to " nth=1\n"
#define ENDS(attempt, message, to)                                                                                     \
    "1 attempt.end attempt=" attempt " message=" message " host=2 recipient=" to " outcome=later why='451 no'\n"

#define GOES_ON "2 timer.fire host=2 name=x\n"

Test(laws_limits, m19_so_many_sessions_with_a_domain)
{
    static const char two[] =
        QUEUE("concurrency_limit=2") TRIES("1", "1", "b@b.example") TRIES("2", "2", "b@b.example");
    handwritten_keeps("M19", JOINED(two, TRIES("3", "3", "b@c.example")));
    handwritten_breaks("M19", JOINED(two, TRIES("3", "3", "c@b.example"), GOES_ON));
    handwritten_keeps("M19", JOINED(two, TRIES("3", "3", "c@b.example"), ENDS("3", "3", "c@b.example"), GOES_ON));
    handwritten_keeps("M19", JOINED(two, ENDS("1", "1", "b@b.example"), TRIES("3", "3", "c@b.example")));
}

Test(laws_limits, m19_recipients_of_a_mail_share_a_session)
{
    static const char three[] =
        TRIES("1", "1", "a@b.example") TRIES("2", "1", "b@b.example") TRIES("3", "1", "c@b.example");
    handwritten_keeps("M19", JOINED(QUEUE("concurrency_limit=1 recipient_limit=3"), three));
    handwritten_breaks("M19", JOINED(QUEUE("concurrency_limit=1 recipient_limit=2"), three, GOES_ON));
    handwritten_keeps("M19", JOINED(QUEUE("concurrency_limit=2 recipient_limit=2"), three));
}

Test(laws_limits, m19_so_many_sessions_of_a_queue)
{
    static const char two[] = TRIES("1", "1", "b@b.example") TRIES("2", "2", "b@c.example");
    handwritten_keeps("M19", JOINED(QUEUE("total_concurrency=2"), two));
    handwritten_breaks("M19", JOINED(QUEUE("total_concurrency=1"), two, GOES_ON));
}

#define SENDS(text) "1 smtp.line conn=31 host=2 who=C text='" text "'\n"

Test(laws_limits, m19_so_many_recipients_in_a_transaction_and_mails_in_a_session)
{
    static const char opens[] = "1 conn.open conn=31 host=2 peer=3 local_port=50001 remote_port=25 role=active\n",
                      two_named[] = SENDS("MAIL FROM:<>") SENDS("RCPT TO:<a@b.example>") SENDS("RCPT TO:<b@b.example>"),
                      two_mails[] = SENDS("MAIL FROM:<>") SENDS("RCPT TO:<a@b.example>") SENDS("MAIL FROM:<>")
                          SENDS("RCPT TO:<b@b.example>");
    handwritten_keeps("M19", JOINED(QUEUE("recipient_limit=2"), opens, two_named));
    handwritten_breaks("M19", JOINED(QUEUE("recipient_limit=1"), opens, two_named));
    handwritten_keeps("M19", JOINED(QUEUE("recipient_limit=1"), opens, two_mails));
    handwritten_keeps("M19", JOINED(QUEUE("session_messages=2"), opens, two_mails));
    handwritten_breaks("M19", JOINED(QUEUE("session_messages=1"), opens, two_mails));
}
