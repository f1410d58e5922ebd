/* Those who ask a resolver, and what they are told. Whoever asks again with the same id from the same port, having had
   no answer yet, is not asked for twice. */
#include "model/dns/dns_fit.h"
#include "model/host/dns_faults.h"
#include "model/host/host.h"
#include "model/host/recursor_internal.h"
#include "sim/journal/memory.h"

enum { FIRST_QTYPE_WITHOUT_DATA = 252 };

/* Who waits for an answer. */
struct recursor_asker {
    struct recursor *recursor;
    struct recursor_asker *previous, *next;
    struct ip_address from;
    struct dns_message *query;
    uint16_t port; /* 0: over a connection */
    uint64_t flow;
    uint32_t transmission;
    recursor_answer_fn answer; /* over a connection */
    void *context;
    bool *is_answered;                  /* set once it is, where somebody looks */
    const struct scenario_fault *fault; /* answered falsely; NULL: as it should be */
    struct wake late;                   /* such an answer is held back */
    struct dns_message *late_answer;
};

void recursor_asker_free(struct recursor_asker *asker)
{
    *(asker->previous ? &asker->previous->next : &asker->recursor->askers) = asker->next;
    if (asker->next) asker->next->previous = asker->previous;
    if (asker->late_answer) wake_forget(&asker->late);
    dns_message_drop(asker->late_answer);
    dns_message_drop(asker->query);
    mem_free(asker);
}

static void emit_told(const struct recursor_asker *asker, const struct dns_message *answer)
{
    struct recursor *recursor = asker->recursor;
    char text[256];
    uint64_t event = JOURNAL_EMIT(recursor_world(recursor)->journal, DNS_TOLD, F_INT(HOST, recursor->host->id.n),
                                  F_INT(PEER, recursor_host_at(recursor, asker->from)),
                                  F_TEXT(QNAME, asker->query->qname), F_TEXT(QTYPE, dns_type_text(asker->query->qtype)),
                                  F_INT(ID, asker->query->id), F_TEXT(RCODE, dns_rcode_text(answer->rcode)),
                                  F_TEXT(TEXT, dns_answer_text(answer, text, sizeof text)));
    journal_set_cause(recursor_world(recursor)->journal, event);
}

static bool is_from_wrong_port(const struct recursor_asker *asker)
{
    return asker->fault && asker->fault->dns_lie == LIE_WRONG_PORT;
}

static void send_answer(struct recursor_asker *asker, struct dns_message *answer)
{
    struct recursor *recursor = asker->recursor;
    uint64_t cause = journal_cause(recursor_world(recursor)->journal);
    emit_told(asker, answer);
    if (asker->port) {
        struct datagram datagram = {.destination = asker->from,
                                    .source_port = is_from_wrong_port(asker) ? DNS_PORT + 1 : DNS_PORT,
                                    .destination_port = asker->port,
                                    .flow = random_hash_mix(asker->flow, 1),
                                    .transmission = asker->transmission,
                                    .why = "answer"};
        dns_fit_datagram(answer, asker->query);
        host_send_datagram(recursor->host, &datagram, answer);
    } else {
        dns_fit_stream(answer, asker->query);
        asker->answer(asker->context, asker, answer);
    }
    journal_set_cause(recursor_world(recursor)->journal, cause);
}

static void finish_asker(struct recursor_asker *asker)
{
    if (asker->is_answered) *asker->is_answered = true;
    recursor_asker_free(asker);
}

static void on_late(void *context)
{
    struct recursor_asker *asker = context;
    send_answer(asker, asker->late_answer);
    finish_asker(asker);
}

static void hold_back(struct recursor_asker *asker, struct dns_message *answer)
{
    asker->late_answer = dns_message_hold(answer);
    wake_init(&asker->late, asker->recursor->host, "late answer", on_late, asker);
    wake_set(&asker->late, recursor_now_ns(asker->recursor) + asker->fault->dns_delay_ns);
}

static struct dns_message *answer_for(const struct recursor_asker *asker, const struct dns_message *known)
{
    struct dns_message content = *known;
    content.id = asker->query->id;
    content.recursion_desired = asker->query->recursion_desired;
    struct dns_message *answer = dns_message_new(&content);
    answer->wire_size = 0;
    if (!asker->fault) return answer;
    struct dns_message *falsehood = dns_fault_answer(asker->fault, asker->query, answer, asker->port == 0);
    dns_message_drop(answer);
    return falsehood;
}

