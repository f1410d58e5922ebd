/* A server lists its mails in the order in which they came, so that each is looked for right behind the one before. */
#include "model/host/left_mails.h"

#include <stdio.h>
#include <string.h>

#include "sim/journal/memory.h"

void left_mails_begin(struct left_mails *left)
{
    for (size_t i = 0; i < left->n; i++)
        left->mails[i].is_listed = false;
    left->guess = 0;
}

struct left_mail *left_mails_find(struct left_mails *left, const char *unique_id)
{
    for (size_t i = 0; i < left->n; i++) {
        size_t at = (left->guess + i) % left->n;
        if (strcmp(left->mails[at].unique_id, unique_id) != 0) continue;
        left->guess = at + 1;
        left->mails[at].is_listed = true;
        return &left->mails[at];
    }
    return NULL;
}

void left_mails_add(struct left_mails *left, const char *unique_id, int64_t now_ns)
{
    if (left->n == left->room) {
        left->room = left->room ? 2 * left->room : 8;
        left->mails = mem_realloc(left->mails, left->room * sizeof *left->mails);
    }
    struct left_mail *mail = &left->mails[left->n++];
    *mail = (struct left_mail){.fetched_ns = now_ns, .is_listed = true};
    snprintf(mail->unique_id, sizeof mail->unique_id, "%s", unique_id);
}

void left_mails_end(struct left_mails *left)
{
    size_t kept = 0;
    for (size_t i = 0; i < left->n; i++)
        if (left->mails[i].is_listed) left->mails[kept++] = left->mails[i];
    left->n = kept;
}

void left_mails_free(struct left_mails *left)
{
    mem_free(left->mails);
    *left = (struct left_mails){0};
}
