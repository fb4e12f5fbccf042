/// What is accepted from a file. Files lie: a data set of a few bytes can declare terabytes, a group can contain
/// itself, a name can be as long as the file.
package enum HDF5Limits {
    /// Objects in one group.
    package static let children: UInt64 = 1 << 20
    /// Bytes in a name or in a link's target.
    package static let name = 1 << 16
    /// Attributes of one object.
    package static let attributes: UInt64 = 1 << 16
    /// Bytes of one attribute, and characters of all its strings.
    package static let attributeBytes = 1 << 26
    /// Levels of groups a traversal descends, and objects it visits.
    package static let depth = 64
    package static let objects = 1 << 18
    /// Bytes of one chunk before compression: it is expanded whole in memory.
    package static let chunkBytes = 1 << 30
    /// A data set may declare this much more than is stored of it: parts never written read as its fill value.
    package static let unstoredBytes = 1 << 26
    /// A data set may declare this many chunks more than bytes are stored of it: each has to be looked for.
    package static let unstoredChunks = 1 << 18
    /// Deflate cannot expand by more: a match of 258 bytes takes 2 bits at least.
    package static let deflateRatio = 1032
}
