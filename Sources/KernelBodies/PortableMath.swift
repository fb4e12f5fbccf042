/// Functions of Double without libm, whose results differ between machines and would reach parameters through
/// learning-rate schedules and bias corrections. Only IEEE additions, multiplications and divisions.
public enum PortableMath {
    /// cos x, within 2 units in the last place of 1 for |x| ≤ 10⁶.
    public static func cosine(_ x: Double) -> Double {
        // x = quarter · π/2 + r, |r| ≤ π/4, with π/2 in three parts of 33 bits so that the products are exact.
        let quarter = (x * 0.6366197723675814).rounded()
        let r =
            ((x - quarter * 1.5707963267341256) - quarter * 6.077100506303966e-11) - quarter * 2.0222662487959506e-21
        let square = r * r
        switch Int(quarter) & 3 {
        case 0: return evenSeries(square)
        case 1: return -r * oddSeries(square)
        case 2: return -evenSeries(square)
        default: return r * oddSeries(square)
        }
    }

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
