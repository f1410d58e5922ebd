/* What both dialogues need: lines out of a stream of which parts may be missing, and when they were heard. */
#ifndef POSTROAD_MODEL_IMPORT_CAPTURE_TALK_H
#define POSTROAD_MODEL_IMPORT_CAPTURE_TALK_H

#include "model/import/capture.h"

enum { TALK_LINE_BYTES = 1024, TALK_HEAD_BYTES = 16384 };

struct talk_line {
    uint64_t offset, length;    /* with the end of the line */
    int64_t at_ns;              /* when it was written */
    bool is_torn;               /* some of it was not captured */
    char text[TALK_LINE_BYTES]; /* without the end of the line, clean, cut */
};

/* The next line from *at on, which moves behind it. False when nothing more was captured. */
bool talk_next_line(const struct seen_end *end, uint64_t *at, struct talk_line *line);
/* Where the content that begins here ends, its "CRLF.CRLF" included; what is missing counts. before_ns: when the other
   end has answered it, for content whose end was not captured. */
uint64_t talk_content_end(const struct seen_end *end, uint64_t from, int64_t before_ns);
/* Copies captured bytes from here on; stops at the first that is missing. */
size_t talk_copy(const struct seen_end *end, uint64_t from, uint64_t until, char *out, size_t room);
int64_t talk_written_ns(const struct seen_end *end, uint64_t offset);
/* The packet that brought this byte to the other end, or NULL. */
const struct seen_packet *talk_bringer(const struct capture *c, const struct seen_end *end, uint64_t offset);
/* What an end does next is due to this. */
uint64_t talk_heard_event(const struct capture *c, const struct seen_end *end, uint64_t offset);
int64_t talk_heard_ns(const struct capture *c, const struct seen_end *end, uint64_t offset);

void talk_open_sessions(struct capture *c, struct seen_conn *conn, const char *protocol);
void talk_close_sessions(struct capture *c, struct seen_conn *conn);

/* The value of a header field, unfolded and clean; "" when it is not there. */
char *talk_header(const char *head, size_t size, const char *name, char *out, size_t room);

#endif
