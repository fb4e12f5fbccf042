import Foundation
import ImageWriting
import TestSupport
import XCTest

/// The way from inputs alone to predictions.
final class ImportWithoutTargetsTests: CommandTestCase {
    /// Trains a tiny network on inputs of a shape, of 2 classes.
    private func train(features: [Int], type: String = "f4") throws -> String {
        try python(
            """
            shape, r = [int(n) for n in sys.argv[2].split(',')], np.random.RandomState(0)
            with h5py.File(sys.argv[1] + '/train.h5', 'w') as f:
                f['x'], f['y'] = r.randint(0, 256, [20] + shape).astype(sys.argv[3]), np.arange(20) % 2
            """, directory, features.map(String.init).joined(separator: ","), type)
        try write("{dataset: train.h5, network: [flatten, {linear: 2}], epochs: 1}", to: "config.yaml")
        let outcome = try lockstep("train", "config.yaml", "--run", "run")
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        return try newestCheckpoint(of: "run")
    }

    /// Predicts on what was imported, and returns the shape of the probabilities.
    private func predict(_ checkpoint: String, on dataset: String, _ arguments: String = "") throws -> String {
        let outcome = try shell(
            "rm -f p.h5; $lockstep predict \(checkpoint) --dataset \(dataset) --output p.h5 \(arguments)")
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        return try python("print(h5py.File(sys.argv[1])['probabilities'].shape)", path("p.h5"))
    }

    func testAnArrayOfOneRowCanBePredictedOn() throws {
        let checkpoint = try train(features: [3])
        try python("np.save(sys.argv[1], np.array([[1, 2, 3]]))", path("one.npy"))
        let outcome = try lockstep("import", "npz", "one.npy", "--no-targets")
        XCTAssertEqual(outcome.lines, ["one.h5", "  test: 1 samples of [3] float32, no targets"], outcome.errors)
        XCTAssertEqual(try predict(checkpoint, on: "one.h5"), "(1, 2)")
        XCTAssertEqual(try lockstep("verify", "one.h5").status, 0)
    }

    func testAnArchiveCanBePredictedOnSplitBySplit() throws {
        let checkpoint = try train(features: [3])
        try python(
            """
            x = np.arange(12).reshape(4, 3)
            np.savez(sys.argv[1] + '/plain.npz', x=x, y=[0, 0, 0, 0])
            np.savez(sys.argv[1] + '/splits.npz', x_val=x, x_test=x[:2], other=x)
            np.savez(sys.argv[1] + '/both.npz', x=x, x_test=x[:2])
            """, directory)
        XCTAssertEqual(
            try lockstep("import", "npz", "plain.npz", "--no-targets").lines.last,
            "  test: 4 samples of [3] float32, no targets", "targets that are there are not taken")
        XCTAssertEqual(
            try lockstep("import", "npz", "plain.npz", "--split", "validation", "-o", "v.h5").lines.last,
            "  validation: 4 samples of [3] float32, targets [4] int64")
        XCTAssertEqual(
            try lockstep("import", "npz", "splits.npz", "--no-targets").lines.dropFirst(),
            [
                "  validation: 4 samples of [3] float32, no targets", "  test: 2 samples of [3] float32, no targets",
            ])
        XCTAssertEqual(try predict(checkpoint, on: "splits.h5", "--split validation"), "(4, 2)")
        XCTAssertEqual(
            try lockstep("import", "npz", "both.npz", "--no-targets").lines.dropFirst(),
            ["  train: 4 samples of [3] float32, no targets", "  test: 2 samples of [3] float32, no targets"],
            "nothing is left out because of its name")
        assertFails(try lockstep("import", "npz", "splits.npz", "-o", "no.h5"), "y_validation", "--no-targets")
    }

    func testFilesOfIDXNeedNoLabels() throws {
        let checkpoint = try train(features: [2, 2], type: "u1")
        try python(
            """
            import struct
            images = struct.pack('>HBBIII', 0, 8, 3, 5, 2, 2) + bytes(range(20))
            for name in ['images.idx', 'train-images-idx3-ubyte']: open(sys.argv[1] + '/' + name, 'wb').write(images)
            """, directory)
        for source in ["images.idx", "."] {
            let outcome = try lockstep("import", "idx", source, "--no-targets", "-o", "i.h5", "--overwrite")
            XCTAssertEqual(outcome.lines, ["i.h5", "  test: 5 samples of [2, 2] uint8, no targets"], outcome.errors)
            XCTAssertEqual(try predict(checkpoint, on: "i.h5"), "(5, 2)")
        }
    }

    func testImagesNeedNoFoldersOfClasses() throws {
        let checkpoint = try train(features: [2, 3, 1], type: "u1")
        for folder in ["some/more", "one/cat"] {
            try FileManager.default.createDirectory(atPath: path(folder), withIntermediateDirectories: true)
        }
        for (name, gray) in [("some/b.png", 1), ("some/c.png", 3), ("some/more/a.png", 4), ("some/a.png", 0)] {
            try Data(TestPNG(width: 3, height: 2, gray: gray).bytes).write(to: URL(fileURLWithPath: path(name)))
        }
        try Data(TestPNG(width: 3, height: 2, gray: 9).bytes).write(to: URL(fileURLWithPath: path("one/cat/1.png")))

        let some = try lockstep("import", "images", "some", "--no-targets", "-o", "some.h5")
        XCTAssertEqual(some.lines, ["some.h5", "  test: 4 samples of [2, 3, 1] uint8, no targets"], some.errors)
        XCTAssertEqual(
            try python("print(h5py.File(sys.argv[1])['x_test'][:, 0, 0, 0])", path("some.h5")), "[0 1 3 4]",
            "in the order of their names")
        XCTAssertEqual(try predict(checkpoint, on: "some.h5"), "(4, 2)")

        assertFails(try lockstep("import", "images", "one", "-o", "one.h5"), "'cat' alone", "--no-targets")
        let one = try lockstep("import", "images", "one", "--no-targets", "-o", "one.h5", "--split", "train")
        XCTAssertEqual(one.lines.last, "  train: 1 samples of [2, 3, 1] uint8, no targets", one.errors)
        try FileManager.default.createDirectory(atPath: path("empty"), withIntermediateDirectories: true)
        assertFails(
            try lockstep("import", "images", "empty", "--no-targets", "-o", "e.h5"),
            "empty: expected at least one image")
    }

    func testWhatContradictsItselfIsRefused() throws {
        assertFails(
            try lockstep("import", "npz", "a.npy", "b.npy", "--no-targets", "-o", "o"), status: 64, "--no-targets")
        assertFails(
            try lockstep("import", "npz", "a.npz", "--targets", "y", "--no-targets"), status: 64, "--no-targets")
        assertFails(try lockstep("import", "idx", "a", "b", "--no-targets", "-o", "o"), status: 64, "--no-targets")
        assertFails(
            try lockstep("import", "npz", "a.npz", "--split", "test", "--validation-fraction", "0.1"), status: 64,
            "--split test", "--validation-fraction")
    }
}
