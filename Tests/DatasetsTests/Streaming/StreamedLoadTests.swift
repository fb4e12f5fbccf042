import Foundation
import HDF5
import Kernels
import TestSupport
import XCTest

@testable import Datasets

/// Data sets that do not fit in the memory for data are the same data sets.
final class StreamedLoadTests: HDF5TestCase {
    override func setUpWithError() throws {
        try super.setUpWithError()
        try python(
            """
            r = np.random.RandomState(1)
            x = r.randint(0, 256, (3000, 6, 5)).astype('u1'); y = r.randint(0, 4, 3000)
            def write(name, x, **options):
                with h5py.File(sys.argv[1] + '/' + name + '.h5', 'w') as f:
                    f.create_dataset('x_train', data=x, **options); f['y_train'] = y
                    f.create_dataset('x_test', data=x[:90], **options); f['y_test'] = y[:90]
            z = {'compression': 4}
            for kind, data in [('bytes', x), ('floats', (x / 7).astype('f4'))]:
                write(kind + '-contiguous', data)
                write(kind + '-chunked', data, chunks=(8, 6, 5))
                write(kind + '-gzip', data, chunks=(16, 6, 5), **z)
                write(kind + '-all', data, chunks=(13, 6, 5), shuffle=True, fletcher32=True, **z)
                write(kind + '-pieces', data, chunks=(50, 2, 3), **z)
            write('floats-big', (x / 7).astype('>f4'))
            write('floats-wide', (x / 7).astype('f4').astype('f8'), chunks=(10, 6, 5), shuffle=True, **z)
            """, directory)
    }

    private static let stored = [
        "bytes": ["contiguous", "chunked", "gzip", "all", "pieces"],
        "floats": ["contiguous", "chunked", "gzip", "all", "pieces", "big", "wide"],
    ]

    private func load(
        _ name: String, memory: Int?, threads: Int = 2, use: DataUse = .inFileOrder, fraction: Double? = nil,
        normalization: NormalizationChoice = .stored
    ) throws -> Dataset {
        try Dataset.load(
            DatasetDescription(path: path(name + ".h5"), validationFraction: fraction, normalization: normalization),
            loading: LoadingOptions(memory: memory, threads: threads), use: use)
    }

    /// All inputs of a split as they reach batches of an epoch.
    private func epoch(
        _ table: SampleTable, _ shuffle: Shuffle, batch: Int = 32, epoch: Int = 1
    ) throws -> [Float] {
        let kernels = availableKernels()[0]
        let reader = try SampleReader(table, shuffle: shuffle, seed: 3, batchSize: batch)
        let order = SampleOrder(count: table.count, seed: 3, epoch: epoch, shuffle: shuffle)
        var all: [Float] = []
        for first in stride(from: 0, to: table.count, by: batch) {
            let positions = first..<min(first + batch, table.count)
            try reader.acquire(positions, of: order)
            var locations = [Int32](repeating: -1, count: positions.count)
            reader.locate(positions, of: order, to: &locations, kernels: kernels)
            var inputs = [Float](repeating: .nan, count: positions.count * table.features)
            reader.gather(locations, count: positions.count, into: &inputs, kernels: kernels)
            all += inputs
        }
        return all
    }

    func testDigestAndSamplesAreTheSameInMemoryMappedAndStreamed() throws {
        let blocks = Shuffle.blocks(block: 16, window: 64)
        for (kind, names) in Self.stored {
            let whole = try load("\(kind)-contiguous", memory: nil)
            for name in names {
                for (memory, threads) in [(nil, 3), (60_000, 1), (85_000, 5)] {
                    for shuffle in [blocks, .none] {
                        let use = DataUse.training(shuffle: shuffle, batchSize: 32)
                        // Float32 takes four times as much. 25,000 are for labels of 64 bits.
                        let budget = memory.map { (kind == "bytes" ? $0 : 4 * $0) + 25_000 }
                        let dataset = try load("\(kind)-\(name)", memory: budget, threads: threads, use: use)
                        XCTAssertEqual(dataset.digest, whole.digest, "\(kind) \(name)")
                        let train = dataset[.train]!
                        XCTAssertEqual(train.isStreamed, memory != nil && name != "contiguous", "\(kind) \(name)")
                        XCTAssertEqual(train.isMapped, memory != nil && name == "contiguous", "\(kind) \(name)")
                        XCTAssertEqual(
                            try epoch(train, shuffle), try epoch(whole[.train]!, shuffle), "\(kind) \(name)")
                    }
                }
            }
        }
    }

