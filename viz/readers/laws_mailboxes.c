/* M19: a mailbox holds so many mails and bytes at most (mailbox_limit, host.settings "mailboxes"). RCPT is refused when
   the mail has no room, the size that MAIL stated included, and so is a mail when it should be put there; nothing else
   is. What is on its way to the disk counts as if it were there.

   The size of what is put there is that of the file in the queue (mail.commit) with the two lines before it that
   RFC 5321 4.4 wants; of what a list has given another sender it is not known beforehand. */
#include <stdlib.h>
#include <string.h>

#include "sim/journal/memory.h"
#include "viz/readers/laws_dialogue.h"

enum account { LIMITS = 1, BOX, PUTTING, FILE_IN_QUEUE, SENDER_LENGTH, LIES_THERE };
enum { UNKNOWN = 0, SENDERS_DIFFER = 1 << 20 }; /* sizes of several files of this mail; lengths of its senders */

struct law_limits_of_boxes {
    int64_t mails, bytes; /* 0: no limit */
    char reply[520];
};

struct law_box {
    int64_t mails, bytes, coming, coming_bytes, coming_unknown; /* unknown: of a size that matters */
    bool is_known;           /* something was put there, so that there is such a user */
    enum laws_excuse unsure; /* what lies there is not known */
};

/* An attempt to put one mail into one mailbox. */
struct law_putting {
    size_t box;
    int64_t size; /* -1: not known */
    bool is_open, is_coming, is_unknown, was_full;
};

struct law_mailboxes {
    struct index_map index;
    TABLE_OF(struct law_limits_of_boxes) limits;
    TABLE_OF(struct law_box) boxes;
    TABLE_OF(struct law_putting) puttings;
};

static uint64_t key_of(enum account account, int64_t a, uint64_t b)
{
    return law_hash(law_hash(law_hash(151, account), (uint64_t)a), b);
}

static int64_t host_of(const struct event *e)
{
    return event_int(e, FIELD_HOST);
}

static const struct law_limits_of_boxes *limits_of(const struct law_mailboxes *m, int64_t host)
{
    size_t index = m ? index_map_get(&m->index, key_of(LIMITS, host, 0)) : SIZE_MAX;
    return index == SIZE_MAX ? NULL : &m->limits.items[index];
}

static size_t box_of(struct law_mailboxes *m, int64_t host, uint64_t user)
{
    uint64_t key = key_of(BOX, host, user);
    size_t index = index_map_get(&m->index, key);
    if (index != SIZE_MAX) return index;
    index_map_put(&m->index, key, index = m->boxes.count);
    (void)TABLE_ADD(&m->boxes);
    return index;
}

static struct law_box *box_at(struct law_mailboxes *m, size_t index)
{
    return &m->boxes.items[index];
}

static uint64_t pair_at(const struct event *e, enum account account)
{
    return key_of(account, host_of(e),
                  law_hash_text((uint64_t)event_int(e, FIELD_MESSAGE), event_text(e, FIELD_RECIPIENT)));
}

/* --- sizes --- */

int64_t law_size_in_mailbox(const struct laws *laws, int64_t host, int64_t message, const char *recipient)
{
    static const char lines[] = "Return-Path: <>\r\nDelivered-To: \r\n";
    if (!laws->mailboxes) return -1;
    const struct index_map *index = &laws->mailboxes->index;
    size_t in_queue = index_map_get(index, key_of(FILE_IN_QUEUE, host, (uint64_t)message));
    size_t sender = index_map_get(index, key_of(SENDER_LENGTH, message, 0));
    bool is_deceived = index_map_get(&laws->accounts, law_deceived_key(message)) != SIZE_MAX;
    if (in_queue == SIZE_MAX || in_queue == UNKNOWN || sender >= SENDERS_DIFFER || is_deceived) return -1;
    return (int64_t)(in_queue + sender + strlen(recipient) + strlen(lines));
}

static void on_commit(struct law_mailboxes *m, const struct event *e)
{
    uint64_t key = key_of(FILE_IN_QUEUE, host_of(e), (uint64_t)event_int(e, FIELD_MESSAGE));
    size_t before = index_map_get(&m->index, key), size = (size_t)event_int(e, FIELD_SIZE);
    if (strcmp(event_text(e, FIELD_NAME), "queue") != 0) return;
    index_map_put(&m->index, key, before == SIZE_MAX || before == size ? size : UNKNOWN);
}

/* --- what fits --- */

static bool is_full(const struct law_limits_of_boxes *limits, const struct law_box *box, int64_t size)
{
    int64_t bytes = box->bytes + box->coming_bytes;
    if (limits->mails > 0 && box->mails + box->coming >= limits->mails) return true;
    return limits->bytes > 0 && (bytes >= limits->bytes || size > limits->bytes - bytes);
}

