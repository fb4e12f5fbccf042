#include "cpu.h"

#if defined(__x86_64__)

// The builtins also ask the operating system, through xgetbv, whether it saves the registers.
bool lockstep_cpu_has_avx2(void) {
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c");
}

bool lockstep_cpu_has_avx512(void) {
    return lockstep_cpu_has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}

#else

bool lockstep_cpu_has_avx2(void) { return false; }

bool lockstep_cpu_has_avx512(void) { return false; }

#endif
