import Foundation
import ImageWriting
import TestSupport
import XCTest

final class ImportTests: CommandTestCase {
    private static let table = """
        id,petal,sepal,species
        1,1.4,0.2,setosa
        2,4.7,1.4,versicolor
        3,6.0,2.5,virginica
        4,1.3,0.3,setosa
        5,4.5,1.5,versicolor
        6,5.9,2.1,virginica
        7,1.5,0.1,setosa
        8,4.9,1.3,versicolor
        9,5.8,2.2,virginica
        10,1.6,0.2,setosa

        """

    func testATableBecomesADataSetThatCanBeTrainedOn() throws {
        try write(Self.table, to: "trees.csv")
        let outcome = try lockstep("import", "csv", "trees.csv", "--target", "species", "--exclude", "id")

        XCTAssertEqual(outcome.status, 0, outcome.errors)
        XCTAssertEqual(outcome.lines.first, "trees.h5")
        XCTAssertTrue(outcome.lines.contains("  train: 7 samples of [2] float32, targets [7] int64"), outcome.output)
        XCTAssertTrue(outcome.lines.contains { $0.hasPrefix("  test: 2 samples") }, outcome.output)
        let inspected = try lockstep("inspect", "trees.h5").output
        XCTAssertTrue(inspected.contains("3 classes: setosa, versicolor, virginica"), inspected)
        try write("{dataset: trees.h5, network: [{linear: 3}], epochs: 1}", to: "config.yaml")
        XCTAssertEqual(try lockstep("train", "config.yaml", "--run", "run").status, 0)
    }

    func testOptionsOfTables() throws {
        try write("1;a;10\n2;b;20\n3;c;30\n4;d;40\n", to: "plain.txt")
        let outcome = try lockstep(
            "import", "csv", "plain.txt", "--output", "plain.h5", "--header", "absent", "--delimiter", ";",
            "--target", "3", "--exclude", "2", "--task", "regression", "--no-standardize", "--validation-fraction",
            "0", "--test-fraction", "0.5", "--split-seed", "3")

        XCTAssertEqual(outcome.status, 0, outcome.errors)
        let report = try python(
            """
            with h5py.File(sys.argv[1]) as file:
                print({name: file[name].shape for name in file}, sorted(file["x_train"].attrs))
                both = np.concatenate([file["x_train"][:, 0], file["x_test"][:, 0]])
                print(sorted(both), sorted(np.concatenate([file["y_train"], file["y_test"]])))
            """, path("plain.h5"))
        XCTAssertEqual(
            report,
            """
            {'x_test': (2, 1), 'x_train': (2, 1), 'y_test': (2,), 'y_train': (2,)} []
            [1.0, 2.0, 3.0, 4.0] [10.0, 20.0, 30.0, 40.0]
            """)
    }

    func testFilesOfIDX() throws {
        try python(
            """
            import gzip, struct
            def idx(name, array):
                data = struct.pack(">HBB", 0, 8, array.ndim) + struct.pack(f">{array.ndim}I", *array.shape)
                data += array.astype("u1").tobytes()
                open(name, "wb").write(gzip.compress(data) if name.endswith(".gz") else data)
            folder = sys.argv[1]
            idx(folder + "/train-images-idx3-ubyte.gz", np.arange(96).reshape(6, 4, 4))
            idx(folder + "/train-labels-idx1-ubyte", np.arange(6) % 3)
            """, directory)
        for arguments in [["."], ["train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte"]] {
            let outcome = try shell("$lockstep import idx \(arguments.joined(separator: " ")) -o out.h5 --overwrite")
            XCTAssertEqual(outcome.status, 0, outcome.errors)
            XCTAssertTrue(
                outcome.lines.contains("  train: 6 samples of [4, 4] uint8, targets [6] uint8"), outcome.output)
        }
    }

