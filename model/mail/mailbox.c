/* A mailbox is a growing array of mails in order of arrival. */
#include "model/mail/mailbox.h"

#include <stdio.h>
#include <string.h>

#include "sim/journal/memory.h"

uint64_t mailbox_mails(const struct mailbox *box)
{
    return box->n + box->n_unkept + box->n_coming;
}

uint64_t mailbox_bytes(const struct mailbox *box)
{
    return box->bytes + box->unkept_bytes + box->coming_bytes;
}

void mailbox_expect(struct mailbox *box, size_t size)
{
    box->n_coming++;
    box->coming_bytes += size;
}

void mailbox_expect_no_more(struct mailbox *box, size_t size)
{
    box->n_coming--;
    box->coming_bytes -= size;
}

static char *new_unique_id(const struct mailbox *box, const char *queue_id, bool may_be_another_copy)
{
    enum { SERIAL_BYTES = 24 };
    size_t room = strlen(queue_id) + SERIAL_BYTES;
    char *id = mem_alloc(room);
    if (may_be_another_copy)
        snprintf(id, room, "%s.%llu", queue_id, (unsigned long long)box->n_stored);
    else
        snprintf(id, room, "%s", queue_id);
    return id;
}

void mailbox_store(struct mailbox *box, struct message_id message, const char *recipient, const char *queue_id,
                   bool may_be_another_copy, char *content, size_t size)
{
    box->n_stored++;
    if (box->is_never_read) {
        box->n_unkept++;
        box->unkept_bytes += size;
        mem_free(content);
        return;
    }
    if (box->n == box->room) {
        box->room = box->room ? 2 * box->room : 4;
        box->mails = mem_realloc(box->mails, box->room * sizeof *box->mails);
    }
    box->bytes += size;
    box->mails[box->n++] = (struct stored_mail){.message = message,
                                                .recipient = mem_strdup(recipient),
                                                .queue_id = mem_strdup(queue_id),
                                                .unique_id = new_unique_id(box, queue_id, may_be_another_copy),
                                                .content = content,
                                                .size = size};
}

static void stored_mail_release(struct stored_mail *mail)
{
    mem_free(mail->recipient);
    mem_free(mail->queue_id);
    mem_free(mail->unique_id);
    mem_free(mail->content);
}

void mailbox_remove(struct mailbox *box, const bool *marked, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < box->n; i++) {
        if (i < n && marked[i]) {
            box->bytes -= box->mails[i].size;
            stored_mail_release(&box->mails[i]);
        } else
            box->mails[kept++] = box->mails[i];
    }
    box->n = kept;
}

void mailbox_clear(struct mailbox *box)
{
    for (size_t i = 0; i < box->n; i++)
        stored_mail_release(&box->mails[i]);
    mem_free(box->mails);
    memset(box, 0, sizeof *box);
}
