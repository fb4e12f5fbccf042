import Kernels
import XCTest

final class ReductionsTests: XCTestCase {
    func testColumnSumsEqualTheReference() {
        var numbers = TestNumbers()
        for columns in raggedCounts {
            for rows in [0, 1, 2, 5, 17] {
                let x = numbers.floats(rows * columns)
                let (out, bias) = (numbers.floats(columns), numbers.floats(columns))
                assertEqualsReference("\(rows)x\(columns)", [x, out, out, out, bias]) { kernels, buffers in
                    let starts: [Accumulator] = [.zero, .output, .bias(buffers[4])]
                    for (index, start) in starts.enumerated() {
                        kernels.columnSums(
                            buffers[0], rows: rows, columns: columns, start: start, into: buffers[1 + index])
                    }
                }
            }
        }
    }

    /// How rows are cut into calls must not show: a worker chooses its micro-batch by its cache.
    func testColumnSumsByPartsEqualThoseAtOnce() {
        var numbers = TestNumbers(seed: 2)
        let x = numbers.floats(23 * 19)
        for kernels in testedKernels {
            var (whole, parts) = ([Float](repeating: 0, count: 19), [Float](repeating: 7, count: 19))
            kernels.columnSums(x, rows: 23, columns: 19, start: .zero, into: &whole)
            x.withUnsafeBufferPointer { x in
                kernels.columnSums(x.baseAddress!, rows: 6, columns: 19, start: .zero, into: &parts)
                kernels.columnSums(x.baseAddress! + 6 * 19, rows: 17, columns: 19, start: .output, into: &parts)
            }
            XCTAssertEqual(parts, whole, kernels.name)
        }
    }

    func testSumsEqualTheReference() {
        var numbers = TestNumbers(seed: 3)
        for count in raggedCounts + [1000] {
            let x = numbers.floats(count)
            assertEqualsReference("\(count)", [x, [0, 0]]) { kernels, buffers in
                buffers[1][0] = kernels.sum(buffers[0], count: count)
                buffers[1][1] = kernels.sumOfSquares(buffers[0], count: count)
            }
        }
    }

    func testSumsAreCloseToSumsInDouble() {
        var numbers = TestNumbers(seed: 4)
        let x = numbers.floats(1000)
        let exact = x.reduce(0.0) { $0 + Double($1) }
        let exactSquares = x.reduce(0.0) { $0 + Double($1) * Double($1) }
        XCTAssertEqual(Double(ReferenceKernels.sum(x, count: x.count)), exact, accuracy: 1e-4)
        XCTAssertEqual(
            Double(ReferenceKernels.sumOfSquares(x, count: x.count)), exactSquares, accuracy: 1e-6 * exactSquares)
    }

    func testTheFirstNonFiniteElementIsFound() {
        for kernels in testedKernels + [ReferenceKernels.self] {
            for count in raggedCounts {
                var x = [Float](repeating: .greatestFiniteMagnitude, count: count)
                XCTAssertEqual(kernels.firstNonFinite(x, count: count), count, kernels.name)
                for position in stride(from: count - 1, through: 0, by: -5) {
                    x[position] = [.nan, .infinity, -.infinity][position % 3]
                    XCTAssertEqual(kernels.firstNonFinite(x, count: count), position, "\(kernels.name) \(count)")
                }
            }
        }
    }

    func testTreeSumsEqualTheReference() {
        var numbers = TestNumbers(seed: 5)
        for sourceCount in [1, 2, 3, 4, 5, 6, 7, 8, 11, 13, 16, 31, 64, 65] {
            for count in [0, 1, 16, 37] {
                let sources = (0..<sourceCount).map { _ in numbers.floats(count + 3) }
                assertEqualsReference("\(sourceCount) of \(count)", sources + [numbers.floats(count)]) {
                    kernels, buffers in
                    let pointers = buffers.dropLast().map { UnsafePointer($0) }
                    kernels.treeSum(pointers, sourceCount: sourceCount, offset: 3, count: count, into: buffers.last!)
                }
            }
        }
    }

    /// 1 + (−1) in one pair, tiny ones in the other: any other order loses them or keeps them.
    func testTheTreePairsNeighbors() {
        let sources: [Float] = [0x1p24, 1, -0x1p24, 1, 1]
        // (2²⁴ + 1) → 2²⁴ and (−2²⁴ + 1) exactly; their sum is 1, and the odd one makes 2.
        for kernels in testedKernels + [ReferenceKernels.self] {
            var out: Float = 0
            sources.withUnsafeBufferPointer { sources in
                let pointers = sources.indices.map { sources.baseAddress! + $0 }
                kernels.treeSum(pointers, sourceCount: 5, offset: 0, count: 1, into: &out)
            }
            XCTAssertEqual(out, 2, kernels.name)
        }
    }

    func testATreeSumMayReplaceItsFirstSource() {
        var numbers = TestNumbers(seed: 6)
        let sources = (0..<5).map { _ in numbers.floats(35) }
        assertEqualsReference("in place", sources) { kernels, buffers in
            kernels.treeSum(
                buffers.map { UnsafePointer($0) }, sourceCount: 5, offset: 0, count: 35, into: buffers[0])
        }
    }
}
