/* Whole sessions of hostile clients with a mail server in a world: its sessions, queue, rules, mailboxes, disk and TLS,
   and what it hands on to another server. The first byte says how the server and the way to it are; then see
   fuzz_callers.h. All laws hold (tried with a server that says 250 and forgets the mail, and with one whose idle timer
   never rings), and who falls silent is let go of. */
#include "model/host/mail_session.h"
#include "tests/fuzz/fuzz_callers.h"

static const char world_text[] =
    "{\"postroad\":1,\"title\":\"Callers\",\"tls\":\"modelled\",%s\"hosts\":{"
    "\"mail.a.example\":{\"mail_server\":{\"domains\":[\"a.example\"],\"users\":[\"alice\",\"bob\"],"
    "\"aliases\":{\"friends\":[\"bob@a.example\",\"eve@c.example\"],\"loop\":[\"loop@a.example\"],"
    "\"list\":{\"members\":[\"alice@a.example\",\"eve@c.example\"],\"owner\":\"bob@a.example\"}}%s%s}%s},"
    "\"mx.c.example\":{\"mail_server\":{\"domains\":[\"c.example\"],\"users\":[\"eve\"]}},"
    "\"internet\":{\"router\":{}},\"firewall\":{\"router\":{\"strips_starttls\":%s}},\"programs\":{\"outside\":{}}},"
    "\"links\":{\"a\":{\"between\":[\"mail.a.example\",\"firewall\"],\"delay\":\"5 ms\"},"
    "\"f\":{\"between\":[\"firewall\",\"internet\"]},\"c\":{\"between\":[\"mx.c.example\",\"internet\"]},"
    "\"out\":{\"between\":[\"programs\",\"internet\"]}}}";

static const char rules[] =
    ",\"greylisting\":{\"delay\":\"5 s\"},\"tarpit\":{\"greeting\":\"200 ms\",\"early_talkers\":\"refuse\","
    "\"error\":\"2 s\",\"after_errors\":1},\"client_limits\":{\"at_once\":2,\"connections\":3,\"mails\":4,"
    "\"recipients\":5,\"errors\":6,\"junk\":7},\"mailbox_limit\":{\"size\":\"1 kB\"},"
    "\"refuse_content\":[{\"contains\":\"watches\"}],\"refuse_senders\":[\"@spam.example\"],"
    "\"unknown_users\":\"accept\"";

enum { RULES = 1, TLS = 2, STRIPS = 4, LENIENT = 8, SLOW_DISK = 16, LIMITS = 32, VARIANTS = 64 };

static const struct scenario *scenario_of(unsigned variant)
{
    static struct scenario *known[VARIANTS];
    char json[4000];
    const char *smtp = variant & LENIENT ? ",\"smtp\":{\"line_endings\":\"lenient\",\"stray_line_endings\":\"pass\"}"
                       : variant & LIMITS
                           ? ",\"smtp\":{\"line_endings\":\"keep\",\"extensions\":{\"limits\":true},\"max_mails\":2}"
                           : "";
    const char *disk = variant & SLOW_DISK ? ",\"disk\":{\"sync\":\"300 ms\",\"read\":\"1 s\",\"size\":\"3 kB\"}" : "";
    char all_rules[1000];
    snprintf(all_rules, sizeof all_rules, "%s%s", variant & RULES ? rules : "", variant & TLS ? ",\"tls\":{}" : "");
    int n = snprintf(json, sizeof json, world_text, "", all_rules, smtp, disk, variant & STRIPS ? "true" : "false");
    FUZZ_MUST(n > 0 && (size_t)n < sizeof json);
    if (!known[variant]) known[variant] = fuzz_scenario(json);
    return known[variant];
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const uint16_t ports[] = {SMTP_PORT, SUBMISSION_PORT, SUBMISSIONS_PORT, POP3_PORT, POP3S_PORT, 9};
    struct fuzz_world w;
    if (size == 0) return 0;
    fuzz_world_begin(&w, scenario_of(bytes[0] % VARIANTS), true);
    struct host *server = fuzz_host(w.world, "mail.a.example");
    fuzz_callers_play(&w, server, ports, sizeof ports / sizeof *ports, bytes + 1, size - 1);
    FUZZ_MUST(!server->mail_server->sessions);
    fuzz_world_pass(&w, HOUR);
    for (size_t i = 0; i < w.world->n_hosts; i++)
        FUZZ_MUST(w.world->hosts[i].n_sockets == 0);
    fuzz_world_end(&w, "");
    return 0;
}
