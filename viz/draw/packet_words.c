#include "viz/draw/packet_words.h"
#include "viz/story/reason.h"

#include <stdio.h>
#include <string.h>

#include "sim/journal/tr.h"

enum { LINES_LOOKED_AT = 96 };

static bool carries(const struct story_packet *packet, const struct event *e)
{
    if (!event_has(e->kind, FIELD_STREAM)) return false;
    if ((uint64_t)event_int(e, FIELD_STREAM) != packet->stream) return false;
    uint64_t first = (uint64_t)event_int(e, FIELD_OFFSET), length = (uint64_t)event_int(e, FIELD_LENGTH);
    return first < packet->offset + packet->length && packet->offset < first + length;
}

size_t packet_line(const struct story *s, size_t index)
{
    const struct story_packet *packet = story_packet(s, index);
    if (packet->length == 0 || packet->stream == 0) return STORY_NONE;
    size_t end = story_lines_after(s, packet->sent_ns), found = STORY_NONE;
    for (size_t i = end; i-- > 0 && end - i <= LINES_LOOKED_AT;) {
        if (!carries(packet, story_event(s, story_line(s, i)->event))) continue;
        bool tells_more = found == STORY_NONE || !story_line(s, found)->is_refusal || story_line(s, i)->is_refusal;
        if (tells_more) found = i;
    }
    return found;
}

/* "Bad sequence of" says no more than "Bad sequence". */
static void drop_little_words(char *buffer, size_t least)
{
    enum { LITTLE = 3 };
    for (char *last = strrchr(buffer, ' '); last && (size_t)(last - buffer) >= least; last = strrchr(buffer, ' ')) {
        size_t letters = strspn(last + 1, "abcdefghijklmnopqrstuvwxyz");
        if (letters > LITTLE || last[1 + letters] != 0) return;
        *last = 0;
    }
}

/* Where the last phrase ends within so many bytes: before a bracket, or where a colon or a comma stands; 0: nowhere. */
static size_t phrase_end(const char *text, size_t most)
{
    size_t end = 0;
    for (size_t i = 1; i <= most && text[i]; i++) {
        if (text[i] == ' ' && text[i + 1] == '(') end = i;
        if (strchr(":,;", text[i]) && text[i + 1] == ' ') end = i;
    }
    return end;
}

/* To a whole phrase, "+OK maildrop has 0 messages", or else to whole words: "221 2.0.0 mx1.b.example" tells what is
   meant; but "RCPT" of an endless address does not, and there its end is cut off. */
static void shorten(char *buffer, size_t length)
{
    enum { TELLS = 8 };
    if (strlen(buffer) <= length) return;
    size_t word = length, phrase = phrase_end(buffer, length);
    while (word > 0 && buffer[word] != ' ')
        word--;
    if (phrase >= TELLS) {
        buffer[phrase] = 0;
        return;
    }
    if (word >= TELLS) {
        buffer[word] = 0;
        drop_little_words(buffer, TELLS);
        return;
    }
    while (((unsigned char)buffer[length] & 0xc0) == 0x80)
        length--; /* a character is cut off whole */
    memcpy(buffer + length, "…", sizeof "…");
}

/* Whether nothing of what was handed over with this event is in another packet. */
static bool is_whole(const struct story_packet *packet, const struct event *e)
{
    uint64_t first = (uint64_t)event_int(e, FIELD_OFFSET), length = (uint64_t)event_int(e, FIELD_LENGTH);
    return packet->offset <= first && first + length <= packet->offset + packet->length;
}

/* How many commands of a client are in it: with PIPELINING (RFC 2920) it may be several. */
static size_t commands_in(const struct story *s, size_t index, size_t *lines, size_t room)
{
    const struct story_packet *packet = story_packet(s, index);
    size_t end = story_lines_after(s, packet->sent_ns), n = 0;
    for (size_t i = end > LINES_LOOKED_AT ? end - LINES_LOOKED_AT : 0; i < end; i++) {
        const struct story_line *l = story_line(s, i);
        if (!l->by_client || l->is_content || l->speech == STORY_NAMES || !carries(packet, story_event(s, l->event)))
            continue;
        if (n < room) lines[n] = i;
        n++;
    }
    return n;
}

static int verb_of(const struct story *s, size_t line)
{
    return (int)strcspn(story_line(s, line)->text, " :");
}

