import DurableFiles
import XCTest

final class FileLockTests: DirectoryTestCase {
    private var path: String { directory + "/lock" }

    private func assertHeld(by words: String, file: StaticString = #filePath, line: UInt = #line) {
        XCTAssertThrowsError(try FileLock(path), file: file, line: line) { error in
            guard case .held(let path, let holder)? = error as? FileLockError else {
                return XCTFail("\(error)", file: file, line: line)
            }
            XCTAssertEqual(path, self.path, file: file, line: line)
            XCTAssertTrue(holder.contains(words), holder, file: file, line: line)
        }
    }

    func testALockIsRefusedAsLongAsSomebodyHasIt() throws {
        var lock: FileLock? = try FileLock(path)
        assertHeld(by: "process \(getpid()) on ")
        withExtendedLifetime(lock) {}
        lock = nil
        XCTAssertNoThrow(try FileLock(path))
    }

    func testALockDiesWithTheProcessThatHasIt() throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        // `--no-fork`: the process that is killed is the one that has the lock.
        process.arguments = ["flock", "--exclusive", "--no-fork", path, "sleep", "100"]
        try process.run()
        while (try? FileLock(path)) != nil { usleep(1000) }
        assertHeld(by: "process")
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        XCTAssertNoThrow(try FileLock(path))
    }

    func testALinkIsNotFollowed() throws {
        try "precious".write(toFile: directory + "/precious", atomically: true, encoding: .utf8)
        symlink("precious", path)
        XCTAssertThrowsError(try FileLock(path)) { error in
            XCTAssertEqual(error as? FileLockError, .failed(path: path, code: ELOOP))
            XCTAssertTrue("\(error)".contains("cannot lock it"), "\(error)")
        }
        XCTAssertEqual(try String(contentsOfFile: directory + "/precious", encoding: .utf8), "precious")
    }
}
