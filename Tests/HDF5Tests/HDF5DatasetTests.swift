import Foundation
import HDF5
import TestSupport
import XCTest

final class HDF5DatasetTests: HDF5TestCase {
    private let storages: [HDF5Storage] = [
        .contiguous, .chunked([2, 2]), .chunked([2, 3], deflate: 4, shuffle: true, fletcher32: true),
        .chunked([5, 1], deflate: 9), .chunked([1, 5], fletcher32: true), .chunked([3, 3], shuffle: true),
    ]

    private func roundTrip<T: HDF5Scalar & Equatable>(_ values: [T], line: UInt = #line) throws {
        for (index, storage) in storages.enumerated() {
            let name = path("\(T.self)\(index).h5")
            try withNewFile(name) { file in
                try file.root.write("x", values, shape: [4, values.count / 4], storage: storage)
            }
            try withFile(name) { file in
                let dataset = try file.root.dataset("x")
                XCTAssertEqual(dataset.elementType, T.elementType, line: line)
                XCTAssertEqual(try dataset.read(as: T.self), values, line: line)
            }
        }
    }

    func testEveryNumberTypeAndStorageComesBack() throws {
        try roundTrip([Int8.min, -1, 0, .max, 1, 2, 3, 4])
        try roundTrip([Int16.min, -1, 0, .max, 1, 2, 3, 4])
        try roundTrip([Int32.min, -1, 0, .max, 1, 2, 3, 4])
        try roundTrip([Int64.min, -1, 0, .max, 1, 2, 3, 4])
        try roundTrip([Int.min, -1, 0, .max, 1, 2, 3, 4])
        try roundTrip([UInt8.min, 1, 127, .max, 1, 2, 3, 4])
        try roundTrip([UInt16.min, 1, 127, .max, 1, 2, 3, 4])
        try roundTrip([UInt32.min, 1, 127, .max, 1, 2, 3, 4])
        try roundTrip([UInt64.min, 1, 127, .max, 1, 2, 3, 4])
        try roundTrip([-Float.infinity, .leastNonzeroMagnitude, 0, .greatestFiniteMagnitude, 1, 2, 3, .pi])
        try roundTrip([-Double.infinity, .leastNonzeroMagnitude, 0, .greatestFiniteMagnitude, 1, 2, 3, .pi])
    }

    func testBitsOfNaNsAndNegativeZeroSurvive() throws {
        let values = [Float(bitPattern: 0x7fc0_1234), -0.0, Float(bitPattern: 0xff80_0001)]
        try withNewFile(path("a.h5")) { try $0.root.write("x", values) }
        try withFile(path("a.h5")) { file in
            XCTAssertEqual(try file.root.dataset("x").read(as: Float.self).map(\.bitPattern), values.map(\.bitPattern))
        }
    }

    func testADataSetDescribesItself() throws {
        try withNewFile(path("a.h5")) { file in
            let root = try file.root
            let storage = HDF5Storage.chunked([8, 3], deflate: 6, shuffle: true, fletcher32: true)
            let chunked = try root.createDataset("c", shape: [20, 3], type: .int16.bigEndian, storage: storage)
            XCTAssertEqual(chunked.shape, [20, 3])
            XCTAssertEqual(chunked.count, 60)
            XCTAssertEqual(chunked.elementType, .int16.bigEndian)
            XCTAssertEqual(chunked.elementType.description, "int16 (big endian)")
            XCTAssertEqual(chunked.layout, .chunked([8, 3]))
            XCTAssertEqual(chunked.filters, [.shuffle, .deflate(level: 6), .fletcher32])
            XCTAssertEqual(chunked.storageSize, 0)
            try root.write("plain", [Float](repeating: 1, count: 10))
            let plain = try root.dataset("plain")
            XCTAssertEqual(plain.layout, .contiguous)
            XCTAssertEqual(plain.filters, [])
            XCTAssertEqual(plain.storageSize, 40)
        }
    }

