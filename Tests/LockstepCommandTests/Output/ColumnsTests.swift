import XCTest

@testable import LockstepCommand

final class ColumnsTests: XCTestCase {
    func testCellsOfAColumnStandBelowEachOther() {
        var columns = Columns([.left, .right])
        columns.add("layer", "parameters", "x")
        columns.add("linear1", "1,234", "yy")
        columns.add("a row's last cell may be as long as it likes")
        XCTAssertEqual(
            columns.lines(indent: "  "),
            [
                "  layer    parameters  x",
                "  linear1       1,234  yy",
                "  a row's last cell may be as long as it likes",
            ])
    }

    func testNoLineEndsWithSpaces() {
        var columns = Columns()
        columns.add("long name", "", "")
        columns.add("a", "b", "")
        XCTAssertEqual(columns.lines(), ["long name", "a          b"])
    }
}
