/* See scenario_plan.h. */
#include "model/import/scenario_plan.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "model/wire/unseen_letters.h"
#include "sim/journal/memory.h"

#define GROW(list, n, room)                                                                                            \
    do {                                                                                                               \
        if ((n) == (room)) {                                                                                           \
            (room) = (room) ? 2 * (room) : 16;                                                                         \
            (list) = mem_realloc((list), (room) * sizeof *(list));                                                     \
        }                                                                                                              \
    } while (0)

/* ---- Names ---- */

/* Letters, digits, hyphens and dots, as host names of a scenario are. */
static void host_name_of(const char *text, char out[PLAN_NAME_BYTES])
{
    size_t n = 0;
    bool has_letter = false;
    for (; *text && n + 1 < PLAN_NAME_BYTES - 12; text++) {
        unsigned char c = (unsigned char)tolower((unsigned char)*text);
        bool word = c < 0x80 && isalnum(c);
        has_letter |= word && isalpha(c);
        if (!word && (n == 0 || out[n - 1] == '.' || out[n - 1] == '-')) continue;
        out[n++] = word || c == '.' ? (char)c : '-';
        if (n > 1 && out[n - 1] == '.' && out[n - 2] == '-') n--;
    }
    while (n && !isalnum((unsigned char)out[n - 1]))
        n--;
    out[n] = '\0';
    if (n && has_letter) return;
    char number[PLAN_NAME_BYTES];
    snprintf(number, sizeof number, "host-%.40s", n ? out : "x");
    for (char *c = number; *c; c++)
        if (*c == '.') *c = '-';
    memcpy(out, number, sizeof number);
}

static void make_unique(struct plan *plan, char name[PLAN_NAME_BYTES])
{
    char tried[PLAN_NAME_BYTES];
    snprintf(tried, sizeof tried, "%s", name);
    for (unsigned i = 2; import_map_get(&plan->host_by_name, import_key_text(71, tried)) >= 0; i++)
        snprintf(tried, sizeof tried, "%.50s-%u", name, i);
    memcpy(name, tried, sizeof tried);
    import_map_put(&plan->host_by_name, import_key_text(71, name), 1);
}

static int add_host(struct plan *plan, const char *name, bool is_server)
{
    GROW(plan->hosts, plan->n_hosts, plan->hosts_room);
    struct plan_host *host = &plan->hosts[plan->n_hosts];
    *host = (struct plan_host){.is_server = is_server, .delay_ns = -1};
    host_name_of(name, host->name);
    make_unique(plan, host->name);
    return (int)plan->n_hosts++;
}

int plan_host_of(const struct plan *plan, int64_t number)
{
    return number ? import_map_get(&plan->host_by_number, (uint64_t)number) : -1;
}

/* ---- Users and domains ---- */

static bool is_domain(const char *text, size_t size)
{
    size_t label = 0;
    if (size == 0 || size > 200) return false;
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)text[i];
        bool word = c < 0x80 && isalnum(c);
        if (c == '.' && (label == 0 || text[i - 1] == '-')) return false;
        if (!word && c != '.' && (c != '-' || label == 0)) return false;
        label = c == '.' ? 0 : label + 1;
        if (label > 63) return false;
    }
    return label > 0 && text[size - 1] != '-';
}

/* How many bytes a letter beyond ASCII has (RFC 3629 3); 0: it is none. */
static size_t utf8_letter(const char *text, size_t size)
{
    static const unsigned long least[] = {0, 0, 0x80, 0x800, 0x10000};
    unsigned char first = (unsigned char)text[0];
    size_t n = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    unsigned long letter = first & (0xFFu >> (n + 1));
    if (first < 0xC2 || first > 0xF4 || n > size) return 0;
    for (size_t i = 1; i < n; i++) {
        if (((unsigned char)text[i] & 0xC0) != 0x80) return 0;
        letter = letter << 6 | ((unsigned char)text[i] & 0x3F);
    }
    bool is_letter = letter >= least[n] && letter <= 0x10FFFF && (letter < 0xD800 || letter > 0xDFFF);
    return is_letter && !letter_is_unseen((uint32_t)letter) ? n : 0;
}

static bool is_local_part(const char *text, size_t size)
{
    if (size == 0 || size > 64 || text[0] == '.' || text[size - 1] == '.') return false;
    for (size_t i = 0, n; i < size; i += n) {
        unsigned char c = (unsigned char)text[i];
        n = c >= 0x80 ? utf8_letter(text + i, size - i) : 1;
        if (n == 0 || (c < 0x80 && (!(isalnum(c) || strchr("!#$%&'*+/=?^_`{|}~.-", c)) || !c))) return false;
        if (c == '.' && text[i - 1] == '.') return false;
    }
    return true;
}