    func testABoxIsReadAndWritten() throws {
        for storage in [HDF5Storage.contiguous, .chunked([2, 3, 2], deflate: 1)] {
            let file = try HDF5File(inMemory: "boxes")
            let dataset = try file.root.createDataset("x", shape: [4, 5, 6], type: .int32, storage: storage)
            try dataset.write([Int32](0..<120))
            let expected: [Int32] = [50, 56, 80, 86]  // i * 30 + j * 6 + 2 for i in 1...2, j in 3...4
            XCTAssertEqual(try dataset.read(start: [1, 3, 2], count: [2, 2, 1], as: Int32.self), expected)
            try [Int32(-1), -2].withUnsafeBufferPointer {
                try dataset.write(start: [3, 4, 4], count: [1, 1, 2], from: $0)
            }
            XCTAssertEqual(try dataset.read(as: Int32.self).suffix(3), [117, -1, -2])
            try file.close()
        }
    }

    func testRowsAreReadAndWritten() throws {
        let file = try HDF5File(inMemory: "rows")
        let dataset = try file.root.createDataset("x", shape: [5, 2], type: .uint8)
        try dataset.write([UInt8](1...4), atRow: 1)
        XCTAssertEqual(try dataset.read(rows: 0..<3, as: UInt8.self), [0, 0, 1, 2, 3, 4])
        XCTAssertEqual(try dataset.read(rows: 5..<5, as: UInt8.self), [])
        var pair: [Float] = [0, 0]
        try pair.withUnsafeMutableBufferPointer { try dataset.read(rows: 2..<3, into: $0) }
        XCTAssertEqual(pair, [3, 4])
        assertThrows(.mismatch, "rows 3..<6 asked for, found 5") { try dataset.read(rows: 3..<6, as: UInt8.self) }
        assertThrows(.mismatch, "not whole rows of 2") { try dataset.write([UInt8](1...3), atRow: 0) }
        try file.close()
    }

    func testABoxOutsideOrOfWrongRankIsRefused() throws {
        let file = try HDF5File(inMemory: "boxes")
        let dataset = try file.root.createDataset("x", shape: [4, 5], type: .int32)
        assertThrows(.mismatch, "/x", "expected rank 1, found rank 2 (shape 4 × 5)") {
            try dataset.read(start: [0], count: [1], as: Int32.self)
        }
        for (start, count) in [([0, 4], [1, 2]), ([-1, 0], [1, 1]), ([5, 0], [0, 0]), ([1, 1], [.max, 1])] {
            assertThrows(.mismatch, "do not fit dimension") {
                try dataset.read(start: start, count: count, as: Int32.self)
            }
        }
        try file.close()
    }

    func testMemoryOfTheWrongSizeIsRefused() throws {
        let file = try HDF5File(inMemory: "sizes")
        let dataset = try file.root.createDataset("x", shape: [3], type: .int32)
        assertThrows(.misuse, "3 elements do not fit memory for 2") { try dataset.write([Int32(1), 2]) }
        var room = [Int32](repeating: 0, count: 4)
        room.withUnsafeMutableBufferPointer { buffer in
            assertThrows(.misuse, "3 elements do not fit memory for 4") { try dataset.read(into: buffer) }
        }
        try file.close()
    }

    func testScalarsAndEmptyDataSetsWork() throws {
        try withNewFile(path("a.h5")) { file in
            let root = try file.root
            try root.write("scalar", [Float(2.5)], shape: [])
            try root.write("empty", [Float](), shape: [0, 4])
        }
        try withFile(path("a.h5")) { file in
            XCTAssertEqual(try file.root.dataset("scalar").read(as: Float.self), [2.5])
            XCTAssertEqual(try file.root.dataset("scalar").read(start: [], count: [], as: Float.self), [2.5])
            XCTAssertEqual(try file.root.dataset("empty").shape, [0, 4])
            XCTAssertEqual(try file.root.dataset("empty").read(as: Float.self), [])
        }
    }

    func testConversionClipsAndRounds() throws {
        let file = try HDF5File(inMemory: "conversion")
        let root = try file.root
        try root.write("wide", [Int64.max, -5, 300])
        XCTAssertEqual(try root.dataset("wide").read(as: Int32.self), [.max, -5, 300])
        XCTAssertEqual(try root.dataset("wide").read(as: UInt8.self), [255, 0, 255])
        try root.write("double", [0.1, 1e300, -2.5])
        XCTAssertEqual(try root.dataset("double").read(as: Float.self), [0.1, .infinity, -2.5])
        XCTAssertEqual(try root.dataset("double").read(as: Int8.self)[2], -2)
        try file.close()
    }

