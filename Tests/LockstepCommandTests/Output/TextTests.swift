import XCTest

@testable import LockstepCommand

final class TextTests: XCTestCase {
    func testControlCharactersAreEscapedAndLettersAreNot() {
        XCTAssertEqual("a\u{1B}[2Jb\u{7}\r\n\t".escaped, #"a\u{1B}[2Jb\u{7}\u{D}\n\t"#)
        XCTAssertEqual("\u{202E}\u{2066}\u{2028}\u{85}\u{FEFF}".escaped, #"\u{202E}\u{2066}\u{2028}\u{85}\u{FEFF}"#)
        XCTAssertEqual("Größe 字 é R² \"q\" \\".escaped, "Größe 字 é R² \"q\" \\")
    }

    func testNumbersAreGroupedByThousands() {
        XCTAssertEqual(
            [0, 7, 999, 1000, 60_000, 1_234_567, -1234].map(\.grouped),
            ["0", "7", "999", "1,000", "60,000", "1,234,567", "-1,234"])
        XCTAssertEqual(Int.min.grouped, "-9,223,372,036,854,775,808")
    }

    func testBriefNumbersHaveFourToFiveSignificantDigits() {
        XCTAssertEqual(
            [0, 0.5, 2.302585, 23.456789, 123.4567, 4567.89, 1e-7, 2.5e9, -0.25].map(\.brief),
            ["0.0000", "0.50000", "2.3026", "23.4568", "123.46", "4567.9", "1.000e-07", "2.500e+09", "-0.25000"])
        XCTAssertEqual(Double.nan.brief, "nan")
        XCTAssertEqual((-Double.infinity).brief, "-inf")
    }

    func testDurations() {
        XCTAssertEqual(
            [0, 0.44, 59.9, 59.96, 61, 3599.4, 3599.6, 90_061].map(\.duration),
            ["0.0 s", "0.4 s", "59.9 s", "1:00 min", "1:01 min", "59:59 min", "1:00:00 h", "25:01:01 h"])
        XCTAssertEqual(Double.nan.duration, "?")
        XCTAssertEqual((-1.0).duration, "?")
    }

    func testByteSizes() {
        XCTAssertEqual(
            [0, 1, 1023, 1024, 80_448, 47_040_000, 1 << 30, (1 << 30) - 1].map(\.byteSize),
            ["0 bytes", "1 byte", "1023 bytes", "1.0 KiB", "78.6 KiB", "44.9 MiB", "1.0 GiB", "1.0 GiB"])
    }

    func testCounts() {
        XCTAssertEqual(counted(1, "step"), "1 step")
        XCTAssertEqual(counted(60_000, "sample"), "60,000 samples")
    }

    func testShortening() {
        XCTAssertEqual("abcdef".shortened(to: 6), "abcdef")
        XCTAssertEqual("abcdefg".shortened(to: 6), "abcde…")
    }
}
