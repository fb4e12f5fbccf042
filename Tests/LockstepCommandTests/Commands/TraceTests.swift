import Foundation
import XCTest

final class TraceTests: CommandTestCase {
    /// How often each name occurs in a trace, which has to be valid.
    ///
    /// - Parameter mayLackEnd: whether it may have been cut in the middle of a write, as viewers allow.
    private func names(_ file: String = "trace.json", mayLackEnd: Bool = false) throws -> [String: Int] {
        var data = try XCTUnwrap(FileManager.default.contents(atPath: path(file)))
        if mayLackEnd, (try? JSONSerialization.jsonObject(with: data)) == nil {
            let comma = try XCTUnwrap(data.range(of: Data(",\n".utf8), options: .backwards))
            data = data[..<comma.lowerBound] + Data("]".utf8)
        }
        let events = try XCTUnwrap(try JSONSerialization.jsonObject(with: data) as? [[String: Any]])
        return events.reduce(into: [:]) { $0[$1["name"] as? String ?? "", default: 0] += 1 }
    }

    /// How many steps a trace has. How many of them have workers depends on how long they took.
    private func steps(_ file: String = "trace.json", mayLackEnd: Bool = false) throws -> Int {
        let names = try names(file, mayLackEnd: mayLackEnd)
        return names["step", default: 0] + names["step, workers not drawn", default: 0]
    }

    func testARunAndItsResumeAreDrawnAndHaveTheSameBits() throws {
        let plain = try trainSmall("plain")
        _ = try trainSmall(arguments: "--steps", "7", "--trace", "trace.json")
        XCTAssertEqual(try steps(), 7)
        XCTAssertEqual(try names()["epoch"], 2)
        let resumed = try lockstep("resume", "run", "--trace", "second.json")
        XCTAssertEqual(resumed.result("trace"), "second.json")
        XCTAssertEqual(try steps("second.json"), 8)
        XCTAssertGreaterThanOrEqual(try XCTUnwrap(names("second.json")["evaluation"]), 3, "the test split too")
        XCTAssertEqual(
            try fingerprint(of: newestCheckpoint(of: "run")), try fingerprint(of: newestCheckpoint(of: plain)))
    }

    func testAPlaceThatCannotBeWrittenIsAnErrorBeforeAnythingStarts() throws {
        try write(Self.small, to: "small.yaml")
        try write("mine", to: "trace.json")
        let before = try files()
        for (place, words) in [
            ("trace.json", "never overwritten"), ("absent/trace.json", "absent"), (".", "already there"),
            ("trace.json/below", "Not a directory"), ("/proc/trace.json", "/proc/trace.json: cannot"),
        ] {
            assertFails(
                try lockstep("train", "small.yaml", "--run", "run", "--quiet", "--trace", place), words)
            XCTAssertEqual(try files(), before, place)
        }
        XCTAssertEqual(try String(contentsOfFile: path("trace.json"), encoding: .utf8), "mine")
    }

    func testABadConfigurationLeavesNoTrace() throws {
        try write("nonsense: 1", to: "bad.yaml")
        assertFails(try lockstep("train", "bad.yaml", "--quiet", "--trace", "trace.json"), "nonsense")
        XCTAssertEqual(try files(), ["bad.yaml"])
    }

    func testARunThatIsStoppedOrKilledLeavesAFileThatIsValid() throws {
        try write(Self.small.replacingOccurrences(of: "epochs: 3", with: "epochs: 1000000"), to: "long.yaml")
        for (number, signal) in ["HUP", "TERM", "KILL"].enumerated() {
            let trace = "\(signal).json"
            let outcome = try shell(
                """
                $lockstep train long.yaml --run \(signal) --quiet --trace \(trace) & program=$!
                for i in {1..600}; do
                    [[ -e \(trace) ]] && (( $(stat -c %s \(trace)) > 100000 )) && break; sleep 0.05
                done
                kill -\(signal) $program; wait $program
                """)
            XCTAssertEqual(outcome.status, [129, 143, 137][number], outcome.errors)
            XCTAssertGreaterThan(try steps(trace, mayLackEnd: signal == "KILL"), 10, signal)
        }
    }

    func testARunThatGoesBadLeavesAFileThatIsValid() throws {
        try write(
            Self.small.replacingOccurrences(of: "adamW: {learningRate: 0.01}", with: "sgd: {learningRate: 1e30}"),
            to: "bad.yaml")
        assertFails(
            try lockstep("train", "bad.yaml", "--run", "run", "--quiet", "--trace", "trace.json"), "the loss is")
        XCTAssertGreaterThan(try XCTUnwrap(names()["step"]), 0)
    }

    func testADiskThatIsFullIsSaidAndEndsNeitherTheRunNorTheValidityOfTheFile() throws {
        try write(Self.small.replacingOccurrences(of: "epochs: 3", with: "epochs: 60"), to: "long.yaml")
        // Checkpoints of this run have less than 100 KiB.
        let outcome = try shell(
            "ulimit -f 100; $lockstep train long.yaml --run run --quiet --trace trace.json")
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        XCTAssertTrue(outcome.errors.contains("trace.json: the trace ends before the run"), outcome.errors)
        XCTAssertTrue(outcome.errors.contains("File too large"), outcome.errors)
        XCTAssertGreaterThan(try XCTUnwrap(names()["process_name"]), 0)
    }
}
