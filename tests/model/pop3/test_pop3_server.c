/* The POP3 server against dialogues (notation: tests/model/smtp/dialogue.h). The maildrop is bob's, password "secret
   pass".

     given message uid1: Subject: x\r\n\r\nbody\r\n
     given unreadable   given tls   => tls begins   do secure (the handshake is done)
     => open   => update 1,3   => close */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "model/pop3/pop3.h"
#include "sim/journal/memory.h"
#include "tests/model/smtp/dialogue.h"

TestSuite(pop3_server);

enum { MAX_MESSAGES = 8 };

struct server_machine {
    struct dialogue_record *record;
    struct pop3_server *server;
    char *unique_ids[MAX_MESSAGES], *contents[MAX_MESSAGES];
    size_t sizes[MAX_MESSAGES], n;
    bool is_open, has_tls, is_unreadable;
    /* What the journal said */
    uint64_t told;
    size_t contents_told;
};

static uint64_t say(void *context, const char *bytes, size_t size)
{
    struct server_machine *m = context;
    uint64_t offset = m->record->said.size;

    dialogue_text_add(&m->record->said, bytes, size);
    return offset;
}

static bool drop_open(void *context, const char *user, const char *password)
{
    struct server_machine *m = context;

    if (strcmp(user, "bob") != 0 || strcmp(password, "secret pass") != 0) return false;
    cr_assert_not(m->is_open);
    m->is_open = true;
    dialogue_tell(m->record, "open");
    return true;
}

static size_t drop_count(void *context)
{
    return ((struct server_machine *)context)->n;
}

static const char *drop_content(void *context, size_t i, size_t *size)
{
    struct server_machine *m = context;

    cr_assert(m->is_open && i < m->n);
    *size = m->sizes[i];
    return m->contents[i];
}

static bool drop_can_be_read(void *context)
{
    return !((struct server_machine *)context)->is_unreadable;
}

static const char *drop_unique_id(void *context, size_t i)
{
    return ((struct server_machine *)context)->unique_ids[i];
}

static struct message_id drop_message(void *context, size_t i)
{
    (void)context;
    return (struct message_id){(uint32_t)i + 1};
}

static void drop_update(void *context, const bool *deleted, size_t n)
{
    struct server_machine *m = context;
    char list[64] = "";

    cr_assert_eq(n, m->n);
    for (size_t i = 0; i < n; i++)
        if (deleted[i]) snprintf(list + strlen(list), sizeof list - strlen(list), "%s%zu", list[0] ? "," : "", i + 1);
    dialogue_tell(m->record, "update %s", list);
}

static void drop_close(void *context)
{
    struct server_machine *m = context;

    cr_assert(m->is_open);
    m->is_open = false;
    dialogue_tell(m->record, "close");
}

static void *make(struct dialogue_record *record)
{
    struct server_machine *m = mem_calloc(1, sizeof *m);

    m->record = record;
    return m;
}

static bool given(void *machine, const char *setting)
{
    struct server_machine *m = machine;
    const char *colon = strstr(setting, ": ");

    if (strcmp(setting, "tls") == 0) return m->has_tls = true;
    if (strcmp(setting, "unreadable") == 0) return m->is_unreadable = true;
    if (strncmp(setting, "message ", 8) != 0 || !colon) return false;
    m->unique_ids[m->n] = mem_strdup(setting + 8);
    m->unique_ids[m->n][colon - (setting + 8)] = '\0';
    m->contents[m->n] = dialogue_unescaped(colon + 2, &m->sizes[m->n]);
    m->n++;
    return true;
}

static void begin_tls(void *context)
{
    dialogue_tell(((struct server_machine *)context)->record, "tls begins");
}

static void start_with_journal(struct server_machine *m, struct journal *journal)
{
    struct session_io io = {
        .context = m, .write = say, .journal = journal, .stream = {1}, .start_tls = m->has_tls ? begin_tls : NULL};
    struct pop3_maildrop drop = {
        m,           drop_open, drop_count, drop_content, drop_can_be_read, drop_unique_id, drop_message,
        drop_update, drop_close};

    m->server = pop3_server_new("mx1.b.example", io, drop);
    pop3_server_start(m->server, 0);
}

static void start(void *machine, int64_t now_ns)
{
    (void)now_ns;
    start_with_journal(machine, NULL);
}

static void receive(void *machine, const char *bytes, size_t size, int64_t now_ns)
{
    pop3_server_receive(((struct server_machine *)machine)->server, bytes, size, now_ns);
}

static int64_t deadline(void *machine)
{
    return pop3_server_deadline(((struct server_machine *)machine)->server);
}

static void on_deadline(void *machine, int64_t now_ns)
{
    pop3_server_on_deadline(((struct server_machine *)machine)->server, now_ns);
}

static bool is_over(void *machine)
{
    return pop3_server_is_over(((struct server_machine *)machine)->server);
}

static bool happen(void *machine, const char *what, int64_t now_ns)
{
    struct server_machine *m = machine;

    if (strcmp(what, "secure") == 0) {
        pop3_server_secured(m->server, now_ns);
        return true;
    }
    if (strcmp(what, "lose connection") != 0) return false;
    pop3_server_connection_lost(m->server);
    return true;
}

