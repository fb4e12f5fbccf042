import Foundation
import HDF5
import Kernels

extension Dataset {
    /// Loads a data set, checked: see `DatasetDescription` for what can be asked for and
    /// `datasets/README.md` for the layout of files.
    ///
    /// - Parameters:
    ///   - directory: what relative paths start from; nil for the working directory.
    ///   - targets: whether splits without targets are an error.
    ///   - reading: what the loss reads, classes or values, if it is known: targets that a file has as both are read as
    ///     that, and what is no class is named by its row.
    ///   - matching: what the data have to agree with: a checkpoint's, by which they are matched and normalized; nil to
    ///     have the train split say it.
    ///   - only: the one split that is needed, whose data are matched: others are not read.
    ///   - loading: how much memory data may take. What does not fit stays in the file and is streamed.
    ///   - use: how rows will be visited, which decides what can be streamed.
    ///   - others: told what the data set is before anything of it is in memory; gives the bytes that the program takes
    ///     beside it, or throws if these are too many.
    /// - Throws: `DatasetError`, or `HDF5Error` when the file itself is at fault. Both name file, object, what was
    ///   expected and what was found.
    package static func load(
        _ description: DatasetDescription, relativeTo directory: String? = nil,
        targets: TargetRequirement = .required, reading: TargetChoice? = nil,
        matching: DataReference? = nil, only: Split? = nil, loading: LoadingOptions = LoadingOptions(),
        use: DataUse = .inFileOrder, beside others: (DataOutline) throws -> Int = { _ in 0 }
    ) throws -> Dataset {
        if let problem = description.problem {
            throw DatasetError(.invalidOption, file: description.path ?? "dataset", found: problem)
        }
        if let synthetic = description.synthetic {
            return try .synthetic(synthetic, description, beside: others)
        }
        var loader = DatasetLoader(
            description: description, directory: directory, requirement: targets, reading: reading, matching: matching,
            only: only, loading: loading, use: use)
        defer { loader.closeQuietly() }
        return try loader.load(beside: others)
    }
}

/// The walk from a description to tables in memory.
private struct DatasetLoader {
    private var description: DatasetDescription
    let directory: String?
    let requirement: TargetRequirement
    let reading: TargetChoice?
    let matching: DataReference?
    let only: Split?
    let loading: LoadingOptions
    let use: DataUse
    private var files: [String: OpenFile] = [:]
    private var order: [OpenFile] = []

    init(
        description: DatasetDescription, directory: String?, requirement: TargetRequirement, reading: TargetChoice?,
        matching: DataReference?, only: Split?, loading: LoadingOptions, use: DataUse
    ) {
        self.description = description
        self.directory = directory
        self.requirement = requirement
        self.reading = reading
        self.matching = matching
        self.only = only
        self.loading = loading
        self.use = use
    }

    mutating func load(beside others: (DataOutline) throws -> Int) throws -> Dataset {
        var tables: [Split: TableFiles] = [:]
        if description.splits.isEmpty {
            let file = try open(description.path!)
            for split in Split.allCases { tables[split] = try table(split, in: file, nil) }
            if tables.isEmpty, matching != nil {
                // A network's names are not those of every file that is brought to it.
                for split in Split.allCases { tables[split] = try table(split, in: file, nil, byUsualNames: true) }
            }
            if tables.isEmpty { throw try nothingFound(in: file) }
        } else {
            for split in Split.allCases {
                guard let own = description.splits[split] else { continue }
                let file = try open(own.path ?? description.path!)
                guard let table = try table(split, in: file, own) else { throw try nothingFound(in: file, split) }
                tables[split] = table
            }
        }
        tables.inheritFacts()
        if let only { try choose(only, &tables) }
        let reference = try match(&tables)
        let lead = Split.allCases.lazy.compactMap { tables[$0] }.first!
        let taken = try others(
            DataOutline(inputShape: lead.sampleShape, rows: tables.mapValues(\.count), description))
        let plan = PlacementPlan(
            memory: loading.memory ?? DataMemory.automatic(beside: taken), threads: loading.resolvedThreads, use: use,
            cutsValidation: (description.validationFraction ?? 0) > 0)
        let placements = try plan.placements(tables)
        try plan.check(placements, tables, beside: taken)
        var raw: [Split: RawTable] = [:]
        var streamed: Set<String> = []
        var contents = DatasetContents()
        for split in Split.allCases {
            guard let table = tables[split], let placement = placements[split] else { continue }
            if case .stream = placement { streamed.insert(table.file.path) }
            raw[split] = try TableReader(file: table.file).table(
                table, placement, loading, &contents)
        }
        let dataset = try Dataset(
            name: order[0].path, raw: raw, description: description, reference: reference, isGiven: matching != nil,
            reading: reading, requirement: requirement, labels: try labels(), contents: contents)
        for file in order where !streamed.contains(file.path) { try file.file.close() }
        order = []
        return dataset
    }

