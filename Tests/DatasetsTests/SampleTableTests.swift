import Datasets
import Kernels
import XCTest

final class SampleTableTests: XCTestCase {
    func testBytesStayBytesAndBecomeFractionsInABatch() throws {
        let table = try SampleTable(inputs: [0, 51, 102, 255] as [UInt8], inputShape: [2], targets: .classes([0, 1]))
        XCTAssert(table.storesBytes)
        XCTAssertEqual(table.inputBytes, 4)
        XCTAssertEqual(table.batch([1, 0, 1]), [102, 255, 0, 51, 102, 255].map { $0 * (1 / 255) })
    }

    func testFloatsWithoutNormalizationArriveAsTheyAre() throws {
        let table = try SampleTable(inputs: [1.5, -2, 0, 7] as [Float], inputShape: [2], targets: .classes([0, 1]))
        XCTAssertFalse(table.storesBytes)
        XCTAssertEqual(table.batch([1, 0]), [0, 7, 1.5, -2])
    }

    func testNormalizationIsAppliedFeatureByFeature() throws {
        let table = try SampleTable(
            inputs: [10, 20, 30, 40] as [UInt8], inputShape: [2], targets: .classes([0, 1]),
            normalization: NormalizationValues(mean: [10, 30], standardDeviation: [2, 5]))
        XCTAssertEqual(table.batch(), [0, -2, 10, 2])
    }

    func testLabelsAndTargetsAreGathered() throws {
        let classes = try SampleTable(inputs: [1, 2, 3] as [Float], inputShape: [1], targets: .classes([2, 0, 1]))
        XCTAssertEqual(classes.labels([2, 2, 0]), [1, 1, 2])
        XCTAssertEqual(classes.targetValues([2, 2, 0]), [1, 1, 2], "classes serve as numbers too")
        let values = try SampleTable(
            inputs: [1, 2] as [Float], inputShape: [1], targets: .values([0.5, 1.5, 2.5, 3.5], width: 2))
        XCTAssertEqual(values.targetValues(width: 2, [1, 0]), [2.5, 3.5, 0.5, 1.5])
    }

    func testPartOfATableShowsItsRowsOnly() throws {
        let description = DatasetDescription(
            synthetic: SyntheticDescription(inputs: [3], classes: 4, samples: 1000), validationFraction: 0.3)
        let whole = try Dataset.load(
            DatasetDescription(synthetic: SyntheticDescription(inputs: [3], classes: 4, samples: 1000)))[.train]!
        let parts = try Dataset.load(description)
        let (train, validation) = (parts[.train]!, parts[.validation]!)
        XCTAssertEqual([train.count, validation.count], [700, 300])
        XCTAssertEqual(
            Set((0..<700).map(train.originalRow) + (0..<300).map(validation.originalRow)), Set(0..<1000))
        for part in [train, validation] {
            let rows = (0..<part.count).map { Int32(part.originalRow($0)) }
            XCTAssertEqual(part.batch(), whole.batch(rows))
            XCTAssertEqual(part.labels(), whole.labels(rows))
            XCTAssertEqual(part.targetValues(), whole.targetValues(rows))
        }
    }

    func testTablesInMemoryAreChecked() {
        let inputs: [Float] = [1, 2, 3, 4]
        assertRefused(.rowCounts, "expected 2", "found 3") {
            try SampleTable(inputs: inputs, inputShape: [2], targets: .classes([0, 1, 2]))
        }
        assertRefused(.wrongShape, "whole rows of 3") {
            try SampleTable(inputs: inputs, inputShape: [3], targets: .unlabeled)
        }
        assertRefused(.empty) { try SampleTable(inputs: [] as [Float], inputShape: [2], targets: .unlabeled) }
        assertRefused(.notFinite, "nan at index 1") {
            try SampleTable(inputs: [1, .nan] as [Float], inputShape: [1], targets: .classes([0, 1]))
        }
        assertRefused(.labelOutOfRange, "-1 in row 1") {
            try SampleTable(inputs: inputs, inputShape: [2], targets: .classes([0, -1]))
        }
        assertRefused(.wrongShape, "positive lengths") {
            try SampleTable(inputs: inputs, inputShape: [0], targets: .unlabeled)
        }
        assertRefused(.invalidOption, "mean", "found 3") {
            try SampleTable(
                inputs: inputs, inputShape: [2], targets: .classes([0, 1]),
                normalization: NormalizationValues(mean: [1, 2, 3], standardDeviation: [1]))
        }
    }
}
