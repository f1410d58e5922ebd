#include "viz/draw/packet_words.h"

#include <stdio.h>
#include <string.h>

#include "sim/journal/tr.h"

enum { LINES_LOOKED_AT = 96 };

/* First line said later than at_ns. */
static size_t lines_until(const struct story *s, int64_t at_ns)
{
    size_t low = 0, high = story_line_count(s);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (story_line(s, middle)->at_ns <= at_ns)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

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
    size_t end = lines_until(s, packet->sent_ns), found = STORY_NONE;
    for (size_t i = end; i-- > 0 && end - i <= LINES_LOOKED_AT;) {
        if (!carries(packet, story_event(s, story_line(s, i)->event))) continue;
        bool tells_more = found == STORY_NONE || !story_line(s, found)->is_refusal || story_line(s, i)->is_refusal;
        if (tells_more) found = i;
    }
    return found;
}

/* A character is cut off whole. */
static void cut(char *buffer, size_t length)
{
    if (strlen(buffer) <= length) return;
    while (length > 0 && ((unsigned char)buffer[length] & 0xc0) == 0x80)
        length--;
    memcpy(buffer + length, "…", sizeof "…");
}

const char *packet_words(const struct story *s, size_t index, char *buffer, size_t size)
{
    size_t line = packet_line(s, index);
    if (line == STORY_NONE) return story_packet_label(s, index, buffer, size);
    const struct story_line *l = story_line(s, line);
    if (l->is_content) {
        const char *name = l->mail == STORY_NONE ? "" : story_mail(s, l->mail)->name;
        snprintf(buffer, size, tr("mail %s, %u bytes"), name, story_packet(s, index)->length);
    } else {
        snprintf(buffer, size, "%s", l->text);
    }
    if (size > 40) cut(buffer, 34);
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
        snprintf(buffer, size, tr("not taken: %s"), why);
    else if (strcmp(why, "loss") == 0)
        snprintf(buffer, size, "%s", tr("lost by chance"));
    else if (strcmp(why, "exact") == 0)
        snprintf(buffer, size, "%s", tr("dropped by the scenario"));
    else if (strcmp(why, "codel") == 0)
        snprintf(buffer, size, "%s", tr("dropped by CoDel"));
    else
        snprintf(buffer, size, tr("lost: %s"), why);
    return buffer;
}
