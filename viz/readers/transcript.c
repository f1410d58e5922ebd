/* A run told as text. What an event says at which level is in the table at the end; to tell of a new kind, add a row.

   Columns: time, host (as wide as the longest name), words; wrapped at 100. A loss has an X before its words, a caption
   a bar. Packets are numbered as in the journal, and say what they are when they are sent; a table of the latest of
   them lets their later hops repeat it. */
#include "viz/readers/transcript.h"

#include <inttypes.h>
#include <string.h>

#include "model/wire/ip_wire.h"
#include "model/wire/tcp_wire.h"
#include "sim/journal/memory.h"
#include "sim/journal/tr.h"
#include "viz/readers/journal_names.h"
#include "viz/readers/text_buffer.h"
#include "viz/story/tables.h"

enum { COLUMNS = 100, HOST_MOST = 20, TIME_LEAST = 15, RECENT_PACKETS = 4096, LABEL_BYTES = 64, CONTENT_LEAST = 40 };

/* What is remembered of a packet while it is likely on its way. */
struct recent {
    int64_t packet, to;
    char label[LABEL_BYTES];
};

struct transcript {
    enum transcript_level level;
    FILE *out;
    struct journal_names *names;
    int host_width;
    struct text_buffer words; /* of the line being made */
    struct number_map peers;  /* conn or session to peer host */
    struct number_map iss;    /* addresses and ports of a direction to its initial sequence number */
    /* An attempt that may turn out to be over at once. */
    int64_t pending_attempt, pending_at_ns, pending_host;
    struct text_buffer pending;
    struct recent recent[RECENT_PACKETS];
};

typedef bool (*teller)(struct transcript *t, const struct event *e);

struct telling {
    enum transcript_level from;
    enum field_id host; /* of the host column; FIELD_NONE: the teller's own */
    teller tell;        /* adds words; false: nothing is to be said */
};

/* ---- Lines ---- */

/* How many columns n bytes of UTF-8 take: one each character. */
static int columns_of(const char *text, size_t n)
{
    int columns = 0;
    for (size_t i = 0; i < n; i++)
        columns += ((unsigned char)text[i] & 0xc0) != 0x80;
    return columns;
}

/* How many bytes of text go on a line of this width: up to the last blank that fits, or all that fits. */
static size_t bytes_that_fit(const char *text, int width)
{
    size_t n = 0, blank = 0;
    int columns = 0;
    for (; text[n] && text[n] != '\n'; n++) {
        if (((unsigned char)text[n] & 0xc0) != 0x80 && ++columns > width) return blank ? blank : n;
        if (text[n] == ' ' && n) blank = n;
    }
    return n;
}

static void print_wrapped(FILE *out, int indent, const char *hanging, const char *text)
{
    int width = COLUMNS - indent - columns_of(hanging, strlen(hanging));
    bool first = true;
    width = width < CONTENT_LEAST ? CONTENT_LEAST : width;
    do {
        size_t n = bytes_that_fit(text, width);
        if (!first) fprintf(out, "%*s%s", indent, "", hanging);
        fprintf(out, "%.*s\n", (int)n, text);
        text += n;
        text += strspn(text, " \n");
        first = false;
    } while (*text);
}

static const char *host_name(const struct transcript *t, int64_t host)
{
    const char *name = host ? journal_names_find(t->names, TYPE_HOST, host) : NULL;
    return name ? name : "?";
}

static void print_line(struct transcript *t, int64_t at_ns, int64_t host, const char *text)
{
    char time[VTIME_TEXT_BYTES];
    const char *name = host ? host_name(t, host) : "";
    int indent = fprintf(t->out, "%-*s  ", TIME_LEAST, vtime_format_instant(at_ns, time));
    int pad = t->host_width - columns_of(name, strlen(name));
    indent += t->host_width + 2;
    fprintf(t->out, "%s%*s  ", name, pad > 0 ? pad : 0, "");
    print_wrapped(t->out, indent, "", text);
}

static void print_note(struct transcript *t, const char *text)
{
    int indent = TIME_LEAST + 2;
    fprintf(t->out, "%*s| ", indent, "");
    print_wrapped(t->out, indent, "| ", text);
}

