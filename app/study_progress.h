/* How far a study is, for people: on a terminal one line that is written over and over, elsewhere a line now and then.
 */
#ifndef POSTROAD_APP_STUDY_PROGRESS_H
#define POSTROAD_APP_STUDY_PROGRESS_H

#include <stdio.h>

#include "app/study/study_pool.h"

struct progress_line {
    FILE *out;
    bool is_terminal;
    bool may_be_fewer;   /* a precision ends it early */
    double told_seconds; /* when it was last told */
    bool is_open;        /* the line on the terminal has no newline yet */
    struct progress_mark {
        double seconds;
        uint64_t made;
    } marks[2]; /* half a minute apart: what is left goes by the last minute, as points differ in what a run takes */
};

struct progress_line progress_line_on(FILE *out, const struct study *study);
void progress_line_tell(void *line, const struct study_progress *progress);
/* Ends the line, so that something else can be written below. */
void progress_line_close(struct progress_line *line);
/* "12,345" and "1 min 20 s": buffers of PROGRESS_TEXT_BYTES. */
enum { PROGRESS_TEXT_BYTES = 48 };
const char *progress_count(uint64_t number, char buffer[PROGRESS_TEXT_BYTES]);
const char *progress_time(double seconds, char buffer[PROGRESS_TEXT_BYTES]);

#endif
