import HDF5

/// The splits of the files that become one, checked to go together.
struct ConversionParts {
    let files: [OpenFile]
    /// For each file, what it has of each split.
    let tables: [[Split: TableFiles]]
    let splits: [Split]
    /// What the rows of each split are brought to: the first file's own, or of what that has not, its train split.
    private let references: [Split: TableFiles]
    /// For each file, what brings its splits to those of the first.
    private var matches: [[Split: ConversionMatch]] = []
    /// What was left out or taken for granted, a line each.
    private(set) var notes: [String] = []

    /// - Throws: `DatasetError` that names the file that does not fit.
    init(_ files: [OpenFile]) throws {
        self.files = files
        let tables = try files.map { file in
            var tables: [Split: TableFiles] = [:]
            for split in Split.allCases {
                guard
                    let names = try TableNames.find(split, inputs: nil, targets: nil, exists: file.contains)
                else { continue }
                tables[split] = try TableReader(file: file).files(
                    inputs: file.dataset(names.inputs, key: "its usual name."),
                    targets: try names.targets.map { try file.dataset($0, key: "its usual name.") })
            }
            guard !tables.isEmpty else {
                throw try file.missing("x_train", key: "x_train, x_test and so on.")
            }
            tables.inheritFacts()
            return tables
        }
        self.tables = tables
        splits = Split.allCases.filter { split in tables.contains { $0[split] != nil } }
        let first = Split.allCases.lazy.compactMap { tables[0][$0] }.first!
        let references = Dictionary(uniqueKeysWithValues: splits.map { ($0, tables[0][$0] ?? first) })
        self.references = references
        for (index, table) in tables.enumerated() {
            var matches: [Split: ConversionMatch] = [:]
            for (split, files) in table {
                // A file by itself stays as it is.
                matches[split] = index == 0 ? ConversionMatch() : try ConversionMatch(files, to: references[split]!)
            }
            self.matches.append(matches)
        }
        var notes = DataNotes()
        for (tables, matches) in zip(tables, matches) {
            for split in Split.allCases {
                guard let table = tables[split], let match = matches[split] else { continue }
                notes.add(match.notes, of: DataNotes.Place(file: table.file.path, table: table.inputs.name))
            }
        }
        self.notes = notes.lines
        self.notes += try files.indices.dropFirst().compactMap { try noteOfNormalization(tables[$0], first) }
        for split in splits { try check(tables.compactMap { $0[split] }, split) }
    }

    /// Says that numbers are taken to be in the same units though they were to be normalized otherwise.
    private func noteOfNormalization(_ table: [Split: TableFiles], _ first: TableFiles) throws -> String? {
        func normalization(_ table: TableFiles) throws -> NormalizationValues {
            let stored = try TableReader(file: table.file).normalization(of: table.inputs)
            return stored.isEmpty && table.storesBytes ? NormalizationValues(scale: [1 / 255]) : stored
        }
        let others = Split.allCases.compactMap { table[$0] }
        guard try others.contains(where: { try normalization($0) != normalization(first) }) else { return nil }
        return
            "\(others[0].file.path): numbers taken as those of \(first.file.path) are, whose normalization the new file has"
    }

    /// The inputs of a split in all files that have it, in the order and units of the first.
    func inputs(of split: Split) -> [ConversionSource] {
        zip(tables, matches).compactMap { table, matches in
            guard let inputs = table[split]?.inputs, let match = matches[split] else { return nil }
            return ConversionSource(
                dataset: inputs, sampleShape: references[split]!.inputShape, columns: match.columns, units: match.units)
        }
    }

    /// The targets of a split in all files that have it, in the order and with the class indices of the first.
    func targets(of split: Split) -> [ConversionSource] {
        zip(tables, matches).compactMap { table, matches in
            guard let targets = table[split]?.targets, let match = matches[split] else { return nil }
            return ConversionSource(
                dataset: targets, sampleShape: Array(targets.shape.dropFirst()),
                columns: match.targetColumns, units: match.targetUnits, classes: match.classes)
        }
    }

