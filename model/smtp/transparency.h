/* Transparency: content travels as lines and ends with a line that is one dot, so a line that begins with a dot is
   given another (RFC 5321 4.5.2, RFC 1939 3). Both ways, for SMTP and POP3. */
#ifndef POSTROAD_MODEL_SMTP_TRANSPARENCY_H
#define POSTROAD_MODEL_SMTP_TRANSPARENCY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/smtp/session_io.h"

/* Writes content with dots doubled, and the closing dot; a last line without CR LF gets one. Returns the offset of the
   first byte; *length counts all that was written. */
uint64_t transparency_write(const struct session_io *io, const char *content, size_t size, uint64_t *length);

/* What a receiver makes of CR or LF alone (RFC 5321 2.3.8 forbids them). Whatever it is, CR LF . CR LF is the end. */
enum stray_line_ends {
    STRAY_IS_FLAW,   /* the content is flawed */
    STRAY_BECOMES,   /* LF becomes CR LF, CR a space; a closing dot needs CR LF on both sides all the same */
    STRAY_IS_CONTENT /* kept as it is, like any other byte */
};

/* Collects content, and undoes the doubling. Once it is flawed nothing more is kept. */
struct dot_reader {
    size_t max_line, max_size; /* longest line with CR LF and without the added dot; most bytes */
    enum stray_line_ends strays;
    char *bytes; /* owned; the content so far, then the line that is arriving */
    size_t size, capacity;
    size_t line_start; /* where that line begins */
    bool after_bare;   /* the line before ended with LF alone */
    bool stray;        /* flaw: CR or LF alone */
    bool long_line;    /* flaw: a line over max_line */
    bool too_big;      /* flaw: more than max_size */
};

void dot_reader_init(struct dot_reader *r, size_t max_line, size_t max_size);
void dot_reader_free(struct dot_reader *r);
/* Takes bytes up to the closing dot; returns how many. *ended: the closing dot was among them; bytes and size are the
   content. */
size_t dot_reader_take(struct dot_reader *r, const char *bytes, size_t size, bool *ended);

/* The other way to fill one: chunks of counted bytes, without transparency (RFC 3030), then their end, which gives a
   last line without CR LF one. */
void dot_reader_add_chunk(struct dot_reader *r, const char *bytes, size_t size);
void dot_reader_end_chunks(struct dot_reader *r);

/* Whether CR and LF stand only together, as content must be to be sent (RFC 5321 2.3.8). */
bool content_has_whole_lines(const char *content, size_t size);
/* Puts a space for each CR and LF that stands alone, as Postfix's cleanup_replace_stray_cr_lf does. */
void content_clean_lines(char *content, size_t size);

#endif
