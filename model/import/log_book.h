/* What a log tells of mails, gathered line by line and told when all lines are read: entries of queues, and in each the
   attempts to hand it on. */
#ifndef POSTROAD_MODEL_IMPORT_LOG_BOOK_H
#define POSTROAD_MODEL_IMPORT_LOG_BOOK_H

#include "model/import/draft.h"
#include "model/import/import.h"
#include "model/import/import_map.h"
#include "model/import/log_line.h"

enum log_outcome { LOG_LATER, LOG_NEVER, LOG_HANDED_ON, LOG_DELIVERED, LOG_SKIPPED };

struct log_attempt {
    int64_t begin_ns, end_ns;
    char *recipient, *why;
    int peer; /* host, or -1 */
    enum log_outcome outcome;
};

/* A mail in the queue of one host, from its arrival to its removal. */
struct log_entry {
    int host, client; /* client: who brought it, or -1 */
    char *queue_id, *from, *message_id, *subject, *to;
    uint64_t size;
    int64_t at_ns, removed_ns; /* 0: not told */
    int parent;                /* the entry that this one is a bounce of, or -1 */
    bool expired;
    struct log_attempt *attempts;
    size_t n, room;
};

struct log_host {
    char *name, *address;    /* either may be "" */
    bool is_server, is_user; /* is_user: it authenticates, or is this machine */
};

struct log_book {
    struct log_entry *entries;
    struct log_host *hosts;
    size_t n_entries, entries_room, n_hosts, hosts_room;
    struct import_map entry_by_id, host_by_name, held_by_envelope;
};

void log_book_free(struct log_book *book);
/* A host by its name, or by its address where the name is not known. */
int log_book_host(struct log_book *book, struct span name, struct span address);
/* "mx.b.example[192.0.2.1]:25" as Postfix writes it; -1 for "none", "local" and the like. */
int log_book_peer(struct log_book *book, struct span relay);
/* The entry with this queue id at this host; a new one when there is none, or it was removed. */
int log_book_entry(struct log_book *book, int host, struct span queue_id, int64_t at_ns);
/* The latest with this queue id, removed or not; -1: none. */
int log_book_known(const struct log_book *book, int host, struct span queue_id);
struct log_attempt *log_book_attempt(struct log_book *book, int entry, struct span recipient);
/* A client that was put off before anything was queued has the mail still: the entry, at the client, of its envelope.
 */
int log_book_held(struct log_book *book, int client, struct span from, struct span to, int64_t at_ns);
/* Sets a text once; later ones are passed over. */
void log_keep(char **where, struct span text);

/* Each takes a line if it is its own: false otherwise. */
bool log_postfix_line(struct log_book *book, const struct log_line *line);
bool log_exim_line(struct log_book *book, const struct log_line *line);

/* Tells all of it. zero_ns: since 1970, where the draft's clock is 0. */
void log_book_tell(struct log_book *book, int64_t zero_ns, struct draft *draft);

#endif
