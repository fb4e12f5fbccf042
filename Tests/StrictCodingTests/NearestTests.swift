import XCTest

@testable import StrictCoding

final class NearestTests: XCTestCase {
    func testDistanceCountsInsertionDeletionReplacementAndTranspositionAsOne() {
        XCTAssertEqual(editDistance("linear", "linear"), 0)
        XCTAssertEqual(editDistance("linear", "liinear"), 1)
        XCTAssertEqual(editDistance("linear", "liear"), 1)
        XCTAssertEqual(editDistance("linear", "lineer"), 1)
        XCTAssertEqual(editDistance("linear", "lienar"), 1)
        XCTAssertEqual(editDistance("ca", "abc"), 3)
        XCTAssertEqual(editDistance("", "abc"), 3)
        XCTAssertEqual(editDistance("abc", ""), 3)
        XCTAssertEqual(editDistance("kitten", "sitting"), 3)
    }

    func testDistanceIsSymmetric() {
        let words = ["", "a", "ab", "ba", "relu", "gelu", "linear", "lienar", "learningRate"]
        for a in words {
            for b in words { XCTAssertEqual(editDistance(a, b), editDistance(b, a), "\(a) \(b)") }
        }
    }

    func testNearestFindsTheMisspelledName() {
        let names = ["learningRate", "momentum", "weightDecay", "beta1", "beta2"]
        XCTAssertEqual(nearest("learning_rate", among: names), "learningRate")
        XCTAssertEqual(nearest("momentun", among: names), "momentum")
        XCTAssertEqual(nearest("WEIGHTDECAY", among: names), "weightDecay")
        XCTAssertEqual(nearest("beta", among: names), "beta1", "the first of equals")
        XCTAssertEqual(nearest("tnah", among: ["relu", "tanh"]), "tanh")
    }

    func testNearestStaysSilentWhenNothingIsClose() {
        XCTAssertNil(nearest("dropout", among: ["linear", "relu", "flatten"]))
        XCTAssertNil(nearest("x", among: ["y"]))
        XCTAssertNil(nearest("", among: ["y"]))
        XCTAssertNil(nearest("word", among: []))
    }
}
