import CSystem

/// 16 blocks of Philox at once, one a lane.
@usableFromInline
struct Philox16 {
    @usableFromInline typealias Words = SIMD16<UInt32>

    /// Four words of each block. Lane l has the counter (`first` + l, `counter1`, `counter2`, `counter3`); `first` is a
    /// multiple of 16, so its lanes never carry.
    @inlinable @inline(__always)
    static func blocks(
        key: UInt64, first: UInt32, _ counter1: UInt32, _ counter2: UInt32, _ counter3: UInt32
    ) -> (Words, Words, Words, Words) {
        let lanes = unsafeBitCast(SIMD16<Int32>.laneNumbers, to: Words.self)
        var (x0, x1) = (lanes &+ first, Words(repeating: counter1))
        var (x2, x3) = (Words(repeating: counter2), Words(repeating: counter3))
        var k0 = UInt32(truncatingIfNeeded: key)
        var k1 = UInt32(truncatingIfNeeded: key >> 32)
        for _ in 0..<Philox.rounds {
            let high0 = lockstep_multiply_high(x0, Philox.multiplier0)
            let high1 = lockstep_multiply_high(x2, Philox.multiplier1)
            (x0, x1, x2, x3) = (high1 ^ x1 ^ k0, x2 &* Philox.multiplier1, high0 ^ x3 ^ k1, x0 &* Philox.multiplier0)
            k0 &+= Philox.keyStep0
            k1 &+= Philox.keyStep1
        }
        return (x0, x1, x2, x3)
    }

    /// The upper 24 bits of each word as numbers in [0, 1).
    @inlinable @inline(__always)
    static func unit(_ words: Words) -> Lanes16 {
        Lanes16.lanes(from: unsafeBitCast(words &>> 8, to: SIMD16<Int32>.self)) * 0x1p-24
    }

    /// The blocks of the 64 elements of a row of numbers that begin at `offset`, a multiple of 64. The first word belongs
    /// to the elements `offset` and following, the second to `offset + 16` and following, and so on.
    @inlinable @inline(__always)
    static func blocks(key: UInt64, offset: Int, stream: UInt32) -> (Words, Words, Words, Words) {
        let first = UInt64(truncatingIfNeeded: offset / 4)
        return blocks(
            key: key, first: UInt32(truncatingIfNeeded: first), UInt32(truncatingIfNeeded: first >> 32), stream, 0)
    }
}
