/* What refusals.c (the rules), reply_faults.c (the faults) and reply_acts.c (what they do) share: what they hold of one
   SMTP session. */
#ifndef POSTROAD_MODEL_HOST_REFUSALS_INTERNAL_H
#define POSTROAD_MODEL_HOST_REFUSALS_INTERNAL_H

#include "model/host/refusals.h"
#include "model/host/socket.h"

struct session_rules {
    struct smtp_server_policy inner;
    struct session_io inner_io;
    bool has_rules, has_faults; /* which of them stand in front */
    bool is_counted;            /* in the limits of rate */
    struct ip_address client;
    unsigned errors, junk;
    bool has_greeted;
    int64_t greets_ns; /* a tarpit's greeting comes then */
    /* faults */
    const struct scenario_fault *act; /* to be done, or being done; NULL: none */
    bool acts_now, says_twice;
    const struct scenario_fault *after_reply; /* to be done behind the next reply; NULL: none */
    bool is_mute;         /* the dialogue is over on this side: nothing has an effect, nothing is said */
    uint64_t octets;      /* of the dialogue, both sides */
    uint64_t written_end; /* of our stream */
    struct wake cut_wake;
    const struct scenario_fault *fails_handshake; /* NULL: a handshake is made in earnest, or none at all */
    char *drip;
    size_t drip_size, dripped;
    uint64_t drip_end; /* in the stream, of what is still to drip */
    int64_t drip_every_ns;
    struct wake drip_wake, patience; /* patience: after which it lets go of whom it has not answered */
};

/* Emits smtp.rule and moves the cause there. */
void refusals_tell(const struct mail_session *session, const char *name, const char *from, const char *recipient,
                   const char *text, int64_t at_ns);

/* reply_acts.c: what is done in the place of a reply, or behind it */
extern const char *const reply_act_texts[REPLY_ACTS];
void reply_acts_init(struct mail_session *session);
void reply_acts_free(struct session_rules *rules);
void reply_acts_after_reply(struct mail_session *session);
size_t reply_acts_until_cut(struct mail_session *session, size_t size);

/* reply_faults.c */
bool reply_fault_is_of(const struct scenario_fault *fault, const struct mail_server *server);
/* Whether a fault strikes now: it is in force for this client, has times left, and the odds are with it. */
bool reply_fault_strikes(const struct mail_session *session, size_t i);
bool reply_faults_concern(const struct mail_server *server);
bool reply_faults_forced(void *context, const char *command, struct smtp_reply *reply);
/* The same for faults that ask for a sender or a recipient; envelope as the policy sees it, forward_path NULL: any of
   the envelope's. */
bool reply_faults_of_mail(struct mail_session *session, const char *command, const struct smtp_envelope *envelope,
                          const char *forward_path, struct smtp_reply *reply);
/* What has arrived is part of a handshake that a fault makes fail, and is not read. */
bool reply_faults_swallow(struct mail_session *session);
struct session_io reply_faults_io(struct mail_session *session, struct session_io inner);
bool reply_faults_discard(struct mail_session *session, const struct smtp_envelope *envelope, const char *content,
                          size_t size, struct smtp_reply *reply);

#endif
