#include "viz/story/quiz.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/journal/memory.h"
#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"
#include "viz/story/tables.h"

struct quiz {
    TABLE_OF(struct quiz_question) questions;
};

/* ---- Making a question ---- */

static struct quiz_question *ask(struct quiz *quiz, size_t ask_event, size_t answer_event, const char *cite)
{
    struct quiz_question *q = TABLE_ADD(&quiz->questions);
    q->ask_event = ask_event;
    q->answer_event = answer_event;
    q->cite = cite;
    return q;
}

static void __attribute__((format(printf, 2, 3))) say(char *text, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, QUIZ_TEXT_BYTES, format, arguments);
    va_end(arguments);
}

static void __attribute__((format(printf, 2, 3))) offer(struct quiz_question *q, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(q->choices[q->n_choices++], QUIZ_TEXT_BYTES, format, arguments);
    va_end(arguments);
}

/* The right one does not always stand at the same place: the event's number says where. */
static void shuffle(struct quiz_question *q, uint64_t id)
{
    char kept[QUIZ_TEXT_BYTES];
    size_t to = (size_t)((id * UINT64_C(0x9e3779b97f4a7c15)) >> 32) % q->n_choices;
    memcpy(kept, q->choices[q->right], sizeof kept);
    memcpy(q->choices[q->right], q->choices[to], sizeof kept);
    memcpy(q->choices[to], kept, sizeof kept);
    q->right = to;
}

static void end(const struct story *story, struct quiz_question *q, const char *explanation)
{
    snprintf(q->explanation, sizeof q->explanation, "%s", explanation);
    shuffle(q, story_event(story, q->answer_event)->id);
}

static const char *host_name(const struct story *story, size_t host)
{
    return host == STORY_NONE ? "?" : story_host(story, host).name;
}

static const char *host_of(const struct story *story, const struct event *e, enum field_id field)
{
    return host_name(story, story_host_by_id(story, (uint32_t)event_int(e, field)));
}

/* ---- The handshake and the greeting ---- */

static void ask_syn_ack(struct quiz *quiz, const struct story *story, size_t event)
{
    size_t before = story_step(story, event, STORY_STEP_PACKET, -1);
    if (before == STORY_NONE) return;
    const struct event *e = story_event(story, event);
    struct quiz_question *q = ask(quiz, before, event, classic_cite(CLASSIC_SYN_ACK));
    say(q->prompt, tr("%s has got a SYN from %s. What does it send back?"), host_of(story, e, FIELD_HOST),
        host_of(story, e, FIELD_PEER));
    offer(q, "%s", tr("SYN,ACK: agreed, and the same question the other way round"));
    offer(q, "%s", tr("ACK: received"));
    offer(q, "%s", tr("220: its greeting"));
    offer(q, "%s", tr("RST: there is nobody here"));
    end(story, q, classic_text(CLASSIC_SYN_ACK));
}

static void ask_greeting(struct quiz *quiz, const struct story *story, size_t event)
{
    size_t before = story_step(story, event, STORY_STEP_PACKET, -1);
    const struct event *e = story_event(story, event);
    size_t conn = story_conn_by_id(story, (uint32_t)event_int(e, FIELD_CONN));
    if (before == STORY_NONE || conn == STORY_NONE) return;
    const char *server = host_of(story, e, FIELD_HOST), *client = host_name(story, story_conn(story, conn).peer);
    struct quiz_question *q = ask(quiz, before, event, classic_cite(CLASSIC_GREETING));
    say(q->prompt, tr("%s has a connection to %s. Who speaks first?"), client, server);
    offer(q, tr("%s, the server, with 220"), server);
    offer(q, tr("%s, the client, with EHLO"), client);
    offer(q, tr("%s, the client, with MAIL FROM"), client);
    offer(q, "%s", tr("both at once"));
    end(story, q, classic_text(CLASSIC_GREETING));
}

/* ---- Names ---- */

