import Foundation

extension String {
    /// The text with everything that a terminal would act on, or that would turn the reading direction, written as
    /// `\u{1B}`: text from files may come from strangers.
    var escaped: String {
        guard unicodeScalars.contains(where: \.isUnprintable) else { return self }
        return unicodeScalars.reduce(into: "") { text, scalar in
            switch scalar {
            case "\n": text += "\\n"
            case "\t": text += "\\t"
            case _ where scalar.isUnprintable: text += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
            default: text.unicodeScalars.append(scalar)
            }
        }
    }

    /// At most `length` characters, the last of them an ellipsis if any were cut.
    func shortened(to length: Int) -> String {
        count <= length ? self : prefix(max(length - 1, 0)) + "…"
    }

    func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }

    func leftPadded(to width: Int) -> String {
        String(repeating: " ", count: max(0, width - count)) + self
    }
}

extension Unicode.Scalar {
    fileprivate var isUnprintable: Bool {
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: true
        default: false
        }
    }
}

extension BinaryInteger {
    /// The number with a comma after every third digit: `60,000`.
    var grouped: String {
        let digits = String(magnitude)
        var text = self < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index).isMultiple(of: 3) { text += "," }
            text.append(digit)
        }
        return text
    }
}

extension Double {
    /// `0.9778` as `97.78%`.
    var percent: String { String(format: "%.2f%%", self * 100) }

    /// Four significant digits, as a loss needs: `0.08123`, `2.303`, `1.2e-07`.
    var brief: String {
        guard isFinite else { return "\(self)" }
        let size = magnitude
        if size != 0 && (size < 1e-4 || size >= 1e6) { return String(format: "%.3e", self) }
        let decimals = size >= 1000 ? 1 : size >= 100 ? 2 : size >= 1 || size == 0 ? 4 : 5
        return String(format: "%.\(decimals)f", self)
    }

    /// A time in seconds: `0.4 s`, `12.3 s`, `4:05 min`, `1:02:03 h`.
    var duration: String {
        guard isFinite, self >= 0, self < 1e9 else { return "?" }
        if self < 59.95 { return String(format: "%.1f s", self) }
        let seconds = Int(rounded())
        if seconds < 3600 { return String(format: "%d:%02d min", seconds / 60, seconds % 60) }
        return String(format: "%d:%02d:%02d h", seconds / 3600, seconds / 60 % 60, seconds % 60)
    }
}

extension Int {
    /// A size in bytes: `512 bytes`, `78.6 KiB`, `44.9 MiB`.
    var byteSize: String {
        guard self >= 1024 else { return self == 1 ? "1 byte" : "\(self) bytes" }
        var value = Double(self)
        var units = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"][...]
        value /= 1024
        while value >= 1023.95, units.count > 1 {
            value /= 1024
            units.removeFirst()
        }
        return String(format: "%.1f ", value) + units.first!
    }
}

/// `1 step`, `2 steps`, `60,000 samples`.
func counted(_ count: Int, _ noun: String) -> String { "\(count.grouped) \(noun)\(count == 1 ? "" : "s")" }