void recursor_on_answer(void *context, void *asker_context, const struct dns_message *known)
{
    struct recursor_asker *asker = asker_context;
    (void)context;
    struct dns_message *answer = answer_for(asker, known);
    bool is_late = asker->fault && asker->fault->dns_lie == LIE_LATE;
    if (is_late)
        hold_back(asker, answer);
    else if (answer)
        send_answer(asker, answer);
    dns_message_drop(answer);
    if (!is_late) finish_asker(asker);
}

/* What no resolver looks for: other operations, meta types, and what it may not look for. */
static enum dns_rcode refusal_of(const struct dns_message *query)
{
    if (query->has_edns && query->edns_version > 0) return DNS_BADVERS;
    if ((int)query->qtype >= FIRST_QTYPE_WITHOUT_DATA || (int)query->qtype == 0) return DNS_NOTIMP;
    return query->recursion_desired ? DNS_NOERROR : DNS_REFUSED;
}

static const struct scenario_fault *fault_for(const struct recursor_asker *asker)
{
    struct recursor *recursor = asker->recursor;
    return dns_fault_for(recursor->host, (struct host_id){recursor_host_at(recursor, asker->from)}, asker->query,
                         asker->flow, asker->transmission);
}

static void ask(struct recursor_asker *asker)
{
    struct recursor *recursor = asker->recursor;
    const struct dns_message *query = asker->query;
    uint64_t event = JOURNAL_EMIT(recursor_world(recursor)->journal, DNS_ASKED, F_INT(HOST, recursor->host->id.n),
                                  F_INT(PEER, recursor_host_at(recursor, asker->from)), F_TEXT(QNAME, query->qname),
                                  F_TEXT(QTYPE, dns_type_text(query->qtype)), F_INT(ID, query->id));
    journal_set_cause(recursor_world(recursor)->journal, event);
    enum dns_rcode refusal = refusal_of(query);
    struct dns_message refused = {.is_response = true, .qname = query->qname, .qtype = query->qtype, .rcode = refusal};
    asker->fault = fault_for(asker);
    if (refusal != DNS_NOERROR || (asker->fault && !dns_fault_needs_truth(asker->fault))) {
        recursor_on_answer(recursor, asker, &refused);
        return;
    }
    struct dns_message *known =
        dns_resolver_ask(recursor->resolver, query->qname, query->qtype, asker, recursor_now_ns(recursor));
    if (known) recursor_on_answer(recursor, asker, known);
    dns_message_drop(known);
    recursor_settle(recursor);
}

static struct recursor_asker *asker_new(struct recursor *recursor, struct ip_address from, struct dns_message *query)
{
    struct recursor_asker *asker = mem_calloc(1, sizeof *asker);
    asker->recursor = recursor;
    asker->from = from;
    asker->query = dns_message_hold(query);
    asker->next = recursor->askers;
    if (asker->next) asker->next->previous = asker;
    recursor->askers = asker;
    return asker;
}

static bool is_asked_already(const struct recursor *recursor, const struct ip_packet *ip)
{
    for (const struct recursor_asker *asker = recursor->askers; asker; asker = asker->next)
        if (asker->port == ip->udp.source_port && asker->query->id == ip->dns->id &&
            ip_equals(asker->from, ip->ip.source))
            return true;
    return false;
}

void recursor_take_datagram(struct recursor *recursor, const struct packet *packet)
{
    const struct ip_packet *ip = ip_packet_of_const(packet);
    if (is_asked_already(recursor, ip)) return;
    struct recursor_asker *asker = asker_new(recursor, ip->ip.source, ip->dns);
    asker->port = ip->udp.source_port;
    asker->flow = packet->identity.flow;
    asker->transmission = packet->identity.transmission;
    ask(asker);
}

struct recursor_asker *recursor_take_stream(struct recursor *recursor, struct ip_address from,
                                            struct dns_message *query, recursor_answer_fn answer, void *context)
{
    struct recursor_asker *asker = asker_new(recursor, from, query);
    asker->answer = answer;
    asker->context = context;
    if (recursor_world(recursor)->dns_faults_in_force > 0) {
        const struct host *peer = world_host_by_address(recursor_world(recursor), from);
        asker->flow = host_question_flow(recursor->host, peer ? peer : recursor->host);
    }
    bool is_answered = false;
    asker->is_answered = &is_answered;
    ask(asker);
    if (is_answered) return NULL;
    asker->is_answered = NULL;
    return asker;
}

void recursor_forget(struct recursor_asker *asker)
{
    if (!asker->late_answer) dns_resolver_forget(asker->recursor->resolver, asker);
    recursor_asker_free(asker);
}
