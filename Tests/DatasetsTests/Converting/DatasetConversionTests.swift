import Datasets
import HDF5
import TestSupport
import XCTest

final class DatasetConversionTests: HDF5TestCase {
    override func setUpWithError() throws {
        try super.setUpWithError()
        try python(
            """
            r = np.random.RandomState(1)
            def write(name, x, y, xt=None, **attributes):
                with h5py.File(sys.argv[1] + '/' + name + '.h5', 'w') as f:
                    f['x_train'], f['y_train'] = x, y
                    if xt is not None: f['test/x'], f['test/y'] = xt, y[:len(xt)]
                    f.attrs['class_names'] = ['a', 'b', 'c']; f.attrs['title'] = 'Ünïcode'; f.attrs['license'] = 'free'
                    for key, value in attributes.items(): f['x_train'].attrs[key] = value
            x = r.randint(0, 256, (700, 4, 3)); y = r.randint(0, 3, 700).astype('i8')
            write('bytes', x.astype('u1'), y, x[:50].astype('u1'))
            write('a', x[:300].astype('u1'), y[:300], x[:20].astype('u1')); write('b', x[300:].astype('u1'), y[300:])
            write('wide', r.randn(700, 5), y, mean=np.arange(5.), standard_deviation=2.0)
            write('big', x.astype('>i2'), y); write('bool', r.rand(60, 4) > 0.5, y[:60])
            write('whole', x.astype('f4'), y); write('half', (x / 256).astype('f4'), y)
            write('values', r.randn(60, 4).astype('f4'), r.randn(60, 2))
            """, directory)
    }

    private func convert(
        _ names: [String], to output: String, _ storage: DatasetConversion.Storage = .init(),
        type: DatasetConversion.ElementType? = nil
    ) throws {
        try DatasetConversion(names.map { path($0 + ".h5") }, storage: storage, type: type)
            .write(to: path(output + ".h5"))
    }

    private func load(_ name: String) throws -> Dataset { try Dataset.load(.file(path(name + ".h5"))) }

    func testADataSetKeepsItsDigestThereAndBack() throws {
        let storages: [DatasetConversion.Storage] = [
            .init(), .init(chunk: 7), .init(deflate: 4), .init(chunk: 100, deflate: 0, fletcher32: true),
            .init(chunk: 1000, deflate: 9, shufflesBytes: true, fletcher32: true), .init(shufflesBytes: true),
        ]
        for name in ["bytes", "wide", "big", "bool", "values"] {
            let original = try load(name)
            for (index, storage) in storages.enumerated() {
                try convert([name], to: "\(name)\(index)", storage)
                try convert(["\(name)\(index)"], to: "\(name)\(index)-back")
                for copy in ["\(name)\(index)", "\(name)\(index)-back"] {
                    let converted = try load(copy)
                    XCTAssertEqual(converted.digest, original.digest, copy)
                    XCTAssertEqual(converted.classNames, original.classNames)
                    XCTAssertEqual(converted.title, "Ünïcode")
                    XCTAssertEqual(converted.license, "free")
                    XCTAssertEqual(converted.splits, original.splits)
                }
            }
        }
    }

    func testFloat32IsRefusedWhereItTellsNothingApart() throws {
        try python(
            """
            t = 1_700_000_000 + np.random.RandomState(1).permutation(1000)
            for name, x in dict(times=np.stack([t % 7, t], 1).astype('f8'), whole=np.stack([t, t % 7], 1),
                ordinary=np.random.RandomState(1).randn(1000, 2) + 5, kelvin=280 + np.random.RandomState(1).rand(1000, 2)).items():
                with h5py.File(sys.argv[1] + '/' + name + '.h5', 'w') as f: f['x_train'], f['y_train'] = x, t % 3
            """, directory)
        for (name, column) in [("times", 1), ("whole", 0)] {
            assertRefused(
                .wrongType, "x_train", "numbers that float32 tells apart",
                "column \(column) with 1700000000 ... 1700000999",
                "steps of 128", "Leave out --type float32"
            ) { try convert([name], to: "out", type: .float32) }
            XCTAssertFalse(FileManager.default.fileExists(atPath: path("out.h5")))
            try convert([name], to: "kept-" + name)
            XCTAssertEqual(try load("kept-" + name).digest, try load(name).digest)
        }
        for name in ["ordinary", "kelvin"] {
            try convert([name], to: name + "32", type: .float32)
            XCTAssertEqual(try load(name + "32").digest, try load(name).digest)
        }
    }

