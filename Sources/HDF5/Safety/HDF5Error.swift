/// What went wrong in an HDF5 file: the operation, the file, the object in it, and why.
///
/// `message` says what was expected, what was found and what to do; `libraryMessage` is HDF5's own account, when the
/// library was what failed.
public struct HDF5Error: Error, Equatable, Sendable, CustomStringConvertible {
    public enum Kind: Equatable, Sendable {
        /// The file, or the object in it, does not exist.
        case notFound
        /// A file or object of that name is there already.
        case exists
        /// The file is not an HDF5 file.
        case notHDF5
        /// The file ends before its own header says it does.
        case truncated
        /// Another program holds the file open for writing.
        case locked
        /// The file system has no locks, for which the library asks.
        case locksUnsupported
        /// The system gave no memory; the file may be as good as any.
        case outOfMemory
        /// Well formed, but of a kind this program does not read: a filter, a type, a layout.
        case unsupported
        /// Something a stranger could do harm with: links out of the file, external storage, absurd sizes.
        case refused
        /// The shape, rank or type asked for is not the one in the file.
        case mismatch
        /// Used after `close()`, or closed too early.
        case misuse
        /// The library failed: a damaged file, a failed read or write, a full disk.
        case failed
    }

    public let kind: Kind
    /// What was being done: "open the file", "read the data set".
    public let operation: String
    /// Path of the file, or the label of one in memory.
    public let file: String
    /// Path of the object inside the file, such as `/x_train`, with `@name` for an attribute.
    public let object: String?
    public let message: String
    public let libraryMessage: String?

    public var description: String {
        let place = object.map { "\(file): \($0)" } ?? file
        let text = "\(place): cannot \(operation): \(message)"
        return libraryMessage.map { "\(text) [HDF5: \($0)]" } ?? text
    }
}

extension HDF5Error {
    /// This error as one of a file that was to get another name.
    package func renamed(_ file: String) -> HDF5Error {
        HDF5Error(
            kind: kind, operation: operation, file: file, object: object, message: message,
            libraryMessage: libraryMessage)
    }
}

/// Where an operation takes place: a file, and an object in it. Every error starts from one.
struct Subject: Sendable {
    let file: String
    var object: String?

    func at(_ object: String) -> Subject { Subject(file: file, object: object) }

    /// The subject of an attribute of this object.
    func attribute(_ name: String) -> Subject { at("\(object ?? "/")@\(name)") }

    func error(_ kind: HDF5Error.Kind, _ operation: String, _ message: String, library: String? = nil) -> HDF5Error {
        HDF5Error(
            kind: kind, operation: operation, file: file, object: object, message: message, libraryMessage: library)
    }
}
