import Foundation
import TestSupport
import XCTest

@testable import Datasets

/// Arrays and archives that NumPy wrote.
final class NPZImporterTests: HDF5TestCase {
    private func array(_ name: String, as role: ImportedRole = .inputs) throws -> ImportedArray {
        let file = path(name)
        return try NPYFile(bytes: try contents(of: file), file: file, object: nil).array(as: role)
    }

    func testEveryElementTypeByteOrderAndStorageOrderIsRead() throws {
        try python(
            """
            x = np.arange(24).reshape(2, 3, 4) % 2 + np.arange(24).reshape(2, 3, 4)
            for kind in ['u1', 'u2', 'u4', 'u8', 'i1', 'i2', 'i4', 'i8', 'f2', 'f4', 'f8']:
                for order in '<>':
                    a = x.astype(order + kind)
                    name = sys.argv[1] + '/' + kind + ('l' if order == '<' else 'b')
                    np.save(name + 'C.npy', a)
                    np.save(name + 'F.npy', np.asfortranarray(a))
            """, directory)
        let expected = (0..<24).map { Float($0 % 2 + $0) }
        for kind in ["u1", "u2", "u4", "u8", "i1", "i2", "i4", "i8", "f2", "f4", "f8"] {
            for variant in ["lC", "lF", "bC", "bF"] {
                let inputs = try array("\(kind)\(variant).npy")
                XCTAssertEqual(inputs.shape, [2, 3, 4])
                let targets = try array("\(kind)\(variant).npy", as: .targets)
                switch kind.first {
                case "f":
                    XCTAssertEqual(inputs.values, .float32(expected), kind + variant)
                    XCTAssertEqual(
                        targets.values, kind == "f8" ? .float64(expected.map { Double($0) }) : .float32(expected),
                        kind + variant)
                case "u" where kind == "u1":
                    XCTAssertEqual(inputs.values, .uint8(expected.map { UInt8($0) }), kind + variant)
                default:
                    XCTAssertEqual(inputs.values, .float32(expected), kind + variant)
                    XCTAssertEqual(targets.values, .int64(expected.map { Int64($0) }), kind + variant)
                }
            }
        }
    }

    func testSignedAndBooleanValuesAreRead() throws {
        try python(
            """
            np.save(sys.argv[1] + '/i.npy', np.array([[-1, -(1 << 62)]], '>i8'))
            np.save(sys.argv[1] + '/b.npy', np.array([[True, False]]))
            np.save(sys.argv[1] + '/h.npy', np.array([[-1.5, 65504]], 'f2'))
            np.save(sys.argv[1] + '/u.npy', np.array([3, (1 << 64) - 1], 'u8'))
            """, directory)
        XCTAssertEqual(try array("i.npy", as: .targets).values, .int64([-1, -(1 << 62)]))
        XCTAssertEqual(try array("b.npy").values, .float32([1, 0]))
        XCTAssertEqual(try array("b.npy", as: .targets).values, .int64([1, 0]))
        XCTAssertEqual(try array("h.npy").values, .float32([-1.5, 65504]))
        assertRefused(.labelOutOfRange, "18446744073709551615 at index 1") { try array("u.npy", as: .targets) }
    }

    func testEveryVersionOfTheFormatIsRead() throws {
        try python(
            """
            for version in [(1, 0), (2, 0), (3, 0)]:
                with open(sys.argv[1] + '/v%d.npy' % version[0], 'wb') as f:
                    np.lib.format.write_array(f, np.array([[1, 2]], 'f4'), version=version)
            """, directory)
        for version in 1...3 { XCTAssertEqual(try array("v\(version).npy").values, .float32([1, 2])) }
    }

    func testArraysThatAreNoNumbersAreRefused() throws {
        try python(
            """
            def save(name, a): np.save(sys.argv[1] + '/' + name, np.array(a), allow_pickle=True)
            save('object', [{}, None]); save('text', ['a']); save('bytes', [b'a']); save('complex', [1j])
            save('date', np.array(['2020-01-01'], 'M8[D]')); save('scalar', 3.0)
            np.save(sys.argv[1] + '/structure', np.zeros(2, [('a', '<f4'), ('b', 'i1')]))
            """, directory)
        assertRefused(.unsupported, "pickled programs") { try array("object.npy") }
        assertRefused(.unsupported, "texts ('<U1')", "numpy.unique") { try array("text.npy") }
        assertRefused(.unsupported, "texts ('|S1')") { try array("bytes.npy") }
        assertRefused(.unsupported, "'<c16'") { try array("complex.npy") }
        assertRefused(.unsupported, "M8") { try array("date.npy") }
        assertRefused(.unsupported, "a structure") { try array("structure.npy") }
        assertRefused(.wrongShape, "shape []") { try array("scalar.npy") }
    }

