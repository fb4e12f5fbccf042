import HDF5
import TestSupport
import XCTest

/// Chunks decoded outside the library give what the library reads.
final class HDF5ChunkReaderTests: HDF5TestCase {
    private func write(_ body: String, libver: String = "earliest") throws {
        try python(
            """
            with h5py.File(sys.argv[1], 'w', libver=sys.argv[2]) as f:
                random = np.random.RandomState(1)
            \(body.split(separator: "\n").map { "    " + $0 }.joined(separator: "\n"))
            """, path("a.h5"), libver)
    }

    /// Compares rows read by chunks with the library's, in several ways of asking. False if the library alone reads it.
    private func matches<Element: HDF5Decodable & Equatable>(
        _ dataset: HDF5Dataset, as: Element.Type, line: UInt = #line
    ) throws -> Bool {
        guard let reader = try HDF5ChunkReader<Element>(dataset) else { return false }
        let rows = dataset.shape[0]
        let expected = try dataset.read(as: Element.self)
        let scratch = HDF5ChunkScratch()
        for step in [rows, 1, 3, reader.chunkRows, reader.chunkRows + 1] {
            var found: [Element] = []
            for first in stride(from: 0, to: rows, by: step) {
                let part = first..<min(first + step, rows)
                var values = [Element](repeating: .zero, count: part.count * reader.rowCount)
                try values.withUnsafeMutableBufferPointer {
                    try reader.read(rows: part, into: $0.baseAddress!, scratch: scratch)
                }
                found += values
            }
            if let index = zip(found, expected).enumerated().first(where: { $0.element.0 != $0.element.1 })?.offset {
                XCTFail(
                    "\(dataset.path), \(step) rows at a time: \(found[index]) for \(expected[index]) at \(index)",
                    line: line)
            }
            XCTAssertEqual(found.count, expected.count, line: line)
        }
        return true
    }

    private func assertMatches(_ names: [String], line: UInt = #line) throws {
        try withFile(path("a.h5")) { file in
            for name in names {
                let dataset = try file.root.dataset(name)
                XCTAssertTrue(
                    try dataset.elementType == .uint8
                        ? matches(dataset, as: UInt8.self, line: line) : matches(dataset, as: Float.self, line: line),
                    name, line: line)
                XCTAssertTrue(try matches(dataset, as: Double.self, line: line), name, line: line)
            }
        }
    }

    func testEveryTypeAndByteOrderIsConvertedAsByTheLibrary() throws {
        try write(
            """
            for order in '<>':
                for kind in ['i1', 'i2', 'i4', 'i8', 'u1', 'u2', 'u4', 'u8', 'f2', 'f4', 'f8']:
                    t = np.dtype(order + kind)
                    if kind[0] == 'f':
                        x = random.randn(40, 3) * 1000
                        x[0] = [0.0, -0.0, 1e-7]; x[1] = [np.inf, -np.inf, 65504]; x[2] = [6e-8, -6e-5, 1/3]
                        if kind == 'f8': x[3] = [3.4028235e38, 3.40282357e38, -1e300]; x[4] = [1e-45, 1e-46, -1e-40]
                    else:
                        info = np.iinfo(t)
                        x = random.randint(max(info.min, -2**62), min(info.max, 2**62), (40, 3))
                        x[0] = [0, info.max >> 1, 1]
                        x = x.astype(t); x[1] = [info.min, info.max, info.max // 3]
                    f.create_dataset(order + kind, data=x.astype(t), chunks=(7, 3), compression=4, shuffle=True)
            f.create_dataset('bool', data=random.rand(40, 3) > 0.5, chunks=(7, 3), compression=4)
            """)
        let kinds = ["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8"]
        try assertMatches(kinds.flatMap { ["<" + $0, ">" + $0] } + ["bool"])
    }

