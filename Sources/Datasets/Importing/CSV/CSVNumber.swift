/// Reads a decimal number from text, correctly rounded; nil for anything else, "nan" and "inf" included.
func parseNumber(_ text: ArraySlice<UInt8>) -> Double? {
    text.withUnsafeBufferPointer { parseNumber($0) }
}

/// Reads a decimal number from text, correctly rounded; nil for anything else, "nan" and "inf" included. Spaces and
/// tabs around it, which a field in quotes may have, are no part of it.
///
/// Up to 15 digits with a small exponent are exact in Double by one division (Clinger, "How to read floating point
/// numbers accurately", PLDI 1990). Up to 19 digits, which is what programs print of a Double, fit in 64 bits, and so
/// does 5 to a power of up to 27: one division or multiplication of 128 bits, rounded once. Both are 5 to 10 times
/// faster than the general road, which the rest takes. Digits are read eight at a time where there are so many.
func parseNumber(_ text: UnsafeBufferPointer<UInt8>) -> Double? {
    var index = 0
    guard index < text.count else { return nil }
    let isNegative = text[0] == UInt8(ascii: "-")
    if isNegative || text[0] == UInt8(ascii: "+") { index = 1 }
    var mantissa: UInt64 = 0
    /// Digits of the mantissa, without zeros before them.
    var significant = 0
    var hasDigits = false
    var exponent = 0
    var hasPoint = false
    while index < text.count {
        if significant > 0, significant <= 11, text.count - index >= 8, let digits = eightDigits(text, at: index) {
            significant += 8
            mantissa = mantissa &* 100_000_000 &+ digits
            if hasPoint { exponent -= 8 }
            index += 8
            continue
        }
        let byte = text[index]
        let digit = byte &- 0x30
        if digit <= 9 {
            hasDigits = true
            if significant > 0 || digit > 0 {
                significant += 1
                if significant > 19 { return generalNumber(text) }
                mantissa = mantissa &* 10 &+ UInt64(digit)
            }
            if hasPoint { exponent -= 1 }
        } else if byte == UInt8(ascii: "."), !hasPoint {
            hasPoint = true
        } else if byte | 0x20 == UInt8(ascii: "e") {
            guard let written = smallExponent(text, after: index) else { return generalNumber(text) }
            exponent += written
            break
        } else {
            return byte == 0x20 || byte == 0x09 ? generalNumber(text) : nil
        }
        index += 1
    }
    guard hasDigits else { return nil }
    let value: Double
    if significant <= 15, exponent <= 0, exponent >= -15 {
        value = Double(mantissa) / powersOfTen[-exponent]
    } else if mantissa == 0 {
        value = 0
    } else if exponent <= 0, exponent >= -27 {
        value = quotient(mantissa, exponent: -exponent)
    } else if exponent > 0, exponent <= 27 {
        value = product(mantissa, exponent: exponent)
    } else {
        return generalNumber(text)
    }
    return isNegative ? -value : value
}

/// The number that eight bytes are if all of them are digits, by three multiplications of pairs.
@inline(__always)
private func eightDigits(_ text: UnsafeBufferPointer<UInt8>, at index: Int) -> UInt64? {
    let word = UInt64(littleEndian: UnsafeRawPointer(text.baseAddress! + index).loadUnaligned(as: UInt64.self))
    let highs: UInt64 = 0xF0F0_F0F0_F0F0_F0F0
    // A digit is 0x3_, also with 6 added.
    guard word & highs | (word &+ 0x0606_0606_0606_0606) & highs >> 4 == 0x3333_3333_3333_3333 else { return nil }
    let ones = word &- 0x3030_3030_3030_3030
    let pairs = (ones &* 10 &+ ones >> 8) & 0x00FF_00FF_00FF_00FF
    let fours = (pairs &* 100 &+ pairs >> 16) & 0x0000_FFFF_0000_FFFF
    return (fours &* 10_000 &+ fours >> 32) & 0xFFFF_FFFF
}

/// One or two digits with a sign or without, up to the end; nil for anything else.
private func smallExponent(_ text: UnsafeBufferPointer<UInt8>, after start: Int) -> Int? {
    var index = start + 1
    var isNegative = false
    if index < text.count, text[index] == UInt8(ascii: "-") || text[index] == UInt8(ascii: "+") {
        isNegative = text[index] == UInt8(ascii: "-")
        index += 1
    }
    guard index < text.count, text.count - index <= 2 else { return nil }
    var value = 0
    while index < text.count {
        let digit = text[index] &- 0x30
        guard digit <= 9 else { return nil }
        value = value * 10 + Int(digit)
        index += 1
    }
    return isNegative ? -value : value
}

