#include "viz/story/reason.h"

#include <stddef.h>
#include <string.h>

#include "sim/journal/tr.h"

/* To add one: a row here, and an entry in each catalog. */
static const char *const reasons[] = {
    "all is done",
    "the time is up",
    "the answer is kept back",
    "stopped by the scenario",
    "started again",
    "cut by the scenario",
    "mended",
    "as the scenario has it",
    "as before",
    "no answer",
    "no answer in time",
    "nobody asks any more",
    "no answer from the name server",
    "connection timed out",
    "connection refused",
    "connection reset by peer",
    "host stopped",
    "host down",
    "port closed",
    "bad checksum",
    "queue full",
    "link down",
    "too big for the next link",
    "too big for the next link, in silence",
    "the routers have noticed the change",
    "a packet was too big for a link on the way",
    "the server closed the connection",
    "the client closed the connection",
    "into the mailbox",
    "its members have it instead",
    "fetched by POP3",
    "fetched and deleted",
    "an attempt begins",
    "it answers again",
    "full",
    "read-only",
    "broken: reads fail",
    "broken: writes fail",
    "broken: syncs fail",
    "odd: writes come short",
    "odd: writes are interrupted",
    "closed",
};

const char *story_reason(const char *why)
{
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (!strcmp(why, reasons[i])) return tr(reasons[i]);
    /* What was concluded of a recording (model/import): the journal marks it by its beginning. */
    if (!strcmp(why, "inferred: beyond the capture point")) return tr("beyond the capture point (inferred)");
    if (!strcmp(why, "inferred: before the capture point")) return tr("before the capture point (inferred)");
    return why;
}
