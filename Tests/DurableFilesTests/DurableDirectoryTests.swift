import DurableFiles
import XCTest

final class DurableDirectoryTests: DirectoryTestCase {
    private struct Failure: Error {}

    private func make(_ names: String..., text: String = "x") throws -> String {
        try DurableDirectory.create(names.map { directory + "/" + $0 }) { temporary in
            try text.write(toFile: temporary + "/file", atomically: false, encoding: .utf8)
        }.path
    }

    func testItAppearsWithAllThatBelongsIntoIt() throws {
        XCTAssertEqual(
            try DurableDirectory.create([directory + "/run"]) { temporary in
                XCTAssertFalse(try names().contains("run"))
                try "x".write(toFile: temporary + "/file", atomically: false, encoding: .utf8)
                return 7
            }.result, 7)
        XCTAssertEqual(try names(), ["run"])
        XCTAssertEqual(try FileManager.default.contentsOfDirectory(atPath: directory + "/run"), ["file"])
    }

    func testATakenNameStaysWhatItIs() throws {
        mkdir(directory + "/empty", 0o777)
        XCTAssertThrowsError(try make("empty")) { error in
            XCTAssertEqual(error as? DurableFileError, .exists(path: directory + "/empty"))
        }
        XCTAssertEqual(try names(), ["empty"])
        XCTAssertEqual(try FileManager.default.contentsOfDirectory(atPath: directory + "/empty"), [])
    }

    func testTheNextFreeNameIsTaken() throws {
        for _ in 1...3 { _ = try? make("run-1", "run-2", "run-3") }
        XCTAssertEqual(try names(), ["run-1", "run-2", "run-3"])
    }

    func testAnErrorLeavesNothing() throws {
        XCTAssertThrowsError(
            try DurableDirectory.create([directory + "/run"]) { temporary in
                try "x".write(toFile: temporary + "/file", atomically: false, encoding: .utf8)
                throw Failure()
            }
        ) { XCTAssertTrue($0 is Failure) }
        XCTAssertEqual(try names(), [])
    }

    func testWhoIsToldToEndLeavesNothing() throws {
        XCTAssertThrowsError(
            try DurableDirectory.create([directory + "/run"]) { temporary in
                try "x".write(toFile: temporary + "/file", atomically: false, encoding: .utf8)
                Temporaries.removeAll()
                XCTAssertEqual(try names(), [])
            })
        XCTAssertEqual(try names(), [])
    }
}
