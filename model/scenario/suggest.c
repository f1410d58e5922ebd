/* Edit distance with neighbours exchanged counting once (optimal string alignment), case ignored. */
#include "model/scenario/suggest.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

enum { LONGEST = 63 };

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t distance(const char *a, size_t n, const char *b, size_t m)
{
    size_t rows[3][LONGEST + 1];
    for (size_t j = 0; j <= m; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= n; i++) {
        size_t *row = rows[i % 3], *last = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= m; j++) {
            int x = tolower((unsigned char)a[i - 1]), y = tolower((unsigned char)b[j - 1]);
            row[j] = least(least(last[j], row[j - 1]) + 1, last[j - 1] + (x != y));
            if (i > 1 && j > 1 && x == tolower((unsigned char)b[j - 2]) && y == tolower((unsigned char)a[i - 2]))
                row[j] = least(row[j], before[j - 2] + 1);
        }
    }
    return rows[n % 3][m];
}

struct suggest suggest_for(const char *word)
{
    return (struct suggest){word, NULL, 0};
}

void suggest_offer(struct suggest *suggest, const char *candidate)
{
    size_t n = strlen(suggest->word), m = strlen(candidate);
    if (n > LONGEST || m > LONGEST || n == 0) return;
    size_t d = distance(suggest->word, n, candidate, m), allowed = n < 3 ? 1 : 1 + n / 4;
    if (d > allowed || d >= m) return;
    /* Of two that are equally near the one that ends alike. */
    bool ends_alike = suggest->best && suggest->word[n - 1] == candidate[m - 1] &&
                      suggest->word[n - 1] != suggest->best[strlen(suggest->best) - 1];
    if (suggest->best && (d > suggest->distance || (d == suggest->distance && !ends_alike))) return;
    suggest->best = candidate;
    suggest->distance = d;
}
