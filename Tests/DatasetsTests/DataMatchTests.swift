import Foundation
import HDF5
import Kernels
import TestSupport
import XCTest

@testable import Datasets

/// Data of another file come to a network by name and in its units, in memory, mapped and streamed.
final class DataMatchTests: HDF5TestCase {
    /// Writes `base.h5` and, with the same rows, `other.h5`, by a script that has made `x`, `names` (of the last axis),
    /// `y` and `z`, `others`: the inputs of the other file.
    private func write(_ script: String, options: String = "{}") throws {
        try python(
            """
            r = np.random.RandomState(1)
            y = r.randint(0, 3, 600)
            classes, otherClasses, t = ['bird', 'cat', 'dog'], ['bird', 'cat', 'dog'], y
            extra = {}
            \(script)
            for name, x, n, y, c, a, o in [
                ('base', x, names, y, classes, {}, {}), ('other', z, others, t, otherClasses, extra, \(options))
            ]:
                with h5py.File(f'{sys.argv[1]}/{name}.h5', 'w') as f:
                    for split, rows in [('train', slice(0, 500)), ('test', slice(500, 600))]:
                        f.create_dataset(f'x_{split}', data=x[rows], **o); f[f'y_{split}'] = y[rows]
                        if n: f[f'x_{split}'].attrs['feature_names'] = n
                    if c: f.attrs['class_names'] = c
                    if name == 'base': f['x_train'].attrs['mean'] = 3.0; f['x_train'].attrs['standard_deviation'] = 7.0
                    for k, v in a.items():
                        f['x_train'].attrs[k] = v; f['x_test'].attrs[k] = v
            """, directory)
    }

    private func base() throws -> Dataset { try Dataset.load(.file(path("base.h5"))) }

    private func other(
        on road: DataRoad = .evaluate, memory: Int? = nil, use: DataUse = .inFileOrder
    ) throws -> Dataset {
        try Dataset.load(
            .file(path("other.h5")), matching: DataReference(try base().contract, on: road),
            loading: LoadingOptions(memory: memory), use: use)
    }

    /// Passes if the other file has become the same data set, to the last bit of the digest, which covers inputs,
    /// labels and normalization; in memory and, with chunks, streamed.
    private func assertSame(_ script: String, notes: [String], line: UInt = #line) throws {
        try write(script)
        let expected = try base()
        let found = try other()
        XCTAssertEqual(found.digest, expected.digest, line: line)
        XCTAssertEqual(found.classNames, expected.classNames, line: line)
        XCTAssertEqual(found[.test]?.batch(), expected[.test]?.batch(), line: line)
        XCTAssertEqual(found[.test]?.labels(), expected[.test]?.labels(), line: line)
        let said = found.notes.filter { !$0.contains("does not say how its numbers were made") }
        for (text, note) in zip(notes, said) { XCTAssertTrue(note.contains(text), note, line: line) }
        XCTAssertEqual(said.count, notes.count, "\(said)", line: line)
        try write(script, options: "{'chunks': (16,) + z.shape[1:], 'compression': 1}")
        let streamed = try other(memory: expected[.train]!.inputBytes + expected[.test]!.inputBytes)
        XCTAssertTrue(streamed[.train]!.isStreamed, line: line)
        XCTAssertEqual(streamed.digest, expected.digest, line: line)
    }

    // MARK: Columns

    func testColumnsInAnotherOrderAreTheSameDataSet() throws {
        for type in ["f4", "u1", "f8", ">i2"] {
            try assertSame(
                """
                x = r.randint(0, 200, (600, 200)).astype('\(type)'); names = [f'n{i}' for i in range(200)]
                p = r.permutation(200); z, others = x[:, p], [names[i] for i in p]
                """, notes: ["another order"])
        }
    }

    func testColumnsThatTheNetworkHasNotAreLeftOut() throws {
        try assertSame(
            """
            x = r.randn(600, 100).astype('f4'); names = [f'n{i}' for i in range(100)]
            z = np.concatenate([x[:, :9], r.randn(600, 2).astype('f4'), x[:, 9:]], 1)
            others = names[:9] + ['id', 'note'] + names[9:]
            """, notes: ["left out: id, note"])
    }

