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

    func testRunsWithFingerprintsAreComparedStepByStep() throws {
        let first = try trainSmall("one", arguments: "--record-fingerprints", "--workers", "1")
        let second = try trainSmall("two", arguments: "--record-fingerprints", "--workers", "3")
        let same = try lockstep("diff", first, second)
        XCTAssertEqual(same.status, 0, same.errors)
        XCTAssertEqual(same.output, "the same parameters after 16 steps, 0 to 15\n")

        try write(Self.small.replacingOccurrences(of: "warmupSteps: 3", with: "warmupSteps: 4"), to: "warm.yaml")
        try lockstep("train", "warm.yaml", "--run", "three", "--record-fingerprints", "--quiet")
        let parted = try lockstep("diff", first, "three")
        XCTAssertEqual(parted.status, 1, parted.errors)
        XCTAssertEqual(
            parted.lines,
            [
                "the runs part at step 1: the 1 step before it, to step 0, are the same",
                "4 of 4 tensors differ after it:", "  linear1/weight", "  linear1/bias", "  linear2/weight",
                "  linear2/bias",
            ])
    }

    func testRunsWithoutFingerprintsAreComparedByCheckpoints() throws {
        let (first, second) = (try trainSmall("one"), try trainSmall("two", arguments: "--record-fingerprints"))
        let same = try lockstep("diff", first, second)
        XCTAssertEqual(same.status, 0, same.errors)
        XCTAssertEqual(same.output, "the same bits in 3 checkpoints of the same steps, the newest of step 15\n")
        let parted = try lockstep("diff", first, trainSmall("three", arguments: "--seed", "2"))
        XCTAssertEqual(parted.status, 1, parted.errors)
        XCTAssertTrue(parted.lines[0].hasPrefix("the checkpoints of step 5 differ"), parted.output)
        XCTAssertTrue(parted.lines[1].hasPrefix("parameters/linear1/weight[0, 0] is "), parted.output)
        XCTAssertTrue(parted.lines.last!.contains("--record-fingerprints"), parted.output)
    }

    func testARunIsNotComparedWithACheckpoint() throws {
        let run = try trainSmall()
        assertFails(
            try lockstep("diff", run, newestCheckpoint(of: run)), "run: expected a checkpoint like run/checkpoints/",
            "found a directory")
    }
}
