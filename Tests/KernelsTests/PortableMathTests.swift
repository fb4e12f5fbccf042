import Foundation
import KernelBodies
import XCTest

final class PortableMathTests: XCTestCase {
    func testCosineIsWithinTwoUlpOfOne() {
        for i in -200_000...200_000 {
            let x = Double(i) * 0.00123
            XCTAssertEqual(PortableMath.cosine(x), cos(x), accuracy: 2 * Double.ulpOfOne)
        }
        for x in [0, Double.pi / 2, Double.pi, 1e5, -1e6, 999_999.5] {
            XCTAssertEqual(PortableMath.cosine(x), cos(x), accuracy: 2 * Double.ulpOfOne)
        }
    }

    func testCosineIsExactAtTheEndsOfASchedule() {
        XCTAssertEqual(PortableMath.cosine(0), 1)
        XCTAssertEqual(PortableMath.cosine(.pi), -1)
    }

    func testPowersAreProducts() {
        XCTAssertEqual(PortableMath.power(0.9, 0), 1)
        XCTAssertEqual(PortableMath.power(0.9, 1), 0.9)
        XCTAssertEqual(PortableMath.power(2, 10), 1024)
        XCTAssertEqual(PortableMath.power(2, -3), 0.125)
        XCTAssertEqual(PortableMath.power(-3, 3), -27)
        XCTAssertEqual(PortableMath.power(0.999, 100_000), pow(0.999, 100_000), accuracy: 1e-55)
        XCTAssertEqual(PortableMath.power(0.9, 1_000_000), 0)
    }
}
