import Networks
import Parallel
import Training

/// Takes steps of a trainer, over epochs without end, and times them. In a region of the trainer's team.
final class StepTimer {
    /// Seconds of each step on a whole batch.
    private(set) var times: [Double] = []
    /// Rows of a whole batch.
    let batchSize: Int
    private let trainer: Trainer

    init(_ trainer: Trainer) {
        self.trainer = trainer
        batchSize = min(trainer.configuration.batchSize, trainer.dataset[.train]!.count)
    }

    /// Takes a step, and says how long it took, without what ends an epoch.
    private func step() throws -> (seconds: Double, rows: Int) {
        let start = wallSeconds()
        let report = try trainer.step()
        let end = wallSeconds()
        if trainer.isEpochComplete { trainer.beginNextEpoch() }
        return (end - start, report.rows)
    }

    /// Touches all memory, and lets the processor find its clock.
    func warmUp() throws {
        for _ in 0..<5 { _ = try step() }
    }

    /// Times steps for a while, one on a whole batch at least.
    func run(seconds: Double) throws {
        let end = wallSeconds() + seconds
        let count = times.count
        repeat {
            let (seconds, rows) = try step()
            if rows == batchSize { times.append(seconds) }
        } while wallSeconds() < end || times.count == count
    }

    /// Records where time goes for a while, one step at least.
    func profile(seconds: Double) throws -> StepProfile {
        let network = trainer.model.network
        let recorder = StageTimes(
            operations: network.trainingPlan.operations.count, workers: trainer.team.workerCount)
        trainer.team.recorder = recorder
        defer { trainer.team.recorder = nil }
        let end = wallSeconds() + seconds
        var (steps, rows, duration) = (0, 0, 0.0)
        repeat {
            let step = try step()
            steps += 1
            rows += step.rows
            duration += step.seconds
        } while wallSeconds() < end
        return StepProfile(
            network: network, times: recorder, workers: trainer.team.workerCount, steps: steps, rows: rows,
            duration: duration)
    }
}