    func testACutValidationSplitIsTheSameWhenStreamed() throws {
        let shuffle = Shuffle.blocks(block: 16, window: 64)
        let use = DataUse.training(shuffle: shuffle, batchSize: 32)
        let whole = try load("bytes-gzip", memory: nil, fraction: 0.1)
        let streamed = try load("bytes-gzip", memory: 120_000, use: use, fraction: 0.1)
        XCTAssertTrue(streamed[.train]!.isStreamed)
        XCTAssertEqual(streamed.digest, whole.digest)
        XCTAssertEqual(streamed.splits.map { streamed[$0]!.count }, [2700, 300, 90])
        XCTAssertEqual(try epoch(streamed[.train]!, shuffle), try epoch(whole[.train]!, shuffle))
        XCTAssertEqual(try epoch(streamed[.validation]!, .none), try epoch(whole[.validation]!, .none))
    }

    func testStatisticsAreTheSameToTheLastBitWhenStreamed() throws {
        for fraction in [nil, 0.1] {
            let use = DataUse.training(shuffle: .none, batchSize: 8)
            let whole = try load("floats-gzip", memory: nil, fraction: fraction, normalization: .standardize)
            let streamed = try load(
                "floats-gzip", memory: 240_000, use: use, fraction: fraction, normalization: .standardize)
            XCTAssertTrue(streamed[.train]!.isStreamed)
            XCTAssertEqual(streamed[.train]!.normalization.scale, whole[.train]!.normalization.scale)
            XCTAssertEqual(streamed[.train]!.normalization.offset, whole[.train]!.normalization.offset)
            XCTAssertEqual(streamed.digest, whole.digest)
        }
    }

    func testAFullShuffleOfWhatDoesNotFitSaysWhatToDo() throws {
        assertRefused(.invalidOption, "x_train", "--data-memory", "shuffle: {block: 256, window: 16384}", "127KiB") {
            try load("bytes-gzip", memory: 10_000, use: .training(shuffle: .full, batchSize: 32))
        }
    }

    func testTooLittleMemoryNamesTheLeastThatWorks() throws {
        let use = DataUse.training(shuffle: .blocks(block: 16, window: 128), batchSize: 32)
        do {
            _ = try load("bytes-gzip", memory: 5_000, use: use)
            XCTFail("no error")
        } catch let error as DatasetError {
            let least = try XCTUnwrap(error.expected?.firstMatch(of: /at least (\d+KiB)/)?.output.1)
            let memory = try XCTUnwrap(DataMemory.bytes(String(least)))
            let dataset = try load("bytes-gzip", memory: memory, use: use)
            XCTAssertTrue(dataset[.train]!.isStreamed)
            XCTAssertThrowsError(try load("bytes-gzip", memory: memory - 1024, use: use))
        }
    }

    /// What a data set needs at the least, as it says itself.
    private func leastMemory(_ name: String, threads: Int, _ use: DataUse, fraction: Double? = nil) throws -> Int {
        do {
            _ = try load(name, memory: 5_000, threads: threads, use: use, fraction: fraction)
        } catch let error as DatasetError {
            let least = try XCTUnwrap(error.expected?.firstMatch(of: /at least (\d+KiB)/)?.output.1)
            return try XCTUnwrap(DataMemory.bytes(String(least)))
        }
        return 0
    }

