/// What is accepted from a file. Files lie: a data set of a few bytes can declare terabytes, a group can contain
/// itself, a name can be as long as the file.
public enum HDF5Limits {
    /// Objects in one group.
    public static let children: UInt64 = 1 << 20
    /// Bytes in a name or in a link's target.
    public static let name = 1 << 16
    /// Attributes of one object.
    public static let attributes: UInt64 = 1 << 16
    /// Bytes of one attribute, and characters of all its strings.
    public static let attributeBytes = 1 << 26
    /// Levels of groups a traversal descends, and objects it visits.
    public static let depth = 64
    public static let objects = 1 << 18
    /// Bytes of one chunk before compression: it is expanded whole in memory.
    public static let chunkBytes = 1 << 30
    /// A data set may declare this much more than is stored of it: parts never written read as its fill value.
    public static let unstoredBytes = 1 << 26
    /// A data set may declare this many chunks more than bytes are stored of it: each has to be looked for.
    public static let unstoredChunks = 1 << 18
    /// Deflate cannot expand by more: a match of 258 bytes takes 2 bits at least.
    public static let deflateRatio = 1032
}
