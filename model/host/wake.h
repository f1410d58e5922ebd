/* One timer of a simulated program: set anew as often as one likes, it costs an event only when it falls due. */
#ifndef POSTROAD_MODEL_HOST_WAKE_H
#define POSTROAD_MODEL_HOST_WAKE_H

#include "model/host/world_internal.h"

struct wake {
    struct host *host;
    const char *name;              /* for events: "smtp command", "next attempt" */
    void (*fn)(void *context);     /* called when it falls due, with the cause at timer.fire */
    void *context;
    struct conn_id conn;           /* what the timer is about, as applies */
    struct message_id message;
    int64_t at_ns;                 /* TIME_NEVER: not set */
    int64_t scheduled_ns;          /* when the engine calls; never later than at_ns */
    int64_t rings_ns;              /* due, but its host is hindered: then; TIME_NEVER: not so */
    uint64_t set_event;
    struct event_handle handle;
};

void wake_init(struct wake *wake, struct host *host, const char *name, void (*fn)(void *context), void *context);
/* TIME_NEVER cancels. */
void wake_set(struct wake *wake, int64_t at_ns);
/* Before the memory goes. */
void wake_forget(struct wake *wake);

#endif
