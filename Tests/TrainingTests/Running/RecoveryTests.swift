import Checkpoints
import Datasets
import Networks
import RunSupport
import TestSupport
import XCTest

@testable import Training

/// What happens to runs, and what is left of them.
final class RecoveryTests: RunTestCase {
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

    private func steps(of run: TrainingRun) throws -> [Int] {
        try CheckpointStore(directory: run.directory.checkpointsPath).steps()
    }

    private func final(_ run: TrainingRun) throws -> Checkpoint { try Checkpoint.read(try run.train().checkpoint) }

    // MARK: One process at a time

    func testASecondProcessIsRefusedAndReadingIsNot() throws {
        let run = try newRun(configuration())
        XCTAssertThrowsError(try TrainingRun(resuming: run.directory.path)) { error in
            XCTAssertTrue("\(error)".contains("process \(getpid()) on "), "\(error)")
            XCTAssertTrue("\(error)".contains("is training in it"), "\(error)")
        }
        let store = CheckpointStore(directory: run.directory.checkpointsPath)
        XCTAssertEqual(try store.newest().checkpoint.progress.step, 0)
        _ = try run.train(steps: 3)
        XCTAssertNoThrow(try TrainingRun(resuming: run.directory.path))
        XCTAssertEqual(try run.train(steps: 5).step, 5)
    }

    func testARunThatSomebodyElseContinuedDoesNotGoOn() throws {
        let run = try newRun(configuration())
        _ = try run.train(steps: 3)
        _ = try TrainingRun(resuming: run.directory.path).train(steps: 7)
        XCTAssertThrowsError(try run.train()) { error in
            XCTAssertTrue("\(error)".contains("somebody else has trained on since step 3"), "\(error)")
        }
    }

    // MARK: Which checkpoints there are

    func testCheckpointsAreKeptByNumberByStepAndByMetric() throws {
        var configuration = configuration()
        configuration.checkpointEvery = 2
        configuration.keepCheckpoints = 2
        configuration.keepEvery = 7
        let run = try newRun(configuration)
        _ = try run.train()
        XCTAssertEqual(try steps(of: run), [0, 7, 14, 18, 20])
        XCTAssertNotNil(try CheckpointStore(directory: run.directory.checkpointsPath).best())
    }

    func testCheckpointsComeByTheClock() throws {
        var configuration = configuration()
        configuration.checkpointMinutes = 1e-9
        configuration.keepCheckpoints = 100
        let run = try newRun(configuration)
        _ = try run.train()
        XCTAssertEqual(try steps(of: run), Array(0...20))
    }

    func testTheBestCheckpointIsMarkedAfterAKillBeforeIt() throws {
        var configuration = configuration()
        configuration.keepCheckpoints = 100
        let run = try newRun(configuration)
        _ = try run.train()
        let store = CheckpointStore(directory: run.directory.checkpointsPath)
        let best = try XCTUnwrap(store.best())
        // As if killed right after the checkpoint of the best epoch was written.
        try FileManager.default.removeItem(atPath: store.bestPath)
        for step in try store.steps() where step > best.progress.step {
            try FileManager.default.removeItem(atPath: store.path(step: step))
        }
        _ = try TrainingRun(resuming: run.directory.path)
        XCTAssertEqual(try store.best()?.progress, best.progress)
    }

    /// A run whose best checkpoint is of its last epoch and a file of its own, as `cp -r` and `scp` leave it, and what
    /// it would have come to.
    private func runWithASeparateBest() throws -> (RunDirectory, CheckpointStore, expected: Checkpoint) {
        var whole = configuration()
        whole.epochs = 6
        let expected = try final(newRun(whole, "whole"))
        let run = try newRun(configuration())
        _ = try run.train()
        let store = CheckpointStore(directory: run.directory.checkpointsPath)
        XCTAssertEqual(try store.best()?.progress.step, 20, "the best epoch is the last one")
        let bytes = try Data(contentsOf: URL(fileURLWithPath: store.bestPath))
        try FileManager.default.removeItem(atPath: store.bestPath)
        try bytes.write(to: URL(fileURLWithPath: store.bestPath))
        return (run.directory, store, expected)
    }

