#include "tests/fuzz/fuzz_callers.h"

#include "model/host/outside.h"
#include "model/tls/tls_conn.h"

enum { CALLERS = 3, LINE_MAX_BYTES = 2048, DEEDS_MAX = 400 };

enum deed {
    DEED_DEAF = 0xF7,    /* reads no more, or again */
    DEED_WAIT = 0xF8,    /* a second; reads what comes */
    DEED_LONG = 0xF9,    /* ten minutes */
    DEED_CALL = 0xFA,    /* another connection in the place of the oldest; the next byte chooses the port */
    DEED_END = 0xFB,     /* says no more */
    DEED_ABORT = 0xFC,   /* is gone */
    DEED_TLS = 0xFD,     /* true TLS from here on */
    DEED_CHOOSE = 0xFE,  /* goes on with another connection: the next byte */
    DEED_LITERAL = 0xFF, /* the next byte is said */
};

struct caller {
    struct outside_connection *line; /* NULL: none */
    struct tls_conn *tls;
    bool deaf;
};

struct callers {
    struct fuzz_world *w;
    struct host *server;
    const uint16_t *ports;
    size_t n_ports;
    struct caller callers[CALLERS];
    size_t now; /* who speaks */
};

static void hang_up(struct caller *c)
{
    if (c->line) outside_forget(c->line);
    tls_conn_free(c->tls);
    *c = (struct caller){0};
}

static void call(struct callers *all, struct caller *c, uint8_t choice)
{
    hang_up(c);
    c->line = outside_open(all->w->world, all->server->id.n - 1, all->ports[choice % all->n_ports]);
}

/* As far as there is room; who does not get through is silent. */
static void send(struct caller *c, const void *bytes, size_t size)
{
    size_t room = outside_room(c->line);
    if (size > room) size = room;
    if (size > 0) outside_write(c->line, bytes, size);
}

static void flush_tls(struct caller *c)
{
    size_t size;
    const uint8_t *out = tls_conn_to_send(c->tls, &size);
    if (size > 0) send(c, out, size);
    tls_conn_sent(c->tls);
}

static void hear(struct caller *c)
{
    size_t size;
    if (!c->line || c->deaf) return;
    const char *bytes = outside_readable(c->line, &size);
    if (size == 0) return;
    if (c->tls) tls_conn_receive(c->tls, bytes, size);
    outside_take(c->line, size);
    if (!c->tls) return;
    tls_conn_plain_text(c->tls, &size);
    tls_conn_taken(c->tls, size);
    flush_tls(c);
}

/* In four parts, so that a handshake comes to its end. */
static void wait(struct callers *all, int64_t ns)
{
    for (int part = 0; part < 4; part++) {
        fuzz_world_pass(all->w, ns / 4);
        for (size_t i = 0; i < CALLERS; i++)
            hear(&all->callers[i]);
    }
}

static void begin_tls(struct callers *all, struct caller *c)
{
    if (!c->line || c->tls) return;
    if (outside_room(c->line) == 0) wait(all, SECOND); /* it has just been opened */
    const struct tls_settings settings = {
        .version = TLS_VERSION_1_3,
        .name = all->server->description->name,
        .starts_unix_s = all->w->world->scenario->starts_unix_s,
        .now_unix_s = all->w->world->scenario->starts_unix_s,
        .who = 1,
    };
    c->tls = tls_conn_new(tls_library_of_thread(), &settings);
    tls_conn_start(c->tls);
    flush_tls(c);
    wait(all, SECOND);
}

static void say(struct callers *all, const uint8_t *bytes, size_t size)
{
    struct caller *c = &all->callers[all->now];
    if (!c->line || size == 0) return;
    if (outside_room(c->line) == 0) wait(all, SECOND); /* it has just been opened */
    if (!c->tls) {
        send(c, bytes, size);
    } else if (tls_conn_state(c->tls) == TLS_OPEN) {
        tls_conn_write(c->tls, bytes, size);
        flush_tls(c);
    }
}

static void act(struct callers *all, enum deed deed, uint8_t choice)
{
    struct caller *c = &all->callers[all->now];
    switch (deed) {
    case DEED_DEAF:
        c->deaf = !c->deaf;
        break;
    case DEED_WAIT:
        wait(all, SECOND);
        break;
    case DEED_LONG:
        wait(all, 10 * MINUTE);
        break;
    case DEED_CALL:
        all->now = (all->now + 1) % CALLERS;
        call(all, &all->callers[all->now], choice);
        break;
    case DEED_END:
        if (c->line) outside_end(c->line);
        break;
    case DEED_ABORT:
        if (c->line) outside_abort(c->line);
        break;
    case DEED_TLS:
        begin_tls(all, c);
        break;
    case DEED_CHOOSE:
        all->now = choice % CALLERS;
        break;
    case DEED_LITERAL:
        break;
    }
}

static bool takes_choice(uint8_t byte)
{
    return byte == DEED_CALL || byte == DEED_CHOOSE || byte == DEED_LITERAL;
}

void fuzz_callers_play(struct fuzz_world *w, struct host *server, const uint16_t *ports, size_t n_ports,
                       const uint8_t *bytes, size_t size)
{
    struct callers all = {.w = w, .server = server, .ports = ports, .n_ports = n_ports};
    struct fuzz_bytes in = {bytes, size};
    uint8_t line[LINE_MAX_BYTES];
    size_t n = 0;
    call(&all, &all.callers[0], 0);
    for (int deeds = 0; in.left > 0 && deeds < DEEDS_MAX;) {
        uint8_t byte = fuzz_byte(&in), choice = takes_choice(byte) ? fuzz_byte(&in) : 0;
        bool is_said = byte < DEED_DEAF || byte == DEED_LITERAL;
        if (is_said) line[n++] = byte == DEED_LITERAL ? choice : byte;
        if (is_said && n < sizeof line) continue;
        say(&all, line, n);
        n = 0;
        deeds++;
        if (!is_said) act(&all, (enum deed)byte, choice);
    }
    say(&all, line, n);
    wait(&all, SECOND);
    for (size_t i = 0; i < CALLERS; i++)
        all.callers[i].deaf = false;
    wait(&all, 3 * HOUR); /* nobody speaks: longer than any server bears it */
    wait(&all, MINUTE);
    for (size_t i = 0; i < CALLERS; i++)
        hang_up(&all.callers[i]);
}
