/* The description of a world, read from JSON and checked: plain values, shared unchanged by all runs. References are
   indices into the arrays, -1 for none. Names and texts belong to the scenario. */
#ifndef POSTROAD_MODEL_SCENARIO_SCENARIO_H
#define POSTROAD_MODEL_SCENARIO_SCENARIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "model/mail/greylist.h"
#include "model/mail/rate_limit.h"
#include "model/mail/retry.h"
#include "model/mail/sts_policy.h"
#include "model/mail/message.h"
#include "model/smtp/smtp_client.h"
#include "model/smtp/smtp_server.h"
#include "model/tcp/tcp.h"
#include "model/tls/tls_kinds.h"
#include "model/wire/ip_address.h"
#include "sim/journal/journal.h"
#include "sim/link_settings.h"

/* ROLE_OUTSIDE: where programs outside the simulation enter it (postroad live); by itself it does nothing. */
enum host_role { ROLE_CLIENT, ROLE_MAIL_SERVER, ROLE_ROUTER, ROLE_NAME_SERVER, ROLE_OUTSIDE, ROLE_RESOLVER };
const char *host_role_text(enum host_role role); /* "mail_server" */

/* "smtp": how a host speaks it. Names and passwords in the configurations are left to the host. */
struct scenario_smtp {
    struct smtp_server_config server;
    struct smtp_client_config client; /* time-outs of 0: of a server by its policy, of a client by RFC 5321 */
    unsigned max_hops;                /* Received lines of a mail in a loop */
    const char *auth_user; /* of a client; NULL: it does not authenticate */
    const char *auth_password;
};

/* A host, or the addresses that begin with these bits. */
struct scenario_network {
    int host; /* -1: by address */
    struct ip_address address;
    unsigned prefix_bits; /* of 128; of 32 for IPv4 */
};

/* How a client speaks with its server. */
enum client_tls { CLIENT_TLS_OFF, CLIENT_TLS_STARTTLS, CLIENT_TLS_IMPLICIT };

/* A policy that the domains of a server publish (RFC 8461 3.2). */
struct scenario_sts {
    bool is_published;
    enum sts_mode mode;
    const char **mx; /* patterns; without any the servers of the domain are meant */
    size_t n_mx;
    int64_t max_age_ns;
};

/* What a server demands of TLS where it hands mail on. */
enum tls_outbound { OUTBOUND_NEVER, OUTBOUND_OPPORTUNISTIC, OUTBOUND_REQUIRED, OUTBOUND_VERIFY, OUTBOUND_MTA_STS };

struct scenario_tls {
    bool offers; /* STARTTLS, STLS, and the ports of implicit TLS */
    enum tls_version version;
    enum tls_certificate_kind certificate;
    enum tls_outbound outbound;
    int64_t clear_after_ns; /* in place of the retry policy's (retry.h); -1: as that has it */
    struct scenario_sts sts;
};

/* A time of day, from and until, and how much of the rate holds there, in parts of 2^16. */
struct scenario_hours {
    int64_t from_ns, until_ns;
    uint32_t share;
};

struct scenario_client {
    enum client_tls tls;
    const char *user; /* "alice@a.example" */
    int64_t leaves_ns;           /* how long what was fetched stays on the server: 0 not at all, TIME_NEVER for ever */
    int64_t fetch_jitter_ns;     /* each interval is longer by up to so much */
    int64_t submission_retry_ns; /* 5 min */
    const struct scenario_hours *online; /* times of day, in order, when it begins to fetch or submit; NULL: always */
    size_t n_online;
    int submits_to;   /* host, or -1: sends nothing */
    int fetches_from; /* host, or -1: never fetches */
    int64_t fetches_every_ns;
    uint16_t submission_port; /* 587 */
};

/* In which order the addresses of one host are tried: IPv6 and IPv4 in turn, one version first, or at random among all
   addresses of equal preference (mx_lookup.h). */
enum address_order { ADDRESSES_ALTERNATE, ADDRESSES_V6_FIRST, ADDRESSES_V4_FIRST, ADDRESSES_ANY };

/* Whether its user lives elsewhere now, at its one member, and senders are told so (RFC 5321 3.4). */
enum alias_moved {
    ALIAS_HAS_NOT_MOVED,
    ALIAS_MOVED_FORWARDS, /* 251: the mail goes on to the new address */
    ALIAS_MOVED_REFUSES   /* 551: the sender is to write there himself */
};

