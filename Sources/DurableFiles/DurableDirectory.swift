import CSystem
import Foundation

/// A directory that appears under its name with all that belongs into it, or not at all.
package enum DurableDirectory {
    /// Makes a directory under a temporary name, lets `fill` put files into it, and gives it the first of `names` that
    /// is free.
    ///
    /// - Parameters:
    ///   - names: paths in one directory, which is there; each is asked for only if those before are taken.
    ///   - fill: gets the temporary path, and puts on the disk what it writes there.
    /// - Returns: the path it got, and what `fill` returned.
    /// - Throws: `DurableFileError` `.exists` for the last name if all are taken, or `.failed`; what `fill` throws.
    ///   Nothing is left then.
    package static func create<Result>(
        _ names: some Sequence<String>, fill: (_ temporary: String) throws -> Result
    ) throws -> (path: String, result: Result) {
        var names = names.makeIterator()
        guard let first = names.next() else { preconditionFailure("a directory needs a name") }
        let place = splitPath(first)
        for _ in 0..<mostAttempts {
            let temporary = Temporaries.name(beside: place.name, in: place.directory)
            let made = try Temporaries.during(temporary) { () -> (path: String, result: Result)? in
                guard mkdir(temporary, 0o777) == 0 else { throw DurableFile(first).failure("make the directory") }
                var lock: DirectoryLock?
                do throws(DirectoryLock.Failure) {
                    lock = try DirectoryLock(temporary)
                } catch {
                    // Without locks nobody else can take it, to remove what is in it. Or else who looked for leftovers
                    // was faster.
                    guard case .unsupported = error else {
                        rmdir(temporary)
                        return nil
                    }
                }
                return try withExtendedLifetime(lock) { try complete(temporary, first, &names, fill) }
            }
            if let made { return made }
        }
        throw DurableFileError.failed(
            path: first, operation: "lock a new directory beside it, in \(mostAttempts) attempts", code: EAGAIN)
    }

    /// Who looks for leftovers takes a new directory once in a long while; a file system may say that of each.
    private static let mostAttempts = 20

    /// Fills a directory that was made and gives it its name, or removes it.
    private static func complete<Result>(
        _ temporary: String, _ first: String, _ names: inout some IteratorProtocol<String>,
        _ fill: (_ temporary: String) throws -> Result
    ) throws -> (path: String, result: Result) {
        var path = first
        do {
            let result = try fill(temporary)
            try DurableFile(temporary).synchronizeContents()
            // From here on it stays, even if the process is told to end: what is being renamed must not lose half of
            // what is in it.
            guard Temporaries.keep(temporary) else {
                throw DurableFileError.failed(path: path, operation: "name the directory", code: ENOENT)
            }
            while lockstep_rename_exclusive(temporary, path) != 0 {
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

    /// Removes what processes that were killed have left of directories in the making. Those that somebody works on
    /// stay.
    ///
    /// - Parameter isFinalName: whether a directory in the making was to get this name.
    package static func removeLeftovers(in parent: String, of isFinalName: (String) -> Bool) {
        guard let found = try? FileManager.default.contentsOfDirectory(atPath: parent) else { return }
        for leftover in found where Temporaries.finalName(of: leftover).map(isFinalName) ?? false {
            let path = "\(parent)/\(leftover)"
            guard let lock = try? DirectoryLock(path) else { continue }
            withExtendedLifetime(lock) { try? FileManager.default.removeItem(atPath: path) }
        }
    }

    /// Makes a directory where there is none, with all above it that are missing, each of them on the disk.
    ///
    /// - Throws: `DurableFileError.failed`.
    package static func make(_ path: String) throws {
        var status = stat()
        if stat(path, &status) == 0 { return }
        try make(splitPath(path).directory)
        // Another process may have been faster.
        guard mkdir(path, 0o777) == 0 || errno == EEXIST else { throw DurableFile(path).failure("make the directory") }
        try DurableFile(path).synchronizeDirectory()
    }
}
