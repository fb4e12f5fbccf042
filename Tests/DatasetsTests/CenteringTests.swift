import Foundation
import HDF5
import Kernels
import TestSupport
import XCTest

@testable import Datasets

/// Large numbers keep what tells them apart: they are centered before they are rounded.
final class CenteringTests: HDF5TestCase {
    /// Writes a file by some lines of Python, in which `t` is 1,700,000,000 + i for a thousand i in an order of their
    /// own.
    private func write(_ script: String, to name: String = "a.h5") throws {
        try python(
            """
            r = np.random.default_rng(1)
            t = 1_700_000_000 + r.permutation(1000)
            with h5py.File(sys.argv[1], 'w') as f:
                f['y_train'] = np.zeros(1000)
            \(script.split(separator: "\n").map { "    " + $0 }.joined(separator: "\n"))
            """, path(name))
    }

    private func load(
        _ normalization: NormalizationChoice, _ name: String = "a.h5", memory: Int? = nil, fraction: Double? = nil,
        use: DataUse = .inFileOrder
    ) throws -> Dataset {
        try Dataset.load(
            DatasetDescription(path: path(name), validationFraction: fraction, normalization: normalization),
            loading: LoadingOptions(memory: memory, threads: 2), use: use)
    }

    /// All inputs of a split as they reach batches, in the order of the file, by every instruction set.
    private func batches(_ table: SampleTable) throws -> [Float] {
        let all: [[Float]] = try availableKernels().map { kernels in
            let reader = try SampleReader(inFileOrder: table)
            let order = SampleOrder(count: table.count, seed: 0, epoch: 0, shuffle: .none)
            var all: [Float] = []
            for first in stride(from: 0, to: table.count, by: 37) {
                let positions = first..<min(first + 37, table.count)
                try reader.acquire(positions, of: order)
                var locations = [Int32](repeating: -1, count: positions.count)
                reader.locate(positions, of: order, to: &locations, kernels: kernels)
                var inputs = [Float](repeating: .nan, count: positions.count * table.features)
                reader.gather(locations, count: positions.count, into: &inputs, kernels: kernels)
                all += inputs
            }
            return all
        }
        for other in all.dropFirst() { XCTAssertEqual(other.map(\.bitPattern), all[0].map(\.bitPattern)) }
        return all[0]
    }

    /// What NumPy makes of an expression over the file, in Double.
    private func expected(_ expression: String, _ name: String = "a.h5") throws -> [Double] {
        let text = try python(
            """
            with h5py.File(sys.argv[1], 'r') as f: x = f['x_train'][...].astype('f8')
            def standard(x):
                d = x.std(0); return (x - x.mean(0)) / np.where(d > 0, d, 1)
            print(*[repr(float(v)) for v in np.ravel(\(expression))])
            """, path(name))
        return text.split { $0 == " " || $0 == "\n" }.map { Double($0)! }
    }

    private func assertClose(
        _ found: [Float], _ expected: [Double], within tolerance: Double = 4e-6, _ message: String = "",
        line: UInt = #line
    ) {
        XCTAssertEqual(found.count, expected.count, message, line: line)
        let worst = zip(found, expected).map { abs(Double($0) - $1) / max(1, abs($1)) }.max() ?? 0
        XCTAssertLessThanOrEqual(worst, tolerance, message, line: line)
    }

    // MARK: Types and layouts

    func testTimesKeepTheirThousandValuesInEveryTypeAndLayoutInMemoryAndStreamed() throws {
        let right = try python(
            """
            r = np.random.default_rng(1)
            t = 1_700_000_000 + r.permutation(1000); x = np.stack([t, r.integers(0, 9, 1000), t // 3], 1)
            layouts = {'contiguous': {}, 'gzip': dict(chunks=(16, 3), compression=1), 'pieces': dict(chunks=(25, 2)),
                'growing': dict(chunks=(1, 3), maxshape=(None, 3), shuffle=True, compression=1)}
            def write(type, layout):
                with h5py.File(sys.argv[1] + '/%s %s.h5' % (type, layout), 'w') as f:
                    f.create_dataset('x_train', data=x.astype(type), **layouts[layout]); f['y_train'] = np.zeros(1000, 'f4')
            for type in ['<f8', '>f8', '<i8', '>i8', 'u8', 'i4', '>u4']: write(type, 'contiguous')
            for layout in layouts: write('<f8', layout); write('>i8', layout)
            print(*[repr(float(v)) for v in np.ravel((x - x.mean(0)) / x.std(0))])
            """, directory
        ).split { $0 == " " || $0 == "\n" }.map { Double($0)! }
        let names = try FileManager.default.contentsOfDirectory(atPath: directory).filter { $0.hasSuffix(".h5") }
        XCTAssertEqual(names.count, 13)
        var all: Set<[UInt32]> = []
        var digests: Set<String> = []
        for name in names {
            // 4,000 bytes for targets; inputs as Float32 take 12,000.
            for memory in [nil, 15_000] {
                let dataset = try load(.standardize, name, memory: memory)
                XCTAssertEqual(dataset[.train]!.isStreamed, memory != nil)
                let found = try batches(dataset[.train]!)
                assertClose(found, right, name)
                for column in [0, 2] {
                    let values = Set((0..<1000).map { found[3 * $0 + column] })
                    XCTAssertEqual(values.count, column == 0 ? 1000 : 334, name)
                }
                all.insert(found.map(\.bitPattern))
                digests.insert(dataset.digest)
            }
        }
        XCTAssertEqual(all.count, 1)
        XCTAssertEqual(digests.count, 1)
    }

