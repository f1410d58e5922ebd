/* What the files of a queue share:

       mail_queue.c     entries: accepting them, and their life through crash and restart
       queue_round.c    rounds: what is due is taken up, each recipient gets a fate, the rest is put off
       destination.c    destinations: which sessions a domain has, what waits for them, whether it is held for dead
       delivery.c       one session's work: the look-up, the hosts in their order, one mail after the other
       delivery_memory.c  which of them it may try, by what failed before
       host_memory.c    what is remembered of hosts and addresses that failed
       queue_rot.c      files that the disk has harmed: they are set aside when they are read
       queue_report.c   reports to senders: failed, delayed, delivered
       queue_expand.c   aliases and mailing lists

   An entry is a mail. A job is what one entry has for one destination, a transaction's worth of recipients; it waits at
   its destination until a delivery takes it. */
#ifndef POSTROAD_MODEL_HOST_QUEUE_INTERNAL_H
#define POSTROAD_MODEL_HOST_QUEUE_INTERNAL_H

#include "model/host/ledger.h"
#include "model/host/mail_queue.h"
#include "model/host/wake.h"

enum recipient_fate {
    RECIPIENT_WAITS, /* for its next attempt */
    RECIPIENT_OPEN,  /* under way */
    RECIPIENT_NOTED, /* done, and being written down as such */
    RECIPIENT_DONE,  /* nothing is left to do */
    RECIPIENT_LATER, /* failed for now */
    RECIPIENT_NEVER  /* failed for good */
};

#define NO_RECIPIENT UINT32_MAX

struct queued_recipient {
    char *address;
    char *orcpt;                 /* NULL: unsaid */
    char *reason;                /* of the last attempt; NULL: none yet */
    char *skipped;               /* why it was passed over since; NULL: it was not */
    const char *remote_mta;      /* who gave it; "" for ourselves; NULL: no host that was called answered */
    struct retry_record *record; /* what the policy goes by; NULL: nothing */
    uint64_t event;              /* the last about this recipient: the cause of what comes next */
    int64_t next_ns;             /* of its next attempt, or when it is given up */
    int64_t due_ns;              /* the same, before a queue run was looked for */
    struct attempt_id attempt;
    uint32_t attempts;
    uint32_t next_in_job;
    uint8_t fate;      /* enum recipient_fate */
    uint8_t state;     /* enum mail_state */
    uint8_t failure;   /* enum retry_failure */
    uint8_t notify;    /* RFC 3461 4.1 */
    bool gives_up;     /* at next_ns, without an attempt */
    bool expired;      /* given up for its age */
    bool is_refused;   /* for good, though its report could not be made yet */
    bool lacks_report; /* it waits for the disk to take the report, and for nothing else */
    bool attempt_is_open;
    bool marked;          /* the disk knows that it is done */
    bool reports_success; /* it is done, and its sender wants to know */
    const char *success;  /* "delivered", "relayed", "expanded" */
};

/* A report of failures that the disk has not taken yet. */
struct unsent_report {
    struct message_id report; /* 0: there is none */
    char *words;              /* what it says of whom */
};

struct queue_entry {
    struct mail_queue *queue;
    struct queue_entry *previous, *next;
    struct message_id message;
    uint64_t luck; /* its draws go by its name: its number hangs on how many mails came before it */
    char queue_id[QUEUE_ID_BYTES];
    char *from, *envid;
    uint8_t ret, body; /* enum smtp_ret, enum smtp_body */
    bool smtputf8;
    bool is_durable; /* its file is committed */
    bool warned;     /* its sender knows of the delay */
    bool ends_if_refused;
    bool was_interrupted; /* by a crash: what it did may be done again */
    const char *rot; /* what is wrong with its file, as whoever reads it next will find; NULL: nothing */
    struct queued_recipient *recipients;
    size_t n_recipients;
    char *content;
    size_t size;
    int64_t arrived_ns;      /* by the clock of its host */
    int64_t round_began_ns;  /* by the same */
    int64_t next_attempt_ns; /* when it is looked at again */
    int64_t run_ns;          /* the queue run that took it up; -1: none */
    unsigned rounds;
    size_t n_open; /* jobs, deliveries on the spot and notes that this round waits for */
    struct unsent_report unsent;
    struct wake wake;
    mail_queue_taken_fn taken; /* whoever waits to hear that it is durable */
    void *taken_context;
};