    func testBothByteOrdersOfBinary64RoundAlike() throws {
        try write(
            """
            x = np.concatenate([1.7e9 + np.arange(300) * 64, random.randn(300) * 1e30, [3.40282357e38, 1e-46]])
            for order in '<>':
                f[order] = x.astype(order + 'f8').reshape(-1, 2)
                f.create_dataset(order + 'chunks', data=x.astype(order + 'f8').reshape(-1, 2), chunks=(7, 2))
            f['right'] = x.astype('f4').reshape(-1, 2)
            """)
        try withFile(path("a.h5")) { file in
            let right = try file.root.dataset("right").read(as: Float.self)
            for name in ["<", ">", "<chunks", ">chunks"] {
                let dataset = try file.root.dataset(name)
                XCTAssertEqual(try dataset.read(as: Float.self), right, name)
                XCTAssertEqual(try dataset.read(start: [3, 1], count: [50, 1], as: Float.self)[7], right[21], name)
                XCTAssertTrue(try name.count == 1 || matches(dataset, as: Float.self), name)
            }
        }
    }

    func testEveryPipelineIsUndoneAsByTheLibrary() throws {
        for libver in ["earliest", "v110"] {
            try? FileManager.default.removeItem(atPath: path("a.h5"))
            try write(
                """
                x = random.randint(0, 100, (53, 6, 5))
                for i, t in enumerate(['u1', 'f4']):
                    for d in [None, 0, 1, 9]:
                        for s in [False, True]:
                            for c in [False, True]:
                                f.create_dataset(f'{t}{d}{s}{c}', data=x.astype(t), chunks=(8, 6, 5), compression='gzip'
                                    if d is not None else None, compression_opts=d, shuffle=s, fletcher32=c)
                """, libver: libver)
            var names: [String] = []
            for type in ["u1", "f4"] {
                for deflate in ["None", "0", "1", "9"] {
                    for shuffle in ["False", "True"] {
                        for check in ["False", "True"] { names.append(type + deflate + shuffle + check) }
                    }
                }
            }
            try assertMatches(names)
        }
    }

    func testEveryShapeOfChunkIsPutWhereItBelongs() throws {
        try write(
            """
            x = random.randint(0, 250, (29, 6, 5)).astype('u1')
            for i, c in enumerate([(1, 1, 1), (29, 6, 5), (4, 2, 5), (5, 6, 2), (7, 4, 3), (30, 6, 5), (3, 6, 5)]):
                f.create_dataset(f'c{i}', data=x, chunks=c, compression=1, maxshape=(None, 6, 5))
            f.create_dataset('flat', data=random.rand(31).astype('f4'), chunks=(4,), compression=1)
            """)
        try assertMatches((0..<7).map { "c\($0)" } + ["flat"])
    }

    func testChunksNeverWrittenHaveTheFillValue() throws {
        for libver in ["earliest", "v110"] {
            try? FileManager.default.removeItem(atPath: path("a.h5"))
            try write(
                """
                d = f.create_dataset('x', (40, 3), 'f8', chunks=(4, 3), fillvalue=2.5, compression=1); d[8:16] = 1
                f.create_dataset('empty', (40, 3), 'i4', chunks=(4, 3), fillvalue=-7)
                """, libver: libver)
            try assertMatches(["x", "empty"])
        }
    }

    func testChunksThatSkippedAFilterAreRead() throws {
        try write(
            """
            d = f.create_dataset('x', (8, 4), 'f4', chunks=(4, 4), compression=4, shuffle=True, fletcher32=False)
            d[...] = np.arange(32).reshape(8, 4)
            # Bits 0 and 1: neither shuffled nor compressed.
            d.id.write_direct_chunk((4, 0), (np.arange(16) + 100).astype('f4').tobytes(), filter_mask=3)
            """)
        try assertMatches(["x"])
    }