    func testAResumeFromTheBestCheckpointAloneGoesOnAndKeepsIt() throws {
        let (run, store, expected) = try runWithASeparateBest()
        for step in try store.steps() { try FileManager.default.removeItem(atPath: store.path(step: step)) }
        let resumed = try TrainingRun(resuming: run.path, changes: RunChanges(epochs: 6))
        XCTAssertEqual(try store.best()?.progress.step, 20)
        XCTAssertTrue(store.contains(step: 20))
        let found = try final(resumed)
        XCTAssertNil(found.difference(from: expected))
        XCTAssertEqual(found.progress, expected.progress)
        // Ending at once, it names a checkpoint that is there.
        XCTAssertTrue(
            FileManager.default.fileExists(atPath: try TrainingRun(resuming: run.path).train().checkpoint))
    }

    func testADamagedStepNeverReplacesAGoodBest() throws {
        let (run, store, expected) = try runWithASeparateBest()
        for step in try store.steps() {
            try Data("damaged".utf8).write(to: URL(fileURLWithPath: store.path(step: step)))
        }
        let resumed = try TrainingRun(resuming: run.path, changes: RunChanges(epochs: 6))
        XCTAssertEqual(try store.best()?.progress.step, 20)
        XCTAssertTrue(FileManager.default.fileExists(atPath: store.path(step: 20) + ".damaged"))
        XCTAssertEqual(try final(resumed).progress, expected.progress)
        XCTAssertNotNil(try store.best())
    }

    func testADamagedNewestBehindAGoodBestLosesNoStep() throws {
        let (run, store, expected) = try runWithASeparateBest()
        try Data("damaged".utf8).write(to: URL(fileURLWithPath: store.path(step: 20)))
        let resumed = try TrainingRun(resuming: run.path, changes: RunChanges(epochs: 6))
        XCTAssertEqual(resumed.trainer.progress.step, 20)
        XCTAssertEqual(try final(resumed).progress, expected.progress)
    }

    func testABestThatIsDamagedIsNamedAgain() throws {
        let (run, store, _) = try runWithASeparateBest()
        try Data("damaged".utf8).write(to: URL(fileURLWithPath: store.bestPath))
        _ = try TrainingRun(resuming: run.path)
        XCTAssertEqual(try store.best()?.progress.step, 20)
    }

    func testABestOfAnEarlierEpochThatIsDamagedIsSaid() throws {
        leavesDamaged("run", "best.h5")
        var configuration = configuration()
        configuration.monitor = .accuracy
        configuration.keepCheckpoints = 1
        configuration.optimizer = .sgd(.init(learningRate: 1e-9))
        let run = try newRun(configuration)
        _ = try run.train()
        let store = CheckpointStore(directory: run.directory.checkpointsPath)
        XCTAssertEqual(try store.best()?.progress.epoch, 1)
        try Data("damaged".utf8).write(to: URL(fileURLWithPath: store.bestPath))
        let listener = Listener { _ in }
        let resumed = try TrainingRun(resuming: run.directory.path, observer: listener)
        XCTAssertTrue(
            listener.notes.contains { $0.contains("expected the checkpoint of epoch 1, found a damaged file") },
            "\(listener.notes)")
        XCTAssertEqual(try resumed.train().step, 20)
    }

    func testABetterBestOfStepsThatCannotBeReadAnyMoreStays() throws {
        leavesDamaged("run", "step-00000015.h5")
        let (run, store, _) = try runWithASeparateBest()
        // The newest that can be read is the first.
        for step in try store.steps().dropFirst() {
            try Data("damaged".utf8).write(to: URL(fileURLWithPath: store.path(step: step)))
        }
        let best = try XCTUnwrap(store.best()).progress
        _ = try TrainingRun(resuming: run.path).train()
        XCTAssertEqual(try store.best()?.progress, best)
    }

    // MARK: Interruptions and errors

    func testAnInterruptedValidationIsDoneByTheResume() throws {
        let expected = try final(newRun(configuration(), "whole"))
        let run = try newRun(configuration())
        // The question before step 6 is the seventh: one before each step, and one in the validation after step 5.
        var questions = 0
        let outcome = try run.train {
            questions += 1
            return questions >= 6
        }
        XCTAssertEqual(outcome.reason, .interrupted)
        XCTAssertEqual(outcome.step, 5)
        let stopped = try Checkpoint.read(outcome.checkpoint).progress
        XCTAssertEqual([stopped.epoch, stopped.samplesIntoEpoch], [0, 90])
        let resumed = try TrainingRun(resuming: run.directory.path)
        let found = try final(resumed)
        XCTAssertNil(found.difference(from: expected))
        XCTAssertEqual(found.progress, expected.progress)
        let metrics = try String(contentsOfFile: run.directory.metricsPath, encoding: .utf8)
        XCTAssertEqual(metrics.split(separator: "\n").count, 5)
    }