struct delivery_job {
    struct queue_entry *entry;
    struct destination *destination;
    struct delivery_job *next; /* at its destination, or of the round being begun */
    uint32_t first, last;      /* recipients, by next_in_job */
    uint32_t n, n_open;
    bool keeps_session;         /* its destination is busy: the session is worth keeping for the next mail */
    struct retry_record record; /* of the hosts that failed or were passed over: when the first of them may be tried */
};

struct delivery;
struct host_memory;

struct destination {
    struct mail_queue *queue;
    struct destination *next_in_table, *next_blocked;
    char *domain;
    uint64_t hash;
    struct retry_site site;
    struct delivery_job *first_waiting, *last_waiting;
    struct delivery_job *filling; /* of the entry whose round is being begun */
    struct delivery *deliveries;
    int64_t n_busy;       /* deliveries that have a job */
    int64_t last_done_ns; /* when one was done with its job; -1: none was yet */
    bool is_blocked;      /* waits for a session of the whole queue */
    struct wake dead_wake;
    int64_t pauses_until_ns; /* no connection is begun before */
    struct wake pause_wake;
};

struct mail_queue {
    struct mail_server *server;
    struct host *host;
    const struct retry_policy *policy;
    struct queue_entry *entries, *last_entry; /* in the order in which they came */
    size_t n_entries;
    struct queue_entry *being_accepted; /* whose file is being committed within the call; NULL once it is */
    uint32_t last_number;
    struct destination **destinations; /* a table of chains */
    size_t n_destinations, destinations_room;
    struct destination *first_blocked, *last_blocked;
    int64_t n_busy;
    struct host_memory *memory;
    const struct scenario_fault **rots; /* that wait for a file to come */
    size_t n_rots;
    size_t n_foreign;  /* files that are no mails, and not found yet */
    bool may_have_rot; /* some file is to be found, or some rot waits */
};

/* --- mail_queue.c --- */
struct world *queue_world(const struct mail_queue *queue);
void queue_enter_state(struct queue_entry *entry, struct queued_recipient *recipient, enum mail_state to, int64_t at_ns,
                       const char *why);
/* All is done: the entry goes, and its file. */
void queue_entry_remove(struct queue_entry *entry);

/* --- queue_clock.c --- */
/* By the host's own clock. */
int64_t queue_clock_ns(const struct mail_queue *queue);
/* Its policy, with queue runs and the bounds of their waits as a clock that goes wrong makes them. */
const struct retry_policy *queue_policy_now(const struct mail_queue *queue, struct retry_policy *by_clock);

/* --- queue_round.c --- */
void queue_round_begin(void *entry);
void queue_begin_attempt(struct queue_entry *entry, uint32_t recipient);
/* The attempt for one recipient is over; emits attempt.end, or attempt.skip if it was not tried. */
struct recipient_result {
    enum recipient_fate fate; /* DONE, LATER, NEVER */
    enum retry_failure failure;
    const char *reason;
    struct host_id peer;
    bool is_unreached;                 /* the peer did not even open a connection */
    bool is_own_judgement;             /* the reason is ours, from what the peer offers: no reply of it */
    bool takes_over_reports;           /* the server knows DSN: reports of success are its business */
    int64_t until_ns;                  /* when not tried: may be tried then */
    const struct retry_record *record; /* NULL: none */
};
void queue_set_fate(struct queue_entry *entry, uint32_t recipient, const struct recipient_result *result);
/* One of the parts that the round waits for is over; the entry may be gone after this. */
void queue_part_over(struct queue_entry *entry);
/* A crash: recipients that the disk does not know to be done are due again. */
void queue_round_crash(struct queue_entry *entry);
/* When the entry is looked at again: for its earliest recipient, or to warn; TIME_NEVER: nobody waits. */
int64_t queue_next_look(const struct queue_entry *entry);
void queue_recipient_clear(struct queued_recipient *recipient);
/* By its header, where the policy minds that; else MAIL_NORMAL. */
enum mail_urgency queue_urgency(const struct queue_entry *entry);

