import Checkpoints
import Datasets
import HDF5
import Kernels
import TestSupport
import XCTest

@testable import Networks
@testable import Training

/// What class weights make of averages.
final class ClassWeightsTests: HDF5TestCase {
    /// 400 rows, one of 20 of class 1, the same in each split, in batches of 8.
    private func configuration(_ loss: Loss = .crossEntropy(classWeights: [1, 19])) throws -> Configuration {
        let path = path("rows.h5")
        if !FileManager.default.fileExists(atPath: path) {
            var random = SeededGenerator(seed: 4)
            let inputs = random.floats(400 * 3)
            let labels = (0..<400).map { Int32($0 % 20 == 7 ? 1 : 0) }
            try withNewFile(path) { file in
                for split in ["train", "validation", "test"] {
                    try file.root.write("x_\(split)", inputs, shape: [400, 3])
                    try file.root.write("y_\(split)", labels)
                }
            }
        }
        return Configuration(
            dataset: .file(path), network: Network { Linear(2) }, loss: loss,
            optimizer: .sgd(.init(learningRate: 1e-30)), batchSize: 8, shards: 2, epochs: 1, seed: 3)
    }

    private final class Listener: TrainingObserver {
        var epochs: [EpochReport] = []
        var notes: [String] = []
        func epochFinished(_ report: EpochReport) { epochs.append(report) }
        func note(_ message: String) { notes.append(message) }
    }

    func testTheTrainingLossIsThatOfAValidationOnTheSameRows() throws {
        for loss in [
            Loss.crossEntropy(classWeights: [1, 19]), .crossEntropy(labelSmoothing: 0.1, classWeights: [0, 2]),
        ] {
            let run = try TrainingRun(try configuration(loss), directory: path("\(loss)"), workers: .exactly(2))
            let listener = Listener()
            _ = try run.train(observer: listener)
            let report = try XCTUnwrap(listener.epochs.first)
            XCTAssertEqual(report.trainingLoss, try XCTUnwrap(report.validation?.loss), accuracy: 1e-6)
        }
    }

    func testItIsSoAfterAStopInTheMiddleOfTheEpoch() throws {
        let run = try TrainingRun(try configuration(), directory: path("run"), workers: .exactly(2))
        _ = try run.train(steps: 17)
        let listener = Listener()
        _ = try TrainingRun(resuming: path("run"), observer: listener).train(observer: listener)
        let report = try XCTUnwrap(listener.epochs.first)
        XCTAssertEqual(report.trainingLoss, try XCTUnwrap(report.validation?.loss), accuracy: 1e-6)
        XCTAssertEqual(listener.notes, [])
    }

    func testAnEpochThatAnOlderVersionBeganIsSaid() throws {
        let run = try TrainingRun(try configuration(), directory: path("run"), workers: .exactly(2))
        let outcome = try run.train(steps: 17)
        var old = try Checkpoint.read(outcome.checkpoint)
        // Means times rows, and no weight.
        old.progress.epochLoss = 0.7 * 136
        old.progress.epochWeight = nil
        try old.write(to: outcome.checkpoint, replacing: true)
        let listener = Listener()
        let resumed = try TrainingRun(resuming: path("run"), observer: listener)
        XCTAssertEqual(listener.notes.count, 1)
        XCTAssertTrue(
            listener.notes[0].hasSuffix(
                "expected what the 136 samples of the epoch weigh, found no such number, as an older version wrote it: "
                    + "the training loss of epoch 1 counts batches until here by rows"), listener.notes[0])
        // As if each weighed what 400 rows do on average, 1.9.
        XCTAssertEqual(try XCTUnwrap(resumed.trainer.progress.epochWeight), 136 * 1.9, accuracy: 1e-9)
        XCTAssertEqual(resumed.trainer.progress.epochLoss, 0.7 * 136 * 1.9, accuracy: 1e-9)

        // Without class weights nothing is missing.
        let plain = old.progress.weighed(by: .crossEntropy(), try resumed.trainer.dataset.table(.train))
        XCTAssertEqual(plain.epochWeight, 136)
        XCTAssertEqual(plain.epochLoss, old.progress.epochLoss)
        XCTAssertNil(old.progress.weightNote(.crossEntropy()))
    }

