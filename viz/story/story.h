/* The story: a journal folded into the state of the world at an instant. Every view is drawn from this and knows nothing
   else. No graphics here, and no model: only the journal and the packet formats.

   There are two sorts of things. The *cast* is all that the whole journal will ever tell of (hosts, packets with their
   hops and their fate, mails, connections, lines, captions, marks); it is made once by story_new, never moves, and can be
   asked at any moment. The *state* is what is true at the instant that was sought (story_seek, story_seek_event): it
   is folded event by event from the nearest keyframe, so that seeking is the same as playing, forwards or backwards.

   Indices: `event` is the place of an event in the journal_memory, from 0; hosts, links and the rest have their own index
   from 0. STORY_NONE stands for no such thing. Times are virtual nanoseconds. Texts live as long as the story, and
   journal_memory must outlive it. */
#ifndef POSTROAD_VIZ_STORY_STORY_H
#define POSTROAD_VIZ_STORY_STORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/wire/icmp_wire.h"
#include "model/wire/ip_header.h"
#include "model/wire/tcp_wire.h"
#include "sim/journal/journal_memory.h"
#include "sim/journal/stop.h"

struct story;

/* Fits the 32 bits in which what there is millions of refers to other things. */
#define STORY_NONE ((size_t)UINT32_MAX)

struct story *story_new(const struct journal_memory *journal);
/* The same, which may be asked to leave off; then NULL. */
struct story *story_new_until(const struct journal_memory *journal, const struct stop *stop);
void story_free(struct story *story);
/* Folds in what was appended to the journal since; the sought instant stays. True when there was anything. Pointers into
   the cast that were handed out before are no longer valid. */
bool story_refresh(struct story *story);

/* ---- The whole ---- */

const char *story_title(const struct story *story); /* "" when the journal has none */
const char *story_seed(const struct story *story);
const char *story_scenario(const struct story *story); /* JSON, with all values as they were; "" when there is none */
int64_t story_starts(const struct story *story); /* second since 1970 at time 0 */
bool story_tells_starts(const struct story *story); /* the scenario says so: then its time of day means something */
size_t story_event_count(const struct story *story);
/* It is there until a hundred others were asked for (journal_memory_at). */
const struct event *story_event(const struct story *story, size_t event);
enum event_kind story_event_kind(const struct story *story, size_t event);
int64_t story_event_time(const struct story *story, size_t event);
size_t story_events_after(const struct story *story, int64_t at_ns); /* the first one later than at_ns, or their count */
size_t story_event_by_id(const struct story *story, uint64_t id); /* STORY_NONE when the journal does not hold it */
int64_t story_end_ns(const struct story *story);                  /* of the last event; 0 when there is none */

/* ---- The instant ---- */

/* All events up to and at this time have happened. A time before the first event: nothing has. */
void story_seek(struct story *story, int64_t at_ns);
/* The events up to and including this one have happened, and no later one of the same time; now is its time. */
void story_seek_event(struct story *story, size_t event);
int64_t story_now(const struct story *story);
/* Number of events that have happened; the last one is this minus 1. */
size_t story_cursor(const struct story *story);
size_t story_last_event(const struct story *story); /* STORY_NONE before the first */
/* Hash of the whole state, for tests: the same instant gives the same digest, whatever the way to it. */
uint64_t story_digest(const struct story *story);

enum story_step { STORY_STEP_EVENT, STORY_STEP_PACKET, STORY_STEP_LINE, STORY_STEP_MAIL };
/* Whether a view shows anything when this event happens: variables, timers being set and totals do not count. */
bool story_event_is_visible(const struct story *story, size_t event);
/* The next visible event of this sort after `event` (direction 1) or before it (-1); STORY_NONE at either end. An event
   of STORY_NONE is the place before the first. */
size_t story_step(const struct story *story, size_t event, enum story_step what, int direction);

