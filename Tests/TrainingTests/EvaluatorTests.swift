import HDF5
import Lockstep
import RunSupport
import TestSupport
import XCTest

@testable import Training

final class EvaluatorTests: RunTestCase {
    /// A run on classes, trained a little, so that some predictions are wrong.
    private func trained(
        _ dataset: DatasetDescription, classes: Int, loss: Loss = .crossEntropy(), steps: Int = 8
    ) throws -> (model: TrainedModel, run: TrainingRun) {
        let configuration = Configuration(
            dataset: dataset, network: Network { Linear(classes) }, loss: loss,
            optimizer: .sgd(.init(learningRate: 0.05)), batchSize: 16, epochs: 100)
        let run = try TrainingRun(configuration, directory: "\(directory)/run")
        let outcome = try run.train(steps: steps)
        return (try TrainedModel(outcome.checkpoint), run)
    }

    func testMetricsOfAClassifierAreCountsOfItsPredictions() throws {
        let (model, run) = try trained(
            .synthetic(inputs: [9], classes: 7, samples: 64, test: 201), classes: 7)
        let report = try model.evaluate(split: .test)
        XCTAssertEqual(report, try run.evaluate(.test))

        let output = "\(directory)/predictions.h5"
        try model.predict(split: .test, output: output)
        let (probabilities, predictions): ([Float], [Int32]) = try withFile(output) { file in
            (try file.root.dataset("probabilities").read(), try file.root.dataset("predictions").read())
        }
        guard case .classes(let labels) = run.trainer.dataset[.test]!.targets else { return XCTFail() }
        XCTAssertEqual(predictions.count, 201)
        var confusion = Array(repeating: Array(repeating: 0, count: 7), count: 7)
        var (amongFive, loss) = (0, 0.0)
        for (row, label) in labels.enumerated() {
            let scores = Array(probabilities[row * 7..<row * 7 + 7])
            XCTAssertEqual(scores.reduce(0, +), 1, accuracy: 1e-5)
            XCTAssertEqual(Int(predictions[row]), scores.firstIndex(of: scores.max()!)!)
            confusion[Int(label)][Int(predictions[row])] += 1
            if scores.filter({ $0 > scores[Int(label)] }).count < 5 { amongFive += 1 }
            loss -= log(Double(scores[Int(label)]))
        }
        XCTAssertEqual(report.confusionMatrix, confusion)
        XCTAssertEqual(report.accuracy, Double((0..<7).map { confusion[$0][$0] }.reduce(0, +)) / 201)
        XCTAssertEqual(report.top5Accuracy, Double(amongFive) / 201)
        XCTAssertEqual(report.loss, loss / 201, accuracy: 1e-5)
        XCTAssertGreaterThan(report.accuracy!, 0.2)
        XCTAssertLessThan(report.accuracy!, 1)
    }

    func testMetricsOfARegressionFollowTheirFormulas() throws {
        let path = "\(directory)/line.h5"
        let inputs: [Float] = (0..<120).map { Float($0 % 11) - 5 }
        let targets: [Float] = (0..<40).map { row -> Float in inputs[row * 3] * 2 + inputs[row * 3 + 1] - 1 }
        try withNewFile(path) { file in
            for split in ["train", "test"] {
                try file.root.write("x_\(split)", inputs, shape: [40, 3])
                try file.root.write("y_\(split)", targets, shape: [40, 1])
            }
        }
        let (model, _) = try trained(.file(path), classes: 1, loss: .meanSquaredError, steps: 5)
        let report = try model.evaluate(split: .test)
        let output = "\(directory)/predictions.h5"
        try model.predict(split: .test, output: output)
        let predictions: [Float] = try withFile(output) { try $0.root.dataset("predictions").read() }
        let errors: [Double] = zip(predictions, targets).map { Double($0) - Double($1) }
        let mean: Double = targets.reduce(0.0) { $0 + Double($1) } / 40
        let squares: Double = errors.reduce(0.0) { $0 + $1 * $1 }
        let absolutes: Double = errors.reduce(0.0) { $0 + abs($1) }
        let deviations: Double = targets.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
        XCTAssertEqual(try XCTUnwrap(report.rootMeanSquaredError), (squares / 40).squareRoot(), accuracy: 1e-9)
        XCTAssertEqual(try XCTUnwrap(report.meanAbsoluteError), absolutes / 40, accuracy: 1e-9)
        XCTAssertEqual(try XCTUnwrap(report.rSquared), 1 - squares / deviations, accuracy: 1e-9)
        XCTAssertEqual(report.loss, squares / 40, accuracy: 1e-4)
        XCTAssertNil(report.accuracy)
    }

