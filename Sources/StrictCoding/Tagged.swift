/// One choice among named ones, with or without a value: `relu`, `{linear: 512}`, `{linear: {outputs: 512}}`.
///
/// Enumerations and layers read themselves through it:
///
///     init(from decoder: Decoder) throws {
///         let tagged = try decoder.tagged("activation", among: ["relu", "leakyRelu"])
///         switch tagged.name {
///         case "relu": try tagged.refuseValue(); self = .relu
///         default: self = .leakyRelu(slope: try tagged.valueIfPresent(Float.self) ?? 0.01)
///         }
///     }
public struct Tagged {
    public let name: String
    /// The mapping that holds the value under `name`; nil for a bare name and for `{name: null}`.
    private let mapping: KeyedDecodingContainer<AnyKey>?
    private let codingPath: [any CodingKey]

    fileprivate init(name: String, mapping: KeyedDecodingContainer<AnyKey>?, codingPath: [any CodingKey]) {
        self.name = name
        self.mapping = mapping
        self.codingPath = codingPath
    }

    public var hasValue: Bool { mapping != nil }

    /// The value, decoded at the path `….name`.
    /// - Throws: `StrictCodingError` when there is none, and whatever decoding it throws.
    public func value<Value: Decodable>(_ type: Value.Type) throws -> Value {
        guard let value = try valueIfPresent(type) else { throw missingValue }
        return value
    }

    private var missingValue: StrictCodingError {
        StrictCodingError(path: codingPath, problem: "'\(name)' needs a value: write {\(name): …}")
    }

    /// The value, or nil for a bare name.
    public func valueIfPresent<Value: Decodable>(_ type: Value.Type) throws -> Value? {
        try mapping?.value(type, forKey: AnyKey(stringValue: name))
    }

    /// The value as a mapping of which only some keys may occur, or nil for a bare name.
    /// - Parameter isRequired: whether a bare name is an error.
    public func fields<Key: CodingKey>(
        keyedBy type: Key.Type, among keys: [Key], isRequired: Bool
    ) throws -> KeyedDecodingContainer<Key>? {
        guard let mapping else {
            if isRequired { throw missingValue }
            return nil
        }
        return try mapping.superDecoder(forKey: AnyKey(stringValue: name)).strictContainer(keyedBy: type, among: keys)
    }

    /// - Throws: `StrictCodingError` when there is a value, for names that take none.
    public func refuseValue() throws {
        guard hasValue else { return }
        throw StrictCodingError(path: codingPath, problem: "'\(name)' takes no value: write \(name) alone")
    }
}

extension Decoder {
    /// Reads `name` or `{name: value}`.
    /// - Parameters:
    ///   - what: what the names stand for, in messages: `layer`, `loss`, `optimizer`.
    ///   - names: the names allowed.
    /// - Throws: `StrictCodingError` for an unknown name (the nearest is suggested), a mapping with no key or with
    ///   several, and anything that is neither a text nor a mapping.
    public func tagged(_ what: String, among names: [String]) throws -> Tagged {
        let name: String
        var mapping: KeyedDecodingContainer<AnyKey>?
        if let found = try? container(keyedBy: AnyKey.self) {
            let keys = found.allKeys
            guard keys.count == 1 else {
                let list = keys.map { "'\($0.stringValue)'" }.sorted().joined(separator: ", ")
                throw StrictCodingError(
                    path: codingPath,
                    problem: "expected one \(what) as {name: value}, found "
                        + (keys.isEmpty ? "an empty mapping" : "\(keys.count) keys: \(list)"))
            }
            name = keys[0].stringValue
            if try !found.decodeNil(forKey: keys[0]) { mapping = found }
        } else if let single = try? singleValueContainer(), !single.decodeNil(),
            let text = try? single.decode(String.self)
        {
            name = text
        } else {
            throw StrictCodingError(
                path: codingPath,
                problem: "expected one \(what) as a name or {name: value}, found \(valueFound). "
                    + "Choose from: \(names.joined(separator: ", "))")
        }
        guard names.contains(name) else {
            throw StrictCodingError(
                path: codingPath,
                problem: "unknown \(what) '\(name)'\(suggestion(for: name, among: names)) "
                    + "Choose from: \(names.joined(separator: ", "))")
        }
        return Tagged(name: name, mapping: mapping, codingPath: codingPath)
    }
}

extension Encoder {
    /// Writes a bare `name`.
    public func encodeTagged(_ name: String) throws {
        var container = singleValueContainer()
        try container.encode(name)
    }

    /// Writes `{name: value}`.
    public func encodeTagged<Value: Encodable>(_ name: String, _ value: Value) throws {
        var container = container(keyedBy: AnyKey.self)
        try container.encode(value, forKey: AnyKey(stringValue: name))
    }
}