/* A step on the screen is such an event with all that belongs to it at the same instant (step.c), and of a sort other than
   STORY_STEP_EVENT also with what else happens then before the next of its sort: where no other follows, it shows just
   what seeking the instant shows. To step: seek_event(next_step(what, direction)); STORY_NONE at either end. */
size_t story_next_step(const struct story *story, enum story_step what, int direction);
/* The event that begins the step that this one belongs to, and the last of a step that this one begins. */
size_t story_step_beginning(const struct story *story, size_t event);
size_t story_step_end(const struct story *story, size_t event, enum story_step what);
/* What the present step is about: the latest event that is more than what goes with another. STORY_NONE before the first. */
size_t story_step_subject(const struct story *story);
/* How many steps of the present instant are done, and of how many; 0 of 0: all that happens at it has happened. */
struct story_place {
    size_t done, steps;
};
struct story_place story_place(const struct story *story);

/* ---- Hosts and links ---- */

enum story_role {
    STORY_CLIENT, STORY_MAIL_SERVER, STORY_ROUTER, STORY_NAME_SERVER, STORY_RESOLVER, STORY_OUTSIDE, STORY_OTHER_HOST
};
/* What can be wrong with a host that is up. */
enum story_trouble { STORY_TROUBLE_DISK, STORY_TROUBLE_WORK, STORY_TROUBLE_PROGRAM, STORY_TROUBLE_CLOCK, STORY_TROUBLES };
const char *story_trouble_name(enum story_trouble trouble); /* "disk" */

/* How a server that is well treats its callers, by the rules that it tells of and by what it answers. */
enum story_mood {
    STORY_MOOD_WELL,
    STORY_MOOD_MAILBOX_FULL, /* until it takes a mail again, or one is fetched */
    STORY_MOOD_BUSY,         /* it has as many callers as it can have: until it greets one again, or takes a mail */
    STORY_MOOD_NOT_NOW,      /* it answered with a 4: until it answers otherwise, by a 5, a greeting or 354, or takes a mail */
    STORY_MOOD_REFUSED,      /* it answered with a 5: likewise */
    STORY_MOOD_SLOW,         /* it keeps its answers back, just now */
    STORY_MOOD_SILENT        /* a name server that got a question and says nothing: until it answers one */
};

struct story_host {
    uint32_t id; /* of the journal */
    enum story_role role;
    const char *name;
    const char *text; /* user or domains */
    uint32_t address; /* IPv4 */
    const char *address6; /* IPv6 as text, "" for none */
    bool up;          /* at this instant */
    const char *why;  /* it is down; "" */
    const char *trouble[STORY_TROUBLES]; /* "full", "100 times slower"; "": all is well */
    enum story_mood mood;
    int64_t slow_until_ns; /* when the answer goes out that it keeps back; 0: none */
    const char *said; /* its answer, when it is in a mood: "451 4.7.1 Try again later"; "" */
};
size_t story_host_count(const struct story *story);
struct story_host story_host(const struct story *story, size_t host);
size_t story_host_by_id(const struct story *story, uint32_t id);
size_t story_host_by_name(const struct story *story, const char *name);

struct story_link {
    uint32_t id;
    const char *name;
    size_t ends[2]; /* hosts; direction 0 goes from ends[0] to ends[1] */
    int64_t rate_bps[2], delay_ns[2];
    uint32_t mtu;
    bool up[2];               /* at this instant, as the rest here is */
    const char *why_down[2];  /* "" */
    const char *loss[2];      /* as set or changed: "2 %"; "" when the journal does not say */
    const char *rate_text[2]; /* when changed by the scenario after the start; "" */
    const char *delay_text[2];
    uint64_t queued_bytes[2]; /* waiting or being sent, by the last link.send and what has left since */
    uint32_t lost[2];         /* packets lost here so far */
};
size_t story_link_count(const struct story *story);
struct story_link story_link(const struct story *story, size_t link);
size_t story_link_by_name(const struct story *story, const char *name);
size_t story_link_by_id(const struct story *story, uint32_t id);

