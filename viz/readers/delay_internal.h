/* What an account of delays keeps: copies and their intervals (delay_copies.c), the jobs that hosts have with them
   (delay_account.c), and chains of copies (delay_chain.c). */
#ifndef POSTROAD_VIZ_READERS_DELAY_INTERNAL_H
#define POSTROAD_VIZ_READERS_DELAY_INTERNAL_H

#include "viz/readers/delay_account.h"
#include "viz/story/tables.h"

#define DELAY_NONE SIZE_MAX

/* A mail for one recipient at one host. */
struct delay_copy {
    int64_t message, host;
    uint64_t pair;              /* of the mail and its recipient */
    int64_t began_ns, ended_ns; /* ended: -1, not yet */
    size_t origin;              /* the copy it was made from: at the host before, or of the list it is a member of */
    size_t sibling;             /* another recipient's, of the same mail at the same host */
    size_t job, place;          /* the job it is part of, and where there */
    struct delay_interval open; /* since open.from_ns; its end is not known */
    bool is_tried;              /* an attempt has failed */
    TABLE_OF(struct delay_interval) intervals;
};

/* What a host has to do for the recipients of an entry of its queue in one domain, or for those of them whose attempts
   began together; for a client, all that its outbox holds. */
struct delay_job {
    int64_t host, message; /* message 0: an outbox */
    TABLE_OF(size_t) members;
    enum delay_stage stage;
    int64_t conn, peer, mail_since_ns; /* when MAIL was said last */
    int64_t old_conn, old_ns;          /* the connection before, which has not ended; since when there is another */
    const char *what;
    unsigned questions; /* that are open */
    bool has_session, has_content; /* has_content: this session has sent some already */
    bool is_attempt;               /* of those whose attempts have begun */
};

struct delay_account {
    struct index_map written, delivered, picked_up; /* by message, by pair, by pair */
    struct index_map there, files, latest;          /* by pair and host, by these and queue id, by pair */
    struct index_map siblings;                      /* by message and host */
    struct index_map attempts, activated;           /* whose copy: by attempt, by the event that made it active */
    struct index_map local_domains;                 /* by host and domain */
    struct index_map recipient_limits;              /* by host: how many recipients share a transaction at most */
    struct index_map senders;                       /* by message and host: who has sent it, one after the other */
    struct index_map expansions;                    /* by pair and host: whose copy */
    struct index_map conn_peers, conn_jobs, session_conns, event_jobs, question_jobs, questions, job_index;
    TABLE_OF(struct delay_copy) copies;
    TABLE_OF(struct delay_job) jobs;
    struct text_store texts;
    size_t beginning, beginning_of; /* the job of those whose attempts begin just now, and whose they were */
    int64_t now_ns;
    const struct event *heard; /* for the time of the call */
    delay_odd_fn odd;
    void *odd_context;
};

uint64_t delay_key(uint64_t a, int64_t b);
uint64_t delay_key_text(uint64_t a, const char *text, size_t length); /* as DNS compares: a is A */
uint64_t delay_pair(int64_t message, const char *recipient, size_t length);

/* --- delay_copies.c --- */
/* The copy that an attempt, or what has no queue id, is about; DELAY_NONE: there is none. */
bool delay_copy_is_of(const struct delay_account *a, size_t copy, const struct event *e); /* of its recipient */
size_t delay_copy_there(const struct delay_account *a, const struct event *e);
void delay_copy_state(struct delay_account *a, const struct event *e); /* mail.state */
/* A host sends a mail to another. */
void delay_copy_sent(struct delay_account *a, int64_t message, int64_t from, int64_t to);
/* From now on it is in this interval; the stage, and what goes with it, as given. */
void delay_copy_enter(struct delay_account *a, size_t copy, const struct delay_interval *next);
/* The same, but since an instant that is past. */
void delay_copy_enter_since(struct delay_account *a, size_t copy, const struct delay_interval *next, int64_t since_ns);

/* --- delay_account.c --- */
size_t delay_job_of(struct delay_account *a, int64_t host, int64_t message, const char *recipient, const char *queue_id);
void delay_job_add(struct delay_account *a, size_t job, size_t copy);
void delay_job_remove(struct delay_account *a, size_t copy);

#endif
