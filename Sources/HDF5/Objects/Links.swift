import CHDF5

/// What a group holds under a name.
package struct HDF5Link: Equatable, Sendable {
    package enum Kind: Equatable, Sendable {
        case group
        case dataset
        /// A type stored under a name of its own.
        case namedType
        /// To a path of the same file; never followed.
        case softLink(target: String)
        /// To an object of another file; never followed.
        case externalLink(file: String, target: String)
        /// A link of a kind that a program registered; never followed.
        case userDefined
    }

    package let name: String
    package let kind: Kind
}

extension HDF5Group {
    /// What this group holds, in order of names. Throws `.refused` beyond `HDF5Limits.children`.
    package func children() throws -> [HDF5Link] {
        let operation = "list the group"
        return try handle.use(operation) { id in
            var info = H5G_info_t()
            try handle.subject.call(operation) { H5Gget_info(id, &info) }
            guard info.nlinks <= HDF5Limits.children else {
                throw handle.subject.error(
                    .refused, operation, "it holds \(info.nlinks) objects; at most \(HDF5Limits.children) are listed")
            }
            let names = try NameList.collect(handle.subject, operation, most: HDF5Limits.children) { list in
                try handle.subject.call(operation) {
                    H5Literate(id, H5_INDEX_NAME, H5_ITER_INC, nil, { NameList.add($1, to: $3) }, list)
                }
            }
            return try names.map { name in
                guard let kind = try linkKind(name, in: id) else {
                    throw handle.subject.at(absolute(name)).error(.failed, operation, "it vanished while listed")
                }
                return HDF5Link(name: name, kind: kind)
            }
        }
    }

    /// Whether `path` leads to a group, a data set or anything else.
    package func contains(_ path: String) throws -> Bool { try link(path) != nil }

    /// What `path` leads to; nil if nothing has that name, or a component on the way is not a group.
    package func link(_ path: String) throws -> HDF5Link.Kind? {
        try handle.use("look up the object") { id in
            var kind = HDF5Link.Kind.group
            var walked = ""
            for component in path.split(separator: "/") where component != "." {
                guard kind == .group else { return try refuseToFollow(kind, walked) }
                walked += walked.isEmpty ? component : "/" + component
                guard let next = try linkKind(walked, in: id) else { return nil }
                kind = next
            }
            return kind
        }
    }

    /// Throws unless `path` leads, over groups, to an object of the kind wanted.
    func require(_ path: String, _ wanted: HDF5Link.Kind) throws {
        let name = wanted == .group ? "group" : "data set"
        let subject = handle.subject.at(absolute(path))
        switch try link(path) {
        case wanted: return
        case nil:
            let parent = absolute(path).split(separator: "/").dropLast()
            let siblings = try? file.root.nearestChildren(parent.map(String.init))
            throw subject.error(.notFound, "open the \(name)", "no such object. \(siblings ?? "")")
        case .group: throw subject.error(.mismatch, "open the \(name)", "expected a \(name), found a group")
        case .dataset: throw subject.error(.mismatch, "open the \(name)", "expected a \(name), found a data set")
        case .namedType: throw subject.error(.mismatch, "open the \(name)", "expected a \(name), found a type")
        case let other?:
            _ = try refuseToFollow(other, path)
        }
    }

    /// Throws if `path` is taken.
    func requireNothing(_ path: String, _ operation: String) throws {
        guard path.contains(where: { $0 != "/" && $0 != "." }) else {
            throw handle.subject.error(.misuse, operation, "a name is missing")
        }
        if try contains(path) {
            throw handle.subject.at(absolute(path)).error(.exists, operation, "an object of that name is there already")
        }
    }

    /// "It is in /images, which holds: test, train."
    fileprivate func nearestChildren(_ components: [String]) throws -> String {
        var group = self
        for component in components {
            guard try group.link(component) == .group else { break }
            group = try group.group(component)
        }
        let names = try group.children().map(\.name)
        guard !names.isEmpty else { return "The group \(group.path) is empty." }
        let shown = names.prefix(20).joined(separator: ", ")
        return "The group \(group.path) holds: \(shown)\(names.count > 20 ? ", …" : "")."
    }

    /// nil for a path that continues past a data set; an error for one that continues past a link.
    private func refuseToFollow(_ kind: HDF5Link.Kind, _ path: String) throws -> HDF5Link.Kind? {
        let subject = handle.subject.at(absolute(path))
        switch kind {
        case .group, .dataset, .namedType:
            return nil
        case .softLink(let target):
            throw subject.error(
                .refused, "follow the link", "it is a soft link to \(target); links are not followed: give that path")
        case .externalLink(let other, let target):
            throw subject.error(
                .refused, "follow the link",
                "it is an external link to \(target) in \(other); links are not followed: give that file")
        case .userDefined:
            throw subject.error(.refused, "follow the link", "it is a user-defined link")
        }
    }

    /// The kind of the last component; those before it must have been found to be groups.
    private func linkKind(_ path: String, in id: hid_t) throws -> HDF5Link.Kind? {
        let operation = "look up the object"
        let subject = handle.subject.at(absolute(path))
        guard try subject.call(operation, { H5Lexists(id, path, hid_t(H5P_DEFAULT)) }) > 0 else { return nil }
        var info = H5L_info_t()
        try subject.call(operation) { H5Lget_info(id, path, &info, hid_t(H5P_DEFAULT)) }
        switch info.type {
        case H5L_TYPE_HARD:
            var object = H5O_info_t()
            try subject.call(operation) {
                H5Oget_info_by_name2(id, path, &object, UInt32(H5O_INFO_BASIC), hid_t(H5P_DEFAULT))
            }
            switch object.type {
            case H5O_TYPE_GROUP: return .group
            case H5O_TYPE_DATASET: return .dataset
            default: return .namedType
            }
        case H5L_TYPE_SOFT:
            return .softLink(
                target: String(decoding: try linkValue(path, in: id, info).prefix { $0 != 0 }, as: UTF8.self))
        case H5L_TYPE_EXTERNAL:
            return try externalLink(try linkValue(path, in: id, info))
        default:
            return .userDefined
        }
    }

    private func linkValue(_ path: String, in id: hid_t, _ info: H5L_info_t) throws -> [UInt8] {
        let subject = handle.subject.at(absolute(path))
        let size = info.u.val_size
        guard size <= HDF5Limits.name else {
            throw subject.error(.refused, "read the link", "its target has \(size) bytes")
        }
        var value = [UInt8](repeating: 0, count: max(size, 1))
        try subject.call("read the link") { H5Lget_val(id, path, &value, size, hid_t(H5P_DEFAULT)) }
        return value
    }

    private func externalLink(_ value: [UInt8]) throws -> HDF5Link.Kind {
        // One byte of version and flags, then two strings, each ended by a zero.
        let parts = value.dropFirst().split(separator: 0, maxSplits: 2, omittingEmptySubsequences: false)
        let texts = parts.map { String(decoding: $0, as: UTF8.self) }
        return .externalLink(file: texts.first ?? "", target: texts.dropFirst().first ?? "")
    }
}
