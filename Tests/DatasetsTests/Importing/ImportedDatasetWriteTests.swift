import Datasets
import Foundation
import HDF5
import TestSupport
import XCTest

final class ImportedDatasetWriteTests: HDF5TestCase {
    private func imported() throws -> ImportedDataset {
        try Data("a,b,y\n1,2,cat\n3,4,dog\n5,6,cat\n".utf8).write(to: URL(fileURLWithPath: path("a.csv")))
        return try .csv(path("a.csv"), CSVOptions(split: SplitFractions(), standardizes: false))
    }

    private func files() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
    }

    func testH5pyReadsWhatIsWritten() throws {
        try imported().write(to: path("a.h5"))
        let text = try python(
            """
            f = h5py.File(sys.argv[1])
            print(f['x_train'][:].tolist(), f['x_train'].dtype, f['y_train'][:].tolist(), f['y_train'].dtype)
            print(list(f.attrs['class_names']), list(f['x_train'].attrs['feature_names']), f['x_train'].chunks)
            """, path("a.h5"))
        XCTAssertEqual(
            text,
            """
            [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]] float32 [0, 1, 0] int64
            ['cat', 'dog'] ['a', 'b'] None
            """)
    }

    func testLoadingGivesBackWhatWasImported() throws {
        try imported().write(to: path("a.h5"))
        let dataset = try Dataset.load(DatasetDescription(path: path("a.h5")))
        XCTAssertEqual(dataset[.train]!.batch(), [1, 2, 3, 4, 5, 6])
        XCTAssertEqual(dataset[.train]!.labels(), [0, 1, 0])
        XCTAssertEqual(dataset.classNames, ["cat", "dog"])
    }

    func testSameContentGivesTheSameFile() throws {
        try imported().write(to: path("a.h5"))
        try imported().write(to: path("b.h5"))
        XCTAssertEqual(
            try Data(contentsOf: URL(fileURLWithPath: path("a.h5"))),
            try Data(contentsOf: URL(fileURLWithPath: path("b.h5"))))
    }

    func testExistingOutputStaysUnlessItMayBeOverwritten() throws {
        try Data("precious".utf8).write(to: URL(fileURLWithPath: path("a.h5")))
        var wasRead = false
        assertRefused(.exists, path("a.h5"), "Choose another name") {
            try ImportedDataset.make(at: path("a.h5")) {
                wasRead = true
                return try imported()
            }
        }
        XCTAssertFalse(wasRead, "nothing is read in vain")
        XCTAssertEqual(try String(contentsOfFile: path("a.h5"), encoding: .utf8), "precious")
        try ImportedDataset.make(at: path("a.h5"), overwrite: true) { try imported() }
        XCTAssertNoThrow(try Dataset.load(DatasetDescription(path: path("a.h5"))))
        XCTAssertEqual(try files(), ["a.csv", "a.h5"])
    }

    func testFailureLeavesNothingBehind() throws {
        assertRefused(.missingFile) {
            try ImportedDataset.make(at: path("a.h5"), overwrite: true) { try .csv(path("none.csv")) }
        }
        XCTAssertEqual(try files(), [])
    }

    func testFullDiskLeavesNothingBehindAndTheOldFileWhole() throws {
        let imported = try imported()
        try imported.write(to: path("a.h5"))
        let before = try Data(contentsOf: URL(fileURLWithPath: path("a.h5")))
        // A file that may not grow beyond 1 KiB fails like a full disk; the signal must not kill the process.
        var old = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &old)
        let handler = signal(SIGXFSZ, SIG_IGN)
        var small = rlimit(rlim_cur: 1024, rlim_max: old.rlim_max)
        setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &small)
        let result = Result { try imported.write(to: path("a.h5"), overwrite: true) }
        setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &old)
        signal(SIGXFSZ, handler)
        assertRefused(.writeFailed, path("a.h5"), "cannot write", "File too large") { try result.get() }
        XCTAssertEqual(try Data(contentsOf: URL(fileURLWithPath: path("a.h5"))), before)
        XCTAssertEqual(try files(), ["a.csv", "a.h5"])
    }

    func testFolderThatIsNotThereOrTheOutputIsNamed() throws {
        assertRefused(.writeFailed, "\(path("none")): No such file or directory") {
            try imported().write(to: path("none/a.h5"))
        }
        assertRefused(.exists, directory) { try imported().write(to: directory, overwrite: true) }
    }

    func testSummaryHasALineForEachSplit() throws {
        XCTAssertEqual(try imported().summary, "train: 3 samples of [2] float32, targets [3] int64")
    }
}
