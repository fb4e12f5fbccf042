import Datasets

/// A data set for a reader: where it is from, what a sample is, and how samples spread over splits and classes.
struct DatasetSummary {
    private let dataset: Dataset

    init(_ dataset: Dataset) {
        self.dataset = dataset
    }

    var lines: [String] {
        ["data set"] + facts.lines(indent: "  ") + [""] + splits.lines(indent: "  ")
    }

    private static let longestText = 200
    /// Classes that a table still has a column for.
    private static let mostClassesShown = 20

    private var facts: Columns {
        var columns = Columns()
        for (name, text) in [("title", dataset.title), ("source", dataset.source), ("license", dataset.license)] {
            if let text { columns.add(name, text.escaped.shortened(to: Self.longestText)) }
        }
        columns.add("inputs", "\(dataset.inputShape), \(normalization)")
        columns.add("targets", targets)
        columns.add("digest", dataset.digest)
        return columns
    }

    private var targets: String {
        switch dataset.targetKind {
        case .classes(let count):
            let names = dataset.classNames.map { ": " + $0.map(\.escaped).joined(separator: ", ") } ?? ""
            let numbers = dataset.otherReading == .values ? ", or the numbers these are" : ""
            return "\(count) classes\(numbers)\(names)".shortened(to: Self.longestText)
        case .values(let width):
            let classes = dataset.otherReading == .classes ? ", or classes by their texts" : ""
            return "\(counted(width, "number")) a sample\(classes)"
        case .unlabeled: return "none"
        }
    }

    /// What inputs become on their way into a batch, taken from the first split.
    private var normalization: String {
        guard let table = dataset.splits.first.flatMap({ dataset[$0] }) else { return "" }
        let (scale, offset) = (table.normalization.scale, table.normalization.offset)
        let centers = Set(table.normalization.center)
        guard Set(scale).count == 1, Set(offset).count == 1, centers.count == 1, let factor = scale.first,
            let summand = offset.first, let center = centers.first
        else { return "each feature scaled by its own factor" }
        if center != 0 { return "\(center) subtracted, scaled by \(factor), then \(summand) added" }
        if factor == 1 && summand == 0 { return "as they are" }
        return summand == 0 ? "scaled by \(factor)" : "scaled by \(factor), then \(summand) added"
    }

    private var splits: Columns {
        guard case .classes(let count) = dataset.targetKind, count <= Self.mostClassesShown else { return sizes }
        let names = (0..<count).map { (dataset.classNames?[$0] ?? "\($0)").escaped.shortened(to: 10) }
        var columns = Columns([.left] + Array(repeating: .right, count: count + 1))
        columns.add(["split", "samples"] + names)
        for split in dataset.splits {
            guard let table = dataset[split] else { continue }
            columns.add([split.rawValue, table.count.grouped] + table.classCounts(count).map(\.grouped))
        }
        return columns
    }

    private var sizes: Columns {
        var columns = Columns([.left, .right])
        columns.add("split", "samples")
        for split in dataset.splits { columns.add(split.rawValue, dataset[split]?.count.grouped ?? "") }
        return columns
    }
}

extension SampleTable {
    /// Samples of each class.
    fileprivate func classCounts(_ classes: Int) -> [Int] {
        guard case .classes(let labels) = targets else { return [] }
        return (0..<count).reduce(into: Array(repeating: 0, count: classes)) { counts, sample in
            counts[Int(labels[originalRow(sample)])] += 1
        }
    }
}
