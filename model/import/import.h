/* What was recorded in the real world becomes a journal: a capture of packets, the log of a mail server, or the trace
   lines of a mail. Bytes in, events out; no file is opened and no clock is read here.

     capture_file     pcap and pcapng: frames with their times
     capture_frame    what a frame carries: the IP packet behind Ethernet, VLAN tags, Linux cooked and others
     capture_*        hosts, links, packets, connections, dialogues, mails and names out of them
     log_*            lines of syslog as Postfix and Exim write them
     received_*       Received lines (RFC 5321 4.4)
     draft            events in the order in which they were found, which is not that of time
     scenario_draft   a first scenario out of an imported journal

   What was not recorded but concluded is marked: its why, text or tag begins with "inferred". */
#ifndef POSTROAD_MODEL_IMPORT_IMPORT_H
#define POSTROAD_MODEL_IMPORT_IMPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/journal/journal.h"

enum import_format { IMPORT_UNKNOWN, IMPORT_CAPTURE, IMPORT_LOG, IMPORT_RECEIVED };

struct import_options {
    enum import_format format; /* IMPORT_UNKNOWN: found out from the bytes */
    const char *title;         /* of the journal: the file's name */
    int year;                  /* of the last line of a log whose dates have none; 0: 1970 */
    bool all;                  /* of a capture: also what is neither mail nor names */
};
struct import_options import_options_default(void);

enum { IMPORT_TEXT_BYTES = 300 };

/* What was read, and what was left out of it. */
struct import_report {
    enum import_format format;
    char error[IMPORT_TEXT_BYTES]; /* place and reason: "byte 24: ..."; "" when all is well */
    char hint[IMPORT_TEXT_BYTES];
    char notes[6 * IMPORT_TEXT_BYTES]; /* lines about what was skipped, or is doubtful */
};

/* "capture", "log", "received"; IMPORT_UNKNOWN for others. */
enum import_format import_format_by_name(const char *name);
/* What the bytes look like. */
enum import_format import_format_of(const uint8_t *bytes, size_t size);

/* Emits all events into the journal; nothing at all when false, with report->error. The bytes are only read. */
bool import_bytes(const uint8_t *bytes, size_t size, const struct import_options *options, struct journal *journal,
                  struct import_report *report);

/* Adds a line to the notes, as far as there is room. */
void import_note(struct import_report *report, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Sets the error; false, so that it can be returned. */
bool import_fail(struct import_report *report, const char *hint, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
