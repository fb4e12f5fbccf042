import Kernels

extension Dataset {
    /// Loads a data set of arrays as one of a file: checked, normalized, and with its validation split cut as the
    /// description says. The same arrays in a file give the same digest.
    ///
    /// - Parameters:
    ///   - reading, matching, others: as in `load`.
    ///   - targets: whether splits without targets are an error.
    /// - Throws: `DatasetError` that names the array, the row, what was expected and what was found.
    package static func load(
        _ arrays: DatasetArrays, as description: DatasetDescription = .memory(),
        targets requirement: TargetRequirement = .required, reading: TargetChoice? = nil,
        matching: DataReference? = nil, beside others: (DataOutline) throws -> Int = { _ in 0 }
    ) throws -> Dataset {
        let description = description.inMemory(arrays.name)
        if let problem = description.problem {
            throw DatasetError(.invalidOption, file: arrays.name, found: problem)
        }
        let splits = Split.allCases.filter { arrays.splits[$0] != nil }
        let parts = try splits.map { split in
            try ArrayTable(arrays, arrays.splits[split]!, split, needsTargets: requirement == .required)
        }
        guard let lead = parts.first else {
            throw DatasetError(.empty, file: arrays.name, found: "a data set without samples")
        }
        _ = try others(
            DataOutline(
                inputShape: lead.inputShape, rows: Dictionary(uniqueKeysWithValues: zip(splits, parts.map(\.count))),
                description))
        let choice = description.targetKind ?? reading
        let contracts = parts.map { part in
            let hasNoClasses = choice == .values && description.targetKind != nil
            return DataMatching.Side(
                contract: DataContract(
                    inputShape: part.inputShape, storesBytes: part.storesBytes, featureNames: part.facts.featureNames,
                    targetKind: part.targetKind, classNames: hasNoClasses ? nil : arrays.classNames,
                    targetNames: part.facts.targetNames), file: arrays.name, inputs: part.origin.inputs)
        }
        let matching = try DataMatching(contracts, to: matching)
        var raw: [Split: RawTable] = [:]
        for (index, split) in splits.enumerated() {
            raw[split] = parts[index].raw(match: matching.matches[index], classNames: arrays.classNames)
        }
        return try Dataset(
            name: arrays.name, raw: raw, description: description, reference: matching.reference,
            isGiven: matching.isGiven, reading: reading, requirement: requirement, labels: Labels(),
            contents: DatasetContents())
    }
}

/// A split of arrays, checked.
private struct ArrayTable {
    let count: Int
    let inputShape: [Int]
    let inputs: SampleTable.Inputs
    let targets: RawTargets
    let origin: SampleTable.Origin
    private(set) var facts = TableFacts()

    var storesBytes: Bool { inputs.storesBytes }

    var targetKind: TargetKind {
        switch targets {
        case .values(_, let width), .numbers(_, let width): .values(width: width)
        case .integers, .unlabeled: .unlabeled
        }
    }

    init(_ arrays: DatasetArrays, _ samples: SampleArrays, _ split: Split, needsTargets: Bool) throws {
        origin = SampleTable.Origin(file: arrays.name, inputs: "\(split) inputs", targets: "\(split) targets")
        let check = ArrayCheck(origin: origin)
        inputShape = samples.inputs.shape
        (count, inputs) = try check.inputs(samples.inputs)
        targets = try check.targets(samples.targets, count: count, needsTargets: needsTargets)
        facts.featureNames = try check.names(
            arrays.featureNames, counts: [inputShape.reduce(1, *), inputShape.last ?? 1], "featureNames")
        if case .values(_, let width) = targets {
            facts.targetNames = try check.names(arrays.targetNames, counts: [width], "targetNames")
        }
    }

    func raw(match: DataMatch, classNames: [String]?) -> RawTable {
        let inputs =
            match.features.map { self.inputs.selecting($0, rows: count, of: inputShape.reduce(1, *)) }
            ?? self.inputs
        var content = ContentDigest(inputShape: match.inputShape, count: count, storesBytes: storesBytes)
        content.add(inputs.resident!.memory(count, features: match.inputShape.reduce(1, *)))
        return RawTable(
            inputs: inputs, content: content, wide: nil, isNew: true, count: count, inputShape: match.inputShape,
            fileShape: inputShape, targets: targets, classes: ClassLabels(names: classNames), origin: origin,
            normalization: NormalizationValues(), facts: facts, match: match, isUInt8: storesBytes,
            floatBits: storesBytes ? nil : 32, isPacked: false)
    }
}

extension SampleTable.Inputs {
    /// The numbers at some places of each row.
    fileprivate func selecting(_ places: [Int32], rows: Int, of width: Int) -> SampleTable.Inputs {
        switch resident! {
        case .bytes(let bytes):
            let chosen = ByteBuffer(count: rows * places.count)
            for index in 0..<rows * places.count {
                chosen.pointer[index] = bytes[index / places.count * width + Int(places[index % places.count])]
            }
            return .bytes(Elements(chosen))
        case .floats(let floats):
            let chosen = AlignedBuffer(count: rows * places.count)
            for index in 0..<rows * places.count {
                chosen.pointer[index] = floats[index / places.count * width + Int(places[index % places.count])]
            }
            return .floats(Elements(chosen))
        }
    }
}

