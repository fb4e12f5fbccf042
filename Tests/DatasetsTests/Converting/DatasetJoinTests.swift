import Datasets
import HDF5
import TestSupport
import XCTest

/// Files that are joined mean the same by the same names, wherever columns and classes are.
final class DatasetJoinTests: HDF5TestCase {
    override func setUpWithError() throws {
        try super.setUpWithError()
        try python(
            """
            d = sys.argv[1]
            def write(name, x, y, features=None, classes=None, kind='f4', on_targets={}, **attributes):
                with h5py.File(f'{d}/{name}.h5', 'w') as f:
                    f['x_train'], f['y_train'] = np.array(x, kind), y
                    if features: f['x_train'].attrs['feature_names'] = features
                    if classes: f.attrs['class_names'] = classes
                    for key, value in attributes.items(): f['x_train'].attrs[key] = value
                    for key, value in on_targets.items(): f['y_train'].attrs[key] = value
            names, xyz = ['a', 'b', 'c', 'd'], ['x', 'y', 'z']
            write('first', [[1, 2, 3, 4], [5, 6, 7, 8]], [0, 2], names, xyz)
            write('reversed', [[4, 3, 2, 1]], [0], names[::-1], xyz[::-1])
            write('more', [[9, 4, 3, 2, 1]], [1], ['id', 'd', 'c', 'b', 'a'], ['y', 'x'])
            write('other', [[1, 2, 3, 4]], [0], ['a', 'b', 'c', 'e'], xyz)
            write('twice', [[1, 2, 3, 4, 5]], [0], names + ['a'], xyz)
            write('unknown', [[1, 2, 3, 4]], [1], names, ['x', 'w'])
            write('nameless', [[1, 2, 3, 4]], [1])
            write('narrow', [[1, 2, 3]], [1])
            write('beyond', [[1, 2, 3, 4]], [7], names, xyz[::-1])
            write('raw', [[10, 20], [30, 40]], [100., 300.], ['a', 'b'], mean=[1., 2.])
            write('made', [[2, 1]], [5.], ['b', 'a'], on_targets=dict(transformed_mean=200., transformed_standard_deviation=20.),
                transformed_mean=[20., 10.], transformed_standard_deviation=[10., 5.])
            with h5py.File(f'{d}/bytes.h5', 'w') as f: f['x_train'], f['y_train'] = np.array([[51, 255]], 'u1'), [0]
            write('parts', [[0.2, 1]], [1], transformed_scale=1 / 255)
            """, directory)
    }

    /// What h5py reads of files that were joined: inputs, targets, and some attributes.
    private func join(_ names: String..., type: DatasetConversion.ElementType? = nil) throws -> (
        content: String, notes: [String]
    ) {
        let lines = try DatasetConversion(names.map { path($0 + ".h5") }, type: type)
            .write(to: path("out.h5"), overwrite: true)
        let content = try python(
            """
            with h5py.File(sys.argv[1]) as f:
                x = f['x_train']
                print(x[:].round(5).tolist(), f['y_train'][:].tolist())
                print({k: np.ravel(v).tolist() for k, v in sorted({**f.attrs, **x.attrs}.items())})
            """, path("out.h5"))
        return (content, lines.filter { !$0.hasPrefix("x_train") && !$0.hasPrefix("y_train") })
    }

    /// Each split in the order of the first file's own, or of its train split where it has none: the names that the new
    /// file has are those of its columns.
    func testSplitsOfOtherOrdersKeepTheirs() throws {
        try python(
            """
            def write(name, **splits):
                with h5py.File(f'{sys.argv[1]}/{name}.h5', 'w') as f:
                    for split, names in splits.items():
                        f['x_' + split] = np.float32([['ab'.index(n) + 1 for n in names]]); f['y_' + split] = [0.5]
                        f['x_' + split].attrs['feature_names'] = list(names)
            write('both', train='ab', test='ba'); write('train', train='ab'); write('others', train='ba', test='ab')
            """, directory)
        for (first, order) in [("both", "b a"), ("train", "a b")] {
            try DatasetConversion([path(first + ".h5"), path("others.h5")]).write(to: path("out.h5"), overwrite: true)
            let content = try python(
                """
                with h5py.File(sys.argv[1]) as f:
                    for x in f['x_train'], f['x_test']: print(*x.attrs['feature_names'], np.unique(x, axis=0).tolist())
                """, path("out.h5"))
            let numbers = order == "b a" ? "[[2.0, 1.0]]" : "[[1.0, 2.0]]"
            XCTAssertEqual(content, "a b [[1.0, 2.0]]\n\(order) \(numbers)", first)
        }
    }