/* An address of a mail server that stands for others. */
struct scenario_alias {
    const char *name;     /* the part before the @, the same in each domain */
    const char **members; /* addresses */
    size_t n_members;
    const char *owner; /* of a mailing list: who gets its bounces, as reverse-path; NULL: the sender keeps them */
    enum alias_moved moved;
};

/* A mail whose content holds this text is refused, at these odds. */
struct scenario_content_rule {
    const char *contains;
    uint64_t odds_of_2_32;
    const char *reply;
};

enum unknown_users { UNKNOWN_REFUSED, UNKNOWN_LATER, UNKNOWN_TAKEN };

/* Whom a server lets wait, and what it refuses (model/host/refusals.h). Replies: NULL for the usual words. */
struct scenario_refusals {
    bool any; /* of all that follows */
    bool greylists;
    struct greylist_settings greylist;
    const char *greylist_reply;
    int64_t greeting_ns, command_ns, error_ns; /* a tarpit: what it says, it says so much later */
    unsigned after_errors;                     /* error_ns counts from so many on */
    bool refuses_early_talkers;
    bool limits_clients;
    struct rate_limit_settings limits;
    unsigned most_errors;   /* of a session; 0: no limit */
    unsigned most_junk;     /* commands of a session since its last mail that bring none; 0: no limit */
    uint64_t mailbox_bytes; /* 0: no limit */
    unsigned mailbox_mails;
    const char *full_reply;
    struct scenario_content_rule *content;
    size_t n_content;
    const char **senders; /* "alice@a.example", or "@a.example" */
    size_t n_senders;
    enum unknown_users unknown_users;
};

struct scenario_mail_server {
    const char **domains;
    size_t n_domains;
    const char **backup_for; /* domains whose mail it takes, and hands on to a better MX */
    size_t n_backup_for;
    const char **users; /* local parts, the same in each domain */
    size_t n_users;
    struct scenario_alias *aliases;
    size_t n_aliases;
    struct retry_policy retry;
    struct scenario_network *relay_for; /* beside its own clients, and who authenticates */
    size_t n_relay_for;
    struct scenario_refusals refusals;
    struct scenario_tls tls;
    uint16_t mx_preference; /* of the MX records made for its domains: 10; of a backup: 20 */
    enum address_order address_order;
    bool refuses_null_mx_senders; /* RFC 7505 4.2: 550 5.7.27 to mail from a domain that takes none */
    bool refuses_mx_aliases; /* RFC 2181 10.3 to the letter: an MX host that is an alias does not count */
};

/* How long a disk takes for what it does, and how much it holds (model/host/store.h). */
struct scenario_disk {
    int64_t write_ns, sync_ns, rename_ns, read_ns;
    uint64_t size_bytes, files; /* 0: without bound */
    bool takes_time;     /* some step of a write takes time */
};

/* In "dns": "tree". */
struct scenario_resolver {
    uint32_t most_ttl_s, most_negative_ttl_s, failure_ttl_s;
    bool no_edns;
};

struct scenario_host {
    const char *name;
    enum host_role role;
    uint32_t address;           /* IPv4; 0: speaks none */
    struct ip_address address6; /* likewise */
    bool strips_starttls;         /* a router that writes over STARTTLS in what passes */
    bool is_silent;               /* a router with "icmp": false: sends no ICMP errors */
    bool no_path_mtu_discovery;   /* its segments may be cut on the way (IPv4) */
    bool implied; /* the name server that stands at the first router by default */
    struct tcp_config tcp; /* of all its connections */
    struct scenario_smtp smtp;
    struct scenario_disk disk;
    struct scenario_client client;
    struct scenario_mail_server mail_server;
    const char **zones; /* of a name server in "dns": "tree"; "" is the root */
    size_t n_zones;
    struct scenario_resolver resolver;
    int asks; /* the resolver that it asks, or the name server that serves all; -1: none */
    int dns_zone; /* of the tree, in which its name lies; -1: none, in "simple" */
};

/* The values of a direction of a link that a scenario sets (link_values.h). */
enum link_value {
    LINK_RATE, LINK_DELAY, LINK_JITTER, LINK_QUEUE, LINK_CODEL, LINK_LOSS, LINK_DUPLICATE, LINK_REORDER, LINK_CORRUPT,
    LINK_VALUES
};

struct scenario_link {
    const char *name;
    int a, b; /* hosts */
    bool implied;
    uint32_t mtu_bytes;
    struct link_settings out, back; /* a to b, b to a */
};

/* "zones": records beside, or instead of, those that are made from the servers. */
struct scenario_zone {
    const char *apex;
    const char **lines;
    size_t n_lines;
};

