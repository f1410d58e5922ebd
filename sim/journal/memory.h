/* Memory that is there: when none is left, the program ends here with a message. */
#ifndef POSTROAD_SIM_JOURNAL_MEMORY_H
#define POSTROAD_SIM_JOURNAL_MEMORY_H

#include <stddef.h>

/* Never NULL, also for size 0. */
void *mem_alloc(size_t size);
void *mem_calloc(size_t n, size_t size);
void *mem_realloc(void *p, size_t size);
char *mem_strdup(const char *text);
void mem_free(void *p);

#endif
