/* Pages of 64 KiB, a number being page and place in it; what is longer has a page of its own. A table of numbers by
   hash, one place a hash: it grows up to a quarter of a million, and from then on the newer one wins. */
#include "sim/journal/text_heap.h"

#include <stdbool.h>
#include <string.h>

#include "sim/journal/memory.h"

enum { PAGE_BITS = 16, PAGE_BYTES = 1 << PAGE_BITS, LENGTH_BYTES = 10, FEWEST_KNOWN = 64, MOST_KNOWN = 1 << 18 };

struct text_heap {
    char **pages;
    size_t n_pages, pages_room;
    size_t used; /* of the page being filled, the last that is not of its own */
    size_t filling;
    uint64_t *known; /* number + 1; 0: none */
    size_t n_known, known_room;
    bool is_lent; /* the pages are another's */
};

struct text_heap *text_heap_new(void)
{
    struct text_heap *heap = mem_calloc(1, sizeof *heap);
    heap->used = PAGE_BYTES; /* there is no page yet */
    heap->known_room = FEWEST_KNOWN;
    heap->known = mem_calloc(heap->known_room, sizeof *heap->known);
    return heap;
}

void text_heap_free(struct text_heap *heap)
{
    if (!heap) return;
    for (size_t i = 0; i < heap->n_pages && !heap->is_lent; i++)
        mem_free(heap->pages[i]);
    mem_free(heap->pages);
    mem_free(heap->known);
    mem_free(heap);
}

struct text_heap *text_heap_as_now(const struct text_heap *heap)
{
    struct text_heap *now = mem_calloc(1, sizeof *now);
    now->is_lent = true;
    now->n_pages = now->pages_room = heap->n_pages;
    now->pages = mem_alloc((heap->n_pages + 1) * sizeof *now->pages);
    if (heap->n_pages) memcpy(now->pages, heap->pages, heap->n_pages * sizeof *now->pages);
    return now;
}

static uint64_t hash_of(const char *bytes, size_t size)
{
    uint64_t hash = size * UINT64_C(0x9e3779b97f4a7c15);
    for (; size >= 8; bytes += 8, size -= 8) {
        uint64_t word;
        memcpy(&word, bytes, 8);
        hash = (hash ^ word) * UINT64_C(0xbf58476d1ce4e5b9);
        hash ^= hash >> 29;
    }
    for (; size; bytes++, size--)
        hash = (hash ^ (unsigned char)*bytes) * UINT64_C(0x94d049bb133111eb);
    return hash ^ hash >> 32;
}

const char *text_heap_get(const struct text_heap *heap, uint64_t number, size_t *size)
{
    const unsigned char *at = (const unsigned char *)heap->pages[number >> PAGE_BITS] + (number & (PAGE_BYTES - 1));
    *size = 0;
    for (int shift = 0;; shift += 7) {
        *size |= (size_t)(*at & 0x7f) << shift;
        if (*at++ < 0x80) return (const char *)at;
    }
}

static size_t add_page(struct text_heap *heap, size_t size)
{
    if (heap->n_pages == heap->pages_room) {
        heap->pages_room = heap->pages_room ? heap->pages_room * 2 : 16;
        heap->pages = mem_realloc(heap->pages, heap->pages_room * sizeof *heap->pages);
    }
    heap->pages[heap->n_pages] = mem_alloc(size);
    return heap->n_pages++;
}

/* Room for so many bytes, and its number. */
static char *take(struct text_heap *heap, size_t size, uint64_t *number)
{
    bool is_long = size > PAGE_BYTES / 4;
    size_t page = is_long ? add_page(heap, size) : heap->filling, at = is_long ? 0 : heap->used;
    if (!is_long && PAGE_BYTES - at < size) {
        page = heap->filling = add_page(heap, PAGE_BYTES);
        at = heap->used = 0;
    }
    if (!is_long) heap->used += size;
    *number = (uint64_t)page << PAGE_BITS | at;
    return heap->pages[page] + at;
}

static uint64_t keep(struct text_heap *heap, const char *bytes, size_t size)
{
    unsigned char length[LENGTH_BYTES];
    size_t n = 0;
    uint64_t number, left = size;
    for (; left >= 0x80; left >>= 7)
        length[n++] = (unsigned char)(left | 0x80);
    length[n++] = (unsigned char)left;
    char *at = take(heap, n + size + 1, &number);
    memcpy(at, length, n);
    memcpy(at + n, bytes, size);
    at[n + size] = '\0';
    return number;
}

static void enlarge_known(struct text_heap *heap)
{
    uint64_t *old = heap->known;
    size_t n = heap->known_room;
    heap->known_room *= 4;
    heap->known = mem_calloc(heap->known_room, sizeof *heap->known);
    for (size_t i = 0; i < n; i++) {
        size_t size;
        if (!old[i]) continue;
        const char *bytes = text_heap_get(heap, old[i] - 1, &size);
        heap->known[hash_of(bytes, size) & (heap->known_room - 1)] = old[i];
    }
    mem_free(old);
}

uint64_t text_heap_put(struct text_heap *heap, const char *bytes, size_t size)
{
    size_t known_size;
    uint64_t hash = hash_of(bytes, size), *known = &heap->known[hash & (heap->known_room - 1)];
    if (*known) {
        const char *same = text_heap_get(heap, *known - 1, &known_size);
        if (known_size == size && memcmp(same, bytes, size) == 0) return *known - 1;
    }
    uint64_t number = keep(heap, bytes, size);
    *known = number + 1;
    if (++heap->n_known > heap->known_room / 2 && heap->known_room < MOST_KNOWN) {
        heap->n_known = 0;
        enlarge_known(heap);
    }
    return number;
}