/* Another one whenever a host or a link has gone up or down or was set to other values: a picture of them has changed. */
uint64_t story_world_key(const struct story *story);

/* ---- Packets ---- */

/* What a packet is, for colour and shape. Each packet is of one class; `lost` comes from its fate, not from here. */
enum story_class {
    STORY_CONTROL,    /* SYN, FIN, RST */
    STORY_ACK,        /* nothing but an acknowledgement */
    STORY_DATA,       /* bytes of a dialogue or of a mail */
    STORY_RETRANSMIT, /* repeats another packet */
    STORY_DNS,
    STORY_ICMP,       /* echoes, and what became of a packet */
    STORY_FRAGMENT,   /* a piece of a packet that was too big */
    STORY_OTHER,
    STORY_CLASSES
};
bool story_has_class(const struct story *story, enum story_class class); /* whether such packets are in the journal */
bool story_has_loss(const struct story *story);      /* whether a link has lost any (link.drop) */
bool story_has_not_taken(const struct story *story); /* whether a host has turned any away (packet.drop) */
const char *story_class_name(enum story_class class); /* for a legend: "handshake and close", "acknowledgement", ... */

enum story_fate { STORY_ON_ITS_WAY, STORY_ARRIVED, STORY_LOST }; /* on its way still when the journal ends */

/* A packet's whole journey, as the whole journal tells it. */
struct story_packet {
    uint64_t id;
    int64_t sent_ns;
    int64_t end_ns;              /* when it arrived or was lost; TIME_NEVER while on its way */
    const char *tag, *why;       /* "mail m1, body, segment 3"; why it was sent */
    const char *lost_why;        /* "" unless lost */
    uint64_t offset;             /* of the payload in its stream */
    uint32_t stream;             /* id; 0: none */
    uint32_t size, length;       /* on the wire; payload */
    uint32_t from, to;           /* hosts at the two ends of the journey */
    uint32_t send_event;
    uint32_t end_event;          /* that deliver or drop; STORY_NONE */
    uint32_t conn;               /* of the sender; STORY_NONE */
    uint32_t repeats, repeated_by; /* packets; STORY_NONE */
    uint32_t copy_of;            /* the packet that a link duplicated; STORY_NONE */
    uint32_t first_hop;          /* then story_hop.next */
    uint32_t n_hops : 16;        /* links it was sent on */
    enum story_class class : 8;
    enum story_fate fate : 4;
    bool corrupted : 1;          /* its bits were changed on the way */
    unsigned duplicate : 3;      /* of acknowledgements that arrived: which duplicate of one before (RFC 5681 2), as its
                                    receiver counts them, at most 7; 0: none */
};
size_t story_packet_count(const struct story *story);
const struct story_packet *story_packet(const struct story *story, size_t packet);
size_t story_packet_by_id(const struct story *story, uint64_t id);
/* The duplicate acknowledgement that arrived before this one; STORY_NONE: it is the first. */
size_t story_duplicate_before(const struct story *story, size_t packet);
/* The packet that an event is about (send, hop, drop), or STORY_NONE. */
size_t story_event_packet(const struct story *story, size_t event);
/* The connection that an event, or its packet, is about, and the letter: of a mail for several, where the event names no
   recipient, the first. STORY_NONE. */
size_t story_event_conn(const struct story *story, size_t event);
size_t story_event_letter(const struct story *story, size_t event);