    func testHeadersThatLieAreRefused() throws {
        func read(_ header: String, _ bytes: [UInt8] = [], version: UInt8 = 1) throws -> ImportedArray {
            var data = Data([0x93] + Array("NUMPY".utf8) + [version, 0, UInt8(header.utf8.count), 0])
            data.append(contentsOf: Array(header.utf8) + bytes)
            try data.write(to: URL(fileURLWithPath: path("a.npy")))
            return try array("a.npy")
        }
        let good = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1), }\n"
        XCTAssertEqual(try read(good, [0, 0, 128, 63]).values, .float32([1]))
        assertRefused(.truncated, "4 bytes for shape [1, 1]", "found 3") { try read(good, [0, 0, 0]) }
        assertRefused(.truncated, "found 5") { try read(good, [0, 0, 0, 0, 0]) }
        assertRefused(.unsupported, "found 9.0") { try read(good, [0, 0, 0, 0], version: 9) }
        let huge = "(4294967296, 4294967296, 4294967296)"
        assertRefused(.wrongShape, "fits in memory") {
            try read("{'descr': '<f4', 'fortran_order': False, 'shape': \(huge)}")
        }
        assertRefused(.truncated) { try read("{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000, 1000)}") }
        assertRefused(.malformed, "whole numbers") {
            try read("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}")
        }
        for header in [
            "", "{", "{}", "[1, 2]", "{'descr': '<f4'}", "{'descr': '<f4', 'fortran_order': 0, 'shape': (1,)}",
            "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1,)}",
            String(repeating: "(", count: 200),
        ] {
            assertRefused(.malformed, "descr, fortran_order and shape") { try read(header) }
        }
        try Data("PK".utf8).write(to: URL(fileURLWithPath: path("a.npy")))
        assertRefused(.wrongFormat, "NUMPY") { try array("a.npy") }
    }

    func testArchivesAreReadStoredAndCompressed() throws {
        try python(
            """
            r = np.random.RandomState(0)
            arrays = dict(x_train=r.rand(50, 3).astype('f4'), y_train=r.randint(0, 4, 50))
            arrays |= dict(x_test=r.rand(7, 3).astype('f4'), y_test=r.randint(0, 4, 7))
            np.savez(sys.argv[1] + '/stored.npz', **arrays)
            np.savez_compressed(sys.argv[1] + '/deflated.npz', **arrays)
            with h5py.File(sys.argv[1] + '/same.h5', 'w') as f:
                for name, a in arrays.items(): f[name] = a
            """, directory)
        let same = try Dataset.load(DatasetDescription(path: path("same.h5")))
        for name in ["stored", "deflated"] {
            try ImportedDataset.make(at: path("\(name).h5")) { try .npz(path("\(name).npz")) }
            XCTAssertEqual(try Dataset.load(DatasetDescription(path: path("\(name).h5"))).digest, same.digest, name)
        }
    }

    func testArchivesWithZip64RecordsAreRead() throws {
        try python(
            """
            import zipfile, io
            zipfile.ZIP64_LIMIT = 10            # every size and offset takes the long form
            zipfile.ZIP_FILECOUNT_LIMIT = 1     # and so does the directory
            with zipfile.ZipFile(sys.argv[1], 'w') as z:
                for name, a in [('x', np.ones((2, 2))), ('y', np.array([0, 1]))]:
                    b = io.BytesIO(); np.save(b, a)
                    with z.open(name + '.npy', 'w', force_zip64=True) as f: f.write(b.getvalue())
            assert open(sys.argv[1], 'rb').read().count(b'PK\\x06\\x06') == 1
            """, path("long.npz"))
        XCTAssertEqual(try ImportedDataset.npz(path("long.npz")).tables[.train]?.targets?.values, .int64([0, 1]))
    }

    func testNamesCanBeGiven() throws {
        try python(
            """
            a = np.arange(6, dtype='f4').reshape(3, 2)
            train = dict(train_images=a, train_labels=[0, 1, 2])
            np.savez(sys.argv[1], **train, val_images=a + 1, val_labels=[0, 0, 0], extra=a + 9)
            """, path("a.npz"))
        let found = try ImportedDataset.npz(path("a.npz"), inputs: "images", targets: "labels")
        XCTAssertEqual(found.tables.keys.map(\.rawValue).sorted(), ["train", "validation"])
        let exact = try ImportedDataset.npz(
            path("a.npz"), splits: [.test: SplitDescription(inputs: "extra", targets: "val_labels")])
        XCTAssertEqual(exact.tables.keys.map(\.rawValue), ["test"])
        XCTAssertEqual(exact.tables[.test]?.inputs.values, .float32([9, 10, 11, 12, 13, 14]))
        assertRefused(.missingObject, "x_train", "there is no such array", "train_images") {
            try ImportedDataset.npz(path("a.npz"))
        }
        assertRefused(.missingObject, "extras", "Did you mean 'extra'?") {
            try ImportedDataset.npz(path("a.npz"), splits: [.test: SplitDescription(inputs: "extras", targets: "y")])
        }
        assertRefused(.missingObject, "wrong_train") {
            try ImportedDataset.npz(path("a.npz"), inputs: "images", targets: "wrong")
        }
    }

    func testPairOfArraysIsReadAndSplit() throws {
        try python(
            """
            np.save(sys.argv[1] + '/x', np.arange(20, dtype='f4').reshape(10, 2))
            np.save(sys.argv[1] + '/y', np.arange(10))
            """, directory)
        let imported = try ImportedDataset.npy(
            inputs: path("x.npy"), targets: path("y.npy"), split: SplitFractions(validation: 0.2, test: 0.3, seed: 1))
        XCTAssertEqual(Split.allCases.map { imported.tables[$0]!.inputs.rows }, [5, 2, 3])
        var all: [Int64] = []
        for table in imported.tables.values {
            guard case .int64(let labels) = table.targets?.values, case .float32(let inputs) = table.inputs.values
            else { return XCTFail("wrong types") }
            XCTAssertEqual(inputs, labels.flatMap { [Float($0) * 2, Float($0) * 2 + 1] }, "rows stay together")
            all += labels
        }
        XCTAssertEqual(all.sorted(), Array(0..<10))
    }

    func testDamagedArchivesAreRefused() throws {
        try python(
            """
            import zipfile
            np.savez(sys.argv[1] + '/a.npz', x=np.ones((3, 3)), y=[0, 1, 2])
            data = open(sys.argv[1] + '/a.npz', 'rb').read()
            open(sys.argv[1] + '/cut.npz', 'wb').write(data[:-30])
            at = data.index(b'NUMPY') + 150
            open(sys.argv[1] + '/sum.npz', 'wb').write(data[:at] + bytes([data[at] ^ 1]) + data[at + 1:])
            with zipfile.ZipFile(sys.argv[1] + '/bz.npz', 'w', zipfile.ZIP_BZIP2) as z:
                z.writestr('x.npy', b'a' * 100)
            # A member that says it inflates to 200 GB.
            np.savez_compressed(sys.argv[1] + '/b.npz', x=np.ones((3, 3)), y=[0, 1, 2])
            data = bytearray(open(sys.argv[1] + '/b.npz', 'rb').read())
            at = data.index(b'PK\\x01\\x02'); data[at + 24:at + 28] = (0xEEEEEEEE).to_bytes(4, 'little')
            open(sys.argv[1] + '/bomb.npz', 'wb').write(data)
            """, directory)
        assertRefused(.wrongFormat, "cut.npz", "without its directory") { try ImportedDataset.npz(path("cut.npz")) }
        assertRefused(.malformed, "sum.npz: x.npy", "checksum") { try ImportedDataset.npz(path("sum.npz")) }
        assertRefused(.unsupported, "compression method 12") { try ImportedDataset.npz(path("bz.npz")) }
        assertRefused(.malformed, "can inflate to", "4008636142") { try ImportedDataset.npz(path("bomb.npz")) }
        try Data("no archive".utf8).write(to: URL(fileURLWithPath: path("no.npz")))
        assertRefused(.wrongFormat, "a zip archive") { try ImportedDataset.npz(path("no.npz")) }
    }

    func testNumbersThatAreNotFiniteAreNamed() throws {
        try python("np.savez(sys.argv[1], x=np.array([[1, 2], [3, np.nan]]), y=[0, 1])", path("a.npz"))
        assertRefused(.notFinite, "a.npz: x", "nan in row 1, column 1") { try ImportedDataset.npz(path("a.npz")) }
    }
}
