import DurableFiles
import Foundation
import HDF5

extension ImportedDataset {
    /// Reads and writes in one go; that the output may be written is checked before anything is read.
    /// - Returns: what was imported.
    @discardableResult
    public static func make(
        at output: String, overwrite: Bool = false, _ read: () throws -> ImportedDataset
    ) throws -> ImportedDataset {
        let durable = DurableFile(output, replacing: overwrite)
        try reportingAsDatasetError { try durable.checkFree() }
        durable.removeLeftovers()
        let imported = try read()
        try imported.write(to: output, overwrite: overwrite)
        return imported
    }

    /// Writes the data set to a new HDF5 file in the layout of `datasets/README.md`, contiguous for speed.
    ///
    /// The file appears under its name when it is complete and on disk, or not at all. Up to `largestImage` bytes it is
    /// built in memory: HDF5 reports a full disk late and cannot recover from it, so it should not meet one. Either way
    /// it is read back from the disk before it counts.
    /// - Throws: `DatasetError` when the output exists (unless `overwrite`) or cannot be written; `HDF5Error` when HDF5
    ///   fails.
    public func write(to output: String, overwrite: Bool = false) throws {
        let bytes = tables.values.reduce(0) { $0 + $1.inputs.bytes + ($1.targets?.bytes ?? 0) }
        let durable = DurableFile(output, replacing: overwrite)
        try reportingAsDatasetError {
            guard bytes > Self.largestImage else { return try durable.write(try image(output)) }
            try durable.writeHDF5 {
                try write(to: $0)
            } verify: { file in
                guard let name = try difference(from: file) else { return }
                throw DatasetError(
                    .writeFailed, file: output, object: name, found: "it reads back as something else",
                    advice: "Check the disk.")
            }
        }
    }

    private func image(_ label: String) throws -> [UInt8] {
        try HDF5File(inMemory: label).closeAfter { file in
            try write(to: file)
            return try file.image()
        }
    }

    private static let largestImage = 1 << 24

    private func write(to file: HDF5File) throws {
        let root = try file.root
        for (name, text) in [("title", title), ("source", source), ("license", license)] {
            if let text { try root.attributes.set(name, text) }
        }
        if let classNames { try root.attributes.set("class_names", classNames) }
        if let classValues { try root.attributes.set("class_values", classValues) }
        if let targetKind { try root.attributes.set("target_kind", targetKind.rawValue) }
        for split in Split.allCases {
            guard let table = tables[split] else { continue }
            try table.inputs.write(to: root, "x_\(split)")
            try table.targets?.write(to: root, "y_\(split)")
            let inputs = try root.dataset("x_\(split)")
            try normalization?.write(to: inputs.attributes)
            if let featureNames { try inputs.attributes.set("feature_names", featureNames) }
            guard table.targets != nil, let targetNames else { continue }
            try root.dataset("y_\(split)").attributes.set("target_names", targetNames)
        }
    }
}

extension ImportedArray {
    fileprivate func write(to group: HDF5Group, _ name: String) throws {
        let dataset = try group.createDataset(name, shape: shape, type: elementType)
        try forEachBand { rows in
            switch values(rows: rows) {
            case .uint8(let values): try dataset.write(values, atRow: rows.lowerBound)
            case .int64(let values): try dataset.write(values, atRow: rows.lowerBound)
            case .float32(let values): try dataset.write(values, atRow: rows.lowerBound)
            case .float64(let values): try dataset.write(values, atRow: rows.lowerBound)
            }
        }
        try dataset.close()
    }

    private var elementType: HDF5ElementType {
        switch values(rows: 0..<0) {
        case .uint8: .uint8
        case .int64: .int64
        case .float32: .float32
        case .float64: .float64
        }
    }
}

extension NormalizationValues {
    func write(to attributes: HDF5Attributes, prefix: String = "") throws {
        let all = [
            ("scale", scale), ("offset", offset), ("mean", mean), ("standard_deviation", standardDeviation),
        ]
        for (name, values) in all {
            guard let values else { continue }
            if values.count == 1 {
                try attributes.set(prefix + name, values[0])
            } else {
                try attributes.set(prefix + name, values)
            }
        }
    }
}

/// Runs `body` and turns the errors of durable files into ours.
func reportingAsDatasetError<R>(_ body: () throws -> R) throws -> R {
    do {
        return try body()
    } catch DurableFileError.exists(let path) {
        throw DatasetError(
            .exists, file: path, expected: "a new file", found: "one that exists",
            advice: "Choose another name, or replace it: --overwrite")
    } catch DurableFileError.failed(let path, let operation, let code) {
        throw DatasetError(
            .writeFailed, file: path, found: "cannot \(operation): \(String(cString: strerror(code)))")
    }
}
