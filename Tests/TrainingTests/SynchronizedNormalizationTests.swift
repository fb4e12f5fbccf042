import Datasets
import Kernels
import XCTest

@testable import Networks
@testable import Training

/// Batch normalization over all shards of a step.
final class SynchronizedNormalizationTests: XCTestCase {
    private func network(synchronized: Bool) -> Network {
        Network {
            Convolution(4, kernel: 3, padding: .same, bias: false)
            BatchNormalization(synchronized: synchronized)
            ReLU()
            Residual {
                Convolution(4, kernel: 3, padding: .same, bias: false)
                BatchNormalization(momentum: 0.3, synchronized: synchronized)
                Tanh()
            }
            GlobalAveragePool()
            Linear(3)
        }
    }

    private func configuration(shards: Int, synchronized: Bool) -> Configuration {
        Configuration(
            dataset: .synthetic(inputs: [5, 4, 2], classes: 3, samples: 61),
            network: network(synchronized: synchronized),
            optimizer: .sgd(.init(learningRate: 0.05, momentum: 0.9)), batchSize: 23, shards: shards, epochs: 2, seed: 5
        )
    }

    private func parameters(_ configuration: Configuration, steps: Int, workers: Int = 2) throws -> [String: [Float]] {
        let trainer = try Trainer(
            configuration, dataset: try Dataset.load(configuration.dataset, relativeTo: nil),
            workers: .exactly(workers), kernels: availableKernels()[0])
        try trainer.team.region {
            for _ in 0..<steps {
                _ = try trainer.step()
                if trainer.isEpochComplete { trainer.beginNextEpoch() }
            }
        }
        return Dictionary(
            uniqueKeysWithValues: try trainer.checkpoint().parameters.map { ($0.name, $0.values) })
    }

    func testShardsTogetherAreOneBigShardToWithinRounding() throws {
        // The third batch of an epoch has 15 rows.
        let expected = try parameters(configuration(shards: 1, synchronized: false), steps: 5)
        for shards in [1, 2, 3, 5, 8, 23] {
            let found = try parameters(configuration(shards: shards, synchronized: true), steps: 5)
            for (name, values) in expected {
                for (value, other) in zip(values, found[name]!) {
                    XCTAssertEqual(other, value, accuracy: 2e-5 * (1 + abs(value)), "\(name), \(shards) shards")
                }
            }
        }
    }

    func testOneShardHasTheBitsOfOneThatIsNotSynchronized() throws {
        XCTAssertEqual(
            try parameters(configuration(shards: 1, synchronized: true), steps: 4),
            try parameters(configuration(shards: 1, synchronized: false), steps: 4))
    }

    func testItIsNotWhatShardsComeToByThemselves() throws {
        XCTAssertNotEqual(
            try parameters(configuration(shards: 5, synchronized: true), steps: 1),
            try parameters(configuration(shards: 5, synchronized: false), steps: 1))
    }

    func testMoreWorkersThanShardsGiveTheSameBits() throws {
        let expected = try parameters(configuration(shards: 3, synchronized: true), steps: 5, workers: 1)
        for workers in [2, 3, 9] {
            XCTAssertEqual(
                try parameters(configuration(shards: 3, synchronized: true), steps: 5, workers: workers), expected)
        }
    }

    func testPassesAreRefused() throws {
        var configuration = configuration(shards: 4, synchronized: true)
        configuration.accumulate = 2
        XCTAssertThrowsError(try parameters(configuration, steps: 1)) {
            XCTAssertEqual(
                "\($0)",
                "accumulate: expected 1, as layer batchNormalization1 is synchronized and needs all shards of a step at "
                    + "once, found 2")
        }
    }

    func testALossThatIsNotFiniteIsTracedToItsLayer() throws {
        var configuration = configuration(shards: 4, synchronized: true)
        configuration.optimizer = .sgd(.init(learningRate: 1e38))
        XCTAssertThrowsError(try parameters(configuration, steps: 5)) {
            guard case .nonFinite(_, let layer, _)? = $0 as? TrainingError else { return XCTFail("\($0)") }
            // The squares of such outputs are too large, not the outputs.
            XCTAssertEqual(layer, "batchNormalization1")
        }
    }
}
