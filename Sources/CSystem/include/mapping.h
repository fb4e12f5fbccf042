// A file that is cut while it is mapped raises SIGBUS at the next access beyond its end. In C because a signal handler
// may do next to nothing: it must not allocate, and Swift may.
#ifndef LOCKSTEP_MAPPING_H
#define LOCKSTEP_MAPPING_H

#include <stddef.h>

// From now on, a SIGBUS in this memory writes `message` to standard error and ends the process with status 1; one
// elsewhere is left to whoever had the signal before. The message is kept, not copied. Returns a number for
// `lockstep_unguard_mapping`, or -1 when too many are guarded already: then this one is not.
int lockstep_guard_mapping(const void *start, size_t length, const char *message);

// Ends that, before the memory is unmapped.
void lockstep_unguard_mapping(int number);

#endif
