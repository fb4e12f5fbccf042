import Foundation
import Kernels
import Synchronization
import XCTest

@testable import Datasets

/// Rows of which each holds its number, from a source that can be slow, fail, or be watched.
private final class NumberedRows: RowSource {
    let features = 3
    let storesBytes = false
    let chunkRows: Int
    let readerBytes = 0
    let reads = Atomic<Int>(0)
    let failingRow: Int?
    let delay: UInt32

    init(chunkRows: Int = 4, failingRow: Int? = nil, delay: UInt32 = 0) {
        self.chunkRows = chunkRows
        self.failingRow = failingRow
        self.delay = delay
    }

    func makeReader() -> any RowReader { Reader(source: self) }
    func checkUnchanged() throws {}

    private final class Reader: RowReader {
        let source: NumberedRows
        init(source: NumberedRows) { self.source = source }

        func read(_ rows: Range<Int>, into memory: UnsafeMutableRawPointer) throws {
            source.reads.add(rows.count, ordering: .relaxed)
            if source.delay > 0 { usleep(source.delay) }
            if let row = source.failingRow, rows.contains(row) {
                throw DatasetError(.unreadable, file: "numbers", object: "x", found: "row \(row)")
            }
            let values = memory.bindMemory(to: Float.self, capacity: rows.count * source.features)
            for (index, row) in rows.enumerated() {
                for feature in 0..<source.features { values[index * source.features + feature] = Float(row) }
            }
        }
    }
}

final class RowStreamTests: XCTestCase {
    private let kernels = availableKernels()[0]

    /// The first numbers of the samples at positions, as a batch would gather them.
    private func gathered(_ stream: RowStream, _ positions: Range<Int>, of order: SampleOrder) throws -> [Int] {
        try stream.acquire(stream.plan.windows(of: positions, in: order))
        var locations = [Int32](repeating: -1, count: positions.count)
        stream.plan.copySlots(positions, of: order, to: &locations, kernels: kernels, base: stream.firstSlot)
        var batch = [Float](repeating: .nan, count: positions.count * 3)
        stream.rows(from: 0).gather(
            locations, count: positions.count, .identity(features: 3), into: &batch, kernels: kernels)
        XCTAssertEqual(batch, batch.indices.map { batch[$0 / 3 * 3] }, "rows must be whole")
        return stride(from: 0, to: batch.count, by: 3).map { Int(batch[$0]) }
    }

    /// Visits epochs in batches, and compares with the order itself.
    private func assertVisits(
        _ stream: RowStream, _ shuffle: Shuffle, count: Int, rows: [Int32]? = nil, batch: Int,
        epochs: Range<Int> = 0..<3, from start: Int = 0, line: UInt = #line
    ) throws {
        for epoch in epochs {
            let order = SampleOrder(count: count, seed: 5, epoch: epoch, shuffle: shuffle)
            for first in stride(from: epoch == epochs.lowerBound ? start : 0, to: count, by: batch) {
                let positions = first..<min(first + batch, count)
                let expected = positions.map { position in rows.map { Int($0[order[position]]) } ?? order[position] }
                XCTAssertEqual(try gathered(stream, positions, of: order), expected, line: line)
            }
        }
    }

    func testBlocksArriveWhateverTheBatchTheMemoryAndTheThreads() throws {
        for (count, block, window) in [(103, 4, 16), (64, 8, 8), (5, 8, 16), (1000, 16, 128)] {
            let plan = WindowPlan(count: count, block: block, window: window, seed: 5)
            for batch in [1, 7, 16, 40] {
                let least = max(2, plan.windowsTouched(by: min(batch, count)))
                for (ring, threads) in [(least, 1), (least, 7), (least + 3, 2)] {
                    let stream = RowStream(NumberedRows(), rows: nil, plan: plan, ring: ring, threads: threads)
                    try assertVisits(stream, .blocks(block: block, window: window), count: count, batch: batch)
                }
            }
        }
    }

    func testTheOrderOfTheFileArrivesEpochAfterEpoch() throws {
        for threads in [1, 5] {
            let plan = WindowPlan(inFileOrder: 103, unit: 8)
            let stream = RowStream(NumberedRows(), rows: nil, plan: plan, ring: 4, threads: threads)
            try assertVisits(stream, .none, count: 103, batch: 10)
        }
    }

