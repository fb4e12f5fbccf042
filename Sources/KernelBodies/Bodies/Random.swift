extension InstructionSet {
    @inlinable @inline(never)
    package static func uniform(
        into y: UnsafeMutablePointer<Float>, count: Int, seed: UInt64, stream: UInt32, low: Float, high: Float
    ) {
        let key = Philox.key(seed: seed, purpose: .uniform)
        for offset in stride(from: 0, to: count, by: 64) {
            let (w0, w1, w2, w3) = Philox16.blocks(key: key, offset: offset, stream: stream)
            let numbers = (
                scaled(Philox16.unit(w0), low, high), scaled(Philox16.unit(w1), low, high),
                scaled(Philox16.unit(w2), low, high), scaled(Philox16.unit(w3), low, high)
            )
            store64(numbers, y + offset, count: count - offset)
        }
    }

    @inlinable @inline(never)
    package static func normal(
        into y: UnsafeMutablePointer<Float>, count: Int, seed: UInt64, stream: UInt32, mean: Float,
        standardDeviation: Float
    ) {
        let key = Philox.key(seed: seed, purpose: .normal)
        for offset in stride(from: 0, to: count, by: 64) {
            let (w0, w1, w2, w3) = Philox16.blocks(key: key, offset: offset, stream: stream)
            let (n0, n1) = boxMuller(w0, w1, mean, standardDeviation)
            let (n2, n3) = boxMuller(w2, w3, mean, standardDeviation)
            store64((n0, n1, n2, n3), y + offset, count: count - offset)
        }
    }

    /// u from [0, 1) moved to [low, high): the float below `high` where rounding has carried a number to the open end.
    @inlinable @inline(__always)
    static func scaled(_ u: Lanes16, _ low: Float, _ high: Float) -> Lanes16 {
        let x = Lanes16.fma(u, high - low, Lanes16(repeating: low))
        return Lanes16(repeating: high.nextDown).replaced(by: x, where: x.isBelow(high))
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
            if count > 48 { numbers.3.store(y + 48, lanes: count - 48) }
        }
    }
}
