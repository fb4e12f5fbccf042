import Kernels
import XCTest

@testable import Datasets

final class SampleOrderTests: XCTestCase {
    func testOrderIsAPermutationForEveryKindOfCount() {
        for count in Array(0...70) + [97, 101, 127, 128, 129, 255, 256, 257, 1009, 1797, 4095, 4096, 4097, 60_000] {
            let order = SampleOrder(count: count, seed: 7, epoch: 3)
            var seen = [Bool](repeating: false, count: count)
            for position in 0..<count {
                let sample = order[position]
                XCTAssert((0..<count).contains(sample), "\(sample) of \(count)")
                XCTAssertFalse(seen[sample], "\(sample) of \(count) occurs twice")
                seen[sample] = true
            }
        }
    }

    func testOrderIsAFunctionOfSeedAndEpoch() {
        func order(_ seed: UInt64, _ epoch: Int) -> [Int] {
            let order = SampleOrder(count: 1000, seed: seed, epoch: epoch)
            return (0..<1000).map { order[$0] }
        }
        XCTAssertEqual(order(1, 0), order(1, 0))
        XCTAssertNotEqual(order(1, 0), order(1, 1))
        XCTAssertNotEqual(order(1, 0), order(2, 0))
        XCTAssertNotEqual(order(1, 0), order(1 << 32 | 1, 0), "the high half of the seed counts")
    }

    func testOrderStaysTheSameFromReleaseToRelease() {
        let order = SampleOrder(count: 60_000, seed: 1, epoch: 2)
        XCTAssertEqual(SampleOrder.version, 1, "a resume replays the order: a change of it is a new version")
        XCTAssertEqual((0..<8).map { order[$0] }, [33629, 42464, 26115, 29172, 35684, 26117, 5124, 31275])
    }

    func testEverySampleIsEquallyLikelyAtEveryPosition() {
        // 7! orders of seven samples would need many epochs; the position of each sample over 7,000 epochs is enough
        // to see a bias: 1,000 expected in each of 49 cells, 5.5 standard deviations (29.3 each) allowed.
        var cells = [[Int]](repeating: [Int](repeating: 0, count: 7), count: 7)
        for epoch in 0..<7000 {
            let order = SampleOrder(count: 7, seed: 11, epoch: epoch)
            for position in 0..<7 { cells[position][order[position]] += 1 }
        }
        for cell in cells.joined() { XCTAssertEqual(Double(cell), 1000, accuracy: 160) }
    }

    func testNeighborsInTheFileDoNotStayNeighbors() {
        let order = SampleOrder(count: 10_000, seed: 5, epoch: 0)
        let samples = (0..<10_000).map { order[$0] }
        let neighbors = zip(samples, samples.dropFirst()).count { abs($0 - $1) == 1 }
        XCTAssertLessThan(neighbors, 15, "2 are expected of a random order")
        // Correlation of position and sample: 0 ± 0.01 for a random order.
        let mean = 4999.5
        let covariance = samples.enumerated().reduce(0.0) {
            $0 + (Double($1.offset) - mean) * (Double($1.element) - mean)
        }
        XCTAssertEqual(covariance / (1e12 / 12), 0, accuracy: 0.05)
    }

    func testCopyWritesTheSamplesOfPositions() {
        let order = SampleOrder(count: 100, seed: 1, epoch: 0)
        var rows = [Int32](repeating: -1, count: 12)
        rows.withUnsafeMutableBufferPointer {
            order.copy(40..<50, to: $0.baseAddress! + 1, kernels: availableKernels()[0])
        }
        XCTAssertEqual(rows, [-1] + (40..<50).map { Int32(order[$0]) } + [-1])
    }

    func testSplitSeedGivesAnotherOrderThanEpochs() {
        let split = SampleOrder(count: 1000, splitSeed: 1)
        let epoch = SampleOrder(count: 1000, seed: 1, epoch: 0)
        XCTAssertNotEqual((0..<1000).map { split[$0] }, (0..<1000).map { epoch[$0] })
    }

    func testHugeCountsHaveRandomAccess() {
        let count = 1 << 40
        let order = SampleOrder(count: count, seed: 1, epoch: 0)
        let samples = Set((0..<1000).map { order[$0 * 1_000_003] })
        XCTAssertEqual(samples.count, 1000)
        XCTAssert(samples.allSatisfy { (0..<count).contains($0) })
    }
}
