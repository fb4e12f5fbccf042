import Checkpoints
import Datasets
import HDF5
import TestSupport
import XCTest

/// What a checkpoint keeps of the data it was trained on.
final class DataContractStorageTests: HDF5TestCase {
    private func roundTrip(_ data: DataContract?) throws -> Checkpoint {
        try Checkpoint.sample(data: data).write(to: path("a.h5"), replacing: true)
        return try Checkpoint.read(path("a.h5"))
    }

    func testTwentyThousandColumnsFit() throws {
        let names = (0..<20_000).map { "a column with a name of some length, \($0)" }
        let values = (0..<20_000).map { 1 / Double($0 + 1) }
        let data = DataContract(
            inputShape: [20_000], featureNames: names,
            normalization: NormalizationValues(mean: values, standardDeviation: values), targetKind: .values(width: 2),
            targetNames: ["länge", "breite"],
            targetTransformation: NormalizationValues(mean: [1, 2], standardDeviation: [3, 4]))
        var sample = Checkpoint.sample(data: data)
        sample.inputShape = data.inputShape
        try sample.write(to: path("a.h5"))
        XCTAssertEqual(try Checkpoint.read(path("a.h5")).data, data)
        XCTAssertEqual(
            try python("print(h5py.File(sys.argv[1])['data/feature_names'].asstr()[19999])", path("a.h5")), names.last)
    }

    func testNumbersKeepEveryBit() throws {
        var data = DataContract.sample
        data.normalization = NormalizationValues(scale: [(0.1).nextUp], offset: [-0.0])
        XCTAssertEqual(try roundTrip(data).data?.normalization?.scale, [(0.1).nextUp])
        XCTAssertEqual(try roundTrip(data).data?.normalization?.offset?.first?.sign, .minus)
    }

    func testACheckpointOfTheFormatBeforeIsRead() throws {
        let read = try roundTrip(nil)
        XCTAssertNil(read.data)
        XCTAssertEqual(read.classNames, ["T-shirt/top", "größe", ""])
        XCTAssertEqual(try python("print(h5py.File(sys.argv[1]).attrs['format_version'])", path("a.h5")), "2")
    }

    /// Edits a file with h5py as `f`, and returns the message of reading it.
    private func message(after edit: String) throws -> String {
        try Checkpoint.sample().write(to: path("a.h5"), replacing: true)
        try python("with h5py.File(sys.argv[1], 'r+') as f:\n    \(edit)", path("a.h5"))
        do {
            _ = try Checkpoint.read(path("a.h5"))
            return "read"
        } catch let error as CheckpointError {
            XCTAssertEqual(error.reason, .damaged, edit)
            return error.message
        }
    }

    func testChangesAreNoticed() throws {
        let edits = [
            ("f['data/mean'][0] = 0.2", "mean is damaged"),
            ("f['data/class_names'][1] = b'other'", "class_names is damaged"),
            ("del f['data/target_names']", "digest"),
            ("del f['data']", "digest"),
            ("f['data'].attrs['inputs'] = np.bytes_('float32')", "digest"),
        ]
        for (edit, words) in edits {
            let message = try message(after: edit)
            XCTAssertTrue(message.contains(words), "\(edit): \(message)")
        }
    }

    func testListsThatNoDataCanHaveAreRefused() throws {
        func replace(_ name: String, _ value: String) -> String {
            "del f['data/\(name)']; f['data/\(name)'] = \(value)"
        }
        let edits = [
            (replace("mean", "np.zeros(3)"), "3"),
            (replace("mean", "np.array([np.nan])"), "finite"),
            (replace("standard_deviation", "np.array([0.0])"), "positive"),
            (replace("transformed_scale", "np.array([0.5], 'f4')"), "float64"),
            (replace("class_names", "np.array([b'a', b'b'])"), "2 names for 3 classes"),
            (replace("feature_names", "np.array([b'a', b'b'])"), "2 names of features"),
            (replace("feature_names", "np.zeros(28)"), "texts of one length"),
            (replace("feature_names", "np.array(['a'] * 28, dtype=object)"), "one run of bytes"),
            ("f['data'].attrs['target_count'] = -1", "target_count"),
            ("f['data'].attrs['targets'] = np.bytes_('pictures')", "pictures"),
            (
                "del f['data/feature_names']; "
                    + "f.create_dataset('data/feature_names', (28,), 'S100000000', chunks=(1,), compression=9)", "bytes"
            ),
        ]
        for (edit, words) in edits {
            let message = try message(after: edit)
            XCTAssertTrue(message.contains(words), "\(edit): \(message)")
        }
    }
}
