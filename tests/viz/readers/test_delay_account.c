/* Where the time of a mail goes: an account in intervals, which add up exactly. */
#include "viz/readers/delay_account.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "tests/model/host/world_runs.h"
#include "tests/viz/readers/handwritten.h"

enum { ROOM = 4096 };

static const char *oddity;

static void on_odd(void *context, const struct event *e, int64_t message, const char *what)
{
    (void)context, (void)e, (void)message;
    oddity = what;
}

static struct delay_account *account_of(const struct journal_memory *journal)
{
    struct delay_account *account = delay_account_new();
    struct journal_reader reader = delay_account_reader(account);
    oddity = NULL;
    delay_account_on_odd(account, on_odd, NULL);
    for (size_t i = 0; i < journal_memory_count(journal); i++) {
        const struct event *e = journal_memory_at(journal, i);
        if (event_mask_has(reader.mask, e->kind)) reader.on_event(reader.context, e);
    }
    return account;
}

/* --- all shipped scenarios --- */

/* From its writing to its delivery the intervals of a mail join, and none is unexplained. */
static void expect_sound(const char *name, const struct delay_account *account, int64_t message, const char *recipient)
{
    static struct delay_interval list[ROOM];
    size_t n = delay_account_intervals(account, message, recipient, list, ROOM);
    struct delay_span span = delay_account_span(account, message, recipient);
    int64_t sums_ns[DELAY_STAGES], total_ns = 0;
    if (span.delivered_ns == TIME_NEVER) return;
    cr_assert(n <= ROOM);
    delay_account_sum(list, n, sums_ns);
    for (int i = 0; i < DELAY_STAGES; i++)
        total_ns += sums_ns[i];
    cr_expect_eq(total_ns, span.delivered_ns - span.written_ns, "%s: m%lld to %s: %lld ns, but it took %lld", name,
                 (long long)message, recipient, (long long)total_ns, (long long)(span.delivered_ns - span.written_ns));
    for (size_t i = 0; i < n; i++) {
        int64_t joins_ns = i ? list[i - 1].to_ns : span.written_ns;
        cr_expect(list[i].from_ns == joins_ns && list[i].to_ns > list[i].from_ns, "%s: m%lld to %s: a gap", name,
                  (long long)message, recipient);
        cr_expect(list[i].stage != DELAY_UNEXPLAINED, "%s: m%lld to %s at host %lld: unexplained from %.6f to %.6f s",
                  name, (long long)message, recipient, (long long)list[i].host, (double)list[i].from_ns / 1e9,
                  (double)list[i].to_ns / 1e9);
    }
}

static size_t expect_all_sound(const char *name, const struct journal_memory *journal)
{
    struct delay_account *account = account_of(journal);
    size_t n = 0;
    for (size_t i = 0; i < journal_memory_count(journal); i++) {
        const struct event *e = journal_memory_at(journal, i);
        if (e->kind != EVENT_MAIL_STATE || strcmp(event_text(e, FIELD_TO), "delivered") != 0) continue;
        expect_sound(name, account, event_int(e, FIELD_MESSAGE), event_text(e, FIELD_RECIPIENT));
        n++;
    }
    cr_expect(!oddity, "%s: %s", name, oddity);
    delay_account_free(account);
    return n;
}

Test(delay_account, adds_up_for_each_mail_of_all_shipped_scenarios)
{
    DIR *folder = opendir(POSTROAD_SOURCE_DIR "/scenarios");
    const struct dirent *entry;
    size_t n = 0;
    cr_assert(folder);
    while ((entry = readdir(folder)) != NULL) {
        char name[260];
        const char *end = strstr(entry->d_name, ".json");
        if (!end || strstr(entry->d_name, "schema")) continue;
        snprintf(name, sizeof name, "%.*s", (int)(end - entry->d_name), entry->d_name);
        struct world_run run = world_run_scenario(name, 0, delay_account_mask());
        n += expect_all_sound(name, run.journal);
        world_run_free(&run);
    }
    closedir(folder);
    cr_expect(n > 200, "%zu deliveries", n);
}
