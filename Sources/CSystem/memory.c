#define _GNU_SOURCE
#include "memory.h"

#include <stdlib.h>
#include <sys/mman.h>

void lockstep_advise_large_pages(void *start, size_t bytes) { madvise(start, bytes, MADV_HUGEPAGE); }

void *lockstep_allocate(size_t alignment, size_t bytes) {
    void *memory = NULL;
    return posix_memalign(&memory, alignment, bytes) == 0 ? memory : NULL;
}

void lockstep_free(void *memory) { free(memory); }
