import Checkpoints
import Datasets
import Foundation
import Training

/// What was measured. Times in seconds, medians over rounds.
struct CheckpointMeasurement: Encodable {
    let parameters: Int
    let batch: Int
    let every: Int
    let checkpointBytes: Int
    /// A step's time in an interval with a checkpoint over one without, less 1.
    let cost: Double
    let costQuartiles: [Double]
    let step: Double
    /// Until a run ends that is told to right after a step, and right after it has begun a checkpoint: the worst.
    let end: Double
    /// Reading the file's bytes, and making a run of them that can take its next step.
    let read: Double
    let resume: Double

    init(_ command: CheckpointBenchmarkCommand, in place: String) throws {
        (batch, every) = (command.batch, command.every)
        func newRun(_ name: String, _ every: Int?) throws -> TrainingRun {
            try TrainingRun(
                command.configuration(checkpointEvery: every), directory: "\(place)/\(name)",
                workers: .exactly(command.workers))
        }
        let with = try newRun("with", command.every)
        let without = try newRun("without", nil)
        parameters = with.trainer.model.network.layout.elementCount
        // Both to a step from which intervals count, with warm caches.
        var step = command.every
        for run in [with, without] { _ = try run.train(steps: step) }
        var (costs, steps): ([Double], [Double]) = ([], [])
        for round in 0..<command.rounds {
            var times: [Bool: Double] = [:]
            for (run, hasCheckpoints) in round.isMultiple(of: 2)
                ? [(with, true), (without, false)] : [(without, false), (with, true)]
            {
                times[hasCheckpoints] = try interval(run, after: step, every: command.every)
            }
            step += 4 * command.every
            costs.append(times[true]! / times[false]! - 1)
            steps.append(times[false]! / Double(3 * command.every))
        }
        costs.sort()
        cost = median(costs)
        costQuartiles = [costs[costs.count / 4], costs[costs.count * 3 / 4]]
        self.step = median(steps)

        var ends: [Double] = []
        for _ in 0..<command.rounds {
            ends.append(try timeToEnd(with, after: step + 3))
            step += command.every
            ends.append(try timeToEnd(with, after: step))
        }
        end = ends.max()!

        let path = CheckpointStore(directory: with.directory.checkpointsPath).path(step: with.trainer.progress.step)
        let clock = ContinuousClock()
        var (reads, resumes): ([Double], [Double]) = ([], [])
        var bytes = 0
        for _ in 0..<command.rounds {
            reads.append(
                try clock.measure { bytes = try Data(contentsOf: URL(fileURLWithPath: path)).count } / .seconds(1))
            resumes.append(
                try clock.measure {
                    _ = try TrainingRun(resuming: with.directory.path, workers: .exactly(command.workers))
                } / .seconds(1))
        }
        (checkpointBytes, read, resume) = (bytes, median(reads), median(resumes))
    }

    var text: String {
        func percent(_ share: Double) -> String { String(format: "%+.1f%%", share * 100) }
        return """
            \(parameters) parameters, batches of \(batch), a checkpoint of \(checkpointBytes >> 20) MiB every \(every) steps
              a step without     \(String(format: "%.0f ms", step * 1000))
              checkpoints cost   \(percent(cost)) of it (quartiles \(percent(costQuartiles[0])) and \(percent(costQuartiles[1])))
              told to end, ends  within \(String(format: "%.2f s", end)), at worst
              resumes            in \(String(format: "%.2f s", resume)), of which reading the bytes takes \(String(format: "%.2f s", read))
            """
    }
}

/// Seconds of three intervals between checkpoints, from the middle of one to the middle of another.
private func interval(_ run: TrainingRun, after step: Int, every: Int) throws -> Double {
    let first = step + every / 2
    let watch = Watch()
    watch.begins = first
    watch.ends = first + 3 * every
    _ = try run.train(steps: step + 4 * every, observer: watch)
    return watch.seconds
}

/// Seconds from a step, after which a run is told to end, until it has.
private func timeToEnd(_ run: TrainingRun, after step: Int) throws -> Double {
    let watch = Watch()
    watch.begins = step
    _ = try run.train(observer: watch) { watch.hasBegun }
    return (ContinuousClock.now - watch.started) / .seconds(1)
}

private func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

/// Takes the time between two steps.
private final class Watch: TrainingObserver {
    var begins = 0
    var ends = Int.max
    var started = ContinuousClock.now
    var hasBegun = false
    var seconds = 0.0

    func stepFinished(_ report: StepReport) {
        if report.step == begins {
            started = .now
            hasBegun = true
        }
        if report.step == ends { seconds = (ContinuousClock.now - started) / .seconds(1) }
    }
}
