#include "viz/page/page_writer.h"

#include <stdbool.h>
#include <string.h>

#include "sim/journal/memory.h"
#include "viz/story/tables.h"

struct page_writer {
    struct text_buffer json, texts;
    struct index_map known; /* hash of a text to its number; of two with one hash the later is written anew */
    TABLE_OF(char *) kept;
    bool needs_comma;
};

struct page_writer *page_writer_new(void)
{
    struct page_writer *w = mem_calloc(1, sizeof *w);
    text_adds(&w->json, "{");
    return w;
}

void page_writer_free(struct page_writer *w)
{
    text_free(&w->json);
    text_free(&w->texts);
    index_map_free(&w->known);
    for (size_t i = 0; i < w->kept.count; i++)
        mem_free(w->kept.items[i]);
    mem_free(w->kept.items);
    mem_free(w);
}

static void comma(struct page_writer *w)
{
    if (w->needs_comma) text_adds(&w->json, ",");
    w->needs_comma = true;
}

static void name(struct page_writer *w, const char *name)
{
    comma(w);
    text_addf(&w->json, "\n\"%s\":", name);
}

void page_list_begin(struct page_writer *w, const char *list)
{
    name(w, list);
    text_adds(&w->json, "[");
    w->needs_comma = false;
}

void page_list_end(struct page_writer *w)
{
    text_adds(&w->json, "]");
    w->needs_comma = true;
}

void page_row_begin(struct page_writer *w)
{
    comma(w);
    text_adds(&w->json, "[");
    w->needs_comma = false;
}

void page_row_end(struct page_writer *w)
{
    page_list_end(w);
}

void page_int(struct page_writer *w, int64_t value)
{
    comma(w);
    text_addf(&w->json, "%lld", (long long)value);
}

void page_index(struct page_writer *w, size_t index)
{
    page_int(w, index >= UINT32_MAX ? -1 : (int64_t)index);
}

/* FNV-1a. */
static uint64_t hash(const char *text)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    for (; *text; text++)
        h = (h ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    return h;
}

static bool needs_escape(const char *at)
{
    return *at == '<' || *at == '>' || *at == '&' || !strncmp(at, "\xe2\x80\xa8", 3) || !strncmp(at, "\xe2\x80\xa9", 3);
}

/* JSON whose strings hold nothing that HTML or JavaScript could take for its own. */
static void add_safe(struct text_buffer *out, const char *text)
{
    struct text_buffer plain = {0};
    text_add_json(&plain, text, strlen(text));
    for (const char *at = plain.bytes; *at; at++) {
        if (!needs_escape(at)) {
            text_add(out, at, 1);
        } else if ((unsigned char)*at < 0x80) {
            text_addf(out, "\\u%04x", (unsigned)*at);
        } else {
            text_adds(out, at[2] == '\xa8' ? "\\u2028" : "\\u2029");
            at += 2;
        }
    }
    text_free(&plain);
}

static size_t text_number(struct page_writer *w, const char *text)
{
    uint64_t key = hash(text);
    size_t known = index_map_get(&w->known, key);
    if (known != SIZE_MAX && !strcmp(w->kept.items[known], text)) return known;
    if (w->kept.count) text_adds(&w->texts, ",\n");
    add_safe(&w->texts, text);
    *TABLE_ADD(&w->kept) = mem_strdup(text);
    index_map_put(&w->known, key, w->kept.count - 1);
    return w->kept.count - 1;
}

void page_text(struct page_writer *w, const char *text)
{
    page_int(w, (int64_t)text_number(w, text));
}

void page_value(struct page_writer *w, const char *key, int64_t value)
{
    name(w, key);
    text_addf(&w->json, "%lld", (long long)value);
}

void page_named_text(struct page_writer *w, const char *key, const char *text)
{
    page_value(w, key, (int64_t)text_number(w, text));
}

const struct text_buffer *page_writer_finish(struct page_writer *w)
{
    page_list_begin(w, "texts");
    if (w->texts.length) text_add(&w->json, w->texts.bytes, w->texts.length);
    page_list_end(w);
    text_adds(&w->json, "}");
    return &w->json;
}

void page_add_html(struct text_buffer *out, const char *text)
{
    for (size_t size = strlen(text), i = 0; i < size;) {
        const char *entity = text[i] == '<'    ? "&lt;"
                             : text[i] == '>'  ? "&gt;"
                             : text[i] == '&'  ? "&amp;"
                             : text[i] == '"'  ? "&quot;"
                             : text[i] == '\'' ? "&#39;"
                                               : NULL;
        if (entity)
            text_adds(out, entity), i++;
        else
            i += text_add_utf8(out, text + i, size - i);
    }
}
