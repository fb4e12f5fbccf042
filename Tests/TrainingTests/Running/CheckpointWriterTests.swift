import Checkpoints
import Datasets
import Kernels
import Networks
import Synchronization
import TestSupport
import XCTest

@testable import Training

final class CheckpointWriterTests: HDF5TestCase {
    private var store: CheckpointStore { CheckpointStore(directory: path("checkpoints")) }

    private func makeTrainer() throws -> Trainer {
        try FileManager.default.createDirectory(atPath: store.directory, withIntermediateDirectories: true)
        let configuration = Configuration(
            dataset: .synthetic(inputs: [12], classes: 3, samples: 90),
            network: Network {
                Linear(16)
                ReLU()
                Linear(3)
            }, batchSize: 20, shards: 3)
        return try Trainer(
            configuration, dataset: try Dataset.load(configuration.dataset, relativeTo: nil), workers: .exactly(2),
            kernels: availableKernels()[0])
    }

    /// Begins a checkpoint of the trainer's state.
    private func begin(_ writer: CheckpointWriter, _ snapshot: StateSnapshot, _ trainer: Trainer, isBest: Bool = false)
    {
        trainer.team.region {
            writer.write(snapshot, of: trainer.progress, isBest: isBest) {
                snapshot.take(trainer.progress, team: trainer.team)
            }
        }
    }

    private func step(_ trainer: Trainer) throws { _ = try trainer.team.region { try trainer.step() } }

    func testWhatIsWrittenIsTheStateAsItWasWhenTheCheckpointBegan() throws {
        let trainer = try makeTrainer()
        try step(trainer)
        let expected = try trainer.checkpoint()
        // Not written before two more steps are taken.
        let gate = DispatchSemaphore(value: 0)
        let writer = CheckpointWriter(store: store, retention: .init(last: 2)) { gate.wait() }
        begin(writer, trainer.makeSnapshot(), trainer, isBest: true)
        try step(trainer)
        try step(trainer)
        XCTAssertTrue(writer.takeOutcomes().isEmpty)
        gate.signal()
        writer.wait()
        guard case .written(let path, let progress)? = writer.takeOutcomes().first else {
            return XCTFail("not written")
        }
        XCTAssertEqual(progress, expected.progress)
        XCTAssertEqual(path, store.path(step: 1))
        XCTAssertNil(try Checkpoint.read(path).difference(from: expected))
        XCTAssertEqual(try store.best()?.progress, expected.progress)
        XCTAssertTrue(writer.takeOutcomes().isEmpty)
    }

    func testTheNextCheckpointWaitsForTheOneBefore() throws {
        let trainer = try makeTrainer()
        let running = Atomic<Int>(0)
        let writer = CheckpointWriter(store: store, retention: .init(last: 100)) {
            XCTAssertEqual(running.add(1, ordering: .sequentiallyConsistent).newValue, 1)
            usleep(2000)
            running.subtract(1, ordering: .sequentiallyConsistent)
        }
        let snapshot = trainer.makeSnapshot()
        for _ in 1...10 {
            try step(trainer)
            begin(writer, snapshot, trainer)
            if trainer.isEpochComplete { trainer.beginNextEpoch() }
        }
        writer.wait()
        XCTAssertEqual(writer.takeOutcomes().count, 10)
        XCTAssertEqual(try store.steps(), Array(1...10))
        for step in 1...10 { XCTAssertEqual(try Checkpoint.read(store.path(step: step)).progress.step, step) }
    }

    func testACheckpointThatCannotBeWrittenIsTold() throws {
        let trainer = try makeTrainer()
        let writer = CheckpointWriter(
            store: CheckpointStore(directory: path("absent")), retention: .init(last: 1)
        ) {}
        begin(writer, trainer.makeSnapshot(), trainer)
        writer.wait()
        guard case .failed(let progress, let error)? = writer.takeOutcomes().first else { return XCTFail("no failure") }
        XCTAssertEqual(progress.step, 0)
        XCTAssertEqual((error as? CheckpointError)?.reason, .cannotWrite, "\(error)")
    }

