/* Planted: the ground floor reaches up, and asks the wall clock. A comment may say rand() and "time(NULL)". */
#include "model/tcp/tcp.h"
#include "sim/journal/journal.h"

long sim_now(void)
{
    return time(0) + sim_time(1) + clock_gettime (0, 0);
}
