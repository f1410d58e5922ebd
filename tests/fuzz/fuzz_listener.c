#include "tests/fuzz/fuzz_listener.h"

#include "model/host/host.h"
#include "model/host/mail_server.h"
#include "model/host/name_server.h"
#include "model/host/secure.h"
#include "sim/journal/memory.h"

enum { LINE_MAX_BYTES = 2048 };

/* Bytes are said as they are, but for these. */
enum deed {
    DEED_QUERY = 0xF6,  /* says the id of the last question by datagram (DNS) */
    DEED_TRUTH = 0xF7,  /* what the true server would say, two bytes of length before it (DNS) */
    DEED_LISTEN = 0xF8, /* waits until the client says something */
    DEED_WAIT = 0xF9,   /* two seconds */
    DEED_LONG = 0xFA,   /* ten minutes */
    DEED_CLOSE = 0xFB,  /* the rest is for the next caller */
    DEED_RESET = 0xFC,
    DEED_TLS = 0xFD,     /* a true handshake from here on */
    DEED_IGNORE = 0xFE,  /* never says or hears anything any more */
    DEED_LITERAL = 0xFF, /* the next byte is said */
};

struct peer {
    struct peer *next;
    struct host *host;
    struct socket *socket; /* NULL: gone */
    uint64_t turn;         /* which of the scheduled calls counts */
    bool listens;
    bool heard;                    /* something, and has not listened since */
    uint8_t asked[LINE_MAX_BYTES]; /* the first bytes that came: a question (DNS) */
    size_t n_asked;
    bool owes_truth; /* once the question is there */
    uint8_t truth_cut, truth[2 + LINE_MAX_BYTES];
    size_t truth_at, truth_size; /* what is still to be said of it */
};

static struct listener {
    struct host *host; /* NULL: there is none */
    struct fuzz_bytes in;
    struct peer *peers;
    struct dns_message *query; /* the last one */
    bool lied;
} listener;

/* ---- what it says ---- */

static void go_on(void *context, uint64_t turn);

/* Never from within what it is told, where a socket must not be reset. */
static void go_on_in(struct peer *p, int64_t ns)
{
    struct engine *engine = p->host->world->engine;
    engine_at(engine, engine->now_ns + ns, go_on, p, ++p->turn);
}

static void say(struct peer *p, const uint8_t *bytes, size_t size)
{
    if (size > 0) socket_write(p->socket, bytes, size);
}

static void begin_tls(struct peer *p)
{
    const struct session_io io = socket_session_io(p->socket, (struct session_id){0});
    if (io.start_tls && !socket_security(p->socket)) io.start_tls(io.context);
}

static size_t put_id(uint8_t *out)
{
    uint16_t id = listener.query ? listener.query->id : 0;
    out[0] = (uint8_t)(id >> 8);
    out[1] = (uint8_t)id;
    return 2;
}

/* Its own question, which may not be there yet. */
static struct dns_message *question_of(const struct peer *p)
{
    if (p->n_asked < 2) return NULL;
    size_t length = (size_t)p->asked[0] << 8 | p->asked[1];
    return length <= p->n_asked - 2 ? dns_decode(p->asked + 2, length) : NULL;
}

static void say_truth(struct peer *p)
{
    struct dns_message *question = listener.host->zones ? question_of(p) : NULL;
    p->owes_truth = !question;
    if (!question) return;
    struct dns_message *truth = dns_zones_answer_stream(listener.host->zones, question);
    size_t size = dns_encode(truth, p->truth + 2, LINE_MAX_BYTES);
    p->truth[0] = (uint8_t)(size >> 8);
    p->truth[1] = (uint8_t)size;
    p->truth_size = size + 2;
    p->truth_at = p->truth_cut % (size + 2);
    say(p, p->truth, p->truth_at);
    dns_message_drop(truth);
    dns_message_drop(question);
    go_on_in(p, SECOND);
}

static void say_rest(struct peer *p)
{
    say(p, p->truth + p->truth_at, p->truth_size - p->truth_at);
    p->truth_at = p->truth_size;
}

/* False: it is done with this caller, or waits. */
static bool act(struct peer *p, enum deed deed)
{
    switch (deed) {
    case DEED_QUERY:
        return true;
    case DEED_TRUTH:
        p->truth_cut = fuzz_byte(&listener.in);
        say_truth(p);
        return false;
    case DEED_LISTEN:
        p->listens = !p->heard;
        p->heard = false;
        return !p->listens;
    case DEED_WAIT:
        go_on_in(p, 2 * SECOND);
        return false;
    case DEED_LONG:
        go_on_in(p, 10 * MINUTE);
        return false;
    case DEED_CLOSE:
        listener.lied |= p->truth_size == 0;
        socket_finish(p->socket);
        p->socket = NULL;
        return false;
    case DEED_RESET:
        socket_abort(p->socket);
        p->socket = NULL;
        return false;
    case DEED_TLS:
        begin_tls(p);
        return true;
    case DEED_IGNORE:
        return false;
    case DEED_LITERAL:
        return true;
    }
    return false;
}

