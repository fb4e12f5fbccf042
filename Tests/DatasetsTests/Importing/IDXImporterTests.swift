import Foundation
import TestSupport
import XCTest

@testable import Datasets

final class IDXImporterTests: HDF5TestCase {
    /// A file with a header of `shape` and then `bytes`.
    private func write(_ name: String, type: UInt8 = 8, shape: [UInt32], _ bytes: [UInt8]) throws -> String {
        var data = Data([0, 0, type, UInt8(shape.count)])
        for length in shape { withUnsafeBytes(of: length.bigEndian) { data.append(contentsOf: $0) } }
        try (data + bytes).write(to: URL(fileURLWithPath: path(name)))
        return path(name)
    }

    private func files() throws -> IDXFiles {
        IDXFiles(
            trainInputs: try write("a", shape: [3, 2, 1], [1, 2, 3, 4, 5, 6]),
            trainTargets: try write("b", shape: [3], [0, 1, 2]))
    }

    func testBytesAndLabelsAreRead() throws {
        let table = try XCTUnwrap(try ImportedDataset.idx(try files()).tables[.train])
        XCTAssertEqual(table.inputs.shape, [3, 2, 1])
        XCTAssertEqual(table.inputs.values, .uint8([1, 2, 3, 4, 5, 6]))
        XCTAssertEqual(table.targets?.values, .uint8([0, 1, 2]))
    }

    func testEveryElementTypeIsRead() throws {
        let cases: [(UInt8, [UInt8], ImportedValues, ImportedValues)] = [
            (0x09, [255, 2], .float32([-1, 2]), .int64([-1, 2])),
            (0x0B, [255, 254, 1, 0], .float32([-2, 256]), .int64([-2, 256])),
            (0x0C, [255, 255, 255, 253, 0, 1, 0, 0], .float32([-3, 65536]), .int64([-3, 65536])),
            (0x0D, [0x3F, 0x80, 0, 0, 0xC0, 0, 0, 0], .float32([1, -2]), .float32([1, -2])),
            (
                0x0E, [0x3F, 0xF0, 0, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0], .float32([1, -2]),
                .float64([1, -2])
            ),
        ]
        for (type, bytes, inputs, targets) in cases {
            let file = IDXFile(path: try write("t", type: type, shape: [2, 1], bytes))
            XCTAssertEqual(try file.array(as: .inputs).values, inputs, "type \(type)")
            XCTAssertEqual(try file.array(as: .targets).values, targets, "type \(type)")
        }
    }

    func testCompressedFilesAreReadLikePlainOnes() throws {
        let plain = try files().trainInputs
        try python(
            """
            import gzip
            data = open(sys.argv[1], 'rb').read()
            open(sys.argv[1] + '.gz', 'wb').write(gzip.compress(data))
            open(sys.argv[1] + '2.gz', 'wb').write(gzip.compress(data[:7]) + gzip.compress(data[7:]))
            """, plain)
        for name in ["\(plain).gz", "\(plain)2.gz"] {
            let array = try IDXFile(path: name).array(as: .inputs)
            XCTAssertEqual(array.values, .uint8([1, 2, 3, 4, 5, 6]), "also in several members")
        }
    }

    func testFolderWithTheUsualNamesIsRecognized() throws {
        let names = ["train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte", "t10k-images.idx3-ubyte"]
        for name in names { try Data().write(to: URL(fileURLWithPath: path(name))) }
        let files = try IDXFiles(folder: directory)
        XCTAssertEqual(files.trainInputs, path(names[0]))
        XCTAssertEqual(files.trainTargets, path(names[1]))
        XCTAssertEqual(files.testInputs, path(names[2]))
        XCTAssertNil(files.testTargets)
        assertRefused(.missingFile, "/none", "train-images-idx3-ubyte") { try IDXFiles(folder: "/none") }
        assertRefused(.invalidOption, "inputs alone") {
            var files = try self.files()
            files.testInputs = files.trainInputs
            return try ImportedDataset.idx(files)
        }
    }

