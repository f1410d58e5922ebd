/* Journals written by hand, for tests of what reads journals. An event a line: its time in seconds, its kind, and fields;
   what is not named is 0 or "".

     0    host.add      host=1 name=pc role=client
     1.5  smtp.line     conn=7 host=2 who=S text='250 2.1.0 OK'
     1.5  packet.send   packet=3 header=45000028 cause=1

   Times and durations are in seconds, bytes in hexadecimal digits. Ids count the lines; the cause is the line before,
   or `cause`. Lines that are empty, and what is behind a "#", are passed over. */
#ifndef POSTROAD_TESTS_VIZ_READERS_HANDWRITTEN_H
#define POSTROAD_TESTS_VIZ_READERS_HANDWRITTEN_H

#include "sim/journal/journal_memory.h"

/* Asserts that each line can be read. To be freed with journal_memory_free. */
struct journal_memory *handwritten(const char *text);
/* The laws judge it, packets and all: none is broken; or this one is. */
void handwritten_is_legal(const char *text);
void handwritten_breaks(const char *law, const char *text);
void handwritten_keeps(const char *law, const char *text); /* this one; it may break others */

/* Several parts make one text, for the rest of the test. */
const char *handwritten_join(size_t n, const char *const *parts);
#define JOINED(...)                                                                                                    \
    handwritten_join(sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *), (const char *const[]){__VA_ARGS__})

#endif
