import Datasets
import HDF5
import Kernels
import RunSupport
import TestSupport
import Workers
import XCTest

@testable import Networks
@testable import Training

final class PredictTests: RunTestCase {
    /// What `lockstep predict` writes of the test split.
    private func file(
        _ model: TrainedModel, _ name: String, dataset: String? = nil
    ) throws -> (numbers: [Float], classes: [Int32]?) {
        let output = path(name)
        try model.predict(dataset: dataset, split: .test, output: output)
        return try withFile(output) { file in
            if try file.root.contains("probabilities") {
                let classes = try file.root.contains("predictions")
                return (
                    try file.root.dataset("probabilities").read(),
                    classes ? try file.root.dataset("predictions").read() : nil
                )
            }
            return (try file.root.dataset("predictions").read(), nil)
        }
    }

    func testBitsAreThoseOfAFileForAnyNumberOfSamples() throws {
        for some in PredictionCase.all() {
            let trained = try train(some)
            var first: [Float]?
            for (index, kernels) in availableKernels().enumerated() {
                let model = try TrainedModel(trained.checkpoint, workers: .exactly(3), kernels: kernels)
                let name = "\(some.name), \(kernels.name)"
                let expected = try file(model, "\(some.name)-\(index).h5")
                let whole = try model.predict(trained.samples)
                assertSameBits(whole.probabilities ?? whole.outputs, expected.numbers, name)
                XCTAssertEqual(whole.classIndices, expected.classes, name)
                assertSameBits(whole.outputs, first ?? whole.outputs, name)
                first = whole.outputs
                let shape = [Self.predicted] + some.inputShape
                XCTAssertEqual(try model.predict(trained.numbers, shape: shape), whole, name)
                if some.storesBytes { XCTAssertEqual(try model.predict(trained.bytes, shape: shape), whole, name) }
                for size in [1, 2, 3, 5, 7, 8, 9, 16, 17, 129] {
                    for start in stride(from: 0, to: size == 1 ? 20 : Self.predicted, by: size) {
                        let range = start..<min(start + size, Self.predicted)
                        let part = try model.predict(Array(trained.samples[range]))
                        assertSameBits(
                            part.outputs, Array(whole.outputs[range.lowerBound * 5..<range.upperBound * 5]), name)
                    }
                }
                for sample in 0..<20 {
                    XCTAssertEqual(try model.predict(trained.samples[sample]), whole[sample], name)
                }
            }
        }
    }

    func testBitsAreThoseOfTheForwardPassOfTrainingWithoutBatchNormalization() throws {
        for some in PredictionCase.all() where !some.normalizesBatches {
            let trained = try train(some)
            let model = try TrainedModel(trained.checkpoint)
            let (trainer, rows) = (trained.run.trainer, 40)
            let table = try trainer.dataset.table(.test)
            let plan = trainer.model.network.trainingPlan
            let arena = WorkerArena(plan: plan, capacity: rows, kernels: trainer.kernels)
            let gradients = AlignedBuffer(count: trainer.model.network.layout.bufferCount)
            let frame = arena.frame(
                rows: rows, model: trainer.model.shared, gradients: gradients.pointer, gradientStart: .zero, seed: 1,
                step: 0, firstRow: 0)
            let places = (0..<rows).map { Int32($0) }
            table.gatherInputs(places, count: rows, into: frame.value(plan.input.id), kernels: trainer.kernels)
            plan.forward(frame)
            let expected = Array(UnsafeBufferPointer(start: frame.value(plan.output.id), count: rows * 5))
            assertSameBits(try model.predict(Array(trained.samples[..<rows])).outputs, expected, some.name)
        }
    }

    func testAnswersNameTheClass() throws {
        let trained = try train(.mlp())
        let model = try TrainedModel(trained.checkpoint)
        let answers = try model.predict(Array(trained.samples[..<30]))
        XCTAssertEqual(answers.count, 30)
        for (answer, name) in zip(answers, try XCTUnwrap(answers.classes)) {
            let probabilities = try XCTUnwrap(answer.probabilities)
            XCTAssertEqual(probabilities.reduce(0, +), 1, accuracy: 1e-5)
            XCTAssertEqual(answer.classIndex, probabilities.firstIndex(of: probabilities.max()!))
            XCTAssertEqual(answer.className, ["a", "b", "c", "d", "e"][answer.classIndex!])
            XCTAssertEqual(answer.className, name)
        }
        XCTAssertGreaterThan(Set(answers.classes!).count, 1)
    }

    func testRegressionHasNumbersAlone() throws {
        let trained = try train(.regression())
        let answer = try TrainedModel(trained.checkpoint).predict(trained.samples[0])
        XCTAssertEqual(answer.outputs.count, 5)
        XCTAssertNil(answer.probabilities)
        XCTAssertNil(answer.classIndex)
        XCTAssertNil(answer.className)
    }

