import Kernels
import XCTest

final class MetricsTests: XCTestCase {
    func testArgmaxIsTheFirstOfTheLargest() {
        let cases: [([Float], Int32)] = [
            ([3], 0), ([1, 3, 2, 3], 1), ([-5, -4], 1), ([.nan, 1, 2], 2), ([2, .nan, 1], 0), ([.nan, .nan], 0),
            ([-.infinity, -.infinity], 0), ([0, -0.0, 0], 0), ([1, .infinity, .infinity], 1),
            (Array(repeating: 7, count: 40), 0),
            ((0..<40).map { $0 % 20 == 17 ? 9 : 0 }, 17), ((0..<40).map { $0 == 33 || $0 == 35 ? 9 : 0 }, 33),
        ]
        for kernels in testedKernels + [ReferenceKernels.self] {
            for (row, expected) in cases {
                var out: Int32 = -1
                kernels.argmax(row, rows: 1, columns: row.count, into: &out)
                XCTAssertEqual(out, expected, "\(kernels.name) \(row)")
            }
        }
    }

    func testRanksCountTheColumnsAboveTheLabel() {
        let cases: [([Float], Int32, Int32)] = [
            ([3, 1, 2], 0, 0), ([3, 1, 2], 1, 2), ([3, 1, 2], 2, 1), ([2, 2, 2], 0, 0), ([2, 2, 2], 2, 2),
            ([.nan, 1], 1, 1), ([.nan, 1], 0, 1), ([1, .nan], 0, 1), ([-.infinity, -.infinity], 0, 0),
            ([1, 2], 2, 2), ([1, 2], -1, 2),
            ((0..<40).map(Float.init), 30, 9),
        ]
        for kernels in testedKernels + [ReferenceKernels.self] {
            for (row, label, expected) in cases {
                var out: Int32 = -1
                kernels.labelRanks(row, labels: [label], rows: 1, columns: row.count, into: &out)
                XCTAssertEqual(out, expected, "\(kernels.name) \(row) \(label)")
            }
        }
    }

    func testManyRowsEqualTheReference() {
        var numbers = TestNumbers()
        for columns in raggedCounts where columns > 0 {
            // A few values only, so that equal ones abound.
            let x = numbers.integers(20 * columns, below: 6).map(Float.init)
            let labels = numbers.integers(20, below: columns)
            let expected = ranksAndMaxima(ReferenceKernels.self, x, labels, columns)
            for kernels in testedKernels {
                XCTAssertEqual(ranksAndMaxima(kernels, x, labels, columns), expected, "\(kernels.name) \(columns)")
            }
        }
    }

    private func ranksAndMaxima(
        _ kernels: any KernelTable.Type, _ x: [Float], _ labels: [Int32], _ columns: Int
    ) -> [Int32] {
        var out = [Int32](repeating: -1, count: 42)
        kernels.argmax(x, rows: 20, columns: columns, into: &out)
        out.withUnsafeMutableBufferPointer {
            kernels.labelRanks(x, labels: labels, rows: 20, columns: columns, into: $0.baseAddress! + 21)
        }
        XCTAssertEqual(out[20], -1)
        XCTAssertEqual(out[41], -1)
        return out
    }
}
