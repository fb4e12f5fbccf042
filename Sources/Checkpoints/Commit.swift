import CSystem
import Foundation

/// Makes a file appear under a name whole or not at all, whatever fails: a full disk, a kill, a loss of power.
///
/// Temporary name in the same directory, exclusive create → write → fsync → close → verify → rename that replaces nothing →
/// fsync of the directory. Until the rename there is no file of that name; after it, its bytes are on the disk. What a
/// kill leaves is a temporary file that nothing reads.
struct Commit {
    let path: String

    /// Ends the name of every temporary file; its beginning is a dot and the final name.
    static let temporarySuffix = ".tmp"

    private var directory: String { (path as NSString).deletingLastPathComponent }
    private var name: String { (path as NSString).lastPathComponent }

    /// Throws `.exists` if something has the name already, even a link to nothing.
    func requireFree() throws {
        var status = stat()
        guard lstat(path, &status) != 0 else { throw exists() }
    }

    /// Writes `bytes` under a temporary name, has `verify` look at that, and gives the file its name.
    func commit(_ bytes: [UInt8], verify: (_ temporary: String) throws -> Void) throws {
        let random = String(UInt64.random(in: 0...UInt64.max), radix: 36)
        let temporary = (directory as NSString).appendingPathComponent(".\(name).\(random)\(Self.temporarySuffix)")
        do {
            try create(temporary, bytes)
            try verify(temporary)
            guard lockstep_rename_exclusive(temporary, path) == 0 else {
                throw errno == EEXIST ? exists() : failure("name the file")
            }
        } catch {
            unlink(temporary)
            throw error
        }
        try syncDirectory()
    }

    private func create(_ temporary: String, _ bytes: [UInt8]) throws {
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw failure("create a file there") }
        do {
            try bytes.withUnsafeBytes { try fill(descriptor, with: $0) }
            guard lockstep_sync(descriptor) == 0 else { throw failure("put the file on the disk") }
        } catch {
            close(descriptor)
            throw error
        }
        // Network file systems report a full disk here.
        guard close(descriptor) == 0 else { throw failure("close the file") }
    }

    private func fill(_ descriptor: Int32, with bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
            if written < 0 && errno == EINTR { continue }
            guard written > 0 else { throw failure("write \(bytes.count) bytes") }
            rest = rest.dropFirst(written)
        }
    }

    /// Puts the directory's new entry on the disk.
    func syncDirectory() throws {
        let descriptor = open(directory.isEmpty ? "." : directory, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("open its directory") }
        defer { close(descriptor) }
        // EINVAL: a file system that cannot sync directories, and needs no such thing.
        guard lockstep_sync(descriptor) == 0 || errno == EINVAL else { throw failure("put its name on the disk") }
    }

    func failure(_ operation: String) -> CheckpointError {
        let code = errno
        return CheckpointError(.cannotWrite, path, "cannot \(operation): \(String(cString: strerror(code)))")
    }

    private func exists() -> CheckpointError {
        CheckpointError(.exists, path, "something of that name exists; checkpoints are never overwritten")
    }
}
