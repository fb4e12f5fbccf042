// Vector operations that Swift's SIMD types lack or perform lane by lane through calls. Clang's generic vectors import
// as SIMDn; the functions inline into the calling module and follow its instruction set. Each is exact by IEEE 754 or
// by integer arithmetic, so that no machine's bits differ.
#ifndef LOCKSTEP_VECTORS_H
#define LOCKSTEP_VECTORS_H

#include <stdint.h>

typedef float lockstep_float16 __attribute__((ext_vector_type(16)));
typedef uint32_t lockstep_uint16x32 __attribute__((ext_vector_type(16)));
typedef int32_t lockstep_int16x32 __attribute__((ext_vector_type(16)));
typedef uint8_t lockstep_uint16x8 __attribute__((ext_vector_type(16)));
typedef uint64_t lockstep_uint16x64 __attribute__((ext_vector_type(16)));

#define LOCKSTEP_INLINE static inline __attribute__((always_inline))

// SIMD16<Float>.addingProduct and .replacing(with:where:) end in one instruction each, but are loops over lanes on the way
// there: a function of a few of them counts as too large to inline, whatever its attributes say.
LOCKSTEP_INLINE lockstep_float16 lockstep_fma(lockstep_float16 a, lockstep_float16 b, lockstep_float16 c) {
    return __builtin_elementwise_fma(a, b, c);
}

LOCKSTEP_INLINE lockstep_float16 lockstep_select(lockstep_int16x32 mask, lockstep_float16 a, lockstep_float16 b) {
    return mask ? a : b;
}

// any(_:) of a SIMDMask calls a function.
LOCKSTEP_INLINE int lockstep_any(lockstep_int16x32 mask) { return __builtin_reduce_or(mask) != 0; }

// SIMD16<Float>.squareRoot() is 16 calls of sqrtf.
LOCKSTEP_INLINE lockstep_float16 lockstep_square_root(lockstep_float16 x) { return __builtin_elementwise_sqrt(x); }

// The conversions of SIMD16 are loops over lanes in some configurations.
LOCKSTEP_INLINE lockstep_float16 lockstep_float_from_int32(lockstep_int16x32 x) {
    return __builtin_convertvector(x, lockstep_float16);
}

LOCKSTEP_INLINE lockstep_float16 lockstep_float_from_uint8(lockstep_uint16x8 x) {
    return __builtin_convertvector(__builtin_convertvector(x, lockstep_int16x32), lockstep_float16);
}

// The upper and the lower word of the 64-bit products of 32-bit words, which Philox consists of.
LOCKSTEP_INLINE lockstep_uint16x32 lockstep_multiply_high(lockstep_uint16x32 x, uint32_t factor) {
    lockstep_uint16x64 product = __builtin_convertvector(x, lockstep_uint16x64) * (uint64_t)factor;
    return __builtin_convertvector(product >> 32, lockstep_uint16x32);
}

#endif