    func testChannelsOfImagesAreMatched() throws {
        try assertSame(
            """
            x = r.randint(0, 256, (600, 10, 9, 3)).astype('u1'); names = ['red', 'green', 'blue']
            z, others = np.concatenate([x[..., ::-1], x[..., :1]], 3), ['blue', 'green', 'red', 'alpha']
            """, notes: ["left out: alpha", "another order"])
    }

    func testChannelsOfSignalsAreMatched() throws {
        try assertSame(
            """
            x = r.randn(600, 50, 2).astype('f4'); names = ['left', 'right']
            z, others = x[..., ::-1], ['right', 'left']
            """, notes: ["another order"])
    }

    func testMappedDataAreMatchedToo() throws {
        try write(
            """
            x = r.randn(600, 100).astype('f4'); names = [f'n{i}' for i in range(100)]
            z, others = x[:, ::-1], names[::-1]
            """)
        let memory = 200_000
        XCTAssertTrue(
            try Dataset.load(.file(path("other.h5")), loading: LoadingOptions(memory: memory))[.train]!.isMapped)
        XCTAssertEqual(try other(memory: memory).digest, try base().digest)
        let streamed = try other(memory: memory, use: .training(shuffle: .none, batchSize: 10))
        XCTAssertEqual(streamed.digest, try base().digest)
    }

    /// Any row at any time, of a file that does not fit in memory.
    func testMappedDataWhoseColumnsAreMatchedAreShuffledFully() throws {
        for (type, values) in [
            ("f4", "r.randn(600, 100)"), ("u1", "r.randint(0, 256, (600, 100))"), ("f4", "5000 + r.randn(600, 100)"),
        ] {
            try write(
                """
                x = (\(values)).astype('\(type)'); names = [f'n{i}' for i in range(100)]
                z, others = np.concatenate([x[:, ::-1], x[:, :3]], 1), names[::-1] + ['a', 'b', 'c']
                """)
            let memory = type == "f4" ? 200_000 : 50_000
            let use = DataUse.training(shuffle: .full, batchSize: 10)
            let (base, other) = (try base(), try other(memory: memory, use: use))
            let (expected, table) = (base[.train]!, other[.train]!)
            XCTAssertTrue(table.isMapped)
            XCTAssertFalse(table.isStreamed)
            XCTAssertEqual(other.digest, base.digest)
            let count = Int32(expected.count)
            let rows = (0..<count).map { $0 * 7 % count }
            XCTAssertEqual(table.batch(rows).map(\.bitPattern), expected.batch(rows).map(\.bitPattern), values)
            let reader = try SampleReader(table, shuffle: .full, seed: 1, batchSize: 10)
            reader.prefetch(rows, count: rows.count)
        }
    }

    func testTimesOfWhichFloat32HoldsLittleAreCenteredAfterTheyAreMatched() throws {
        try write(
            """
            x = 1_700_000_000 + r.randint(0, 1000, (600, 2)).astype('f8'); names = ['a', 'b']; x[:, 1] = r.randn(600)
            z, others = x[:, ::-1], ['b', 'a']
            """)
        let values = NormalizationValues(mean: [1_700_000_500, 0], standardDeviation: [300, 1])
        var contract = try base().contract
        contract.normalization = values
        let found = try Dataset.load(.file(path("other.h5")), matching: DataReference(contract, on: .evaluate))
        let expected = try Dataset.load(DatasetDescription(path: path("base.h5"), normalization: .values(values)))
        XCTAssertEqual(found.digest, expected.digest)
    }

    func testAMissingColumnIsRefusedWithBothSides() throws {
        try write("x, names = r.randn(600, 3), ['a', 'b', 'c']; z, others = x, ['a', 'b', 'e']")
        for road in DataRoad.allCases {
            assertRefused(.missingObject, "x_train", "a, b, c", "a, b, e", "without c") { try other(on: road) }
        }
    }

    func testAColumnThatIsThereTwiceIsRefused() throws {
        try write("x, names = r.randn(600, 2), ['a', 'b']; z, others = r.randn(600, 3), ['a', 'b', 'a']")
        assertRefused(.missingObject, "'a' more than once") { try other() }
    }

