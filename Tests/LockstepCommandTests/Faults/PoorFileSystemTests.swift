import Foundation
import XCTest

/// Training on file systems without hard links, exclusive renames or locks, which a library stands in for.
final class PoorFileSystemTests: CommandTestCase {
    private func environment(_ faults: String, damage: String? = nil) throws -> [String: String] {
        var environment = ["LD_PRELOAD": try Faults.build(in: directory), "FAULTS": faults]
        environment["DAMAGE"] = damage
        return environment
    }

    /// Error numbers by name, as the library wants them.
    private static let codes = ["EINVAL": EINVAL, "EPERM": EPERM, "ENOSYS": ENOSYS, "ENOTSUP": ENOTSUP]

    func testARunEndsWithTheSameBitsWithPlainRenamesAlone() throws {
        let expected = try fingerprint(of: newestCheckpoint(of: trainSmall("whole")))
        for (name, code) in Self.codes {
            let environment = try environment(
                "renameat2=\(code),link=\(code),fsync-directory=\(code == EPERM ? EINVAL : code)")
            let first = try lockstep(
                "train", "small.yaml", "--run", name, "--quiet", "--steps", "7", environment: environment)
            XCTAssertEqual(first.status, 0, "\(name): \(first.errors)")
            let second = try lockstep("resume", name, "--quiet", environment: environment)
            XCTAssertEqual(second.status, 0, "\(name): \(second.errors)")
            XCTAssertEqual(try fingerprint(of: newestCheckpoint(of: name)), expected, name)
            XCTAssertEqual(
                try files(in: "\(name)/checkpoints"),
                ["best.h5", "step-00000007.h5", "step-00000010.h5", "step-00000015.h5"], name)
            XCTAssertEqual(try files().filter { $0.hasPrefix(".") }, [])
            // What is there stays.
            assertFails(
                try lockstep("train", "small.yaml", "--run", name, environment: environment), "already there")
        }
    }

    func testFilesAreMadeWithPlainRenamesAlone() throws {
        let environment = try environment("renameat2=22,link=95")
        try write("a,b,y\n1,2,0\n3,4,1\n5,6,0\n", to: "a.csv")
        for (arguments, output) in [
            (["import", "csv", "a.csv", "--output", "a.h5"], "a.h5"),
            (["convert", "a.h5", "--output", "b.h5"], "b.h5"),
        ] {
            let made = try lockstep(arguments, environment: environment)
            XCTAssertEqual(made.status, 0, made.errors)
            XCTAssertEqual(try lockstep("verify", output).status, 0)
            assertFails(try lockstep(arguments, environment: environment), output)
            XCTAssertEqual(try lockstep("verify", output).status, 0)
        }
        XCTAssertEqual(try files().filter { $0.hasPrefix(".") }, [])
    }

    func testAKillBetweenTheNameAndTheFileLosesNothing() throws {
        let expected = try fingerprint(of: newestCheckpoint(of: trainSmall("whole")))
        var kills = 0
        // The first names the run, later ones its files.
        for rename in 1...12 {
            let environment = try environment("renameat2=22,link=1,kill=\(rename)")
            try? FileManager.default.removeItem(atPath: path("run"))
            let killed = try lockstep("train", "small.yaml", "--run", "run", "--quiet", environment: environment)
            guard killed.status == 99 else { continue }
            kills += 1
            if (try? files(in: "run"))?.contains("checkpoints") == true {
                XCTAssertEqual(try lockstep("verify", "run").status, 0, "killed in rename \(rename)")
                XCTAssertEqual(try lockstep("resume", "run", "--quiet").status, 0)
            } else {
                // An empty directory of that name at most, which is no run.
                XCTAssertEqual((try? files(in: "run")) ?? [], [])
                try? FileManager.default.removeItem(atPath: path("run"))
                XCTAssertEqual(try lockstep("train", "small.yaml", "--run", "run", "--quiet").status, 0)
            }
            XCTAssertEqual(try fingerprint(of: newestCheckpoint(of: "run")), expected, "killed in rename \(rename)")
        }
        XCTAssertGreaterThan(kills, 4)
    }

    // MARK: Locks

    func testWithoutLocksARunSaysSoOnceAndASecondOneIsRefusedForAMinute() throws {
        // ENOLCK, EOPNOTSUPP, the 524 that a kernel lets out, ENOSYS.
        for code in [ENOLCK, EOPNOTSUPP, 524, ENOSYS] {
            let environment = try environment("flock=\(code)")
            let name = "run-\(code)"
            try write(Self.small, to: "small.yaml")
            let first = try lockstep(
                "train", "small.yaml", "--run", name, "--steps", "7", environment: environment)
            XCTAssertEqual(first.status, 0, first.errors)
            let said = first.errors.components(separatedBy: "would not be seen").count - 1
            XCTAssertEqual(said, 1, first.errors)
            let refused = try lockstep("resume", name, environment: environment)
            assertFails(refused, "expected nobody training in it", "resume it with --take-over")
            let taken = try lockstep("resume", name, "--take-over", "--steps", "9", environment: environment)
            XCTAssertEqual(taken.status, 0, taken.errors)
            // A minute later.
            for file in ["lock", "log.txt", "metrics.csv"] {
                try FileManager.default.setAttributes(
                    [.modificationDate: Date(timeIntervalSinceNow: -61)], ofItemAtPath: path("\(name)/\(file)"))
            }
            let later = try lockstep("resume", name, "--quiet", environment: environment)
            XCTAssertEqual(later.status, 0, later.errors)
        }
    }

    func testDataAreReadAndWrittenWithoutLocks() throws {
        for code in [ENOLCK, EOPNOTSUPP, 524, ENOSYS] {
            let environment = try environment("flock=\(code)")
            try TestData.write(path("a-\(code).h5"))
            XCTAssertEqual(try lockstep("verify", "a-\(code).h5", environment: environment).status, 0)
            let made = try lockstep(
                "convert", "a-\(code).h5", "--output", "b-\(code).h5", environment: environment)
            XCTAssertEqual(made.status, 0, made.errors)
        }
    }

    func testALockThatIsAlwaysTakenIsAnErrorAndNoLoop() throws {
        let environment = try environment("flock=\(EAGAIN)")
        try write(Self.small, to: "small.yaml")
        let outcome = try lockstep("train", "small.yaml", "--run", "run", environment: environment)
        assertFails(outcome, "run: cannot make the run directory", "lock a new directory")
        XCTAssertEqual(try files().filter { $0.contains("run") }, [])
    }
}
