extension ImportedDataset {
    /// Reads a table of comma-separated values: one row a sample, one column the target, the others numbers.
    ///
    /// Targets are kept as texts and, where all are numbers, as values: see `CSVTargets`. Splits are drawn at random by
    /// seed.
    public static func csv(_ path: String, _ options: CSVOptions = CSVOptions()) throws -> ImportedDataset {
        var table = try CSVTable(path, options)
        let targets = try table.columns.target == nil ? nil : table.takeTargets().meaning()
        let shape = [table.rows, table.columns.inputs.count]
        var imported = ImportedDataset(tables: [
            options.split.destination: try Table(
                inputs: ImportedArray(shape: shape, values: table.takeInputs(), file: path),
                targets: targets?.array)
        ])
        (imported.classNames, imported.classValues) = (targets?.classNames, targets?.classValues)
        if options.task == .classification, targets != nil { imported.targetKind = .classes }
        imported.targetNames = table.columns.hasHeader ? table.columns.targetName.map { [$0] } : nil
        imported.featureNames = table.columns.hasHeader ? table.columns.inputNames : nil
        imported.hasColumnsMatched = options.likeness != nil
        var guesses = table.guesses
        if let name = table.columns.targetName, let guess = targets?.guess {
            guesses.append("target '\(name)': \(guess)")
        }
        if !guesses.isEmpty { imported.notes = ["guessed: " + guesses.joined(separator: "; ")] }
        imported.notes += table.columns.notes
        try imported.cut(options.split, file: path)
        if options.standardizes, options.likeness == nil {
            imported.standardize()
        } else if options.likeness == nil, let column = table.wideColumn {
            imported.notes.append(
                "column '\(column)' has numbers that Float32 does not tell apart: training loses them unless its mean is "
                    + "subtracted first (leave out --no-standardize)")
        }
        return imported
    }

    /// Stores mean and standard deviation of each column over the train split.
    private mutating func standardize() {
        normalization = tables[.train]?.inputs.statistics()?.normalization
    }
}
