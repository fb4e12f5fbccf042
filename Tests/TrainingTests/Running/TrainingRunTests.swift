import Checkpoints
import Datasets
import Kernels
import Networks
import RunSupport
import TestSupport
import XCTest

@testable import Training

final class TrainingRunTests: RunTestCase {
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

    private func newRun(_ configuration: Configuration, _ name: String = "run") throws -> TrainingRun {
        try TrainingRun(configuration, directory: "\(directory)/\(name)", workers: .exactly(2))
    }

    private func lines(_ run: TrainingRun) throws -> [[String]] {
        try String(contentsOfFile: run.directory.metricsPath, encoding: .utf8)
            .split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
    }

    // MARK: What a run leaves

    func testARunLeavesConfigurationMetricsAndCheckpoints() throws {
        let run = try newRun(configuration())
        let outcome = try run.train()
        XCTAssertEqual(outcome.reason, .completed)
        XCTAssertEqual(outcome.step, 20)
        XCTAssertEqual(outcome.epoch, 4)
        let stored = try Configuration(contentsOf: run.directory.configurationPath)
        XCTAssertEqual(stored, configuration().resolved)
        let table = try lines(run)
        XCTAssertEqual(table[0].joined(separator: ","), MetricsLog.header)
        XCTAssertEqual(table.dropFirst().map { $0[0] }, ["1", "2", "3", "4"])
        XCTAssertEqual(table.dropFirst().map { $0[1] }, ["5", "10", "15", "20"])
        XCTAssertTrue(table.allSatisfy { $0.count == table[0].count })
        let names = try FileManager.default.contentsOfDirectory(atPath: run.directory.checkpointsPath).sorted()
        XCTAssertTrue(names.contains("best.h5"))
        XCTAssertEqual(
            names.filter { $0.hasPrefix("step-") }, ["step-00000010.h5", "step-00000015.h5", "step-00000020.h5"])
        XCTAssertEqual(try Checkpoint.read(outcome.checkpoint).progress.step, 20)
    }

    func testARunLearns() throws {
        let run = try newRun(configuration())
        _ = try run.train()
        XCTAssertGreaterThan(try XCTUnwrap(run.evaluate(.test).accuracy), 0.9)
    }

    /// The evaluation has what steps need given back, and the next step makes it anew.
    func testARunGoesOnWithTheSameBitsAfterItsBestCheckpointWasEvaluated() throws {
        let whole = try newRun(configuration(), "whole")
        _ = try whole.train()
        let run = try newRun(configuration())
        _ = try run.train(steps: 7)
        let (rows, bytes) = (run.trainer.microBatchRows, run.trainer.activationBytes)
        XCTAssertEqual(try XCTUnwrap(run.evaluateBest(.test)).epoch, 1)
        XCTAssertEqual(run.trainer.microBatchRows, rows)
        XCTAssertEqual(run.trainer.activationBytes, bytes)
        _ = try run.train()
        XCTAssertEqual(
            try run.trainer.checkpoint().parameters.map(\.values),
            try whole.trainer.checkpoint().parameters.map(\.values))
    }

    func testAnExistingDirectoryIsNeverTouched() throws {
        let run = try newRun(configuration())
        let before = try Data(contentsOf: URL(fileURLWithPath: run.directory.configurationPath))
        var other = configuration()
        other.seed = 99
        XCTAssertThrowsError(try newRun(other)) { error in
            XCTAssertTrue("\(error)".contains("already there"), "\(error)")
            XCTAssertTrue("\(error)".contains("lockstep resume"), "\(error)")
        }
        XCTAssertEqual(try Data(contentsOf: URL(fileURLWithPath: run.directory.configurationPath)), before)
    }

    func testABadConfigurationLeavesNoDirectory() throws {
        var bad = configuration()
        bad.network = Network { Linear(7) }
        XCTAssertThrowsError(try newRun(bad)) { error in
            XCTAssertEqual(
                error as? NetworkError,
                .outputMismatch(loss: "crossEntropy", expected: "[3], one logit a class", found: [7]))
        }
        XCTAssertFalse(FileManager.default.fileExists(atPath: "\(directory)/run"))
    }

    func testFreePathsCountOn() throws {
        try FileManager.default.createDirectory(atPath: "\(directory)/a b-1", withIntermediateDirectories: true)
        try FileManager.default.createDirectory(atPath: "\(directory)/a-b-1", withIntermediateDirectories: true)
        XCTAssertEqual(RunDirectory.freePath(for: "a b", in: directory), "\(directory)/a-b-2")
    }

    // MARK: Stop and resume

    func testARunStoppedInsideAnEpochAndResumedEndsWithTheSameBits() throws {
        var configuration = configuration()
        configuration.checkpointEvery = 2
        let whole = try newRun(configuration, "whole")
        let expected = try Checkpoint.read(whole.train().checkpoint)
        for stop in [0, 1, 5, 8, 19] {
            let first = try newRun(configuration, "stopped-\(stop)")
            let outcome = try first.train(steps: stop)
            XCTAssertEqual(outcome.reason, .reachedStep)
            XCTAssertEqual(try Checkpoint.read(outcome.checkpoint).progress.step, stop)
            let resumed = try TrainingRun(resuming: first.directory.path, workers: .exactly(3))
            let found = try Checkpoint.read(resumed.train().checkpoint)
            XCTAssertNil(found.difference(from: expected))
            XCTAssertEqual(found.fingerprint, expected.fingerprint)
            XCTAssertEqual(found.progress, expected.progress)
            XCTAssertEqual(found.optimizerState.keys.sorted(), ["firstMoment", "secondMoment"])
            // All but the times.
            XCTAssertEqual(try lines(resumed).map { $0.dropLast(2) }, try lines(whole).map { $0.dropLast(2) })
        }
    }