/* A zone of "dns": "tree", and the hosts that serve it. The root comes first, a zone before those below it. */
struct scenario_dns_zone {
    const char *apex;
    int parent; /* -1: of the root */
    int *servers;
    size_t n_servers;
};

struct scenario_mail {
    const char *name; /* "m1" */
    int64_t at_ns;
    int client; /* the host whose user is the sender */
    const char *from;
    const char **to; /* all who get it: to, cc, bcc */
    size_t n_to, n_cc, n_bcc; /* all, and those of the last two */
    const char *reply_to, *html; /* NULL: none; the lines of HTML end in CRLF */
    const struct mail_attachment *attachments;
    size_t n_attachments;
    const char *subject, *text;
    bool verbatim;       /* the text goes out byte for byte, CR and LF alone among them */
    uint64_t size_bytes; /* the body is filled up to this many bytes; 0: only the text */
    const char *priority; /* "urgent", "normal", "non-urgent"; NULL: unsaid */
    unsigned notify;     /* RFC 3461: SMTP_NOTIFY_ bits; 0: unsaid */
    enum smtp_ret ret;
    const char *envid;  /* xtext; NULL: unsaid */
    const char **orcpt; /* of each recipient, xtext; NULL: the mail asks for none of this */
};

/* Addresses of which one is drawn, or which take turns. */
struct scenario_choice {
    const char **addresses;
    int *clients;          /* the host whose user each is; -1 for none */
    uint64_t *weight_sums; /* of each and all before it; NULL: all alike */
    size_t n;
};

enum interval_law { INTERVAL_FIXED, INTERVAL_POISSON, INTERVAL_UNIFORM };

struct scenario_arrivals {
    enum interval_law law;
    int64_t interval_ns; /* the fixed one, the mean, or the least */
    int64_t most_ns;     /* of the uniform law */
    uint64_t burst;      /* mails that come together, each time: 1 */
    int64_t apart_ns;    /* the mails of a burst from one another */
    struct scenario_hours *hours; /* in order, without overlaps; outside of them nothing happens; NULL: all day */
    size_t n_hours;
};

enum size_law { SIZE_FIXED, SIZE_UNIFORM, SIZE_EXPONENTIAL, SIZE_LOGNORMAL, SIZE_PARETO, SIZE_LISTED };

struct scenario_sizes {
    enum size_law law;
    int64_t bytes; /* fixed (0: the text alone), least, mean, or median */
    int64_t most;  /* larger ones are cut down to it */
    double shape;  /* sigma, or alpha */
    const int64_t *listed;
    size_t n_listed;
};

/* "traffic": mails that are written as time goes by. */
struct scenario_traffic {
    const char *name;
    struct scenario_choice from, to;
    bool in_turn; /* the senders, one after the other */
    int64_t at_ns, until_ns;
    uint64_t count; /* UINT64_MAX: without end */
    struct scenario_arrivals every;
    struct scenario_sizes size;
    int64_t recipients_least, recipients_most;
    const char *subject, *text; /* with {n}, {name}, {from}, {to} in them */
    const struct mail_attachment *attachments; /* of each mail */
    size_t n_attachments;
};

enum drop_part { DROP_ANY_PART, DROP_BODY };

/* What a crash does to what was written and not synced: it is gone, or half of it is there, or all of it, as when only the
   process dies. */
enum crash_loss { CRASH_DROPS, CRASH_TEARS, CRASH_KEEPS };

/* Steps of accepting a mail and handing it over, at which a fault can stop a host. */
enum mail_step {
    STEP_WRITTEN, STEP_SYNCED, STEP_COMMITTED, STEP_BEFORE_250, STEP_AFTER_250, STEP_HANDED_OVER, STEP_MARKED_DONE,
    STEP_BOUNCE_WRITTEN, MAIL_STEPS
};

enum fault_verb {
    FAULT_STOP_HOST, FAULT_CUT_LINK, FAULT_MUTE_ICMP, FAULT_SET, FAULT_DROP, FAULT_SPARE, FAULT_END, FAULT_REPLY,
    FAULT_DISK, FAULT_SLOW, FAULT_PAUSE, FAULT_CLOCK, FAULT_DNS, FAULT_ZONE, FAULT_ABUSE,
    FAULT_SET_RETRY /* "set", of a mail server */
};

enum disk_fault {
    DISK_FAULT_FULL, DISK_FAULT_READ_ONLY, DISK_FAULT_WRITE, DISK_FAULT_SYNC, DISK_FAULT_SHORT,
    DISK_FAULT_INTERRUPTED, DISK_FAULT_READ, DISK_FAULT_SLOW, DISK_FAULT_WIPE, DISK_FAULT_ROT
};

