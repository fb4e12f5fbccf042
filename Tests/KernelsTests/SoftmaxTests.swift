import Foundation
import Kernels
import XCTest

final class SoftmaxTests: XCTestCase {
    func testSoftmaxEqualsTheReference() {
        var numbers = TestNumbers()
        for columns in raggedCounts {
            let x = numbers.floats(3 * columns, in: -8...8)
            assertEqualsReference("\(columns)", [x, x]) { kernels, buffers in
                kernels.softmax(buffers[0], into: buffers[1], rows: 3, columns: columns)
            }
            assertEqualsReference("\(columns), in place", [x]) { kernels, buffers in
                kernels.softmax(buffers[0], into: buffers[0], rows: 3, columns: columns)
            }
        }
    }

    func testSoftmaxGradientEqualsTheReference() {
        var numbers = TestNumbers(seed: 2)
        for columns in raggedCounts {
            let (y, dy) = (numbers.floats(3 * columns, in: 0...1), numbers.floats(3 * columns))
            assertEqualsReference("\(columns)", [y, dy, dy]) { kernels, buffers in
                kernels.softmaxGradient(y: buffers[0], dy: buffers[1], into: buffers[2], rows: 3, columns: columns)
            }
        }
    }

    func testFewColumnsEqualTheReferenceForEveryNumberOfRows() {
        var numbers = TestNumbers(seed: 6)
        for columns in fewColumns {
            for rows in fewRows {
                let (x, dy) = (numbers.floats(rows * columns, in: -8...8), numbers.floats(rows * columns))
                assertEqualsReference("\(rows) × \(columns)", [x, x, dy, dy, dy]) { kernels, buffers in
                    kernels.softmax(buffers[0], into: buffers[1], rows: rows, columns: columns)
                    kernels.softmaxGradient(
                        y: buffers[1], dy: buffers[2], into: buffers[3], rows: rows, columns: columns)
                    kernels.softmax(buffers[0], into: buffers[0], rows: rows, columns: columns)
                    kernels.softmaxGradient(
                        y: buffers[0], dy: buffers[4], into: buffers[4], rows: rows, columns: columns)
                    kernels.softmaxGradient(
                        y: buffers[1], dy: buffers[2], into: buffers[1], rows: rows, columns: columns)
                }
            }
        }
    }

    func testFewColumnsEqualTheReferenceAtSpecialValues() {
        var numbers = TestNumbers(seed: 7)
        for columns in fewColumns {
            for _ in 0..<20 {
                let x = numbers.floatsWithSpecialOnes(19 * columns)
                let dy = numbers.floatsWithSpecialOnes(19 * columns)
                // Zeros and the smallest of floats, so that the signs of zeros show.
                let tiny = (0..<19 * columns).map { _ in specialFloats[Int(numbers.word() % 6)] * 1e-30 }
                assertEqualsReference("\(columns)", [x, x, dy, dy, tiny, dy]) { kernels, buffers in
                    kernels.softmax(buffers[0], into: buffers[1], rows: 19, columns: columns)
                    kernels.softmaxGradient(y: buffers[0], dy: buffers[2], into: buffers[3], rows: 19, columns: columns)
                    kernels.softmaxGradient(y: buffers[4], dy: buffers[4], into: buffers[5], rows: 19, columns: columns)
                }
            }
        }
    }

    func testSoftmaxIsCloseToSoftmaxInDouble() {
        var numbers = TestNumbers(seed: 3)
        for scale: Float in [1, 30, 1e4] {
            let x = numbers.floats(50, in: -scale...scale)
            var y = x
            ReferenceKernels.softmax(x, into: &y, rows: 1, columns: 50)
            let largest = Double(x.max()!)
            let total = x.reduce(0) { $0 + exp(Double($1) - largest) }
            for (x, y) in zip(x, y) {
                let expected = exp(Double(x) - largest) / total
                // x − largest is rounded, and the exponential magnifies its error by itself.
                let tolerance = 1e-6 + 0x1p-24 * (largest - Double(x))
                XCTAssertEqual(Double(y), expected, accuracy: tolerance * expected + 1e-37)
            }
        }
    }

    func testInfiniteLogitsGiveLimitsOrNaN() {
        for kernels in testedKernels + [ReferenceKernels.self] {
            var y: [Float] = [0, 0, 0]
            kernels.softmax([-.infinity, 0, 0], into: &y, rows: 1, columns: 3)
            XCTAssertEqual(y, [0, 0.5, 0.5], kernels.name)
            for row: [Float] in [[.infinity, 0, 0], [.nan, 0, 0], [-.infinity, -.infinity, -.infinity]] {
                kernels.softmax(row, into: &y, rows: 1, columns: 3)
                XCTAssert(y.contains(where: \.isNaN), "\(kernels.name) \(row)")
            }
        }
    }
}
