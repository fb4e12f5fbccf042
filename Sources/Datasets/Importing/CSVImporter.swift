extension ImportedDataset {
    /// Reads a table of comma-separated values: one row a sample, one column the target, the others numbers.
    ///
    /// Text classes become indices in the order of their sorted names, which are stored; whole-number classes keep their
    /// order. Splits are drawn at random by seed.
    public static func csv(_ path: String, _ options: CSVOptions = CSVOptions()) throws -> ImportedDataset {
        let table = try CSVTable(path, options)
        let numbers = table.distinctTargets.map { parseNumber(Array($0.text.utf8)[...]) }
        let isClassification: Bool
        switch options.task {
        case .classification: isClassification = true
        case .regression: isClassification = false
        case .automatic:
            let areWhole = numbers.allSatisfy { $0.map { $0 == $0.rounded() } ?? true }
            let areTexts = numbers.contains { $0 == nil }
            isClassification = areTexts || (areWhole && numbers.count <= max(20, table.rows / 40))
        }
        let targets: ImportedValues
        var classNames: [String]?
        if isClassification {
            let classes = try Classes(table, numbers)
            classNames = classes.names
            targets = .int64(table.targets.map { Int64(classes.index[Int($0)]) })
        } else {
            let values = try table.values(numbers)
            targets = .float32(table.targets.map { values[Int($0)] })
        }
        let shape = [table.rows, table.inputNames.count]
        var imported = ImportedDataset(tables: [
            .train: try Table(
                inputs: ImportedArray(shape: shape, values: .float32(table.inputs), file: path),
                targets: ImportedArray(shape: [table.rows], values: targets, file: path))
        ])
        imported.classNames = classNames
        imported.featureNames = table.hasHeader ? table.inputNames : nil
        try imported.cut(options.split, file: path)
        if options.standardizes { imported.standardize() }
        return imported
    }

    /// Stores mean and standard deviation of each column over the train split.
    private mutating func standardize() {
        guard let inputs = tables[.train]?.inputs, case .float32(let values) = inputs.values else { return }
        normalization = values.withUnsafeBufferPointer { values in
            FeatureStatistics(values.baseAddress!, features: inputs.shape[1], rows: inputs.rows).normalization
        }
    }
}

/// The classes behind the distinct texts of a target column.
private struct Classes {
    /// By class index.
    let names: [String]
    /// The class index of each distinct text.
    let index: [Int]

    /// Numbers sort as numbers, and equal ones ("1" and "1.0") are one class; texts sort as texts.
    init(_ table: CSVTable, _ numbers: [Double?]) throws {
        let texts = table.distinctTargets.map(\.text)
        if numbers.allSatisfy({ $0 != nil }) {
            let values = numbers.map { $0! }
            let sorted = Set(values).sorted()
            let positions = Dictionary(uniqueKeysWithValues: sorted.enumerated().map { ($1, $0) })
            names = sorted.map { value in Int64(exactly: value).map { "\($0)" } ?? "\(value)" }
            index = values.map { positions[$0]! }
        } else {
            names = texts.sorted()
            let positions = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
            index = texts.map { positions[$0]! }
        }
        guard names.count >= 2 else {
            throw DatasetError(
                .wrongShape, file: table.path, object: table.targetName, expected: "at least two classes",
                found: "'\(names[0])' in every row", advice: "Choose another target column.")
        }
    }
}

extension CSVTable {
    /// Distinct targets as numbers.
    /// - Throws: `DatasetError` that names the line of the first that is none.
    fileprivate func values(_ numbers: [Double?]) throws -> [Float] {
        try zip(distinctTargets, numbers).map { target, number in
            guard let number, case let value = Float(number), value.isFinite else {
                throw DatasetError(
                    .wrongType, file: path, object: "line \(target.line), target \(targetName)",
                    expected: "a finite number", found: "'\(target.text)'",
                    advice: "For classes, choose classification.")
            }
            return value
        }
    }
}
