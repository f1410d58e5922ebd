#include "model/host/fault_index.h"

#include <stdint.h>
#include <stdlib.h>

#include "sim/journal/memory.h"

/* Faults are ranked by kind, host and place in the scenario; a bit a rank says whether it is in force. A bit of each
   next level says whether any of 64 below is set, so that the next one that is set is found in a few steps. */
enum { BITS = 64, LEVELS = 6 }; /* 64 to the power of 6: more than there can be */

struct ranked {
    enum fault_verb verb;
    int host;
    size_t fault;
};

struct fault_index {
    const struct scenario *scenario;
    struct ranked *by_rank;
    size_t *rank_of; /* by place in the scenario */
    size_t n;
    uint64_t *levels[LEVELS];
    size_t n_levels;
};

static int compare_places(const struct ranked *a, enum fault_verb verb, int host)
{
    if (a->verb != verb) return a->verb < verb ? -1 : 1;
    return (a->host > host) - (a->host < host);
}

static int compare_ranked(const void *left, const void *right)
{
    const struct ranked *a = left, *b = right;
    int order = compare_places(a, b->verb, b->host);
    return order ? order : (a->fault > b->fault) - (a->fault < b->fault);
}

struct fault_index *fault_index_new(const struct scenario *scenario)
{
    struct fault_index *index = mem_calloc(1, sizeof *index);
    index->scenario = scenario;
    index->n = scenario->n_faults;
    if (index->n == 0) return index;
    index->by_rank = mem_alloc(index->n * sizeof *index->by_rank);
    index->rank_of = mem_alloc(index->n * sizeof *index->rank_of);
    for (size_t i = 0; i < index->n; i++)
        index->by_rank[i] = (struct ranked){scenario->faults[i].verb, scenario->faults[i].host, i};
    qsort(index->by_rank, index->n, sizeof *index->by_rank, compare_ranked);
    for (size_t rank = 0; rank < index->n; rank++)
        index->rank_of[index->by_rank[rank].fault] = rank;
    for (size_t bits = index->n; index->n_levels == 0 || bits > 1;) {
        bits = (bits + BITS - 1) / BITS;
        index->levels[index->n_levels++] = mem_calloc(bits, sizeof *index->levels[0]);
    }
    return index;
}

void fault_index_free(struct fault_index *index)
{
    if (!index) return;
    for (size_t level = 0; level < index->n_levels; level++)
        mem_free(index->levels[level]);
    mem_free(index->by_rank);
    mem_free(index->rank_of);
    mem_free(index);
}

void fault_index_set(struct fault_index *index, size_t fault, bool is_in_force)
{
    size_t bit = index->rank_of[fault];
    for (size_t level = 0; level < index->n_levels; level++, bit /= BITS) {
        uint64_t *word = &index->levels[level][bit / BITS], mask = UINT64_C(1) << bit % BITS;
        *word = is_in_force ? *word | mask : *word & ~mask;
        if (!is_in_force && *word) return; /* above, others of the 64 keep it set */
    }
}

/* --- the nearest bit that is set --- */

static size_t words_of(const struct fault_index *index, size_t level)
{
    size_t words = index->n;
    for (size_t i = 0; i <= level; i++)
        words = (words + BITS - 1) / BITS;
    return words;
}

static size_t lowest(uint64_t word)
{
    return (size_t)__builtin_ctzll(word);
}

static size_t highest(uint64_t word)
{
    return BITS - 1 - (size_t)__builtin_clzll(word);
}

/* The first from this rank on; SIZE_MAX: none. */
static size_t first_from(const struct fault_index *index, size_t bit)
{
    for (size_t level = 0; level < index->n_levels && bit / BITS < words_of(index, level); level++) {
        uint64_t rest = index->levels[level][bit / BITS] & UINT64_MAX << bit % BITS;
        if (rest) {
            bit = bit / BITS * BITS + lowest(rest);
            while (level-- > 0)
                bit = bit * BITS + lowest(index->levels[level][bit]);
            return bit;
        }
        bit = bit / BITS + 1;
    }
    return SIZE_MAX;
}

/* The last before this rank; SIZE_MAX: none. */
static size_t last_before(const struct fault_index *index, size_t bit)
{
    for (size_t level = 0; level < index->n_levels && bit > 0; level++) {
        uint64_t rest = index->levels[level][(bit - 1) / BITS] & UINT64_MAX >> (BITS - 1 - (bit - 1) % BITS);
        if (rest) {
            bit = (bit - 1) / BITS * BITS + highest(rest);
            while (level-- > 0)
                bit = bit * BITS + highest(index->levels[level][bit]);
            return bit;
        }
        bit = (bit - 1) / BITS;
    }
    return SIZE_MAX;
}

/* --- of one kind and host --- */

/* The rank of the first that has this kind and host, or comes behind them. */
static size_t begin_of(const struct fault_index *index, enum fault_verb verb, int host)
{
    size_t low = 0, high = index->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_places(&index->by_rank[middle], verb, host) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static const struct scenario_fault *fault_at(const struct fault_index *index, size_t rank, enum fault_verb verb,
                                             int host)
{
    if (rank == SIZE_MAX || compare_places(&index->by_rank[rank], verb, host) != 0) return NULL;
    return &index->scenario->faults[index->by_rank[rank].fault];
}

const struct scenario_fault *fault_index_next(const struct fault_index *index, enum fault_verb verb, int host,
                                              const struct scenario_fault *after)
{
    size_t from = after ? index->rank_of[after - index->scenario->faults] + 1 : begin_of(index, verb, host);
    return fault_at(index, first_from(index, from), verb, host);
}

const struct scenario_fault *fault_index_last(const struct fault_index *index, enum fault_verb verb, int host)
{
    return fault_at(index, last_before(index, begin_of(index, verb, host + 1)), verb, host);
}
