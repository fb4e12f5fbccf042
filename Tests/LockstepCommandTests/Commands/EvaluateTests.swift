import Foundation
import Lockstep
import TestSupport
import XCTest

final class EvaluateTests: CommandTestCase {
    func testJSONIsOneObjectWithTheMetricsOfTheSplit() throws {
        let checkpoint = try newestCheckpoint(of: trainSmall())
        let outcome = try lockstep("evaluate", checkpoint, "--json")

        XCTAssertEqual(outcome.status, 0, outcome.errors)
        XCTAssertEqual(outcome.lines.count, 1)
        let report = try JSONDecoder().decode(EvaluationReport.self, from: Data(outcome.output.utf8))
        XCTAssertEqual(report.split, "test")
        XCTAssertEqual(report.samples, 25)
        XCTAssertEqual(report.confusionMatrix?.joined().reduce(0, +), 25)
    }

    func testItFindsTheMetricsThatTrainingFound() throws {
        try write(Self.small, to: "small.yaml")
        let training = try lockstep("train", "small.yaml", "--run", "run")
        let checkpoint = try newestCheckpoint(of: "run")

        for split in ["test", "validation"] {
            let outcome = try lockstep("evaluate", checkpoint, "--split", split)
            for metric in ["\(split) loss", "\(split) accuracy"] {
                XCTAssertNotNil(outcome.result(metric))
                XCTAssertEqual(outcome.result(metric), training.result(metric), metric)
            }
        }
    }

    func testTheConfusionMatrixShowsClassNames() throws {
        try TestData.write(path("data.h5")) { try $0.root.attributes.set("class_names", ["oak", "elm", "fir"]) }
        try write("dataset: data.h5\nnetwork: [{linear: 3}]\nepochs: 1\n", to: "config.yaml")
        try lockstep("train", "config.yaml", "--run", "run")
        let lines = try lockstep("evaluate", newestCheckpoint(of: "run")).lines

        let header = try XCTUnwrap(lines.first { $0.contains("recall") })
        XCTAssertEqual(header.split(separator: " "), ["oak", "elm", "fir", "recall"])
        XCTAssertEqual(lines.suffix(3).map { $0.prefix(3) }, ["oak", "elm", "fir"])
    }

    func testRegressionHasMetricsOfItsOwn() throws {
        try TestData.writeRegression(path("data.h5"))
        try write(
            "dataset: data.h5\nnetwork: [{linear: 1}]\nloss: meanSquaredError\nepochs: 1\n", to: "config.yaml")
        XCTAssertEqual(try lockstep("train", "config.yaml", "--run", "run").status, 0)
        let outcome = try lockstep("evaluate", newestCheckpoint(of: "run"))

        for metric in ["test loss", "test RMSE", "test MAE", "test R²"] {
            XCTAssertNotNil(outcome.result(metric), "\(metric) is missing in: \(outcome.output)")
        }
        XCTAssertNil(outcome.result("test accuracy"))
    }

    func testSeveralOutputsHaveAnRSquaredEach() throws {
        for (name, width) in [("two", 2), ("many", 23)] {
            try withNewFile(path("\(name).h5")) { file in
                for split in ["train", "validation", "test"] {
                    let inputs = (0..<60).map { Float($0 * 37 % 101) / 101 }
                    try file.root.write("x_\(split)", inputs, shape: [20, 3])
                    // The last never varies.
                    let targets = (0..<20).flatMap { row in
                        (0..<width).map { $0 == width - 1 ? 3 : inputs[row * 3] * Float($0 + 1) }
                    }
                    try file.root.write("y_\(split)", targets, shape: [20, width])
                }
            }
            try write(
                "dataset: \(name).h5\nnetwork: [{linear: \(width)}]\nloss: meanSquaredError\nepochs: 1\n",
                to: "\(name).yaml")
            let training = try lockstep("train", "\(name).yaml", "--run", name)
            XCTAssertEqual(training.status, 0, training.errors)
            XCTAssertNotNil(training.result("validation R², weighted by variance"), training.output)
            let text = try lockstep("evaluate", newestCheckpoint(of: name))
            let report = try JSONDecoder().decode(
                EvaluationReport.self,
                from: Data(try lockstep("evaluate", newestCheckpoint(of: name), "--json").output.utf8))
            let outputs = try XCTUnwrap(report.rSquaredByOutput)
            XCTAssertEqual(outputs.count, width)
            XCTAssertNil(outputs[width - 1])
            let shown = text.lines.filter { $0.hasPrefix("test R² of output ") }
            XCTAssertEqual(shown.count, min(width, 20))
            XCTAssertEqual(text.result("test R², median output") != nil, width > 20)
            if width == 2 {
                XCTAssertEqual(text.result("test R² of output 1"), "none: its targets do not vary")
            } else {
                let least = try XCTUnwrap(outputs.firstIndex(of: report.leastRSquared))
                XCTAssertTrue(shown[0].hasPrefix("test R² of output \(least) "), shown[0])
            }
        }
    }

    func testAnotherDataSetOfTheSameFormWillDo() throws {
        let checkpoint = try newestCheckpoint(of: trainSmall())
        try TestData.write(path("other.h5"), rows: ["test": 12], features: [6, 2])
        let outcome = try lockstep("evaluate", checkpoint, "--dataset", "other.h5")
        XCTAssertEqual(outcome.result("samples"), "12", outcome.errors)
    }

    func testADataSetOfAnotherFormIsRefused() throws {
        let checkpoint = try newestCheckpoint(of: trainSmall())
        try TestData.write(path("other.h5"), rows: ["test": 12], features: [5])
        assertFails(try lockstep("evaluate", checkpoint, "--dataset", "other.h5"), "other.h5", "[6, 2]", "[5]")
    }

    func testASplitThatIsMissingIsNamedWithThoseThatAreThere() throws {
        let checkpoint = try newestCheckpoint(of: trainSmall())
        try TestData.write(path("other.h5"), rows: ["train": 12], features: [6, 2])
        assertFails(
            try lockstep("evaluate", checkpoint, "--dataset", "other.h5"), "other.h5", "test split",
            "train (12 samples)")
    }
}
