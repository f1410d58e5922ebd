/* One Received field (RFC 5321 4.4): who took a mail, from whom, how and when; and dates (RFC 5322 3.3). */
#ifndef POSTROAD_MODEL_IMPORT_RECEIVED_LINE_H
#define POSTROAD_MODEL_IMPORT_RECEIVED_LINE_H

#include "model/import/log_line.h"

enum { RECEIVED_NAME_BYTES = 256 };

struct received_line {
    char from[RECEIVED_NAME_BYTES]; /* by its name in DNS where the server has looked it up, else as it called itself */
    char address[RECEIVED_NAME_BYTES]; /* of from; "" */
    char by[RECEIVED_NAME_BYTES], with[RECEIVED_NAME_BYTES], id[RECEIVED_NAME_BYTES], recipient[RECEIVED_NAME_BYTES];
    bool has_date;
    int64_t at_s; /* since 1970 */
};

/* The field's value, unfolded. False: neither from nor by is there. */
bool received_line_read(struct span value, struct received_line *out);
bool received_date_read(struct span text, int64_t *at_s);

#endif
