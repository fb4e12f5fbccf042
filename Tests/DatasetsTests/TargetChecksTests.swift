import Datasets
import TestSupport
import XCTest

/// Which targets suit which losses, and what is said when they do not.
final class TargetChecksTests: HDF5TestCase {
    private func load(_ targets: String, _ choice: TargetChoice? = nil) throws -> Dataset {
        let file = path("data.h5")
        try python(
            """
            y = np.array(\(targets))
            with h5py.File(sys.argv[1], 'w') as f: f['x_train'], f['y_train'] = np.zeros((len(y), 2)), y
            """, file)
        return try Dataset.load(DatasetDescription(path: file, targetKind: choice))
    }

    func testIntegersAreClassesAndServeAsValues() throws {
        let dataset = try load("[2, 0, 1]")
        XCTAssertEqual(dataset.targetKind, .classes(count: 3))
        XCTAssertNoThrow(try dataset.requireClasses(outputs: 3, for: "the loss crossEntropy"))
        XCTAssertNoThrow(try dataset.requireValues(outputs: 1, for: "the loss meanSquaredError"))
        XCTAssertEqual(dataset[.train]!.targetValues(), [2, 0, 1])
    }

    func testSingleColumnIsAcceptedForBoth() throws {
        XCTAssertEqual(try load("[[2], [0]]").targetKind, .classes(count: 3))
        XCTAssertEqual(try load("[[2.5], [0]]").targetKind, .values(width: 1))
    }

    func testLabelWithoutAnOutputIsNamedByRow() throws {
        let dataset = try load("[0, 1, 10, 2]")
        assertRefused(.labelOutOfRange, "data.h5: y_train", "0 ..< 10", "network outputs", "10 in row 2") {
            try dataset.requireClasses(outputs: 10, for: "the loss crossEntropy")
        }
    }

    func testNegativeIntegersAreValuesAndNamedWhenClassesAreNeeded() throws {
        let dataset = try load("[0, 1, -3, 2]")
        XCTAssertEqual(dataset.targetKind, .values(width: 1))
        XCTAssertEqual(dataset[.train]!.targetValues(), [0, 1, -3, 2])
        assertRefused(.labelOutOfRange, "y_train", "the loss crossEntropy", "-3 in row 2") {
            try dataset.requireClasses(outputs: 10, for: "the loss crossEntropy")
        }
        assertRefused(.labelOutOfRange, "-3 in row 2") { try load("[0, 1, -3, 2]", .classes) }
    }

    func testIntegersBeyondInt32AreValues() throws {
        XCTAssertEqual(try load("[5000000000, 1]")[.train]!.targetValues(), [5e9, 1])
    }

    func testFloatsAreValuesUnlessTheUserSaysClasses() throws {
        let dataset = try load("[0., 2., 1.]")
        XCTAssertEqual(dataset.targetKind, .values(width: 1))
        assertRefused(.wrongType, "y_train", "floating-point values", "targetKind: classes") {
            try dataset.requireClasses(outputs: 3, for: "the loss crossEntropy")
        }
        XCTAssertEqual(try load("[0., 2., 1.]", .classes)[.train]!.labels(), [0, 2, 1])
        assertRefused(.labelOutOfRange, "0.5 in row 1") { try load("[0., .5]", .classes) }
    }

    func testFractionsWhereClassesAreNeededSuggestALossForValues() throws {
        assertRefused(.wrongType, "Use a loss for values") {
            try load("[0.5, 2.]").requireClasses(outputs: 3, for: "the loss crossEntropy")
        }
    }

    func testIntegersAreValuesWhenTheUserSaysSo() throws {
        XCTAssertEqual(try load("[0, 2]", .values).targetKind, .values(width: 1))
    }

    func testSeveralColumnsAreValues() throws {
        let dataset = try load("[[0, 1, 0], [1, 0, 0]]")
        XCTAssertEqual(dataset.targetKind, .values(width: 3))
        XCTAssertEqual(dataset[.train]!.targetValues(width: 3, [1, 0]), [1, 0, 0, 0, 1, 0])
        XCTAssertNoThrow(try dataset.requireValues(outputs: 3, for: "the loss binaryCrossEntropy"))
        assertRefused(.wrongType, "3 values a row", "numpy.argmax", "binaryCrossEntropy") {
            try dataset.requireClasses(outputs: 3, for: "the loss crossEntropy")
        }
        assertRefused(.wrongShape, "expected 2 targets a row", "found 3", "last layer") {
            try dataset.requireValues(outputs: 2, for: "the loss meanSquaredError")
        }
        assertRefused(.wrongShape, "one class index a row", "numpy.argmax") { try load("[[0, 1], [1, 0]]", .classes) }
    }
}