/* Hosts that the answer does not name, as wrong choices. */
static void offer_others(struct quiz_question *q, const struct story *story, const char *named)
{
    static const enum story_role roles[] = {STORY_MAIL_SERVER, STORY_CLIENT, STORY_NAME_SERVER, STORY_ROUTER};
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
        for (size_t host = story_host_count(story); host-- > 0;) {
            struct story_host h = story_host(story, host);
            if (h.role != roles[i] || strstr(named, h.name) || q->n_choices == QUIZ_CHOICES) continue;
            offer(q, "%s", h.name);
            break;
        }
}

static void ask_mx(struct quiz *quiz, const struct story *story, size_t event)
{
    char first[QUIZ_TEXT_BYTES] = "";
    size_t before = story_step(story, event, STORY_STEP_LINE, -1);
    const struct event *e = story_event(story, event);
    const char *text = event_text(e, FIELD_TEXT);
    if (before == STORY_NONE || sscanf(text, "%*d %239[^ ,]", first) != 1 || !first[1]) return;
    if (first[strlen(first) - 1] == '.') first[strlen(first) - 1] = 0;
    struct quiz_question *q = ask(quiz, before, event, classic_cite(CLASSIC_MX));
    say(q->prompt, tr("%s asks for the MX records of %s. Which host do they name?"), host_of(story, e, FIELD_HOST),
        event_text(e, FIELD_QNAME));
    offer(q, "%s", first);
    offer_others(q, story, text);
    if (q->n_choices < 2)
        quiz->questions.count--;
    else
        end(story, q, classic_text(CLASSIC_MX));
}

/* ---- Replies ---- */

struct reply_choice {
    const char *code, *meaning; /* meaning: in English; passed through tr() */
};

struct reply_question {
    const char *verb;                          /* "": the content */
    struct reply_choice choices[QUIZ_CHOICES]; /* of four different first digits */
    enum classic yes;                          /* explains a reply that begins with 2 or 3 */
};

static const struct reply_question replies[] = {
    {"RCPT TO:",
     {{"250", "yes, this recipient is here"},
      {"354", "go ahead with the mail"},
      {"451", "not now, try again later"},
      {"550", "no, never for this recipient"}},
     CLASSIC_RCPT},
    {"DATA",
     {{"250", "yes, I have the mail"},
      {"354", "go ahead with the mail"},
      {"451", "not now, try again later"},
      {"554", "no, never"}},
     CLASSIC_GO_AHEAD},
    {"",
     {{"250", "yes, I have the mail and answer for it"},
      {"354", "go on"},
      {"452", "not now, try again later"},
      {"554", "no, never"}},
     CLASSIC_ACCEPTED},
};

enum { REPLIES = sizeof replies / sizeof *replies };

/* What a client has said and was not yet answered, the oldest first: replies come in that order (RFC 2920). */
enum { MOST_UNANSWERED = 64 };
struct turn {
    const struct story_line *said[MOST_UNANSWERED];
    size_t n;
};

static void say_in_turn(struct turn *turn, const struct story_line *line)
{
    if (turn->n < MOST_UNANSWERED) turn->said[turn->n++] = line;
}

/* A reply of several lines ends with the one that has no hyphen. NULL: it answers nothing, as a greeting does. */
static const struct story_line *answered_by(struct turn *turn, const struct story_line *reply)
{
    if (turn->n == 0 || strlen(reply->text) < 3 || reply->text[3] == '-') return NULL;
    const struct story_line *said = turn->said[0];
    memmove(turn->said, turn->said + 1, --turn->n * sizeof *turn->said);
    return said;
}

static const struct reply_question *question_for(const struct story_line *said)
{
    for (size_t i = 0; i < REPLIES; i++) {
        size_t n = strlen(replies[i].verb);
        if (said->is_content ? n == 0 : n > 0 && !strncmp(said->text, replies[i].verb, n)) return &replies[i];
    }
    return NULL;
}

static enum classic reason_of(const struct reply_question *r, char digit)
{
    return digit == '4' ? CLASSIC_PUT_OFF : digit == '5' ? CLASSIC_REFUSED : r->yes;
}

