#include "viz/story/wanted_words.h"

#include <stdio.h>
#include <string.h>

#include "sim/journal/tr.h"
#include "viz/story/story_internal.h"

/* ---- What a kind alone does not tell ---- */

static bool is_of_class(const struct story *story, size_t event, enum story_class class)
{
    size_t packet = story_event_packet(story, event);
    return packet != STORY_NONE && story_packet(story, packet)->class == class;
}

static bool has_flag(const struct story *story, size_t event, unsigned flag)
{
    struct story_header header;
    return is_of_class(story, event, STORY_CONTROL) &&
           story_packet_header(story, story_event_packet(story, event), &header) && header.is_tcp &&
           (header.tcp.flags & flag);
}

static bool is_retransmission(const struct story *story, size_t event)
{
    return is_of_class(story, event, STORY_RETRANSMIT);
}

static bool is_ack(const struct story *story, size_t event)
{
    return is_of_class(story, event, STORY_ACK);
}

static bool is_data(const struct story *story, size_t event)
{
    return is_of_class(story, event, STORY_DATA);
}

static bool is_icmp(const struct story *story, size_t event)
{
    return is_of_class(story, event, STORY_ICMP);
}

static bool is_syn(const struct story *story, size_t event)
{
    return has_flag(story, event, TCP_SYN);
}

static bool is_fin(const struct story *story, size_t event)
{
    return has_flag(story, event, TCP_FIN);
}

static bool is_rst(const struct story *story, size_t event)
{
    return has_flag(story, event, TCP_RST);
}

static bool is_timeout(const struct story *story, size_t event)
{
    return strcmp(event_text(story_event(story, event), FIELD_NAME), "retransmission") == 0;
}

static bool is_refusal(const struct story *story, size_t event)
{
    uint32_t line = story->subject[event];
    return line != NONE32 && story_line(story, line)->is_refusal;
}

static bool goes_to(const struct story *story, size_t event, enum story_mail_state state)
{
    return story_mail_state_of(story_event(story, event)) == state;
}

static bool is_deferred(const struct story *story, size_t event)
{
    return goes_to(story, event, STORY_MAIL_DEFERRED);
}

static bool is_delivered(const struct story *story, size_t event)
{
    return goes_to(story, event, STORY_MAIL_DELIVERED);
}

static bool is_picked_up(const struct story *story, size_t event)
{
    return goes_to(story, event, STORY_MAIL_PICKED_UP);
}

static bool is_bounced(const struct story *story, size_t event)
{
    return goes_to(story, event, STORY_MAIL_BOUNCED) || goes_to(story, event, STORY_MAIL_NOT_SENT);
}

/* As whoever sent the data counts it, when it arrives. */
static bool is_duplicate_ack(const struct story *story, size_t event)
{
    uint32_t hop = story->subject[event];
    if (hop == NONE32) return false;
    const struct story_packet *p = story_packet(story, story->hops.items[hop].packet);
    return p->duplicate > 0 && p->end_event == event;
}

/* It has been in the mailbox before. */
static bool is_second_delivery(const struct story *story, size_t event)
{
    uint32_t place = story->subject[event];
    if (place == NONE32 || !goes_to(story, event, STORY_MAIL_DELIVERED)) return false;
    return story->letters.items[story->places.items[place].letter].delivered_event < event;
}

static bool goes_down(const struct story *story, size_t event)
{
    return !event_int(story_event(story, event), FIELD_UP);
}

static bool comes_up(const struct story *story, size_t event)
{
    return event_int(story_event(story, event), FIELD_UP);
}

/* What goes wrong. The time line marks where it ends as well, and neither false answers nor files that are harmed. */
static bool is_fault(const struct story *story, size_t event)
{
    const struct event *e = story_event(story, event);
    if (e->kind == EVENT_LINK_VALUE) return e->at_ns > 0;
    if (e->kind == EVENT_HOST_STATE || e->kind == EVENT_LINK_STATE) return !event_int(e, FIELD_UP);
    return e->kind != EVENT_HOST_TROUBLE || *event_text(e, FIELD_TEXT);
}

static bool has_packet(const struct story *story, size_t event)
{
    return story_event_packet(story, event) != STORY_NONE;
}

static bool has_mail(const struct story *story, size_t event)
{
    return event_has(story_event_kind(story, event), FIELD_MESSAGE);
}

/* ---- The table ---- */

typedef bool (*question)(const struct story *story, size_t event);

struct row {
    const char *words;
    enum event_kind kinds[6];
    question is;    /* NULL: every event of these kinds */
    question about; /* what it says of an event of another kind, "lost data"; NULL: nothing */
};

