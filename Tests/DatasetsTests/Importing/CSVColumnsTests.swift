import Foundation
import TestSupport
import XCTest

@testable import Datasets

/// What is a header, an index, a name: recognized, said, and to be said otherwise.
final class CSVColumnsTests: HDF5TestCase {
    private func read(_ text: String, _ options: CSVOptions = CSVOptions(split: SplitFractions())) throws
        -> ImportedDataset
    {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path("a.csv")))
        return try .csv(path("a.csv"), options)
    }

    private func options(
        header: CSVOptions.Header = .automatic, target: String = "-1", excluded: [String] = [],
        index: CSVOptions.Index = .automatic
    ) -> CSVOptions {
        CSVOptions(header: header, target: target, excluded: excluded, index: index, split: SplitFractions())
    }

    /// Names of the inputs, the first row, rows, and whether one line says each of `words`.
    private func check(
        _ text: String, _ options: CSVOptions? = nil, names: [String]?, first: [Float], rows: Int,
        says words: String...,
        line: UInt = #line
    ) throws {
        let imported = try read(text, options ?? self.options())
        let inputs = try XCTUnwrap(imported.tables[.train]).inputs
        XCTAssertEqual(imported.featureNames, names, line: line)
        XCTAssertEqual(inputs.rows, rows, line: line)
        guard case .float32(let values) = inputs.values else { return XCTFail("no numbers", line: line) }
        XCTAssertEqual(Array(values.prefix(inputs.shape[1])), first, line: line)
        XCTAssertLessThanOrEqual(imported.notes.count, 1, "one line", line: line)
        let note = imported.notes.first ?? ""
        for word in words where !note.contains(word) { XCTFail("'\(word)' is missing in: \(note)", line: line) }
    }

    // MARK: Headers

    func testNamesOverNumbersAreAHeaderWhateverElseIsInIt() throws {
        try check(
            "2019,2020,y\n1,2,0\n3,4,1\n", names: ["2019", "2020"], first: [1, 2], rows: 2,
            says: "line 1 names the columns (--header absent)")
        try check("a,2020,kind\n1,2,cat\n3,4,dog\n", names: ["a", "2020"], first: [1, 2], rows: 2)
        try check("a,b,y\n1,,0.5\n", options(excluded: ["b"]), names: ["a"], first: [1], rows: 1)
        try check("_1,x2,y\n1,2,0.5\n", names: ["_1", "x2"], first: [1, 2], rows: 1)
    }

    func testYearsOverCountsAreAHeaderIfTheirTextOccursOnce() throws {
        let rows = "1,2,cat\n3,4,dog\n5,6,cat\n7,8,dog\n"
        try check("2019,2020,species\n" + rows, names: ["2019", "2020"], first: [1, 2], rows: 4)
        try check("3,4,cat\n" + rows, names: nil, first: [3, 4], rows: 5, says: "line 1 is a row", "--header present")
        // A rare class in the first line is a row where the numbers beside it are like the others.
        try check("3,4,bird\n" + rows, names: nil, first: [3, 4], rows: 5, says: "line 1 is a row")
        // Of two rows nobody can tell: it is said.
        try check("2019,2020,kind\n1,2,cat\n", names: nil, first: [2019, 2020], rows: 2, says: "--header present")
        try check(
            "2019,2020,kind\n1,2,cat\n5,6,dog\n", options(header: .present), names: ["2019", "2020"], first: [1, 2],
            rows: 2)
    }

    func testALineThatCouldBeARowIsNoHeader() throws {
        let rows = "1,2,cat\n3,4,dog\n5,6,cat\n7,8,dog\n"
        // Its text occurs again; its numbers are in the range of the others; another text occurs once, too.
        try check("9,10,cat\n" + rows, names: nil, first: [9, 10], rows: 5, says: "line 1 is a row")
        try check("7,8,species\n" + rows, names: nil, first: [7, 8], rows: 5, says: "line 1 is a row")
        try check("9,10,bird\n" + rows + "2,2,cow\n", names: nil, first: [9, 10], rows: 6, says: "line 1 is a row")
        // Three rows are too few to tell by.
        try check(
            "2019,2020,kind\n1,2,cat\n3,4,cat\n5,6,cat\n", names: nil, first: [2019, 2020], rows: 4,
            says: "line 1 is a row")
        // A column in which something is missing tells nothing of numbers.
        assertRefused(.malformed, "line 2, column 1") { try read("9,bird\nNA,cat\n1,dog\n3,cat\n5,dog\n") }
        assertRefused(.wrongType, "line 1, column 1", "'x'") { try read("x,NA\ny,b\nz,c\n") }
    }

    func testANameStandsOverNumbersSomeOfWhichMayBeMissing() throws {
        try check(
            "a,7,8\n5,3,4\n,5,6\n", options(excluded: ["1"]), names: ["7"], first: [3], rows: 2,
            says: "line 1 names the columns")
        try check(
            "cat,1,0.5\n,2,1.5\n?,3,2.5\n", options(excluded: ["1"]), names: nil, first: [1], rows: 3,
            says: "line 1 is a row")
    }

    func testRowsOfNumbersAreNoHeader() throws {
        try check("1,2,0\n3,4,1\n", names: nil, first: [1, 2], rows: 2, says: "line 1 is a row")
        try check("1,2,0\n3,4,1\n5,6,2\n", options(header: .present), names: ["1", "2"], first: [3, 4], rows: 2)
    }

    func testMissingValuesAndMistypedNumbersInTheFirstRowAreNoHeader() {
        for text in ["NA,1,2\n3,4,5\n", "?,1,2\n3,4,5\n", ",1,2\n3,4,5\n"] {
            assertRefused(.malformed, "line 1, column 1", "Values are missing") { try read(text) }
        }
        assertRefused(.wrongType, "line 1, column 1", "'1o'") { try read("1o,1,2\n3,4,5\n") }
    }

    func testLinesOfAHeaderAloneHaveNoRows() {
        assertRefused(.empty, "below the header") { try read("a,b\n") }
    }

    // MARK: Indexes

    private let pandas = ",a,b,species\n0,1,2,cat\n1,3,4,dog\n2,5,6,cat\n"

    func testIndexOfPandasIsLeftOut() throws {
        try check(
            pandas, names: ["a", "b"], first: [1, 2], rows: 3, says: "the first column has no name", "--index absent")
        try check(
            pandas, options(header: .present), names: ["a", "b"], first: [1, 2], rows: 3, says: "--index absent")
        try check(
            pandas.replacingOccurrences(of: ",a,b", with: "Unnamed: 0,a,b"), names: ["a", "b"], first: [1, 2], rows: 3,
            says: "is called 'Unnamed: 0'")
        try check(
            pandas.replacingOccurrences(of: ",a,b", with: "\"\",\"a\",\"b\""), names: ["a", "b"], first: [1, 2],
            rows: 3,
            says: "--index absent")
        // Names of rows, which R writes and pandas too.
        try check(",a,y\nfirst,1,0.5\nsecond,2,1.5\n", names: ["a"], first: [1], rows: 2)
    }

    func testIndexIsAnInputIfSaidSo() throws {
        try check(
            pandas, options(index: .absent), names: ["column 1", "a", "b"], first: [0, 1, 2], rows: 3)
        try check("id,a,y\n7,1,0.5\n9,2,1.5\n", options(index: .present), names: ["a"], first: [1], rows: 2)
        try check("7,1,0.5\n9,2,1.5\n", options(index: .present), names: nil, first: [1], rows: 2)
        try check(pandas, options(excluded: ["1"]), names: ["a", "b"], first: [1, 2], rows: 3)
        try check(",a,b\n0.5,1,2\n1.5,3,4\n", options(target: "1"), names: ["a", "b"], first: [1, 2], rows: 2)
    }

    func testNothingIsSaidOfAnIndexThatIsNoneOrIsLeftOutAnyway() throws {
        for options in [options(target: "1"), options(excluded: ["1"]), options(index: .present)] {
            let notes = try read(",a,b\n0.5,1,2\n1.5,3,4\n", options).notes.joined()
            XCTAssertFalse(notes.contains("index"), notes)
        }
        // The only column is what there is to predict on.
        let alone = try read(
            "Unnamed: 0\n1\n2\n", CSVOptions(header: .present, split: SplitFractions(), taking: .none))
        XCTAssertEqual(alone.tables.values.first?.inputs.shape, [2, 1])
    }

    func testANameThatIsMadeUpIsNotThatOfAColumn() throws {
        try check(
            ",column 1,y\n5,1,0.5\n6,2,1.5\n", options(target: "column 1"), names: ["y"], first: [0.5], rows: 2)
    }

    func testColumnsThatCountTheRowsAreSaid() throws {
        for start in [0, 1] {
            let rows = (0..<12).map { "\($0 + start),\($0 * 7 % 5),\($0 % 2)\n" }.joined()
            try check(
                "id,a,y\n" + rows, names: ["id", "a"], first: [Float(start), 0], rows: 12,
                says: "'id' counts the rows and is an input (--exclude 1 leaves it out)")
        }
        // Nine rows may be in order by chance.
        let few = try read("a,b,y\n" + (0..<9).map { "\($0),1,\($0 % 2)\n" }.joined(), options())
        XCTAssertFalse(few.notes[0].contains("counts"), few.notes[0])
        let imported = try read("a,b,y\n" + (0..<12).map { "\($0 * 2),1,\($0 % 2)\n" }.joined(), options())
        XCTAssertFalse(imported.notes[0].contains("counts"), imported.notes[0])
    }

    func testRowsOfRWithoutAHeaderOverTheirNamesAreExplained() {
        assertRefused(.wrongShape, "line 2", "3 fields", "found 4", "row.names = FALSE") {
            try read("a,b,y\n1,1,2,3\n2,4,5,6\n")
        }
    }

    // MARK: Names that occur twice

    func testFlagsRefuseANameOfTwoColumns() throws {
        let text = "a,b,a,b\n1,2,3,0\n4,5,6,1\n"
        assertRefused(.malformed, "target 'b'", "columns 2, 4", "by its number, such as 2") {
            try read(text, options(target: "b"))
        }
        assertRefused(.malformed, "column to leave out 'a'", "columns 1, 3") {
            try read(text, options(excluded: ["a"]))
        }
        // What the messages propose.
        assertRefused(.malformed, "target 'b'", "columns 2 and 4", "--exclude 4") {
            try read(text, options(target: "2"))
        }
        try check(
            text, options(target: "2", excluded: ["4", "1"]), names: ["a"], first: [3], rows: 2)
    }

    func testTheAnswerNeverStaysAnInput() throws {
        assertRefused(.malformed, "target 'y'", "columns 3 and 1", "--exclude 1", "rename") {
            try read("y,a,y\n0,2,0\n1,3,1\n")
        }
        try check("y,a,y\n0,2,0\n1,3,1\n", options(excluded: ["1"]), names: ["a"], first: [2], rows: 2)
    }

    func testInputsOfOneNameAreNamed() throws {
        try check(
            "a,b,a,y\n1,2,3,0\n4,5,6,1\n", names: ["a", "b", "a"], first: [1, 2, 3], rows: 2,
            says: "columns 1 and 3 are all called 'a'", "--exclude 3")
    }

    // MARK: Delimiters

    func testDelimiterIsThatOfAllLines() throws {
        try check(
            "a;b;y\n1;2;0\n3;4;1\n", names: ["a", "b"], first: [1, 2], rows: 2, says: "fields end at ';' (--delimiter)")
        try check(
            "a\tb\ty\n1\t2\t0\n3\t4\t1\n", names: ["a", "b"], first: [1, 2], rows: 2, says: "fields end at tabs")
        try check(
            "name, first;a;y\nx;1;0\nz;2;1\n", options(excluded: ["1"]), names: ["a"], first: [1], rows: 2,
            says: "fields end at ';'")
        assertRefused(.wrongType, "line 2, column 'a'", "'1,5'", "decimal points") {
            try read("a;b;y\n1,5;2;0\n3;4;1\n")
        }
    }

    func testACommaIsAGuessOnlyWhereAnotherCharacterIsInEachLineAsOften() throws {
        XCTAssertEqual(
            try read("a,b,y\n1,2,x;1\n3,4,z\n").notes, try read("a,b,y\n1,2,x\n3,4,z\n").notes)
        try check(
            "a,b;c,y\n1,2;0,x\n3,4;1,z\n", options(excluded: ["2"]), names: ["a"], first: [1], rows: 2,
            says: "fields end at ',' (--delimiter)")
    }

    func testNothingIsSaidOfWhatWasSaid() throws {
        let imported = try read(
            "a,b,y\n1,2,0\n3,4,1\n",
            CSVOptions(header: .present, task: .regression, delimiter: ",", split: SplitFractions()))
        XCTAssertEqual(imported.notes, [])
    }

    // MARK: Other formats and encodings

    private func read(bytes: [UInt8], _ encoding: CSVEncoding = .utf8) throws -> ImportedDataset {
        try Data(bytes).write(to: URL(fileURLWithPath: path("a.csv")))
        return try .csv(path("a.csv"), CSVOptions(encoding: encoding, split: SplitFractions()))
    }

    private let coffee: [UInt8] =
        Array("a,drink\n1,caf".utf8) + [0xE9] + Array("\n2,caf".utf8) + [0xE8] + Array("\n3,tea ".utf8) + [0x80]
        + Array("\n4,caf".utf8) + [0xE9] + Array("\n".utf8)

    func testBytesThatAreNoUTF8AreRefusedByLineAndByte() {
        assertRefused(
            .wrongFormat, "line 2, column 'drink'", "UTF-8", "0xE9 ('é' in windows-1252)", "--encoding windows-1252",
            "iconv -f WINDOWS-1252 -t UTF-8"
        ) { try read(bytes: coffee) }
        assertRefused(.wrongFormat, "line 1, column 1", "0xF6") {
            try read(bytes: [0xF6] + Array(",y\n1,0\n2,1\n".utf8))
        }
        for cut: [UInt8] in [[0xC3], [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xC0, 0x80], [0xF5, 0x80, 0x80, 0x80]] {
            assertRefused(.wrongFormat, "line 3", "0x\(String(cut[0], radix: 16, uppercase: true))") {
                try read(bytes: Array("a,y\n1,x\n2,".utf8) + cut + Array("\n".utf8))
            }
        }
    }

    func testLatin1AndWindows1252AreRead() throws {
        XCTAssertEqual(try read(bytes: coffee, .windows1252).classNames, ["cafè", "café", "tea €"])
        XCTAssertEqual(
            Set(try XCTUnwrap(read(bytes: coffee, .latin1).classNames)), ["café", "cafè", "tea \u{80}"])
        assertRefused(.wrongFormat, "line 2", "windows-1252", "0x81", "no character") {
            try read(bytes: Array("a,y\n1,".utf8) + [0x81] + Array("\n2,b\n".utf8), .windows1252)
        }
    }

    func testEveryByteIsTheCharacterThatPythonMakesOfIt() throws {
        for (encoding, name) in [(CSVEncoding.latin1, "latin-1"), (.windows1252, "cp1252")] {
            let texts = try python(
                """
                for b in range(128, 256):
                    try: print(b, ord(bytes([b]).decode(sys.argv[1])))
                    except UnicodeDecodeError: pass
                """, name)
            let expected = texts.split(separator: "\n").map { $0.split(separator: " ").map { Int($0)! } }
            var found: [[Int]] = []
            for byte in UInt8(128)...255 {
                guard let text = try? encoding.text([byte], file: "", object: "") else { continue }
                found.append([Int(byte), Int(text.unicodeScalars.first!.value)])
            }
            XCTAssertEqual(found, expected, name)
        }
    }

    func testColumnsThatAreLeftOutMayHoldAnyBytes() throws {
        let bytes = Array("a,name,y\n1,caf".utf8) + [0xE9] + Array(",0\n2,tea,1\n".utf8)
        try Data(bytes).write(to: URL(fileURLWithPath: path("a.csv")))
        XCTAssertEqual(
            try ImportedDataset.csv(path("a.csv"), options(excluded: ["name"])).tables[.train]?.inputs.rows, 2)
    }

    func testArchivesAndOtherFormatsAreCalledWhatTheyAre() throws {
        try python(
            """
            import gzip, bz2, lzma, zipfile
            text = b'a,y\\n1,0\\n2,1\\n'
            open('%s/gz' % sys.argv[1], 'wb').write(gzip.compress(text))
            open('%s/bz2' % sys.argv[1], 'wb').write(bz2.compress(text))
            open('%s/xz' % sys.argv[1], 'wb').write(lzma.compress(text))
            with zipfile.ZipFile('%s/zip' % sys.argv[1], 'w') as f: f.writestr('a.csv', text)
            with h5py.File('%s/h5' % sys.argv[1], 'w') as f: f['x'] = [1]
            open('%s/utf16' % sys.argv[1], 'wb').write(text.decode().encode('utf-16'))
            """, directory)
        for (name, words) in [
            ("gz", ["gzip", "gunzip"]), ("bz2", ["bzip2"]), ("xz", ["xz archive"]), ("zip", ["ZIP", "Excel"]),
            ("h5", ["HDF5"]), ("utf16", ["UTF-16", "iconv -f UTF-16 -t UTF-8"]),
        ] {
            XCTAssertThrowsError(try ImportedDataset.csv(path(name))) { error in
                for word in words where !"\(error)".contains(word) { XCTFail("'\(word)' is missing in: \(error)") }
            }
        }
    }
}
