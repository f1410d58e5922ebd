/* Why mail had to wait, from what attempts ended with: a reply with its code, or nothing that answers. See
 * scenario_plan.h.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "model/import/scenario_plan.h"
#include "sim/journal/memory.h"
#include "sim/journal/vtime.h"

enum { LONG_WAIT_S = 120, GREYLISTING_MOST_DAYS = 1 };

/* A reply within what a log says: "host mx.b.example[192.0.2.1] said: 450 4.2.0 <bob@b.example>: ..."; NULL: none. */
static const char *reply_in(const char *why)
{
    for (const char *at = why; *at; at++) {
        bool begins = at == why || at[-1] == ' ' || at[-1] == '(';
        if (!begins || (*at != '4' && *at != '5')) continue;
        if (isdigit((unsigned char)at[1]) && isdigit((unsigned char)at[2]) && (at[3] == ' ' || at[3] == '-')) return at;
    }
    return NULL;
}

/* Printable ASCII, as replies in a scenario are; without what a log adds behind. */
static void copy_reply(const char *reply, char out[PLAN_REPLY_BYTES])
{
    size_t n = 0;
    const char *end = strstr(reply, " (in reply to");
    for (; *reply && reply != end && n + 1 < PLAN_REPLY_BYTES; reply++)
        if ((unsigned char)*reply >= 0x20 && (unsigned char)*reply < 0x7f) out[n++] = *reply;
    while (n && out[n - 1] == ' ')
        n--;
    out[n] = '\0';
    if (n > 3) out[3] = ' ';
}

static bool is_greylisting(const char *why)
{
    static const char *const words[] = {"greylist", "graylist", "grey list", "gray list", "postgrey"};
    for (const char *at = why; *at; at++)
        for (size_t i = 0; i < sizeof words / sizeof *words; i++)
            if (!strncasecmp(at, words[i], strlen(words[i]))) return true;
    return false;
}

/* A server that does not answer is down for all of a domain; a reply is for one recipient. */
static uint64_t fault_key(const struct plan *plan, int recipient, bool is_down)
{
    int about = is_down ? plan->users[recipient].domain : recipient;
    return import_key(import_key(83, is_down), (uint64_t)about);
}

static struct plan_fault *fault_of(struct plan *plan, int server, int recipient, bool is_down)
{
    uint64_t key = fault_key(plan, recipient, is_down);
    int found = import_map_get(&plan->fault_by_key, key);
    if (found >= 0 && !plan->faults[found].taken_ns) return &plan->faults[found];
    if (plan->n_faults == plan->faults_room) {
        plan->faults_room = plan->faults_room ? 2 * plan->faults_room : 16;
        plan->faults = mem_realloc(plan->faults, plan->faults_room * sizeof *plan->faults);
    }
    import_map_put(&plan->fault_by_key, key, (int)plan->n_faults);
    plan->faults[plan->n_faults] =
        (struct plan_fault){.server = server, .recipient = recipient, .is_down = is_down, .first_ns = -1};
    return &plan->faults[plan->n_faults++];
}

/* Until then nothing was taken; where it was refused now, up to then. */
static void end_fault(struct plan *plan, int recipient, bool is_down, int64_t at_ns, bool is_taken)
{
    int found = import_map_get(&plan->fault_by_key, fault_key(plan, recipient, is_down));
    if (found < 0 || plan->faults[found].taken_ns) return;
    plan->faults[found].taken_ns = at_ns;
    if (!is_taken) plan->faults[found].last_ns = at_ns;
}

void plan_note_attempt(struct plan *plan, const struct event *e)
{
    const char *recipient = event_text(e, FIELD_RECIPIENT), *outcome = event_text(e, FIELD_OUTCOME);
    const char *why = event_text(e, FIELD_WHY), *reply = reply_in(why);
    int server = plan_host_of(plan, event_int(e, FIELD_PEER)), user = plan_user(plan, recipient, strlen(recipient));
    bool delivered = !strcmp(outcome, "delivered");
    if (user < 0) return;
    struct plan_domain *domain = &plan->domains[plan->users[user].domain];
    if (server >= 0 && !domain->is_final) domain->server = server;
    if (delivered || reply || is_greylisting(why)) end_fault(plan, user, true, e->at_ns, delivered);
    if (delivered) end_fault(plan, user, false, e->at_ns, true);
    plan->users[user].was_taken |= delivered;
    plan->users[user].was_refused |= !strcmp(outcome, "never");
    if (strcmp(outcome, "later")) return;
    bool is_grey = is_greylisting(why);
    struct plan_fault *fault = fault_of(plan, server, user, !reply && !is_grey);
    if (fault->first_ns < 0) fault->first_ns = e->at_ns;
    fault->last_ns = e->at_ns;
    if (reply && !fault->reply[0]) copy_reply(reply, fault->reply);
    if (is_grey) fault->reply[0] = 'g';
}

/* Received lines tell only of success: who kept a mail for long could not hand it on. */
void plan_note_wait(struct plan *plan, const struct event *e, int user)
{
    const char *to = event_text(e, FIELD_TO);
    uint64_t key = import_key(import_key(89, (uint64_t)event_int(e, FIELD_MESSAGE)),
                              (uint64_t)user << 32 | (uint64_t)event_int(e, FIELD_HOST));
    if (!strcmp(to, "deferred")) import_map_put(&plan->waits_since, key, 0);
    if (!strcmp(to, "queued")) import_map_put(&plan->waits_since, key, (int)(e->at_ns / SECOND % INT32_MAX) + 1);
    int since_s = import_map_get(&plan->waits_since, key) - 1;
    if (strcmp(to, "handed on") || since_s < 0 || e->at_ns - since_s * SECOND < LONG_WAIT_S * SECOND) return;
    struct plan_fault *fault = fault_of(plan, -1, user, true);
    if (fault->first_ns < 0) fault->first_ns = since_s * SECOND;
    fault->last_ns = fault->taken_ns = e->at_ns;
}

/* Greylisting lets through who comes back after a time that lies between the last refusal and the acceptance. Five
   minutes are usual. */
static int64_t greylisting_of(const struct plan_fault *fault)
{
    int64_t least = fault->last_ns - fault->first_ns + SECOND, usual = 5 * MINUTE;
    int64_t most = fault->taken_ns ? fault->taken_ns - fault->first_ns : INT64_MAX;
    if (usual >= least && usual <= most) return usual;
    int64_t delay_ns = usual < least ? least : most > 2 * SECOND ? most - SECOND : SECOND;
    return delay_ns < GREYLISTING_MOST_DAYS * DAY ? delay_ns : GREYLISTING_MOST_DAYS * DAY;
}

/* One server stands for all of a domain, also for those that were tried and could not be reached by name. */
void plan_settle_faults(struct plan *plan)
{
    for (size_t i = 0; i < plan->n_faults; i++) {
        struct plan_fault *fault = &plan->faults[i];
        fault->server = plan->domains[plan->users[fault->recipient].domain].server;
        if (fault->reply[0] == 'g') plan->hosts[fault->server].greylisting_ns = greylisting_of(fault);
    }
    for (size_t i = 0; i < plan->n_mails; i++)
        for (size_t k = 0; k < plan->mails[i].n_to; k++) {
            struct plan_user *user = &plan->users[plan->mails[i].to[k]];
            if (user->was_taken || !user->was_refused) user->is_known = true;
        }
}
