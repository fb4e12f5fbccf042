import StrictCoding

/// A table of comma-separated values in memory: the columns for inputs as numbers, the target as distinct texts.
struct CSVTable {
    let path: String
    /// Names of the input columns: those of the header, or `column 1` and so on.
    private(set) var inputNames: [String] = []
    private(set) var hasHeader = false
    /// What was left out or taken for granted, a line each.
    var notes: [String] = []
    /// Row-major.
    private(set) var inputs: [Float] = []
    private(set) var rows = 0
    private(set) var targets: CSVTargets
    /// Nil where there is no target.
    private(set) var targetName: String?

    private(set) var columnNames: [String] = []
    private var inputColumns: [Int] = []
    private var targetColumn: Int?

    /// - Throws: `DatasetError` that names line and column of what is not as it should be.
    init(_ path: String, _ options: CSVOptions) throws {
        self.path = path
        targets = CSVTargets(.automatic, file: path, name: "")
        var reader = try CSVReader(path, delimiter: options.delimiter)
        var record = CSVReader.Record()
        guard try reader.next(&record) else {
            throw DatasetError(.empty, file: path, expected: "a table", found: "an empty file")
        }
        try describeColumns(record, options)
        targets = CSVTargets(
            options.likeness?.task ?? options.task, file: path, name: targetName ?? "",
            fewestClasses: options.likeness == nil ? 2 : 1)
        if !hasHeader { try append(record) }
        while try reader.next(&record) { try append(record) }
        guard rows > 0 else {
            throw DatasetError(.empty, file: path, expected: "rows below the header", found: "none")
        }
    }

    private mutating func describeColumns(_ first: CSVReader.Record, _ options: CSVOptions) throws {
        let fields = (0..<first.count).map { first.text($0) }
        hasHeader =
            switch options.header {
            case .present: true
            case .absent: false
            case .automatic:
                options.likeness?.names(anyOf: fields) ?? false
                    || (0..<first.count).allSatisfy { parseNumber(first[$0]) == nil && !first[$0].isEmpty }
            }
        columnNames = hasHeader ? fields : fields.indices.map { "column \($0 + 1)" }
        let excluded = Set(try options.excluded.map { try column($0, "column to leave out") })
        if options.taking != .none {
            if options.target == nil, let likeness = options.likeness {
                let target = target(like: likeness, excluded: excluded)
                targetColumn = target.column
                if let note = target.note { notes.append(note) }
            } else {
                targetColumn = try column(options.target ?? "-1", "target")
            }
        }
        targetName = targetColumn.map { columnNames[$0] }
        if let targetColumn, excluded.contains(targetColumn) {
            throw DatasetError(
                .invalidOption, file: path, object: targetName, expected: "a target that is not left out",
                found: "one that is")
        }
        inputColumns = columnNames.indices.filter { $0 != targetColumn && !excluded.contains($0) }
        if let likeness = options.likeness {
            let selection = try selection(of: inputColumns, like: likeness)
            inputColumns = selection.columns
            notes += selection.notes
        }
        inputNames = inputColumns.map { columnNames[$0] }
        guard !inputColumns.isEmpty else {
            throw DatasetError(
                .wrongShape, file: path, expected: "at least one column beside the target",
                found: "\(columnNames.count) column\(columnNames.count == 1 ? "" : "s")",
                advice: "If another character separates the columns, say which.")
        }
    }

    /// The column that a name or number means: names first.
    private func column(_ reference: String, _ what: String) throws -> Int {
        if hasHeader, let index = columnNames.firstIndex(of: reference) { return index }
        if let number = Int(reference) {
            let index = number > 0 ? number - 1 : columnNames.count + number
            if number != 0, columnNames.indices.contains(index) { return index }
        }
        let suggestion = hasHeader ? nearest(reference, among: columnNames).map { "Did you mean '\($0)'? " } ?? "" : ""
        throw DatasetError(
            .missingObject, file: path, object: "\(what) '\(reference)'",
            expected: "a column number from 1 to \(columnNames.count)"
                + (hasHeader ? ", or one of \(listed(columnNames))" : " (there is no header)"),
            found: "no such column",
            advice: suggestion + (hasHeader ? "" : "If the first line is a header, say so."))
    }

    private mutating func append(_ record: CSVReader.Record) throws {
        guard record.count == columnNames.count else {
            throw error(
                .wrongShape, "line \(record.line)", expected: "\(columnNames.count) fields like in the first line",
                found: "\(record.count)")
        }
        for column in inputColumns {
            let field = record[column]
            guard let number = parseNumber(field), case let value = Float(number), value.isFinite else {
                throw notANumber(record, column)
            }
            inputs.append(value)
        }
        if let targetColumn {
            let text = record.text(targetColumn)
            guard !text.isEmpty else { throw missing(record, targetColumn) }
            try targets.append(text, line: record.line)
        }
        rows += 1
        guard rows <= Int(Int32.max) else {
            throw error(.unsupported, "line \(record.line)", expected: "at most \(Int32.max) rows", found: "more")
        }
    }

    /// Whether a text says that there is no value.
    static func isAbsent(_ text: String) -> Bool {
        ["", "na", "n/a", "nan", "null", "none", "?", "-"].contains(text.lowercased())
    }

    private func notANumber(_ record: CSVReader.Record, _ column: Int) -> DatasetError {
        let text = record.text(column)
        if Self.isAbsent(text) { return missing(record, column) }
        let isFirst = !hasHeader && rows == 0
        return error(
            .wrongType, place(record, column), expected: "a finite number", found: "'\(text)'",
            isFirst
                ? "If the first line is a header, say so. Columns of text can be left out, or coded as numbers."
                : "Leave the column out, or code its texts as numbers.")
    }

    private func missing(_ record: CSVReader.Record, _ column: Int) -> DatasetError {
        let text = record.text(column)
        return error(
            .malformed, place(record, column), expected: "a value", found: text.isEmpty ? "nothing" : "'\(text)'",
            "Values are missing: remove the row, fill in a value, or leave the column out.")
    }

    private func place(_ record: CSVReader.Record, _ column: Int) -> String {
        "line \(record.line), " + (hasHeader ? "column '\(columnNames[column])'" : columnNames[column])
    }

    private func error(
        _ kind: DatasetError.Kind, _ object: String, expected: String, found: String, _ advice: String? = nil
    ) -> DatasetError {
        DatasetError(kind, file: path, object: object, expected: expected, found: found, advice: advice)
    }
}
