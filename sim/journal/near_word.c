#include "sim/journal/near_word.h"

#include <stddef.h>
#include <string.h>

enum { LONGEST_WORD = 64 };

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Letters to insert, delete, replace or swap to get from a to b (optimal string alignment). */
static size_t edit_distance(const char *a, const char *b)
{
    size_t rows[3][LONGEST_WORD + 1];
    size_t m = strlen(a), n = strlen(b);
    if (m > LONGEST_WORD || n > LONGEST_WORD) return LONGEST_WORD;
    for (size_t j = 0; j <= n; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= m; i++) {
        size_t *now = rows[i % 3], *before = rows[(i + 2) % 3], *two_before = rows[(i + 1) % 3];
        now[0] = i;
        for (size_t j = 1; j <= n; j++) {
            now[j] = smaller(smaller(before[j], now[j - 1]) + 1, before[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                now[j] = smaller(now[j], two_before[j - 2] + 1);
        }
    }
    return rows[m % 3][n];
}

const char *near_word_find(const char *written, const char *const *words)
{
    const char *best = NULL;
    size_t best_distance = strlen(written) / 3 + 2;
    for (; *words; words++) {
        size_t distance = edit_distance(written, *words);
        if (distance < best_distance) best_distance = distance, best = *words;
    }
    return best;
}
