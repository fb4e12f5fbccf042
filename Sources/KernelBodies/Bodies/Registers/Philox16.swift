import CSystem

/// 16 blocks of Philox at once, one a lane.
///
/// A round of 8 blocks is 2 multiplications, 2 shifts and 4 exclusive ors of vectors of 64-bit lanes; ten rounds are 5
/// instructions of AVX2 a word. See wide.h.
@usableFromInline
struct Philox16 {
    @usableFromInline typealias Words = SIMD16<UInt32>
    /// Eight words, in the even lanes; what the odd ones hold does not matter.
    @usableFromInline typealias Half = SIMD16<UInt32>

    /// Four words of each block. Lane l has the counter (`first` + l, `counter1`, `counter2`, `counter3`); `first` is a
    /// multiple of 16, so its lanes never carry.
    @inlinable @inline(__always)
    static func blocks(
        key: UInt64, first: UInt32, _ counter1: UInt32, _ counter2: UInt32, _ counter3: UInt32
    ) -> (Words, Words, Words, Words) {
        var even = Philox8(evenLanes &+ first, counter1, counter2, counter3)
        even.mixNineTimes(key: key)
        even.mix(key, 9)
        var odd = Philox8(oddLanes &+ first, counter1, counter2, counter3)
        odd.mixNineTimes(key: key)
        odd.mix(key, 9)
        return (
            lockstep_join(even.x0, odd.x0), lockstep_join(even.x1, odd.x1), lockstep_join(even.x2, odd.x2),
            lockstep_join(even.x3, odd.x3)
        )
    }

    @inlinable @inline(__always)
    static var evenLanes: Half { Half(0, 0, 2, 0, 4, 0, 6, 0, 8, 0, 10, 0, 12, 0, 14, 0) }

    @inlinable @inline(__always)
    static var oddLanes: Half { Half(1, 0, 3, 0, 5, 0, 7, 0, 9, 0, 11, 0, 13, 0, 15, 0) }

    /// The upper 24 bits of each word as numbers in [0, 1).
    @inlinable @inline(__always)
    static func unit(_ words: Words) -> Lanes16 {
        Lanes16.lanes(from: unsafeBitCast(words &>> 8, to: SIMD16<Int32>.self)) * 0x1p-24
    }

    /// The blocks of the 64 elements of a row of numbers that begin at `offset`, a multiple of 64. The first word
    /// belongs to the elements `offset` and following, the second to `offset + 16` and following, and so on.
    @inlinable @inline(__always)
    static func blocks(key: UInt64, offset: Int, stream: UInt32) -> (Words, Words, Words, Words) {
        let first = UInt64(truncatingIfNeeded: offset / 4)
        return blocks(
            key: key, first: UInt32(truncatingIfNeeded: first), UInt32(truncatingIfNeeded: first >> 32), stream, 0)
    }
}

/// The state of 8 blocks of Philox.
@usableFromInline
struct Philox8 {
    @usableFromInline var x0: Philox16.Half
    @usableFromInline var x1: Philox16.Half
    @usableFromInline var x2: Philox16.Half
    @usableFromInline var x3: Philox16.Half

    /// The counters, of which the first alone differs between lanes.
    @inlinable @inline(__always)
    init(_ counter0: Philox16.Half, _ counter1: UInt32, _ counter2: UInt32, _ counter3: UInt32) {
        x0 = counter0
        x1 = Philox16.Half(repeating: counter1)
        x2 = Philox16.Half(repeating: counter2)
        x3 = Philox16.Half(repeating: counter3)
    }

    /// The first nine of ten rounds, unrolled by hand, so that the keys are ready before a loop around them.
    @inlinable @inline(__always)
    mutating func mixNineTimes(key: UInt64) {
        mix(key, 0)
        mix(key, 1)
        mix(key, 2)
        mix(key, 3)
        mix(key, 4)
        mix(key, 5)
        mix(key, 6)
        mix(key, 7)
        mix(key, 8)
    }

    @inlinable @inline(__always)
    mutating func mix(_ key: UInt64, _ round: UInt32) {
        let k0 = UInt32(truncatingIfNeeded: key) &+ round &* Philox.keyStep0
        let k1 = UInt32(truncatingIfNeeded: key >> 32) &+ round &* Philox.keyStep1
        let p0 = lockstep_multiply_wide(x0, Philox.multiplier0)
        let p1 = lockstep_multiply_wide(x2, Philox.multiplier1)
        (x0, x1) = (lockstep_upper_halves(p1) ^ (x1 ^ k0), p1)
        (x2, x3) = (lockstep_upper_halves(p0) ^ (x3 ^ k1), p0)
    }

    /// The first word of ten rounds: half of the last round is not needed for it.
    @inlinable @inline(__always)
    static func firstWord(
        key: UInt64, _ counter0: Philox16.Half, _ counter1: UInt32, _ counter2: UInt32, _ counter3: UInt32
    ) -> Philox16.Half {
        var state = Philox8(counter0, counter1, counter2, counter3)
        state.mixNineTimes(key: key)
        let p1 = lockstep_multiply_wide(state.x2, Philox.multiplier1)
        return lockstep_upper_halves(p1) ^ state.x1 ^ (UInt32(truncatingIfNeeded: key) &+ 9 &* Philox.keyStep0)
    }
}
