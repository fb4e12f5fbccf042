import CSystem

/// The functions of `ScalarMath` on 16 lanes: the same operations in the same order. See there for formulas and bounds.
extension SIMD16<Float> {
    @inlinable @inline(__always)
    static func exp(_ x: Self) -> Self {
        let (n, r) = reduceByLn2(x.raised(to: -104).lowered(to: 89))
        return (1 + expm1Core(r)).scaled(byPowerOfTwo: n)
    }

    @inlinable @inline(__always)
    static func log(_ x: Self) -> Self {
        let tiny = x.isBelow(0x1p-126)
        let bits = x.replaced(by: x * 0x1p23, where: tiny).bits &- 0x3F2A_AAAB
        let exponent = lanes(from: bits &>> 23) - Self(repeating: 0).replaced(by: 23, where: tiny)
        let f = Self.bits((bits & 0x007F_FFFF) &+ 0x3F2A_AAAB) - 1
        let square = f * f
        let low = fma(square * f, logCore(f), exponent * Coefficients.ln2Low)
        return fma(exponent, Coefficients.ln2High, fma(square, -0.5, low) + f)
            .replaced(by: x, where: x.isEqual(to: .infinity))
            .replaced(by: -.infinity, where: x.isEqual(to: 0))
            .replaced(by: .nan, where: ~Self(repeating: 0).isAtMost(x))
    }

    @inlinable @inline(__always)
    static func log1p(_ z: Self) -> Self {
        let w = 1 + z
        return log(w) + (z - (w - 1)) / w
    }

    @inlinable @inline(__always)
    static func tanh(_ x: Self) -> Self {
        let (n, r) = reduceByLn2((2 * x.magnitude).lowered(to: 20))
        let s = powerOfTwo(n)
        let em1 = fma(s, expm1Core(r), s - 1)
        return .bits((em1 / (em1 + 2)).bits | (x.bits & Int32.min))
    }

    @inlinable @inline(__always)
    static func sigmoid(_ x: Self) -> Self {
        let z = exp(-x.magnitude)
        return Self(repeating: 1).replaced(by: z, where: x.isBelow(0)) / (1 + z)
    }

    @inlinable @inline(__always)
    static func normalDistribution(_ x: Self) -> (cumulative: Self, density: Self) {
        let t = x.magnitude.lowered(to: Coefficients.tailEnd)
        let high = t * t
        let low = fma(t, t, -high)
        let (n, r) = reduceByLn2(-0.5 * high)
        let em1 = expm1Core(fma(low, -0.5, r))
        let u = 1 / (t + Coefficients.tailPole)
        let factor = tailCore((t - 1) * u) * u
        let tail = fma(factor, em1, factor).scaled(byPowerOfTwo: n)
        return ((1 - tail).replaced(by: tail, where: x.isBelow(0)), (1 + em1).scaled(byPowerOfTwo: n))
    }

    @inlinable @inline(__always)
    static func gelu(_ x: Self) -> Self { x * normalDistribution(x).cumulative }

    @inlinable @inline(__always)
    static func geluGradient(_ x: Self) -> Self {
        let normal = normalDistribution(x)
        return fma(x, normal.density * Coefficients.normalDensityAtZero, normal.cumulative)
    }

    @inlinable @inline(__always)
    static func silu(_ x: Self) -> Self { x * sigmoid(x) }

    @inlinable @inline(__always)
    static func siluGradient(_ x: Self) -> Self {
        let z = exp(-x.magnitude)
        let larger = 1 / (1 + z)
        let smaller = z * larger
        let isNegative = x.isBelow(0)
        let s = larger.replaced(by: smaller, where: isNegative)
        return s * fma(x, smaller.replaced(by: larger, where: isNegative), 1)
    }

    @inlinable @inline(__always)
    static func sineAndCosine(turns u: Self) -> (sine: Self, cosine: Self) {
        let v = 4 * u
        let shifted = v + Coefficients.rounder
        let quarter = shifted.bits
        let f = v - (shifted - Coefficients.rounder)
        let square = f * f
        let (s0, s1, s2, s3) = Coefficients.sine
        let (c0, c1, c2, c3) = Coefficients.cosine
        let s = f * fma(fma(fma(Self(repeating: s3), square, s2), square, s1), square, s0)
        let c = fma(fma(fma(fma(Self(repeating: c3), square, c2), square, c1), square, c0), square, 1)
        let odd = (quarter & 1).isEqual(to: 1)
        // Bit 1 of the quarter, moved to the sign.
        let sineSign = (quarter & 2) &<< 30
        let cosineSign = ((quarter &+ 1) & 2) &<< 30
        return (
            .bits(s.replaced(by: c, where: odd).bits ^ sineSign),
            .bits(c.replaced(by: s, where: odd).bits ^ cosineSign)
        )
    }

    // MARK: Parts

    @inlinable @inline(__always)
    static func lanes(from integers: SIMD16<Int32>) -> Self { lockstep_float_from_int(integers) }

    @inlinable @inline(__always)
    static func reduceByLn2(_ x: Self) -> (n: SIMD16<Int32>, r: Self) {
        let shifted = fma(x, Self(repeating: Coefficients.log2e), Coefficients.rounder)
        let n = shifted.bits &- Int32(bitPattern: Coefficients.rounder.bitPattern)
        let rounded = shifted - Coefficients.rounder
        return (n, fma(rounded, -Coefficients.ln2Low, fma(rounded, -Coefficients.ln2High, x)))
    }

    @inlinable @inline(__always)
    static func powerOfTwo(_ n: SIMD16<Int32>) -> Self { .bits((n &+ 127) &<< 23) }

    @inlinable @inline(__always)
    func scaled(byPowerOfTwo n: SIMD16<Int32>) -> Self {
        let half = n &>> 1
        return self * Self.powerOfTwo(half) * Self.powerOfTwo(n &- half)
    }

    @inlinable @inline(__always)
    static func expm1Core(_ r: Self) -> Self {
        let (c0, c1, c2, c3, c4) = Coefficients.exp
        let p = fma(fma(fma(fma(Self(repeating: c4), r, c3), r, c2), r, c1), r, c0)
        return fma(r * r, p, r)
    }

    @inlinable @inline(__always)
    static func logCore(_ f: Self) -> Self {
        let (c0, c1, c2, c3, c4, c5, c6, c7, c8) = Coefficients.log
        let upper = fma(fma(fma(fma(Self(repeating: c8), f, c7), f, c6), f, c5), f, c4)
        return fma(fma(fma(fma(upper, f, c3), f, c2), f, c1), f, c0)
    }

    @inlinable @inline(__always)
    static func tailCore(_ q: Self) -> Self {
        let (c0, c1, c2, c3, c4, c5, c6, c7, c8, c9) = Coefficients.tail
        let upper = fma(fma(fma(fma(Self(repeating: c9), q, c8), q, c7), q, c6), q, c5)
        return fma(fma(fma(fma(fma(upper, q, c4), q, c3), q, c2), q, c1), q, c0)
    }
}
