import Foundation
import Kernels

/// How the bytes of a table are text. Numbers, delimiters and line ends are ASCII in all of them.
public enum CSVEncoding: String, CaseIterable, Sendable {
    case utf8 = "utf-8"
    /// ISO 8859-1: each byte is the code point of its number.
    case latin1
    /// Latin-1 with printable characters in 0x80 to 0x9F: what Windows calls ANSI in Western Europe and America.
    case windows1252 = "windows-1252"

    /// - Throws: `DatasetError` that names the first byte which is no text.
    func text(_ bytes: ArraySlice<UInt8>, file: String, object: @autoclosure () -> String) throws -> String {
        switch self {
        case .utf8:
            if let text = String(validating: bytes, as: UTF8.self) { return text }
            let byte = bytes[Self.firstInvalid(bytes)!]
            let guess = Self.windows1252Scalar(byte).map { " ('\(Character($0))' in windows-1252)" } ?? ""
            throw DatasetError(
                .wrongFormat, file: file, object: object(), expected: "text in UTF-8",
                found: "the byte 0x\(byte.hexadecimal.uppercased())\(guess)",
                advice: "Say --encoding windows-1252 or latin1, whichever it is, or convert it "
                    + "(\(Self.conversion(of: file, from: "WINDOWS-1252"))).")
        case .latin1:
            return String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
        case .windows1252:
            return String(
                String.UnicodeScalarView(
                    try bytes.map { byte in
                        if let scalar = Self.windows1252Scalar(byte) { return scalar }
                        throw DatasetError(
                            .wrongFormat, file: file, object: object(), expected: "text in windows-1252",
                            found: "the byte 0x\(byte.hexadecimal.uppercased()), which it has no character for",
                            advice: "Find out the encoding of the file, and convert it "
                                + "(\(Self.conversion(of: file, from: "ENCODING"))).")
                    }))
        }
    }

    /// The position of the first byte that begins no character of UTF-8.
    private static func firstInvalid(_ bytes: ArraySlice<UInt8>) -> Int? {
        var index = bytes.startIndex
        while index < bytes.endIndex {
            let length = bytes[index] < 0x80 ? 1 : bytes[index] < 0xE0 ? 2 : bytes[index] < 0xF0 ? 3 : 4
            guard index + length <= bytes.endIndex,
                String(validating: bytes[index..<index + length], as: UTF8.self) != nil
            else { return index }
            index += length
        }
        return nil
    }

    /// The command that makes a file in UTF-8 beside one in another encoding.
    static func conversion(of file: String, from encoding: String) -> String {
        let url = URL(fileURLWithPath: file)
        let stem = (file as NSString).deletingPathExtension
        let copy = "\(stem)-utf8" + (url.pathExtension.isEmpty ? "" : ".\(url.pathExtension)")
        return "iconv -f \(encoding) -t UTF-8 \(quoted(file)) > \(quoted(copy))"
    }

    private static func quoted(_ path: String) -> String {
        let isPlain = path.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || "/._-".utf8.contains(byte)
        }
        return isPlain ? path : "'" + path.replacingOccurrences(of: "'", with: "'\\''") + "'"
    }

    /// Nil for the five bytes without a character.
    private static func windows1252Scalar(_ byte: UInt8) -> Unicode.Scalar? {
        guard (0x80...0x9F).contains(byte) else { return Unicode.Scalar(byte) }
        let code = high[Int(byte) - 0x80]
        return code == 0 ? nil : Unicode.Scalar(code)
    }

    /// The characters of 0x80 to 0x9F (https://www.unicode.org/Public/MAPPINGS/VENDORS/MICSFT/WINDOWS/CP1252.TXT).
    private static let high: [UInt16] = [
        0x20AC, 0, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017D, 0,
        0, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0, 0x017E,
        0x0178,
    ]
}
