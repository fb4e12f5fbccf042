import Foundation
import TestSupport
import XCTest

@testable import Datasets

final class CSVReaderTests: HDF5TestCase {
    private func read(_ text: String, delimiter: Character? = nil) throws -> [[String]] {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path("a.csv")))
        var reader = try CSVReader(path("a.csv"), delimiter: delimiter)
        var record = CSVReader.Record()
        var rows: [[String]] = []
        while try reader.next(&record) { rows.append((0..<record.count).map { record.text($0) }) }
        return rows
    }

    func testRecordsEndAtAnyKindOfLineEnd() throws {
        let expected = [["a", "b"], ["1", "2"], ["3", "4"]]
        for end in ["\n", "\r\n", "\r"] {
            XCTAssertEqual(try read("a,b\(end)1,2\(end)3,4"), expected)
            XCTAssertEqual(try read("a,b\(end)1,2\(end)3,4\(end)"), expected, "with an end after the last line")
            XCTAssertEqual(try read("\(end)a,b\(end)\(end)1,2\(end)3,4\(end)\(end)"), expected, "with blank lines")
        }
    }

    func testQuotedFieldsHoldDelimitersLineEndsAndQuotes() throws {
        XCTAssertEqual(
            try read("\"a,b\",\"c\r\nd\",\"e \"\"f\"\"\"\n1,\"\",3\n"),
            [["a,b", "c\r\nd", "e \"f\""], ["1", "", "3"]])
    }

    func testEmptyFieldsAreKept() throws {
        XCTAssertEqual(try read(",a,\n,,\n"), [["", "a", ""], ["", "", ""]])
        XCTAssertEqual(try read("\"\"\n"), [[""]])
    }

    func testSpacesAroundFieldsAreDropped() throws {
        XCTAssertEqual(try read("a , b,\tc \n"), [["a", "b", "c"]])
        XCTAssertEqual(try read("\"a\" ,b\n"), [["a", "b"]])
    }

    func testSpacesInsideQuotesAreKept() throws {
        XCTAssertEqual(try read("\" a \",\"\tb\" , c \n"), [[" a ", "\tb", "c"]])
        XCTAssertEqual(try read("\" \"\"a \"\n"), [[" \"a "]])
    }

    func testQuotesInsideUnquotedFieldsAreText() throws {
        XCTAssertEqual(try read("5'11\",a\"b\n"), [["5'11\"", "a\"b"]])
    }

    func testDelimiterIsFoundOrGiven() throws {
        XCTAssertEqual(try read("a;b;c\n1,5;2;3\n"), [["a", "b", "c"], ["1,5", "2", "3"]])
        XCTAssertEqual(try read("a\tb\n1\t2\n"), [["a", "b"], ["1", "2"]])
        XCTAssertEqual(try read("\"a;b;c\",d\n"), [["a;b;c", "d"]], "not counted inside quotes")
        XCTAssertEqual(try read("a|b,c\n", delimiter: "|"), [["a", "b,c"]])
        XCTAssertEqual(try read("abc\n"), [["abc"]])
        assertRefused(.invalidOption) { try read("a", delimiter: "→") }
        assertRefused(.invalidOption) { try read("a", delimiter: "\"") }
    }

    func testByteOrderMarkIsSkippedAndUTF16Refused() throws {
        XCTAssertEqual(try read("\u{FEFF}a,b\n"), [["a", "b"]])
        try Data([0xFF, 0xFE, 0x61, 0]).write(to: URL(fileURLWithPath: path("a.csv")))
        assertRefused(.wrongFormat, "UTF-16", "Save it as UTF-8") { try CSVReader(path("a.csv")) }
    }

    func testBadQuotesAndBinaryFilesNameTheLine() throws {
        assertRefused(.malformed, "line 2", "a quote at the end", "end of the file") { try read("a,b\n1,\"2\n3,4\n") }
        assertRefused(.malformed, "line 3", "after a closing quote") { try read("a,b\n\"1\n2\"x,3\n") }
        assertRefused(.malformed, "line 1", "binary") { try read("a\0b") }
    }

    func testLinesAreCountedThroughQuotedLineEndsAndBlankLines() throws {
        try Data("a\n\n\"b\nc\"\r\nd\re\n".utf8).write(to: URL(fileURLWithPath: path("a.csv")))
        var reader = try CSVReader(path("a.csv"))
        var record = CSVReader.Record()
        var lines: [Int] = []
        while try reader.next(&record) { lines.append(record.line) }
        XCTAssertEqual(lines, [1, 3, 5, 6])
    }

    func testRecordsAcrossPiecesOfTheFileAreWhole() throws {
        // The file is read in pieces of 1 MiB; records of 24 bytes straddle them.
        let rows = (0..<100_000).map { "\"\($0 + 1_000_000_000)\",\"x\r\ny\",z\r\n" }
        let found = try read(rows.joined())
        XCTAssertEqual(found.count, rows.count)
        for (index, row) in found.enumerated() { XCTAssertEqual(row, ["\(index + 1_000_000_000)", "x\r\ny", "z"]) }
    }

    /// Of every length and with every place of the point, so that digits come eight at a time from every place on.
    func testNumbersOfManyDigitsAreReadLikeSwiftReadsThem() {
        var random = SeededGenerator(seed: 7)
        for round in 0..<60_000 {
            let length = 1 + round % 20
            var digits = (0..<length).map { _ in Character("\(Int.random(in: 0...9, using: &random))") }
            let zeros = Int.random(in: 0...9, using: &random)
            if zeros < 5 { for index in 0..<min(zeros, length) { digits[index] = "0" } }
            digits.insert(".", at: Int.random(in: 0...length, using: &random))
            var text = String(digits)
            if round % 3 == 0 { text += "e\(Int.random(in: -30...30, using: &random))" }
            if round % 7 == 0 { text = "-" + text }
            // Swift wants a digit behind the point, or none of it.
            let spelled = text.replacing(".e", with: "e").replacing(/\.$/, with: "")
            XCTAssertEqual(parseNumber(Array(text.utf8)[...])?.bitPattern, Double(spelled)?.bitPattern, text)
        }
        for value in (0..<20_000).map({ _ in Double(bitPattern: random.next()) }) where value.isFinite {
            XCTAssertEqual(parseNumber(Array("\(value)".utf8)[...])?.bitPattern, value.bitPattern)
        }
    }

    /// Fields of every length with every other character between digits and letters that ends none.
    func testFieldsEndAtDelimitersAndLineEndsAlone() throws {
        for length in 1..<40 {
            for character in ["\t", "\u{1}", "\u{B}", "é", "-", "."] {
                let field = String(repeating: "7", count: length) + character + "8"
                XCTAssertEqual(try read("\(field),x\n1,\(field)\n"), [[field, "x"], ["1", field]])
            }
        }
    }

    func testBlanksAroundANumberAreNoPartOfIt() {
        for text in [" 1.5", "1.5 ", "\t1.5 ", " 15e-1 ", " 0.0000000000000000000000000000000000015e36 "] {
            XCTAssertEqual(parseNumber(Array(text.utf8)[...]), 1.5, text)
        }
        for text in [" ", "1 5", "- 1", "1 e5", " x "] { XCTAssertNil(parseNumber(Array(text.utf8)[...]), text) }
    }

    func testNumbersAreReadLikeSwiftReadsThem() {
        let texts = [
            "0", "-0", "1", "+1", "-17", "3.25", "-.5", "5.", "0.1", "123456789012345", "1234567890123456789", "1e5",
            "-1.5E-3", "0.000000000000001", "999999999999999.9", "1e-400", "2.2250738585072014e-308", "00012",
        ]
        for text in texts {
            let swift = Double(text.hasSuffix(".") ? text + "0" : text)
            XCTAssertEqual(parseNumber(Array(text.utf8)[...])?.bitPattern, swift?.bitPattern, text)
        }
        for text in ["", "-", ".", "+", "e5", "1e", "1,5", "0x10", "nan", "inf", "1e400", "--1", "1 2", "1.2.3", "١"] {
            XCTAssertNil(parseNumber(Array(text.utf8)[...]), text)
        }
    }
}
