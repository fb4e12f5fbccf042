import XCTest

@testable import Networks

final class LossTests: XCTestCase {
    func testEveryLossIsWrittenAndReadBack() throws {
        let losses: [Loss] = [
            .crossEntropy(), .crossEntropy(labelSmoothing: 0.1), .crossEntropy(classWeights: [1, 0.5]),
            .crossEntropy(labelSmoothing: 0.25, classWeights: [2, 3]), .binaryCrossEntropy, .meanSquaredError, .huber(),
            .huber(delta: 0.5),
        ]
        for loss in losses { try assertRoundTrips(loss) }
        try assertRoundTrips(losses)
    }

    func testBareNamesTakeTheDefaults() throws {
        XCTAssertEqual(
            try decodeBoth(#"["crossEntropy", "huber", {"huber": {}}, {"crossEntropy": null}]"#, as: [Loss].self),
            Array(repeating: [.crossEntropy(), .huber(delta: 1), .huber(delta: 1), .crossEntropy()], count: 2))
    }

    func testUnknownNamesAndKeysSuggestTheNearest() {
        assertRefused(
            #"["crossEntrpy"]"#, as: [Loss].self,
            "[0]: unknown loss 'crossEntrpy'; did you mean 'crossEntropy'? "
                + "Choose from: crossEntropy, binaryCrossEntropy, meanSquaredError, huber")
        assertRefused(
            #"[{"crossEntropy": {"labelSmooting": 0.1}}]"#, as: [Loss].self,
            "[0].crossEntropy: unknown key 'labelSmooting'; did you mean 'labelSmoothing'? "
                + "Known keys: labelSmoothing, classWeights")
        assertRefused(
            #"[{"crossEntropy": {"labelSmoothing": "much"}}]"#, as: [Loss].self,
            "[0].crossEntropy.labelSmoothing: expected a number, found 'much'")
        assertRefused(
            #"[{"huber": {"delta": [1]}}]"#, as: [Loss].self, "[0].huber.delta: expected a number, found a list")
        assertRefused(
            #"[{"meanSquaredError": 1}]"#, as: [Loss].self,
            "[0]: 'meanSquaredError' takes no value: write meanSquaredError alone")
    }

    // MARK: What it refuses to be compiled with

    private func assertRefusedBy(
        _ loss: Loss, output: Shape, targets: TargetSpecification, _ message: String,
        file: StaticString = #filePath, line: UInt = #line
    ) {
        XCTAssertThrowsError(try loss.check(output: output, targets: targets), file: file, line: line) {
            XCTAssertEqual("\($0)", message, file: file, line: line)
        }
    }

    func testAnOutputThatDoesNotFitTheTargetsIsRefusedWithBothShapes() {
        assertRefusedBy(
            .crossEntropy(), output: [3], targets: .classes(count: 10),
            "loss crossEntropy: expected a network output of shape [10], one logit a class, found [3]")
        assertRefusedBy(
            .crossEntropy(), output: [2, 5], targets: .classes(count: 10),
            "loss crossEntropy: expected a network output of shape [10], one logit a class, found [2, 5]")
        for loss in [Loss.binaryCrossEntropy, .meanSquaredError, .huber()] {
            assertRefusedBy(
                loss, output: [3], targets: .values(width: 2),
                "loss \(loss.name): expected a network output of shape [2], one number for each of the targets', "
                    + "found [3]")
            XCTAssertNoThrow(try loss.check(output: [2, 3], targets: .values(width: 6)))
            XCTAssertNoThrow(try loss.check(output: [1], targets: .classes(count: 2)))
        }
    }

    func testCrossEntropyRefusesTargetsThatAreNoClasses() {
        assertRefusedBy(
            .crossEntropy(), output: [2], targets: .values(width: 2),
            "loss crossEntropy: expected class indices as targets, found 2 numbers a sample: "
                + "use meanSquaredError, huber or binaryCrossEntropy, or a data set with integer targets")
    }

    func testNumbersOutOfRangeAreRefused() {
        for smoothing in [-0.1, 1, Double.nan] {
            assertRefusedBy(
                .crossEntropy(labelSmoothing: smoothing), output: [2], targets: .classes(count: 2),
                "loss crossEntropy: labelSmoothing is \(smoothing), expected a number in 0 ..< 1")
        }
        // The last one is 0 as a Float.
        for delta in [0, -1, Double.nan, Double.infinity, 1e-60, 1e300] {
            assertRefusedBy(
                .huber(delta: delta), output: [1], targets: .values(width: 1),
                "loss huber: delta is \(delta), expected a positive number that a Float holds")
        }
        assertRefusedBy(
            .crossEntropy(classWeights: [1]), output: [2], targets: .classes(count: 2),
            "loss crossEntropy: expected 2 classWeights, found 1")
        for (bad, text) in [
            (-1, "-1.0"), (.nan, "nan"), (.infinity, "inf"), (1e300, "1e+300"), (1e-300, "1e-300"), (1.1e30, "1.1e+30"),
        ] {
            assertRefusedBy(
                .crossEntropy(classWeights: [1, bad]), output: [2], targets: .classes(count: 2),
                "loss crossEntropy: expected classWeights of 0, or numbers in 1e-30 ... 1e30, found \(text) for class 1"
            )
        }
        assertRefusedBy(
            .crossEntropy(classWeights: [0, 0]), output: [2], targets: .classes(count: 2),
            "loss crossEntropy: expected classWeights of which one is positive, found zeros alone: nothing would be learned"
        )
        for weights in [[0, 1e-30], [1e30, 1e-30], [1, 19]] {
            XCTAssertNoThrow(
                try Loss.crossEntropy(classWeights: weights).check(output: [2], targets: .classes(count: 2)))
        }
    }

    func testNumbersThatAreOneAsAFloatAreRefusedAsThat() {
        let words = "is 0.99999999999, expected at most 0.9999999, since a Float holds nothing between that and 1"
        assertRefusedBy(
            .crossEntropy(labelSmoothing: 0.99999999999), output: [2], targets: .classes(count: 2),
            "loss crossEntropy: labelSmoothing \(words)")
        for (layer, name) in [
            (Dropout(0.99999999999) as any Layer, "layer dropout1: the probability"),
            (LeakyReLU(slope: 0.99999999999), "layer leakyRelu1: the slope"),
        ] {
            XCTAssertThrowsError(
                try CompiledNetwork(network: Network([layer]), loss: .meanSquaredError, inputShape: [2], targets: nil)
            ) { XCTAssertEqual("\($0)", "\(name) \(words)") }
        }
        XCTAssertNoThrow(
            try Loss.crossEntropy(labelSmoothing: 0.9999999).check(output: [2], targets: .classes(count: 2)))
    }
}