    func testSamplesThatAreSomeOfTheRowsArrive() throws {
        var rows: [Int32] = []
        for row in 0..<1000 where row % 10 != 3 && row % 7 != 0 { rows.append(Int32(row)) }
        for shuffle in [Shuffle.none, .blocks(block: 16, window: 64)] {
            for chunk in [1, 16, 300] {
                let plan =
                    shuffle == .none
                    ? WindowPlan(inFileOrder: rows.count, unit: 50)
                    : WindowPlan(count: rows.count, block: 16, window: 64, seed: 5)
                let stream = RowStream(NumberedRows(chunkRows: chunk), rows: rows, plan: plan, ring: 3, threads: 3)
                try assertVisits(stream, shuffle, count: rows.count, rows: rows, batch: 32)
            }
        }
    }

    func testAStreamBeginsAnywhereAndGoesBack() throws {
        let plan = WindowPlan(count: 1000, block: 16, window: 64, seed: 5)
        let stream = RowStream(NumberedRows(delay: 200), rows: nil, plan: plan, ring: 3, threads: 2)
        let shuffle = Shuffle.blocks(block: 16, window: 64)
        try assertVisits(stream, shuffle, count: 1000, batch: 50, epochs: 7..<8, from: 500)
        try assertVisits(stream, shuffle, count: 1000, batch: 50, epochs: 0..<1)
    }

    func testNoMoreIsReadThanThereIsMemoryFor() throws {
        let source = NumberedRows()
        let plan = WindowPlan(inFileOrder: 10_000, unit: 10)
        let stream = RowStream(source, rows: nil, plan: plan, ring: 3, threads: 2)
        try stream.acquire(0...0)
        usleep(20_000)
        XCTAssertLessThanOrEqual(source.reads.load(ordering: .relaxed), 30)
        try stream.acquire(1...2)
        usleep(20_000)
        XCTAssertLessThanOrEqual(source.reads.load(ordering: .relaxed), 40)
    }

    func testWhatFailsOnALoadingThreadIsThrownWhereItIsNeeded() throws {
        let plan = WindowPlan(inFileOrder: 1000, unit: 10)
        let stream = RowStream(NumberedRows(failingRow: 57), rows: nil, plan: plan, ring: 2, threads: 2)
        let order = SampleOrder(count: 1000, seed: 0, epoch: 0, shuffle: .none)
        assertRefused(.unreadable, "numbers: x: row 57") {
            for first in stride(from: 0, to: 1000, by: 10) { _ = try gathered(stream, first..<first + 10, of: order) }
        }
    }

    func testAStreamThatIsDroppedEndsItsThreads() throws {
        let source = NumberedRows(delay: 500)
        for _ in 0..<20 {
            let plan = WindowPlan(inFileOrder: 100_000, unit: 10)
            _ = RowStream(source, rows: nil, plan: plan, ring: 100, threads: 4)
        }
        let reads = source.reads.load(ordering: .relaxed)
        usleep(20_000)
        XCTAssertEqual(source.reads.load(ordering: .relaxed), reads)
    }

    /// Every run of positions in every epoch, against windows counted one by one.
    func testNoRunOfPositionsTouchesMoreWindowsThanItIsSaidTo() {
        for (count, block, window) in [
            (1257, 64, 64), (100, 10, 20), (101, 10, 20), (109, 10, 10), (7, 3, 3), (25, 8, 16), (5, 8, 16), (64, 1, 4),
        ] {
            let plan = WindowPlan(count: count, block: block, window: window, seed: 5)
            let lengths = [1, 2, 3, block - 1, block, block + 1, window, window + 1, 2 * window - 1, 2 * window, 60]
            for length in Set(lengths) where (1...count).contains(length) {
                var most = 0
                for epoch in 0..<40 {
                    let order = SampleOrder(
                        count: count, seed: 5, epoch: epoch, shuffle: .blocks(block: block, window: window))
                    for first in 0...count - length {
                        let touched = plan.windows(of: first..<first + length, in: order).count
                        most = max(most, touched)
                    }
                }
                XCTAssertEqual(
                    plan.windowsTouched(by: length), most,
                    "\(length) of \(count), blocks of \(block), windows of \(window)")
            }
        }
    }
}
