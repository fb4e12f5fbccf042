// What the processor and the operating system offer. Swift has no cpuid.
#ifndef LOCKSTEP_CPU_H
#define LOCKSTEP_CPU_H

#include <stdbool.h>

// AVX2, FMA and F16C.
bool lockstep_cpu_has_avx2(void);

// What lockstep_cpu_has_avx2 says, and AVX-512 F, BW, DQ and VL.
bool lockstep_cpu_has_avx512(void);

#endif
