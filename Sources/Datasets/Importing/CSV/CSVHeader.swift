/// Whether the first line of a table names its columns: by comparison with the lines after it, column by column.
enum CSVHeader {
    /// A name stands over numbers. Where none does, a line without any number is a header, and so is one whose only
    /// text occurs in no other line, over texts that all occur again, beside numbers out of the range of theirs: years
    /// over counts, and `species` over species.
    static func isFirst(of sample: [CSVReader.Record]) -> Bool {
        let (first, rest) = (sample[0], sample.dropFirst().filter { $0.count == sample[0].count })
        let columns = 0..<first.count
        let names = columns.filter { isName(first[$0].withoutBlanks) }
        func standsOverNumbers(_ column: Int) -> Bool {
            let values = rest.map { parseNumber($0[column]) }
            return values.contains { $0 != nil }
                && zip(rest, values).allSatisfy { $1 != nil || isAbsent($0.text(column)) }
        }
        if names.contains(where: standsOverNumbers) { return true }
        if columns.allSatisfy({ parseNumber(first[$0]) == nil && !isAbsent(first.text($0)) }) { return true }
        let isUnlikeAll = columns.contains { column in
            guard let number = parseNumber(first[column]) else { return false }
            let values = rest.compactMap { parseNumber($0[column]) }
            return values.count == rest.count && values.allSatisfy { number > $0 }
        }
        return isUnlikeAll && rest.count >= 4 && names.contains { isUnlikeTheRest(first.text($0), $0, rest) }
    }

    /// A text that begins like a word.
    private static func isName(_ field: ArraySlice<UInt8>) -> Bool {
        guard let byte = field.first else { return false }
        let isLikeANumber = (0x30...0x39).contains(byte) || "+-.".utf8.contains(byte)
        return !isLikeANumber && !isAbsent(String(decoding: field, as: UTF8.self))
    }

    private static func isUnlikeTheRest(_ text: String, _ column: Int, _ rest: [CSVReader.Record]) -> Bool {
        var counts: [String: Int] = [:]
        for record in rest { counts[record.text(column), default: 0] += 1 }
        return counts[text] == nil && counts.values.allSatisfy { $0 > 1 }
    }
}
