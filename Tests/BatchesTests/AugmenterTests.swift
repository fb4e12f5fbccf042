import TestSupport
import XCTest

@testable import Batches

final class AugmenterTests: XCTestCase {
    private func transformed(
        _ pixels: [Float], _ augmentation: Augmentation, _ shape: [Int], sample: Int, epoch: Int = 0, worker: Int = 0,
        workers: Int = 1
    ) -> [Float] {
        let augmenter = Augmenter(augmentation, inputShape: shape, seed: 5, workers: workers)
        var pixels = pixels
        augmenter.transform(&pixels, sample: sample, epoch: epoch, worker: worker)
        return pixels
    }

    private let all = Augmentation(shift: 2, horizontalFlip: 0.5, rotation: 15, cutout: 3, fill: .edge)

    func testASampleIsTheSameWhoeverLoadsIt() {
        var random = SeededGenerator(seed: 2)
        let pixels = random.floats(6 * 7 * 3)
        var results = Set<[Float]>()
        for sample in 0..<20 {
            let one = transformed(pixels, all, [6, 7, 3], sample: sample)
            let other = transformed(pixels, all, [6, 7, 3], sample: sample, worker: 4, workers: 5)
            assertSameBits(other, one)
            XCTAssertNotEqual(one, transformed(pixels, all, [6, 7, 3], sample: sample, epoch: 1))
            results.insert(one)
        }
        XCTAssertEqual(results.count, 20)
    }

    func testCutoutBlanksASquareThatTheBorderMayCut() {
        let ones = [Float](repeating: 1, count: 8 * 8 * 2)
        var sizes = Set<Int>()
        for sample in 0..<300 {
            let result = transformed(ones, Augmentation(cutout: 3), [8, 8, 2], sample: sample)
            let blank = (0..<64).filter { result[2 * $0] == 0 }
            XCTAssertEqual(blank, (0..<64).filter { result[2 * $0 + 1] == 0 }, "all channels")
            let (rows, columns) = (Set(blank.map { $0 / 8 }), Set(blank.map { $0 % 8 }))
            XCTAssertEqual(blank.count, rows.count * columns.count, "a rectangle")
            XCTAssertEqual(rows.max()! - rows.min()! + 1, rows.count)
            sizes.insert(blank.count)
        }
        XCTAssertEqual(sizes, [4, 6, 9])
    }

    func testWithoutImagesNothingMoves() {
        let augmenter = Augmenter(Augmentation(mixup: 1), inputShape: [3], seed: 1)
        var sample: [Float] = [1, 2, 3]
        augmenter.transform(&sample, sample: 0, epoch: 0, worker: 0)
        XCTAssertEqual(sample, [1, 2, 3])
        XCTAssertTrue(augmenter.mixes)
    }

    func testPartnersAreAPermutationOfTheBatchThatDependsOnItsPlaceAlone() {
        let augmenter = Augmenter(Augmentation(mixup: 0.4), inputShape: [3], seed: 1)
        let samples = (0..<50).map { Int32($0 * 3) }
        func pairs(epoch: Int, first: Int, rows: Int = 50) -> ([Int32], [Float]) {
            var (partners, shares) = ([Int32](repeating: -1, count: rows), [Float](repeating: -1, count: rows))
            augmenter.pair(samples, rows: rows, epoch: epoch, first: first, partners: &partners, shares: &shares)
            return (partners, shares)
        }
        let (partners, shares) = pairs(epoch: 0, first: 0)
        XCTAssertEqual(partners.sorted(), Array(0..<50))
        XCTAssertEqual(pairs(epoch: 0, first: 0).0, partners)
        XCTAssertNotEqual(pairs(epoch: 0, first: 50).0, partners)
        XCTAssertNotEqual(pairs(epoch: 1, first: 0).0, partners)
        XCTAssertEqual(pairs(epoch: 0, first: 50).1, shares, "shares are the sample's")
        XCTAssertNotEqual(pairs(epoch: 1, first: 0).1, shares)
        XCTAssertEqual(pairs(epoch: 0, first: 0, rows: 1).0, [0])
    }

    func testMixingIsAWeightedMean() {
        let augmenter = Augmenter(Augmentation(mixup: 1), inputShape: [2], seed: 1)
        var x: [Float] = [4, -2]
        augmenter.mix(&x, with: [0, 2], share: 0.75, count: 2)
        XCTAssertEqual(x, [3, -1])
    }
}