/* What one looks for most stands first. */
static const struct row table[] = {
    {"loss, losses, lost, drop, dropped", {EVENT_LINK_DROP}, NULL, NULL},
    {"retransmission, retransmissions, retransmit, retransmitted, resend, resent, resends, repeat, repeated",
     {EVENT_PACKET_SEND},
     is_retransmission,
     is_retransmission},
    {"bounce, bounces, bounced, sent back", {EVENT_MAIL_STATE}, is_bounced, NULL},
    {"delay, delays, delayed, deferred, put off, later, retry", {EVENT_MAIL_STATE}, is_deferred, NULL},
    {"delivery, delivered, deliver, mailbox", {EVENT_MAIL_STATE}, is_delivered, NULL},
    {"timeout, retransmission timeout, RTO", {EVENT_TIMER_FIRE}, is_timeout, NULL},
    {"refusal, refused, refuse, rejected, reject, error", {EVENT_SMTP_LINE, EVENT_POP3_LINE}, is_refusal, NULL},
    {"fault, faults, failure, trouble",
     {EVENT_HOST_STATE, EVENT_LINK_STATE, EVENT_LINK_VALUE, EVENT_HOST_TROUBLE, EVENT_DNS_FAULT, EVENT_FILE_ROT},
     is_fault,
     NULL},
    {"handshake, SYN", {EVENT_PACKET_SEND}, is_syn, is_syn},
    {"data, segment, segments, byte, bytes", {EVENT_PACKET_SEND}, is_data, is_data},
    {"acknowledgement, acknowledgements, acknowledgment, acknowledge, ACK", {EVENT_PACKET_SEND}, is_ack, is_ack},
    {"question, questions, query, look-up, lookup, DNS", {EVENT_DNS_QUERY}, NULL, NULL},
    {"answer, answers", {EVENT_DNS_ANSWER}, NULL, NULL},
    {"connection, connections, connect", {EVENT_CONN_OPEN}, NULL, NULL},
    {"attempt, attempts, try, tries", {EVENT_ATTEMPT_BEGIN}, NULL, NULL},
    {"mail, mails, message, messages, e-mail, written, compose", {EVENT_MAIL_COMPOSE}, NULL, has_mail},
    {"content, body", {EVENT_SMTP_CONTENT, EVENT_POP3_CONTENT}, NULL, NULL},
    {"line, lines, dialogue, command, reply", {EVENT_SMTP_LINE, EVENT_POP3_LINE}, NULL, NULL},
    {"pick-up, picked up, fetched, pickup, POP3", {EVENT_MAIL_STATE}, is_picked_up, NULL},
    {"caption, captions, explanation", {EVENT_CAPTION}, NULL, NULL},
    {"down, crash, crashed, cut, outage", {EVENT_HOST_STATE, EVENT_LINK_STATE}, goes_down, NULL},
    {"up again, up, restart, restarted", {EVENT_HOST_STATE, EVENT_LINK_STATE}, comes_up, NULL},
    {"TLS, STARTTLS, encryption, encrypted", {EVENT_TLS_START, EVENT_TLS_DONE, EVENT_TLS_FAILED}, NULL, NULL},
    {"rule, rules", {EVENT_SMTP_RULE}, NULL, NULL},
    {"report, reports, DSN", {EVENT_MAIL_REPORT}, NULL, NULL},
    {"packet, packets", {EVENT_PACKET_SEND}, NULL, has_packet},
    {"close, closes, FIN", {EVENT_PACKET_SEND}, is_fin, is_fin},
    {"reset, RST", {EVENT_PACKET_SEND}, is_rst, is_rst},
    {"timer, timers", {EVENT_TIMER_FIRE}, NULL, NULL},
    {"not taken, turned away", {EVENT_PACKET_DROP}, NULL, NULL},
    {"duplicate ACK, duplicate ACKs, duplicate acknowledgement, duplicate acknowledgements, dupack, dup ack, "
     "duplicate, "
     "duplicates, duplicated",
     {EVENT_LINK_DELIVER},
     is_duplicate_ack,
     NULL},
    {"duplicate packet, duplicate packets, duplicate, duplicates, duplicated", {EVENT_LINK_DUPLICATE}, NULL, NULL},
    {"duplicate mail, duplicate mails, duplicate message, second copy, duplicate, duplicates, duplicated, twice",
     {EVENT_MAIL_STATE},
     is_second_delivery,
     NULL},
    {"corruption, corrupt, corrupted, damage, damaged", {EVENT_LINK_CORRUPT, EVENT_PACKET_CORRUPT}, NULL, NULL},
    {"fragment, fragments, fragmentation", {EVENT_PACKET_FRAGMENT, EVENT_PACKET_WHOLE}, NULL, NULL},
    {"ICMP", {EVENT_PACKET_SEND}, is_icmp, is_icmp},
};

enum { ROWS = sizeof table / sizeof *table };
_Static_assert(ROWS <= 64, "a row is a bit of 64");

size_t wanted_word_rows(void)
{
    return ROWS;
}

const char *wanted_row_words(size_t row, bool translated)
{
    return translated ? tr(table[row].words) : table[row].words;
}

bool wanted_row_may_mean(size_t row, enum event_kind kind)
{
    for (size_t i = 0; i < sizeof table[row].kinds / sizeof *table[row].kinds; i++)
        if (kind != EVENT_NONE && table[row].kinds[i] == kind) return true;
    return false;
}

bool wanted_row_means(size_t row, const struct story *story, size_t event)
{
    if (!wanted_row_may_mean(row, story_event_kind(story, event))) return false;
    return !table[row].is || table[row].is(story, event);
}

bool wanted_row_says_of(size_t row, const struct story *story, size_t event)
{
    return wanted_row_means(row, story, event) || (table[row].about && table[row].about(story, event));
}

bool wanted_next_word(const char **words, char *word, size_t size)
{
    size_t n = strcspn(*words, ",");
    if (!**words) return false;
    snprintf(word, size, "%.*s", (int)n, *words);
    *words += n + strspn(*words + n, ", ");
    return true;
}

/* ---- Letters ---- */

bool wanted_word_begins(const char *word, const char *beginning)
{
    return strncmp(word, beginning, strlen(beginning)) == 0;
}

/* ASCII, and U+00C0 to U+00DE but for the sign of multiplication. */
const char *wanted_small_letters(const char *text, char *buffer, size_t size)
{
    unsigned char former = 0;
    size_t n = 0;
    for (; *text && n + 1 < size; text++) {
        unsigned char c = (unsigned char)*text;
        bool is_latin = former == 0xc3 && c >= 0x80 && c <= 0x9e && c != 0x97;
        buffer[n++] = (char)((c >= 'A' && c <= 'Z') || is_latin ? c + 0x20 : c);
        former = c;
    }
    buffer[n] = 0;
    return buffer;
}
