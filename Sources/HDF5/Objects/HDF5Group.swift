import CHDF5

/// A group: a folder of data sets and groups inside a file.
///
/// Paths may have several components (`images/train`) and start from this group. Every component must be a hard link:
/// soft and external links, with which a file can send the reader to any other file, are listed but never followed.
package final class HDF5Group: Sendable {
    package let file: HDF5File
    /// Absolute path inside the file, such as `/images`.
    package let path: String
    let handle: Handle

    init(file: HDF5File, path: String) throws {
        self.file = file
        self.path = path
        let subject = file.handle.subject.at(path)
        let id = try file.handle.use("open the group") { id in
            try subject.call("open the group") { H5Gopen2(id, path, hid_t(H5P_DEFAULT)) }
        }
        self.handle = Handle(id, subject, file: file.handle) { H5Gclose($0) }
    }

    package var attributes: HDF5Attributes { HDF5Attributes(owner: handle) }

    /// Opens a group below this one.
    package func group(_ path: String) throws -> HDF5Group {
        try HDF5Library.locked {
            try require(path, .group)
            return try HDF5Group(file: file, path: absolute(path))
        }
    }

    /// Opens a data set below this one.
    package func dataset(_ path: String) throws -> HDF5Dataset {
        try HDF5Library.locked {
            try require(path, .dataset)
            return try HDF5Dataset(file: file, path: absolute(path))
        }
    }

    /// Creates a group, and those on the way to it that are missing.
    @discardableResult
    package func createGroup(_ path: String) throws -> HDF5Group {
        try HDF5Library.locked {
            try requireNothing(path, "create the group")
            try createGroups(path.split(separator: "/").filter { $0 != "." })
            return try HDF5Group(file: file, path: absolute(path))
        }
    }

    /// Creates those of the groups a, a/b, a/b/c that are missing. HDF5 would create a path's groups by itself, but
    /// with modification times, and then no two files are equal.
    func createGroups(_ components: [Substring]) throws {
        let operation = "create the group"
        for end in components.indices {
            let path = components[...end].joined(separator: "/")
            let subject = handle.subject.at(absolute(path))
            switch try link(path) {
            case .group: continue
            case nil: break
            case let other?:
                throw subject.error(.exists, operation, "expected a group, found an object of kind \(other)")
            }
            try handle.use(operation) { id in
                try subject.withLinkCreation(operation) { links in
                    try subject.withList(operation, shim_H5P_GROUP_CREATE()) { creation in
                        try subject.call(operation) { H5Pset_obj_track_times(creation, false) }
                        let open = { H5Gcreate2(id, path, links, creation, hid_t(H5P_DEFAULT)) }
                        try subject.with(operation, closing: H5Gclose, open) { _ in }
                    }
                }
            }
        }
    }

    package func close() throws { try handle.close() }

    func absolute(_ relative: String) -> String {
        let parts = relative.split(separator: "/").filter { $0 != "." }
        return (path == "/" ? "" : path) + "/" + parts.joined(separator: "/")
    }
}

extension Subject {
    /// Lends the property list of a new name: in UTF-8.
    func withLinkCreation<R>(_ operation: String, _ body: (hid_t) throws -> R) throws -> R {
        try withList(operation, shim_H5P_LINK_CREATE()) { links in
            try call(operation) { H5Pset_char_encoding(links, H5T_CSET_UTF8) }
            return try body(links)
        }
    }
}