/* ---- What the tellers share ---- */

static void add_mail(struct transcript *t, const struct event *e)
{
    const char *name = journal_names_find(t->names, TYPE_MESSAGE, event_int(e, FIELD_MESSAGE));
    if (name)
        text_adds(&t->words, name);
    else
        text_addf(&t->words, tr("mail %" PRId64), event_int(e, FIELD_MESSAGE));
}

static void add_mail_for(struct transcript *t, const struct event *e)
{
    add_mail(t, e);
    text_addf(&t->words, tr(" for %s"), event_text(e, FIELD_RECIPIENT));
}

static void add_why(struct transcript *t, const struct event *e)
{
    const char *why = event_text(e, FIELD_WHY);
    if (*why) text_addf(&t->words, ": %s", why);
}

static const char *link_name(const struct transcript *t, const struct event *e)
{
    const char *name = journal_names_find(t->names, TYPE_LINK, event_int(e, FIELD_LINK));
    return name ? name : "?";
}

/* The host at one end of the event's direction of its link: 0 the sending one, 1 the other. */
static int64_t link_end(const struct transcript *t, const struct event *e, int end)
{
    int64_t ends[2];
    if (!journal_names_link_ends(t->names, event_int(e, FIELD_LINK), &ends[0], &ends[1])) return 0;
    return ends[(event_int(e, FIELD_DIR) == 1) ^ end];
}

enum { CONN_KEY, SESSION_KEY };

static void remember_peer(struct transcript *t, const struct event *e, int sort, enum field_id field)
{
    uint64_t key = (uint64_t)event_int(e, field) * 2 + (uint64_t)sort;
    number_map_put(&t->peers, key, (size_t)event_int(e, FIELD_PEER));
}

static int64_t peer_of(const struct transcript *t, const struct event *e, int sort, enum field_id field)
{
    size_t peer = number_map_get(&t->peers, (uint64_t)event_int(e, field) * 2 + (uint64_t)sort);
    return peer == SIZE_MAX ? 0 : (int64_t)peer;
}

/* ---- Mail ---- */

static bool tell_compose(struct transcript *t, const struct event *e)
{
    text_adds(&t->words, tr("writes "));
    add_mail(t, e);
    text_addf(&t->words, tr(" “%s” to %s"), event_text(e, FIELD_SUBJECT), event_text(e, FIELD_TO));
    if (!event_int(e, FIELD_PARENT)) return true;
    const char *parent = journal_names_find(t->names, TYPE_MESSAGE, event_int(e, FIELD_PARENT));
    text_addf(&t->words, tr(", because %s cannot be delivered"), parent ? parent : "?");
    return true;
}

static bool tell_queued(struct transcript *t, const struct event *e)
{
    const char *queue_id = event_text(e, FIELD_QUEUE_ID);
    text_adds(&t->words, tr("takes "));
    add_mail_for(t, e);
    text_adds(&t->words, tr(" into its queue"));
    if (*queue_id) text_addf(&t->words, tr(" as %s"), queue_id);
    return true;
}

static bool tell_deferred(struct transcript *t, const struct event *e)
{
    char at[VTIME_TEXT_BYTES], wait[VTIME_TEXT_BYTES];
    text_adds(&t->words, tr("keeps "));
    add_mail_for(t, e);
    text_addf(&t->words, tr(" and will try again in %s, at %s"),
              vtime_format_duration(event_int(e, FIELD_AT) - e->at_ns, wait),
              vtime_format_instant(event_int(e, FIELD_AT), at));
    return true;
}

/* A server tells of handing on when its attempt ends; here speak clients, and mailboxes that are emptied. */
static bool tell_handed_on(struct transcript *t, const struct event *e)
{
    const char *from = event_text(e, FIELD_FROM);
    if (strcmp(from, "delivered") == 0) {
        if (t->level < TRANSCRIPT_SMTP) return false;
        text_adds(&t->words, tr("takes "));
        add_mail_for(t, e);
        text_adds(&t->words, tr(" out of the mailbox"));
    } else if (strcmp(from, "active") == 0) {
        return false;
    } else {
        text_adds(&t->words, tr("has submitted "));
        add_mail_for(t, e);
    }
    add_why(t, e);
    return true;
}