/* A packet on one link. A retransmission on the wire is another packet. */
struct story_hop {
    uint32_t packet;
    uint32_t link : 30;
    uint32_t dir : 1;
    uint32_t lost : 1;
    int64_t sent_ns;  /* joined the queue */
    int64_t begins, departs, arrives; /* first bit leaves, last bit leaves, last bit arrives (would arrive, when lost);
                                         TIME_NEVER when its turn never came */
    int64_t end_ns;   /* TIME_NEVER while on its way at the journal's end */
    uint32_t send_event;
    uint32_t end_event; /* link.deliver or link.drop; STORY_NONE likewise */
    uint32_t next;    /* hop of the same packet; STORY_NONE */
};
size_t story_hop_count(const struct story *story);
const struct story_hop *story_hop(const struct story *story, size_t hop);
size_t story_hop_from(const struct story *story, size_t hop); /* hosts */
size_t story_hop_to(const struct story *story, size_t hop);
/* Place of a hop's packet on its link at a time: below 0 it waits in the queue, 0 at the link's sending end, 1 arrived. A
   packet that is lost by chance travels to where story_drop.place says. */
double story_hop_place(const struct story_hop *hop, int64_t at_ns);

/* Packets on a link at this instant, in the order in which they were sent: hops. The array is valid until the next
   seek. A packet that will be lost is here until it is. */
size_t story_live_hops(const struct story *story, const size_t **hops);

/* Every packet that dies, in the order of time. */
struct story_drop {
    size_t event, packet;
    size_t hop;        /* STORY_NONE when it died at a host */
    size_t host;       /* where it died: the host, or the sending end of the link */
    int64_t at_ns;
    double place;      /* on the link, 0 to 1, to draw it */
    const char *why;   /* "loss", "queue full", ... */
};
size_t story_drop_count(const struct story *story);
const struct story_drop *story_drop(const struct story *story, size_t drop);
/* First drop later than at_ns, so that those of [a, b] are the ones from after(a - 1) to after(b) - 1. */
size_t story_drops_after(const struct story *story, int64_t at_ns);

/* Headers of a packet, decoded; false when the journal has none. tcp is valid when is_tcp, udp when is_udp. */
struct story_header {
    struct ip_header ip;
    bool is_tcp, is_udp, is_icmp; /* is_icmp: of either version; not in fragments but the first */
    struct tcp_segment tcp;
    struct udp_header udp;
    struct icmp_header icmp;
    const uint8_t *bytes; /* network and transport header */
    size_t size, transport_at; /* where the transport header begins */
};
bool story_packet_header(const struct story *story, size_t packet, struct story_header *header);
/* What a packet says in a few words: "SYN", "ACK 1448" (bytes), "bytes 1449–2896", "MX b.example?". */
const char *story_packet_label(const struct story *story, size_t packet, char *buffer, size_t size);
/* Payload bytes, as far as the journal holds them; returns how many were copied. */
size_t story_packet_payload(const struct story *story, size_t packet, uint8_t *out, size_t room);
/* The header of the TLS record that its payload begins with, "handshake: client_hello, version 0x0301, 218 bytes"; NULL
   where it begins with none. */
const char *story_packet_record(const struct story *story, size_t packet, char *buffer, size_t size);

/* ---- Connections ---- */

/* One end of a connection; the other end is a connection of its own. Values are those of this instant. */
struct story_conn {
    uint32_t id;
    size_t host, peer;
    uint16_t local_port, remote_port;
    bool active;         /* it called, and was not called */
    bool has_iss;
    uint32_t iss;        /* of its SYN, when the journal holds that */
    size_t open_event, close_event; /* of the whole journal; STORY_NONE */
    bool is_open;        /* at this instant: opened and not yet closed */
    const char *state;   /* "ESTABLISHED"; "" before tcp.state told */
    size_t vars_event;   /* latest tcp.vars so far; STORY_NONE */
    const char *close_why; /* "" while open */
    size_t other_end;    /* STORY_NONE when not known */
    const char *protocol; /* "smtp", "pop3" of its session, "" when not known */
};
size_t story_conn_count(const struct story *story); /* in the whole journal */
struct story_conn story_conn(const struct story *story, size_t conn);
size_t story_conn_by_id(const struct story *story, uint32_t id);
/* Those open at this instant, in the order of opening. */
size_t story_open_conns(const struct story *story, const size_t **conns);
/* Those of them that this host has an end of, the latest that there is room for. Returns how many there are in all. */
size_t story_open_conns_of(const struct story *story, size_t host, size_t *conns, size_t room);
/* All tcp.vars events of a connection in the journal, by index, for the view of the sender over time. */
size_t story_conn_vars(const struct story *story, size_t conn, const uint32_t **events);
/* The last of them that was told before an event; STORY_NONE. */
size_t story_conn_vars_before(const struct story *story, size_t conn, size_t event);

