/* Stop and wait: one segment is sent, and its acknowledgement awaited; only the timer repairs a loss. Not a TCP that
   was ever used; the beginning of every textbook. */
#include "model/tcp/tcp_internal.h"

const struct tcp_congestion flavour_stop_and_wait = {.name = "stop-and-wait",
                                                     .keeps_out_of_order = true,
                                                     .on_ack = fixed_on_ack,
                                                     .on_duplicate_ack = fixed_on_duplicate_ack,
                                                     .on_loss = fixed_on_loss,
                                                     .on_rto = fixed_on_rto,
                                                     .grow = fixed_on_ack,
                                                     .reduced = fixed_reduced};
