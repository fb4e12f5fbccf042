// Threads and the cores they may use. In C because the pause instruction has no name in Swift and the CPU_* macros that
// read an affinity mask are not imported.
#ifndef LOCKSTEP_THREADS_H
#define LOCKSTEP_THREADS_H

#include <stdbool.h>

// Tells the core that this is a spin loop.
static inline void lockstep_pause(void) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("isb");  // longer than `yield`, which most cores ignore
#endif
}

// How many cores the affinity mask of this process allows, or -1 where that cannot be read.
int lockstep_affinity_core_count(void);

// The processors that a thread may run on: cpu_set_t for the largest machines, whose own holds 1024.
#define LOCKSTEP_MOST_PROCESSORS 8192
struct lockstep_affinity {
    unsigned long bits[LOCKSTEP_MOST_PROCESSORS / (8 * sizeof(unsigned long))];
};

// Those of the calling thread. 0, or -1 with errno.
int lockstep_get_affinity(struct lockstep_affinity *affinity);
int lockstep_set_affinity(const struct lockstep_affinity *affinity);
bool lockstep_affinity_has(const struct lockstep_affinity *affinity, int processor);

// Binds the calling thread to one processor. 0, or -1 with errno. The first call in a process remembers what the thread
// could run on before.
int lockstep_pin(int processor);

// Undoes what the calling thread has inherited, if the one that made it was bound: a thread that loads or writes shall not
// share the processor of a worker.
void lockstep_unpin(void);

#endif
