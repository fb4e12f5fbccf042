import Checkpoints
import Kernels
import Networks
import Optimization
import Training
import XCTest

/// Programs import `Lockstep` and nothing else: this file does too.
final class SingleImportTests: CommandTestCase {
    func testOneImportIsEnoughToDescribeTrainResumeEvaluateAndCompare() throws {
        let configuration = Configuration(
            dataset: .synthetic(inputs: [4], classes: 3, samples: 60, validation: 20, test: 20),
            network: Network {
                Linear(8)
                Residual {
                    Linear(8)
                    GELU()
                }
                Dropout(0.1)
                Linear(3)
            },
            loss: .crossEntropy(labelSmoothing: 0.1),
            optimizer: .sgd(.init(learningRate: 0.1, momentum: 0.9, nesterov: true)),
            schedule: Schedule(.cosine(minimum: 0, decaySteps: nil), warmupSteps: 2), batchSize: 16, epochs: 2)

        let whole = try TrainingRun(configuration, directory: path("whole"), workers: .exactly(1)).train()
        _ = try TrainingRun(configuration, directory: path("stopped")).train(steps: 3)
        let resumed = try TrainingRun(resuming: path("stopped"), workers: .exactly(2))
        let outcome = try resumed.train()
        let report = try resumed.evaluate(.test)

        XCTAssertEqual(outcome.step, 8)
        XCTAssertEqual(report.samples, 20)
        let (first, second) = (try Checkpoint.read(whole.checkpoint), try Checkpoint.read(outcome.checkpoint))
        XCTAssertEqual(first.fingerprint, second.fingerprint)
        XCTAssertNil(first.difference(from: second))
        XCTAssertEqual(try TrainedModel(outcome.checkpoint).evaluate(split: .test), report)
        XCTAssertFalse(availableKernels().isEmpty)
    }
}
