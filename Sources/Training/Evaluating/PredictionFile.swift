import Checkpoints
import Datasets
import DurableFiles
import Foundation
import HDF5
import Kernels

/// A file of predictions while it is written, a block of rows after the other. It gets its name when it is whole.
final class PredictionFile {
    private let file: HDF5File
    private var columns: [PredictionColumn] = []

    private init(_ file: HDF5File) { self.file = file }

    /// Makes a new file, hands it to `body`, reads it back, and gives it its name if all went well.
    ///
    /// - Throws: `DurableFileError` if the path is taken or cannot be written; `HDF5Error`; what `body` throws. Nothing
    ///   is left then.
    static func write(to path: String, _ body: (PredictionFile) throws -> Void) throws {
        var columns: [PredictionColumn] = []
        let durable = DurableFile(path)
        durable.removeLeftovers()
        try durable.writeHDF5 { file in
            let predictions = PredictionFile(file)
            try body(predictions)
            columns = predictions.columns
        } verify: { file in
            for column in columns where try !column.isContent(of: file) {
                throw DurableFileError.failed(path: path, operation: "read back what was written", code: EIO)
            }
        }
    }

    /// Whether a file says of itself what `describe` writes.
    static func isOne(_ path: String) throws -> Bool {
        try HDF5File(reading: path).closeAfter { file in
            let root = try file.root
            return try root.attributes.contains("fingerprint") && root.attributes.contains("split")
                && Split.allCases.allSatisfy { try !root.contains("x_\($0)") }
        }
    }

    func describe(checkpoint: Checkpoint, dataset: Dataset, split: Split) throws {
        let attributes = try file.root.attributes
        try attributes.set("fingerprint", checkpoint.fingerprint)
        try attributes.set("dataset", dataset.name)
        try attributes.set("split", split.rawValue)
        if let names = checkpoint.classNames { try attributes.set("class_names", names) }
        guard let data = checkpoint.data else { return }
        if let names = data.targetNames { try attributes.set("target_names", names) }
        // Outputs are in the units of the targets trained on: how those were made of raw numbers.
        let prefix = "targets_"
        for case (let name, .numbers(let values)) in data.columns where name.hasPrefix(prefix) {
            try attributes.set(String(name.dropFirst(prefix.count)), values)
        }
    }

    /// Adds a data set, whose rows are to be appended.
    func addColumn(_ name: String, shape: [Int], type: HDF5ElementType) throws -> PredictionColumn {
        let column = PredictionColumn(name, try file.root.createDataset(name, shape: shape, type: type))
        columns.append(column)
        return column
    }
}

/// A data set of predictions, written from its first row to its last.
final class PredictionColumn {
    private let name: String
    private let dataset: HDF5Dataset
    private var rows = 0
    private var digest = XXH64()

    /// Bytes that are read back at a time.
    private static let bandBytes = 1 << 20

    fileprivate init(_ name: String, _ dataset: HDF5Dataset) { (self.name, self.dataset) = (name, dataset) }

    /// Appends whole rows, of the type that the data set was made with.
    func append<Value: HDF5Scalar>(_ values: UnsafeBufferPointer<Value>, rows count: Int) throws {
        let rest = Array(dataset.shape.dropFirst())
        try dataset.write(start: [rows] + rest.map { _ in 0 }, count: [count] + rest, from: values)
        digest.update(UnsafeRawBufferPointer(values))
        rows += count
    }

    /// Whether a file has what was appended.
    fileprivate func isContent(of file: HDF5File) throws -> Bool {
        let dataset = try file.root.dataset(name)
        let found =
            try dataset.elementType == .int32 ? content(of: dataset, Int32.self) : content(of: dataset, Float.self)
        return found.finalize() == digest.finalize()
    }

    private func content<Value: HDF5Scalar>(of dataset: HDF5Dataset, _ type: Value.Type) throws -> XXH64 {
        var digest = XXH64()
        let band = max(1, Self.bandBytes / dataset.shape.dropFirst().reduce(MemoryLayout<Value>.stride, *))
        for first in stride(from: 0, to: rows, by: band) {
            let values = try dataset.read(rows: first..<min(first + band, rows), as: Value.self)
            values.withUnsafeBytes { digest.update($0) }
        }
        return digest
    }
}
