import Foundation
import Kernels
import TestSupport
import XCTest

/// Runs that are killed, whose disk is full, and whose files are damaged, at random moments: each ends with the bits of
/// one that was left alone.
///
/// A few of each in every test; `make torture` does hundreds.
final class TortureTests: CommandTestCase {
    /// 600 steps, of which a checkpoint is written every fifth.
    private static let configuration = """
        dataset: {synthetic: {inputs: [6, 2], classes: 3, samples: 70, validation: 20, test: 25}}
        network: [flatten, {linear: 40}, relu, {dropout: 0.2}, {linear: 3}]
        optimizer: {adamW: {learningRate: 0.01}}
        batchSize: 15
        shards: 4
        epochs: 120
        checkpointEvery: 5
        """

    private static let count = Int(ProcessInfo.processInfo.environment["LOCKSTEP_TORTURE"] ?? "") ?? 4
    /// All but the portable one, which takes a hundred times as long.
    private static let instructionSets = availableKernels().map { $0.name }.filter { $0 != "portable" }
    private var random = SeededGenerator(seed: 1)

    /// The fingerprint of a run that nothing happens to.
    private func undisturbed() throws -> String {
        try write(Self.configuration, to: "torture.yaml")
        let outcome = try lockstep("train", "torture.yaml", "--run", "whole", "--quiet")
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        return try fingerprint(of: newestCheckpoint(of: "whole"))
    }

    /// What a command that continues a run, or begins it, says to the shell; with another worker count and instruction
    /// set each time.
    private func command(for run: String) -> String {
        let verb =
            FileManager.default.fileExists(atPath: path(run)) ? "resume \(run)" : "train torture.yaml --run \(run)"
        return "LOCKSTEP_INSTRUCTION_SET=\(Self.instructionSets.randomElement(using: &random) ?? "portable") "
            + "$lockstep \(verb) --workers \(Int.random(in: 1...4, using: &random)) --quiet"
    }

    private func resume(_ run: String) throws {
        let outcome = try shell(command(for: run))
        XCTAssertEqual(outcome.status, 0, outcome.errors)
    }

    func testKilledRunsEndWithTheBitsOfOneThatWasNot() throws {
        let expected = try undisturbed()
        var (kills, runs) = (0, 0)
        while kills < Self.count {
            runs += 1
            let run = "run-\(runs)"
            while true {
                let seconds = Double.random(in: 0..<0.6, using: &random)
                // `timeout` says 137 if it had to kill.
                let outcome = try shell(
                    "timeout --signal=KILL \(seconds) bash -c 'exec env \(command(for: run))'; exit $?")
                if outcome.status == 0 { break }
                XCTAssertEqual(outcome.status, 137, outcome.errors)
                guard outcome.status == 137 else { return }
                kills += 1
                if kills >= Self.count {
                    try resume(run)
                    break
                }
            }
            XCTAssertEqual(try fingerprint(of: newestCheckpoint(of: run)), expected, run)
            XCTAssertEqual(try lines(of: run), 121, run)
            // What kills leave, the next checkpoint removes.
            XCTAssertTrue(try files(in: run + "/checkpoints").allSatisfy { !$0.hasSuffix(".tmp") })
            try FileManager.default.removeItem(atPath: path(run))
        }
        print("\(kills) kills in \(runs) runs")
    }

    func testRunsWhoseWritesFailAtARandomByteAreResumed() throws {
        let expected = try undisturbed()
        let size = try Data(contentsOf: URL(fileURLWithPath: path(newestCheckpoint(of: "whole")))).count
        var failures = 0
        for number in 1...Self.count {
            let run = "run-\(number)"
            try trainPart(run)
            // The limit is that of standard error, too, which shall have room for the message.
            let limit = Int.random(in: 512...size, using: &random)
            let outcome = try shell("prlimit --fsize=\(limit) bash -c '\(command(for: run))'")
            if outcome.status != 0 {
                XCTAssertEqual(outcome.status, 1, outcome.errors)
                XCTAssertTrue(outcome.errors.contains("File too large"), outcome.errors)
                failures += 1
            }
            try resume(run)
            XCTAssertEqual(try fingerprint(of: newestCheckpoint(of: run)), expected, "\(limit) bytes")
            try FileManager.default.removeItem(atPath: path(run))
        }
        print("\(failures) of \(Self.count) runs failed at a write, and were resumed")
        XCTAssertGreaterThan(failures, Self.count / 2)
    }

    func testRunsWithDamagedCheckpointsFallBack() throws {
        let expected = try undisturbed()
        for number in 1...Self.count {
            let run = "run-\(number)"
            try trainPart(run)
            let url = URL(fileURLWithPath: path(try newestCheckpoint(of: run)))
            var bytes = try Data(contentsOf: url)
            let place = Int.random(in: bytes.indices, using: &random)
            if Bool.random(using: &random) {
                bytes = bytes.prefix(place)
            } else {
                bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            }
            try bytes.write(to: url)
            try resume(run)
            XCTAssertEqual(try fingerprint(of: newestCheckpoint(of: run)), expected, "byte \(place)")
            try FileManager.default.removeItem(atPath: path(run))
        }
    }

    /// Trains a run to a random step.
    private func trainPart(_ run: String) throws {
        let outcome = try shell(command(for: run) + " --steps \(Int.random(in: 1...590, using: &random))")
        XCTAssertEqual(outcome.status, 0, outcome.errors)
    }

    private func lines(of run: String) throws -> Int {
        try String(contentsOfFile: path(run + "/metrics.csv"), encoding: .utf8).split(separator: "\n").count
    }
}
