import DurableFiles
import HDF5

extension Checkpoint {
    /// Writes the checkpoint to a new file, durably: when this returns, the file survives a loss of power; when it throws,
    /// nothing of that name was made. Throws `CheckpointError` `.exists` or `.cannotWrite`.
    ///
    /// - Parameter replaces: whether a file of that name gives way to it.
    public func write(to path: String, replacing replaces: Bool = false) throws {
        let file = DurableFile(path, replacing: replaces)
        try CheckpointError.translating { try file.checkFree() }
        let (image, digest) = (try image(label: path), digest)
        try CheckpointError.translating {
            try file.write(image) { temporary in
                guard try Checkpoint.read(temporary).digest == digest else {
                    throw CheckpointError(.cannotWrite, path, "what was written is not what is read back")
                }
            }
        }
    }

    /// The file as bytes. Equal checkpoints give equal bytes.
    ///
    /// It is built in memory: a full disk, which HDF5 reports late and cannot recover from, then never meets HDF5.
    func image(label: String) throws -> [UInt8] {
        let file = try HDF5File(inMemory: label)
        let result = Result {
            try write(into: try file.root)
            return try file.image()
        }
        try file.close()
        return try result.get()
    }

    private func write(into root: HDF5Group) throws {
        try root.attributes.setFixed("format", CheckpointFile.format)
        try root.attributes.set("format_version", CheckpointFile.version)
        try root.attributes.setFixed("digest", digest)
        var groups: [String: HDF5Group] = [:]
        for attribute in attributes {
            let group = try groups[attribute.group] ?? root.createGroup(attribute.group)
            groups[attribute.group] = group
            try group.attributes.set(attribute)
        }
        try root.createGroup(CheckpointFile.parameters).write(parameters)
        try root.createGroup(CheckpointFile.optimizer)
        for (moment, tensors) in optimizerState.sorted(by: { $0.key < $1.key }) {
            try root.createGroup(CheckpointFile.moment(moment)).write(tensors)
        }
    }
}

extension HDF5Group {
    fileprivate func write(_ tensors: [Checkpoint.Tensor]) throws {
        try attributes.setFixed(CheckpointFile.tensors, tensors.map(\.name))
        for tensor in tensors {
            let dataset = try createDataset(tensor.name, shape: tensor.shape, type: .float32)
            try dataset.write(tensor.values)
            try dataset.attributes.setFixed(CheckpointFile.tensorDigest, tensor.digest)
            try dataset.close()
        }
    }
}

extension HDF5Attributes {
    fileprivate func set(_ attribute: CheckpointFile.Attribute) throws {
        switch attribute.value {
        case .integer(let number): try set(attribute.name, number)
        case .unsignedInteger(let number): try set(attribute.name, number)
        case .number(let number): try set(attribute.name, number)
        case .text(let text): try setFixed(attribute.name, text)
        case .integers(let numbers): try set(attribute.name, numbers)
        case .texts(let texts): try setFixed(attribute.name, texts)
        }
    }
}