static void ask_reply(struct quiz *quiz, const struct story *story, const struct story_line *said,
                      const struct story_line *reply)
{
    const struct reply_question *r = question_for(said);
    size_t before = story_step(story, reply->event, STORY_STEP_PACKET, -1);
    if (!r || before == STORY_NONE || before < said->event) return;
    enum classic reason = reason_of(r, *reply->text);
    struct quiz_question *q = ask(quiz, before, reply->event, classic_cite(reason));
    const char *client = host_name(story, said->host), *server = host_name(story, reply->host);
    if (*r->verb)
        say(q->prompt, tr("%s says: %.80s. What will %s answer?"), client, said->text, server);
    else
        say(q->prompt, tr("%s has sent the whole mail. What will %s answer?"), client, server);
    for (size_t i = 0; i < QUIZ_CHOICES; i++) {
        bool right = *r->choices[i].code == *reply->text;
        if (right) q->right = i;
        offer(q, "%.3s: %s", right ? reply->text : r->choices[i].code, tr(r->choices[i].meaning));
    }
    char explanation[2 * QUIZ_TEXT_BYTES];
    snprintf(explanation, sizeof explanation, tr("The answer is: %.100s. %s"), reply->text, classic_text(reason));
    end(story, q, explanation);
}

/* ---- Loss ---- */

enum repair { BY_TIMER, BY_ACKS, NOT_NEEDED, REPAIRS, UNKNOWN = REPAIRS };

static enum repair repair_of(const struct story *story, const struct story_packet *packet)
{
    if (packet->repeated_by == STORY_NONE) return packet->class == STORY_ACK ? NOT_NEEDED : UNKNOWN;
    if (packet->class >= STORY_DNS) return UNKNOWN;
    const char *why = story_packet(story, packet->repeated_by)->why;
    return !strcmp(why, "retransmission timeout") || !strcmp(why, "tail loss probe") ? BY_TIMER : BY_ACKS;
}

static void ask_loss(struct quiz *quiz, const struct story *story, size_t event, bool asked[REPAIRS])
{
    char label[120];
    size_t index = story_event_packet(story, event);
    if (index == STORY_NONE) return;
    const struct story_packet *packet = story_packet(story, index);
    enum repair repair = repair_of(story, packet);
    if (repair == UNKNOWN || asked[repair]) return;
    asked[repair] = true;
    size_t answer = packet->repeated_by == STORY_NONE ? event : story_packet(story, packet->repeated_by)->send_event;
    static const enum classic reasons[] = {CLASSIC_BY_TIMER, CLASSIC_BY_DUPLICATES, CLASSIC_LOSS};
    struct quiz_question *q = ask(quiz, event, answer, classic_cite(reasons[repair]));
    story_packet_label(story, index, label, sizeof label);
    say(q->prompt, tr("A packet of %s is lost: %s. What does the sender do?"), host_name(story, packet->from), label);
    offer(q, "%s", tr("It waits for its timer, and then sends the same again"));
    offer(q, "%s", tr("It sends the same again as soon as acknowledgements tell of the gap"));
    offer(q, "%s", tr("Nothing: a later packet says the same, or more"));
    offer(q, "%s", tr("It is told of the loss by the router, and sends the same again at once"));
    q->right = repair;
    end(story, q,
        repair == NOT_NEEDED ? tr("An acknowledgement says how much has arrived in all; the next one says it too.")
                             : classic_text(reasons[repair]));
}

/* ---- What becomes of a mail ---- */

/* In whole seconds, minutes, hours or days. */
static const char *about(int64_t wait_ns, char buffer[VTIME_TEXT_BYTES])
{
    static const int64_t units[] = {24 * HOUR, HOUR, MINUTE, SECOND};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (wait_ns >= 2 * units[i] || (wait_ns >= units[i] && wait_ns % units[i] < units[i] / 4) || units[i] == SECOND)
            return vtime_format_duration((wait_ns + units[i] / 2) / units[i] * units[i], buffer);
    return "";
}

