import Datasets
import Foundation
import TestSupport
import XCTest

final class CSVImporterTests: HDF5TestCase {
    private let unsplit = SplitFractions()

    private func read(_ text: String, _ options: CSVOptions? = nil) throws -> ImportedDataset {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path("a.csv")))
        return try .csv(path("a.csv"), options ?? CSVOptions(split: unsplit))
    }

    private func train(_ imported: ImportedDataset) throws -> ImportedDataset.Table {
        try XCTUnwrap(imported.tables[.train])
    }

    func testTextClassesAreNumberedInOrderOfTheirNames() throws {
        let imported = try read("length,width,kind\n1,2,dog\n3,4,cat\n5,6,dog\n7,8,\"ant, red\"\n")
        let table = try train(imported)
        XCTAssertEqual(table.inputs.shape, [4, 2])
        XCTAssertEqual(table.inputs.values, .float32([1, 2, 3, 4, 5, 6, 7, 8]))
        XCTAssertEqual(imported.classNames, ["ant, red", "cat", "dog"])
        XCTAssertEqual(table.targets?.values, .int64([2, 1, 2, 0]))
        XCTAssertEqual(imported.featureNames, ["length", "width"])
    }

    func testNumberClassesKeepTheirOrderAndBecomeNames() throws {
        let imported = try read("1,10\n2,9\n3,10\n4,-1\n")
        XCTAssertEqual(imported.classNames, ["-1", "9", "10"])
        XCTAssertEqual(try train(imported).targets?.values, .int64([2, 1, 2, 0]))
        XCTAssertNil(imported.featureNames, "there is no header")
    }

    func testDifferentTextsAreDifferentClasses() throws {
        func names(_ texts: String...) throws -> [String]? {
            let rows = texts.enumerated().map { "\($0),\($1)\n" }.joined()
            let imported = try read(rows, CSVOptions(task: .classification, split: unsplit))
            // Each row has the class that is named as the text was.
            guard case .int64(let labels) = try train(imported).targets?.values else { return nil }
            XCTAssertEqual(labels.map { imported.classNames?[Int($0)] }, texts)
            return imported.classNames
        }
        XCTAssertEqual(try names("01", "1", "001", "1.0", "10"), ["001", "01", "1", "1.0", "10"])
        XCTAssertEqual(try names("1e5", "100000"), ["100000", "1e5"])
        XCTAssertEqual(try names("10115", "02134", "2134"), ["02134", "2134", "10115"])
        XCTAssertEqual(try names("+1", "-0", "0", "1", "-1"), ["-1", "-0", "0", "+1", "1"])
        XCTAssertEqual(try names("01", "1", "x"), ["01", "1", "x"])
        XCTAssertEqual(try names("b", "B", "é", "z", "10", "9"), ["10", "9", "B", "b", "z", "é"], "by bytes")
        XCTAssertEqual(try names("9007199254740993", "9007199254740992"), ["9007199254740992", "9007199254740993"])
    }

    func testTextsInQuotesKeepTheirSpaces() throws {
        let imported = try read("a,y\n1,\"e\"\n2,\" e \"\n3, e \n")
        XCTAssertEqual(imported.classNames, [" e ", "e"])
        XCTAssertEqual(try train(imported).targets?.values, .int64([1, 0, 1]))
        XCTAssertTrue(
            imported.notes[0].contains("' e ' in line 3 and 'e' in line 2 are two classes"), imported.notes[0])
        assertRefused(.malformed, "line 3, column 'y'", "found ' '") { try read("a,y\n1,\"e\"\n2,\" \"\n") }
    }

    func testNumbersInQuotesMayHaveBlanksAround() throws {
        let classes = try read("\"a \",\" y\"\n\" 1\",\" 10 \"\n\"2 \",\"10\"\n\" 3.5 \",\" 9\"\n")
        XCTAssertEqual(try train(classes).inputs.values, .float32([1, 2, 3.5]))
        XCTAssertEqual(classes.classNames, ["9", "10"])
        XCTAssertEqual(try train(classes).targets?.values, .int64([1, 1, 0]))
        XCTAssertEqual(classes.featureNames, ["a"])
        XCTAssertEqual(classes.targetNames, ["y"])
        let many = (0..<1_100).map { "\"\t\(1_700_000_000 + $0)\",\" \($0).5 \"\n" }.joined()
        let values = try read("a,y\n" + many)
        XCTAssertEqual(try train(values).targets?.values, .float64((0..<1_100).map { Double($0) + 0.5 }))
        XCTAssertEqual(try train(values).inputs.values, .float64((0..<1_100).map { Double(1_700_000_000 + $0) }))
        assertRefused(.malformed, "line 3, column 'a'", "Values are missing") { try read("a,y\n1,2\n\" NA \",3\n") }
        assertRefused(.malformed, "target 'y'", "columns 3 and 2") { try read("a,\"y \",y\n1,2,3\n4,5,6\n") }
    }

    func testCodesAreTextsWithoutBeingAskedFor() throws {
        let codes = (0..<40).map { "\($0),\(["01", "1", "001", "1.0", "10"][$0 % 5])\n" }.joined()
        XCTAssertEqual(try read(codes).classNames, ["001", "01", "1", "1.0", "10"])
    }

    func testTwoSpellingsOfOneTextAreRefused() throws {
        assertRefused(.malformed, "line 3", "line 1", "'caf\u{E9}'", "63 61 66 c3 a9", "63 61 66 65 cc 81", "NFC") {
            try read("1,caf\u{E9}\n2,tea\n3,cafe\u{301}\n")
        }
    }

    func testFractionsAndManyWholeNumbersAreValues() throws {
        XCTAssertEqual(try train(try read("1,0.5\n2,1\n")).targets?.values, .float64([0.5, 1]))
        let many = (0..<50).map { "\($0),\($0 * 3)\n" }.joined()
        XCTAssertEqual(
            try train(try read(many)).targets?.values, .float64((0..<50).map { Double($0 * 3) }))
        XCTAssertEqual(
            try read(many, CSVOptions(task: .classification, split: unsplit)).classNames?.count, 50)
        XCTAssertNil(try read("1,0\n2,1\n", CSVOptions(task: .regression, split: unsplit)).classNames)
    }

    func testTargetIsNamedOrNumbered() throws {
        let text = "kind,a,b\nx,1,2\ny,3,4\n"
        for target in ["kind", "1", "-3"] {
            let imported = try read(text, CSVOptions(target: target, split: unsplit))
            XCTAssertEqual(imported.classNames, ["x", "y"], target)
            XCTAssertEqual(try train(imported).inputs.values, .float32([1, 2, 3, 4]), target)
        }
        for target in ["0", "4", "-4", "knd"] {
            assertRefused(.missingObject, "target '\(target)'", "1 to 3", "kind, a, b") {
                try read(text, CSVOptions(target: target, split: unsplit))
            }
        }
        assertRefused(.missingObject, "Did you mean 'kind'?") { try read(text, CSVOptions(target: "knd")) }
        assertRefused(.missingObject, "there is no header", "say so") {
            try read("1,2\n3,4\n", CSVOptions(target: "kind"))
        }
    }

    func testColumnsCanBeLeftOut() throws {
        let imported = try read(
            "id,name,a,y\n1,bob,5,0\n2,eve,6,1\n", CSVOptions(excluded: ["name", "1"], split: unsplit))
        XCTAssertEqual(try train(imported).inputs.values, .float32([5, 6]))
        XCTAssertEqual(imported.featureNames, ["a"])
        assertRefused(.invalidOption, "left out") { try read("a,y\n1,2\n", CSVOptions(excluded: ["y"])) }
        assertRefused(.missingObject, "column to leave out 'z'") { try read("a,y\n1,2\n", CSVOptions(excluded: ["z"])) }
    }

    /// What a hint proposes leaves out the column that it speaks of, also where another one has its number for a name.
    func testHintsMeanTheColumnThatTheySpeakOf() throws {
        func hint(_ text: String) throws -> String {
            let said: String
            do {
                said = try read(text).notes[0]
            } catch let error as DatasetError {
                said = error.description
            }
            let parts = said.components(separatedBy: "(--exclude")
            return try XCTUnwrap(parts.last?.split(separator: ")").first, said)
                .components(separatedBy: " leaves")[0].dropFirst().description
        }
        func rest(_ text: String, without hint: String) throws -> [String]? {
            try read(text, CSVOptions(excluded: [hint], split: unsplit)).featureNames
        }
        let rows = (0..<12).map { "\($0),5,\($0 % 2)\n" }.joined()
        XCTAssertEqual(try hint("id,1,y\n" + rows), "id")
        XCTAssertEqual(try hint("id,2,y\n" + rows), "1")
        XCTAssertEqual(try hint("1,id,y\n" + rows), "1")
        for (table, names) in [
            ("id,1,y\n" + rows, ["1"]), ("a,a,y\n1,2,0\n3,4,1\n", ["a"]), ("a,a,2\n1,2,0\n3,4,1\n", ["a"]),
            ("2,b,y\n1,p,0\n3,q,1\n", ["2"]), ("2,b,y\n1,2,0\n3,NA,1\n", ["2"]),
        ] {
            XCTAssertEqual(try rest(table, without: try hint(table)), names, table)
        }
    }

    func testHeaderIsFoundOrForced() throws {
        XCTAssertEqual(try train(try read("a,b\n1,0\n2,1\n")).inputs.rows, 2)
        XCTAssertEqual(try train(try read("1,x\n2,y\n")).inputs.rows, 2, "a number in the first line")
        XCTAssertEqual(
            try train(try read("2019,2020\n1,0\n2,1\n", CSVOptions(header: .present, split: unsplit))).inputs.rows, 2)
        assertRefused(.wrongType, "line 1, column 1", "'a'", "header") {
            try read("a,b\n1,0\n2,1\n", CSVOptions(header: .absent, split: unsplit))
        }
    }

    func testMissingValuesNameLineAndColumn() {
        for missing in ["", "NA", "?", "nan", "NULL"] {
            assertRefused(.malformed, "a.csv: line 3, column 'age'", "Values are missing") {
                try read("age,y\n1,0\n\(missing),1\n")
            }
        }
        assertRefused(.malformed, "line 2, column 'y'", "found nothing") { try read("age,y\n1,\n") }
    }

    func testTextWhereNumbersAreNeededNamesLineAndColumn() {
        assertRefused(.wrongType, "line 3, column 'age'", "'old'", "Leave the column out") {
            try read("age,y\n1,0\nold,1\n")
        }
        assertRefused(.wrongType, "line 3", "'1e300'") { try read("age,y\n1,0\n1e300,1\n") }
        assertRefused(.wrongType, "line 3, target y", "'b'", "classification") {
            try read("x,y\n1,0\n2,b\n", CSVOptions(task: .regression, split: unsplit))
        }
    }

    func testRaggedLinesAreNamed() {
        assertRefused(.wrongShape, "line 3", "3 fields", "found 2") { try read("a,b,y\n1,2,0\n1,2\n") }
        assertRefused(.wrongShape, "line 2", "found 4") { try read("a,b,y\n1,2,3,4\n") }
    }

    func testTablesWithNothingToLearnAreRefused() {
        assertRefused(.empty, "an empty file") { try read("") }
        assertRefused(.empty, "an empty file") { try read("\n\n") }
        assertRefused(.empty, "below the header") { try read("a,b\n") }
        assertRefused(.wrongShape, "at least one column beside the target") { try read("y\n1\n") }
        assertRefused(.wrongShape, "two classes", "'a' in every row") { try read("x,y\n1,a\n2,a\n") }
    }

    func testRowsAreSplitBySeedAndStayWhole() throws {
        let text = (0..<100).map { "\($0),\($0 * 2),c\($0 % 3)\n" }.joined()
        func read(_ seed: UInt64) throws -> ImportedDataset {
            try self.read(text, CSVOptions(split: SplitFractions(validation: 0.1, test: 0.2, seed: seed)))
        }
        let imported = try read(1)
        XCTAssertEqual(Split.allCases.map { imported.tables[$0]!.inputs.rows }, [70, 10, 20])
        var seen: Set<Float> = []
        for table in imported.tables.values {
            guard case .float32(let inputs) = table.inputs.values, case .int64(let labels) = table.targets?.values
            else { return XCTFail("wrong types") }
            for (row, label) in labels.enumerated() {
                XCTAssertEqual(inputs[row * 2] * 2, inputs[row * 2 + 1])
                XCTAssertEqual(Int64(inputs[row * 2]) % 3, label)
                seen.insert(inputs[row * 2])
            }
        }
        XCTAssertEqual(seen.count, 100)
        XCTAssertEqual(imported.tables, try read(1).tables)
        XCTAssertNotEqual(imported.tables, try read(2).tables)
    }

    func testSplitsThatCannotBeAreRefused() {
        let two = "1,0\n2,1\n"
        assertRefused(.invalidOption, "below 1 together") {
            try read(two, CSVOptions(split: SplitFractions(validation: 0.5, test: 0.5)))
        }
        assertRefused(.invalidOption, "rows for every split", "2 rows in all") {
            try read(two, CSVOptions(split: SplitFractions(validation: 0.1, test: 0.1)))
        }
    }

    func testNormalizationComesFromTheTrainSplitAndIsStored() throws {
        let text = (0..<40).map { "\($0),7,\($0 % 2)\n" }.joined()
        try Data(text.utf8).write(to: URL(fileURLWithPath: path("a.csv")))
        let options = CSVOptions(split: SplitFractions(validation: 0.1, test: 0.2, seed: 3))
        try ImportedDataset.make(at: path("a.h5")) { try .csv(path("a.csv"), options) }
        let dataset = try Dataset.load(DatasetDescription(path: path("a.h5")))
        let batch = dataset[.train]!.batch()
        let first = stride(from: 0, to: batch.count, by: 2).map { Double(batch[$0]) }
        XCTAssertEqual(first.reduce(0, +), 0, accuracy: 1e-4)
        XCTAssertEqual(first.reduce(0) { $0 + $1 * $1 } / Double(first.count), 1, accuracy: 1e-5)
        for row in 0..<dataset[.train]!.count {
            XCTAssertEqual(batch[row * 2 + 1], 0, "a column that never changes becomes 0")
        }
        let names = try python(
            "f = h5py.File(sys.argv[1]); print(f['x_test'].attrs['mean'].shape, list(f.attrs['class_names']))",
            path("a.h5"))
        XCTAssertEqual(names, "(2,) ['0', '1']")
    }

    func testNormalizationCanBeLeftOut() throws {
        XCTAssertNil(try read("1,0\n2,1\n", CSVOptions(split: unsplit, standardizes: false)).normalization)
    }
}
