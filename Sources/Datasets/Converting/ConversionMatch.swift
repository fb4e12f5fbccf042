/// What brings a table of another file to those of the first: the order of its columns, the numbers of its classes, and
/// its units.
struct ConversionMatch {
    private(set) var columns: [Int32]?
    private(set) var units: AffineMap?
    private(set) var classes: [Int64]?
    private(set) var targetUnits: AffineMap?
    private(set) var notes: [String] = []

    /// Nothing to bring.
    init() {}

    /// - Throws: `DatasetError` for what cannot be brought, with both sides listed.
    init(_ table: TableFiles, to first: TableFiles) throws {
        let own = try DataContract(of: table)
        let like = Likeness(path: first.file.path, contract: try DataContract(of: first))
        let match = try LikenessMatch(
            own, to: like, file: table.file.path, otherwise: "Rename the class, or convert each file by itself.")
        notes = match.notes
        if let features = match.features, features != Array(0..<own.inputShape.reduce(1, *)) {
            columns = features.map { Int32($0) }
        }
        if let classes = match.classes, classes != Array(classes.indices) { self.classes = classes.map { Int64($0) } }
        do throws(InvalidNormalization) {
            units = try Self.units(
                from: own.transformation, own.inputShape, to: like.contract.transformation, like.contract.inputShape,
                columns)
            let width = own.targetNames?.count ?? table.targetWidth
            targetUnits = try Self.units(
                from: own.targetTransformation, [width], to: like.contract.targetTransformation, [width], nil)
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

extension DataContract {
    /// What a table of a file agrees on, before its numbers are read.
    init(of table: TableFiles) throws {
        let names = try table.file.file.root.attributes.strings("class_names")
        self.init(
            inputShape: table.inputShape, storesBytes: table.storesBytes, featureNames: table.facts.featureNames,
            transformation: table.facts.transformation,
            targetKind: names.map { .classes(count: $0.count) } ?? .values(width: table.targetWidth), classNames: names,
            targetNames: table.facts.targetNames, targetTransformation: table.facts.targetTransformation)
    }
}