/* One wait that is much shorter, and one that is much longer. */
static void offer_other_waits(struct quiz_question *q, int64_t wait_ns)
{
    static const int64_t waits[] = {SECOND, MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 12 * HOUR, 3 * 24 * HOUR};
    char buffer[VTIME_TEXT_BYTES];
    size_t n = sizeof waits / sizeof *waits, i = n;
    while (i > 0 && waits[i - 1] * 3 > wait_ns)
        i--;
    if (i > 0) offer(q, tr("after about %s"), vtime_format_duration(waits[i - 1], buffer));
    for (i = 0; i < n && waits[i] < wait_ns * 3;)
        i++;
    if (i < n) offer(q, tr("after about %s"), vtime_format_duration(waits[i], buffer));
}

static void ask_next_attempt(struct quiz *quiz, const struct story *story, size_t event, const struct event *e)
{
    char buffer[VTIME_TEXT_BYTES];
    size_t before = story_step(story, event, STORY_STEP_LINE, -1);
    int64_t wait_ns = event_int(e, FIELD_AT) - e->at_ns;
    if (before == STORY_NONE || wait_ns <= 0) return;
    struct quiz_question *q = ask(quiz, before, event, "RFC 5321 4.5.4.1");
    say(q->prompt, tr("%s could not hand the mail on. When does it try again?"), host_of(story, e, FIELD_HOST));
    offer(q, tr("after about %s"), about(wait_ns, buffer));
    offer_other_waits(q, wait_ns);
    offer(q, "%s", tr("never: the mail goes back to its sender"));
    end(story, q,
        tr("How long a server waits is for it to say; the longer a mail has waited, the longer the waits mostly "
           "become."));
}

static void ask_bounce(struct quiz *quiz, const struct story *story, size_t event, const struct event *e)
{
    size_t before = story_step(story, event, STORY_STEP_LINE, -1);
    if (before == STORY_NONE) return;
    struct quiz_question *q = ask(quiz, before, event, classic_cite(CLASSIC_BOUNCE));
    say(q->prompt, tr("%s has heard: %.120s. What becomes of the mail?"), host_of(story, e, FIELD_HOST),
        event_text(e, FIELD_WHY));
    offer(q, "%s", tr("a report goes back to its sender"));
    offer(q, "%s", tr("it is tried again later"));
    offer(q, "%s", tr("it is thrown away, and nobody hears of it"));
    offer(q, "%s", tr("it stays in the queue for ever"));
    end(story, q, classic_text(CLASSIC_BOUNCE));
}

/* Asked when the mail lies in the mailbox. */
static void ask_pick_up(struct quiz *quiz, const struct story *story, size_t event, const struct event *picked_up)
{
    struct event copy = *picked_up, *e = &copy; /* the story lends but a few at a time */
    size_t before = event;
    while (before > 0) {
        if (story_event_kind(story, --before) != EVENT_MAIL_STATE) continue;
        const struct event *earlier = story_event(story, before);
        if (event_int(earlier, FIELD_MESSAGE) == event_int(e, FIELD_MESSAGE) &&
            !strcmp(event_text(earlier, FIELD_TO), "delivered"))
            break;
    }
    const struct event *delivered = story_event(story, before);
    if (delivered->kind != EVENT_MAIL_STATE) return;
    const char *server = host_of(story, delivered, FIELD_HOST), *client = host_of(story, e, FIELD_HOST);
    struct quiz_question *q = ask(quiz, before, event, classic_cite(CLASSIC_PICK_UP));
    say(q->prompt, tr("The mail lies in a mailbox on %s. How does it come to %s?"), server, client);
    offer(q, tr("%s asks for it, by POP3"), client);
    offer(q, tr("%s sends it there, by SMTP"), server);
    offer(q, tr("%s tells that it is there, by DNS"), server);
    end(story, q, classic_text(CLASSIC_PICK_UP));
}

/* ---- All of them ---- */

