/* Listening ports and their connections: see live_listen.h. Nothing here buffers: what a program writes is read only
   when the simulated connection has room for it, and what the simulated peer writes stays there until the program's
   socket takes it. */
#define _GNU_SOURCE /* accept4 */
#include "app/live_listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "model/host/outside.h"
#include "sim/journal/memory.h"
#include "sim/journal/near_word.h"
#include "sim/journal/tr.h"

enum { MOST_CONNECTIONS = 1000, READ_BYTES = 16384, BACKLOG = 128, ADDRESS_TEXT_BYTES = INET6_ADDRSTRLEN + 16 };

struct live_listener {
    int fd;
    size_t host; /* where it leads */
    uint16_t port;
    char address[ADDRESS_TEXT_BYTES]; /* "127.0.0.1:2525" */
    bool is_loopback;
    size_t place; /* in the poll set */
};

struct live_connection {
    struct live_connection *next;
    int fd;
    struct outside_connection *inside;
    bool has_ended; /* the program will write no more */
    bool was_told;  /* that the simulated end will write no more */
    size_t place;
};

struct live_listeners {
    const struct scenario *scenario;
    struct live_listener *items;
    size_t n;
    struct live_connection *connections;
    size_t n_connections;
    bool is_short, was_short; /* of descriptors: now; ever, which is told once */
    char *text;
};

/* --- opening --- */

static bool refuse(const char *item, const char *what, const char *hint)
{
    fprintf(stderr, tr("postroad live: --listen: \"%s\": %s\n"), item, what);
    if (hint) fprintf(stderr, tr("  hint: %s\n"), hint);
    return false;
}

static bool read_port(const char *text, unsigned long least, uint16_t *port)
{
    char *end;
    unsigned long number = strtoul(text, &end, 10);
    if (*text < '0' || *text > '9' || *end || number < least || number > 65535) return false;
    *port = (uint16_t)number;
    return true;
}

/* "[::1]:2525", "0.0.0.0:2525" or "2525". */
static bool read_address(const char *text, struct sockaddr_storage *address, socklen_t *size)
{
    char host[INET6_ADDRSTRLEN + 2] = "127.0.0.1";
    const char *colon = strrchr(text, ':'), *port = colon ? colon + 1 : text;
    uint16_t number;
    memset(address, 0, sizeof *address);
    if (colon && (size_t)(colon - text) >= sizeof host) return false;
    if (colon) snprintf(host, sizeof host, "%.*s", (int)(colon - text), text);
    if (!read_port(port, 0, &number)) return false;
    size_t length = strlen(host);
    if (host[0] == '[' && host[length - 1] == ']') {
        struct sockaddr_in6 *six = (struct sockaddr_in6 *)(void *)address;
        host[length - 1] = '\0';
        six->sin6_family = AF_INET6;
        six->sin6_port = htons(number);
        *size = sizeof *six;
        return inet_pton(AF_INET6, host + 1, &six->sin6_addr) == 1;
    }
    struct sockaddr_in *four = (struct sockaddr_in *)(void *)address;
    four->sin_family = AF_INET;
    four->sin_port = htons(number);
    *size = sizeof *four;
    return inet_pton(AF_INET, host, &four->sin_addr) == 1;
}

static bool find_host(const struct scenario *scenario, const char *item, const char *name, size_t *host)
{
    const char **names = mem_calloc(scenario->n_hosts + 1, sizeof *names);
    bool found = false;
    char what[320], hint[320];
    for (size_t i = 0; i < scenario->n_hosts; i++) {
        names[i] = scenario->hosts[i].name;
        if (strcmp(name, names[i]) != 0) continue;
        *host = i;
        found = true;
    }
    if (!found) {
        const char *near = near_word_find(name, names);
        snprintf(what, sizeof what, tr("there is no host \"%.255s\" in this scenario"), name);
        snprintf(hint, sizeof hint, tr("did you mean \"%.255s\"?"), near ? near : "");
        refuse(item, what, near ? hint : NULL);
    }
    mem_free(names);
    return found;
}

static bool is_loopback(const struct sockaddr_storage *address)
{
    if (address->ss_family == AF_INET6)
        return IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)(const void *)address)->sin6_addr);
    return ntohl(((const struct sockaddr_in *)(const void *)address)->sin_addr.s_addr) >> 24 == 127;
}

static void note_address(struct live_listener *listener)
{
    struct sockaddr_storage address = {0};
    socklen_t size = sizeof address;
    char host[INET6_ADDRSTRLEN] = "";
    getsockname(listener->fd, (struct sockaddr *)&address, &size);
    if (address.ss_family == AF_INET6) {
        const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)(const void *)&address;
        inet_ntop(AF_INET6, &six->sin6_addr, host, sizeof host);
        snprintf(listener->address, sizeof listener->address, "[%s]:%u", host, (unsigned)ntohs(six->sin6_port));
    } else {
        const struct sockaddr_in *four = (const struct sockaddr_in *)(const void *)&address;
        inet_ntop(AF_INET, &four->sin_addr, host, sizeof host);
        snprintf(listener->address, sizeof listener->address, "%s:%u", host, (unsigned)ntohs(four->sin_port));
    }
    listener->is_loopback = is_loopback(&address);
}

