#define _GNU_SOURCE
#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

int lockstep_sync(int descriptor) {
    int result;
    do {
        result = fsync(descriptor);
    } while (result != 0 && errno == EINTR);
    return result;
}

void lockstep_forget(int descriptor) { posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED); }

int lockstep_set_direct(int descriptor, int direct) {
    int flags = fcntl(descriptor, F_GETFL);
    if (flags < 0) return -1;
    return fcntl(descriptor, F_SETFL, direct ? flags | O_DIRECT : flags & ~O_DIRECT);
}

// What a file system says that does not have an operation. EPERM is what link says there, and EINVAL what renameat2 says.
static int is_unsupported(int code) {
    return code == EINVAL || code == ENOSYS || code == ENOTSUP || code == EOPNOTSUPP || code == EPERM || code == EMLINK;
}

// With plain renames alone (rclone, some FUSE and SMB): whoever makes something of the name first has it, and may rename
// over what is then its own.
//
// Nothing is lost, wherever this ends: `from` has its name until it has the other one, in one step, and what goes under
// `to` is empty and was made here. To make it fails if anything is there, be it a link to nothing. Who is killed between the
// two leaves an empty file, or an empty directory, in which nobody can take anything for what it was to be.
static int rename_claimed(const char *from, const char *to) {
    struct stat status;
    if (lstat(from, &status) != 0) return -1;
    if (S_ISDIR(status.st_mode)) {
        if (mkdir(to, 0700) != 0) return -1;
        // Over a directory that somebody has put something into meanwhile, this fails.
        if (rename(from, to) == 0) return 0;
        int code = errno;
        rmdir(to);
        errno = code == ENOTEMPTY ? EEXIST : code;
        return -1;
    }
    int descriptor = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (descriptor < 0) return -1;
    close(descriptor);
    if (rename(from, to) == 0) return 0;
    int code = errno;
    unlink(to);
    errno = code;
    return -1;
}

int lockstep_rename_exclusive(const char *from, const char *to) {
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0) return 0;
    if (!is_unsupported(errno)) return -1;
    // A file system without exclusive renames (NFS): a second name fails if it is taken, then the first goes. Directories
    // have no second names.
    if (link(from, to) == 0) return unlink(from);
    if (!is_unsupported(errno) && errno != EXDEV && errno != EACCES) return -1;
    return rename_claimed(from, to);
}
