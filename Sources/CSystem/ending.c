#define _GNU_SOURCE
#include "ending.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

// Written under the lock, read by a handler without: a path is written while `is_there` is not set.
enum { most_temporaries = 64, longest_path = 1024 };
static struct {
    atomic_int is_there;
    char path[longest_path];
} temporaries[most_temporaries];

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void lockstep_note_temporary(const char *path) {
    if (strlen(path) >= longest_path) return;
    pthread_mutex_lock(&lock);
    for (int i = 0; i < most_temporaries; i++) {
        if (atomic_load(&temporaries[i].is_there)) continue;
        strcpy(temporaries[i].path, path);
        atomic_store(&temporaries[i].is_there, 1);
        break;
    }
    pthread_mutex_unlock(&lock);
}

void lockstep_forget_temporary(const char *path) {
    pthread_mutex_lock(&lock);
    for (int i = 0; i < most_temporaries; i++) {
        if (!atomic_load(&temporaries[i].is_there) || strcmp(temporaries[i].path, path) != 0) continue;
        atomic_store(&temporaries[i].is_there, 0);
        break;
    }
    pthread_mutex_unlock(&lock);
}

// What a directory of a run has below it at most.
enum { deepest = 4 };

// Removes a file, or a directory with what is in it. By system calls alone, as `opendir` allocates.
static void remove_at(int directory, const char *name, int depth) {
    if (unlinkat(directory, name, 0) == 0 || (errno != EISDIR && errno != EPERM)) return;
    int inside = openat(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (inside >= 0) {
        char entries[2048] __attribute__((aligned(8)));
        long count;
        while (depth < deepest && (count = syscall(SYS_getdents64, inside, entries, sizeof entries)) > 0) {
            for (long i = 0; i < count;) {
                const struct dirent64 *entry = (const struct dirent64 *)(entries + i);
                if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
                    remove_at(inside, entry->d_name, depth + 1);
                }
                i += entry->d_reclen;
            }
        }
        close(inside);
    }
    unlinkat(directory, name, AT_REMOVEDIR);
}

void lockstep_remove_temporaries(void) {
    for (int i = 0; i < most_temporaries; i++) {
        if (atomic_exchange(&temporaries[i].is_there, 0)) remove_at(AT_FDCWD, temporaries[i].path, 0);
    }
}

static const char *message;

static void end(void) {
    lockstep_remove_temporaries();
    // Nobody is left to hear of a failure.
    if (write(STDERR_FILENO, message, strlen(message)) < 0) _exit(1);
    _exit(1);
}

static void handle(int number) {
    (void)number;
    end();
}

// The HDF5 library (1.10.8, `H5I_register`) calls `exit(-1)`, without a word, where a table of its own cannot grow.
static void handle_exit(int status, void *argument) {
    (void)argument;
    if ((status & 0xff) == 0xff) end();
}

void lockstep_report_endings(const char *text) {
    message = text;
    static char memory[1 << 16];
    stack_t stack;
    memset(&stack, 0, sizeof stack);
    stack.ss_sp = memory;
    stack.ss_size = sizeof memory;
    sigaltstack(&stack, NULL);
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = handle;
    action.sa_flags = SA_ONSTACK;
    sigemptyset(&action.sa_mask);
    const int numbers[] = {SIGABRT, SIGILL, SIGTRAP, SIGSEGV};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) sigaction(numbers[i], &action, NULL);
    on_exit(handle_exit, NULL);
}
