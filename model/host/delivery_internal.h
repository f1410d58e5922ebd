/* Inside a delivery: delivery.c does it, delivery_memory.c knows which hosts and addresses it may try. */
#ifndef POSTROAD_MODEL_HOST_DELIVERY_INTERNAL_H
#define POSTROAD_MODEL_HOST_DELIVERY_INTERNAL_H

#include "model/host/mx_lookup.h"
#include "model/host/queue_internal.h"
#include "model/host/socket.h"
#include "model/smtp/smtp_client.h"

struct delivery_place {
    struct ip_address address;
    char *host;   /* its name, as the MX names it */
    uint64_t key; /* in the memory of hosts: Exim's are by name and address */
};

struct delivery {
    struct destination *destination;
    struct delivery *previous, *next;
    struct delivery_job *job; /* NULL: done, the session is ending */

    struct mx_lookup *lookup;      /* until its places are known */
    struct delivery_place *places; /* where to try, in this order */
    enum route_tls tls;            /* of each connection there */
    size_t n_places, place_next, place_now;
    int64_t connects, sessions, messages; /* of this job; of this job, those that were greeted; of this session */
    int64_t session_began_ns;

    struct socket *socket;
    struct host_id peer; /* last host a connection was tried with */
    struct session_id session;
    struct smtp_client *client;
    struct smtp_job smtp_job;
    const char **forward_paths;
    uint32_t *job_recipients; /* index in the SMTP job -> recipient of the entry */
    size_t room;              /* of these two */
    /* Recipients for which the session had no mail left (RFC 9422): another one with the same host takes them, and
       those alone. n_again: while it is that other one. */
    uint32_t *untried;
    size_t n_untried, n_again;
    struct wake connect_wake, smtp_wake;
    struct smtp_recipient_options *options; /* one for each forward path */
    bool server_knows_dsn;
    bool any_tried, any_greeted;            /* of this job: a connection, a session that got as far as MAIL */
    bool is_connected, is_greeted, is_lost; /* this connection stood; came as far as MAIL; ended without an answer */
    bool goes_on_in_clear;                  /* the handshake failed: the same place is tried again, without TLS */
    bool is_in_clear;                       /* this connection is such a one */
    bool keeps_session;                     /* once there is no mail for it, for a while */
    bool is_unreached;                      /* the last place that was called did not open a connection */
    bool is_halted;                         /* the host stops in a moment: nothing goes on */
    int64_t until_ns;                       /* the earliest time at which a place that was passed over may be tried */
    char reason[512];                       /* why the last try did not do */
    bool reason_is_ours;                    /* as recipient_result's is_own_judgement */
};

static inline struct mail_queue *delivery_queue(const struct delivery *delivery)
{
    return delivery->destination->queue;
}

static inline struct world *delivery_world(const struct delivery *delivery)
{
    return queue_world(delivery_queue(delivery));
}

static inline int64_t delivery_now_ns(const struct delivery *delivery)
{
    return delivery_world(delivery)->engine->now_ns;
}

static inline struct queue_entry *delivery_entry(const struct delivery *delivery)
{
    return delivery->job->entry;
}

static inline int64_t delivery_age_ns(const struct delivery *delivery)
{
    return queue_clock_ns(delivery_queue(delivery)) - delivery_entry(delivery)->arrived_ns;
}

/* --- delivery_memory.c: of hosts and addresses, for policies that remember them --- */
/* What the policy goes by; NULL: nothing. */
const struct retry_record *delivery_remember_refusal(const struct delivery *delivery, uint32_t recipient);
void delivery_forget_refusal(const struct delivery *delivery, uint32_t recipient);
/* Whether the address may be tried; if not, it gets its fate. */
bool delivery_address_may_be_tried(struct delivery *delivery, uint32_t recipient);
/* Of the place that was tried last. */
void delivery_remember_failure(struct delivery *delivery, const char *why, bool timed_out);
void delivery_remember_success(struct delivery *delivery);
/* Whether the policy lets this place be tried now. */
bool delivery_place_may_be_tried(struct delivery *delivery, const struct delivery_place *place);

#endif
