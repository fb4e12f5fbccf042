#define _GNU_SOURCE
#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int lockstep_sync(int descriptor) {
#if defined(__APPLE__)
    // fsync leaves the data in the drive's cache there; not every file system knows the stronger call.
    if (fcntl(descriptor, F_FULLFSYNC) == 0) return 0;
#endif
    int result;
    do {
        result = fsync(descriptor);
    } while (result != 0 && errno == EINTR);
    return result;
}

void lockstep_forget(int descriptor) {
#if defined(__linux__)
    posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED);
#else
    (void)descriptor;
#endif
}

int lockstep_set_direct(int descriptor, int direct) {
#if defined(O_DIRECT)
    int flags = fcntl(descriptor, F_GETFL);
    if (flags < 0) return -1;
    return fcntl(descriptor, F_SETFL, direct ? flags | O_DIRECT : flags & ~O_DIRECT);
#else
    (void)descriptor;
    return direct ? -1 : 0;
#endif
}

int lockstep_rename_exclusive(const char *from, const char *to) {
#if defined(__APPLE__)
    if (renamex_np(from, to, RENAME_EXCL) == 0) return 0;
    if (errno != ENOTSUP) return -1;
#elif defined(__linux__)
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0) return 0;
    if (errno != EINVAL && errno != ENOSYS) return -1;
#endif
    // A file system without exclusive renames (NFS): a second name fails if it is taken, then the first goes.
    if (link(from, to) != 0) return -1;
    return unlink(from);
}