    func testColumnsWithoutNamesAreTakenByPositionAndSaid() throws {
        try write("x, names = r.randn(600, 2), ['a', 'b']; z, others = x, None")
        XCTAssertTrue(try other().notes.contains { $0.contains("by position for a, b") })
        XCTAssertEqual(try other().digest, try base().digest)
    }

    func testNamesOfAnotherNumberThanColumnsAreNone() throws {
        try write("x, names = r.randn(600, 2), ['a', 'b']; z, others = x, ['a']")
        XCTAssertTrue(try other().notes.contains { $0.contains("expected 2 names, found 1") })
    }

    func testABadNumberIsNamedByItsPlaceInTheFile() throws {
        try write(
            "x, names = r.randn(600, 3), ['a', 'b', 'c']; z, others = x[:, ::-1].copy(), ['c', 'b', 'a']; z[4, 2] = np.nan"
        )
        assertRefused(.notFinite, "row 4, column 2") { try other() }
    }

    // MARK: Classes

    func testClassesInAnotherOrderAreTheSameDataSet() throws {
        try assertSame(
            """
            x = r.randn(600, 100).astype('f4'); names = others = [f'n{i}' for i in range(100)]; z = x
            otherClasses = ['dog', 'bird', 'cat']; t = np.array([1, 2, 0])[y]
            """, notes: ["dog, bird, cat: matched by name with bird, cat, dog"])
    }

    func testASubsetOfClassesIsTaken() throws {
        try write(
            "x, names = r.randn(600, 2), None; z, others = x, None; y = y % 2 + 1; t = y - 1; otherClasses = ['cat', 'dog']"
        )
        XCTAssertEqual(try other()[.test]!.labels(), try base()[.test]!.labels())
        XCTAssertEqual(try other().targetKind, .classes(count: 3))
    }

    func testRowsOfAClassThatTheNetworkHasNotAreRefusedWithBothLists() throws {
        try write("x, names = r.randn(600, 2), None; z, others = x, None; otherClasses = ['bird', 'cat', 'cow']")
        let row = try python("r = np.random.RandomState(1); print(list(r.randint(0, 3, 600)).index(2))")
        assertRefused(.labelOutOfRange, "bird, cat, dog", "'cow' in row \(row), of bird, cat, cow") { try other() }
        // Where nothing has that class, it is only said.
        try write(
            "x, names = r.randn(600, 2), None; z, others = x, None; t = y % 2; otherClasses = ['bird', 'cat', 'cow']")
        XCTAssertTrue(
            try other().notes.contains { $0.contains("cow is no class of the network, which has bird, cat, dog") })
    }

    func testClassesTakeFreeOutputsWhereAHeadIsTrainedAgain() throws {
        try write("x, names = r.randn(600, 2), None; z, others = x, None; otherClasses = ['cat', 'cow', 'bird']")
        let found = try other(on: .initialize)
        XCTAssertEqual(found.classNames, ["bird", "cat", "cow"])
        XCTAssertEqual(found[.test]!.labels(), try base()[.test]!.labels().map { [1, 2, 0][Int($0)] })
        XCTAssertTrue(found.notes.contains { $0.contains("cow for dog") })
    }

    func testNamesThatAreNumbersAreMatchedByTheirValueAndCodesAreTexts() throws {
        func labels(_ expected: String, _ names: String) throws -> [Int32] {
            try write(
                """
                x, names = r.randn(600, 2), None; z, others = x, None; y = y % 2
                classes, otherClasses, t = \(expected), \(names), y
                """)
            return try other()[.test]!.labels()
        }
        let own = try labels("['3', '8']", "['3', '8']")
        XCTAssertEqual(try labels("['3', '8']", "['8.0', '3.0']"), own.map { 1 - $0 })
        XCTAssertEqual(try labels("None", "['1', '0']"), own.map { 1 - $0 })
        for codes in ["['007', '8']", "['7.0', '7']", "['0x8', '3']"] {
            XCTAssertThrowsError(try labels("['7', '8']", codes), codes)
        }
    }

    // MARK: Units

