import Foundation
import XCTest

/// Every file that is made is read back: a bit that turns on its way to the disk is an error, and no file.
final class ReadBackTests: CommandTestCase {
    private func assertNoticed(_ output: String, _ arguments: String..., line: UInt = #line) throws {
        let library = try Faults.build(in: directory)
        let outcome = try lockstep(arguments, environment: ["LD_PRELOAD": library, "DAMAGE": output])
        XCTAssertEqual(outcome.status, 1, outcome.output, line: line)
        XCTAssertTrue(outcome.errors.contains("lockstep: "), outcome.errors, line: line)
        XCTAssertEqual(try files().filter { $0.contains(output) }, [], line: line)
    }

    func testEveryKindOfFileIsReadBack() throws {
        try TestData.write(path("data.h5"), rows: ["train": 2000, "test": 500], features: [40])
        try write("dataset: data.h5\nnetwork: [{linear: 3}]\nbatchSize: 100\nepochs: 1\n", to: "run.yaml")
        XCTAssertEqual(try lockstep("train", "run.yaml", "--run", "run", "--quiet").status, 0)
        let rows = (0..<4000).map { "\($0 % 7).5,\($0 % 11).25,\($0 % 3)" }
        try write("a,b,y\n" + rows.joined(separator: "\n") + "\n", to: "a.csv")
        try assertNoticed("imported.h5", "import", "csv", "a.csv", "--output", "imported.h5")
        try assertNoticed("converted.h5", "convert", "data.h5", "--output", "converted.h5")
        try assertNoticed(
            "predicted.h5", "predict", "run/checkpoints/best.h5", "--dataset", "data.h5", "--output", "predicted.h5")
    }

    /// Above 256 MiB an import is not made in memory. The file that it is of has holes.
    func testALargeImportIsReadBack() throws {
        let rows = 9000
        let header = [0, 0, 8, 2] + [rows, 32_768].flatMap { [$0 >> 24, $0 >> 16 & 255, $0 >> 8 & 255, $0 & 255] }
        try Data(header.map(UInt8.init)).write(to: URL(fileURLWithPath: path("images")))
        XCTAssertEqual(truncate(path("images"), 12 + rows * 32_768), 0)
        let labels = [0, 0, 8, 1] + [rows >> 24, rows >> 16 & 255, rows >> 8 & 255, rows & 255]
        try Data(labels.map(UInt8.init) + Data(count: rows)).write(to: URL(fileURLWithPath: path("labels")))
        try assertNoticed(
            "large.h5", "import", "idx", "images", "labels", "--output", "large.h5")
    }
}
