/* A DNS message in memory: itself, its records and its names, in one block. */
#include <assert.h>
#include <string.h>

#include "model/wire/dns_internal.h"
#include "sim/journal/memory.h"

static size_t name_room(const char *name)
{
    return name ? strlen(name) + 1 : 0;
}

static size_t rr_name_room(const struct dns_rr *rr)
{
    return name_room(rr->name) + name_room(rr->target) + name_room(rr->soa_rname);
}

size_t dns_message_count_rrs(const struct dns_message *message)
{
    return (size_t)message->n_answer + message->n_authority + message->n_additional;
}

struct dns_message *dns_message_new_block(const struct dns_message *content, size_t name_bytes, struct dns_rr **rrs,
                                          char **names)
{
    size_t n = dns_message_count_rrs(content);
    size_t head = (sizeof(struct dns_message) + 15) & ~(size_t)15;
    struct dns_message *message = mem_alloc(head + n * sizeof(struct dns_rr) + name_bytes);
    *message = *content;
    message->references = 1;
    *rrs = (struct dns_rr *)((char *)message + head);
    *names = (char *)(*rrs + n);
    message->rrs = *rrs;
    return message;
}

static const char *put_name(char **place, const char *name)
{
    if (!name) return NULL;
    size_t room = strlen(name) + 1;
    char *copy = memcpy(*place, name, room);
    *place += room;
    return copy;
}

struct dns_message *dns_message_new(const struct dns_message *content)
{
    size_t n = dns_message_count_rrs(content);
    size_t name_bytes = name_room(content->qname);
    for (size_t i = 0; i < n; i++)
        name_bytes += rr_name_room(&content->rrs[i]);
    struct dns_rr *rrs;
    char *names;
    struct dns_message *message = dns_message_new_block(content, name_bytes, &rrs, &names);
    message->qname = put_name(&names, content->qname);
    for (size_t i = 0; i < n; i++) {
        rrs[i] = content->rrs[i];
        rrs[i].name = put_name(&names, content->rrs[i].name);
        rrs[i].target = put_name(&names, content->rrs[i].target);
        rrs[i].soa_rname = put_name(&names, content->rrs[i].soa_rname);
    }
    return message;
}

struct dns_message *dns_message_hold(struct dns_message *message)
{
    assert(message->references > 0);
    message->references++;
    return message;
}

void dns_message_drop(struct dns_message *message)
{
    if (!message) return;
    assert(message->references > 0);
    if (--message->references == 0) mem_free(message);
}
