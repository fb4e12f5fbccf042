import HDF5

/// The splits of the files that become one, checked to go together.
struct ConversionParts {
    let files: [OpenFile]
    /// For each file, what it has of each split.
    let tables: [[Split: TableFiles]]
    let splits: [Split]

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
                throw TableNames.missing(
                    "x_train", file: file.path, available: try file.datasetNames(), key: "x_train, x_test and so on.")
            }
            return tables
        }
        self.tables = tables
        splits = Split.allCases.filter { split in tables.contains { $0[split] != nil } }
        for split in splits { try check(tables.compactMap { $0[split] }, split) }
    }

    private func check(_ tables: [TableFiles], _ split: Split) throws {
        let first = tables[0]
        func error(_ table: TableFiles, _ dataset: HDF5Dataset?, _ expected: String, _ found: String) -> DatasetError {
            DatasetError(
                .wrongShape, file: table.file.path, object: dataset?.name ?? "\(split) split",
                expected: "\(expected) as in \(first.file.path)", found: found)
        }
        for table in tables.dropFirst() {
            guard table.inputShape == first.inputShape else {
                throw error(table, table.inputs, "samples of shape \(first.inputShape)", "\(table.inputShape)")
            }
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
        let names = try attributes.map { try $0.strings("class_names") }
        try requireSame(names, "class_names")
        if let names = names[0] { try root.attributes.set("class_names", names) }
        let values = try attributes.map { try $0.numbers("class_values") }
        try requireSame(values, "class_values")
        if let values = values[0] { try root.attributes.set("class_values", values) }
        let kinds = try attributes.map { try $0.string("target_kind") }
        try requireSame(kinds, "target_kind")
        if let kind = kinds[0] { try root.attributes.set("target_kind", kind) }
    }

    /// Attributes of the inputs of a split, those of its file where it has none of its own; the same in all files.
    func writeAttributes(of split: Split, to dataset: HDF5Dataset, type: DatasetConversion.ElementType?) throws {
        let parts = tables.compactMap { $0[split] }
        let normalizations = try parts.map { try TableReader(file: $0.file).normalization(of: $0.inputs) }
        try requireSame(normalizations, "normalization attributes of the \(split) split")
        let names = try parts.map { try $0.inputs.attributes.strings("feature_names") }
        if let names = names[0] { try dataset.attributes.set("feature_names", names) }
        if !normalizations[0].isEmpty { return try normalizations[0].write(to: dataset.attributes) }
        // Without attributes bytes are scaled and other types are not; the train split speaks for the others.
        guard
            try tables.allSatisfy({ table in
                try table[.train].map { try TableReader(file: $0.file).normalization(of: $0.inputs).isEmpty } ?? true
            })
        else { return }
        switch (parts[0].storesBytes, dataset.elementType == .uint8) {
        case (true, false): try dataset.attributes.set("scale", Double(1 / Float(255)))
        case (false, true): try dataset.attributes.set("scale", 1.0)
        default: break
        }
    }

    private func requireSame<Value: Equatable>(_ values: [Value], _ what: String) throws {
        guard let other = values.firstIndex(where: { $0 != values[0] }) else { return }
        throw DatasetError(
            .malformed, file: files[min(other, files.count - 1)].path,
            expected: "the same \(what) as in \(files[0].path)",
            found: "others", advice: "Make them the same first, or convert each file by itself.")
    }
}