    func testTargetsOfSeveralTypesAreJoinedWhereOneHoldsThem() throws {
        try python(
            """
            targets = dict(bytes=np.uint8([1]), ints=np.int32([2]), longs=np.int64([3]), truth=np.array([True]),
                huge=np.uint64([4]), singles=np.float32([0.5]), doubles=np.float64([0.1]))
            for name, y in targets.items():
                with h5py.File(sys.argv[1] + '/t-' + name + '.h5', 'w') as f: f['x_train'], f['y_train'] = np.ones((1, 2)), y
            """, directory)
        func targets(_ names: String...) throws -> String {
            try DatasetConversion(names.map { path("t-\($0).h5") }).write(to: path("out.h5"), overwrite: true)
            return try python(
                "with h5py.File(sys.argv[1]) as f: print(f['y_train'].dtype, f['y_train'][:].tolist())", path("out.h5"))
        }
        XCTAssertEqual(try targets("bytes", "ints", "longs", "truth"), "int64 [1, 2, 3, 1]")
        XCTAssertEqual(try targets("ints", "bytes"), "int64 [2, 1]")
        XCTAssertEqual(try targets("singles", "doubles"), "float64 [0.5, 0.1]")
        XCTAssertEqual(try targets("bytes", "bytes"), "uint8 [1, 1]")
        for (names, type) in [
            (["ints", "doubles"], "float64"), (["doubles", "ints"], "int32"), (["longs", "huge"], "uint64"),
        ] {
            assertRefused(.wrongType, "t-\(names[1]).h5: y_train", "found \(type)", "convert each file by itself") {
                try targets(names[0], names[1])
            }
        }
    }

    func testColumnsAndClassesAreFoundByName() throws {
        let (content, notes) = try join("first", "reversed")
        XCTAssertEqual(
            content,
            """
            [[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0], [1.0, 2.0, 3.0, 4.0]] [0, 2, 2]
            {'class_names': ['x', 'y', 'z'], 'feature_names': ['a', 'b', 'c', 'd']}
            """)
        XCTAssertEqual(notes.filter { $0.contains("left out") }, [])
    }

    func testColumnsThatTheFirstFileHasNotAreLeftOut() throws {
        let (content, notes) = try join("first", "more")
        XCTAssertTrue(content.contains("[5.0, 6.0, 7.0, 8.0], [1.0, 2.0, 3.0, 4.0]] [0, 2, 0]"), content)
        XCTAssertTrue(notes.contains { $0.contains("more.h5") && $0.contains("left out: id") }, "\(notes)")
    }

    func testColumnsAndClassesThatAreMissingAreRefusedWithBothLists() throws {
        assertRefused(.missingObject, "other.h5", "a, b, c, d", "a, b, c, e", "without d", "first.h5") {
            try join("first", "other")
        }
        assertRefused(.missingObject, "twice.h5: x_train", "'a' more than once") { try join("first", "twice") }
        assertRefused(.labelOutOfRange, "unknown.h5", "x, y, z", "'w'", "first.h5") { try join("first", "unknown") }
        assertRefused(.labelOutOfRange, "beyond.h5: y_train", "0 ..< 3", "7 in row 0") { try join("first", "beyond") }
        assertRefused(.wrongShape, "narrow.h5", "[4]", "[3]") { try join("first", "narrow") }
        XCTAssertFalse(FileManager.default.fileExists(atPath: path("out.h5")), "nothing is left")
    }

