#include "app/heap.h"

#include <stdint.h>

#ifdef __GLIBC__ /* which the header above defines */
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sim/journal/memory.h"

enum { KEPT_BYTES = 512 << 20, STEP_BYTES = 64 << 20, LARGE_PAGE_BYTES = 2 << 20 };

/* The heap grows by a step at once, and of that step the system may make large pages; none is taken before it is
   touched. Failing is no harm: nothing depends on it. */
void heap_prepare(void)
{
    if (!mallopt(M_TRIM_THRESHOLD, KEPT_BYTES) || !mallopt(M_TOP_PAD, STEP_BYTES)) return;
    uintptr_t begin = (uintptr_t)sbrk(0);
    mem_free(mem_alloc(STEP_BYTES / 1024)); /* makes it grow */
    uintptr_t end = (uintptr_t)sbrk(0), page = LARGE_PAGE_BYTES - 1;
    begin = (begin + page) & ~page;
    if (begin < (end & ~page)) madvise((void *)begin, (end & ~page) - begin, MADV_HUGEPAGE);
}
#else
void heap_prepare(void)
{
}
#endif
