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
