/* The three readers, as import_bytes calls them: capture_import.c, log_import.c, received_import.c. */
#ifndef POSTROAD_MODEL_IMPORT_IMPORT_KINDS_H
#define POSTROAD_MODEL_IMPORT_IMPORT_KINDS_H

#include "model/import/draft.h"
#include "model/import/import.h"

bool import_capture(const uint8_t *bytes, size_t size, const struct import_options *options, struct journal *journal,
                    struct import_report *report);
bool import_log(const uint8_t *bytes, size_t size, const struct import_options *options, struct journal *journal,
                struct import_report *report);
bool import_received(const uint8_t *bytes, size_t size, const struct import_options *options, struct journal *journal,
                     struct import_report *report);

/* Whether text looks like a log, or like a mail with trace lines. */
bool import_is_log(const uint8_t *bytes, size_t size);
bool import_has_received(const uint8_t *bytes, size_t size);

/* Adds run.begin and run.end to a draft whose time 0 is zero_s after 1970, and emits it from its first second on, with
   a caption that says where it comes from. False after import_fail when it spans more years than a journal holds. */
bool import_emit(struct draft *draft, int64_t zero_s, const struct import_options *options, const char *what,
                 const char *story, struct journal *journal, struct import_report *report);

/* Text as journals hold it: UTF-8 without control characters; what is not becomes '?'. Cut to room; returns out. */
char *import_clean_text(const void *bytes, size_t size, char *out, size_t room);

#endif