static bool tell_mail_state(struct transcript *t, const struct event *e)
{
    const char *state = event_text(e, FIELD_TO);
    if (strcmp(state, "queued") == 0) return tell_queued(t, e);
    if (strcmp(state, "deferred") == 0) return tell_deferred(t, e);
    if (strcmp(state, "handed on") == 0) return tell_handed_on(t, e);
    if (strcmp(state, "delivered") == 0) {
        text_adds(&t->words, tr("puts "));
        add_mail(t, e);
        text_addf(&t->words, tr(" into the mailbox of %s"), event_text(e, FIELD_RECIPIENT));
        return true;
    }
    if (strcmp(state, "picked up") == 0) {
        text_adds(&t->words, tr("has picked up "));
        add_mail_for(t, e);
        return true;
    }
    if (strcmp(state, "bounced") != 0 && strcmp(state, "discarded") != 0) return false;
    text_adds(&t->words, strcmp(state, "bounced") == 0 ? tr("gives up ") : tr("discards "));
    add_mail_for(t, e);
    add_why(t, e);
    return true;
}

/* The line waits, since an attempt that is over at once (a delivery on the spot) is no news. */
static bool tell_attempt_begin(struct transcript *t, const struct event *e)
{
    text_addf(&t->words, tr("attempt %" PRId64 " to hand on "), event_int(e, FIELD_NTH));
    add_mail_for(t, e);
    text_adds(&t->pending, t->words.bytes);
    t->pending_attempt = event_int(e, FIELD_ATTEMPT);
    t->pending_at_ns = e->at_ns;
    t->pending_host = event_int(e, FIELD_HOST);
    return false;
}

static bool tell_attempt_end(struct transcript *t, const struct event *e)
{
    int64_t peer = event_int(e, FIELD_PEER);
    const char *outcome = event_text(e, FIELD_OUTCOME);
    bool handed_on = strcmp(outcome, "delivered") == 0;
    if (handed_on && (!peer || peer == event_int(e, FIELD_HOST))) return false;
    if (handed_on)
        text_adds(&t->words, tr("has handed on "));
    else
        text_adds(&t->words, strcmp(outcome, "later") == 0 ? tr("cannot hand on now: ") : tr("cannot hand on ever: "));
    add_mail_for(t, e);
    if (peer && peer != event_int(e, FIELD_HOST))
        text_addf(&t->words, handed_on ? tr(" to %s") : tr(", last tried with %s"), host_name(t, peer));
    add_why(t, e);
    return true;
}

static void flush_pending(struct transcript *t, const struct event *e)
{
    if (!t->pending_attempt) return;
    bool over_at_once = e->kind == EVENT_ATTEMPT_END && event_int(e, FIELD_ATTEMPT) == t->pending_attempt &&
                        e->at_ns == t->pending_at_ns;
    if (!over_at_once) print_line(t, t->pending_at_ns, t->pending_host, t->pending.bytes);
    t->pending_attempt = 0;
    text_clear(&t->pending);
}

/* ---- The world ---- */

static bool tell_run_begin(struct transcript *t, const struct event *e)
{
    fprintf(t->out, tr("%s (seed %s)\n\n"), event_text(e, FIELD_TITLE), event_text(e, FIELD_SEED));
    return false;
}

static bool tell_run_end(struct transcript *t, const struct event *e)
{
    text_adds(&t->words, tr("the end"));
    add_why(t, e);
    return true;
}

static bool tell_host_state(struct transcript *t, const struct event *e)
{
    text_adds(&t->words, event_int(e, FIELD_UP) ? tr("is up again") : tr("stops"));
    add_why(t, e);
    return true;
}

static bool tell_link_state(struct transcript *t, const struct event *e)
{
    text_addf(&t->words, event_int(e, FIELD_UP) ? tr("link %s is up again") : tr("link %s is cut"), link_name(t, e));
    if (event_int(e, FIELD_DIR) != 2) text_addf(&t->words, tr(" toward %s"), host_name(t, link_end(t, e, 1)));
    add_why(t, e);
    return true;
}

