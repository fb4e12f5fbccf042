import Foundation
import TestSupport
import XCTest

@testable import Batches

final class MovementTests: XCTestCase {
    private let digits: [Float] = [1, 2, 3, 4, 5, 6, 7, 8, 9]

    private func move(
        _ pixels: [Float], _ image: ImageShape, rows: Int = 0, columns: Int = 0, isFlipped: Bool = false,
        degrees: Double? = nil, fill: Augmentation.Fill = .zero
    ) -> [Float] {
        let movement = Movement(
            image: image, fill: fill, shift: (rows, columns), isFlipped: isFlipped,
            turn: degrees.map { (cos($0 * .pi / 180), sin($0 * .pi / 180)) })
        var result = [Float](repeating: .nan, count: image.count)
        movement.apply(pixels, into: &result, zeros: [Float](repeating: 0, count: image.channels))
        return result
    }

    func testShiftsBringInZerosBordersOrReflections() {
        let square = ImageShape([3, 3])!
        XCTAssertEqual(move(digits, square, rows: 1, columns: 1), [0, 0, 0, 0, 1, 2, 0, 4, 5])
        XCTAssertEqual(move(digits, square, rows: -1, columns: -2), [6, 0, 0, 9, 0, 0, 0, 0, 0])
        XCTAssertEqual(move(digits, square, rows: -1, columns: 1, fill: .edge), [4, 4, 5, 7, 7, 8, 7, 7, 8])
        XCTAssertEqual(move(digits, square, rows: 2, columns: -1, fill: .reflect), [8, 9, 8, 5, 6, 5, 2, 3, 2])
    }

    func testAFlipMirrorsColumnsAndKeepsChannelsTogether() {
        XCTAssertEqual(move(digits, ImageShape([3, 3])!, isFlipped: true), [3, 2, 1, 6, 5, 4, 9, 8, 7])
        XCTAssertEqual(
            move([1, 2, 3, 4, 5, 6], ImageShape([1, 2, 3])!, isFlipped: true), [4, 5, 6, 1, 2, 3])
        XCTAssertEqual(
            move(digits, ImageShape([3, 3])!, columns: 1, isFlipped: true), [0, 3, 2, 0, 6, 5, 0, 9, 8],
            "flipped, then shifted")
    }

    func testAQuarterTurnIsCounterclockwise() {
        let turned = move(digits, ImageShape([3, 3])!, degrees: 90).map { ($0 * 1000).rounded() / 1000 }
        XCTAssertEqual(turned, [3, 6, 9, 2, 5, 8, 1, 4, 7])
    }

    func testMovementsAreThoseOfANaiveImplementationInDouble() {
        var random = SeededGenerator(seed: 1)
        for shape in [[7, 9], [5, 4, 3], [8, 8, 1], [1, 6, 2], [6, 1]] {
            let image = ImageShape(shape)!
            let pixels = random.floats(image.count, scale: 3)
            for fill in Augmentation.Fill.allCases {
                for _ in 0..<20 {
                    let (rows, columns) = (
                        Int.random(in: -3...3, using: &random), Int.random(in: -3...3, using: &random)
                    )
                    let isFlipped = Bool.random(using: &random)
                    let degrees = Bool.random(using: &random) ? Double.random(in: -180...180, using: &random) : nil
                    let found = move(
                        pixels, image, rows: rows, columns: columns, isFlipped: isFlipped, degrees: degrees, fill: fill)
                    let expected = naive(pixels, image, rows, columns, isFlipped, degrees ?? 0, fill)
                    assertClose(
                        found, expected, tolerance: 1e-5, "\(shape) \(fill) \(rows) \(columns) \(degrees ?? 0)")
                }
            }
        }
    }

    /// Each output pixel as a sum over all pixels of an image that was made large enough first.
    private func naive(
        _ pixels: [Float], _ image: ImageShape, _ rows: Int, _ columns: Int, _ isFlipped: Bool, _ degrees: Double,
        _ fill: Augmentation.Fill
    ) -> [Double] {
        func outside(_ index: Int, _ count: Int) -> Int? {
            var index = index
            switch fill {
            case .zero: return (0..<count).contains(index) ? index : nil
            case .edge: return min(max(index, 0), count - 1)
            case .reflect:
                if count == 1 { return 0 }
                while index < 0 || index >= count { index = index < 0 ? -index : 2 * (count - 1) - index }
                return index
            }
        }
        func value(_ y: Int, _ x: Int, _ c: Int) -> Double {
            guard let y = outside(y, image.height), let x = outside(x, image.width) else { return 0 }
            return Double(pixels[(y * image.width + (isFlipped ? image.width - 1 - x : x)) * image.channels + c])
        }
        let angle = degrees * .pi / 180
        let (middleY, middleX) = (Double(image.height - 1) / 2, Double(image.width - 1) / 2)
        var result: [Double] = []
        for y in 0..<image.height {
            for x in 0..<image.width {
                let (right, up) = (Double(x - columns) - middleX, middleY - Double(y - rows))
                let sourceX = right * cos(angle) + up * sin(angle) + middleX
                let sourceY = middleY - (up * cos(angle) - right * sin(angle))
                for c in 0..<image.channels {
                    var sum = 0.0
                    for j in Int(floor(sourceY))...Int(floor(sourceY)) + 1 {
                        for i in Int(floor(sourceX))...Int(floor(sourceX)) + 1 {
                            let weight = max(0, 1 - abs(sourceY - Double(j))) * max(0, 1 - abs(sourceX - Double(i)))
                            sum += weight * value(j, i, c)
                        }
                    }
                    result.append(sum)
                }
            }
        }
        return result
    }
}
