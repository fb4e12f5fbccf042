// Vectors for the kernels: of 16 lanes, and the registers of 8 and 4 that the matrix product stores. Swift's SIMD16 has the same operations, but many of them are loops over lanes that
// the optimizer does not always turn back into an instruction: square roots are 16 calls of sqrtf, comparisons of integers
// and assignments to a lane go through memory, and a function of a few addingProduct or replacing(with:where:) counts as
// too large to inline, whatever its attributes say. Clang's vectors import as SIMD16, and these functions inline into the
// calling module and follow its instruction set. Each is exact by IEEE 754 or by integer arithmetic, so that the bits are
// the same on every machine.
#ifndef LOCKSTEP_VECTORS_H
#define LOCKSTEP_VECTORS_H

#include <stddef.h>
#include <stdint.h>

typedef float lockstep_floats __attribute__((ext_vector_type(16)));
typedef float lockstep_floats8 __attribute__((ext_vector_type(8)));
typedef float lockstep_floats4 __attribute__((ext_vector_type(4)));
typedef int32_t lockstep_ints __attribute__((ext_vector_type(16)));
typedef uint32_t lockstep_words __attribute__((ext_vector_type(16)));
typedef uint8_t lockstep_bytes __attribute__((ext_vector_type(16)));

#define LOCKSTEP_INLINE static inline __attribute__((always_inline))

// Arithmetic

LOCKSTEP_INLINE lockstep_floats lockstep_fma(lockstep_floats a, lockstep_floats b, lockstep_floats c) {
    return __builtin_elementwise_fma(a, b, c);
}

LOCKSTEP_INLINE lockstep_floats lockstep_square_root(lockstep_floats x) { return __builtin_elementwise_sqrt(x); }

// Comparison: lanes of all ones where it holds, else zero. With NaN none holds.

LOCKSTEP_INLINE lockstep_ints lockstep_less(lockstep_floats a, lockstep_floats b) { return a < b; }
LOCKSTEP_INLINE lockstep_ints lockstep_less_equal(lockstep_floats a, lockstep_floats b) { return a <= b; }
LOCKSTEP_INLINE lockstep_ints lockstep_equal(lockstep_floats a, lockstep_floats b) { return a == b; }
LOCKSTEP_INLINE lockstep_ints lockstep_less_int(lockstep_ints a, lockstep_ints b) { return a < b; }
LOCKSTEP_INLINE lockstep_ints lockstep_equal_int(lockstep_ints a, lockstep_ints b) { return a == b; }
LOCKSTEP_INLINE lockstep_ints lockstep_less_word(lockstep_words a, lockstep_words b) { return a < b; }

// Lanes of a where the mask is all ones, of b where it is zero.
LOCKSTEP_INLINE lockstep_floats lockstep_select(lockstep_ints mask, lockstep_floats a, lockstep_floats b) {
    return mask ? a : b;
}

LOCKSTEP_INLINE lockstep_ints lockstep_select_int(lockstep_ints mask, lockstep_ints a, lockstep_ints b) {
    return mask ? a : b;
}

LOCKSTEP_INLINE int lockstep_any(lockstep_ints mask) { return __builtin_reduce_or(mask) != 0; }

// Zero where a lane is below it.

LOCKSTEP_INLINE lockstep_floats8 lockstep_raise_8(lockstep_floats8 x) { return x < 0 ? 0 : x; }
LOCKSTEP_INLINE lockstep_floats4 lockstep_raise_4(lockstep_floats4 x) { return x < 0 ? 0 : x; }

// Zero where a lane of y is at most zero.

LOCKSTEP_INLINE lockstep_floats8 lockstep_mask_8(lockstep_floats8 x, lockstep_floats8 y) { return y <= 0 ? 0 : x; }
LOCKSTEP_INLINE lockstep_floats4 lockstep_mask_4(lockstep_floats4 x, lockstep_floats4 y) { return y <= 0 ? 0 : x; }

// Conversion

LOCKSTEP_INLINE lockstep_floats lockstep_float_from_int(lockstep_ints x) {
    return __builtin_convertvector(x, lockstep_floats);
}

