#include "CPeak.h"

// 12 chains hide a latency of 4 or 5 cycles on two units with room to spare; two rounds a turn hide the loop.
#define PEAK(vector, multiply_add, broadcast, reduce)                                                              \
    volatile float start = 0.999999f; /* or the compiler would compute it once for all calls */                    \
    vector factor = broadcast(start), addend = broadcast(1e-6f);                                                   \
    vector r0 = factor, r1 = factor, r2 = factor, r3 = factor, r4 = factor, r5 = factor;                           \
    vector r6 = factor, r7 = factor, r8 = factor, r9 = factor, r10 = factor, r11 = factor;                         \
    for (size_t i = 0; i < 2 * iterations; i++) {                                                                  \
        r0 = multiply_add(r0, factor, addend), r1 = multiply_add(r1, factor, addend);                              \
        r2 = multiply_add(r2, factor, addend), r3 = multiply_add(r3, factor, addend);                              \
        r4 = multiply_add(r4, factor, addend), r5 = multiply_add(r5, factor, addend);                              \
        r6 = multiply_add(r6, factor, addend), r7 = multiply_add(r7, factor, addend);                              \
        r8 = multiply_add(r8, factor, addend), r9 = multiply_add(r9, factor, addend);                              \
        r10 = multiply_add(r10, factor, addend), r11 = multiply_add(r11, factor, addend);                          \
    }                                                                                                              \
    return reduce(r0) + reduce(r1) + reduce(r2) + reduce(r3) + reduce(r4) + reduce(r5) + reduce(r6) + reduce(r7) + \
           reduce(r8) + reduce(r9) + reduce(r10) + reduce(r11);

#if defined(__x86_64__)
#include <immintrin.h>

#define FIRST256(v) _mm256_cvtss_f32(v)
#define FIRST512(v) _mm512_cvtss_f32(v)

__attribute__((target("avx2,fma"))) float lockstep_peak_avx2(size_t iterations) {
    PEAK(__m256, _mm256_fmadd_ps, _mm256_set1_ps, FIRST256)
}

__attribute__((target("avx512f"))) float lockstep_peak_avx512(size_t iterations) {
    PEAK(__m512, _mm512_fmadd_ps, _mm512_set1_ps, FIRST512)
}

float lockstep_peak_neon(size_t iterations) { return -1; }

#elif defined(__aarch64__)
#include <arm_neon.h>

#define MULTIPLY_ADD(a, b, c) vfmaq_f32(c, a, b)

float lockstep_peak_avx2(size_t iterations) { return -1; }
float lockstep_peak_avx512(size_t iterations) { return -1; }
float lockstep_peak_neon(size_t iterations) { PEAK(float32x4_t, MULTIPLY_ADD, vdupq_n_f32, vaddvq_f32) }

#endif
