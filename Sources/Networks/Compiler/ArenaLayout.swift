/// Where each activation and gradient lies in a worker's arena, so that values that are never alive together share
/// memory.
///
/// A value is alive from the moment it is written to the last time it is read. Places are given out largest first, each
/// at the lowest offset that is free for as long as it lives ("greedy by size", Pisarchyk and Lee 2020,
/// arXiv:2001.03288).
struct ArenaLayout: Sendable {
    /// What is laid out: floats a sample, and when it is alive.
    struct Place: Sendable, Equatable {
        var width: Int
        var firstUse: Int
        var lastUse: Int
    }

    /// Floats a sample from the arena's start, by place. A multiple of 16, so that with any number of rows every value
    /// starts at a cache line.
    let offsets: [Int]
    /// Floats a sample of the whole arena.
    let width: Int

    init(_ places: [Place]) {
        var offsets = [Int](repeating: 0, count: places.count)
        var placed: [Int] = []
        var width = 0
        let order = places.indices.sorted {
            (places[$0].width, -places[$0].firstUse, -$0) > (places[$1].width, -places[$1].firstUse, -$1)
        }
        for index in order where places[index].width > 0 {
            let place = places[index]
            let neighbors = placed.filter {
                places[$0].firstUse <= place.lastUse && place.firstUse <= places[$0].lastUse
            }.sorted { offsets[$0] < offsets[$1] }
            let needed = Self.rounded(place.width)
            var offset = 0
            for neighbor in neighbors {
                if offsets[neighbor] >= offset + needed { break }
                offset = max(offset, offsets[neighbor] + Self.rounded(places[neighbor].width))
            }
            offsets[index] = offset
            placed.append(index)
            width = max(width, offset + needed)
        }
        self.offsets = offsets
        self.width = width
    }

    private static func rounded(_ width: Int) -> Int { (width + 15) / 16 * 16 }
}