/* ---- Mail ---- */

enum story_mail_state {
    STORY_MAIL_UNKNOWN, /* not there yet */
    STORY_MAIL_OUTBOX,
    STORY_MAIL_QUEUED,
    STORY_MAIL_ACTIVE, /* in hand-over */
    STORY_MAIL_DEFERRED,
    STORY_MAIL_HANDED_ON,
    STORY_MAIL_DELIVERED, /* in the mailbox */
    STORY_MAIL_PICKED_UP,
    STORY_MAIL_BOUNCED,
    STORY_MAIL_DISCARDED,
    STORY_MAIL_EXPANDED, /* a list: its members have it instead */
    STORY_MAIL_NOT_SENT, /* given up by the program that it was written with: no server has taken it, and none sends it back */
    STORY_MAIL_STATES
};
const char *story_mail_state_name(enum story_mail_state state); /* "in the queue", "waiting to try again", ... */

struct story_mail {
    uint32_t id;
    const char *name, *from, *to, *subject; /* to: recipients joined by ", " */
    size_t parent;       /* the mail a report is about; STORY_NONE */
    bool tells_failure;  /* a report says that somebody did not get it, or not yet */
    bool tells_delay;    /* ... that somebody has not got it yet, and of nobody that he never will */
    bool is_receipt;     /* a report that says of everybody that it got there: no bounce */
    size_t host;         /* where it was composed */
    uint64_t size;
    size_t compose_event;
    int64_t composed_ns;
};
size_t story_mail_count(const struct story *story); /* in the whole journal */
const struct story_mail *story_mail(const struct story *story, size_t mail);
/* What a mail is, for shape and colour. */
enum story_mail_sort {
    STORY_MAIL_LETTER,  /* somebody has written it; so is a receipt of success drawn */
    STORY_MAIL_RECEIPT,
    STORY_MAIL_BOUNCE,  /* comes back to the writer of another because that did not arrive */
    STORY_MAIL_DELAY    /* tells the writer of another that it has not arrived yet (RFC 3464: action delayed) */
};
enum story_mail_sort story_mail_sort(const struct story *story, size_t mail);
bool story_mail_is_bounce(const struct story *story, size_t mail);
size_t story_mail_by_id(const struct story *story, uint32_t id);
size_t story_mail_by_name(const struct story *story, const char *name);
/* Mails composed so far are those with an index below this. */
size_t story_mails_so_far(const struct story *story);

/* A (mail, recipient) at this instant: where it is now, which is the host that holds it last in its journey. Another may
   hold it, too: who never heard that it was taken, and who is being fetched from. story_letter_copies tells all. */
