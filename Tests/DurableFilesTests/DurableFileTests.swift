import DurableFiles
import XCTest

final class DurableFileTests: DirectoryTestCase {
    private var path: String { directory + "/file" }
    private func text() throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

    func testBytesArriveUnderTheNameAndNothingElseStays() throws {
        try DurableFile(path).write(Array("hello".utf8)) { temporary in
            XCTAssertEqual(try String(contentsOfFile: temporary, encoding: .utf8), "hello")
            XCTAssertFalse(FileManager.default.fileExists(atPath: path))
        }
        XCTAssertEqual(try text(), "hello")
        XCTAssertEqual(try names(), ["file"])
    }

    func testAnExistingFileStaysUnlessItMayBeReplaced() throws {
        try DurableFile(path).write(Array("old".utf8))
        XCTAssertThrowsError(try DurableFile(path).write(Array("new".utf8))) {
            XCTAssertEqual($0 as? DurableFileError, .exists(path: path))
        }
        XCTAssertEqual(try text(), "old")
        try DurableFile(path, replacing: true).write(Array("new".utf8))
        XCTAssertEqual(try text(), "new")
        XCTAssertEqual(try names(), ["file"])
    }

    func testAFileThatComesUpMeanwhileStays() throws {
        XCTAssertThrowsError(
            try DurableFile(path).write(Array("late".utf8)) { _ in
                try Data("first".utf8).write(to: URL(fileURLWithPath: path))
            }
        ) { XCTAssertEqual($0 as? DurableFileError, .exists(path: path)) }
        XCTAssertEqual(try text(), "first")
        XCTAssertEqual(try names(), ["file"])
    }

    func testAFailedVerificationLeavesNothing() throws {
        struct Refused: Error {}
        XCTAssertThrowsError(try DurableFile(path).write([1, 2, 3]) { _ in throw Refused() }) {
            XCTAssertTrue($0 is Refused)
        }
        XCTAssertEqual(try names(), [])
    }

    func testADirectoryThatIsNotThereIsNamed() {
        XCTAssertThrowsError(try DurableFile(directory + "/absent/file").write([1])) {
            XCTAssertTrue("\($0)".contains("absent: No such file or directory"), "\($0)")
        }
    }

    func testAFullDiskIsNamedAndLeavesNothing() throws {
        // A limit on the size of files stands in for a full disk: the same call fails at the same place.
        var old = rlimit()
        getrlimit(__rlimit_resource_t(UInt32(RLIMIT_FSIZE.rawValue)), &old)
        let previous = signal(SIGXFSZ, SIG_IGN)
        var small = rlimit(rlim_cur: 1000, rlim_max: old.rlim_max)
        setrlimit(__rlimit_resource_t(UInt32(RLIMIT_FSIZE.rawValue)), &small)
        let result = Result { try DurableFile(path).write([UInt8](repeating: 7, count: 5000)) }
        setrlimit(__rlimit_resource_t(UInt32(RLIMIT_FSIZE.rawValue)), &old)
        signal(SIGXFSZ, previous)
        XCTAssertThrowsError(try result.get()) {
            XCTAssertEqual($0 as? DurableFileError, .failed(path: path, operation: "write 5000 bytes", code: EFBIG))
        }
        XCTAssertEqual(try names(), [])
    }

    func testPathsAreSplitAtTheirLastSlash() {
        let paths = ["p": (".", "p"), "a/b": ("a", "b"), "/a": ("/", "a"), "a/b//": ("a", "b"), "./x": (".", "x")]
        for (path, (directory, name)) in paths {
            XCTAssertEqual(splitPath(path).directory, directory)
            XCTAssertEqual(splitPath(path).name, name)
        }
    }

    func testALinkIsASecondNameThatReplacesTheFirst() throws {
        try DurableFile(path).write(Array("one".utf8))
        let other = directory + "/other"
        try DurableFile(other).write(Array("two".utf8))
        func link() throws {
            try DurableFile(path, replacing: true).link(to: other) { _ in XCTFail("no need to copy") }
        }
        try link()
        XCTAssertEqual(try text(), "two")
        // Both names are the same file's already.
        try link()
        XCTAssertEqual(try names(), ["file", "other"])
    }
}
