/* The cast's mails, letters (a mail and one recipient), the places they come to, and attempts. */
#include <string.h>

#include "sim/journal/memory.h"
#include "viz/story/story_internal.h"

static const char *const state_words[STORY_MAIL_STATES] = {
    [STORY_MAIL_UNKNOWN] = "",
    [STORY_MAIL_OUTBOX] = "outbox",
    [STORY_MAIL_QUEUED] = "queued",
    [STORY_MAIL_ACTIVE] = "active",
    [STORY_MAIL_DEFERRED] = "deferred",
    [STORY_MAIL_HANDED_ON] = "handed on",
    [STORY_MAIL_DELIVERED] = "delivered",
    [STORY_MAIL_PICKED_UP] = "picked up",
    [STORY_MAIL_BOUNCED] = "bounced",
    [STORY_MAIL_DISCARDED] = "discarded",
    [STORY_MAIL_EXPANDED] = "expanded",
    [STORY_MAIL_NOT_SENT] = "", /* is told as bounced */
};

/* What a program gives up that it has never handed to a server does not go back: nobody has had it. */
enum story_mail_state story_mail_state_of(const struct event *e)
{
    const char *name = event_text(e, FIELD_TO);
    bool lay_in_outbox = strcmp(event_text(e, FIELD_FROM), state_words[STORY_MAIL_OUTBOX]) == 0;
    for (int i = 0; i < STORY_MAIL_STATES; i++)
        if (strcmp(state_words[i], name) == 0)
            return i == STORY_MAIL_BOUNCED && lay_in_outbox ? STORY_MAIL_NOT_SENT : (enum story_mail_state)i;
    return STORY_MAIL_UNKNOWN;
}

size_t cast_mail(const struct story *story, const struct event *e, enum field_id field)
{
    uint64_t id = (uint64_t)event_int(e, field);
    return id ? story_index(&story->mail_ids, id) : STORY_NONE;
}

/* ---- First reading ---- */

/* While the mails are surveyed, letters lie in the order of being found, a letter's first_place is the one found before
   it for the same mail, and letters_of_mail holds the latest of each mail. */
static void survey_letter(void *context, size_t mail, const char *recipient, size_t size, bool is_written)
{
    struct story *story = context;
    for (size_t i = story->letters_of_mail[mail]; i != STORY_NONE; i = story->letters.items[i].first_place) {
        const char *known = story->letters.items[i].recipient;
        if (strlen(known) == size && memcmp(known, recipient, size) == 0) return;
    }
    char *copy = mem_alloc(size + 1);
    memcpy(copy, recipient, size);
    copy[size] = 0;
    struct cast_letter letter = {mail, text_store_add(&story->texts, copy), story->letters_of_mail[mail], 0,
                                 is_written};
    mem_free(copy);
    story->letters_of_mail[mail] = story->letters.count;
    *TABLE_ADD(&story->letters) = letter;
}

typedef void recipient_fn(void *context, size_t mail, const char *recipient, size_t size, bool is_written);

static void each_recipient(const char *list, recipient_fn *fn, void *context, size_t mail, bool is_written)
{
    while (*list) {
        size_t size = strcspn(list, ",");
        if (size) fn(context, mail, list, size, is_written);
        list += size;
        list += strspn(list, ", ");
    }
}

static size_t survey_mail(struct story *story, uint64_t id)
{
    size_t mail = story_index(&story->mail_ids, id);
    if (mail != STORY_NONE) return mail;
    mail = story->mails.count;
    size_t room = story->mails.room;
    *TABLE_ADD(&story->mails) = (struct story_mail){.id = (uint32_t)id,
                                                    .name = "",
                                                    .from = "",
                                                    .to = "",
                                                    .subject = "",
                                                    .parent = STORY_NONE,
                                                    .host = STORY_NONE,
                                                    .compose_event = STORY_NONE};
    if (story->mails.room != room)
        story->letters_of_mail =
            mem_realloc(story->letters_of_mail, (story->mails.room + 1) * sizeof *story->letters_of_mail);
    story->letters_of_mail[mail] = STORY_NONE;
    index_map_put(&story->mail_ids, id, mail);
    return mail;
}

void cast_mail_survey(struct story *story, size_t i, const struct event *e)
{
    if (e->kind != EVENT_MAIL_COMPOSE && e->kind != EVENT_MAIL_STATE) return;
    if (event_int(e, FIELD_MESSAGE) == 0) return; /* a journal from elsewhere may speak of no mail */
    size_t mail = survey_mail(story, (uint64_t)event_int(e, FIELD_MESSAGE));
    struct story_mail *m = &story->mails.items[mail];
    if (m->compose_event == STORY_NONE) {
        m->compose_event = i;
        m->composed_ns = e->at_ns;
    }
    if (e->kind == EVENT_MAIL_COMPOSE) {
        m->name = event_text(e, FIELD_NAME);
        m->from = event_text(e, FIELD_FROM);
        m->to = event_text(e, FIELD_TO);
        m->subject = event_text(e, FIELD_SUBJECT);
        m->parent = cast_mail(story, e, FIELD_PARENT);
        m->size = (uint64_t)event_int(e, FIELD_SIZE);
        each_recipient(m->to, survey_letter, story, mail, true);
    } else {
        each_recipient(event_text(e, FIELD_RECIPIENT), survey_letter, story, mail, false);
    }
}