    func testAStateWithANumberThatIsNoneIsNotWritten() throws {
        let trainer = try makeTrainer()
        trainer.model.parameters.pointer[3] = .nan
        let writer = CheckpointWriter(store: store, retention: .init(last: 1)) {}
        begin(writer, trainer.makeSnapshot(), trainer)
        writer.wait()
        guard case .failed(_, let error)? = writer.takeOutcomes().first else { return XCTFail("no failure") }
        XCTAssertTrue("\(error)".contains("not a finite number"), "\(error)")
        XCTAssertEqual(try store.steps(), [])
    }

    func testLogsThatCannotBeWrittenDoNotKeepTheStateFromBeingSaved() throws {
        let trainer = try makeTrainer()
        let writer = CheckpointWriter(store: store, retention: .init(last: 1)) {
            throw TrainingError.runDirectory(path: "metrics.csv", problem: "no room")
        }
        begin(writer, trainer.makeSnapshot(), trainer)
        writer.wait()
        let outcomes = writer.takeOutcomes()
        guard case .trouble("write the logs", _)? = outcomes.first, case .written? = outcomes.last else {
            return XCTFail("\(outcomes)")
        }
        XCTAssertEqual(try store.steps(), [0])
    }

    func testABestThatCouldNotBeNamedIsKeptAndNamedLater() throws {
        let trainer = try makeTrainer()
        let writer = CheckpointWriter(store: store, retention: .init(last: 1)) {}
        let snapshot = trainer.makeSnapshot()
        // A directory of that name cannot be replaced by a file.
        try FileManager.default.createDirectory(atPath: store.bestPath, withIntermediateDirectories: true)
        begin(writer, snapshot, trainer, isBest: true)
        try step(trainer)
        begin(writer, snapshot, trainer)
        writer.wait()
        XCTAssertEqual(try store.steps(), [0, 1], "the best has no other name yet")
        guard case .trouble(let what, _)? = writer.takeOutcomes().dropFirst().first else {
            return XCTFail("no trouble")
        }
        XCTAssertEqual(what, "name the best checkpoint, that of step 0")
        try FileManager.default.removeItem(atPath: store.bestPath)
        try step(trainer)
        begin(writer, snapshot, trainer)
        writer.wait()
        XCTAssertEqual(try store.best()?.progress.step, 0)
        XCTAssertEqual(try store.steps(), [2])
    }

    func testABestThatCouldNotBeWrittenIsWrittenBeforeTheNextState() throws {
        let trainer = try makeTrainer()
        let writer = CheckpointWriter(store: store, retention: .init(last: 1)) {}
        let snapshot = trainer.makeSnapshot()
        rename(store.directory, store.directory + "-away")
        begin(writer, snapshot, trainer, isBest: true)
        writer.wait()
        rename(store.directory + "-away", store.directory)
        try step(trainer)
        begin(writer, snapshot, trainer)
        writer.wait()
        XCTAssertEqual(try store.best()?.progress.step, 0)
        XCTAssertEqual(try store.steps(), [1])
    }

    func testABestWhoseFileIsDamagedBeforeItIsNamedIsWrittenOnceMore() throws {
        let trainer = try makeTrainer()
        let (store, damaged) = (store, store.path(step: 0))
        // Asked between the two, of the best one that is there.
        let asked = Atomic<Int>(0)
        let writer = CheckpointWriter(
            store: store, retention: .init(last: 3),
            isBetter: { _, _ in
                if asked.add(1, ordering: .relaxed).newValue == 2 {
                    try? Data("half of it".utf8).write(to: URL(fileURLWithPath: damaged))
                }
                return false
            }
        ) {}
        let snapshot = trainer.makeSnapshot()
        try store.write(try trainer.checkpoint(), keeping: .init(last: 1))
        begin(writer, snapshot, trainer, isBest: true)
        writer.wait()
        begin(writer, snapshot, trainer, isBest: true)
        writer.wait()
        begin(writer, snapshot, trainer, isBest: true)
        writer.wait()
        XCTAssertEqual(asked.load(ordering: .relaxed), 2, "both names were damaged then")
        XCTAssertNil(try XCTUnwrap(store.best()).difference(from: try trainer.checkpoint()))
        XCTAssertTrue(store.contains(step: 0))
        XCTAssertTrue(FileManager.default.fileExists(atPath: damaged + ".damaged"))
    }
}