/* What time does to a file. */
enum disk_rot { ROT_BIT, ROT_TRUNCATED, ROT_EMPTY, ROT_FOREIGN };

/* What a server does instead of answering. */
enum reply_act {
    REPLY_WITH,    /* a refusal */
    REPLY_CLOSE,   /* it closes the connection */
    REPLY_RESET,   /* or resets it */
    REPLY_SILENCE, /* it says nothing more */
    REPLY_GARBAGE, /* what it says is no reply */
    REPLY_ENDLESS, /* a reply whose last line never comes */
    REPLY_DRIP,    /* from now on it speaks an octet at a time */
    REPLY_TWICE,   /* it says the same thing twice */
    REPLY_DISCARD, /* it says 250 and throws the mail away */
    REPLY_MISMATCHED,   /* a reply whose lines have different codes */
    REPLY_ENDLESS_LINE, /* one line without an end */
    REPLY_HALF_CLOSE,   /* it says its reply, and closes its own side only */
    REPLY_EARLY,        /* behind its reply it says the next one, before it is asked */
    REPLY_ACTS,
    REPLY_UNKNOWN_CODE = REPLY_ACTS /* a reply with a code from 600 on: reply_with */
};

/* What a name server does instead of answering. */
enum dns_lie {
    LIE_SERVFAIL, LIE_REFUSED, LIE_NOTIMP, LIE_FORMERR, LIE_NXDOMAIN, LIE_LAME, LIE_NOTHING, LIE_TRUNCATED, LIE_LATE,
    LIE_WRONG_ID, LIE_WRONG_PORT
};
const char *dns_lie_text(enum dns_lie lie); /* "wrong id" */

/* What a client does that means no mail. */
enum abuse_kind {
    ABUSE_VRFY,    /* it guesses names, as fast as it is answered */
    ABUSE_EARLY,   /* it speaks before the greeting */
    ABUSE_HTTP,    /* it takes the server for a web server */
    ABUSE_TLS,     /* the first bytes of TLS, in clear */
    ABUSE_BDAT,    /* chunks that nobody asked for */
    ABUSE_DRIP,    /* a command that comes an octet at a time and never ends */
    ABUSE_SILENCE, /* nothing: the connection is all */
    ABUSE_CURIOUS, /* every command that asks something, each once */
    ABUSE_KINDS
};
const char *abuse_kind_text(enum abuse_kind kind); /* "vrfy" */

/* A thousandth of the time is left, so that a clock never quite stands still. */
enum { SLOWEST_CLOCK_PPM = 999000 };

struct scenario_fault {
    enum fault_verb verb;
    size_t text; /* which of "faults" it is read from */
    int64_t at_ns, for_ns; /* for_ns: TIME_NEVER when it lasts */
    int host;              /* stop_host, mute_icmp, reply, disk, slow, pause, clock; set, of a mail server */
    int link;              /* cut_link; set; drop (or -1: any link) */
    int dir;               /* 0 out, 1 back, 2 both */
    /* stop_host */
    enum crash_loss crash_loss;
    int stop_step; /* enum mail_step, at the nth time that it comes; -1: by time */
    int stop_mail; /* of this mail; -1: of any */
    /* disk, slow */
    enum disk_fault disk;
    uint64_t disk_bytes, disk_files; /* full: it holds no more than this */
    enum disk_rot rot;
    int rot_mail;                    /* its file; -1: any of the queue */
    bool wipes_all;      /* mailboxes too */
    uint32_t factor;     /* so many times slower */
    /* clock: by so much ahead, or fast */
    int64_t clock_step_ns, clock_skew_ppm;
    /* set: which value of the link, in the directions of `dir` */
    enum link_value set;
    struct link_settings set_to; /* that value of these */
    const char *set_text;        /* as written: "20 %", or in words */
    const struct retry_policy *set_retry;
    /* drop, spare: a packet by its number in the run (not 0), a mail's segment, or the nth packet with a tag */
    uint64_t packet;
    int drop_mail;         /* -1: by tag */
    enum drop_part drop_part;
    uint32_t drop_segment, drop_transmission; /* from 1; 0: any */
    const char *drop_tag;  /* "tcp.syn"; NULL: any */
    uint32_t nth, count;
    /* reply */
    enum reply_act reply_act;
    const char *reply_from, *reply_rcpt; /* of this sender, for this recipient; NULL: any */
    int reply_client;                    /* to this host; -1: to any */
    uint32_t reply_times;                /* at most; 0: any number */
    int64_t reply_every_ns;              /* of a drip */
    uint64_t reply_at_octet;             /* not at a command, but at this octet of the dialogue, from 1; 0: at a command */
    const char *reply_to;   /* "RCPT" */
    const char *reply_with; /* "451 4.7.1 Try again later" */
    uint64_t reply_odds_of_2_32; /* dns too */
    /* dns */
    enum dns_lie dns_lie;
    const char *dns_name;  /* questions for it and what lies below; NULL: all */
    int64_t dns_delay_ns;  /* late */
    /* abuse: of this server by `host` */
    enum abuse_kind abuse_kind;
    int abuse_server;
    uint32_t abuse_port, abuse_connections, abuse_at_once; /* in all, and of these so many at the same time */
    uint32_t abuse_count;   /* names that are guessed on each */
    int64_t abuse_every_ns; /* of a drip */
    /* zone */
    struct scenario_zone zone; /* what it is from then on */
};

