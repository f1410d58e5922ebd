/* The names behind the numbers: three sorted tables, since a journal from elsewhere may use any numbers. */
#include "viz/readers/journal_names.h"

#include <string.h>

#include "sim/journal/memory.h"

struct name_row {
    int64_t id;
    char *name;
    int64_t host, peer; /* of a link */
};

struct name_table {
    struct name_row *rows; /* by id */
    size_t n, room;
};

struct journal_names {
    struct name_table hosts, links, messages;
};

struct journal_names *journal_names_new(void)
{
    return mem_calloc(1, sizeof(struct journal_names));
}

static void free_table(struct name_table *table)
{
    for (size_t i = 0; i < table->n; i++)
        mem_free(table->rows[i].name);
    mem_free(table->rows);
}

void journal_names_free(struct journal_names *names)
{
    if (!names) return;
    free_table(&names->hosts);
    free_table(&names->links);
    free_table(&names->messages);
    mem_free(names);
}

/* Where the id is, or where it would go. */
static size_t place_of(const struct name_table *table, int64_t id)
{
    size_t low = 0, high = table->n;
    if (high > 0 && table->rows[high - 1].id < id) return high;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (table->rows[middle].id < id) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static const struct name_row *find_row(const struct name_table *table, int64_t id)
{
    size_t i = place_of(table, id);
    return i < table->n && table->rows[i].id == id ? &table->rows[i] : NULL;
}

/* The first name that a number is given stays. */
static void learn(struct name_table *table, const struct event *e, enum field_id id_field, int64_t host, int64_t peer)
{
    int64_t id = event_int(e, id_field);
    const char *name = event_text(e, FIELD_NAME);
    size_t i = place_of(table, id);
    if (id == 0 || name[0] == '\0' || (i < table->n && table->rows[i].id == id)) return;
    if (table->n == table->room) {
        table->room = table->room ? 2 * table->room : 16;
        table->rows = mem_realloc(table->rows, table->room * sizeof *table->rows);
    }
    memmove(table->rows + i + 1, table->rows + i, (table->n - i) * sizeof *table->rows);
    table->rows[i] = (struct name_row){.id = id, .name = mem_strdup(name), .host = host, .peer = peer};
    table->n++;
}

void journal_names_fold(struct journal_names *names, const struct event *e)
{
    if (e->kind == EVENT_HOST_ADD) learn(&names->hosts, e, FIELD_HOST, 0, 0);
    if (e->kind == EVENT_LINK_ADD)
        learn(&names->links, e, FIELD_LINK, event_int(e, FIELD_HOST), event_int(e, FIELD_PEER));
    if (e->kind == EVENT_MAIL_COMPOSE) learn(&names->messages, e, FIELD_MESSAGE, 0, 0);
}

static void on_event(void *context, const struct event *e)
{
    journal_names_fold(context, e);
}

struct journal_reader journal_names_reader(struct journal_names *names)
{
    struct event_mask mask = event_mask_none();
    static const enum event_kind kinds[] = {EVENT_HOST_ADD, EVENT_LINK_ADD, EVENT_MAIL_COMPOSE};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        mask = event_mask_union(mask, event_mask_kind(kinds[i]));
    return (struct journal_reader){.mask = mask, .on_event = on_event, .context = names};
}

struct journal_names *journal_names_of(const struct journal_memory *memory)
{
    struct journal_names *names = journal_names_new();
    for (size_t i = 0; i < journal_memory_count(memory); i++)
        journal_names_fold(names, journal_memory_at(memory, i));
    return names;
}

const char *journal_names_find(const struct journal_names *names, enum field_type type, int64_t id)
{
    if (!names) return NULL;
    const struct name_table *table = type == TYPE_HOST      ? &names->hosts
                                     : type == TYPE_LINK    ? &names->links
                                     : type == TYPE_MESSAGE ? &names->messages
                                                            : NULL;
    const struct name_row *row = table ? find_row(table, id) : NULL;
    return row ? row->name : NULL;
}

bool journal_names_link_ends(const struct journal_names *names, int64_t link, int64_t *host, int64_t *peer)
{
    const struct name_row *row = names ? find_row(&names->links, link) : NULL;
    if (!row) return false;
    *host = row->host;
    *peer = row->peer;
    return true;
}
