import XCTest

@testable import Batches

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

    func testNeighborsJoinUntilEachShardHasTheLeastRows() {
        func sizes(_ rows: Int, _ shards: Int, _ leastRows: Int) -> [Int] {
            let sharding = Sharding(rows: rows, shards: shards, leastRows: leastRows)
            return (0..<sharding.count).map { sharding[$0].count }
        }
        XCTAssertEqual(sizes(8, 8, 2), [2, 2, 2, 2])
        XCTAssertEqual(sizes(7, 8, 2), [2, 2, 3])
        XCTAssertEqual(sizes(13, 8, 2), [2, 2, 2, 2, 2, 3])
        XCTAssertEqual(sizes(5, 3, 2), [2, 3])
        XCTAssertEqual(sizes(3, 8, 2), [3])
        XCTAssertEqual(sizes(11, 5, 4), [5, 6])
        // Where each has enough, nothing changes.
        XCTAssertEqual(sizes(16, 8, 2), sizes(16, 8, 1))
        XCTAssertEqual(sizes(17, 8, 2), sizes(17, 8, 1))
        // A batch that has fewer altogether is one shard.
        XCTAssertEqual(sizes(1, 8, 2), [1])
        XCTAssertEqual(sizes(0, 8, 2), [])
    }

    func testJoinedShardsCoverTheRowsInOrderAndAreAsManyAsCanBe() {
        for leastRows in 2...4 {
            for rows in leastRows...70 {
                for shards in 1...20 {
                    let sharding = Sharding(rows: rows, shards: shards, leastRows: leastRows)
                    let parts = (0..<sharding.count).map { sharding[$0] }
                    XCTAssertEqual(parts.flatMap(Array.init), Array(0..<rows))
                    XCTAssertTrue(parts.allSatisfy { $0.count >= leastRows })
                    XCTAssertTrue(parts.count == shards || (parts.count + 1) * leastRows > rows)
                }
            }
        }
    }

    func testNoShardOfASmallerBatchHasMoreRowsThanTheEngineSizesItsMicroBatchesBy() {
        for leastRows in 1...4 {
            for batchSize in 1...60 {
                for shards in 1...20 {
                    let largest = Sharding.largestShard(batchSize: batchSize, shards: shards, leastRows: leastRows)
                    let found = (1...batchSize).map {
                        Sharding(rows: $0, shards: shards, leastRows: leastRows).largestShard
                    }
                    XCTAssertEqual(found.max(), largest, "\(batchSize) rows, \(shards) shards of \(leastRows)")
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
