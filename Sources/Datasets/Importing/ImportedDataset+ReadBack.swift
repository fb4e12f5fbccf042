import HDF5

extension ImportedDataset {
    /// Reads a file that this was written to, a band of rows after the other.
    ///
    /// - Returns: what in it is something else, or nil.
    func difference(from file: HDF5File) throws -> String? {
        let root = try file.root
        guard try root.attributes.strings("class_names") == classNames else { return "class_names" }
        // Bit by bit: a class that is no number has NaN for a value.
        let values = try root.attributes.numbers("class_values")
        guard values?.map(\.bitPattern) == classValues?.map(\.bitPattern) else { return "class_values" }
        for split in Split.allCases {
            guard let table = tables[split] else { continue }
            for (name, array) in [("x_\(split)", table.inputs), ("y_\(split)", table.targets)] {
                guard let array else { continue }
                let dataset = try root.dataset(name)
                guard try array.isContent(of: dataset) else { return name }
            }
        }
        return nil
    }
}

extension ImportedArray {
    /// Bytes that are read back at a time.
    private static let bandBytes = 4 << 20

    fileprivate func isContent(of dataset: HDF5Dataset) throws -> Bool {
        guard dataset.shape == shape else { return false }
        switch values {
        case .uint8(let values): return try isContent(values, dataset)
        case .int64(let values): return try isContent(values, dataset)
        case .float32(let values): return try isContent(values, dataset)
        case .float64(let values): return try isContent(values, dataset)
        }
    }

    /// Bit by bit: there may be zeros of both signs.
    private func isContent<Value: HDF5Scalar>(_ values: [Value], _ dataset: HDF5Dataset) throws -> Bool {
        let width = rows > 0 ? values.count / rows : 0
        let band = max(1, Self.bandBytes / max(1, width * MemoryLayout<Value>.stride))
        for first in stride(from: 0, to: rows, by: band) {
            let range = first..<min(first + band, rows)
            let found = try dataset.read(rows: range, as: Value.self)
            let isEqual = values[range.lowerBound * width..<range.upperBound * width].withUnsafeBytes { expected in
                found.withUnsafeBytes { expected.elementsEqual($0) }
            }
            guard isEqual else { return false }
        }
        return true
    }
}
