import Foundation
import HDF5
import TestSupport
import XCTest

final class HDF5FileTests: HDF5TestCase {
    func testClosingAFileClosesWhatIsOpenInIt() throws {
        let file = try HDF5File(creating: path("a.h5"))
        let root = try file.root
        let dataset = try root.createDataset("x", shape: [2], type: .int32)
        try file.close()
        assertThrows(.misuse, "closed") { try dataset.read(as: Int32.self) }
        assertThrows(.misuse, "closed") { try root.children() }
        assertThrows(.misuse, "closed") { try root.attributes.names() }
        XCTAssertEqual(HDF5Library.openObjectCount, 0)
    }

    func testClosingTwiceIsHarmless() throws {
        let file = try HDF5File(creating: path("a.h5"))
        try file.close()
        try file.close()
    }

    func testDroppingEveryReferenceClosesTheFile() throws {
        try withNewFile(path("a.h5")) { try $0.root.write("x", [1]) }
        do {
            let dataset = try HDF5File(reading: path("a.h5")).root.dataset("x")
            XCTAssertEqual(try dataset.read(as: Int.self), [1])
            XCTAssertGreaterThan(HDF5Library.openObjectCount, 0)
        }
        XCTAssertEqual(HDF5Library.openObjectCount, 0)
    }

    func testOneOfTwoHandlesOnAFileClosesAlone() throws {
        try withNewFile(path("a.h5")) { try $0.root.write("x", [1]) }
        let first = try HDF5File(reading: path("a.h5"))
        let second = try HDF5File(reading: path("a.h5"))
        let dataset = try second.root.dataset("x")
        try first.close()
        XCTAssertEqual(try dataset.read(as: Int.self), [1])
        try second.close()
    }

    func testAnImageOfAFileInMemoryIsAFile() throws {
        let file = try HDF5File(inMemory: "memory")
        try file.root.write("x", [Int32(7), 8])
        let image = try file.image()
        try file.close()
        let read = try image.withUnsafeBytes { try HDF5File(image: $0, label: "image") }
        XCTAssertEqual(try read.root.dataset("x").read(as: Int32.self), [7, 8])
        try read.close()
        try Data(image).write(to: URL(fileURLWithPath: path("a.h5")))
        XCTAssertEqual(
            try python("print(*h5py.File(sys.argv[1])['x'][...])", path("a.h5")), "7 8")
    }

    func testTwoFilesInMemoryOfOneNameAreTwo() throws {
        let first = try HDF5File(inMemory: "memory")
        let second = try HDF5File(inMemory: "memory")
        try first.root.write("x", [1])
        XCTAssertFalse(try second.root.contains("x"))
        try first.close()
        try second.close()
    }

    func testAFileOnDiskHasNoImage() throws {
        try withNewFile(path("a.h5")) { file in
            assertThrows(.misuse, "memory") { try file.image() }
        }
    }

    func testTheSameContentGivesTheSameBytes() throws {
        func write(_ name: String) throws -> Data {
            try withNewFile(path(name)) { file in
                let root = try file.root
                try root.attributes.set("names", ["a", "b"])
                try root.write("g/x", [Float](repeating: 1, count: 3000))
                try root.write("g/y", [Int](0..<1000), storage: .chunked([100], deflate: 4, shuffle: true))
                try root.group("g").attributes.set("step", 5)
            }
            return try Data(contentsOf: URL(fileURLWithPath: path(name)))
        }
        let first = try write("a.h5")
        Thread.sleep(forTimeInterval: 1.1)  // Modification times in HDF5 count seconds.
        XCTAssertEqual(first, try write("b.h5"))
    }

    func testAnExistingFileIsNotOverwritten() throws {
        try Data("precious".utf8).write(to: URL(fileURLWithPath: path("a.h5")))
        assertThrows(.exists, "a.h5", "never overwritten") { try HDF5File(creating: path("a.h5")) }
        XCTAssertEqual(try String(contentsOfFile: path("a.h5"), encoding: .utf8), "precious")
    }

