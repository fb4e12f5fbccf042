/// A table of comma-separated values in memory: the columns for inputs as numbers, the target as texts and numbers.
struct CSVTable {
    let path: String
    let columns: CSVColumns
    /// Row-major, if Float32 holds what tells numbers apart.
    private var inputs: [Float] = []
    /// Row-major, if not: then the table is read twice, so that it takes no more memory than what becomes of it.
    private var wideInputs: [Double] = []
    private var loss: RoundingLoss
    private(set) var rows = 0
    private var targets: CSVTargets
    /// What was guessed, and how to say otherwise.
    private(set) var guesses: [String]

    private let encoding: CSVEncoding
    private let mostBytes = DataMemory.mostNumbers
    /// The number that the first input begins with, as long as it counts the rows.
    private var counter: Double?

    /// Records that are looked at before it is said what the columns are, and the bytes of them.
    private static let sampleRecords = 1_000
    private static let sampleBytes = 1 << 22

    /// - Throws: `DatasetError` that names line and column of what is not as it should be.
    init(_ path: String, _ options: CSVOptions) throws {
        self.path = path
        encoding = options.encoding
        var reader = try CSVReader(path, delimiter: options.delimiter)
        var sample: [CSVReader.Record] = []
        var record = CSVReader.Record()
        var bytes = 0
        while sample.count < Self.sampleRecords, bytes < Self.sampleBytes, try reader.next(&record) {
            sample.append(record)
            bytes += record.bytes.count + 1
        }
        guard !sample.isEmpty else {
            throw DatasetError(.empty, file: path, expected: "a table", found: "an empty file")
        }
        columns = try CSVColumns(path, sample, options)
        loss = RoundingLoss(features: columns.inputs.count, by: options.likeness == nil ? .table : .excerpt)
        targets = CSVTargets(options.task, file: path, name: columns.targetName ?? "", like: options.likeness)
        guesses = reader.isDelimiterGuessed ? [Self.delimiterGuess(reader.delimiter)] : []
        guesses += columns.guesses
        reserve(of: reader.size, sampled: sample.count, bytes: bytes)
        for record in columns.hasHeader ? sample.dropFirst() : sample[...] { try append(record) }
        while try reader.next(&record) { try append(record) }
        guard rows > 0 else {
            throw DatasetError(.empty, file: path, expected: "rows below the header", found: "none")
        }
        if rows >= 10, counter != nil, let first = columns.inputs.first {
            guesses.append(
                "'\(columns.names[first])' counts the rows and is an input (\(columns.excluding(first)) leaves it out)")
        }
        if loss.feature != nil { try readWide(delimiter: Character(Unicode.Scalar(reader.delimiter))) }
    }

    /// Hands over all inputs, row-major, so that they are in memory once.
    mutating func takeInputs() -> ImportedValues {
        defer { (inputs, wideInputs) = ([], []) }
        return loss.feature == nil ? .float32(inputs) : .float64(wideInputs)
    }

    /// Hands over the target column.
    mutating func takeTargets() -> CSVTargets {
        defer { targets = CSVTargets(.automatic, file: path, name: "") }
        return targets
    }

    /// The first input column whose numbers Float32 does not tell apart.
    var wideColumn: String? { loss.feature.map { columns.names[columns.inputs[$0]] } }

    /// Reads the inputs once more, in Double.
    private mutating func readWide(delimiter: Character) throws {
        inputs = []
        try DataMemory.require(
            rows * columns.inputs.count * MemoryLayout<Double>.stride, within: mostBytes, file: path)
        wideInputs.reserveCapacity(rows * columns.inputs.count)
        var reader = try CSVReader(path, delimiter: delimiter)
        var record = CSVReader.Record()
        if columns.hasHeader { _ = try reader.next(&record) }
        while try reader.next(&record) {
            for column in columns.inputs where column < record.count {
                guard let number = parseNumber(record[column]) else { throw notANumber(record, column) }
                wideInputs.append(number)
            }
        }
        guard wideInputs.count == rows * columns.inputs.count else {
            throw DatasetError(
                .unreadable, file: path, expected: "a file that can be read twice, and is the same then",
                found: "\(wideInputs.count / columns.inputs.count) rows after \(rows)",
                advice: "Import again when it is complete, from a file and not a pipe.")
        }
    }

