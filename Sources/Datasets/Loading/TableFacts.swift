import HDF5

/// What a file says of a split's inputs and targets beside their numbers: names, and how the numbers were made.
struct TableFacts: Equatable, Sendable {
    var featureNames: [String]?
    var targetNames: [String]?
    /// How the inputs were made of raw numbers; nil if nothing says that they were.
    var transformation: NormalizationValues?
    /// How the targets were made of raw numbers; nil if nothing says that they were.
    var targetTransformation: NormalizationValues?
    /// Names that cannot be used, and why.
    var notes: [String] = []

    init() {}

    /// Attributes of the inputs come before those of the file; those of targets are their own.
    ///
    /// - Throws: `DatasetError` for transformations that nothing can have been made by.
    init(of file: OpenFile, inputs: HDF5Dataset, targets: HDF5Dataset?) throws {
        let root = try file.file.root.attributes
        let shape = Array(inputs.shape.dropFirst())
        let lengths = [shape.last ?? 1, shape.reduce(1, *)]
        featureNames = names(
            try inputs.attributes.strings("feature_names") ?? root.strings("feature_names"), counts: lengths,
            "\(file.path): \(inputs.name): feature_names")
        transformation = try Self.transformation(inputs.attributes, file, inputs.name, shape)
        if transformation == nil { transformation = try Self.transformation(root, file, inputs.name, shape) }
        guard let targets else { return }
        let width = targets.shape.count > 1 ? targets.shape[1] : 1
        targetNames = names(
            try targets.attributes.strings("target_names"), counts: [width],
            "\(file.path): \(targets.name): target_names")
        targetTransformation = try Self.transformation(targets.attributes, file, targets.name, [width])
    }

    /// Takes over what another split of the same file says, where this one says nothing.
    mutating func inherit(from other: TableFacts, sameShape: Bool) {
        if sameShape {
            featureNames = featureNames ?? other.featureNames
            transformation = transformation ?? other.transformation
        }
        targetNames = targetNames ?? other.targetNames
        targetTransformation = targetTransformation ?? other.targetTransformation
    }

    /// Bytes that names may take where each takes as many as the longest, as in a checkpoint.
    private static let mostBytes = 1 << 24

    /// The names, or nil and a note for those that cannot be meant.
    private mutating func names(_ names: [String]?, counts: [Int], _ place: String) -> [String]? {
        guard let names else { return nil }
        func unusable(_ problem: String) -> [String]? {
            notes.append("\(place): \(problem): taken as without names")
            return nil
        }
        guard counts.contains(names.count) else {
            return unusable("expected \(counts.max()!) names, found \(names.count)")
        }
        let size = names.count.multipliedReportingOverflow(by: HDF5Library.textSize(of: names))
        guard !size.overflow, size.partialValue <= Self.mostBytes else {
            return unusable(
                "expected at most \(wholeSize(Self.mostBytes)) of names, each as long as the longest, found more")
        }
        guard !names.contains(where: { $0.utf8.contains(0) }) else {
            return unusable("expected texts, found zero bytes in them")
        }
        return names
    }

    private static func transformation(
        _ attributes: HDF5Attributes, _ file: OpenFile, _ object: String, _ shape: [Int]
    ) throws -> NormalizationValues? {
        let values = try NormalizationValues(attributes, prefix: "transformed_")
        guard !values.isEmpty else { return nil }
        do throws(InvalidNormalization) {
            _ = try values.inverse(inputShape: shape)
        } catch {
            throw DatasetError(
                .wrongShape, file: file.path, object: object, expected: "transformed_\(error.name): \(error.expected)",
                found: error.found, advice: "Correct the attribute, or remove it if the numbers are raw.")
        }
        return values
    }
}
