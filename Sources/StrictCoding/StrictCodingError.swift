/// What is wrong in a configuration, and where: `network[2].linear: unknown key 'outputz'; did you mean 'outputs'?`
public struct StrictCodingError: Error, Equatable, CustomStringConvertible {
    /// The place in the document, such as `network[2].linear`; empty at its root.
    public let path: String
    /// What was expected, what was found, and what to do.
    public let problem: String

    public init(path: [any CodingKey], problem: String) {
        self.path = path.written
        self.problem = problem
    }

    public var description: String { path.isEmpty ? problem : "\(path): \(problem)" }
}

extension [any CodingKey] {
    /// The path as a person writes it: keys after dots, list positions (from zero) in brackets.
    package var written: String {
        var text = ""
        for key in self {
            if let index = key.intValue {
                text += "[\(index)]"
            } else {
                text += text.isEmpty ? key.stringValue : ".\(key.stringValue)"
            }
        }
        return text
    }
}

/// Runs a decoder and turns whatever `DecodingError` it throws into a `StrictCodingError` with the same path.
///
/// Decoders differ in what they do with errors thrown inside `init(from:)`: `YAMLDecoder` wraps them in
/// `DecodingError.dataCorrupted` under an empty path, `JSONDecoder` passes them on. Here both come out the same.
///
///     let configuration = try strictly { try YAMLDecoder().decode(Configuration.self, from: text) }
///
/// Errors that are neither (an unreadable file, a syntax error of the YAML parser) pass through unchanged.
package func strictly<Value>(_ decode: () throws -> Value) throws -> Value {
    do {
        return try decode()
    } catch let error as DecodingError {
        throw error.translated
    }
}

extension DecodingError {
    fileprivate var translated: any Error {
        switch self {
        case .typeMismatch(let type, let context):
            return StrictCodingError(
                path: context.codingPath, problem: "expected \(expectation(of: type)), found another kind of value")
        case .valueNotFound(let type, let context):
            return StrictCodingError(
                path: context.codingPath, problem: "expected \(expectation(of: type)), found nothing")
        case .keyNotFound(let key, let context):
            return StrictCodingError(path: context.codingPath, problem: "the key '\(key.stringValue)' is missing")
        case .dataCorrupted(let context):
            if let underlying = context.underlyingError {
                return (underlying as? DecodingError)?.translated ?? underlying
            }
            return StrictCodingError(path: context.codingPath, problem: context.debugDescription)
        @unknown default:
            return self
        }
    }
}

/// A type as a reader of YAML or JSON knows it.
func expectation(of type: Any.Type) -> String {
    switch type {
    case is String.Type: "a text"
    case is Bool.Type: "true or false"
    case is any UnsignedInteger.Type: "a whole number that is not negative"
    case is any BinaryInteger.Type: "a whole number"
    case is any BinaryFloatingPoint.Type: "a number"
    case is any AnyArray.Type: "a list"
    case is any AnyMapping.Type: "a mapping"
    default: "\(type)"
    }
}

private protocol AnyArray {}
extension Array: AnyArray {}

private protocol AnyMapping {}
extension Dictionary: AnyMapping {}
