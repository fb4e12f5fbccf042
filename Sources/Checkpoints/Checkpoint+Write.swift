import DurableFiles
import HDF5

extension Checkpoint {
    /// Writes the checkpoint to a new file, durably: when this returns, the file survives a loss of power; when it throws,
    /// nothing of that name was made. Throws `CheckpointError` `.exists` or `.cannotWrite`.
    ///
    /// - Parameter replaces: whether a file of that name gives way to it.
    public func write(to path: String, replacing replaces: Bool = false) throws {
        try lending { try $0.write(to: path, replacing: replaces, buffer: HDF5ImageBuffer()) }
    }
}

extension LentCheckpoint {
    /// Writes the checkpoint as `Checkpoint.write` does.
    ///
    /// It is made in memory: a full disk, which HDF5 reports late and cannot recover from, then never meets HDF5. What is on
    /// the disk is read back from there, not from memory, before it gets its name.
    ///
    /// - Parameter buffer: memory to make the file in.
    func write(to path: String, replacing replaces: Bool, buffer: HDF5ImageBuffer) throws {
        let file = DurableFile(path, replacing: replaces)
        try CheckpointError.translating { try file.checkFree() }
        let contents = contents
        try makeImage(contents, label: path, in: buffer)
        try CheckpointError.translating {
            try file.write(buffer.bytes) { temporary in
                guard try Checkpoint.verify(temporary).digest == contents.digest else {
                    throw CheckpointError(.cannotWrite, path, "what was written is not what is read back")
                }
            }
        }
    }

    /// Makes the file's bytes. Equal checkpoints give equal bytes.
    func makeImage(_ contents: CheckpointContents, label: String, in buffer: HDF5ImageBuffer) throws {
        let file = try HDF5File(inMemory: label, buffer: buffer)
        let result = Result { try write(contents, into: try file.root) }
        try file.close()
        try result.get()
    }

    private func write(_ contents: CheckpointContents, into root: HDF5Group) throws {
        try root.attributes.setFixed("format", CheckpointFile.format)
        try root.attributes.set("format_version", CheckpointFile.version)
        try root.attributes.setFixed("digest", contents.digest)
        var groups: [String: HDF5Group] = [:]
        for attribute in constants.attributes {
            let group = try groups[attribute.group] ?? root.createGroup(attribute.group)
            groups[attribute.group] = group
            try group.attributes.set(attribute)
        }
        try root.createGroup(CheckpointFile.parameters).write(parameters, contents.parameters)
        try root.createGroup(CheckpointFile.optimizer)
        for (moment, tensors) in optimizerState.sorted(by: { $0.key < $1.key }) {
            try root.createGroup(CheckpointFile.moment(moment)).write(tensors, contents.optimizerState[moment]!)
        }
    }
}

extension HDF5Group {
    fileprivate func write(_ tensors: [LentTensor], _ records: [TensorRecord]) throws {
        try attributes.setFixed(CheckpointFile.tensors, tensors.map(\.name))
        for (tensor, record) in zip(tensors, records) {
            let dataset = try createDataset(tensor.name, shape: tensor.shape, type: .float32)
            try dataset.write(from: tensor.values)
            try dataset.attributes.setFixed(CheckpointFile.tensorDigest, record.digest)
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
