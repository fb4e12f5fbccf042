import Foundation
import KernelBodies
import XCTest

/// The bounds that the comments of `ScalarMath` state, against the C library's functions of Double.
final class ScalarMathTests: XCTestCase {
    func testExponential() {
        assertBound(1.0, ScalarMath.exp) { exp($0) }
        XCTAssertEqual(ScalarMath.exp(-.infinity), 0)
        XCTAssertEqual(ScalarMath.exp(.infinity), .infinity)
        XCTAssertEqual(ScalarMath.exp(89), .infinity)
        XCTAssertEqual(ScalarMath.exp(0), 1)
    }

    func testLogarithm() {
        assertBound(1.0, ScalarMath.log) { log($0) }
        XCTAssertEqual(ScalarMath.log(0), -.infinity)
        XCTAssertEqual(ScalarMath.log(.infinity), .infinity)
        XCTAssertEqual(ScalarMath.log(1), 0)
        XCTAssert(ScalarMath.log(-1).isNaN)
    }

    func testLogarithmOfOnePlusASmallNumber() {
        assertBound(1.25, in: 0...1, ScalarMath.log1p) { log1p($0) }
    }

    func testHyperbolicTangent() {
        assertBound(2.5, ScalarMath.tanh) { tanh($0) }
        XCTAssertEqual(ScalarMath.tanh(.infinity), 1)
        XCTAssertEqual(ScalarMath.tanh(-0.0).sign, .minus)
    }

    func testSigmoid() {
        assertBound(2.5, ScalarMath.sigmoid) { 1 / (1 + exp(-$0)) }
        XCTAssertEqual(ScalarMath.sigmoid(-.infinity), 0)
        XCTAssertEqual(ScalarMath.sigmoid(.infinity), 1)
    }

    func testNormalDistribution() {
        assertBound(4, { ScalarMath.normalDistribution($0).cumulative }) { Self.cumulative($0) }
        assertBound(1.25, { ScalarMath.normalDistribution($0).density }) { exp(-$0 * $0 / 2) }
    }

    func testGELU() {
        assertBound(4, least: 0x1p-120, ScalarMath.gelu) { $0 * Self.cumulative($0) }
    }

    func testSiLU() {
        assertBound(3, least: 0x1p-118, ScalarMath.silu) { $0 / (1 + exp(-$0)) }
    }

    /// They cross zero, so that their bounds are absolute.
    func testSlopesOfGELUAndSiLU() {
        var (worstGELU, worstSiLU) = (0.0, 0.0)
        for i in -200_000...200_000 {
            let x = Float(i) / 10_000
            let d = Double(x)
            let gelu = Self.cumulative(d) + d * exp(-d * d / 2) / (2 * Double.pi).squareRoot()
            worstGELU = max(worstGELU, abs(Double(ScalarMath.geluGradient(x)) - gelu))
            let sigmoid = 1 / (1 + exp(-d))
            let silu = sigmoid * (1 + d * (1 - sigmoid))
            worstSiLU = max(worstSiLU, abs(Double(ScalarMath.siluGradient(x)) - silu))
        }
        XCTAssertLessThan(worstGELU, 0x1p-22)
        XCTAssertLessThan(worstSiLU, 0x1p-22)
    }

    /// On the whole grid of the random numbers that they take, every 61st point.
    func testSineAndCosine() {
        var worst = 0.0
        for i in stride(from: 0, to: 1 << 24, by: 61) {
            let u = Float(i) * 0x1p-24
            let (sine, cosine) = ScalarMath.sineAndCosine(turns: u)
            worst = max(worst, abs(Double(sine) - sin(2 * Double.pi * Double(u))))
            worst = max(worst, abs(Double(cosine) - cos(2 * Double.pi * Double(u))))
        }
        XCTAssertLessThan(worst, 1.5 * 0x1p-24)
        XCTAssertEqual(ScalarMath.sineAndCosine(turns: 0.25).sine, 1)
        XCTAssertEqual(ScalarMath.sineAndCosine(turns: 0.5).cosine, -1)
    }

    func testNaNGivesNaN() {
        let functions: [(Float) -> Float] = [
            ScalarMath.exp, ScalarMath.log, ScalarMath.log1p, ScalarMath.tanh, ScalarMath.sigmoid, ScalarMath.gelu,
            ScalarMath.geluGradient, ScalarMath.silu, ScalarMath.siluGradient,
        ]
        for function in functions { XCTAssert(function(.nan).isNaN) }
    }

    // MARK: Helpers

    private static func cumulative(_ x: Double) -> Double { 0.5 * erfc(-x / 2.0.squareRoot()) }

    /// Asserts that `function` is within `bound` ULP of `exact` on every 8,191st float of the range, subnormal ones
    /// too. Where the result is smaller than `least`, the ULP of `least` counts.
    private func assertBound(
        _ bound: Double, in range: ClosedRange<Float> = -.greatestFiniteMagnitude ... .greatestFiniteMagnitude,
        least: Float = 0, line: UInt = #line, _ function: (Float) -> Float, exact: (Double) -> Double
    ) {
        var worst = 0.0
        var worstAt: Float = 0
        for bits in stride(from: UInt32(0), to: Float.infinity.bitPattern, by: 8191) {
            for x in [Float(bitPattern: bits), -Float(bitPattern: bits)] where range ~= x {
                let expected = exact(Double(x))
                let y = function(x)
                let rounded = Float(expected)
                if rounded.isNaN || rounded.isInfinite {
                    if !(y == rounded || y.isNaN && rounded.isNaN) { XCTFail("\(y) at \(x)", line: line) }
                    continue
                }
                let error = abs(Double(y) - expected) / Double(max(abs(rounded), least).ulp)
                if error > worst { (worst, worstAt) = (error, x) }
            }
        }
        XCTAssertLessThanOrEqual(worst, bound, "at \(worstAt)", line: line)
    }
}
