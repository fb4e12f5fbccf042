import Checkpoints
import Datasets
import HDF5
import Kernels
import Networks
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

    func testManyClassesHaveTheCountsThatAreNotZero() throws {
        for classes in [EvaluationReport.mostClassesOfMatrix, EvaluationReport.mostClassesOfMatrix + 1] {
            var metrics = ClassificationMetrics(classes: classes, countsConfusions: true)
            var unasked = ClassificationMetrics(classes: classes, countsConfusions: false)
            var expected: [[Int]: Int] = [:]
            for sample in 0..<500 {
                let (label, predicted) = (sample * 7 % classes, sample % 3 == 0 ? sample * 7 % classes : sample % 5)
                metrics.add(label: label, predicted: predicted, rank: label == predicted ? 0 : 1)
                unasked.add(label: label, predicted: predicted, rank: label == predicted ? 0 : 1)
                expected[[label, predicted], default: 0] += 1
            }
            var report = EvaluationReport(split: "test", samples: 500, loss: 0)
            report.confusionMatrix = metrics.confusionMatrix
            report.confusionCounts = metrics.confusionCounts
            XCTAssertEqual(report.confusionMatrix != nil, classes <= 100)
            XCTAssertEqual(report.confusionCounts != nil, classes > 100)
            XCTAssertEqual(unasked.confusionMatrix != nil, classes <= 100)
            XCTAssertNil(unasked.confusionCounts)
            let found = try XCTUnwrap(report.confusions)
            XCTAssertEqual(
                found.map { [$0.label, $0.predicted] }, expected.keys.sorted { $0.lexicographicallyPrecedes($1) })
            for count in found { XCTAssertEqual(count.count, expected[[count.label, count.predicted]]) }
            XCTAssertEqual(metrics.correct, expected.filter { $0.key[0] == $0.key[1] }.values.reduce(0, +))
        }
    }

    func testScoresThatAreNoNumbersAreNeverRight() throws {
        var metrics = ClassificationMetrics(classes: 3, countsConfusions: true)
        // The first of three such scores is taken for the highest, and all others for higher than the right one.
        metrics.add(label: 0, predicted: 0, rank: 2)
        XCTAssertEqual(metrics.correct, 0)
        XCTAssertEqual(metrics.confusionMatrix, [[0, 0, 0], [0, 0, 0], [0, 0, 0]])

        let path = "\(directory)/sides.h5"
        try withNewFile(path) { file in
            for split in ["train", "test"] {
                try file.root.write("x_\(split)", [Float](repeating: 1, count: 8), shape: [8, 1])
                try file.root.write("y_\(split)", [Float](repeating: 0, count: 8), shape: [8, 1])
            }
        }
        let (model, _) = try trained(.file(path), classes: 1, loss: .binaryCrossEntropy, steps: 1)
        var checkpoint = try Checkpoint.read(model.path)
        checkpoint.parameters[0].values = [.nan]
        let broken = Evaluator(
            model: try Model(checkpoint: checkpoint, path: "memory", kernels: availableKernels()[0]),
            kernels: availableKernels()[0])
        let table = try Dataset.load(.file(path), relativeTo: nil).table(.test)
        XCTAssertEqual(try broken.evaluate(table, split: .test).accuracy, 0)
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
        var (targets, predictions): ([Float], [Float]) = ([], [])
        for row in 0..<40 {
            targets += [Float(row * 1000), Float(row % 3) / 1000, 7] as [Float]
            predictions += [Float(row * 1000 + row % 2), Float(row % 2) / 1000, 7] as [Float]
        }
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
