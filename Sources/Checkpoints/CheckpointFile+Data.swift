import Datasets
import HDF5
import Kernels

/// The contract with the data, as a checkpoint's file has it.
extension CheckpointFile {
    static let data = "data"

    /// Attributes of the group.
    static func attributes(of data: DataContract) -> [Attribute] {
        [
            Attribute(group: self.data, name: "inputs", value: .text(data.storesBytes ? "uint8" : "float32")),
            Attribute(group: self.data, name: "targets", value: .text(data.targetKind.name)),
            Attribute(group: self.data, name: "target_count", value: .integer(data.targetKind.count)),
        ]
    }
}

extension HDF5Group {
    /// Writes the lists of a contract, each with its digest.
    func write(_ data: DataContract) throws {
        for (name, column) in data.columns {
            let dataset: HDF5Dataset
            switch column {
            case .texts(let texts): dataset = try writeTexts(name, texts)
            case .numbers(let numbers):
                dataset = try createDataset(name, shape: [numbers.count], type: .float64)
                try dataset.write(numbers)
            }
            try dataset.attributes.setFixed(CheckpointFile.tensorDigest, column.digest)
            try dataset.close()
        }
    }
}

extension DataContract.Column {
    /// The digest of the bytes in the file, as 16 hexadecimal digits.
    var digest: String {
        var hash = XXH64()
        switch self {
        case .texts(let texts): HDF5Library.paddedBytes(of: texts).withUnsafeBytes { hash.update($0) }
        case .numbers(let numbers): numbers.withUnsafeBytes { hash.update($0) }
        }
        return hash.finalize().hexadecimal
    }
}

extension CheckpointReader {
    /// The contract with the data; nil in files from before formats had it.
    ///
    /// - Throws: `CheckpointError` `.damaged` for lists that no data can have, and for those that are not what was
    ///   written.
    func data(inputShape: [Int]) throws -> DataContract? {
        guard try root.link(CheckpointFile.data) == .group else { return nil }
        let group = try root.group(CheckpointFile.data)
        let inputs = try text(group, "inputs")
        let (kind, count) = (try text(group, "targets"), try integer(group, "target_count", in: 0...Int(Int32.max)))
        func damaged(_ problem: String) -> CheckpointError {
            CheckpointError(.damaged, path, "\(group.path): \(problem)")
        }
        guard ["uint8", "float32"].contains(inputs) else { throw damaged("inputs are \(inputs), which nothing is") }
        guard let targets = TargetKind(name: kind, count: count) else {
            throw damaged("targets are \(kind), which nothing is")
        }
        var data = DataContract(inputShape: inputShape, storesBytes: inputs == "uint8", targetKind: targets)
        try data.readColumns { name in
            try list(name, in: group) { try $0.readTexts() }
        } numbers: { name in
            try list(name, in: group) { dataset in
                guard dataset.elementType == .float64, dataset.shape.count == 1 else {
                    throw damaged("\(name): expected a list of float64, found \(dataset.elementType), \(dataset.shape)")
                }
                return try dataset.read(as: Double.self)
            }
        }
        if let problem = data.problem { throw damaged(problem) }
        for (name, column) in data.columns {
            let stored = try group.dataset(name).attributes.string(CheckpointFile.tensorDigest)
            guard stored == column.digest else {
                throw damaged(
                    "\(name) is damaged: its digest is \(stored ?? "missing"), that of its content is \(column.digest)")
            }
        }
        return data
    }

    /// Reads a list if it is there and its bytes are in the file, for it alone.
    private func list<Value>(
        _ name: String, in group: HDF5Group, _ read: (HDF5Dataset) throws -> Value
    ) throws -> Value? {
        guard try group.link(name) == .dataset else { return nil }
        let dataset = try group.dataset(name)
        try space.take(dataset, "\(CheckpointFile.data)/\(name)", path)
        let value = try read(dataset)
        try dataset.close()
        return value
    }
}
