import Foundation
import XCTest

/// Places that cannot be written: nothing is overwritten, nothing half-written stays.
final class BadDestinationTests: CommandTestCase {
    func testARunDirectoryThatExistsIsNotTouched() throws {
        let run = try trainSmall()
        let before = try fingerprint(of: newestCheckpoint(of: run))
        let files = try files(in: run)
        assertFails(
            try lockstep("train", "small.yaml", "--run", run, "--seed", "2"), "run: ", "never overwritten",
            "lockstep resume run")
        XCTAssertEqual(try fingerprint(of: newestCheckpoint(of: run)), before)
        XCTAssertEqual(try self.files(in: run), files)
    }

    func testAnEmptyDirectoryIsNotARunOfItsOwn() throws {
        try write(Self.small, to: "small.yaml")
        try FileManager.default.createDirectory(atPath: path("run"), withIntermediateDirectories: true)
        assertFails(try lockstep("train", "small.yaml", "--run", "run"), "run: ", "already there")
        XCTAssertEqual(try files(in: "run"), [])
    }

    func testARunDirectoryThatCannotBeMade() throws {
        try write(Self.small, to: "small.yaml")
        try write("", to: "file")
        let before = try files()
        assertFails(try lockstep("train", "small.yaml", "--run", "file/run"), "file/run: ", "Not a directory")
        assertFails(
            try lockstep("train", "small.yaml", "--run", "/proc/run"), "/proc/run: ", "cannot make the run directory")
        XCTAssertEqual(try files(), before)
    }

    func testADiskThatIsFullAtTheStartLeavesNoRun() throws {
        try write(Self.small, to: "small.yaml")
        let before = try files()
        assertFails(
            try shell("ulimit -f 4; $lockstep train small.yaml --run run --quiet"),
            "run: cannot make the run directory",
            "File too large")
        XCTAssertEqual(try files(), before)
    }

    func testADiskThatIsFullLaterLeavesTheLastGoodCheckpointAndNothingHalfWritten() throws {
        let run = try trainSmall(arguments: "--steps", "7")
        let whole = try fingerprint(of: newestCheckpoint(of: trainSmall("whole")))
        let before = try files(in: run + "/checkpoints")
        let outcome = try shell("ulimit -f 4; $lockstep resume \(run) --quiet")
        XCTAssertEqual(outcome.status, 1, outcome.errors)
        // The same trouble at the next epoch's end is said again only if a minute has passed.
        let messages = outcome.errors.split(separator: "\n").filter { !$0.contains("step 15 could not be saved") }
        // An epoch's end, a late try of the best state, and one more of the last.
        let expected = [
            "step 10 could not be saved", "cannot save the best state so far, that of step 10",
            "run/checkpoints/step-00000015.h5: ",
        ]
        XCTAssertEqual(messages.count, expected.count, outcome.errors)
        for (message, words) in zip(messages, expected) {
            XCTAssertTrue(message.contains(words) && message.contains("File too large"), outcome.errors)
        }
        XCTAssertEqual(try files(in: run + "/checkpoints"), before)
        XCTAssertEqual(try lockstep("resume", run).status, 0)
        XCTAssertEqual(try fingerprint(of: newestCheckpoint(of: run)), whole)
    }
}
