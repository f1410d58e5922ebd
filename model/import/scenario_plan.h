/* What the journal says, put in order for scenario_draft.h: scenario_plan.c gathers, scenario_faults.c finds out why
   mail had to wait, scenario_draft.c writes. */
#ifndef POSTROAD_MODEL_IMPORT_SCENARIO_PLAN_H
#define POSTROAD_MODEL_IMPORT_SCENARIO_PLAN_H

#include "model/import/import_map.h"
#include "sim/journal/journal_memory.h"
#include "sim/journal/vtime.h"

enum {
    PLAN_NAME_BYTES = 64,
    PLAN_ADDRESS_BYTES = 320,
    PLAN_MAILS_MAX = 1000,
    PLAN_RECIPIENTS_MAX = 1000,
    PLAN_REPLY_BYTES = 200
};

/* The latest instant, and the longest wait, of a scenario. */
#define PLAN_LATEST_NS (365 * DAY)

struct plan_host {
    char name[PLAN_NAME_BYTES]; /* as a scenario may have it */
    bool is_server, is_used;    /* is_used: it stands in the scenario */
    int64_t delay_ns;           /* of its link to the router */
    uint64_t sent, lost;        /* packets on the links to it */
    int64_t greylisting_ns;     /* 0: it does not */
    bool is_exim;
};

struct plan_domain {
    const char *name; /* in lower case; owned */
    int server;       /* plan_host, or -1 */
    bool is_final;    /* mail was seen to be delivered there, or taken last */
};

struct plan_user { /* an address that writes or gets mail */
    char address[PLAN_ADDRESS_BYTES];
    int domain;
    bool writes, is_known; /* is_known: its server has it */
    bool was_refused, was_taken;
    char client[PLAN_NAME_BYTES]; /* of one that writes */
};

struct plan_mail {
    int64_t at_ns;
    uint64_t size;
    int from; /* plan_user */
    char *subject;
    int *to; /* plan_users */
    size_t n_to;
};

struct plan_fault {
    int server, recipient; /* server: -1 where nobody answered, until it is settled */
    bool is_down;
    int64_t first_ns, last_ns, taken_ns; /* taken_ns: when it was no longer so; 0: never */
    char reply[PLAN_REPLY_BYTES];        /* "451 4.7.1 Try again later" */
};

struct plan {
    const struct journal_memory *journal;
    int64_t starts_s;
    const char *title, *version; /* the journal's */
    struct plan_host *hosts;
    struct plan_domain *domains;
    struct plan_user *users;
    struct plan_mail *mails;
    struct plan_fault *faults;
    size_t n_hosts, hosts_room, n_domains, domains_room, n_users, users_room, n_mails, mails_room, n_faults,
        faults_room;
    size_t mails_left_out, packets_lost;
    struct import_map host_by_number, host_by_name, domain_by_name, user_by_address, mail_by_number, fault_by_key,
        link_hosts, waits_since;
    bool has_v4, has_v6;
};

void plan_gather(struct plan *plan, const struct journal_memory *journal);
void plan_free(struct plan *plan);
/* The user with this address; -1: it cannot stand in a scenario. Takes "Alice <alice@a.example>" as well. */
int plan_user(struct plan *plan, const char *address, size_t size);
int plan_host_of(const struct plan *plan, int64_t number);
/* scenario_faults.c: from attempt.end events, in their order; and when all are known. */
void plan_note_attempt(struct plan *plan, const struct event *e);
/* From mail.state events: a mail that nobody was seen to refuse, and that waited all the same. */
void plan_note_wait(struct plan *plan, const struct event *e, int user);
void plan_settle_faults(struct plan *plan);

#endif
