import HDF5
import TestSupport
import XCTest

@testable import Datasets

/// What is no label, and what no label says.
final class CoverageTests: HDF5TestCase {
    private func write(_ script: String) throws {
        try python(
            """
            with h5py.File(sys.argv[1], 'w') as f:
                x = np.arange(24.).reshape(8, 3); y = np.arange(8) % 4; f['x_train'] = x
            \(script.split(separator: "\n").map { "    " + $0 }.joined(separator: "\n"))
            """, path("a.h5"))
    }

    private func load(_ reading: TargetChoice? = nil, fraction: Double? = nil) throws -> Dataset {
        try Dataset.load(DatasetDescription(path: path("a.h5"), validationFraction: fraction), reading: reading)
    }

    // MARK: Classes without rows

    func testEachClassWithRowsIsNothingToSay() throws {
        try write("f['y_train'] = y; f['x_test'] = x; f['y_test'] = y")
        XCTAssertNil(try load().coverageNote)
        try write("f['y_train'] = y / 2")
        XCTAssertNil(try load().coverageNote)
    }

    func testClassesWithoutRowsToTrainOnAreSaidWithWhereTheyOccur() throws {
        try write(
            """
            f['y_train'] = y % 3 + (y == 3) * 5; f['x_test'] = x; f['y_test'] = y; f['x_val'] = x[:2]; f['y_val'] = [3, 3]
            """)
        XCTAssertEqual(
            try load().coverageNote,
            "\(path("a.h5")): y_train: 2 of 6 classes have no row to train on: 3 (rows: 2 in validation, 2 in test), 4")
        try write("f['y_train'] = y // 2; f.attrs['class_names'] = ['a', 'b', 'c']")
        XCTAssertEqual(
            try load().coverageNote, "\(path("a.h5")): y_train: 1 of 3 classes has no row to train on: 'c'")
    }

    func testRowsThatAValidationSplitIsCutFromDoNotCount() throws {
        try write("y[:] = 0; y[5] = 1\nf['y_train'] = y")
        let notes = try (0..<20).compactMap { seed in
            try Dataset.load(
                DatasetDescription(path: path("a.h5"), validationFraction: 0.25, splitSeed: UInt64(seed))
            ).coverageNote
        }
        XCTAssertTrue(notes.contains { $0.hasSuffix("no row to train on: 1 (rows: 1 in validation)") }, "\(notes)")
        XCTAssertLessThan(notes.count, 20)
    }

    func testAHugeLabelTakesNoMemory() throws {
        try write("y[3] = 2147483646\nf['y_train'] = y")
        let note = try XCTUnwrap(try load().coverageNote)
        XCTAssertTrue(note.contains("2147483642 of 2147483647 classes have no row"), note)
        XCTAssertTrue(note.hasSuffix("4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 2147483632 more"), note)
    }

    // MARK: Labels that are missing

    func testMinusOneIsCalledAMissingLabel() throws {
        for type in ["i1", "i4", "i8"] {
            try write("y[3] = y[7] = -1\nf['y_train'] = y.astype('\(type)')")
            assertRefused(
                .labelOutOfRange, "found -1 in row 3, as in 2 of 8 rows", "often stands for a missing label",
                "keep = y != -1"
            ) { try load(.classes) }
        }
        try write("y[3] = -2\nf['y_train'] = y")
        assertRefused(.labelOutOfRange, "found -2 in row 3.", "Number the classes") { try load(.classes) }
        try write("y[3] = -1\nf['y_train'] = y.astype('f4')")
        assertRefused(.labelOutOfRange, "-1 in row 3", "missing label") {
            try load().requireClasses(outputs: 4, for: "loss crossEntropy")
        }
    }

    func testMinusOneWithoutASignIsExplained() throws {
        try write("y[3] = -1\nf['y_train'] = y.astype('u1')")
        assertRefused(.labelOutOfRange, "255 in row 3", "-1 without a sign", "signed type") {
            try load(.classes).requireClasses(outputs: 4, for: "loss crossEntropy")
        }
        for type in ["u4", "u8"] {
            try write("y[3] = -1\nf['y_train'] = y.astype('\(type)')")
            assertRefused(.labelOutOfRange, "in row 3", "-1 without a sign", "signed type") { try load(.classes) }
        }
    }

    // MARK: Truth values

    func testBoolThatHoldsOtherBytesIsRefused() throws {
        let script = """
            kind = h5py.enum_dtype({'FALSE': 0, 'TRUE': 1}, basetype='i1')
            del f['x_train']
            def put(name, values, **layout):
                values = np.asarray(values, 'i1'); d = f.create_dataset(name, values.shape, kind, **layout)
                d.id.write(h5py.h5s.ALL, h5py.h5s.ALL, values, h5py.h5t.py_create(kind))
            z = x.astype(int) % 2; z[5, 1] = 7; w = y % 2; w[6] = -1

            """
        for layout in ["", ", chunks=(3, 3), compression=1"] {
            try write(script + "put('x_train', z\(layout)); put('y_train', y % 2)")
            assertRefused(.malformed, "x_train", "false (0) or true (1)", "7 in row 5, column 1") { try load() }
            assertRefused(.wrongType, "x_train", "7.0 in row 5, column 1") {
                try DatasetConversion([path("a.h5")]).write(to: path("b.h5"))
            }
        }
        try write(script + "put('x_train', x.astype(int) % 2); put('y_train', w)")
        assertRefused(.malformed, "y_train", "false (0) or true (1)", "-1 in row 6") { try load() }
        assertRefused(.malformed, "y_train", "-1 in row 6") { try load(.values) }
        try write(script + "put('x_train', x.astype(int) % 2); put('y_train', y % 2)")
        XCTAssertEqual(try load().targetKind, .classes(count: 2))
    }
}