    func testRSquaredIsGivenForEachOfSeveralOutputs() throws {
        // The second output is a million times smaller, and nothing like its targets; the third never varies.
        let targets = (0..<40).flatMap { row in [Float(row * 1000), Float(row % 3) / 1000, 7] }
        let predictions = (0..<40).flatMap { row in [Float(row * 1000 + row % 2), Float(row % 2) / 1000, 7] }
        var metrics = RegressionMetrics(width: 3)
        predictions.withUnsafeBufferPointer { predictions in
            for row in 0..<40 {
                metrics.add(
                    prediction: UnsafeBufferPointer(rebasing: predictions[row * 3..<row * 3 + 3]),
                    target: Array(targets[row * 3..<row * 3 + 3]))
            }
        }
        func expected(_ outputs: Range<Int>) -> Double {
            var (errors, deviations) = (0.0, 0.0)
            for output in outputs {
                let values = (0..<40).map { Double(targets[$0 * 3 + output]) }
                let mean = values.reduce(0, +) / 40
                deviations += values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
                for row in 0..<40 {
                    let error = Double(predictions[row * 3 + output]) - values[row]
                    errors += error * error
                }
            }
            return 1 - errors / deviations
        }
        let outputs = metrics.rSquaredByOutput
        XCTAssertEqual(try XCTUnwrap(outputs[0]), expected(0..<1), accuracy: 1e-12)
        XCTAssertEqual(try XCTUnwrap(outputs[1]), expected(1..<2), accuracy: 1e-9)
        XCTAssertNil(outputs[2])
        XCTAssertLessThan(try XCTUnwrap(outputs[1]), 0)
        XCTAssertEqual(try XCTUnwrap(metrics.rSquared), expected(0..<3), accuracy: 1e-12)
        XCTAssertGreaterThan(try XCTUnwrap(metrics.rSquared), 0.999)
    }

    func testABinaryClassifierIsJudgedByTheRightSideOfOneHalf() throws {
        let path = "\(directory)/sides.h5"
        let inputs = (0..<64).map { Float($0) / 32 - 1 }
        let targets = inputs.map { $0 > 0.3 ? Float(1) : 0 }
        try withNewFile(path) { file in
            for split in ["train", "test"] {
                try file.root.write("x_\(split)", inputs, shape: [64, 1])
                try file.root.write("y_\(split)", targets, shape: [64, 1])
            }
        }
        let (model, _) = try trained(.file(path), classes: 1, loss: .binaryCrossEntropy, steps: 400)
        let report = try model.evaluate(split: .test)
        XCTAssertNil(report.confusionMatrix)
        let output = "\(directory)/predictions.h5"
        try model.predict(split: .test, output: output)
        let probabilities: [Float] = try withFile(output) { try $0.root.dataset("probabilities").read() }
        let right = zip(probabilities, targets).filter { ($0 > 0.5) == ($1 == 1) }.count
        XCTAssertEqual(report.accuracy, Double(right) / 64)
    }

    func testAFileOfPredictionsIsNeverOverwritten() throws {
        let (model, _) = try trained(.synthetic(inputs: [9], classes: 3, samples: 64, test: 20), classes: 3)
        let output = "\(directory)/predictions.h5"
        try Data("mine".utf8).write(to: URL(fileURLWithPath: output))
        XCTAssertThrowsError(try model.predict(split: .test, output: output)) { error in
            XCTAssertTrue("\(error)".contains("never overwritten"), "\(error)")
        }
        XCTAssertEqual(try String(contentsOfFile: output, encoding: .utf8), "mine")
    }

    func testAnotherDataSetMustHaveTheSameForm() throws {
        let (model, _) = try trained(.synthetic(inputs: [9], classes: 3, samples: 64, test: 20), classes: 3)
        let path = "\(directory)/other.h5"
        try withNewFile(path) { file in
            try file.root.write("x_test", [Float](repeating: 0, count: 40), shape: [10, 4])
            try file.root.write("y_test", [Int32](repeating: 1, count: 10))
        }
        XCTAssertThrowsError(try model.evaluate(dataset: path, split: .test)) { error in
            XCTAssertTrue("\(error)".contains("expected inputs of shape [9], found [4]"), "\(error)")
        }
    }
}
