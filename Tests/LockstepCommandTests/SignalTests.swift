import Foundation
import XCTest

/// Signals with which schedulers and terminals end a run save its state.
final class SignalTests: CommandTestCase {
    private func writeLong() throws {
        try write(Self.small.replacingOccurrences(of: "epochs: 3", with: "epochs: 1000000"), to: "long.yaml")
    }

    func testEverySignalOfASchedulerSavesTheState() throws {
        try writeLong()
        // Not SIGQUIT, which shells have what they start in the background ignore.
        for signal in [SIGUSR1, SIGUSR2, SIGXCPU, SIGALRM, SIGPWR] {
            let run = "run-\(signal)"
            // Some are sent again each second; that shall not end it sooner.
            let outcome = try shell(
                """
                $lockstep train long.yaml --run \(run) --quiet & program=$!
                until [ -e \(run)/checkpoints/step-00000005.h5 ]; do kill -0 $program || exit 99; sleep 0.02; done
                kill -\(signal) $program; kill -\(signal) $program 2> /dev/null; wait $program
                """)
            XCTAssertEqual(outcome.status, 128 + signal, outcome.errors)
            XCTAssertTrue(outcome.errors.contains("stopped by SIG"), outcome.errors)
            let step = try XCTUnwrap(Int(newestCheckpoint(of: run).suffix(11).prefix(8)))
            XCTAssertTrue(outcome.errors.contains("after step "), outcome.errors)
            XCTAssertEqual(try lockstep("resume", run, "--steps", "\(step + 2)", "--quiet").status, 0)
        }
    }

    func testALimitOfProcessorTimeSavesTheStateBeforeTheSystemKills() throws {
        try writeLong()
        let outcome = try shell("ulimit -t 4; $lockstep train long.yaml --run run --quiet")
        XCTAssertEqual(outcome.status, 128 + SIGXCPU, outcome.errors)
        XCTAssertTrue(outcome.errors.contains("stopped by SIGXCPU"), outcome.errors)
        XCTAssertEqual(try lockstep("verify", "run").status, 0)
    }

    func testAnImportThatASchedulerEndsLeavesNothing() throws {
        for signal in [SIGUSR1, SIGXCPU] {
            let outcome = try shell(
                """
                mkfifo rows.csv; $lockstep import csv rows.csv --output rows.h5 & program=$!
                exec 3> rows.csv; echo 'a,b,y' >&3; kill -\(signal) $program; wait $program; status=$?
                exec 3>&-; rm rows.csv; exit $status
                """)
            XCTAssertNotEqual(outcome.status, 0, outcome.errors)
            XCTAssertEqual(try files(), [])
        }
    }
}
