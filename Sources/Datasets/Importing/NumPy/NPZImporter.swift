import Foundation

extension ImportedDataset {
    /// Reads an archive of arrays that `numpy.savez` or `numpy.savez_compressed` wrote.
    ///
    /// - Parameters:
    ///   - inputs, targets: names of the arrays without the split, as in `DatasetDescription`: `x` finds `x_train`,
    ///     `train_x` and, for train, `x`. Nil looks for `x` and `y`, in either case.
    ///   - splits: exact names of the arrays of each split, without paths; when any is given, only those given are
    ///     read.
    ///   - taking: whether there have to be targets, or shall be none.
    ///   - isExcerpt: whether these are some rows of a table that another file has: then inputs keep 64 bits wherever
    ///     Float32 rounds one, until it is known what that matters to (`round(for:)`).
    public static func npz(
        _ path: String, inputs: String? = nil, targets: String? = nil, splits: [Split: SplitDescription] = [:],
        split fractions: SplitFractions = SplitFractions(), taking: TargetImport = .required, isExcerpt: Bool = false
    ) throws -> ImportedDataset {
        let archive = try ZipArchive(path)
        var members: [String: ZipArchive.Member] = [:]
        for member in archive.members where member.name.hasSuffix(".npy") {
            members[String(member.name.dropLast(4))] = member
        }
        func array(_ name: String, _ role: ImportedRole) throws -> ImportedArray {
            guard let member = members[name] else {
                throw TableNames.missing(
                    name, file: path, available: members.keys.sorted(), what: "array",
                    key: role == .inputs ? "its name." : "its name, or take inputs alone, to predict on: --no-targets.")
            }
            return try NPYFile(bytes: try archive.data(of: member), file: path, object: name).array(
                as: role, isExcerpt ? .excerpt : .table)
        }
        var found: [Split: TableNames] = [:]
        for split in Split.allCases {
            let own = splits[split]
            if !splits.isEmpty && own == nil { continue }
            if let exact = own?.inputs {
                found[split] = TableNames(inputs: exact, targets: own?.targets)
            } else {
                found[split] = TableNames.find(split, inputs: inputs, targets: targets) { members[$0] != nil }
            }
        }
        // What has no split in its name goes where it is wanted, unless that is there by name.
        if splits.isEmpty, found[fractions.destination] == nil, let plain = found[.train],
            [inputs, "x", "X"].contains(plain.inputs)
        {
            (found[.train], found[fractions.destination]) = (nil, plain)
        }
        var tables: [Split: Table] = [:]
        for split in Split.allCases {
            guard let names = found[split] else { continue }
            // A name that was given is one that has to be there.
            let isTaken = taking == .required || taking == .optional && (names.targets ?? targets) != nil
            let targetName = names.targets ?? TableNames.candidates(targets ?? "y", split)[0]
            tables[split] = try Table(
                inputs: try array(names.inputs, .inputs),
                targets: isTaken ? try array(targetName, .targets) : nil)
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

    /// Reads one array for inputs, and one for targets if there are any, as `numpy.save` wrote them.
    public static func npy(
        inputs: String, targets: String?, split fractions: SplitFractions = SplitFractions(), isExcerpt: Bool = false
    ) throws -> ImportedDataset {
        func array(_ path: String, _ role: ImportedRole) throws -> ImportedArray {
            try NPYFile(bytes: try contents(of: path), file: path, object: nil).array(
                as: role, isExcerpt ? .excerpt : .table)
        }
        var imported = ImportedDataset(tables: [
            fractions.destination: try Table(
                inputs: try array(inputs, .inputs), targets: try targets.map { try array($0, .targets) })
        ])
        try imported.cut(fractions, file: inputs)
        return imported
    }
}
