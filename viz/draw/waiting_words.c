#include "viz/draw/waiting_words.h"

#include <stdio.h>
#include <string.h>

#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"
#include "viz/story/instant_text.h"
#include "viz/story/reason.h"

enum { STAYS = 8, POP3_PORT = 110, POP3S_PORT = 995 };

/* A connection that has heard nothing for so long waits. */
static const int64_t silence_ns = 500 * MILLISECOND;

static uint32_t letters_in(const struct story *s, enum story_mail_state state)
{
    uint32_t n = 0;
    for (size_t h = 0; h < story_host_count(s); h++)
        n += story_queue(s, h, state);
    return n;
}

/* ---- Until the next attempt ---- */

static bool next_to_try(const struct story *s, struct story_stay *next, size_t *letter)
{
    int64_t next_ns = TIME_NEVER;
    struct story_stay stays[STAYS];
    for (size_t i = 0; i < story_letter_count(s); i++) {
        size_t n = story_letter_stays(s, i, stays, STAYS);
        for (size_t k = 0; k < n && k < STAYS; k++) {
            if (stays[k].state != STORY_MAIL_DEFERRED || stays[k].host == STORY_NONE) continue;
            int64_t at_ns = event_int(story_event(s, stays[k].event), FIELD_AT);
            if (at_ns <= story_now(s) || at_ns >= next_ns) continue;
            next_ns = at_ns;
            *next = stays[k];
            *letter = i;
        }
    }
    return next_ns != TIME_NEVER;
}

static void say_next_attempt(const struct story *s, char *buffer, size_t size)
{
    struct story_stay next;
    size_t letter;
    char at[INSTANT_BYTES];
    if (!next_to_try(s, &next, &letter)) return;
    const struct event *e = story_event(s, next.event);
    snprintf(buffer, size, tr("Mail %s for %s waits at %s until %s"), story_mail(s, next.mail)->name,
             story_letter(s, letter).recipient, story_host(s, next.host).name,
             instant_text(s, event_int(e, FIELD_AT), at));
    size_t used = strlen(buffer);
    if (*event_text(e, FIELD_WHY))
        snprintf(buffer + used, size - used, tr(": %s"), story_reason(event_text(e, FIELD_WHY)));
}

size_t waiting_letter(const struct story *s)
{
    struct story_stay next;
    size_t letter;
    return letters_in(s, STORY_MAIL_DEFERRED) && next_to_try(s, &next, &letter) ? letter : STORY_NONE;
}

/* ---- Until the other side says something ---- */

bool is_silence(const struct story *s, const struct story_timer *timer)
{
    return timer->conn != STORY_NONE && strcmp(timer->name, "retransmission") == 0 && timer->at_ns > story_now(s) &&
           story_now(s) - story_event_time(s, timer->event) >= silence_ns;
}

/* The timer after which what a host sent is sent again, set a while ago. */
static bool is_silent(const struct story *s, size_t i, size_t host, struct story_timer *timer, size_t *peer)
{
    *timer = story_timer(s, i);
    if (timer->host != host || !is_silence(s, timer)) return false;
    struct story_conn conn = story_conn(s, timer->conn);
    *peer = conn.peer;
    return conn.active && conn.peer != STORY_NONE;
}

static bool say_silence(const struct story *s, const struct story_letter *letter, char *buffer, size_t size)
{
    struct story_timer timer;
    size_t peer;
    char at[INSTANT_BYTES];
    for (size_t i = 0; i < story_timer_count(s); i++) {
        if (!is_silent(s, i, letter->host, &timer, &peer)) continue;
        snprintf(buffer, size, tr("Mail %s for %s waits: %s hears nothing from %s, and sends again at %s"),
                 story_mail(s, letter->mail)->name, letter->recipient, story_host(s, letter->host).name,
                 story_host(s, peer).name, instant_text(s, timer.at_ns, at));
        return true;
    }
    return false;
}

const char *waiting_words(const struct story *s, char *buffer, size_t size)
{
    buffer[0] = 0;
    if (letters_in(s, STORY_MAIL_DEFERRED)) say_next_attempt(s, buffer, size);
    if (buffer[0] || !letters_in(s, STORY_MAIL_ACTIVE)) return buffer;
    for (size_t i = 0; i < story_letter_count(s); i++) {
        struct story_letter letter = story_letter(s, i);
        if (letter.state == STORY_MAIL_ACTIVE && say_silence(s, &letter, buffer, size)) break;
    }
    return buffer;
}

/* ---- What is less ---- */

bool is_look_into_mailbox(const struct story_conn *conn)
{
    uint16_t port = conn->active ? conn->remote_port : conn->local_port;
    return strcmp(conn->protocol, "pop3") == 0 || port == POP3_PORT || port == POP3S_PORT;
}

static bool brings_mail(const struct story *s, size_t conn, size_t other_end)
{
    for (size_t i = 0; i < story_transfer_count(s); i++) {
        const struct story_transfer *t = story_transfer(s, i);
        if (t->pick_up && (t->conn == conn || (other_end != STORY_NONE && t->conn == other_end))) return true;
    }
    return false;
}

static bool is_client_without_mail(const struct story *s, size_t host)
{
    return host < story_host_count(s) && story_host(s, host).role == STORY_CLIENT &&
           !story_queue(s, host, STORY_MAIL_OUTBOX) && !story_queue(s, host, STORY_MAIL_ACTIVE);
}

/* Who has nothing to send asks for the name of the server with the mailbox. */
static bool is_name_for_a_look(const struct story *s, size_t event)
{
    const struct event *e = story_event(s, event);
    size_t packet = story_event_packet(s, event);
    if (packet != STORY_NONE) {
        const struct story_packet *p = story_packet(s, packet);
        return p->class == STORY_DNS && (is_client_without_mail(s, p->from) || is_client_without_mail(s, p->to));
    }
    bool is_name = e->kind == EVENT_DNS_QUERY || e->kind == EVENT_DNS_ANSWER;
    if (!is_name || !event_has(e->kind, FIELD_HOST)) return false;
    size_t peer = event_has(e->kind, FIELD_PEER) ? (size_t)event_int(e, FIELD_PEER) : 0;
    return is_client_without_mail(s, story_host_by_id(s, (uint32_t)event_int(e, FIELD_HOST))) ||
           (peer && is_client_without_mail(s, story_host_by_id(s, (uint32_t)peer)));
}

bool is_less_than_waiting(const struct story *s, size_t event)
{
    enum event_kind kind = story_event_kind(s, event);
    if (kind == EVENT_CONN_CLOSE || kind == EVENT_SESSION_CLOSE || kind == EVENT_TCP_STATE) return true;
    size_t at = story_event_conn(s, event);
    if (at == STORY_NONE) return is_name_for_a_look(s, event);
    struct story_conn conn = story_conn(s, at);
    if (is_look_into_mailbox(&conn)) return !brings_mail(s, at, conn.other_end);
    return false;
}
