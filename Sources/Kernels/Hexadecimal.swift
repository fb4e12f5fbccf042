extension String {
    /// Adds the last so many hexadecimal digits of a number, in lower case, zeros included.
    package mutating func append(hexadecimal number: UInt64, digits: Int) {
        for shift in stride(from: 4 * (digits - 1), through: 0, by: -4) {
            let digit = UInt8(truncatingIfNeeded: number >> UInt64(shift) & 15)
            unicodeScalars.append(Unicode.Scalar(digit < 10 ? 48 + digit : 87 + digit))
        }
    }
}

extension UInt64 {
    /// Sixteen hexadecimal digits, as digests and fingerprints are written.
    package var hexadecimal: String {
        var text = ""
        text.append(hexadecimal: self, digits: 16)
        return text
    }
}

extension UInt8 {
    /// Two hexadecimal digits.
    package var hexadecimal: String {
        var text = ""
        text.append(hexadecimal: UInt64(self), digits: 2)
        return text
    }
}
