import StrictCoding

extension Extent: Codable {
    public init(from decoder: any Decoder) throws {
        if var list = try? decoder.unkeyedContainer() {
            let numbers = [try? list.decode(Int.self), try? list.decode(Int.self)].compactMap { $0 }
            guard numbers.count == 2, list.isAtEnd else {
                throw StrictCodingError(
                    path: decoder.codingPath, problem: "expected a whole number or two, [height, width]")
            }
            self.init(numbers[0], numbers[1])
            return
        }
        guard let number = try? decoder.singleValueContainer().decode(Int.self) else {
            throw StrictCodingError(
                path: decoder.codingPath,
                problem: "expected a whole number or two, [height, width], found \(decoder.valueFound)")
        }
        self.init(number, number)
    }

    public func encode(to encoder: any Encoder) throws {
        if height == width {
            var value = encoder.singleValueContainer()
            try value.encode(height)
        } else {
            var list = encoder.unkeyedContainer()
            try list.encode(height)
            try list.encode(width)
        }
    }
}

extension Padding: Codable {
    private enum CodingKeys: String, CodingKey, CaseIterable { case top, left, bottom, right }

    public init(from decoder: any Decoder) throws {
        if let named = try Padding(named: decoder, others: "a number, [height, width] or {top, left, bottom, right}") {
            self = named
        } else if (try? decoder.container(keyedBy: CodingKeys.self)) != nil {
            let fields = try decoder.strictContainer(keyedBy: CodingKeys.self)
            func edge(_ key: CodingKeys) throws -> Int { try fields.valueIfPresent(Int.self, forKey: key) ?? 0 }
            self = .edges(
                top: try edge(.top), left: try edge(.left), bottom: try edge(.bottom), right: try edge(.right))
        } else {
            self = .of(try Extent(from: decoder))
        }
    }

    /// One of the paddings that have a name; nil where no text stands.
    fileprivate init?(named decoder: any Decoder, others: String) throws {
        // YAML's numbers are texts too.
        guard (try? decoder.singleValueContainer().decode(Int.self)) == nil,
            let name = try? decoder.singleValueContainer().decode(String.self)
        else { return nil }
        switch name {
        case "same": self = .same
        case "valid": self = .valid
        default:
            throw StrictCodingError(
                path: decoder.codingPath, problem: "expected same, valid, \(others), found '\(name)'")
        }
    }

    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .same, .valid:
            var value = encoder.singleValueContainer()
            try value.encode(self == .same ? "same" : "valid")
        case .edges(let top, let left, let bottom, let right) where top == bottom && left == right:
            try Extent(top, left).encode(to: encoder)
        case .edges(let top, let left, let bottom, let right):
            var fields = encoder.container(keyedBy: CodingKeys.self)
            try fields.encode(top, forKey: .top)
            try fields.encode(left, forKey: .left)
            try fields.encode(bottom, forKey: .bottom)
            try fields.encode(right, forKey: .right)
        }
    }
}

/// A number of a signal's window: a whole number.
private struct Length: Codable {
    let extent: Extent

    init(_ extent: Extent) { self.extent = extent }

    init(from decoder: any Decoder) throws {
        guard let number = try? decoder.singleValueContainer().decode(Int.self) else {
            throw StrictCodingError(
                path: decoder.codingPath, problem: "expected a whole number, found \(decoder.valueFound)")
        }
        extent = Extent(1, number)
    }

    func encode(to encoder: any Encoder) throws {
        var value = encoder.singleValueContainer()
        try value.encode(extent.width)
    }
}

/// The padding of a signal: `same`, `valid`, a number for both ends, or `{left, right}`.
private struct SignalPadding: Codable {
    let padding: Padding

    private enum CodingKeys: String, CodingKey, CaseIterable { case left, right }

    init(_ padding: Padding) { self.padding = padding }

    init(from decoder: any Decoder) throws {
        if let named = try Padding(named: decoder, others: "a number or {left, right}") {
            padding = named
        } else if (try? decoder.container(keyedBy: CodingKeys.self)) != nil {
            let fields = try decoder.strictContainer(keyedBy: CodingKeys.self)
            padding = .edges(
                left: try fields.valueIfPresent(Int.self, forKey: .left) ?? 0,
                right: try fields.valueIfPresent(Int.self, forKey: .right) ?? 0)
        } else {
            let count = try Length(from: decoder).extent.width
            padding = .edges(left: count, right: count)
        }
    }

    func encode(to encoder: any Encoder) throws {
        switch padding {
        case .same, .valid: try padding.encode(to: encoder)
        case .edges(_, let left, _, let right) where left == right:
            var value = encoder.singleValueContainer()
            try value.encode(left)
        case .edges(_, let left, _, let right):
            var fields = encoder.container(keyedBy: CodingKeys.self)
            try fields.encode(left, forKey: .left)
            try fields.encode(right, forKey: .right)
        }
    }
}

/// The numbers of a window as a layer has them in its description: two of an image's plane, or one of a signal.
extension Plane {
    func extent(from decoder: any Decoder) throws -> Extent {
        self == .image ? try Extent(from: decoder) : try Length(from: decoder).extent
    }

    func extent<Key>(in fields: KeyedDecodingContainer<Key>, _ key: Key) throws -> Extent {
        self == .image
            ? try fields.value(Extent.self, forKey: key) : try fields.value(Length.self, forKey: key).extent
    }

    func extentIfPresent<Key>(in fields: KeyedDecodingContainer<Key>, _ key: Key) throws -> Extent? {
        self == .image
            ? try fields.valueIfPresent(Extent.self, forKey: key)
            : try fields.valueIfPresent(Length.self, forKey: key)?.extent
    }

    func paddingIfPresent<Key>(in fields: KeyedDecodingContainer<Key>, _ key: Key) throws -> Padding? {
        self == .image
            ? try fields.valueIfPresent(Padding.self, forKey: key)
            : try fields.valueIfPresent(SignalPadding.self, forKey: key)?.padding
    }

    /// An extent or a padding, to be written.
    func encodable(_ extent: Extent) -> any Encodable { self == .image ? extent : Length(extent) }
    func encodable(_ padding: Padding) -> any Encodable { self == .image ? padding : SignalPadding(padding) }
}
