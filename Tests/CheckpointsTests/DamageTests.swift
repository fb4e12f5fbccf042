import Checkpoints
import Foundation
import TestSupport
import XCTest

/// A damaged checkpoint is refused, or reads as what was written; it never crashes the reader or reads as something
/// else.
final class DamageTests: HDF5TestCase {
    private func written() throws -> [UInt8] {
        try Checkpoint.sample().write(to: path("whole.h5"))
        return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path("whole.h5"))))
    }

    /// Reads `bytes` as a checkpoint; true if they were refused. Fails the test if other content is read.
    private func isRefused(_ bytes: [UInt8], _ what: @autoclosure () -> String) throws -> Bool {
        let name = path("damaged.h5")
        try Data(bytes).write(to: URL(fileURLWithPath: name))
        do {
            assertEqual(try Checkpoint.read(name), .sample())
            return false
        } catch let error as CheckpointError {
            XCTAssertTrue(error.description.hasPrefix(name), "\(what()): \(error)")
            return true
        }
    }

    func testAFlippedBitIsRefusedOrHarmless() throws {
        let whole = try written()
        // A prime number of samples walks over all bytes and all bits; every one of them with LOCKSTEP_ALL_FLIPS=1.
        let all = ProcessInfo.processInfo.environment["LOCKSTEP_ALL_FLIPS"] != nil
        let flips = all ? Array(0..<whole.count * 8) : (0..<1009).map { $0 * 7919 % (whole.count * 8) }
        var refused = 0
        for flip in flips {
            var bytes = whole
            bytes[flip / 8] ^= 1 << UInt8(flip % 8)
            refused += try isRefused(bytes, "bit \(flip % 8) of byte \(flip / 8)") ? 1 : 0
        }
        print("\(refused) of \(flips.count) flips were refused, the others were harmless")
        XCTAssertGreaterThan(refused, flips.count / 2)
    }

    func testAFlippedBitInATensorNamesIt() throws {
        var bytes = try written()
        let values = Checkpoint.sample().parameters[2].values.withUnsafeBytes { Data($0) }
        let place = try XCTUnwrap(Data(bytes).firstRange(of: values)).lowerBound
        bytes[place] ^= 1
        try Data(bytes).write(to: URL(fileURLWithPath: path("damaged.h5")))
        assertRefuses(.damaged, "parameters/block/linear2/weight is damaged") {
            try Checkpoint.read(path("damaged.h5"))
        }
        assertRefuses(.damaged, "parameters/block/linear2/weight is damaged") {
            try Checkpoint.readParameter("block/linear2/weight", in: path("damaged.h5"))
        }
        XCTAssertNoThrow(try Checkpoint.readParameter("linear1/weight", in: path("damaged.h5")))
    }

    func testEveryTruncationIsRefused() throws {
        let whole = try written()
        for length in Array(stride(from: 0, to: whole.count, by: 37)) + [whole.count - 1] {
            XCTAssertTrue(try isRefused(Array(whole[..<length]), "cut to \(length)"), "cut to \(length)")
        }
        try Data(whole.dropLast(1)).write(to: URL(fileURLWithPath: path("cut.h5")))
        assertRefuses(.truncated, "truncated") { try Checkpoint.read(path("cut.h5")) }
    }

    func testBlocksOfZerosAreRefusedOrHarmless() throws {
        let whole = try written()
        for start in stride(from: 0, to: whole.count, by: 256) {
            var bytes = whole
            for index in start..<min(start + 512, whole.count) { bytes[index] = 0 }
            _ = try isRefused(bytes, "zeros from \(start)")
        }
    }

    func testBytesAfterTheEndAreHarmless() throws {
        XCTAssertFalse(try isRefused(try written() + [1, 2, 3], "three bytes more"))
    }

    // MARK: Right digests of wrong contents

    /// Writes a checkpoint, and changes it by a line of Python.
    private func made(
        _ name: String, _ checkpoint: Checkpoint = .sample(), by change: String
    ) throws -> String {
        try checkpoint.write(to: path(name))
        try python("with h5py.File(sys.argv[1], 'r+') as f: \(change)", path(name))
        return path(name)
    }

    func testProgressThatNoRunCanReachIsRefusedByItsName() throws {
        let wrong = [
            ("step", -5), ("step", .max), ("epoch", -1), ("epoch", .max), ("samples_into_epoch", -1),
            ("samples_into_epoch", .max), ("epoch_correct", 513), ("epoch_correct", -1),
            ("epochs_without_improvement", -1), ("epochs_without_improvement", .max),
            ("epochs_without_improvement", 4), ("best_epoch", 4), ("best_epoch", 0), ("best_epoch", .min),
            ("best_epoch", .max), ("average_start", -1), ("average_start", 1235),
        ]
        for (field, value) in wrong {
            let name = try made("\(field)\(value).h5", by: "f['state'].attrs['\(field)'] = np.int64(\(value))")
            assertRefuses(
                .damaged, "the attribute \(field) of /state is \(value), expected \(field == "best_epoch" ? 1 : 0) to "
            ) {
                try Checkpoint.read(name)
            }
            let problems = try Checkpoint.examine(name).problems
            XCTAssertTrue("\(problems)".contains("attribute \(field) of /state"), "\(problems)")
        }
    }

    func testATensorThatIsListedTwiceIsRefused() throws {
        let name = try made(
            "twice.h5",
            by: "a = f['parameters'].attrs; a['tensors'] = np.array(list(a['tensors']) + [a['tensors'][0]])")
        assertRefuses(.damaged, "/parameters lists the tensor linear1/weight twice") { try Checkpoint.read(name) }
    }

    func testTensorsThatAreNotStoredTakeNoMemory() throws {
        let storages = [
            "shape=(4, 1 << 40), dtype='f4'", "shape=(4, 1 << 20), dtype='f4', chunks=(1, 1 << 20)",
            "data=np.zeros((64, 64), 'f4'), compression=4",
        ]
        for (number, storage) in storages.enumerated() {
            let name = try made(
                "unstored\(number).h5",
                by: "del f['parameters/linear1/bias']; f.create_dataset('parameters/linear1/bias', \(storage))")
            assertRefuses(.damaged, "parameters/linear1/bias", "values in one run of bytes") {
                try Checkpoint.read(name)
            }
        }
    }

    func testTensorsThatShareTheirValuesTakeNoMoreThanTheFile() throws {
        var checkpoint = Checkpoint.sample()
        let count = 1 << 14
        checkpoint.parameters = [.init(name: "a", shape: [count], values: [Float](repeating: 1, count: count))]
        checkpoint.optimizerState = [:]
        let name = try made(
            "shared.h5", checkpoint,
            by: "p = f['parameters']; p['b'] = p['a']; p.attrs['tensors'] = np.array([b'a', b'b'])")
        assertRefuses(.damaged, "its tensors together are larger than the file") { try Checkpoint.read(name) }
    }

    func testATensorWithoutElementsIsReadBack() throws {
        var checkpoint = Checkpoint.sample()
        let empty = Checkpoint.Tensor(name: "linear1/empty", shape: [0, 4], values: [])
        checkpoint.parameters.append(empty)
        try checkpoint.write(to: path("empty.h5"))
        assertEqual(try Checkpoint.read(path("empty.h5")), checkpoint)
    }
}