/// mantissa / 10^exponent for a mantissa that is not 0 and an exponent of at most 27.
private func quotient(_ mantissa: UInt64, exponent: Int) -> Double {
    let divisor = divisors[exponent]
    let m = mantissa.leadingZeroBitCount
    let dividend = mantissa << m
    // A quotient of 63 or 64 bits; what is left of the division only breaks ties.
    let isSmaller = dividend < divisor.normalized
    let (bits, remainder) = divisor.dividing(isSmaller ? (dividend, 0) : (dividend >> 1, dividend << 63))
    let power = (isSmaller ? -64 : -63) + divisor.shift - m - exponent
    return scaled(bits | (remainder == 0 ? 0 : 1), power)
}

/// A power of five to divide by, without a division of the processor's: Möller and Granlund, "Improved division by
/// invariant integers", IEEE Transactions on Computers 2011, algorithm 4.
private struct Divisor {
    /// With the highest bit set.
    let normalized: UInt64
    let shift: Int
    /// ⌊(2¹²⁸ − 1) / normalized⌋ − 2⁶⁴
    private let reciprocal: UInt64

    init(_ value: UInt64) {
        shift = value.leadingZeroBitCount
        normalized = value << shift
        reciprocal = normalized.dividingFullWidth((~normalized, .max)).quotient
    }

    /// - Parameter dividend: its high half is below the divisor.
    @inline(__always)
    func dividing(_ dividend: (high: UInt64, low: UInt64)) -> (quotient: UInt64, remainder: UInt64) {
        let product = reciprocal.multipliedFullWidth(by: dividend.high)
        let (low, carry) = product.low.addingReportingOverflow(dividend.low)
        var quotient = product.high &+ dividend.high &+ (carry ? 1 : 0) &+ 1
        var remainder = dividend.low &- quotient &* normalized
        if remainder > low {
            quotient &-= 1
            remainder = remainder &+ normalized
        }
        if remainder >= normalized {
            quotient &+= 1
            remainder &-= normalized
        }
        return (quotient, remainder)
    }
}

/// mantissa · 10^exponent for a mantissa that is not 0 and an exponent of at most 27.
private func product(_ mantissa: UInt64, exponent: Int) -> Double {
    let (high, low) = mantissa.multipliedFullWidth(by: powersOfFive[exponent])
    guard high > 0 else { return scaled(low, exponent) }
    let shift = high.leadingZeroBitCount
    let bits = shift == 0 ? high : high << shift | low >> (64 - shift)
    return scaled(bits | (low << shift == 0 ? 0 : 1), exponent + 64 - shift)
}

/// bits · 2^power, rounded once: all powers that occur are those of normal numbers.
private func scaled(_ bits: UInt64, _ power: Int) -> Double {
    Double(bits) * Double(sign: .plus, exponent: power, significand: 1)
}

/// With exponents and many digits, but no hexadecimal and nothing that is not finite.
private func generalNumber(_ text: UnsafeBufferPointer<UInt8>) -> Double? {
    let bare = Array(text)[...].withoutBlanks
    guard bare.count == text.count else { return parseNumber(bare) }
    let allowed = text.allSatisfy { byte in
        (byte >= 0x30 && byte <= 0x39) || "+-.eE".utf8.contains(byte)
    }
    guard allowed, let value = Double(String(decoding: text, as: UTF8.self)), value.isFinite else { return nil }
    return value
}

private let powersOfTen: [Double] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
]

/// From 5⁰ to 5²⁷, the last below 2⁶⁴.
private let powersOfFive: [UInt64] = (0..<27).reduce(into: [1]) { powers, _ in powers.append(powers.last! * 5) }

private let divisors = powersOfFive.map { Divisor($0) }

/// Whether a text says that there is no value.
func isAbsent(_ text: String) -> Bool {
    let bare = String(decoding: Array(text.utf8)[...].withoutBlanks, as: UTF8.self)
    return ["", "na", "n/a", "nan", "null", "none", "?", "-"].contains(bare.lowercased())
}