    func testNumbersAreRawWhereTheFileTrainedOnWasMadeOfRawOnes() throws {
        let (made, raw) = (path("made.h5"), path("raw.h5"))
        var random = SeededGenerator(seed: 3)
        let numbers = random.floats(40 * 4, scale: 100)
        let (mean, deviation): ([Double], [Double]) = ([3, 700, -20, 0.5], [2, 5, 30, 7])
        let transformed = numbers.indices.map { Float((Double(numbers[$0]) - mean[$0 % 4]) / deviation[$0 % 4]) }
        for (file, values) in [(made, transformed), (raw, numbers)] {
            try withNewFile(file) { file in
                for split in ["train", "test"] {
                    try file.root.write("x_\(split)", values, shape: [40, 4])
                    try file.root.write("y_\(split)", (0..<40).map { Int32($0 % 3) })
                }
                if values == transformed {
                    try file.root.attributes.set("transformed_mean", mean)
                    try file.root.attributes.set("transformed_standard_deviation", deviation)
                }
            }
        }
        let configuration = Configuration(
            dataset: DatasetDescription(path: made, normalization: .standardize), network: Network { Linear(3) },
            batchSize: 16, epochs: 100)
        let outcome = try TrainingRun(configuration, directory: path("run")).train(steps: 5)
        let model = try TrainedModel(outcome.checkpoint)
        let expected = try file(model, "predictions.h5", dataset: raw).numbers
        assertSameBits(try model.predict(numbers, shape: [40, 4]).probabilities!, expected)
        let same = try file(model, "same.h5", dataset: made).numbers
        XCTAssertLessThan(zip(expected, same).map { abs($0 - $1) }.max()!, 1e-4)
    }

    func testSamplesThatAreWrongAreNamed() throws {
        let images = try TrainedModel(try train(.images(normalizesBatches: false), steps: 1).checkpoint)
        let table = try TrainedModel(try train(.mlp(), steps: 1).checkpoint)
        func assertThrows<Answer>(
            _ body: @autoclosure () throws -> Answer, _ expected: PredictionError, _ words: String,
            line: UInt = #line
        ) {
            XCTAssertThrowsError(try body(), line: line) { error in
                XCTAssertEqual(error as? PredictionError, expected, line: line)
                XCTAssertEqual("\(error)", words, line: line)
            }
        }
        let good = [Float](repeating: 1, count: 19)
        assertThrows(try table.predict([[Float]]()), .noSamples, "expected at least one sample, found none")
        assertThrows(
            try table.predict([good, Array(good.dropLast())]),
            .wrongCount(sample: 1, expected: 19, shape: [19], found: 18),
            "sample 1: expected 19 numbers, of shape [19], found 18")
        assertThrows(
            try table.predict([Float]()), .wrongCount(sample: 0, expected: 19, shape: [19], found: 0),
            "sample 0: expected 19 numbers, of shape [19], found 0")
        var bad = good
        bad[7] = .infinity
        assertThrows(
            try table.predict([good, good, bad]), .notFinite(sample: 2, place: [7], found: .infinity),
            "sample 2: expected finite numbers, found inf at [7]")
        var pixels = [Float](repeating: 1, count: 2 * 126)
        XCTAssertThrowsError(try images.predict(pixels, shape: [2, 6, 7, 3])) { error in
            XCTAssertEqual(error as? PredictionError, .wrongShape(expected: [7, 6, 3], found: [2, 6, 7, 3]))
            XCTAssertEqual(
                "\(error)", "expected the shape [7, 6, 3] of one sample, or [samples, 7, 6, 3], found [2, 6, 7, 3]")
        }
        assertThrows(
            try images.predict(pixels, shape: [7, 6, 3]), .wrongTotal(shape: [7, 6, 3], expected: 126, found: 252),
            "expected 126 numbers, as the shape [7, 6, 3] says, found 252")
        assertThrows(
            try images.predict([Float](), shape: [0, 7, 6, 3]), .noSamples, "expected at least one sample, found none")
        pixels[126 + 3 * 18 + 2 * 3 + 1] = -.infinity
        assertThrows(
            try images.predict(pixels, shape: [2, 7, 6, 3]),
            .notFinite(sample: 1, place: [3, 2, 1], found: -.infinity),
            "sample 1: expected finite numbers, found -inf at [3, 2, 1]")
        bad[7] = .nan
        XCTAssertThrowsError(try table.predict(bad)) { error in
            guard case .notFinite(0, [7], let found) = error as? PredictionError else { return XCTFail("\(error)") }
            XCTAssertTrue(found.isNaN)
        }
        assertThrows(
            try table.predict([UInt8](repeating: 1, count: 19), shape: [19]), .bytes,
            "expected floating-point numbers like those of the file trained on, found bytes: convert them, in its units"
        )
    }
}
