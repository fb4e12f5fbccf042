/// The transcendental functions, one float at a time: the definition of their bits. The vector kernels do the same
/// operations in the same order. NaN gives NaN everywhere.
///
/// Largest errors, in units in the last place (ULP) of the exact result, as tested over the whole range of floats:
///
/// | function | error |
/// | --- | --- |
/// | exp, log | 1 |
/// | log1p, density | 1.25 |
/// | tanh, sigmoid | 2.5 |
/// | silu | 3; results below 2⁻¹¹⁸ count as 2⁻¹¹⁸ |
/// | cumulative | 4 |
/// | gelu | 4; results below 2⁻¹²⁰ count as 2⁻¹²⁰ |
/// | geluGradient, siluGradient | 2⁻²² absolute, since they cross zero |
/// | sineAndCosine | 1.5 · 2⁻²⁴ absolute |
package enum ScalarMath {
    /// eˣ. −∞ gives 0, +∞ gives ∞; underflow is gradual.
    ///
    /// x = n·ln 2 + r with |r| ≤ ln 2 / 2, eˣ = 2ⁿ·eʳ.
    package static func exp(_ x: Float) -> Float {
        let (n, r) = reduce(minimum(maximum(x, -104), 89))
        return scaled(1 + expm1Core(r), byPowerOfTwo: n)
    }

    /// log x. 0 gives −∞, negative numbers give NaN.
    ///
    /// x = 2ᵉ·(1 + f) with 1 + f in [2/3, 4/3); log x = e·ln 2 + f − f²/2 + f³·P(f).
    package static func log(_ x: Float) -> Float {
        if x == .infinity { return x }
        if x == 0 { return -.infinity }
        if x < 0 || x.isNaN { return .nan }
        let tiny = x < 0x1p-126
        let bits = (tiny ? x * 0x1p23 : x).bitPattern &- twoThirds
        let e = Float(Int32(bitPattern: bits) >> 23) - (tiny ? 23 : 0)
        let f = Float(bitPattern: (bits & 0x007F_FFFF) &+ twoThirds) - 1
        let square = f * f
        let low = fma(square * f, logCore(f), e * Coefficients.ln2Low)
        return fma(e, Coefficients.ln2High, fma(-0.5, square, low) + f)
    }

    /// log(1 + z) for 0 ≤ z ≤ 1. With w the rounded 1 + z, it is log w + (1 + z − w) / w.
    package static func log1p(_ z: Float) -> Float {
        let w = 1 + z
        return log(w) + (z - (w - 1)) / w
    }

    /// tanh x = (e^2|x| − 1) / (e^2|x| + 1) with the sign of x; e − 1 is formed without cancellation.
    package static func tanh(_ x: Float) -> Float {
        let (n, r) = reduce(minimum(2 * x.magnitude, 20))
        let s = powerOfTwo(n)
        let em1 = fma(s, expm1Core(r), s - 1)
        return copySign(em1 / (em1 + 2), x)
    }

    /// σ(x) = 1 / (1 + e⁻ˣ), for negative x as eˣ / (1 + eˣ).
    package static func sigmoid(_ x: Float) -> Float {
        let z = exp(-x.magnitude)
        return (x < 0 ? z : 1) / (1 + z)
    }

    /// Φ(x), the distribution function of the normal distribution, and √(2π) times its density, e^(−x²/2).
    ///
    /// Φ(−t) = Q(t) and Φ(t) = 1 − Q(t), so that it keeps its relative accuracy where it is small, and so does GELU. x²
    /// is taken in two parts, because e^(−x²/2) magnifies its rounding error by x²; and Q multiplies its other factor
    /// with e^r − 1 instead of e^r, which saves two roundings.
    package static func normalDistribution(_ x: Float) -> (cumulative: Float, density: Float) {
        let t = minimum(x.magnitude, Coefficients.tailEnd)
        let high = t * t
        let low = fma(t, t, -high)
        let (n, r) = reduce(-0.5 * high)
        let em1 = expm1Core(fma(-0.5, low, r))
        let u = 1 / (t + Coefficients.tailPole)
        let factor = tailCore((t - 1) * u) * u
        let tail = scaled(fma(factor, em1, factor), byPowerOfTwo: n)
        return (x < 0 ? tail : 1 - tail, scaled(1 + em1, byPowerOfTwo: n))
    }

    /// x·Φ(x)
    package static func gelu(_ x: Float) -> Float { x * normalDistribution(x).cumulative }

    /// Φ(x) + x·φ(x)
    package static func geluGradient(_ x: Float) -> Float {
        let normal = normalDistribution(x)
        return fma(x, normal.density * Coefficients.normalDensityAtZero, normal.cumulative)
    }

    /// x·σ(x)
    package static func silu(_ x: Float) -> Float { x * sigmoid(x) }

    /// σ(x)·(1 + x·(1 − σ(x))), where 1 − σ(x) is not formed as a difference, whose error x would magnify.
    package static func siluGradient(_ x: Float) -> Float {
        let z = exp(-x.magnitude)
        let r = 1 / (1 + z)
        let (s, complement) = x < 0 ? (z * r, r) : (r, z * r)
        return s * fma(x, complement, 1)
    }

    /// sin 2πu and cos 2πu for 0 ≤ u ≤ 1. 4u = quarter + f, exactly, with |f| ≤ 1/2.
    package static func sineAndCosine(turns u: Float) -> (sine: Float, cosine: Float) {
        let v = 4 * u
        let shifted = v + Coefficients.rounder
        let quarter = shifted.bitPattern
        let f = v - (shifted - Coefficients.rounder)
        let square = f * f
        let (s0, s1, s2, s3) = Coefficients.sine
        let (c0, c1, c2, c3) = Coefficients.cosine
        let s = f * fma(fma(fma(s3, square, s2), square, s1), square, s0)
        let c = fma(fma(fma(fma(c3, square, c2), square, c1), square, c0), square, 1)
        let odd = quarter & 1 == 1
        let sine = odd ? c : s
        let cosine = odd ? s : c
        return (
            quarter & 2 == 2 ? -sine : sine,
            (quarter &+ 1) & 2 == 2 ? -cosine : cosine
        )
    }

    // MARK: Parts

    static let twoThirds: UInt32 = 0x3F2A_AAAB

    /// a·b + c, rounded once.
    static func fma(_ a: Float, _ b: Float, _ c: Float) -> Float { c.addingProduct(a, b) }

    /// `bound` if x is below it, else x: NaN passes.
    static func maximum(_ x: Float, _ bound: Float) -> Float { x < bound ? bound : x }

    /// `bound` if x is above it, else x: NaN passes.
    static func minimum(_ x: Float, _ bound: Float) -> Float { x > bound ? bound : x }

    static func copySign(_ magnitude: Float, _ sign: Float) -> Float { Float(signOf: sign, magnitudeOf: magnitude) }

    /// x = n·ln 2 + r.
    static func reduce(_ x: Float) -> (n: Int32, r: Float) {
        let shifted = fma(x, Coefficients.log2e, Coefficients.rounder)
        let n = Int32(bitPattern: shifted.bitPattern &- Coefficients.rounder.bitPattern)
        let rounded = shifted - Coefficients.rounder
        return (n, fma(rounded, -Coefficients.ln2Low, fma(rounded, -Coefficients.ln2High, x)))
    }

    /// 2ⁿ for −126 ≤ n ≤ 127; anything at all for other n, which only NaN brings here.
    static func powerOfTwo(_ n: Int32) -> Float { Float(bitPattern: UInt32(bitPattern: (n &+ 127) &<< 23)) }

    /// 2ⁿ·x, in two factors, since 2ⁿ alone leaves the range of floats at both ends.
    static func scaled(_ x: Float, byPowerOfTwo n: Int32) -> Float {
        let half = n >> 1
        return x * powerOfTwo(half) * powerOfTwo(n &- half)
    }

    /// eʳ − 1 for |r| ≤ ln 2 / 2.
    static func expm1Core(_ r: Float) -> Float {
        let (c0, c1, c2, c3, c4) = Coefficients.exp
        return fma(r * r, fma(fma(fma(fma(c4, r, c3), r, c2), r, c1), r, c0), r)
    }

    /// (log(1 + f) − f + f²/2) / f³
    static func logCore(_ f: Float) -> Float {
        let (c0, c1, c2, c3, c4, c5, c6, c7, c8) = Coefficients.log
        let upper = fma(fma(fma(fma(c8, f, c7), f, c6), f, c5), f, c4)
        return fma(fma(fma(fma(upper, f, c3), f, c2), f, c1), f, c0)
    }

    /// Q(t)·e^(t²/2)·(t + K)
    static func tailCore(_ q: Float) -> Float {
        let (c0, c1, c2, c3, c4, c5, c6, c7, c8, c9) = Coefficients.tail
        let upper = fma(fma(fma(fma(c9, q, c8), q, c7), q, c6), q, c5)
        return fma(fma(fma(fma(fma(upper, q, c4), q, c3), q, c2), q, c1), q, c0)
    }
}
