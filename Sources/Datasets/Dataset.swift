import Kernels

/// A labelled data set in memory: one table for each split it has.
///
///     let dataset = try Dataset.load(DatasetDescription(path: "datasets/digits.h5"))
///     dataset[.train]!.count      // 1257
///     dataset.inputShape          // [8, 8]
///     dataset.targetKind          // .classes(count: 10)
///
/// The layout of files is described in `datasets/README.md`; `DatasetDescription` says how to name what is where.
/// Every table has the same input shape and kind of targets. A data set never changes after it is made.
public final class Dataset: Sendable {
    /// Path of the file, or a name, for messages.
    public let name: String
    package let tables: [Split: SampleTable]
    /// Shape of one sample.
    public let inputShape: [Int]
    public let targetKind: TargetKind
    /// The names of the classes, in order of class indices.
    public let classNames: [String]?
    public let title: String?
    /// Where the data came from.
    public let source: String?
    public let license: String?
    /// What inputs and targets mean, by name and in numbers: those of the train split, or of the first there is.
    package let contract: DataContract
    /// What has to be said of how the data of several files, or of another file than was trained on, were taken.
    public let notes: [String]
    /// XXH64, in 16 hexadecimal digits, of all tables: inputs, targets, shapes, normalization and splits. The same for
    /// the same content, however a file stores it.
    public let digest: String
    /// What was found out about inputs that stay in their files.
    package let contents: DatasetContents

    /// What the file has targets as besides `targetKind`: the values of classes, or the classes of values. A loss that
    /// reads that is given it by `load(reading:)`.
    package let otherReading: TargetChoice?

    /// Text that describes a data set and changes nothing.
    struct Labels: Sendable {
        var otherReading: TargetChoice?
        var title: String?
        var source: String?
        var license: String?
    }

    /// - Parameter classes: how many classes there are, where `classNames` do not say it and labels may leave some out.
    /// - Throws: `DatasetError` when there is no table, or tables differ in input shape or kind of targets, or
    ///   `classNames` are too few for the labels.
    package convenience init(
        name: String, tables: [Split: SampleTable], classNames: [String]? = nil, classes: Int? = nil
    ) throws {
        try self.init(name: name, tables: tables, classNames: classNames, classes: classes, labels: Labels())
    }

    init(
        name: String, tables: [Split: SampleTable], classNames: [String]?, classes: Int? = nil, labels: Labels,
        facts: TableFacts = TableFacts(), notes: [String] = [], contents: DatasetContents = DatasetContents()
    ) throws {
        guard let (split, first) = Split.allCases.lazy.compactMap({ split in tables[split].map { (split, $0) } }).first
        else {
            throw DatasetError(.empty, file: name, found: "a data set without train, validation or test split")
        }
        for (other, table) in tables where table.inputShape != first.inputShape {
            throw DatasetError(
                .wrongShape, file: table.origin.file, object: table.origin.inputs,
                expected: "samples of shape \(first.inputShape) like those of the \(split) split",
                found: "\(table.inputShape) in the \(other) split")
        }
        self.name = name
        self.tables = tables
        self.inputShape = first.inputShape
        self.classNames = classNames
        self.targetKind = try commonTargetKind(tables, classNames: classNames, classes: classes)
        self.title = labels.title
        self.source = labels.source
        self.license = labels.license
        self.otherReading = labels.otherReading
        self.contents = contents
        self.notes = notes
        self.contract = DataContract(
            inputShape: inputShape, storesBytes: first.storesBytes, featureNames: facts.featureNames,
            normalization: first.normalization.source, transformation: facts.transformation, targetKind: targetKind,
            classNames: classNames, targetNames: facts.targetNames, targetTransformation: facts.targetTransformation)
        self.digest =
            Split.allCases.reduce(into: XXH64()) { digest, split in
                guard let table = tables[split] else { return }
                digest.update([split.rawValue.utf8.count] + split.rawValue.utf8.map { Int($0) })
                digest.update([Int(truncatingIfNeeded: table.digest)])
            }.finalize().hexadecimal
    }

    package subscript(split: Split) -> SampleTable? { tables[split] }

    /// The splits there are, in the order train, validation, test.
    package var splits: [Split] { Split.allCases.filter { tables[$0] != nil } }

    static let adviceOnSplits = "Say which of these: --split."

    /// The table of a split that must be there.
    ///
    /// - Parameter isTrained: whether it is for a network that is trained, so that no split can be cut any more.
    /// - Throws: `DatasetError` that lists the splits there are.
    package func table(_ split: Split, isTrained: Bool = false) throws -> SampleTable {
        if let table = tables[split] { return table }
        throw DatasetError(
            .missingObject, file: name, expected: "a \(split) split",
            found: splits.map { "\($0) (\(tables[$0]!.count) samples)" }.joined(separator: ", "),
            advice: isTrained
                ? Self.adviceOnSplits
                : split == .validation ? "Cut one from the train split with validationFraction: 0.1." : nil)
    }
}
