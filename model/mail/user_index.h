/* Finding a user of a server by the local part of an address, whatever the case of its letters (RFC 5321 2.4 leaves
   that to the server). */
#ifndef POSTROAD_MODEL_MAIL_USER_INDEX_H
#define POSTROAD_MODEL_MAIL_USER_INDEX_H

#include <stddef.h>

struct user_index; /* NULL: nobody */

/* Of two with the same local part the first one counts. The address, or the local part alone, is borrowed. Returns the
   index, which may have moved. */
struct user_index *user_index_add(struct user_index *index, const char *address, size_t number);
enum { USER_INDEX_NONE = -1 };
/* The number, or USER_INDEX_NONE. */
long user_index_find(const struct user_index *index, const char *address);
void user_index_free(struct user_index *index);

#endif
