import Foundation
import Kernels
import XCTest

final class RandomTests: XCTestCase {
    func testUniformAndNormalNumbersEqualTheReference() {
        for count in raggedCounts + [200] {
            let zeros = [Float](repeating: 0, count: count)
            assertEqualsReference("\(count)", [zeros, zeros]) { kernels, buffers in
                kernels.uniform(into: buffers[0], count: count, seed: 42, stream: 3, low: -0.1, high: 0.3)
                kernels.normal(into: buffers[1], count: count, seed: 42, stream: 3, mean: 1, standardDeviation: 2)
            }
        }
    }

    func testDropoutEqualsTheReference() {
        var numbers = TestNumbers()
        for columns in raggedCounts {
            let x = numbers.floats(3 * columns)
            for probability: Float in [0, 0.2, 0.999, 1] {
                assertEqualsReference("\(columns), \(probability)", [x, x]) { kernels, buffers in
                    kernels.dropout(
                        buffers[0], into: buffers[1], rows: 3, pixels: 1, columns: columns, probability: probability,
                        seed: 7,
                        step: 5, layer: 2, firstRow: 100)
                }
            }
        }
    }

    func testDropoutOfChannelsEqualsTheReference() {
        var numbers = TestNumbers(seed: 2)
        for columns in raggedCounts {
            for pixels in [0, 1, 5] {
                let x = numbers.floats(3 * pixels * columns)
                for probability: Float in [0.4, 1] {
                    assertEqualsReference("\(pixels), \(columns), \(probability)", [x, x]) { kernels, buffers in
                        kernels.dropout(
                            buffers[0], into: buffers[1], rows: 3, pixels: pixels, columns: columns,
                            probability: probability, seed: 7, step: 5, layer: 2, firstRow: 100)
                    }
                }
            }
        }
    }

    func testDropoutDoesNotDependOnHowRowsAreCut() {
        let columns = 70
        let ones = [Float](repeating: 1, count: 6 * columns)
        for kernels in testedKernels {
            var (whole, parts) = (ones, ones)
            ones.withUnsafeBufferPointer { x in
                parts.withUnsafeMutableBufferPointer { y in
                    for (first, rows) in [(0, 1), (1, 3), (4, 2)] {
                        kernels.dropout(
                            x.baseAddress! + first * columns, into: y.baseAddress! + first * columns, rows: rows,
                            pixels: 1,
                            columns: columns, probability: 0.5, seed: 1, step: 1, layer: 1, firstRow: 10 + first)
                    }
                }
            }
            kernels.dropout(
                ones, into: &whole, rows: 6, pixels: 1, columns: columns, probability: 0.5, seed: 1, step: 1, layer: 1,
                firstRow: 10)
            XCTAssertEqual(parts, whole, kernels.name)
        }
    }

    func testDropoutKeepsTheGivenShareAndTheMean() {
        let count = 100_000
        let ones = [Float](repeating: 1, count: count)
        var y = ones
        let kernels = availableKernels()[0]
        for probability: Float in [0.1, 0.5, 0.8] {
            kernels.dropout(
                ones, into: &y, rows: 100, pixels: 1, columns: 1000, probability: probability, seed: 9, step: 0,
                layer: 0,
                firstRow: 0)
            let dropped = Float(y.count { $0 == 0 }) / Float(count)
            XCTAssertEqual(dropped, probability, accuracy: 0.01)
            XCTAssertEqual(kernels.sum(y, count: count) / Float(count), 1, accuracy: 0.02)
        }
    }

    func testEveryCoordinateOfDropoutChangesTheMask() {
        func mask(seed: UInt64 = 1, step: UInt32 = 1, layer: UInt32 = 1, row: Int = 1) -> [Float] {
            var y = [Float](repeating: 1, count: 128)
            ReferenceKernels.dropout(
                [Float](repeating: 1, count: 128), into: &y, rows: 1, pixels: 1, columns: 128, probability: 0.5,
                seed: seed,
                step: step, layer: layer, firstRow: row)
            return y
        }
        for other in [mask(seed: 2), mask(step: 2), mask(layer: 2), mask(row: 2)] {
            XCTAssertNotEqual(other, mask())
        }
        XCTAssertEqual(mask(), mask())
    }

    func testUniformNumbersFillTheirRange() {
        let count = 100_000
        var y = [Float](repeating: 0, count: count)
        availableKernels()[0].uniform(into: &y, count: count, seed: 1, stream: 0, low: -2, high: 6)
        XCTAssert(y.allSatisfy { $0 >= -2 && $0 < 6 })
        let (mean, variance) = moments(y)
        XCTAssertEqual(mean, 2, accuracy: 0.03)
        XCTAssertEqual(variance, 64.0 / 12, accuracy: 0.1)
    }

    func testUniformNumbersNeverReachTheOpenEnd() {
        // Near 2²⁴ floats are 2 apart, so that rounding to even carries the upper eighth of the numbers to the end.
        var y = [Float](repeating: 0, count: 1000)
        for kernels in testedKernels + [ReferenceKernels.self] {
            kernels.uniform(into: &y, count: 1000, seed: 1, stream: 0, low: 0x1p24, high: 0x1p24 + 8)
            XCTAssert(y.allSatisfy { $0 >= 0x1p24 && $0 < 0x1p24 + 8 }, kernels.name)
        }
    }

    func testNormalNumbersHaveTheirMoments() {
        let count = 100_000
        var y = [Float](repeating: 0, count: count)
        availableKernels()[0].normal(into: &y, count: count, seed: 1, stream: 0, mean: 3, standardDeviation: 2)
        let (mean, variance) = moments(y)
        XCTAssertEqual(mean, 3, accuracy: 0.03)
        XCTAssertEqual(variance, 4, accuracy: 0.06)
        // 68.27% within one standard deviation, 4.55% beyond two.
        XCTAssertEqual(Double(y.count { abs($0 - 3) < 2 }) / Double(count), 0.6827, accuracy: 0.005)
        XCTAssertEqual(Double(y.count { abs($0 - 3) > 4 }) / Double(count), 0.0455, accuracy: 0.003)
    }

    private func moments(_ x: [Float]) -> (mean: Double, variance: Double) {
        let mean = x.reduce(0.0) { $0 + Double($1) } / Double(x.count)
        return (mean, x.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / Double(x.count))
    }
}
