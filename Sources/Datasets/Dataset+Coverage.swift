extension Dataset {
    /// What to know of classes before training: those that no row of the train split has, and where else they occur. A
    /// network learns nothing of them. Nil if each has one, and for targets that are no classes.
    package var coverageNote: String? {
        guard case .classes(let count) = targetKind, let train = tables[.train] else { return nil }
        let trained = train.classesPresent
        let absent = count - trained.count
        guard absent > 0 else { return nil }
        func name(_ label: Int) -> String { classNames.map { "'\($0[label])'" } ?? "\(label)" }
        var elsewhere: [Int: [String]] = [:]
        for split in [Split.validation, .test] {
            for (label, rows) in tables[split]?.classesPresent ?? [:] where trained[label] == nil {
                elsewhere[Int(label), default: []].append("\(rows) in \(split)")
            }
        }
        var parts = elsewhere.sorted { $0.key < $1.key }.prefix(Self.mostListed).map { label, places in
            "\(name(label)) (rows: \(places.joined(separator: ", ")))"
        }
        if elsewhere.count > parts.count {
            parts.append("\(elsewhere.count - parts.count) more that occur in other splits")
        }
        // Few are looked through: as many as there are classes with rows, and those to list.
        let others = (0..<count).lazy.filter { trained[Int32($0)] == nil && elsewhere[$0] == nil }
        let rest = absent - elsewhere.count
        let listed = others.prefix(min(rest, Self.mostListed)).map(name)
        parts += listed
        if rest > listed.count { parts.append("\(rest - listed.count) more") }
        return
            "\(train.origin.file): \(train.origin.targets): \(absent) of \(count) classes \(absent == 1 ? "has" : "have") "
            + "no row to train on: \(parts.joined(separator: ", "))"
    }

    private static let mostListed = 10
}

extension SampleTable {
    /// Rows of each class that has any.
    fileprivate var classesPresent: [Int32: Int] {
        guard case .classes(let labels) = targets else { return [:] }
        return (0..<count).reduce(into: [:]) { $0[labels[originalRow($1)], default: 0] += 1 }
    }
}