static void go_on(void *context, uint64_t turn)
{
    struct peer *p = context;
    uint8_t line[LINE_MAX_BYTES + 2];
    size_t n = 0;
    if (!p->socket || turn != p->turn) return;
    say_rest(p);
    while (p->socket && listener.in.left > 0) {
        uint8_t byte = fuzz_byte(&listener.in);
        listener.lied |= byte != DEED_TRUTH && byte != DEED_LISTEN;
        bool is_said = byte < DEED_QUERY || byte == DEED_LITERAL;
        if (is_said) line[n++] = byte == DEED_LITERAL ? fuzz_byte(&listener.in) : byte;
        if (byte == DEED_QUERY) n += put_id(line + n);
        if ((is_said || byte == DEED_QUERY) && n < LINE_MAX_BYTES) continue;
        say(p, line, n);
        n = 0;
        if (!is_said && !act(p, (enum deed)byte)) return;
    }
    if (p->socket) say(p, line, n);
    if (p->socket) act(p, DEED_CLOSE);
}

/* ---- what it is told ---- */

static void on_opened(void *context)
{
    go_on_in(context, 0);
}

static void on_received(void *context, const char *bytes, size_t size)
{
    struct peer *p = context;
    size_t room = sizeof p->asked - p->n_asked, n = size < room ? size : room;
    memcpy(p->asked + p->n_asked, bytes, n);
    p->n_asked += n;
    if (p->owes_truth) say_truth(p);
    p->heard = !p->listens;
    if (p->listens) go_on_in(p, 0);
    p->listens = false;
}

static void on_ended(void *context)
{
    struct peer *p = context;
    socket_finish(p->socket);
    p->socket = NULL;
}

static void on_failed(void *context, const char *why)
{
    struct peer *p = context;
    (void)why;
    p->socket = NULL;
}

static void on_secured(void *context, const struct session_security *security)
{
    (void)context;
    FUZZ_MUST(security);
}

static void offer_tls(struct socket *socket)
{
    const struct secure_settings settings = {
        .is_server = true, .version = TLS_VERSION_1_3, .name = listener.host->description->name};
    uint16_t port = socket_local_port(socket);
    socket_offer_tls(socket, &settings, on_secured);
    if (port == SUBMISSIONS_PORT || port == POP3S_PORT) socket_start_tls(socket);
}

static bool takes(const struct host *host)
{
    return listener.host == host && listener.in.left > 0;
}

static void accept(struct socket *socket, bool tls)
{
    struct peer *p = mem_calloc(1, sizeof *p);
    *p = (struct peer){.next = listener.peers, .host = listener.host, .socket = socket};
    listener.peers = p;
    socket_set_handler(
        socket,
        (struct socket_handler){
            .context = p, .opened = on_opened, .received = on_received, .ended = on_ended, .failed = on_failed});
    if (tls) offer_tls(socket);
}

/* ---- in the way ---- */

void __real_mail_server_accept(struct mail_server *server, struct socket *socket);
void __wrap_mail_server_accept(struct mail_server *server, struct socket *socket);
void __real_name_server_accept(struct name_server *server, struct socket *socket);
void __wrap_name_server_accept(struct name_server *server, struct socket *socket);
void __real_name_server_take_question(struct name_server *server, const struct packet *packet);
void __wrap_name_server_take_question(struct name_server *server, const struct packet *packet);

void __wrap_mail_server_accept(struct mail_server *server, struct socket *socket)
{
    if (takes(socket_host(socket)))
        accept(socket, true);
    else
        __real_mail_server_accept(server, socket);
}

void __wrap_name_server_accept(struct name_server *server, struct socket *socket)
{
    if (takes(socket_host(socket)))
        accept(socket, false);
    else
        __real_name_server_accept(server, socket);
}

/* By datagram it says but that the answer is too long for one: the rest comes over TCP (RFC 7766 5). */
void __wrap_name_server_take_question(struct name_server *server, const struct packet *packet)
{
    const struct ip_packet *ip = ip_packet_of_const(packet);
    if (!listener.host || listener.host->dns_server != server || !takes(listener.host)) {
        __real_name_server_take_question(server, packet);
        return;
    }
    const struct datagram datagram = {.destination = ip->ip.source,
                                      .source_port = DNS_PORT,
                                      .destination_port = ip->udp.source_port,
                                      .flow = random_hash_mix(packet->identity.flow, 1),
                                      .transmission = packet->identity.transmission,
                                      .why = "answer"};
    const struct dns_message content = {.id = ip->dns->id,
                                        .is_response = true,
                                        .authoritative = true,
                                        .truncated = true,
                                        .qname = ip->dns->qname,
                                        .qtype = ip->dns->qtype};
    struct dns_message *message = dns_message_new(&content);
    dns_message_drop(listener.query);
    listener.query = dns_message_hold(ip->dns);
    host_send_datagram(listener.host, &datagram, message);
    dns_message_drop(message);
}

void fuzz_listener_begin(struct world *world, const char *host, const uint8_t *bytes, size_t size)
{
    listener = (struct listener){.host = fuzz_host(world, host), .in = {bytes, size}};
}

void fuzz_listener_end(void)
{
    while (listener.peers) {
        struct peer *p = listener.peers;
        listener.peers = p->next;
        mem_free(p);
    }
    dns_message_drop(listener.query);
    listener = (struct listener){0};
}

bool fuzz_listener_has_lied(void)
{
    return listener.lied;
}
