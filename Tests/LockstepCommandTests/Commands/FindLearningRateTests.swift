import Foundation
import XCTest

final class FindLearningRateTests: CommandTestCase {
    private static let yaml = """
        dataset: {synthetic: {inputs: [12], classes: 3, samples: 200}}
        network: [{linear: 16}, relu, {linear: 3}]
        optimizer: {sgd: {learningRate: 0.1}}
        learningRateScaling: {linear: 16}
        schedule: {cosine: {warmupSteps: 1}}
        batchSize: 32
        """

    func testItSaysWhereTheLossFallsFastestAndDrawsIt() throws {
        try write(Self.yaml, to: "a.yaml")
        let outcome = try shell(
            "$lockstep find-learning-rate a.yaml --lowest 1e-4 --highest 1e5 --steps 100 --report a.html")
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        for words in [
            "batch size", "until the loss exploded", "loss falls fastest at", "the rate of the batch",
            "before learningRateScaling",
        ] {
            XCTAssertTrue(outcome.output.contains(words), "\(words) is missing in:\n\(outcome.output)")
        }
        let page = try String(contentsOfFile: path("a.html"), encoding: .utf8)
        XCTAssertTrue(page.hasPrefix("<!DOCTYPE html>"))
        XCTAssertTrue(page.contains("running mean") && page.contains("</html>"))
        XCTAssertEqual(try files(), ["a.html", "a.yaml"], "no run is left")
    }

    /// Shards decide what a batch normalization of each sees.
    func testTheShardsOfTheConfigurationStayWithAnotherBatchSize() throws {
        let yaml = Self.yaml.replacingOccurrences(
            of: "{linear: 16}, relu", with: "{linear: 16}, batchNormalization, relu"
        )
        .replacingOccurrences(of: "learningRateScaling: {linear: 16}\n", with: "")
        func losses(_ text: String, _ arguments: [String] = []) throws -> String {
            try write(text, to: "a.yaml")
            let outcome = try lockstep(["find-learning-rate", "a.yaml", "--steps", "10", "--json"] + arguments)
            XCTAssertEqual(outcome.status, 0, outcome.errors)
            return outcome.output
        }
        let written = yaml.replacingOccurrences(of: "batchSize: 32", with: "batchSize: 24")
        for shards in [2, 6] {
            XCTAssertEqual(
                try losses("\(yaml)\nshards: \(shards)", ["--batch-size", "24"]),
                try losses("\(written)\nshards: \(shards)"))
        }
        try write("\(yaml)\nshards: 32", to: "a.yaml")
        assertFails(
            try lockstep("find-learning-rate", "a.yaml", "--batch-size", "24"), "shards", "the batch size of 24", "32")
    }

    /// 32 samples where the rate is that of 16: half as much is to be written down.
    func testJSONAndPageHaveBothRatesUnderScaling() throws {
        try write(Self.yaml, to: "a.yaml")
        for (flag, factor) in [("", 2.0), ("--batch-size 64", 4)] {
            let outcome = try shell(
                "$lockstep find-learning-rate a.yaml \(flag) --lowest 1e-4 --highest 1e5 --steps 100 --json --report a.html"
            )
            XCTAssertEqual(outcome.status, 0, outcome.errors)
            let object = try XCTUnwrap(
                JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
            let steepest = try XCTUnwrap(object["steepest"] as? Double)
            XCTAssertEqual(try XCTUnwrap(object["learningRate"] as? Double), steepest / factor, accuracy: 1e-15)
            XCTAssertEqual(object["batchSize"] as? Double, 16 * factor)
            XCTAssertEqual((object["learningRateScaling"] as? [String: Int]), ["linear": 16])
            let page = try String(contentsOfFile: path("a.html"), encoding: .utf8)
            XCTAssertTrue(page.contains("learningRate: \(String(format: "%.2g", steepest / factor))"), page)
            XCTAssertTrue(page.contains("<strong>\(String(format: "%.2g", steepest))</strong>"))
            XCTAssertTrue(page.contains("learning rate of the batch"))
        }
    }

    func testJSONHasEveryPoint() throws {
        try write(Self.yaml, to: "a.yaml")
        let outcome = try shell("$lockstep find-learning-rate a.yaml --highest 1e-3 --steps 20 --json")
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        let object = try XCTUnwrap(
            JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
        XCTAssertEqual((object["points"] as? [[String: Any]])?.count, 20)
        XCTAssertEqual(object["hasDiverged"] as? Bool, false)
    }

    func testWhatMakesNoSenseIsRefusedBeforeAnythingStarts() throws {
        try write(Self.yaml, to: "a.yaml")
        assertFails(try shell("$lockstep find-learning-rate a.yaml --lowest 0"), status: 64, "--lowest")
        assertFails(try shell("$lockstep find-learning-rate a.yaml --lowest 1 --highest 0.1"), status: 64, "--highest")
        assertFails(try shell("$lockstep find-learning-rate a.yaml --steps 3"), status: 64, "--steps")
        assertFails(try shell("$lockstep find-learning-rate a.yaml --report absent/a.html"), "absent")
        assertFails(try shell("$lockstep find-learning-rate absent.yaml"), "absent.yaml: no such file")
    }
}
