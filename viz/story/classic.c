#include "viz/story/classic.h"

#include <string.h>

#include "sim/journal/memory.h"
#include "sim/journal/tr.h"
#include "viz/story/tables.h"

struct classics {
    TABLE_OF(struct classic_moment) moments;
    bool seen[CLASSICS];
};

static const struct {
    const char *name, *text, *cite; /* text: in English; passed through tr() when it is asked for */
} words[CLASSICS] = {
    [CLASSIC_SYN] =
        {"syn", "SYN: a connection is asked for. The number in it is where the caller's bytes will be counted from.",
         "RFC 9293 3.5"},
    [CLASSIC_SYN_ACK] = {"syn-ack",
                         "SYN,ACK: the other side agrees, and says where its own bytes will be counted from.",
                         "RFC 9293 3.5"},
    [CLASSIC_ACK] = {"ack", "ACK: the handshake is complete. Now both know that both can hear each other.",
                     "RFC 9293 3.5"},
    [CLASSIC_MX] =
        {"mx", "The MX records name the servers that take mail for the domain. The smallest number is tried first.",
         "RFC 5321 5.1"},
    [CLASSIC_GREETING] = {"greeting", "220: in SMTP the server speaks first. The client must wait for this line.",
                          "RFC 5321 3.1"},
    [CLASSIC_MAIL] = {"mail", "MAIL FROM: the envelope begins. A bounce would go to this address.", "RFC 5321 4.1.1.2"},
    [CLASSIC_RCPT] = {"rcpt", "RCPT TO: one line for each recipient, and each one gets an answer of its own.",
                      "RFC 5321 4.1.1.3"},
    [CLASSIC_DATA] = {"data", "DATA: the envelope is complete. The client asks to send the mail itself.",
                      "RFC 5321 4.1.1.4"},
    [CLASSIC_GO_AHEAD] = {"go-ahead", "354: go ahead. A line with nothing but a dot will end the mail.",
                          "RFC 5321 4.1.1.4"},
    [CLASSIC_ACCEPTED] =
        {"accepted", "250: the server has taken the mail. From now on it must deliver it, or report that it could not.",
         "RFC 5321 6.1"},
    [CLASSIC_STARTTLS] = {"starttls",
                          "STARTTLS: until here anybody on the way could read along. Now both agree on secret keys.",
                          "RFC 3207 4"},
    [CLASSIC_LOSS] = {"loss", "A packet is lost, and nobody is told. The sender must find out by itself.",
                      "RFC 9293 3.8"},
    [CLASSIC_BY_TIMER] = {"by-timer",
                          "No acknowledgement came in time. The timer runs out, and the same bytes are sent once more.",
                          "RFC 6298 5"},
    [CLASSIC_BY_DUPLICATES] =
        {"by-duplicates", "Later packets arrived and told of the gap. It is filled at once, before any timer runs out.",
         "RFC 5681 3.2"},
    [CLASSIC_PUT_OFF] = {"put-off",
                         "A reply that begins with 4 means: not now. The mail stays in the queue and is tried again.",
                         "RFC 5321 4.2.1"},
    [CLASSIC_REFUSED] = {"refused", "A reply that begins with 5 means: never like this. To try again would not help.",
                         "RFC 5321 4.2.1"},
    [CLASSIC_BOUNCE] = {"bounce",
                        "The mail comes back: a report goes to its sender, with an empty sender of its own, so that it "
                        "can never bounce itself.",
                        "RFC 5321 4.5.5"},
    [CLASSIC_PICK_UP] = {"pick-up",
                         "The mail has been in the mailbox. Only now does the recipient's computer fetch it, by POP3.",
                         "RFC 1939 5"},
};

const char *classic_name(enum classic kind)
{
    return words[kind].name;
}

const char *classic_text(enum classic kind)
{
    return tr(words[kind].text);
}

const char *classic_cite(enum classic kind)
{
    return words[kind].cite;
}

/* ---- Finding them ---- */

/* The two ends of a connection count as one. What is known of each: */
struct dialogue {
    bool connected, greeted, sent; /* sent: its content is, and the reply to it is due */
};

struct finder {
    const struct story *story;
    struct classics *found;
    struct dialogue *dialogues; /* of each connection, by the smaller index of its two ends */
};

static struct dialogue *dialogue_of(const struct finder *f, size_t conn)
{
    if (conn == STORY_NONE) return NULL;
    size_t other = story_conn(f->story, conn).other_end;
    return &f->dialogues[other < conn ? other : conn];
}

static void find(struct finder *f, enum classic kind, size_t event)
{
    struct classic_moment *moment = TABLE_ADD(&f->found->moments);
    *moment = (struct classic_moment){kind, event, story_event_time(f->story, event), !f->found->seen[kind]};
    f->found->seen[kind] = true;
}

static void look_at_retransmission(struct finder *f, size_t event, const struct story_packet *packet)
{
    if (!strcmp(packet->why, "retransmission timeout"))
        find(f, CLASSIC_BY_TIMER, event);
    else if (!strcmp(packet->why, "third duplicate ack") || !strcmp(packet->why, "sack shows a loss"))
        find(f, CLASSIC_BY_DUPLICATES, event);
}