    func testArchivesAndArraysOfNumPy() throws {
        try python(
            """
            folder = sys.argv[1]
            x, y = np.arange(40, dtype="f8").reshape(10, 4), np.arange(10) % 2
            np.savez_compressed(folder + "/both.npz", x_train=x, y_train=y, images_test=x[:3], labels_test=y[:3])
            np.save(folder + "/x.npy", x); np.save(folder + "/y.npy", y)
            """, directory)
        let archive = try lockstep("import", "npz", "both.npz")
        XCTAssertEqual(archive.status, 0, archive.errors)
        XCTAssertEqual(archive.lines.first, "both.h5")
        XCTAssertTrue(archive.output.contains("train: 10 samples of [4] float32"), archive.output)

        let named = try lockstep(
            "import", "npz", "both.npz", "--inputs", "images", "--targets", "labels", "--output", "test.h5")
        XCTAssertTrue(named.output.contains("test: 3 samples"), named.output + named.errors)

        let arrays = try lockstep("import", "npz", "x.npy", "y.npy", "-o", "two.h5", "--validation-fraction", "0.2")
        XCTAssertTrue(arrays.output.contains("train: 8 samples"), arrays.output + arrays.errors)
        XCTAssertTrue(arrays.output.contains("validation: 2 samples"), arrays.output)
    }

    /// The pages of a file are the system's to take back: only what becomes of them is the program's own memory.
    func testArraysAreInMemoryOnce() throws {
        let peak = try python(
            """
            import os, subprocess, time
            program, folder = sys.argv[1:]
            np.savez(folder + '/a.npz', x=np.ones((60_000, 250), 'f4'), y=np.arange(60_000) % 3)
            command = [program, 'import', 'npz', folder + '/a.npz', '--output', folder + '/a.h5']
            child, peak = subprocess.Popen(command, stdout=subprocess.DEVNULL), 0
            while child.poll() is None:
                lines = open(f'/proc/{child.pid}/status').read().splitlines()
                peak = max([peak] + [int(line.split()[1]) for line in lines if line.startswith('RssAnon')])
                time.sleep(0.002)
            print(peak // 1024 if child.returncode == 0 else 'failed')
            """, Self.program, directory)
        // 57 MiB of inputs.
        XCTAssertLessThan(try XCTUnwrap(Int(peak), peak), 100)
    }

    func testFashionMNISTOfADebianPackage() throws {
        let outcome = try lockstep("import", "fashion-mnist", "--output", "fashion.h5")
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        XCTAssertTrue(outcome.output.contains("train: 60000 samples of [28, 28] uint8"), outcome.output)
        XCTAssertTrue(outcome.output.contains("test: 10000 samples of [28, 28] uint8"), outcome.output)
    }

    func testFashionMNISTThatIsMissingSaysHowToGetIt() throws {
        let outcome = try lockstep(
            "import", "fashion-mnist", "--output", "fashion.h5", environment: ["FASHION_MNIST": "nowhere"])
        assertFails(outcome, "nowhere", "train-images")
        XCTAssertEqual(try files(), [])
    }

    func testImagesOfCIFAR10() throws {
        for (name, labels) in [("one.bin", [3, 1, 4]), ("two.bin", [5]), ("test_batch.bin", [9, 2])] {
            let records = labels.map { [UInt8($0)] + [UInt8](repeating: 7, count: 3072) }
            try Data(records.joined()).write(to: URL(fileURLWithPath: path(name)))
        }
        let outcome = try lockstep(
            "import", "cifar10", "one.bin", "two.bin", "--test", "test_batch.bin", "--output", "cifar.h5")
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        XCTAssertTrue(
            outcome.lines.contains("  train: 4 samples of [32, 32, 3] uint8, targets [4] uint8"), outcome.output)
        XCTAssertTrue(outcome.output.contains("test: 2 samples of [32, 32, 3] uint8"), outcome.output)
        assertFails(try lockstep("import", "cifar10", ".", "-o", "all.h5"), "data_batch_1.bin", "one.bin")
        XCTAssertEqual(try lockstep("inspect", "cifar.h5").output.contains("airplane, automobile, bird"), true)
    }