    func testFloat16IsWrittenRoundedAndReadExactly() throws {
        let file = try HDF5File(inMemory: "half")
        let root = try file.root
        for type in [HDF5ElementType.float16, .float16.bigEndian] {
            let name = type.description
            try root.write(name, [Float(1.5), 65504, 0.1, -.infinity, 5.9604645e-8], type: type)
            XCTAssertEqual(try root.dataset(name).elementType, type)
            XCTAssertEqual(
                try root.dataset(name).read(as: Float.self), [1.5, 65504, 0.099975586, -.infinity, 5.9604645e-8])
        }
        try file.close()
    }

    func testTheOffsetOfContiguousDataPointsAtIt() throws {
        let values = [Float](stride(from: 0, to: 5000, by: 1))
        try withNewFile(path("a.h5")) { file in
            try file.root.write("small", [UInt8(1)])
            try file.root.write("x", values)
            try file.root.write("chunked", values, storage: .chunked([100]))
            _ = try file.root.createDataset("unwritten", shape: [10], type: .int8)
        }
        try withFile(path("a.h5")) { file in
            let dataset = try file.root.dataset("x")
            let offset = try XCTUnwrap(try dataset.contiguousOffset())
            XCTAssertTrue(offset.isMultiple(of: 64))
            let bytes = try Data(contentsOf: URL(fileURLWithPath: path("a.h5")))
            let found = bytes[offset..<offset + dataset.storageSize].withUnsafeBytes {
                Array($0.bindMemory(to: Float.self))
            }
            XCTAssertEqual(found, values)
            XCTAssertNil(try file.root.dataset("chunked").contiguousOffset())
            XCTAssertNil(try file.root.dataset("unwritten").contiguousOffset())
        }
    }

    func testRawChunksAreTheStoredBytes() throws {
        let file = try HDF5File(inMemory: "chunks")
        let dataset = try file.root.createDataset(
            "x", shape: [5, 2], type: .int16.bigEndian, storage: .chunked([2, 2], fletcher32: true))
        try dataset.write([Int16](1...8), atRow: 0)
        let written = try file.root.dataset("x")
        let chunk = try XCTUnwrap(try written.rawChunk(at: [2, 0]))
        XCTAssertEqual(chunk.bytes.dropLast(4), [0, 5, 0, 6, 0, 7, 0, 8])
        XCTAssertEqual(chunk.skippedFilters, 0)
        XCTAssertNil(try written.rawChunk(at: [4, 0]))
        assertThrows(.mismatch, "no chunk of 2 × 2 begins at [1, 0]") { try written.rawChunk(at: [1, 0]) }
        try file.close()
    }

    func testDamageUnderFletcher32IsFound() throws {
        let name = path("a.h5")
        try withNewFile(name) { file in
            try file.root.write("x", [UInt8](repeating: 0x5a, count: 4096), storage: .chunked([4096], fletcher32: true))
        }
        var bytes = try Data(contentsOf: URL(fileURLWithPath: name))
        let run = try XCTUnwrap(bytes.firstRange(of: Data(repeating: 0x5a, count: 100)))
        bytes[run.lowerBound + 50] ^= 1
        try bytes.write(to: URL(fileURLWithPath: name))
        try withFile(name) { file in
            assertThrows(.failed, "/x", "H5Z") { try file.root.dataset("x").read(as: UInt8.self) }
        }
    }

    func testStorageThatMakesNoSenseIsRefused() throws {
        let file = try HDF5File(inMemory: "storage")
        let root = try file.root
        func create(_ storage: HDF5Storage) throws {
            try root.createDataset("x", shape: [4, 4], type: .int8, storage: storage).close()
        }
        assertThrows(.misuse, "rank 2") { try create(.chunked([4])) }
        assertThrows(.misuse, "do not suit") { try create(.chunked([4, 0])) }
        assertThrows(.misuse, "level of 10") { try create(.chunked([4, 4], deflate: 10)) }
        var chunkless = HDF5Storage.chunked([4, 4], deflate: 4)
        chunkless.chunk = nil
        assertThrows(.misuse, "filters need chunks") { try create(chunkless) }
        assertThrows(.refused, "absurd") { try root.createDataset("x", shape: [.max, 2], type: .int8) }
        XCTAssertFalse(try root.contains("x"))
        try file.close()
    }
}
