/// How a batch is cut into shards: contiguous slices of its rows, as equal as can be.
///
/// A function of the configuration and of the batch's rows, never of the machine: the number of shards decides in
/// which order gradients are summed, and so the bits of the result.
public struct Sharding: Sendable, Equatable {
    public let rows: Int
    /// Shards that have rows: the number asked for, or as many as there are rows.
    public let count: Int

    public init(rows: Int, shards: Int) {
        precondition(rows >= 0 && shards > 0)
        self.rows = rows
        count = min(rows, shards)
    }

    /// The rows of one shard, never none.
    public subscript(shard: Int) -> Range<Int> {
        shard * rows / count..<(shard + 1) * rows / count
    }

    /// The number of shards for a batch when the configuration names none: a power of two, so that each has at least 64
    /// rows, and at most 16.
    ///
    /// Fewer rows make thin matrix products whose cost is the traffic of the weights' gradient: with k rows, each of
    /// its elements is loaded and stored once for k multiply-adds. More shards than 16 only pay on machines with more
    /// cores than that, and cost all others time and memory in the reducer.
    public static func defaultShards(batchSize: Int) -> Int {
        var shards = 1
        while shards < 16, shards * 2 * 64 <= batchSize { shards *= 2 }
        return shards
    }
}
