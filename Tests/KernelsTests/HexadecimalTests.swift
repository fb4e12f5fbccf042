import XCTest

@testable import Kernels

final class HexadecimalTests: XCTestCase {
    func testZerosInFrontAreWritten() {
        XCTAssertEqual(UInt64(0).hexadecimal, "0000000000000000")
        XCTAssertEqual(UInt64(0x0123_4567_89AB_CDEF).hexadecimal, "0123456789abcdef")
        XCTAssertEqual(UInt64.max.hexadecimal, "ffffffffffffffff")
        XCTAssertEqual([UInt8](arrayLiteral: 0, 9, 10, 0xFF).map(\.hexadecimal), ["00", "09", "0a", "ff"])
    }

    func testDigitsAreAdded() {
        var text = "#"
        text.append(hexadecimal: 0x12AB, digits: 3)
        XCTAssertEqual(text, "#2ab")
    }
}
