/// Whether a data set may come without targets: to predict on it needs none.
package enum TargetRequirement: Sendable {
    case required, optional
    /// Targets are not read even where there are some: to predict.
    case ignored
}

/// The kind of targets that all labelled tables share; the class count covers every label, every class name, and the
/// classes that are declared.
func commonTargetKind(
    _ tables: [Split: SampleTable], classNames: [String]?, classes: Int? = nil
) throws -> TargetKind {
    var kind: TargetKind?
    for split in Split.allCases {
        guard let table = tables[split] else { continue }
        let own = try targetKind(of: table, classNames: classNames, classes: classes)
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

private func targetKind(of table: SampleTable, classNames: [String]?, classes: Int?) throws -> TargetKind {
    switch table.targets {
    case .unlabeled: return .unlabeled
    case .values(_, let width): return .values(width: width)
    case .classes(let labels):
        if let classNames { try table.checkLabels(below: classNames.count, "class names") }
        return .classes(count: classNames?.count ?? max(Int(labels.max() ?? 0) + 1, classes ?? 0))
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
                advice: label == 255 || label == 65_535
                    ? "\(label) is -1 without a sign, which often stands for a missing label: write the file without such "
                        + "rows, and labels as a signed type."
                    : "Classes count from zero: correct the label, or the number of \(what).")
        }
    }
}

extension Dataset {
    /// Checks that the targets suit a loss that takes class indices and a network with `outputs` outputs.
    ///
    /// - Parameters:
    ///   - outputs: nil if that is checked elsewhere.
    ///   - consumer: who needs them, for messages: `loss crossEntropy`.
    ///   - isTrained: whether the network is trained, so that its loss is what it is.
    /// - Throws: `DatasetError` when there are no targets, when they are values, or when a label has no output.
    package func requireClasses(outputs: Int? = nil, for consumer: String, isTrained: Bool = false) throws {
        for split in splits {
            let table = tables[split]!
            guard case .classes = table.targets else { throw notClasses(table, consumer, isTrained) }
            if let outputs { try table.checkLabels(below: outputs, "network outputs") }
        }
    }

    /// Checks that the targets suit a loss that takes numbers and a network with `outputs` outputs. Class indices are
    /// numbers too, of width 1, unless the names of the classes say something else.
    ///
    /// - Parameters:
    ///   - outputs: nil if that is checked elsewhere.
    ///   - range: what a number may be; nil for all.
    ///   - isTrained: as in `requireClasses`.
    /// - Throws: `DatasetError` when there are no targets, of another width, outside the range (with the row), or
    ///   indices of classes that are no numbers.
    package func requireValues(
        outputs: Int? = nil, in range: ClosedRange<Float>? = nil, for consumer: String, isTrained: Bool = false
    ) throws {
        for split in splits {
            let table = tables[split]!
            let width: Int
            switch table.targets {
            case .classes:
                if let classNames, !classNames.areIndices { throw notNumbers(table, classNames, consumer, isTrained) }
                width = 1
            case .values(_, let own): width = own
            case .unlabeled: throw notLabeled(table, consumer)
            }
            if let range { try table.checkValues(in: range, consumer, isTrained) }
            guard let outputs, width != outputs else { continue }
            throw DatasetError(
                .wrongShape, file: table.origin.file, object: table.origin.targets,
                expected: "\(outputs) target\(outputs == 1 ? "" : "s") a row, as many as the network has outputs",
                found: "\(width)",
                advice: isTrained
                    ? "Store targets like those trained on."
                    : "Let the last layer have \(width) output\(width == 1 ? "" : "s"), or change the targets.")
        }
    }

    /// The error for the indices of named classes where numbers are needed.
    private func notNumbers(
        _ table: SampleTable, _ names: [String], _ consumer: String, _ isTrained: Bool
    ) -> DatasetError {
        let areNumbers = names.allSatisfy { parseNumber(Array($0.utf8)[...]) != nil }
        let keepNumbers =
            "have the file keep what the names are as numbers: import it again without --task classification, or store "
            + "the attribute class_values."
        let adviceToTrained =
            areNumbers
            ? keepNumbers.prefix(1).uppercased() + keepNumbers.dropFirst() : "Store numbers like those trained on."
        return DatasetError(
            .wrongType, file: table.origin.file, object: table.origin.targets, expected: "numbers for \(consumer)",
            found: "indices of \(names.count) classes named \(listed(names))",
            advice: isTrained
                ? adviceToTrained
                : "Use the loss crossEntropy with \(names.count) outputs, or "
                    + (areNumbers ? keepNumbers : "say targetKind: values to take the indices themselves as numbers."))
    }

