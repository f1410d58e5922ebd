/* Chains of nodes behind an array that doubles. */
#include "model/mail/text_table.h"

#include <stdint.h>
#include <string.h>

#include "sim/journal/memory.h"

enum { FIRST_CHAINS = 16 };

struct node {
    struct node *next;
    uint64_t hash;
    char *key;
    _Alignas(max_align_t) unsigned char record[];
};

struct text_table {
    struct node **chains;
    size_t n_chains, n, record_bytes;
};

/* FNV-1a */
static uint64_t hash_of(const char *key)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (; *key; key++)
        hash = (hash ^ (unsigned char)*key) * UINT64_C(0x100000001b3);
    return hash;
}

static struct node **chain_of(const struct text_table *table, uint64_t hash)
{
    return &table->chains[(hash ^ hash >> 32) & (table->n_chains - 1)];
}

struct text_table *text_table_new(size_t record_bytes)
{
    struct text_table *table = mem_calloc(1, sizeof *table);
    table->record_bytes = record_bytes;
    table->n_chains = FIRST_CHAINS;
    table->chains = mem_calloc(table->n_chains, sizeof(struct node *));
    return table;
}

void *text_table_find(const struct text_table *table, const char *key)
{
    uint64_t hash = hash_of(key);
    for (struct node *node = *chain_of(table, hash); node; node = node->next)
        if (node->hash == hash && strcmp(node->key, key) == 0) return node->record;
    return NULL;
}

static void grow(struct text_table *table)
{
    struct node **old = table->chains;
    size_t n_old = table->n_chains;
    table->n_chains *= 2;
    table->chains = mem_calloc(table->n_chains, sizeof(struct node *));
    for (size_t i = 0; i < n_old; i++)
        while (old[i]) {
            struct node *node = old[i], **chain = chain_of(table, node->hash);
            old[i] = node->next;
            node->next = *chain;
            *chain = node;
        }
    mem_free(old);
}

void *text_table_add(struct text_table *table, const char *key)
{
    if (table->n == table->n_chains) grow(table);
    struct node *node = mem_calloc(1, sizeof *node + table->record_bytes);
    node->hash = hash_of(key);
    node->key = mem_strdup(key);
    struct node **chain = chain_of(table, node->hash);
    node->next = *chain;
    *chain = node;
    table->n++;
    return node->record;
}

static bool drop_all(const void *record, void *context)
{
    (void)record;
    (void)context;
    return true;
}

void text_table_sweep(struct text_table *table, bool (*drop)(const void *record, void *context), void *context)
{
    for (size_t i = 0; i < table->n_chains; i++) {
        struct node **link = &table->chains[i];
        while (*link) {
            struct node *node = *link;
            if (!drop(node->record, context)) {
                link = &node->next;
                continue;
            }
            *link = node->next;
            mem_free(node->key);
            mem_free(node);
            table->n--;
        }
    }
}

size_t text_table_count(const struct text_table *table)
{
    return table->n;
}

void text_table_free(struct text_table *table)
{
    if (!table) return;
    text_table_sweep(table, drop_all, NULL);
    mem_free(table->chains);
    mem_free(table);
}
