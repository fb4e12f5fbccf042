import Checkpoints
import Datasets
import Foundation
import HDF5
import TestSupport
import XCTest

final class CheckpointTests: HDF5TestCase {
    func testWhatIsWrittenIsReadBack() throws {
        try Checkpoint.sample().write(to: path("a.h5"))
        assertEqual(try Checkpoint.read(path("a.h5")), .sample())
    }

    func testAMinimalCheckpointIsReadBack() throws {
        var checkpoint = Checkpoint.sample()
        checkpoint.parameters = []
        checkpoint.optimizerState = [:]
        checkpoint.data = DataContract(inputShape: [])
        checkpoint.inputShape = []
        checkpoint.configuration = ""
        checkpoint.progress = Checkpoint.Progress()
        try checkpoint.write(to: path("a.h5"))
        assertEqual(try Checkpoint.read(path("a.h5")), checkpoint)
    }

    func testNaNsAndInfinitiesKeepTheirBits() throws {
        var checkpoint = Checkpoint.sample()
        let values = [Float(bitPattern: 0x7fc1_2345), .infinity, -.infinity, Float(bitPattern: 0xffff_ffff)]
        checkpoint.parameters[1].values = values
        checkpoint.progress.epochLoss = .nan
        try checkpoint.write(to: path("a.h5"))
        let read = try Checkpoint.read(path("a.h5"))
        XCTAssertEqual(read.parameters[1].values.map(\.bitPattern), values.map(\.bitPattern))
        XCTAssertTrue(read.progress.epochLoss.isNaN)
    }

    func testALongConfigurationIsReadBack() throws {
        var checkpoint = Checkpoint.sample()
        checkpoint.configuration = String(repeating: "- linear: 10\n", count: 20_000)
        checkpoint.data?.targetKind = .classes(count: 5000)
        checkpoint.data?.classNames = (0..<5000).map { "class number \($0)" }
        try checkpoint.write(to: path("a.h5"))
        assertEqual(try Checkpoint.read(path("a.h5")), checkpoint)
    }

    func testEqualCheckpointsGiveEqualFiles() throws {
        try Checkpoint.sample().write(to: path("a.h5"))
        Thread.sleep(forTimeInterval: 1.1)  // Modification times in HDF5 count seconds.
        try Checkpoint.sample().write(to: path("b.h5"))
        XCTAssertEqual(
            FileManager.default.contents(atPath: path("a.h5")), FileManager.default.contents(atPath: path("b.h5")))
    }

    func testH5pyShowsNamesThatAPersonUnderstands() throws {
        try Checkpoint.sample().write(to: path("a.h5"))
        let output = try python(
            """
            f = h5py.File(sys.argv[1])
            f.visit(print)
            print(f['parameters'].attrs['tensors'].astype(str).tolist())
            print({k: v.item() for k, v in sorted(f['state'].attrs.items())})
            run = f['run'].attrs
            print(sorted(run), int(run['seed']), run['input_shape'].tolist())
            print(run['configuration'].decode(), f['data/class_names'].asstr()[1])
            print(dict(f['data'].attrs), f['data/mean'][:], f['data/transformed_scale'].dtype)
            print(sorted(f.attrs), f.attrs['format'].decode(), f['written_by'].attrs['instruction_set'].decode())
            print(f['parameters/block/linear2/weight'][...].tolist(), f['parameters/linear1/bias'].dtype)
            """, path("a.h5"))
        XCTAssertEqual(
            output,
            """
            data
            data/class_names
            data/feature_names
            data/mean
            data/standard_deviation
            data/target_names
            data/transformed_offset
            data/transformed_scale
            optimizer
            optimizer/firstMoment
            optimizer/firstMoment/block
            optimizer/firstMoment/block/linear2
            optimizer/firstMoment/block/linear2/weight
            optimizer/firstMoment/linear1
            optimizer/firstMoment/linear1/bias
            optimizer/firstMoment/linear1/weight
            optimizer/secondMoment
            optimizer/secondMoment/block
            optimizer/secondMoment/block/linear2
            optimizer/secondMoment/block/linear2/weight
            optimizer/secondMoment/linear1
            optimizer/secondMoment/linear1/bias
            optimizer/secondMoment/linear1/weight
            parameters
            parameters/block
            parameters/block/linear2
            parameters/block/linear2/weight
            parameters/linear1
            parameters/linear1/bias
            parameters/linear1/weight
            run
            state
            written_by
            ['linear1/weight', 'linear1/bias', 'block/linear2/weight']
            {'best_epoch': 2, 'best_metric': 0.125, 'epoch': 3, 'epoch_correct': 400, 'epoch_loss': 0.30000000000000004, \
            'epoch_weight': 384.5, 'epochs_without_improvement': 1, 'samples_into_epoch': 512, 'step': 1234}
            ['batch_size', 'configuration', 'dataset_digest', 'input_shape', 'network_digest', 'seed', \
            'shards'] 18446744073709551615 [1, 28, 28]
            network:
              - linear: 4  # größe
             größe
            {'inputs': b'uint8', 'target_count': 3, 'targets': b'classes'} [0.1] float64
            ['digest', 'format', 'format_version'] lockstep-checkpoint avx2
            [[1234.0, 1233.0], [1232.0, 1231.0], [1230.0, 1229.0], [1228.0, 1227.0]] float32
            """)
    }

