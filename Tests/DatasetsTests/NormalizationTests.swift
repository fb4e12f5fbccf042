import XCTest

@testable import Datasets

final class NormalizationTests: XCTestCase {
    func testOneNumberHoldsForAllFeatures() throws {
        let normalization = try NormalizationValues(scale: [0.5], offset: [1]).resolved(inputShape: [2, 2])
        XCTAssertEqual(normalization.scale, [0.5, 0.5, 0.5, 0.5])
        XCTAssertEqual(normalization.offset, [1, 1, 1, 1])
    }

    func testNumbersOfTheLastAxisRepeat() throws {
        let normalization = try NormalizationValues(scale: [1, 2, 3]).resolved(inputShape: [2, 1, 3])
        XCTAssertEqual(normalization.scale, [1, 2, 3, 1, 2, 3])
        XCTAssertEqual(normalization.offset, [0, 0, 0, 0, 0, 0])
    }

    func testMeanAndDeviationBecomeScaleAndOffset() throws {
        let normalization = try NormalizationValues(mean: [3], standardDeviation: [2, 4]).resolved(inputShape: [2])
        XCTAssertEqual(normalization.scale, [0.5, 0.25])
        XCTAssertEqual(normalization.offset, [-1.5, -0.75])
    }

    func testDeviationOfZeroAndBothFormsAreRefused() {
        func message(_ values: NormalizationValues) -> String {
            do {
                _ = try values.resolved(inputShape: [2])
                return "accepted"
            } catch { return "\(error)" }
        }
        XCTAssert(message(NormalizationValues(mean: [0], standardDeviation: [1, 0])).contains("positive"))
        var both = NormalizationValues(scale: [1])
        both.mean = [0]
        XCTAssert(message(both).contains("both"))
        XCTAssert(message(NormalizationValues(scale: [.infinity])).contains("finite"))
        XCTAssert(message(NormalizationValues(scale: [1e300])).contains("finite"))
        XCTAssert(message(NormalizationValues(scale: [1, 2, 3])).contains("found: \"3\""))
        XCTAssert(message(NormalizationValues(scale: [])).contains("found: \"0\""))
    }
}