    func testWholeNumbersThatFloat32HoldsHaveMeanZeroToo() throws {
        for type in ["i8", "f4"] {
            try write("f['x_train'] = (16_000_000 + r.integers(-10, 11, (1000, 20))).astype('\(type)')")
            let found = try batches(load(.standardize)[.train]!)
            assertClose(found, try expected("standard(x)"), type)
            for column in 0..<20 {
                let mean = (0..<1000).reduce(0) { $0 + Double(found[20 * $1 + column]) } / 1000
                XCTAssertEqual(mean, 0, accuracy: 1e-6, type)
            }
        }
    }

    func testTheSameNumbersInEveryTypeAreTheSameDataSet() throws {
        var digests: Set<String> = []
        var found: Set<[UInt32]> = []
        for type in ["i8", "f8", "f4", ">f4"] {
            try write("f['x_train'] = (16_000_000 + r.integers(-10, 11, (1000, 3))).astype('\(type)')")
            // 12,000 bytes of inputs: mapped if they are Float32, else streamed.
            for memory in [nil, 15_000] {
                let dataset = try load(.standardize, memory: memory)
                digests.insert(dataset.digest)
                found.insert(try batches(dataset[.train]!).map(\.bitPattern))
            }
        }
        XCTAssertEqual(digests.count, 1)
        XCTAssertEqual(found.count, 1)
    }

    func testNumbersThatFloat32DoesNotTellApartAreDifferentDataSets() throws {
        let digests = try [0, 1].map { shift in
            try write("f['x_train'] = (t + \(shift) * (t == 1_700_000_003)).reshape(-1, 1)")
            return try load(.values(NormalizationValues(mean: [1.7e9], standardDeviation: [300]))).digest
        }
        XCTAssertNotEqual(digests[0], digests[1])
    }

    // MARK: Where a mean comes from

    func testStoredAndConfiguredMeansAndOffsetsCenterAlike() throws {
        try write(
            """
            f['x_train'] = np.stack([t, t % 7], 1).astype('f8')
            f['x_train'].attrs['mean'] = f['x_train'][...].mean(0)
            f['x_train'].attrs['standard_deviation'] = f['x_train'][...].std(0)
            """)
        let right = try expected("standard(x)")
        let stored = try load(.stored)[.train]!
        assertClose(try batches(stored), right)
        let values = stored.normalization.values(inputShape: [2])
        XCTAssertEqual(values.mean?.count, 2)
        // As numbers it is the same to the last bit: that is how checkpoints have it.
        let again = try load(.values(values))[.train]!
        XCTAssertEqual(try batches(again).map(\.bitPattern), try batches(stored).map(\.bitPattern))
        XCTAssertEqual(again.digest, stored.digest)
        let (mean, deviation) = (values.mean!, values.standardDeviation!)
        let affine = NormalizationValues(
            scale: deviation.map { 1 / $0 }, offset: zip(mean, deviation).map { -$0 / $1 })
        assertClose(try batches(load(.values(affine))[.train]!), right, within: 1e-5)
    }

    func testAPartOfTheRowsIsCenteredByItsOwnMean() throws {
        try write("f.create_dataset('x_train', data=t.reshape(-1, 1), chunks=(50, 1))")
        for memory in [nil, 40_000] {
            let dataset = try load(.standardize, memory: memory, fraction: 0.25)
            let train = try batches(dataset[.train]!)
            XCTAssertEqual(train.count, 750)
            XCTAssertEqual(train.reduce(0) { $0 + Double($1) } / 750, 0, accuracy: 1e-6)
            XCTAssertEqual(train.reduce(0) { $0 + Double($1 * $1) } / 750, 1, accuracy: 1e-5)
            XCTAssertEqual(Set(train + (try batches(dataset[.validation]!))).count, 1000)
        }
    }

    func testChannelsAreCenteredTogether() throws {
        try write("f['x_train'] = np.stack([t, t + 5000, t // 2, t // 2], 1).reshape(1000, 2, 1, 2).astype('i8')")
        let right = try expected(
            "(x - x.mean((0, 1, 2))) / x.std((0, 1, 2))")
        assertClose(try batches(load(.standardizeChannels)[.train]!), right, within: 1e-5)
    }

    func testBytesAndHalvesNearlyConstantAreCentered() throws {
        for type in ["u1", "f2"] {
            try write("f['x_train'] = (250 + (np.arange(3000) % 1000 == 0)).reshape(1000, 3).astype('\(type)')")
            assertClose(try batches(load(.standardize)[.train]!), try expected("standard(x)"), type)
        }
    }

