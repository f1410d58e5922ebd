/* Lines, as SMTP (RFC 5321 2.3.8) and POP3 (RFC 1939 3) speak them: ended by CR LF and by nothing else, in whatever
   pieces the bytes arrive. */
#ifndef POSTROAD_MODEL_SMTP_SESSION_LINES_H
#define POSTROAD_MODEL_SMTP_SESSION_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include "model/smtp/session_io.h"

enum { LINE_READER_BYTES = 1024 };

/* Collects one line. Once whole: bytes and size are the line without CR LF, followed by a zero byte. */
struct line_reader {
    size_t limit;    /* longest line with its CR LF; more than LINE_READER_BYTES are kept only on the heap */
    size_t length;   /* of the line so far, with its CR LF, also what was not kept */
    size_t size;     /* bytes kept */
    char last;       /* the byte before, kept or not */
    bool too_long;   /* over the limit: only its beginning was kept */
    bool stray;      /* holds a control character: CR or LF alone, a zero byte and the like; a tab is none */
    bool lf_ends;    /* setting: LF alone ends a line too, as a server that normalizes has it */
    char *bytes;     /* room, or more */
    size_t capacity; /* of it, beside the zero byte */
    char room[LINE_READER_BYTES + 1];
};

void line_reader_init(struct line_reader *r, size_t limit);
void line_reader_free(struct line_reader *r);
/* Takes bytes up to the end of a line; returns how many. *whole: a line is there, to be used before the next call of
   line_reader_clear, which must come before more is taken. */
size_t line_reader_take(struct line_reader *r, const char *bytes, size_t size, bool *whole);
void line_reader_clear(struct line_reader *r);

/* Writes one or more lines, each ended by CR LF, in one go, then tells the journal of each, and leaves the cause
   register at the last one, so that what is sent now is due to it. kind: EVENT_SMTP_LINE or EVENT_POP3_LINE; who: "C"
   or "S". Destroys lines. Returns the stream offset behind the last byte. */
uint64_t session_write_lines(const struct session_io *io, enum event_kind kind, const char *who, char *lines,
                             size_t size);

/* Likewise for content with its closing dot, made transparent: kind is EVENT_SMTP_CONTENT or EVENT_POP3_CONTENT. */
uint64_t session_write_content(const struct session_io *io, enum event_kind kind, struct message_id message,
                               const char *content, size_t size);
/* Likewise for a chunk of counted bytes (RFC 3030). */
uint64_t session_write_chunk(const struct session_io *io, enum event_kind kind, struct message_id message,
                             const char *bytes, size_t size);

#endif
