/// Targets of a split as the file has them.
enum RawTargets {
    /// Whole numbers, one a row.
    case integers([Int64])
    /// In 64 bits.
    case numbers([Double], width: Int)
    case values([Float], width: Int)
    case unlabeled

    /// The targets as class indices.
    ///
    /// - Parameter isTrained: whether they are for a network that is trained, whose loss is what it is.
    /// - Throws: `DatasetError` that names the first row which holds none.
    func classes(_ origin: SampleTable.Origin, isTrained: Bool) throws -> Targets {
        func outOfRange(_ row: Int, _ found: String) -> DatasetError {
            DatasetError(
                .labelOutOfRange, file: origin.file, object: origin.targets,
                expected: "class indices, whole numbers from 0 to \(Int32.max - 1)",
                found: "\(found) in row \(row)" + (found == "-1" ? ", \(missingLabels)" : ""),
                advice: found == "-1"
                    ? missingLabelAdvice
                    // Of 64 bits, the largest that is read is that of a signed type.
                    : ["4294967295", "\(Int64.max)"].contains(found)
                        ? "That is -1 without a sign, which often stands for a missing label: write the file without such rows, "
                            + "and labels as a signed type."
                        : isTrained
                            ? "Number the classes as in training, or remove the row."
                            : "Number the classes from zero, remove the row, or use a loss for values, such as "
                                + "meanSquaredError.")
        }
        switch self {
        case .integers(let values):
            if let row = values.firstIndex(where: { $0 < 0 || $0 >= Int64(Int32.max) }) {
                throw outOfRange(row, "\(values[row])")
            }
            return .classes(values.map { Int32($0) })
        case .numbers(let values, width: 1):
            if let row = values.firstIndex(where: { $0 != $0.rounded() || $0 < 0 || $0 >= Double(Int32.max) }) {
                throw outOfRange(row, "\(Int64(exactly: values[row]).map(String.init) ?? "\(values[row])")")
            }
            return .classes(values.map { Int32($0) })
        case .values(let values, width: 1):
            // Above 2^24, Float32 no longer tells whole numbers apart.
            if let row = values.firstIndex(where: { $0 != $0.rounded() || $0 < 0 || $0 >= 16_777_216 }) {
                throw outOfRange(row, Int64(exactly: values[row]).map(String.init) ?? "\(values[row])")
            }
            return .classes(values.map { Int32($0) })
        case .values(_, let width), .numbers(_, let width):
            throw DatasetError(
                .wrongShape, file: origin.file, object: origin.targets, expected: "one class index a row",
                found: "\(width) values a row",
                advice: "If they are one-hot, store the index of the one instead (numpy.argmax(y, axis=1)).")
        case .unlabeled: return .unlabeled
        }
    }

    /// How many rows have −1 in place of a class.
    private var missingLabels: String {
        let (missing, rows) =
            switch self {
            case .integers(let values): (values.count { $0 == -1 }, values.count)
            case .numbers(let values, _): (values.count { $0 == -1 }, values.count)
            case .values(let values, _): (values.count { $0 == -1 }, values.count)
            case .unlabeled: (0, 0)
            }
        return "as in \(missing) of \(rows) rows"
    }

    /// The targets as they are in the file, if they are known in 64 bits.
    var wide: [Double]? {
        switch self {
        case .integers(let values): values.map { Double($0) }
        case .numbers(let values, _): values
        case .values, .unlabeled: nil
        }
    }

    /// The targets as numbers.
    var asValues: Targets {
        switch self {
        case .integers(let values): .values(values.map { Float($0) }, width: 1)
        case .numbers(let values, let width): .values(values.map { Float($0) }, width: width)
        case .values(let values, let width): .values(values, width: width)
        case .unlabeled: .unlabeled
        }
    }
}

/// What to do about rows without a label.
let missingLabelAdvice =
    "-1 often stands for a missing label: write the file without such rows (in NumPy: keep = y != -1; x[keep], y[keep]), or "
    + "number the classes from zero."

extension [Split: RawTable] {
    /// The targets of all splits, interpreted alike.
    ///
    /// What a loss reads decides where a file has both: the values of classes, or the classes of values. Integers alone
    /// are classes, unless one of them is negative or huge: then they are values, which suits regression, while a loss
    /// that reads classes names the row. A choice, or class names, decide otherwise; and numbers that have units are
    /// values for a loss that reads these.
    ///
    /// - Parameters:
    ///   - choice: what the description says.
    ///   - reading: what a loss reads, if it is known.
    ///   - requirement: whether anything will read them.
    ///   - isTrained: whether they are for a network that is trained, whose loss is what it is.
    ///   - units: how the targets that a network was trained on were made of raw ones.
    func targets(
        _ choice: TargetChoice?, for reading: TargetChoice?, _ requirement: TargetRequirement,
        units: NormalizationValues? = nil, isTrained: Bool = false
    ) throws -> [Split: Targets] {
        let haveUnits = units != nil || values.contains { $0.facts.targetTransformation != nil }
        let integersAreClasses =
            (reading == .classes && requirement == .required)
            || values.contains { $0.classes.count != nil }
            || !(reading == .values && haveUnits) && values.allSatisfy { !$0.targets.isBeyondClasses }
        // In order, so that of several faults always the same one is said.
        return try Split.allCases.reduce(into: [:]) { result, split in
            result[split] = try self[split].map { table in
                try table.targets(
                    choice, for: reading, requirement, integersAreClasses: integersAreClasses, isTrained: isTrained)
            }
        }
    }
}

extension RawTable {
    fileprivate func targets(
        _ choice: TargetChoice?, for reading: TargetChoice?, _ requirement: TargetRequirement, integersAreClasses: Bool,
        isTrained: Bool
    ) throws -> Targets {
        switch (choice ?? reading, targets) {
        case (.values, .integers(let indices)):
            if choice == nil, requirement == .required { try classes.checkMayBeValues(origin, isTrained: isTrained) }
            if let values = try classes.values(of: indices, origin) { return values }
            return choice == nil && integersAreClasses
                ? try targets.classes(origin, isTrained: isTrained) : targets.asValues
        case (.classes, .numbers(let numbers, width: 1)) where choice != nil || requirement == .required:
            if let indices = try classes.classes(of: numbers, origin) { return indices }
            return choice == nil ? targets.asValues : try targets.classes(origin, isTrained: isTrained)
        case (.classes, _) where choice != nil: return try targets.classes(origin, isTrained: isTrained)
        case (_, .integers) where integersAreClasses: return try targets.classes(origin, isTrained: isTrained)
        default: return targets.asValues
        }
    }
}

extension RawTargets {
    /// Integers of which one cannot be a class index.
    fileprivate var isBeyondClasses: Bool {
        guard case .integers(let values) = self else { return false }
        return !values.allSatisfy { $0 >= 0 && $0 < Int64(Int32.max) }
    }
}