LOCKSTEP_INLINE lockstep_floats lockstep_float_from_byte(lockstep_bytes x) {
    return __builtin_convertvector(__builtin_convertvector(x, lockstep_ints), lockstep_floats);
}

// Folding of the lower half with the upper half until one lane is left

LOCKSTEP_INLINE float lockstep_fold_sum(lockstep_floats x) {
    lockstep_floats8 x8 = x.lo + x.hi;
    lockstep_floats4 x4 = x8.lo + x8.hi;
    return (x4[0] + x4[2]) + (x4[1] + x4[3]);
}

// NaN loses every comparison.
LOCKSTEP_INLINE float lockstep_fold_maximum(lockstep_floats x) {
    lockstep_floats8 x8 = x.lo < x.hi ? x.hi : x.lo;
    lockstep_floats4 x4 = x8.lo < x8.hi ? x8.hi : x8.lo;
    float even = x4[0] < x4[2] ? x4[2] : x4[0];
    float odd = x4[1] < x4[3] ? x4[3] : x4[1];
    return even < odd ? odd : even;
}

// Brings the cache line at an address near, for reading soon. A hint: any address will do, and nothing else changes.
LOCKSTEP_INLINE void lockstep_prefetch(const void *address) { __builtin_prefetch(address); }

// The same into the second-level cache.
LOCKSTEP_INLINE void lockstep_prefetch_far(const void *address) { __builtin_prefetch(address, 0, 2); }

// Memory: the first `count` lanes, 0 to 16. A count of 16, where the compiler sees it, is one plain load or store. Fewer
// lanes are loaded under a mask where there is an instruction for it, else through the stack in powers of two, as they are
// stored: what is loaded whole just after it was stored in parts has to wait, the reverse not.

LOCKSTEP_INLINE void lockstep_copy_floats(float *to, const float *from, intptr_t count) {
    if (count & 8) __builtin_memcpy(to, from, 32), to += 8, from += 8;
    if (count & 4) __builtin_memcpy(to, from, 16), to += 4, from += 4;
    if (count & 2) __builtin_memcpy(to, from, 8), to += 2, from += 2;
    if (count & 1) *to = *from;
}

LOCKSTEP_INLINE lockstep_floats lockstep_load(const float *from, intptr_t count, float fill) {
    lockstep_floats x = fill;
    if (count == 16) {
        __builtin_memcpy(&x, from, sizeof x);
        return x;
    }
#ifdef __AVX__
    const lockstep_ints lanes = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    const lockstep_ints mask = lanes < (int32_t)count;
    x.lo = __builtin_ia32_maskloadps256((const void *)from, mask.lo);
    x.hi = __builtin_ia32_maskloadps256((const void *)(from + 8), mask.hi);
    return mask ? x : (lockstep_floats)fill;
#else
    lockstep_copy_floats((float *)&x, from, count);
    return x;
#endif
}

LOCKSTEP_INLINE void lockstep_store(lockstep_floats x, float *to, intptr_t count) {
    if (count == 16) {
        __builtin_memcpy(to, &x, sizeof x);
    } else {
        lockstep_copy_floats(to, (const float *)&x, count);
    }
}

// Integers: lanes from `count` on repeat the last one.
LOCKSTEP_INLINE lockstep_ints lockstep_load_ints(const int32_t *from, intptr_t count) {
    lockstep_ints x;
    if (count == 16) {
        __builtin_memcpy(&x, from, sizeof x);
    } else {
        for (int i = 0; i < 16; i++) ((int32_t *)&x)[i] = from[i < count ? i : count - 1];
    }
    return x;
}

LOCKSTEP_INLINE void lockstep_store_ints(lockstep_ints x, int32_t *to, intptr_t count) {
    __builtin_memcpy(to, &x, count == 16 ? sizeof x : (size_t)count * sizeof *to);
}

LOCKSTEP_INLINE lockstep_bytes lockstep_load_bytes(const uint8_t *from, intptr_t count) {
    lockstep_bytes x = 0;
    if (count == 16) {
        __builtin_memcpy(&x, from, sizeof x);
    } else {
        for (intptr_t i = 0; i < count; i++) ((uint8_t *)&x)[i] = from[i];
    }
    return x;
}

#endif
