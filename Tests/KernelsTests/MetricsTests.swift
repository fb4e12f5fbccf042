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
        for columns in Set(raggedCounts + fewColumns) where columns > 0 {
            for rows in [20] + fewRows {
                // A few values only, so that equal ones abound, and one in eight of the labels outside.
                let values: [Float] = [0, 1, 2, 3, 4, -0.0, -.infinity, .nan]
                let x = numbers.integers(rows * columns, below: columns % 2 == 0 ? 6 : 8).map { values[Int($0)] }
                let labels = numbers.integers(rows, below: columns).map { numbers.word() % 8 == 0 ? ~$0 : $0 }
                let expected = ranksAndMaxima(ReferenceKernels.self, x, labels, rows, columns)
                for kernels in testedKernels {
                    XCTAssertEqual(
                        ranksAndMaxima(kernels, x, labels, rows, columns), expected,
                        "\(kernels.name) \(rows) × \(columns)")
                }
            }
        }
    }

    private func ranksAndMaxima(
        _ kernels: any KernelTable.Type, _ x: [Float], _ labels: [Int32], _ rows: Int, _ columns: Int
    ) -> [Int32] {
        var out = [Int32](repeating: -1, count: 2 * rows + 2)
        kernels.argmax(x, rows: rows, columns: columns, into: &out)
        out.withUnsafeMutableBufferPointer {
            kernels.labelRanks(
                x, labels: labels, rows: rows, columns: columns, into: $0.baseAddress! + rows + 1)
        }
        XCTAssertEqual(out[rows], -1)
        XCTAssertEqual(out[2 * rows + 1], -1)
        return out
    }
}
