import Kernels

extension Dataset {
    /// Interprets what was read: targets of all splits alike, the validation split cut off, normalization chosen, and
    /// all of it as the reference expects it.
    ///
    /// - Parameter isGiven: whether the reference is a checkpoint's; it is that of the first split otherwise.
    convenience init(
        name: String, raw: [Split: RawTable], description: DatasetDescription, reference: DataReference, isGiven: Bool,
        reading: TargetChoice?, requirement: TargetRequirement, labels: Labels, contents: DatasetContents
    ) throws {
        let splits = Split.allCases.filter { raw[$0] != nil }
        let lead = raw[splits[0]]!
        let classNames = splits.lazy.compactMap { raw[$0]!.match.classNames }.first
        let targetUnits = isGiven ? reference.contract.targetTransformation : lead.facts.targetTransformation
        let isTrained = isGiven && reference.road.isOfTrainedNetwork
        let targets = try raw.targets(
            description.targetKind, for: reading, requirement, units: targetUnits, isTrained: isTrained)
        // Names of classes that were read as the values they stand for would name nothing.
        let areValues = raw.contains { split, table in
            guard case .values = targets[split]! else { return false }
            return table.classes.values != nil
        }
        var labels = labels
        labels.otherReading =
            raw.values.contains { $0.classes.values != nil } ? (areValues ? .classes : .values) : nil
        let cut = try ValidationCut(description, name: name, rows: raw[.train]?.count, has: raw[.validation] != nil)
        let chosen = try chosenNormalization(
            name, inputShape: raw.first!.value.inputShape, description,
            train: raw[.train].map { TrainRows(inputs: $0.inputs, wide: $0.wide, count: $0.count, chosen: cut?.train) })
        let units = try InputUnits(reference, isGiven: isGiven, chosen: chosen?.source, lead: lead)
        var tables: [Split: SampleTable] = [:]
        var notes = DataNotes()
        var rounding: String?
        for split in splits {
            let table = raw[split]!
            let normalization = try units.normalization(of: table, train: raw[.train])
            notes.add(lines: table.facts.notes)
            notes.add(
                table.match.notes + normalization.notes,
                of: DataNotes.Place(file: table.origin.file, table: table.origin.inputs))
            if isTrained || table.origin.file != lead.origin.file {
                notes.add(
                    [table.lossNote(normalization.0, reference.contract.featureNames)].compactMap { $0 },
                    of: DataNotes.Place(file: table.origin.file, table: table.origin.inputs))
            }
            rounding = try rounding ?? table.roundingNote(normalization.0, reference.contract.featureNames)
            let (targets, note) = try table.matched(targets[split]!, targetUnits)
            notes.add(lines: [note].compactMap { $0 })
            tables[split] = try table.sampleTable(targets: targets, normalization.0)
        }
        notes.add(lines: units.notes + [rounding].compactMap { $0 })
        var facts = lead.facts
        facts.featureNames = lead.match.features == nil ? lead.facts.featureNames : reference.contract.featureNames
        if lead.match.targets != nil { facts.targetNames = reference.contract.targetNames }
        facts.transformation = try lead.ownTransformation()
        facts.targetTransformation = targetUnits
        try self.init(
            name: name, tables: cut?.applied(to: tables) ?? tables, classNames: areValues ? nil : classNames,
            labels: labels, facts: facts, notes: notes.lines, contents: contents)
    }

    /// Makes a synthetic data set, normalized and with its validation split cut as the description says.
    static func synthetic(
        _ synthetic: SyntheticDescription, _ description: DatasetDescription,
        beside others: (DataOutline) throws -> Int
    ) throws -> Dataset {
        let taken = try others(DataOutline(inputShape: synthetic.inputs, rows: synthetic.counts, description))
        let whole = try Dataset.synthetic(synthetic, beside: taken)
        let cut = try ValidationCut(
            description, name: whole.name, rows: synthetic.samples, has: whole[.validation] != nil)
        let train = whole[.train]!
        let chosen = try chosenNormalization(
            whole.name, inputShape: whole.inputShape, description,
            train: TrainRows(inputs: train.inputs, wide: nil, count: train.count, chosen: cut?.train))
        let tables = whole.tables.mapValues { table in
            SampleTable(
                inputs: table.inputs, count: table.count, inputShape: table.inputShape, targets: table.targets,
                normalization: chosen ?? table.normalization, origin: table.origin)
        }
        return try Dataset(
            name: whole.name, tables: cut?.applied(to: tables) ?? tables, classNames: whole.classNames,
            classes: synthetic.classes)
    }
}

/// Which rows of the train split become the validation split.
private struct ValidationCut {
    /// Ascending.
    let train: [Int32]
    let validation: [Int32]