    func testNumbersThatAreTransformedAreBroughtBack() throws {
        let scripts = [
            "z = (x - [5, 6]) / [7, 8]; extra = dict(transformed_mean=[5, 6], transformed_standard_deviation=[7, 8])",
            "z = x / 4 + 9; extra = dict(transformed_scale=0.25, transformed_offset=9.0)",
            "z = x - 1000; extra = dict(transformed_mean=1000)",
            "z = ((x - [5, 6]) / [7, 8])[:, ::-1]; others = ['b', 'a']; "
                + "extra = dict(transformed_mean=[6, 5], transformed_standard_deviation=[8, 7])",
        ]
        for script in scripts {
            try write("x, names = r.randn(600, 2), ['a', 'b']; others = names; \(script)")
            let (expected, found) = (try base()[.test]!.batch(), try other()[.test]!.batch())
            for (a, b) in zip(expected, found) { XCTAssertEqual(a, b, accuracy: 1e-5, script) }
        }
    }

    func testANetworkOfTransformedNumbersIsGivenRawOnes() throws {
        try write("x, names = r.randn(600, 2), None; z, others = 10 * x + 3, None")
        var contract = try base().contract
        contract.transformation = NormalizationValues(mean: [3], standardDeviation: [10])
        let found = try Dataset.load(.file(path("other.h5")), matching: DataReference(contract, on: .evaluate))
        for (a, b) in zip(try base()[.test]!.batch(), found[.test]!.batch()) { XCTAssertEqual(a, b, accuracy: 1e-5) }
    }

    func testTransformationsThatNothingLeadsBackFromAreRefused() throws {
        for attributes in [
            "transformed_scale=0.0", "transformed_standard_deviation=-1.0", "transformed_mean=[1, 2, 3]",
        ] {
            try write("x, names = r.randn(600, 2), None; z, others = x, None; extra = dict(\(attributes))")
            assertRefused(.wrongShape, "other.h5", "x_train", "transformed_") { try other() }
        }
    }

    func testTargetsAreBroughtIntoTheirUnitsAndOrder() throws {
        try write(
            """
            x, names = r.randn(600, 2), None; z, others = x, None; classes = otherClasses = None
            y = r.randn(600, 2).astype('f4'); t = (y[:, ::-1] - [1, 2]) / [3, 4]
            """)
        try python(
            """
            for name, names in [('base', ['u', 'v']), ('other', ['v', 'u'])]:
                with h5py.File(f'{sys.argv[1]}/{name}.h5', 'r+') as f: f['y_train'].attrs['target_names'] = names
            with h5py.File(f'{sys.argv[1]}/other.h5', 'r+') as f:
                f['y_train'].attrs['transformed_mean'] = [1, 2]
                f['y_train'].attrs['transformed_standard_deviation'] = [3, 4]
            """, directory)
        guard case .values(let expected, 2) = try base()[.test]!.targets,
            case .values(let found, 2) = try other()[.test]!.targets
        else { return XCTFail("expected two numbers a target") }
        for (a, b) in zip(expected, found) { XCTAssertEqual(a, b, accuracy: 1e-5) }
    }

    func testSplitsOfOneFileAreNormalizedAlike() throws {
        try write("x, names = r.randn(600, 2), None; z, others = x, None")
        try python("with h5py.File(sys.argv[1], 'r+') as f: f['x_test'].attrs['mean'] = 55.0", path("base.h5"))
        XCTAssertEqual(try base()[.test]!.normalization, try base()[.train]!.normalization)
        XCTAssertTrue(try base().notes.contains { $0.contains("x_test: normalized as in training, (x - 3) / 7") })
    }

    func testACheckpointThatKnowsNoNormalizationLeavesItToTheFile() throws {
        try write("x, names = r.randn(600, 2), None; z, others = x, None; extra = dict(mean=1.0)")
        let found = try Dataset.load(
            .file(path("other.h5")), matching: DataReference(DataContract(inputShape: [2]), on: .evaluate))
        XCTAssertEqual(found[.test]!.normalization.offset, [-1, -1])
        XCTAssertTrue(found.notes.contains { $0.contains("normalized as it says itself, x - 1") })
    }
}
