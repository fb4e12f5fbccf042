import XCTest

@testable import LockstepCommand
@testable import Training

final class EpochTableTests: XCTestCase {
    private func report(
        epoch: Int = 3, step: Int = 705, accuracy: Double? = nil, validation: EvaluationReport? = nil,
        isBest: Bool = false, speed: Double = 61234.4
    ) -> EpochReport {
        EpochReport(
            epoch: epoch, step: step, learningRate: 0.1, trainingLoss: 0.34567, trainingAccuracy: accuracy,
            validation: validation, isBest: isBest, samplesPerSecond: speed, seconds: 1)
    }

    private func regression(_ outputs: [Double?], names: [String]? = nil) -> EvaluationReport {
        EvaluationReport(
            split: "validation", samples: 9, loss: 1234.5678, rSquared: -0.98765, rSquaredByOutput: outputs,
            targetNames: names)
    }

    func testTitlesStandAboveTheFirstEpoch() {
        var table = EpochTable(epochs: 15, lastStep: 3525)
        let validation = EvaluationReport(split: "validation", samples: 9, loss: 0.93623, accuracy: 0.8611)
        XCTAssertEqual(
            table.lines(for: report(accuracy: 0.4654, validation: validation, isBest: true)),
            [
                "               training            validation",
                "epoch   step       loss  accuracy        loss  accuracy  samples/s",
                " 3/15    705    0.34567    46.54%     0.93623    86.11%     61,234  best",
            ])
        XCTAssertEqual(
            table.lines(for: report(epoch: 12, step: 2820, accuracy: 1, validation: validation)),
            ["12/15  2,820    0.34567   100.00%     0.93623    86.11%     61,234"])
    }

    func testWithoutValidationThereIsTrainingAlone() {
        var table = EpochTable(epochs: 5, lastStep: 20)
        XCTAssertEqual(
            table.lines(for: report(step: 12)),
            [
                "              training",
                "epoch  step       loss  samples/s",
                "  3/5    12    0.34567     61,234",
            ])
    }

    func testTheOutputWithTheLeastRSquaredIsNamedInsteadOfTheSpeed() {
        var table = EpochTable(epochs: 5, lastStep: 20)
        let names = ["depth", "a name of far more letters than there is room for"]
        XCTAssertEqual(
            table.lines(for: report(step: 12, validation: regression([0.5, -1.5], names: names), isBest: true)),
            [
                "              training  validation",
                "epoch  step       loss        loss          R²    least R²  of output",
                "  3/5    12    0.34567      1234.6    -0.98765     -1.5000  a name of fa…  best",
            ])
        XCTAssertTrue(
            table.lines(for: report(step: 12, validation: regression([0.5, -1.5])))[0].hasSuffix("-1.5000  1"))
    }

    func testEveryLineFitsEightyColumns() {
        let names = ["字", String(repeating: "long", count: 20)]
        let validations = [
            nil, EvaluationReport(split: "validation", samples: 9, loss: 1e-9, accuracy: 1),
            regression([nil, -1e-9], names: names), regression([-1e9, 1]),
        ]
        for (epochs, lastStep) in [(1, 1), (20, 800), (1000, 1_234_567), (100_000, 123_456_789)] {
            for validation in validations {
                var table = EpochTable(epochs: epochs, lastStep: lastStep)
                let report = report(
                    epoch: epochs, step: lastStep, accuracy: validation?.accuracy, validation: validation, isBest: true)
                let lines = table.lines(for: report)
                for line in lines { XCTAssertLessThan(line.count, 80, line) }
                XCTAssertTrue(lines[2].hasSuffix("best"))
            }
        }
    }
}
