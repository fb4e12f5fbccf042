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

    /// Different texts are different classes, also where they are the same number: 01, 1 and 1.0 are three codes. Numbers
    /// are in order of their values, and where those are the same, or one text is no number, in order of bytes.
    init(_ table: CSVTable, _ numbers: [Double?]) throws {
        let texts = table.distinctTargets.map(\.text)
        let areNumbers = numbers.allSatisfy { $0 != nil }
        let order = texts.indices.sorted { a, b in
            if areNumbers, numbers[a]! != numbers[b]! { return numbers[a]! < numbers[b]! }
            return CSVText.precedes(texts[a], texts[b])
        }
        names = order.map { texts[$0] }
        var index = [Int](repeating: 0, count: texts.count)
        for (position, text) in order.enumerated() { index[text] = position }
        self.index = index
        try Self.checkSpelling(table)
        guard names.count >= 2 else {
            throw DatasetError(
                .wrongShape, file: table.path, object: table.targetName, expected: "at least two classes",
                found: "'\(names[0])' in every row", advice: "Choose another target column.")
        }
    }

    /// - Throws: `DatasetError` for two texts that look the same and are not.
    private static func checkSpelling(_ table: CSVTable) throws {
        var seen: [String: (text: String, line: Int)] = [:]
        for target in table.distinctTargets {
            guard let other = seen.updateValue(target, forKey: target.text) else { continue }
            func bytes(_ text: String) -> String {
                text.utf8.map { hexadecimal(UInt64($0)).suffix(2) }.joined(separator: " ")
            }
            throw DatasetError(
                .malformed, file: table.path, object: "line \(target.line), target \(table.targetName)",
                expected: "one spelling of '\(target.text)', such as that of line \(other.line): \(bytes(other.text))",
                found: bytes(target.text), advice: "Normalize the texts (unicodedata.normalize('NFC', text) in Python)."
            )
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
