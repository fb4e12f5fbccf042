/// Finds the fields of one record in bytes that are in memory.
struct CSVScan {
    /// What a record comes to.
    struct Outcome {
        /// Bytes up to the next record.
        let length: Int
        /// Line ends in them.
        let lines: Int
        /// Whether there is nothing but a line end.
        let isBlank: Bool
        /// The fields in quotes, and whether any quotes are doubled inside.
        let quoted: [(field: Int, hasQuotes: Bool)]
    }

    enum Fault {
        case openQuote, textAfterQuote, binary
        case tooLong(Int)

        var expected: String {
            switch self {
            case .openQuote: "a quote at the end of a quoted field"
            case .textAfterQuote: "a delimiter after a closing quote"
            case .binary: "text"
            case .tooLong(let most): "a record of at most \(most) bytes"
            }
        }

        var found: String {
            switch self {
            case .openQuote: "the end of the file"
            case .textAfterQuote: "more text"
            case .binary: "a zero byte: the file is binary"
            case .tooLong: "a longer one"
            }
        }

        var advice: String? {
            if case .binary = self { "Save the table as text: CSV in UTF-8." } else { nil }
        }
    }

    private let bytes: UnsafeBufferPointer<UInt8>
    private let delimiter: UInt8
    /// Whether the file ends with these bytes.
    private let isLast: Bool

    init(_ bytes: UnsafeBufferPointer<UInt8>, _ delimiter: UInt8, isLast: Bool) {
        self.bytes = bytes
        self.delimiter = delimiter
        self.isLast = isLast
    }

    /// The record that begins with the first byte; nil if it goes on beyond the last.
    ///
    /// - Parameters:
    ///   - fields: is given where they are, without quotes or, of those that have none, blanks around them.
    ///   - error: makes an error of a fault and the lines before it.
    func record(_ fields: inout [Range<Int32>], error: (Fault, Int) -> DatasetError) throws -> Outcome? {
        fields.removeAll(keepingCapacity: true)
        var (index, lines) = (0, 0)
        var quoted: [(field: Int, hasQuotes: Bool)] = []
        while true {
            let start = index
            if index < bytes.count, bytes[index] == 0x22 {
                var hasQuotes = false
                index += 1
                while true {
                    while index < bytes.count, bytes[index] != 0x22 {
                        if bytes[index] == 0x0A { lines += 1 }
                        if bytes[index] == 0 { throw error(.binary, lines) }
                        index += 1
                    }
                    guard index + 1 < bytes.count || (isLast && index < bytes.count) else {
                        if isLast { throw error(.openQuote, 0) }
                        return nil
                    }
                    guard index + 1 < bytes.count, bytes[index + 1] == 0x22 else { break }
                    hasQuotes = true
                    index += 2
                }
                fields.append(Int32(start + 1)..<Int32(index))
                quoted.append((fields.count - 1, hasQuotes))
                index += 1
                while index < bytes.count, bytes[index] == 0x20 || (bytes[index] == 0x09 && delimiter != 0x09) {
                    index += 1
                }
                guard index == bytes.count || bytes[index] == delimiter || bytes[index] == 0x0A || bytes[index] == 0x0D
                else {
                    throw error(.textAfterQuote, lines)
                }
            } else {
                while true {
                    index = nextStop(from: index)
                    guard index < bytes.count else { break }
                    let byte = bytes[index]
                    if byte == delimiter || byte == 0x0A || byte == 0x0D { break }
                    if byte == 0 { throw error(.binary, lines) }
                    index += 1
                }
                fields.append(trimmed(start..<index))
            }
            guard index < bytes.count else {
                guard isLast else { return nil }
                break
            }
            let end = bytes[index]
            index += 1
            if end == delimiter { continue }
            if end == 0x0D {
                guard index < bytes.count || isLast else { return nil }
                if index < bytes.count, bytes[index] == 0x0A { index += 1 }
            }
            let isBlank = fields.count == 1 && quoted.isEmpty && start == 0 && (bytes[0] == 0x0A || bytes[0] == 0x0D)
            return Outcome(length: index, lines: lines + 1, isBlank: isBlank, quoted: quoted)
        }
        return Outcome(length: index, lines: lines, isBlank: false, quoted: quoted)
    }

    /// Where the next delimiter or control character is, line ends among these; else the end of the bytes. Looks at
    /// eight bytes at a time: of a difference from what is looked for, the lowest byte that borrows is the first one.
    @inline(__always)
    private func nextStop(from start: Int) -> Int {
        let (ones, highs): (UInt64, UInt64) = (0x0101_0101_0101_0101, 0x8080_8080_8080_8080)
        let delimiters = ones &* UInt64(delimiter)
        var index = start
        while bytes.count - index >= 8 {
            let word = UInt64(littleEndian: UnsafeRawPointer(bytes.baseAddress! + index).loadUnaligned(as: UInt64.self))
            let difference = word ^ delimiters
            let isDelimiter = (difference &- ones) & ~difference
            let isControl = (word &- ones &* 0x0E) & ~word
            let stops = (isDelimiter | isControl) & highs
            if stops != 0 { return index + stops.trailingZeroBitCount / 8 }
            index += 8
        }
        while index < bytes.count, bytes[index] != delimiter, bytes[index] >= 0x0E { index += 1 }
        return index
    }

    @inline(__always)
    private func trimmed(_ range: Range<Int>) -> Range<Int32> {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, bytes[start] == 0x20 || bytes[start] == 0x09 { start += 1 }
        while end > start, bytes[end - 1] == 0x20 || bytes[end - 1] == 0x09 { end -= 1 }
        return Int32(start)..<Int32(end)
    }
}