    func testTheNoiseScaleTakesEachShardsMeanByItsOwnWeights() throws {
        let (rows, weights) = (60, [1.0, 9, 1])
        var random = SeededGenerator(seed: 9)
        let inputs = random.floats(rows * 2)
        let labels = (0..<rows).map { [0, 2, 0, 2, 0, 1, 2, 0, 2, 0, 2, 1][$0 % 12] }
        try withNewFile(path("three.h5")) { file in
            try file.root.write("x_train", inputs, shape: [rows, 2])
            try file.root.write("y_train", labels.map { Int32($0) })
        }
        let configuration = Configuration(
            dataset: .file(path("three.h5")), network: Network { Linear(3, initializer: .zeros) },
            loss: .crossEntropy(classWeights: weights), batchSize: rows, shards: 7, shuffle: .none, noiseScaleEvery: 1)
        let trainer = try Trainer(
            configuration, dataset: try Dataset.load(configuration.dataset, relativeTo: nil), workers: .exactly(2),
            kernels: availableKernels()[0])
        let found = try XCTUnwrap(try trainer.team.region { try trainer.step() }.noise)

        /// The squared norm of the weighted mean gradient of some rows, where all classes have probability ⅓.
        func squaredNorm(_ range: Range<Int>) -> Double {
            var gradient = [Double](repeating: 0, count: 9)
            var weight = 0.0
            for row in range {
                weight += weights[labels[row]]
                for column in 0..<3 {
                    let error = weights[labels[row]] * (1 / 3.0 - (labels[row] == column ? 1 : 0))
                    for (place, x) in [Double(inputs[2 * row]), Double(inputs[2 * row + 1]), 1].enumerated() {
                        gradient[3 * place + column] += x * error
                    }
                }
            }
            return gradient.reduce(0) { $0 + $1 * $1 / (weight * weight) }
        }
        let shards = (0..<7).map { $0 * rows / 7..<($0 + 1) * rows / 7 }
        let all = squaredNorm(0..<rows)
        let meanSquare = shards.reduce(0) { $0 + squaredNorm($1) } / 7
        let meanInverse = shards.reduce(0) { $0 + 1 / Double($1.count) } / 7
        let variance = (meanSquare - all) / (meanInverse - 1 / Double(rows))
        XCTAssertEqual(found.variance, variance, accuracy: 1e-5 * variance)
        XCTAssertEqual(found.squaredGradient, all - variance / Double(rows), accuracy: 1e-5)
    }

    func testShardsThatWeighNothingSayNothingOfTheNoise() throws {
        // Class 1 alone counts: rows 7, 27, …, so that most shards of 8 rows weigh nothing.
        var configuration = try configuration(.crossEntropy(classWeights: [0, 1]))
        (configuration.batchSize, configuration.shards, configuration.shuffle) = (80, 10, .none)
        configuration.noiseScaleEvery = 1
        let trainer = try Trainer(
            configuration, dataset: try Dataset.load(configuration.dataset, relativeTo: nil), workers: .exactly(2),
            kernels: availableKernels()[0])
        let noise = try XCTUnwrap(try trainer.team.region { try trainer.step() }.noise)
        XCTAssertTrue(noise.variance.isFinite && noise.squaredGradient.isFinite)
    }

    func testASplitThatWeighsNothingIsRefused() throws {
        // Class 1 of three is in one split only, for each of them.
        for split in Split.allCases {
            let name = path("\(split).h5")
            try withNewFile(name) { file in
                for other in Split.allCases {
                    try file.root.write("x_\(other)", [Float](repeating: 1, count: 24), shape: [12, 2])
                    try file.root.write(
                        "y_\(other)", (0..<12).map { Int32(other == split ? 1 : $0 % 3) })
                }
            }
            let configuration = Configuration(
                dataset: .file(name), network: Network { Linear(3) }, loss: .crossEntropy(classWeights: [1, 0, 1]))
            XCTAssertThrowsError(try TrainingRun(configuration, directory: path("run-\(split)"))) {
                let message =
                    split == .train
                    ? "expected a row of a class that classWeights give a weight, found classes of weight 0 alone. Nothing "
                        + "would be learned: change classWeights"
                    : "expected a sample of a class that classWeights of the loss crossEntropy gives a weight above 0, found "
                        + "none among the 12 of the \(split) split, whose mean loss is then no number. Give a class of the "
                        + "split a weight, or leave the split out"
                XCTAssertEqual("\($0)", "\(name): y_\(split): \(message)")
            }
        }
        // What a checkpoint is evaluated on may be another file.
        let run = try TrainingRun(try configuration(.crossEntropy(classWeights: [1, 0])), directory: path("good"))
        let model = try TrainedModel(try run.train(steps: 1).checkpoint)
        try withNewFile(path("other.h5")) { file in
            try file.root.write("x_test", [Float](repeating: 1, count: 6), shape: [2, 3])
            try file.root.write("y_test", [Int32](repeating: 1, count: 2))
        }
        XCTAssertThrowsError(try model.evaluate(dataset: path("other.h5"))) {
            XCTAssertTrue("\($0)".contains("found none among the 2 of the test split"), "\($0)")
        }
    }
}
