/* The one place in which running out of memory ends the program. */
#include "sim/journal/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/journal/tr.h"

static void *or_end(void *p)
{
    if (p) return p;
    fprintf(stderr, "postroad: %s\n", tr("out of memory"));
    exit(EXIT_FAILURE);
}

void *mem_alloc(size_t size)
{
    return or_end(malloc(size ? size : 1));
}

void *mem_calloc(size_t n, size_t size)
{
    return or_end(n && size ? calloc(n, size) : calloc(1, 1));
}

void *mem_realloc(void *p, size_t size)
{
    return or_end(realloc(p, size ? size : 1));
}

char *mem_strdup(const char *text)
{
    size_t size = strlen(text) + 1;
    return memcpy(mem_alloc(size), text, size);
}

void mem_free(void *p)
{
    free(p);
}
