/* Parts of journals written by hand: a mail from ann@a.example to bob@b.example, which the server of a.example hands on
   to that of b.example. Times are seconds. */
#ifndef POSTROAD_TESTS_VIZ_READERS_MADE_MAIL_H
#define POSTROAD_TESTS_VIZ_READERS_MADE_MAIL_H

#define MADE_HOSTS                                                                                                     \
    "0 host.add host=1 name=pc role=client text=ann@a.example\n"                                                       \
    "0 host.add host=2 name=mx.a.example role=mail_server text=a.example\n"                                            \
    "0 host.add host=3 name=mx.b.example role=mail_server text=b.example\n"

/* Over connection 3, after 100 s. */
#define MADE_TAKEN                                                                                                     \
    "100 attempt.begin attempt=2 message=1 host=2 recipient=bob@b.example nth=2\n"                                     \
    "100 conn.open     conn=3 host=2 peer=3 local_port=5001 remote_port=25 role=active\n"                              \
    "102 session.open  session=2 conn=3 host=2 peer=3 protocol=smtp role=client\n"                                     \
    "104 smtp.content  session=2 conn=3 host=2 message=1\n"

/* Into bob's mailbox, at 106 s. */
#define MADE_DELIVERED                                                                                                 \
    "105 mail.state    message=1 host=3 recipient=bob@b.example queue_id=B to=queued\n"                                \
    "105 mail.state    message=1 host=3 recipient=bob@b.example queue_id=B from=queued to=active\n"                    \
    "105 attempt.begin attempt=3 message=1 host=3 recipient=bob@b.example nth=1\n"                                     \
    "106 attempt.end   attempt=3 message=1 host=3 recipient=bob@b.example peer=3 outcome=delivered\n"                  \
    "106 mail.state    message=1 host=3 recipient=bob@b.example queue_id=B from=active to=delivered\n"                 \
    "107 attempt.end   attempt=2 message=1 host=2 recipient=bob@b.example peer=3 outcome=delivered\n"                  \
    "108 mail.state    message=1 host=2 recipient=bob@b.example queue_id=A from=active to='handed on'\n"

#endif
