/* What the targets share. */
#ifndef POSTROAD_TESTS_FUZZ_FUZZ_H
#define POSTROAD_TESTS_FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What must hold for any input. */
#define FUZZ_MUST(condition)                                                                                           \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            fprintf(stderr, "%s:%d: must hold: %s\n", __FILE__, __LINE__, #condition);                                 \
            abort();                                                                                                   \
        }                                                                                                              \
    } while (0)

/* An input as a source of decisions; behind its end all are 0. */
struct fuzz_bytes {
    const uint8_t *at;
    size_t left;
};

static inline uint8_t fuzz_byte(struct fuzz_bytes *b)
{
    if (b->left == 0) return 0;
    b->left--;
    return *b->at++;
}

static inline uint32_t fuzz_number(struct fuzz_bytes *b)
{
    uint32_t n = fuzz_byte(b);
    n = n << 8 | fuzz_byte(b);
    n = n << 8 | fuzz_byte(b);
    return n << 8 | fuzz_byte(b);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

#endif
