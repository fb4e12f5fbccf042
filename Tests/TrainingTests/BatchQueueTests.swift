import Lockstep
import XCTest

@testable import Training

final class BatchQueueTests: XCTestCase {
    private let kernels = availableKernels()[0]

    private func table() throws -> SampleTable {
        try Dataset.load(.synthetic(inputs: [3], classes: 7, samples: 50), relativeTo: nil).table(.train)
    }

    private func makeBatch(_ table: SampleTable) -> Batch {
        Batch(table: table, capacity: 10, usesLabels: true, width: 7, kernels: kernels)
    }

    private func content(_ batch: Batch) -> ([Int32], [Float]) {
        guard case .labels(let labels) = batch.targets else { return ([], []) }
        var inputs = [Float](repeating: 0, count: batch.rows * 3)
        batch.load(rows: 0..<batch.rows, into: &inputs)
        return (Array(UnsafeBufferPointer(start: labels, count: batch.rows)), inputs)
    }

    private func assertTakes(
        _ queue: BatchQueue, _ positions: Range<Int>, of order: SampleOrder, _ table: SampleTable,
        line: UInt = #line
    ) {
        let expected = makeBatch(table)
        expected.fill(positions, of: order)
        let (labels, inputs) = content(queue.take(positions, of: order))
        XCTAssertEqual(labels, content(expected).0, line: line)
        XCTAssertEqual(inputs, content(expected).1, line: line)
    }

    func testABatchPreparedAheadIsTheOneThatWouldBePreparedNow() throws {
        let table = try table()
        let order = SampleOrder(count: 50, seed: 3, epoch: 0)
        let queue = BatchQueue(team: WorkerTeam(workerCount: 1)) { makeBatch(table) }
        assertTakes(queue, 0..<10, of: order, table)
        for first in [10, 20, 30] {
            queue.announce(first..<first + 10, of: order)
            queue.run(item: 0, worker: 0)
            assertTakes(queue, first..<first + 10, of: order, table)
        }
        // Announced and never prepared.
        queue.announce(40..<50, of: order)
        assertTakes(queue, 40..<50, of: order, table)
    }

    func testABatchPreparedForOtherSamplesIsNotUsed() throws {
        let table = try table()
        let (order, next) = (SampleOrder(count: 50, seed: 3, epoch: 0), SampleOrder(count: 50, seed: 3, epoch: 1))
        let queue = BatchQueue(team: WorkerTeam(workerCount: 1)) { makeBatch(table) }
        queue.announce(10..<20, of: order)
        queue.run(item: 0, worker: 0)
        assertTakes(queue, 20..<27, of: order, table)
        queue.announce(10..<20, of: order)
        queue.run(item: 0, worker: 0)
        assertTakes(queue, 10..<20, of: next, table)
        // What was prepared once does not count again.
        assertTakes(queue, 10..<20, of: order, table)
    }

    func testTheEndOfAnEpochAnnouncesNothing() throws {
        let table = try table()
        let order = SampleOrder(count: 50, seed: 3, epoch: 0)
        let queue = BatchQueue(team: WorkerTeam(workerCount: 1)) { makeBatch(table) }
        assertTakes(queue, 40..<50, of: order, table)
        queue.announce(50..<50, of: order)
        queue.run(item: 0, worker: 0)
        assertTakes(queue, 0..<10, of: order, table)
    }
}