    func testEverySplitIsBroughtToWhatTheNewFileSaysOfIt() throws {
        try python(
            """
            def write(name, splits):
                with h5py.File(f'{sys.argv[1]}/{name}.h5', 'w') as f:
                    for split, (features, targets, mean) in splits.items():
                        x = f.create_dataset(f'x_{split}', data=np.array([[' abc'.index(c) - mean for c in features or 'abc']], 'f8'))
                        y = f.create_dataset(f'y_{split}', data=np.array([[' uv'.index(c) for c in targets]], 'f8'))
                        if features: x.attrs['feature_names'] = list(features)
                        y.attrs['target_names'] = list(targets)
                        if mean: x.attrs['transformed_mean'] = float(mean)
            write('lone', dict(train=('abc', 'uv', 0)))
            write('turned', dict(train=('bca', 'uv', 0), test=('cba', 'vu', 0)))
            write('both', dict(train=('abc', 'uv', 0), test=('cba', 'vu', 7)))
            write('centered', dict(train=('abc', 'uv', 7)))
            write('quiet', dict(train=('abc', 'uv', 0), test=(None, 'uv', 0)))
            """, directory)
        func join(_ names: String...) throws -> String {
            try DatasetConversion(names.map { path($0 + ".h5") }).write(to: path("out.h5"), overwrite: true)
            return try python(
                """
                with h5py.File(sys.argv[1]) as f:
                    for split in ['train', 'test']:
                        x, y = f['x_' + split], f['y_' + split]
                        print(*x.attrs['feature_names'], x[:].tolist(), *np.ravel(x.attrs.get('transformed_mean', [])),
                            *y.attrs['target_names'], y[:].tolist())
                """, path("out.h5"))
        }
        // A split that the first file has not is like its train split, names and units and all.
        XCTAssertEqual(
            try join("lone", "turned"),
            """
            a b c [[1.0, 2.0, 3.0], [1.0, 2.0, 3.0]] u v [[1.0, 2.0], [1.0, 2.0]]
            a b c [[1.0, 2.0, 3.0]] u v [[1.0, 2.0]]
            """)
        XCTAssertEqual(
            try join("centered", "turned"),
            """
            a b c [[-6.0, -5.0, -4.0], [-6.0, -5.0, -4.0]] 7.0 u v [[1.0, 2.0], [1.0, 2.0]]
            a b c [[-6.0, -5.0, -4.0]] 7.0 u v [[1.0, 2.0]]
            """)
        // One that it has in an order or units of its own stays as it is.
        XCTAssertEqual(
            try join("both", "turned"),
            """
            a b c [[1.0, 2.0, 3.0], [1.0, 2.0, 3.0]] u v [[1.0, 2.0], [1.0, 2.0]]
            c b a [[-4.0, -5.0, -6.0], [-4.0, -5.0, -6.0]] 7.0 v u [[2.0, 1.0], [2.0, 1.0]]
            """)
        // What is said of the train split holds for a split that says nothing.
        XCTAssertEqual(
            try join("quiet", "turned"),
            """
            a b c [[1.0, 2.0, 3.0], [1.0, 2.0, 3.0]] u v [[1.0, 2.0], [1.0, 2.0]]
            a b c [[1.0, 2.0, 3.0], [1.0, 2.0, 3.0]] u v [[1.0, 2.0], [1.0, 2.0]]
            """)
    }

    func testWithoutNamesThePositionDecidesAndThatIsSaid() throws {
        let (content, notes) = try join("first", "nameless")
        XCTAssertTrue(content.contains("[1.0, 2.0, 3.0, 4.0]] [0, 2, 1]"), content)
        XCTAssertTrue(notes.contains { $0.contains("nameless.h5") && $0.contains("by position") }, "\(notes)")
    }

    func testOtherUnitsAreBroughtToThoseOfTheFirstFile() throws {
        let (content, _) = try join("raw", "made")
        // b: 2 · 10 + 20, a: 1 · 5 + 10; the target 5 · 20 + 200.
        XCTAssertEqual(
            content,
            """
            [[10.0, 20.0], [30.0, 40.0], [15.0, 40.0]] [100.0, 300.0, 300.0]
            {'feature_names': ['a', 'b'], 'mean': [1.0, 2.0]}
            """)
        let back = try join("made", "raw")
        // The other way about: (20 − 20) / 10, (10 − 10) / 5, and so on.
        XCTAssertTrue(back.content.hasPrefix("[[2.0, 1.0], [0.0, 0.0], [2.0, 4.0]] [5.0, -5.0, 5.0]\n"), back.content)
        XCTAssertTrue(back.content.contains("'transformed_mean': [20.0, 10.0]"), back.content)
    }

    func testPartsOf255BecomeBytesAgain() throws {
        let (content, _) = try join("bytes", "parts", type: .uint8)
        XCTAssertEqual(content.split(separator: "\n").first, "[[51, 255], [51, 255]] [0, 1]")
        assertRefused(.wrongType, "parts.h5: x_train", "uint8", "--type float32") { try join("bytes", "parts") }
        let floats = try join("bytes", "parts", type: .float32)
        XCTAssertTrue(floats.content.hasPrefix("[[51.0, 255.0], [51.0, 255.0]] [0, 1]\n"), floats.content)
        XCTAssertTrue(floats.content.contains("'scale': [0.0039"), "batches as those of the bytes: \(floats.content)")
    }

    func testAFileByItselfKeepsWhatItSaysOfItsUnits() throws {
        let (content, notes) = try join("made")
        XCTAssertTrue(content.hasPrefix("[[2.0, 1.0]] [5.0]\n"), content)
        XCTAssertTrue(content.contains("'transformed_standard_deviation': [10.0, 5.0]"), content)
        XCTAssertEqual(notes, [])
        XCTAssertEqual(
            try python("print(dict(h5py.File(sys.argv[1])['y_train'].attrs))", path("out.h5")),
            "{'transformed_mean': 200.0, 'transformed_standard_deviation': 20.0}")
    }
}
