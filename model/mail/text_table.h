/* Records found by a text, such as what a server remembers of each client. Records stay where they are until they are
   removed; nothing depends on the order in which they stand. */
#ifndef POSTROAD_MODEL_MAIL_TEXT_TABLE_H
#define POSTROAD_MODEL_MAIL_TEXT_TABLE_H

#include <stdbool.h>
#include <stddef.h>

struct text_table;

struct text_table *text_table_new(size_t record_bytes);
void text_table_free(struct text_table *table);

void *text_table_find(const struct text_table *table, const char *key); /* NULL: there is none */
/* Zeroed; the key must not be in it. */
void *text_table_add(struct text_table *table, const char *key);
/* Removes those for which drop is true. */
void text_table_sweep(struct text_table *table, bool (*drop)(const void *record, void *context), void *context);
size_t text_table_count(const struct text_table *table);

#endif
