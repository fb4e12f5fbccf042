// Threads and the cores they may use. In C because the pause instruction has no name in Swift and the CPU_* macros that
// read an affinity mask are not imported.
#ifndef LOCKSTEP_THREADS_H
#define LOCKSTEP_THREADS_H

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

#endif
