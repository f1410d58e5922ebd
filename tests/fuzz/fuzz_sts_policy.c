/* MTA-STS (RFC 8461): a policy file, and the record that tells of it, as anybody may publish them. What is read keeps
   within its bounds, and means the same when it is written and read again (tried with a writer that leaves out the
   maximum age). The first byte chooses which. */
#include "model/mail/sts_policy.h"
#include "tests/fuzz/fuzz.h"

static bool is_text(const char *text, size_t room)
{
    return strnlen(text, room) < room;
}

static void policy(const char *bytes, size_t size)
{
    static struct sts_policy p, again;
    static char text[STS_TEXT_BYTES];
    if (!sts_policy_read(bytes, size, &p)) return;
    FUZZ_MUST(p.mode <= STS_ENFORCE && p.max_age_s >= 0 && p.max_age_s <= STS_MAX_AGE_MOST_S && p.n_mx <= STS_MX_MOST);
    FUZZ_MUST(p.mode == STS_NONE || p.n_mx > 0); /* 3.2: one or more, but for "none" */
    for (size_t i = 0; i < p.n_mx; i++)
        FUZZ_MUST(p.mx[i][0] != '\0' && is_text(p.mx[i], STS_PATTERN_BYTES));
    size_t n = sts_policy_write(&p, text);
    FUZZ_MUST(n < sizeof text && sts_policy_read(text, n, &again));
    FUZZ_MUST(again.mode == p.mode && again.max_age_s == p.max_age_s && again.n_mx == p.n_mx);
    for (size_t i = 0; i < p.n_mx; i++)
        FUZZ_MUST(strcmp(again.mx[i], p.mx[i]) == 0);
    sts_policy_names(&p, "mx1.b.example");
    for (size_t i = 0; i < p.n_mx; i++)
        FUZZ_MUST(sts_policy_names(&p, p.mx[i]) || p.mx[i][0] == '*' || p.mode == STS_NONE);
}

static void record(const char *bytes, size_t size)
{
    char id[STS_ID_BYTES], *text = calloc(1, size + 1);
    memcpy(text, bytes, size);
    if (sts_record_read(text, id)) {
        char field[STS_ID_BYTES + 3];
        FUZZ_MUST(id[0] != '\0' && is_text(id, sizeof id));
        snprintf(field, sizeof field, "id=%s", id);
        const char *at = strstr(text, field);
        while (at && !strchr("; \t", at[-1])) /* the version stands before it */
            at = strstr(at + 1, field);
        FUZZ_MUST(at);
    }
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size == 0) return 0;
    if (bytes[0] == 'r')
        record((const char *)bytes + 1, size - 1);
    else
        policy((const char *)bytes, size);
    return 0;
}
