// What Swift cannot call by itself. One header a topic; each states why it exists.
#ifndef LOCKSTEP_CSYSTEM_H
#define LOCKSTEP_CSYSTEM_H

#if !defined(__linux__)
#error "Lockstep is for Linux: it asks Linux for processors, memory, caches and renames that never overwrite."
#endif

#include "clock.h"
#include "cpu.h"
#include "ending.h"
#include "files.h"
#include "mapping.h"
#include "memory.h"
#include "output.h"
#include "rows.h"
#include "short_rows.h"
#include "threads.h"
#include "vectors.h"
#include "wide.h"

#endif
