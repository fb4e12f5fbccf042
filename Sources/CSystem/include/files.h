// Making a file durable, and giving it a name without taking another file's. In C because renameat2 and
// O_DIRECT are GNU's, which Swift does not see, and fcntl is variadic.
#ifndef LOCKSTEP_FILES_H
#define LOCKSTEP_FILES_H

// Puts what was written to the file or directory on the disk. 0, or -1 with errno.
int lockstep_sync(int descriptor);

// Drops the file's bytes, which are on the disk, from the system's cache, so that the next read comes from there. A hint.
void lockstep_forget(int descriptor);

// Lets reads and writes of the file pass by the system's cache, or not. 0, or -1 with errno.
int lockstep_set_direct(int descriptor, int direct);

// Renames `from` to `to` unless something is named `to`: then -1 with errno EEXIST. 0, or -1 with errno. In one step where
// the file system has such renames, or second names; else `to` is something empty for a moment.
int lockstep_rename_exclusive(const char *from, const char *to);

#endif
