/* The names behind the numbers in a journal: hosts, links and mails say them once, in events of their own. */
#ifndef POSTROAD_VIZ_READERS_JOURNAL_NAMES_H
#define POSTROAD_VIZ_READERS_JOURNAL_NAMES_H

#include "sim/journal/journal.h"
#include "sim/journal/journal_memory.h"

struct journal_names;

struct journal_names *journal_names_new(void);
void journal_names_free(struct journal_names *names);
/* Learns from host.add, link.add and mail.compose; other kinds are passed over. */
void journal_names_fold(struct journal_names *names, const struct event *e);
struct journal_reader journal_names_reader(struct journal_names *names);
/* All names of a journal. */
struct journal_names *journal_names_of(const struct journal_memory *memory);

/* What a field of this type with this number is called, or NULL when it has no name or none is known. Owned by names. */
const char *journal_names_find(const struct journal_names *names, enum field_type type, int64_t id);
/* The hosts at a link's ends by number; false when the link is not known. */
bool journal_names_link_ends(const struct journal_names *names, int64_t link, int64_t *host, int64_t *peer);

#endif
