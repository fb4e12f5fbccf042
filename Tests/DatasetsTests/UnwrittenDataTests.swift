import Datasets
import Foundation
import HDF5
import TestSupport
import XCTest

/// Data of which a part was never written, or whose size is not to be believed.
final class UnwrittenDataTests: HDF5TestCase {
    private func load(_ script: String, format: String = "earliest") throws -> Dataset {
        let file = path("data.h5")
        try python(
            "x, y = np.arange(48, dtype='f4').reshape(12, 4), np.arange(12) % 3\n"
                + "with h5py.File(sys.argv[1], 'w', libver=eval(sys.argv[2])) as f:\n    " + script, file,
            format == "earliest" ? "'earliest'" : "('v110', 'v110')")
        return try Dataset.load(DatasetDescription(path: file))
    }

    func testWhatWasNeverWrittenIsRefusedInEveryLayoutAndFormat() throws {
        for (format, options) in [("earliest", ""), ("v110", ", compression='gzip'"), ("v110", ", maxshape=(None, 4)")]
        {
            assertRefused(.malformed, "data.h5: x_train", "all of its rows written", "none") {
                try load("f.create_dataset('x_train', (12, 4)); f['y_train'] = y", format: format)
            }
            assertRefused(.malformed, "data.h5: y_train", "none") {
                try load("f['x_train'] = x; f.create_dataset('y_train', (12,), 'i4')", format: format)
            }
            assertRefused(.malformed, "none: it was made, and nothing was written") {
                try load(
                    "f.create_dataset('x_train', (12, 4), chunks=(5, 4)\(options)); f['y_train'] = y",
                    format: format)
            }
            // Chunks begin with rows 0, 5 and 10; the writer died in the second.
            assertRefused(.malformed, "x_train", "1 of its 3 chunks missing, the first with row 10") {
                try load(
                    "d = f.create_dataset('x_train', (12, 4), chunks=(5, 4)\(options)); d[:10] = x[:10]\n"
                        + "    f['y_train'] = y", format: format)
            }
            assertRefused(.malformed, "1 of its 6 chunks missing, the first with row 5") {
                try load(
                    "d = f.create_dataset('x_train', (12, 4), chunks=(5, 2)\(options)); d[:] = x\n"
                        + "    del f['x_train']; d = f.create_dataset('x_train', (12, 4), chunks=(5, 2)\(options))\n"
                        + "    d[:, :2] = x[:, :2]; d[:5] = x[:5]; d[10:] = x[10:]; f['y_train'] = y",
                    format: format)
            }
            XCTAssertEqual(
                try load(
                    "f.create_dataset('x_train', data=x, chunks=(5, 2)\(options)); f['y_train'] = y",
                    format: format)[.train]?.count, 12)
        }
    }

    /// The command that the message proposes.
    func testAFillValueThatIsWrittenIsTaken() throws {
        let dataset = try load(
            "d = f.create_dataset('x_train', (12, 4), chunks=(5, 4), fillvalue=7); d[:5] = x[:5]; f['y_train'] = y\n"
                + "    f['x_train'][...] = f['x_train'][...]")
        XCTAssertEqual(try XCTUnwrap(dataset[.train]).batch([11]), [7, 7, 7, 7])
    }

    func testConvertDoesNotMakeZerosOfWhatWasNeverWritten() throws {
        _ = try? load(
            "d = f.create_dataset('x_train', (12, 4), chunks=(5, 4)); d[:5] = x[:5]; f['y_train'] = y")
        assertRefused(.malformed, "2 of its 3 chunks missing, the first with row 5") {
            try DatasetConversion([path("data.h5")]).write(to: path("converted.h5"))
        }
        XCTAssertFalse(FileManager.default.fileExists(atPath: path("converted.h5")))
    }

    func testVirtualDataAreNamedAsWhatTheyAre() throws {
        for (what, rest) in [("x_train", "f['y_train'] = y"), ("y_train", "f['x_train'] = x")] {
            let shape = what == "x_train" ? "(12, 4)" : "(12,)"
            assertThrows(HDF5Error.Kind.refused, what, "it is virtual", "g['\(what)'] = f['\(what)'][...]") {
                try load(
                    "l = h5py.VirtualLayout(shape=\(shape), dtype='f4')\n"
                        + "    l[...] = h5py.VirtualSource('other.h5', 'x', shape=\(shape))\n"
                        + "    f.create_virtual_dataset('\(what)', l); \(rest)")
            }
        }
    }

    func testSizesThatNothingStandsForAreRefused() throws {
        let absurd = [
            "f['x_train'] = x; f.create_dataset('y_train', (12, 2**55), 'i8')",
            "f['x_train'] = x; f.create_dataset('y_train', (12, 2**58), 'u1')",
            "f['x_train'] = x; f.create_dataset('y_train', (12, 2**40), 'f4', chunks=(1, 2**20))",
            "f.create_dataset('x_train', (2**31 - 1, 2**28), 'u1'); f.create_dataset('y_train', (2**31 - 1,), 'i8')",
            "f.create_dataset('x_train', (2**31 - 1, 1), 'u1'); f.create_dataset('y_train', (2**31 - 1, 2**28), 'i8')",
        ]
        for script in absurd {
            XCTAssertThrowsError(try load(script), script) { error in
                XCTAssertEqual((error as? HDF5Error)?.kind, .refused, "\(script): \(error)")
            }
        }
    }
}
