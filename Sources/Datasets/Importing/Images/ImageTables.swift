import HDF5
import Kernels

/// The tables of a new data set whose samples come one at a time, in the order of all rows, each for one of the splits.
struct ImageTables {

    private struct Column {
        let dataset: HDF5Dataset
        /// Samples that are not written yet, side by side.
        var pending: [UInt8] = []
        var rows = 0
        var digest = XXH64()

        mutating func write() throws {
            guard !pending.isEmpty else { return }
            try dataset.write(pending, atRow: rows)
            rows += pending.count / dataset.shape.dropFirst().reduce(1, *)
            pending.withUnsafeBytes { digest.update($0) }
            pending.removeAll(keepingCapacity: true)
        }
    }

    private let splits: [Split]
    private var columns: [Split: Column] = [:]
    private var digests: [String: UInt64] = [:]
    private var next = 0

    /// Bytes that are written, and read back, at once, about.
    private static let bandBytes = 8 << 20

    /// Creates the tables, and writes the targets.
    ///
    /// - Parameters:
    ///   - labels: the class of each row; nil for no targets.
    ///   - parts: the rows of each split, ascending; all of them.
    init(in root: HDF5Group, shape: [Int], rows count: Int, labels: [Int64]?, parts: [Split: [Int32]]) throws {
        var splits = [Split](repeating: .train, count: count)
        for split in Split.allCases {
            guard let rows = parts[split] else { continue }
            for row in rows { splits[Int(row)] = split }
            columns[split] = Column(
                dataset: try root.createDataset("x_\(split)", shape: [rows.count] + shape, type: .uint8))
            guard let labels else { continue }
            let targets = rows.map { labels[Int($0)] }
            try root.write("y_\(split)", targets)
            var digest = XXH64()
            targets.withUnsafeBytes { digest.update($0) }
            digests["y_\(split)"] = digest.finalize()
        }
        self.splits = splits
    }

    /// Adds the sample of the next row.
    mutating func append(_ sample: [UInt8]) throws {
        let split = splits[next]
        next += 1
        columns[split]!.pending += sample
        if columns[split]!.pending.count >= Self.bandBytes { try columns[split]!.write() }
    }

    /// Writes what is left.
    /// - Returns: digests of the elements of all tables, by their names.
    mutating func finish() throws -> [String: UInt64] {
        precondition(next == splits.count, "samples are missing")
        // In an order of their own: HDF5 lays tables down as they are first written.
        for split in Split.allCases {
            try columns[split]?.write()
            digests["x_\(split)"] = columns[split]?.digest.finalize()
        }
        return digests
    }

    /// The digest of the elements of a table that was written, as they read back.
    static func digest(of dataset: HDF5Dataset) throws -> UInt64 {
        try dataset.elementType == .uint8
            ? digest(of: dataset, as: UInt8.self) : digest(of: dataset, as: Int64.self)
    }

    private static func digest<Element: HDF5Scalar>(of dataset: HDF5Dataset, as: Element.Type) throws -> UInt64 {
        var digest = XXH64()
        let band = max(1, bandBytes / dataset.shape.dropFirst().reduce(MemoryLayout<Element>.stride, *))
        for first in stride(from: 0, to: dataset.shape[0], by: band) {
            let rows = try dataset.read(rows: first..<min(first + band, dataset.shape[0]), as: Element.self)
            rows.withUnsafeBytes { digest.update($0) }
        }
        return digest.finalize()
    }
}
