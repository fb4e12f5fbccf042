import Datasets
import Kernels
import XCTest

final class ShuffleQualityTests: XCTestCase {
    private func quality(_ shuffle: Shuffle, count: Int, batch: Int, block: Int) -> ShuffleQuality {
        ShuffleQuality(
            of: SampleOrder(count: count, seed: 3, epoch: 0, shuffle: shuffle), batchSize: batch, block: block,
            kernels: availableKernels()[0])
    }

    func testTheOrderOfTheFileDrawsFromNeighborsAndMovesNothing() {
        // Samples 0 ..< 100 lie in blocks 0, 1, 2; 100 ..< 200 in 2, 3, 4; and so on.
        let quality = quality(.none, count: 10_000, batch: 100, block: 40)
        XCTAssertEqual(quality.blocksInBatch, 3, accuracy: 1e-9)
        XCTAssertEqual(quality.displacement, 0)
        XCTAssertEqual(quality.blocks, 250)
    }

    func testAFullShuffleComesToWhatIsExpectedOfOne() {
        let quality = quality(.full, count: 60_000, batch: 512, block: 256)
        XCTAssertEqual(quality.blocksInBatch, quality.blocksInFullyShuffledBatch, accuracy: 1)
        XCTAssertEqual(quality.displacement, 1, accuracy: 0.02)
    }

    func testTheExpectationOfAFullShuffleIsThatOfDrawingWithoutReplacement() {
        // Two blocks of two samples, two drawn of four: both of one block in 2 of 6 draws.
        XCTAssertEqual(
            quality(.full, count: 4, batch: 2, block: 2).blocksInFullyShuffledBatch, 5.0 / 3, accuracy: 1e-12)
        // Blocks of 2 and 1, one drawn: always one block.
        XCTAssertEqual(quality(.full, count: 3, batch: 1, block: 2).blocksInFullyShuffledBatch, 1, accuracy: 1e-12)
        XCTAssertEqual(quality(.full, count: 3, batch: 9, block: 2).blocksInFullyShuffledBatch, 2, accuracy: 1e-12)
    }

    func testBatchesOfAWindowDrawFromAllItsBlocksAndNoOther() {
        let quality = quality(.blocks(block: 100, window: 1000), count: 100_000, batch: 500, block: 100)
        // Each of a window's 10 blocks of 100 is missed by a draw of 500 from 1000 with a chance of 1e-32.
        XCTAssertEqual(quality.blocksInBatch, 10, accuracy: 1e-9)
        XCTAssertEqual(quality.blocksInFullyShuffledBatch, 394, accuracy: 1, "1000 (1 - 0.995^100)")
        XCTAssertEqual(quality.displacement, 1, accuracy: 0.1, "blocks go anywhere")
    }
}