static bool tell_link_value(struct transcript *t, const struct event *e)
{
    if (e->at_ns == 0) return false;
    text_addf(&t->words, tr("link %s toward %s: %s is now %s"), link_name(t, e), host_name(t, link_end(t, e, 1)),
              event_text(e, FIELD_NAME), event_text(e, FIELD_TEXT));
    return true;
}

static bool tell_routes(struct transcript *t, const struct event *e)
{
    text_adds(&t->words, tr("routes are computed anew"));
    add_why(t, e);
    return true;
}

static bool tell_law(struct transcript *t, const struct event *e)
{
    text_addf(&t->words, tr("LAW BROKEN, %s: %s"), event_text(e, FIELD_NAME), event_text(e, FIELD_TEXT));
    return true;
}

static bool tell_caption(struct transcript *t, const struct event *e)
{
    const char *cite = event_text(e, FIELD_CITE);
    text_adds(&t->words, event_text(e, FIELD_TEXT));
    if (*cite) text_addf(&t->words, " [%s]", cite);
    print_note(t, t->words.bytes);
    return false;
}

/* ---- Dialogues, names, connections ---- */

static bool tell_dns_query(struct transcript *t, const struct event *e)
{
    text_addf(&t->words, event_int(e, FIELD_NTH) > 1 ? tr("asks %s again: %s %s?") : tr("asks %s: %s %s?"),
              host_name(t, event_int(e, FIELD_PEER)), event_text(e, FIELD_QNAME), event_text(e, FIELD_QTYPE));
    return true;
}

static bool tell_dns_answer(struct transcript *t, const struct event *e)
{
    const char *rcode = event_text(e, FIELD_RCODE), *text = event_text(e, FIELD_TEXT);
    const char *shown = strcmp(rcode, "NOERROR") != 0 ? rcode : *text ? text : tr("no such record");
    text_addf(&t->words, tr("learns: %s %s is %s"), event_text(e, FIELD_QNAME), event_text(e, FIELD_QTYPE), shown);
    return true;
}

static bool tell_dns_failure(struct transcript *t, const struct event *e)
{
    text_addf(&t->words, tr("learns nothing of %s %s"), event_text(e, FIELD_QNAME), event_text(e, FIELD_QTYPE));
    add_why(t, e);
    return true;
}

static bool tell_conn_open(struct transcript *t, const struct event *e)
{
    remember_peer(t, e, CONN_KEY, FIELD_CONN);
    if (strcmp(event_text(e, FIELD_ROLE), "active") != 0) return false;
    text_addf(&t->words, tr("calls %s, port %" PRId64), host_name(t, event_int(e, FIELD_PEER)),
              event_int(e, FIELD_REMOTE_PORT));
    return true;
}

/* Orderly closing is told by the dialogue's end. */
static bool tell_conn_close(struct transcript *t, const struct event *e)
{
    if (strcmp(event_text(e, FIELD_WHY), "closed") == 0 && t->level < TRANSCRIPT_PACKETS) return false;
    text_addf(&t->words, tr("connection with %s ends"), host_name(t, peer_of(t, e, CONN_KEY, FIELD_CONN)));
    add_why(t, e);
    return true;
}

static bool tell_session_open(struct transcript *t, const struct event *e)
{
    remember_peer(t, e, SESSION_KEY, FIELD_SESSION);
    return false;
}

static bool tell_session_close(struct transcript *t, const struct event *e)
{
    text_addf(&t->words, tr("ends the dialogue with %s"), host_name(t, peer_of(t, e, SESSION_KEY, FIELD_SESSION)));
    add_why(t, e);
    return true;
}

static bool tell_line(struct transcript *t, const struct event *e)
{
    text_addf(&t->words, "%s: %s", event_text(e, FIELD_WHO), event_text(e, FIELD_TEXT));
    return true;
}

static bool tell_content(struct transcript *t, const struct event *e)
{
    text_adds(&t->words, e->kind == EVENT_SMTP_CONTENT ? "C: " : "S: ");
    text_adds(&t->words, tr("(the content of "));
    add_mail(t, e);
    text_addf(&t->words, tr(", %" PRId64 " bytes)"), event_int(e, FIELD_LENGTH));
    return true;
}

/* ---- Packets ---- */