    // MARK: Images

    /// Writes `photos`: two classes of so many images each, 9 pixels wide and 6 high, dark and bright ones.
    private func writePhotos(_ count: Int = 8) throws {
        for (name, first) in [("dark", 0), ("bright", 150)] {
            try FileManager.default.createDirectory(
                atPath: path("photos/\(name)"), withIntermediateDirectories: true)
            for index in 0..<count {
                let pixels = (0..<54 * 3).map { UInt8(first + ($0 * 7 + index * 13) % 100) }
                let bytes =
                    index % 2 == 0
                    ? TestPNG(width: 9, height: 6, .rgb, pixels.map { Int($0) }).bytes
                    : TestJPEG(width: 9, height: 6, channels: 3, pixels).bytes
                try write(bytes, to: "photos/\(name)/\(index).image")
            }
        }
    }

    private func write(_ bytes: [UInt8], to name: String) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: path(name)))
    }

    func testAFolderOfImagesBecomesADataSetThatCanBeTrainedOn() throws {
        try writePhotos()
        let outcome = try lockstep(
            "import", "images", "photos", "--size", "8x12", "-o", "photos.h5", "--test-fraction", "0.25")
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        XCTAssertEqual(outcome.errors, "")
        XCTAssertEqual(
            outcome.lines,
            [
                "photos.h5", "  train: 12 samples of [8, 12, 3] uint8, targets [12] int64",
                "  test: 4 samples of [8, 12, 3] uint8, targets [4] int64",
            ])
        XCTAssertTrue(try lockstep("inspect", "photos.h5").output.contains("2 classes: bright, dark"))
        try write(
            "{dataset: photos.h5, network: [{convolution: {filters: 4, kernel: 3}}, flatten, {linear: 2}], epochs: 1, "
                + "batchSize: 4}", to: "config.yaml")
        let trained = try lockstep("train", "config.yaml", "--run", "run")
        XCTAssertEqual(trained.status, 0, trained.errors)
        XCTAssertEqual(try lockstep("preview", "photos.h5", "-o", "sheet.png").status, 0)
    }

    func testTheSameImagesGiveTheSameFingerprint() throws {
        try writePhotos()
        try write("{dataset: photos.h5, network: [flatten, {linear: 2}], epochs: 1, batchSize: 4}", to: "config.yaml")
        var fingerprints: Set<String> = []
        for run in ["one", "two"] {
            let outcome = try lockstep(
                "import", "images", "photos", "--color", "gray", "--output", "photos.h5", "--overwrite")
            XCTAssertEqual(outcome.status, 0, outcome.errors)
            XCTAssertTrue(outcome.output.contains("16 samples of [6, 9, 1]"), outcome.output)
            XCTAssertEqual(try lockstep("train", "config.yaml", "--run", run).status, 0)
            fingerprints.insert(try fingerprint(of: newestCheckpoint(of: run)))
        }
        XCTAssertEqual(fingerprints.count, 1)
    }

    func testImagesThatCannotBeReadAreListedAndLeftOutWhenAsked() throws {
        try writePhotos(2)
        try write("no image", to: "photos/dark/notes.txt")
        let before = try files()
        assertFails(
            try lockstep("import", "images", "photos", "-o", "photos.h5"), "photos: ", "1 of 5",
            "dark/notes.txt (neither PNG nor JPEG)", "--skip-unreadable")
        XCTAssertEqual(try files(), before)
        let outcome = try lockstep("import", "images", "photos", "-o", "photos.h5", "--skip-unreadable")
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        XCTAssertEqual(outcome.errors, "lockstep: left out dark/notes.txt: neither PNG nor JPEG\n")
        XCTAssertTrue(outcome.output.contains("train: 4 samples"), outcome.output)
    }

    func testImagesThatDifferAndEmptyClassesAreRefused() throws {
        try writePhotos(2)
        try write(TestPNG(width: 5, height: 5, gray: 3).bytes, to: "photos/dark/x.png")
        assertFails(
            try lockstep("import", "images", "photos", "-o", "photos.h5"), "photos/dark/x.png: ",
            "6x9 pixels (height x width) as in bright/0.image", "found 5x5", "--size 6x9")
        try FileManager.default.createDirectory(atPath: path("photos/empty"), withIntermediateDirectories: false)
        assertFails(
            try lockstep("import", "images", "photos", "-o", "photos.h5"), "photos/empty: ", "class 'empty'")
        assertFails(try lockstep("import", "images", "nowhere", "-o", "photos.h5"), "nowhere: ", "no such folder")
        XCTAssertEqual(try files(), ["photos"])
    }

    func testADiskThatIsFullLeavesNothingOfImages() throws {
        try writePhotos()
        assertFails(
            try shell("ulimit -f 4; $lockstep import images photos -o photos.h5 --size 64"), "photos.h5",
            "File too large")
        XCTAssertEqual(try files(), ["photos"])
    }

    // MARK: What is refused

    func testAFileThatExistsIsKeptUnlessSaidOtherwise() throws {
        try write(Self.table, to: "trees.csv")
        try write("precious", to: "trees.h5")
        assertFails(try lockstep("import", "csv", "trees.csv"), "trees.h5", "exists")
        XCTAssertEqual(try String(contentsOfFile: path("trees.h5"), encoding: .utf8), "precious")
        XCTAssertEqual(try lockstep("import", "csv", "trees.csv", "--overwrite").status, 0)
        XCTAssertEqual(try files(), ["trees.csv", "trees.h5"])
    }

    func testBadFilesAreNamedAndLeaveNothing() throws {
        try write("a,b\n1,2\n3\n", to: "ragged.csv")
        try write("a,b\n1,2\nx,4\n", to: "text.csv")
        try write("nonsense", to: "bad.npz")
        let before = try files()
        assertFails(try lockstep("import", "csv", "none.csv"), "none.csv", "no such file")
        assertFails(try lockstep("import", "csv", "ragged.csv"), "ragged.csv", "line 3")
        assertFails(try lockstep("import", "csv", "text.csv"), "text.csv", "line 3", "'x'")
        assertFails(try lockstep("import", "csv", "text.csv", "--target", "c"), "text.csv", "'c'", "a, b")
        assertFails(try lockstep("import", "npz", "bad.npz"), "bad.npz")
        assertFails(try lockstep("import", "idx", ".", "-o", "out.h5"), "train-images")
        XCTAssertEqual(try files(), before)
    }

    func testADiskThatIsFullLeavesNothing() throws {
        try write(Self.table, to: "trees.csv")
        assertFails(
            try shell("ulimit -f 1; $lockstep import csv trees.csv"), "trees.h5", "File too large")
        XCTAssertEqual(try files(), ["trees.csv"])
    }

    func testWrongUsage() throws {
        for arguments in [
            "csv", "csv a.csv --validation-fraction 1", "csv a.csv --test-fraction -0.1",
            "csv a.csv --validation-fraction 0.5 --test-fraction 0.5", "csv a.csv --delimiter ab",
            "csv a.csv --header maybe", "idx a", "idx a b c -o o.h5", "npz", "npz a.npy b.npy",
            "npz a.npy b.npy -o o.h5 --inputs x", "npz a b c -o o.h5", "cifar10", "cifar10 a.bin",
            "cifar10 a.bin --test -o o.h5", "images", "images a", "images a -o o.h5 --size 0",
            "images a -o o.h5 --size 3x", "images a -o o.h5 --size 70000", "images a -o o.h5 --color cmyk",
            "images a b -o o.h5",
        ] {
            assertFails(try shell("$lockstep import \(arguments)"), status: 64, "Usage: lockstep import")
        }
    }
}
