import Foundation
import TestSupport
import XCTest

@testable import Datasets

final class CIFAR10ImporterTests: HDF5TestCase {
    /// A record in which red is 1, 2, 3, … by pixel, green and blue so much more.
    private func record(_ label: UInt8, green: Int = 50, blue: Int = 90) -> [UInt8] {
        [label] + [1, green, blue].flatMap { first in (0..<1024).map { UInt8(truncatingIfNeeded: first + $0) } }
    }

    @discardableResult
    private func write(_ name: String, _ bytes: [UInt8]) throws -> String {
        try Data(bytes).write(to: URL(fileURLWithPath: path(name)))
        return path(name)
    }

    private func read(_ name: String, _ bytes: [UInt8]) throws -> ImportedDataset {
        try .cifar10(CIFAR10Files(train: [try write(name, bytes)]))
    }

    func testPlanesBecomePixelsWithTheirColorsSideBySide() throws {
        let table = try XCTUnwrap(try read("a.bin", record(3) + record(9, green: 7)).tables[.train])
        XCTAssertEqual(table.inputs.shape, [2, 32, 32, 3])
        XCTAssertEqual(table.targets?.values, .uint8([3, 9]))
        guard case .uint8(let values) = table.inputs.values else { return XCTFail("bytes stay bytes") }
        XCTAssertEqual(Array(values.prefix(6)), [1, 50, 90, 2, 51, 91])
        let place = 3072 + (5 * 32 + 4) * 3
        XCTAssertEqual(Array(values[place..<place + 3]), [165, 171, 254])
    }

    func testAFolderHasFiveBatchesAndPerhapsATest() throws {
        for number in 1...5 { try write("data_batch_\(number).bin", record(UInt8(number))) }
        XCTAssertEqual(try CIFAR10Files(folder: directory).test, [])
        try write("test_batch.bin", record(0) + record(8))
        let imported = try ImportedDataset.cifar10(try CIFAR10Files(folder: directory))
        XCTAssertEqual(imported.tables[.train]?.targets?.values, .uint8([1, 2, 3, 4, 5]))
        XCTAssertEqual(imported.tables[.test]?.targets?.values, .uint8([0, 8]))
        try FileManager.default.removeItem(atPath: path("data_batch_4.bin"))
        assertRefused(.missingFile, "data_batch_4.bin", "data_batch_3.bin") { try CIFAR10Files(folder: self.directory) }
        assertRefused(.missingFile, "/none", "data_batch_1.bin") { try CIFAR10Files(folder: "/none") }
    }

    func testNamesOfClassesAreThoseOfTheFileBeside() throws {
        XCTAssertEqual(try read("a.bin", record(0)).classNames?.last, "truck")
        try write("batches.meta.txt", Array("a\nb\nc\nd\r\ne\nf\ng\nh\ni\n j \n\n\n".utf8))
        XCTAssertEqual(
            try read("a.bin", record(0)).classNames, ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"])
    }

    func testNamesThatAreNotTenAreRefused() throws {
        for (text, found) in [
            ("a\nb\n", "found 2"), ("", "found 0"), ("a\na\nb\nc\nd\ne\nf\ng\nh\ni\n", "twice"),
            ("a\0\nb\nc\nd\ne\nf\ng\nh\ni\nj\n", "zero"), (String(repeating: "a", count: 70_000), "70000 bytes"),
        ] {
            try write("batches.meta.txt", Array(text.utf8))
            assertRefused(.malformed, "batches.meta.txt", found) { try self.read("a.bin", self.record(0)) }
        }
        try write("batches.meta.txt", [0xFF, 0xFE, 0x0A])
        assertRefused(.malformed, "no such text") { try self.read("a.bin", self.record(0)) }
    }

    func testFilesOfAnotherSizeAreRefused() throws {
        assertRefused(.truncated, "a.bin", "3073 bytes", "1 records and 3072 bytes") {
            try self.read("a.bin", Array((self.record(0) + self.record(1)).dropLast()))
        }
        assertRefused(.truncated, "0 bytes") { try self.read("a.bin", []) }
        assertRefused(.truncated, "CIFAR-100") { try self.read("a.bin", [0] + self.record(1)) }
        assertRefused(.truncated, "compressed") { try self.read("a.bin", [0x1F, 0x8B, 8]) }
        assertRefused(.missingFile) { try ImportedDataset.cifar10(CIFAR10Files(train: ["/none/a.bin"])) }
        assertRefused(.missingFile, "none") { try ImportedDataset.cifar10(CIFAR10Files(train: [])) }
    }

    func testClassesAboveNineAreRefused() throws {
        assertRefused(.labelOutOfRange, "0 ..< 10", "found 10 in record 1, at byte 3073") {
            try self.read("a.bin", self.record(9) + self.record(10))
        }
    }
}