    func testACheckpointThatCannotBeWrittenIsSaidAndTheRunGoesOn() throws {
        var configuration = configuration()
        configuration.checkpointEvery = 2
        let expected = try final(newRun(configuration, "whole"))
        let run = try newRun(configuration)
        let checkpoints = run.directory.checkpointsPath
        let listener = Listener { step in
            // The directory is away from step 3 to step 12.
            if step == 3 { rename(checkpoints, checkpoints + "-away") }
            if step == 12 { rename(checkpoints + "-away", checkpoints) }
        }
        let found = try Checkpoint.read(try run.train(observer: listener).checkpoint)
        XCTAssertNil(found.difference(from: expected))
        XCTAssertTrue(listener.notes.contains { $0.contains("could not be saved, and training goes on") })
        XCTAssertTrue(listener.notes.contains { $0.contains("the newest checkpoint is that of step") })
        let log = try String(contentsOfFile: run.directory.logPath, encoding: .utf8)
        XCTAssertTrue(log.contains("could not be saved"), log)
        XCTAssertTrue(log.contains("completed after step 20"), log)
    }

    func testCheckpointsThatFailStepAfterStepAreSaidOnce() throws {
        var configuration = configuration()
        configuration.checkpointEvery = 1
        let run = try newRun(configuration)
        let checkpoints = run.directory.checkpointsPath
        let listener = Listener { step in
            if step == 2 { rename(checkpoints, checkpoints + "-away") }
            if step == 17 { rename(checkpoints + "-away", checkpoints) }
        }
        _ = try run.train(observer: listener)
        XCTAssertEqual(listener.notes.filter { $0.contains("could not be saved") }.count, 1, "\(listener.notes)")
    }

    func testAFingerprintLogThatSomebodyMovesIsSaid() throws {
        let run = try TrainingRun(
            configuration(), directory: path("run"), recordsFingerprints: true, workers: .exactly(1))
        let fingerprints = run.directory.fingerprintsPath
        let listener = Listener { step in
            if step == 5 { rename(fingerprints, fingerprints + ".1") }
        }
        _ = try run.train(observer: listener)
        XCTAssertTrue(
            listener.notes.contains { $0.contains("fingerprints.csv: somebody else has moved or cut it") },
            "\(listener.notes)")
        let lines = try String(contentsOfFile: fingerprints, encoding: .utf8).split(separator: "\n")
        XCTAssertTrue(lines[0].hasPrefix("step,fingerprint"))
        XCTAssertTrue(lines.last!.hasPrefix("20,"))
    }

    func testANoteAfterTheLockIsGivenBackLeavesTheLogOfAnotherAlone() throws {
        let run = try newRun(configuration())
        _ = try run.train(steps: 3)
        let other = try TrainingRun(resuming: run.directory.path)
        other.note("it goes on")
        let before = try String(contentsOfFile: run.directory.logPath, encoding: .utf8)
        run.note("too late")
        XCTAssertEqual(try String(contentsOfFile: run.directory.logPath, encoding: .utf8), before)
        _ = try other.train(steps: 7)
        run.note("nobody trains")
        other.note("nor does this")
        let log = try String(contentsOfFile: run.directory.logPath, encoding: .utf8)
        XCTAssertTrue(log.hasPrefix(before), log)
        let ends = log.split(separator: "\n").suffix(3)
        for (line, end) in zip(ends, ["reached the step after step 7", "nobody trains", "nor does this"]).dropFirst() {
            XCTAssertTrue(line.hasSuffix(end), log)
        }
        XCTAssertTrue(ends.first!.contains("after step 7"), log)
    }

    func testWhatAKilledStartLeftGoesAtTheNextAndWhatIsBeingMadeStays() throws {
        let leftovers = [".run.1a.tmp", ".other.1a.tmp", ".run.tmp"]
        for name in leftovers {
            try FileManager.default.createDirectory(
                atPath: path(name) + "/checkpoints", withIntermediateDirectories: true)
        }
        _ = try newRun(configuration())
        XCTAssertEqual(
            try FileManager.default.contentsOfDirectory(atPath: directory).sorted(), leftovers[1...] + ["run"])
    }

