import Foundation
import XCTest

final class WorkersTests: CommandTestCase {
    func testARunThatTrainsIsGivenOtherWorkersAndHasTheSameBits() throws {
        try write(Self.small.replacingOccurrences(of: "epochs: 3", with: "epochs: 1000000"), to: "long.yaml")
        let outcome = try shell(
            """
            $lockstep train long.yaml --run run --workers 2 --quiet & program=$!
            wait_for() { for i in {1..600}; do grep -qs "$1" $2 && return; sleep 0.05; done; echo "no $1" >&2; }
            wait_for . run/workers
            $lockstep workers run
            $lockstep workers run 3; wait_for 'with 3 workers' run/log.txt
            $lockstep workers run 1; wait_for 'with 1 worker,' run/log.txt
            $lockstep workers run
            kill -TERM $program; wait $program
            """)
        XCTAssertEqual(outcome.status, 143, outcome.errors)
        XCTAssertEqual(outcome.lines, ["2", "1"], outcome.errors)
        XCTAssertFalse(try files(in: "run").contains("workers"))
        let newest = try newestCheckpoint(of: "run")
        let step = try XCTUnwrap(Int(newest.suffix(11).dropLast(3)))
        _ = try lockstep("train", "long.yaml", "--run", "plain", "--workers", "1", "--steps", "\(step)", "--quiet")
        XCTAssertEqual(try fingerprint(of: newest), try fingerprint(of: newestCheckpoint(of: "plain")))
    }

    func testARunThatDoesNotTrainIsRefused() throws {
        let run = try trainSmall()
        for arguments in ["", "2"] {
            assertFails(try shell("$lockstep workers \(run) \(arguments)"), "run: nobody is training", "resume run")
        }
        assertFails(try lockstep("workers", "absent", "2"), "absent: no such directory")
        XCTAssertFalse(try files(in: run).contains("workers"))
    }

    func testNonsenseIsWrongUsage() throws {
        for number in ["0", "many", "1025", "1.5"] {
            assertFails(try lockstep("workers", "run", number), status: 64, "expected auto or a number in 1 ... 1024")
        }
    }
}
