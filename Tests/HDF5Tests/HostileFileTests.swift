import Foundation
import HDF5
import TestSupport
import XCTest

/// Files that lie, lead elsewhere, or need what is not there: described at most, never read.
final class HostileFileTests: HDF5TestCase {
    private func write(_ script: String, file: String = "a.h5") throws {
        try python("f = h5py.File(sys.argv[1], 'w')\n" + script, path(file), directory)
    }

    /// Runs `body` on a data set of the file written.
    private func withDataset(_ name: String, _ body: (HDF5Dataset) throws -> Void) throws {
        try withFile(path("a.h5")) { try body(try $0.root.dataset(name)) }
    }

    func testExternalStorageIsRefused() throws {
        try write("f.create_dataset('x', (4,), 'u1', external=[('/etc/passwd', 0, 4)])")
        try withDataset("x") { dataset in
            XCTAssertNil(try dataset.contiguousOffset())
            assertThrows(.refused, "/x", "external storage") { try dataset.read(as: UInt8.self) }
            assertThrows(.refused, "external storage") { try dataset.read(start: [0], count: [1], as: UInt8.self) }
        }
    }

    func testAVirtualDataSetIsRefusedBeforeItsSourcesAreOpened() throws {
        // A pipe without a writer: opening it would block for ever.
        XCTAssertEqual(mkfifo(path("source.h5"), 0o600), 0)
        try write(
            """
            layout = h5py.VirtualLayout(shape=(4,), dtype='u1')
            layout[...] = h5py.VirtualSource(sys.argv[2] + '/source.h5', 'x', shape=(4,))
            f.create_virtual_dataset('x', layout)
            end = h5py.h5s.UNLIMITED
            layout = h5py.VirtualLayout(shape=(4,), dtype='u1', maxshape=(None,))
            source = h5py.VirtualSource(sys.argv[2] + '/source.h5', 'x', shape=(4,), maxshape=(None,))
            layout[0:end] = source[0:end]
            f.create_virtual_dataset('growing', layout)
            """)
        for name in ["x", "growing"] {
            try withDataset(name) { dataset in
                XCTAssertEqual(dataset.layout, .virtual)
                assertThrows(.refused, "/\(name)", "virtual") { try dataset.read(as: UInt8.self) }
            }
        }
    }

    func testLinksAreNotFollowed() throws {
        try write(
            """
            f['g/x'] = 1; f['soft'] = h5py.SoftLink('/g'); f['far'] = h5py.ExternalLink('/etc/passwd', '/x')
            """)
        try withFile(path("a.h5")) { file in
            let root = try file.root
            assertThrows(.refused, "/soft", "soft link to /g") { try root.dataset("soft/x") }
            assertThrows(.refused, "/soft", "soft link to /g") { try root.group("soft") }
            assertThrows(.refused, "/far", "external link to /x in /etc/passwd") { try root.dataset("far") }
            assertThrows(.refused, "/far", "external link") { try root.createGroup("far/g") }
            XCTAssertEqual(try root.link("soft"), .softLink(target: "/g"))
        }
    }

    func testAnUnknownFilterIsNamed() throws {
        try write("f.create_dataset('x', data=np.zeros((100, 100)), compression='lzf')")
        try withDataset("x") { dataset in
            XCTAssertEqual(dataset.filters, [.other(id: 32000, name: "lzf")])
            assertThrows(.unsupported, "/x", "lzf (filter 32000)", "gzip") { try dataset.read(as: Double.self) }
        }
    }

    func testFiltersOutsideTheWhiteListAreRefused() throws {
        try write("f.create_dataset('x', data=np.zeros((100, 100), 'i4'), scaleoffset=4)")
        try withDataset("x") { dataset in
            assertThrows(.unsupported, "scaleoffset") { try dataset.read(as: Int32.self) }
        }
    }

    func testTerabytesDeclaredInAFewBytesAreRefused() throws {
        try write(
            """
            f.create_dataset('contiguous', (1 << 40,), 'f4')
            f.create_dataset('chunked', (1 << 40,), 'f4', chunks=(1 << 16,))
            d = f.create_dataset('bomb', (1 << 20, 1 << 20), 'f4', chunks=(1 << 12, 1 << 12), compression='gzip')
            d[:10, :10] = 1
            f.create_dataset('wide', (1 << 61, 2, 2), 'u1', chunks=(1, 2, 2))
            """)
        for name in ["contiguous", "chunked", "bomb"] {
            try withDataset(name) { dataset in
                assertThrows(.refused, "/\(name)", "are declared, but only") { try dataset.read(as: Float.self) }
                assertThrows(.refused) { try dataset.read(rows: 0..<1, as: Float.self) }
            }
        }
        try withFile(path("a.h5")) { file in
            assertThrows(.refused, "/wide", "absurd") { try file.root.dataset("wide").read(as: UInt8.self) }
        }
    }

    func testAHugeChunkIsRefused() throws {
        try write("f.create_dataset('x', (16,), 'u1', maxshape=(None,), chunks=(1 << 31,), compression='gzip')")
        try withDataset("x") { dataset in
            assertThrows(.refused, "a chunk of 2147483648 elements") { try dataset.read(as: UInt8.self) }
        }
    }

    func testMillionsOfChunksThatAreNotThereAreRefused() throws {
        try write("f.create_dataset('x', (1 << 25,), 'u1', chunks=(2,))[0] = 1")
        try withDataset("x") { dataset in
            assertThrows(.refused, "/x", "16777216 chunks are declared, but only 2 bytes are stored") {
                try dataset.read(as: UInt8.self)
            }
        }
    }

