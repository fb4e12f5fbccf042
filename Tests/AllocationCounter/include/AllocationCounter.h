// Counts heap allocations of all threads, so that a test can show that a piece of code makes none.
#ifndef LOCKSTEP_ALLOCATION_COUNTER_H
#define LOCKSTEP_ALLOCATION_COUNTER_H

#include <stdbool.h>

// False where the allocator cannot be wrapped: under a sanitizer, or without glibc.
bool allocation_counter_is_available(void);

// Allocations since the process started.
long allocation_count(void);

#endif
