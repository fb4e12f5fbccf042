/// The columns of a table that is to be like the one a network was trained on.
extension CSVNames {
    /// The column of the target, by its name, or nil where there is none.
    ///
    /// What a network was trained on may not name its target. Then it is the only column beside the inputs, or the last
    /// one unless that is an input.
    func target(like likeness: Likeness, excluded: Set<Int>) throws -> (column: Int?, note: String?) {
        let network = likeness.contract
        if network.targetKind == .unlabeled { return (nil, "\(likeness.path) has no targets: none taken") }
        if hasHeader, let name = network.targetNames?.first {
            let column = names.contains(name) ? try column(name, "target") : nil
            return (column, column == nil ? "no column '\(name)': inputs alone, to predict on" : nil)
        }
        let columns = names.indices.filter { !excluded.contains($0) }
        let others: [Int]
        if hasHeader, let known = network.featureNames {
            others = columns.filter { !known.contains(names[$0]) }
        } else {
            others = columns.count > network.inputShape.reduce(1, *) ? columns.suffix(1) : []
        }
        guard let column = others.last, others.count == 1 || column == columns.last else {
            let what = others.isEmpty ? "no column" : "no last column"
            return (nil, "\(what) beside the inputs: inputs alone, to predict on (--target names a target)")
        }
        let place = others.count == 1 ? "the column beside the inputs" : "the last column"
        return (
            column, "guessed: target '\(names[column])', \(place) (--target names another, --no-targets none)"
        )
    }

    /// The column that is a target which nobody wants: the last, where names do not tell and there is one more than the
    /// network has.
    func surplus(like likeness: Likeness, excluded: Set<Int>) -> Int? {
        guard !hasHeader || likeness.contract.featureNames == nil else { return nil }
        let columns = names.indices.filter { !excluded.contains($0) }
        return columns.count == likeness.contract.inputShape.reduce(1, *) + 1 ? columns.last : nil
    }

    /// Of some columns those that the network has, in its order.
    ///
    /// - Throws: `DatasetError` for columns that are missing, with both lists.
    func selection(of columns: [Int], like likeness: Likeness) throws -> (columns: [Int], notes: [String]) {
        guard likeness.contract.inputShape.count == 1 else {
            throw DatasetError(
                .wrongShape, file: likeness.path, expected: "samples that are rows of a table, of one dimension",
                found: "shape \(likeness.contract.inputShape)", advice: "A table is nothing that this network can take."
            )
        }
        let own = DataContract(
            inputShape: [columns.count], featureNames: hasHeader ? columns.map { names[$0] } : nil)
        let match = try likeness.match(own, file: path, hasTargets: false)
        return (match.features.map { $0.map { columns[Int($0)] } } ?? columns, match.notes.map { "\(path): \($0)" })
    }
}

extension Likeness {
    /// Whether a line of a table names inputs of the network, and so is a header whatever else is in it.
    func names(anyOf fields: [String]) -> Bool {
        contract.featureNames.map { names in fields.contains { names.contains($0) } } ?? false
    }

    /// What each row of a target column has to be where it can be no text.
    var targetText: String {
        guard case .classes(let count) = contract.targetKind else { return "a finite number, as \(path) has" }
        let numbers = count == 2 ? "0 or 1" : "0 to \(count - 1)"
        return "the number of a class, \(numbers), since \(path) has no names of classes"
    }

    /// What to do about a text there.
    static let adviceOnTargets =
        "Write it as a number, say which column is the target (--target), or take inputs alone, to predict on: "
        + "--no-targets."

    /// What the texts of a target column mean to the network.
    var task: CSVOptions.Task {
        switch contract.targetKind {
        case .classes: contract.classNames == nil ? .regression : .classification
        case .values, .unlabeled: .regression
        }
    }
}
