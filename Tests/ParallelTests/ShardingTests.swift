import XCTest

@testable import Parallel

final class ShardingTests: XCTestCase {
    func testShardsCoverTheRowsInOrderBalancedAndNeverEmpty() {
        for rows in 0...70 {
            for shards in 1...20 {
                let sharding = Sharding(rows: rows, shards: shards)
                let parts = (0..<sharding.count).map { sharding[$0] }
                XCTAssertEqual(parts.flatMap(Array.init), Array(0..<rows), "\(rows) rows, \(shards) shards")
                XCTAssertEqual(parts.count, min(rows, shards))
                let sizes = parts.map(\.count)
                XCTAssertTrue(sizes.allSatisfy { $0 > 0 })
                XCTAssertLessThanOrEqual((sizes.max() ?? 0) - (sizes.min() ?? 0), 1)
            }
        }
    }

    func testNoShardHasMoreRowsThanTheLargestBatchGives() {
        // What the engine sizes its micro-batches by.
        for batchSize in 1...60 {
            for shards in 1...20 {
                let largest = (batchSize + shards - 1) / shards
                for rows in 1...batchSize {
                    let sharding = Sharding(rows: rows, shards: shards)
                    XCTAssertTrue((0..<sharding.count).allSatisfy { sharding[$0].count <= largest })
                }
            }
        }
    }

    func testDefaultShardsAreAPowerOfTwoUpTo8Of64RowsAnd128Of256() {
        let expected = [
            1: 1, 64: 1, 127: 1, 128: 2, 255: 2, 256: 4, 511: 4, 512: 8, 1_024: 8, 4_095: 8, 4_096: 16,
            8_191: 16, 8_192: 32, 16_384: 64, 32_768: 128, 1_000_000: 128,
        ]
        for (batchSize, shards) in expected {
            XCTAssertEqual(Sharding.defaultShards(batchSize: batchSize), shards, "\(batchSize)")
        }
    }
}