/// The rules that the reader of a file checks, for arrays.
private struct ArrayCheck {
    let origin: SampleTable.Origin

    /// Copies inputs to where batches are made of them.
    func inputs(_ arrays: InputArrays) throws -> (count: Int, SampleTable.Inputs) {
        let shape = arrays.shape
        switch arrays {
        case .rows(let rows):
            guard let width = rows.first?.count, width > 0 else {
                throw error(.empty, origin.inputs, "at least one sample of one number", "none")
            }
            if let row = rows.firstIndex(where: { $0.count != width }) {
                throw error(
                    .wrongShape, origin.inputs, "\(width) numbers in each row, as the first has",
                    "\(rows[row].count) in row \(row)")
            }
            let buffer = AlignedBuffer(count: try count(rows.count * width, shape) * width)
            for (row, numbers) in rows.enumerated() {
                (buffer.pointer + row * width).update(from: numbers, count: width)
            }
            try checkFinite(buffer, shape)
            return (rows.count, .floats(Elements(buffer)))
        case .floats(let numbers, _):
            let count = try count(numbers.count, shape)
            let buffer = AlignedBuffer(count: numbers.count)
            buffer.pointer.update(from: numbers, count: numbers.count)
            try checkFinite(buffer, shape)
            return (count, .floats(Elements(buffer)))
        case .bytes(let bytes, _):
            let count = try count(bytes.count, shape)
            let buffer = ByteBuffer(count: bytes.count)
            buffer.pointer.update(from: bytes, count: bytes.count)
            return (count, .bytes(Elements(buffer)))
        }
    }

    /// How many samples there are.
    private func count(_ elements: Int, _ shape: [Int]) throws -> Int {
        guard !shape.isEmpty, shape.allSatisfy({ $0 > 0 }) else {
            throw error(.wrongShape, origin.inputs, "a sample shape of positive lengths", "\(shape)")
        }
        let features = shape.reduce(1, *)
        guard elements > 0 else { throw error(.empty, origin.inputs, "at least one sample", "none") }
        guard elements.isMultiple(of: features), elements / features <= Int(Int32.max) else {
            throw error(
                .wrongShape, origin.inputs, "whole samples of \(features) numbers, shape \(shape)",
                "\(elements) numbers")
        }
        return elements / features
    }

    private func checkFinite(_ buffer: AlignedBuffer, _ shape: [Int]) throws {
        let index = availableKernels()[0].firstNonFinite(buffer.pointer, count: buffer.count)
        guard index < buffer.count else { return }
        throw error(
            .notFinite, origin.inputs, "finite numbers",
            "\(buffer.pointer[index]) in \(elementPosition(index, sampleShape: shape))")
    }

    func targets(_ arrays: TargetArrays, count: Int, needsTargets: Bool) throws -> RawTargets {
        func check(_ found: Int) throws {
            guard found != count else { return }
            throw error(.rowCounts, origin.targets, "\(count), one for each sample", "\(found)")
        }
        switch arrays {
        case .labels(let labels):
            try check(labels.count)
            return .integers(labels.map { Int64($0) })
        case .numbers(let numbers):
            try check(numbers.count)
            try checkFinite(numbers, width: 1)
            return .values(numbers, width: 1)
        case .rows(let rows):
            try check(rows.count)
            let width = rows[0].count
            if let row = rows.firstIndex(where: { $0.count != width || width == 0 }) {
                throw error(
                    .wrongShape, origin.targets, "\(max(width, 1)) numbers in each row",
                    "\(rows[row].count) in row \(row)")
            }
            let numbers = rows.flatMap { $0 }
            try checkFinite(numbers, width: width)
            return .values(numbers, width: width)
        case .none:
            guard needsTargets else { return .unlabeled }
            throw error(.missingObject, origin.targets, "targets beside the inputs", "none")
        }
    }

    private func checkFinite(_ numbers: [Float], width: Int) throws {
        guard let index = numbers.firstIndex(where: { !$0.isFinite }) else { return }
        throw error(
            .notFinite, origin.targets, "finite numbers",
            "\(numbers[index]) in row \(index / width)" + (width > 1 ? ", element \(index % width)" : ""))
    }

    func names(_ names: [String]?, counts: [Int], _ what: String) throws -> [String]? {
        guard let names, !counts.contains(names.count) else { return names }
        throw error(.wrongShape, what, "\(counts.max()!) names", "\(names.count)")
    }

    private func error(
        _ kind: DatasetError.Kind, _ object: String, _ expected: String, _ found: String
    ) -> DatasetError {
        DatasetError(kind, file: origin.file, object: object, expected: expected, found: found)
    }
}
