extension ImportedDataset {
    /// Brings what was read to the data that a network was trained on: columns in its order, classes by its numbers,
    /// its names and its normalization. Numbers stay raw.
    ///
    /// - Throws: `DatasetError` for what the network cannot take, with both sides listed.
    public mutating func bring(to likeness: Likeness) throws {
        let network = likeness.contract
        guard let first = Split.allCases.compactMap({ tables[$0] }).first else { return }
        let own = DataContract(
            inputShape: Array(first.inputs.shape.dropFirst()), featureNames: featureNames, classNames: classNames)
        let match = try likeness.match(
            own, file: first.inputs.file, inputs: first.inputs.object, hasColumns: !hasColumnsMatched,
            hasTargets: tables.values.contains { $0.targets != nil })
        notes += match.notes.map { "\(first.inputs.file): \($0)" }
        // Numbers in 0 ... 1 would be scaled once more, and nothing in the new file would tell.
        if network.storesBytes, first.inputs.values(rows: 0..<0).isFloat {
            notes.append(
                "\(first.inputs.file): floating-point numbers, where \(likeness.path) has bytes: taken as 0 ... 255, too"
            )
        }
        for (split, table) in tables {
            let inputs = try table.inputs.selecting(features: match.features, shape: network.inputShape)
            let targets = try table.targets.map { try $0.targets(for: likeness, match) }
            tables[split] = try Table(inputs: inputs, targets: targets)
        }
        (featureNames, classNames, targetNames) = (network.featureNames, network.classNames, network.targetNames)
        (classValues, targetKind) = (nil, nil)
        // Numbers that are classes and values as well, where they are that in the data set to be like.
        if let values = likeness.labels.values, tables.values.allSatisfy({ $0.targets?.isMade(of: values) ?? true }) {
            (classNames, classValues) = (likeness.labels.names, values)
        }
        normalization = try likeness.normalizationOfRawNumbers
    }
}

extension ImportedArray {
    /// The columns named, in that order, or all; as samples of a shape.
    fileprivate func selecting(features: [Int32]?, shape sample: [Int]) throws -> ImportedArray {
        guard let features else {
            return ImportedArray(
                shape: [rows] + sample, values: values, file: file, object: object, floatBits: floatBits)
        }
        let width = shape.dropFirst().reduce(1, *)
        func select<Value>(_ values: [Value]) -> [Value] {
            var selected: [Value] = []
            selected.reserveCapacity(rows * features.count)
            for row in 0..<rows {
                for feature in features { selected.append(values[row * width + Int(feature)]) }
            }
            return selected
        }
        let values: ImportedValues =
            switch values {
            case .uint8(let values): .uint8(select(values))
            case .int64(let values): .int64(select(values))
            case .float32(let values): .float32(select(values))
            case .float64(let values): .float64(select(values))
            }
        return ImportedArray(
            shape: [rows] + sample, values: values, file: file, object: object, floatBits: floatBits)
    }

    /// These targets as a network has them: class indices of its own, or numbers.
    ///
    /// - Parameter match: what numbers the classes of the file as the network does.
    fileprivate func targets(for likeness: Likeness, _ match: DataMatch) throws -> ImportedArray {
        func error(_ expected: String, _ found: String) -> DatasetError {
            DatasetError(
                .wrongType, file: file, object: object, expected: "\(expected) as in \(likeness.path)", found: found,
                advice: "Correct the targets, or take inputs alone, to predict on: --no-targets.")
        }
        func array(_ values: ImportedValues) -> ImportedArray {
            ImportedArray(shape: shape, values: values, file: file, object: object)
        }
        let width = shape.count > 1 ? shape[1] : 1
        switch likeness.contract.targetKind {
        case .unlabeled: return self
        case .values(let count):
            guard width == count else { throw error("\(count) numbers a target", "\(width)") }
            switch values {
            case .float32, .float64: return self
            case .uint8(let values): return array(.float64(values.map { Double($0) }))
            case .int64(let values): return array(.float64(values.map { Double($0) }))
            }
        case .classes(let count):
            guard width == 1 else { throw error("one class a row", "\(width) values") }
            let indices = try integers { error("one of \(count) classes a row", $0) }
            let matched = try match.matched(indices, in: object)
            guard let row = matched.firstIndex(where: { !(0..<count).contains(Int($0)) }) else {
                return array(.int64(matched))
            }
            throw error("class indices in 0 ..< \(count)", "\(indices[row]) in row \(row)")
        }
    }

    /// Whether all targets are class indices, or among the values of classes.
    fileprivate func isMade(of classValues: [Double]) -> Bool {
        switch values {
        case .uint8, .int64: true
        case .float32(let values): Set(classValues).isSuperset(of: values.lazy.map { Double($0) })
        case .float64(let values): Set(classValues).isSuperset(of: values)
        }
    }

    /// Whole numbers.
    private func integers(_ refusal: (String) -> DatasetError) throws -> [Int64] {
        switch values {
        case .uint8(let values): return values.map { Int64($0) }
        case .int64(let values): return values
        case .float32(let values): return try integers(values.map { Double($0) }, refusal)
        case .float64(let values): return try integers(values, refusal)
        }
    }

    private func integers(_ values: [Double], _ refusal: (String) -> DatasetError) throws -> [Int64] {
        try values.enumerated().map { row, value in
            guard let whole = Int64(exactly: value) else { throw refusal("\(value) in row \(row)") }
            return whole
        }
    }
}