/* Letters of one mail lie side by side, in the order of being found. */
void cast_mail_survey_end(struct story *story)
{
    size_t n = story->letters.count, *latest = story->letters_of_mail, end = 0;
    struct cast_letter *sorted = mem_alloc((n + 1) * sizeof *sorted);
    story->letters_of_mail = mem_alloc((story->mails.count + 1) * sizeof *story->letters_of_mail);
    for (size_t mail = 0; mail < story->mails.count; mail++) {
        size_t count = 0, first = end;
        for (size_t i = latest[mail]; i != STORY_NONE; i = story->letters.items[i].first_place)
            count++;
        end += count;
        for (size_t i = latest[mail]; i != STORY_NONE; i = story->letters.items[i].first_place) {
            sorted[first + --count] = story->letters.items[i];
            sorted[first + count].first_place = STORY_NONE;
        }
        story->letters_of_mail[mail] = first;
    }
    story->letters_of_mail[story->mails.count] = end;
    mem_free(latest);
    mem_free(story->letters.items);
    story->letters.items = sorted;
    story->letters.room = n + 1;
}

/* ---- Second reading ---- */

size_t cast_letter_of(const struct story *story, size_t mail, const char *recipient, size_t size)
{
    if (mail == STORY_NONE) return STORY_NONE;
    for (size_t i = story->letters_of_mail[mail]; i < story->letters_of_mail[mail + 1]; i++) {
        const char *known = story->letters.items[i].recipient;
        if (strlen(known) == size && memcmp(known, recipient, size) == 0) return i;
    }
    return STORY_NONE;
}

void cast_letters_named(const struct story *story, size_t mail, const char *list,
                        void (*fn)(void *context, size_t letter), void *context)
{
    if (mail == STORY_NONE) return;
    if (!*list)
        for (size_t i = story->letters_of_mail[mail]; i < story->letters_of_mail[mail + 1]; i++)
            fn(context, i);
    while (*list) {
        size_t size = strcspn(list, ","), letter = cast_letter_of(story, mail, list, size);
        if (letter != STORY_NONE) fn(context, letter);
        list += size;
        list += strspn(list, ", ");
    }
}

static size_t place_of_letter(struct story *story, size_t letter, size_t host)
{
    for (size_t i = story->letters.items[letter].first_place; i != STORY_NONE; i = story->places.items[i].next)
        if (story->places.items[i].host == host) return i;
    size_t place = story->places.count;
    *TABLE_ADD(&story->places) =
        (struct cast_place){letter, host, story->letters.items[letter].first_place, NONE32, NONE32};
    story->letters.items[letter].first_place = place;
    return place;
}

static void mail_compose(struct story *story, size_t i, const struct event *e)
{
    size_t mail = cast_mail(story, e, FIELD_MESSAGE);
    if (mail == STORY_NONE) return;
    story->mails.items[mail].host = cast_host(story, e, FIELD_HOST);
    cast_mark(story, STORY_MARK_COMPOSED, i);
    cast_taken_for_commands(story, i, e);
}

static void mark_state(struct story *story, size_t i, enum story_mail_state state)
{
    if (state == STORY_MAIL_DEFERRED) cast_mark(story, STORY_MARK_DEFERRED, i);
    if (state == STORY_MAIL_DELIVERED) cast_mark(story, STORY_MARK_DELIVERED, i);
    if (state == STORY_MAIL_PICKED_UP) cast_mark(story, STORY_MARK_PICKED_UP, i);
    if (state == STORY_MAIL_BOUNCED) cast_mark(story, STORY_MARK_BOUNCED, i);
    if (state == STORY_MAIL_NOT_SENT) cast_mark(story, STORY_MARK_NOT_SENT, i);
}

static void note_delivery(struct story *story, size_t i, size_t letter, enum story_mail_state state)
{
    struct cast_letter *l = &story->letters.items[letter];
    if (state != STORY_MAIL_DELIVERED) return;
    story->copies_seen |= l->delivered_event != 0;
    if (l->delivered_event == 0) l->delivered_event = i;
}