    /// Leaves out what need not be read: all but one split, unless that is cut from another one, or goes by what
    /// another one says.
    ///
    /// - Throws: `DatasetError` that lists the splits there are.
    private mutating func choose(_ only: Split, _ tables: inout [Split: TableFiles]) throws {
        if only == .test || tables[.validation] != nil { description.validationFraction = nil }
        guard (description.validationFraction ?? 0) == 0, matching?.contract.normalization != nil else { return }
        guard let table = tables[only] else {
            throw DatasetError(
                .missingObject, file: order[0].path, expected: "a \(only) split",
                found: Split.allCases.compactMap { split in tables[split].map { "\(split) (\($0.count) samples)" } }
                    .joined(separator: ", "),
                advice: Dataset.adviceOnSplits)
        }
        tables = [only: table]
    }

    /// Finds out how each table comes to what is expected: by the reference that is given, or else by the train split,
    /// or the first there is.
    ///
    /// - Returns: what it was.
    private func match(_ tables: inout [Split: TableFiles]) throws -> DataReference {
        let splits = Split.allCases.filter { tables[$0] != nil }
        let lead = tables[splits[0]]!
        func contract(_ table: TableFiles) -> DataContract {
            table.contract(as: description.targetKind ?? reading, isChosen: description.targetKind != nil)
        }
        var reference = matching ?? DataReference(contract(lead), on: .splits, name: lead.file.path)
        var expected = reference
        for split in splits {
            let table = tables[split]!
            let match = try DataMatch(contract(table), to: expected, file: table.file.path, inputs: table.inputs.name)
            tables[split]!.match = match
            guard split == splits[0], reference.road.decision(on: .extraClass) == .takesAPlace else { continue }
            // The other splits go by what became of the first.
            reference.contract.classNames = match.classNames
            expected = reference
            expected.road = .splits
        }
        return reference
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

    /// Finds the data of a split, or nil when it is looked for by name and not there.
    private func table(
        _ split: Split, in file: OpenFile, _ own: SplitDescription?, byUsualNames: Bool = false
    ) throws -> TableFiles? {
        let reader = TableReader(file: file)
        if let inputs = own?.inputs {
            // As above.
            if matching != nil, try !file.contains(inputs),
                let table = try table(split, in: file, nil, byUsualNames: true)
            {
                return table
            }
            let key = "\(split): {inputs: …, targets: …}."
            let targets = requirement == .ignored ? nil : try own?.targets.map { try file.dataset($0, key: key) }
            if targets == nil, requiresTargets(split) {
                throw DatasetError(
                    .invalidOption, file: file.path, object: inputs, expected: "targets for the \(split) split",
                    found: "inputs alone", advice: "Say where they are with \(key)")
            }
            return try reader.files(inputs: try file.dataset(inputs, key: key), targets: targets)
        }
        let (inputs, targetNames) = byUsualNames ? (nil, nil) : (description.inputs, description.targets)
        guard
            let names = try TableNames.find(
                split, inputs: inputs, targets: targetNames, isAlone: own?.path != nil, exists: file.contains)
        else { return nil }
        let key = "targets: …."
        let targets = requirement == .ignored ? nil : try names.targets.map { try file.dataset($0, key: key) }
        if targets == nil, requiresTargets(split) {
            let expected = TableNames.candidates(description.targets ?? "y", split)[0]
            throw try file.missing(expected, key: key)
        }
        return try reader.files(inputs: try file.dataset(names.inputs, key: "inputs: …."), targets: targets)
    }

    private func requiresTargets(_ split: Split) -> Bool { requirement == .required && split == only ?? split }

    private func nothingFound(in file: OpenFile, _ split: Split? = nil) throws -> DatasetError {
        let name = TableNames.candidates(description.inputs ?? "x", split ?? .train)[0]
        return try file.missing(
            name, key: split.map { "\($0): {inputs: …, targets: …}." } ?? "inputs: … and targets: ….")
    }

    /// Texts that are attributes of the first file that has them.
    private func labels() throws -> Dataset.Labels {
        var labels = Dataset.Labels()
        for file in order {
            let attributes = try file.file.root.attributes
            labels.title = try labels.title ?? attributes.string("title")
            labels.source = try labels.source ?? attributes.string("source")
            labels.license = try labels.license ?? attributes.string("license")
        }
        return labels
    }
}