    func testWhatAResumeWasToldCountsForTheNextOneToo() throws {
        let run = try newRun(configuration())
        _ = try run.train(steps: 3)
        XCTAssertEqual(
            try TrainingRun(resuming: run.directory.path, changes: RunChanges(epochs: 6)).trainer.configuration.epochs,
            6)
        // No checkpoint was written in between.
        XCTAssertEqual(try TrainingRun(resuming: run.directory.path).trainer.configuration.epochs, 6)
    }

    func testAConfigurationChangedByHandIsSaidNotToCount() throws {
        let run = try newRun(configuration())
        _ = try run.train(steps: 3)
        var changed = run.trainer.configuration
        changed.batchSize = 30
        changed.keepCheckpoints = 7
        try Data(changed.yaml().utf8).write(to: URL(fileURLWithPath: run.directory.configurationPath))
        let listener = Listener { _ in }
        let resumed = try TrainingRun(resuming: run.directory.path, observer: listener)
        XCTAssertEqual(resumed.trainer.configuration.batchSize, 20)
        XCTAssertEqual(resumed.trainer.configuration.keepCheckpoints, 7)
        XCTAssertTrue(listener.notes.contains { $0.contains("differs from the checkpoint in more than a resume can") })
    }

    func testARunThatGoesOnWithOtherBitsSaysSo() throws {
        let run = try newRun(configuration())
        let path = try run.train(steps: 3).checkpoint
        var checkpoint = try Checkpoint.read(path)
        for (version, words) in [(bitsVersion + 1, "found \(bitsVersion + 1), "), (nil, "before bits had a version")] {
            checkpoint.writtenBy.bitsVersion = version
            try checkpoint.write(to: path, replacing: true)
            let listener = Listener { _ in }
            _ = try TrainingRun(resuming: run.directory.path, observer: listener)
            XCTAssertTrue(listener.notes.contains { $0.contains(words) }, "\(listener.notes)")
        }
    }

    func testCheckpointsThatCannotBeReadAreSetAside() throws {
        let run = try newRun(configuration())
        _ = try run.train(steps: 3)
        let store = CheckpointStore(directory: run.directory.checkpointsPath)
        try Data("damaged".utf8).write(to: URL(fileURLWithPath: store.path(step: 9)))
        _ = try TrainingRun(resuming: run.directory.path).train()
        XCTAssertEqual(try steps(of: run).last, 20)
        XCTAssertTrue(FileManager.default.fileExists(atPath: store.path(step: 9) + ".damaged"))
    }

    func testDataThatCannotBeReadAnyMoreLoseNoStep() throws {
        try withNewFile(path("data.h5")) { file in
            try file.root.write("x_train", [Float](repeating: 1, count: 8000), shape: [400, 20])
            try file.root.write("y_train", (0..<400).map { Int32($0 % 3) }, shape: [400])
        }
        var configuration = configuration()
        configuration.dataset = .file(path("data.h5"))
        let run = try TrainingRun(
            configuration, directory: path("run"), loading: LoadingOptions(memory: 16_000), workers: .exactly(2))
        let listener = Listener { [self] step in
            if step == 7 { XCTAssertEqual(utimes(path("data.h5"), nil), 0) }
        }
        XCTAssertThrowsError(try run.train(observer: listener)) { error in
            XCTAssertTrue("\(error)".contains("written to while it was in use"), "\(error)")
        }
        XCTAssertGreaterThanOrEqual(try XCTUnwrap(steps(of: run).last), 7)
    }

    func testTheLastCheckpointThatCannotBeWrittenIsAnError() throws {
        let run = try newRun(configuration())
        let checkpoints = run.directory.checkpointsPath
        let listener = Listener { step in if step == 18 { rename(checkpoints, checkpoints + "-away") } }
        XCTAssertThrowsError(try run.train(observer: listener)) { error in
            XCTAssertEqual((error as? CheckpointError)?.reason, .cannotWrite, "\(error)")
        }
        rename(checkpoints + "-away", checkpoints)
        XCTAssertEqual(try TrainingRun(resuming: run.directory.path).train().step, 20)
    }