static void law_of_one(struct laws *laws, const struct event *e, const struct law_box *box, bool was_full,
                       bool is_refused)
{
    enum laws_excuse excuse = box->coming_unknown ? LAWS_EXCUSE_NOT_TOLD : box->unsure;
    law_counts(laws, LAWS_COUNT_M19_MAILBOXES, excuse);
    if (excuse) return;
    if (is_refused) law_counts(laws, LAWS_COUNT_M19_MAILBOXES_FULL, LAWS_JUDGED);
    if (is_refused != was_full)
        law_broken(laws, e, "M19", "%s, but the mailbox has %lld mails of %lld bytes, and %lld are coming",
                   is_refused ? "there is no room" : "there is room", (long long)box->mails, (long long)box->bytes,
                   (long long)box->coming);
}

static void unsure_of(struct law_box *box, enum laws_excuse why)
{
    if (!box->unsure) box->unsure = why;
}

/* --- RCPT --- */

void law_of_full_mailboxes(struct laws *laws, const struct event *e, const struct law_dialogue *d,
                           const struct law_said *said, int code)
{
    struct law_mailboxes *m = laws->mailboxes;
    const struct law_limits_of_boxes *limits = limits_of(m, d->server);
    bool is_asked = said->command == LAW_RCPT && code / 100 == 2 && !d->is_submission;
    if (!limits || !is_asked || !law_is_local(laws, d->server, said->domain)) return;
    struct law_box *box = box_at(m, box_of(m, d->server, said->user));
    enum laws_excuse excuse = d->is_held ? LAWS_EXCUSE_HELD_BACK : !box->is_known ? LAWS_EXCUSE_NOT_TOLD : LAWS_JUDGED;
    if (excuse)
        law_counts(laws, LAWS_COUNT_M19_MAILBOXES, excuse);
    else
        law_of_one(laws, e, box, is_full(limits, box, d->stated), false);
}

static void on_rule(struct laws *laws, const struct event *e)
{
    struct law_mailboxes *m = laws->mailboxes;
    const struct law_limits_of_boxes *limits = limits_of(m, host_of(e));
    size_t conn = index_map_get(&laws->dialogue_sessions, (uint64_t)event_int(e, FIELD_SESSION));
    const struct law_dialogue *d = conn == SIZE_MAX ? NULL : law_dialogue_of(laws, conn);
    if (!limits || !d || strcmp(event_text(e, FIELD_NAME), "mailbox full") != 0) return;
    struct law_box *box = box_at(m, box_of(m, host_of(e), law_user(event_text(e, FIELD_RECIPIENT))));
    if (d->is_odd || laws->has_personalities) /* what MAIL stated is not read then */
        law_counts(laws, LAWS_COUNT_M19_MAILBOXES, d->is_odd ? d->why_odd : LAWS_EXCUSE_PERSONALITY);
    else
        law_of_one(laws, e, box, is_full(limits, box, d->stated), true);
}

/* --- delivery --- */

static struct law_putting *putting_of(struct law_mailboxes *m, const struct event *e)
{
    size_t index = index_map_get(&m->index, pair_at(e, PUTTING));
    return index == SIZE_MAX || !m->puttings.items[index].is_open ? NULL : &m->puttings.items[index];
}

static void on_begin(struct laws *laws, const struct event *e)
{
    struct law_mailboxes *m = laws->mailboxes;
    const struct law_limits_of_boxes *limits = limits_of(m, host_of(e));
    const char *recipient = event_text(e, FIELD_RECIPIENT);
    if (!limits || !law_is_local(laws, host_of(e), law_domain(recipient))) return;
    size_t box_index = box_of(m, host_of(e), law_user(recipient));
    struct law_box *box = &m->boxes.items[box_index];
    if (putting_of(m, e)) unsure_of(box, LAWS_EXCUSE_TWICE_IN_QUEUE);
    index_map_put(&m->index, pair_at(e, PUTTING), m->puttings.count);
    struct law_putting *putting = TABLE_ADD(&m->puttings);
    int64_t size = law_size_in_mailbox(laws, host_of(e), event_int(e, FIELD_MESSAGE), recipient);
    *putting = (struct law_putting){.box = box_index, .size = size, .is_open = true};
    putting->was_full = is_full(limits, box, size < 0 ? 0 : size);
    putting->is_coming = !putting->was_full;
    if (!putting->is_coming) return;
    box->coming++;
    box->coming_bytes += size < 0 ? 0 : size;
    putting->is_unknown = size < 0 && limits->bytes > 0;
    box->coming_unknown += putting->is_unknown;
}

static void comes_no_more(struct law_mailboxes *m, struct law_putting *putting)
{
    struct law_box *box = &m->boxes.items[putting->box];
    if (!putting->is_coming) return;
    putting->is_coming = false;
    box->coming--;
    box->coming_bytes -= putting->size < 0 ? 0 : putting->size;
    box->coming_unknown -= putting->is_unknown;
}

