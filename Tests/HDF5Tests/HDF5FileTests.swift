import HDF5
import TestSupport
import XCTest

final class HDF5FileTests: HDF5TestCase {
    func testWhatIsWrittenIsReadBack() throws {
        let file = try HDF5File(creating: path("a.h5"))
        try file.root.write("images/train", [Float](stride(from: 0, to: 6, by: 1)), shape: [2, 3])
        try file.root.attributes.set("license", "MIT")
        try file.close()

        let read = try HDF5File(reading: path("a.h5"))
        let dataset = try read.root.dataset("images/train")
        XCTAssertEqual(dataset.shape, [2, 3])
        XCTAssertEqual(try dataset.read(as: Float.self), [0, 1, 2, 3, 4, 5])
        XCTAssertEqual(try read.root.attributes.string("license"), "MIT")
        try read.close()
    }

    func testClosingAFileClosesWhatIsOpenInIt() throws {
        let file = try HDF5File(creating: path("a.h5"))
        let root = try file.root
        let dataset = try root.createDataset("x", shape: [2], type: .int32)
        try file.close()
        XCTAssertThrowsError(try dataset.read(as: Int32.self)) { error in
            XCTAssertEqual((error as? HDF5Error)?.kind, .misuse)
        }
        XCTAssertThrowsError(try root.children())
        XCTAssertEqual(HDF5.openObjectCount, 0)
    }

    func testAnImageOfAFileInMemoryIsAFile() throws {
        let file = try HDF5File(inMemory: "memory")
        try file.root.write("x", [Int32(7), 8])
        let image = try file.image()
        try file.close()
        let read = try image.withUnsafeBytes { try HDF5File(image: $0, label: "image") }
        XCTAssertEqual(try read.root.dataset("x").read(as: Int32.self), [7, 8])
        try read.close()
    }

    func testAnExistingFileIsNotOverwritten() throws {
        try Data("precious".utf8).write(to: URL(fileURLWithPath: path("a.h5")))
        XCTAssertThrowsError(try HDF5File(creating: path("a.h5"))) { error in
            XCTAssertEqual((error as? HDF5Error)?.kind, .exists)
        }
        XCTAssertEqual(try String(contentsOfFile: path("a.h5"), encoding: .utf8), "precious")
    }
}
