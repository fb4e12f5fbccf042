import Datasets
import Foundation
import HDF5
import Networks
import TestSupport
import Workers
import XCTest

@testable import Training

/// What each loss makes of each kind of targets: a loss that was computed by hand, or a refusal that says what to do.
final class LossTargetsTests: HDF5TestCase {
    /// Of a network that puts out zeros, what a loss comes to; or the words of its refusal.
    private enum Answer {
        case value(Double)
        case refusal([String])

        static func refused(_ words: String...) -> Answer { .refusal(words) }
    }

    private static let losses: [(Loss, classes: Bool)] = [
        (.crossEntropy(), true), (.binaryCrossEntropy, false), (.meanSquaredError, false), (.huber(delta: 0.5), false),
    ]

    /// Writes a data set with three splits, of which the last row of the last split ends the targets.
    private func write(_ targets: String, names: String? = nil) throws {
        try python(
            """
            y = np.array(\(targets))
            with h5py.File(sys.argv[1], 'w') as f:
                f['x_train'] = f['x_test'] = np.ones((len(y), 2))
                f['y_train'] = y[:1].repeat(len(y), axis=0)
                f['y_test'] = y
                if \(names ?? "None"): f.attrs['class_names'] = \(names ?? "None")
            """, path("data.h5"))
    }

    /// The loss over the test split of a network that puts out zeros.
    private func evaluate(_ loss: Loss, outputs: Int, _ kind: TargetChoice? = nil) throws -> Double {
        let configuration = Configuration(
            dataset: DatasetDescription(path: path("data.h5"), targetKind: kind),
            network: Network { Linear(outputs, initializer: .zeros) }, loss: loss,
            optimizer: .sgd(.init(learningRate: 1e-30)), batchSize: 4, epochs: 1)
        let trainer = try Trainer(
            configuration, dataset: try Dataset.load(configuration.dataset, reading: loss.reading),
            kernels: try selectKernels())
        let team = WorkerTeam(workerCount: 1)
        let evaluator = Evaluator(model: trainer.model, team: team, kernels: trainer.kernels)
        try evaluator.check(trainer.dataset, needsTargets: true)
        return try team.region { try evaluator.evaluate(trainer.dataset.table(.test), split: .test).loss }
    }

    /// - Parameter answers: of cross-entropy, binary cross-entropy, squared and Huber's error.
    private func check(
        outputs: Int, classes: Int? = nil, kind: TargetChoice? = nil, _ answers: [Answer], line: UInt = #line
    ) {
        for ((loss, takesClasses), answer) in zip(Self.losses, answers) {
            let outputs = takesClasses ? classes ?? outputs : outputs
            let result = Result { try evaluate(loss, outputs: outputs, kind) }
            switch (answer, result) {
            case (.value(let expected), .success(let found)):
                XCTAssertEqual(found, expected, accuracy: 1e-6 * max(1, expected), loss.name, line: line)
            case (.value, .failure(let error)): XCTFail("\(loss.name): \(error)", line: line)
            case (.refusal, .success(let found)): XCTFail("\(loss.name): \(found)", line: line)
            case (.refusal(let words), .failure(let error)):
                for word in words where !"\(error)".contains(word) {
                    XCTFail("\(loss.name): '\(word)' is missing in: \(error)", line: line)
                }
            }
        }
    }

    func testIntegersFromZeroAreClassesAndNumbers() throws {
        try write("[0, 1, 1, 0]")
        // ln 2; ln 2; mean of 0, 1, 1, 0; half of 0.5 · (1 - 0.25).
        check(
            outputs: 1, classes: 2,
            [.value(log(2)), .value(log(2)), .value(0.5), .value(0.1875)])
    }

    func testIntegersAboveOneAreNoProbabilities() throws {
        try write("[1, 2, 2, 1]")
        check(
            outputs: 1, classes: 3,
            [
                .value(log(3)),
                .refused(
                    "y_test", "numbers in 0 ... 1 for loss binaryCrossEntropy", "2 in row 1", "Code 1 as 0 and 2 as 1"),
                .value(2.5), .value(0.625),
            ])
    }

    func testTenClassesAreNoProbabilities() throws {
        try write("list(range(10))")
        check(
            outputs: 1, classes: 10,
            [
                .value(log(10)), .refused("2 in row 2", "crossEntropy with 10 outputs"), .value(28.5),
                .value(2.1375),
            ])
    }

    func testNegativeIntegersAreNumbers() throws {
        try write("[1, -1, -1, 1]")
        check(
            outputs: 1, classes: 2,
            [
                .refused("y_test", "from 0 to", "-1 in row 1"),
                .refused("0 ... 1", "-1 in row 1", "Code -1 as 0 and 1 as 1"), .value(1), .value(0.375),
            ])
    }

    func testBytesAndBooleansAreLikeOtherIntegers() throws {
        for type in ["u1", "?"] {
            try write("np.array([1, 0, 1, 0], '\(type)')")
            check(outputs: 1, classes: 2, [.value(log(2)), .value(log(2)), .value(0.5), .value(0.1875)])
        }
        try write("np.array([0, 255, 128], 'u1')")
        check(
            outputs: 1, classes: 256,
            [
                .value(log(256)), .refused("255 in row 1", "crossEntropy with 256 outputs"),
                .value(27136.333333333332), .value(63.75),
            ])
    }

