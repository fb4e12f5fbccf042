import Foundation
import Kernels
import XCTest

@testable import Batches

final class SampleDrawTests: XCTestCase {
    private func draws(_ count: Int, epoch: Int = 0, seed: UInt64 = 1) -> [SampleDraw] {
        (0..<count).map { SampleDraw(key: SampleDraw.key(seed: seed), sample: $0, epoch: epoch) }
    }

    func testHalfOfTheSamplesAreFlippedAtAHalfAndAllAtOne() {
        let draws = draws(20_000)
        for (probability, expected) in [(0.5, 10_000), (0.1, 2_000), (1, 20_000)] {
            let flipped = draws.filter { $0.isFlipped(probability: probability) }.count
            // Four standard deviations.
            let tolerance = 4 * (20_000 * probability * (1 - probability)).squareRoot()
            XCTAssertEqual(Double(flipped), Double(expected), accuracy: tolerance)
        }
    }

    func testShiftsAreUniformInBothDirectionsAndIndependent() {
        var counts: [String: Int] = [:]
        for draw in draws(25_000) {
            counts["\(draw.verticalShift(most: 2)) \(draw.horizontalShift(most: 2))", default: 0] += 1
        }
        XCTAssertEqual(counts.count, 25)
        for (shift, count) in counts { XCTAssertEqual(Double(count), 1000, accuracy: 150, shift) }
    }

    func testAnglesAreUniformAroundZero() {
        let angles = draws(20_000).map { $0.angle(mostDegrees: 90) }
        XCTAssertTrue(angles.allSatisfy { abs($0) < .pi / 2 })
        XCTAssertEqual(angles.reduce(0, +) / 20_000, 0, accuracy: 0.03)
        XCTAssertEqual(angles.reduce(0) { $0 + $1 * $1 } / 20_000, .pi * .pi / 12, accuracy: 0.03)
    }

    func testCentersAreUniformOverTheImage() {
        var counts = [Int](repeating: 0, count: 12)
        for draw in draws(12_000) {
            let center = draw.center(in: ImageShape([3, 4])!)
            counts[center.row * 4 + center.column] += 1
        }
        for count in counts { XCTAssertEqual(Double(count), 1000, accuracy: 150) }
    }

    func testSeedEpochAndSampleAllMatter() {
        let shifts = [draws(200), draws(200, epoch: 1), draws(200, seed: 2)].map { draws in
            draws.map { $0.verticalShift(most: 1000) }
        }
        XCTAssertEqual(Set(shifts).count, 3)
        XCTAssertGreaterThan(Set(shifts[0]).count, 150)
        XCTAssertEqual(draws(200).map { $0.verticalShift(most: 1000) }, shifts[0])
    }

    /// The mean of the larger share and its square, by integrating the density of the Beta distribution.
    func testSharesAreTheLargerPartOfABetaDistribution() {
        for alpha in [0.1, 0.2, 0.5, 1, 2, 8] {
            let shares = draws(100_000).map { Double($0.share(alpha: alpha)) }
            XCTAssertTrue(shares.allSatisfy { $0 >= 0.5 && $0 <= 1 })
            let (mean, square) = moments(alpha)
            XCTAssertEqual(shares.reduce(0, +) / 100_000, mean, accuracy: 0.002, "alpha \(alpha)")
            XCTAssertEqual(shares.reduce(0) { $0 + $1 * $1 } / 100_000, square, accuracy: 0.003, "alpha \(alpha)")
        }
    }

    /// In x = sin²t, where the density is 2·(sin t · cos t)^(2α−1) up to a factor; the end is smoothed by t = ½π·(1 −
    /// u^k).
    private func moments(_ alpha: Double) -> (mean: Double, square: Double) {
        let (steps, power) = (200_000, 20.0)
        var (total, first, second) = (0.0, 0.0, 0.0)
        for i in 0..<steps {
            // t from π/4 to π/2 is where the larger share is.
            let u = (Double(i) + 0.5) / Double(steps)
            let rest = Double.pi / 4 * pow(u, power)
            let x = cos(rest) * cos(rest)
            let density = pow(sin(rest) * cos(rest), 2 * alpha - 1) * power * pow(u, power - 1)
            total += density
            first += density * x
            second += density * x * x
        }
        return (first / total, second / total)
    }

    func testExtremeAlphasGiveSharesFromAHalfToOne() {
        XCTAssertTrue(draws(1000).allSatisfy { $0.share(alpha: 0.001) > 0.5 })
        XCTAssertTrue(draws(1000).allSatisfy { $0.share(alpha: 1000) < 0.6 })
    }
}
