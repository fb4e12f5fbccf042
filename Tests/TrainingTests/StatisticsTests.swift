import Checkpoints
import Datasets
import Kernels
import Optimization
import XCTest

@testable import Networks
@testable import Training

/// What a run makes of the statistics of batch normalization.
final class StatisticsTests: XCTestCase {
    private static let samples = 40

    /// Parameters after one step on all samples.
    private func step(_ change: (inout Configuration) -> Void) throws -> (Dataset, [String: [Float]]) {
        var configuration = Configuration(
            dataset: .synthetic(inputs: [3], classes: 2, samples: Self.samples),
            network: Network {
                BatchNormalization(momentum: 1)
                Linear(2)
            }, batchSize: Self.samples, shards: 3, epochs: 4, seed: 3)
        change(&configuration)
        let trainer = try Trainer(
            configuration, dataset: try Dataset.load(configuration.dataset, relativeTo: nil), workers: .exactly(2),
            kernels: availableKernels()[0])
        try trainer.team.region { _ = try trainer.step() }
        let parameters = try trainer.checkpoint().parameters.map { ($0.name, $0.values) }
        return (trainer.dataset, Dictionary(uniqueKeysWithValues: parameters))
    }

    /// The inputs by channel.
    private func channels(of dataset: Dataset) throws -> [[Double]] {
        var inputs = [Float](repeating: 0, count: 3 * Self.samples)
        try dataset.table(.train).gatherInputs(
            (0..<Int32(Self.samples)).map { $0 }, count: Self.samples, into: &inputs, kernels: availableKernels()[0])
        return (0..<3).map { c in (0..<Self.samples).map { Double(inputs[$0 * 3 + c]) } }
    }

    private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

    private func variance(_ values: [Double]) -> Double {
        let mean = mean(values)
        return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
    }

    func testOneShardGivesTheStatisticsOfTheData() throws {
        let (dataset, found) = try step { $0.shards = 1 }
        for (c, values) in try channels(of: dataset).enumerated() {
            XCTAssertEqual(Double(found["batchNormalization1/mean"]![c]), mean(values), accuracy: 1e-5)
            XCTAssertEqual(Double(found["batchNormalization1/variance"]![c]), variance(values), accuracy: 1e-5)
        }
    }

    /// The mean of unequal shards' means, weighted by their rows, is the mean of all, whatever is done to gradients.
    func testStatisticsAreNoGradients() throws {
        let optimizers: [any Optimizer] = [
            .sgd(.init(learningRate: 0.1, momentum: 0.9, weightDecay: 0.5)), .adamW(.init()),
            .lars(.init(learningRate: 1)),
            .lamb(.init()),
        ]
        for optimizer in optimizers {
            for clips in [false, true] {
                let (dataset, found) = try step {
                    $0.optimizer = optimizer
                    $0.clipNorm = clips ? 1e-6 : nil
                    $0.clipValue = clips ? nil : 1e-6
                }
                for (c, values) in try channels(of: dataset).enumerated() {
                    XCTAssertEqual(
                        Double(found["batchNormalization1/mean"]![c]), mean(values), accuracy: 1e-5, "\(optimizer)")
                }
            }
        }
    }

    func testAStepMovesThemByTheirMomentum() throws {
        let (dataset, found) = try step {
            $0.network = Network {
                BatchNormalization(momentum: 0.25)
                Linear(2)
            }
            $0.shards = 1
        }
        for (c, values) in try channels(of: dataset).enumerated() {
            XCTAssertEqual(Double(found["batchNormalization1/mean"]![c]), 0.25 * mean(values), accuracy: 1e-5)
            XCTAssertEqual(
                Double(found["batchNormalization1/variance"]![c]), 0.75 + 0.25 * variance(values), accuracy: 1e-5)
        }
    }

