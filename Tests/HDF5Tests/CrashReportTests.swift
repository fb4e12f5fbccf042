import XCTest

@testable import HDF5

final class CrashReportTests: XCTestCase {
    private func text(_ file: String, _ body: () -> Void = {}) throws -> String {
        var text = ""
        try Subject(file: file).call("do nothing") { () -> Int32 in
            body()
            text = CrashReport.text
            return 0
        }
        return text
    }

    func testTheFileThatTheLibraryIsAtIsNamedAndNotTheLastThatWasOpened() throws {
        CrashReport.prepare("test: ")
        for file in ["a.h5", "b.h5", "a.h5"] {
            XCTAssertTrue(try text(file).hasPrefix("test: \(file): the HDF5 library crashed"), file)
        }
    }

    func testACallWithinACallHandsTheNameBack() throws {
        CrashReport.prepare("test: ")
        let outer = try text("outer.h5") { XCTAssertTrue(((try? self.text("inner.h5")) ?? "").contains("inner.h5")) }
        XCTAssertTrue(outer.contains("outer.h5"), outer)
    }

    func testWhatATerminalWouldActOnIsNotSaid() throws {
        CrashReport.prepare("test: ")
        XCTAssertTrue(try text("a\u{1B}[2J\nb.h5").hasPrefix("test: a?[2J"))
    }
}
