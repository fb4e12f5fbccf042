import HDF5
import TestSupport
import XCTest

@testable import Datasets

/// Arrays that are packed by the conventions of netCDF are the numbers that they stand for. NumPy unpacks them here, as
/// xarray does: stored · scale_factor + add_offset.
final class PackingTests: HDF5TestCase {
    /// Writes a file by lines of Python that call `put(name, stored, **attributes)`, and returns the numbers that
    /// `x_train` and `y_train` stand for.
    @discardableResult
    private func write(_ script: String, to name: String = "a.h5") throws -> (x: [Double], y: [Double]) {
        let text = try python(
            """
            r = np.random.default_rng(1); numbers = {}
            with h5py.File(sys.argv[1], 'w') as f:
                def put(name, stored, layout={}, **attributes):
                    d = f.create_dataset(name, data=stored, **layout)
                    # netCDF writes attributes of numbers as lists of one.
                    for key, value in attributes.items():
                        d.attrs[key] = np.array([value]) if np.ndim(value) == 0 and not isinstance(value, str) else value
                    value = np.asarray(stored).astype('f8')
                    if attributes.get('_Unsigned') == 'true':
                        value = np.where(value < 0, value + 256.0 ** np.asarray(stored).dtype.itemsize, value)
                    numbers[name] = value * attributes.get('scale_factor', 1) + attributes.get('add_offset', 0)
                x = r.integers(-30000, 30000, (40, 3)).astype('i2'); y = r.integers(0, 2000, 40).astype('i4')
            \(script.split(separator: "\n").map { "    " + $0 }.joined(separator: "\n"))
            for name in ['x_train', 'y_train']: print(*[repr(float(v)) for v in np.ravel(numbers.get(name, []))])
            """, path(name))
        let lines = text.components(separatedBy: "\n").map { $0.split(separator: " ").map { Double($0)! } }
        return (lines[0], lines.count > 1 ? lines[1] : [])
    }

    private func load(
        _ name: String = "a.h5", _ normalization: NormalizationChoice = .stored, memory: Int? = nil,
        matching: DataReference? = nil
    ) throws -> Dataset {
        try Dataset.load(
            DatasetDescription(path: path(name), normalization: normalization), matching: matching,
            loading: LoadingOptions(memory: memory, threads: 2))
    }

    private func assertClose(
        _ found: [Float], _ expected: [Double], within tolerance: Double = 1e-6, _ message: String = "",
        line: UInt = #line
    ) {
        XCTAssertEqual(found.count, expected.count, message, line: line)
        let worst = zip(found, expected).map { abs(Double($0) - $1) / max(1, abs($1)) }.max() ?? 0
        XCTAssertLessThanOrEqual(worst, tolerance, message, line: line)
    }

    private static let packed = """
        put('x_train', x, scale_factor=0.01, add_offset=273.15, _FillValue=np.int16(-32767))
        put('y_train', y, scale_factor=0.001, _FillValue=np.int32(-2147483648))
        """

    func testInputsAndTargetsAreTheNumbersThatTheyStandFor() throws {
        let right = try write(Self.packed)
        let dataset = try load()
        let table = dataset[.train]!
        assertClose(table.batch(), right.x)
        assertClose(table.targetValues(), right.y)
        XCTAssertEqual(dataset.targetKind, .values(width: 1))
        XCTAssertEqual(
            dataset.notes,
            [
                "\(path("a.h5")): packed numbers: x_train is stored * 0.01 + 273.15 (scale_factor, add_offset), "
                    + "y_train is stored * 0.001 (scale_factor)"
            ])
        XCTAssertNil(dataset.contract.transformation, "the numbers are raw")
    }

    func testEveryTypeAndLayoutIsUnpacked() throws {
        for type in ["i1", "u1", "<i2", ">i2", "u2", "<i4", ">i4", "u4", "i8", "f4", ">f8"] {
            for layout in ["{}", "dict(chunks=(7, 3), compression=1)", "dict(chunks=(9, 2), shuffle=True)"] {
                let right = try write(
                    """
                    put('x_train', (x % 100).astype('\(type)'), \(layout), scale_factor=0.5, add_offset=-7.0)
                    put('y_train', y % 3)
                    """)
                let dataset = try load()
                let table = dataset[.train]!
                XCTAssertFalse(table.storesBytes, type)
                assertClose(table.batch(), right.x, "\(type) \(layout)")
                XCTAssertEqual(dataset.targetKind, .classes(count: 3))
            }
        }
    }

    func testStreamedNumbersHaveTheDigestOfThoseInMemory() throws {
        try write(
            """
            x = r.integers(-30000, 30000, (4000, 3)).astype('i2')
            put('x_train', x, dict(chunks=(100, 3), compression=1), scale_factor=0.01, add_offset=273.15)
            put('y_train', r.integers(0, 3, 4000))
            """)
        for normalization in [NormalizationChoice.stored, .standardize] {
            let (whole, streamed) = (
                try load("a.h5", normalization), try load("a.h5", normalization, memory: 90_000)
            )
            XCTAssertTrue(streamed[.train]!.isStreamed)
            XCTAssertEqual(whole.digest, streamed.digest)
        }
    }

