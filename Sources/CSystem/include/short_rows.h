// y = x * scale + offset for rows of fewer than 16 columns, rounded once an element: two vectors of 8 or of 4 lanes that
// overlap, so that no row is read or written in pieces. Such vectors of 16 lanes go through the stack, 25 ns a row on Zen 3.
#ifndef LOCKSTEP_SHORT_ROWS_H
#define LOCKSTEP_SHORT_ROWS_H

#include "vectors.h"

typedef uint8_t lockstep_short_bytes8 __attribute__((ext_vector_type(8)));
typedef uint8_t lockstep_short_bytes4 __attribute__((ext_vector_type(4)));

// Defines NAME for ELEMENT, of which VECTOR8 and VECTOR4 are vectors.
#define LOCKSTEP_SCALE_ROW(NAME, ELEMENT, VECTOR8, VECTOR4)                                                        \
    LOCKSTEP_INLINE void NAME##_8(const ELEMENT *x, const float *scale, const float *offset, float *y) {            \
        VECTOR8 v;                                                                                                  \
        lockstep_floats8 s, o;                                                                                      \
        __builtin_memcpy(&v, x, sizeof v);                                                                          \
        __builtin_memcpy(&s, scale, sizeof s);                                                                      \
        __builtin_memcpy(&o, offset, sizeof o);                                                                     \
        s = __builtin_elementwise_fma(__builtin_convertvector(v, lockstep_floats8), s, o);                          \
        __builtin_memcpy(y, &s, sizeof s);                                                                          \
    }                                                                                                               \
    LOCKSTEP_INLINE void NAME##_4(const ELEMENT *x, const float *scale, const float *offset, float *y) {            \
        VECTOR4 v;                                                                                                  \
        lockstep_floats4 s, o;                                                                                      \
        __builtin_memcpy(&v, x, sizeof v);                                                                          \
        __builtin_memcpy(&s, scale, sizeof s);                                                                      \
        __builtin_memcpy(&o, offset, sizeof o);                                                                     \
        s = __builtin_elementwise_fma(__builtin_convertvector(v, lockstep_floats4), s, o);                          \
        __builtin_memcpy(y, &s, sizeof s);                                                                          \
    }                                                                                                               \
    LOCKSTEP_INLINE void NAME(                                                                                      \
        const ELEMENT *x, const float *scale, const float *offset, intptr_t columns, float *y) {                    \
        if (columns >= 8) {                                                                                         \
            intptr_t last = columns - 8;                                                                            \
            NAME##_8(x, scale, offset, y);                                                                          \
            NAME##_8(x + last, scale + last, offset + last, y + last);                                              \
        } else if (columns >= 4) {                                                                                  \
            intptr_t last = columns - 4;                                                                            \
            NAME##_4(x, scale, offset, y);                                                                          \
            NAME##_4(x + last, scale + last, offset + last, y + last);                                              \
        } else {                                                                                                    \
            for (intptr_t j = 0; j < columns; j++) y[j] = __builtin_fmaf((float)x[j], scale[j], offset[j]);         \
        }                                                                                                           \
    }

LOCKSTEP_SCALE_ROW(lockstep_scale_floats, float, lockstep_floats8, lockstep_floats4)
LOCKSTEP_SCALE_ROW(lockstep_scale_bytes, uint8_t, lockstep_short_bytes8, lockstep_short_bytes4)

#undef LOCKSTEP_SCALE_ROW

#endif
