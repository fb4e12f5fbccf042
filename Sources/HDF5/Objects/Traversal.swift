import CHDF5

/// An object met by `HDF5Group.walk`.
package struct HDF5Entry: Equatable, Sendable {
    /// Absolute path inside the file.
    package let path: String
    package let kind: HDF5Link.Kind
    /// Groups between this object and the one the walk began at: 0 for its children.
    package let depth: Int
}

extension HDF5Group {
    /// Everything below this group, parents before children, in order of names. A group that is reached a second time
    /// (a file may link a group into itself) is listed but not entered again. Throws `.refused` beyond
    /// `HDF5Limits.depth` levels or `HDF5Limits.objects` objects.
    package func walk() throws -> [HDF5Entry] {
        try HDF5Library.locked {
            var walk = Walk()
            try walk.enter(self, depth: 0)
            return walk.entries
        }
    }

    /// Where the group's header lies in the file: the same for every link to it.
    fileprivate func address() throws -> HDF5Address {
        try handle.use("look up the group") { id in
            var info = H5O_info_t()
            try handle.subject.call("look up the group") { H5Oget_info2(id, &info, UInt32(H5O_INFO_BASIC)) }
            return HDF5Address(info.addr)
        }
    }
}

private typealias HDF5Address = UInt64

private struct Walk {
    var entries: [HDF5Entry] = []
    private var entered: Set<HDF5Address> = []

    mutating func enter(_ group: HDF5Group, depth: Int) throws {
        let operation = "list everything below the group"
        guard entered.insert(try group.address()).inserted else { return }
        guard depth < HDF5Limits.depth else {
            throw group.handle.subject.error(
                .refused, operation, "more than \(HDF5Limits.depth) groups lie in each other")
        }
        for link in try group.children() {
            guard entries.count < HDF5Limits.objects else {
                throw group.handle.subject.error(.refused, operation, "more than \(HDF5Limits.objects) objects")
            }
            entries.append(HDF5Entry(path: group.absolute(link.name), kind: link.kind, depth: depth))
            if link.kind == .group {
                let child = try group.group(link.name)
                try enter(child, depth: depth + 1)
                try child.close()
            }
        }
    }
}