    func testSharesAreProbabilities() throws {
        try write("[0.25, 1, 0, 0.75]")
        // Zeros are a yes with 0.5: every share costs ln 2.
        check(
            outputs: 1,
            [
                .refused("floating-point values", "loss for values"), .value(log(2)),
                .value(0.40625), .value(0.1640625),
            ])
    }

    func testFractionsBeyondOneAreNumbers() throws {
        try write("[0.5, 1.5, -0.5, 2.5]")
        check(
            outputs: 1,
            [
                .refused("floating-point values"),
                .refused("1.5 in row 1", "meanSquaredError"), .value(2.25),
                .value(0.5),
            ])
    }

    func testWholeFloatsAreNumbersUnlessTheUserSaysClasses() throws {
        try write("[0., 1., 2., 1.]")
        check(
            outputs: 1,
            [
                .refused("targetKind: classes"), .refused("2 in row 2", "Scale the targets"), .value(1.5),
                .value(0.40625),
            ])
        check(
            outputs: 1, classes: 3, kind: .classes,
            [.value(log(3)), .refused("2 in row 2"), .value(1.5), .value(0.40625)])
    }

    func testNamedClassesAreNoNumbers() throws {
        try write("[0, 1, 2, 1]", names: "['bird', 'cat', 'dog']")
        let words = "indices of 3 classes named bird, cat, dog"
        check(
            outputs: 1, classes: 3,
            [
                .value(log(3)), .refused("y_train", "numbers for loss binaryCrossEntropy", words),
                .refused(words, "crossEntropy with 3 outputs", "targetKind: values"), .refused(words),
            ])
        // The way that the message proposes.
        check(
            outputs: 1, kind: .values,
            [
                .refused("targetKind: classes"), .refused("2 in row 2"), .value(1.5),
                .value(0.40625),
            ])
        try write("[0, 1, 1, 1]", names: "['no', 'yes']")
        check(
            outputs: 1, kind: .values, [.refused("targetKind: classes"), .value(log(2)), .value(0.75), .value(0.28125)])
    }

    func testNamesThatAreTheIndicesLeaveThemNumbers() throws {
        try write("[0, 1, 2, 1]", names: "['0', '1', '2']")
        check(
            outputs: 1, classes: 3,
            [.value(log(3)), .refused("2 in row 2"), .value(1.5), .value(0.40625)])
    }

    func testSeveralColumnsAreNumbersAndNeverClasses() throws {
        try write("[[0, 1], [1, 0], [1, 1]]")
        check(
            outputs: 2,
            [.refused("2 values a row"), .value(log(2)), .value(0.6666666666666666), .value(0.25)])
        try write("[[1, 0], [0, 1], [1, 0]]")
        check(
            outputs: 2,
            [.refused("argmax"), .value(log(2)), .value(0.5), .value(0.1875)])
        try write("[[0.5, 0.25], [0.5, 1.25]]")
        check(
            outputs: 2,
            [
                .refused("2 values a row"), .refused("1.25 in row 1"),
                .value(0.53125), .value(0.1953125),
            ])
        check(outputs: 3, [.refused("2 values a row"), .refused("1.25"), .refused("shape [2]"), .refused("shape [2]")])
    }

    func testNumbersThatAreNotFiniteAreNamedWhateverTheLoss() throws {
        for (value, text) in [("np.nan", "nan"), ("np.inf", "inf"), ("-np.inf", "-inf"), ("1e300", "inf")] {
            try write("[0.5, 1, \(value)]")
            let answer = Answer.refused("y_test", "finite numbers", text, "2")
            check(outputs: 1, [answer, answer, answer, answer])
        }
    }

    func testClassesOfWhichNoneWeighsAnythingAreRefused() throws {
        try write("[0, 1, 1]")
        XCTAssertThrowsError(try evaluate(.crossEntropy(classWeights: [0, 1]), outputs: 2)) { error in
            XCTAssertTrue("\(error)".contains("y_train: expected a row of a class that classWeights"), "\(error)")
        }
        XCTAssertNoThrow(try evaluate(.crossEntropy(classWeights: [1, 0]), outputs: 2))
    }

    func testNumbersBeyondClassIndicesAreNamedExactly() throws {
        try write("[0, 2147483648, 5000000001]")
        check(
            outputs: 1, classes: 2,
            [
                .refused("data.h5: y_test", "from 0 to 2147483646", "found 2147483648 in row 1", "meanSquaredError"),
                .refused("0 ... 1", "2147483648 in row 1"),
                .value((4_611_686_018_427_387_904 + 25_000_000_000_000_000_000) / 3),
                .value(0.5 * (2_147_483_648 + 5_000_000_000) / 3),
            ])
        try write("[0., 2147483648., 1.]")
        check(
            outputs: 1, classes: 2,
            [.refused("data.h5: y_test", "2147483648 in row 1"), .refused("2147483648 in row 1")])
    }

    func testLabelsWithoutAnOutputAreNamedByRow() throws {
        try write("[0, 1, 5]")
        check(
            outputs: 1, classes: 5,
            [
                .refused("y_test", "labels in 0 ..< 5", "5 in row 2"), .refused("5 in row 2"),
                .value(8.666666666666666),
                .value(0.9166666666666666),
            ])
    }
}
