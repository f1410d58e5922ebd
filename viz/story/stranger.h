/* The other end of a connection when it is no host of the world: someone outside, or an address that nobody has. */
#ifndef POSTROAD_VIZ_STORY_STRANGER_H
#define POSTROAD_VIZ_STORY_STRANGER_H

#include "model/wire/ip_address.h"
#include "sim/journal/journal.h"

/* The address that a conn.open gives, in IPv4's text or IPv6's (RFC 5952); "?" when it gives none, as in journals of
   captures. The text is the event's, or in the buffer. */
static inline const char *stranger_address(const struct event *conn_open, char buffer[IP_TEXT_BYTES])
{
    const char *v6 = event_text(conn_open, FIELD_ADDRESS6);
    uint32_t v4 = (uint32_t)event_int(conn_open, FIELD_ADDRESS);
    return *v6 ? v6 : v4 ? ip_text(ip_of_v4(v4), buffer) : "?";
}

#endif
