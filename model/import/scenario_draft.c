/* Writes what scenario_plan.h has put in order. See scenario_draft.h. */
#include "model/import/scenario_draft.h"

#include <inttypes.h>
#include <string.h>

#include "model/import/scenario_plan.h"
#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"

/* What a link is like whose delay was not seen; how much earlier and later than it was noticed a server is down. */
enum { DELAY_MS = 10, MARGIN_S = 30, SIZE_MAX_BYTES = 10000000, LOSS_MAX_PARTS = 500000 };

/* As a JSON string. Journals hold UTF-8. */
static void put_text(FILE *out, const char *text)
{
    fputc('"', out);
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\')
            fprintf(out, "\\%c", c);
        else if (c < 0x20 || c == 0x7f)
            fputc('?', out);
        else
            fputc(c, out);
    }
    fputc('"', out);
}

static void put_duration(FILE *out, int64_t ns)
{
    if (ns % SECOND == 0)
        fprintf(out, "\"%" PRId64 " s\"", ns / SECOND);
    else if (ns % MILLISECOND == 0 || ns > 10 * SECOND)
        fprintf(out, "\"%" PRId64 " ms\"", ns / MILLISECOND);
    else
        fprintf(out, "\"%" PRId64 " us\"", ns / MICROSECOND);
}

/* "2026-11-01T10:00:00Z" */
static void put_date(FILE *out, int64_t unix_s)
{
    int64_t days = unix_s / 86400, second = unix_s % 86400;
    if (second < 0) second += 86400, days--;
    int64_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097, of_era = z - era * 146097;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100), month = (5 * of_year + 2) / 153;
    int64_t day = of_year - (153 * month + 2) / 5 + 1;
    month += month < 10 ? 3 : -9;
    year += era * 400 + (month <= 2);
    fprintf(out, "\"%04" PRId64 "-%02" PRId64 "-%02" PRId64 "T%02" PRId64 ":%02" PRId64 ":%02" PRId64 "Z\"", year,
            month, day, second / 3600, second / 60 % 60, second % 60);
}

static bool domain_is(const struct plan *plan, size_t domain, size_t host)
{
    return plan->domains[domain].server == (int)host;
}

static void put_server(FILE *out, const struct plan *plan, size_t host)
{
    const struct plan_host *h = &plan->hosts[host];
    const char *comma = "";
    struct import_map told = {0};
    fputs("{ \"mail_server\": { \"domains\": [", out);
    for (size_t i = 0; i < plan->n_domains; i++)
        if (domain_is(plan, i, host)) fprintf(out, "%s\"%s\"", comma, plan->domains[i].name), comma = ", ";
    fputs("], \"users\": [", out);
    comma = "";
    for (size_t i = 0; i < plan->n_users; i++) {
        const struct plan_user *user = &plan->users[i];
        if (!user->is_known || !domain_is(plan, (size_t)user->domain, host)) continue;
        /* It may be there in another domain of this server. */
        size_t local = strcspn(user->address, "@");
        char name[PLAN_ADDRESS_BYTES];
        snprintf(name, sizeof name, "%.*s", (int)local, user->address);
        uint64_t key = import_key_text(97, name);
        if (import_map_get(&told, key) >= 0) continue;
        import_map_put(&told, key, 1);
        fprintf(out, "%s\"%.*s\"", comma, (int)local, user->address);
        comma = ", ";
    }
    import_map_free(&told);
    fprintf(out, "]%s", h->is_exim ? ", \"retry\": \"exim\"" : "");
    if (h->greylisting_ns) {
        fputs(", \"greylisting\": { \"delay\": ", out);
        put_duration(out, h->greylisting_ns);
        fputs(" }", out);
    }
    fputs(" } }", out);
}

static void put_hosts(FILE *out, const struct plan *plan)
{
    fputs("  \"hosts\": {\n    \"internet\": { \"router\": {} }", out);
    for (size_t i = 0; i < plan->n_hosts; i++) {
        if (!plan->hosts[i].is_used || !plan->hosts[i].is_server) continue;
        fprintf(out, ",\n    \"%s\": ", plan->hosts[i].name);
        put_server(out, plan, i);
    }
    for (size_t i = 0; i < plan->n_users; i++) {
        const struct plan_user *user = &plan->users[i];
        if (!user->writes) continue;
        fprintf(out, ",\n    \"%s\": { \"client\": { \"user\": \"%s\", \"submits_to\": \"%s\" } }", user->client,
                user->address, plan->hosts[plan->domains[user->domain].server].name);
    }
    fputs("\n  },\n", out);
}

static void put_links(FILE *out, const struct plan *plan)
{
    const char *comma = "";
    fputs("  \"links\": {", out);
    for (size_t i = 0; i < plan->n_hosts; i++) {
        const struct plan_host *host = &plan->hosts[i];
        if (!host->is_used) continue;
        fprintf(out, "%s\n    \"%s\": { \"between\": [\"%s\", \"internet\"], \"delay\": ", comma, host->name,
                host->name);
        put_duration(out, host->delay_ns > 0 ? host->delay_ns : DELAY_MS * MILLISECOND);
        uint64_t parts = host->sent ? host->lost * 1000000 / host->sent : 0;
        if (parts > LOSS_MAX_PARTS) parts = LOSS_MAX_PARTS;
        if (parts) fprintf(out, ", \"loss\": \"%" PRIu64 ".%04" PRIu64 " %%\"", parts / 10000, parts % 10000);
        fputs(" }", out);
        comma = ",";
    }
    fputs("\n  },\n", out);
}

