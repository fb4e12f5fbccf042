import Checkpoints
import Foundation
import Networks
import Optimization
import RunSupport
import TestSupport
import XCTest

@testable import Training

/// What a run takes over from a checkpoint, and what it leaves behind of itself.
final class RunProgressTests: RunTestCase {
    private func configuration() -> Configuration {
        Configuration(
            dataset: .synthetic(inputs: [12], classes: 3, samples: 90, validation: 30, test: 30),
            network: Network {
                Linear(16)
                ReLU()
                Linear(3)
            },
            optimizer: .adam(.init(learningRate: 0.01)), batchSize: 20, shards: 3, epochs: 4, seed: 3)
    }

    private func newRun(
        _ configuration: Configuration, _ name: String = "run", from origin: TrainingRun.Origin? = nil
    ) throws -> TrainingRun {
        try TrainingRun(configuration, from: origin, directory: path(name), workers: .exactly(2))
    }

    func testACursorBeyondTheDataIsRefused() throws {
        let run = try newRun(configuration())
        var checkpoint = try run.trainer.checkpoint()
        for (step, samples) in [(5, 91), (0, 90)] {
            (checkpoint.progress.step, checkpoint.progress.samplesIntoEpoch) = (step, samples)
            try checkpoint.write(to: path("wrong.h5"), replacing: true)
            XCTAssertThrowsError(try newRun(configuration(), "next", from: .branch(checkpoint: path("wrong.h5")))) {
                XCTAssertTrue("\($0)".contains("step \(step) ended \(samples) samples into an epoch"), "\($0)")
            }
        }
    }

    func testStepsOfTheLongestRunsCanBeAdded() throws {
        var configuration = configuration()
        configuration.epochs = 1 << 30
        let run = try newRun(configuration)
        var checkpoint = try run.trainer.checkpoint()
        checkpoint.progress.step = Checkpoint.Progress.mostSteps
        try checkpoint.write(to: path("late.h5"))
        let next = try newRun(configuration, "next", from: .branch(checkpoint: path("late.h5")))
        XCTAssertEqual(next.trainer.totalSteps, 1 << 60 + 5 * 1 << 30)
    }

    func testAMetricThatIsNoNumberIsNeverTheBest() {
        var progress = Checkpoint.Progress()
        for bad in [Double.nan, .infinity, -.infinity] {
            XCTAssertFalse(progress.note(bad, sign: -1, minimumImprovement: 0))
        }
        XCTAssertNil(progress.bestMetric)
        XCTAssertNil(progress.bestEpoch)
        XCTAssertEqual(progress.epochsWithoutImprovement, 3)
        XCTAssertTrue(progress.note(2, sign: -1, minimumImprovement: 0.5))
        XCTAssertEqual(progress.epochsWithoutImprovement, 0)
        XCTAssertTrue(progress.note(1.75, sign: -1, minimumImprovement: 0.5))
        XCTAssertEqual(progress.epochsWithoutImprovement, 1)
        XCTAssertFalse(progress.note(-.infinity, sign: -1, minimumImprovement: 0))
        XCTAssertEqual(progress.bestMetric, 1.75)
        (progress.bestMetric, progress.countedMetric) = (.nan, .nan)
        XCTAssertTrue(progress.note(3, sign: -1, minimumImprovement: 0.5))
        XCTAssertEqual(progress.epochsWithoutImprovement, 0)
    }

    /// Keras' EarlyStopping and Lightning's: a value is compared with the last that was an improvement.
    func testSlowProgressAddsUpUntilItCounts() {
        var progress = Checkpoint.Progress()
        var (waits, best): ([Int], [Bool]) = ([], [])
        for value in [2.0, 1.994, 1.988, 1.995, 1.987, 1.9, 1.9] {
            best.append(progress.note(value, sign: -1, minimumImprovement: 0.01))
            waits.append(progress.epochsWithoutImprovement)
            progress.beginNextEpoch()
        }
        XCTAssertEqual(waits, [0, 1, 0, 1, 2, 0, 1])
        XCTAssertEqual(best, [true, true, true, false, true, true, false])
        XCTAssertEqual(progress.bestEpoch, 6)
        progress = Checkpoint.Progress()
        waits = [0.5, 0.504, 0.51, 0.512, 0.505].map { value in
            _ = progress.note(value, sign: 1, minimumImprovement: 0.009)
            progress.beginNextEpoch()
            return progress.epochsWithoutImprovement
        }
        XCTAssertEqual(waits, [0, 1, 0, 1, 2])
        XCTAssertEqual([progress.bestMetric, progress.countedMetric], [0.512, 0.51])
    }

    func testAWaitThatAnOlderCheckpointBeganGoesOnFromTheBest() {
        var progress = Checkpoint.Progress()
        (progress.bestMetric, progress.bestEpoch, progress.epochsWithoutImprovement) = (2, 1, 1)
        XCTAssertTrue(progress.note(1.994, sign: -1, minimumImprovement: 0.01))
        XCTAssertEqual(progress.epochsWithoutImprovement, 2)
        XCTAssertTrue(progress.note(1.989, sign: -1, minimumImprovement: 0.01))
        XCTAssertEqual(progress.epochsWithoutImprovement, 0)
    }

