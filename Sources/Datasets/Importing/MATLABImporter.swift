import HDF5

/// Which axis of an array counts its samples, as its program names axes.
public enum SampleAxis: String, CaseIterable, Sendable {
    case first, last
}

extension ImportedDataset {
    /// Reads arrays that MATLAB has saved as version 7.3, and any others in HDF5 whose axes stand in reverse order, as
    /// Julia and R write them. Axes come back into the order of the program, samples first.
    ///
    /// Samples are along the axis that has as many as there are targets: the first, or else the last ([height, width,
    /// channels, samples]). Where both have, and without targets, it is the first of two axes and the last of more.
    /// Whole numbers stay as they are, and so are class indices from zero: labels 1 to 3 leave class 0 empty, which is
    /// noted.
    ///
    /// - Parameters:
    ///   - inputs, targets: names of the arrays without the split, as in `DatasetDescription`.
    ///   - samples: the axis; nil to find it as above.
    ///   - taking: whether there have to be targets, or shall be none.
    ///   - isExcerpt: as in `npz`.
    public static func matlab(
        _ path: String, inputs: String? = nil, targets: String? = nil, samples: SampleAxis? = nil,
        split fractions: SplitFractions = SplitFractions(), taking: TargetImport = .required, isExcerpt: Bool = false
    ) throws -> ImportedDataset {
        let file = try OpenFile(path)
        var imported = try file.file.closeAfter { _ in
            try read(
                file, inputs: inputs, targets: targets, samples: samples, split: fractions, taking: taking,
                isExcerpt ? .excerpt : .table)
        }
        try imported.cut(fractions, file: path)
        return imported
    }

    private static func read(
        _ file: OpenFile, inputs: String?, targets: String?, samples: SampleAxis?, split fractions: SplitFractions,
        taking: TargetImport, _ judgment: RoundingLoss.Judgment
    ) throws -> ImportedDataset {
        var found: [Split: TableNames] = [:]
        for split in Split.allCases {
            found[split] = try TableNames.find(split, inputs: inputs, targets: targets, exists: file.contains)
        }
        // What has no split in its name goes where it is wanted, unless that is there by name.
        if found[fractions.destination] == nil, let plain = found[.train], [inputs, "x", "X"].contains(plain.inputs) {
            (found[.train], found[fractions.destination]) = (nil, plain)
        }
        var imported = ImportedDataset(tables: [:])
        var texts = TextLabels()
        for split in Split.allCases {
            guard let names = found[split] else { continue }
            let x = try ColumnMajorArray(file.dataset(names.inputs, key: "--inputs."), file, as: .inputs)
            var y: ColumnMajorArray?
            // A name that was given is one that has to be there.
            if taking == .required || taking == .optional && (names.targets ?? targets) != nil {
                let name = names.targets ?? TableNames.candidates(targets ?? "y", split)[0]
                y = try ColumnMajorArray(
                    file.dataset(name, key: "--targets, or take inputs alone, to predict on: --no-targets."), file,
                    as: .targets)
            }
            let axes = try SampleAxes(x, y, samples)
            if let note = axes.note { imported.notes.append(note) }
            imported.tables[split] = try Table(
                inputs: x.array(samples: axes.inputs, as: .inputs, judgment),
                targets: y.map { y in
                    try y.isText ? texts.array(of: y, split) : y.array(samples: axes.targets, as: .targets)
                })
            if let y, !y.isText, let note = imported.tables[split]?.targets?.labelNote(y.name) {
                imported.notes.append(note)
            }
        }
        guard !imported.tables.isEmpty else {
            throw try file.missing(
                TableNames.candidates(inputs ?? "x", .train)[0], key: "--inputs and --targets.")
        }
        try texts.number(&imported)
        return imported
    }
}

/// The axes of inputs and targets that count samples.
private struct SampleAxes {
    let inputs: Int
    let targets: Int
    /// Where it could have been another.
    private(set) var note: String?

    init(_ x: ColumnMajorArray, _ y: ColumnMajorArray?, _ asked: SampleAxis?) throws {
        func axis(_ which: SampleAxis, _ array: ColumnMajorArray) -> Int { which == .first ? 0 : array.shape.count - 1 }
        let preferred: [SampleAxis] = asked.map { [$0] } ?? (x.shape.count > 2 ? [.last, .first] : [.first, .last])
        guard let y else {
            (inputs, targets) = (axis(preferred[0], x), 0)
            if asked == nil, x.shape.count > 1 {
                note = Self.text(x, preferred[0], "without targets to count")
            }
            return
        }
        let pairs = preferred.flatMap { own in
            y.isVector
                ? (x.shape[axis(own, x)] == y.count ? [(own, axis(.first, y))] : [])
                : preferred.filter { x.shape[axis(own, x)] == y.shape[axis($0, y)] }.map { (own, axis($0, y)) }
        }
        guard let (own, other) = pairs.first else {
            throw y.error(
                .rowCounts, expected: "as many targets as \(x.name) has samples along an axis, shape \(x.shape)",
                found: "shape \(y.shape)", "Inputs and targets belong together sample by sample.")
        }
        (inputs, targets) = (axis(own, x), other)
        if asked == nil, Set(pairs.map(\.0)).count > 1, x.shape.count > 1 {
            note = Self.text(x, own, "both have as many as there are targets")
        }
    }

    private static func text(_ x: ColumnMajorArray, _ axis: SampleAxis, _ why: String) -> String {
        let other = axis == .first ? SampleAxis.last : .first
        return "guessed: samples of \(x.name) \(x.shape) are along the \(axis) axis, \(why) "
            + "(the other: --samples \(other))"
    }
}

extension ImportedArray {
    /// What to know of whole numbers that count from one.
    fileprivate func labelNote(_ name: String) -> String? {
        guard case .int64(let labels) = values, shape.count == 1, labels.min() == 1, let most = labels.max() else {
            return nil
        }
        return "\(name) has whole numbers 1 ... \(most), kept as they are: as classes, class 0 has no sample"
    }
}

/// Classes that are given as texts, in all splits.
private struct TextLabels {
    private var texts: [Split: [String]] = [:]

    /// Takes in the texts of a split. Returns zeros in their place, until all are known.
    mutating func array(of labels: ColumnMajorArray, _ split: Split) throws -> ImportedArray {
        let own = try labels.texts()
        if let row = own.firstIndex(of: "") {
            throw labels.error(
                .malformed, expected: "a class in each row", found: "nothing but spaces in row \(row)",
                "Remove the row, or name its class.")
        }
        texts[split] = own
        return ImportedArray(
            shape: [own.count], values: .int64(own.map { _ in 0 }), file: labels.path, object: labels.name)
    }

    /// Numbers the classes in the order of the bytes of their texts.
    ///
    /// - Throws: `DatasetError` where a split has numbers instead.
    func number(_ imported: inout ImportedDataset) throws {
        guard !texts.isEmpty else { return }
        let names = Set(texts.values.joined()).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        let numbers = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, Int64($0)) })
        for (split, table) in imported.tables {
            guard let targets = table.targets else { continue }
            guard let texts = texts[split] else {
                throw DatasetError(
                    .wrongType, file: targets.file, object: targets.object,
                    expected: "a char array, as the targets of other splits are", found: "numbers")
            }
            imported.tables[split] = try ImportedDataset.Table(
                inputs: table.inputs,
                targets: ImportedArray(
                    shape: [texts.count], values: .int64(texts.map { numbers[$0]! }), file: targets.file,
                    object: targets.object))
        }
        imported.classNames = names
    }
}
