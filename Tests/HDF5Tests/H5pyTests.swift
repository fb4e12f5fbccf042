import HDF5
import TestSupport
import XCTest

/// What h5py writes, we read; what we write, h5py reads.
final class H5pyTests: HDF5TestCase {
    func testEveryNumberTypeOfNumPyIsReadInEitherByteOrder() throws {
        try python(
            """
            f = h5py.File(sys.argv[1], 'w')
            for order in '<>':
                for kind in ['i1', 'i2', 'i4', 'i8', 'u1', 'u2', 'u4', 'u8', 'f2', 'f4', 'f8']:
                    f[order + kind] = np.array([[0, 1, 2], [3, 100, 7]], dtype=order + kind)
            """, path("a.h5"))
        try withFile(path("a.h5")) { file in
            let root = try file.root
            XCTAssertEqual(try root.children().count, 22)
            for link in try root.children() {
                let dataset = try root.dataset(link.name)
                XCTAssertTrue(dataset.elementType.isNumeric, link.name)
                let big = link.name.hasPrefix(">") && !link.name.hasSuffix("1")
                XCTAssertEqual(dataset.elementType.byteOrder, big ? .bigEndian : .littleEndian, link.name)
                XCTAssertEqual(try dataset.read(as: Float.self), [0, 1, 2, 3, 100, 7], link.name)
                XCTAssertEqual(try dataset.read(as: Int32.self), [0, 1, 2, 3, 100, 7], link.name)
            }
            XCTAssertEqual(try root.dataset(">f2").elementType.description, "float16 (big endian)")
        }
    }

    func testEveryFloat16IsWidenedExactly() throws {
        try python(
            "f = h5py.File(sys.argv[1], 'w'); f['x'] = np.arange(65536).astype(np.uint16).view(np.float16)",
            path("a.h5"))
        try withFile(path("a.h5")) { file in
            let values = try file.root.dataset("x").read(as: Float.self)
            for (bits, value) in values.enumerated() {
                let expected = widen(UInt16(bits))
                XCTAssertTrue(value.bitPattern == expected.bitPattern || value.isNaN && expected.isNaN, "\(bits)")
            }
        }
    }

    /// A number of binary16, by its definition.
    private func widen(_ bits: UInt16) -> Float {
        let (exponent, fraction) = (Int(bits >> 10 & 31), Float(bits & 1023) / 1024)
        let magnitude: Float
        switch exponent {
        case 0: magnitude = fraction * 0x1p-14
        case 31: magnitude = fraction == 0 ? .infinity : .nan
        default: magnitude = Float(sign: .plus, exponent: exponent - 15, significand: 1 + fraction)
        }
        return bits >> 15 == 1 ? -magnitude : magnitude
    }

    func testEveryLayoutOfH5pyIsRead() throws {
        try python(
            """
            x = np.arange(6000, dtype='f4').reshape(60, 100)
            for version in ['earliest', 'v108', 'v110']:
                f = h5py.File(sys.argv[1] + version, 'w', libver=version)
                f['contiguous'] = x
                f.create_dataset('auto', data=x, chunks=True)
                f.create_dataset('gzip', data=x, compression='gzip', shuffle=True, fletcher32=True)
                f.create_dataset('rows', data=x, chunks=(7, 100), compression='gzip', compression_opts=9)
                f.create_dataset('growing', data=x, maxshape=(None, 100))
                f.create_dataset('growing2', data=x, maxshape=(None, None), compression='gzip')
                d = f.create_dataset('grown', shape=(10, 100), maxshape=(None, 100), chunks=(16, 16), dtype='f4')
                d.resize((60, 100)); d[...] = x
                f.close()
            """, path("a"))
        for version in ["earliest", "v108", "v110"] {
            try withFile(path("a\(version)")) { file in
                let names = try file.root.children().map(\.name)
                XCTAssertEqual(names.count, 7)
                for name in names {
                    let dataset = try file.root.dataset(name)
                    XCTAssertEqual(dataset.shape, [60, 100])
                    XCTAssertEqual(try dataset.read(as: Float.self), [Float](stride(from: 0, to: 6000, by: 1)), name)
                    XCTAssertEqual(try dataset.read(rows: 59..<60, as: Int.self), [Int](5900..<6000), name)
                }
            }
        }
    }

    func testBooleansAreReadAsNumbers() throws {
        try python("f = h5py.File(sys.argv[1], 'w'); f['x'] = np.array([True, False, True])", path("a.h5"))
        try withFile(path("a.h5")) { file in
            let dataset = try file.root.dataset("x")
            XCTAssertEqual(dataset.elementType, .boolean)
            XCTAssertEqual(try dataset.read(as: UInt8.self), [1, 0, 1])
            XCTAssertEqual(try dataset.read(as: Float.self), [1, 0, 1])
        }
    }

