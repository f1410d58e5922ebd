/* Compact JSON: rows of whole numbers; a text is the number of its place in one table that comes last, so that it is
   there once. What could end a script in HTML is escaped. */
#ifndef POSTROAD_VIZ_PAGE_WRITER_H
#define POSTROAD_VIZ_PAGE_WRITER_H

#include <stddef.h>
#include <stdint.h>

#include "viz/readers/text_buffer.h"

struct page_writer;

struct page_writer *page_writer_new(void);
void page_writer_free(struct page_writer *writer);

/* "name":[ ... ] at the top; rows within. */
void page_list_begin(struct page_writer *writer, const char *name);
void page_list_end(struct page_writer *writer);
void page_row_begin(struct page_writer *writer);
void page_row_end(struct page_writer *writer);
/* The next value of the row, or of the list outside of one. */
void page_int(struct page_writer *writer, int64_t value);
void page_index(struct page_writer *writer, size_t index); /* STORY_NONE: -1 */
void page_text(struct page_writer *writer, const char *text);

/* "name":value at the top. */
void page_value(struct page_writer *writer, const char *name, int64_t value);
void page_named_text(struct page_writer *writer, const char *name, const char *text);

/* The whole, once: an object of JSON that may stand in a script element. Belongs to the writer. */
const struct text_buffer *page_writer_finish(struct page_writer *writer);

/* A text as HTML has it, in an element or a quoted attribute. */
void page_add_html(struct text_buffer *out, const char *text);

#endif
