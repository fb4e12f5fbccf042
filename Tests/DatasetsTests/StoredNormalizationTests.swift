import HDF5
import TestSupport
import XCTest

@testable import Datasets

final class StoredNormalizationTests: HDF5TestCase {
    /// Inputs [[0, 10], [4, 10], [8, 10]] of a type, then a script that may use `f` and `x = f['x_train']`.
    private func load(
        _ type: String, _ script: String = "", normalization: NormalizationChoice = .stored,
        validationFraction: Double? = nil
    ) throws -> Dataset {
        let file = path("\(UUID().uuidString).h5")
        try python(
            """
            with h5py.File(sys.argv[1], 'w') as f:
                f['x_train'] = np.array([[0, 10], [4, 10], [8, 10]], '\(type)')
                f['y_train'] = np.array([0, 1, 0])
                x = f['x_train']
                \(script)
            """, file)
        return try Dataset.load(
            DatasetDescription(path: file, validationFraction: validationFraction, normalization: normalization))
    }

    func testUInt8WithoutAttributesBecomesFractionsOf255() throws {
        XCTAssertEqual(try load("u1")[.train]!.batch(), [0, 10, 4, 10, 8, 10].map { $0 * (1 / 255) })
    }

    func testOtherTypesWithoutAttributesStayAsTheyAre() throws {
        XCTAssertEqual(try load("f4")[.train]!.batch(), [0, 10, 4, 10, 8, 10])
        XCTAssertEqual(try load("i2")[.train]!.batch(), [0, 10, 4, 10, 8, 10])
    }

    func testAttributesOfTheInputsApply() throws {
        XCTAssertEqual(
            try load("u1", "x.attrs['scale'] = 0.5; x.attrs['offset'] = -1")[.train]!.batch(), [-1, 4, 1, 4, 3, 4])
        XCTAssertEqual(
            try load("f8", "x.attrs['mean'] = [4., 10.]; x.attrs['standard_deviation'] = np.array([2, 4], 'f4')")[
                .train]!.batch(), [-2, 0, 0, 0, 2, 0])
    }

    func testAttributesOfTheFileApplyWhenTheInputsHaveNone() throws {
        XCTAssertEqual(try load("u1", "f.attrs['scale'] = 2")[.train]!.batch(), [0, 20, 8, 20, 16, 20])
        XCTAssertEqual(
            try load("u1", "f.attrs['scale'] = 2; x.attrs['scale'] = 3")[.train]!.batch(), [0, 30, 12, 30, 24, 30])
    }

    func testOtherSplitsFollowTheTrainSplit() throws {
        let dataset = try load(
            "f4", "x.attrs['scale'] = 2; f['x_test'] = np.ones((1, 2), 'f4'); f['y_test'] = [1]")
        XCTAssertEqual(dataset[.test]!.batch(), [2, 2])
    }

    func testAttributesThatDoNotFitAreRefused() {
        assertRefused(.wrongShape, "x_train", "scale", "1 number, 2", "found 3") {
            try load("u1", "x.attrs['scale'] = [1, 2, 3]")
        }
        assertRefused(.wrongShape, "x_train", "standard deviation", "positive", "found 0") {
            try load("u1", "x.attrs['standard_deviation'] = 0")
        }
        assertRefused(.wrongShape, "both") { try load("u1", "x.attrs['scale'] = 1; x.attrs['mean'] = 1") }
        assertThrows(HDF5Error.Kind.mismatch, "x_train@scale", "expected numbers") {
            try load("u1", "x.attrs['scale'] = 'big'")
        }
    }

    func testConfigurationOverridesTheAttributes() throws {
        let scale = "x.attrs['scale'] = 2"
        XCTAssertEqual(try load("u1", scale, normalization: .identity)[.train]!.batch(), [0, 10, 4, 10, 8, 10])
        XCTAssertEqual(
            try load("u1", scale, normalization: .values(NormalizationValues(offset: [1, 2])))[.train]!.batch(),
            [1, 12, 5, 12, 9, 12])
        assertRefused(.invalidOption, "normalization: offset", "found 3") {
            try load("u1", normalization: .values(NormalizationValues(offset: [1, 2, 3])))
        }
    }

    func testStandardizeUsesMeanAndDeviationOfTheTrainSplit() throws {
        let batch = try load("u1", normalization: .standardize)[.train]!.batch()
        let deviation = Float((32.0 / 3).squareRoot())
        for (found, expected) in zip(batch, [-4 / deviation, 0, 0, 0, 4 / deviation, 0]) {
            XCTAssertEqual(found, expected, accuracy: 1e-6)
        }
    }

    func testStandardizeLeavesTheValidationSplitOut() throws {
        let dataset = try load("f4", normalization: .standardize, validationFraction: 1.0 / 3)
        let first = stride(from: 0, to: 4, by: 2).map { dataset[.train]!.batch()[$0] }
        XCTAssertEqual(first[0], -first[1], accuracy: 1e-6)
        XCTAssertEqual(first[0], -1, accuracy: 1e-6)
    }

    /// Two images of 1×2 pixels with two channels: the first is 0, 4, 8, 12 in all, the second always 5.
    func testChannelsAreStandardizedAsWholes() throws {
        let file = path("channels.h5")
        try python(
            """
            with h5py.File(sys.argv[1], 'w') as f:
                f['x_train'] = np.array([[[[0, 5], [4, 5]]], [[[8, 5], [12, 5]]]], 'f4'); f['y_train'] = np.array([0, 1])
                f['x_test'] = np.array([[[[6, 6], [16, 5]]]], 'f4'); f['y_test'] = np.array([0])
            """, file)
        let dataset = try Dataset.load(DatasetDescription(path: file, normalization: .standardizeChannels))
        let deviation = Float(20).squareRoot()
        let found = dataset[.train]!.batch() + dataset[.test]!.batch()
        let expected: [Float] = [-6, 0, -2, 0, 2, 0, 6, 0, 0, deviation, 10, 0].map { $0 / deviation }
        for (found, expected) in zip(found, expected) { XCTAssertEqual(found, expected, accuracy: 1e-6) }
        let values = dataset[.train]!.normalization.values(inputShape: [1, 2, 2])
        XCTAssertEqual(
            try values.resolved(inputShape: [1, 2, 2]), dataset[.train]!.normalization, "as few numbers, the same bits")
    }
}
