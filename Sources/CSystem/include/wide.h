// Words in the even ones of 16 lanes, the odd ones being anything: the form in which processors multiply. One instruction
// gives both halves of 8 products, the lower ones in place. With a word in every lane, each half would take products of its
// own, and shuffles before and after. On Zen 3 a position of a permutation takes 15 ns, and an element of dropout or of
// uniform numbers 0.7 ns.
//
// The products are of 64 bits and everything between them of 32, lest the compiler take vectors apart to save bits.
#ifndef LOCKSTEP_WIDE_H
#define LOCKSTEP_WIDE_H

#include "vectors.h"

typedef uint64_t lockstep_wide __attribute__((ext_vector_type(8)));

// Products: the lower halves in even lanes, the upper ones in odd lanes.
LOCKSTEP_INLINE lockstep_words lockstep_multiply_wide(lockstep_words x, uint32_t factor) {
    return (lockstep_words)(((lockstep_wide)x & 0xFFFFFFFF) * (uint64_t)factor);
}

// Odd lanes moved to the even ones before them; zero in the odd ones.
LOCKSTEP_INLINE lockstep_words lockstep_upper_halves(lockstep_words x) { return (lockstep_words)((lockstep_wide)x >> 32); }

// (a + b) mod base for a and b below base, which is at most 2^31. The difference wraps around where it would be negative,
// and is then not the smaller.
LOCKSTEP_INLINE lockstep_words lockstep_add_modulo(lockstep_words a, lockstep_words b, uint32_t base) {
    lockstep_words sum = a + b;
    return __builtin_elementwise_min(sum, sum - base);
}

// One more where lanes differ.
LOCKSTEP_INLINE lockstep_words lockstep_increment_where_unequal(lockstep_words x, lockstep_words a, lockstep_words b) {
    return x - (lockstep_words)(a != b);
}

// A word in every lane, from the words of even and odd lanes.
LOCKSTEP_INLINE lockstep_words lockstep_join(lockstep_words even, lockstep_words odd) {
    return (lockstep_words)(((lockstep_wide)even & 0xFFFFFFFF) | (lockstep_wide)odd << 32);
}

#endif
