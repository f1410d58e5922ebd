/* JSON for people to read: in the layout of the scenarios that come with postroad, or in that of a text that is there.
 */
#ifndef POSTROAD_MODEL_SCENARIO_JSON_LAYOUT_H
#define POSTROAD_MODEL_SCENARIO_JSON_LAYOUT_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

#include "model/scenario/text_buffer.h"

struct json_layout {
    char indent[9];      /* one level: "  " */
    const char *newline; /* "\n", "\r\n"; NULL: all on one line */
    bool spaced;         /* "key": 1, "key": 2 */
    bool airy;           /* { "key": 1 } */
};

struct json_layout json_layout_default(void);
/* That of a text which json_scan_text has read. */
struct json_layout json_layout_of(const char *text, size_t size);

enum json_lines { JSON_LINES_BY_LENGTH, JSON_LINES_ONE, JSON_LINES_MANY };
/* Where a value is put. By length: the whole and its parts that hold others on many lines, what is deeper on one line
   where it fits. */
struct json_spot {
    const char *margin; /* what the line begins with that it stands on */
    int depth;          /* 0: the whole */
    enum json_lines lines;
};
void json_put(struct text_buffer *out, const struct json_layout *layout, struct json_spot spot, const cJSON *value);
/* "key": and the space behind it. */
void json_put_key(struct text_buffer *out, const struct json_layout *layout, const char *key);

/* The whole in the usual layout, with a newline at its end; allocated. */
char *json_laid_out(const cJSON *value);

#endif