    private static func delimiterGuess(_ delimiter: UInt8) -> String {
        let name = delimiter == 0x09 ? "tabs" : "'\(Character(Unicode.Scalar(delimiter)))'"
        return "fields end at \(name) (--delimiter)"
    }

    /// Takes addresses for all numbers at once, so that they need not be moved, and never lie there twice. Memory is
    /// taken as they are written.
    private mutating func reserve(of size: Int, sampled: Int, bytes: Int) {
        let estimate = Double(size) / Double(bytes) * Double(sampled) * 1.25
        let most = Double(size) / 2 + 1
        inputs.reserveCapacity(Int(min(estimate * Double(columns.inputs.count), most)) + columns.inputs.count)
        if columns.target != nil { targets.reserve(rows: Int(min(estimate, most)) + 1) }
    }

    private mutating func append(_ record: CSVReader.Record) throws {
        guard record.count == columns.names.count else { throw ragged(record) }
        try record.bytes.withUnsafeBufferPointer { bytes in
            for (position, column) in columns.inputs.enumerated() {
                let field = record.fields[column]
                let text = UnsafeBufferPointer(rebasing: bytes[Int(field.lowerBound)..<Int(field.upperBound)])
                guard let number = parseNumber(text), case let value = Float(number), value.isFinite else {
                    throw notANumber(record, column)
                }
                if position == 0 { count(number) }
                inputs.append(value)
                loss.add(number, position)
            }
        }
        if let target = columns.target {
            guard !record[target].withoutBlanks.isEmpty else { throw missing(record, target) }
            let (encoding, path, columns) = (encoding, path, columns)
            try targets.append(record[target], line: record.line) {
                try encoding.text($0, file: path, object: columns.place(target, record))
            }
        }
        rows += 1
        if rows.isMultiple(of: 1024) {
            try DataMemory.require(inputs.count * MemoryLayout<Float>.stride, within: mostBytes, file: path)
        }
        guard rows <= Int(Int32.max) else {
            throw error(.unsupported, "line \(record.line)", expected: "at most \(Int32.max) rows", found: "more")
        }
    }

    /// Notes whether the first input still counts the rows, from 0 or 1.
    private mutating func count(_ number: Double) {
        if rows == 0 {
            counter = number == 0 || number == 1 ? number : nil
        } else if let first = counter, number != first + Double(rows) {
            counter = nil
        }
    }

    // MARK: Faults

    private func ragged(_ record: CSVReader.Record) -> DatasetError {
        let expected = columns.names.count
        let isOfR = columns.hasHeader && rows == 0 && record.count == expected + 1
        return error(
            .wrongShape, "line \(record.line)", expected: "\(expected) fields like in the first line",
            found: "\(record.count)",
            isOfR
                ? "If R wrote the names of rows without a header over them, have it write.csv(…, row.names = FALSE)."
                : nil)
    }

    private func notANumber(_ record: CSVReader.Record, _ column: Int) -> DatasetError {
        let text = record.text(column)
        if isAbsent(text) { return missing(record, column) }
        let flag = columns.excluding(column)
        let advice: String
        if !columns.hasHeader && rows == 0 {
            advice =
                "If the first line is a header, say so: --header present. Columns of text can be left out (\(flag)), or "
                + "coded as numbers."
        } else if parseNumber(Array(text.replacing(",", with: ".").utf8)[...]) != nil {
            advice = "Write decimal points (decimal='.' in pandas)."
        } else {
            advice = "Leave the column out (\(flag)), or code its texts as numbers."
        }
        return error(.wrongType, columns.place(column, record), expected: "a finite number", found: "'\(text)'", advice)
    }

    private func missing(_ record: CSVReader.Record, _ column: Int) -> DatasetError {
        let text = record.text(column)
        let isTarget = column == columns.target
        return error(
            .malformed, columns.place(column, record), expected: "a value",
            found: text.isEmpty ? "nothing" : "'\(text)'",
            "Values are missing: remove the row, fill in a value"
                + (isTarget
                    ? ", or choose another target." : ", or leave the column out (\(columns.excluding(column)))."))
    }

    private func error(
        _ kind: DatasetError.Kind, _ object: String, expected: String, found: String, _ advice: String? = nil
    ) -> DatasetError {
        DatasetError(kind, file: path, object: object, expected: expected, found: found, advice: advice)
    }
}
