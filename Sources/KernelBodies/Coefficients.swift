/// Polynomial coefficients of the transcendental functions, lowest degree first.
///
/// Each set minimizes the largest relative error of the function (Lawson's iteration on 4,000 Chebyshev nodes); the
/// coefficients were rounded to Float one after the other, refitting the rest. The scalar and the vector code read the
/// same constants, so that they cannot drift apart.
@usableFromInline
enum Coefficients {
    /// 1.5 · 2²³: adding and subtracting it rounds a float of magnitude below 2²² to an integer, and the sum holds that
    /// integer in its low bits.
    @inlinable static var rounder: Float { 0x1.8p23 }
    @inlinable static var log2e: Float { 0x1.715476p0 }
    @inlinable static var ln2High: Float { 0x1.62e43p-1 }
    @inlinable static var ln2Low: Float { -0x1.05c61p-29 }

    /// (eʳ − 1 − r) / r² for |r| ≤ ln 2 / 2; relative error of eʳ 2^−28.2.
    @inlinable static var exp: (Float, Float, Float, Float, Float) {
        (0x1.fffffcp-2, 0x1.555492p-3, 0x1.5558bcp-5, 0x1.1239c6p-7, 0x1.6a4154p-10)
    }

    /// (log(1 + f) − f + f²/2) / f³ for |f| ≤ 1/3; relative error of log(1 + f) 2^−30.1.
    @inlinable static var log: (Float, Float, Float, Float, Float, Float, Float, Float, Float) {
        (
            0x1.555556p-2, -0x1.ffff18p-3, 0x1.9997eep-3, -0x1.55978cp-3, 0x1.24eb6ep-3, -0x1.f3b02cp-4, 0x1.b91efap-4,
            -0x1.06c2bap-3, 0x1.e9d18ap-4
        )
    }

    /// sin(π/2 · f) / f in f², |f| ≤ 1/2; relative error 2^−25.1.
    @inlinable static var sine: (Float, Float, Float, Float) {
        (0x1.921fb6p0, -0x1.4abc24p-1, 0x1.4680a4p-4, -0x1.33198ep-8)
    }

    /// (cos(π/2 · f) − 1) / f² in f², |f| ≤ 1/2; relative error of the cosine 2^−31.1.
    @inlinable static var cosine: (Float, Float, Float, Float) {
        (-0x1.3bd3ccp0, 0x1.03c1bp-2, -0x1.55b2b2p-6, 0x1.d4f47ap-11)
    }

    /// The upper tail of the normal distribution, Q(t) = e^(−t²/2) · P(q) / (t + K) with q = (t − 1) / (t + K), for
    /// 0 ≤ t ≤ 14.6, beyond which Q underflows; relative error 2^−26.2. Taking q as zero at 1, where accuracy matters
    /// most, and not in the middle of its range takes a third off the rounding error.
    @inlinable static var tail: (Float, Float, Float, Float, Float, Float, Float, Float, Float, Float) {
        (
            0x1.2d5694p0, -0x1.9ac1bap0, 0x1.45fbdep0, -0x1.e74e7ep-2, -0x1.ed17bcp-5, 0x1.9f30eep-4, 0x1.7487bp-7,
            -0x1.8f4464p-6, -0x1.75c4acp-8, 0x1.a73434p-8
        )
    }
    @inlinable static var tailPole: Float { 3.5 }
    /// Where e^(−t²/2) · P(q) / (t + K) has underflowed and t² has not yet overflowed.
    @inlinable static var tailEnd: Float { 16 }
    /// 1 / √(2π)
    @inlinable static var normalDensityAtZero: Float { 0x1.988454p-2 }
}
