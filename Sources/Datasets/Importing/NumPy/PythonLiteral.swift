/// A value as Python writes it, of the few kinds that the header of an NPY file may hold.
enum PythonLiteral: Equatable {
    case text(String)
    case integer(Int)
    case boolean(Bool)
    case none
    /// A tuple or a list.
    case sequence([PythonLiteral])
    case dictionary([String: PythonLiteral])

    /// Nil when the text is no literal of these kinds.
    init?(_ text: some Sequence<UInt8>) {
        var parser = Parser(bytes: Array(text))
        guard let value = parser.value(depth: 0), parser.isAtEnd else { return nil }
        self = value
    }

    private struct Parser {
        let bytes: [UInt8]
        var index = 0

        init(bytes: [UInt8]) { self.bytes = bytes }

        var isAtEnd: Bool {
            mutating get {
                skipSpace()
                return index == bytes.count
            }
        }

        mutating func value(depth: Int) -> PythonLiteral? {
            skipSpace()
            guard depth < 16, index < bytes.count else { return nil }
            switch bytes[index] {
            case UInt8(ascii: "'"), UInt8(ascii: "\""): return text().map { .text($0) }
            case UInt8(ascii: "("): return sequence(until: UInt8(ascii: ")"), depth)
            case UInt8(ascii: "["): return sequence(until: UInt8(ascii: "]"), depth)
            case UInt8(ascii: "{"): return dictionary(depth)
            default: return word()
            }
        }

        private mutating func text() -> String? {
            let quote = bytes[index]
            let start = index + 1
            guard let end = bytes[start...].firstIndex(where: { $0 == quote || $0 == UInt8(ascii: "\\") }),
                bytes[end] == quote
            else { return nil }
            index = end + 1
            return String(decoding: bytes[start..<end], as: UTF8.self)
        }

        private mutating func sequence(until end: UInt8, _ depth: Int) -> PythonLiteral? {
            index += 1
            var values: [PythonLiteral] = []
            while !take(end) {
                guard let value = value(depth: depth + 1) else { return nil }
                values.append(value)
                guard take(UInt8(ascii: ",")) || peek() == end else { return nil }
            }
            return .sequence(values)
        }

        private mutating func dictionary(_ depth: Int) -> PythonLiteral? {
            index += 1
            var values: [String: PythonLiteral] = [:]
            while !take(UInt8(ascii: "}")) {
                guard case .text(let key) = value(depth: depth + 1), take(UInt8(ascii: ":")),
                    let value = value(depth: depth + 1), values.updateValue(value, forKey: key) == nil
                else { return nil }
                guard take(UInt8(ascii: ",")) || peek() == UInt8(ascii: "}") else { return nil }
            }
            return .dictionary(values)
        }

        /// A number (Python 2 wrote `3L`), True, False or None.
        private mutating func word() -> PythonLiteral? {
            let start = index
            while index < bytes.count, isWordByte(bytes[index]) { index += 1 }
            var word = String(decoding: bytes[start..<index], as: UTF8.self)
            switch word {
            case "True": return .boolean(true)
            case "False": return .boolean(false)
            case "None": return PythonLiteral.none
            default:
                if word.last == "L" { word.removeLast() }
                return Int(word).map { .integer($0) }
            }
        }

        private func isWordByte(_ byte: UInt8) -> Bool {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: "+"):
                true
            default: false
            }
        }

        private mutating func peek() -> UInt8? {
            skipSpace()
            return index < bytes.count ? bytes[index] : nil
        }

        private mutating func take(_ byte: UInt8) -> Bool {
            guard peek() == byte else { return false }
            index += 1
            return true
        }

        private mutating func skipSpace() {
            while index < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[index]) { index += 1 }
        }
    }
}
