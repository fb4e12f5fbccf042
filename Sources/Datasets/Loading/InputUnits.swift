import Foundation

/// In which units inputs reach a batch: those of what is expected, whatever a file's own numbers are.
struct InputUnits {
    /// What a batch holds of the numbers of the file that the reference is of; nil to leave it to each file.
    private let normalization: NormalizationValues?
    /// How those numbers were made of raw ones.
    private let transformation: NormalizationValues?
    private let reference: DataReference
    /// Whether it is a checkpoint's, and not the train split's.
    private let isGiven: Bool
    private let leadFile: String
    /// What has to be said whatever the table, a line each.
    private(set) var notes: [String] = []

    /// - Parameters:
    ///   - chosen: what the description of the data set asks for, if anything, for the numbers in `lead`.
    ///   - lead: the train split, or the first.
    init(
        _ reference: DataReference, isGiven: Bool, chosen: NormalizationValues?, lead: RawTable
    ) throws {
        self.reference = reference
        self.isGiven = isGiven
        leadFile = lead.origin.file
        let keeps = ![.branch, .initialize].contains(reference.road) && isGiven
        if let known = reference.contract.normalization, keeps || chosen == nil {
            (normalization, transformation) = (known, reference.contract.transformation)
        } else if let chosen {
            (normalization, transformation) = (chosen, try lead.ownTransformation())
            if isGiven, let known = reference.contract.normalization,
                try lead.resolving({
                    try known.resolved(inputShape: lead.inputShape) != chosen.resolved(inputShape: lead.inputShape)
                })
            {
                notes = [
                    "\(leadFile): normalized as the configuration says, \(chosen.text); what \(reference.name) was "
                        + "trained on was by \(known.text)"
                ]
            }
        } else if isGiven {
            (normalization, transformation) = (nil, nil)
        } else {
            (normalization, transformation) = (try lead.storedNormalization().source, try lead.ownTransformation())
        }
    }

    /// The map for a table's numbers, and what has to be said of it.
    func normalization(of table: RawTable, train: RawTable?) throws -> (Normalization, notes: [String]) {
        guard let normalization else {
            // Of a checkpoint that does not know; then as it was before they did.
            let stored = try table.storedNormalization(or: train)
            let note =
                "normalized as it says itself, \(stored.source.text): the checkpoint was written before they kept the "
                + "normalization of their data"
            return (stored, [note])
        }
        let own = try table.ownTransformation()
        let made = try made(normalization, table, own)
        return (made, try notes(table, made, own))
    }

    private func made(
        _ normalization: NormalizationValues, _ table: RawTable, _ own: NormalizationValues?
    ) throws -> Normalization {
        let shape = table.inputShape
        return try table.resolving {
            guard own != transformation else { return try normalization.resolved(inputShape: shape) }
            let identity = NormalizationValues.identity
            let back = try (own ?? identity).inverse(inputShape: shape)
            let there = try (transformation ?? identity).map(inputShape: shape)
            return try normalization.map(inputShape: shape).after(there.after(back)).values.resolved(inputShape: shape)
        }
    }

    private func notes(_ table: RawTable, _ made: Normalization, _ own: NormalizationValues?) throws -> [String] {
        // Where the network was trained on numbers that were made of raw ones, what is raw is brought to these first.
        let normal = own == transformation ? (normalization ?? .identity).text : made.source.text
        if let own, own != transformation {
            return ["its numbers are \(own.text) of raw numbers x: brought into the units of training"]
        }
        let isAnother =
            isGiven || table.origin.file != leadFile || table.isUInt8 != reference.contract.storesBytes
        if !table.normalization.isEmpty, try table.storedNormalization() != made {
            return [
                "normalized as in training, \(normal), not by its own \(table.normalization.text)"
            ]
        }
        let isKnown =
            own != nil || !table.normalization.isEmpty || table.isPacked
            || (table.isUInt8 && reference.contract.storesBytes)
        guard isAnother, !isKnown, made.source != .identity || transformation != nil else { return [] }
        return [
            "does not say how its numbers were made: taken as raw, and normalized as in training, \(normal) "
                + "(attributes transformed_mean and transformed_standard_deviation would say otherwise)"
        ]
    }
}

extension RawTable {
    /// How its numbers were made of raw ones, in the order of what is expected.
    func ownTransformation() throws -> NormalizationValues? {
        try facts.transformation.map(matched)
    }

