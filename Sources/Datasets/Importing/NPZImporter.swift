import Foundation

extension ImportedDataset {
    /// Reads an archive of arrays that `numpy.savez` or `numpy.savez_compressed` wrote.
    ///
    /// - Parameters:
    ///   - inputs, targets: names of the arrays without the split, as in `DatasetDescription`: `x` finds `x_train`,
    ///     `train_x` and, for train, `x`. Nil looks for `x` and `y`, in either case.
    ///   - splits: exact names of the arrays of each split, without paths; when any is given, only those given are read.
    public static func npz(
        _ path: String, inputs: String? = nil, targets: String? = nil, splits: [Split: SplitDescription] = [:],
        split fractions: SplitFractions = SplitFractions()
    ) throws -> ImportedDataset {
        let archive = try ZipArchive(path)
        var members: [String: ZipArchive.Member] = [:]
        for member in archive.members where member.name.hasSuffix(".npy") {
            members[String(member.name.dropLast(4))] = member
        }
        func array(_ name: String, _ role: ImportedRole) throws -> ImportedArray {
            guard let member = members[name] else {
                throw TableNames.missing(
                    name, file: path, available: members.keys.sorted(), what: "array", key: "its name.")
            }
            return try NPYFile(bytes: try archive.data(of: member), file: path, object: name).array(as: role)
        }
        var tables: [Split: Table] = [:]
        for split in Split.allCases {
            let own = splits[split]
            if !splits.isEmpty && own == nil { continue }
            let names: TableNames?
            if let exact = own?.inputs {
                names = TableNames(inputs: exact, targets: own?.targets)
            } else {
                names = TableNames.find(split, inputs: inputs, targets: targets) { members[$0] != nil }
            }
            guard let names else { continue }
            let targetName = names.targets ?? TableNames.candidates(targets ?? "y", split)[0]
            tables[split] = try Table(
                inputs: try array(names.inputs, .inputs), targets: try array(targetName, .targets))
        }
        guard !tables.isEmpty else {
            throw TableNames.missing(
                TableNames.candidates(inputs ?? "x", .train)[0], file: path, available: members.keys.sorted(),
                what: "array", key: "its name.")
        }
        var imported = ImportedDataset(tables: tables)
        try imported.cut(fractions, file: path)
        return imported
    }

    /// Reads one array for inputs and one for targets, as `numpy.save` wrote them.
    public static func npy(
        inputs: String, targets: String, split fractions: SplitFractions = SplitFractions()
    ) throws -> ImportedDataset {
        func array(_ path: String, _ role: ImportedRole) throws -> ImportedArray {
            try NPYFile(bytes: try contents(of: path), file: path, object: nil).array(as: role)
        }
        var imported = ImportedDataset(tables: [
            .train: try Table(inputs: try array(inputs, .inputs), targets: try array(targets, .targets))
        ])
        try imported.cut(fractions, file: inputs)
        return imported
    }
}