static int domain_of(struct plan *plan, const char *text, size_t size)
{
    char name[256];
    for (size_t i = 0; i < size; i++)
        name[i] = (char)tolower((unsigned char)text[i]);
    name[size] = '\0';
    uint64_t key = import_key_text(73, name);
    int found = import_map_get(&plan->domain_by_name, key);
    if (found >= 0) return found;
    GROW(plan->domains, plan->n_domains, plan->domains_room);
    plan->domains[plan->n_domains] = (struct plan_domain){.name = mem_strdup(name), .server = -1};
    import_map_put(&plan->domain_by_name, key, (int)plan->n_domains);
    return (int)plan->n_domains++;
}

int plan_user(struct plan *plan, const char *text, size_t size)
{
    const char *open = memchr(text, '<', size), *close = open ? memchr(open, '>', size - (size_t)(open - text)) : NULL;
    if (close) size = (size_t)(close - open) - 1, text = open + 1;
    const char *at = memchr(text, '@', size);
    size_t local = at ? (size_t)(at - text) : 0;
    if (!at || !is_local_part(text, local) || !is_domain(at + 1, size - local - 1)) return -1;
    char address[PLAN_ADDRESS_BYTES];
    snprintf(address, sizeof address, "%.*s", (int)size, text);
    for (char *c = address + local; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    uint64_t key = import_key_text(79, address);
    int found = import_map_get(&plan->user_by_address, key);
    if (found >= 0) return found;
    int domain = domain_of(plan, at + 1, size - local - 1);
    GROW(plan->users, plan->n_users, plan->users_room);
    struct plan_user *user = &plan->users[plan->n_users];
    *user = (struct plan_user){.domain = domain};
    memcpy(user->address, address, sizeof address);
    import_map_put(&plan->user_by_address, key, (int)plan->n_users);
    return (int)plan->n_users++;
}

/* ---- Events ---- */

static void note_host(struct plan *plan, const struct event *e)
{
    const char *role = event_text(e, FIELD_ROLE);
    plan->has_v4 |= event_int(e, FIELD_ADDRESS) != 0;
    plan->has_v6 |= event_text(e, FIELD_ADDRESS6)[0] != 0;
    if (!strcmp(role, "router") || !strcmp(role, "name_server")) return;
    int host = add_host(plan, event_text(e, FIELD_NAME), !strcmp(role, "mail_server"));
    plan->hosts[host].is_exim = strstr(plan->version, "Exim") != NULL;
    import_map_put(&plan->host_by_number, (uint64_t)event_int(e, FIELD_HOST), host);
}

/* Half of the shortest way to anybody is a host's own. */
static void note_link(struct plan *plan, const struct event *e)
{
    int ends[2] = {plan_host_of(plan, event_int(e, FIELD_HOST)), plan_host_of(plan, event_int(e, FIELD_PEER))};
    int64_t half_ns = event_int(e, FIELD_DELAY_OUT) / 2;
    for (int i = 0; i < 2; i++) {
        if (ends[i] < 0 || half_ns <= 0) continue;
        int64_t *delay_ns = &plan->hosts[ends[i]].delay_ns;
        if (*delay_ns < 0 || half_ns < *delay_ns) *delay_ns = half_ns;
    }
    if (ends[0] >= 0 && ends[1] >= 0)
        import_map_put(&plan->link_hosts, (uint64_t)event_int(e, FIELD_LINK), ends[0] > ends[1] ? ends[0] : ends[1]);
}

/* Losses on a link are those of its end that was seen later: the farther one, as a rule. */
static void note_packet(struct plan *plan, const struct event *e)
{
    int host = import_map_get(&plan->link_hosts, (uint64_t)event_int(e, FIELD_LINK));
    if (host < 0) return;
    plan->hosts[host].sent += e->kind == EVENT_LINK_SEND;
    plan->hosts[host].lost += e->kind == EVENT_LINK_DROP;
    plan->packets_lost += e->kind == EVENT_LINK_DROP;
}

static void note_mail(struct plan *plan, const struct event *e)
{
    const char *from = event_text(e, FIELD_FROM), *to = event_text(e, FIELD_TO);
    int sender = plan_user(plan, from, strlen(from));
    struct plan_mail mail = {.at_ns = e->at_ns, .from = sender, .size = (uint64_t)event_int(e, FIELD_SIZE)};
    size_t room = 0;
    for (const char *at = to; *at && sender >= 0; at += strspn(at, ", ")) {
        size_t n = strcspn(at, ",");
        int user = plan_user(plan, at, n);
        at += n;
        bool again = user < 0;
        for (size_t i = 0; i < mail.n_to && !again; i++)
            again = mail.to[i] == user;
        if (again || mail.n_to >= PLAN_RECIPIENTS_MAX) continue;
        GROW(mail.to, mail.n_to, room);
        mail.to[mail.n_to++] = user;
    }
    if (!mail.n_to || plan->n_mails >= PLAN_MAILS_MAX || e->at_ns >= PLAN_LATEST_NS) {
        mem_free(mail.to);
        plan->mails_left_out++;
        return;
    }
    struct plan_user *writer = &plan->users[sender];
    int host = plan_host_of(plan, event_int(e, FIELD_HOST));
    if (!writer->writes && host >= 0 && !plan->hosts[host].is_server && !plan->hosts[host].is_used) {
        plan->hosts[host].is_used = true; /* one user, one client */
        snprintf(writer->client, sizeof writer->client, "%s", plan->hosts[host].name);
    }
    writer->writes = writer->is_known = true;
    mail.subject = mem_strdup(event_text(e, FIELD_SUBJECT));
    GROW(plan->mails, plan->n_mails, plan->mails_room);
    import_map_put(&plan->mail_by_number, (uint64_t)event_int(e, FIELD_MESSAGE), (int)plan->n_mails);
    plan->mails[plan->n_mails++] = mail;
}

/* Who has a mail first serves its writer; who has it delivered serves its recipient, or else who was tried
   (scenario_faults.c). */
static void note_state(struct plan *plan, const struct event *e)
{
    const char *to = event_text(e, FIELD_TO), *recipient = event_text(e, FIELD_RECIPIENT);
    int host = plan_host_of(plan, event_int(e, FIELD_HOST)), user = plan_user(plan, recipient, strlen(recipient));
    int mail = import_map_get(&plan->mail_by_number, (uint64_t)event_int(e, FIELD_MESSAGE));
    if (host < 0 || mail < 0 || !plan->hosts[host].is_server) return;
    bool delivered = !strcmp(to, "delivered");
    struct plan_domain *of_writer = &plan->domains[plan->users[plan->mails[mail].from].domain];
    if ((delivered || !strcmp(to, "queued")) && of_writer->server < 0) of_writer->server = host;
    if (user < 0) return;
    plan_note_wait(plan, e, user);
    struct plan_domain *of_reader = &plan->domains[plan->users[user].domain];
    if (delivered) of_reader->server = host, of_reader->is_final = true;
}

static void note_event(struct plan *plan, const struct event *e)
{
    switch ((int)e->kind) {
    case EVENT_RUN_BEGIN:
        plan->title = event_text(e, FIELD_TITLE);
        plan->version = event_text(e, FIELD_VERSION);
        plan->starts_s = event_int(e, FIELD_STARTS);
        return;
    case EVENT_HOST_ADD:
        note_host(plan, e);
        return;
    case EVENT_LINK_ADD:
        note_link(plan, e);
        return;
    case EVENT_LINK_SEND:
    case EVENT_LINK_DROP:
        note_packet(plan, e);
        return;
    case EVENT_MAIL_COMPOSE:
        note_mail(plan, e);
        return;
    case EVENT_MAIL_STATE:
        note_state(plan, e);
        return;
    case EVENT_ATTEMPT_END:
        plan_note_attempt(plan, e);
        return;
    }
}

/* Domains that nobody was seen to serve get a server, and writers a client. */
static void fill_in(struct plan *plan)
{
    char name[PLAN_ADDRESS_BYTES];
    for (size_t i = 0; i < plan->n_domains; i++) {
        if (plan->domains[i].server < 0) {
            snprintf(name, sizeof name, "mx.%.250s", plan->domains[i].name);
            plan->domains[i].server = add_host(plan, name, true);
        }
        plan->hosts[plan->domains[i].server].is_used = true;
        plan->hosts[plan->domains[i].server].is_server = true;
    }
    for (size_t i = 0; i < plan->n_users; i++) {
        struct plan_user *user = &plan->users[i];
        if (!user->writes || user->client[0]) continue;
        snprintf(name, sizeof name, "%.40s", user->address);
        name[strcspn(name, "@")] = '\0';
        strncat(name, "-pc", 4);
        int host = add_host(plan, name, false);
        plan->hosts[host].is_used = true;
        memcpy(user->client, plan->hosts[host].name, sizeof user->client);
    }
}

void plan_gather(struct plan *plan, const struct journal_memory *journal)
{
    *plan = (struct plan){.journal = journal, .title = "", .version = ""};
    import_map_put(&plan->host_by_name, import_key_text(71, "internet"), 1);
    import_map_put(&plan->host_by_name, import_key_text(71, "name-server"), 1);
    for (size_t i = 0; i < journal_memory_count(journal); i++)
        note_event(plan, journal_memory_at(journal, i));
    fill_in(plan);
    plan_settle_faults(plan);
}

void plan_free(struct plan *plan)
{
    for (size_t i = 0; i < plan->n_domains; i++)
        mem_free((char *)plan->domains[i].name);
    for (size_t i = 0; i < plan->n_mails; i++) {
        mem_free(plan->mails[i].subject);
        mem_free(plan->mails[i].to);
    }
    mem_free(plan->hosts);
    mem_free(plan->domains);
    mem_free(plan->users);
    mem_free(plan->mails);
    mem_free(plan->faults);
    import_map_free(&plan->host_by_number);
    import_map_free(&plan->host_by_name);
    import_map_free(&plan->domain_by_name);
    import_map_free(&plan->user_by_address);
    import_map_free(&plan->mail_by_number);
    import_map_free(&plan->fault_by_key);
    import_map_free(&plan->link_hosts);
    import_map_free(&plan->waits_since);
}
