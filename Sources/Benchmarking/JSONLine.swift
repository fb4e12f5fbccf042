import Foundation

/// A value as one line of JSON, the form in which every program here prints figures for others to read.
///
/// Keys are in alphabetical order. Numbers that JSON has not are the texts "inf", "-inf" and "nan".
package func jsonLine(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
        positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return String(decoding: try encoder.encode(value), as: UTF8.self)
}
