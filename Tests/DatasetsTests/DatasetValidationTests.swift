import Datasets
import Foundation
import HDF5
import TestSupport
import XCTest

/// Bad data sets, each refused with an error that names file, object, expected and found.
final class DatasetValidationTests: HDF5TestCase {
    /// Loads what a script writes to `f`.
    private func load(
        _ script: String, inputs: String? = nil, targets: String? = nil, targetKind: TargetChoice? = nil,
        validationFraction: Double? = nil, splits: [Split: SplitDescription] = [:]
    ) throws -> Dataset {
        let file = path("data.h5")
        try python("with h5py.File(sys.argv[1], 'w') as f:\n    " + script, file)
        return try Dataset.load(
            DatasetDescription(
                path: file, inputs: inputs, targets: targets, splits: splits, validationFraction: validationFraction,
                targetKind: targetKind))
    }

    func testMissingFileIsNamedWithTheNearest() throws {
        try python("h5py.File(sys.argv[1], 'w')", path("digits.h5"))
        assertRefused(.missingFile, path("digit.h5"), "Did you mean 'digits.h5'?") {
            try Dataset.load(DatasetDescription(path: path("digit.h5")))
        }
        assertRefused(.missingFile, "The folder holds digits.h5") {
            try Dataset.load(DatasetDescription(path: path("other.h5")))
        }
        assertRefused(.missingFile, "nor the folder") {
            try Dataset.load(DatasetDescription(path: path("none/other.h5")))
        }
        assertRefused(.missingFile, "lockstep import fashion-mnist") {
            try Dataset.load(DatasetDescription(path: path("fashion-mnist.h5")))
        }
    }

    func testFileThatIsNotHDF5IsRefused() throws {
        try Data("a,b\n1,2\n".utf8).write(to: URL(fileURLWithPath: path("a.csv")))
        assertThrows(HDF5Error.Kind.notHDF5, "a.csv", "import") {
            try Dataset.load(DatasetDescription(path: path("a.csv")))
        }
        assertThrows(HDF5Error.Kind.notHDF5, directory) { try Dataset.load(DatasetDescription(path: directory)) }
    }

    func testTruncatedFileIsRefused() throws {
        let bytes = try Data(contentsOf: URL(fileURLWithPath: shippedFile("digits.h5")))
        let cut = URL(fileURLWithPath: path("cut.h5"))
        for count in [0, 100, 4096, bytes.count / 2, bytes.count - 1] {
            try bytes.prefix(count).write(to: cut)
            XCTAssertThrowsError(try Dataset.load(DatasetDescription(path: cut.path))) { error in
                XCTAssert(error is HDF5Error && "\(error)".contains("cut.h5"), "\(error)")
            }
        }
    }

    func testMissingInputsListWhatIsThere() {
        assertRefused(.missingObject, "data.h5: x_train", "x_trian, y_train", "Did you mean 'x_trian'?", "inputs: …") {
            try load("f['x_trian'] = np.zeros((2, 2)); f['y_train'] = [0, 1]")
        }
        assertRefused(.missingObject, "data.h5: images_train", "holds a/b", "inputs: …") {
            try load("f['a/b'] = np.zeros((2, 2))", inputs: "images")
        }
        assertRefused(.missingObject, "holds nothing") { try load("pass") }
    }

    func testMissingTargetsListWhatIsThere() {
        assertRefused(.missingObject, "data.h5: y_train", "labels, x_train", "targets: …") {
            try load("f['x_train'] = np.zeros((2, 2)); f['labels'] = [0, 1]")
        }
    }

    func testMissingPathOfASplitIsNamed() {
        let splits = [Split.test: SplitDescription(inputs: "b/images", targets: "b/labels")]
        assertRefused(.missingObject, "data.h5: b/images", "b/image", "Did you mean 'b/image'?", "test: {inputs") {
            try load("f['b/image'] = np.zeros((2, 2)); f['b/labels'] = [0, 1]", splits: splits)
        }
        assertRefused(.invalidOption, "targets for the test split", "inputs alone") {
            try load("f['a'] = np.zeros((2, 2))", splits: [.test: SplitDescription(inputs: "a")])
        }
    }

    func testGroupInPlaceOfADataSetIsNotFound() {
        assertRefused(.missingObject, "x_train") {
            try load("f['x_train/a'] = np.zeros((2, 2)); f['y_train'] = [0, 1]")
        }
    }

    func testWrongRankIsRefused() {
        assertRefused(.wrongShape, "data.h5: x_train", "rank 2 or more", "shape [2]", "[rows, 1]") {
            try load("f['x_train'] = np.zeros(2); f['y_train'] = [0, 1]")
        }
        assertRefused(.wrongShape, "data.h5: x_train", "shape []") {
            try load("f['x_train'] = 1.0; f['y_train'] = [0, 1]")
        }
        assertRefused(.wrongShape, "data.h5: y_train", "[rows] or [rows, width]", "shape [2, 1, 1]") {
            try load("f['x_train'] = np.zeros((2, 2)); f['y_train'] = np.zeros((2, 1, 1))")
        }
    }