    func testWhatIsUnusualIsLeftToTheLibrary() throws {
        try write(
            """
            f['contiguous'] = np.zeros((4, 2), 'f4')
            p = h5py.h5p.create(h5py.h5p.DATASET_CREATE); p.set_chunk((2, 2)); p.set_deflate(1); p.set_shuffle()
            d = h5py.h5d.create(f.id, b'order', h5py.h5t.IEEE_F32LE, h5py.h5s.create_simple((4, 2)), dcpl=p)
            d.write(h5py.h5s.ALL, h5py.h5s.ALL, np.ones((4, 2), 'f4'))
            """)
        try withFile(path("a.h5")) { file in
            for name in ["contiguous", "order"] {
                XCTAssertNil(try HDF5ChunkReader<Float>(file.root.dataset(name)), name)
            }
            XCTAssertNil(try HDF5ChunkReader<UInt8>(file.root.dataset("order")), "of another type")
        }
    }

    // MARK: Damage

    /// The error for reading all of `x`.
    private func assertDamaged(_ words: String..., line: UInt = #line) throws {
        try withFile(path("a.h5")) { file in
            let reader = try XCTUnwrap(HDF5ChunkReader<Float>(file.root.dataset("x")))
            var values = [Float](repeating: 0, count: reader.dataset.count)
            do {
                try reader.read(rows: 0..<reader.dataset.shape[0], into: &values, scratch: HDF5ChunkScratch())
                XCTFail("no error", line: line)
            } catch let error as HDF5Error {
                for word in words { XCTAssert(error.description.contains(word), "\(error)", line: line) }
            }
        }
    }

    /// A data set `x` of 8 × 4 Float32 in two chunks, the second of which is replaced by bytes of Python.
    private func write(secondChunk: String, options: String) throws {
        try write(
            """
            import zlib, struct
            d = f.create_dataset('x', data=np.ones((8, 4), 'f4'), chunks=(4, 4), \(options))
            good = np.arange(16, dtype='f4').tobytes()
            d.id.write_direct_chunk((4, 0), \(secondChunk))
            """)
    }

    func testAWrongChecksumIsNamedWithItsChunk() throws {
        try write(secondChunk: "good + b'\\1\\2\\3\\4'", options: "fletcher32=True")
        try assertDamaged("a.h5: /x", "chunk at [4, 0] is damaged", "Fletcher32")
    }

    func testADeflateStreamThatEndsEarlyIsDamage() throws {
        try write(secondChunk: "zlib.compress(good)[:-7]", options: "compression=1")
        try assertDamaged("chunk at [4, 0] is damaged", "no whole deflate stream")
    }

    func testAFlippedBitInADeflateStreamIsDamage() throws {
        try write(
            secondChunk: "(lambda b: b[:20] + bytes([b[20] ^ 16]) + b[21:])(zlib.compress(good))",
            options: "compression=1")
        try assertDamaged("chunk at [4, 0] is damaged")
    }

    func testADeflateStreamThatExpandsToMoreOrLessThanAChunkIsDamage() throws {
        try write(secondChunk: "zlib.compress(bytes(1 << 22))[:1 << 10]", options: "compression=1")
        try assertDamaged("said to have 1024 bytes, more than the 132 that it can have")
        try? FileManager.default.removeItem(atPath: path("a.h5"))
        try write(secondChunk: "zlib.compress(bytes(1 << 12))", options: "compression=1")
        try assertDamaged("expands to more than the 64 bytes")
        try? FileManager.default.removeItem(atPath: path("a.h5"))
        try write(secondChunk: "zlib.compress(good[:60])", options: "compression=1")
        try assertDamaged("expected 64 bytes, found 60")
    }

    func testAFileThatEndsBeforeItsChunksIsAnError() throws {
        try write(
            "f.create_dataset('x', data=random.rand(4000, 4).astype('f4'), chunks=(400, 4), compression=1)")
        let size = try FileManager.default.attributesOfItem(atPath: path("a.h5"))[.size] as! Int
        XCTAssertEqual(truncate(path("a.h5"), size / 2), 0)
        assertThrows(.truncated) { try HDF5File(reading: path("a.h5")) }
    }

    func testChecksumsAreThoseOfTheSpecification() throws {
        // A byte by itself is the upper half of a word: (0x0100, 0x0100).
        try write("f.create_dataset('x', data=np.array([1, 2, 3], 'u1'), chunks=(3,), fletcher32=True)")
        try assertMatches(["x"])
    }
}
