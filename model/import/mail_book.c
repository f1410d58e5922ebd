/* See mail_book.h. */
#include "model/import/mail_book.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "model/import/import_map.h"
#include "sim/journal/memory.h"

struct place_state {
    const char *state; /* a constant */
    unsigned attempts;
};

struct mail_book {
    struct draft *draft;
    struct import_map by_key, place_by_key;
    struct book_mail {
        uint64_t composed; /* in the draft */
        char *to;
        bool has_subject, has_size;
    } * mails; /* by message - 1 */
    size_t n, room;
    struct place_state *places;
    size_t n_places, places_room;
    uint32_t n_attempts;
};

struct mail_book *mail_book_new(struct draft *draft)
{
    struct mail_book *book = mem_calloc(1, sizeof *book);
    book->draft = draft;
    return book;
}

void mail_book_free(struct mail_book *book)
{
    if (!book) return;
    import_map_free(&book->by_key);
    import_map_free(&book->place_by_key);
    for (size_t i = 0; i < book->n; i++)
        mem_free(book->mails[i].to);
    mem_free(book->mails);
    mem_free(book->places);
    mem_free(book);
}

uint32_t mail_book_find(const struct mail_book *book, uint64_t key)
{
    int found = import_map_get(&book->by_key, key);
    return found < 0 ? 0 : (uint32_t)found;
}

void mail_book_know(struct mail_book *book, uint64_t key, uint32_t message)
{
    import_map_put(&book->by_key, key, (int)message);
}

size_t mail_book_count(const struct mail_book *book)
{
    return book->n;
}

uint32_t mail_book_compose(struct mail_book *book, const struct mail_found *mail)
{
    char name[24];
    if (book->n == book->room) {
        book->room = book->room ? 2 * book->room : 64;
        book->mails = mem_realloc(book->mails, book->room * sizeof *book->mails);
    }
    uint32_t message = (uint32_t)++book->n;
    snprintf(name, sizeof name, "m%u", (unsigned)message);
    book->mails[message - 1].has_subject = mail->subject && mail->subject[0];
    book->mails[message - 1].has_size = mail->size > 0;
    book->mails[message - 1].to = mem_strdup(mail->to ? mail->to : "");
    book->mails[message - 1].composed =
        DRAFT_ADD(book->draft, MAIL_COMPOSE, mail->at_ns, RANK_STATE, mail->cause, F_INT(MESSAGE, message),
                  F_INT(PARENT, mail->parent), F_INT(HOST, mail->host), F_TEXT(NAME, name),
                  F_TEXT(FROM, mail->from ? mail->from : ""), F_TEXT(TO, mail->to ? mail->to : ""),
                  F_TEXT(SUBJECT, mail->subject ? mail->subject : ""), F_INT(SIZE, mail->size));
    return message;
}

uint64_t mail_book_compose_event(const struct mail_book *book, uint32_t message)
{
    return message && message <= book->n ? book->mails[message - 1].composed : 0;
}

void mail_book_learn(struct mail_book *book, uint32_t message, const char *subject, uint64_t size)
{
    if (!message || message > book->n) return;
    struct book_mail *mail = &book->mails[message - 1];
    if (!mail->has_subject && subject[0]) {
        draft_set(book->draft, mail->composed, (struct event_field)F_TEXT(SUBJECT, subject));
        mail->has_subject = true;
    }
    if (!mail->has_size && size) {
        draft_set(book->draft, mail->composed, (struct event_field)F_INT(SIZE, size));
        mail->has_size = true;
    }
}

const char *mail_book_recipient(const struct mail_book *book, uint32_t message, const char *user, char *out,
                                size_t room)
{
    const char *list = message && message <= book->n ? book->mails[message - 1].to : "", *found = NULL;
    size_t length = strlen(user);
    snprintf(out, room, "%s", user);
    for (const char *at = list; *at && !found; at += strspn(at, ", ")) {
        size_t n = strcspn(at, ",");
        if (n >= length && length && !strncasecmp(at, user, length) && strchr("@,", at[length])) found = at;
        at += n;
    }
    if (!found) found = list;
    if (*found) snprintf(out, room, "%.*s", (int)strcspn(found, ","), found);
    return out;
}

static uint64_t place_key(uint32_t message, uint32_t host, const char *recipient)
{
    return import_key_text(import_key(import_key(7, message), host), recipient);
}

static struct place_state *place_of(struct mail_book *book, const struct mail_place *place)
{
    uint64_t key = place_key(place->message, place->host, place->recipient);
    int found = import_map_get(&book->place_by_key, key);
    if (found >= 0) return &book->places[found];
    if (book->n_places == book->places_room) {
        book->places_room = book->places_room ? 2 * book->places_room : 64;
        book->places = mem_realloc(book->places, book->places_room * sizeof *book->places);
    }
    import_map_put(&book->place_by_key, key, (int)book->n_places);
    book->places[book->n_places] = (struct place_state){.state = ""};
    return &book->places[book->n_places++];
}

const char *mail_book_state_of(const struct mail_book *book, uint32_t message, uint32_t host, const char *recipient)
{
    int found = import_map_get(&book->place_by_key, place_key(message, host, recipient));
    return found < 0 ? "" : book->places[found].state;
}

uint64_t mail_book_state(struct mail_book *book, const struct mail_place *place, const char *to, int64_t next_ns,
                         const char *why)
{
    struct place_state *now = place_of(book, place);
    const char *from = now->state;
    if (from == to) return place->cause;
    now->state = to;
    return DRAFT_ADD(book->draft, MAIL_STATE, place->at_ns, RANK_LAST, place->cause, F_INT(MESSAGE, place->message),
                     F_INT(HOST, place->host), F_TEXT(RECIPIENT, place->recipient),
                     F_TEXT(QUEUE_ID, place->queue_id ? place->queue_id : ""), F_TEXT(FROM, from), F_TEXT(TO, to),
                     F_INT(AT, next_ns), F_TEXT(WHY, why));
}

uint32_t mail_book_begin_attempt(struct mail_book *book, const struct mail_place *place, uint64_t *event)
{
    unsigned nth = ++place_of(book, place)->attempts;
    uint32_t attempt = ++book->n_attempts;
    *event = DRAFT_ADD(book->draft, ATTEMPT_BEGIN, place->at_ns, RANK_LAST, place->cause, F_INT(ATTEMPT, attempt),
                       F_INT(MESSAGE, place->message), F_INT(HOST, place->host), F_TEXT(RECIPIENT, place->recipient),
                       F_INT(NTH, nth));
    return attempt;
}

uint64_t mail_book_end_attempt(struct mail_book *book, const struct mail_place *place, uint32_t attempt, uint32_t peer,
                               const char *outcome, const char *why)
{
    return DRAFT_ADD(book->draft, ATTEMPT_END, place->at_ns, RANK_LAST, place->cause, F_INT(ATTEMPT, attempt),
                     F_INT(MESSAGE, place->message), F_INT(HOST, place->host), F_TEXT(RECIPIENT, place->recipient),
                     F_INT(PEER, peer), F_TEXT(OUTCOME, outcome), F_TEXT(WHY, why));
}