    func testBytesThatArePackedAreNotDividedBy255() throws {
        let right = try write("put('x_train', (x % 256).astype('u1'), scale_factor=2.0); put('y_train', y % 3)")
        assertClose(try load()[.train]!.batch(), right.x)
    }

    func testMeansAndNormalizationsAreThoseOfTheNumbersAndNotOfWhatIsStored() throws {
        let right = try write(
            Self.packed + "\nf['x_train'].attrs['mean'] = 273.15; f['x_train'].attrs['standard_deviation'] = 100.0")
        assertClose(try load()[.train]!.batch(), right.x.map { ($0 - 273.15) / 100 })
        assertClose(try load("a.h5", .identity)[.train]!.batch(), right.x)
        let given = NormalizationValues(mean: [200], standardDeviation: [10])
        assertClose(try load("a.h5", .values(given))[.train]!.batch(), right.x.map { ($0 - 200) / 10 }, within: 1e-5)
    }

    func testNumbersThatFloat32DoesNotHoldAreUnpackedInDouble() throws {
        let right = try write(
            "put('x_train', x, scale_factor=1.0, add_offset=1_700_000_000.5); put('y_train', y % 3)")
        let mean = right.x.reduce(0, +) / Double(right.x.count)
        let given = NormalizationValues(mean: [mean], standardDeviation: [1000])
        assertClose(try load("a.h5", .values(given))[.train]!.batch(), right.x.map { ($0 - mean) / 1000 }, within: 1e-6)
    }

    func testAFileThatPacksOtherwiseGoesWithTheSameNetwork() throws {
        try write(Self.packed)
        let right = try write(
            """
            put('x_train', (x // 100).astype('i4'), scale_factor=2.0, add_offset=270.0)
            put('y_train', y.astype('f8'))
            """, to: "b.h5")
        let reference = DataReference(try load("a.h5", .standardize).contract, on: .evaluate, name: "run")
        let normalization = try XCTUnwrap(reference.contract.normalization)
        let (mean, deviation) = (normalization.mean!, normalization.standardDeviation!)
        let found = try load("b.h5", matching: reference)
        assertClose(
            found[.train]!.batch(), right.x.enumerated().map { ($1 - mean[$0 % 3]) / deviation[$0 % 3] }, within: 1e-5)
        assertClose(found[.train]!.targetValues(), right.y)
    }

    func testWhatTheFileSaysOfTransformationsIsOfTheNumbers() throws {
        try write(Self.packed + "\nf['x_train'].attrs['transformed_scale'] = 2.0")
        let contract = try load().contract
        XCTAssertEqual(contract.transformation, NormalizationValues(scale: [2]))
    }

    func testSignsAreWhatTheFileSays() throws {
        let right = try write(
            "put('x_train', (x % 256 - 128).astype('i1'), _Unsigned='true'); put('y_train', y % 3)")
        XCTAssertTrue(right.x.contains { $0 > 200 })
        assertClose(try load()[.train]!.batch(), right.x)
    }

    // MARK: What is missing

    func testWhatIsMissingIsRefusedWithRowAndColumn() throws {
        let attributes = "scale_factor=0.01, add_offset=273.15, _FillValue=np.int16(-32767)"
        try write("x[5, 2] = -32767\nput('x_train', x, \(attributes)); put('y_train', y)")
        assertRefused(
            .notFinite, "x_train", "-32767 in row 5, column 2", "_FillValue says is missing", "remove the attribute"
        ) { try load() }
        for (type, stored, attribute) in [
            ("f4", "9.969209968386869e36", "_FillValue=np.float32(9.969209968386869e36)"),
            ("f4", "1e20", "missing_value=1e20"), ("f8", "-999", "missing_value=-999.0"),
            ("u1", "255", "_FillValue=np.uint8(255)"), ("f2", "-999", "missing_value=[1.0, -999.0]"),
            ("i8", "-9223372036854775806", "_FillValue=np.int64(-9223372036854775806)"),
            ("i4", "-1", "missing_value=-1"),
        ] {
            for layout in ["{}", "dict(chunks=(7, 3), compression=1)"] {
                try write(
                    """
                    x = (x % 7 + 2).astype('\(type)'); x[39, 1] = \(stored)
                    put('x_train', x, \(layout), \(attribute)); put('y_train', y)
                    """)
                assertRefused(.notFinite, "row 39, column 1", "is missing") { try load() }
                // Too little for the inputs, so that they are mapped.
                guard layout == "{}", ["f4", "u1"].contains(type) else { continue }
                assertRefused(.notFinite, "row 39, column 1", "is missing") { try load(memory: 550) }
            }
        }
        // Nothing is missing where nothing equals it.
        try write("put('x_train', x, _FillValue=np.int16(-32768)); put('y_train', y % 3)")
        XCTAssertEqual(try load().notes, [])
    }

