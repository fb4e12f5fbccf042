import Foundation
import StrictCoding
import Yams

extension Configuration {
    /// Reads a configuration from YAML text.
    ///
    /// - Parameters:
    ///   - path: the file it came from, for messages.
    ///   - kinds: what it may name.
    /// - Throws: `StrictCodingError` naming the field; `TrainingError.unreadableConfiguration` for text that is not
    ///   YAML.
    public init(yaml: String, path: String, kinds: ConfigurationKinds = .standard) throws {
        do {
            self = try strictly { try YAMLDecoder().decode(Configuration.self, from: yaml, userInfo: kinds.userInfo) }
        } catch let error as StrictCodingError {
            throw error
        } catch {
            throw TrainingError.unreadableConfiguration(path: path, problem: "not a configuration in YAML: \(error)")
        }
    }

    /// Reads a configuration file.
    ///
    /// - Throws: what `init(yaml:path:)` throws, and `TrainingError.unreadableConfiguration` for a file that cannot be
    ///   read.
    public init(contentsOf path: String, kinds: ConfigurationKinds = .standard) throws {
        let text: String
        do {
            text = try String(contentsOfFile: path, encoding: .utf8)
        } catch {
            let exists = FileManager.default.fileExists(atPath: path)
            throw TrainingError.unreadableConfiguration(
                path: path,
                problem: exists ? "cannot be read as UTF-8 text" : "no such file: expected a configuration in YAML")
        }
        try self.init(yaml: text, path: path, kinds: kinds)
    }

    /// The configuration as YAML text that reads back as an equal one.
    ///
    /// The encoder of Yams writes 0.2 as `2e-1` and keeps 15 digits, with which a run that is resumed would not have
    /// the learning rate of the one that was stopped. So the order of keys is taken from it, and the numbers from JSON.
    public func yaml() throws -> String {
        let exact = try JSONDecoder().decode(JSONValue.self, from: try JSONEncoder().encode(self))
        guard let node = try compose(yaml: try YAMLEncoder().encode(self)) else { return "" }
        return try serialize(node: node.withNumbers(of: exact))
    }
}

/// The numbers of a JSON document, where they are.
private enum JSONValue: Decodable {
    case number(Double)
    case list([JSONValue])
    case mapping([String: JSONValue])
    case other

    init(from decoder: any Decoder) throws {
        if let mapping = try? [String: JSONValue](from: decoder) {
            self = .mapping(mapping)
        } else if let list = try? [JSONValue](from: decoder) {
            self = .list(list)
        } else if let number = try? decoder.singleValueContainer().decode(Double.self) {
            self = .number(number)
        } else {
            self = .other
        }
    }
}

extension Node {
    /// This document with its floating-point numbers, which have an exponent here, in the fewest digits that
    /// read back as the same.
    fileprivate func withNumbers(of exact: JSONValue) -> Node {
        switch (self, exact) {
        case (.mapping(var mapping), .mapping(let values)):
            for (key, node) in mapping {
                guard let name = key.string, let value = values[name] else { continue }
                mapping[key] = node.withNumbers(of: value)
            }
            return .mapping(mapping)
        case (.sequence(var sequence), .list(let values)):
            for (index, value) in zip(sequence.indices, values) {
                sequence[index] = sequence[index].withNumbers(of: value)
            }
            return .sequence(sequence)
        case (.scalar(let scalar), .number(let value)) where scalar.string.contains("e"):
            return Node("\(value)", Tag(.float))
        default:
            return self
        }
    }
}
