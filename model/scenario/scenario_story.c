/* "story": captions bound to events of the journal.

       "on": [which] kind [word ...]        "first tcp.state ESTABLISHED", "2nd smtp.line RCPT", "mail.state deferred"

   which: "first" (the default), "2nd", "3rd", ... counts the events of that kind with the words in one of their texts.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "model/scenario/loader.h"
#include "model/scenario/suggest.h"
#include "sim/journal/tr.h"

static const struct key_rule story_keys[] = {{"on", NULL},
                                             {"say", NULL},
                                             {"cite", NULL},
                                             {"pause", "leave it out: captions do not stop the clock"},
                                             {"ask", "leave it out: captions do not ask"}};
static const struct key_rule say_keys[] = {
    {"en", NULL}, {"de", "write \"en\" alone"}, {"fr", "write \"en\" alone"}, {"es", "write \"en\" alone"}};

/* "first" -> 1, "2nd" -> 2; 0: not such a word. */
static uint32_t ordinal(const char *word, size_t length)
{
    static const char *const names[] = {"first", "second", "third", "fourth", "fifth"};
    for (uint32_t i = 0; i < 5; i++)
        if (strlen(names[i]) == length && strncmp(names[i], word, length) == 0) return i + 1;
    char *end;
    if (!isdigit((unsigned char)word[0]) || length > 8) return 0;
    unsigned long number = strtoul(word, &end, 10);
    const char *ending = number % 100 / 10 == 1 ? "th"
                         : number % 10 == 1     ? "st"
                         : number % 10 == 2     ? "nd"
                         : number % 10 == 3     ? "rd"
                                                : "th";
    bool good = length - (size_t)(end - word) == 2 && strncmp(end, ending, 2) == 0;
    return good ? (uint32_t)number : 0;
}

static void refuse_kind(const struct spot *spot, const char *kind)
{
    struct suggest near = suggest_for(kind);
    const char *hint = tr("write it like \"first tcp.state ESTABLISHED\"");
    if (strcmp(kind, "last") == 0 || strcmp(kind, "every") == 0) {
        spot_refuse(spot, tr("events are counted from the first: \"first\", \"2nd\", \"3rd\""),
                    tr("\"%s\" cannot be told while the world runs"), kind);
        return;
    }
    for (int k = EVENT_NONE + 1; k < EVENT_KINDS; k++)
        suggest_offer(&near, event_kind_name((enum event_kind)k));
    if (near.best) hint = checks_hint(spot->checks, tr("did you mean \"%s\"?"), near.best);
    spot_refuse(spot, hint, tr("\"%s\" is not a kind of event"), kind);
}

static bool is_packet_tag(const char *word)
{
    for (size_t i = 0; i < PACKET_TAGS; i++)
        if (strcmp(packet_tags[i].word, word) == 0) return true;
    return false;
}

bool loader_event(struct loader *l, const struct spot *spot, const char *text, enum event_kind *kind,
                  const char **words)
{
    size_t length = strcspn(text, " ");
    const char *name = checks_hint(l->checks, "%.*s", (int)length, text);
    *kind = event_kind_by_name(name);
    if (*kind == EVENT_NONE && is_packet_tag(name)) {
        *kind = EVENT_PACKET_SEND;
        length = 0;
    }
    if (*kind == EVENT_NONE) refuse_kind(spot, name);
    text += length + (text[length] == ' ');
    *words = *text ? scenario_text(l->scenario->memory, text) : NULL;
    return *kind != EVENT_NONE;
}

static void load_on(struct loader *l, const struct spot *spot, struct scenario_caption *c)
{
    const char *p = c->on;
    size_t length = strcspn(p, " ");
    uint32_t nth = ordinal(p, length);
    c->nth = nth ? nth : 1;
    if (nth) p += length + (p[length] == ' ');
    if (loader_event(l, spot, p, &c->kind, &c->words) && c->kind == EVENT_CAPTION)
        spot_refuse(spot, tr("choose another event"), tr("a caption cannot wait for a caption"));
}

