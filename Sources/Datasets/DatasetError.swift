/// What is wrong with a data set, or with a file to import: where, what was expected, what was found, what to do.
///
///     digits.h5: y_train: expected labels in 0 ..< 10, found 12 in row 31. Correct the labels, or …
public struct DatasetError: Error, Equatable, Sendable, CustomStringConvertible {
    public enum Kind: Equatable, Sendable {
        /// The file does not exist, or is a folder.
        case missingFile
        /// The file exists and cannot be read: permissions, a failing disk.
        case unreadable
        /// The file is not of the format expected.
        case wrongFormat
        /// The file ends before its own header says it does, or goes on after it.
        case truncated
        /// The file lacks a data set, array, column or member.
        case missingObject
        /// Elements are of a type that cannot be used here.
        case wrongType
        /// Rank or shape do not fit.
        case wrongShape
        /// Inputs and targets have different numbers of rows.
        case rowCounts
        /// There are no rows, or rows have no elements.
        case empty
        case labelOutOfRange
        /// A target that its loss has no meaning for.
        case outOfRange
        /// An infinity or NaN.
        case notFinite
        /// The contents break the rules of the format.
        case malformed
        /// The format allows it, this program does not read it.
        case unsupported
        /// An option makes no sense, or not together with another.
        case invalidOption
        /// The output exists and must not be overwritten.
        case exists
        case writeFailed
    }

    public let kind: Kind
    /// Path of the file, or the name of a data set in memory.
    public let file: String
    /// What in the file: `x_train`, `line 17, column 'age'`, `t10k-labels.npy`.
    public let object: String?
    public let expected: String?
    public let found: String
    /// What to do about it, as sentences; a period after the last is left out where it is shown.
    public let advice: String?

    public init(
        _ kind: Kind, file: String, object: String? = nil, expected: String? = nil, found: String,
        advice: String? = nil
    ) {
        self.kind = kind
        self.file = file
        self.object = object
        self.expected = expected
        self.found = found
        self.advice = advice
    }

    public var description: String {
        let place = object.map { "\(file): \($0)" } ?? file
        let fault = expected.map { "expected \($0), found \(found)" } ?? found
        return "\(place): \(fault)" + (shownAdvice.map { ". \($0)" } ?? "")
    }

    /// The advice without a period at its end, as no message has one.
    var shownAdvice: String? {
        advice.map { $0.hasSuffix(".") && !$0.hasSuffix("..") ? String($0.dropLast()) : $0 }
    }
}

/// A list of names for a message: the first twenty.
func listed(_ names: [String]) -> String {
    guard !names.isEmpty else { return "nothing" }
    return names.prefix(20).joined(separator: ", ") + (names.count > 20 ? " and \(names.count - 20) more" : "")
}
