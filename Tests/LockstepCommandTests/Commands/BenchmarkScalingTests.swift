import Foundation
import XCTest

/// No time decides in these tests; machines may be as slow and as busy as they like.
final class BenchmarkScalingTests: CommandTestCase {
    /// Runs it for no longer than it takes to see that it works, whoever else is on the machine.
    private func benchmark(_ arguments: String...) throws -> Outcome {
        try shell(
            (["$lockstep", "benchmark", "scaling", "--force", "--seconds", "0.005", "--rounds", "3"] + arguments)
                .joined(separator: " "))
    }

    func testTextHasATableOfTheWorkersAndSaysWhatItMeans() throws {
        let outcome = try benchmark("moons-100", "--workers", "1,2", "--mode", "both")
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        XCTAssertTrue(outcome.lines[0].hasPrefix("moons-100 on "), outcome.output)
        for expected in [
            "strong scaling: batch 100 in 1 shard", "weak scaling: batch 100 in 1 shard for 1 worker", "waiting",
        ] {
            XCTAssertTrue(outcome.output.contains(expected), outcome.output)
        }
        for line in outcome.lines { XCTAssertLessThanOrEqual(line.count, 100, line) }
        XCTAssertTrue(outcome.errors.contains("warning: intervals of 3 rounds"), outcome.errors)
        XCTAssertEqual(try files(), [])
    }

    func testJSONIsOneObjectWithTheKeysThatOthersRead() throws {
        XCTAssertEqual(try benchmark("moons-100", "--workers", "2,1", "--json", "scaling.json").status, 0)
        let data = try Data(contentsOf: URL(fileURLWithPath: path("scaling.json")))
        let object = try XCTUnwrap(JSONSerialization.jsonObject(with: data) as? [String: Any])
        XCTAssertEqual(
            object.keys.sorted(),
            [
                "curves", "intervalCoverage", "lockstepVersion", "machine", "rounds", "secondsPerRound", "warnings",
                "workload",
            ])
        let curve = try XCTUnwrap((object["curves"] as? [[String: Any]])?.first)
        XCTAssertEqual(curve.keys.sorted(), ["explanation", "fits", "mode", "points", "predictions"])
        let points = try XCTUnwrap(curve["points"] as? [[String: Any]])
        XCTAssertEqual(points.map { $0["workers"] as? Int }, [1, 2])
        for prediction in try XCTUnwrap(curve["predictions"] as? [[String: Any]]) {
            XCTAssertEqual(prediction["isPrediction"] as? Bool, true)
        }
    }

    func testFilesThatCannotBeWrittenAreNamedBeforeAnythingIsMeasured() throws {
        assertFails(try benchmark("moons-100", "--json", "none/a.json"), "none/a.json")
        assertFails(try benchmark("moons-100", "--report", "none/a.html"), "none/a.html")
    }

    func testABatchThatCannotBeCutIsRefused() throws {
        try write(Self.small, to: "small.yaml")
        assertFails(try benchmark("small.yaml", "--workers", "1,16"), "15 rows", "16 workers")
    }

    func testMoreWorkersThanCoresAreRefusedWithoutForce() throws {
        assertFails(
            try lockstep("benchmark", "scaling", "moons-100", "--workers", "1,1000"), "1000 workers", "--force")
    }
}
