/* Draws by identity from a counter-based generator: there is no state that one draw could leave behind for another. */
#include "sim/random.h"

#include <Random123/philox.h>
#include <assert.h>

/* Steele and others' finalizer of SplitMix64: every bit of the input changes half of the output's. */
static uint64_t scramble(uint64_t x)
{
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

uint64_t random_hash_text(const char *text)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325); /* FNV-1a */
    for (const unsigned char *p = (const unsigned char *)text; *p; p++)
        hash = (hash ^ *p) * UINT64_C(0x100000001b3);
    return scramble(hash);
}

uint64_t random_hash_mix(uint64_t a, uint64_t b)
{
    return scramble(scramble(a + UINT64_C(0x9e3779b97f4a7c15)) + b);
}

uint64_t random_draw(uint64_t seed, uint64_t who, uint64_t which, uint64_t nth)
{
    return random_draw_with(random_key(seed, who), which, nth);
}

uint64_t random_key(uint64_t seed, uint64_t who)
{
    return random_hash_mix(seed, who);
}

uint64_t random_draw_with(uint64_t k, uint64_t which, uint64_t nth)
{
    philox4x32_key_t key = {{(uint32_t)k, (uint32_t)(k >> 32)}};
    philox4x32_ctr_t counter = {{(uint32_t)which, (uint32_t)(which >> 32), (uint32_t)nth, (uint32_t)(nth >> 32)}};
    philox4x32_ctr_t drawn = philox4x32(counter, key);
    return (uint64_t)drawn.v[1] << 32 | drawn.v[0];
}

bool random_chance(uint64_t draw, uint64_t chance_of_2_32)
{
    return draw >> 32 < chance_of_2_32;
}

struct random_stream random_stream_for(uint64_t seed, const char *entity, const char *purpose)
{
    uint64_t who = random_hash_mix(random_hash_text(entity), random_hash_text(purpose));
    return (struct random_stream){.seed = seed, .who = who, .counter = 0};
}

uint64_t random_stream_next(struct random_stream *stream)
{
    return random_draw(stream->seed, stream->who, 0, stream->counter++);
}

uint64_t random_stream_below(struct random_stream *stream, uint64_t bound)
{
    assert(bound > 0);
    /* The first 2^64 mod bound numbers are drawn again: without them every remainder is equally frequent. */
    uint64_t unfair = (0 - bound) % bound;
    uint64_t drawn;
    do
        drawn = random_stream_next(stream);
    while (drawn < unfair);
    return drawn % bound;
}
