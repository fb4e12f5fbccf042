import StrictCoding

/// What the columns of a table are: by its first line, the lines after it, and what was asked for.
struct CSVColumns {
    let path: String
    /// Those of the header, or `column 1` and so on.
    let names: [String]
    let hasHeader: Bool
    /// The column to predict; nil where there shall be none.
    let target: Int?
    /// The columns that become inputs, in order.
    private(set) var inputs: [Int] = []
    private let all: CSVNames
    /// What was guessed, and how to say otherwise.
    private(set) var guesses: [String] = []
    /// What was left out or taken for granted to be like another data set, a line each.
    private(set) var notes: [String] = []

    var inputNames: [String] { inputs.map { names[$0] } }
    var targetName: String? { target.map { names[$0] } }

    /// - Parameter sample: the first records, as many as it takes to see what the columns hold.
    /// - Throws: `DatasetError` for a column that is not there, that two have the name of, or that leaves nothing.
    init(_ path: String, _ sample: [CSVReader.Record], _ options: CSVOptions) throws {
        self.path = path
        let first = sample[0]
        let hasHeader: Bool
        switch options.header {
        case .present: hasHeader = true
        case .absent: hasHeader = false
        case .automatic where options.likeness?.names(anyOf: (0..<first.count).map { first.name($0) }) == true:
            hasHeader = true
        case .automatic:
            hasHeader = CSVHeader.isFirst(of: sample)
            guesses.append(
                hasHeader
                    ? "line \(first.line) names the columns (--header absent)"
                    : "line \(first.line) is a row, and no header (--header present)")
        }
        self.hasHeader = hasHeader
        let fields = try (0..<first.count).map { field in
            hasHeader
                ? try options.encoding.text(
                    first[field].withoutBlanks, file: path, object: "line \(first.line), column \(field + 1)")
                : ""
        }
        let names = fields.enumerated().map { $1.isEmpty ? "column \($0 + 1)" : $1 }
        self.names = names
        let columns = CSVNames(path: path, names: names, isNamed: fields.map { !$0.isEmpty }, hasHeader: hasHeader)
        all = columns
        var excluded = Set(try options.excluded.map { try columns.column($0, "column to leave out") })
        let target: Int?
        if options.taking == .none {
            target = nil
        } else if options.target == nil, let likeness = options.likeness {
            let found = try columns.target(like: likeness, excluded: excluded)
            target = found.column
            if let note = found.note { notes.append(note) }
        } else {
            target = try columns.column(options.target ?? "-1", "target")
        }
        self.target = target
        if let target, excluded.contains(target) {
            throw DatasetError(
                .invalidOption, file: path, object: names[target], expected: "a target that is not left out",
                found: "one that is")
        }
        let isIndex = hasHeader && ["", "Unnamed: 0"].contains(fields[0]) && names.count > 1
        if target != 0, options.index == .present || (options.index == .automatic && isIndex) {
            if options.index == .automatic, excluded.insert(0).inserted {
                guesses.append(
                    "the first column\(fields[0].isEmpty ? " has no name" : " is called '\(fields[0])'"), as an index that "
                        + "pandas or R wrote: left out (--index absent)")
            }
            excluded.insert(0)
        }
        if options.taking == .none, let likeness = options.likeness,
            let surplus = columns.surplus(like: likeness, excluded: excluded)
        {
            excluded.insert(surplus)
            notes.append(
                "guessed: '\(names[surplus])', the last column, is left out, since \(likeness.path) has one less "
                    + "(--exclude another)")
        }
        inputs = names.indices.filter { $0 != target && !excluded.contains($0) }
        if let likeness = options.likeness {
            let selection = try columns.selection(of: inputs, like: likeness)
            inputs = selection.columns
            notes += selection.notes
        }
        guard !inputs.isEmpty else {
            throw DatasetError(
                .wrongShape, file: path, expected: "at least one column\(target == nil ? "" : " beside the target")",
                found: "\(names.count) column\(names.count == 1 ? "" : "s")"
                    + (names.count - excluded.count < 2 && !excluded.isEmpty
                        ? ", \(excluded.count) of them left out" : ""),
                advice: "If another character separates the columns, say which: --delimiter.")
        }
        try checkNames()
    }

    /// Where a field is, for messages.
    func place(_ column: Int, _ record: CSVReader.Record) -> String {
        "line \(record.line), " + (hasHeader ? "column '\(names[column])'" : names[column])
    }

    /// The flag that leaves a column out.
    func excluding(_ column: Int) -> String {
        let reference = all.reference(to: column)
        return "--exclude" + (reference.hasPrefix("-") ? "=" : " ") + reference
    }

    /// Two columns of one name: the answer must not stay an input, and others are named.
    private mutating func checkNames() throws {
        if let target, let twin = inputs.first(where: { names[$0] == names[target] }) {
            throw DatasetError(
                .malformed, file: path, object: "target '\(names[target])'", expected: "one column of this name",
                found: "columns \(target + 1) and \(twin + 1)",
                advice: "Leave the other one out (\(excluding(twin))), or rename it.")
        }
        for (name, twins) in Dictionary(grouping: inputs, by: { names[$0] }).sorted(by: { $0.value[0] < $1.value[0] })
        where twins.count > 1 {
            guesses.append(
                "columns \(twins.map { "\($0 + 1)" }.joined(separator: " and ")) are all called '\(name)' and all inputs "
                    + "(\(excluding(twins[1])))")
        }
    }
}

/// The columns that names and numbers mean.
struct CSVNames {
    let path: String
    let names: [String]
    /// Whether the header has a name for it.
    let isNamed: [Bool]
    let hasHeader: Bool

    /// What `column` takes for a column: its number, unless another one is called so, or else its name, or its number
    /// from the end.
    func reference(to column: Int) -> String {
        let isAlone = isNamed[column] && names.count { $0 == names[column] } == 1
        let texts = ["\(column + 1)"] + (isAlone ? [names[column]] : [])
        return texts.first { text in names.indices.allSatisfy { !isNamed[$0] || names[$0] != text || $0 == column } }
            ?? "\(column - names.count)"
    }

    /// Names first.
    func column(_ reference: String, _ what: String) throws -> Int {
        let named = names.indices.filter { isNamed[$0] && names[$0] == reference }
        if named.count > 1 {
            throw DatasetError(
                .malformed, file: path, object: "\(what) '\(reference)'", expected: "one column of this name",
                found: "columns \(named.map { "\($0 + 1)" }.joined(separator: ", "))",
                advice: "Say which by its number, such as \(self.reference(to: named[0])).")
        }
        if let index = named.first { return index }
        if let number = Int(reference) {
            let index = number > 0 ? number - 1 : names.count + number
            if number != 0, names.indices.contains(index) { return index }
        }
        let suggestion = hasHeader ? nearest(reference, among: names).map { "Did you mean '\($0)'? " } ?? "" : ""
        throw DatasetError(
            .missingObject, file: path, object: "\(what) '\(reference)'",
            expected: "a column number from 1 to \(names.count)"
                + (hasHeader ? ", or one of \(listed(names))" : " (there is no header)"),
            found: "no such column",
            advice: suggestion + (hasHeader ? "" : "If the first line is a header, say so: --header present."))
    }
}
