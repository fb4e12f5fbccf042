import CSystem

extension InstructionSet {
    /// 16 positions at a time: 15 ns a position on Zen 3, and 120 one by one.
    @inlinable @inline(never)
    package static func permute(
        _ permutation: RandomPermutation, first: Int, count: Int, into out: UnsafeMutablePointer<Int32>
    ) {
        if count <= 0 { return }
        // Digits are divided once; from there they advance by those of 16, with a carry.
        let base = UInt32(truncatingIfNeeded: permutation.rightBase)
        var even = PermutedDigits(Philox16.evenLanes, base)
        var odd = PermutedDigits(Philox16.oddLanes, base)
        even.advance(by: UInt32(truncatingIfNeeded: first), base)
        odd.advance(by: UInt32(truncatingIfNeeded: first), base)
        var offset = 0
        while offset < count {
            let lanes = min(count - offset, 16)
            let values = lockstep_join(even.permuted(by: permutation), odd.permuted(by: permutation))
            lockstep_store_ints(unsafeBitCast(values, to: SIMD16<Int32>.self), out + offset, lanes)
            // Lanes beyond the last position are anything, and not stored.
            let bound = SIMD16(repeating: UInt32(truncatingIfNeeded: permutation.count))
            if (~lockstep_less_word(values, bound)).isAnywhere {
                for i in offset..<offset + lanes {
                    out[i] = Int32(truncatingIfNeeded: permutation.walked(UInt64(UInt32(bitPattern: out[i]))))
                }
            }
            even.advance(by: 16, base)
            odd.advance(by: 16, base)
            offset += 16
        }
    }
}

/// Eight positions of a permutation as digits.
@usableFromInline
struct PermutedDigits {
    @usableFromInline var left: Philox16.Half
    @usableFromInline var right: Philox16.Half

    /// The digits of numbers below 16.
    @inlinable @inline(__always)
    init(_ numbers: Philox16.Half, _ base: UInt32) {
        left = Philox16.Half(repeating: 0)
        right = numbers
        for _ in 0..<(15 / max(base, 1)) { carry(base) }
    }

    @inlinable @inline(__always)
    mutating func carry(_ base: UInt32) {
        let reduced = lockstep_add_modulo(right, Philox16.Half(repeating: 0), base)
        left = lockstep_increment_where_unequal(left, right, reduced)
        right = reduced
    }

    /// Adds a number, digit by digit.
    @inlinable @inline(__always)
    mutating func advance(by number: UInt32, _ base: UInt32) {
        left &+= number / base
        right &+= number % base
        carry(base)
    }

    /// The value that the rounds of `RandomPermutation` make of the digits.
    @inlinable @inline(__always)
    func permuted(by permutation: RandomPermutation) -> Philox16.Half {
        let leftBase = UInt32(truncatingIfNeeded: permutation.leftBase)
        let rightBase = UInt32(truncatingIfNeeded: permutation.rightBase)
        var (left, right) = (left, right)
        var round: UInt32 = 0
        while round < RandomPermutation.rounds {
            left = lockstep_add_modulo(left, digit(right, round, leftBase, permutation), leftBase)
            right = lockstep_add_modulo(right, digit(left, round + 1, rightBase, permutation), rightBase)
            round += 2
        }
        return lockstep_multiply_wide(left, rightBase) &+ right
    }

    @inlinable @inline(__always)
    func digit(
        _ input: Philox16.Half, _ round: UInt32, _ base: UInt32, _ permutation: RandomPermutation
    ) -> Philox16.Half {
        let word = Philox8.firstWord(key: permutation.key, input, round, permutation.epoch, permutation.stream)
        return lockstep_upper_halves(lockstep_multiply_wide(word, base))
    }
}