static void mail_state(struct story *story, size_t i, const struct event *e)
{
    const char *recipient = event_text(e, FIELD_RECIPIENT);
    size_t host = cast_host(story, e, FIELD_HOST);
    size_t letter = cast_letter_of(story, cast_mail(story, e, FIELD_MESSAGE), recipient, strlen(recipient));
    if (letter == STORY_NONE || host == STORY_NONE) return;
    story->subject[i] = (uint32_t)place_of_letter(story, letter, host);
    note_delivery(story, i, letter, story_mail_state_of(e));
    mark_state(story, i, story_mail_state_of(e));
    waits_note(story, i, story->subject[i], story_mail_state_of(e));
}

static void attempt_begin(struct story *story, size_t i, const struct event *e)
{
    struct story_attempt attempt = {.id = (uint32_t)event_int(e, FIELD_ATTEMPT),
                                    .mail = cast_mail(story, e, FIELD_MESSAGE),
                                    .host = cast_host(story, e, FIELD_HOST),
                                    .peer = STORY_NONE,
                                    .recipient = event_text(e, FIELD_RECIPIENT),
                                    .nth = (uint32_t)event_int(e, FIELD_NTH),
                                    .begin_event = i,
                                    .end_event = STORY_NONE,
                                    .begin_ns = e->at_ns,
                                    .end_ns = TIME_NEVER,
                                    .outcome = "",
                                    .why = ""};
    index_map_put(&story->attempt_ids, attempt.id, story->attempts.count);
    *TABLE_ADD(&story->attempts) = attempt;
    waits_note_attempt(story, attempt.mail, attempt.host, attempt.recipient);
    cast_mark(story, STORY_MARK_ATTEMPT, i);
}

static void attempt_end(struct story *story, size_t i, const struct event *e)
{
    size_t at = story_index(&story->attempt_ids, (uint64_t)event_int(e, FIELD_ATTEMPT));
    if (at == STORY_NONE) return;
    struct story_attempt *attempt = &story->attempts.items[at];
    attempt->peer = cast_host(story, e, FIELD_PEER);
    attempt->end_event = i;
    attempt->end_ns = e->at_ns;
    attempt->outcome = event_text(e, FIELD_OUTCOME);
    attempt->why = event_text(e, FIELD_WHY);
}

/* An attempt that was not made stands among those that were. */
static void attempt_skip(struct story *story, size_t i, const struct event *e)
{
    *TABLE_ADD(&story->attempts) = (struct story_attempt){.mail = cast_mail(story, e, FIELD_MESSAGE),
                                                          .host = cast_host(story, e, FIELD_HOST),
                                                          .peer = STORY_NONE,
                                                          .recipient = event_text(e, FIELD_RECIPIENT),
                                                          .begin_event = i,
                                                          .end_event = i,
                                                          .begin_ns = e->at_ns,
                                                          .end_ns = e->at_ns,
                                                          .outcome = "passed over",
                                                          .why = event_text(e, FIELD_WHY)};
    const struct story_attempt *skipped = &story->attempts.items[story->attempts.count - 1];
    waits_note_attempt(story, skipped->mail, skipped->host, skipped->recipient);
}

static void destination(struct story *story, size_t i, const struct event *e)
{
    *TABLE_ADD(&story->destinations) = (struct story_destination){.host = cast_host(story, e, FIELD_HOST),
                                                                  .name = event_text(e, FIELD_NAME),
                                                                  .event = i,
                                                                  .at_ns = e->at_ns,
                                                                  .until_ns = event_int(e, FIELD_AT),
                                                                  .up = event_int(e, FIELD_UP) != 0,
                                                                  .window = (uint32_t)event_int(e, FIELD_WINDOW),
                                                                  .why = event_text(e, FIELD_WHY)};
}

/* Of several recipients one may have it and another not: then it is no receipt. */
static void report(struct story *story, const struct event *e)
{
    size_t mail = cast_mail(story, e, FIELD_MESSAGE);
    const char *outcome = event_text(e, FIELD_OUTCOME);
    if (mail == STORY_NONE) return;
    struct story_mail *m = &story->mails.items[mail];
    bool fails = strcmp(outcome, "failed") == 0, is_late = strcmp(outcome, "delayed") == 0;
    m->tells_delay = !fails && (m->tells_delay || (is_late && !m->tells_failure));
    m->tells_failure |= fails || is_late;
    m->is_receipt = !m->tells_failure;
}

void cast_mail_event(struct story *story, size_t i, const struct event *e)
{
    switch ((int)e->kind) {
    case EVENT_MAIL_COMPOSE:
        mail_compose(story, i, e);
        return;
    case EVENT_MAIL_STATE:
        mail_state(story, i, e);
        return;
    case EVENT_ATTEMPT_BEGIN:
        attempt_begin(story, i, e);
        return;
    case EVENT_ATTEMPT_END:
        attempt_end(story, i, e);
        return;
    case EVENT_ATTEMPT_SKIP:
        attempt_skip(story, i, e);
        return;
    case EVENT_DESTINATION:
        destination(story, i, e);
        return;
    case EVENT_MAIL_REPORT:
        report(story, e);
        return;
    }
}
