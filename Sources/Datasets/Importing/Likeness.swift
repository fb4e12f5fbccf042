/// What an import shall be like: the data that a network was trained on, as a data set or a checkpoint has it.
///
///     let likeness = try Likeness(contentsOf: "runs/iris/checkpoints/best.h5")
///     try ImportedDataset.make(at: "new.h5") { try .csv("new.csv", CSVOptions(like: likeness)) }
///
/// Columns are found by its names and put in its order, classes are numbered as it numbers them, and inputs are
/// normalized as it normalizes them.
public struct Likeness: Equatable, Sendable {
    /// The file it comes from, for messages.
    public let path: String
    package let contract: DataContract
    /// What a data set says of its classes, which may be values too; empty for a checkpoint, whose loss has decided.
    let labels: ClassLabels

    package init(path: String, contract: DataContract) {
        self.path = path
        self.contract = contract
        labels = ClassLabels()
    }

    /// That of the data set in a file.
    ///
    /// - Throws: what `Dataset.load` throws.
    public init(dataset path: String) throws {
        self.path = path
        contract = try Dataset.load(.file(path), targets: .optional).contract
        let file = try OpenFile(path)
        labels = try file.file.closeAfter { _ in try ClassLabels(file) }
    }

    /// What a batch holds of raw numbers: an import has no others.
    var normalizationOfRawNumbers: NormalizationValues? {
        get throws {
            guard let transformation = contract.transformation else { return contract.normalization }
            do throws(InvalidNormalization) {
                let shape = contract.inputShape
                let transformed = try transformation.map(inputShape: shape)
                return try contract.normalization?.map(inputShape: shape).after(transformed).values
            } catch {
                throw DatasetError(
                    .malformed, file: path, object: error.name, expected: error.expected, found: error.found)
            }
        }
    }

    /// How data that are imported come to it.
    ///
    /// - Throws: `DatasetError` for what is not there to be matched, with both sides listed.
    func match(
        _ own: DataContract, file: String, inputs: String? = nil, hasColumns: Bool = true, hasTargets: Bool
    ) throws -> DataMatch {
        try DataMatch(
            own, to: DataReference(contract, on: .importing, name: path), file: file, inputs: inputs,
            hasColumns: hasColumns, hasTargets: hasTargets)
    }
}
