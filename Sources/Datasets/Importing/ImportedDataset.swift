/// A data set read from a foreign format, on its way to HDF5.
///
///     try ImportedDataset.make(at: "iris.h5") { try .csv("iris.csv", CSVOptions(target: "species")) }
///
/// Readers: `idx`, `csv`, `npz`, `npy`, `matlab`, `fashionMNIST`, `cifar10`. All of them throw `DatasetError`.
public struct ImportedDataset: Sendable {
    /// Inputs and targets of one split, with as many rows each, or inputs alone.
    public struct Table: Equatable, Sendable {
        public var inputs: ImportedArray
        public var targets: ImportedArray?

        /// - Throws: `DatasetError` for inputs of rank below 2, targets that are not [rows] or [rows, width], different
        ///   numbers of rows, no rows, or numbers that are not finite.
        init(inputs: ImportedArray, targets: ImportedArray?) throws {
            self.inputs = inputs
            self.targets = targets
            guard inputs.shape.count >= 2 else {
                throw inputs.error(
                    .wrongShape, expected: "inputs of rank 2 or more: rows first, then the shape of a sample")
            }
            guard inputs.bytes > 0 else {
                throw inputs.error(.empty, expected: "at least one row and one column")
            }
            if let targets {
                guard targets.shape.count == 1 || (targets.shape.count == 2 && targets.shape[1] > 0) else {
                    throw targets.error(.wrongShape, expected: "targets of shape [rows] or [rows, width]")
                }
                guard inputs.rows == targets.rows else {
                    throw targets.error(.rowCounts, expected: "\(inputs.rows) rows, as many as the inputs have")
                }
            }
            guard inputs.rows <= Int(Int32.max) else {
                throw inputs.error(.unsupported, expected: "at most \(Int32.max) rows")
            }
            try inputs.checkFinite()
            try targets?.checkFinite()
        }

        fileprivate init(_ table: Table, rows: [Int32]) {
            inputs = table.inputs.selecting(rows)
            targets = table.targets?.selecting(rows)
        }
    }

    public internal(set) var tables: [Split: Table]
    public internal(set) var classNames: [String]?
    /// The numbers that these names are, by class index. Targets are the indices, or the numbers themselves.
    public internal(set) var classValues: [Double]?
    /// What targets were said to be, if that was said: they are nothing else then.
    public internal(set) var targetKind: TargetChoice?
    /// What was guessed, and how to say otherwise, and what was left out; a line each.
    public internal(set) var notes: [String] = []
    /// Stored as attributes of the inputs.
    public internal(set) var normalization: NormalizationValues?
    /// One name for each column of a table of numbers.
    public internal(set) var featureNames: [String]?
    /// Whether columns are those of what the import shall be like, and in its order, already.
    var hasColumnsMatched = false
    public internal(set) var title: String?
    public internal(set) var source: String?
    public internal(set) var license: String?
    /// One name for each number of a target; stored as an attribute of the targets.
    public internal(set) var targetNames: [String]?

    /// What was imported, a line for each split: `train: 1257 samples of [8, 8] uint8, targets [1257] uint8`.
    public var summary: String {
        Split.allCases.compactMap { split in
            tables[split].map { table in
                "\(split): \(table.inputs.rows) samples of \(Array(table.inputs.shape.dropFirst())) "
                    + "\(table.inputs.typeName), "
                    + (table.targets.map { "targets \($0.shape) \($0.typeName)" } ?? "no targets")
            }
        }.joined(separator: "\n")
    }

    init(tables: [Split: Table]) { self.tables = tables }
}

extension ImportedArray {
    fileprivate func error(_ kind: DatasetError.Kind, expected: String) -> DatasetError {
        DatasetError(kind, file: file, object: object, expected: expected, found: "shape \(shape)")
    }
}

/// Whether an import takes targets.
public enum TargetImport: Sendable {
    case required
    /// Where there are any.
    case optional
    /// Inputs alone, to predict on.
    case none
}

/// Which split rows go to for which a file names none, and which parts of the train split become validation and test
/// splits, drawn at random by seed.
public struct SplitFractions: Equatable, Sendable {
    public var validation: Double
    public var test: Double
    public var seed: UInt64
    public var destination: Split

    /// - Parameters:
    ///   - validation, test: fractions from 0 (no such split) to below 1 together.
    ///   - destination: of all rows that a file names no split for; only from the train split others are cut.
    public init(validation: Double = 0, test: Double = 0, seed: UInt64 = 0, destination: Split = .train) {
        self.validation = validation
        self.test = test
        self.seed = seed
        self.destination = destination
    }
}

extension SplitFractions {
    /// The rows of each split, ascending, of so many rows that are to be divided.
    ///
    /// - Parameters:
    ///   - existing: splits that are there already.
    ///   - file: what messages name.
    /// - Throws: `DatasetError` when a fraction makes no sense, a split is there already, or no row would be left.
    func rows(of count: Int, beside existing: [Split] = [], file: String) throws -> [Split: [Int32]] {
        func error(_ expected: String, _ found: String) -> DatasetError {
            DatasetError(.invalidOption, file: file, object: "split", expected: expected, found: found)
        }
        guard validation >= 0, test >= 0, validation + test < 1 else {
            throw error("fractions from 0 to below 1 together", "validation \(validation), test \(test)")
        }
        guard destination == .train || (validation == 0 && test == 0) else {
            throw error("rows of the train split to cut others from", "all of them in the \(destination) split")
        }
        let order = SampleOrder(count: count, splitSeed: seed)
        var splits = [(destination, rows: count)]
        /// For each row, its place among the splits: a byte each, where orders and lists would be four.
        var splitsOfRows = [UInt8](repeating: 0, count: count)
        var taken = 0
        for (split, fraction) in [(Split.validation, validation), (.test, test)] where fraction > 0 {
            guard !existing.contains(split) else {
                throw error("no \(split) split beside the fraction \(fraction)", "one in the files")
            }
            let part = max(1, Int((Double(count) * fraction).rounded()))
            guard part < count - taken else { throw error("rows for every split", "\(count) rows in all") }
            for position in taken..<taken + part { splitsOfRows[order[position]] = UInt8(splits.count) }
            taken += part
            splits.append((split, part))
        }
        splits[0].rows -= taken
        var rows: [Split: [Int32]] = [:]
        for (place, (split, count)) in splits.enumerated() {
            rows[split] = [Int32](unsafeUninitializedCapacity: count) { chosen, initialized in
                for (row, other) in splitsOfRows.enumerated() where other == place {
                    chosen.initializeElement(at: initialized, to: Int32(row))
                    initialized += 1
                }
            }
        }
        return rows
    }
}

extension ImportedDataset {
    /// Moves rows of the train split to new validation and test splits; every split keeps the order of rows.
    /// - Throws: `DatasetError` when a fraction makes no sense, a split is there already, or no row would be left.
    mutating func cut(_ fractions: SplitFractions, file: String) throws {
        guard fractions.validation != 0 || fractions.test != 0 else { return }
        guard let whole = tables[.train] else {
            throw DatasetError(
                .invalidOption, file: file, object: "split", expected: "train rows to cut from", found: "none")
        }
        let others = tables.keys.filter { $0 != .train }
        for (split, rows) in try fractions.rows(of: whole.inputs.rows, beside: others, file: file) {
            tables[split] = Table(whole, rows: rows)
        }
    }
}