static const char *load_say(struct loader *l, const struct spot *caption)
{
    struct spot say = spot_key(caption, "say");
    const char *text = "";
    if (!check_present(caption, "say", "\"say\": \"TCP opens with a handshake.\"")) return text;
    if (cJSON_IsObject(say.json)) {
        CHECK_KEYS(&say, say_keys);
        if (check_present(&say, "en", "\"en\": \"TCP opens with a handshake.\""))
            want_text(&say, "en", "TCP opens with a handshake.", &text);
    } else {
        want_text(caption, "say", "TCP opens with a handshake.", &text);
    }
    return scenario_text(l->scenario->memory, text);
}

static bool is_place(const char *name, size_t length, const char *place)
{
    return strlen(place) == length && strncmp(name, place, length) == 0;
}

/* Places in a text that the run fills; each only where the event can tell. */
static void check_place(const struct loader *l, const struct spot *say, const struct scenario_caption *c,
                        const char *name, size_t length)
{
    bool is_age = is_place(name, length, "age"), is_day = is_place(name, length, "time_of_day");
    bool is_attempt = is_place(name, length, "wait") || is_place(name, length, "next_attempt");
    if (!is_age && !is_attempt && !is_day)
        spot_refuse(say, tr("there are {wait}, {next_attempt}, {age} and {time_of_day}"),
                    tr("nothing fills the place {%.*s}"), (int)length, name);
    else if (is_day && !spot_key(&l->root, "starts").json)
        spot_refuse(say, tr("\"starts\": \"2025-03-03T09:00:00Z\""),
                    tr("{time_of_day} needs a scenario that says when it starts"));
    else if (is_attempt && (c->kind != EVENT_MAIL_STATE || !c->words || !strstr(c->words, "deferred")))
        spot_refuse(say, tr("let it wait for \"mail.state deferred\""),
                    tr("{%.*s} needs an event that tells of the next attempt"), (int)length, name);
    else if (is_age && !event_has(c->kind, FIELD_MESSAGE))
        spot_refuse(say, tr("let it wait for an event of a mail, such as \"mail.state delivered\""),
                    tr("{age} needs an event about a mail"));
}

static void check_places(const struct loader *l, const struct spot *caption, const struct scenario_caption *c)
{
    struct spot all = spot_key(caption, "say"), en = spot_key(&all, "en");
    const struct spot *say = cJSON_IsObject(all.json) ? &en : &all;
    for (const char *at = strchr(c->say, '{'); at; at = strchr(at + 1, '{')) {
        size_t length = strspn(at + 1, "abcdefghijklmnopqrstuvwxyz_");
        if (length > 0 && at[1 + length] == '}') check_place(l, say, c, at + 1, length);
    }
}

static void load_caption(struct loader *l, const struct spot *caption, struct scenario_caption *c)
{
    struct spot on = spot_key(caption, "on");
    c->on = c->say = c->cite = "";
    if (!check_object(caption)) return;
    CHECK_KEYS(caption, story_keys);
    if (check_present(caption, "on", "\"on\": \"first tcp.state ESTABLISHED\"") &&
        want_text(caption, "on", "first tcp.state ESTABLISHED", &c->on))
        load_on(l, &on, c);
    c->say = load_say(l, caption);
    if (c->kind != EVENT_NONE) check_places(l, caption, c);
    want_text(caption, "cite", "RFC 9293 3.5", &c->cite);
    c->on = scenario_text(l->scenario->memory, c->on);
    c->cite = scenario_text(l->scenario->memory, c->cite);
}

void load_story(struct loader *l)
{
    struct scenario *s = l->scenario;
    struct spot list;
    if (!want_array(&l->root, "story", "[ { \"on\": \"first smtp.line MAIL\", \"say\": \"...\" } ]", &list)) return;
    s->captions = scenario_alloc(s->memory, (size_t)cJSON_GetArraySize(list.json), sizeof *s->captions);
    for (struct spot item = spot_first(&list); item.json; item = spot_next(&item))
        load_caption(l, &item, &s->captions[s->n_captions++]);
}
