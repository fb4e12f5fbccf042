// Memory that may not be there, and what the operating system should know of it. In C because Swift ends the process
// where it cannot allocate, and because madvise and its constants are not imported everywhere.
#ifndef LOCKSTEP_MEMORY_H
#define LOCKSTEP_MEMORY_H

#include <stddef.h>

// Asks for pages of 2 MiB. A hint: where there are none, nothing happens.
void lockstep_advise_large_pages(void *start, size_t bytes);

// Memory of an alignment, a power of two and a multiple of a pointer's size, or NULL where there is none.
void *lockstep_allocate(size_t alignment, size_t bytes);
void lockstep_free(void *memory);

#endif