    func testATargetThatIsMissingIsRefusedToo() throws {
        for attributes in [
            "_FillValue=np.int32(-2147483648)", "_FillValue=np.int32(-2147483648), scale_factor=0.1",
            "missing_value=-2147483648.0",
        ] {
            try write("y[7] = -2147483648\nput('x_train', x); put('y_train', y, \(attributes))")
            assertRefused(.notFinite, "y_train", "-2147483648 in row 7", "is missing") { try load() }
        }
        try write("v = r.normal(size=(40, 2)); v[7, 1] = 1e20\nput('x_train', x); put('y_train', v, _FillValue=1e20)")
        assertRefused(.notFinite, "y_train", "1e+20 in row 7, column 1", "_FillValue") { try load() }
    }

    func testColumnsThatAreLeftOutMayMissNumbers() throws {
        try write(
            """
            put('x_train', x[:, :2].astype('f4')); f['x_train'].attrs['feature_names'] = ['a', 'b']; put('y_train', y % 3)
            """)
        let right = try write(
            """
            x[3, 1] = -1
            put('x_train', x, scale_factor=0.1, _FillValue=np.int16(-1)); put('y_train', y % 3)
            f['x_train'].attrs['feature_names'] = ['b', 'c', 'a']
            """, to: "b.h5")
        let reference = DataReference(try load().contract, on: .evaluate, name: "run")
        let found = try load("b.h5", matching: reference)[.train]!.batch()
        assertClose(found, (0..<40).flatMap { [right.x[3 * $0 + 2], right.x[3 * $0]] })
        try write(
            """
            x[3, 2] = -1
            put('x_train', x, scale_factor=0.1, _FillValue=np.int16(-1)); put('y_train', y % 3)
            f['x_train'].attrs['feature_names'] = ['b', 'c', 'a']
            """, to: "b.h5")
        assertRefused(.notFinite, "row 3, column 2") { try load("b.h5", matching: reference) }
    }

    func testAttributesThatNothingIsPackedByAreRefused() throws {
        for (attribute, words) in [
            ("scale_factor=0.0", "a number other than 0"), ("scale_factor=np.array([1., 2.])", "one number"),
            ("add_offset=float('nan')", "a finite number"),
        ] {
            try write(
                "put('x_train', x); put('y_train', y % 3); f['x_train'].attrs.update(\(attribute))")
            assertRefused(.malformed, "x_train, attribute ", words) { try load() }
        }
    }

    // MARK: Conversion

    private func convert(
        _ names: [String], type: DatasetConversion.ElementType? = nil, storage: DatasetConversion.Storage = .init()
    ) throws -> [String] {
        try DatasetConversion(names.map { path($0) }, storage: storage, type: type)
            .write(to: path("c.h5"), overwrite: true)
    }

    func testAConversionKeepsHowNumbersArePacked() throws {
        let right = try write(Self.packed)
        let lines = try convert(["a.h5"], storage: .init(chunk: 16, deflate: 4))
        XCTAssertTrue(lines[0].contains("int16"), "\(lines)")
        XCTAssertEqual(try load("c.h5").digest, try load().digest)
        let attributes = try python(
            """
            with h5py.File(sys.argv[1]) as f:
                for name in ['x_train', 'y_train']:
                    d = f[name]; print(d.dtype, *[(k, d.attrs[k].dtype, d.attrs[k]) for k in sorted(d.attrs)])
            """, path("c.h5"))
        for part in ["'_FillValue', dtype('int16')", "'scale_factor'", "'add_offset'", "dtype('int32')"] {
            XCTAssertTrue(attributes.contains(part), attributes)
        }
        _ = try convert(["a.h5"], type: .float32)
        assertClose(try load("c.h5")[.train]!.batch(), right.x)
        XCTAssertEqual(try load("c.h5").notes.count, 1, "targets alone are packed still")
        try write("x[0, 0] = 5\nput('x_train', x, _FillValue=np.int16(5)); put('y_train', y)")
        assertRefused(.notFinite, "5 in row 0, column 0") { try convert(["a.h5"], type: .float32) }
    }

    func testFilesThatPackOtherwiseAreJoinedUnpacked() throws {
        let first = try write(Self.packed)
        let second = try write(
            """
            put('x_train', (x // 3).astype('i2'), scale_factor=0.03, add_offset=270.0)
            put('y_train', (y // 2).astype('i4'), scale_factor=0.002)
            """, to: "b.h5")
        for (names, parts) in [(["a.h5", "b.h5"], [first, second]), (["b.h5", "a.h5"], [second, first])] {
            let lines = try convert(names)
            XCTAssertTrue(lines.prefix(2).allSatisfy { $0.contains("float64") }, "\(lines)")
            let table = try load("c.h5")[.train]!
            assertClose(table.batch(), parts.flatMap(\.x))
            assertClose(table.targetValues(), parts.flatMap(\.y))
        }
        _ = try convert(["a.h5", "a.h5"])
        assertClose(try load("c.h5")[.train]!.batch(), first.x + first.x)
        XCTAssertEqual(try load("c.h5").notes.count, 1)
    }
}
