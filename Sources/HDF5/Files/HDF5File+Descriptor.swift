import CHDF5
import Foundation

/// Which file this is, and when it was last written to.
package struct HDF5FileStamp: Equatable, Sendable, Codable {
    package let device: UInt64
    package let inode: UInt64
    package let size: Int
    /// Nanoseconds since 1970 of the last change of the contents.
    package let modified: Int
    /// Nanoseconds since 1970 of the last change of contents, name or rights.
    package let changed: Int

    /// - Parameter descriptor: an open file.
    /// - Returns: nil if the system does not say.
    package init?(descriptor: Int32) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return nil }
        device = UInt64(truncatingIfNeeded: status.st_dev)
        inode = UInt64(truncatingIfNeeded: status.st_ino)
        size = Int(status.st_size)
        modified = status.st_mtim.tv_sec * 1_000_000_000 + status.st_mtim.tv_nsec
        changed = status.st_ctim.tv_sec * 1_000_000_000 + status.st_ctim.tv_nsec
    }
}

extension HDF5File {
    /// Lends the descriptor that the library reads from. It must not be closed.
    package func withDescriptor<R>(_ body: (Int32) throws -> R) throws -> R {
        let operation = "find the open file"
        guard !isInMemory else { throw handle.subject.error(.misuse, operation, "it is a file in memory") }
        return try handle.use(operation) { id in
            var pointer: UnsafeMutableRawPointer?
            try handle.subject.call(operation) { H5Fget_vfd_handle(id, hid_t(H5P_DEFAULT), &pointer) }
            guard let descriptor = pointer?.load(as: Int32.self) else {
                throw handle.subject.error(.failed, operation, "HDF5 names none")
            }
            return try body(descriptor)
        }
    }

    /// What the system knows of the open file; nil if it does not say.
    package func stamp() throws -> HDF5FileStamp? {
        try withDescriptor { HDF5FileStamp(descriptor: $0) }
    }
}
