import Batches
import Datasets
import Kernels
import Workers
import XCTest

@testable import Training

final class BatchQueueTests: XCTestCase {
    private let kernels = availableKernels()[0]

    private func table() throws -> SampleTable {
        try Dataset.load(.synthetic(inputs: [3], classes: 7, samples: 50), relativeTo: nil).table(.train)
    }

    private func makeReader(_ table: SampleTable) throws -> SampleReader {
        try SampleReader(table, shuffle: .full, seed: 3, batchSize: 10)
    }

    private func makeBatch(_ reader: SampleReader) -> Batch {
        Batch(reader: reader, capacity: 10, usesLabels: true, width: 7, kernels: kernels)
    }

    private func content(_ batch: Batch) -> ([Int32], [Float]) {
        guard case .labels(let labels) = batch.targets else { return ([], []) }
        var inputs = [Float](repeating: 0, count: batch.rows * 3)
        batch.load(rows: 0..<batch.rows, into: &inputs, worker: 0)
        return (Array(UnsafeBufferPointer(start: labels, count: batch.rows)), inputs)
    }

    private func assertTakes(
        _ queue: BatchQueue, _ positions: Range<Int>, of order: SampleOrder, _ reader: SampleReader,
        line: UInt = #line
    ) throws {
        let expected = makeBatch(reader)
        expected.fill(positions, of: order)
        let (labels, inputs) = content(try queue.take(positions, of: order))
        XCTAssertEqual(labels, content(expected).0, line: line)
        XCTAssertEqual(inputs, content(expected).1, line: line)
    }

    func testABatchPreparedAheadIsTheOneThatWouldBePreparedNow() throws {
        let reader = try makeReader(table())
        let order = SampleOrder(count: 50, seed: 3, epoch: 0)
        let queue = BatchQueue(team: WorkerTeam(workerCount: 1), reader: reader) { makeBatch(reader) }
        try assertTakes(queue, 0..<10, of: order, reader)
        for first in [10, 20, 30] {
            queue.announce(first..<first + 10, of: order)
            queue.run(item: 0, worker: 0)
            try assertTakes(queue, first..<first + 10, of: order, reader)
        }
        // Announced and never prepared.
        queue.announce(40..<50, of: order)
        try assertTakes(queue, 40..<50, of: order, reader)
    }

    func testABatchPreparedForOtherSamplesIsNotUsed() throws {
        let reader = try makeReader(table())
        let (order, next) = (SampleOrder(count: 50, seed: 3, epoch: 0), SampleOrder(count: 50, seed: 3, epoch: 1))
        let queue = BatchQueue(team: WorkerTeam(workerCount: 1), reader: reader) { makeBatch(reader) }
        queue.announce(10..<20, of: order)
        queue.run(item: 0, worker: 0)
        try assertTakes(queue, 20..<27, of: order, reader)
        queue.announce(10..<20, of: order)
        queue.run(item: 0, worker: 0)
        try assertTakes(queue, 10..<20, of: next, reader)
        // What was prepared once does not count again.
        try assertTakes(queue, 10..<20, of: order, reader)
    }

    func testTheEndOfAnEpochAnnouncesNothing() throws {
        let reader = try makeReader(table())
        let order = SampleOrder(count: 50, seed: 3, epoch: 0)
        let queue = BatchQueue(team: WorkerTeam(workerCount: 1), reader: reader) { makeBatch(reader) }
        try assertTakes(queue, 40..<50, of: order, reader)
        queue.announce(50..<50, of: order)
        queue.run(item: 0, worker: 0)
        try assertTakes(queue, 0..<10, of: order, reader)
    }
}
