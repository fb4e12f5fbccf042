import XCTest

@testable import Networks

final class ShapeTests: XCTestCase {
    func testCountIsTheProductOfTheDimensions() {
        XCTAssertEqual(Shape([2, 3, 4]).count, 24)
        XCTAssertEqual(Shape([2, 0, 4]).count, 0)
        XCTAssertEqual(Shape([]).count, 1)
    }

    func testFeaturesAreTheInnermostDimension() {
        XCTAssertEqual(Shape([2, 3, 4]).features, 4)
        XCTAssertEqual(Shape([]).features, 1)
    }

    func testDescriptionIsAList() {
        XCTAssertEqual("\(Shape([2, 3])) \(Shape([]))", "[2, 3] []")
    }
}
