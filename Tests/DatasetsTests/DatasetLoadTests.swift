import Datasets
import HDF5
import TestSupport
import XCTest

/// Files written by h5py, of every kind that people have.
final class DatasetLoadTests: HDF5TestCase {
    private func load(
        _ description: DatasetDescription, targets: TargetRequirement = .required
    ) throws -> Dataset {
        try Dataset.load(description, relativeTo: directory, targets: targets)
    }

    func testShippedDigitsLoad() throws {
        let digits = try Dataset.load(DatasetDescription(path: shippedFile("digits.h5")))
        XCTAssertEqual(digits.splits.map { digits[$0]!.count }, [1257, 180, 360])
        XCTAssertEqual(digits.inputShape, [8, 8])
        XCTAssertEqual(digits.targetKind, .classes(count: 10))
        XCTAssertEqual(digits.classNames, (0..<10).map { "\($0)" })
        XCTAssertEqual(digits.license?.contains("CC BY 4.0"), true)
        XCTAssertEqual(digits.source?.contains("UCI"), true)
        let train = digits[.train]!
        XCTAssert(train.storesBytes)
        XCTAssertEqual(train.batch().max(), 1, "16 times the stored scale of 1/16")
        XCTAssertEqual(train.batch().min(), 0)
        XCTAssertEqual(digits.digest, "5cda30c425523f16", "runs on the digits are compared across releases")
    }

    func testEveryElementTypeAndByteOrderGivesTheSameSamples() throws {
        try python(
            """
            x = np.array([[0, 1, 2], [3, 100, 120]])
            y = np.array([1, 0])
            for order in '<>':
                for kind in ['i1', 'i2', 'i4', 'i8', 'u2', 'u4', 'u8', 'f2', 'f4', 'f8']:
                    name = kind + ('big' if order == '>' else 'little')
                    with h5py.File(sys.argv[1] + '/' + name + '.h5', 'w') as f:
                        f['x_train'] = x.astype(order + kind)
                        f['y_train'] = y.astype(order + kind if kind[0] != 'f' else 'i8')
            """, directory)
        var digests: Set<String> = []
        for order in ["little", "big"] {
            for kind in ["i1", "i2", "i4", "i8", "u2", "u4", "u8", "f2", "f4", "f8"] {
                let dataset = try load(DatasetDescription(path: "\(kind)\(order).h5"))
                let table = try dataset.table(.train)
                XCTAssertEqual(table.batch(), [0, 1, 2, 3, 100, 120], "\(kind) \(order)")
                XCTAssertEqual(table.labels(), [1, 0], "\(kind) \(order)")
                XCTAssertFalse(table.storesBytes)
                digests.insert(dataset.digest)
            }
        }
        XCTAssertEqual(digests.count, 1)
    }

    func testStorageLeavesNoTraceInDigestAndSamples() throws {
        try python(
            """
            x = np.random.RandomState(1).randint(0, 256, (100, 5, 3)).astype('u1')
            y = np.random.RandomState(2).randint(0, 4, 100)
            kinds = {
                'contiguous': {}, 'chunked': {'chunks': (7, 2, 3)}, 'gzip': {'chunks': (10, 5, 3), 'compression': 9},
                'everything': {'chunks': (33, 5, 1), 'compression': 1, 'shuffle': True, 'fletcher32': True},
                'resizable': {'maxshape': (None, 5, 3)}}
            for name, options in kinds.items():
                with h5py.File(sys.argv[1] + '/' + name + '.h5', 'w') as f:
                    f.create_dataset('x_train', data=x, **options)
                    f['y_train'] = y
            with h5py.File(sys.argv[1] + '/latest.h5', 'w', libver='latest') as f:
                f['x_train'], f['y_train'] = x, y
            """, directory)
        let names = ["contiguous", "chunked", "gzip", "everything", "resizable", "latest"]
        let datasets = try names.map { try load(DatasetDescription(path: "\($0).h5")) }
        XCTAssertEqual(Set(datasets.map(\.digest)).count, 1)
        for dataset in datasets {
            XCTAssertEqual(dataset[.train]!.batch(), datasets[0][.train]!.batch())
            XCTAssertEqual(dataset.inputShape, [5, 3])
        }
    }