    private func notLabeled(_ table: SampleTable, _ consumer: String) -> DatasetError {
        DatasetError(
            .missingObject, file: table.origin.file, object: table.origin.targets,
            expected: "targets for \(consumer)", found: "inputs alone")
    }

    /// The error for values where classes are needed, with what the user may decide.
    private func notClasses(_ table: SampleTable, _ consumer: String, _ isTrained: Bool) -> DatasetError {
        guard case .values(let values, let width) = table.targets else { return notLabeled(table, consumer) }
        let expected = "one class index a row, from zero, for \(consumer)"
        let name = table.origin.targets
        /// - Parameter trained: the advice where the loss is what it is.
        func error(_ found: String, _ advice: String, trained: String) -> DatasetError {
            DatasetError(
                .wrongType, file: table.origin.file, object: name, expected: expected, found: found,
                advice: isTrained ? trained : advice)
        }
        let storeIndices = "Store the class of each row as an integer, numbered as in training."
        if width > 1 {
            let oneHot = values.allSatisfy { $0 == 0 || $0 == 1 }
            let argmax = "If they are one-hot, store the index of the one instead (numpy.argmax(y, axis=1))"
            return error(
                "\(width) values a row",
                oneHot
                    ? "\(argmax); if several may be one, use the loss binaryCrossEntropy."
                    : "Use a loss for values, such as meanSquaredError.",
                trained: oneHot ? argmax + "." : storeIndices)
        }
        for other in splits.compactMap({ tables[$0] }) {
            guard let (row, value) = other.firstValue(where: { $0 != $0.rounded() || $0 < 0 || $0 >= Float(Int32.max) })
            else { continue }
            guard value == value.rounded() else {
                return error(
                    "floating-point values",
                    "Use a loss for values, such as meanSquaredError, or store class indices as integers.",
                    trained: storeIndices)
            }
            return DatasetError(
                .labelOutOfRange, file: other.origin.file, object: other.origin.targets, expected: expected,
                found: "\(short(value)) in row \(row)",
                advice: value < 0
                    ? value == -1 ? missingLabelAdvice : "Correct or remove the rows with negative labels."
                    : isTrained
                        ? storeIndices
                        : "Number the classes from zero, or use a loss for values, such as meanSquaredError.")
        }
        return error(
            "floating-point values",
            "All are whole numbers: if they are classes, store them as integers or say targetKind: classes.",
            trained: "All are whole numbers: if they are classes, store them as integers, in h5py: "
                + "y = f['\(name)'][...].astype('int64'); del f['\(name)']; f['\(name)'] = y")
    }
}

/// A number without a fraction where it has none.
private func short(_ value: Float) -> String { Int64(exactly: value).map { "\($0)" } ?? "\(value)" }

extension [String] {
    /// Whether these names of classes say no more than their indices: "0", "1", "2" and so on.
    var areIndices: Bool { enumerated().allSatisfy { $1 == "\($0)" } }
}

extension SampleTable {
    /// - Throws: `DatasetError` that names the first row with a number outside the range.
    fileprivate func checkValues(in range: ClosedRange<Float>, _ consumer: String, _ isTrained: Bool) throws {
        guard let (row, value) = firstValue(where: { !range.contains($0) }) else { return }
        throw DatasetError(
            .outOfRange, file: origin.file, object: origin.targets,
            expected: "numbers in \(short(range.lowerBound)) ... \(short(range.upperBound)) for \(consumer)",
            found: "\(short(value)) in row \(row)",
            advice: adviceForRange(isTrained))
    }

    /// The first number, by order in this table, for which a predicate holds, and the row of the file it is in.
    fileprivate func firstValue(where holds: (Float) -> Bool) -> (row: Int, value: Float)? {
        for index in 0..<count {
            let row = originalRow(index)
            switch targets {
            case .classes(let labels): if holds(Float(labels[row])) { return (row, Float(labels[row])) }
            case .values(let values, let width):
                for value in values[row * width..<(row + 1) * width] where holds(value) { return (row, value) }
            case .unlabeled: return nil
            }
        }
        return nil
    }

    /// What to do about numbers that are no probabilities, by what they seem to be.
    private func adviceForRange(_ isTrained: Bool) -> String {
        var distinct: Set<Float> = []
        _ = firstValue { value in
            distinct.insert(value)
            return distinct.count > 2
        }
        if distinct.count == 2, let low = distinct.min(), let high = distinct.max() {
            return "Code \(short(low)) as 0 and \(short(high)) as 1."
        }
        if isTrained { return "Bring the targets into this range, as those trained on were." }
        if case .classes(let labels) = targets {
            return "Use the loss crossEntropy with \(Int(labels.max() ?? 0) + 1) outputs, or code what is to be told "
                + "apart as 0 and 1."
        }
        return "Scale the targets to this range, or use a loss for values, such as meanSquaredError."
    }
}