/* "MAIL, RCPT, DATA"; of more, or with less room, "MAIL + 11 more". False where it is no more than one. */
static bool several_commands(const struct story *s, size_t index, bool brief, char *buffer, size_t size)
{
    enum { LISTED = 4 };
    size_t lines[LISTED], n = commands_in(s, index, lines, LISTED), used = 0;
    if (n < 2) return false;
    if (brief || n > LISTED) {
        snprintf(buffer, size, tr("%.*s + %zu more"), verb_of(s, lines[0]), story_line(s, lines[0])->text, n - 1);
        return true;
    }
    for (size_t i = 0; i < n && used < size; i++)
        used += (size_t)snprintf(buffer + used, size - used, "%s%.*s", i ? ", " : "", verb_of(s, lines[i]),
                                 story_line(s, lines[i])->text);
    return true;
}

/* As it was said, whole. */
static const char *line_words(const struct story *s, size_t index, size_t line, char *buffer, size_t size)
{
    const struct story_line *l = story_line(s, line);
    if (l->is_content) {
        const char *name = l->mail == STORY_NONE ? "" : story_mail(s, l->mail)->name;
        uint32_t n = story_packet(s, index)->length;
        if (is_whole(story_packet(s, index), story_event(s, l->event)))
            snprintf(buffer, size, tr_count("mail %s, %u byte", "mail %s, %u bytes", n), name, n);
        else
            snprintf(buffer, size, tr_count("part of mail %s, %u byte", "part of mail %s, %u bytes", n), name, n);
    } else {
        snprintf(buffer, size, "%s", l->text);
    }
    return buffer;
}

const char *packet_words(const struct story *s, size_t index, char *buffer, size_t size)
{
    size_t line = packet_line(s, index);
    if (line == STORY_NONE) return story_packet_label(s, index, buffer, size);
    if (several_commands(s, index, false, buffer, size)) return buffer;
    line_words(s, index, line, buffer, size);
    if (size > 40) shorten(buffer, 36);
    return buffer;
}

/* How much of a line says of what sort it is: "MAIL FROM", "EHLO", "250", "+OK". */
static size_t first_words(const char *text)
{
    size_t word = strcspn(text, " -:"), command = strcspn(text, ":<");
    bool has_two = !strncmp(text, "MAIL FROM:", 10) || !strncmp(text, "RCPT TO:", 8);
    if (text[0] == '-') return strcspn(text, " "); /* POP3's -ERR */
    return has_two ? command : word;
}

/* "MX?" of "dns.query MX b.example", "MX" of the answer. */
static void dns_words(const char *tag, char *buffer, size_t size)
{
    const char *type = strchr(tag, ' ');
    if (!type) return;
    type++;
    snprintf(buffer, size, "%.*s%s", (int)strcspn(type, " "), type, strncmp(tag, "dns.query", 9) == 0 ? "?" : "");
}

const char *packet_words_shorter(const struct story *s, size_t index, int by, char *buffer, size_t size)
{
    const struct story_packet *packet = story_packet(s, index);
    size_t line = packet_line(s, index);
    buffer[0] = 0;
    if (by < 2 && line != STORY_NONE && several_commands(s, index, by == 1, buffer, size)) return buffer;
    if (by == 0)
        return line == STORY_NONE ? packet_words(s, index, buffer, size) : line_words(s, index, line, buffer, size);
    bool has_words = line != STORY_NONE && !story_line(s, line)->is_content;
    bool is_data = packet->length > 0 && (packet->class == STORY_DATA || packet->class == STORY_RETRANSMIT);
    if (packet->class == STORY_DNS && by == 1) {
        dns_words(packet->tag, buffer, size);
    } else if (has_words && by == 1) {
        const char *text = story_line(s, line)->text;
        snprintf(buffer, size, "%.*s", (int)first_words(text), text);
    } else if (!has_words && is_data && by == 1) {
        snprintf(buffer, size, tr_count("%u byte", "%u bytes", packet->length), packet->length);
    } else if (!has_words && is_data && by == 2) {
        snprintf(buffer, size, "%s", story_class_name(STORY_DATA));
    }
    return buffer;
}

bool packet_is_not_taken(const struct story *s, size_t index)
{
    uint32_t end = story_packet(s, index)->end_event;
    return end != STORY_NONE && story_event(s, end)->kind == EVENT_PACKET_DROP;
}

const char *packet_death_words(const struct story *s, size_t index, char *buffer, size_t size)
{
    const char *why = story_packet(s, index)->lost_why;
    if (packet_is_not_taken(s, index))
        snprintf(buffer, size, tr("not taken: %s"), story_reason(why));
    else if (strcmp(why, "loss") == 0)
        snprintf(buffer, size, "%s", tr("lost by chance"));
    else if (strcmp(why, "exact") == 0)
        snprintf(buffer, size, "%s", tr("dropped by the scenario"));
    else if (strcmp(why, "codel") == 0)
        snprintf(buffer, size, "%s", tr("dropped by CoDel"));
    else
        snprintf(buffer, size, tr("lost: %s"), story_reason(why));
    return buffer;
}