    func testRowCountsThatDifferAreRefused() {
        assertRefused(.rowCounts, "data.h5: y_train", "expected 3 rows, as many as x_train", "found 2") {
            try load("f['x_train'] = np.zeros((3, 2)); f['y_train'] = [0, 1]")
        }
    }

    func testEmptyDataSetIsRefused() {
        assertRefused(.empty, "data.h5: x_train", "found shape [0, 2]") {
            try load("f['x_train'] = np.zeros((0, 2)); f['y_train'] = np.zeros(0, 'i4')")
        }
        assertRefused(.empty, "shape [2, 0]") { try load("f['x_train'] = np.zeros((2, 0)); f['y_train'] = [0, 1]") }
    }

    func testElementsThatAreNoNumbersAreRefused() {
        assertRefused(.wrongType, "data.h5: x_train", "string") {
            try load("f['x_train'] = np.array([[b'a']]); f['y_train'] = [0]")
        }
        assertRefused(.wrongType, "data.h5: y_train", "class_names") {
            try load("f['x_train'] = np.zeros((1, 1)); f['y_train'] = np.array([b'cat'])")
        }
        assertRefused(.wrongType, "x_train") {
            try load("f['x_train'] = np.zeros((1, 1), 'c8'); f['y_train'] = [0]")
        }
    }

    func testNumbersThatAreNotFiniteAreNamedByRowAndColumn() {
        assertRefused(.notFinite, "data.h5: x_train", "nan in row 1, column 2") {
            try load("x = np.zeros((2, 3)); x[1, 2] = np.nan; f['x_train'] = x; f['y_train'] = [0, 1]")
        }
        assertRefused(.notFinite, "-inf in row 1, element [0, 1]") {
            try load("x = np.zeros((2, 2, 2), 'f4'); x[1, 0, 1] = -np.inf; f['x_train'] = x; f['y_train'] = [0, 1]")
        }
        assertRefused(.notFinite, "inf in row 0", "beyond the range of Float32") {
            try load("f['x_train'] = [[1e300]]; f['y_train'] = [0]")
        }
        assertRefused(.notFinite, "data.h5: y_train", "nan in row 1") {
            try load("f['x_train'] = np.zeros((2, 1)); f['y_train'] = [0., np.nan]")
        }
    }

    func testLabelsBeyondTheClassNamesAreNamedByRow() {
        assertRefused(.labelOutOfRange, "data.h5: y_train", "0 ..< 2", "2 class names", "2 in row 1") {
            try load("f['x_train'] = np.zeros((2, 1)); f['y_train'] = [0, 2]; f.attrs['class_names'] = ['a', 'b']")
        }
        assertRefused(.labelOutOfRange, "-1 in row 1") {
            try load("f['x_train'] = np.zeros((2, 1)); f['y_train'] = [0, -1]; f.attrs['class_names'] = ['a', 'b']")
        }
    }

    func testSplitsMustAgree() {
        assertRefused(.wrongShape, "data.h5: x_test", "[2]", "[3] in the test split") {
            try load(
                "f['x_train'] = np.zeros((2, 2)); f['x_test'] = np.zeros((2, 3)); f['y_train'] = f['y_test'] = [0, 1]")
        }
        assertRefused(.wrongType, "data.h5: y_test", "2 classes", "1 value a row") {
            try load("f['x_train'] = f['x_test'] = np.zeros((2, 2)); f['y_train'] = [0, 1]; f['y_test'] = [.5, 1]")
        }
    }

    func testValidationFractionThatCannotBeIsRefused() {
        let two = "f['x_train'] = np.zeros((2, 2)); f['y_train'] = [0, 1]"
        assertRefused(.invalidOption, "at least one row", "2 and 0 of 2") { try load(two, validationFraction: 0.1) }
        assertRefused(.invalidOption, "one in the data set") {
            try load(two + "; f['x_val'] = np.zeros((2, 2)); f['y_val'] = [0, 1]", validationFraction: 0.5)
        }
        assertRefused(.invalidOption, "a train split") {
            try load("f['x_test'] = np.zeros((2, 2)); f['y_test'] = [0, 1]", validationFraction: 0.5)
        }
        assertRefused(.invalidOption, "below 1") { try load(two, validationFraction: 2) }
    }

    func testMissingSplitIsNamedWithThoseThereAre() throws {
        let dataset = try load("f['x_train'] = np.zeros((2, 2)); f['y_train'] = [0, 1]")
        assertRefused(.missingObject, "a test split", "train (2 samples)") { try dataset.table(.test) }
        assertRefused(.missingObject, "validationFraction") { try dataset.table(.validation) }
    }

    func testDeclaredTerabytesAreRefusedBeforeMemoryIsTaken() {
        assertThrows(HDF5Error.Kind.refused, "x_train") {
            try load(
                "f.create_dataset('x_train', (1 << 30, 1 << 10), 'f4', chunks=(1024, 1024)); "
                    + "f.create_dataset('y_train', (1 << 30,), 'i4', chunks=(1024,))")
        }
    }

    func testLinksToOtherFilesAreRefused() {
        assertThrows(HDF5Error.Kind.refused, "x_train", "external link") {
            try load("f['x_train'] = h5py.ExternalLink('/etc/passwd', '/x'); f['y_train'] = [0, 1]")
        }
    }
}