    func testAResumeWithMoreEpochsGoesOn() throws {
        let run = try newRun(configuration())
        _ = try run.train()
        let extended = try TrainingRun(resuming: run.directory.path, changes: .init(epochs: 6))
        XCTAssertEqual(try extended.train().step, 30)
        XCTAssertEqual(try Configuration(contentsOf: run.directory.configurationPath).epochs, 6)
        XCTAssertEqual(try lines(extended).count, 7)
    }

    func testADamagedNewestCheckpointIsPassedOverAndNamed() throws {
        let run = try newRun(configuration())
        let outcome = try run.train()
        var bytes = try Data(contentsOf: URL(fileURLWithPath: outcome.checkpoint))
        bytes[bytes.count / 2] ^= 0x10
        try bytes.write(to: URL(fileURLWithPath: outcome.checkpoint))
        let listener = Listener()
        let resumed = try TrainingRun(resuming: run.directory.path, observer: listener)
        XCTAssertEqual(resumed.trainer.progress.step, 15)
        XCTAssertTrue(listener.notes.joined().contains("step-00000020.h5"), "\(listener.notes)")
        XCTAssertEqual(try resumed.train().step, 20)
    }

    func testAResumeWithOtherDataIsRefused() throws {
        let run = try newRun(configuration())
        let outcome = try run.train(steps: 3)
        let checkpoint = try Checkpoint.read(outcome.checkpoint)
        var other = configuration()
        other.dataset = .synthetic(inputs: [12], classes: 3, samples: 90, validation: 30, test: 30, seed: 1)
        XCTAssertThrowsError(
            try Trainer(
                resuming: checkpoint, path: outcome.checkpoint, configuration: other,
                dataset: Dataset.load(other.dataset, relativeTo: nil), kernels: availableKernels()[0])
        ) { error in
            XCTAssertTrue("\(error)".contains("going on needs the same data"), "\(error)")
        }
    }

    func testADirectoryThatIsNoRunIsRefused() {
        XCTAssertThrowsError(try TrainingRun(resuming: directory)) { error in
            XCTAssertTrue("\(error)".contains("not a run"), "\(error)")
        }
        XCTAssertThrowsError(try TrainingRun(resuming: "\(directory)/absent")) { error in
            XCTAssertTrue("\(error)".contains("no such directory"), "\(error)")
        }
    }

    // MARK: Ends

    func testEarlyStoppingWaitsForItsPatienceAndKeepsTheBest() throws {
        var configuration = configuration()
        // So small a rate that no epoch improves by the minimum.
        configuration.optimizer = .sgd(.init(learningRate: 1e-6))
        configuration.earlyStopping = EarlyStopping(patience: 2, minimumImprovement: 0.1)
        configuration.epochs = 50
        let run = try newRun(configuration)
        let outcome = try run.train()
        XCTAssertEqual(outcome.reason, .stoppedEarly)
        XCTAssertEqual(outcome.epoch, 3)
        XCTAssertEqual(try TrainingRun(resuming: run.directory.path).train().reason, .stoppedEarly)
    }

    func testEarlyStoppingNeedsAValidationSplit() throws {
        var configuration = configuration()
        configuration.dataset = .synthetic(inputs: [12], classes: 3, samples: 90)
        configuration.earlyStopping = EarlyStopping(patience: 2)
        XCTAssertThrowsError(try newRun(configuration)) { error in
            XCTAssertTrue("\(error)".hasPrefix("earlyStopping: expected a validation split"), "\(error)")
        }
    }

    func testALossThatIsNoNumberEndsTheRunNamesStepAndLayerAndLeavesTheLastGoodCheckpoint() throws {
        var configuration = configuration()
        configuration.optimizer = .sgd(.init(learningRate: 1e30))
        let run = try newRun(configuration)
        XCTAssertThrowsError(try run.train()) { error in
            guard case .nonFinite(let step, let layer, _)? = error as? TrainingError else {
                return XCTFail("\(error)")
            }
            XCTAssertGreaterThan(step, 1)
            // Weights of 1e28 make outputs of 1e29 in the first layer, which Float32 holds, and overflow in the second.
            XCTAssertEqual(layer, "linear2")
        }
        let (checkpoint, _) = try CheckpointStore(directory: run.directory.checkpointsPath).newest()
        XCTAssertEqual(checkpoint.progress.step, 0)
        XCTAssertTrue(checkpoint.parameters.allSatisfy { $0.values.allSatisfy(\.isFinite) })
    }

    func testTheBestCheckpointIsThatOfTheBestEpoch() throws {
        var configuration = configuration()
        configuration.monitor = .accuracy
        let run = try newRun(configuration)
        _ = try run.train()
        let best = try XCTUnwrap(CheckpointStore(directory: run.directory.checkpointsPath).best())
        let accuracies = try lines(run).dropFirst().map { try XCTUnwrap(Double($0[6])) }
        let bestEpoch = accuracies.firstIndex(of: accuracies.max()!)! + 1
        XCTAssertEqual(best.progress.bestEpoch, bestEpoch)
        XCTAssertEqual(best.progress.step, bestEpoch * 5)
        XCTAssertEqual(best.progress.bestMetric, accuracies.max())
    }

    func testTheLibraryRefusesAParameterThatIsNoNumber() throws {
        let run = try newRun(configuration())
        run.trainer.model.parameters.pointer[run.trainer.model.network.layout.parameters[2].offset] = .nan
        XCTAssertThrowsError(try run.trainer.checkpoint()) { error in
            XCTAssertTrue("\(error)".contains("linear2/weight"), "\(error)")
        }
    }
}

/// Keeps what it is told.
private final class Listener: TrainingObserver {
    var notes: [String] = []
    func note(_ message: String) { notes.append(message) }
}
