import Datasets
import Foundation
import TestSupport
import XCTest

/// Targets that a file has as classes and as values: what is stored, and what a loss reads of it.
final class ClassValuesTests: HDF5TestCase {
    private func importing(_ targets: [String], task: CSVOptions.Task = .automatic) throws -> ImportedDataset {
        let text = "a,y\n" + targets.enumerated().map { "\($0),\($1)\n" }.joined()
        try Data(text.utf8).write(to: URL(fileURLWithPath: path("a.csv")))
        return try ImportedDataset.make(at: path("a.h5"), overwrite: true) {
            try .csv(path("a.csv"), CSVOptions(task: task, split: SplitFractions()))
        }
    }

    private func load(_ reading: TargetChoice?, _ choice: TargetChoice? = nil) throws -> Dataset {
        try Dataset.load(DatasetDescription(path: path("a.h5"), targetKind: choice), reading: reading)
    }

    /// What h5py finds: type and targets, and the attributes.
    private func stored() throws -> String {
        try python(
            """
            f = h5py.File(sys.argv[1])
            print(f['y_train'].dtype, f['y_train'][:].tolist(), *[
                list(f.attrs[n]) if not isinstance(f.attrs[n], str) else f.attrs[n]
                for n in ['class_names', 'class_values', 'target_kind'] if n in f.attrs])
            """, path("a.h5"))
    }

    func testFewWholeNumbersAreClassesAndValues() throws {
        let imported = try importing(["10", "100", "0", "10"])
        XCTAssertEqual(imported.notes.count, 1)
        XCTAssert(imported.notes[0].contains("'y': 3 different whole numbers"), imported.notes[0])
        XCTAssert(imported.notes[0].contains("--task classification or regression"), imported.notes[0])
        XCTAssertEqual(try stored(), "int64 [1, 2, 0, 1] ['0', '10', '100'] [0.0, 10.0, 100.0]")
        for reading in [nil, TargetChoice.classes] {
            let classes = try load(reading)
            XCTAssertEqual(classes.targetKind, .classes(count: 3))
            XCTAssertEqual(classes.classNames, ["0", "10", "100"])
            XCTAssertEqual(classes[.train]!.labels(), [1, 2, 0, 1])
            XCTAssertEqual(classes.otherReading, .values)
        }
        for values in [try load(.values), try load(nil, .values)] {
            XCTAssertEqual(values.targetKind, .values(width: 1))
            XCTAssertEqual(values[.train]!.targetValues(), [10, 100, 0, 10])
            XCTAssertNil(values.classNames)
            XCTAssertNoThrow(try values.requireValues(outputs: 1, for: "loss huber"))
        }
    }

    func testCodesHaveTheValuesOfTheirNumbers() throws {
        _ = try importing(["01", "1", "001", "1.0", "10"])
        XCTAssertEqual(
            try stored(), "int64 [1, 2, 0, 3, 4] ['001', '01', '1', '1.0', '10'] [1.0, 1.0, 1.0, 1.0, 10.0]")
        XCTAssertEqual(try load(.values)[.train]!.targetValues(), [1, 1, 1, 1, 10])
        XCTAssertEqual(try load(.classes).targetKind, .classes(count: 5))
    }

    func testFewFractionsAreValuesAndClasses() throws {
        let imported = try importing(["0.5", "2.5", "0.5", "-1"])
        XCTAssert(imported.notes[0].contains("3 different numbers as values"), imported.notes[0])
        XCTAssertEqual(try stored(), "float64 [0.5, 2.5, 0.5, -1.0] ['-1', '0.5', '2.5'] [-1.0, 0.5, 2.5]")
        XCTAssertEqual(try load(nil).targetKind, .values(width: 1))
        XCTAssertNil(try load(nil).classNames)
        XCTAssertEqual(try load(nil).otherReading, .classes)
        XCTAssertEqual(try load(.values)[.train]!.targetValues(), [0.5, 2.5, 0.5, -1])
        for classes in [try load(.classes), try load(nil, .classes)] {
            XCTAssertEqual(classes.classNames, ["-1", "0.5", "2.5"])
            XCTAssertEqual(classes[.train]!.labels(), [1, 2, 1, 0])
        }
    }