    func testANewRunThatCannotWriteItsFirstCheckpointLeavesNothing() throws {
        try FileManager.default.createDirectory(atPath: path("runs"), withIntermediateDirectories: true)
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(1), &limit)
        let before = limit
        signal(SIGXFSZ, SIG_IGN)
        limit.rlim_cur = 2_000
        setrlimit(__rlimit_resource_t(1), &limit)
        defer {
            var before = before
            setrlimit(__rlimit_resource_t(1), &before)
        }
        XCTAssertThrowsError(try newRun(configuration(), "runs/run"))
        XCTAssertEqual(try FileManager.default.contentsOfDirectory(atPath: path("runs")), [])
    }

    // MARK: Branches

    func testABranchGoesOnWithAnotherConfiguration() throws {
        let run = try newRun(configuration())
        let start = try run.train(steps: 8).checkpoint
        var changed = configuration()
        changed.optimizer = .adam(.init(learningRate: 0.001))
        changed.batchSize = 30
        let branch = try newRun(changed, "branch", from: .branch(checkpoint: start))
        XCTAssertEqual(branch.trainer.progress.step, 8)
        XCTAssertEqual(branch.trainer.progress.samplesIntoEpoch, 60)
        XCTAssertNil(branch.trainer.progress.bestEpoch)
        XCTAssertNil(try branch.trainer.checkpoint().difference(from: Checkpoint.read(start)))
        XCTAssertEqual(try branch.train().step, 8 + 1 + 2 * 3)
    }

    func testABranchWithTheSameConfigurationEndsWithTheSameBits() throws {
        let run = try newRun(configuration())
        let start = try run.train(steps: 8).checkpoint
        let branch = try newRun(configuration(), "branch", from: .branch(checkpoint: start))
        XCTAssertNil(try final(branch).difference(from: final(run)))
    }

    func testParametersAloneBeginAtStepZeroWithOtherData() throws {
        let run = try newRun(configuration())
        let start = try run.train(steps: 8).checkpoint
        var other = configuration()
        other.dataset = .synthetic(inputs: [12], classes: 3, samples: 50, seed: 9)
        other.optimizer = .sgd(.init(learningRate: 0.1))
        let next = try newRun(other, "next", from: .parameters(checkpoint: start))
        XCTAssertEqual(next.trainer.progress, Checkpoint.Progress())
        XCTAssertEqual(try next.trainer.checkpoint().fingerprint, try Checkpoint.read(start).fingerprint)
    }

    func testWhatDoesNotFitIsListedWithBothShapes() throws {
        let start = try newRun(configuration()).train(steps: 2).checkpoint
        var other = configuration()
        other.network = Network {
            Linear(20)
            ReLU()
            Linear(16)
            Linear(3)
        }
        for origin in [TrainingRun.Origin.branch(checkpoint: start), .parameters(checkpoint: start)] {
            XCTAssertThrowsError(try newRun(other, "other", from: origin)) { error in
                for words in [
                    "linear1/weight: expected [12, 20], found [12, 16]",
                    "linear2/weight: expected [20, 16], found [16, 3]",
                    "linear3/bias: expected [3], found none",
                ] { XCTAssertTrue("\(error)".contains(words), "\(error)") }
            }
        }
        XCTAssertFalse(FileManager.default.fileExists(atPath: path("other")))
    }

    func testABranchNeedsTheSameOptimizerAndData() throws {
        let start = try newRun(configuration()).train(steps: 2).checkpoint
        var other = configuration()
        other.optimizer = .sgd(.init(learningRate: 0.1, momentum: 0.9))
        XCTAssertThrowsError(try newRun(other, "other", from: .branch(checkpoint: start))) { error in
            XCTAssertTrue("\(error)".contains("expected moments momentum, found firstMoment, secondMoment"), "\(error)")
        }
        other = configuration()
        other.dataset = .synthetic(inputs: [12], classes: 3, samples: 50, seed: 9)
        XCTAssertThrowsError(try newRun(other, "other", from: .branch(checkpoint: start))) { error in
            XCTAssertTrue("\(error)".contains("--initialize-from"), "\(error)")
        }
    }
}

/// Does something after steps, and keeps what it is told.
private final class Listener: TrainingObserver {
    var notes: [String] = []
    private let afterStep: (Int) -> Void

    init(afterStep: @escaping (Int) -> Void) { self.afterStep = afterStep }

    func stepFinished(_ report: StepReport) { afterStep(report.step) }
    func note(_ message: String) { notes.append(message) }
}
