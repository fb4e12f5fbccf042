import Foundation
import Workers
import XCTest

@testable import LockstepCommand

final class PlacementCommandTests: CommandTestCase {
    private func reasons(_ cores: UsableCores, workers: WorkerCount = .automatic, shards: Int = 16) -> [String] {
        let chosen = workers == .automatic ? min(cores.count, shards) : workers.resolved
        return WorkerReasons(workers: workers, chosen: chosen, shards: shards, cores: cores).lines
    }

    func testTheNumberOfWorkersIsJustified() {
        let machine = UsableCores(machine: 64, allowed: 64, quota: nil, physical: 32)
        XCTAssertEqual(
            reasons(machine, shards: 8),
            [
                "64 processors in the machine, 64 in the affinity mask, no quota, 32 cores with up to 2 hardware threads "
                    + "each; 8 shards a batch",
                "8 workers: a batch has no more shards to share out",
            ])
        XCTAssertEqual(reasons(machine, shards: 100)[1], "64 workers: all processors of the machine")
        XCTAssertEqual(reasons(machine, workers: .exactly(3))[1], "3 workers: as --workers says")
        let masked = UsableCores(machine: 64, allowed: 4, quota: nil, physical: 4)
        XCTAssertEqual(reasons(masked)[1], "4 workers: the affinity mask allows no more")
        XCTAssertTrue(reasons(masked)[0].contains("each a core of its own"))
        let limited = UsableCores(machine: 64, allowed: 64, quota: 2.5, physical: nil)
        XCTAssertEqual(
            reasons(limited),
            [
                "64 processors in the machine, 64 in the affinity mask, a quota of 2.5 in the control group; 16 shards a "
                    + "batch",
                "3 workers: the quota allows no more",
            ])
        let unknown = UsableCores(machine: 1, allowed: nil, quota: nil, physical: nil)
        XCTAssertEqual(
            reasons(unknown),
            [
                "1 processor in the machine, no affinity mask, no quota; 16 shards a batch",
                "1 worker: all processors of the machine",
            ])
    }

    func testARunThatIsPinnedHasTheSameBitsAndSaysWhere() throws {
        let plain = try trainSmall("plain")
        try write(Self.small, to: "small.yaml")
        let outcome = try lockstep("train", "small.yaml", "--run", "run", "--pin", "--verbose", "--workers", "2")
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        XCTAssertTrue(outcome.errors.contains("2 workers: as --workers says"), outcome.errors)
        XCTAssertTrue(outcome.errors.contains("pinned to processors "), outcome.errors)
        XCTAssertEqual(
            try fingerprint(of: newestCheckpoint(of: "run")), try fingerprint(of: newestCheckpoint(of: plain)))
    }

    func testMoreWorkersThanProcessorsAreSaidToShareThem() throws {
        try write(Self.small, to: "small.yaml")
        let outcome = try shell("taskset -c 0 $lockstep train small.yaml --run run --pin --workers 3 --quiet")
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        XCTAssertTrue(outcome.errors.contains("3 workers on 1 processor: "), outcome.errors)
        XCTAssertEqual(outcome.errors.split(separator: "\n").count, 1, outcome.errors)
    }

    func testQuietAndVerboseAreWrongUsage() throws {
        assertFails(try lockstep("train", "--quiet", "--verbose"), status: 64, "expected one of them, found both")
    }
}
