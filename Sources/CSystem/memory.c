#define _GNU_SOURCE
#include "memory.h"

#if defined(__linux__)
#include <sys/mman.h>
#endif

void lockstep_advise_large_pages(void *start, size_t bytes) {
#if defined(__linux__)
    madvise(start, bytes, MADV_HUGEPAGE);
#endif
}