    func testAFileInAMissingDirectoryCannotBeCreated() {
        assertThrows(.failed, "no/a.h5: cannot create the file: No such file or directory") {
            try HDF5File(creating: path("no/a.h5"))
        }
    }

    func testAMissingFileIsNamed() {
        assertThrows(.notFound, path("none.h5"), "no such file") { try HDF5File(reading: path("none.h5")) }
    }

    func testSomethingElseThanHDF5IsRefused() throws {
        try Data("PNG or so".utf8).write(to: URL(fileURLWithPath: path("a.png")))
        assertThrows(.notHDF5, "expected an HDF5 file") { try HDF5File(reading: path("a.png")) }
        try Data().write(to: URL(fileURLWithPath: path("empty.h5")))
        assertThrows(.notHDF5, "expected an HDF5 file") { try HDF5File(reading: path("empty.h5")) }
    }

    func testADirectoryAndAPipeAreRefused() {
        assertThrows(.notHDF5, "found a directory or device") { try HDF5File(reading: directory) }
        XCTAssertEqual(mkfifo(path("pipe"), 0o600), 0)
        assertThrows(.notHDF5, "found a directory or device") { try HDF5File(reading: path("pipe")) }
    }

    func testATruncatedFileIsRefused() throws {
        try withNewFile(path("a.h5")) { try $0.root.write("x", [Float](repeating: 1, count: 5000)) }
        let whole = try Data(contentsOf: URL(fileURLWithPath: path("a.h5")))
        try whole.dropLast(1).write(to: URL(fileURLWithPath: path("cut.h5")))
        assertThrows(.truncated, "shorter than its header says", "truncated file") {
            try HDF5File(reading: path("cut.h5"))
        }
    }

    func testAFileHeldOpenForWritingSaysSo() throws {
        let script = """
            f = h5py.File(sys.argv[1], 'w', libver='v110'); f['x'] = 1; f.flush()
            print('ready', flush=True); sys.stdin.read()
            """
        let writer = Process()
        let (input, output) = (Pipe(), Pipe())
        writer.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        writer.arguments = ["-c", "import h5py, sys\n" + script, path("a.h5")]
        writer.standardInput = input
        writer.standardOutput = output
        try writer.run()
        XCTAssertFalse(output.fileHandleForReading.availableData.isEmpty)
        assertThrows(.locked, "another program has the file open") { try HDF5File(reading: path("a.h5")) }
        try input.fileHandleForWriting.close()
        writer.waitUntilExit()
    }

    func testAFileWhoseWriterDiedRefusesToOpen() throws {
        try python(
            "import os\nf = h5py.File(sys.argv[1], 'w', libver='v110'); f['x'] = 1; f.flush(); os.kill(os.getpid(), 9)",
            path("a.h5"), expecting: 9)
        assertThrows(.locked, "died while writing it") { try HDF5File(reading: path("a.h5")) }
    }

    func testFilesMadeInOneBufferAreThoseMadeAlone() throws {
        let buffer = HDF5ImageBuffer()
        // Larger, smaller, and larger than a step of the buffer.
        for count in [1_000, 10, 3_000_000] {
            func fill(_ file: HDF5File) throws {
                try file.root.attributes.set("count", count)
                try file.root.write("x", (0..<count).map { Float($0) })
            }
            let alone = try HDF5File(inMemory: "alone")
            try fill(alone)
            let expected = try alone.image()
            try alone.close()
            let file = try HDF5File(inMemory: "buffer", buffer: buffer)
            try fill(file)
            try file.close()
            XCTAssertTrue(buffer.bytes.elementsEqual(expected), "\(count)")
            let read = try HDF5File(image: buffer.bytes, label: "read")
            XCTAssertEqual(try read.root.dataset("x").read(as: Float.self).last, Float(count - 1))
            try read.close()
        }
    }
}
