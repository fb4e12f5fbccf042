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

    func testSineIsWithinTwoUlpOfOne() {
        for i in -200_000...200_000 {
            let x = Double(i) * 0.00123
            XCTAssertEqual(PortableMath.sine(x), sin(x), accuracy: 2 * Double.ulpOfOne)
        }
        for x in [0, Double.pi / 2, Double.pi, 1e5, -1e6, 999_999.5] {
            XCTAssertEqual(PortableMath.sine(x), sin(x), accuracy: 2 * Double.ulpOfOne)
        }
    }

    func testLogarithmsAreWithinFourUlp() {
        for i in 1...100_000 {
            for x in [Double(i) * 0x1p-32, Double(i) / 50_000, Double(i) * 1e7] {
                let expected = log(x)
                XCTAssertEqual(
                    PortableMath.logarithm(x), expected, accuracy: 4 * max(1, abs(expected)) * Double.ulpOfOne, "\(x)")
            }
        }
        XCTAssertEqual(PortableMath.logarithm(1), 0)
    }

    func testExponentialsAreWithinFourUlp() {
        for i in -70_800...70_900 {
            let x = Double(i) * 0.01
            let expected = exp(x)
            XCTAssertEqual(PortableMath.exponential(x), expected, accuracy: 4 * expected.ulp, "\(x)")
        }
        XCTAssertEqual(PortableMath.exponential(0), 1)
        XCTAssertEqual(PortableMath.exponential(1e9), .infinity)
        XCTAssertEqual(PortableMath.exponential(-1e9), 0)
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