    private func check(_ tables: [TableFiles], _ split: Split) throws {
        let first = tables[0]
        func error(_ table: TableFiles, _ dataset: HDF5Dataset?, _ expected: String, _ found: String) -> DatasetError {
            DatasetError(
                .wrongShape, file: table.file.path, object: dataset?.name ?? "\(split) split",
                expected: "\(expected) as in \(first.file.path)", found: found)
        }
        for table in tables.dropFirst() {
            let (expected, found) = (first.targets?.shape.dropFirst(), table.targets?.shape.dropFirst())
            guard expected == found else {
                func text(_ shape: ArraySlice<Int>?) -> String { shape.map { "shape [rows] + \(Array($0))" } ?? "none" }
                throw error(table, table.targets, "targets of \(text(expected))", text(found))
            }
        }
        let rows = tables.reduce(0) { $0 + $1.count }
        guard rows <= Int(Int32.max) else {
            throw error(first, first.inputs, "at most \(Int32.max) rows", "\(rows) in all")
        }
    }

    // MARK: Attributes

    /// Attributes of the file: from the first that has them; class names must be the same in all.
    func writeAttributes(to root: HDF5Group) throws {
        let attributes = try files.map { try $0.file.root.attributes }
        for name in ["title", "source", "license"] {
            if let text = try attributes.lazy.compactMap({ try $0.string(name) }).first {
                try root.attributes.set(name, text)
            }
        }
        // Classes of other files have got the numbers of the first one's.
        if let names = try attributes[0].strings("class_names") { try root.attributes.set("class_names", names) }
        if let values = try attributes[0].numbers("class_values") { try root.attributes.set("class_values", values) }
        // A file that says nothing of it goes with any.
        let kinds = try attributes.compactMap { try $0.string("target_kind") }
        try requireSame(kinds, "target_kind")
        if let kind = kinds.first { try root.attributes.set("target_kind", kind) }
    }

    /// Attributes of the inputs of a split, those of its file where it has none of its own: what the first file says.
    func writeAttributes(of split: Split, to dataset: HDF5Dataset, type: DatasetConversion.ElementType?) throws {
        let reference = references[split]!
        let normalization = try TableReader(file: reference.file).normalization(of: reference.inputs)
        if let names = reference.facts.featureNames { try dataset.attributes.set("feature_names", names) }
        try reference.facts.transformation?.write(to: dataset.attributes, prefix: "transformed_")
        if !normalization.isEmpty { return try normalization.write(to: dataset.attributes) }
        // Without attributes bytes are scaled and other types are not; the train split speaks for the others.
        guard
            try tables.allSatisfy({ table in
                try table[.train].map { try TableReader(file: $0.file).normalization(of: $0.inputs).isEmpty } ?? true
            })
        else { return }
        switch (reference.storesBytes, dataset.elementType == .uint8) {
        case (true, false): try dataset.attributes.set("scale", Double(1 / Float(255)))
        case (false, true): try dataset.attributes.set("scale", 1.0)
        default: break
        }
    }

    /// Attributes of the targets of a split.
    func writeAttributes(ofTargets split: Split, to dataset: HDF5Dataset) throws {
        let facts = references[split]!.facts
        if let names = facts.targetNames { try dataset.attributes.set("target_names", names) }
        try facts.targetTransformation?.write(to: dataset.attributes, prefix: "transformed_")
    }

    private func requireSame<Value: Equatable>(_ values: [Value], _ what: String) throws {
        guard let other = values.firstIndex(where: { $0 != values[0] }) else { return }
        throw DatasetError(
            .malformed, file: files[min(other, files.count - 1)].path,
            expected: "the same \(what) as in \(files[0].path)",
            found: "others", advice: "Make them the same first, or convert each file by itself.")
    }
}
