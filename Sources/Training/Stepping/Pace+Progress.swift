import Checkpoints
import Optimization

extension Pace {
    /// The pace of a run that has come so far.
    ///
    /// - Parameters:
    ///   - batchSize: from here on.
    ///   - rows: samples of an epoch.
    ///   - epochs: of the whole run.
    init(at progress: Checkpoint.Progress, batchSize: Int, rows: Int, epochs: Int) {
        self.init(
            at: Point(step: progress.step, epoch: progress.epoch, samplesIntoEpoch: progress.samplesIntoEpoch),
            batchSize: batchSize, rows: rows, epochs: epochs,
            after: progress.branches.map {
                (Point(step: $0.step, epoch: $0.epoch, samplesIntoEpoch: $0.samplesIntoEpoch), $0.batchSize)
            })
    }
}
