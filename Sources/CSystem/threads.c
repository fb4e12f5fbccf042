#define _GNU_SOURCE
#include "threads.h"

#include <errno.h>
#include <sched.h>
#include <stdatomic.h>

int lockstep_affinity_core_count(void) {
    cpu_set_t set;
    CPU_ZERO(&set);
    if (sched_getaffinity(0, sizeof set, &set) != 0) return -1;
    return CPU_COUNT(&set);
}

int lockstep_get_affinity(struct lockstep_affinity *affinity) {
    return sched_getaffinity(0, sizeof *affinity, (cpu_set_t *)affinity->bits);
}

int lockstep_set_affinity(const struct lockstep_affinity *affinity) {
    return sched_setaffinity(0, sizeof *affinity, (const cpu_set_t *)affinity->bits);
}

bool lockstep_affinity_has(const struct lockstep_affinity *affinity, int processor) {
    return CPU_ISSET_S(processor, sizeof *affinity, (const cpu_set_t *)affinity->bits) != 0;
}

// Written once, by the thread that takes `state` from 0 to 1; read after it is 2.
static struct lockstep_affinity whole;
static atomic_int state;

int lockstep_pin(int processor) {
    int none = 0;
    if (atomic_compare_exchange_strong(&state, &none, 1)) {
        int result = lockstep_get_affinity(&whole);
        atomic_store(&state, result == 0 ? 2 : 0);
        if (result != 0) return -1;
    }
    if (processor < 0 || processor >= LOCKSTEP_MOST_PROCESSORS) {
        errno = EINVAL;
        return -1;
    }
    struct lockstep_affinity affinity;
    CPU_ZERO_S(sizeof affinity, (cpu_set_t *)affinity.bits);
    CPU_SET_S(processor, sizeof affinity, (cpu_set_t *)affinity.bits);
    return lockstep_set_affinity(&affinity);
}

void lockstep_unpin(void) {
    if (atomic_load(&state) == 2) lockstep_set_affinity(&whole);
}
