import Foundation
import HDF5
import TestSupport
import XCTest

@testable import Datasets

final class FileMappingTests: HDF5TestCase {
    /// A mapping of 1 MiB of bytes that count up.
    private func mapping(_ name: String) throws -> FileMapping {
        try withNewFile(path(name)) { file in
            try file.root.write("x", (0..<1 << 20).map { UInt8(truncatingIfNeeded: $0) }, shape: [1 << 10, 1 << 10])
        }
        return try withFile(path(name)) { file in
            let dataset = try file.root.dataset("x")
            return try FileMapping(dataset, offset: XCTUnwrap(dataset.contiguousOffset()))
        }
    }

    func testAMappingHoldsTheElementsAfterTheFileIsClosed() throws {
        let mapping = try mapping("a.h5")
        for index in [0, 1, 255, 256, 4095, 4096, (1 << 20) - 1] {
            XCTAssertEqual(mapping.pointer.load(fromByteOffset: index, as: UInt8.self), UInt8(index & 255))
        }
        XCTAssertNoThrow(try mapping.checkUnchanged())
    }

    func testReadingAheadChangesNothingAndStaysInside() throws {
        let mapping = try mapping("ahead.h5")
        mapping.expectRandomAccess()
        mapping.prefetch(count: 1024, bytes: 1024) { 1023 - $0 }
        for row in [0, 511, 1023] { mapping.prefetch(row * 1024, 1024) }
        XCTAssertEqual(mapping.pointer.load(fromByteOffset: 1023 * 1024 + 7, as: UInt8.self), 7)
    }

    func testAFileThatIsCutWhileItIsMappedEndsTheProcessWithItsName() throws {
        let mapping = try mapping("cut.h5")
        XCTAssertEqual(truncate(path("cut.h5"), 4096), 0)
        assertRefused(.unreadable, "cut.h5", "written to while it was in use") { try mapping.checkUnchanged() }
        let (status, message) = try inChild { _ = mapping.pointer.load(fromByteOffset: (1 << 20) - 1, as: UInt8.self) }
        XCTAssertEqual(status, 1 << 8, "exit status 1, no signal")
        XCTAssert(message.hasSuffix("cut.h5: x: the file was cut, or its disk failed, while it was in use\n"), message)
        XCTAssert(message.hasPrefix("lockstep: "), message)
    }

    func testAFaultElsewhereIsLeftToWhoeverHadTheSignal() throws {
        let hasSanitizer = dlsym(nil, "__asan_init") != nil || dlsym(nil, "__tsan_init") != nil
        try XCTSkipIf(hasSanitizer, "a sanitizer has the signal, and ends the process by itself")
        let guarded = try mapping("guarded.h5")
        try Data(count: 8192).write(to: URL(fileURLWithPath: path("other")))
        let descriptor = open(path("other"), O_RDONLY)
        let other = try XCTUnwrap(mmap(nil, 8192, PROT_READ, MAP_PRIVATE, descriptor, 0))
        defer {
            munmap(other, 8192)
            close(descriptor)
        }
        XCTAssertEqual(truncate(path("other"), 0), 0)
        let (status, _) = try inChild { _ = other.load(fromByteOffset: 4096, as: UInt8.self) }
        XCTAssertEqual(status & 0x7F, SIGBUS)
        XCTAssertNoThrow(try guarded.checkUnchanged())
    }

    /// Does something in a forked child. Returns how that ended, and what it wrote to standard error.
    private func inChild(_ body: () -> Void) throws -> (status: Int32, message: String) {
        typealias Fork = @convention(c) () -> Int32
        let fork = unsafeBitCast(try XCTUnwrap(dlsym(dlopen(nil, RTLD_NOW), "fork")), to: Fork.self)
        let pipe = Pipe()
        let (reading, writing) = (pipe.fileHandleForReading, pipe.fileHandleForWriting.fileDescriptor)
        let child = fork()
        if child == 0 {
            // Nothing here may allocate: other threads of the parent are gone, with whatever they held.
            dup2(writing, STDERR_FILENO)
            body()
            _exit(42)
        }
        try pipe.fileHandleForWriting.close()
        let message = String(decoding: reading.readDataToEndOfFile(), as: UTF8.self)
        var status: Int32 = 0
        XCTAssertEqual(waitpid(child, &status, 0), child)
        return (status, message)
    }
}
