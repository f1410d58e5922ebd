/* What the parts of the loader share while a scenario is being read. A part reads its section of the file into the
   scenario and reports what is wrong; nobody stops at the first error. */
#ifndef POSTROAD_MODEL_SCENARIO_LOADER_H
#define POSTROAD_MODEL_SCENARIO_LOADER_H

#include "model/scenario/checks.h"
#include "model/scenario/scenario.h"

/* ---- memory that is freed together with the scenario ---- */

struct scenario_memory;
struct scenario_memory *scenario_memory_new(void);
void scenario_memory_free(struct scenario_memory *memory);
void *scenario_alloc(struct scenario_memory *memory, size_t n, size_t size); /* zeroed */
const char *scenario_text(struct scenario_memory *memory, const char *text); /* a copy; NULL stays NULL */

/* ---- names ---- */

struct name_entry {
    const char *name;
    int index;
};

/* The names of one kind of thing, sorted. */
struct name_index {
    struct name_entry *entries;
    size_t n;
};

struct loader {
    struct scenario *scenario;
    struct checks *checks;
    struct spot root;
    struct name_index hosts, links, mails;
    bool *host_is_good; /* has one role, so that what refers to it can be judged */
};

void name_index_sort(struct name_index *index);
int name_index_find(const struct name_index *index, const char *name); /* -1: none */

/* Counts and lists the members of a named section ("hosts"); 0 when it is missing or no object. */
size_t loader_name_section(struct loader *l, const char *key, struct name_index *index, struct spot *section);

/* A reference by name. False, with a suggestion, when there is no such thing. */
bool loader_link(struct loader *l, const struct spot *spot, int *out);
bool loader_mail(struct loader *l, const struct spot *spot, int *out);
/* roles: bits 1 << ROLE_...; a host without a good role is passed over in silence, having been reported already. */
bool loader_host(struct loader *l, const struct spot *spot, unsigned roles, int *out);
enum { ANY_ROLE = 63, WRONG_REFERENCE = -2 }; /* in place of an index that was given, but refused */
/* "toward": the end of `link` that the thing happens toward, as a direction (0 out, 1 back); 2 when missing. */
bool loader_toward(struct loader *l, const struct spot *object, int link, int *dir);
/* A name under a rule of names.h; refused at the key or at the value. otherwise: the hint where no better name is
 * known. */
typedef const char *(*name_rule_fn)(const char *name, char better[]);
bool loader_good_key(const struct spot *spot, name_rule_fn problem, const char *otherwise);
bool loader_good_name(const struct spot *spot, name_rule_fn problem, const char *otherwise);
/* An array of texts that differ from one another, or NULL; a single text counts as one. */
const char **loader_texts(struct loader *l, const struct spot *spot, const char *example, size_t *n);
/* The same of texts that may stand there twice. */
const char **loader_lines(struct loader *l, const struct spot *spot, const char *example, size_t *n);

/* What hosts call the kinds of packets they send (model/host/packets.c). */
enum { PACKET_TAGS = 13 };
extern const struct choice packet_tags[PACKET_TAGS];

/* "from", "subject", "text" of a mail, or of a generator of mails. */
enum { TEXT_LINE_MAX = 998, SUBJECT_MAX = 900 }; /* RFC 5322 2.1.1, with room for "Subject: " */
#define MAIL_SIZE_MAX INT64_C(10000000)
/* The client whose user this is, which submits; refuses what is none and gives -1. */
int loader_sender(struct loader *l, const struct spot *spot, const char *user);
bool loader_good_mailbox(const struct spot *spot);
bool loader_good_recipient(const struct spot *spot);
/* Text that can stand in a mail: no control characters, no line that is too long. */
bool loader_check_content(const struct spot *spot, const char *text, bool one_line, size_t line_max);
void load_client_habits(struct loader *l, const struct spot *object, struct scenario_client *c);
void load_mail_parts(struct loader *l, const struct spot *mail, struct scenario_mail *m);
uint64_t loader_attached_bytes(const struct mail_attachment *attachments, size_t n); /* their sum */
/* "attach" of a mail, or of the mails of a generator; NULL and 0 when there are none. */
const struct mail_attachment *loader_attachments(struct loader *l, const struct spot *mail, size_t *n_loaded);
/* Of a mail whose recipients are all known: what its sender wants to hear of it (scenario_dsn.c). */
void load_dsn(struct loader *l, const struct spot *mail, struct scenario_mail *m);
/* A time of day, "08:00-18:00"; midnight at the end is "24:00". False when refused, at the key or else at the value. */
bool loader_hours(const struct spot *spot, const char *text, int64_t *from_ns, int64_t *until_ns);
void loader_subject_and_text(struct loader *l, const struct spot *mail, const char **subject, const char **text);
/* The client whose user this is, preferring one that submits; -1: none. */
int loader_client_of(const struct scenario *s, const char *user);

