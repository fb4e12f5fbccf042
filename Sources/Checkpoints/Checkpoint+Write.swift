import DurableFiles
import Foundation
import HDF5

extension Checkpoint {
    /// Writes the checkpoint to a new file, durably: when this returns, the file survives a loss of power; when it
    /// throws, nothing of that name was made. Throws `CheckpointError` `.exists` or `.cannotWrite`.
    ///
    /// - Parameter replaces: whether a file of that name gives way to it.
    public func write(to path: String, replacing replaces: Bool = false) throws {
        try lending { try $0.write(to: path, replacing: replaces, buffer: HDF5ImageBuffer()) }
    }
}

extension LentCheckpoint {
    /// Writes the checkpoint as `Checkpoint.write` does.
    ///
    /// It is made in memory: a full disk, which HDF5 reports late and cannot recover from, then never meets HDF5.
    /// Before the file gets its name, `DurableFile` has read it back from the disk, and HDF5 has found each tensor in
    /// it where its values are.
    ///
    /// - Parameter buffer: memory to make the file in.
    func write(to path: String, replacing replaces: Bool, buffer: HDF5ImageBuffer) throws {
        let file = DurableFile(path, replacing: replaces)
        try CheckpointError.translating { try file.checkFree() }
        let contents = contents
        try makeImage(contents, label: path, in: buffer)
        try CheckpointError.translating {
            try file.write(buffer.bytes) { temporary in
                guard try isContent(of: temporary, image: buffer.bytes, contents) else {
                    throw CheckpointError(.cannotWrite, path, "what was written is not what is read back")
                }
            }
        }
    }

    /// Bytes that a tensor takes in a file beside its values, at the most: its header, names, digest and padding.
    package static let bytesOfTensor = 2_048

    /// Makes the file's bytes. Equal checkpoints give equal bytes.
    func makeImage(_ contents: CheckpointContents, label: String, in buffer: HDF5ImageBuffer) throws {
        let tensors = parameters + optimizerState.values.joined()
        buffer.reserve(
            tensors.reduce(1 << 20) { $0 + $1.values.count * MemoryLayout<Float>.stride + Self.bytesOfTensor })
        try HDF5File(inMemory: label, buffer: buffer).closeAfter { try write(contents, into: $0.root) }
    }

    /// Whether a file, whose bytes are known to be those of `image`, is this checkpoint.
    private func isContent(
        of path: String, image: UnsafeRawBufferPointer, _ contents: CheckpointContents
    ) throws -> Bool {
        try CheckpointReader.withFile(path) { reader in
            func records(_ group: String, _ tensors: [LentTensor], _ records: [TensorRecord]) throws -> [TensorRecord] {
                let lent = Dictionary(uniqueKeysWithValues: zip(tensors, records).map { ($0.name, ($0, $1)) })
                return try reader.records(in: group) { name, dataset in
                    guard let (tensor, record) = lent[name], dataset.shape == tensor.shape else {
                        return TensorRecord(name: name, shape: dataset.shape, digest: "")
                    }
                    let values = UnsafeRawBufferPointer(tensor.values)
                    guard values.count > 0 else { return record }
                    guard let offset = try dataset.contiguousOffset(), dataset.storageSize == values.count,
                        memcmp(image.baseAddress! + offset, values.baseAddress!, values.count) == 0
                    else { return TensorRecord(name: name, shape: dataset.shape, digest: "") }
                    return record
                }
            }
            var state: [String: [TensorRecord]] = [:]
            for (moment, tensors) in optimizerState {
                state[moment] = try records(CheckpointFile.moment(moment), tensors, contents.optimizerState[moment]!)
            }
            let found = CheckpointContents(
                try reader.constants(),
                parameters: try records(CheckpointFile.parameters, parameters, contents.parameters),
                optimizerState: state)
            try reader.verify(found)
            return found.digest == contents.digest
        }
    }

    private func write(_ contents: CheckpointContents, into root: HDF5Group) throws {
        try root.attributes.setFixed("format", CheckpointFile.format)
        try root.attributes.set("format_version", constants.data == nil ? 2 : CheckpointFile.version)
        try root.attributes.setFixed("digest", contents.digest)
        var groups: [String: HDF5Group] = [:]
        for attribute in constants.attributes {
            let group = try groups[attribute.group] ?? root.createGroup(attribute.group)
            groups[attribute.group] = group
            try group.attributes.set(attribute)
        }
        if let data = constants.data { try groups[CheckpointFile.data]!.write(data) }
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