static struct recent *recent_of(struct transcript *t, int64_t packet)
{
    return &t->recent[(uint64_t)packet % RECENT_PACKETS];
}

/* One key for each direction of each connection, unless two of 2^64 collide. */
static uint64_t direction_key(uint32_t from, uint32_t to, uint16_t from_port, uint16_t to_port)
{
    uint64_t hosts = (uint64_t)from << 32 | to, ports = (uint64_t)from_port << 16 | to_port;
    return (hosts * UINT64_C(0x9e3779b97f4a7c15)) ^ (ports * UINT64_C(0xc2b2ae3d27d4eb4f));
}

struct decoded {
    struct ipv4_header ip;
    struct tcp_segment tcp;
    bool is_tcp;
};

static struct decoded decode(const struct event *e)
{
    struct decoded d = {0};
    size_t size, at, header;
    const uint8_t *bytes = (const uint8_t *)event_bytes(e, FIELD_HEADER, &size);
    if (ipv4_decode(bytes, size, &d.ip, &at) && d.ip.protocol == IP_PROTOCOL_TCP)
        d.is_tcp = tcp_decode(bytes + at, size - at, &d.tcp, &header);
    return d;
}

/* Bytes that an acknowledgement covers; false when the SYN was not seen. */
static bool acked_bytes(const struct transcript *t, const struct decoded *d, uint32_t *bytes)
{
    uint64_t key = direction_key(d->ip.destination, d->ip.source, d->tcp.destination_port, d->tcp.source_port);
    size_t iss = number_map_get(&t->iss, key);
    if (iss == SIZE_MAX || !(d->tcp.flags & TCP_ACK)) return false;
    *bytes = d->tcp.ack - (uint32_t)iss - 1;
    return true;
}

static void make_label(const struct transcript *t, const struct event *e, const struct decoded *d, char *label)
{
    char flags[32];
    uint32_t acked;
    int64_t offset = event_int(e, FIELD_OFFSET), length = event_int(e, FIELD_LENGTH);
    if (!d->is_tcp)
        snprintf(label, LABEL_BYTES, "%s", event_text(e, FIELD_TAG));
    else if (length)
        snprintf(label, LABEL_BYTES, tr("bytes %" PRId64 "–%" PRId64), offset + 1, offset + length);
    else if (d->tcp.flags == TCP_ACK && acked_bytes(t, d, &acked))
        snprintf(label, LABEL_BYTES, "ACK %" PRIu32, acked);
    else
        snprintf(label, LABEL_BYTES, "%s", tcp_flags_text(d->tcp.flags, flags));
}

static void add_segment_details(struct transcript *t, const struct event *e, const struct decoded *d)
{
    char flags[32];
    uint32_t acked;
    text_addf(&t->words, tr(" (%s seq %" PRIu32), tcp_flags_text(d->tcp.flags, flags), d->tcp.seq);
    if (event_int(e, FIELD_LENGTH) && acked_bytes(t, d, &acked)) text_addf(&t->words, tr(", ack %" PRIu32), acked);
    text_addf(&t->words, tr(", window %u"), (unsigned)d->tcp.window);
    if (d->tcp.mss) text_addf(&t->words, tr(", mss %u"), (unsigned)d->tcp.mss);
    text_adds(&t->words, ")");
}

static bool tell_packet_send(struct transcript *t, const struct event *e)
{
    struct decoded d = decode(e);
    int64_t packet = event_int(e, FIELD_PACKET), repeats = event_int(e, FIELD_REPEATS);
    struct recent *recent = recent_of(t, packet);
    if (d.is_tcp && (d.tcp.flags & TCP_SYN))
        number_map_put(&t->iss, direction_key(d.ip.source, d.ip.destination, d.tcp.source_port, d.tcp.destination_port),
                       d.tcp.seq);
    recent->packet = packet;
    recent->to = event_int(e, FIELD_PEER);
    make_label(t, e, &d, recent->label);
    text_addf(&t->words, tr("#%" PRId64 " to %s: %s"), packet, host_name(t, recent->to), recent->label);
    if (d.is_tcp) add_segment_details(t, e, &d);
    if (repeats) text_addf(&t->words, tr(", again for #%" PRId64), repeats);
    add_why(t, e);
    return true;
}