static void on_end(struct laws *laws, const struct event *e)
{
    struct law_mailboxes *m = laws->mailboxes;
    const struct law_limits_of_boxes *limits = limits_of(m, host_of(e));
    struct law_putting *putting = limits ? putting_of(m, e) : NULL;
    if (!putting) return;
    comes_no_more(m, putting);
    putting->is_open = false;
    struct law_box *box = &m->boxes.items[putting->box];
    if (strcmp(event_text(e, FIELD_WHY), limits->reply) != 0) return;
    bool depends_on_size = putting->size < 0 && !putting->was_full;
    if (depends_on_size)
        law_counts(laws, LAWS_COUNT_M19_MAILBOXES, LAWS_EXCUSE_NOT_TOLD);
    else
        law_of_one(laws, e, box, putting->was_full, true);
}

static void on_delivered(struct laws *laws, const struct event *e)
{
    struct law_mailboxes *m = laws->mailboxes;
    if (!limits_of(m, host_of(e)) || strcmp(event_text(e, FIELD_NAME), "delivered") != 0) return;
    size_t box_index = box_of(m, host_of(e), law_user(event_text(e, FIELD_RECIPIENT)));
    struct law_putting *putting = putting_of(m, e);
    if (putting) comes_no_more(m, putting);
    struct law_box *box = &m->boxes.items[box_index];
    if (putting) law_of_one(laws, e, box, putting->was_full, false);
    box->is_known = true;
    box->mails++;
    box->bytes += event_int(e, FIELD_SIZE);
    uint64_t file = law_hash_text(pair_at(e, LIES_THERE), event_text(e, FIELD_QUEUE_ID));
    index_map_put(&m->index, file, (size_t)event_int(e, FIELD_SIZE));
}

/* Fetched and deleted, or lost with the disk. */
static void on_state(struct law_mailboxes *m, const struct event *e)
{
    bool goes =
        strcmp(event_text(e, FIELD_FROM), "delivered") == 0 && strcmp(event_text(e, FIELD_TO), "picked up") != 0;
    if (!goes || !limits_of(m, host_of(e))) return;
    uint64_t file = law_hash_text(pair_at(e, LIES_THERE), event_text(e, FIELD_QUEUE_ID));
    size_t size = index_map_get(&m->index, file);
    struct law_box *box = box_at(m, box_of(m, host_of(e), law_user(event_text(e, FIELD_RECIPIENT))));
    box->mails--;
    box->bytes -= size == SIZE_MAX ? 0 : (int64_t)size;
    if (size == SIZE_MAX) unsure_of(box, LAWS_EXCUSE_NOT_TOLD);
}

static void on_settings(struct law_mailboxes *m, const struct event *e)
{
    const char *text = event_text(e, FIELD_TEXT), *reply = law_setting_text(text, "reply");
    if (strcmp(event_text(e, FIELD_NAME), "mailboxes") != 0) return;
    index_map_put(&m->index, key_of(LIMITS, host_of(e), 0), m->limits.count);
    struct law_limits_of_boxes *limits = TABLE_ADD(&m->limits);
    limits->mails = law_setting(text, "mails");
    limits->bytes = law_setting(text, "size");
    strncpy(limits->reply, *reply ? reply : "452 4.2.2 Mailbox full", sizeof limits->reply - 1);
}

void laws_of_mailboxes(struct laws *laws, const struct event *e)
{
    if (!laws->full) return; /* what MAIL stated is in the dialogue */
    if (!laws->mailboxes) laws->mailboxes = mem_calloc(1, sizeof *laws->mailboxes);
    struct law_mailboxes *m = laws->mailboxes;
    switch (e->kind) {
    case EVENT_HOST_SETTINGS:
        on_settings(m, e);
        break;
    case EVENT_MAIL_COMPOSE:
        index_map_put(&m->index, key_of(SENDER_LENGTH, event_int(e, FIELD_MESSAGE), 0),
                      strlen(event_text(e, FIELD_FROM)));
        break;
    case EVENT_MAIL_EXPAND: /* a list's owner may stand in its sender's place */
        index_map_put(&m->index, key_of(SENDER_LENGTH, event_int(e, FIELD_MESSAGE), 0), SENDERS_DIFFER);
        break;
    case EVENT_MAIL_COMMIT:
        on_commit(m, e);
        break;
    case EVENT_SMTP_RULE:
        on_rule(laws, e);
        break;
    case EVENT_ATTEMPT_BEGIN:
        on_begin(laws, e);
        break;
    case EVENT_ATTEMPT_END:
        on_end(laws, e);
        break;
    case EVENT_MAIL_CONTENT:
        on_delivered(laws, e);
        break;
    case EVENT_MAIL_STATE:
        on_state(m, e);
        break;
    default:
        break;
    }
}

void laws_mailboxes_free(struct laws *laws)
{
    struct law_mailboxes *m = laws->mailboxes;
    if (!m) return;
    index_map_free(&m->index);
    mem_free(m->limits.items);
    mem_free(m->boxes.items);
    mem_free(m->puttings.items);
    mem_free(m);
}
