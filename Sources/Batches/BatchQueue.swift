import Datasets
import Kernels
import Timelines
import Workers

/// The batch of the current step, and the next one in the making.
///
/// What a batch has to know before its shards are computed, the order of its samples and their targets, is found out by
/// one worker while the others update the parameters of the step before. The inputs follow later: each worker gathers
/// and normalizes those of its own rows, right before it needs them and has them in its cache.
///
/// `@unchecked Sendable`: `take` and `announce` are the leader's, between phases. In a phase `run` writes the batch
/// that is not in use, once.
package final class BatchQueue: TeamTask, @unchecked Sendable {
    /// Whose phases this is used in. Changed by the leader, between regions.
    package var team: WorkerTeam
    private let reader: SampleReader
    private let batches: [Batch]
    private var current = 0
    /// What `run` is to prepare.
    private var announced: (positions: Range<Int>, order: SampleOrder)?
    /// The positions that the batch not in use holds, of the announced order.
    private var prepared: Range<Int>?

    package init(team: WorkerTeam, reader: SampleReader, makeBatch: () -> Batch) {
        self.team = team
        self.reader = reader
        batches = [makeBatch(), makeBatch()]
    }

    /// Has what loading threads do drawn on a timeline, or on none any more.
    package func record(on timeline: Timeline?) { reader.record(on: timeline) }

    /// The batch of the samples at `positions` of an epoch's order, prepared now unless it was announced and has been.
    /// Waits for inputs that are still being read.
    ///
    /// - Throws: what reading them meets with.
    package func take(_ positions: Range<Int>, of order: SampleOrder) throws -> Batch {
        var timer = SpanTimer(team.recorder, worker: 0)
        try reader.acquire(positions, of: order)
        timer.finish(.data)
        let isPrepared = prepared == positions && announced?.order == order
        (prepared, announced) = (nil, nil)
        current = 1 - current
        if !isPrepared { fill(batches[current], positions, order, worker: 0) }
        return batches[current]
    }

    /// Says which samples the next step will take.
    package func announce(_ positions: Range<Int>, of order: SampleOrder) {
        announced = positions.isEmpty ? nil : (positions, order)
    }

    /// Prepares what was announced.
    package func run(item: Int, worker: Int) {
        guard let (positions, order) = announced else { return }
        fill(batches[1 - current], positions, order, worker: worker)
        batches[1 - current].prefetchInputs()
        prepared = positions
    }

    private func fill(_ batch: Batch, _ positions: Range<Int>, _ order: SampleOrder, worker: Int) {
        var timer = SpanTimer(team.recorder, worker: worker)
        batch.fill(positions, of: order)
        timer.finish(.data)
    }
}