struct story_letter {
    size_t mail;
    const char *recipient;
    size_t host; /* STORY_NONE before it is anywhere */
    enum story_mail_state state;
    int64_t since_ns;
    int64_t next_attempt_ns; /* when deferred; else 0 */
    const char *why;         /* of the latest change; last reason when deferred */
    size_t event;            /* the latest mail.state; STORY_NONE */
    uint32_t attempts;       /* to hand it to another server, begun so far, on all servers */
    uint32_t copies;         /* that have come into a mailbox so far */
    uint32_t copies_here;    /* that this host holds, in the mailbox or fetched from there */
    size_t transfer;         /* the hand-over that carries it now; STORY_NONE */
};
size_t story_letter_count(const struct story *story); /* in the whole journal */
struct story_letter story_letter(const struct story *story, size_t letter);
/* The letter at each host that has it or had it (then it is handed on there), as that host sees it; how many in all. */
size_t story_letter_copies(const struct story *story, size_t letter, struct story_letter *copies, size_t room);
/* The same in short, for who looks at all letters: where it is or was, and as what. */
struct story_stay {
    size_t mail, host;
    enum story_mail_state state;
    size_t event; /* that told so */
};
size_t story_letter_stays(const struct story *story, size_t letter, struct story_stay *stays, size_t room);
/* The hand-over that carries a mail away from a host at this instant; STORY_NONE. */
size_t story_carrier(const struct story *story, size_t mail, size_t host);
/* Letters of one mail are neighbours: first index, and how many. */
size_t story_mail_letters(const struct story *story, size_t mail, size_t *first);

/* What waits at a host at this instant or is being handed over from there, in the order in which it came: as many as there
   is room for. Returns how many were filled; how many there are in all, story_queue says. */
struct story_waiting {
    struct story_letter letter; /* as this host sees it */
    uint32_t attempts;          /* begun here so far */
    size_t last;                /* the attempt that has ended here, or was passed over, last; STORY_NONE */
};
size_t story_waiting(const struct story *story, size_t host, struct story_waiting *waiting, size_t room);

/* The content of a mail on its way over one connection: begins with smtp.content or pop3.content, ends when all of it has
   arrived or its connection closes. */
struct story_transfer {
    size_t mail, conn;
    size_t from, to; /* hosts */
    bool pick_up;    /* by POP3 */
    size_t begin_event;
    int64_t begin_ns, end_ns; /* end: all has arrived, or it was given up; TIME_NEVER when neither is told */
    bool complete;            /* all arrived */
    uint64_t offset, length;  /* in the sender's stream */
};
size_t story_transfer_count(const struct story *story);
const struct story_transfer *story_transfer(const struct story *story, size_t transfer);
/* Those under way at this instant. */
size_t story_live_transfers(const struct story *story, const size_t **transfers);
/* Share of the content's bytes that are at the other host (0 to 1); and how far the content has come as a whole, each byte
   weighed by how much of the way it has behind it, so that it moves smoothly and never back. */
double story_transfer_arrived(const struct story *story, size_t transfer, int64_t at_ns);
double story_transfer_travelled(const struct story *story, size_t transfer, int64_t at_ns);
/* Hosts that the content passes, both ends included; how many there are in all. To draw the mail: as far along this path,
   each link being an equal part, as story_transfer_travelled says. */
size_t story_transfer_path(const struct story *story, size_t transfer, size_t *hosts, size_t room);

/* Every try of a server to hand a mail on, for the queue view: a bar from begin to end. */
struct story_attempt {
    uint32_t id; /* 0: due, but passed over */
    size_t mail, host, peer; /* peer: STORY_NONE when there was none */
    const char *recipient;
    uint32_t nth;
    size_t begin_event, end_event;
    int64_t begin_ns, end_ns; /* TIME_NEVER: not ended */
    const char *outcome, *why; /* "" until ended: of the whole journal */
};
size_t story_attempt_count(const struct story *story);
const struct story_attempt *story_attempt(const struct story *story, size_t attempt);

/* What a queue remembers of destinations and of their hosts, as changes in the order of time, of the whole journal. */
struct story_destination {
    size_t host;      /* whose queue */
    const char *name; /* a domain, or a host of it */
    size_t event;
    int64_t at_ns, until_ns; /* until_ns: passed over until then; 0: not said */
    bool up;
    uint32_t window; /* sessions it may have; 0: no limit, or of a host */
    const char *why;
};
size_t story_destination_count(const struct story *story);
const struct story_destination *story_destination(const struct story *story, size_t change);