    func testManyNumbersAreValuesInDouble() throws {
        let numbers = (0..<1_200).map { "\(16_777_216 + $0).5" }
        let imported = try importing(numbers)
        XCTAssert(imported.notes[0].contains("more than 1000 different numbers as values"), imported.notes[0])
        XCTAssertNil(imported.classNames)
        XCTAssertEqual(imported.tables[.train]?.targets?.values, .float64(numbers.map { Double($0)! }))
        XCTAssertEqual(try stored().prefix(28), "float64 [16777216.5, 1677721")
        assertRefused(.wrongType, "y_train", "floating-point values") {
            try load(.classes).requireClasses(for: "loss crossEntropy")
        }
        // What the message proposes.
        XCTAssertEqual(try importing(numbers, task: .classification).classNames, numbers)
    }

    func testTaskSaysItBeforehand() throws {
        let classes = try importing(["0", "1", "2", "0"], task: .classification)
        XCTAssertFalse(classes.notes.contains { $0.contains("target") }, "nothing was guessed of it: \(classes.notes)")
        XCTAssertEqual(try stored(), "int64 [0, 1, 2, 0] ['0', '1', '2'] classes")
        XCTAssertEqual(try load(.classes).targetKind, .classes(count: 3))
        assertRefused(.wrongType, "y_train", "as the import was told", "without --task classification") {
            try load(.values)
        }
        XCTAssertEqual(try load(nil, .values)[.train]!.targetValues(), [0, 1, 2, 0])

        let values = try importing(["0", "1", "2", "0"], task: .regression)
        XCTAssertFalse(values.notes.contains { $0.contains("target") }, "\(values.notes)")
        XCTAssertEqual(try stored(), "float64 [0.0, 1.0, 2.0, 0.0]")
        assertRefused(.wrongType, "y_train", "targetKind: classes") {
            try load(.classes).requireClasses(for: "loss crossEntropy")
        }
        XCTAssertEqual(try load(.classes, .classes)[.train]!.labels(), [0, 1, 2, 0])
    }

    func testTextsAreClassesAlone() throws {
        let imported = try importing(["low", "3", "high", "3"])
        XCTAssert(imported.notes[0].contains("3 classes, since 'low' in line 2 is no number"), imported.notes[0])
        XCTAssertEqual(try stored(), "int64 [2, 0, 1, 0] ['3', 'high', 'low']")
        let texts = try importing(["low", "high"]).notes
        XCTAssertFalse(texts.contains { $0.contains("target") }, "no number, nothing guessed: \(texts)")
    }

    func testMissingNumbersAreNoClass() throws {
        for missing in ["NA", "nan", "?", "-"] {
            assertRefused(.malformed, "line 4, target y", "'\(missing)'", "Values are missing", "--task classification")
            {
                try importing(["0.5", "1.5", missing, "1"])
            }
            let many = (0..<1_100).map { "\($0).5" } + [missing]
            assertRefused(.malformed, "line 1102, target y", "'\(missing)'") { try importing(many) }
            XCTAssertEqual(
                try importing(["1", "2", missing], task: .classification).classNames?.contains(missing), true)
        }
        XCTAssertEqual(try importing(["+", "-", "+"]).classNames, ["+", "-"], "texts like others where all are texts")
    }

    func testTextsAndCodesAfterManyNumbersAreRefusedWithTheChoice() throws {
        let many = (0..<1_100).map { "\($0)" }
        assertRefused(.wrongType, "line 1102, target y", "'x'", "--task classification", "--task regression") {
            try importing(many + ["x"])
        }
        assertRefused(.wrongType, "line 1102, target y", "'00012'") { try importing(many + ["00012"]) }
        XCTAssertEqual(try importing(many + ["00012"], task: .classification).classNames?.count, 1_101)
        XCTAssertEqual(try importing(many + ["00012"], task: .regression).tables[.train]?.inputs.rows, 1_101)
        XCTAssertEqual(
            try importing(["00012"] + many).classNames?.count, 1_101, "codes are classes, as many as there are")
    }

