import Foundation
import TestSupport
import Training
import XCTest

final class InspectTests: CommandTestCase {
    func testACheckpointShowsItsNetworkProgressAndConfiguration() throws {
        let checkpoint = try newestCheckpoint(of: trainSmall(arguments: "--steps", "7"))
        let outcome = try lockstep("inspect", checkpoint)

        XCTAssertEqual(outcome.status, 0, outcome.errors)
        XCTAssertEqual(outcome.result("  fingerprint"), try fingerprint(of: checkpoint))
        XCTAssertEqual(outcome.result("  bits version"), "\(bitsVersion)")
        XCTAssertEqual(outcome.result("  step"), "7")
        XCTAssertEqual(outcome.result("  epochs"), "1 complete, 30 samples of the next")
        XCTAssertEqual(outcome.result("  linear1")?.split(separator: " "), ["[8]", "104"])
        XCTAssertEqual(outcome.result("  total"), "131")
        XCTAssertTrue(outcome.lines.contains("  batchSize: 15"), outcome.output)
        XCTAssertTrue(
            outcome.lines.contains { $0.contains("weight") && $0.contains("float32") && $0.contains("[12, 8]") })
    }

    func testADataSetShowsSplitsAndClasses() throws {
        try TestData.write(path("data.h5")) { file in
            try file.root.attributes.set("title", "Trees")
            try file.root.attributes.set("class_names", ["oak", "elm", "fir"])
            try file.root.dataset("x_train").attributes.set("scale", 0.5)
        }
        let outcome = try lockstep("inspect", "data.h5")

        XCTAssertEqual(outcome.status, 0, outcome.errors)
        XCTAssertEqual(outcome.result("  title"), "Trees")
        XCTAssertEqual(outcome.result("  targets"), "3 classes: oak, elm, fir")
        XCTAssertEqual(outcome.result("  inputs"), "[4], scaled by 0.5")
        XCTAssertEqual(outcome.result("  train")?.split(separator: " "), ["30", "10", "10", "10"])
        XCTAssertEqual(outcome.result("  test")?.split(separator: " "), ["10", "4", "3", "3"])
        XCTAssertNotNil(outcome.result("  digest"))
    }

    func testAnyFileOfH5pyShowsItsTree() throws {
        try python(
            """
            with h5py.File(sys.argv[1], "w") as file:
                file.create_dataset("a/images", data=np.zeros((64, 28, 28), "u1"), chunks=(16, 28, 28),
                                    compression="gzip", compression_opts=4, shuffle=True, fletcher32=True)
                file["a"].attrs["names"] = ["one", "two"]
                file["big"] = np.arange(3, dtype=">f8")
                file["soft"] = h5py.SoftLink("/elsewhere")
                file["external"] = h5py.ExternalLink("other.h5", "/x")
                file.attrs["flag"] = True
            """, path("any.h5"))
        let lines = try lockstep("inspect", "any.h5").lines

        func cells(_ name: String) throws -> String {
            let line = try XCTUnwrap(lines.first { $0.trimmingCharacters(in: .whitespaces).hasPrefix(name) }, name)
            return line.split(separator: " ").joined(separator: " ")
        }
        let images = try cells("images")
        XCTAssertTrue(
            images.hasPrefix("images uint8 [64, 28, 28] chunks [16, 28, 28], shuffle, gzip 4, fletcher32, "), images)
        XCTAssertTrue(images.hasSuffix(" of 49.0 KiB"), images)
        XCTAssertEqual(try cells("@names"), #"@names string [2] "one", "two""#)
        XCTAssertEqual(try cells("big"), "big float64 (big endian) [3] contiguous, 24 bytes")
        XCTAssertEqual(try cells("soft"), "soft soft link to /elsewhere")
        XCTAssertEqual(try cells("external"), "external external link to /x in other.h5")
        XCTAssertEqual(try cells("@flag"), "@flag bool true")
    }

    func testTextFromAFileCannotDriveTheTerminal() throws {
        try TestData.write(path("data.h5")) { file in
            try file.root.attributes.set("title", "red \u{1B}[31m bell \u{7} turned \u{202E} end")
            try file.root.attributes.set("class_names", ["a\rb", "c\n", "\u{9B}d"])
            try file.root.createGroup("evil \u{1B}]0;name\u{7}")
        }
        let outcome = try lockstep("inspect", "data.h5")

        let unwanted = outcome.output.unicodeScalars.filter { scalar in
            scalar != "\n" && [.control, .format].contains(scalar.properties.generalCategory)
        }
        XCTAssertTrue(unwanted.isEmpty, "\(unwanted.map(\.value))")
        XCTAssertTrue(outcome.output.contains("red \\u{1B}[31m bell \\u{7} turned \\u{202E} end"), outcome.output)
    }

    func testADataSetThatCannotBeUsedSaysWhy() throws {
        try TestData.write(path("data.h5"), classes: 3) { file in
            try file.root.write("x_validation2", [Float.nan, 1], shape: [2, 1])
        }
        XCTAssertEqual(try lockstep("inspect", "data.h5").status, 0)
        try withNewFile(path("bad.h5")) { file in
            try file.root.write("x_train", [Float.nan, 1], shape: [2, 1])
            try file.root.write("y_train", [UInt8(0), 1], shape: [2])
        }
        let outcome = try lockstep("inspect", "bad.h5")
        XCTAssertEqual(outcome.status, 0)
        XCTAssertTrue(try XCTUnwrap(outcome.lines.first).hasPrefix("cannot be used as a data set: "), outcome.output)
        XCTAssertTrue(outcome.output.contains("nan in row 0"), outcome.output)
    }

    func testADamagedCheckpointShowsWhatIsThereAndFails() throws {
        leavesDamaged("run", "linear1/bias is damaged")
        let checkpoint = try newestCheckpoint(of: trainSmall())
        try python(
            "file = h5py.File(sys.argv[1], 'r+'); file['parameters/linear1/bias'][0] = 7.0; file.close()",
            path(checkpoint))
        let outcome = try lockstep("inspect", checkpoint)

        XCTAssertEqual(outcome.status, 1)
        XCTAssertTrue(outcome.output.contains("linear1/"))
        XCTAssertTrue(outcome.errors.contains("linear1/bias is damaged"), outcome.errors)
    }

    func testWhatIsNotHDF5IsRefused() throws {
        try write("hello", to: "hello.txt")
        assertFails(try lockstep("inspect", "hello.txt"), "hello.txt", "expected an HDF5 file")
        assertFails(try lockstep("inspect", "none.h5"), "none.h5", "no such file")
        assertFails(try lockstep("inspect", "."), "expected an HDF5 file, found a directory")
    }
}