/* A field of an event has this value; a text contains it. */
struct event_condition {
    enum field_id field;
    const char *text; /* of texts */
    int64_t number;   /* of all others */
};

struct scenario_expectation {
    int64_t after_ns, before_ns; /* not earlier; earlier than this, TIME_NEVER: whenever */
    /* Of a mail: what becomes of it */
    int mail;              /* index */
    const char *outcome;   /* "delivered", "bounced", "queued", "picked up", "discarded" */
    uint32_t min_attempts; /* 0: not asked */
    uint32_t max_attempts, max_copies; /* UINT32_MAX: not asked */
    uint32_t min_copies;
    /* Or of events: how often they come */
    const char *event;    /* "smtp.line STARTTLS", as it was written; NULL: of a mail */
    enum event_kind kind; /* `event`, taken apart */
    const char *words;    /* stand in one of its texts; NULL: any */
    struct event_condition *where;
    size_t n_where;
    uint32_t min_times, max_times;
};

struct scenario_caption {
    const char *on; /* "first tcp.syn", "mail.state deferred": see docs/scenarios.md */
    const char *say; /* in English */
    const char *cite;
    uint32_t nth;         /* `on`, taken apart: the nth event, from 1 */
    enum event_kind kind; /* of this kind */
    const char *words;    /* with this in one of its texts; NULL: any */
};

/* Which versions of IP hosts speak that write no address. */
enum ip_versions { IP_V4 = 1, IP_V6 = 2, IP_BOTH = 3 };

struct scenario {
    const char *warnings; /* of what is valid and hardly meant, as errors are told; "": nothing */
    const char *title, *description;
    const char *seed_text;
    uint64_t seed;
    int64_t starts_unix_s;
    const char *starts_text;
    int64_t until_ns;         /* TIME_NEVER: by default until all is done, 30 days at most */
    int64_t reroute_after_ns; /* TIME_NEVER: routes stay */
    enum ip_versions ip;
    bool tls_is_modelled; /* the flights and sizes of TLS without its cryptography */
    struct scenario_host *hosts;
    size_t n_hosts;
    struct scenario_link *links;
    size_t n_links;
    bool dns_tree; /* root, top-level and other name servers, and resolvers; else one name server serves all */
    struct scenario_dns_zone *dns_zones; /* of the tree */
    size_t n_dns_zones;
    struct scenario_zone *zones;
    size_t n_zones;
    struct scenario_mail *mails;
    size_t n_mails;
    struct scenario_traffic *traffic;
    size_t n_traffic;
    struct scenario_fault *faults;
    size_t n_faults;
    struct scenario_expectation *expectations;
    size_t n_expectations;
    struct scenario_caption *captions;
    size_t n_captions;
    const char *json; /* the effective file as compact JSON, overrides applied */
    struct scenario_memory *memory; /* owns all of the above */
};

/* One value given on the command line: "/links/a-mail/loss" = "20 %". */
struct scenario_override {
    const char *pointer; /* JSON Pointer (RFC 6901) */
    const char *value;   /* JSON, or a bare word taken as a string */
};

/* Reads and checks. All errors are written to `errors` (file:line:column: pointer: what, then a hint line); NULL then.
   path "-" is standard input. */
struct scenario *scenario_load(const char *path, const struct scenario_override *overrides, size_t n_overrides,
                               FILE *errors);
struct scenario *scenario_parse(const char *name, const char *json, size_t size,
                                const struct scenario_override *overrides, size_t n_overrides, FILE *errors);
void scenario_free(struct scenario *scenario);

/* The seed a text stands for: its number when it is digits up to 2^53, else a hash of it. */
uint64_t scenario_seed_from_text(const char *text);

#endif
