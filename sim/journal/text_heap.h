/* Bytes that are kept for good: they never move, a zero byte follows them, and what was kept before is not kept twice
   as long as that can be told cheaply. Known by a number, which is small for those kept early. */
#ifndef POSTROAD_SIM_JOURNAL_TEXT_HEAP_H
#define POSTROAD_SIM_JOURNAL_TEXT_HEAP_H

#include <stddef.h>
#include <stdint.h>

struct text_heap;

struct text_heap *text_heap_new(void);
void text_heap_free(struct text_heap *heap);
/* What it holds now, to be read by another thread while this one puts more into the heap; nothing is copied but where
   pages lie. To be freed before the heap is. */
struct text_heap *text_heap_as_now(const struct text_heap *heap);
uint64_t text_heap_put(struct text_heap *heap, const char *bytes, size_t size);
/* Valid until the heap is freed. */
const char *text_heap_get(const struct text_heap *heap, uint64_t number, size_t *size);

#endif