struct asked {
    bool kinds[CLASSICS], repairs[REPAIRS], put_off;
    bool replies[REPLIES][10]; /* by first digit */
};

static void look_at_moment(struct quiz *quiz, const struct story *story, const struct classic_moment *moment,
                           struct asked *asked)
{
    const struct event *e = story_event(story, moment->event);
    if (moment->kind == CLASSIC_LOSS) ask_loss(quiz, story, moment->event, asked->repairs);
    if (asked->kinds[moment->kind]) return;
    asked->kinds[moment->kind] = true;
    if (moment->kind == CLASSIC_SYN_ACK) ask_syn_ack(quiz, story, moment->event);
    if (moment->kind == CLASSIC_GREETING) ask_greeting(quiz, story, moment->event);
    if (moment->kind == CLASSIC_MX) ask_mx(quiz, story, moment->event);
    if (moment->kind == CLASSIC_BOUNCE) ask_bounce(quiz, story, moment->event, e);
    if (moment->kind == CLASSIC_PICK_UP) ask_pick_up(quiz, story, moment->event, e);
}

static void look_at_lines(struct quiz *quiz, const struct story *story, struct asked *asked)
{
    struct turn *turns = mem_calloc(story_conn_count(story) + 1, sizeof *turns);
    for (size_t i = 0; i < story_line_count(story); i++) {
        const struct story_line *line = story_line(story, i);
        if (line->speech != STORY_SMTP || line->is_secret || line->conn == STORY_NONE) continue;
        size_t other = story_conn(story, line->conn).other_end;
        struct turn *turn = &turns[other < line->conn ? other : line->conn];
        if (line->by_client) say_in_turn(turn, line);
        const struct story_line *said = line->by_client ? NULL : answered_by(turn, line);
        const struct reply_question *r = said ? question_for(said) : NULL;
        bool *was_asked =
            r && *line->text >= '2' && *line->text <= '5' ? &asked->replies[r - replies][*line->text - '0'] : NULL;
        if (!was_asked || *was_asked) continue;
        *was_asked = true;
        ask_reply(quiz, story, said, line);
    }
    mem_free(turns);
}

static void look_at_put_off(struct quiz *quiz, const struct story *story, struct asked *asked)
{
    const struct story_mark *marks;
    size_t n = story_marks(story, &marks);
    for (size_t i = 0; i < n && !asked->put_off; i++) {
        if (marks[i].kind != STORY_MARK_DEFERRED) continue;
        asked->put_off = true;
        ask_next_attempt(quiz, story, marks[i].event, story_event(story, marks[i].event));
    }
}

static int by_time(const void *a, const void *b)
{
    const struct quiz_question *x = a, *y = b;
    if (x->ask_event != y->ask_event) return x->ask_event < y->ask_event ? -1 : 1;
    return (x->answer_event > y->answer_event) - (x->answer_event < y->answer_event);
}

struct quiz *quiz_new(const struct story *story, const struct classics *classics)
{
    struct quiz *quiz = mem_calloc(1, sizeof *quiz);
    struct asked asked = {0};
    for (size_t i = 0; i < classics_count(classics); i++)
        look_at_moment(quiz, story, classics_at(classics, i), &asked);
    look_at_lines(quiz, story, &asked);
    look_at_put_off(quiz, story, &asked);
    if (quiz->questions.count)
        qsort(quiz->questions.items, quiz->questions.count, sizeof *quiz->questions.items, by_time);
    return quiz;
}

void quiz_free(struct quiz *quiz)
{
    if (!quiz) return;
    mem_free(quiz->questions.items);
    mem_free(quiz);
}

size_t quiz_count(const struct quiz *quiz)
{
    return quiz->questions.count;
}

const struct quiz_question *quiz_question(const struct quiz *quiz, size_t i)
{
    return &quiz->questions.items[i];
}

size_t quiz_from(const struct quiz *quiz, size_t event)
{
    size_t i = 0;
    while (i < quiz->questions.count && quiz->questions.items[i].ask_event < event)
        i++;
    return i;
}