    func testDataNeverWrittenIsReadAsTheFillValueIfItIsSmall() throws {
        try write(
            "f.create_dataset('x', (1000,), 'f4', fillvalue=3); f.create_dataset('y', (1000,), 'f4', chunks=(10,))")
        try withFile(path("a.h5")) { file in
            XCTAssertEqual(try file.root.dataset("x").read(as: Float.self), [Float](repeating: 3, count: 1000))
            XCTAssertEqual(try file.root.dataset("y").read(as: Float.self), [Float](repeating: 0, count: 1000))
        }
    }

    func testVariableLengthAndCompoundDataIsDescribedButNotRead() throws {
        try write(
            """
            f['text'] = ['a', 'b']; f['pairs'] = np.zeros(3, dtype=[('a', 'i4'), ('b', 'f4')])
            f.create_dataset('ragged', (2,), dtype=h5py.vlen_dtype(np.int32))
            f['complex'] = np.zeros(2, dtype='c8'); f['void'] = np.zeros(2, dtype='V5')
            f.create_dataset('ref', (1,), dtype=h5py.ref_dtype)
            f.create_dataset('color', (2,), dtype=h5py.enum_dtype({'RED': 0, 'BLUE': 1}))
            f.create_dataset('long', (2,), dtype=np.longdouble)
            f.create_dataset('array', (2,), dtype='(3,)i4')
            narrow = h5py.h5t.STD_I16LE.copy(); narrow.set_precision(12)
            h5py.h5d.create(f.id, b'narrow', narrow, h5py.h5s.create_simple((2,)))
            """)
        let expected = [
            "array": "array", "color": "enumeration", "complex": "compound", "long": "float of 16 bytes, not IEEE",
            "narrow": "integer of unusual form",
            "pairs": "compound", "ragged": "variable-length sequence", "ref": "reference", "text": "string",
            "void": "opaque",
        ]
        try withFile(path("a.h5")) { file in
            for (name, type) in expected {
                let dataset = try file.root.dataset(name)
                XCTAssertEqual(dataset.elementType.description, type)
                assertThrows(.unsupported, "/\(name)", "expected numbers, found elements of type \(type)") {
                    try dataset.read(as: Float.self)
                }
            }
        }
    }

    func testGroupsNestedTooDeepAreRefused() throws {
        try write("g = f\nfor i in range(70): g = g.create_group('g')")
        try withFile(path("a.h5")) { file in
            assertThrows(.refused, "more than 64 groups") { try file.root.walk() }
        }
    }

    func testAGroupThatContainsItselfIsWalkedOnce() throws {
        try write("f['g/x'] = 1; f['g/self'] = f['g']; f['g/root'] = f['/']")
        try withFile(path("a.h5")) { file in
            XCTAssertEqual(try file.root.walk().map(\.path), ["/g", "/g/root", "/g/self", "/g/x"])
        }
    }

    func testAContiguousDataSetThatClaimsMoreThanTheFileIsRefused() throws {
        try write("f['x'] = np.arange(100, dtype='u1')")
        // The dimension in the data space message and the size in the layout message: 100 as 8 bytes, twice or more.
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path("a.h5")))
        let (old, new) = (
            withUnsafeBytes(of: UInt64(100)) { Data($0) }, withUnsafeBytes(of: UInt64(1 << 33)) { Data($0) }
        )
        var replaced = 0
        while let range = bytes.firstRange(of: old) {
            bytes.replaceSubrange(range, with: new)
            replaced += 1
        }
        XCTAssertGreaterThanOrEqual(replaced, 2)
        try bytes.write(to: URL(fileURLWithPath: path("a.h5")))
        do {
            try withDataset("x") { dataset in
                assertThrows(.refused, "more than the file has") { try dataset.read(as: UInt8.self) }
                assertThrows(.truncated, "beyond the end") { try dataset.contiguousOffset() }
            }
        } catch let error as HDF5Error {
            XCTAssertEqual(error.kind, .failed, "\(error)")  // HDF5 may notice first.
        }
    }

    func testAFileOfANewerFormatSaysSo() throws {
        try write("f['x'] = np.arange(100, dtype='u1')")
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path("a.h5")))
        bytes[8] = 9  // Version of the superblock.
        try bytes.write(to: URL(fileURLWithPath: path("a.h5")))
        assertThrows(.unsupported, "newer HDF5", "libver") { try HDF5File(reading: path("a.h5")) }
    }

    func testEveryTruncationAndManyFlipsOfASmallFileGiveAnErrorOrData() throws {
        try withNewFile(path("whole.h5")) { file in
            try file.root.write("g/x", [Float](repeating: 1, count: 50))
            try file.root.write(
                "c", [Int16](0..<50), storage: .chunked([10], deflate: 1, shuffle: true, fletcher32: true))
            try file.root.attributes.setFixed("names", ["a", "b"])
        }
        let whole = try Array(Data(contentsOf: URL(fileURLWithPath: path("whole.h5"))))
        func readEverything(_ bytes: [UInt8]) {
            guard let file = try? bytes.withUnsafeBytes({ try HDF5File(image: $0, label: "image") }) else { return }
            for entry in (try? file.root.walk()) ?? [] where entry.kind == .dataset {
                _ = try? file.root.dataset(entry.path).read(as: Float.self)
            }
            _ = try? file.root.attributes.strings("names")
            try? file.close()
        }
        for length in stride(from: 0, to: whole.count, by: 7) { readEverything([UInt8](whole[..<length])) }
        for position in stride(from: 0, to: whole.count, by: 3) {
            var bytes = whole
            bytes[position] ^= 1 << UInt8(position % 8)
            readEverything(bytes)
        }
    }
}
