// The machine's limits, measured with intrinsics and without the code under test.
#ifndef LOCKSTEP_CPEAK_H
#define LOCKSTEP_CPEAK_H

#include <stddef.h>

// Each performs 24 · iterations independent-enough fused multiply-adds of one register and returns their sum, which is
// of no use but to keep the compiler from dropping them. One that the processor lacks the instructions for returns -1.
float lockstep_peak_avx2(size_t iterations);
float lockstep_peak_avx512(size_t iterations);
float lockstep_peak_neon(size_t iterations);

#endif
