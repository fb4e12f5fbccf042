import Checkpoints
import Datasets
import HDF5
import Networks
import RunSupport
import TestSupport
import Training
import XCTest

/// A run on arrays is the run on a file that holds them.
final class ArrayTrainingTests: RunTestCase {
    private let names = ["no", "perhaps", "yes"]
    private var numbers: [Float] = []
    private var pixels: [UInt8] = []
    private var labels: [Int] = []

    override func setUpWithError() throws {
        try super.setUpWithError()
        var random = SeededGenerator(seed: 11)
        numbers = random.floats(90 * 6, scale: 40)
        pixels = (0..<90 * 12).map { _ in UInt8.random(in: 0...255, using: &random) }
        labels = (0..<90).map { _ in Int.random(in: 0..<3, using: &random) }
    }

    private func configuration(_ dataset: DatasetDescription, loss: Loss = .crossEntropy()) -> Configuration {
        Configuration(
            dataset: dataset,
            network: Network {
                Flatten()
                Linear(8)
                ReLU()
                Linear(3)
            }, loss: loss, optimizer: .adam(.init(learningRate: 0.01)), batchSize: 16, epochs: 3)
    }

    /// Trains on both, and compares digests of the data and bits of the parameters.
    private func assertAlike(
        _ arrays: DatasetArrays, file: String, normalization: NormalizationChoice, loss: Loss = .crossEntropy(),
        line: UInt = #line
    ) throws {
        let onFile = try TrainingRun(
            configuration(
                DatasetDescription(path: file, validationFraction: 0.2, normalization: normalization), loss: loss),
            directory: path("file-\(line)"))
        let onArrays = try TrainingRun(
            configuration(.memory(validationFraction: 0.2, normalization: normalization), loss: loss), on: arrays,
            directory: path("arrays-\(line)"))
        let checkpoints = try [onFile.train(), onArrays.train()].map { try Checkpoint.read($0.checkpoint) }
        XCTAssertEqual(checkpoints[0].datasetDigest, checkpoints[1].datasetDigest, line: line)
        XCTAssertEqual(checkpoints[0].fingerprint, checkpoints[1].fingerprint, line: line)
        XCTAssertEqual(checkpoints[0].classNames, checkpoints[1].classNames, line: line)
    }

    func testNumbersWithClasses() throws {
        try withNewFile(path("data.h5")) { file in
            try file.root.write("x_train", numbers, shape: [90, 6])
            try file.root.write("y_train", labels.map { Int32($0) })
            try file.root.attributes.set("class_names", names)
        }
        let rows = (0..<90).map { Array(numbers[$0 * 6..<($0 + 1) * 6]) }
        for inputs in [InputArrays.rows(rows), .floats(numbers, shape: [6])] {
            let arrays = DatasetArrays(train: SampleArrays(inputs, .labels(labels)), classNames: names)
            try FileManager.default.contentsOfDirectory(atPath: directory).filter { $0 != "data.h5" }
                .forEach { try FileManager.default.removeItem(atPath: path($0)) }
            try assertAlike(arrays, file: path("data.h5"), normalization: .standardize)
        }
    }

    func testBytesOfImages() throws {
        try withNewFile(path("data.h5")) { file in
            try file.root.write("x_train", pixels, shape: [90, 2, 2, 3])
            try file.root.write("y_train", labels.map { Int32($0) })
        }
        let arrays = DatasetArrays(train: SampleArrays(.bytes(pixels, shape: [2, 2, 3]), .labels(labels)))
        try assertAlike(arrays, file: path("data.h5"), normalization: .stored)
    }

    func testTargetsThatAreNumbers() throws {
        let targets: [[Float]] = (0..<90).map { row in
            let sample = numbers[row * 6..<(row + 1) * 6]
            return sample.prefix(3).map { $0 - sample.last! }
        }
        try withNewFile(path("data.h5")) { file in
            try file.root.write("x_train", numbers, shape: [90, 6])
            try file.root.write("y_train", targets.flatMap { $0 }, shape: [90, 3])
        }
        let arrays = DatasetArrays(train: SampleArrays(.floats(numbers, shape: [6]), .rows(targets)))
        try assertAlike(arrays, file: path("data.h5"), normalization: .standardize, loss: .meanSquaredError)
    }

    /// The run is stopped inside an epoch; other arrays are refused, the same go on, and so does a file with them.
    func testAResumeNeedsTheSameNumbers() throws {
        let arrays = DatasetArrays(train: SampleArrays(.floats(numbers, shape: [6]), .labels(labels)))
        let description = DatasetDescription.memory(validationFraction: 0.2)
        let whole = try TrainingRun(configuration(description), on: arrays, directory: path("whole")).train()
        _ = try TrainingRun(configuration(description), on: arrays, directory: path("run")).train(steps: 7)
        var others = numbers
        others[17] += 1
        let changed = DatasetArrays(train: SampleArrays(.floats(others, shape: [6]), .labels(labels)))
        XCTAssertThrowsError(try TrainingRun(resuming: path("run"), on: changed))
        XCTAssertThrowsError(try TrainingRun(resuming: path("run"))) {
            XCTAssertTrue("\($0)".contains("TrainingRun(resuming:on:)"), "\($0)")
        }
        let resumed = try TrainingRun(resuming: path("run"), on: arrays, workers: .exactly(3)).train()
        XCTAssertEqual(
            try Checkpoint.read(resumed.checkpoint).fingerprint, try Checkpoint.read(whole.checkpoint).fingerprint)
    }

    func testWhatIsWrongIsNamed() throws {
        func problem(_ arrays: DatasetArrays) -> String {
            do {
                _ = try TrainingRun(configuration(.memory()), on: arrays, directory: path("bad"))
                return "none"
            } catch {
                return "\(error)"
            }
        }
        let short = problem(DatasetArrays(train: SampleArrays(.rows([[1, 2], [3]]), .labels([0, 1]))))
        XCTAssertTrue(short.contains("row 1"), short)
        let counts = problem(DatasetArrays(train: SampleArrays(.rows([[1, 2], [3, 4]]), .labels([0, 1, 2]))))
        XCTAssertTrue(counts.contains("expected 2") && counts.contains("found 3"), counts)
        let infinite = problem(DatasetArrays(train: SampleArrays(.rows([[1, 2], [3, .infinity]]), .labels([0, 1]))))
        XCTAssertTrue(infinite.contains("inf"), infinite)
        let partial = problem(DatasetArrays(train: SampleArrays(.floats([1, 2, 3], shape: [2]), .labels([0]))))
        XCTAssertTrue(partial.contains("3 numbers"), partial)
        let empty = problem(DatasetArrays(train: SampleArrays(.rows([]), .labels([]))))
        XCTAssertTrue(empty.contains("none"), empty)
        XCTAssertFalse(FileManager.default.fileExists(atPath: path("bad")))
    }

    func testAModelIsEvaluatedOnArrays() throws {
        try withNewFile(path("data.h5")) { file in
            for split in ["train", "test"] {
                try file.root.write("x_\(split)", numbers, shape: [90, 6])
                try file.root.write("y_\(split)", labels.map { Int32($0) })
            }
        }
        let outcome = try TrainingRun(
            configuration(DatasetDescription(path: path("data.h5"), normalization: .standardize)),
            directory: path("run")
        ).train()
        let model = try TrainedModel(outcome.checkpoint)
        let report = try model.evaluate(SampleArrays(.floats(numbers, shape: [6]), .labels(labels)))
        let expected = try model.evaluate(split: .test)
        XCTAssertEqual(report.loss, expected.loss)
        XCTAssertEqual(report.accuracy, expected.accuracy)
    }
}
