/* An SMTP server under test, with a policy that is a table: bob, carol and postmaster live at b.example.

     given max_recipients 2 | given max_message 100 | given idle 60 (seconds)
     given extensions SIZE DSN | given max_mails 2 | given tls | given auth [over tls|required] | given vrfy
     given line_endings normalize | given later RCPT, then: do answer 250 2.1.5 Ok | do secure (after => handshake)
     given forced RCPT 451 4.7.1 Try again later
     => message a@a.example -> bob@b.example,carol@b.example: Subject: x\r\n */
#ifndef POSTROAD_TESTS_MODEL_SMTP_SERVER_MACHINE_H
#define POSTROAD_TESTS_MODEL_SMTP_SERVER_MACHINE_H

#include "tests/model/smtp/dialogue.h"

extern const struct dialogue_machine smtp_server_machine;

#endif