    func testDigestTellsContentsApart() throws {
        try python(
            """
            def write(name, x=[[1, 2], [3, 4]], y=[0, 1], shape=(2, 2), scale=None, split='train'):
                with h5py.File(sys.argv[1] + '/' + name + '.h5', 'w') as f:
                    f['x_' + split] = np.array(x, 'f4').reshape(shape)
                    f['y_' + split] = np.array(y)
                    if scale: f['x_' + split].attrs['scale'] = scale
            write('base'); write('same'); write('input', x=[[1, 2], [3, 5]]); write('target', y=[1, 1])
            write('shape', shape=(2, 1, 2)); write('scale', scale=0.5); write('split', split='test')
            write('float', y=[0., 1.])
            """, directory)
        func digest(_ name: String) throws -> String { try load(DatasetDescription(path: "\(name).h5")).digest }
        XCTAssertEqual(try digest("base"), try digest("same"))
        let others = try ["base", "input", "target", "shape", "scale", "split", "float"].map(digest)
        XCTAssertEqual(Set(others).count, others.count)
        XCTAssert(others.allSatisfy { $0.count == 16 })
    }

    func testTablesAreFoundUnderTheUsualNames() throws {
        try python(
            """
            def write(file, *names):
                with h5py.File(sys.argv[1] + '/' + file, 'w') as f:
                    for i, (x, y) in enumerate(names):
                        f[x] = np.full((2, 1), i, 'f4'); f[y] = np.array([0, i])
            write('default.h5', ('x_train', 'y_train'), ('x_validation', 'y_validation'), ('x_test', 'y_test'))
            write('keras.h5', ('x_train', 'y_train'), ('x_val', 'y_val'), ('x_test', 'y_test'))
            write('groups.h5', ('train/x', 'train/y'), ('validation/x', 'validation/y'), ('test/x', 'test/y'))
            write('upper.h5', ('X_train', 'y_train'), ('X_val', 'y_val'), ('X_test', 'y_test'))
            write('images.h5', ('train_images', 'train_labels'), ('val/images', 'val/labels'),
                  ('images_test', 'labels_test'))
            write('plain.h5', ('x', 'y'))
            """, directory)
        for file in ["default.h5", "keras.h5", "groups.h5", "upper.h5"] {
            let dataset = try load(DatasetDescription(path: file))
            XCTAssertEqual(dataset.splits.map { dataset[$0]!.batch() }, [[0, 0], [1, 1], [2, 2]], file)
            XCTAssertEqual(dataset.splits.map { dataset[$0]!.labels() }, [[0, 0], [0, 1], [0, 2]], file)
            XCTAssertEqual(dataset.targetKind, .classes(count: 3), file)
        }
        let images = try load(DatasetDescription(path: "images.h5", inputs: "images", targets: "labels"))
        XCTAssertEqual(images.splits.map { images[$0]!.batch() }, [[0, 0], [1, 1], [2, 2]])
        XCTAssertEqual(try load(DatasetDescription(path: "plain.h5")).splits, [.train])
    }

    func testSplitsAreReadFromThePathsGiven() throws {
        try python(
            """
            with h5py.File(sys.argv[1] + '/a.h5', 'w') as f:
                f['one/pixels'] = np.full((3, 2), 1, 'f4'); f['one/kind'] = np.array([0, 1, 1])
                f.attrs['class_names'] = ['cat', 'dog']
            with h5py.File(sys.argv[1] + '/b.h5', 'w') as f:
                f['two/pixels'] = np.full((1, 2), 2, 'f4'); f['two/kind'] = np.array([[1]])
            """, directory)
        let dataset = try load(
            DatasetDescription(
                path: "a.h5",
                splits: [
                    .train: SplitDescription(inputs: "one/pixels", targets: "one/kind"),
                    .test: SplitDescription(path: path("b.h5"), inputs: "two/pixels", targets: "two/kind"),
                ]))
        XCTAssertEqual(dataset.splits, [.train, .test])
        XCTAssertEqual(dataset[.test]!.batch(), [2, 2])
        XCTAssertEqual(dataset[.test]!.labels(), [1], "a single column of labels is accepted")
        XCTAssertEqual(dataset.classNames, ["cat", "dog"])
    }

    func testSplitWithAFileOfItsOwnMayHavePlainNames() throws {
        try python(
            """
            for i, name in enumerate(['train', 'test']):
                with h5py.File(sys.argv[1] + '/' + name + '.h5', 'w') as f:
                    f['x'] = np.full((2, 1), i, 'f4'); f['y'] = [0, 1]
            """, directory)
        let dataset = try load(
            DatasetDescription(splits: [
                .train: SplitDescription(path: "train.h5"), .test: SplitDescription(path: "test.h5"),
            ]))
        XCTAssertEqual(dataset.splits.map { dataset[$0]!.batch() }, [[0, 0], [1, 1]])
    }

