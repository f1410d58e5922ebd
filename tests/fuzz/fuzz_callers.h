/* Hostile clients in a live world: what they say and do is the input. Bytes are said as they are; of the highest eight
   each is a deed (fuzz_callers.c), so that a dialogue in a corpus can be read. */
#ifndef POSTROAD_TESTS_FUZZ_FUZZ_CALLERS_H
#define POSTROAD_TESTS_FUZZ_FUZZ_CALLERS_H

#include "tests/fuzz/fuzz_world.h"

/* The first connection goes to the first port, by itself. Afterwards all is hung up. */
void fuzz_callers_play(struct fuzz_world *w, struct host *server, const uint16_t *ports, size_t n_ports,
                       const uint8_t *bytes, size_t size);

#endif