static bool open_port(struct live_listener *listener, const char *item, const struct sockaddr_storage *address,
                      socklen_t size)
{
    static const int on = 1;
    listener->fd = socket(address->ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (listener->fd >= 0) setsockopt(listener->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (listener->fd >= 0 && bind(listener->fd, (const struct sockaddr *)(const void *)address, size) == 0 &&
        listen(listener->fd, BACKLOG) == 0) {
        note_address(listener);
        return true;
    }
    const char *hint = NULL;
    if (errno == EACCES) hint = tr("ports below 1024 are for root; choose another, such as 2525");
    if (errno == EADDRINUSE) hint = tr("another program has this port; choose another");
    return refuse(item, strerror(errno), hint);
}

static bool read_item(struct live_listeners *listeners, struct live_listener *listener, const char *item)
{
    static const char form[] = "it is not [ADDRESS:]PORT=HOST:PORT", example[] = "--listen 2525=mail.a.example:25";
    char outside[ADDRESS_TEXT_BYTES], inside[256];
    const char *equals = strchr(item, '='), *colon = equals ? strrchr(equals, ':') : NULL;
    struct sockaddr_storage address;
    socklen_t size;
    if (!colon || (size_t)(equals - item) >= sizeof outside || (size_t)(colon - equals) >= sizeof inside)
        return refuse(item, tr(form), example);
    snprintf(outside, sizeof outside, "%.*s", (int)(equals - item), item);
    snprintf(inside, sizeof inside, "%.*s", (int)(colon - equals - 1), equals + 1);
    if (!read_address(outside, &address, &size) || !read_port(colon + 1, 1, &listener->port))
        return refuse(item, tr(form), example);
    return find_host(listeners->scenario, item, inside, &listener->host) && open_port(listener, item, &address, size);
}

static const char *host_name(const struct live_listeners *listeners, const struct live_listener *listener)
{
    return listeners->scenario->hosts[listener->host].name;
}

static void make_text(struct live_listeners *listeners)
{
    size_t room = 1, used = 0;
    for (size_t i = 0; i < listeners->n; i++)
        room += ADDRESS_TEXT_BYTES + strlen(host_name(listeners, &listeners->items[i])) + 16;
    listeners->text = mem_calloc(room, 1);
    for (size_t i = 0; i < listeners->n; i++)
        used += (size_t)snprintf(listeners->text + used, room - used, "%s%s=%s:%u", i ? ", " : "",
                                 listeners->items[i].address, host_name(listeners, &listeners->items[i]),
                                 (unsigned)listeners->items[i].port);
}

struct live_listeners *live_listeners_open(const struct option_list *items, const struct scenario *scenario)
{
    struct live_listeners *listeners = mem_calloc(1, sizeof *listeners);
    listeners->scenario = scenario;
    listeners->items = mem_calloc(items->n + 1, sizeof *listeners->items);
    for (size_t i = 0; i < items->n; i++) {
        struct live_listener *listener = &listeners->items[listeners->n++];
        listener->fd = -1;
        if (read_item(listeners, listener, items->items[i])) continue;
        live_listeners_free(listeners);
        return NULL;
    }
    make_text(listeners);
    return listeners;
}

const char *live_listeners_text(const struct live_listeners *listeners)
{
    return listeners->text;
}

void live_listeners_tell(const struct live_listeners *listeners, FILE *out)
{
    for (size_t i = 0; i < listeners->n; i++) {
        const struct live_listener *l = &listeners->items[i];
        fprintf(out, tr("  %s leads to %s:%u\n"), l->address, host_name(listeners, l), (unsigned)l->port);
        if (!l->is_loopback)
            fprintf(out, tr("    (beware: %s is no loopback address; others on the network can reach it)\n"),
                    l->address);
    }
}

/* --- connections --- */

/* Without a word of farewell: the program sees a reset. */
static void reset_fd(int fd)
{
    struct linger linger = {.l_onoff = 1, .l_linger = 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    close(fd);
}

static void accept_all(struct live_listeners *listeners, const struct live_listener *listener, struct world *world)
{
    while (listeners->n_connections < MOST_CONNECTIONS) {
        int fd = accept4(listener->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0) {
            listeners->is_short = errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
            if (listeners->is_short && !listeners->was_short)
                fprintf(stderr, tr("postroad live: a connection cannot be accepted now: %s\n"), strerror(errno));
            listeners->was_short |= listeners->is_short;
            return;
        }
        struct live_connection *connection = mem_calloc(1, sizeof *connection);
        connection->fd = fd;
        connection->inside = outside_open(world, listener->host, listener->port);
        connection->place = SIZE_MAX;
        connection->next = listeners->connections;
        listeners->connections = connection;
        listeners->n_connections++;
    }
}

/* The program cannot be reached any more. */
static void lose(struct live_connection *connection)
{
    outside_abort(connection->inside);
    connection->has_ended = true;
}

static void read_some(struct live_connection *connection)
{
    char bytes[READ_BYTES];
    size_t room = outside_room(connection->inside);
    if (connection->has_ended || room == 0) return;
    ssize_t n = recv(connection->fd, bytes, room < sizeof bytes ? room : sizeof bytes, 0);
    if (n > 0) {
        outside_write(connection->inside, bytes, (size_t)n);
    } else if (n == 0) {
        connection->has_ended = true;
        outside_end(connection->inside);
    } else if (errno != EAGAIN && errno != EINTR) {
        lose(connection);
    }
}

static void write_some(struct live_connection *connection)
{
    size_t size;
    const char *bytes = outside_readable(connection->inside, &size);
    if (size == 0) return;
    ssize_t n = send(connection->fd, bytes, size, MSG_NOSIGNAL);
    if (n > 0)
        outside_take(connection->inside, (size_t)n);
    else if (errno != EAGAIN && errno != EINTR)
        lose(connection);
}

/* POLLHUP without data that one could wait for: both ways are closed, or it was reset. */
static void serve(struct live_connection *connection, short found)
{
    if (found & POLLERR || (found & POLLHUP && (connection->has_ended ? !connection->was_told : !(found & POLLIN))))
        lose(connection);
    else if (found & POLLIN)
        read_some(connection);
}

/* Passes on what the simulated end has said; false when the connection is over. */
static bool pass_on(struct live_connection *connection)
{
    size_t size;
    write_some(connection);
    switch (outside_state(connection->inside)) {
    case OUTSIDE_OPEN:
        return true;
    case OUTSIDE_ENDED:
        outside_readable(connection->inside, &size);
        if (size == 0 && !connection->was_told) {
            shutdown(connection->fd, SHUT_WR);
            connection->was_told = true;
        }
        return true;
    case OUTSIDE_CLOSED:
        close(connection->fd);
        return false;
    case OUTSIDE_FAILED:
        reset_fd(connection->fd);
        return false;
    }
    return false;
}

static void remove_connection(struct live_listeners *listeners, struct live_connection **link)
{
    struct live_connection *connection = *link;
    *link = connection->next;
    outside_forget(connection->inside);
    mem_free(connection);
    listeners->n_connections--;
}

/* --- in the loop --- */

void live_listeners_wait(struct live_listeners *listeners, struct live_poll *poll)
{
    bool has_room = listeners->n_connections < MOST_CONNECTIONS && !listeners->is_short;
    listeners->is_short = false; /* asked again the next time */
    for (size_t i = 0; i < listeners->n; i++)
        listeners->items[i].place = live_poll_add(poll, listeners->items[i].fd, has_room ? POLLIN : 0);
    for (struct live_connection *c = listeners->connections; c; c = c->next) {
        size_t size;
        short events = !c->has_ended && outside_room(c->inside) > 0 ? POLLIN : 0;
        outside_readable(c->inside, &size);
        if (size > 0) events |= POLLOUT;
        /* Where the program may have closed both ways behind what is still to be read, POLLHUP would never cease. */
        c->place = events || !c->was_told ? live_poll_add(poll, c->fd, events) : SIZE_MAX;
    }
}

void live_listeners_serve(struct live_listeners *listeners, const struct live_poll *poll, struct world *world)
{
    for (struct live_connection **link = &listeners->connections; *link;) {
        struct live_connection *connection = *link;
        serve(connection, live_poll_found(poll, connection->place));
        if (pass_on(connection))
            link = &connection->next;
        else
            remove_connection(listeners, link);
    }
    for (size_t i = 0; i < listeners->n; i++)
        if (live_poll_found(poll, listeners->items[i].place) & POLLIN)
            accept_all(listeners, &listeners->items[i], world);
}

size_t live_listeners_free(struct live_listeners *listeners)
{
    if (!listeners) return 0;
    size_t n_open = listeners->n_connections;
    for (size_t i = 0; i < listeners->n; i++)
        if (listeners->items[i].fd >= 0) close(listeners->items[i].fd);
    while (listeners->connections) {
        struct live_connection *connection = listeners->connections;
        listeners->connections = connection->next;
        reset_fd(connection->fd);
        mem_free(connection);
    }
    mem_free(listeners->items);
    mem_free(listeners->text);
    mem_free(listeners);
    return n_open;
}