    func testWhatNeverChangesBecomesZero() throws {
        try write("f['x_train'] = np.full((1000, 3), [0.1, 1e9 + 0.1, 1e-3])")
        XCTAssertEqual(Set(try batches(load(.standardize)[.train]!)), [0])
        try write("f['x_train'] = np.full((1000, 7, 7, 3), [7, 200, 1], 'u1')")
        XCTAssertEqual(Set(try batches(load(.standardizeChannels)[.train]!)), [0])
        try write("f['x_train'] = np.full((1000, 7, 7, 3), [0.1, 1e9 + 0.1, 1e-3])")
        XCTAssertEqual(Set(try batches(load(.standardizeChannels)[.train]!)), [0])
    }

    // MARK: What is lost

    func testWhatIsNotCenteredAndIsLostIsSaidOnce() throws {
        for type in ["f8", "i8", "i4", ">u8"] {
            try write(
                """
                f['x_train'] = np.stack([t % 7, t, t - 5], 1).astype('\(type)'); f['x_test'] = f['x_train'][:500]
                f['y_test'] = np.zeros(500); f['x_train'].attrs['feature_names'] = ['day', 'time', 'before']
                """)
            let note =
                "\(path("a.h5")): x_train: 'time', and 1 more, has numbers that Float32 does not tell apart, 1700000000 ... "
                + "1700000999, where Float32 has steps of 128, and they are not centered before they are rounded "
                + "(normalization: standardize does that)"
            for normalization in [NormalizationChoice.identity, .stored, .values(NormalizationValues(scale: [0.1]))] {
                XCTAssertEqual(try load(normalization).notes, [note], type)
            }
            XCTAssertEqual(try load(.identity, memory: 25_000).notes, [note], type)
            XCTAssertEqual(try load(.standardize).notes, [])
            let partly = NormalizationValues(mean: [0, 1.7e9, 0], standardDeviation: [1, 300, 1])
            XCTAssertTrue(try load(.values(partly)).notes.contains { $0.contains("'before' has numbers") })
        }
    }

    /// Targets are trained on as Float32. Whoever stores them less their mean, and says so, gets them back whole.
    func testTargetsThatAreLostAreSaid() throws {
        for (targets, words) in [
            ("t.astype('f8')", "y_train: target with 1700000000 ... 1700000999, where Float32 has steps of 128"),
            ("np.stack([np.arange(1000), t], 1)", "y_train: target 1 with 1700000000 ... 1700000999"),
        ] {
            try write("del f['y_train']\nf['y_train'] = \(targets)\nf['x_train'] = np.zeros((1000, 2), 'f4')")
            let notes = try Dataset.load(.file(path("a.h5")), reading: .values).notes
            XCTAssertEqual(notes.filter { $0.contains(words) && $0.contains("transformed_mean") }.count, 1, "\(notes)")
        }
        for targets in ["t - t.mean()", "np.arange(1000) * 1e9", "np.full(1000, 0.1)"] {
            try write("del f['y_train']\nf['y_train'] = \(targets)\nf['x_train'] = np.zeros((1000, 2), 'f4')")
            let notes = try Dataset.load(.file(path("a.h5")), reading: .values).notes
            XCTAssertEqual(notes.filter { $0.contains("steps of") }, [], targets)
        }
    }

    func testNothingIsSaidOfWhatFloat32HoldsWellEnough() throws {
        for x in [
            "r.normal(size=(1000, 3))", "285 + r.random((1000, 3)) * 30", "np.full((1000, 3), 1e9 + 0.1)",
            "np.stack([t, t], 1).astype('f4')", "np.zeros((1000, 2))", "16_000_000 + r.integers(0, 9, (1000, 3))",
        ] {
            try write("f['x_train'] = \(x)")
            XCTAssertEqual(try load(.identity).notes, [], x)
        }
    }

    // MARK: What stays

    func testFeaturesNearZeroKeepTheirBits() throws {
        try write("f['x_train'] = (r.normal(2, 1, (1000, 3)) * [1, 100, 1e-3]).astype('f8')")
        let table = try load(.standardize)[.train]!
        XCTAssertNil(table.normalization.centering)
        let rounded = try python(
            """
            with h5py.File(sys.argv[1], 'r') as f: x = f['x_train'][...].astype('f4').astype('f8')
            m = np.add.accumulate(x, 0)[-1] / 1000; d = np.sqrt(np.add.accumulate((x - m) ** 2, 0)[-1] / 1000)
            print(*(1 / d).astype('f4').view('u4'), *(-m / d).astype('f4').view('u4'))
            """, path("a.h5")
        ).split { $0 == " " || $0 == "\n" }.map { UInt32($0)! }
        XCTAssertEqual((table.normalization.scale + table.normalization.offset).map(\.bitPattern), rounded)
    }

    func testTablesInMemoryAreCenteredToo() throws {
        let table = try SampleTable(
            inputs: (0..<100).map { 16_000_000 + Float($0) }, inputShape: [1], targets: .unlabeled,
            normalization: NormalizationValues(mean: [16_000_049.5], standardDeviation: [28.866070047722118]))
        assertClose(table.batch(), (0..<100).map { (Double($0) - 49.5) / 28.866070047722118 })
    }
}
