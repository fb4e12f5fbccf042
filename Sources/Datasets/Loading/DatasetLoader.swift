import Foundation
import HDF5
import Kernels

/// Whether a data set may come without targets: to predict on it needs none.
public enum TargetRequirement: Sendable {
    case required, optional
}

extension Dataset {
    /// Loads a data set, checked: see `DatasetDescription` for what can be asked for and
    /// `datasets/README.md` for the layout of files.
    ///
    /// - Parameters:
    ///   - directory: what relative paths start from; nil for the working directory.
    ///   - targets: whether splits without targets are an error.
    ///   - reading: what the loss reads, classes or values, if it is known: targets that a file has as both are read as
    ///     that, and what is no class is named by its row.
    ///   - loading: how much memory data may take. What does not fit stays in the file and is streamed.
    ///   - use: how rows will be visited, which decides what can be streamed.
    /// - Throws: `DatasetError`, or `HDF5Error` when the file itself is at fault. Both name file, object, what was
    ///   expected and what was found.
    public static func load(
        _ description: DatasetDescription, relativeTo directory: String? = nil,
        targets: TargetRequirement = .required, reading: TargetChoice? = nil,
        loading: LoadingOptions = LoadingOptions(), use: DataUse = .inFileOrder
    ) throws -> Dataset {
        if let problem = description.problem {
            throw DatasetError(.invalidOption, file: description.path ?? "dataset", found: problem)
        }
        if let synthetic = description.synthetic {
            return try .synthetic(synthetic, description)
        }
        var loader = DatasetLoader(
            description: description, directory: directory, requirement: targets, reading: reading, loading: loading,
            use: use)
        defer { loader.closeQuietly() }
        return try loader.load()
    }
}

/// The walk from a description to tables in memory.
private struct DatasetLoader {
    let description: DatasetDescription
    let directory: String?
    let requirement: TargetRequirement
    let reading: TargetChoice?
    let loading: LoadingOptions
    let use: DataUse
    private var files: [String: OpenFile] = [:]
    private var order: [OpenFile] = []

    init(
        description: DatasetDescription, directory: String?, requirement: TargetRequirement, reading: TargetChoice?,
        loading: LoadingOptions, use: DataUse
    ) {
        self.description = description
        self.directory = directory
        self.requirement = requirement
        self.reading = reading
        self.loading = loading
        self.use = use
    }

    mutating func load() throws -> Dataset {
        var tables: [Split: TableFiles] = [:]
        if description.splits.isEmpty {
            let file = try open(description.path!)
            for split in Split.allCases { tables[split] = try table(split, in: file, nil) }
            if tables.isEmpty { throw try nothingFound(in: file) }
        } else {
            for split in Split.allCases {
                guard let own = description.splits[split] else { continue }
                let file = try open(own.path ?? description.path!)
                guard let table = try table(split, in: file, own) else { throw try nothingFound(in: file, split) }
                tables[split] = table
            }
        }
        let placements = try PlacementPlan(
            options: loading, use: use, cutsValidation: (description.validationFraction ?? 0) > 0
        ).placements(tables)
        var raw: [Split: RawTable] = [:]
        var streamed: Set<String> = []
        var contents = DatasetContents()
        for split in Split.allCases {
            guard let table = tables[split], let placement = placements[split] else { continue }
            if case .stream = placement { streamed.insert(table.file.path) }
            raw[split] = try TableReader(file: table.file).table(
                table, placement, loading, &contents)
        }
        let labels = try self.labels()
        let dataset = try Dataset(
            name: order[0].path, raw: raw, description: description, reading: reading,
            requirement: requirement, classNames: labels.classNames, labels: labels.labels, contents: contents)
        for file in order where !streamed.contains(file.path) { try file.file.close() }
        order = []
        return dataset
    }

    /// After an error; after a load everything is closed already, or belongs to a stream.
    func closeQuietly() {
        for file in order { try? file.file.close() }
    }

    private mutating func open(_ path: String) throws -> OpenFile {
        let resolved = resolve(path)
        if let file = files[resolved] { return file }
        let file = try OpenFile(resolved)
        files[resolved] = file
        order.append(file)
        return file
    }

    private func resolve(_ path: String) -> String {
        let expanded = NSString(string: path).expandingTildeInPath
        guard let directory, !directory.isEmpty, !expanded.hasPrefix("/") else { return expanded }
        return directory.hasSuffix("/") ? directory + expanded : "\(directory)/\(expanded)"
    }

    /// One split, or nil when it is looked for by name and not there.
    private func table(_ split: Split, in file: OpenFile, _ own: SplitDescription?) throws -> TableFiles? {
        let reader = TableReader(file: file)
        if let inputs = own?.inputs {
            let key = "\(split): {inputs: …, targets: …}."
            let targets = try own?.targets.map { try file.dataset($0, key: key) }
            if targets == nil, requirement == .required {
                throw DatasetError(
                    .invalidOption, file: file.path, object: inputs, expected: "targets for the \(split) split",
                    found: "inputs alone", advice: "Say where they are with \(key)")
            }
            return try reader.files(inputs: try file.dataset(inputs, key: key), targets: targets)
        }
        guard
            let names = try TableNames.find(
                split, inputs: description.inputs, targets: description.targets, isAlone: own?.path != nil,
                exists: file.contains)
        else { return nil }
        let key = "targets: …."
        let targets = try names.targets.map { try file.dataset($0, key: key) }
        if targets == nil, requirement == .required {
            let expected = TableNames.candidates(description.targets ?? "y", split)[0]
            throw TableNames.missing(expected, file: file.path, available: try file.datasetNames(), key: key)
        }
        return try reader.files(inputs: try file.dataset(names.inputs, key: "inputs: …."), targets: targets)
    }

    private func nothingFound(in file: OpenFile, _ split: Split? = nil) throws -> DatasetError {
        let name = TableNames.candidates(description.inputs ?? "x", split ?? .train)[0]
        return TableNames.missing(
            name, file: file.path, available: try file.datasetNames(),
            key: split.map { "\($0): {inputs: …, targets: …}." } ?? "inputs: … and targets: ….")
    }

    /// Class names and other texts: attributes of the first file that has them. Files that have class names have the same:
    /// a label would mean one class here and another there.
    private func labels() throws -> (classNames: [String]?, labels: Dataset.Labels) {
        var labels = Dataset.Labels()
        var classNames: [String]?
        for file in order {
            let attributes = try file.file.root.attributes
            let classes = try ClassLabels(file)
            // Each file says what its classes are as values.
            let areValues = (description.targetKind ?? reading) == .values && classes.values != nil
            let names = areValues ? nil : classes.names
            if let names, let classNames, names != classNames {
                throw DatasetError(
                    .malformed, file: file.path, object: "class_names",
                    expected: "the same as in the files of other splits: \(listed(classNames))", found: listed(names),
                    advice: "Number the classes of all splits alike.")
            }
            classNames = classNames ?? names
            labels.title = try labels.title ?? attributes.string("title")
            labels.source = try labels.source ?? attributes.string("source")
            labels.license = try labels.license ?? attributes.string("license")
        }
        return (classNames, labels)
    }
}
