import CSystem
import Foundation

/// A directory that appears under its name with all that belongs into it, or not at all.
public enum DurableDirectory {
    /// Makes a directory under a temporary name, lets `fill` put files into it, and gives it the first of `names` that is
    /// free.
    ///
    /// - Parameters:
    ///   - names: paths in one directory, which is there; each is asked for only if those before are taken.
    ///   - fill: gets the temporary path, and puts on the disk what it writes there.
    /// - Returns: the path it got, and what `fill` returned.
    /// - Throws: `DurableFileError` `.exists` for the last name if all are taken, or `.failed`; what `fill` throws. Nothing
    ///   is left then.
    public static func create<Result>(
        _ names: some Sequence<String>, fill: (_ temporary: String) throws -> Result
    ) throws -> (path: String, result: Result) {
        var names = names.makeIterator()
        guard var path = names.next() else { preconditionFailure("a directory needs a name") }
        let place = splitPath(path)
        let temporary = Temporaries.name(beside: place.name, in: place.directory)
        return try Temporaries.during(temporary) {
            guard mkdir(temporary, 0o777) == 0 else { throw DurableFile(path).failure("make the directory") }
            do {
                let result = try fill(temporary)
                try DurableFile(temporary).synchronizeContents()
                // From here on it stays, even if the process is told to end: what is being renamed must not lose half of
                // what is in it.
                guard Temporaries.keep(temporary) else {
                    throw DurableFileError.failed(path: path, operation: "name the directory", code: ENOENT)
                }
                while !rename(temporary, to: path) {
                    guard errno == EEXIST || errno == ENOTEMPTY else {
                        throw DurableFile(path).failure("name the directory")
                    }
                    guard let next = names.next() else { throw DurableFileError.exists(path: path) }
                    path = next
                }
                try DurableFile(path).synchronizeDirectory()
                return (path, result)
            } catch {
                try? FileManager.default.removeItem(atPath: temporary)
                throw error
            }
        }
    }

    /// Makes a directory where there is none, with all above it that are missing, each of them on the disk.
    ///
    /// - Throws: `DurableFileError.failed`.
    public static func make(_ path: String) throws {
        var status = stat()
        if stat(path, &status) == 0 { return }
        try make(splitPath(path).directory)
        // Another process may have been faster.
        guard mkdir(path, 0o777) == 0 || errno == EEXIST else { throw DurableFile(path).failure("make the directory") }
        try DurableFile(path).synchronizeDirectory()
    }

    private static func rename(_ temporary: String, to path: String) -> Bool {
        if lockstep_rename_exclusive(temporary, path) == 0 { return true }
        // A file system without exclusive renames, and directories have no second names: next to exclusive is to look
        // first, and a directory that is not empty is never replaced.
        guard errno == EPERM, access(path, F_OK) != 0 else { return false }
        return Foundation.rename(temporary, path) == 0
    }
}
