import Checkpoints
import Datasets
import Networks
import RunSupport
import TestSupport
import Training
import XCTest

/// Who may end a run, and what it leaves then.
final class RunControlTests: RunTestCase {
    private func configuration() -> Configuration {
        Configuration(
            dataset: .synthetic(inputs: [12], classes: 3, samples: 90, validation: 30, test: 30),
            network: Network {
                Linear(16)
                ReLU()
                Linear(3)
            }, optimizer: .adam(.init(learningRate: 0.01)), batchSize: 20, epochs: 4, seed: 3)
    }

    private struct Stopper: TrainingObserver {
        var step: Int?
        var epoch: Int?

        func decision(after report: StepReport) -> TrainingDecision {
            report.step == step ? .stop(because: "loss \(report.loss > 0 ? "above" : "at") zero") : .goOn
        }

        func decision(after report: EpochReport) -> TrainingDecision {
            report.epoch == epoch && report.validation != nil ? .stop(because: "good enough") : .goOn
        }
    }

    private func fingerprintOfWholeRun() throws -> String {
        try Checkpoint.read(TrainingRun(configuration(), directory: path("whole")).train().checkpoint).fingerprint
    }

    func testAnObserverEndsARunInsideAnEpoch() throws {
        let outcome = try TrainingRun(configuration(), directory: path("run")).train(observer: Stopper(step: 7))
        XCTAssertEqual(outcome.reason, .stoppedByObserver)
        XCTAssertEqual(outcome.explanation, "loss above zero")
        XCTAssertEqual(outcome.step, 7)
        XCTAssertEqual(try Checkpoint.read(outcome.checkpoint).progress.step, 7)
        let log = try String(contentsOfFile: path("run/log.txt"), encoding: .utf8)
        XCTAssertTrue(log.contains("loss above zero"), log)
        let resumed = try TrainingRun(resuming: path("run")).train()
        XCTAssertEqual(resumed.reason, .completed)
        XCTAssertNil(resumed.explanation)
        XCTAssertEqual(try Checkpoint.read(resumed.checkpoint).fingerprint, try fingerprintOfWholeRun())
    }

    func testAnObserverEndsARunAfterAnEpoch() throws {
        let outcome = try TrainingRun(configuration(), directory: path("run")).train(observer: Stopper(epoch: 2))
        XCTAssertEqual(outcome.reason, .stoppedByObserver)
        XCTAssertEqual(outcome.step, 10)
        XCTAssertEqual(outcome.epoch, 2)
        XCTAssertEqual(outcome.lastEpoch?.epoch, 2)
    }

    /// After the last step of an epoch, that is validated first.
    func testAStepThatEndsAnEpochIsValidated() throws {
        let outcome = try TrainingRun(configuration(), directory: path("run")).train(observer: Stopper(step: 5))
        XCTAssertEqual(outcome.reason, .stoppedByObserver)
        XCTAssertEqual(outcome.lastEpoch?.epoch, 1)
    }

    func testTrainingIsAwaited() async throws {
        let outcome = try await TrainingRun(configuration(), directory: path("run")).train()
        XCTAssertEqual(outcome.reason, .completed)
        XCTAssertEqual(try Checkpoint.read(outcome.checkpoint).fingerprint, try fingerprintOfWholeRun())
    }

    func testACancelledTaskEndsWithACheckpoint() async throws {
        var long = configuration()
        long.epochs = 1_000_000
        let (steps, continuation) = AsyncStream<Int>.makeStream()
        struct Teller: TrainingObserver {
            let continuation: AsyncStream<Int>.Continuation
            func stepFinished(_ report: StepReport) { continuation.yield(report.step) }
        }
        let training = Task { [long, place = path("run")] in
            try await TrainingRun(long, directory: place).train(observer: Teller(continuation: continuation))
        }
        for await step in steps where step >= 8 { break }
        training.cancel()
        let outcome = try await training.value
        XCTAssertEqual(outcome.reason, .interrupted)
        XCTAssertGreaterThanOrEqual(outcome.step, 8)
        XCTAssertEqual(try Checkpoint.read(outcome.checkpoint).progress.step, outcome.step)
    }

    func testATaskCancelledBeforeItBeganTakesNoStep() async throws {
        let run = configuration()
        let training = Task { [place = path("run")] in
            withUnsafeCurrentTask { $0?.cancel() }
            return try await TrainingRun(run, directory: place).train()
        }
        let outcome = try await training.value
        XCTAssertEqual(outcome.reason, .interrupted)
        XCTAssertEqual(outcome.step, 0)
    }

    func testAnErrorReachesWhoAwaits() async throws {
        let run = try TrainingRun(configuration(), directory: path("run"))
        _ = try await run.train(steps: 3)
        let other = try TrainingRun(resuming: path("run"))
        _ = try await other.train(steps: 5)
        do {
            _ = try await run.train()
            XCTFail("the run went on although somebody else has trained on")
        } catch let error as TrainingError {
            XCTAssertTrue("\(error)".contains("step 3"), "\(error)")
        }
    }
}
