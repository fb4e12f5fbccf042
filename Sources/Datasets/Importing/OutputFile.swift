import Foundation

/// A file that appears complete or not at all: written under another name in the same folder, then renamed.
struct OutputFile {
    let path: String
    /// Whether a file of that name may be replaced.
    let overwrite: Bool

    /// - Throws: `DatasetError` when the output exists and must stay, or its folder is not there.
    func checkFree() throws {
        var status = stat()
        if lstat(path, &status) == 0 {
            guard status.st_mode & S_IFMT != S_IFDIR else {
                throw error(.exists, expected: "a file name", "a folder of that name")
            }
            if !overwrite { throw alreadyThere }
        }
        guard access(folder, W_OK | X_OK) == 0 else {
            throw error(
                .writeFailed, expected: "a folder that can be written to",
                errno == ENOENT ? "no folder \(folder)" : "\(folder): \(String(cString: strerror(errno)))")
        }
    }

    /// Lends `body` the name to write to and moves the file in place when it is safely on disk.
    ///
    /// Whatever fails, nothing is left behind and an existing file stays as it was.
    func write(_ body: (_ temporaryPath: String) throws -> Void) throws {
        try checkFree()
        let name = URL(fileURLWithPath: path).lastPathComponent
        let temporary = "\(folder)/.\(name).\(UUID().uuidString).tmp"
        defer { unlink(temporary) }
        try body(temporary)
        try synchronize(temporary)
        try giveName(temporary)
        try synchronize(folder)
    }

    /// Writes bytes to a new file of a temporary name; errors name the output.
    static func create(_ temporary: String, _ bytes: [UInt8], for output: String) throws {
        let output = OutputFile(path: output, overwrite: false)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw output.failed("create a file in its folder") }
        defer { close(descriptor) }
        try bytes.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let written = Foundation.write(
                    descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress!, rest.count)
                if written < 0 && errno == EINTR { continue }
                guard written > 0 else { throw output.failed("write \(bytes.count) bytes") }
                rest = rest.dropFirst(written)
            }
        }
    }

    private func giveName(_ temporary: String) throws {
        if !overwrite {
            // Unlike rename, link never replaces a file that has come up meanwhile.
            if link(temporary, path) == 0 { return }
            if errno == EEXIST { throw alreadyThere }
            // A file system without hard links: the check below leaves a moment open.
            guard [EPERM, ENOTSUP, ENOSYS].contains(errno) else { throw failed("give the file its name") }
            try checkFree()
        }
        guard rename(temporary, path) == 0 else { throw failed("give the file its name") }
    }

    private var folder: String {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        return folder.isEmpty ? "." : folder
    }

    /// Waits until the disk has a file, or the names in a folder.
    private func synchronize(_ path: String) throws {
        let descriptor = open(path, O_RDONLY)
        guard descriptor >= 0 else { throw failed("open \(path)") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failed("write \(path) to disk") }
    }

    private func failed(_ action: String) -> DatasetError {
        error(.writeFailed, expected: nil, "cannot \(action): \(String(cString: strerror(errno)))")
    }

    private var alreadyThere: DatasetError {
        DatasetError(
            .exists, file: path, expected: "a new file", found: "one that exists",
            advice: "Choose another name, or allow it to be overwritten.")
    }

    private func error(_ kind: DatasetError.Kind, expected: String?, _ found: String) -> DatasetError {
        DatasetError(kind, file: path, expected: expected, found: found)
    }
}