/* How many (mail, recipient) a host holds in this state at this instant. */
uint32_t story_queue(const struct story *story, size_t host, enum story_mail_state state);
/* How many mails: one for several recipients counts once. And how many in its queue, whatever they wait for there. */
uint32_t story_mails_in_state(const struct story *story, size_t host, enum story_mail_state state);
uint32_t story_mails_in_queue(const struct story *story, size_t host);
/* How many copies a host holds in this state, where it has more than one of any (mail, recipient); else 0. */
uint32_t story_copies_in_state(const struct story *story, size_t host, enum story_mail_state state);
/* Which of its copies this mail.state puts into the mailbox, from 1; 0: it does not. */
uint32_t story_nth_copy(const struct story *story, size_t event);

/* ---- Names ---- */

/* What a resolver remembers at this instant. */
struct story_cached {
    const char *name, *qtype, *text; /* text: its records, or "no data", "no such name", "failure" */
    const char *zone, *rank;         /* whose server said so, and how far that is trusted */
    size_t event;                    /* that put it */
    int64_t expires_ns;
};
/* The newest first, at most `room` of them; of caches that changed very often only what changed last is looked at. */
size_t story_cache(const struct story *story, size_t host, struct story_cached *out, size_t room);

/* ---- Notes ---- */

/* What was learnt or decided, and is told by single events: smtp.rule, sts.policy, path.mtu, tls.start, tls.done,
   tls.failed, mail.notify, mail.report, mail.doubt, mail.aside, mail.content, mail.copy, host.settings, tcp.settings,
   tls.secrets, link.totals. Those of this kind up to this instant whose field has this value, the
   latest first, at most `room` of them; of very many only the latest are looked at. */
size_t story_notes(const struct story *story, enum event_kind kind, enum field_id field, int64_t value, size_t *events,
                   size_t room);

/* What a mail server goes by at this instant (host.settings): the last of each name. */
size_t story_settings(const struct story *story, uint32_t host, size_t *events, size_t room);
/* What a host did up to this instant that changes nothing in the story but should be seen: it has put a mail on its
   disk, told a name, ended a session; the latest first, as story_notes. */
size_t story_deeds(const struct story *story, uint32_t host, size_t *events, size_t room);

/* ---- Words ---- */

enum story_speech { STORY_SMTP, STORY_POP3, STORY_NAMES };
struct story_line {
    int64_t at_ns;
    const char *text;
    uint32_t event;
    uint32_t host, peer; /* who says it, and to whom; peer may be STORY_NONE */
    uint32_t session;    /* id; 0 for names */
    uint32_t conn;       /* STORY_NONE for names */
    uint32_t mail;       /* for content */
    enum story_speech speech : 8;
    bool by_client : 1;  /* client, or who asks */
    bool is_content : 1; /* stands for the content of a mail; text says how long it is */
    bool is_refusal : 1; /* a server's 4yz or 5yz, or -ERR */
    bool is_secret : 1;  /* nobody says it: it tells what came of TLS, which hides what follows from others */
    bool is_encrypted : 1; /* it travels within TLS: on the wire nobody can read it */
};
size_t story_line_count(const struct story *story); /* in the whole journal */
const struct story_line *story_line(const struct story *story, size_t line);
size_t story_lines_after(const struct story *story, int64_t at_ns); /* the first one later than at_ns, or their count */
/* Lines said so far are those with an index below this. */
size_t story_lines_so_far(const struct story *story);

struct story_caption {
    size_t event;
    size_t about; /* event; STORY_NONE */
    int64_t at_ns;
    const char *text, *cite; /* text as it was written: caption_text.h fills its places */
};
size_t story_caption_count(const struct story *story);
const struct story_caption *story_caption(const struct story *story, size_t caption);
size_t story_captions_so_far(const struct story *story);
/* The captions to show now: the latest, and those of the same time. One of the present instant is shown as soon as what it
   is about has happened. Returns how many; *first is the first's index. How long they stay on the screen is for the
   view to say. */
