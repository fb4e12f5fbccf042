// Up to 16 rows of a row-major matrix to and from a tile with one row a lane: vector j, 16 floats, holds column j. The
// transposes are in registers, for which Swift's SIMD types offer assignments to single lanes only.
#ifndef LOCKSTEP_ROWS_H
#define LOCKSTEP_ROWS_H

#include "vectors.h"

// That calls which pass wide vectors change with the instruction set: every one of these is inlined.
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wpsabi"

LOCKSTEP_INLINE lockstep_floats4 lockstep_load_quarter(const float *from) {
    lockstep_floats4 x;
    __builtin_memcpy(&x, from, sizeof x);
    return x;
}

LOCKSTEP_INLINE void lockstep_store_quarter(lockstep_floats4 x, float *to) { __builtin_memcpy(to, &x, sizeof x); }

// Transposes each of the 4 x 4 matrices that stand in the same quarter of four vectors.
LOCKSTEP_INLINE void lockstep_transpose(lockstep_floats v[4]) {
// The same four lanes of each quarter, of two vectors.
#define LOCKSTEP_QUARTERS(a, b, i, j, k, l)                                                                     \
    __builtin_shufflevector(                                                                                    \
        a, b, i, j, k, l, i + 4, j + 4, k + 4, l + 4, i + 8, j + 8, k + 8, l + 8, i + 12, j + 12, k + 12, l + 12)
    lockstep_floats low01 = LOCKSTEP_QUARTERS(v[0], v[1], 0, 16, 1, 17);
    lockstep_floats high01 = LOCKSTEP_QUARTERS(v[0], v[1], 2, 18, 3, 19);
    lockstep_floats low23 = LOCKSTEP_QUARTERS(v[2], v[3], 0, 16, 1, 17);
    lockstep_floats high23 = LOCKSTEP_QUARTERS(v[2], v[3], 2, 18, 3, 19);
    v[0] = LOCKSTEP_QUARTERS(low01, low23, 0, 1, 16, 17);
    v[1] = LOCKSTEP_QUARTERS(low01, low23, 2, 3, 18, 19);
    v[2] = LOCKSTEP_QUARTERS(high01, high23, 0, 1, 16, 17);
    v[3] = LOCKSTEP_QUARTERS(high01, high23, 2, 3, 18, 19);
#undef LOCKSTEP_QUARTERS
}

// Where row i stands; the last of `rows` stands for those beyond.
LOCKSTEP_INLINE intptr_t lockstep_row(intptr_t i, intptr_t rows, intptr_t stride) {
    return (i < rows ? i : rows - 1) * stride;
}

// Four neighboring columns of 1 to 16 rows that are `stride` apart. Lanes beyond repeat the last row.
LOCKSTEP_INLINE void lockstep_load_columns(const float *from, intptr_t rows, intptr_t stride, float *tile) {
    lockstep_floats v[4];
    for (int i = 0; i < 4; i++) {
        v[i].lo.lo = lockstep_load_quarter(from + lockstep_row(i, rows, stride));
        v[i].lo.hi = lockstep_load_quarter(from + lockstep_row(i + 4, rows, stride));
        v[i].hi.lo = lockstep_load_quarter(from + lockstep_row(i + 8, rows, stride));
        v[i].hi.hi = lockstep_load_quarter(from + lockstep_row(i + 12, rows, stride));
    }
    lockstep_transpose(v);
    __builtin_memcpy(tile, v, sizeof v);
}

// The reverse. Lanes beyond `rows` must hold what the last row does, since they are written over it.
LOCKSTEP_INLINE void lockstep_store_columns(const float *tile, float *to, intptr_t rows, intptr_t stride) {
    lockstep_floats v[4];
    __builtin_memcpy(v, tile, sizeof v);
    lockstep_transpose(v);
    for (int i = 0; i < 4; i++) {
        lockstep_store_quarter(v[i].lo.lo, to + lockstep_row(i, rows, stride));
        lockstep_store_quarter(v[i].lo.hi, to + lockstep_row(i + 4, rows, stride));
        lockstep_store_quarter(v[i].hi.lo, to + lockstep_row(i + 8, rows, stride));
        lockstep_store_quarter(v[i].hi.hi, to + lockstep_row(i + 12, rows, stride));
    }
}

