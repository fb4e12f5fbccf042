import Foundation
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
    fileprivate func isContent(of dataset: HDF5Dataset) throws -> Bool {
        guard dataset.shape == shape else { return false }
        var isEqual = true
        try forEachBand { rows in
            guard isEqual else { return }
            switch values(rows: rows) {
            case .uint8(let values): isEqual = try isContent(values, dataset, rows)
            case .int64(let values): isEqual = try isContent(values, dataset, rows)
            case .float32(let values): isEqual = try isContent(values, dataset, rows)
            case .float64(let values): isEqual = try isContent(values, dataset, rows)
            }
        }
        return isEqual
    }

    /// Bit by bit: there may be zeros of both signs.
    private func isContent<Value: HDF5Scalar>(
        _ values: [Value], _ dataset: HDF5Dataset, _ range: Range<Int>
    ) throws -> Bool {
        let found = try dataset.read(rows: range, as: Value.self)
        return values.withUnsafeBytes { expected in
            found.withUnsafeBytes {
                expected.count == $0.count && memcmp(expected.baseAddress!, $0.baseAddress!, $0.count) == 0
            }
        }
    }
}
