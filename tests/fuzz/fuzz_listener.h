/* A hostile server in a world: what it says and does to those who call one host is the input, in order, whoever calls.
   Once the input is used up the host is what the scenario says it is. It stands in the way of mail_server_accept and
   name_server_accept, and of questions that come as datagrams, by the linker (--wrap). */
#ifndef POSTROAD_TESTS_FUZZ_FUZZ_LISTENER_H
#define POSTROAD_TESTS_FUZZ_FUZZ_LISTENER_H

#include "tests/fuzz/fuzz_world.h"

/* One at a time. The bytes must outlive it. */
void fuzz_listener_begin(struct world *world, const char *host, const uint8_t *bytes, size_t size);
/* After the world is gone. */
void fuzz_listener_end(void);
/* Whether it did anything else than to listen, and to say the truth in pieces. */
bool fuzz_listener_has_lied(void);

#endif
