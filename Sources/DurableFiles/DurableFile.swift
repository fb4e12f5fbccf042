import CSystem
import Foundation

/// A file that appears under its name whole or not at all, whatever fails: a full disk, a kill, a loss of power.
///
/// Temporary name in the same directory, exclusive create → write → fsync → close → verify → rename → fsync of the
/// directory. Until the rename there is no new file of that name; after it, its bytes are on the disk. What a kill
/// leaves is a temporary file that nothing reads; what an error leaves is nothing.
package struct DurableFile: Sendable {
    package let path: String
    /// Whether a file that has the name may be replaced.
    package let replaces: Bool

    private let directory: String
    private let name: String

    package init(_ path: String, replacing replaces: Bool = false) {
        self.path = path
        self.replaces = replaces
        (directory, name) = splitPath(path)
    }

    /// - Throws: `.exists` if something has the name and must stay, even a link to nothing; `.failed` if its directory
    ///   is not there or cannot be written to.
    package func checkFree() throws {
        var status = stat()
        if lstat(path, &status) == 0 {
            guard replaces, status.st_mode & S_IFMT != S_IFDIR else { throw DurableFileError.exists(path: path) }
        }
        guard access(directory + "/.", W_OK | X_OK) == 0 else {
            let code = errno
            throw DurableFileError.failed(path: path, operation: "write to its directory \(directory)", code: code)
        }
    }

    /// Writes bytes.
    ///
    /// - Parameter verify: looks at the file under its temporary name before it gets its own; what it throws ends it
    ///   all.
    /// - Throws: `DurableFileError`.
    package func write(_ bytes: [UInt8], verify: (_ temporary: String) throws -> Void = { _ in }) throws {
        try bytes.withUnsafeBytes { try write($0, verify: verify) }
    }

    /// Writes bytes.
    ///
    /// - Parameter verify: looks at the file under its temporary name, as it is on the disk and not in the system's
    ///   cache, before it gets its own; what it throws ends it all.
    /// - Throws: `DurableFileError`.
    package func write(
        _ bytes: UnsafeRawBufferPointer, verify: (_ temporary: String) throws -> Void = { _ in }
    ) throws {
        try write({ try create($0, bytes) }, verify: verify)
    }

    /// Lends `body` a temporary name to make the file under, and gives the file its own name when it is on the disk.
    ///
    /// - Parameter verify: the last to look at the file, on the disk under its temporary name; what it throws ends it
    ///   all, and what had the name stays.
    /// - Throws: `DurableFileError`, and what `body` and `verify` throw.
    package func write(
        _ body: (_ temporary: String) throws -> Void, verify: (_ temporary: String) throws -> Void = { _ in }
    ) throws {
        try checkFree()
        let presence = DirectoryPresence(directory)
        defer { withExtendedLifetime(presence) {} }
        let temporary = Temporaries.name(beside: name, in: directory)
        try Temporaries.during(temporary) {
            do {
                try body(temporary)
                try synchronize(temporary, "put the file on the disk")
                try verify(temporary)
                try giveName(temporary)
            } catch {
                unlink(temporary)
                throw error
            }
        }
        try synchronizeDirectory()
    }

    /// Removes what processes that were killed have left of files of this name, `.NAME.*.tmp`, unless anybody makes a
    /// file in the directory now.
    package func removeLeftovers() {
        DirectoryPresence.ifNobodyElse(in: directory) {
            Temporaries.leftovers(of: [name], in: directory)
        } _: { found in
            for path in found { unlink(path) }
        }
    }

    /// Puts the directory's entries on the disk, after a rename or a link in it.
    package func synchronizeDirectory() throws {
        try synchronize(directory, "put its name on the disk")
    }

    /// Puts the entries of the directory that has this path on the disk.
    func synchronizeContents() throws {
        try synchronize(path, "put its content on the disk")
    }

    /// What the last system call failed with, as an error of this file. To be called with a literal: making up a text
    /// first may change `errno`.
    package func failure(_ operation: String) -> DurableFileError {
        .failed(path: path, operation: operation, code: errno)
    }

    /// Makes the file a second name of another file, which costs no space, or a copy where there are no such names.
    ///
    /// - Parameters:
    ///   - copy: writes the same under a temporary name.
    ///   - verify: the last to look at the file under its temporary name; what it throws ends it all.
    /// - Throws: `DurableFileError`, and what `copy` and `verify` throw.
    package func link(
        to original: String, copy: (_ temporary: String) throws -> Void,
        verify: (_ temporary: String) throws -> Void = { _ in }
    ) throws {
        try write(
            { temporary in
                if Foundation.link(original, temporary) == 0 { return }
                guard Self.withoutLinks.contains(errno) else { throw failure("link to \(original)") }
                try copy(temporary)
            }, verify: verify)
    }

    /// What file systems without second names say to them.
    private static let withoutLinks = [EPERM, EACCES, ENOTSUP, EOPNOTSUPP, EMLINK, ENOSYS, EINVAL, EXDEV]

    private func create(_ temporary: String, _ bytes: UnsafeRawBufferPointer) throws {
        let descriptor = open(temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw failure("create a file in its directory") }
        do {
            try bytes.write(to: descriptor, of: self)
            guard lockstep_sync(descriptor) == 0 else { throw failure("put the file on the disk") }
            lockstep_forget(descriptor)
            guard try bytes.isContent(of: descriptor, self) else {
                throw DurableFileError.failed(path: path, operation: "read back what was written", code: EIO)
            }
        } catch {
            close(descriptor)
            throw error
        }
        // Network file systems report a full disk here.
        guard close(descriptor) == 0 else { throw failure("close the file") }
    }

    private func giveName(_ temporary: String) throws {
        let result = replaces ? rename(temporary, path) : lockstep_rename_exclusive(temporary, path)
        guard result == 0 else {
            throw errno == EEXIST ? DurableFileError.exists(path: path) : failure("name the file")
        }
        // Renaming one name of a file to another of it does nothing, and leaves both.
        if replaces { unlink(temporary) }
    }

    private func synchronize(_ path: String, _ operation: String) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(operation) }
        defer { close(descriptor) }
        // A file system that cannot sync directories, and needs no such thing.
        guard lockstep_sync(descriptor) == 0 || [EINVAL, ENOSYS, ENOTSUP, EOPNOTSUPP].contains(errno) else {
            throw failure(operation)
        }
    }
}

/// Why a file was not written. Nothing of it is left.
public enum DurableFileError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Something has the name and must stay.
    case exists(path: String)
    /// The system refused: a full disk, no permission, no such directory.
    case failed(path: String, operation: String, code: Int32)

    public var description: String {
        switch self {
        case .exists(let path): "\(path): already there, and never overwritten: choose another name"
        case .failed(let path, let operation, let code):
            "\(path): cannot \(operation): \(String(cString: strerror(code)))"
        }
    }
}

/// The directory that a path is in, `.` for the current one, and its name there.
///
/// By hand, since NSString's methods for it trap at a path of one character (Swift 6.3 on Linux).
package func splitPath(_ path: String) -> (directory: String, name: String) {
    var path = path[...]
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    guard let slash = path.lastIndex(of: "/") else { return (".", String(path)) }
    return (slash == path.startIndex ? "/" : String(path[..<slash]), String(path[path.index(after: slash)...]))
}
