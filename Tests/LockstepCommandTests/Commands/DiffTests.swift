import XCTest

final class DiffTests: CommandTestCase {
    func testTheSameBitsAreSaidToBe() throws {
        let first = try newestCheckpoint(of: trainSmall("one", arguments: "--workers", "1"))
        let second = try newestCheckpoint(of: trainSmall("two", arguments: "--workers", "3"))
        let outcome = try lockstep("diff", first, second)

        XCTAssertEqual(outcome.status, 0, outcome.errors)
        XCTAssertEqual(outcome.output, "the same bits in all 12 tensors\n")
    }

    func testTheFirstElementThatDiffersIsNamedWithBothValues() throws {
        let first = try newestCheckpoint(of: trainSmall("one"))
        let second = try newestCheckpoint(of: trainSmall("two", arguments: "--seed", "2"))
        let outcome = try lockstep("diff", first, second)

        XCTAssertEqual(outcome.status, 1)
        XCTAssertEqual(outcome.errors, "")
        XCTAssertEqual(outcome.lines.count, 2)
        XCTAssertTrue(outcome.lines[0].hasPrefix("parameters/linear1/weight[0, 0] is "), outcome.lines[0])
        XCTAssertTrue(outcome.lines[1].contains("elements in 12 of 12 tensors differ, by at most "), outcome.lines[1])
    }

    func testOtherShapesAreNamed() throws {
        let first = try newestCheckpoint(of: trainSmall("one"))
        try write(Self.small.replacingOccurrences(of: "linear: 8", with: "linear: 9"), to: "wide.yaml")
        try lockstep("train", "wide.yaml", "--run", "two", "--quiet")
        let outcome = try lockstep("diff", first, newestCheckpoint(of: "two"))

        XCTAssertEqual(outcome.status, 1)
        XCTAssertEqual(
            outcome.lines.first, "parameters/linear1/weight has shape [12, 8] in the first, [12, 9] in the second")
    }

    func testFingerprintIsOneLineThatIsTheSameForTheSameBitsOnly() throws {
        let first = try newestCheckpoint(of: trainSmall("one"))
        let second = try newestCheckpoint(of: trainSmall("two", arguments: "--workers", "5"))
        let third = try newestCheckpoint(of: trainSmall("three", arguments: "--seed", "2"))
        let outcome = try lockstep("fingerprint", first)

        XCTAssertEqual(outcome.lines.count, 1)
        XCTAssertNotNil(outcome.lines[0].wholeMatch(of: /[0-9a-f]{16}/), outcome.output)
        XCTAssertEqual(try fingerprint(of: second), outcome.lines[0])
        XCTAssertNotEqual(try fingerprint(of: third), outcome.lines[0])
    }

    func testWhatIsNoCheckpointIsRefused() throws {
        let checkpoint = try newestCheckpoint(of: trainSmall())
        try TestData.write(path("data.h5"))
        assertFails(try lockstep("diff", checkpoint, "none.h5"), "none.h5", "no such checkpoint")
        assertFails(try lockstep("diff", "data.h5", checkpoint), "data.h5", "expected a checkpoint")
        assertFails(try lockstep("fingerprint", "data.h5"), "data.h5", "expected a checkpoint")
        assertFails(
            try lockstep("fingerprint", "run"), "run: expected a checkpoint, found a directory",
            "run/checkpoints/best.h5")
    }
}
