import Kernels
import XCTest

final class PermuteTests: XCTestCase {
    func testPermutedPositionsEqualTheReferenceForEveryKindOfCount() {
        let counts = Array(0...70) + [97, 127, 128, 129, 255, 256, 257, 1009, 1797, 4095, 4096, 4097]
        for count in counts {
            assertEqualsReference(RandomPermutation(count: count, key: .max / 7 &* 3, epoch: 5), 0..<count)
        }
    }

    func testPermutedPositionsEqualTheReferenceWhereverTheyBegin() {
        for count in [10, 100, 1797, 60_000, 1 << 20, Int(Int32.max) - 1, Int(Int32.max)] {
            let permutation = RandomPermutation(count: count, key: 0x0123_4567_89AB_CDEF, epoch: .max)
            for first in [0, 1, 3, count / 3, count / 2 + 1, count - 1] {
                for length in [0, 1, 2, 7, 15, 16, 17, 33, 100] where first + length <= count {
                    assertEqualsReference(permutation, first..<first + length)
                }
            }
            assertEqualsReference(permutation, max(0, count - 100)..<count)
        }
    }

    func testAllPositionsGiveEveryElementOnce() {
        let permutation = RandomPermutation(count: 10_007, key: 3, epoch: 0)
        for kernels in testedKernels {
            let elements = permuted(kernels, permutation, 0..<10_007)
            XCTAssertEqual(elements.sorted(), (0..<10_007).map(Int32.init), kernels.name)
        }
    }

    private func assertEqualsReference(_ permutation: RandomPermutation, _ positions: Range<Int>, line: UInt = #line) {
        let expected = permuted(ReferenceKernels.self, permutation, positions)
        for kernels in testedKernels {
            XCTAssertEqual(
                permuted(kernels, permutation, positions), expected,
                "\(kernels.name): \(positions) of \(permutation.count)", line: line)
        }
    }

    private func permuted(
        _ kernels: any KernelTable.Type, _ permutation: RandomPermutation, _ positions: Range<Int>
    ) -> [Int32] {
        var out = [Int32](repeating: -1, count: positions.count + 2)
        out.withUnsafeMutableBufferPointer {
            kernels.permute(
                permutation, first: positions.lowerBound, count: positions.count, into: $0.baseAddress! + 1)
        }
        XCTAssertEqual([out.first, out.last], [-1, -1], "\(kernels.name): wrote outside \(positions)")
        return Array(out.dropFirst().dropLast())
    }
}
