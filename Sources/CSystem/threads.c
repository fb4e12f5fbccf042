#define _GNU_SOURCE
#include "threads.h"

#if defined(__linux__)
#include <sched.h>
#endif

int lockstep_affinity_core_count(void) {
#if defined(__linux__)
    cpu_set_t set;
    CPU_ZERO(&set);
    if (sched_getaffinity(0, sizeof set, &set) != 0) return -1;
    return CPU_COUNT(&set);
#else
    return -1;
#endif
}
