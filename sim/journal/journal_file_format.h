/* What the writer and the reader of journal files share; docs/journal-format.md says it in words. */
#ifndef POSTROAD_SIM_JOURNAL_JOURNAL_FILE_FORMAT_H
#define POSTROAD_SIM_JOURNAL_JOURNAL_FILE_FORMAT_H

#include "sim/journal/journal_file.h"
#include "sim/journal/varint.h"

/* The file's head: eight bytes that no text file has and that a transfer as text would spoil, then a version. */
#define JOURNAL_MAGIC      "\x89PRJ\r\n\x1a\n"
#define JOURNAL_TAIL_MAGIC "PRJ-END\n"
enum { JOURNAL_FILE_VERSION = 1, MAGIC_BYTES = 8, FILE_HEAD_BYTES = MAGIC_BYTES + 4 };

/* Then sections: a head of fixed size, one zstd frame. */
#define SECTION_MANIFEST "MANI"
#define SECTION_EVENTS   "EVNT"
#define SECTION_INDEX    "INDX"
enum { SECTION_HEAD_BYTES = 40, SECTION_MAX_BYTES = 1 << 28 };

struct section_head {
    char type[4];
    uint32_t frame_bytes, raw_bytes; /* compressed and not */
    uint32_t count;                  /* events, kinds or index rows */
    uint64_t first_id;
    int64_t first_ns;
    uint32_t zero; /* room for later */
    /* and a CRC-32 over all of the above */
};

/* Last: offset of the index section, and the tail's magic. */
enum { FILE_TAIL_BYTES = 8 + MAGIC_BYTES };

#endif
