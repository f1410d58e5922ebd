/* Typed identities. 0 means none; a number is never used again within a run. Being structs, they cannot be mixed up. */
#ifndef POSTROAD_SIM_JOURNAL_IDS_H
#define POSTROAD_SIM_JOURNAL_IDS_H

#include <stdint.h>

struct host_id { uint32_t n; };    /* hosts count from 1 in the order of the scenario, then implied ones */
struct link_id { uint32_t n; };    /* likewise */
struct conn_id { uint32_t n; };    /* one end of a transport connection; the two ends have two ids */
struct stream_id { uint32_t n; };  /* the bytes one end writes, in order; also one datagram's payload */
struct session_id { uint32_t n; }; /* one end's SMTP or POP3 session */
struct message_id { uint32_t n; }; /* a mail; a bounce is a mail of its own */
struct attempt_id { uint32_t n; }; /* one try of one server to hand one message on */
struct packet_id { uint64_t n; };
struct event_id { uint64_t n; }; /* a row of the journal, counted from 1 */

#endif
