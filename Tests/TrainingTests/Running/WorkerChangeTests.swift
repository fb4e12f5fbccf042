import Datasets
import Kernels
import Networks
import RunSupport
import TestSupport
import Timelines
import XCTest

@testable import Training

/// The number of workers changes while training, and nothing else does.
final class WorkerChangeTests: RunTestCase {
    private func configuration() -> Configuration {
        Configuration(
            dataset: .synthetic(inputs: [12], classes: 3, samples: 90, validation: 30),
            network: Network {
                Linear(16)
                ReLU()
                Dropout(0.2)
                Linear(3)
            },
            optimizer: .adamW(.init(learningRate: 0.01)), batchSize: 20, shards: 6, epochs: 6, seed: 3)
    }

    private func trainer(_ configuration: Configuration, workers: Int) throws -> Trainer {
        try Trainer(
            configuration, dataset: Dataset.load(configuration.dataset, relativeTo: nil), workers: .exactly(workers),
            kernels: availableKernels()[0])
    }

    /// Steps to the end of the last epoch; after some of them `change` is called, outside a region.
    private func train(_ trainer: Trainer, _ change: (Trainer) -> Void = { _ in }) throws -> String {
        while trainer.progress.step < trainer.totalSteps {
            try trainer.team.region {
                repeat {
                    _ = try trainer.step()
                    if trainer.isEpochComplete { trainer.beginNextEpoch() }
                } while trainer.progress.step % 2 == 1
            }
            change(trainer)
        }
        return try trainer.checkpoint().fingerprint
    }

    func testChangesAtRandomLeaveTheBits() throws {
        for (passes, clipping) in [(1, nil), (2, 0.5), (4, nil)] {
            var configuration = configuration()
            configuration.accumulate = passes
            configuration.clipNorm = clipping
            let expected = try train(trainer(configuration, workers: 1))
            for seed in 0..<8 as Range<UInt64> {
                var random = SeededGenerator(seed: seed)
                let found = try train(trainer(configuration, workers: 2)) {
                    $0.setWorkers(.exactly(Int.random(in: 1...9, using: &random)))
                }
                XCTAssertEqual(found, expected, "seed \(seed)")
            }
        }
    }

    func testACheckpointSaysHowManyWorkersThereAre() throws {
        let trainer = try trainer(configuration(), workers: 2)
        XCTAssertEqual(trainer.setWorkers(.exactly(5)), 5)
        XCTAssertEqual(trainer.team.workerCount, 5)
        XCTAssertEqual(try trainer.checkpoint().writtenBy.workers, 5)
        XCTAssertLessThanOrEqual(trainer.setWorkers(.automatic), 6, "no more than shards")
    }

    // MARK: Runs

    /// Writes to the run's file after some steps, and keeps what it hears.
    private final class Hand: TrainingObserver {
        let path: String
        let writes: [Int: String]
        var changes: [Int: Int] = [:]
        var notes: [String] = []

        init(_ run: TrainingRun, _ writes: [Int: String]) {
            path = run.directory.workersPath
            self.writes = writes
        }

        func stepFinished(_ report: StepReport) {
            guard let text = writes[report.step] else { return }
            try? text.write(toFile: path, atomically: true, encoding: .utf8)
        }
        func workersChanged(to count: Int, afterStep step: Int) { changes[step] = count }
        func note(_ message: String) { notes.append(message) }
    }

    private func newRun(_ name: String, workers: Int = 2) throws -> TrainingRun {
        let run = try TrainingRun(
            configuration(), directory: "\(directory)/\(name)", recordsFingerprints: true, workers: .exactly(workers))
        run.control = WorkerControl(path: run.directory.workersPath, interval: .zero)
        return run
    }

    private func fingerprints(_ run: TrainingRun) throws -> String {
        try String(contentsOfFile: run.directory.fingerprintsPath, encoding: .utf8)
    }

