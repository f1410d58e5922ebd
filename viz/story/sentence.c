/* One plain sentence for an event. To add an event: one function, and one row in the table at the end of its subject's
   file (sentence_world.c, sentence_packets.c, sentence_words.c, sentence_mail.c). */
#include <stdarg.h>
#include <stdio.h>

#include "sim/journal/tr.h"
#include "viz/story/reason.h"
#include "viz/story/sentence_internal.h"
#include "viz/story/stranger.h"

/* Cut at a character's end. */
void sentence_say(struct sentence *s, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int n = vsnprintf(s->buffer + s->used, s->size - s->used, format, arguments);
    va_end(arguments);
    if (n < 0) return;
    size_t room = s->size - s->used - 1;
    s->used += (size_t)n < room ? (size_t)n : room;
    if ((size_t)n <= room) return;
    while (s->used > 0 && ((unsigned char)s->buffer[s->used - 1] & 0xc0) == 0x80)
        s->used--;
    if (s->used > 0 && ((unsigned char)s->buffer[s->used - 1] & 0x80)) s->used--;
    s->buffer[s->used] = 0;
}

const char *sentence_host(const struct story *story, const struct event *e, enum field_id field)
{
    return story_name_of_host(story, cast_host(story, e, field));
}

const char *sentence_link_end(const struct story *story, const struct event *e, int end)
{
    size_t link = story_index(&story->link_ids, (uint64_t)event_int(e, FIELD_LINK));
    if (link == STORY_NONE) return "?";
    return story_name_of_host(story, story->links.items[link].ends[(event_int(e, FIELD_DIR) ? 1 : 0) ^ end]);
}

const char *sentence_mail(const struct story *story, const struct event *e)
{
    size_t mail = cast_mail(story, e, FIELD_MESSAGE);
    return mail == STORY_NONE || !*story->mails.items[mail].name ? "?" : story->mails.items[mail].name;
}

/* One that is no host of the world is known by its address alone. */
const char *sentence_peer(struct sentence *s, const struct story *story, const struct event *e)
{
    size_t conn = cast_conn(story, e);
    if (conn == STORY_NONE) return "?";
    size_t peer = story->conns.items[conn].peer;
    if (peer != STORY_NONE) return story->hosts.items[peer].name;
    return stranger_address(story_event(story, story->conns.items[conn].open_event), s->stranger);
}

void sentence_say_why(struct sentence *s, const struct event *e)
{
    const char *why = event_text(e, FIELD_WHY);
    if (*why) sentence_say(s, tr(": %s"), story_reason(why));
}

static sentence_teller teller_of(enum event_kind kind)
{
    static const sentence_teller *const subjects[] = {sentences_of_world, sentences_of_packets, sentences_of_words,
                                                      sentences_of_mail};
    for (size_t i = 0; i < sizeof subjects / sizeof *subjects; i++)
        if (subjects[i][kind]) return subjects[i][kind];
    return NULL;
}

const char *story_sentence(const struct story *story, size_t event, char *buffer, size_t size)
{
    const struct event *e = story_event(story, event);
    struct sentence s = {.buffer = buffer, .size = size};
    sentence_teller tell = (size_t)e->kind < EVENT_KINDS ? teller_of(e->kind) : NULL;
    buffer[0] = 0;
    if (tell)
        tell(&s, story, event, e);
    else
        sentence_say(&s, "%s", event_kind_name(e->kind));
    return buffer;
}
