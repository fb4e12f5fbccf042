import Checkpoints
import Kernels
import Networks
import Optimization
import RunSupport
import TestSupport
import XCTest

@testable import Training

final class FingerprintLogTests: RunTestCase {
    private func configuration() -> Configuration {
        Configuration(
            dataset: .synthetic(inputs: [12], classes: 3, samples: 90, validation: 30),
            network: Network {
                Linear(16)
                ReLU()
                Linear(3)
            },
            optimizer: .adam(.init(learningRate: 0.01)), batchSize: 20, shards: 3, epochs: 4, seed: 3)
    }

    private func newRun(
        _ name: String, recording: Bool = true, workers: Int = 2, _ change: (inout Configuration) -> Void = { _ in }
    ) throws -> TrainingRun {
        var configuration = configuration()
        change(&configuration)
        return try TrainingRun(
            configuration, directory: path(name), recordsFingerprints: recording, workers: .exactly(workers))
    }

    private func lines(_ run: String) throws -> [String] {
        try String(contentsOfFile: path(run) + "/fingerprints.csv", encoding: .utf8).split(separator: "\n").map(
            String.init)
    }

    // MARK: What is recorded

    func testEveryStepHasALineWithTheDigestsOfItsCheckpoint() throws {
        let run = try newRun("run") { $0.keepEvery = 1 }
        _ = try run.train()
        let lines = try lines("run")
        XCTAssertEqual(lines[0], "step,fingerprint,linear1/weight,linear1/bias,linear2/weight,linear2/bias")
        XCTAssertEqual(lines.dropFirst().map { $0.split(separator: ",")[0] }, (0...20).map { "\($0)" })
        let store = CheckpointStore(directory: run.directory.checkpointsPath)
        for step in [0, 1, 7, 20] {
            let checkpoint = try Checkpoint.read(store.path(step: step))
            let digests = checkpoint.parameters.map { tensor in
                var digest = XXH64()
                tensor.values.withUnsafeBytes { digest.update($0) }
                let digits = String(digest.finalize(), radix: 16)
                return String(repeating: "0", count: 16 - digits.count) + digits
            }
            XCTAssertEqual(
                lines[1 + step],
                ["\(step)", checkpoint.fingerprint].joined(separator: ",") + "," + digests.joined(separator: ","))
        }
    }

    func testRecordingChangesNoBitAndWorkersLeaveNoTrace() throws {
        let plain = try Checkpoint.read(try newRun("plain", recording: false).train().checkpoint)
        let recorded = try Checkpoint.read(try newRun("one", workers: 1).train().checkpoint)
        _ = try newRun("three", workers: 3).train()
        XCTAssertNil(recorded.difference(from: plain))
        XCTAssertEqual(try lines("one"), try lines("three"))
        XCTAssertFalse(FileManager.default.fileExists(atPath: path("plain/fingerprints.csv")))
    }

