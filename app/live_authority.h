/* The certificate of the CA that has signed those of all simulated servers, for real programs that want to check them.
 */
#ifndef POSTROAD_APP_LIVE_AUTHORITY_H
#define POSTROAD_APP_LIVE_AUTHORITY_H

#include <stdbool.h>

/* As PEM; it is the same in every world. False after a message on stderr. */
bool live_authority_write(const char *path);

#endif
