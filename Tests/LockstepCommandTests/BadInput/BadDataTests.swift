import Foundation
import TestSupport
import XCTest

/// Data sets that cannot be trained on: each is named with what was expected and what was found, and leaves no run.
final class BadDataTests: CommandTestCase {
    private func train(on dataset: String, _ network: String = "[{linear: 3}]") throws -> Outcome {
        try write("dataset: \(dataset)\nnetwork: \(network)\nepochs: 1\n", to: "config.yaml")
        let before = try files()
        let outcome = try lockstep("train", "config.yaml", "--run", "run")
        XCTAssertEqual(try files(), before, "something was left behind")
        return outcome
    }

    func testMissingFile() throws {
        assertFails(try train(on: "nowhere.h5"), "nowhere.h5", "no such file")
    }

    func testAGroupWhereADataSetShouldBeIsCalledSoAndNeverTakenForTargets() throws {
        try python(
            """
            with h5py.File(sys.argv[1] + '/group.h5', 'w') as f: f['x_train/a'], f['y_train'] = np.eye(3), np.arange(3)
            with h5py.File(sys.argv[1] + '/none.h5', 'w') as f: f['y_train'] = np.arange(3)
            """, directory)
        let outcome = try train(on: "group.h5")
        assertFails(outcome, "x_train: expected a data set, found a group that holds x_train/a", "inputs: …")
        let other = try train(on: "none.h5")
        assertFails(other, "x_train: ", "the file holds y_train")
        XCTAssertFalse((outcome.errors + other.errors).contains("Did you mean"), other.errors)
        // The way out works.
        try write(
            "{dataset: {path: group.h5, inputs: x_train/a, targets: y_train}, network: [{linear: 3}], epochs: 1}",
            to: "config.yaml")
        XCTAssertEqual(try lockstep("train", "config.yaml", "--run", "run").status, 0)
    }

    func testMessagesEndWithoutAPeriodAndNameTheFlag() throws {
        try TestData.write(path("data.h5"))
        try write("1,2\n3,4\n", to: "a.csv")
        for command in [
            "convert data.h5 --output data.h5", "import csv a.csv --output data.h5",
            "preview data.h5 --output data.h5",
        ] {
            let outcome = try shell("$lockstep \(command)")
            assertFails(outcome, "data.h5: expected a new file, found one that exists", "--overwrite")
            XCTAssertTrue(outcome.errors.hasSuffix("--overwrite\n"), outcome.errors)
        }
        for command in ["train nowhere.yaml", "inspect nowhere.h5", "import csv nowhere.csv", "verify nowhere.h5"] {
            let outcome = try shell("$lockstep \(command)")
            let last = (outcome.output + outcome.errors).split(separator: "\n").last ?? ""
            XCTAssertFalse(last.hasSuffix("."), "\(last)")
        }
    }

    func testMissingFileWithANameNearby() throws {
        try TestData.write(path("trees.h5"))
        assertFails(try train(on: "tree.h5"), "tree.h5", "no such file", "Did you mean 'trees.h5'?")
    }

    func testNotHDF5() throws {
        try write("1,2,3\n", to: "data.h5")
        assertFails(try train(on: "data.h5"), "data.h5", "expected an HDF5 file", "lockstep import")
    }

    func testTruncatedFile() throws {
        try TestData.write(path("data.h5"), rows: ["train": 5000])
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path("data.h5")))
        try bytes.prefix(bytes.count / 2).write(to: URL(fileURLWithPath: path("data.h5")))
        assertFails(try train(on: "data.h5"), "data.h5", "truncated")
    }

    func testEmptyFile() throws {
        try write("", to: "data.h5")
        assertFails(try train(on: "data.h5"), "data.h5", "expected an HDF5 file")
    }

    func testMissingDataSet() throws {
        try withNewFile(path("data.h5")) { try $0.root.write("pictures", [UInt8(1), 2], shape: [2, 1]) }
        assertFails(try train(on: "data.h5"), "data.h5", "x_train", "pictures")
        assertFails(
            try train(on: "{path: data.h5, inputs: picture, targets: y}"), "data.h5", "picture", "pictures")
    }

    func testMissingTrainSplit() throws {
        try TestData.write(path("data.h5"), rows: ["test": 10])
        assertFails(try train(on: "data.h5"), "data.h5", "train split", "test (10 samples)")
    }

    func testWrongRank() throws {
        try withNewFile(path("data.h5")) { file in
            try file.root.write("x_train", [Float](repeating: 0, count: 4), shape: [4])
            try file.root.write("y_train", [UInt8](repeating: 0, count: 4), shape: [4])
        }
        assertFails(try train(on: "data.h5"), "data.h5", "x_train", "rank 2 or more", "[4]")
    }

    func testLabelsOutOfRange() throws {
        try TestData.write(path("data.h5")) { file in
            try file.root.attributes.set("class_names", ["a", "b"])
        }
        assertFails(try train(on: "data.h5"), "data.h5", "y_train", "2")
    }

    func testNegativeLabels() throws {
        try withNewFile(path("data.h5")) { file in
            try file.root.write("x_train", [Float](repeating: 0, count: 4), shape: [4, 1])
            try file.root.write("y_train", [Int32(0), 1, -1, 2], shape: [4])
        }
        assertFails(try train(on: "data.h5"), "data.h5", "y_train", "-1", "row 2")
    }

    func testNaNInInputs() throws {
        try withNewFile(path("data.h5")) { file in
            try file.root.write("x_train", [0, 1, 2, 3, Float.nan, 5], shape: [3, 2])
            try file.root.write("y_train", [UInt8(0), 1, 2], shape: [3])
        }
        assertFails(try train(on: "data.h5"), "data.h5", "x_train", "finite", "nan", "row 2, column 0")
    }

    func testRowCountsThatDiffer() throws {
        try withNewFile(path("data.h5")) { file in
            try file.root.write("x_train", [Float](repeating: 0, count: 8), shape: [4, 2])
            try file.root.write("y_train", [UInt8(0), 1, 2], shape: [3])
        }
        assertFails(try train(on: "data.h5"), "data.h5", "y_train", "4 rows", "x_train", "found 3")
    }

    func testEmptyDataSet() throws {
        try withNewFile(path("data.h5")) { file in
            try file.root.write("x_train", [Float](), shape: [0, 2])
            try file.root.write("y_train", [UInt8](), shape: [0])
        }
        assertFails(try train(on: "data.h5"), "data.h5", "x_train", "at least one row", "[0, 2]")
    }

    func testTextWhereNumbersAreExpected() throws {
        try python(
            """
            with h5py.File(sys.argv[1], "w") as file:
                file["x_train"] = np.zeros((3, 2), "f4")
                file["y_train"] = ["oak", "elm", "fir"]
            """, path("data.h5"))
        assertFails(try train(on: "data.h5"), "data.h5", "y_train", "string", "class_names")
    }

    func testTargetsThatDoNotFitTheLoss() throws {
        try TestData.writeRegression(path("data.h5"))
        assertFails(try train(on: "data.h5"), "crossEntropy", "class indices", "meanSquaredError")
    }

    func testADirectory() throws {
        assertFails(try train(on: "."), "expected an HDF5 file, found a directory")
    }
}
