/// Where each activation and gradient lies in a worker's arena, so that values that are never alive together share
/// memory.
///
/// A value is alive from the moment it is written to the last time it is read. Places are given out largest first, each
/// at the lowest offset that is free for as long as it lives ("greedy by size", Pisarchyk and Lee 2020,
/// arXiv:2001.03288).
struct ArenaLayout: Sendable {
    /// What is laid out: bytes a sample, and when it is alive.
    struct Place: Sendable, Equatable {
        var bytes: Int
        var firstUse: Int
        var lastUse: Int
    }

    /// Bytes a sample from the arena's start, by place. A multiple of 64, so that with any number of rows every value
    /// starts at a cache line.
    let offsets: [Int]
    /// Bytes a sample of the whole arena.
    let bytes: Int

    init(_ places: [Place]) {
        var offsets = [Int](repeating: 0, count: places.count)
        var total = 0
        let order = places.indices.sorted {
            (places[$0].bytes, -places[$0].firstUse, -$0) > (places[$1].bytes, -places[$1].firstUse, -$1)
        }
        var taken = Occupancy(
            times: (places.map(\.firstUse).min() ?? 0)...(places.map(\.lastUse).max() ?? 0))
        for index in order where places[index].bytes > 0 {
            let life = places[index].firstUse...places[index].lastUse
            let needed = (places[index].bytes + 63) / 64 * 64
            let offset = taken.lowestGap(of: needed, during: life)
            taken.insert(offset..<offset + needed, during: life)
            offsets[index] = offset
            total = max(total, offset + needed)
        }
        self.offsets = offsets
        bytes = total
    }
}