    func testThreadsThatEvaluateWhileOthersTrainAreCounted() throws {
        try python(
            """
            for name in ['alone', 'both']:
                with h5py.File(sys.argv[1] + '/' + name + '.h5', 'w') as f:
                    f.create_dataset('x_train', data=np.zeros((4000, 20), 'u1'), chunks=(16, 20), compression=1)
                    f['y_train'] = np.zeros(4000, 'f4')
                    if name == 'both':
                        f.create_dataset('x_validation', data=np.zeros((90, 20), 'u1'), chunks=(80, 20), compression=1)
                        f['y_validation'] = np.zeros(90, 'f4')
            """, directory)
        let use = DataUse.training(shuffle: .none, batchSize: 16)
        let threads = 20
        let difference = try leastMemory("both", threads: threads, use) - leastMemory("alone", threads: threads, use)
        // A chunk of 1,600 bytes as it is stored, inflated and converted, and a strip of 80 rows.
        XCTAssertGreaterThan(difference, threads * 4 * 1600)
    }

    func testRowsOfACutSplitAreCounted() throws {
        let use = DataUse.training(shuffle: .none, batchSize: 16)
        let difference =
            try leastMemory("bytes-gzip", threads: 1, use, fraction: 0.1) - leastMemory("bytes-gzip", threads: 1, use)
        XCTAssertGreaterThanOrEqual(difference, 8 * 3000 - 1024)
    }

    func testAnInfinityInTheMiddleIsNamedWithItsRow() throws {
        try python(
            """
            with h5py.File(sys.argv[1], 'w') as f:
                x = np.zeros((500, 40), 'f4'); x[333, 7] = np.inf
                f.create_dataset('x_train', data=x, chunks=(20, 40), compression=1); f['y_train'] = np.zeros(500, 'i4')
            """, path("infinite.h5"))
        for memory in [nil, 65_000] {
            assertRefused(.notFinite, "x_train", "row 333, column 7") { try load("infinite", memory: memory) }
        }
    }

    func testAFileThatIsWrittenToWhileItIsStreamedIsNoticed() throws {
        for name in ["bytes-gzip", "bytes-contiguous"] {
            let use = DataUse.training(shuffle: .none, batchSize: 8)
            let table = try load(name, memory: 60_000, use: use)[.train]!
            _ = try epoch(table, .none)
            let handle = try XCTUnwrap(FileHandle(forWritingAtPath: path(name + ".h5")))
            try handle.seekToEnd()
            try handle.write(contentsOf: Data([0]))
            try handle.close()
            assertRefused(.unreadable, "\(name).h5", "written to while it was in use") { try epoch(table, .none) }
        }
    }

    func testSizesAreReadStrictly() {
        XCTAssertEqual(DataMemory.bytes("512MiB"), 512 << 20)
        XCTAssertEqual(DataMemory.bytes("3GiB"), 3 << 30)
        XCTAssertEqual(DataMemory.bytes("7KiB"), 7168)
        XCTAssertEqual(DataMemory.bytes("12345"), 12345)
        for text in ["", "0", "-1", "1.5GiB", "512MB", "512 MiB", "MiB", "+5", "9999999999GiB", "٣", "1TiBKiB"] {
            XCTAssertNil(DataMemory.bytes(text), text)
        }
    }

    func testNumbersThatAGroupHasNoRoomForAreRefused() {
        XCTAssertGreaterThan(DataMemory.mostNumbers, 0)
        XCTAssertNoThrow(try DataMemory.require(32 << 20, within: 32 << 20, file: "a.csv"))
        assertRefused(.unsupported, "a.csv: x", "fit in 32MiB of memory", "found 33MiB", "control group") {
            try DataMemory.require(33 << 20, within: 32 << 20, file: "a.csv", object: "x")
        }
    }

    func testMemoryForDataThatTargetsAloneExceedIsRefused() {
        // Labels of 3,000 and of 90 rows, of 8 bytes in the file and 4 in memory.
        assertRefused(.invalidOption, "y_train", "at least 37KiB", "found 30 bytes", "Raise --data-memory") {
            try load("bytes-contiguous", memory: 30)
        }
    }
}