    func testEveryKindOfAttributeOfH5pyIsRead() throws {
        try python(
            """
            f = h5py.File(sys.argv[1], 'w')
            a = f.attrs
            a['int'] = 5; a['big'] = np.array(-3, dtype='>i2')
            a['unsigned'] = np.uint64(2**64 - 1); a['float'] = 0.25; a['half'] = np.float16(1.5)
            a['bool'] = True; a['bools'] = np.array([True, False]); a['matrix'] = np.array([[1, 2], [3, 4]])
            a['str'] = 'größe'; a['strs'] = ['a', 'größe', '']; a['bytes'] = np.bytes_('fixed')
            a['array'] = np.array([b'ab', b'abcd']); a['ascii'] = b'plain'; a['empty'] = h5py.Empty('f4')
            a['objects'] = np.array(['x', 'y'], dtype=h5py.string_dtype('ascii'))
            a['utf8'] = np.array('größe'.encode(), dtype=h5py.string_dtype('utf-8', 10))
            a['compound'] = np.array((1, 2.0), dtype=[('a', 'i4'), ('b', 'f4')]); a['ref'] = f.ref
            """, path("a.h5"))
        try withFile(path("a.h5")) { file in
            let attributes = try file.root.attributes
            let expected: [(String, HDF5AttributeValue, [Int])] = [
                ("int", .integers([5]), []), ("big", .integers([-3]), []),
                ("unsigned", .unsignedIntegers([.max]), []), ("float", .numbers([0.25]), []),
                ("half", .numbers([1.5]), []), ("bool", .booleans([true]), []),
                ("bools", .booleans([true, false]), [2]), ("matrix", .integers([1, 2, 3, 4]), [2, 2]),
                ("str", .strings(["größe"]), []), ("strs", .strings(["a", "größe", ""]), [3]),
                ("bytes", .strings(["fixed"]), []), ("array", .strings(["ab", "abcd"]), [2]),
                ("ascii", .strings(["plain"]), []), ("empty", .numbers([]), [0]),
                ("objects", .strings(["x", "y"]), [2]), ("utf8", .strings(["größe"]), []),
                ("compound", .none, []), ("ref", .none, []),
            ]
            for (name, value, shape) in expected {
                let attribute = try XCTUnwrap(try attributes.attribute(name), name)
                XCTAssertEqual(attribute.value, value, name)
                XCTAssertEqual(attribute.shape, shape, name)
            }
            XCTAssertEqual(try attributes.names().count, expected.count)
        }
    }

    func testH5pyReadsEveryTypeAndStorageThatWeWrite() throws {
        let types: [HDF5ElementType] = [
            .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64, .float16, .float32, .float64,
        ]
        try withNewFile(path("a.h5")) { file in
            for type in types {
                try file.root.write("\(type)", [1, 2, 3, 100, 5, 6], shape: [3, 2], type: type)
                let storage = HDF5Storage.chunked([2, 2], deflate: 6, shuffle: true, fletcher32: true)
                try file.root.write(
                    "big/\(type.size)\(type)", [1, 2, 3, 100, 5, 6], shape: [3, 2], type: type.bigEndian,
                    storage: storage)
            }
        }
        let output = try python(
            """
            f = h5py.File(sys.argv[1])
            for group in [f, f['big']]:
                for name, d in sorted(group.items()):
                    if isinstance(d, h5py.Dataset):
                        assert d[...].tolist() == [[1, 2], [3, 100], [5, 6]], name
                        print(d.dtype.str, end=' ')
            """, path("a.h5"))
        XCTAssertEqual(
            output,
            "<f2 <f4 <f8 <i2 <i4 <i8 |i1 <u2 <u4 <u8 |u1 |i1 |u1 >f2 >i2 >u2 >f4 >i4 >u4 >f8 >i8 >u8 ")
    }

    func testH5pyReadsEveryKindOfAttributeThatWeWrite() throws {
        try withNewFile(path("a.h5")) { file in
            let attributes = try file.root.attributes
            try attributes.set("step", 12)
            try attributes.set("seed", UInt64.max)
            try attributes.set("rate", 0.25)
            try attributes.set("shape", [28, 28])
            try attributes.set("text", "größe")
            try attributes.set("names", ["a", "größe"])
            try attributes.setFixed("digest", "00ff")
            try attributes.set("done", true)
        }
        let output = try python(
            """
            a = h5py.File(sys.argv[1]).attrs
            print({k: v.tolist() if isinstance(v, (np.ndarray, np.generic)) else v for k, v in sorted(a.items())})
            print(type(a['done']).__name__, type(a['text']).__name__)
            """, path("a.h5"))
        XCTAssertEqual(
            output,
            "{'digest': b'00ff', 'done': True, 'names': ['a', 'größe'], 'rate': 0.25, 'seed': 18446744073709551615, "
                + "'shape': [28, 28], 'step': 12, 'text': 'größe'}\nbool_ str")
    }
}