size_t story_captions_active(const struct story *story, size_t *first);

struct story_timer {
    size_t event;   /* timer.set */
    size_t host;    /* STORY_NONE */
    size_t conn, mail; /* STORY_NONE */
    int64_t at_ns;  /* when it will fire */
    const char *name;
};
/* Set and neither fired, cancelled nor set anew at this instant, in the order in which they were set; those of a
   connection end with it. */
size_t story_timer_count(const struct story *story);
struct story_timer story_timer(const struct story *story, size_t i);
int64_t story_timer_at(const struct story *story, size_t i); /* its at_ns alone */

/* ---- Why ---- */

/* The events that led to this one, itself first, back to the scenario; as many as there is room for. Returns how many
   there are in all. */
size_t story_causes(const struct story *story, size_t event, size_t *chain, size_t room);
/* The same, but from a retransmission it goes to the loss that made it necessary, past the duplicate acknowledgements that
   told of it, one by one, and from there on: "why late". */
size_t story_explanation(const struct story *story, size_t event, size_t *chain, size_t room);
/* All events about one packet: sending, each hop, its end. Returns how many there are in all. */
size_t story_packet_events(const struct story *story, size_t packet, size_t *events, size_t room);
/* One plain sentence: "mail.a.example resends bytes 2897–4344 because the retransmission timer ran out". Returns buffer;
   cut to size at a character's end. */
enum { STORY_SENTENCE_BYTES = 512 };
const char *story_sentence(const struct story *story, size_t event, char *buffer, size_t size);
/* Of "third duplicate ack" and the like: "a third duplicate acknowledgement told that it is missing"; NULL when there is
   no more to say. */
const char *story_resend_reason(const char *why);

/* New data that went beyond the congestion window because of a first or second duplicate acknowledgement (RFC 3042). With
   SACK nothing goes beyond it: what is SACKed makes room (RFC 6675). */
bool story_is_limited_transmit(const struct story *story, size_t packet);

/* ---- For the ladder and the time line ---- */

/* An arrow of the ladder: a packet from end to end. Label by story_packet_label. */
struct story_arrow {
    size_t packet;
    size_t from, to;
    int64_t sent_ns, end_ns; /* end_ns: TIME_NEVER when on its way at the journal's end */
    bool lost;
    enum story_class class;
};
/* Arrows of packets that are on their way at any time of [from_ns, to_ns], in the order of sending. Returns how many there
   are in all; fills as many as there is room for. Of the whole journal: a view of the present stops at story_now. */
size_t story_ladder(const struct story *story, int64_t from_ns, int64_t to_ns, struct story_arrow *arrows, size_t room);

enum story_density { STORY_DENSITY_PACKETS, STORY_DENSITY_LOSSES, STORY_DENSITY_LINES, STORY_DENSITY_MAIL, STORY_DENSITIES };
/* Counts visible events by sort between neighbouring edges: edges has n + 1 growing times, counts n rows. */
void story_density(const struct story *story, const int64_t *edges, size_t n, uint32_t (*counts)[STORY_DENSITIES]);

enum story_mark_kind {
    STORY_MARK_COMPOSED, STORY_MARK_ATTEMPT, STORY_MARK_DEFERRED, STORY_MARK_DELIVERED, STORY_MARK_PICKED_UP,
    STORY_MARK_BOUNCED, STORY_MARK_LOSS, STORY_MARK_CAPTION, STORY_MARK_FAULT, STORY_MARK_RETRANSMISSION,
    STORY_MARK_NOT_SENT /* given up by the program that it was written with: nothing comes back */
};
struct story_mark {
    enum story_mark_kind kind;
    uint32_t event;
    int64_t at_ns;
};
/* All marks of the journal in the order of time. The text is story_sentence's. */
size_t story_marks(const struct story *story, const struct story_mark **marks);

#endif