    func testThoseOfAFrozenLayerStay() throws {
        let (_, found) = try step { $0.parameterGroups = [ParameterGroup(["batchNormalization1/*"], frozen: true)] }
        XCTAssertEqual(found["batchNormalization1/mean"], [0, 0, 0])
        XCTAssertEqual(found["batchNormalization1/variance"], [1, 1, 1])
    }

    /// A body that is frozen is the same function in training and in validation.
    func testAFrozenBodyTrainsOnWhatItIsEvaluatedWith() throws {
        var configuration = Configuration(
            dataset: .synthetic(inputs: [6], classes: 3, samples: 90),
            network: Network {
                Linear(8)
                BatchNormalization(momentum: 0.5)
                ReLU()
                Linear(3)
            }, optimizer: .sgd(.init(learningRate: 0.1)), batchSize: 30, shards: 3, epochs: 2, seed: 3)
        let kernels = availableKernels()[0]
        let dataset = try Dataset.load(configuration.dataset, relativeTo: nil)
        let body = try Trainer(configuration, dataset: dataset, workers: .exactly(2), kernels: kernels)
        try body.team.region { for _ in 0..<3 { _ = try body.step() } }
        let before = try body.checkpoint()

        // A head that all but stands still sees the same rows as an evaluation.
        configuration.parameterGroups = [ParameterGroup(["linear1/*", "batchNormalization1/*"], frozen: true)]
        configuration.optimizer = .sgd(.init(learningRate: 1e-30))
        for synchronized in [false, true] {
            configuration.network.layers[1] = BatchNormalization(momentum: 0.5, synchronized: synchronized)
            let network = try Trainer.compile(configuration, for: dataset)
            let trainer = try Trainer(
                configuration, dataset: dataset,
                model: try Model(network: network, checkpoint: before, path: "memory", kernels: kernels),
                progress: Checkpoint.Progress(), workers: .exactly(2), microBatch: nil, kernels: kernels)
            try trainer.team.region { for _ in 0..<3 { _ = try trainer.step() } }
            let evaluated = try Evaluator(model: trainer.model, workers: .exactly(2), kernels: kernels)
                .evaluate(dataset.table(.train), split: .train)
            XCTAssertEqual(trainer.progress.epochLoss / 90, evaluated.loss, accuracy: 1e-6)
            XCTAssertEqual(Double(trainer.progress.epochCorrect) / 90, evaluated.accuracy)
            let after = try trainer.checkpoint().parameters
            for (tensor, old) in zip(after, before.parameters) where !tensor.name.hasPrefix("linear2") {
                XCTAssertEqual(tensor.values, old.values, tensor.name)
            }
        }
    }

    func testScaleAndOffsetFrozenWithoutStatisticsAreSaid() throws {
        func note(_ frozen: [String]) throws -> String? {
            let configuration = Configuration(
                dataset: .synthetic(inputs: [6], classes: 3, samples: 90),
                network: Network {
                    Linear(8)
                    BatchNormalization(name: "norm")
                    Linear(3)
                }, parameterGroups: [ParameterGroup(frozen, frozen: true)])
            return try Trainer(
                configuration, dataset: try Dataset.load(configuration.dataset, relativeTo: nil), workers: .exactly(1),
                kernels: availableKernels()[0]
            ).freezingNote
        }
        XCTAssertEqual(
            try note(["norm/scale", "norm/offset"]),
            "the scale and offset of norm are frozen and its statistics are not: it goes on normalizing by the rows it "
                + "trains on; freeze norm/* for a fixed function")
        for frozen in [["norm/*"], ["norm/scale"], ["norm/mean", "norm/variance"], ["linear1/*"]] {
            XCTAssertNil(try note(frozen))
        }
    }

    func testStatisticsAloneAreNothingToTrain() {
        XCTAssertThrowsError(
            try step {
                $0.parameterGroups = [
                    ParameterGroup(["*/mean", "*/variance"], learningRate: 1), ParameterGroup(["*"], frozen: true),
                ]
            }
        ) {
            XCTAssertEqual("\($0)", "parameterGroups: expected a parameter that is not frozen, found all are")
        }
    }
}
