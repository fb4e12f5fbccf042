import Checkpoints
import Foundation
import TestSupport
import XCTest

/// A checkpoint appears whole or not at all.
final class CommitTests: HDF5TestCase {
    private var names: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: directory).sorted() }
    }

    func testNothingElseIsLeftBehind() throws {
        try Checkpoint.sample().write(to: path("a.h5"))
        XCTAssertEqual(try names, ["a.h5"])
    }

    func testAnExistingFileIsNeverOverwritten() throws {
        try Data("precious".utf8).write(to: URL(fileURLWithPath: path("a.h5")))
        assertRefuses(.exists, path("a.h5"), "never overwritten") { try Checkpoint.sample().write(to: path("a.h5")) }
        XCTAssertEqual(try String(contentsOfFile: path("a.h5"), encoding: .utf8), "precious")
        XCTAssertEqual(try names, ["a.h5"])
    }

    func testALinkToNothingIsNotReplaced() throws {
        try FileManager.default.createSymbolicLink(atPath: path("a.h5"), withDestinationPath: path("none"))
        assertRefuses(.exists) { try Checkpoint.sample().write(to: path("a.h5")) }
        XCTAssertEqual(try names, ["a.h5"])
    }

    func testOfManyWritersOfOneNameOneWins() throws {
        let name = path("a.h5")
        let outcomes = Outcomes()
        DispatchQueue.concurrentPerform(iterations: 8) { index in
            outcomes.add(Result { try Checkpoint.sample(step: index).write(to: name) })
        }
        XCTAssertEqual(outcomes.successes, 1)
        XCTAssertEqual(outcomes.errors.map(\.reason), Array(repeating: .exists, count: 7))
        XCTAssertNoThrow(try Checkpoint.read(name))
        XCTAssertEqual(try names, ["a.h5"])
    }

    func testAMissingDirectoryIsNamed() throws {
        assertRefuses(.cannotWrite, path("none/a.h5"), "No such file or directory") {
            try Checkpoint.sample().write(to: path("none/a.h5"))
        }
    }

    func testAFileAsDirectoryIsRefused() throws {
        try Data().write(to: URL(fileURLWithPath: path("file")))
        assertRefuses(.cannotWrite, "Not a directory") { try Checkpoint.sample().write(to: path("file/a.h5")) }
    }

    func testARelativePathIsWrittenToTheCurrentDirectory() throws {
        let old = FileManager.default.currentDirectoryPath
        XCTAssertTrue(FileManager.default.changeCurrentDirectoryPath(directory))
        defer { XCTAssertTrue(FileManager.default.changeCurrentDirectoryPath(old)) }
        try Checkpoint.sample().write(to: "a.h5")
        XCTAssertEqual(try names, ["a.h5"])
    }

    /// A limit on the size of files stops a write halfway, like a full disk.
    func testAFullDiskLeavesNoHalfFile() throws {
        var checkpoint = Checkpoint.sample()
        let large = [Float](repeating: 1, count: 1 << 18)
        checkpoint.parameters.append(Checkpoint.Tensor(name: "large/weight", shape: [large.count], values: large))
        let oldHandler = signal(SIGXFSZ, SIG_IGN)
        var old = rlimit()
        XCTAssertEqual(getrlimit(fileSizeLimit, &old), 0)
        var limited = old
        limited.rlim_cur = 1 << 19
        XCTAssertEqual(setrlimit(fileSizeLimit, &limited), 0)
        let result = Result { try checkpoint.write(to: path("a.h5")) }
        XCTAssertEqual(setrlimit(fileSizeLimit, &old), 0)
        signal(SIGXFSZ, oldHandler)

        assertRefuses(.cannotWrite, path("a.h5"), "cannot write", "File too large") { try result.get() }
        XCTAssertEqual(try names, [])
        try checkpoint.write(to: path("a.h5"))
        assertEqual(try Checkpoint.read(path("a.h5")), checkpoint)
    }

    private let fileSizeLimit = __rlimit_resource_t(RLIMIT_FSIZE.rawValue)
}

/// Results from many threads.
private final class Outcomes: @unchecked Sendable {
    private let lock = NSLock()
    private(set) var successes = 0
    private(set) var errors: [CheckpointError] = []

    func add(_ result: Result<Void, any Error>) {
        lock.withLock {
            switch result {
            case .success: successes += 1
            case .failure(let error as CheckpointError): errors.append(error)
            case .failure(let error): XCTFail("\(error)")
            }
        }
    }
}
