import Datasets
import HDF5
import TestSupport
import XCTest

/// What becomes of types, units and class numbers where files are joined.
final class DatasetJoinTypesTests: HDF5TestCase {
    override func setUpWithError() throws {
        try super.setUpWithError()
        try python(
            """
            d = sys.argv[1]
            def write(name, x, y, kind='f4', on_file={}, **attributes):
                with h5py.File(f'{d}/{name}.h5', 'w') as f:
                    f['x_train'], f['y_train'] = np.array(x, kind), y
                    for key, value in attributes.items(): f['x_train'].attrs[key] = value
                    for key, value in on_file.items(): f.attrs[key] = value
            \(Self.files)
            """, directory)
    }

    private static let files = """
        write('bytes', [[51, 255]], [0], 'u1')
        write('darker', [[41, 245]], [1], 'u1', transformed_mean=10.)
        write('standard', [[(k - 100) / 57.3, (155 - k) / 57.3] for k in range(256)], [0] * 256,
            transformed_mean=100., transformed_standard_deviation=57.3)
        for name in 'counts', 'again': write(name, [[3, -4]], [0], 'i2', transformed_mean=[0.1, 0.2])
        write('values', [[1, 2]], [0.5], on_file=dict(class_names=['x', 'y'], target_kind='values'))
        write('others', [[3, 4]], [1.5], on_file=dict(class_names=['y', 'x'], target_kind='values'))
        write('one', [[1, 2]], [0.5])
        write('two', [[1, 2]], [[0.5, 1.5]])
        write('classes', [[3, 4]], [1.5], on_file=dict(class_names=['x', 'y'], target_kind='classes'))
        """

    private func join(_ names: String..., type: DatasetConversion.ElementType? = nil) throws -> (
        content: String, notes: String
    ) {
        let lines = try DatasetConversion(names.map { path($0 + ".h5") }, type: type)
            .write(to: path("out.h5"), overwrite: true)
        let content = try python(
            "with h5py.File(sys.argv[1]) as f: print(f['x_train'].dtype, f['x_train'][:].tolist(), f['y_train'][:].tolist())",
            path("out.h5"))
        return (content, lines.joined(separator: "\n"))
    }

    func testWholeNumbersInTheSameUnitsStayWhole() throws {
        XCTAssertEqual(try join("counts", "again").content, "int16 [[3, -4], [3, -4]] [0, 0]")
    }

    func testWholeNumbersInOtherUnitsAreRefusedUnlessATypeIsAskedFor() throws {
        assertRefused(.wrongType, "darker.h5: x_train", "numbers in other units", "--type float32") {
            try join("bytes", "darker")
        }
        XCTAssertEqual(
            try join("bytes", "darker", type: .uint8).content, "uint8 [[51, 255], [51, 255]] [0, 1]")
    }

    func testAnotherTypeIsTheReasonWhateverTheUnits() throws {
        assertRefused(.wrongType, "standard.h5: x_train", "elements of type uint8", "found float") {
            try join("bytes", "standard")
        }
    }

    func testNumbersThatUnitsMakeAlmostWholeBecomeBytes() throws {
        let pairs = ["[51, 255]"] + (0..<256).map { "[\($0), \(255 - $0)]" }
        let content = try join("bytes", "standard", type: .uint8).content
        XCTAssertTrue(content.hasPrefix("uint8 [\(pairs.joined(separator: ", "))] [0, "), content)
    }

    func testAnotherNormalizationIsSaid() throws {
        XCTAssertTrue(
            try join("bytes", "standard", type: .uint8).notes.contains("whose normalization the new file has"))
        XCTAssertFalse(try join("counts", "again").notes.contains("normalization"))
    }

    func testValuesAreNoClassNumbersWhateverTheClassesAreCalled() throws {
        XCTAssertEqual(try join("values", "others").content, "float32 [[1.0, 2.0], [3.0, 4.0]] [0.5, 1.5]")
    }

    func testTargetsOfAnotherWidthAreRefused() throws {
        assertRefused(.wrongShape, "two.h5: y_train") { try join("one", "two") }
    }

    func testAnotherKindOfTargetsIsRefused() throws {
        assertRefused(.malformed, "classes.h5", "target_kind", "values.h5") { try join("values", "classes") }
    }
}
