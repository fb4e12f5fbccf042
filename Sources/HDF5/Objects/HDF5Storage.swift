/// How the elements of a new data set are laid out in the file.
package struct HDF5Storage: Equatable, Sendable {
    /// Shape of a chunk, of the data set's rank, cut to the data set's where it is longer; nil stores everything in one
    /// contiguous run, which can be mapped.
    package var chunk: [Int]?
    /// Level of gzip compression, 0 to 9; nil stores chunks as they are.
    package var deflate: Int?
    /// Groups bytes of equal significance before compressing: smaller for anything wider than a byte.
    package var shuffle: Bool
    /// A checksum for each chunk, verified by every read.
    package var fletcher32: Bool

    package static let contiguous = HDF5Storage(chunk: nil, deflate: nil, shuffle: false, fletcher32: false)

    package static func chunked(
        _ shape: [Int], deflate: Int? = nil, shuffle: Bool = false, fletcher32: Bool = false
    ) -> HDF5Storage {
        HDF5Storage(chunk: shape, deflate: deflate, shuffle: shuffle, fletcher32: fletcher32)
    }
}

/// How an existing data set is laid out.
package enum HDF5Layout: Equatable, Sendable {
    /// Inside the object's header; at most 64 KiB.
    case compact
    case contiguous
    /// In chunks of this shape, each filtered by itself.
    case chunked([Int])
    /// Assembled from other data sets, perhaps of other files; never read.
    case virtual
}

/// A step of the pipeline that each chunk passes.
package enum HDF5Filter: Equatable, Sendable, CustomStringConvertible {
    case deflate(level: Int)
    case shuffle
    case fletcher32
    /// Not available here: a read refuses it.
    case other(id: Int, name: String)

    package var description: String {
        switch self {
        case .deflate(let level): return "gzip \(level)"
        case .shuffle: return "shuffle"
        case .fletcher32: return "fletcher32"
        case .other(let id, let name): return name.isEmpty ? "filter \(id)" : "\(name) (filter \(id))"
        }
    }
}
