import Foundation
import RunSupport
import TestSupport
import XCTest

/// A test that runs the built program in a directory of its own.
class CommandTestCase: RunTestCase {
    /// What a run of the program came to.
    struct Outcome {
        let status: Int32
        /// Standard output.
        let output: String
        /// Standard error.
        let errors: String

        var lines: [String] { output.split(separator: "\n").map(String.init) }

        /// The value in a line of the results: `result("test accuracy")` is `97.78%`.
        func result(_ name: String) -> String? {
            lines.first { $0.hasPrefix(name + "  ") }
                .map { String($0.dropFirst(name.count)).trimmingCharacters(in: .whitespaces) }
        }
    }

    /// The program, built beside the tests.
    static let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent().appendingPathComponent("lockstep").path

    /// The directory of the sources.
    static let sources = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

    /// Runs `lockstep` with these arguments in the test's directory.
    @discardableResult
    func lockstep(_ arguments: String..., environment: [String: String] = [:]) throws -> Outcome {
        try lockstep(arguments, environment: environment)
    }

    @discardableResult
    func lockstep(_ arguments: [String], environment: [String: String] = [:]) throws -> Outcome {
        try run(Self.program, arguments, environment)
    }

    /// Runs a line of shell in the test's directory, in which `$lockstep` is the program.
    func shell(_ line: String) throws -> Outcome {
        try run("/bin/bash", ["-c", line], ["lockstep": Self.program])
    }

    private func run(_ program: String, _ arguments: [String], _ environment: [String: String]) throws -> Outcome {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: directory)
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        // Files, since of two pipes read one after the other the second may fill up.
        let outputs = try ["out", "err"].map { name in
            let url = FileManager.default.temporaryDirectory.appendingPathComponent("lockstep-\(UUID()).\(name)")
            try Data().write(to: url)
            return url
        }
        defer { for url in outputs { try? FileManager.default.removeItem(at: url) } }
        process.standardOutput = try FileHandle(forWritingTo: outputs[0])
        process.standardError = try FileHandle(forWritingTo: outputs[1])
        try process.run()
        process.waitUntilExit()
        XCTAssertEqual(process.terminationReason, .exit, "\(program) \(arguments) was killed by a signal")
        let texts = try outputs.map { String(decoding: try Data(contentsOf: $0), as: UTF8.self) }
        return Outcome(status: process.terminationStatus, output: texts[0], errors: texts[1])
    }

    // MARK: What tests are made of

    func write(_ text: String, to name: String) throws {
        try text.write(toFile: path(name), atomically: true, encoding: .utf8)
    }

    /// A small network on a synthetic data set: ragged batches, dropout, 5 steps an epoch, 3 epochs. In YAML.
    static let small = """
        dataset: {synthetic: {inputs: [6, 2], classes: 3, samples: 70, validation: 20, test: 25}}
        network: [flatten, {linear: 8}, relu, {dropout: 0.2}, {linear: 3}]
        optimizer: {adamW: {learningRate: 0.01}}
        schedule: {cosine: {warmupSteps: 3}}
        batchSize: 15
        shards: 4
        epochs: 3
        """

    /// Trains `small` to the end, or to a step, and returns the run's directory.
    func trainSmall(_ name: String = "run", arguments: String..., line: UInt = #line) throws -> String {
        try write(Self.small, to: "small.yaml")
        let outcome = try run(Self.program, ["train", "small.yaml", "--run", name, "--quiet"] + arguments, [:])
        XCTAssertEqual(outcome.status, 0, outcome.errors, line: line)
        return name
    }

    /// The newest checkpoint of a run, relative to the test's directory.
    func newestCheckpoint(of run: String) throws -> String {
        let folder = "\(run)/checkpoints"
        let steps = try files(in: folder).filter { $0.hasPrefix("step-") }
        return "\(folder)/\(try XCTUnwrap(steps.last))"
    }

    func fingerprint(of checkpoint: String) throws -> String {
        try lockstep("fingerprint", checkpoint).output.trimmingCharacters(in: .newlines)
    }

    /// Names in a directory, hidden ones too, in order.
    func files(in name: String = "") throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path(name)).sorted()
    }

    /// Checks that a run of the program failed: with a status, nothing on standard output, and a message that has all
    /// of `words` (on one line, `lockstep: …`, unless the command line itself was wrong).
    func assertFails(
        _ outcome: Outcome, status: Int32 = 1, _ words: String..., file: StaticString = #filePath, line: UInt = #line
    ) {
        XCTAssertEqual(outcome.status, status, outcome.errors, file: file, line: line)
        XCTAssertEqual(outcome.output, "", file: file, line: line)
        if status == 1 {
            let message = outcome.errors.trimmingCharacters(in: .newlines)
            // What is said of the data comes first, a line each.
            for text in message.components(separatedBy: "\n") {
                XCTAssertTrue(text.hasPrefix("lockstep: "), message, file: file, line: line)
            }
        }
        for word in words where !outcome.errors.contains(word) {
            XCTFail("'\(word)' is missing in: \(outcome.errors)", file: file, line: line)
        }
    }
}
