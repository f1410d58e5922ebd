/* Where real programs enter a live world: their connections become simulated ones, from the host with the role
   `outside`.

   Nothing enters in another way than by these calls, and each call that changes anything is told as an event, so that
   outside_replay, given those events at their times, makes the same run again. Calls happen at the world's present
   time, to which world_advance has brought it. All buffers are bounded: what a program writes, by outside_room; what it
   does not take, by the window of its simulated connection. */
#ifndef POSTROAD_MODEL_HOST_OUTSIDE_H
#define POSTROAD_MODEL_HOST_OUTSIDE_H

#include "model/host/world.h"

struct outside;
struct outside_connection;
struct packet;

/* The world's own; emits live.begin. NULL when the world is not live or has no host with this role. */
struct outside *outside_new(struct world *world);
void outside_free(struct outside *outside);
/* Its host stops: every connection has failed. outside may be NULL. */
void outside_crash(struct outside *outside);

/* Opens a simulated connection to a host of the scenario, by its index. Freed with the world, or by outside_forget. */
struct outside_connection *outside_open(struct world *world, size_t host, uint16_t port);
/* How many bytes may be written now: none before it is open, for TCP drops a connection whose end comes before that
   (RFC 9293 3.10.4). */
size_t outside_room(const struct outside_connection *connection);
void outside_write(struct outside_connection *connection, const void *bytes, size_t size);
/* The program will write no more. */
void outside_end(struct outside_connection *connection);
/* The program is gone. */
void outside_abort(struct outside_connection *connection);
/* What the program can have: valid until the next call about this world. */
const char *outside_readable(const struct outside_connection *connection, size_t *size);
void outside_take(struct outside_connection *connection, size_t size);

enum outside_state {
    OUTSIDE_OPEN,   /* or still opening */
    OUTSIDE_ENDED,  /* the simulated end will write no more; what is readable still is */
    OUTSIDE_CLOSED, /* all is done, both ways */
    OUTSIDE_FAILED  /* refused, reset, timed out: outside_why tells */
};
enum outside_state outside_state(const struct outside_connection *connection);
const char *outside_why(const struct outside_connection *connection);
/* Nobody asks for this connection any more; aborts it unless it is closed or has failed. */
void outside_forget(struct outside_connection *connection);

/* --- whole packets, where the world has a live_device --- */

/* A packet of the machine's own TCP/IP, any bytes: enters at the outside host. What is malformed, or does not come from
   the outside host's own address, is dropped and counted. */
void outside_packet(struct world *world, const uint8_t *bytes, size_t size);
/* Is given what arrives at the outside host and belongs to none of the connections above; nothing else ever leaves. */
typedef void (*outside_exit_fn)(void *context, const uint8_t *bytes, size_t size);
void outside_set_exit(struct world *world, outside_exit_fn exit, void *context);
/* For the host's ground floor: true when the packet has left, and its reference with it. */
bool outside_lets_out(struct outside *outside, struct packet *packet);
/* What was not let in, by reason: the i-th, or NULL behind the last. */
const char *outside_dropped(const struct world *world, size_t i, uint64_t *n);

/* --- again --- */

/* Whether outside_replay has something to do for events of this kind. */
bool outside_is_input(enum event_kind kind);
/* Does again what an event of this file's tells, at the time of the event; other events are passed over. False when the
   journal does not belong to this world. */
bool outside_replay(struct world *world, const struct event *e);

#endif
