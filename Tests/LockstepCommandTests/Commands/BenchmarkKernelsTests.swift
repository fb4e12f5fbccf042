import Foundation
import XCTest

/// No time decides in these tests.
final class BenchmarkKernelsTests: CommandTestCase {
    func testJSONIsOneObjectWithProductsStreamsAndTheLimitsOfTheCore() throws {
        let outcome = try lockstep("benchmark", "kernels", "--seconds", "1e-6", "--json")
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        let object = try XCTUnwrap(
            JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
        XCTAssertEqual(
            object.keys.sorted(),
            [
                "instructionSet", "medianShareOfPeak", "memoryGigabytesPerSecond", "peakGflops", "products",
                "squareShareOfPeak", "streams",
            ])
        let products = try XCTUnwrap(object["products"] as? [[String: Any]])
        XCTAssertEqual(
            products.first?.keys.sorted(), ["gflops", "inputs", "outputs", "pass", "rows", "shareOfPeak"])
        XCTAssertEqual(products.last?["inputs"] as? Int, 1024)
        let streams = try XCTUnwrap(object["streams"] as? [[String: Any]])
        XCTAssertEqual(
            streams.first?.keys.sorted(), ["gigabytesPerSecond", "kernel", "nanosecondsPerElement"])
    }

    func testTextHasTheLimitsFirstATableOfEachKindAndASummary() throws {
        let outcome = try lockstep("benchmark", "kernels", "--seconds", "1e-6")
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        XCTAssertTrue(outcome.lines[0].contains("one core: at the most"), outcome.lines[0])
        XCTAssertTrue(try XCTUnwrap(outcome.lines.last).contains("1024 x 1024 x 1024"), outcome.output)
        for start in ["layer ", "784 → 512 ", "1024 → 1024 ", "kernel ", "adam "] {
            XCTAssertTrue(outcome.lines.contains { $0.hasPrefix(start) }, "\(start): \(outcome.output)")
        }
        for line in outcome.lines { XCTAssertLessThanOrEqual(line.count, 100, line) }
    }

    func testAnInstructionSetThatIsNotThereIsNamed() throws {
        assertFails(
            try lockstep("benchmark", "kernels", environment: ["LOCKSTEP_INSTRUCTION_SET": "mmx"]),
            "LOCKSTEP_INSTRUCTION_SET=mmx")
    }
}
