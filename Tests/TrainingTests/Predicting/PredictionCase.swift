import Datasets
import HDF5
import RunSupport
import TestSupport
import XCTest

@testable import Networks
@testable import Training

/// A data set in a file, and a network to be trained on it a little.
struct PredictionCase {
    var name: String
    var inputShape: [Int]
    var storesBytes = false
    var normalization = NormalizationChoice.stored
    var loss = Loss.crossEntropy()
    var network: Network
    /// Whether the forward pass of training is another one.
    var normalizesBatches = false

    var features: Int { inputShape.reduce(1, *) }
    static let outputs = 5

    static func mlp() -> PredictionCase {
        PredictionCase(
            name: "mlp", inputShape: [19], normalization: .standardize,
            network: Network {
                Linear(67)
                ReLU()
                Residual {
                    Linear(67)
                    GELU()
                }
                Linear(outputs)
            })
    }

    static func images(normalizesBatches: Bool) -> PredictionCase {
        var network = Network {
            Convolution(7, kernel: 3, padding: .same)
            Tanh()
            MaxPool(2)
            Convolution(6, kernel: 3, padding: .same, groups: 1)
            ReLU()
            Linear(33)
            SiLU()
            Linear(outputs)
        }
        if normalizesBatches {
            network = Network {
                Convolution(7, kernel: 3, padding: .same, bias: false)
                BatchNormalization()
                ReLU()
                MaxPool(2)
                Residual {
                    Convolution(6, kernel: 3, padding: .same, bias: false)
                    BatchNormalization()
                } projection: {
                    Convolution(6, kernel: 1, bias: false)
                    BatchNormalization()
                }
                GlobalAveragePool()
                Linear(outputs)
            }
        } else {
            network.layers.insert(Flatten(), at: 5)
        }
        return PredictionCase(
            name: normalizesBatches ? "batches" : "images", inputShape: [7, 6, 3], storesBytes: true, network: network,
            normalizesBatches: normalizesBatches)
    }

    static func regression() -> PredictionCase {
        PredictionCase(
            name: "regression", inputShape: [11], normalization: .standardize, loss: .meanSquaredError,
            network: Network {
                Linear(40)
                Sigmoid()
                Linear(outputs)
            })
    }

    static func binary() -> PredictionCase {
        var binary = regression()
        (binary.name, binary.loss) = ("binary", .binaryCrossEntropy)
        return binary
    }

    static func all() -> [PredictionCase] {
        [mlp(), images(normalizesBatches: false), images(normalizesBatches: true), regression(), binary()]
    }
}

/// What a case comes to: a checkpoint, and samples with what `lockstep predict` says of them.
struct TrainedCase {
    let checkpoint: String
    let data: String
    let numbers: [Float]
    let bytes: [UInt8]
    let samples: [[Float]]
    let run: TrainingRun
}

extension RunTestCase {
    /// Samples of the test split.
    static var predicted: Int { 150 }

    func train(_ some: PredictionCase, steps: Int = 6) throws -> TrainedCase {
        var random = SeededGenerator(seed: 5)
        let (features, count) = (some.features, 64 + Self.predicted)
        let bytes = (0..<count * features).map { _ in UInt8.random(in: 0...255, using: &random) }
        let numbers = some.storesBytes ? bytes.map { Float($0) } : random.floats(count * features, scale: 30)
        let labels = (0..<count).map { _ in Int32.random(in: 0..<5, using: &random) }
        let values = random.floats(count * 5).map { some.loss == .binaryCrossEntropy ? abs($0) : $0 }
        let data = path("\(some.name).h5")
        try withNewFile(data) { file in
            for (split, rows) in [("train", 0..<64), ("test", 64..<count)] {
                let range = rows.lowerBound * features..<rows.upperBound * features
                let shape = [rows.count] + some.inputShape
                if some.storesBytes {
                    try file.root.write("x_\(split)", Array(bytes[range]), shape: shape)
                } else {
                    try file.root.write("x_\(split)", Array(numbers[range]), shape: shape)
                }
                if some.loss.isClassification {
                    try file.root.write("y_\(split)", Array(labels[rows]))
                } else {
                    try file.root.write(
                        "y_\(split)", Array(values[rows.lowerBound * 5..<rows.upperBound * 5]), shape: [rows.count, 5])
                }
            }
            if some.loss.isClassification { try file.root.attributes.set("class_names", ["a", "b", "c", "d", "e"]) }
        }
        let configuration = Configuration(
            dataset: DatasetDescription(path: data, normalization: some.normalization), network: some.network,
            loss: some.loss, optimizer: .adam(.init(learningRate: 0.01)), batchSize: 16, epochs: 100)
        let run = try TrainingRun(configuration, directory: path("run-\(some.name)"))
        let outcome = try run.train(steps: steps)
        let test = Array(numbers[(64 * features)...])
        return TrainedCase(
            checkpoint: outcome.checkpoint, data: data, numbers: test, bytes: Array(bytes[(64 * features)...]),
            samples: (0..<Self.predicted).map { Array(test[$0 * features..<($0 + 1) * features]) }, run: run)
    }
}
