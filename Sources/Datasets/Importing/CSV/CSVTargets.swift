import Kernels

/// The target column of a table: its texts as they stood and, where each is a number, its value.
///
/// Every different text is remembered as long as there are few. Numbers of which there are many are kept as values
/// alone.
struct CSVTargets {
    /// Different texts in order of appearance, with the line each appeared on first; empty once there were too many
    /// numbers.
    private(set) var distinct: [(text: String, line: Int)] = []
    /// For each row, which of `distinct` it has; empty once there were too many.
    private(set) var rows: [Int32] = []
    /// The value of each row once there were too many different numbers; empty before.
    private(set) var values: [Double] = []

    private let file: String
    private let name: String
    private let task: CSVOptions.Task
    /// What the table is to go with; nil for one to train on.
    private let likeness: Likeness?
    private var indices: [ArraySlice<UInt8>: Int32] = [:]
    private var numbers: [Double?] = []
    /// The first text that is no number.
    private var text: (text: String, line: Int)?
    /// Whether a whole number is written like no number is: 02134.
    private var hasCodes = false

    /// Different numbers up to which their texts are kept too, unless classes were asked for.
    static let mostTexts = 1_000

    /// - Parameters:
    ///   - task: what is asked for, unless `likeness` says it.
    ///   - likeness: what the table is to go with; nil for one to train on.
    init(_ task: CSVOptions.Task, file: String, name: String, like likeness: Likeness? = nil) {
        self.likeness = likeness
        self.task = likeness?.task ?? task
        self.file = file
        self.name = name
    }

    private var areNumbers: Bool { text == nil }

    /// Takes addresses for so many rows.
    mutating func reserve(rows count: Int) { rows.reserveCapacity(count) }

    /// Takes the bytes of a field, which `decode` makes a text of.
    ///
    /// - Throws: `DatasetError` for a text that is no number where one is needed; what `decode` throws.
    mutating func append(_ field: ArraySlice<UInt8>, line: Int, _ decode: (ArraySlice<UInt8>) throws -> String) throws {
        if !values.isEmpty {
            if task == .regression || !Self.isCode(field), let number = parseNumber(field), Float(number).isFinite {
                return values.append(number)
            }
            return values.append(try number(decode(field), line))
        }
        if let index = indices[field] { return rows.append(index) }
        let number = parseNumber(field)
        // Blanks in quotes are part of a text, and no part of a number.
        if number != nil, case let bare = field.withoutBlanks, bare.count < field.count {
            return try append(bare, line: line, decode)
        }
        let text = try decode(field)
        if number == nil {
            if task == .regression { _ = try self.number(text, line) }
            if self.text == nil { self.text = (text, line) }
        }
        hasCodes = hasCodes || Self.isCode(field)
        indices[ArraySlice(Array(field))] = Int32(distinct.count)
        rows.append(Int32(distinct.count))
        distinct.append((text, line))
        numbers.append(number)
        guard task != .classification, areNumbers, !hasCodes, distinct.count > Self.mostTexts else { return }
        for (target, number) in zip(distinct, numbers) { try checkRange(number!, target.text, target.line) }
        values = rows.map { numbers[Int($0)]! }
        (distinct, rows, indices, numbers) = ([], [], [:], [])
    }

    /// The value of a text that follows many numbers, or has to be one.
    private func number(_ text: String, _ line: Int) throws -> Double {
        let isCode = task == .automatic && Self.isCode(Array(text.utf8)[...])
        guard !isCode, let number = parseNumber(Array(text.utf8)[...]) else {
            if isAbsent(text) { throw missing(text, line) }
            if let likeness {
                throw error(
                    .wrongType, line, expected: likeness.targetText, found: "'\(text)'", Likeness.adviceOnTargets)
            }
            throw error(
                .wrongType, line, expected: "a finite number", found: "'\(text)'",
                task == .regression
                    ? "For classes, choose classification: --task classification."
                    : "More than \(Self.mostTexts) different numbers come before it. If these are classes, say --task "
                        + "classification; if they are values, --task regression.")
        }
        try checkRange(number, text, line)
        return number
    }

    private func checkRange(_ number: Double, _ text: String, _ line: Int) throws {
        guard !Float(number).isFinite else { return }
        throw error(
            .wrongType, line, expected: "a finite number within the range of Float32", found: "'\(text)'",
            likeness == nil
                ? "Scale the column, or make classes of it: --task classification." : Likeness.adviceOnTargets)
    }

    private func missing(_ text: String, _ line: Int) -> DatasetError {
        error(
            .malformed, line, expected: "a value", found: "'\(text)'",
            likeness == nil
                ? "Values are missing: remove the row, or fill in a value; if it is a class, say --task classification."
                : "Values are missing: remove the row, fill in a value, or take inputs alone, to predict on: "
                    + "--no-targets."
        )
    }

    private func error(
        _ kind: DatasetError.Kind, _ line: Int, expected: String, found: String, _ advice: String
    ) -> DatasetError {
        DatasetError(
            kind, file: file, object: "line \(line), target \(name)", expected: expected, found: found, advice: advice)
    }

    private static func isCode(_ text: ArraySlice<UInt8>) -> Bool {
        let digits = text.withoutBlanks.drop { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "+") }
        return digits.count > 1 && digits.first == UInt8(ascii: "0") && digits.allSatisfy { (0x30...0x39).contains($0) }
    }
}

extension CSVTargets {
    /// What the column becomes.
    struct Meaning {
        /// One a row: class indices or values.
        let array: ImportedArray
        /// The texts of classes, by class index; nil where values were asked for or are too many.
        var classNames: [String]?
        /// Their values; nil where one is no number, or classes were asked for.
        var classValues: [Double]?
        /// What was made of the column, and how to say otherwise; nil where nothing was guessed.
        var guess: String?
    }