static void add_packet(struct transcript *t, const struct event *e)
{
    int64_t packet = event_int(e, FIELD_PACKET);
    const struct recent *recent = recent_of(t, packet);
    text_addf(&t->words, "#%" PRId64, packet);
    if (recent->packet == packet) text_addf(&t->words, " %s", recent->label);
}

static bool tell_link_send(struct transcript *t, const struct event *e)
{
    add_packet(t, e);
    text_addf(&t->words, tr(" sets out on %s"), link_name(t, e));
    int64_t waits = event_int(e, FIELD_BEGINS) - e->at_ns;
    char duration[VTIME_TEXT_BYTES];
    if (waits > 0) text_addf(&t->words, tr(" after waiting %s"), vtime_format_duration(waits, duration));
    return true;
}

/* At a router the next link.send says enough. */
static bool tell_link_deliver(struct transcript *t, const struct event *e)
{
    const struct recent *recent = recent_of(t, event_int(e, FIELD_PACKET));
    if (recent->packet == event_int(e, FIELD_PACKET) && recent->to != event_int(e, FIELD_HOST)) return false;
    add_packet(t, e);
    text_adds(&t->words, tr(" arrives"));
    return true;
}

static bool tell_link_drop(struct transcript *t, const struct event *e)
{
    text_adds(&t->words, "X ");
    add_packet(t, e);
    text_addf(&t->words, tr(" is lost on %s toward %s"), link_name(t, e), host_name(t, link_end(t, e, 1)));
    add_why(t, e);
    return true;
}

static bool tell_packet_drop(struct transcript *t, const struct event *e)
{
    text_adds(&t->words, "X ");
    add_packet(t, e);
    text_adds(&t->words, tr(" ends here"));
    add_why(t, e);
    return true;
}

static bool tell_timer_fire(struct transcript *t, const struct event *e)
{
    text_addf(&t->words, tr("timer runs out: %s"), event_text(e, FIELD_NAME));
    return true;
}

static bool tell_tcp_state(struct transcript *t, const struct event *e)
{
    text_addf(&t->words, tr("connection with %s: %s, then %s"), host_name(t, peer_of(t, e, CONN_KEY, FIELD_CONN)),
              event_text(e, FIELD_FROM), event_text(e, FIELD_TO));
    add_why(t, e);
    return true;
}

/* ---- Everything ---- */

