#include "viz/draw/where_words.h"

#include <stdio.h>
#include <string.h>

#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"
#include "viz/draw/outcome_words.h"
#include "viz/draw/view.h"
#include "viz/draw/waiting_words.h"

/* At each picture anew. */
enum { MOST_LETTERS = 400, MOST_ATTEMPTS = 5000, COPIES = 8 };

static bool is_on_its_way(const struct story_letter *letter)
{
    return letter->state == STORY_MAIL_OUTBOX || letter->state == STORY_MAIL_QUEUED ||
           letter->state == STORY_MAIL_ACTIVE || letter->state == STORY_MAIL_DEFERRED ||
           letter->state == STORY_MAIL_DELIVERED;
}

/* A report is looked at when nothing else is under way. */
static int interest(const struct story *s, const struct story_letter *letter)
{
    if (letter->state == STORY_MAIL_UNKNOWN) return 0;
    int own = story_mail(s, letter->mail)->parent == STORY_NONE;
    if (!is_on_its_way(letter)) return 1 + own;
    return (letter->state == STORY_MAIL_DELIVERED ? 3 : 5) + own;
}

/* Whose doing an event is; STORY_NONE. */
static size_t doer(const struct story *s, size_t event)
{
    if (event == STORY_NONE) return STORY_NONE;
    size_t packet = story_event_packet(s, event);
    if (packet != STORY_NONE) return story_packet(s, packet)->from;
    if (!event_has(story_event_kind(s, event), FIELD_HOST)) return STORY_NONE;
    return story_host_by_id(s, (uint32_t)event_int(story_event(s, event), FIELD_HOST));
}

static size_t letter_of_interest(const struct story *s, size_t event)
{
    size_t told = event == STORY_NONE ? STORY_NONE : story_event_letter(s, event), best = STORY_NONE;
    size_t host = doer(s, event);
    int most = 0;
    if (told != STORY_NONE && story_letter(s, told).state != STORY_MAIL_UNKNOWN) return told;
    for (size_t i = 0, n = story_letter_count(s); i < n && n <= MOST_LETTERS; i++) {
        struct story_letter letter = story_letter(s, i);
        int here = 2 * interest(s, &letter);
        if (here > 0 && letter.host == host && host != STORY_NONE) here++;
        if (here <= most) continue;
        most = here;
        best = i;
    }
    return best;
}

/* ---- One letter ---- */

enum { HOST_WORDS_BYTES = 300 };

static const char *host_words(const struct story *s, size_t host, char text[HOST_WORDS_BYTES])
{
    struct story_host shown = story_host(s, host);
    snprintf(text, HOST_WORDS_BYTES, shown.up ? "%s" : tr("%s (down)"), shown.name);
    return text;
}

static void add_bytes(const struct story *s, const struct story_letter *letter, char *text, size_t size)
{
    const struct story_transfer *t = story_transfer(s, letter->transfer);
    double share = story_transfer_arrived(s, letter->transfer, story_now(s));
    unsigned long long there = (unsigned long long)(share * (double)t->length), all = t->length;
    size_t used = strlen(text);
    if (there >= all)
        snprintf(text + used, size - used, tr(", all %llu bytes are there, and it waits for the answer"), all);
    else
        snprintf(text + used, size - used, tr(", %llu of %llu bytes are there"), there, all);
}

/* The connection on which it is handed over, or is to be: the only one of this host to a server; STORY_NONE. */
static size_t only_call_of(const struct story *s, size_t host)
{
    size_t conns[COPIES], call = STORY_NONE, n = story_open_conns_of(s, host, conns, COPIES);
    for (size_t i = 0; i < n && i < COPIES; i++) {
        struct story_conn conn = story_conn(s, conns[i]);
        if (!conn.active || conn.host != host || conn.peer == STORY_NONE || is_look_into_mailbox(&conn)) continue;
        if (call != STORY_NONE) return STORY_NONE;
        call = conns[i];
    }
    return n <= COPIES ? call : STORY_NONE;
}