    func testSlowSteadyLearningIsNotStoppedAndAResumeKeepsWhatCounts() throws {
        let configuration = Configuration(
            dataset: .file(try fixture("../../datasets/digits.h5")),
            network: Network {
                Flatten()
                Linear(10)
            },
            optimizer: .sgd(.init(learningRate: 0.002)), batchSize: 128, shards: 2, epochs: 20,
            earlyStopping: EarlyStopping(patience: 5, minimumImprovement: 0.01))
        let run = try newRun(configuration)
        let outcome = try run.train()
        // 0.007 an epoch: every second one counts.
        XCTAssertEqual(outcome.reason, .completed)
        XCTAssertLessThan(run.trainer.progress.epochsWithoutImprovement, 3)
        XCTAssertNotEqual(run.trainer.progress.countedMetric, run.trainer.progress.bestMetric)
        let stopped = try newRun(configuration, "stopped")
        _ = try stopped.train(steps: 7)
        for step in [70, 131] { _ = try TrainingRun(resuming: stopped.directory.path).train(steps: step) }
        let resumed = try TrainingRun(resuming: stopped.directory.path)
        _ = try resumed.train()
        XCTAssertEqual(resumed.trainer.progress, run.trainer.progress)
    }

    // MARK: Moving averages

    private func averaged() -> Configuration {
        var configuration = configuration()
        configuration.movingAverage = MovingAverage(decay: 0.9)
        return configuration
    }

    private func newest(_ run: TrainingRun) -> String {
        CheckpointStore(directory: run.directory.checkpointsPath).path(step: run.trainer.progress.step)
    }

    func testARunBeginsWithTheAverageThatIsEvaluated() throws {
        let run = try newRun(averaged())
        _ = try run.train()
        let expected = try run.evaluate(.test).loss
        for (name, configuration) in [("plain", configuration()), ("averaged", averaged())] {
            let next = try newRun(configuration, name, from: .parameters(checkpoint: newest(run)))
            XCTAssertEqual(try next.evaluate(.test).loss, expected, name)
            XCTAssertTrue(next.trainer.notes.joined().contains("beginning with the moving average"), name)
        }
        let branch = try newRun(averaged(), "branch", from: .branch(checkpoint: newest(run)))
        XCTAssertEqual(try branch.evaluate(.test).loss, expected)
        XCTAssertEqual(branch.trainer.notes, [])
        let (before, after) = (try Checkpoint.read(newest(run)), try branch.trainer.checkpoint())
        XCTAssertNil(after.difference(from: before))
        let without = try newRun(configuration(), "without", from: .branch(checkpoint: newest(run)))
        XCTAssertNotEqual(try without.evaluate(.test).loss, expected)
        XCTAssertTrue(without.trainer.notes.joined().contains("is left behind"))
    }

    /// The average of a branch by its formula, in Double.
    func testTheWarmUpOfAnAverageThatABranchBeginsCountsFromThere() throws {
        let start = try newRun(configuration())
        _ = try start.train(steps: 12)
        let branch = try newRun(averaged(), "branch", from: .branch(checkpoint: newest(start)))
        _ = try branch.train(steps: 12)
        var average = try branch.trainer.checkpoint().parameters.flatMap { $0.values.map(Double.init) }
        for step in 13...18 {
            // Each in a process of its own, as it were.
            let resumed = try TrainingRun(resuming: branch.directory.path, workers: .exactly(1))
            _ = try resumed.train(steps: step)
            let checkpoint = try resumed.trainer.checkpoint()
            let t = Double(step - 12)
            let d = min(0.9, (1 + t) / (10 + t))
            let values = checkpoint.parameters.flatMap { $0.values.map(Double.init) }
            average = zip(average, values).map { d * $0 + (1 - d) * $1 }
            let found = checkpoint.optimizerState["movingAverage"]!.flatMap { $0.values.map(Double.init) }
            for (found, expected) in zip(found, average) { XCTAssertEqual(found, expected, accuracy: 1e-6) }
            XCTAssertEqual(checkpoint.progress.averageStart, 12)
        }
    }

    func testAResumeRemovesTheTemporariesOfItsRun() throws {
        let run = try newRun(configuration())
        _ = try run.train(steps: 1)
        let leftovers = [".metrics.csv.1a2b.tmp", ".log.txt.3c.tmp"].map { run.directory.path + "/" + $0 }
        for leftover in leftovers { try "x".write(toFile: leftover, atomically: false, encoding: .utf8) }
        _ = try TrainingRun(resuming: run.directory.path)
        for leftover in leftovers { XCTAssertFalse(FileManager.default.fileExists(atPath: leftover), leftover) }
    }
}