static const struct telling tellings[EVENT_KINDS] = {
    [EVENT_RUN_BEGIN] = {TRANSCRIPT_MAIL, FIELD_NONE, tell_run_begin},
    [EVENT_RUN_END] = {TRANSCRIPT_MAIL, FIELD_NONE, tell_run_end},
    [EVENT_HOST_STATE] = {TRANSCRIPT_MAIL, FIELD_HOST, tell_host_state},
    [EVENT_LINK_STATE] = {TRANSCRIPT_MAIL, FIELD_NONE, tell_link_state},
    [EVENT_LINK_VALUE] = {TRANSCRIPT_MAIL, FIELD_NONE, tell_link_value},
    [EVENT_ROUTES] = {TRANSCRIPT_SMTP, FIELD_NONE, tell_routes},
    [EVENT_CAPTION] = {TRANSCRIPT_MAIL, FIELD_NONE, tell_caption},
    [EVENT_LAW_BROKEN] = {TRANSCRIPT_MAIL, FIELD_NONE, tell_law},
    [EVENT_MAIL_COMPOSE] = {TRANSCRIPT_MAIL, FIELD_HOST, tell_compose},
    [EVENT_MAIL_STATE] = {TRANSCRIPT_MAIL, FIELD_HOST, tell_mail_state},
    [EVENT_ATTEMPT_BEGIN] = {TRANSCRIPT_MAIL, FIELD_HOST, tell_attempt_begin},
    [EVENT_ATTEMPT_END] = {TRANSCRIPT_MAIL, FIELD_HOST, tell_attempt_end},
    [EVENT_DNS_QUERY] = {TRANSCRIPT_SMTP, FIELD_HOST, tell_dns_query},
    [EVENT_DNS_ANSWER] = {TRANSCRIPT_SMTP, FIELD_HOST, tell_dns_answer},
    [EVENT_DNS_FAILURE] = {TRANSCRIPT_SMTP, FIELD_HOST, tell_dns_failure},
    [EVENT_CONN_OPEN] = {TRANSCRIPT_SMTP, FIELD_HOST, tell_conn_open},
    [EVENT_CONN_CLOSE] = {TRANSCRIPT_SMTP, FIELD_HOST, tell_conn_close},
    [EVENT_SESSION_OPEN] = {TRANSCRIPT_SMTP, FIELD_HOST, tell_session_open},
    [EVENT_SESSION_CLOSE] = {TRANSCRIPT_SMTP, FIELD_HOST, tell_session_close},
    [EVENT_SMTP_LINE] = {TRANSCRIPT_SMTP, FIELD_HOST, tell_line},
    [EVENT_SMTP_CONTENT] = {TRANSCRIPT_SMTP, FIELD_HOST, tell_content},
    [EVENT_POP3_LINE] = {TRANSCRIPT_SMTP, FIELD_HOST, tell_line},
    [EVENT_POP3_CONTENT] = {TRANSCRIPT_SMTP, FIELD_HOST, tell_content},
    [EVENT_PACKET_SEND] = {TRANSCRIPT_PACKETS, FIELD_HOST, tell_packet_send},
    [EVENT_LINK_SEND] = {TRANSCRIPT_PACKETS, FIELD_LINK, tell_link_send},
    [EVENT_LINK_DELIVER] = {TRANSCRIPT_PACKETS, FIELD_HOST, tell_link_deliver},
    [EVENT_LINK_DROP] = {TRANSCRIPT_PACKETS, FIELD_LINK, tell_link_drop},
    [EVENT_PACKET_DROP] = {TRANSCRIPT_PACKETS, FIELD_HOST, tell_packet_drop},
    [EVENT_TIMER_FIRE] = {TRANSCRIPT_PACKETS, FIELD_HOST, tell_timer_fire},
    [EVENT_TCP_STATE] = {TRANSCRIPT_PACKETS, FIELD_HOST, tell_tcp_state},
};

struct transcript *transcript_new(enum transcript_level level, FILE *out)
{
    struct transcript *t = mem_calloc(1, sizeof *t);
    t->level = level;
    t->out = out;
    t->names = journal_names_new();
    return t;
}

void transcript_free(struct transcript *t)
{
    if (!t) return;
    journal_names_free(t->names);
    text_free(&t->words);
    text_free(&t->pending);
    number_map_free(&t->peers);
    number_map_free(&t->iss);
    mem_free(t);
}

static void note_names(struct transcript *t, const struct event *e)
{
    journal_names_fold(t->names, e);
    if (e->kind != EVENT_HOST_ADD) return;
    int width = columns_of(event_text(e, FIELD_NAME), strlen(event_text(e, FIELD_NAME)));
    width = width > HOST_MOST ? HOST_MOST : width;
    t->host_width = width > t->host_width ? width : t->host_width;
}

static int64_t host_of(const struct transcript *t, const struct event *e, enum field_id field)
{
    if (field == FIELD_LINK) return link_end(t, e, 0);
    return field == FIELD_NONE ? 0 : event_int(e, field);
}

static void on_event(void *context, const struct event *e)
{
    struct transcript *t = context;
    const struct telling *telling = &tellings[e->kind];
    note_names(t, e);
    if (!telling->tell || telling->from > t->level) return;
    flush_pending(t, e);
    text_clear(&t->words);
    if (telling->tell(t, e)) print_line(t, e->at_ns, host_of(t, e, telling->host), t->words.bytes);
}

struct journal_reader transcript_reader(struct transcript *t)
{
    struct event_mask mask = event_mask_none();
    for (int kind = 0; kind < EVENT_KINDS; kind++) {
        bool names = kind == EVENT_HOST_ADD || kind == EVENT_LINK_ADD;
        bool told = tellings[kind].tell && tellings[kind].from <= t->level;
        if (t->level != TRANSCRIPT_NONE && (names || told)) mask.words[kind / 64] |= UINT64_C(1) << (kind % 64);
    }
    return (struct journal_reader){.mask = mask, .on_event = on_event, .context = t};
}