static void free_machine(void *machine)
{
    struct server_machine *m = machine;

    pop3_server_free(m->server);
    cr_assert_not(m->is_open, "the lock was not given back");
    for (size_t i = 0; i < MAX_MESSAGES; i++) {
        mem_free(m->unique_ids[i]);
        mem_free(m->contents[i]);
    }
    mem_free(m);
}

static const struct dialogue_machine pop3_server_machine = {
    .speaks = 'S',
    .make = make,
    .given = given,
    .start = start,
    .receive = receive,
    .deadline = deadline,
    .on_deadline = on_deadline,
    .is_over = is_over,
    .happen = happen,
    .free = free_machine,
};

Test(pop3_server, speaks_every_dialogue_in_every_segmentation)
{
    char error[DIALOGUE_ERROR_BYTES] = "";
    size_t n = dialogue_run_folder(&pop3_server_machine, "tests/model/pop3/server", error);

    cr_assert(n >= 10, "%s", error);
}

Test(pop3_server, a_wrong_expectation_is_caught_by_the_runner)
{
    static const char text[] =
        "given message u1: x\\r\\n\nS: +OK*\nC: USER bob\nS: +OK*\nC: PASS secret pass\nS: +OK*\n=> open\n"
        "C: STAT\nS: +OK 1 4\n";
    char error[DIALOGUE_ERROR_BYTES] = "";

    cr_assert_not(dialogue_run(&pop3_server_machine, "planted", text, error));
    cr_assert_str_eq(error, "planted:9: expected \"+OK 1 4\", got \"+OK 1 3\" (whole, 0)");
}

static void check_event(void *context, const struct event *e)
{
    struct server_machine *m = context;

    cr_assert_eq((uint64_t)event_int(e, FIELD_OFFSET), m->told);
    m->told += (uint64_t)event_int(e, FIELD_LENGTH);
    if (e->kind == EVENT_POP3_CONTENT) {
        cr_assert_eq(event_int(e, FIELD_MESSAGE), m->contents_told == 0 ? 1 : 0);
        m->contents_told++;
    } else
        cr_assert_str_eq(event_text(e, FIELD_WHO), "S");
}

/* Every byte of the server's stream is told of once, as a line or as content. */
Test(pop3_server, journal_tells_every_byte_once_and_in_order)
{
    static const char input[] = "CAPA\r\nUSER bob\r\nPASS secret pass\r\nLIST\r\nUIDL\r\nRETR 1\r\nTOP 1 1\r\nQUIT\r\n";
    struct dialogue_record record = {0};
    struct server_machine *m = make(&record);
    struct journal *journal = journal_new();

    given(m, "message u1: Subject: x\\r\\n\\r\\n.dot\\r\\nlast\\r\\n");
    journal_add_reader(journal, (struct journal_reader){event_mask_group(GROUP_POP3), check_event, m});
    start_with_journal(m, journal);
    receive(m, input, sizeof input - 1, 0);
    cr_assert(is_over(m));
    cr_assert_eq(m->told, record.said.size);
    cr_assert_eq(m->contents_told, 2);
    free_machine(m);
    journal_free(journal);
    dialogue_text_free(&record.said);
    dialogue_text_free(&record.told);
}

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* Noise never deletes without DELE and QUIT, never keeps the lock, never crashes. */
Test(pop3_server, survives_noise)
{
    static const char *const pieces[] = {"USER bob\r\n",
                                         "PASS secret pass\r\n",
                                         "STAT\r\n",
                                         "LIST\r\n",
                                         "LIST 1\r\n",
                                         "RETR 1\r\n",
                                         "RETR 99999999999\r\n",
                                         "TOP 1 999999999\r\n",
                                         "TOP 1 -1\r\n",
                                         "UIDL 2\r\n",
                                         "\r\n",
                                         "\n",
                                         "\r",
                                         "RSET\r\n",
                                         "NOOP\r\n",
                                         "LIST x\r\n",
                                         " ",
                                         "\xff"};

    for (uint64_t seed = 1; seed <= 3000; seed++) {
        uint64_t random = seed * UINT64_C(0x9e3779b97f4a7c15);
        struct dialogue_record record = {0};
        struct server_machine *m = make(&record);

        given(m, "message u1: Subject: x\\r\\n\\r\\nbody\\r\\n");
        given(m, "message u2: ");
        start(m, 0);
        for (int i = 0; i < 50; i++) {
            const char *piece = pieces[next_random(&random) % (sizeof pieces / sizeof pieces[0])];
            char byte = (char)next_random(&random);
            if (next_random(&random) % 4)
                receive(m, piece, strlen(piece), 0);
            else
                receive(m, &byte, 1, 0);
        }
        cr_assert(!record.told.bytes || !strstr(record.told.bytes, "update"), "seed %llu", (unsigned long long)seed);
        free_machine(m);
        dialogue_text_free(&record.said);
        dialogue_text_free(&record.told);
    }
}
