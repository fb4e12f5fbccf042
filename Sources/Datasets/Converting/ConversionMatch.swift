/// What brings a table of another file to those of the first: the order of its columns and targets, the numbers of its
/// classes, and its units.
struct ConversionMatch {
    /// For each number of a sample in the new file, its place here; nil where they are the same.
    private(set) var columns: [Int32]?
    private(set) var units: AffineMap?
    /// For each number of a target in the new file, its place here; nil where they are the same.
    private(set) var targetColumns: [Int32]?
    private(set) var targetUnits: AffineMap?
    /// What numbers classes as the first file does; nil where both do it alike.
    private(set) var classes: DataMatch?
    private(set) var notes: [String] = []

    /// Nothing to bring.
    init() {}

    /// - Throws: `DatasetError` for what cannot be brought, with both sides listed.
    init(_ table: TableFiles, to first: TableFiles) throws {
        let (own, expected) = (table.contract(as: nil), first.contract(as: nil))
        let match = try DataMatch(
            own, to: DataReference(expected, on: .joining, name: first.file.path), file: table.file.path,
            inputs: table.inputs.name, hasTargets: table.targets != nil)
        notes = match.notes
        columns = match.features
        targetColumns = match.targets.map { $0.map { Int32($0) } }
        if let targets = table.targets, match.classes != nil {
            if targets.isIntegerARow { classes = match } else { try match.requireKnownClasses(in: targets.name) }
        }
        do throws(InvalidNormalization) {
            units = try Self.units(
                from: own.transformation, own.inputShape, to: expected.transformation, expected.inputShape, columns)
            let width = table.targetWidth
            targetUnits = try Self.units(
                from: own.targetTransformation, [width], to: expected.targetTransformation,
                [targetColumns?.count ?? width], targetColumns)
        } catch {
            throw DatasetError(
                .malformed, file: table.file.path, object: "transformed_\(error.name)", expected: error.expected,
                found: error.found)
        }
    }

    /// Back to raw numbers, and on to those of the first file; nil where both are the same.
    private static func units(
        from own: NormalizationValues?, _ ownShape: [Int], to first: NormalizationValues?, _ shape: [Int],
        _ columns: [Int32]?
    ) throws(InvalidNormalization) -> AffineMap? {
        guard own != nil || first != nil else { return nil }
        var raw = try (own ?? .identity).inverse(inputShape: ownShape)
        if let columns { raw = raw.selecting(columns) }
        let map = try (first ?? .identity).map(inputShape: shape).after(raw)
        // What is the same in both differs by rounding alone.
        let isSame = zip(map.scale, map.offset).allSatisfy { abs($0 - 1) < 1e-12 && abs($1) < 1e-12 }
        return isSame ? nil : map
    }
}

extension TableFiles {
    /// Numbers of a target.
    var targetWidth: Int { targets.map { $0.shape.count > 1 ? $0.shape[1] : 1 } ?? 1 }
}
