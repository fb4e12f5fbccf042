import CHDF5

extension HDF5File {
    /// Goes through the whole structure of a file as readers do: groups, attributes, types, shapes, where data and
    /// chunks are, and a little of the data. For a process of its own, with limits of time and memory, that may crash
    /// in the place of another.
    ///
    /// - Returns: what is wrong with the structure, and nil if nothing is. Damaged data is for a reader to find.
    package static func tryOut(_ path: String) -> String? {
        HDF5Library.$trustsFiles.withValue(true) {
            // Nothing is used again without the allocator's knowledge, which fills memory: what crashes in one run and
            // not in another crashes here.
            _ = try? Subject(file: path).call("try the file") { H5set_free_list_limits(0, 0, 0, 0, 0, 0) }
            var walk = TrialWalk()
            walk.run(path)
            return walk.problem
        }
    }
}

private struct TrialWalk {
    /// The first there is.
    private(set) var problem: String?

    /// Bytes of data that are read of an object.
    private static let mostBytes = 1 << 20

    mutating func run(_ path: String) {
        attempt { walk in
            let file = try HDF5File(reading: path)
            walk.attempt { walk in
                let root = try file.root
                walk.readAttributes(root.attributes)
                // Names are found by other structures than lists of them.
                walk.attempt { _ in _ = try root.attributes.contains("format") }
                walk.attempt { _ in _ = try root.link("x_train") }
                for entry in try root.walk() { walk.visit(entry, in: root) }
            }
            try file.close()
        }
    }

    /// Goes on after an error. One of the library says that the structure is damaged; others say that there is
    /// something which we do not read.
    private mutating func attempt(_ body: (inout TrialWalk) throws -> Void) {
        do {
            try body(&self)
        } catch let error as HDF5Error where error.kind == .failed {
            problem = problem ?? "its structure is damaged: \(FileProblem(error))"
        } catch {}
    }

    private mutating func readAttributes(_ attributes: HDF5Attributes) {
        attempt { walk in
            for name in try attributes.names() {
                walk.attempt { _ in _ = try attributes.attribute(name) }
            }
        }
    }

    private mutating func visit(_ entry: HDF5Entry, in root: HDF5Group) {
        attempt { walk in
            switch entry.kind {
            case .group:
                let group = try root.group(entry.path)
                walk.readAttributes(group.attributes)
                try group.close()
            case .dataset:
                let dataset = try root.dataset(entry.path)
                walk.readAttributes(dataset.attributes)
                walk.attempt { _ in try dataset.findChunks() }
                walk.attempt { _ in _ = try dataset.contiguousOffset() }
                try? Self.readFirstRow(of: dataset)
                try dataset.close()
            case .namedType, .softLink, .externalLink, .userDefined: break
            }
        }
    }

    private static func readFirstRow(of dataset: HDF5Dataset) throws {
        try dataset.checkReadable()
        guard dataset.count > 0 else { return }
        if case .chunked(let chunk) = dataset.layout {
            guard chunk.reduce(dataset.elementType.size, *) <= 16 * mostBytes else { return }
            _ = try dataset.rawChunk(at: dataset.shape.map { _ in 0 })
        }
        guard !dataset.shape.isEmpty else { return _ = try dataset.read(as: Double.self) }
        guard dataset.count / dataset.shape[0] * dataset.elementType.size <= mostBytes else { return }
        _ = try dataset.read(rows: 0..<1, as: Float.self)
    }
}

extension HDF5Dataset {
    /// Has the library walk the whole index of chunks, if there is one.
    fileprivate func findChunks() throws {
        guard case .chunked = layout, storageSize > 0 else { return }
        _ = try storedChunks()
    }
}
