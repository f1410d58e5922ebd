/* See log_book.h. */
#include "model/import/log_book.h"

#include <string.h>

#include "sim/journal/memory.h"

enum { TEXT_BYTES = 1000 };

void log_book_free(struct log_book *book)
{
    for (size_t i = 0; i < book->n_entries; i++) {
        struct log_entry *e = &book->entries[i];
        for (size_t k = 0; k < e->n; k++) {
            mem_free(e->attempts[k].recipient);
            mem_free(e->attempts[k].why);
        }
        mem_free(e->attempts);
        mem_free(e->queue_id);
        mem_free(e->from);
        mem_free(e->message_id);
        mem_free(e->subject);
        mem_free(e->to);
    }
    for (size_t i = 0; i < book->n_hosts; i++) {
        mem_free(book->hosts[i].name);
        mem_free(book->hosts[i].address);
    }
    mem_free(book->entries);
    mem_free(book->hosts);
    import_map_free(&book->entry_by_id);
    import_map_free(&book->host_by_name);
    import_map_free(&book->held_by_envelope);
    *book = (struct log_book){0};
}

void log_keep(char **where, struct span text)
{
    char clean[TEXT_BYTES];
    if (*where && **where) return;
    mem_free(*where);
    *where = mem_strdup(span_text(text, clean, sizeof clean));
}

static uint64_t text_key(uint64_t key, struct span text)
{
    for (size_t i = 0; i < text.n; i++) {
        char c = text.at[i];
        key = (key ^ (unsigned char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c)) * UINT64_C(0x100000001b3);
    }
    return import_key(key, text.n);
}

/* ---- Hosts ---- */

int log_book_host(struct log_book *book, struct span name, struct span address)
{
    bool unknown = !name.n || span_is(name, "unknown");
    struct span called = unknown ? address : name;
    if (!called.n) return -1;
    uint64_t key = text_key(31, called);
    int found = import_map_get(&book->host_by_name, key);
    if (found < 0) {
        if (book->n_hosts == book->hosts_room) {
            book->hosts_room = book->hosts_room ? 2 * book->hosts_room : 16;
            book->hosts = mem_realloc(book->hosts, book->hosts_room * sizeof *book->hosts);
        }
        found = (int)book->n_hosts++;
        book->hosts[found] = (struct log_host){.name = mem_strdup(""), .address = mem_strdup("")};
        log_keep(&book->hosts[found].name, called);
        import_map_put(&book->host_by_name, key, found);
    }
    log_keep(&book->hosts[found].address, address);
    return found;
}

int log_book_peer(struct log_book *book, struct span relay)
{
    struct span name = span_until(relay, "[");
    if (name.n == relay.n) return -1; /* "none", "local", "dovecot" */
    struct span address = span_until(span_skip(relay, name.n + 1), "]");
    return log_book_host(book, name, address);
}

/* ---- Entries ---- */

static int add_entry(struct log_book *book, int host, int64_t at_ns)
{
    if (book->n_entries == book->entries_room) {
        book->entries_room = book->entries_room ? 2 * book->entries_room : 64;
        book->entries = mem_realloc(book->entries, book->entries_room * sizeof *book->entries);
    }
    book->entries[book->n_entries] = (struct log_entry){.host = host, .client = -1, .at_ns = at_ns, .parent = -1};
    return (int)book->n_entries++;
}

int log_book_entry(struct log_book *book, int host, struct span queue_id, int64_t at_ns)
{
    uint64_t key = import_key(text_key(37, queue_id), (uint64_t)host);
    int found = import_map_get(&book->entry_by_id, key);
    if (found >= 0 && !book->entries[found].removed_ns) return found;
    found = add_entry(book, host, at_ns);
    log_keep(&book->entries[found].queue_id, queue_id);
    import_map_put(&book->entry_by_id, key, found);
    return found;
}

int log_book_known(const struct log_book *book, int host, struct span queue_id)
{
    return import_map_get(&book->entry_by_id, import_key(text_key(37, queue_id), (uint64_t)host));
}

struct log_attempt *log_book_attempt(struct log_book *book, int entry, struct span recipient)
{
    struct log_entry *e = &book->entries[entry];
    if (e->n == e->room) {
        e->room = e->room ? 2 * e->room : 2;
        e->attempts = mem_realloc(e->attempts, e->room * sizeof *e->attempts);
    }
    struct log_attempt *attempt = &e->attempts[e->n++];
    *attempt = (struct log_attempt){.peer = -1};
    log_keep(&attempt->recipient, recipient);
    return attempt;
}

int log_book_held(struct log_book *book, int client, struct span from, struct span to, int64_t at_ns)
{
    uint64_t key = import_key(text_key(text_key(41, from), to), (uint64_t)client);
    int found = import_map_get(&book->held_by_envelope, key);
    if (found >= 0 && !book->entries[found].removed_ns) return found;
    found = add_entry(book, client, at_ns);
    log_keep(&book->entries[found].from, from);
    log_keep(&book->entries[found].to, to);
    import_map_put(&book->held_by_envelope, key, found);
    return found;
}
