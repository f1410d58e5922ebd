/* Dialogues as text, for the tests of sessions (SMTP, POP3; either end):

     # rcpt_before_mail.smtp -- RFC 5321 3.3: RCPT without MAIL is 503 and changes nothing
     given max_recipients 2        a setting of the machine under test, before it starts
     S: 220*                       a line the server says; * at the end stands for anything
     S: 250-...                    any number of lines that begin with 250-
     C: EHLO a.example             a line the client says
     C! .\n                        bytes without CR LF added
     S: closes                     the machine under test is over
     => message a@a.example ...    what it told its owner, in this order
     +5min                         so much time passes (h, min, s, ms)
     do lose connection            something else that happens to it

   The letter that the machine under test does not speak is fed to it, the other is expected of it. Lines fed without an
   expectation between them arrive together. \r \n \t \\ \xNN and {a*500} are written out.

   Every dialogue is run in several segmentations; whatever is neither fed nor expected is an error. */
#ifndef POSTROAD_TESTS_MODEL_SMTP_DIALOGUE_H
#define POSTROAD_TESTS_MODEL_SMTP_DIALOGUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dialogue_text {
    char *bytes; /* followed by a zero byte; NULL while empty */
    size_t size, capacity;
};
void dialogue_text_add(struct dialogue_text *text, const char *bytes, size_t size);
void dialogue_text_free(struct dialogue_text *text);

/* What the machine under test says and tells. */
struct dialogue_record {
    struct dialogue_text said;
    struct dialogue_text told; /* lines ended by LF */
    size_t said_checked, told_checked;
};
void dialogue_tell(struct dialogue_record *record, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Bytes with \r and \n written as such, for a line told. Freed by the caller. */
char *dialogue_escaped(const char *bytes, size_t size);
/* The other way; {a*500} too. Freed by the caller. */
char *dialogue_unescaped(const char *text, size_t *size);

/* A machine under test. */
struct dialogue_machine {
    char speaks; /* 'S' or 'C' */
    void *(*make)(struct dialogue_record *record);
    bool (*given)(void *machine, const char *setting); /* false: no such setting */
    void (*start)(void *machine, int64_t now_ns);
    void (*receive)(void *machine, const char *bytes, size_t size, int64_t now_ns);
    /* Everything fed until now has been acknowledged by now; may be NULL. */
    void (*before_receive)(void *machine);
    int64_t (*deadline)(void *machine);
    void (*on_deadline)(void *machine, int64_t now_ns);
    bool (*is_over)(void *machine);
    bool (*happen)(void *machine, const char *what, int64_t now_ns); /* false: cannot happen */
    void (*free)(void *machine);
};

enum { DIALOGUE_ERROR_BYTES = 2048 };

/* Runs one dialogue in all segmentations. False: error says "name:line: expected ..., got ... (segmentation)". */
bool dialogue_run(const struct dialogue_machine *machine, const char *name, const char *text, char *error);

/* Runs every file of a folder below the source folder; returns how many there were, 0 after the first error. */
size_t dialogue_run_folder(const struct dialogue_machine *machine, const char *folder, char *error);

#endif
