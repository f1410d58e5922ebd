/* The measures by name: see measures.h. */
#include <string.h>

#include "sim/journal/tr.h"
#include "viz/readers/measures.h"

static const struct {
    const char *name, *title, *unit, *says;
} rows[MEASURES] = {
    [MEASURE_DELIVERY_DELAY] = {"delivery_delay", "Delivery delay", "s",
                                "from the writing of a mail to its being in the mailbox"},
    [MEASURE_QUEUE_WAIT] = {"queue_wait", "Queue wait", "s", "of that delay, waiting for its turn"},
    [MEASURE_DNS_WAIT] = {"dns_wait", "DNS wait", "s", "of that delay, looking up names"},
    [MEASURE_CONNECT] = {"connect", "Time to connect", "s", "of that delay, trying to connect"},
    [MEASURE_TRANSFER] = {"transfer", "Transfer time", "s", "of that delay, in a session"},
    [MEASURE_RETRY_WAIT] = {"retry_wait", "Retry wait", "s", "of that delay, put off after a failure"},
    [MEASURE_DISK_WAIT] = {"disk_wait", "Disk wait", "s", "of that delay, being written down"},
    [MEASURE_TIME_TO_FIRST_ATTEMPT] = {"time_to_first_attempt", "Time to first attempt", "s",
                                       "from the writing of a mail to the first attempt"},
    [MEASURE_ATTEMPTS] = {"attempts", "Attempts", "", "attempts to hand a mail to another server"},
    [MEASURE_DELIVERED] = {"delivered", "Delivered mails", "share", "mails that are in the mailbox"},
    [MEASURE_BOUNCED] = {"bounced", "Bounced mails", "share", "mails that were sent back"},
    [MEASURE_DUPLICATES] = {"duplicates", "Duplicates", "", "copies in the mailbox beyond those asked for"},
    [MEASURE_RETRANSMISSIONS] = {"retransmissions", "Retransmissions", "", "segments that TCP sent again"},
    [MEASURE_RETRANSMISSIONS_RTO] = {"retransmissions_rto", "Retransmissions by timer", "",
                                     "segments sent again after a time-out"},
    [MEASURE_RETRANSMISSIONS_FAST] = {"retransmissions_fast", "Fast retransmissions", "",
                                      "segments sent again since acknowledgements told"},
    [MEASURE_RETRANSMISSIONS_PROBE] = {"retransmissions_probe", "Tail loss probes", "",
                                       "segments sent again as a tail loss probe"},
    [MEASURE_RETRANSMISSIONS_SPURIOUS] = {"retransmissions_spurious", "Spurious retransmissions", "",
                                          "segments sent again needlessly"},
    [MEASURE_BYTES_ON_WIRE] = {"bytes_on_wire", "Bytes on wire", "B",
                               "bytes given to links, at every hop, headers included"},
    [MEASURE_PACKETS_ON_WIRE] = {"packets_on_wire", "Packets on wire", "", "packets given to links, at every hop"},
    [MEASURE_CONNECTIONS] = {"connections", "Connections", "", "TCP connections tried"},
    [MEASURE_WASTED_CONNECTIONS] = {"wasted_connections", "Wasted connections", "",
                                    "connections for mail by which none was handed over"},
    [MEASURE_PEAK_QUEUE] = {"peak_queue", "Peak queue", "", "recipients in the queues of all servers, at most"},
    [MEASURE_MEAN_QUEUE] = {"mean_queue", "Mean queue", "",
                            "recipients in the queues of all servers, on average over time"},
    [MEASURE_GOODPUT] = {"goodput", "Goodput", "B/s",
                         "bytes of delivered mails, from the first writing to the last delivery"},
    [MEASURE_END_TIME] = {"end_time", "End of the run", "s", "when the run ended"},
};

const char *measure_name(enum measure m)
{
    return rows[m].name;
}

const char *measure_title(enum measure m)
{
    return tr(rows[m].title);
}

const char *measure_unit(enum measure m)
{
    return rows[m].unit;
}

const char *measure_says(enum measure m)
{
    return tr(rows[m].says);
}

bool measure_find(const char *name, enum measure *m)
{
    for (int i = 0; i < MEASURES; i++) {
        *m = (enum measure)i;
        if (strcmp(rows[i].name, name) == 0) return true;
    }
    return false;
}

bool measure_is_of_mails(enum measure m)
{
    return m <= MEASURE_DUPLICATES;
}

bool measure_is_censored_by_end(enum measure m)
{
    return m <= MEASURE_TIME_TO_FIRST_ATTEMPT;
}

static bool find(const char *const *names, int n, const char *name, int *found)
{
    for (*found = 0; *found < n; ++*found)
        if (strcmp(names[*found], name) == 0) return true;
    return false;
}

static const char *const outcomes[MEASURED_OUTCOMES] = {"queued", "delivered", "bounced", "discarded", "expanded"};

const char *measured_outcome_name(enum measured_outcome outcome)
{
    return outcomes[outcome];
}

bool measured_outcome_find(const char *name, enum measured_outcome *outcome)
{
    int found;
    if (!find(outcomes, MEASURED_OUTCOMES, name, &found)) return false;
    *outcome = (enum measured_outcome)found;
    return true;
}

static const char *const tries[TRIES] = {"open", "delivered", "later", "never"};

const char *measured_try_name(enum measured_try outcome)
{
    return tries[outcome];
}

bool measured_try_find(const char *name, enum measured_try *outcome)
{
    int found;
    if (!find(tries, TRIES, name, &found)) return false;
    *outcome = (enum measured_try)found;
    return true;
}