    func testAResumeGoesOnWithTheLinesOfItsCheckpoint() throws {
        _ = try newRun("whole").train()
        _ = try newRun("run").train(steps: 7)
        // As after a kill some steps later, in the middle of a line.
        let file = path("run/fingerprints.csv")
        let handle = try XCTUnwrap(FileHandle(forWritingAtPath: file))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data("8,0123456789abcdef,0,0,0,0\n9,01234".utf8))
        try handle.close()
        _ = try TrainingRun(resuming: path("run")).train()
        XCTAssertEqual(try lines("run"), try lines("whole"))
    }

    func testAResumeMayBeginToRecord() throws {
        _ = try newRun("run", recording: false).train(steps: 7)
        _ = try TrainingRun(resuming: path("run"), recordsFingerprints: true).train()
        XCTAssertEqual(try lines("run").dropFirst().map { $0.split(separator: ",")[0] }, (7...20).map { "\($0)" })
    }

    func testLinesAreThereAfterALossThatIsNoNumber() throws {
        let run = try newRun("run") { $0.optimizer = .sgd(.init(learningRate: 1e30)) }
        XCTAssertThrowsError(try run.train())
        XCTAssertGreaterThan(try lines("run").count, 2)
    }

    // MARK: Comparisons

    private func comparison(_ first: String, _ second: String) throws -> RunComparison.Outcome {
        try RunComparison(path(first), path(second)).outcome
    }

    func testRunsOfTheSameBitsAreTheSameOverTheStepsThatBothHave() throws {
        _ = try newRun("one").train()
        _ = try newRun("two").train(steps: 9)
        guard case .same(let count, let steps) = try comparison("one", "two") else { return XCTFail("they part") }
        XCTAssertEqual(count, 10)
        XCTAssertEqual(steps, 0...9)
    }

    func testTheFirstStepThatDiffersIsNamedWithItsTensors() throws {
        leavesDamaged("two", "recorded for step 8")
        let start = try newRun("one") { $0.keepEvery = 1 }.train(steps: 8).checkpoint
        _ = try TrainingRun(resuming: path("one")).train()
        // The same run with one weight of the last layer touched between steps 8 and 9.
        var touched = try Checkpoint.read(start)
        touched.parameters[3].values[1] = touched.parameters[3].values[1].nextUp
        _ = try newRun("two").train(steps: 8)
        try FileManager.default.removeItem(atPath: path("two/checkpoints/step-00000008.h5"))
        try touched.write(to: path("two/checkpoints/step-00000008.h5"))
        _ = try TrainingRun(resuming: path("two")).train()
        guard case .parted(let parting) = try comparison("one", "two") else { return XCTFail("they do not part") }
        XCTAssertEqual(parting.step, 9)
        XCTAssertEqual(parting.lastSame, 8)
        XCTAssertEqual(parting.stepsBefore, 9)
        XCTAssertTrue(parting.tensors.contains("linear2/bias"), "\(parting.tensors)")
        XCTAssertEqual(parting.tensorCount, 4)
    }

    func testOtherSeedsPartAtTheStart() throws {
        _ = try newRun("one").train(steps: 2)
        _ = try newRun("two") { $0.seed = 4 }.train(steps: 2)
        guard case .parted(let parting) = try comparison("one", "two") else { return XCTFail("they do not part") }
        XCTAssertEqual(parting.step, 0)
        XCTAssertNil(parting.lastSame)
        // Biases begin at zero.
        XCTAssertEqual(parting.tensors, ["linear1/weight", "linear2/weight"])
    }

    func testWithoutFingerprintsCheckpointsOfTheSameStepsAreCompared() throws {
        _ = try newRun("one", recording: false).train()
        _ = try newRun("two", recording: false).train()
        _ = try newRun("three", recording: false) {
            $0.schedule = Schedule(.step(everyEpochs: 2, factor: 0.5), warmupSteps: 0)
        }.train()
        guard case .sameCheckpoints(let count, let newest) = try comparison("one", "two") else {
            return XCTFail("they part")
        }
        XCTAssertEqual([count, newest], [3, 20])
        guard case .partedCheckpoints(let step, _, let lastSame) = try comparison("one", "three") else {
            return XCTFail("they do not part")
        }
        XCTAssertEqual(step, 15)
        XCTAssertEqual(lastSame, 10)
    }

    func testRunsWithNothingInCommonCannotBeCompared() throws {
        _ = try newRun("one", recording: false) { $0.keepCheckpoints = 1 }.train(steps: 3)
        _ = try newRun("two", recording: false) { $0.keepCheckpoints = 1 }.train(steps: 4)
        XCTAssertThrowsError(try comparison("one", "two")) { error in
            XCTAssertTrue("\(error)".contains("checkpoints of steps 4 here, 3 in"), "\(error)")
            XCTAssertTrue("\(error)".contains("--record-fingerprints"), "\(error)")
        }
        _ = try newRun("three").train(steps: 2)
        _ = try newRun("four") { $0.network = Network { Linear(3) } }.train(steps: 2)
        XCTAssertThrowsError(try comparison("three", "four")) { error in
            XCTAssertTrue("\(error)".contains("of another network"), "\(error)")
            XCTAssertTrue("\(error)".contains("linear2/weight"), "\(error)")
        }
    }
}