    /// Nil when the description asks for none.
    init?(_ description: DatasetDescription, name: String, rows: Int?, has validationSplit: Bool) throws {
        guard let fraction = description.validationFraction, fraction > 0 else { return nil }
        func error(_ expected: String, _ found: String, _ advice: String) -> DatasetError {
            DatasetError(.invalidOption, file: name, expected: expected, found: found, advice: advice)
        }
        guard let rows else {
            throw error("a train split to cut \(fraction) from", "none", "Remove validationFraction.")
        }
        guard !validationSplit else {
            throw error(
                "no validation split beside validationFraction: \(fraction)", "one in the data set",
                "Remove validationFraction.")
        }
        let count = Int((Double(rows) * fraction).rounded())
        guard count > 0, count < rows else {
            throw error(
                "at least one row for each of train and validation",
                "\(rows - count) and \(count) of \(rows) rows by validationFraction: \(fraction)",
                "Change validationFraction.")
        }
        (validation, train) = cut(rows: rows, first: count, seed: description.splitSeed)
    }

    func applied(to tables: [Split: SampleTable]) -> [Split: SampleTable] {
        var tables = tables
        let whole = tables[.train]!
        tables[.train] = SampleTable(whole, rows: train)
        tables[.validation] = SampleTable(whole, rows: validation)
        return tables
    }
}

/// Cuts rows in two at random, by seed: `first` of them and the rest, both ascending.
func cut(rows: Int, first: Int, seed: UInt64) -> (first: [Int32], rest: [Int32]) {
    let order = SampleOrder(count: rows, splitSeed: seed)
    let shuffled = (0..<rows).map { Int32(order[$0]) }
    return (shuffled[..<first].sorted(), shuffled[first...].sorted())
}

/// The rows that statistics are taken of.
private struct TrainRows {
    let inputs: SampleTable.Inputs
    let wide: WideInputs?
    let count: Int
    /// Indices of the rows that no validation split is cut from; nil for all.
    let chosen: [Int32]?

    func statistics(features: Int) throws -> FeatureStatistics {
        let rounded = try FeatureStatistics(inputs, features: features, rows: count, chosen)
        guard let wide, rounded.mayBeOfRounding else { return rounded }
        return rounded.replacingDoubtful(with: try FeatureStatistics(wide, rows: count, chosen))
    }
}

/// The normalization for all splits that the description asks for, or nil to take what is stored.
private func chosenNormalization(
    _ name: String, inputShape shape: [Int], _ description: DatasetDescription,
    train: TrainRows?
) throws -> Normalization? {
    switch description.normalization {
    case .stored: return nil
    case .identity: return .identity(features: shape.reduce(1, *))
    case .values(let values):
        do throws(InvalidNormalization) {
            return try values.resolved(inputShape: shape)
        } catch {
            throw DatasetError(
                .invalidOption, file: name, object: "normalization: \(error.name)", expected: error.expected,
                found: error.found)
        }
    case .standardize, .standardizeChannels:
        let isByChannel = description.normalization == .standardizeChannels
        guard let train else {
            throw DatasetError(
                .invalidOption, file: name,
                object: "normalization: standardize\(isByChannel ? "Channels" : "")",
                expected: "a train split to take mean and standard deviation from", found: "none")
        }
        var statistics = try train.statistics(features: shape.reduce(1, *))
        if isByChannel { statistics = statistics.merged(into: shape.count > 2 ? shape.last! : 1) }
        do throws(InvalidNormalization) {
            return try statistics.normalization.resolved(inputShape: shape)
        } catch {
            preconditionFailure("statistics of finite numbers are finite: \(error)")
        }
    }
}

extension RawTable {
    /// What to say of features whose numbers Float32 does not tell apart, and that nothing is subtracted of first.
    fileprivate func roundingNote(_ normalization: Normalization, _ names: [String]?) throws -> String? {
        guard let wide, isNew else { return nil }
        let coarse = try wide.coarse(inputs, rows: count, except: normalization.centering)
        guard let first = coarse.first else { return nil }
        let name = featureName(first.feature, names: names, sampleShape: inputShape)
        let others = coarse.count > 1 ? ", and \(coarse.count - 1) more," : ""
        return
            "\(origin.file): \(origin.inputs): \(name)\(others) has numbers that Float32 does not tell apart, "
            + "\(first.text), and they are not centered before they are rounded (normalization: standardize does that)"
    }

    /// What to say of numbers that their file has rounded already, which nothing gives back.
    fileprivate func lossNote(_ normalization: Normalization, _ names: [String]?) -> String? {
        floatBits.flatMap {
            RoundingLoss.note(ofFloats: $0, centeredBy: normalization, names: names, sampleShape: inputShape)
        }
    }

    /// The split as samples, with inputs that are centered before they are rounded where the normalization asks for it.
    fileprivate func sampleTable(targets: Targets, _ normalization: Normalization) throws -> SampleTable {
        func table(_ inputs: SampleTable.Inputs, _ content: ContentDigest, isCentered: Bool) -> SampleTable {
            SampleTable(
                inputs: inputs, isCentered: isCentered, content: content, count: count, inputShape: inputShape,
                targets: targets, normalization: normalization, origin: origin)
        }
        guard
            let wide, let centering = normalization.centering,
            let centered = try wide.centered(by: centering, inPlaceOf: inputs)
        else { return table(inputs, content, isCentered: false) }
        // After what is rounded, which alone would be the same for numbers that Float32 does not tell apart.
        var content = content
        try centered.forEachRun(rows: count) { rows, run in
            content.add(run.memory(rows.count, features: wide.features))
        }
        return table(centered, content, isCentered: true)
    }
}
