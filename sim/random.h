/* Chance by identity (law 6): a draw depends on who draws and which draw of theirs it is, never on what else happened.
   Philox4x32-10 (Salmon et al. 2011) from Random123. */
#ifndef POSTROAD_SIM_RANDOM_H
#define POSTROAD_SIM_RANDOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Stable 64-bit hash of a name, the same on every machine. */
uint64_t random_hash_text(const char *text);
/* Mixes two hashes into one; order matters. */
uint64_t random_hash_mix(uint64_t a, uint64_t b);

/* 64 random bits for the draw named by (seed, who, which, nth). */
uint64_t random_draw(uint64_t seed, uint64_t who, uint64_t which, uint64_t nth);

/* The same in two steps, for whoever draws often: the first is the same for all of one entity's draws. */
uint64_t random_key(uint64_t seed, uint64_t who);
uint64_t random_draw_with(uint64_t key, uint64_t which, uint64_t nth);

/* Probability as an integer, so that no floating point decides: of 2^32; RANDOM_ALWAYS is certain. */
#define RANDOM_ALWAYS (UINT64_C(1) << 32)
bool random_chance(uint64_t draw, uint64_t chance_of_2_32);

/* A stream of draws of one entity for one purpose, with its own counter. */
struct random_stream {
    uint64_t seed, who, counter;
};
struct random_stream random_stream_for(uint64_t seed, const char *entity, const char *purpose);
uint64_t random_stream_next(struct random_stream *stream);
/* Uniform in [0, bound), without bias. bound > 0. */
uint64_t random_stream_below(struct random_stream *stream, uint64_t bound);

#endif
