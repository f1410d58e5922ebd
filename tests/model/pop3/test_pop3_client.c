/* The POP3 client against mirrored dialogues (notation: tests/model/smtp/dialogue.h). It is bob, password "secret".

     => fetched Subject: x\r\n   => finished ok all was fetched   => finished failed -ERR no

   given chooses: it asks for a listing, and fetches ids that begin with "new", fetches and deletes "take", deletes "old". */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "model/pop3/pop3.h"
#include "sim/journal/memory.h"
#include "tests/model/smtp/dialogue.h"

TestSuite(pop3_client);

struct client_machine {
    struct dialogue_record *record;
    struct pop3_client *client;
};

static uint64_t say(void *context, const char *bytes, size_t size)
{
    struct client_machine *m = context;
    uint64_t offset = m->record->said.size;

    dialogue_text_add(&m->record->said, bytes, size);
    return offset;
}

static void tell_fetched(void *context, const char *unique_id, const char *content, size_t size)
{
    struct client_machine *m = context;
    char *text = dialogue_escaped(content, size);

    dialogue_tell(m->record, "fetched %s%s%s", unique_id, *unique_id ? ": " : "", text);
    mem_free(text);
}

static void tell_finished(void *context, bool ok, const char *why)
{
    struct client_machine *m = context;

    dialogue_tell(m->record, "finished %s %s", ok ? "ok" : "failed", why);
}

/* With "given chooses": by how the id begins. */
static enum pop3_wish wish(void *context, const char *unique_id)
{
    (void)context;
    if (strncmp(unique_id, "new", 3) == 0) return POP3_FETCH;
    if (strncmp(unique_id, "take", 4) == 0) return POP3_FETCH_AND_DELETE;
    return strncmp(unique_id, "old", 3) == 0 ? POP3_DELETE : POP3_PASS;
}

static void begin_tls(void *context)
{
    dialogue_tell(((struct client_machine *)context)->record, "tls begins");
}

static struct pop3_client *make_client(struct client_machine *m, bool with_tls, bool chooses)
{
    struct session_io io = {.context = m, .write = say, .start_tls = with_tls ? begin_tls : NULL};
    struct pop3_client_owner owner = {
        .context = m, .wish = chooses ? wish : NULL, .fetched = tell_fetched, .finished = tell_finished};

    return pop3_client_new("bob", "secret", io, owner);
}

static void *make(struct dialogue_record *record)
{
    struct client_machine *m = mem_calloc(1, sizeof *m);

    m->record = record;
    m->client = make_client(m, false, false);
    return m;
}

static bool given(void *machine, const char *setting)
{
    struct client_machine *m = machine;
    bool with_tls = strcmp(setting, "tls") == 0, chooses = strcmp(setting, "chooses") == 0;

    if (!with_tls && !chooses) return false;
    pop3_client_free(m->client);
    m->client = make_client(m, with_tls, chooses);
    return true;
}

static void start(void *machine, int64_t now_ns)
{
    pop3_client_start(((struct client_machine *)machine)->client, now_ns);
}

static void receive(void *machine, const char *bytes, size_t size, int64_t now_ns)
{
    pop3_client_receive(((struct client_machine *)machine)->client, bytes, size, now_ns);
}

static int64_t deadline(void *machine)
{
    return pop3_client_deadline(((struct client_machine *)machine)->client);
}

static void on_deadline(void *machine, int64_t now_ns)
{
    pop3_client_on_deadline(((struct client_machine *)machine)->client, now_ns);
}

static bool is_over(void *machine)
{
    return pop3_client_is_over(((struct client_machine *)machine)->client);
}

static bool happen(void *machine, const char *what, int64_t now_ns)
{
    if (strcmp(what, "secure") == 0) {
        pop3_client_secured(((struct client_machine *)machine)->client, now_ns);
        return true;
    }
    if (strcmp(what, "lose connection") != 0) return false;
    pop3_client_connection_lost(((struct client_machine *)machine)->client, "connection reset by peer");
    return true;
}

static void free_machine(void *machine)
{
    pop3_client_free(((struct client_machine *)machine)->client);
    mem_free(machine);
}

static const struct dialogue_machine pop3_client_machine = {
    .speaks = 'C',
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

Test(pop3_client, speaks_every_dialogue_in_every_segmentation)
{
    char error[DIALOGUE_ERROR_BYTES] = "";
    size_t n = dialogue_run_folder(&pop3_client_machine, "tests/model/pop3/client", error);

    cr_assert(n >= 8, "%s", error);
}

/* Whatever the server says or fails to say, the owner is told once that it is over, and of success only after QUIT. */
Test(pop3_client, a_session_broken_at_any_point_is_told_of_once)
{
    static const char *const replies[] = {"+OK\r\n", "+OK\r\n",    "+OK\r\n", "+OK 1 3\r\n",
                                          "+OK\r\n", "x\r\n.\r\n", "+OK\r\n", "+OK\r\n"};
    enum { REPLIES = 8 };

    for (size_t point = 0; point <= REPLIES; point++) {
        for (int way = 0; way < 3; way++) {
            struct dialogue_record record = {0};
            void *m = make(&record);
            const char *first;

            start(m, 0);
            for (size_t i = 0; i < point; i++)
                receive(m, replies[i], strlen(replies[i]), 0);
            if (way == 0) happen(m, "lose connection", 0);
            if (way == 1 && !is_over(m)) on_deadline(m, deadline(m));
            if (way == 2) receive(m, "garbage\r\n", 9, 0);
            if (!is_over(m)) happen(m, "lose connection", 0); /* garbage may be content */
            first = strstr(record.told.bytes, "finished");
            cr_assert(first && !strstr(first + 1, "finished"));
            cr_assert_eq(strstr(first, "finished ok") != NULL, point == REPLIES, "point %zu, way %d", point, way);
            cr_assert_eq(strstr(record.told.bytes, "fetched x") != NULL, point >= 6, "point %zu, way %d", point, way);
            free_machine(m);
            dialogue_text_free(&record.said);
            dialogue_text_free(&record.told);
        }
    }
}
