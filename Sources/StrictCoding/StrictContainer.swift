/// Any text as a coding key: to see the keys that are there before asking for those that should be.
struct AnyKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}

extension Decoder {
    /// The keyed container of a configuration type, after refusing every key that the type does not know.
    ///
    /// `Codable` alone ignores unknown keys, so that a misspelled `momentun: 0.9` would silently train without
    /// momentum.
    /// - Throws: `StrictCodingError` when the value is no mapping or has an unknown key; the nearest known one is
    ///   named.
    public func strictContainer<Key: CodingKey & CaseIterable>(
        keyedBy type: Key.Type
    ) throws -> KeyedDecodingContainer<Key> {
        try strictContainer(keyedBy: type, among: Array(Key.allCases))
    }

    /// The keyed container of a configuration type of which only some keys may occur, after refusing every other one.
    public func strictContainer<Key: CodingKey>(
        keyedBy type: Key.Type, among keys: [Key]
    ) throws -> KeyedDecodingContainer<Key> {
        let known = keys.map(\.stringValue)
        guard let found = try? container(keyedBy: AnyKey.self) else {
            throw StrictCodingError(
                path: codingPath,
                problem: "expected a mapping with keys among \(known.joined(separator: ", ")), found \(valueFound)")
        }
        for key in found.allKeys.map(\.stringValue).sorted() where !known.contains(key) {
            throw StrictCodingError(
                path: codingPath,
                problem: "unknown key '\(key)'\(suggestion(for: key, among: known)) "
                    + "Known keys: \(known.joined(separator: ", "))")
        }
        return try container(keyedBy: type)
    }

    /// The short form of a configuration value, such as the 512 of `linear: 512` for `linear: {outputs: 512}`;
    /// nil when the value is a mapping and the long form should be read by `strictContainer(keyedBy:)`.
    /// - Throws: `StrictCodingError` when the value is neither a mapping nor a `Value`.
    public func shorthand<Value: Decodable>(_ type: Value.Type) throws -> Value? {
        if (try? container(keyedBy: AnyKey.self)) != nil { return nil }
        do {
            return try singleValueContainer().decode(type)
        } catch let error where !(error is StrictCodingError) {
            throw StrictCodingError(
                path: codingPath, problem: "expected \(expectation(of: type)) or a mapping, found \(valueFound)")
        }
    }

    /// What stands here, for a message: `a list`, `a mapping`, `'512'`.
    public var valueFound: String {
        if (try? container(keyedBy: AnyKey.self)) != nil { return "a mapping" }
        if (try? unkeyedContainer()) != nil { return "a list" }
        guard let single = try? singleValueContainer(), !single.decodeNil() else { return "nothing" }
        if let value = try? single.decode(Bool.self) { return "\(value)" }
        if let value = try? single.decode(Int.self) { return "\(value)" }
        if let value = try? single.decode(Double.self) { return "\(value)" }
        if let value = try? single.decode(String.self) { return "'\(value)'" }
        return "something else"
    }
}

extension KeyedDecodingContainer {
    /// `decode(_:forKey:)` whose errors say what was found: decoders themselves report only that the type is another.
    /// - Throws: `StrictCodingError` when the key is missing or its value has another type.
    public func value<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        let mismatch = {
            let found = (try? superDecoder(forKey: key).valueFound) ?? "something else"
            return StrictCodingError(
                path: codingPath + [key], problem: "expected \(expectation(of: type)), found \(found)")
        }
        do {
            return try decode(type, forKey: key)
        } catch DecodingError.keyNotFound(_, let context) where context.codingPath.count == codingPath.count {
            throw StrictCodingError(path: codingPath, problem: "the key '\(key.stringValue)' is missing")
        } catch DecodingError.typeMismatch(_, let context)
            where context.codingPath.written == (codingPath + [key]).written
        {
            throw mismatch()
        } catch let error
            where type is any BinaryInteger.Type && !(error is StrictCodingError) && !(error is DecodingError)
        {
            // JSONDecoder's private error for 1.5 read as an integer.
            throw mismatch()
        }
    }

    /// The value of a key, and nil when the key is absent or its value is null.
    public func valueIfPresent<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value? {
        guard contains(key), try !decodeNil(forKey: key) else { return nil }
        return try value(type, forKey: key)
    }
}