    func testAParameterIsReadAlone() throws {
        try Checkpoint.sample().write(to: path("a.h5"))
        XCTAssertEqual(
            try Checkpoint.parameterNames(in: path("a.h5")), ["linear1/weight", "linear1/bias", "block/linear2/weight"])
        let tensor = try Checkpoint.readParameter("block/linear2/weight", in: path("a.h5"))
        XCTAssertEqual(tensor.shape, [4, 2])
        XCTAssertEqual(tensor.values, Checkpoint.sample().parameters[2].values)
        assertRefuses(.missingTensor, "parameters/linear9/weight is missing") {
            try Checkpoint.readParameter("linear9/weight", in: path("a.h5"))
        }
    }

    func testTheFingerprintIsOfNamesShapesAndBits() {
        let sample = Checkpoint.sample()
        var other = sample
        other.progress.step += 1
        other.writtenBy.workers = 7
        other.optimizerState = [:]
        XCTAssertEqual(sample.fingerprint, other.fingerprint)
        XCTAssertEqual(sample.fingerprint.count, 16)

        let changes: [(inout Checkpoint) -> Void] = [
            { $0.parameters[0].values[5] = $0.parameters[0].values[5].nextUp },
            { $0.parameters[1].values[0] = -0.0 },
            { $0.parameters[0].shape = [4, 3] },
            { $0.parameters[0].name = "linear1/weights" },
            { $0.parameters.swapAt(0, 1) },
            { _ = $0.parameters.removeLast() },
        ]
        for (index, change) in changes.enumerated() {
            var changed = sample
            change(&changed)
            XCTAssertNotEqual(sample.fingerprint, changed.fingerprint, "change \(index)")
        }
    }

    func testAMissingFileAndOtherFilesAreNamed() throws {
        assertRefuses(.notFound, path("none.h5"), "no such checkpoint") { try Checkpoint.read(path("none.h5")) }
        try Data("text".utf8).write(to: URL(fileURLWithPath: path("text")))
        assertRefuses(.notACheckpoint, "found no HDF5 file") { try Checkpoint.read(path("text")) }
        try withNewFile(path("data.h5")) { try $0.root.write("x_train", [1]) }
        assertRefuses(.notACheckpoint, "found an HDF5 file of something else") { try Checkpoint.read(path("data.h5")) }
    }

    func testOlderAndNewerFormatsAreRefused() throws {
        try Checkpoint.sample().write(to: path("a.h5"))
        for version in [1, 4] {
            try edit("f.attrs['format_version'] = \(version)")
            assertRefuses(.unsupportedVersion, "format 2 to 3, found \(version)") { try Checkpoint.read(path("a.h5")) }
        }
    }

    func testAMissingTensorIsNamed() throws {
        try Checkpoint.sample().write(to: path("a.h5"))
        try edit("del f['parameters/linear1/bias']")
        assertRefuses(.missingTensor, "parameters/linear1/bias") { try Checkpoint.read(path("a.h5")) }
    }

    func testAMissingParameterOfAMomentIsNamed() throws {
        try Checkpoint.sample().write(to: path("a.h5"))
        try edit(
            "g = f['parameters']; names = g.attrs['tensors'][:2]; del g.attrs['tensors']; g.attrs['tensors'] = names")
        assertRefuses(.missingTensor, "firstMoment/block/linear2/weight") { try Checkpoint.read(path("a.h5")) }
    }

    func testAWrongShapeIsNamedWithBoth() throws {
        try Checkpoint.sample().write(to: path("a.h5"))
        try edit(
            """
            d = f['optimizer/firstMoment/linear1/weight']; x, digest = d[...], d.attrs['xxh64']
            del f['optimizer/firstMoment/linear1/weight']
            f['optimizer/firstMoment/linear1/weight'] = x.reshape(4, 3)
            f['optimizer/firstMoment/linear1/weight'].attrs['xxh64'] = digest
            """)
        assertRefuses(.wrongShape, "firstMoment/linear1/weight", "[3, 4]", "[4, 3]") {
            try Checkpoint.read(path("a.h5"))
        }
    }

    func testAnEditedValueIsNoticed() throws {
        let edits: [(String, String)] = [
            ("f['parameters/linear1/weight'][1, 1] += 1", "parameters/linear1/weight is damaged"),
            ("f['state'].attrs['step'] = 5", "digest"),
            ("del f['run'].attrs['seed']", "seed of /run is missing"),
            ("del f['optimizer/firstMoment']", "digest"),
            ("del f['state']", "/state"),
            (
                "x = f['parameters/linear1/bias'][...]; del f['parameters/linear1/bias']; "
                    + "f['parameters/linear1/bias'] = x.astype('f8')", "expected float32, found float64"
            ),
        ]
        for (index, (script, words)) in edits.enumerated() {
            let name = path("\(index).h5")
            try Checkpoint.sample().write(to: name)
            try edit(script, name)
            assertRefuses(.damaged, name, words) { try Checkpoint.read(name) }
        }
    }

    /// Changes a checkpoint with h5py.
    private func edit(_ script: String, _ name: String? = nil) throws {
        try python("f = h5py.File(sys.argv[1], 'r+', libver='v110')\n" + script, name ?? path("a.h5"))
    }
}