    func testClassesOfSplitsInOtherFilesAreMatchedByName() throws {
        try python(
            """
            for name, classes in [('train', ['cat', 'dog']), ('same', ['cat', 'dog']), ('turned', ['dog', 'cat']),
                                  ('other', ['dog', 'cow'])]:
                with h5py.File(sys.argv[1] + '/' + name + '.h5', 'w') as f:
                    f['x'] = np.zeros((2, 1), 'f4'); f['y'] = [0, 1]; f.attrs['class_names'] = classes
            """, directory)
        func load(_ test: String) throws -> Dataset {
            try self.load(
                DatasetDescription(splits: [
                    .train: SplitDescription(path: "train.h5"), .test: SplitDescription(path: test),
                ]))
        }
        XCTAssertEqual(try load("same.h5").classNames, ["cat", "dog"])
        XCTAssertEqual(try load("same.h5")[.test]!.labels(), [0, 1])
        XCTAssertEqual(try load("turned.h5")[.test]!.labels(), [1, 0])
        assertRefused(.labelOutOfRange, "other.h5: y", "cat, dog", "'cow' in row 1, of dog, cow") {
            try load("other.h5")
        }
    }

    func testValidationFractionCutsTheTrainSplitByItsSeed() throws {
        try python(
            """
            with h5py.File(sys.argv[1] + '/a.h5', 'w') as f:
                f['x'] = np.arange(10, dtype='f4').reshape(10, 1); f['y'] = np.arange(10)
            """, directory)
        func load(_ seed: UInt64) throws -> Dataset {
            try self.load(DatasetDescription(path: "a.h5", validationFraction: 0.3, splitSeed: seed))
        }
        let dataset = try load(0)
        XCTAssertEqual(dataset[.train]!.count, 7)
        XCTAssertEqual(dataset[.validation]!.count, 3)
        XCTAssertEqual(Set(dataset[.train]!.batch() + dataset[.validation]!.batch()), Set((0..<10).map { Float($0) }))
        XCTAssertEqual(dataset[.validation]!.batch(), dataset[.validation]!.batch().sorted())
        XCTAssertEqual(dataset.digest, try load(0).digest)
        XCTAssertNotEqual(dataset.digest, try load(1).digest)
        XCTAssertEqual(dataset.targetKind, .classes(count: 10), "classes of both parts count")
    }

    func testBooleansAreNumbers() throws {
        try python(
            """
            with h5py.File(sys.argv[1] + '/a.h5', 'w') as f:
                f['x'] = np.array([[True, False], [False, False]]); f['y'] = np.array([True, False])
            """, directory)
        let dataset = try load(DatasetDescription(path: "a.h5"))
        XCTAssertEqual(dataset[.train]!.batch(), [1, 0, 0, 0])
        XCTAssertEqual(dataset[.train]!.labels(), [1, 0])
    }

    func testUnlabeledSplitsLoadWhenTargetsAreOptional() throws {
        try python(
            """
            with h5py.File(sys.argv[1] + '/a.h5', 'w') as f:
                f['x_test'] = np.zeros((4, 2), 'f4')
            """, directory)
        let dataset = try load(DatasetDescription(path: "a.h5"), targets: .optional)
        XCTAssertEqual(dataset.targetKind, .unlabeled)
        XCTAssertEqual(dataset[.test]!.count, 4)
        assertRefused(.missingObject, "a.h5: y_test", "x_test", "targets:") {
            try load(DatasetDescription(path: "a.h5"))
        }
    }

    func testRelativePathsStartFromTheDirectoryGiven() throws {
        try python("with h5py.File(sys.argv[1], 'w') as f: f['x'], f['y'] = np.zeros((2, 1)), [0, 1]", path("a.h5"))
        XCTAssertNoThrow(try Dataset.load(DatasetDescription(path: "a.h5"), relativeTo: directory + "/"))
        XCTAssertNoThrow(try Dataset.load(DatasetDescription(path: path("a.h5")), relativeTo: "/nowhere"))
        assertRefused(.missingFile) { try Dataset.load(DatasetDescription(path: "a.h5"), relativeTo: "/nowhere") }
    }
}

/// A file of the repository's folder `datasets`.
func shippedFile(_ name: String) -> String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("datasets/\(name)").path
}