    func testValuesBeyondFloat32AreRefused() throws {
        assertRefused(.wrongType, "line 3, target y", "'1e300'", "range of Float32") {
            try importing(["0.5", "1e300"])
        }
        assertRefused(.wrongType, "'1e300'") { try importing(["5", "1e300"], task: .regression) }
        XCTAssertEqual(try importing(["5", "1e300"], task: .classification).classNames, ["5", "1e300"])
        XCTAssertNoThrow(try importing(["5", "1e300"]))
        assertRefused(.notFinite, "y_train", "1e+300 in row 1", "range of Float32") { try load(.values) }
    }

    // MARK: Files of others

    private func write(_ targets: String, names: String, values: String) throws {
        try python(
            """
            y = np.array(\(targets))
            with h5py.File(sys.argv[1], 'w') as f:
                f['x_train'], f['y_train'] = np.zeros((len(y), 2)), y
                if \(names): f.attrs['class_names'] = \(names)
                f.attrs['class_values'] = \(values)
            """, path("a.h5"))
    }

    func testValuesOfClassesAreCheckedAgainstNamesAndLabels() throws {
        try write("[0, 2, 1]", names: "['a', 'b', 'c']", values: "[1, 2]")
        assertRefused(.malformed, "class_values", "3 numbers", "found 2") { try load(nil) }
        try write("[0, 2, 1]", names: "['a', 'b', 'c']", values: "[1, 2, np.nan]")
        assertRefused(.malformed, "class_values", "nan for class 2") { try load(nil) }
        try write("[0, 2, 1]", names: "None", values: "[1, 2]")
        assertRefused(.labelOutOfRange, "y_train", "0 ..< 2", "2 in row 1") { try load(.values) }
        try write("[0, 1, 1]", names: "None", values: "[1.5, 2.5]")
        XCTAssertEqual(try load(.values)[.train]!.targetValues(), [1.5, 2.5, 2.5])
        try write("[1.5, 2.5, 3.5]", names: "None", values: "[1.5, 2.5]")
        assertRefused(.labelOutOfRange, "y_train", "one of the 2 class_values", "3.5 in row 2") { try load(.classes) }
    }

    func testNamesThatAreNumbersAloneAreNotGuessedToBeValues() throws {
        try python(
            """
            with h5py.File(sys.argv[1], 'w') as f:
                f['x_train'], f['y_train'] = np.zeros((3, 2)), [0, 1, 2]
                f.attrs['class_names'] = ['3', '5', '8']
            """, path("a.h5"))
        assertRefused(.wrongType, "y_train", "3 classes named 3, 5, 8", "import it again", "class_values") {
            try load(.values).requireValues(outputs: 1, for: "loss meanSquaredError")
        }
        XCTAssertEqual(try load(.classes).classNames, ["3", "5", "8"])
    }

    func testSplitsOfSeveralFilesHaveTheirOwnValues() throws {
        _ = try importing(["3", "5", "8", "3"])
        try FileManager.default.moveItem(atPath: path("a.h5"), toPath: path("train.h5"))
        _ = try importing(["5", "6"])
        let description = DatasetDescription(splits: [
            .train: SplitDescription(path: path("train.h5")),
            .test: SplitDescription(path: path("a.h5"), inputs: "x_train", targets: "y_train"),
        ])
        let dataset = try Dataset.load(description, reading: .values)
        XCTAssertEqual(dataset[.train]!.targetValues(), [3, 5, 8, 3])
        XCTAssertEqual(dataset[.test]!.targetValues(), [5, 6])
    }

    func testConversionKeepsBoth() throws {
        _ = try importing(["10", "100", "0", "10"])
        let before = try (stored(), load(nil).digest, load(.values).digest)
        try DatasetConversion([path("a.h5")]).write(to: path("b.h5"))
        try FileManager.default.removeItem(atPath: path("a.h5"))
        try FileManager.default.moveItem(atPath: path("b.h5"), toPath: path("a.h5"))
        XCTAssertEqual(try stored(), before.0)
        XCTAssertEqual(try load(nil).digest, before.1)
        XCTAssertEqual(try load(.values).digest, before.2)
        XCTAssertNotEqual(before.1, before.2, "other targets reach a batch")
    }
}
