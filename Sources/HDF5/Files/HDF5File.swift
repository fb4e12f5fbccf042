import CHDF5
import Foundation

/// An HDF5 file: on disk for reading, new for writing, or in memory.
///
///     let file = try HDF5File(reading: "digits.h5")
///     let pixels = try file.root.dataset("x_train").read(as: UInt8.self)
///     try file.close()
///
/// A file that exists is never opened for writing: an update in place that is interrupted leaves half-new, half-old
/// data. New files are written beside it and moved over. Groups and data sets keep their
/// file alive until it is closed.
package final class HDF5File: @unchecked Sendable {
    /// Path, or the label of a file in memory.
    package let path: String
    let handle: Handle
    let isInMemory: Bool
    /// Where it is in memory, if not in the library's own.
    let buffer: HDF5ImageBuffer?

    init(
        path: String, inMemory: Bool = false, buffer: HDF5ImageBuffer? = nil, _ open: (Subject) throws -> hid_t
    ) throws {
        self.path = path
        self.isInMemory = inMemory || buffer != nil
        self.buffer = buffer
        let subject = Subject(file: path)
        self.handle = Handle(try HDF5Library.locked { try open(subject) }, subject) { H5Fclose($0) }
    }

    /// Opens a file for reading. Throws `.notFound`, `.notHDF5`, `.truncated`, `.locked`, `.unsupported`, or `.refused`
    /// for what the reader of `HDF5Library.setTrial` does not admit.
    package convenience init(reading path: String) throws {
        try Subject(file: path).requireRegularFile()
        try HDF5Library.admit(path)
        try self.init(path: path) { subject in
            guard try subject.call("open the file", { H5Fis_hdf5(path) }) > 0 else {
                throw subject.error(
                    .notHDF5, "open the file", "expected an HDF5 file, found something else; see `lockstep import`")
            }
            do {
                return try subject.call("open the file") { H5Fopen(path, shim_H5F_ACC_RDONLY(), hid_t(H5P_DEFAULT)) }
            } catch let error as HDF5Error where error.kind == .locksUnsupported {
                return try subject.withList("open the file", shim_H5P_FILE_ACCESS()) { access in
                    try subject.call("open the file") { H5Pset_file_locking(access, false, true) }
                    return try subject.call("open the file") { H5Fopen(path, shim_H5F_ACC_RDONLY(), access) }
                }
            }
        }
    }

    /// Creates a file for writing; throws `.exists` if anything of that name is there.
    package convenience init(creating path: String) throws {
        try self.init(path: path) { subject in
            if access(path, F_OK) == 0 {
                throw subject.error(.exists, "create the file", "it exists already; files are never overwritten")
            }
            return try subject.create(path) { _ in }
        }
    }

    /// Creates a file in memory; `image()` gives its bytes. Nothing reaches a disk.
    package convenience init(inMemory label: String) throws {
        try self.init(path: label, inMemory: true) { subject in
            try subject.create(Self.uniqueName(label)) { access in
                try subject.call("create the file") { H5Pset_fapl_core(access, 1 << 20, false) }
            }
        }
    }

    /// Opens the bytes of a file for reading; `label` stands for its path in messages. The bytes are copied.
    package convenience init(image: UnsafeRawBufferPointer, label: String) throws {
        try self.init(path: label, inMemory: true) { subject in
            let operation = "open the image"
            guard let base = image.baseAddress, image.count > 0 else {
                throw subject.error(.notHDF5, operation, "expected an HDF5 file, found 0 bytes")
            }
            return try subject.withList(operation, shim_H5P_FILE_ACCESS()) { access in
                try subject.call(operation) { H5Pset_fapl_core(access, 1 << 20, false) }
                try subject.call(operation) {
                    H5Pset_file_image(access, UnsafeMutableRawPointer(mutating: base), image.count)
                }
                let name = Self.uniqueName(label)
                return try subject.call(operation) { H5Fopen(name, shim_H5F_ACC_RDONLY(), access) }
            }
        }
    }

    /// The group at the top.
    package var root: HDF5Group {
        get throws { try HDF5Group(file: self, path: "/") }
    }

    /// The whole file as bytes, as it would be on disk if closed now. Only for a file in memory.
    package func image() throws -> [UInt8] {
        let operation = "take the image"
        guard isInMemory else { throw handle.subject.error(.misuse, operation, "it is not a file in memory") }
        return try handle.use(operation) { id in
            let subject = handle.subject
            let size = try imageSize()
            return try [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
                count = try subject.call(operation) { H5Fget_file_image(id, buffer.baseAddress, size) }
                Superblock.renewChecksum(UnsafeMutableRawBufferPointer(buffer))
            }
        }
    }

    /// Bytes of a file in memory, when everything written so far is in it.
    private func imageSize() throws -> Int {
        let operation = "take the image"
        return try handle.use(operation) { id in
            try handle.subject.call(operation) { H5Fflush(id, H5F_SCOPE_GLOBAL) }
            return try handle.subject.call(operation) { H5Fget_file_image(id, nil, 0) }
        }
    }

    /// Bytes in the file.
    package var size: Int {
        get throws {
            try handle.use("read the size") { id in
                var size: hsize_t = 0
                try handle.subject.call("read the size") { H5Fget_filesize(id, &size) }
                return Int(clamping: size)
            }
        }
    }

    /// Hands everything written so far to the operating system (which is not yet the disk).
    package func flush() throws {
        try handle.use("write the file") { id in
            try handle.subject.call("write the file") { H5Fflush(id, H5F_SCOPE_GLOBAL) }
        }
    }

    /// Closes the file and every group and data set of it that is still open; using one of those later throws
    /// `.misuse`. Write errors that the library put off until now are thrown here.
    package func close() throws {
        guard handle.isOpen else { return }
        try HDF5Library.locked {
            let closed = Result {
                try closeObjects()
                if let buffer { buffer.count = try imageSize() }
            }
            try handle.close()
            try closed.get()
            buffer?.trim()
        }
    }

    /// HDF5 takes two files in memory of one name for the same file.
    static func uniqueName(_ label: String) -> String { "\(UUID().uuidString)/\(label)" }

    /// H5Fclose would report success while an object is open, and keep the file open behind our back.
    private func closeObjects() throws {
        let operation = "close the file"
        let subject = handle.subject
        try handle.use(operation) { id in
            let kinds = UInt32(H5F_OBJ_DATASET | H5F_OBJ_GROUP | H5F_OBJ_DATATYPE | H5F_OBJ_ATTR | H5F_OBJ_LOCAL)
            let count = Int(try subject.call(operation) { H5Fget_obj_count(id, kinds) })
            var open = [hid_t](repeating: -1, count: count)
            try subject.call(operation) { H5Fget_obj_ids(id, kinds, count, &open) }
            var firstError: (any Error)?
            for object in open {
                do { try subject.call(operation) { H5Idec_ref(object) } } catch { firstError = firstError ?? error }
            }
            if let firstError { throw firstError }
        }
    }
}

