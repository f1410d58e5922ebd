/* Go-back-N: a window of N segments that nothing grows or shrinks. The receiver throws away what comes early, so that
   after a timeout the whole window goes again. */
#include "model/tcp/tcp_internal.h"

const struct tcp_congestion flavour_go_back_n = {.name = "go-back-n",
                                                 .on_ack = fixed_on_ack,
                                                 .on_duplicate_ack = fixed_on_duplicate_ack,
                                                 .on_loss = fixed_on_loss,
                                                 .on_rto = fixed_on_rto,
                                                 .grow = fixed_on_ack,
                                                 .reduced = fixed_reduced};