/* Where the other side has been silent for a while: when what was sent is sent again. */
static void add_silence(const struct story *s, size_t call, char *text, size_t size)
{
    char time[VIEW_TIME_BYTES];
    for (size_t i = 0; i < story_timer_count(s); i++) {
        struct story_timer timer = story_timer(s, i);
        if (timer.conn != call || !is_silence(s, &timer)) continue;
        size_t used = strlen(text);
        snprintf(text + used, size - used, tr(", no answer yet, sends again in %s"),
                 view_countdown(timer.at_ns - story_now(s), time));
        return;
    }
}

/* The attempt that runs; STORY_NONE: none, as from an outbox. */
static size_t attempt_under_way(const struct story *s, const struct story_letter *letter)
{
    int64_t now = story_now(s);
    for (size_t i = story_attempt_count(s); i-- > 0;) {
        const struct story_attempt *a = story_attempt(s, i);
        bool own = a->mail == letter->mail && a->host == letter->host && a->id &&
                   (!*a->recipient || strcmp(a->recipient, letter->recipient) == 0);
        if (own && a->begin_ns <= now && a->end_ns > now) return i;
    }
    return STORY_NONE;
}

static void say_call(const struct story *s, size_t call, const char *host, char *text, size_t size)
{
    struct story_conn conn = story_conn(s, call);
    const char *peer = story_host(s, conn.peer).name;
    if (!strcmp(conn.state, "SYN-SENT"))
        snprintf(text, size, tr("%s calls %s"), host, peer);
    else
        snprintf(text, size, tr("%s offers it to %s"), host, peer);
}

static void add_attempt(const struct story *s, const struct story_letter *letter, char *text, size_t size)
{
    size_t attempt = story_attempt_count(s) <= MOST_ATTEMPTS ? attempt_under_way(s, letter) : STORY_NONE,
           used = strlen(text);
    if (attempt != STORY_NONE) snprintf(text + used, size - used, tr(", attempt %u"), story_attempt(s, attempt)->nth);
}

static void say_hand_over(const struct story *s, const struct story_letter *letter, char *text, size_t size)
{
    const char *host = story_host(s, letter->host).name;
    size_t call = only_call_of(s, letter->host);
    if (letter->transfer != STORY_NONE) {
        size_t to = story_transfer(s, letter->transfer)->to;
        snprintf(text, size, tr("%s is handing it to %s"), host, story_host(s, to).name);
        add_bytes(s, letter, text, size);
    } else {
        if (call != STORY_NONE)
            say_call(s, call, host, text, size);
        else
            snprintf(text, size, tr("%s is handing it on"), host);
        add_attempt(s, letter, text, size);
    }
    if (call != STORY_NONE) add_silence(s, call, text, size);
}

static void say_waiting(const struct story *s, const struct story_letter *letter, char *text, size_t size)
{
    char time[VIEW_TIME_BYTES], name[HOST_WORDS_BYTES];
    int64_t left = letter->next_attempt_ns - story_now(s);
    const char *host = host_words(s, letter->host, name);
    if (left > 0)
        snprintf(text, size, tr("waits at %s, next attempt in %s"), host, view_countdown(left, time));
    else
        snprintf(text, size, tr("waits at %s"), host);
}

/* When somebody looks into his mailbox next, if that is known. */
static int64_t next_fetch_ns(const struct story *s, const char *recipient, size_t *client)
{
    int64_t first = TIME_NEVER;
    for (size_t i = 0; i < story_timer_count(s); i++) {
        struct story_timer timer = story_timer(s, i);
        if (timer.host == STORY_NONE || strcmp(timer.name, "next fetch") != 0) continue;
        if (timer.at_ns >= first || strcmp(story_host(s, timer.host).text, recipient) != 0) continue;
        first = timer.at_ns;
        *client = timer.host;
    }
    return first;
}

/* Whether he looks into it just now. */
static bool is_looking(const struct story *s, size_t client)
{
    size_t conns[COPIES], n = story_open_conns_of(s, client, conns, COPIES);
    for (size_t i = 0; i < n && i < COPIES; i++) {
        struct story_conn conn = story_conn(s, conns[i]);
        if (conn.active && is_look_into_mailbox(&conn)) return true;
    }
    return false;
}

