/// How a batch is cut into shards: contiguous slices of its rows, as equal as can be.
///
/// A function of the configuration and of the batch's rows, never of the machine: the number of shards decides in
/// which order gradients are summed, and so the bits of the result.
///
/// Some networks need more than one row of a shard (`Plan.leastRowsOfShard`): a batch normalization of one value a row
/// and channel has no variance of a single one. The last batch of an epoch may be too small for that. Then neighbors
/// join: it is cut into as many shards as have that many rows each, `rows / leastRows`, again as equal as can be. Of 7
/// rows for 8 shards that need 2, 3 shards are left, of 2, 2 and 3 rows.
package struct Sharding: Sendable, Equatable {
    package let rows: Int
    /// Shards that have rows: the number asked for, or as many as have enough rows, but one at least.
    package let count: Int

    /// - Parameter leastRows: the least rows of each shard; only a batch that has fewer altogether is a shard of fewer.
    package init(rows: Int, shards: Int, leastRows: Int = 1) {
        precondition(rows >= 0 && shards > 0 && leastRows > 0)
        self.rows = rows
        count = min(rows, shards, max(1, rows / leastRows))
    }

    /// The rows of one shard, never none.
    package subscript(shard: Int) -> Range<Int> {
        shard * rows / count..<(shard + 1) * rows / count
    }

    /// Rows of the largest shard.
    package var largestShard: Int { count == 0 ? 0 : (rows + count - 1) / count }

    /// Rows of the largest shard of any batch of up to `batchSize` rows.
    ///
    /// A batch in which neighbors join may have larger ones than a full batch, by less than `leastRows`: its shards are
    /// fewer than its rows allow for.
    package static func largestShard(batchSize: Int, shards: Int, leastRows: Int = 1) -> Int {
        let joined = min(batchSize, shards * leastRows - 1, 2 * leastRows - 1)
        return max(Sharding(rows: batchSize, shards: shards, leastRows: leastRows).largestShard, joined)
    }

    /// The number of shards for a batch when the configuration names none: a power of two, up to 8 so that each has at
    /// least 64 rows, and up to 128 as long as each then has at least 256.
    ///
    /// Fewer rows make thin matrix products whose cost is the traffic of the weights' gradient: with k rows, each of
    /// its elements is written, summed and read once for k multiply-adds. Where the gradient is larger than the caches
    /// that is memory's time: a step of 2,048 rows of 784-2048-2048-10 took 435 ms in 8 shards and 540 in 16 (2
    /// workers, Zen 3). Fewer shards than workers leave workers idle: 8,192 rows in 16 shards let 32 workers be 49%
    /// efficient at the most, in 32 shards 95% by simulation (`Benchmarks/README.md`); twice as many again would cost
    /// all workers the thin products for what only machines of 64 cores gain.
    package static func defaultShards(batchSize: Int) -> Int {
        var shards = 1
        while shards < 128, shards * 2 * (shards < 8 ? 64 : 256) <= batchSize { shards *= 2 }
        return shards
    }
}