    func testHeadersThatLieAreRefused() throws {
        func read(_ path: String) throws -> ImportedArray { try IDXFile(path: path).array(as: .inputs) }
        assertRefused(.wrongFormat, "00 00", "found 00 00 07 01") { try read(try write("a", type: 7, shape: [1], [0])) }
        assertRefused(.truncated, "14 bytes", "found 13") { try read(try write("a", shape: [6], [1, 2, 3, 4, 5])) }
        assertRefused(.truncated, "found more") { try read(try write("a", shape: [2], [1, 2, 3])) }
        assertRefused(.wrongShape, "fits in memory") {
            try read(try write("a", shape: [UInt32.max, UInt32.max, UInt32.max], []))
        }
        assertRefused(.truncated) { try read(try write("a", shape: [UInt32.max], [])) }
        assertRefused(.wrongShape, "1 to 8 dimensions") { try read(try write("a", shape: [], [])) }
        try Data([0, 0]).write(to: URL(fileURLWithPath: path("short")))
        assertRefused(.truncated, "at least 4 bytes") { try read(path("short")) }
        assertRefused(.missingFile) { try read(path("absent")) }
        assertRefused(.missingFile, "a folder") { try read(directory) }
    }

    func testDamagedCompressedFilesAreRefused() throws {
        let plain = try files().trainInputs
        try python(
            """
            import gzip
            data = gzip.compress(open(sys.argv[1], 'rb').read())
            open(sys.argv[1] + '.cut', 'wb').write(data[:-9])
            open(sys.argv[1] + '.sum', 'wb').write(data[:-8] + bytes([data[-8] ^ 1]) + data[-7:])
            # A header that says two bytes follow, and a gigabyte of zeros.
            open(sys.argv[1] + '.bomb', 'wb').write(gzip.compress(bytes([0, 0, 8, 1, 0, 0, 0, 2]) + bytes(1 << 28)))
            """, plain)
        assertRefused(.truncated, "breaks off") { try IDXFile(path: plain + ".cut").array(as: .inputs) }
        assertRefused(.malformed, "incorrect data check") { try IDXFile(path: plain + ".sum").array(as: .inputs) }
        assertRefused(.truncated, "found more") { try IDXFile(path: plain + ".bomb").array(as: .inputs) }
    }

    func testTablesThatDoNotFitTogetherAreRefused() throws {
        var files = try files()
        files.trainTargets = try write("c", shape: [2], [0, 1])
        assertRefused(.rowCounts, "expected 3 rows") { try ImportedDataset.idx(files) }
        files.trainInputs = try write("d", shape: [2], [0, 1])
        assertRefused(.wrongShape, "rank 2 or more") { try ImportedDataset.idx(files) }
        files.trainInputs = try write("e", shape: [0, 2], [])
        assertRefused(.empty) { try ImportedDataset.idx(files) }
    }

    func testFashionMNISTComesFromDebiansPackage() throws {
        let imported: ImportedDataset
        do {
            imported = try ImportedDataset.make(at: path("fashion.h5")) { try .fashionMNIST(environment: [:]) }
        } catch let error as DatasetError where error.kind == .missingFile {
            return XCTFail("\(error)")
        }
        XCTAssertEqual(imported.tables[.train]?.inputs.shape, [60000, 28, 28])
        let dataset = try Dataset.load(DatasetDescription(path: path("fashion.h5")))
        XCTAssertEqual(dataset.splits.map { dataset[$0]!.count }, [60000, 10000])
        XCTAssertEqual(dataset.classNames?.last, "Ankle boot")
        XCTAssertEqual(dataset.targetKind, .classes(count: 10))
        XCTAssertEqual(dataset.license?.hasPrefix("MIT"), true)
        XCTAssertEqual(dataset[.train]!.labels([0, 1, 2, 3]), [9, 0, 0, 3])
        // The mean pixel that the literature gives: 0.2860.
        let rows = (0..<1000).map { Int32($0 * 60) }
        let batch = dataset[.train]!.batch(rows)
        XCTAssertEqual(batch.reduce(0, +) / Float(batch.count), 0.286, accuracy: 0.01)
    }

    func testFashionMNISTFolderCanBeNamed() {
        assertRefused(.missingFile, "/none", "train-images-idx3-ubyte") {
            try ImportedDataset.fashionMNIST(environment: ["FASHION_MNIST": "/none"])
        }
    }
}