static void say_in_mailbox(const struct story *s, const struct story_letter *letter, char *text, size_t size)
{
    char time[VIEW_TIME_BYTES], name[HOST_WORDS_BYTES];
    size_t client = STORY_NONE, used;
    int64_t fetch = next_fetch_ns(s, letter->recipient, &client);
    snprintf(text, size, tr("in the mailbox at %s"), host_words(s, letter->host, name));
    used = strlen(text);
    if (letter->transfer != STORY_NONE) {
        size_t to = story_transfer(s, letter->transfer)->to;
        snprintf(text + used, size - used, tr(", %s is fetching it"), story_host(s, to).name);
    } else if (client != STORY_NONE && is_looking(s, client)) {
        snprintf(text + used, size - used, tr(", %s is looking for it"), story_host(s, client).name);
    } else if (client != STORY_NONE && fetch > story_now(s)) {
        snprintf(text + used, size - used, tr(", %s looks for it in %s"), story_host(s, client).name,
                 view_countdown(fetch - story_now(s), time));
    }
}

/* Who has not heard that it was taken keeps it, and will hand it on once more. */
static void add_who_still_has_it(const struct story *s, size_t letter, char *text, size_t size)
{
    struct story_letter copies[COPIES], own = story_letter(s, letter);
    size_t n = story_letter_copies(s, letter, copies, COPIES);
    for (size_t i = 0; i < n && i < COPIES; i++) {
        bool holds = copies[i].state >= STORY_MAIL_OUTBOX && copies[i].state <= STORY_MAIL_DEFERRED;
        if (!holds || copies[i].host == own.host || copies[i].host == STORY_NONE) continue;
        size_t used = strlen(text);
        snprintf(text + used, size - used, tr(", and still at %s"), story_host(s, copies[i].host).name);
        size_t call = only_call_of(s, copies[i].host);
        if (call != STORY_NONE) add_silence(s, call, text, size);
        return;
    }
}

static void say_place(const struct story *s, const struct story_letter *letter, char *text, size_t size)
{
    char name[HOST_WORDS_BYTES];
    if (letter->host == STORY_NONE || !is_on_its_way(letter)) {
        snprintf(text, size, "%s", story_mail_state_name(letter->state));
        return;
    }
    if (letter->state == STORY_MAIL_DEFERRED)
        say_waiting(s, letter, text, size);
    else if (letter->state == STORY_MAIL_DELIVERED)
        say_in_mailbox(s, letter, text, size);
    else if (letter->state == STORY_MAIL_ACTIVE || letter->transfer != STORY_NONE)
        say_hand_over(s, letter, text, size);
    else if (letter->state == STORY_MAIL_OUTBOX)
        snprintf(text, size, tr("in the outbox of %s"), host_words(s, letter->host, name));
    else
        snprintf(text, size, tr("in the queue of %s"), host_words(s, letter->host, name));
}

/* ---- And the others ---- */

static void add_others(const struct story *s, char *buffer, size_t size)
{
    char all[256];
    size_t used = strlen(buffer), written = 0;
    for (size_t i = 0, n = story_letter_count(s); i < n; i++)
        written += story_letter(s, i).state != STORY_MAIL_UNKNOWN &&
                   story_mail(s, story_letter(s, i).mail)->parent == STORY_NONE;
    if (written > 1) snprintf(buffer + used, size - used, " · %s", outcome_words(s, all, sizeof all));
}

const char *where_words(const struct story *s, size_t event, bool others, char *buffer, size_t size)
{
    char place[256];
    buffer[0] = 0;
    size_t of_interest = letter_of_interest(s, event);
    if (of_interest == STORY_NONE) return buffer;
    struct story_letter letter = story_letter(s, of_interest);
    say_place(s, &letter, place, sizeof place);
    snprintf(buffer, size, tr("%s for %s: %s"), story_mail(s, letter.mail)->name, letter.recipient, place);
    if (story_letter_count(s) <= MOST_LETTERS) add_who_still_has_it(s, of_interest, buffer, size);
    if (others && story_letter_count(s) <= MOST_LETTERS) add_others(s, buffer, size);
    return buffer;
}