static void put_mails(FILE *out, const struct plan *plan)
{
    fputs("  \"mail\": {", out);
    for (size_t i = 0; i < plan->n_mails; i++) {
        const struct plan_mail *mail = &plan->mails[i];
        fprintf(out, "%s\n    \"m%zu\": { \"at\": ", i ? "," : "", i + 1);
        put_duration(out, mail->at_ns);
        fprintf(out, ", \"from\": \"%s\", \"to\": [", plan->users[mail->from].address);
        for (size_t k = 0; k < mail->n_to; k++)
            fprintf(out, "%s\"%s\"", k ? ", " : "", plan->users[mail->to[k]].address);
        fputs("], \"subject\": ", out);
        put_text(out, mail->subject);
        if (mail->size)
            fprintf(out, ", \"size\": \"%" PRIu64 " B\"", mail->size < SIZE_MAX_BYTES ? mail->size : SIZE_MAX_BYTES);
        fputs(" }", out);
    }
    fputs("\n  }", out);
}

static void put_fault(FILE *out, const struct plan *plan, const struct plan_fault *fault)
{
    int64_t from_ns = fault->first_ns - MARGIN_S * SECOND, until_ns = fault->last_ns + MARGIN_S * SECOND;
    if (from_ns < 0) from_ns = 0;
    if (fault->taken_ns) until_ns = fault->last_ns + (fault->taken_ns - fault->last_ns) / 2; /* a guess: halfway */
    fputs("{ \"at\": ", out);
    put_duration(out, from_ns - from_ns % SECOND);
    if (fault->taken_ns) {
        fputs(", \"for\": ", out);
        int64_t for_ns = (until_ns - from_ns) / SECOND * SECOND + SECOND;
        put_duration(out, for_ns < PLAN_LATEST_NS ? for_ns : PLAN_LATEST_NS);
    }
    if (fault->is_down) {
        fprintf(out, ", \"stop_host\": { \"host\": \"%s\" } }", plan->hosts[fault->server].name);
        return;
    }
    fprintf(out, ", \"reply\": { \"server\": \"%s\", \"to\": \"RCPT\", \"rcpt\": \"%s\", \"with\": ",
            plan->hosts[fault->server].name, plan->users[fault->recipient].address);
    put_text(out, fault->reply);
    fputs(" } }", out);
}

static void put_faults(FILE *out, const struct plan *plan)
{
    const char *comma = "";
    bool any = false;
    for (size_t i = 0; i < plan->n_faults; i++) {
        if (plan->faults[i].reply[0] == 'g' || plan->faults[i].first_ns >= PLAN_LATEST_NS) continue;
        if (!any) fputs(",\n  \"faults\": [", out);
        any = true;
        fprintf(out, "%s\n    ", comma);
        put_fault(out, plan, &plan->faults[i]);
        comma = ",";
    }
    if (any) fputs("\n  ]", out);
}

static void put_description(FILE *out, const struct plan *plan)
{
    char text[1200], more[200] = "";
    if (plan->mails_left_out)
        snprintf(more, sizeof more,
                 tr(" %zu mails are left out: without a sender, with addresses that a scenario cannot "
                    "have, or beyond the first thousand."),
                 plan->mails_left_out);
    snprintf(
        text, sizeof text,
        tr("A first scenario, %s. As recorded: who writes to whom and when, the sizes of mails, who put them off and "
           "for how "
           "long. Guessed: one router between all hosts, the rates of links, %s, which server serves which domain, how "
           "long greylisting lasts, that a server that did not answer was down, the retry policy, and what the mails "
           "say. Servers that only passed a mail on are left out.%s"),
        plan->version, plan->packets_lost ? tr("their delays and their losses by chance") : tr("their delays"), more);
    fputs("  \"description\": ", out);
    put_text(out, text);
    fputs(",\n", out);
}

bool scenario_draft_write(const struct journal_memory *journal, FILE *out, char error[DRAFT_ERROR_BYTES])
{
    struct plan plan;
    plan_gather(&plan, journal);
    bool good = plan.n_mails > 0;
    if (good) {
        fputs("{\n  \"postroad\": 1,\n  \"title\": ", out);
        put_text(out, *plan.title ? plan.title : tr("Imported"));
        fputs(",\n", out);
        put_description(out, &plan);
        fputs("  \"starts\": ", out);
        put_date(out, plan.starts_s);
        fprintf(out, ",\n%s", plan.has_v6 && !plan.has_v4 ? "  \"ip\": \"v6\",\n" : "");
        put_hosts(out, &plan);
        put_links(out, &plan);
        put_mails(out, &plan);
        put_faults(out, &plan);
        fputs("\n}\n", out);
    } else {
        snprintf(error, DRAFT_ERROR_BYTES, "%s",
                 tr("no mail was seen whose sender and recipients can stand in a scenario"));
    }
    plan_free(&plan);
    return good;
}
