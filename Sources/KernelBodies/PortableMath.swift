/// Functions of Double without libm, whose results differ between machines and would reach parameters through
/// learning-rate schedules and bias corrections. Only IEEE additions, multiplications and divisions.
public enum PortableMath {
    /// cos x, within 2 units in the last place of 1 for |x| ≤ 10⁶.
    public static func cosine(_ x: Double) -> Double {
        let (quarter, r) = reduced(x)
        let square = r * r
        switch quarter & 3 {
        case 0: return evenSeries(square)
        case 1: return -r * oddSeries(square)
        case 2: return -evenSeries(square)
        default: return r * oddSeries(square)
        }
    }

    /// sin x, within 2 units in the last place of 1 for |x| ≤ 10⁶.
    public static func sine(_ x: Double) -> Double {
        let (quarter, r) = reduced(x)
        let square = r * r
        switch quarter & 3 {
        case 0: return r * oddSeries(square)
        case 1: return evenSeries(square)
        case 2: return -r * oddSeries(square)
        default: return -evenSeries(square)
        }
    }

    /// x = quarter · π/2 + r, |r| ≤ π/4, with π/2 in three parts of 33 bits so that the products are exact.
    private static func reduced(_ x: Double) -> (quarter: Int, r: Double) {
        let quarter = (x * 0.6366197723675814).rounded()
        let r =
            ((x - quarter * 1.5707963267341256) - quarter * 6.077100506303966e-11) - quarter * 2.0222662487959506e-21
        return (Int(quarter), r)
    }

    /// ln x for a positive, normal x, within 4 units in the last place of the larger of 1 and |ln x|.
    public static func logarithm(_ x: Double) -> Double {
        // x = m · 2^e with m in [√½, √2); ln m = 2·artanh((m − 1) / (m + 1)), a series in s² ≤ 0.0295.
        var (exponent, m) = (Double(x.exponent), x.significand)
        if m > 1.4142135623730951 { (exponent, m) = (exponent + 1, m / 2) }
        let s = (m - 1) / (m + 1)
        let square = s * s
        var series = 0.0
        for i in stride(from: 23.0, through: 1.0, by: -2.0) { series = series * square + 1 / i }
        return exponent * ln2Low + (2 * s * series + exponent * ln2High)
    }

    /// e^x, within 4 units in the last place; 0 and infinity beyond what a Double holds.
    public static func exponential(_ x: Double) -> Double {
        if x > 710 { return .infinity }
        if x < -708 { return 0 }
        // x = n · ln 2 + r, |r| ≤ ½ ln 2.
        let n = (x * 1.4426950408889634).rounded()
        let r = (x - n * ln2High) - n * ln2Low
        var series = 1.0
        for i in stride(from: 16.0, through: 1.0, by: -1.0) { series = 1 + series * r / i }
        return Double(sign: .plus, exponent: Int(n), significand: series)
    }

    /// ln 2 in two parts, the first of 32 bits so that its products with exponents are exact.
    private static let ln2High = 0.6931471803691238
    private static let ln2Low = 1.9082149292705877e-10

    /// base to a whole power, by repeated squaring.
    public static func power(_ base: Double, _ exponent: Int) -> Double {
        var result = 1.0
        var square = base
        var rest = exponent.magnitude
        while rest > 0 {
            if rest & 1 == 1 { result *= square }
            square *= square
            rest >>= 1
        }
        return exponent < 0 ? 1 / result : result
    }

    /// cos r as a series in s = r²: 1 − s/2! + s²/4! − … up to s⁹.
    private static func evenSeries(_ s: Double) -> Double {
        var term = 1.0
        for i in stride(from: 18.0, through: 2.0, by: -2.0) { term = 1 - term * s / (i * (i - 1)) }
        return term
    }

    /// sin r / r as a series in s = r²: 1 − s/3! + s²/5! − … up to s⁹.
    private static func oddSeries(_ s: Double) -> Double {
        var term = 1.0
        for i in stride(from: 19.0, through: 3.0, by: -2.0) { term = 1 - term * s / (i * (i - 1)) }
        return term
    }
}