extension Subject {
    /// A file that compares byte for byte and shows damage: metadata with checksums, no modification times, and, in the
    /// format of HDF5 1.10, a mark while it is open that makes a file refuse to open whose writer died. Data is aligned
    /// for mapping.
    func create(_ name: String, _ configure: (hid_t) throws -> Void) throws -> hid_t {
        let operation = "create the file"
        return try withList(operation, shim_H5P_FILE_ACCESS()) { access in
            try call(operation) { H5Pset_libver_bounds(access, H5F_LIBVER_V110, H5F_LIBVER_V110) }
            try call(operation) { H5Pset_alignment(access, 4096, 64) }
            // Nobody knows the name yet, and not every file system has locks.
            try call(operation) { H5Pset_file_locking(access, false, true) }
            try configure(access)
            return try withList(operation, shim_H5P_FILE_CREATE()) { creation in
                try call(operation) { H5Pset_obj_track_times(creation, false) }
                return try call(operation) { H5Fcreate(name, shim_H5F_ACC_EXCL(), creation, access) }
            }
        }
    }

    /// Lends a new property list of a class.
    func withList<R>(_ operation: String, _ listClass: hid_t, _ body: (hid_t) throws -> R) throws -> R {
        try with(operation, closing: H5Pclose, { H5Pcreate(listClass) }, body)
    }

    /// A missing file, a directory, or a pipe that would block for ever in `open`.
    fileprivate func requireRegularFile() throws {
        var status = stat()
        guard stat(file, &status) == 0 else {
            let code = errno
            let found = code == ENOENT ? "no such file" : String(cString: strerror(code))
            throw error(code == ENOENT ? .notFound : .failed, "open the file", found)
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw error(.notHDF5, "open the file", "expected an HDF5 file, found a directory or device")
        }
        guard access(file, R_OK) == 0 else {
            throw error(.failed, "open the file", String(cString: strerror(errno)))
        }
    }
}
