import Datasets
import XCTest

final class ConvertTests: CommandTestCase {
    func testFilesAreRewrittenAndListed() throws {
        try TestData.write(path("a.h5"), rows: ["train": 300, "test": 10])
        let outcome = try lockstep("convert", "a.h5", "-o", "b.h5", "--compress", "4", "--fletcher32")
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        XCTAssertEqual(outcome.errors, "")
        XCTAssertEqual(
            outcome.output,
            """
            b.h5
              x_train: [300, 4] uint8, chunks of 256 rows, gzip 4, fletcher32
              y_train: [300] uint8, chunks of 300 rows, gzip 4, fletcher32
              x_test: [10, 4] uint8, chunks of 10 rows, gzip 4, fletcher32
              y_test: [10] uint8, chunks of 10 rows, gzip 4, fletcher32

            """)
        try lockstep("convert", "b.h5", "--output", "c.h5")
        let digests = try ["a.h5", "c.h5"].map { try Dataset.load(.file(path($0))).digest }
        XCTAssertEqual(digests[0], digests[1])
    }

    func testWhatIsThereStays() throws {
        try TestData.write(path("a.h5"))
        assertFails(
            try lockstep("convert", "a.h5", "-o", "a.h5"), "a.h5: expected a new file, found one that exists",
            "--overwrite")
        XCTAssertEqual(try lockstep("convert", "a.h5", "-o", "a.h5", "--overwrite", "--chunk", "8").status, 0)
        XCTAssertEqual(try Dataset.load(.file(path("a.h5")))[.train]!.count, 30)
        XCTAssertEqual(try files(), ["a.h5"])
    }

    func testAMissingFileIsNamed() throws {
        assertFails(try lockstep("convert", "a.h5", "-o", "b.h5"), "a.h5", "no such file")
        XCTAssertEqual(try files(), [])
    }
}
