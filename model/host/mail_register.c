/* Numbers are given in order and mails end in nearly that order, so the register is a row of pages, of which those that
   are used up are given back. */
#include "model/host/mail_register.h"

#include <assert.h>

#include "model/mail/address.h"
#include "sim/journal/memory.h"

enum { PAGE = 256 };

/* Retransmissions that are late, and sessions that have not noticed yet, may still name a mail for so long. */
static const int64_t remembered_ns = 2 * MINUTE;

struct entry {
    struct mail_message *message; /* NULL: not yet written, or forgotten */
    struct mail_fate *fates;      /* one for each recipient; NULL: nobody asked */
    uint32_t open;
    bool is_closed; /* in the list of those to be forgotten */
    int64_t closed_ns;
    uint32_t next_closed; /* number; 0: the last */
};

struct page {
    size_t n_messages;
    struct entry entries[PAGE];
};

struct mail_register {
    struct world *world;
    struct page **pages; /* NULL: used up, or not begun */
    size_t n_pages;
    uint32_t last, kept; /* numbers given so far; those up to `kept` are the scenario's */
    uint32_t first_closed, last_closed;
};

static struct entry *entry_of(const struct mail_register *mails, struct message_id id)
{
    if (id.n == 0 || id.n > mails->last) return NULL;
    struct page *page = mails->pages[(id.n - 1) / PAGE];
    return page ? &page->entries[(id.n - 1) % PAGE] : NULL;
}

static void make_page(struct mail_register *mails, size_t page)
{
    if (page >= mails->n_pages) {
        mails->pages = mem_realloc(mails->pages, 2 * (page + 1) * sizeof(struct page *));
        while (mails->n_pages < 2 * (page + 1))
            mails->pages[mails->n_pages++] = NULL;
    }
    if (!mails->pages[page]) mails->pages[page] = mem_calloc(1, sizeof(struct page));
}

struct mail_register *mail_register_new(struct world *world)
{
    struct mail_register *mails = mem_calloc(1, sizeof *mails);
    mails->world = world;
    mails->last = mails->kept = (uint32_t)world->scenario->n_mails;
    for (size_t page = 0; page * PAGE < mails->last; page++)
        make_page(mails, page);
    return mails;
}

static void clear(struct entry *entry)
{
    message_free(entry->message);
    mem_free(entry->fates);
    *entry = (struct entry){0};
}

void mail_register_free(struct mail_register *mails)
{
    if (!mails) return;
    for (size_t page = 0; page < mails->n_pages; page++) {
        for (size_t i = 0; mails->pages[page] && i < PAGE; i++)
            clear(&mails->pages[page]->entries[i]);
        mem_free(mails->pages[page]);
    }
    mem_free(mails->pages);
    mem_free(mails);
}

/* --- the world's questions --- */

struct message_id world_next_message_id(const struct world *world)
{
    return (struct message_id){world->mails->last + 1};
}

void world_add_message(struct world *world, struct mail_message *message)
{
    struct mail_register *mails = world->mails;
    uint32_t n = message->id.n;
    assert(n >= 1 && n <= mails->last + 1);
    if (n > mails->last) mails->last = n;
    make_page(mails, (n - 1) / PAGE);
    mails->pages[(n - 1) / PAGE]->n_messages++;
    mails->pages[(n - 1) / PAGE]->entries[(n - 1) % PAGE].message = message;
}

struct mail_message *world_message(struct world *world, struct message_id id)
{
    struct entry *entry = entry_of(world->mails, id);
    return entry ? entry->message : NULL;
}

bool world_knows_message(const struct world *world, struct message_id id)
{
    const struct entry *entry = entry_of(world->mails, id);
    return entry ? entry->message || id.n > world->mails->kept : id.n >= 1 && id.n <= world->mails->last;
}

/* --- forgetting --- */

static void forget(struct mail_register *mails, struct message_id id)
{
    size_t page = (id.n - 1) / PAGE;
    clear(entry_of(mails, id));
    bool is_used_up = --mails->pages[page]->n_messages == 0 && (page + 1) * PAGE <= mails->last;
    if (!is_used_up || page * PAGE < mails->kept) return;
    mem_free(mails->pages[page]);
    mails->pages[page] = NULL;
}

static void forget_old(struct mail_register *mails, int64_t now_ns)
{
    while (mails->first_closed) {
        struct message_id id = {mails->first_closed};
        struct entry *entry = entry_of(mails, id);
        if (entry->closed_ns > now_ns - remembered_ns) return;
        mails->first_closed = entry->next_closed;
        entry->is_closed = false;
        if (entry->open == 0) forget(mails, id); /* else somebody got another copy meanwhile */
    }
    mails->last_closed = 0;
}

static void close_entry(struct mail_register *mails, struct message_id id, struct entry *entry)
{
    entry->is_closed = true;
    entry->closed_ns = mails->world->engine->now_ns;
    entry->next_closed = 0;
    if (mails->first_closed)
        entry_of(mails, (struct message_id){mails->last_closed})->next_closed = id.n;
    else
        mails->first_closed = id.n;
    mails->last_closed = id.n;
}

void mail_register_count(struct mail_register *mails, struct message_id id, int change)
{
    struct entry *entry = entry_of(mails, id);
    if (!entry || !entry->message) return;
    assert(change >= 0 || entry->open > 0);
    entry->open += (uint32_t)change;
    if (change > 0 || entry->open > 0 || id.n <= mails->kept) return;
    if (!entry->is_closed) close_entry(mails, id, entry);
    forget_old(mails, mails->world->engine->now_ns);
}

/* --- fates --- */

static size_t recipient_index(const struct mail_message *message, const char *recipient)
{
    for (size_t i = 0; i < message->n_recipients; i++)
        if (address_equals(message->recipients[i], recipient)) return i;
    return SIZE_MAX;
}

struct mail_fate *mail_register_fate(struct mail_register *mails, struct message_id id, const char *recipient)
{
    struct entry *entry = entry_of(mails, id);
    if (!entry || !entry->message) return NULL;
    size_t i = recipient_index(entry->message, recipient);
    if (i == SIZE_MAX) return NULL;
    if (!entry->fates) {
        entry->fates = mem_calloc(entry->message->n_recipients, sizeof *entry->fates);
        for (size_t k = 0; k < entry->message->n_recipients; k++)
            entry->fates[k] = mail_fate_none();
    }
    return &entry->fates[i];
}

const struct mail_fate *mail_register_known_fate(const struct mail_register *mails, struct message_id id,
                                                 const char *recipient)
{
    const struct entry *entry = entry_of(mails, id);
    if (!entry || !entry->message || !entry->fates) return NULL;
    size_t i = recipient_index(entry->message, recipient);
    return i == SIZE_MAX ? NULL : &entry->fates[i];
}