// Two columns of 16 rows of no more than these.
LOCKSTEP_INLINE void lockstep_load_pairs(const float *from, float *tile) {
    lockstep_floats v[2], w[2];
    __builtin_memcpy(v, from, sizeof v);
    w[0] = __builtin_shufflevector(v[0], v[1], 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
    w[1] = __builtin_shufflevector(v[0], v[1], 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
    __builtin_memcpy(tile, w, sizeof w);
}

// The reverse.
LOCKSTEP_INLINE void lockstep_store_pairs(const float *tile, float *to) {
    lockstep_floats v[2], w[2];
    __builtin_memcpy(v, tile, sizeof v);
    w[0] = __builtin_shufflevector(v[0], v[1], 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    w[1] = __builtin_shufflevector(v[0], v[1], 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    __builtin_memcpy(to, w, sizeof w);
}

// Takes 1 to 16 contiguous rows of 1 to 16 columns. Lanes beyond repeat the last row.
LOCKSTEP_INLINE void lockstep_load_rows(const float *from, intptr_t rows, intptr_t columns, float *tile) {
    if (columns >= 4) {
        // Four columns at a time; the last four overlap those before, so that nothing outside the rows is read.
        for (intptr_t j = 0; j < columns; j += 4) {
            intptr_t first = j < columns - 4 ? j : columns - 4;
            // The branch makes the rows of full tiles constants.
            if (rows == 16) {
                lockstep_load_columns(from + first, 16, columns, tile + 16 * first);
            } else {
                lockstep_load_columns(from + first, rows, columns, tile + 16 * first);
            }
        }
    } else if (columns == 2 && rows == 16) {
        lockstep_load_pairs(from, tile);
    } else {
        for (intptr_t j = 0; j < columns; j++) {
            for (int i = 0; i < 16; i++) tile[16 * j + i] = from[lockstep_row(i, rows, columns) + j];
        }
    }
}

// The reverse. Lanes beyond `rows` must hold what the last row does.
LOCKSTEP_INLINE void lockstep_store_rows(const float *tile, float *to, intptr_t rows, intptr_t columns) {
    if (columns >= 4) {
        for (intptr_t j = 0; j < columns; j += 4) {
            intptr_t first = j < columns - 4 ? j : columns - 4;
            if (rows == 16) {
                lockstep_store_columns(tile + 16 * first, to + first, 16, columns);
            } else {
                lockstep_store_columns(tile + 16 * first, to + first, rows, columns);
            }
        }
    } else if (columns == 2 && rows == 16) {
        lockstep_store_pairs(tile, to);
    } else {
        for (intptr_t j = 0; j < columns; j++) {
            for (intptr_t i = 0; i < rows; i++) to[i * columns + j] = tile[16 * j + i];
        }
    }
}

// Folding of 1 to 16 columns, lower half with upper half, the tree of every horizontal reduction: column j stands for lane
// j of a row. Lanes without a column hold what changes nothing, 0 or -inf; only the first fold needs it, since what comes
// out of that stays the same in another one. Written as calls and not as loops, so that it stays in registers; in Swift the
// nested functions would not be inlined.

LOCKSTEP_INLINE lockstep_floats lockstep_column(const float *tile, intptr_t j) {
    lockstep_floats x;
    __builtin_memcpy(&x, tile + 16 * j, sizeof x);
    return x;
}

LOCKSTEP_INLINE lockstep_floats lockstep_combine(lockstep_floats lower, lockstep_floats upper, int maximum) {
    return maximum ? (lower < upper ? upper : lower) : lower + upper;
}

LOCKSTEP_INLINE lockstep_floats lockstep_fold2(const float *tile, intptr_t columns, intptr_t j, int maximum) {
    lockstep_floats absent = maximum ? -__builtin_inff() : 0;
    lockstep_floats lower = lockstep_column(tile, j);
    // NaN loses every comparison, the first one too.
    if (maximum) lower = lockstep_combine(absent, lower, 1);
    return lockstep_combine(lower, j + 8 < columns ? lockstep_column(tile, j + 8) : absent, maximum);
}

LOCKSTEP_INLINE lockstep_floats lockstep_fold4(const float *tile, intptr_t columns, intptr_t j, int maximum) {
    lockstep_floats lower = lockstep_fold2(tile, columns, j, maximum);
    if (j + 4 >= columns) return lower;
    return lockstep_combine(lower, lockstep_fold2(tile, columns, j + 4, maximum), maximum);
}

LOCKSTEP_INLINE lockstep_floats lockstep_fold8(const float *tile, intptr_t columns, intptr_t j, int maximum) {
    lockstep_floats lower = lockstep_fold4(tile, columns, j, maximum);
    if (j + 2 >= columns) return lower;
    return lockstep_combine(lower, lockstep_fold4(tile, columns, j + 2, maximum), maximum);
}

LOCKSTEP_INLINE lockstep_floats lockstep_fold_columns(const float *tile, intptr_t columns, int maximum) {
    lockstep_floats lower = lockstep_fold8(tile, columns, 0, maximum);
    if (columns == 1) return lower;
    return lockstep_combine(lower, lockstep_fold8(tile, columns, 1, maximum), maximum);
}

#pragma clang diagnostic pop

#endif
