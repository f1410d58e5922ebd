/* How many cores this process may use: a batch system binds its jobs to some of them. */
#include "app/study/study_pool.h"

#include <unistd.h>

#ifdef __linux__
#include <sched.h>
#endif

size_t study_cores(void)
{
#ifdef __linux__
    cpu_set_t allowed; /* 1024 cores; where there are more, the call fails and all are counted */
    if (sched_getaffinity(0, sizeof allowed, &allowed) == 0) return (size_t)CPU_COUNT(&allowed);
#endif
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    return cores > 0 ? (size_t)cores : 1;
}
