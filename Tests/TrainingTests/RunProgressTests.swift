import Checkpoints
import Foundation
import Lockstep
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
        progress.bestMetric = .nan
        XCTAssertTrue(progress.note(3, sign: -1, minimumImprovement: 0.5))
        XCTAssertEqual(progress.epochsWithoutImprovement, 0)
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