/* The third packet of a handshake is the first of its connection without SYN. */
static void look_at_packet(struct finder *f, size_t event)
{
    struct story_header header;
    size_t index = story_event_packet(f->story, event);
    if (index == STORY_NONE) return;
    const struct story_packet *packet = story_packet(f->story, index);
    struct dialogue *dialogue = dialogue_of(f, packet->conn);
    if (packet->repeats != STORY_NONE) look_at_retransmission(f, event, packet);
    bool is_awaited = packet->class == STORY_CONTROL || (dialogue && !dialogue->connected);
    if (packet->repeats != STORY_NONE || !is_awaited || !story_packet_header(f->story, index, &header)) return;
    if (!header.is_tcp) return;
    if (header.tcp.flags & TCP_SYN) {
        find(f, header.tcp.flags & TCP_ACK ? CLASSIC_SYN_ACK : CLASSIC_SYN, event);
    } else if (dialogue && !dialogue->connected && !(header.tcp.flags & TCP_RST)) {
        dialogue->connected = true;
        find(f, CLASSIC_ACK, event);
    }
}

static void look_at_reply(struct finder *f, size_t event, const char *text, struct dialogue *dialogue)
{
    if (strlen(text) < 3 || text[3] == '-') return;
    bool greeted = !dialogue || dialogue->greeted, sent = dialogue && dialogue->sent;
    if (dialogue) dialogue->greeted = true;
    if (dialogue) dialogue->sent = false;
    if (*text == '4') find(f, CLASSIC_PUT_OFF, event);
    if (*text == '5') find(f, CLASSIC_REFUSED, event);
    if (!greeted && !strncmp(text, "220", 3)) find(f, CLASSIC_GREETING, event);
    if (!strncmp(text, "354", 3)) find(f, CLASSIC_GO_AHEAD, event);
    if (sent && *text == '2') find(f, CLASSIC_ACCEPTED, event);
}

static void look_at_command(struct finder *f, size_t event, const char *text)
{
    static const struct {
        const char *verb;
        enum classic kind;
    } verbs[] = {{"MAIL FROM:", CLASSIC_MAIL},
                 {"RCPT TO:", CLASSIC_RCPT},
                 {"DATA", CLASSIC_DATA},
                 {"STARTTLS", CLASSIC_STARTTLS}};
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (!strncmp(text, verbs[i].verb, strlen(verbs[i].verb))) find(f, verbs[i].kind, event);
}

static void look_at_line(struct finder *f, const struct story_line *line)
{
    struct dialogue *dialogue = dialogue_of(f, line->conn);
    if (line->speech != STORY_SMTP || line->is_secret) return;
    if (line->is_content && dialogue)
        dialogue->sent = true;
    else if (line->by_client)
        look_at_command(f, line->event, line->text);
    else
        look_at_reply(f, line->event, line->text, dialogue);
}

static void look_at_mail(struct finder *f, size_t event, const struct event *e)
{
    if (!strcmp(event_text(e, FIELD_TO), "bounced")) find(f, CLASSIC_BOUNCE, event);
    if (!strcmp(event_text(e, FIELD_TO), "picked up")) find(f, CLASSIC_PICK_UP, event);
}

static void look_at_event(struct finder *f, size_t event)
{
    const struct event *e = story_event(f->story, event);
    switch ((int)e->kind) {
    case EVENT_PACKET_SEND:
        look_at_packet(f, event);
        break;
    case EVENT_LINK_DROP:
        find(f, CLASSIC_LOSS, event);
        break;
    case EVENT_DNS_ANSWER:
        if (!strcmp(event_text(e, FIELD_QTYPE), "MX") && *event_text(e, FIELD_TEXT) &&
            !strcmp(event_text(e, FIELD_RCODE), "NOERROR"))
            find(f, CLASSIC_MX, event);
        break;
    case EVENT_MAIL_STATE:
        look_at_mail(f, event, e);
        break;
    default:
        break;
    }
}

/* Where the scenario speaks itself, nothing is added. */
static void leave_to_scenario(const struct story *story, struct classics *found)
{
    size_t caption = 0, n = story_caption_count(story);
    for (size_t i = 0; i < found->moments.count; i++) {
        struct classic_moment *moment = &found->moments.items[i];
        while (caption < n && story_caption(story, caption)->at_ns < moment->at_ns)
            caption++;
        if (caption < n && story_caption(story, caption)->at_ns == moment->at_ns) moment->is_told = false;
    }
}

struct classics *classics_new(const struct story *story)
{
    return classics_new_until(story, NULL);
}

struct classics *classics_new_until(const struct story *story, const struct stop *stop)
{
    struct classics *found = mem_calloc(1, sizeof *found);
    struct finder f = {story, found, mem_calloc(story_conn_count(story) + 1, sizeof *f.dialogues)};
    size_t line = 0, n_lines = story_line_count(story);
    for (size_t event = 0; event < story_event_count(story); event++) {
        if (stop_at(stop, event)) break;
        look_at_event(&f, event);
        for (; line < n_lines && story_line(story, line)->event <= event; line++)
            look_at_line(&f, story_line(story, line));
    }
    leave_to_scenario(story, found);
    mem_free(f.dialogues);
    if (!stop_is_asked(stop)) return found;
    classics_free(found);
    return NULL;
}

void classics_free(struct classics *classics)
{
    if (!classics) return;
    mem_free(classics->moments.items);
    mem_free(classics);
}

size_t classics_count(const struct classics *classics)
{
    return classics->moments.count;
}

const struct classic_moment *classics_at(const struct classics *classics, size_t i)
{
    return &classics->moments.items[i];
}

const struct classic_moment *classics_latest_told(const struct classics *classics, size_t cursor)
{
    size_t low = 0, high = classics->moments.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (classics->moments.items[middle].event < cursor)
            low = middle + 1;
        else
            high = middle;
    }
    while (low > 0)
        if (classics->moments.items[--low].is_told) return &classics->moments.items[low];
    return NULL;
}
