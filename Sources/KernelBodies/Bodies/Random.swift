extension InstructionSet {
    @inlinable @inline(__always)
    public static func uniform(
        into y: UnsafeMutablePointer<Float>, count: Int, seed: UInt64, stream: UInt32, low: Float, high: Float
    ) {
        let below = high.nextDown
        random(into: y, count: count, key: Philox.key(seed: seed, purpose: .uniform), stream: stream) { words in
            let numbers = (
                Philox16.unit(words.0), Philox16.unit(words.1), Philox16.unit(words.2), Philox16.unit(words.3)
            )
            // `below` where rounding has carried a number to the open end.
            func scaled(_ u: Lanes16) -> Lanes16 {
                let x = Lanes16.fma(u, high - low, Lanes16(repeating: low))
                return Lanes16(repeating: below).replaced(by: x, where: x .< high)
            }
            return (scaled(numbers.0), scaled(numbers.1), scaled(numbers.2), scaled(numbers.3))
        }
    }

    @inlinable @inline(__always)
    public static func normal(
        into y: UnsafeMutablePointer<Float>, count: Int, seed: UInt64, stream: UInt32, mean: Float,
        standardDeviation: Float
    ) {
        random(into: y, count: count, key: Philox.key(seed: seed, purpose: .normal), stream: stream) { words in
            let first = boxMuller(words.0, words.1, mean, standardDeviation)
            let second = boxMuller(words.2, words.3, mean, standardDeviation)
            return (first.0, first.1, second.0, second.1)
        }
    }

    /// Two normal numbers a lane. The radius comes from (0, 1], so that its logarithm is finite.
    @inlinable @inline(__always)
    static func boxMuller(
        _ radiusWords: SIMD16<UInt32>, _ angleWords: SIMD16<UInt32>, _ mean: Float, _ standardDeviation: Float
    ) -> (Lanes16, Lanes16) {
        let radius = Lanes16.squareRoot(-2 * .log(Philox16.unit(radiusWords) + 0x1p-24))
        let (sine, cosine) = Lanes16.sineAndCosine(turns: Philox16.unit(angleWords))
        let center = Lanes16(repeating: mean)
        return (.fma(radius * cosine, standardDeviation, center), .fma(radius * sine, standardDeviation, center))
    }

    @inlinable @inline(__always)
    static func random(
        into y: UnsafeMutablePointer<Float>, count: Int, key: UInt64, stream: UInt32,
        _ transform: ((SIMD16<UInt32>, SIMD16<UInt32>, SIMD16<UInt32>, SIMD16<UInt32>)) -> (
            Lanes16, Lanes16, Lanes16, Lanes16
        )
    ) {
        Philox16.forEach64(count) { offset, block in
            let words = Philox16.blocks(
                key: key, first: UInt32(truncatingIfNeeded: block), UInt32(truncatingIfNeeded: block >> 32), stream, 0)
            let numbers = transform(words)
            store64(numbers, y + offset, count: count - offset)
        }
    }

    /// Writes the first `count` of 64 numbers.
    @inlinable @inline(__always)
    static func store64(
        _ numbers: (Lanes16, Lanes16, Lanes16, Lanes16), _ y: UnsafeMutablePointer<Float>, count: Int
    ) {
        if count >= 64 {
            numbers.0.store(y)
            numbers.1.store(y + 16)
            numbers.2.store(y + 32)
            numbers.3.store(y + 48)
        } else {
            numbers.0.store(y, lanes: min(count, 16))
            if count > 16 { numbers.1.store(y + 16, lanes: min(count - 16, 16)) }
            if count > 32 { numbers.2.store(y + 32, lanes: min(count - 32, 16)) }
            if count > 48 { numbers.3.store(y + 48, lanes: min(count - 48, 16)) }
        }
    }
}