/* --- destination.c --- */
/* Puts a recipient into the entry's job for its domain, which is put into *jobs if it is new. */
void destination_add(struct queue_entry *entry, uint32_t recipient, struct delivery_job **last_job);
void destination_submit(struct delivery_job *job);
/* What is remembered of a domain; NULL: nothing. */
const struct retry_record *destination_record(const struct mail_queue *queue, const char *domain);
/* A delivery takes the next job that waits, to go on with; NULL if there is none. */
struct delivery_job *destination_take(struct destination *destination);
/* A delivery is done with its job: what came of it tells of the destination. */
enum site_news { SITE_NO_NEWS, SITE_WORKED, SITE_FAILED };
void destination_job_done(struct destination *destination, struct delivery_job *job, enum site_news news,
                          const char *why);
/* A delivery has done a job: others may begin. The destination stays until destination_settle. */
void destination_delivery_idle(struct destination *destination);
/* A connection is begun, or has ended: the next one may have to wait. */
void destination_connects(struct destination *destination);
void destination_disconnects(struct destination *destination);
/* After whatever may have left it without anything to do. */
void destination_settle(struct destination *destination);
void destinations_crash(struct mail_queue *queue);
/* The clock was set: until when those that are dead are so. */
void destinations_move(struct mail_queue *queue, const struct clock_change *change);
/* The same for the records of hosts that jobs under way have read. */
void destinations_move_records(struct mail_queue *queue, const struct clock_change *change);
/* What is dead stays so until its time is over. */
void destinations_take_policy(struct mail_queue *queue, bool is_of_another_server);
void destinations_free(struct mail_queue *queue);

/* --- delivery.c --- */
/* On a session that is open and has nothing to do; false: there is none. */
bool delivery_go_on(struct destination *destination, struct delivery_job *job);
bool delivery_may_go_on(const struct destination *destination); /* whether there is one */
void delivery_start(struct destination *destination, struct delivery_job *job);
void delivery_drop_all(struct destination *destination);
/* The clock was set: what the jobs under way have read of hosts. delivery_memory.c */
void delivery_move_records(struct destination *destination, const struct clock_change *change);

/* --- host_memory.c --- */
struct host_memory *host_memory_new(void);
void host_memory_free(struct host_memory *memory);
void host_memory_clear(struct host_memory *memory);
/* The record of a host or of an address (by the hash of its name); made when `make`, else NULL where there is none. */
struct retry_record *host_memory_find(struct host_memory *memory, uint64_t key, bool make);
void host_memory_each(const struct host_memory *memory, void (*fn)(const void *context, struct retry_record *record),
                      const void *context);

/* --- queue_report.c --- */
/* All recipients that are NEVER: once their sender's report is on the disk they become DONE. A part of the round. */
void queue_report_failed(struct queue_entry *entry);
/* The report that the disk has refused so far, if there is one, will not be made: the journal says so. */
void queue_report_discard_unsent(struct queue_entry *entry, const char *why);
void queue_report_delayed(struct queue_entry *entry); /* all that wait */
void queue_report_success(struct queue_entry *entry); /* all that report it */

/* --- queue_rot.c --- */
/* A new file is there: a rot may have waited for it. */
void queue_rot_take_new(struct queue_entry *entry);
/* The file is read, and with it its folder: what is no sound mail is set aside. True: that was this one, which is gone.
 */
bool queue_rot_finds(struct queue_entry *entry);

/* --- queue_expand.c --- */
/* Whether the recipient is an alias or a list: then its members are queued, or it loops and is refused. */
bool queue_expand(struct queue_entry *entry, uint32_t recipient);

#endif
