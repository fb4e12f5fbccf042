import Networks
import Training
import Workers

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
    func warmUp(steps: Int = 5) throws {
        for _ in 0..<steps { _ = try step() }
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

    /// Takes steps for a while with a recorder listening, one on a whole batch at least.
    ///
    /// - Parameters:
    ///   - before: called before each step.
    ///   - after: called after each step on a whole batch, with its seconds.
    func run(
        seconds: Double, recorder: any SpanRecorder, before: () -> Void, after: (Double) -> Void
    ) throws {
        trainer.team.recorder = recorder
        defer { trainer.team.recorder = nil }
        let end = wallSeconds() + seconds
        var isDone = false
        repeat {
            before()
            let (seconds, rows) = try step()
            if rows == batchSize {
                after(seconds)
                isDone = true
            }
        } while wallSeconds() < end || !isDone
    }

    /// Records where time goes for a while, one step at least.
    ///
    /// Steps slower than a limit are left out, unless all are: the system took a core away in them, and milliseconds of
    /// that would hide where the microseconds of a small step go.
    ///
    /// - Parameter limit: seconds; nil for twice the median of the steps timed before.
    func profile(seconds: Double, limit: Double? = nil) throws -> StepProfile {
        let (network, workers) = (trainer.model.network, trainer.team.workerCount)
        let recorder = PhaseTimes(operations: network.trainingPlan.operations.count, workers: workers)
        var all = StepProfile(network: network, workers: workers)
        var undisturbed = StepProfile(network: network, workers: workers)
        let limit = limit ?? (times.isEmpty ? .infinity : 2 * times.sorted()[times.count / 2])
        trainer.team.recorder = recorder
        defer { trainer.team.recorder = nil }
        let end = wallSeconds() + seconds
        repeat {
            recorder.reset()
            let step = try step()
            all.add(recorder, rows: step.rows, seconds: step.seconds)
            if step.seconds <= limit { undisturbed.add(recorder, rows: step.rows, seconds: step.seconds) }
        } while wallSeconds() < end
        return undisturbed.steps > 0 ? undisturbed : all
    }
}
