import Foundation
import XCTest

/// No time decides in these tests; machines may be as slow and as busy as they like.
final class BenchmarkStepTests: CommandTestCase {
    /// Runs it on a workload for no longer than it takes to see that it works.
    private func benchmark(_ arguments: String...) throws -> Outcome {
        try shell((["$lockstep", "benchmark", "step", "--seconds", "0.01"] + arguments).joined(separator: " "))
    }

    private func objects(_ outcome: Outcome, line: UInt = #line) throws -> [[String: Any]] {
        XCTAssertEqual(outcome.status, 0, outcome.errors, line: line)
        return try outcome.lines.map { text in
            try XCTUnwrap(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any], line: line)
        }
    }

    func testJSONIsOneObjectALineWithTheKeysThatOthersRead() throws {
        let found = try objects(try benchmark("moons-100", "mlp-128", "--workers", "2", "--json"))
        XCTAssertEqual(found.map { $0["workload"] as? String }, ["moons-100", "mlp-128"])
        for object in found {
            XCTAssertEqual(
                object.keys.sorted(),
                [
                    "batchSize", "gflops", "instructionSet", "parameters", "peakGflops", "phases", "samplesPerSecond",
                    "shards",
                    "shareOfPeak", "shareOfPeakMedian", "stepMillisecondsBest", "stepMillisecondsMedian",
                    "stepMillisecondsP95", "steps", "workers", "workload",
                ])
            XCTAssertEqual(object["workers"] as? Int, 2)
            for key in ["stepMillisecondsBest", "samplesPerSecond", "gflops", "shareOfPeak"] {
                XCTAssertGreaterThan(try XCTUnwrap(object[key] as? Double, key), 0, key)
            }
            let phases = try XCTUnwrap(object["phases"] as? [String: Double])
            XCTAssertEqual(phases.keys.sorted(), ["backward", "data", "forward", "reduceAndUpdate", "waiting"])
            XCTAssertEqual(phases.values.reduce(0, +), 1, accuracy: 1e-6)
        }
    }

    func testLayersAreListedInJSONWhenAskedFor() throws {
        let object = try XCTUnwrap(try objects(try benchmark("moons-100", "--json", "--layers")).first)
        let layers = try XCTUnwrap(object["layers"] as? [[String: Any]])
        XCTAssertEqual(layers.map { $0["layer"] as? String }, ["linear1", "linear2", "linear3"])
        XCTAssertNotNil(layers[0]["forwardGflops"] as? Double)
    }

    func testTextSaysTheSameInAFewLines() throws {
        let outcome = try benchmark("moons-100", "--layers")
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        XCTAssertTrue(outcome.lines[0].hasPrefix("moons-100: batch 100 in 1 shard, 1 worker, "), outcome.output)
        let labels = outcome.lines.dropFirst().map { $0.split(separator: " ")[0] }
        XCTAssertEqual(
            labels,
            [
                "step", "samples/s", "GFLOP/s", "time", "layer", "linear1", "linear2", "linear3", "loss", "reduce",
                "waiting", "data",
            ])
        for line in outcome.lines { XCTAssertLessThanOrEqual(line.count, 100, line) }
    }

    func testAConfigurationIsMeasuredAsItIs() throws {
        try write(Self.small, to: "small.yaml")
        let object = try XCTUnwrap(try objects(try benchmark("small.yaml", "--json")).first)
        XCTAssertEqual(object["workload"] as? String, "small.yaml")
        XCTAssertEqual(object["batchSize"] as? Int, 15)
        XCTAssertEqual(object["shards"] as? Int, 4)
        XCTAssertEqual(try files(), ["small.yaml"], "no run directory")
    }

    func testAnUnknownWorkloadNamesTheNearestAndAll() throws {
        assertFails(
            try benchmark("mpl-128"), status: 64, "unknown workload 'mpl-128'", "did you mean 'mlp-128'?",
            "mlp-128, mlp-4096, wide-2048, moons-100, cnn-256, resnet20-128, lenet5-64", "CONFIG.yaml")
    }

    func testABadConfigurationIsNamedWithItsFile() throws {
        assertFails(try benchmark("none.yaml"), "none.yaml: no such file")
        try write("network: [", to: "broken.yaml")
        assertFails(try benchmark("broken.yaml"), "broken.yaml")
        try write(Self.small.replacingOccurrences(of: "linear: 3", with: "linear: 4"), to: "wide.yaml")
        assertFails(try benchmark("wide.yaml"), "wide.yaml: ", "4")
        try write(Self.small.replacingOccurrences(of: "batchSize: 15", with: "batchSize: 0"), to: "zero.yaml")
        assertFails(try benchmark("zero.yaml"), "zero.yaml: batchSize")
    }

    func testAnInstructionSetThatIsNotThereIsNamed() throws {
        assertFails(
            try lockstep("benchmark", "step", "moons-100", environment: ["LOCKSTEP_INSTRUCTION_SET": "mmx"]),
            "LOCKSTEP_INSTRUCTION_SET=mmx")
    }
}
