/* False answers of name servers, as the scenario's faults say: what a server does instead of answering. */
#ifndef POSTROAD_MODEL_HOST_DNS_FAULTS_H
#define POSTROAD_MODEL_HOST_DNS_FAULTS_H

#include "model/host/world_internal.h"

/* The fault that is in force for this question at this server, of several the one written first, or NULL. The draw is
   named by the question's flow and transmission. Tells the journal. */
const struct scenario_fault *dns_fault_for(struct host *server, struct host_id asker, const struct dns_message *query,
                                           uint64_t flow, uint32_t transmission);
/* What is answered then, with one reference, or NULL: nothing. truth: the right answer. */
struct dns_message *dns_fault_answer(const struct scenario_fault *fault, const struct dns_message *query,
                                     const struct dns_message *truth, bool stream);
/* Whether that needs to know the right answer at all. */
bool dns_fault_needs_truth(const struct scenario_fault *fault);

#endif
