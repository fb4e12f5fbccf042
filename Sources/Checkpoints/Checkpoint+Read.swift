import HDF5
import Kernels

extension Checkpoint {
    /// Reads a checkpoint and verifies every digest in it. Throws `CheckpointError`: `.notFound`, `.notACheckpoint`,
    /// `.unsupportedVersion`, `.truncated`, `.damaged`, `.missingTensor` or `.wrongShape`.
    ///
    /// - Parameter isKept: which moments are wanted, by name; the others are verified piece by piece, and take no
    ///   memory.
    public static func read(_ path: String, keeping isKept: (String) -> Bool = { _ in true }) throws -> Checkpoint {
        try CheckpointReader.withFile(path) { reader in
            var checkpoint = try reader.constants()
            let constants = checkpoint
            var moments: [String: [Tensor]] = [:]
            let parameters = try reader.records(in: CheckpointFile.parameters) { name, dataset in
                let tensor = try Tensor(name, dataset)
                checkpoint.parameters.append(tensor)
                return TensorRecord(tensor)
            }
            let state = try reader.optimizerState(of: parameters) { moment in
                guard isKept(moment) else { return TensorRecord.init }
                return { name, dataset in
                    let tensor = try Tensor(name, dataset)
                    moments[moment, default: []].append(tensor)
                    return TensorRecord(tensor)
                }
            }
            try reader.verify(CheckpointContents(constants, parameters: parameters, optimizerState: state))
            checkpoint.optimizerState = state.keys.filter(isKept).reduce(into: [:]) { $0[$1] = moments[$1] ?? [] }
            return checkpoint
        }
    }

    /// Verifies every digest in a checkpoint, whose values pass through a buffer. Throws as `read` does.
    static func verify(_ path: String) throws -> CheckpointContents {
        try CheckpointReader.withFile(path) { reader in
            let parameters = try reader.records(in: CheckpointFile.parameters, TensorRecord.init)
            let contents = CheckpointContents(
                try reader.constants(), parameters: parameters,
                optimizerState: try reader.optimizerState(of: parameters) { _ in TensorRecord.init })
            try reader.verify(contents)
            return contents
        }
    }

    /// A checkpoint without its tensors, as a file says it; no digest is verified.
    public static func readConstants(_ path: String) throws -> Checkpoint {
        try CheckpointReader.withFile(path) { try $0.constants() }
    }

    /// How far the run was, as a file says; nothing is verified.
    static func readProgress(_ path: String) throws -> Progress {
        try CheckpointReader.withFile(path) { try $0.constants().progress }
    }

    /// Names of the parameters in a checkpoint's file, in the order of the layers.
    public static func parameterNames(in path: String) throws -> [String] {
        try CheckpointReader.withFile(path) { try $0.tensorNames(CheckpointFile.parameters) }
    }

    /// Reads one parameter, such as `linear1/weight`, and verifies its digest; the rest of the file is not looked at.
    public static func readParameter(_ name: String, in path: String) throws -> Tensor {
        try CheckpointReader.withFile(path) { reader in
            var tensor: Tensor?
            _ = try reader.verified(name, in: CheckpointFile.parameters) { name, dataset in
                tensor = try Tensor(name, dataset)
                return TensorRecord(tensor!)
            }
            return tensor!
        }
    }
}

extension Checkpoint.Tensor {
    /// The tensor in a file.
    init(_ name: String, _ dataset: HDF5Dataset) throws {
        self.init(name: name, shape: dataset.shape, values: try dataset.read())
    }
}

extension TensorRecord {
    /// Values in a piece: 1 MiB.
    private static let piece = 1 << 18

    /// The record of a tensor in a file, read in pieces.
    fileprivate init(_ name: String, _ dataset: HDF5Dataset) throws {
        guard let first = dataset.shape.first, dataset.count > Self.piece else {
            self.init(try Checkpoint.Tensor(name, dataset))
            return
        }
        var hash = XXH64()
        let rows = max(1, Self.piece / (dataset.count / first))
        let memory = AlignedBuffer(untouchedCount: rows * (dataset.count / first))
        let buffer = UnsafeMutableBufferPointer(start: memory.pointer, count: memory.count)
        defer { withExtendedLifetime(memory) {} }
        for row in stride(from: 0, to: first, by: rows) {
            let count = min(rows, first - row)
            let values = UnsafeMutableBufferPointer(rebasing: buffer[..<(count * (dataset.count / first))])
            try dataset.read(rows: row..<row + count, into: values)
            hash.update(UnsafeRawBufferPointer(values))
        }
        self.init(name: name, shape: dataset.shape, digest: hash.finalize().hexadecimal)
    }
}