    /// Values for the features of the file as values for those that are expected.
    private func matched(_ values: NormalizationValues) throws -> NormalizationValues {
        guard let features = match.features else { return values }
        return try resolving { try values.map(inputShape: fileShape).selecting(features).values }
    }

    /// By its own attributes, else those of another split, else by the type of its elements.
    func storedNormalization(or train: RawTable? = nil) throws -> Normalization {
        let features = inputShape.reduce(1, *)
        let source = normalization.isEmpty ? train ?? self : self
        guard !source.normalization.isEmpty else {
            return isUInt8 ? .bytes(features: features) : .identity(features: features)
        }
        return try source.resolving { try source.matched(source.normalization).resolved(inputShape: inputShape) }
    }

    /// Runs what folds numbers of attributes, with what is wrong with them as an error that names the table.
    func resolving<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let error as InvalidNormalization {
            throw DatasetError(
                .wrongShape, file: origin.file, object: "\(origin.inputs), normalization attributes",
                expected: "\(error.name): \(error.expected)", found: error.found)
        }
    }
}

extension RawTable {
    /// Targets as what is expected has them: classes by name, numbers by name and unit.
    ///
    /// - Parameter expected: how the targets that the network was trained on were made of raw ones.
    /// - Returns: with what has to be said of them, if anything.
    func matched(_ targets: Targets, _ expected: NormalizationValues?) throws -> (Targets, note: String?) {
        switch targets {
        case .unlabeled: return (.unlabeled, nil)
        case .classes(let labels): return (.classes(try match.matched(labels, in: origin.targets)), nil)
        case .values(var values, var width):
            let (rows, fileWidth) = (values.count / width, width)
            func selected<Value>(_ values: [Value]) -> [Value] {
                guard let places = match.targets else { return values }
                return (0..<rows).flatMap { row in places.map { values[row * fileWidth + $0] } }
            }
            values = selected(values)
            width = match.targets?.count ?? width
            let own = facts.targetTransformation
            guard own != expected else {
                return (.values(values, width: width), targetRoundingNote(width: fileWidth))
            }
            let map = try resolving {
                let back = try (own ?? .identity).inverse(inputShape: [facts.targetNames?.count ?? width])
                let selected = match.targets.map { back.selecting($0.map { Int32($0) }) } ?? back
                return try (expected ?? .identity).map(inputShape: [width]).after(selected)
            }
            // What is in the file is converted, and not what Float32 has of it, unless these are values of classes.
            var wide = self.targets.wide.map(selected)
            if case .integers = self.targets, self.classes.values != nil { wide = nil }
            for index in values.indices {
                let value = wide?[index] ?? Double(values[index])
                values[index] = Float(value * map.scale[index % width] + map.offset[index % width])
            }
            let note = "\(origin.file): \(origin.targets): brought into the units of the targets trained on"
            return (.values(values, width: width), note)
        }
    }

    /// What to say of targets that Float32 does not tell apart, as which they are trained on; nil if there are none.
    private func targetRoundingNote(width: Int) -> String? {
        guard let wide = targets.wide, classes.values == nil else { return nil }
        var loss = RoundingLoss(features: width)
        for (index, value) in wide.enumerated() { loss.add(value, index % width) }
        guard let coarse = loss.coarse.first else { return nil }
        let name = facts.targetNames.map { " '\($0[coarse.feature])'" } ?? (width > 1 ? " \(coarse.feature)" : "")
        return
            "\(origin.file): \(origin.targets): target\(name) with \(coarse.text): training does not see what tells them "
            + "apart. Store them less their mean, and say so with the attribute transformed_mean"
    }
}

extension NormalizationValues {
    /// The map as a formula, with the first of many numbers: `(x - 5.843) / 0.8253`, `x * 0.003922`, `as they are`.
    package var text: String {
        func list(_ values: [Double]) -> String {
            let shown = values.prefix(Self.mostShown).map { String(format: "%.4g", $0) }.joined(separator: ", ")
            return values.count == 1 ? shown : "[\(shown)\(values.count > Self.mostShown ? ", …" : "")]"
        }
        if let standardDeviation { return "(x - \(list(mean ?? [0]))) / \(list(standardDeviation))" }
        if let mean { return "x - \(list(mean))" }
        var text = "x"
        if let scale, scale != [1] { text += " * \(list(scale))" }
        if let offset, offset.contains(where: { $0 != 0 }) { text += " + \(list(offset))" }
        return text == "x" ? "as they are" : text
    }

    private static let mostShown = 6
}
