/// The kind of targets that all labelled tables share; the class count covers every label and every class name.
func commonTargetKind(_ tables: [Split: SampleTable], classNames: [String]?) throws -> TargetKind {
    var kind: TargetKind?
    for split in Split.allCases {
        guard let table = tables[split] else { continue }
        let own = try targetKind(of: table, classNames: classNames)
        if own == .unlabeled { continue }
        switch (kind, own) {
        case (nil, _): kind = own
        case (.classes(let a), .classes(let b)): kind = .classes(count: max(a, b))
        case (let common?, _) where common == own: break
        case (let common?, _):
            throw DatasetError(
                .wrongType, file: table.origin.file, object: table.origin.targets,
                expected: "\(common.text) like in the other splits", found: own.text)
        }
    }
    return kind ?? .unlabeled
}

private func targetKind(of table: SampleTable, classNames: [String]?) throws -> TargetKind {
    switch table.targets {
    case .unlabeled: return .unlabeled
    case .values(_, let width): return .values(width: width)
    case .classes(let labels):
        if let classNames { try table.checkLabels(below: classNames.count, "class names") }
        return .classes(count: classNames?.count ?? Int(labels.max() ?? 0) + 1)
    }
}

extension TargetKind {
    /// For messages.
    var text: String {
        switch self {
        case .classes(let count): "\(count) classes"
        case .values(let width): "\(width) value\(width == 1 ? "" : "s") a row"
        case .unlabeled: "no targets"
        }
    }
}

extension SampleTable {
    /// - Throws: `DatasetError` that names the first row whose label is not in `0 ..< count`.
    func checkLabels(below count: Int, _ what: String) throws {
        guard case .classes(let labels) = targets else { return }
        for index in 0..<self.count {
            let label = labels[originalRow(index)]
            guard label < 0 || label >= count else { continue }
            throw DatasetError(
                .labelOutOfRange, file: origin.file, object: origin.targets,
                expected: "labels in 0 ..< \(count), since there are \(count) \(what)",
                found: "\(label) in row \(originalRow(index))",
                advice: "Classes count from zero: correct the label, or the number of \(what).")
        }
    }
}

extension Dataset {
    /// Checks that the targets suit a loss that takes class indices and a network with `outputs` outputs.
    ///
    /// - Parameter consumer: who needs them, for messages: `the loss crossEntropy`.
    /// - Throws: `DatasetError` when there are no targets, when they are values, or when a label has no output.
    public func requireClasses(outputs: Int, for consumer: String) throws {
        for split in splits {
            let table = tables[split]!
            guard case .classes = table.targets else { throw notClasses(table, consumer) }
            try table.checkLabels(below: outputs, "network outputs")
        }
    }

    /// Checks that the targets suit a loss that takes numbers and a network with `outputs` outputs. Classes are
    /// numbers too, of width 1.
    /// - Throws: `DatasetError` when there are no targets, or of another width.
    public func requireValues(outputs: Int, for consumer: String) throws {
        let table = tables[splits[0]]!
        let width: Int
        switch targetKind {
        case .classes: width = 1
        case .values(let own): width = own
        case .unlabeled: throw notLabeled(table, consumer)
        }
        guard width == outputs else {
            throw DatasetError(
                .wrongShape, file: table.origin.file, object: table.origin.targets,
                expected: "\(outputs) target\(outputs == 1 ? "" : "s") a row, as many as the network has outputs",
                found: "\(width)",
                advice: "Let the last layer have \(width) output\(width == 1 ? "" : "s"), or change the targets.")
        }
    }

    private func notLabeled(_ table: SampleTable, _ consumer: String) -> DatasetError {
        DatasetError(
            .missingObject, file: table.origin.file, object: table.origin.targets,
            expected: "targets for \(consumer)", found: "inputs alone")
    }

    /// The error for values where classes are needed, with what the user may decide.
    private func notClasses(_ table: SampleTable, _ consumer: String) -> DatasetError {
        guard case .values(let values, let width) = table.targets else { return notLabeled(table, consumer) }
        let expected = "one class index a row, from zero, for \(consumer)"
        let whole = values.allSatisfy { $0 == $0.rounded() }
        func error(_ found: String, _ advice: String) -> DatasetError {
            DatasetError(
                .wrongType, file: table.origin.file, object: table.origin.targets, expected: expected, found: found,
                advice: advice)
        }
        if width > 1 {
            let oneHot = values.allSatisfy { $0 == 0 || $0 == 1 }
            return error(
                "\(width) values a row",
                oneHot
                    ? "If they are one-hot, store the index of the one instead (numpy.argmax(y, axis=1)); if several "
                        + "may be one, use the loss binaryCrossEntropy."
                    : "Use a loss for values, such as meanSquaredError.")
        }
        if whole, let row = (0..<table.count).first(where: { values[table.originalRow($0)] < 0 }) {
            let row = table.originalRow(row)
            return DatasetError(
                .labelOutOfRange, file: table.origin.file, object: table.origin.targets, expected: expected,
                found: "\(Int64(exactly: values[row]).map(String.init) ?? "\(values[row])") in row \(row)",
                advice: "Correct or remove the rows with negative labels.")
        }
        return error(
            "floating-point values",
            whole
                ? "All are whole numbers: if they are classes, store them as integers or say targetKind: classes."
                : "Use a loss for values, such as meanSquaredError, or store class indices as integers.")
    }
}