    func testARunTakesTheNumberInItsFileAndHasTheSameBitsAfterEachStep() throws {
        let undisturbed = try newRun("undisturbed")
        _ = try undisturbed.train()
        let run = try newRun("disturbed")
        let hand = Hand(run, [3: "5\n", 7: "1", 8: "4\n", 9: "4\n", 15: "8\n"])
        XCTAssertEqual(try run.train(observer: hand).reason, .completed)
        XCTAssertEqual(hand.changes, [3: 5, 7: 1, 8: 4, 15: 8])
        XCTAssertEqual(hand.notes.count, 1)
        XCTAssertTrue(hand.notes[0].contains("8 workers share 6 shards"), "\(hand.notes)")
        XCTAssertEqual(try fingerprints(run), try fingerprints(undisturbed))
        let log = try String(contentsOfFile: run.directory.logPath, encoding: .utf8)
        XCTAssertTrue(log.contains("goes on after step 7 with 1 worker, before 5"), log)
        XCTAssertFalse(FileManager.default.fileExists(atPath: run.directory.workersPath))
    }

    func testATimelineHasLinesForWorkersThatComeLater() throws {
        let run = try newRun("run", workers: 1)
        let path = "\(directory)/trace.json"
        let timeline = try Timeline(path: path, process: "test")
        run.record(on: timeline)
        _ = try run.train(observer: Hand(run, [3: "3\n", 9: "2\n"]))
        run.record(on: nil)
        XCTAssertEqual(timeline.finish().problem, nil)
        let text = try String(contentsOfFile: path, encoding: .utf8)
        for worker in 0..<3 {
            XCTAssertEqual(text.components(separatedBy: "{\"name\":\"worker \(worker)\"}").count, 2, "worker \(worker)")
        }
        XCTAssertFalse(text.contains("\"worker 3\""))
    }

    func testNonsenseIsNamedAndChangesNothing() throws {
        let nonsense = ["0", "-1", "two", "1.5", "1025", "99999999999999999999", "2 3", "\u{0}", "é"]
        let run = try newRun("run")
        let hand = Hand(run, Dictionary(uniqueKeysWithValues: nonsense.enumerated().map { ($0 + 2, $1) }))
        _ = try run.train(observer: hand)
        XCTAssertEqual(hand.changes, [:])
        XCTAssertEqual(hand.notes.count, nonsense.count, "\(hand.notes)")
        for (note, text) in zip(hand.notes, nonsense) {
            XCTAssertTrue(note.contains("in 1 ... 1024, found '\(text)'"), note)
        }
    }

    func testWhatWasMeantForAnotherProcessIsForgotten() throws {
        let run = try newRun("run")
        _ = try run.train(steps: 3)
        try "7\n".write(toFile: run.directory.workersPath, atomically: true, encoding: .utf8)
        let resumed = try TrainingRun(resuming: run.directory.path, workers: .exactly(2))
        let hand = Hand(resumed, [:])
        _ = try resumed.train(observer: hand)
        XCTAssertEqual(hand.changes, [:])
    }

    func testOnlyARunThatTrainsIsAsked() throws {
        let run = try newRun("run")
        XCTAssertNoThrow(try run.directory.request(.exactly(3)), "from its making on")
        let hand = Hand(run, [:])
        _ = try run.train(steps: 3, observer: hand)
        XCTAssertEqual(hand.changes, [0: 3])
        XCTAssertThrowsError(try run.directory.request(.exactly(3))) { error in
            XCTAssertTrue("\(error)".contains("nobody is training in it"), "\(error)")
        }
        XCTAssertNil(run.directory.workersOfTraining)
        XCTAssertFalse(FileManager.default.fileExists(atPath: run.directory.workersPath))
    }

    func testAFileIsLookedAtOnlySoOften() throws {
        let path = "\(directory)/workers"
        let control = WorkerControl(path: path, interval: .seconds(600))
        control.begin(workers: 2)
        XCTAssertNil(control.look())
        try WorkerControl.write(.exactly(3), to: path)
        XCTAssertNil(control.look())
        let often = WorkerControl(path: path, interval: .zero)
        XCTAssertEqual(often.look(), .workers(.exactly(3)))
        XCTAssertNil(often.look(), "once")
        try WorkerControl.write(.automatic, to: path)
        XCTAssertEqual(often.look(), .workers(.automatic))
        try Data().write(to: URL(fileURLWithPath: path))
        XCTAssertNil(often.look(), "not written yet")
    }

    func testAFileThatIsNoneIsNamed() throws {
        let path = "\(directory)/workers"
        let control = WorkerControl(path: path, interval: .zero)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        XCTAssertEqual(control.look(), .nonsense("a file that cannot be read"))
        XCTAssertNil(control.look())
        rmdir(path)
        XCTAssertEqual(mkfifo(path, 0o600), 0)
        _ = control.look()
    }
}