/* The first host of a role; -1: none. */
int find_role_of(const struct scenario *s, enum host_role role);
/* Of these roles there is one host at most. what: "is a second ... beside". */
void check_only_one(struct loader *l, enum host_role role, const char *what, const char *hint);
/* Room for so many more hosts and links of theirs; then each of them: its index. */
void implied_make_room(struct loader *l, size_t more);
int implied_add(struct loader *l, int router, const char *name, enum host_role role, int64_t delay_ns);

/* ---- the parts, in the order in which they run ---- */

void load_host_names(struct loader *l);
void load_link_names(struct loader *l);
void load_mail_names(struct loader *l);
void load_hosts(struct loader *l);
/* "dns" and what belongs to it (scenario_dns.c). */
void load_dns_kind(struct loader *l);
void load_name_server(struct loader *l, const struct spot *object, struct scenario_host *h);
void load_resolver(struct loader *l, const struct spot *object, const struct spot *host, struct scenario_host *h);
void load_asks(struct loader *l, const struct spot *host, struct scenario_host *h);
void load_dns_fault(struct loader *l, const struct spot *object, struct scenario_fault *f);
void load_abuse(struct loader *l, const struct spot *object, struct scenario_fault *f);
void load_zone_fault(struct loader *l, const struct spot *object, struct scenario_fault *f);
/* "tls", where it may stand. */
void load_tls_kind(struct loader *l);
void load_client_tls(const struct spot *client, struct scenario_client *c);
void load_server_tls(struct loader *l, const struct spot *server, struct scenario_tls *t);
/* Of a mail server: how it chooses among the places that DNS names. */
void load_mx_choice(const struct spot *server, struct scenario_mail_server *m);
struct tcp_config loader_tcp_default(void);
/* Reads "tcp" of a host or of the whole file over what *config holds. */
void load_tcp(const struct spot *up, struct tcp_config *config);
struct scenario_smtp loader_smtp_default(void);
/* Reads "smtp" of the whole file, of a mail server or of a client over what *smtp holds. */
enum smtp_of { SMTP_OF_ALL, SMTP_OF_SERVER, SMTP_OF_CLIENT };
void load_smtp(struct loader *l, const struct spot *up, enum smtp_of of, struct scenario_host *h);
/* Reads "aliases" of a mail server (scenario_aliases.c). */
void load_aliases(struct loader *l, const struct spot *server, struct scenario_mail_server *m);
/* Reads "retry" of a mail server (scenario_retry.c). */
void load_retry(const struct spot *server, struct retry_policy *policy);
void load_retry_policy(const struct spot *spot, struct retry_policy *policy); /* what it says itself */
/* What a mail server refuses (scenario_refusals.c). */
void load_refusals(struct loader *l, const struct spot *server, struct scenario_refusals *r);
void load_disk(const struct spot *host, struct scenario_host *h); /* after its role */
void load_links(struct loader *l);
void load_zones(struct loader *l);
/* Name servers and resolvers that are not written; what follows may name them. */
void add_implied_hosts(struct loader *l);
void add_tree(struct loader *l, int router);
void load_mails(struct loader *l);
void load_traffic(struct loader *l);
void load_faults(struct loader *l);
/* Verbs of faults: each reads its object into *f. */
void load_on_host(struct loader *l, const struct spot *object, struct scenario_fault *f); /* only "host" */
void load_stop_host(struct loader *l, const struct spot *object, struct scenario_fault *f);
void load_disk_fault(struct loader *l, const struct spot *object, struct scenario_fault *f);
void load_slow(struct loader *l, const struct spot *object, struct scenario_fault *f);
void load_reply(struct loader *l, const struct spot *object, struct scenario_fault *f);
void load_clock(struct loader *l, const struct spot *object, struct scenario_fault *f);
/* Whether there is a time at which both are in force. Both ends count: which of two that change at one instant does so
   first is not asked. */
bool loader_faults_meet(const struct scenario_fault *a, const struct scenario_fault *b);
/* Those of all faults together: no clock may come to a stand, nor go wrong beyond all reckoning. */
void check_clocks(struct loader *l, const struct spot *faults);
/* Which events are meant: "KIND WORDS", or a packet's tag for the sending of such a packet; false when refused. Words
   stand in one of the event's texts; NULL: any. */
bool loader_event(struct loader *l, const struct spot *spot, const char *text, enum event_kind *kind,
                  const char **words);
void load_expectations(struct loader *l);
void load_story(struct loader *l);
/* What only the whole can show. */
void assign_addresses(struct loader *l);
void check_outside(struct loader *l);
void check_domains(struct loader *l);
void warn_of_zones(struct loader *l); /* of a world that is valid (scenario_warnings.c) */
void check_aliases(struct loader *l); /* of zones; after everything that they may be in the way of */
void check_ways(struct loader *l);

#endif
