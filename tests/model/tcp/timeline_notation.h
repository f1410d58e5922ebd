/* The notation of timelines, without what it does: lines, tokens, times, numbers, segments as a line writes them. */
#ifndef POSTROAD_TESTS_MODEL_TCP_TIMELINE_NOTATION_H
#define POSTROAD_TESTS_MODEL_TCP_TIMELINE_NOTATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/wire/tcp_wire.h"

enum { TIMELINE_TOKENS_MAX = 64 };

/* A segment as a line writes it. */
struct timeline_segment {
    bool has_range, has_ack, has_window, has_mss, no_ack, has_ts, no_ts, has_scale, has_sackok, no_sack, has_urgent;
    uint32_t from, to, ack, window, mss, nth, shift, urgent;
    uint32_t ts_val, ts_ecr; /* in milliseconds since time 0 of ours; the peer's as they are */
    uint32_t sack[TCP_SACK_MAX][2];
    unsigned n_sack;
    uint8_t flags;
    char why[64];
};

/* Splits at blanks, in place; "quoted words" are one token that keeps its first quote; # ends the line. The list ends
   with NULL. */
void timeline_tokenize(char *line, char **tokens);
/* The tokens as they were written. */
const char *timeline_joined(char **tokens, char *buffer, size_t size);
bool timeline_time(const char *text, int64_t *ns); /* "40ms"; "0" needs no unit */
bool timeline_number(const char *text, uint32_t *number);
/* At most TIMELINE_TOKENS_MAX. 0: there is none, or a token is not understood. */
size_t timeline_segments(char **tokens, struct timeline_segment *segments, const char **not_understood);

#endif