    /// Decides what the column means.
    ///
    /// Texts are classes. Numbers are both: classes to a loss that reads these, values to the others. How they lie in
    /// the file, and what they are where no loss is known, is by appearance: classes when all are whole and few differ
    /// (at most 20, or one for every 40 rows), or some are written like codes; values otherwise.
    ///
    /// - Throws: `DatasetError` for one class, two spellings of one text, or numbers of which some are missing.
    func meaning() throws -> Meaning {
        guard values.isEmpty else {
            return Meaning(
                array: array(values),
                guess: task == .automatic
                    ? "more than \(Self.mostTexts) different numbers as values (--task classification makes classes)"
                    : nil)
        }
        let (order, index) = try classes()
        let names = order.map { distinct[$0].text }
        var asClasses = Meaning(
            array: ImportedArray(classes: rows.map { Int32(index[Int($0)]) }, file: file), classNames: names)
        asClasses.guess = guessOfSpaces()
        if task != .classification, let text {
            let hasNumbers = numbers.contains { $0 != nil }
            let texts = zip(distinct, numbers).lazy.filter { $1 == nil }.map(\.0)
            if hasNumbers, texts.allSatisfy({ isAbsent($0.text) }) { throw missing(text.text, text.line) }
            if hasNumbers {
                let guess =
                    "\(names.count) classes, since '\(text.text)' in line \(text.line) is no number (--task regression "
                    + "refuses it)"
                asClasses.guess = [guess, asClasses.guess].compactMap { $0 }.joined(separator: "; ")
            }
        }
        if task == .classification || !areNumbers {
            try checkCount(names)
            return asClasses
        }
        asClasses.classValues = order.map { numbers[$0]! }
        return try meaningOfNumbers(asClasses)
    }

    /// What to say of two texts that spaces in quotes alone tell apart; nil if there are none.
    private func guessOfSpaces() -> String? {
        var bare: [ArraySlice<UInt8>: (text: String, line: Int)] = [:]
        for target in distinct {
            guard let other = bare.updateValue(target, forKey: Array(target.text.utf8)[...].withoutBlanks) else {
                continue
            }
            return
                "'\(target.text)' in line \(target.line) and '\(other.text)' in line \(other.line) are two classes, "
                + "since spaces in quotes count (remove those that should not)"
        }
        return nil
    }

    private func array(_ values: [Double]) -> ImportedArray {
        ImportedArray(shape: [values.count], values: .float64(values), file: file)
    }

    /// - Parameter asClasses: these numbers as classes.
    private func meaningOfNumbers(_ asClasses: Meaning) throws -> Meaning {
        let (names, classValues) = (asClasses.classNames!, asClasses.classValues!)
        let otherwise = "(--task classification or regression keeps one)"
        let areWhole = classValues.allSatisfy { $0 == $0.rounded() }
        if task == .automatic, hasCodes || (areWhole && names.count <= max(20, rows.count / 40)) {
            try checkCount(names)
            var meaning = asClasses
            meaning.guess =
                "\(names.count) different whole numbers as classes for crossEntropy and as values for other losses "
                + otherwise
            return meaning
        }
        for (target, number) in zip(distinct, numbers) { try checkRange(number!, target.text, target.line) }
        var asValues = Meaning(array: array(rows.map { numbers[Int($0)]! }))
        guard task == .automatic else { return asValues }
        let different = Set(classValues).count
        guard different == classValues.count else {
            asValues.guess =
                "\(different) different numbers as values (--task classification makes a class of each text)"
            return asValues
        }
        (asValues.classNames, asValues.classValues) = (names, classValues)
        asValues.guess = "\(different) different numbers as values, and as classes for crossEntropy \(otherwise)"
        return asValues
    }

    private func checkCount(_ names: [String]) throws {
        guard names.count < 2, likeness == nil else { return }
        throw DatasetError(
            .wrongShape, file: file, object: name, expected: "at least two classes",
            found: "'\(names[0])' in every row",
            advice:
                "Choose another target column; for rows to evaluate or predict on, name what the network was trained on: "
                + "--like FILE.")
    }

    /// The texts in the order of classes, and the class of each text.
    ///
    /// Different texts are different classes, also where they are the same number: 01, 1 and 1.0 are three codes.
    /// Numbers are in order of their values, and where those are the same, or one text is no number, in order of bytes.
    private func classes() throws -> (order: [Int], index: [Int]) {
        let order = distinct.indices.sorted { a, b in
            if areNumbers, numbers[a]! != numbers[b]! { return numbers[a]! < numbers[b]! }
            return distinct[a].text.utf8.lexicographicallyPrecedes(distinct[b].text.utf8)
        }
        var index = [Int](repeating: 0, count: order.count)
        for (position, text) in order.enumerated() { index[text] = position }
        try checkSpelling()
        return (order, index)
    }

    /// - Throws: `DatasetError` for two texts that look the same and are not.
    private func checkSpelling() throws {
        var seen: [String: (text: String, line: Int)] = [:]
        for target in distinct {
            guard let other = seen.updateValue(target, forKey: target.text) else { continue }
            func bytes(_ text: String) -> String {
                text.utf8.map(\.hexadecimal).joined(separator: " ")
            }
            throw error(
                .malformed, target.line,
                expected: "one spelling of '\(target.text)', such as that of line \(other.line): \(bytes(other.text))",
                found: bytes(target.text), "Normalize the texts (unicodedata.normalize('NFC', text) in Python).")
        }
    }
}
