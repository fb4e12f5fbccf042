#define _GNU_SOURCE
#include "mapping.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

// Written under the lock, read by the handler without: `start` is set last and cleared first.
enum { most_guards = 256 };
static struct {
    atomic_uintptr_t start;
    atomic_size_t length;
    _Atomic(const char *) message;
} guards[most_guards];

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int is_installed;
static struct sigaction previous;

static void handle(int number, siginfo_t *info, void *context) {
    (void)context;
    uintptr_t address = (uintptr_t)info->si_addr;
    for (int i = 0; i < most_guards; i++) {
        uintptr_t start = atomic_load(&guards[i].start);
        if (start == 0 || address < start || address - start >= atomic_load(&guards[i].length)) continue;
        const char *message = atomic_load(&guards[i].message);
        // Nobody is left to hear of a failure.
        if (write(STDERR_FILENO, message, strlen(message)) < 0) _exit(1);
        _exit(1);
    }
    // Not ours: the access is tried again on return, under the handler that was there before.
    sigaction(number, &previous, NULL);
}

int lockstep_guard_mapping(const void *start, size_t length, const char *message) {
    pthread_mutex_lock(&lock);
    if (!is_installed) {
        struct sigaction action;
        memset(&action, 0, sizeof action);
        action.sa_sigaction = handle;
        action.sa_flags = SA_SIGINFO;
        sigemptyset(&action.sa_mask);
        is_installed = sigaction(SIGBUS, &action, &previous) == 0;
    }
    int number = -1;
    for (int i = 0; i < most_guards && is_installed; i++) {
        if (atomic_load(&guards[i].start) != 0) continue;
        atomic_store(&guards[i].length, length);
        atomic_store(&guards[i].message, message);
        atomic_store(&guards[i].start, (uintptr_t)start);
        number = i;
        break;
    }
    pthread_mutex_unlock(&lock);
    return number;
}

void lockstep_unguard_mapping(int number) {
    if (number >= 0) atomic_store(&guards[number].start, 0);
}
