import TestSupport
import XCTest

@testable import Training

final class LineLogTests: HDF5TestCase {
    private func text() throws -> String { try String(contentsOfFile: path("log"), encoding: .utf8) }

    func testLinesAreAddedAndKeptAsSaid() throws {
        let log = try LineLog(path: path("log"), header: "head") { _ in true }
        try log.append("1")
        try log.append("2")
        XCTAssertEqual(try text(), "head\n1\n2\n")
        let next = try LineLog(path: path("log"), header: "head") { $0 == "1" }
        try next.append("3")
        XCTAssertEqual(try text(), "head\n1\n3\n")
    }

    func testHalfALineGoes() throws {
        try "head\n1\n2".write(toFile: path("log"), atomically: true, encoding: .utf8)
        let log = try LineLog(path: path("log"), header: "head") { _ in true }
        try log.append("3")
        XCTAssertEqual(try text(), "head\n1\n3\n")
    }

    func testBytesThatAreNoTextDoNotLoseTheOtherLines() throws {
        try (Data("head\n1\n".utf8) + Data([0xFF, 0x00, 0x0A]) + Data("3\n".utf8))
            .write(to: URL(fileURLWithPath: path("log")))
        _ = try LineLog(path: path("log"), header: "head") { Int($0) != nil }
        XCTAssertEqual(
            try Data(contentsOf: URL(fileURLWithPath: path("log"))),
            Data("head\n1\n".utf8) + Data([0xFF, 0x00, 0x0A]) + Data("3\n".utf8))
    }

    func testALogOfOtherColumnsKeepsTheLinesThatFit() throws {
        try "other\n1\nx\n3\n".write(toFile: path("log"), atomically: true, encoding: .utf8)
        _ = try LineLog(path: path("log"), header: "head") { Int($0) != nil }
        XCTAssertEqual(try text(), "head\n1\n3\n")
    }

    func testALongLogIsCutWithoutBeingReadThrough() throws {
        let lines = (0..<200_000).map { "\($0),0123456789abcdef" }.joined(separator: "\n") + "\n"
        try ("head\n" + lines).write(toFile: path("log"), atomically: true, encoding: .utf8)
        var asked = 0
        _ = try LineLog(path: path("log"), header: "head") { line in
            asked += 1
            return Int(line.prefix { $0 != "," })! < 199_990
        }
        XCTAssertEqual(asked, 11)
        XCTAssertTrue(try text().hasSuffix("\n199989,0123456789abcdef\n"))
    }

    func testALineThatCannotBeWrittenComesWithTheNext() throws {
        let log = try LineLog(path: path("log"), header: "head") { _ in true }
        try FileManager.default.moveItem(atPath: path("log"), toPath: path("away"))
        try FileManager.default.createDirectory(atPath: path("log"), withIntermediateDirectories: false)
        XCTAssertThrowsError(try log.append("1")) { error in
            XCTAssertTrue("\(error)".contains("cannot be written"), "\(error)")
        }
        try FileManager.default.removeItem(atPath: path("log"))
        try FileManager.default.moveItem(atPath: path("away"), toPath: path("log"))
        try log.append("2")
        XCTAssertEqual(try text(), "head\n1\n2\n")
    }

    func testLinesThatThereIsNoMemoryForAreCounted() throws {
        let log = try LineLog(path: path("log"), header: "head", mostPending: 4) { _ in true }
        XCTAssertEqual(rename(path("log"), path("away")), 0)
        XCTAssertEqual(mkdir(path("log"), 0o777), 0)
        for line in ["1", "2", "3", "4"] {
            XCTAssertThrowsError(try log.append(line)) { error in
                guard line == "4" else { return }
                XCTAssertTrue("\(error)".contains("2 lines wait in memory, and 2 after them are lost"), "\(error)")
            }
        }
        XCTAssertEqual(log.takeNotices(), [])
        XCTAssertEqual(rmdir(path("log")), 0)
        XCTAssertEqual(rename(path("away"), path("log")), 0)
        try log.synchronize()
        try log.append("5")
        XCTAssertEqual(try text(), "head\n1\n2\n5\n")
        XCTAssertEqual(
            log.takeNotices(),
            ["\(path("log")): 2 lines are missing in it: there was no room for them on the disk, nor in memory"])
        XCTAssertEqual(log.takeNotices(), [])
    }

    func testALogThatSomebodyMovesIsBegunAnewWithoutAHole() throws {
        let log = try LineLog(path: path("log"), header: "head") { _ in true }
        try log.append("1")
        XCTAssertEqual(rename(path("log"), path("log.1")), 0)
        try log.append("2")
        XCTAssertEqual(try text(), "head\n2\n")
        XCTAssertEqual(
            log.takeNotices(),
            [
                "\(path("log")): somebody else has moved or cut it: of 7 bytes that the run has written 0 are in it"
            ])
    }

    func testALogThatSomebodyCutsGoesOnWithAWholeLine() throws {
        let log = try LineLog(path: path("log"), header: "head") { _ in true }
        try log.append("123")
        XCTAssertEqual(truncate(path("log"), 7), 0)
        try log.append("4")
        XCTAssertEqual(try text(), "head\n12\n4\n")
        XCTAssertEqual(truncate(path("log"), 8), 0)
        try log.append("5")
        XCTAssertEqual(try text(), "head\n12\n5\n")
        XCTAssertEqual(log.takeNotices().count, 2)
    }

    func testCollectedLinesAreWrittenWhenThereAreManyOrByTheClockOrWhenAskedFor() throws {
        let never = Duration.seconds(1_000_000)
        let log = try LineLog(path: path("log"), header: "head", collecting: .init(bytes: 10, time: never)) { _ in true
        }
        try log.append("1")
        try log.append("2")
        XCTAssertEqual(try text(), "head\n")
        try log.synchronize()
        XCTAssertEqual(try text(), "head\n1\n2\n")
        try log.append("a long line")
        XCTAssertEqual(try text(), "head\n1\n2\na long line\n")
        let timed = try LineLog(path: path("log"), header: "head", collecting: .init(bytes: 1000, time: .zero)) { _ in
            true
        }
        try timed.append("3")
        XCTAssertEqual(try text(), "head\n1\n2\na long line\n3\n")
    }
}