    func testH5pyReadsWhatWasConverted() throws {
        try convert(["wide"], to: "out", .init(chunk: 64, deflate: 3, shufflesBytes: true, fletcher32: true))
        let printed = try python(
            """
            with h5py.File(sys.argv[1] + '/out.h5') as f, h5py.File(sys.argv[1] + '/wide.h5') as g:
                x = f['x_train']
                print(x.dtype, x.chunks, x.compression, x.compression_opts, x.shuffle, x.fletcher32)
                print((x[...] == g['x_train'][...]).all(), (f['y_train'][...] == g['y_train'][...]).all())
                print(list(x.attrs['mean']), x.attrs['standard_deviation'], list(f.attrs['class_names']))
            """, directory)
        XCTAssertEqual(
            printed,
            """
            float64 (64, 5) gzip 3 True True
            True True
            [0.0, 1.0, 2.0, 3.0, 4.0] 2.0 ['a', 'b', 'c']
            """)
    }

    func testSeveralFilesBecomeOneSplitBySplit() throws {
        try convert(["a", "b"], to: "both", .init(chunk: 64, deflate: 1))
        let (both, whole) = (try load("both"), try load("bytes"))
        XCTAssertEqual(both[.train]!.digest, whole[.train]!.digest)
        XCTAssertEqual(both[.test]!.count, 20)
    }

    func testTheTypeMayChangeWhereNothingIsLost() throws {
        try convert(["wide"], to: "narrow", type: .float32)
        XCTAssertEqual(try load("narrow").digest, try load("wide").digest, "batches are made from Float32 anyway")
        try convert(["big"], to: "floats", type: .float32)
        XCTAssertEqual(try load("floats").digest, try load("big").digest)

        try convert(["whole"], to: "packed", type: .uint8)
        let packed = try load("packed")[.train]!
        XCTAssertTrue(packed.storesBytes)
        XCTAssertEqual(packed.batch(), try load("whole")[.train]!.batch(), "bytes without attributes would be scaled")
        try convert(["bytes"], to: "unpacked", type: .float32)
        XCTAssertEqual(try load("unpacked")[.train]!.batch(), try load("bytes")[.train]!.batch())

        try convert(["half"], to: "halves", type: .float16)
        XCTAssertEqual(try load("halves").digest, try load("half").digest)
    }

    func testATypeThatLosesSomethingIsRefusedWithTheFirstNumber() throws {
        assertRefused(.wrongType, "half.h5: x_train", "whole numbers in 0 ... 255", "row 0, element [0, 0]") {
            try convert(["half"], to: "out", type: .uint8)
        }
        assertRefused(.wrongType, "values.h5: x_train", "float16 holds exactly", "row 0, column 0") {
            try convert(["values"], to: "out", type: .float16)
        }
        XCTAssertFalse(FileManager.default.fileExists(atPath: path("out.h5")), "nothing is left")
        XCTAssertFalse(try FileManager.default.contentsOfDirectory(atPath: directory).contains { $0.hasSuffix(".tmp") })
    }

    func testFilesThatDoNotGoTogetherAreRefused() throws {
        assertRefused(.wrongShape, "wide.h5", "samples of shape [4, 3]", "[5]") {
            try convert(["bytes", "wide"], to: "out")
        }
        assertRefused(.wrongType, "whole.h5: x_train", "uint8", "float32", "--type") {
            try convert(["bytes", "whole"], to: "out")
        }
        try python(
            """
            with h5py.File(sys.argv[1] + '/other.h5', 'w') as f:
                f['x'], f['y'] = np.zeros((2, 4, 3), 'u1'), np.zeros(2, 'i8'); f.attrs['class_names'] = ['x', 'y', 'z']
            """, directory)
        assertRefused(.labelOutOfRange, "other.h5", "a, b, c", "x, y, z") {
            try convert(["bytes", "other"], to: "out")
        }
        assertRefused(.missingFile, "nothing.h5") { try convert(["nothing"], to: "out") }
    }

    func testProgressRunsToItsEnd() throws {
        var seen: [(Int, Int)] = []
        try DatasetConversion([path("bytes.h5")]).write(to: path("out.h5")) { seen.append(($0, $1)) }
        let total = 2 * (700 * 12 + 700 * 8 + 50 * 12 + 50 * 8)
        XCTAssertEqual(seen.last?.0, total)
        XCTAssert(seen.allSatisfy { $0.1 == total })
        XCTAssertEqual(seen.map(\.0), seen.map(\.0).sorted())
    }

    func testAnOutputThatExistsStays() throws {
        XCTAssertThrowsError(try convert(["bytes"], to: "a")) { XCTAssert("\($0)".contains("found one that exists")) }
    }
}
