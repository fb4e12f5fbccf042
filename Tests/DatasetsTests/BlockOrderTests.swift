import Kernels
import XCTest

@testable import Datasets

final class BlockOrderTests: XCTestCase {
    /// (samples, block, window): ragged last blocks and windows, one of each, and data smaller than a block.
    private let shapes = [
        (0, 4, 8), (1, 4, 8), (4, 4, 8), (5, 4, 8), (8, 4, 8), (9, 4, 8), (100, 7, 21), (103, 10, 30), (64, 1, 16),
        (1000, 1, 1), (1000, 16, 16), (1797, 32, 256), (4097, 64, 1024), (10, 256, 16_384),
    ]

    private func order(_ shape: (Int, Int, Int), seed: UInt64 = 7, epoch: Int = 3) -> SampleOrder {
        SampleOrder(count: shape.0, seed: seed, epoch: epoch, shuffle: .blocks(block: shape.1, window: shape.2))
    }

    private func blocks(_ order: SampleOrder) throws -> BlockOrder {
        guard case .blocks(let blocks) = order.form else { throw XCTSkip("not in blocks") }
        return blocks
    }

    private func copied(_ order: SampleOrder, _ positions: Range<Int>, _ kernels: any KernelTable.Type) -> [Int] {
        var rows = [Int32](repeating: -1, count: positions.count + 2)
        rows.withUnsafeMutableBufferPointer {
            order.copy(positions, to: $0.baseAddress! + 1, kernels: kernels)
        }
        XCTAssertEqual([rows.first, rows.last], [-1, -1], "wrote outside")
        return rows.dropFirst().dropLast().map(Int.init)
    }

    func testEverySampleOccursOnce() {
        for shape in shapes {
            for epoch in 0..<6 {
                let order = order(shape, epoch: epoch)
                XCTAssertEqual((0..<shape.0).map { order[$0] }.sorted(), Array(0..<shape.0), "\(shape)")
            }
        }
    }

    func testPositionsCopiedAtOnceAreThoseOfSingleAccess() {
        for shape in shapes {
            let order = order(shape)
            let expected = (0..<shape.0).map { order[$0] }
            for kernels in availableKernels() {
                XCTAssertEqual(copied(order, 0..<shape.0, kernels), expected, "\(shape) \(kernels.name)")
                for first in [0, 1, shape.0 / 3, shape.0 / 2] where first < shape.0 {
                    let end = min(first + 50, shape.0)
                    XCTAssertEqual(copied(order, first..<end, kernels), Array(expected[first..<end]), "\(shape)")
                }
            }
        }
    }

    func testAWindowHoldsWholeBlocksAndGivesAllTheirSamples() throws {
        for shape in shapes {
            for epoch in 0..<6 {
                let order = order(shape, epoch: epoch)
                let blocks = try blocks(order)
                var next = 0
                for window in 0..<blocks.windowCount {
                    let positions = blocks.positions(in: window)
                    XCTAssertEqual(positions.lowerBound, next)
                    next = positions.upperBound
                    let held = blocks.samples(in: window)
                    XCTAssertLessThanOrEqual(held.count, shape.2 / shape.1)
                    for range in held {
                        XCTAssertEqual(range.lowerBound % shape.1, 0)
                        XCTAssert(range.count == shape.1 || range.upperBound == shape.0)
                    }
                    XCTAssertEqual(positions.map { order[$0] }.sorted(), held.joined().sorted(), "\(shape)")
                    XCTAssert(positions.allSatisfy { blocks.window(at: $0) == window })
                }
                XCTAssertEqual(next, shape.0)
            }
        }
    }

    func testSlotsAreWhereSamplesLieInTheMemoryOfTheirWindows() throws {
        for shape in shapes where shape.0 > 0 {
            let order = order(shape)
            let blocks = try blocks(order)
            let memory = (0..<blocks.windowCount).map { blocks.samples(in: $0).flatMap { Array($0) } }
            var slots = [Int32](repeating: -1, count: shape.0)
            blocks.copySlots(0..<shape.0, to: &slots, kernels: availableKernels()[0]) { $0 * shape.2 }
            for position in 0..<shape.0 {
                let slot = Int(slots[position])
                XCTAssertEqual(memory[slot / shape.2][slot % shape.2], order[position], "\(shape)")
            }
        }
    }

    func testSeedAndEpochDecideTheOrder() {
        func samples(_ seed: UInt64, _ epoch: Int) -> [Int] {
            let order = order((1000, 10, 100), seed: seed, epoch: epoch)
            return (0..<1000).map { order[$0] }
        }
        XCTAssertEqual(samples(1, 0), samples(1, 0))
        XCTAssertNotEqual(samples(1, 0), samples(1, 1))
        XCTAssertNotEqual(samples(1, 0), samples(2, 0))
    }

    func testOrderStaysTheSameFromReleaseToRelease() {
        let order = order((60_000, 256, 16_384), seed: 1, epoch: 2)
        XCTAssertEqual((0..<8).map { order[$0] }, [38190, 7988, 50323, 9502, 27580, 2225, 2228, 7676])
    }

    func testWithoutShuffleSamplesComeAsTheyAreStored() {
        let order = SampleOrder(count: 100, seed: 1, epoch: 4, shuffle: .none)
        XCTAssertEqual(copied(order, 40..<60, availableKernels()[0]), Array(40..<60))
        XCTAssertEqual((0..<100).map { order[$0] }, Array(0..<100))
    }

    func testHugeCountsHaveRandomAccess() {
        let count = 1 << 40
        let order = order((count, 256, 16_384))
        let samples = Set((0..<1000).map { order[$0 * 1_000_003] })
        XCTAssertEqual(samples.count, 1000)
        XCTAssert(samples.allSatisfy { (0..<count).contains($0) })
    }
}
