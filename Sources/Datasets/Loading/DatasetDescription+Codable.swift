import StrictCoding

extension DatasetDescription: Codable {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case path, inputs, targets, train, validation, test, synthetic, validationFraction, splitSeed, normalization
        case targetKind

        init(_ split: Split) {
            switch split {
            case .train: self = .train
            case .validation: self = .validation
            case .test: self = .test
            }
        }
    }

    public init(from decoder: any Decoder) throws {
        self.init()
        if let path = try decoder.shorthand(String.self) {
            self.path = path
            return
        }
        let container = try decoder.strictContainer(keyedBy: CodingKeys.self)
        path = try container.valueIfPresent(String.self, forKey: .path)
        inputs = try container.valueIfPresent(String.self, forKey: .inputs)
        targets = try container.valueIfPresent(String.self, forKey: .targets)
        for split in Split.allCases {
            splits[split] = try container.valueIfPresent(SplitDescription.self, forKey: CodingKeys(split))
        }
        synthetic = try container.valueIfPresent(SyntheticDescription.self, forKey: .synthetic)
        validationFraction = try container.valueIfPresent(Double.self, forKey: .validationFraction)
        splitSeed = try container.valueIfPresent(UInt64.self, forKey: .splitSeed) ?? 0
        normalization = try container.valueIfPresent(NormalizationChoice.self, forKey: .normalization) ?? .stored
        targetKind = try container.valueIfPresent(TargetChoice.self, forKey: .targetKind)
        if let problem { throw StrictCodingError(path: decoder.codingPath, problem: problem) }
    }

    /// A text when there is nothing but a path.
    public func encode(to encoder: any Encoder) throws {
        if let path, self == DatasetDescription(path: path) {
            var container = encoder.singleValueContainer()
            return try container.encode(path)
        }
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(path, forKey: .path)
        try container.encodeIfPresent(inputs, forKey: .inputs)
        try container.encodeIfPresent(targets, forKey: .targets)
        for split in Split.allCases {
            try container.encodeIfPresent(splits[split], forKey: CodingKeys(split))
        }
        try container.encodeIfPresent(synthetic, forKey: .synthetic)
        try container.encodeIfPresent(validationFraction, forKey: .validationFraction)
        if splitSeed != 0 { try container.encode(splitSeed, forKey: .splitSeed) }
        if normalization != .stored { try container.encode(normalization, forKey: .normalization) }
        try container.encodeIfPresent(targetKind, forKey: .targetKind)
    }
}

extension SplitDescription: Codable {
    enum CodingKeys: String, CodingKey, CaseIterable { case path, inputs, targets }

    public init(from decoder: any Decoder) throws {
        if let path = try decoder.shorthand(String.self) {
            self.init(path: path)
            return
        }
        let container = try decoder.strictContainer(keyedBy: CodingKeys.self)
        self.init(
            path: try container.valueIfPresent(String.self, forKey: .path),
            inputs: try container.valueIfPresent(String.self, forKey: .inputs),
            targets: try container.valueIfPresent(String.self, forKey: .targets))
        if inputs == nil, targets != nil {
            throw StrictCodingError(path: decoder.codingPath, problem: "the key 'inputs' is missing beside 'targets'")
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(path, forKey: .path)
        try container.encodeIfPresent(inputs, forKey: .inputs)
        try container.encodeIfPresent(targets, forKey: .targets)
    }
}

extension NormalizationChoice: Codable {
    private enum Name: String, CaseIterable {
        case stored
        case identity = "none"
        case standardize, standardizeChannels
    }

    public init(from decoder: any Decoder) throws {
        // A mapping with one known key, such as {scale: 0.1}, looks like a name with a value.
        guard let text = try decoder.shorthand(String.self) else {
            self = .values(try NormalizationValues(from: decoder))
            return
        }
        switch Name(rawValue: text) {
        case .stored: self = .stored
        case .identity: self = .identity
        case .standardize: self = .standardize
        case .standardizeChannels: self = .standardizeChannels
        case nil:
            let names = Name.allCases.map(\.rawValue)
            let suggestion = nearest(text, among: names).map { "; did you mean '\($0)'?" } ?? "."
            throw StrictCodingError(
                path: decoder.codingPath,
                problem: "unknown normalization '\(text)'\(suggestion) Choose from: \(names.joined(separator: ", ")), "
                    + "{scale, offset}, {mean, standardDeviation}")
        }
    }

    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .stored: try encoder.encodeTagged(Name.stored.rawValue)
        case .identity: try encoder.encodeTagged(Name.identity.rawValue)
        case .standardize: try encoder.encodeTagged(Name.standardize.rawValue)
        case .standardizeChannels: try encoder.encodeTagged(Name.standardizeChannels.rawValue)
        case .values(let values): try values.encode(to: encoder)
        }
    }
}

extension NormalizationValues: Codable {
    enum CodingKeys: String, CodingKey, CaseIterable { case scale, offset, mean, standardDeviation }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.strictContainer(keyedBy: CodingKeys.self)
        func numbers(_ key: CodingKeys) throws -> [Double]? {
            try container.valueIfPresent(OneOrMany.self, forKey: key)?.numbers
        }
        scale = try numbers(.scale)
        offset = try numbers(.offset)
        mean = try numbers(.mean)
        standardDeviation = try numbers(.standardDeviation)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(scale.map(OneOrMany.init), forKey: .scale)
        try container.encodeIfPresent(offset.map(OneOrMany.init), forKey: .offset)
        try container.encodeIfPresent(mean.map(OneOrMany.init), forKey: .mean)
        try container.encodeIfPresent(standardDeviation.map(OneOrMany.init), forKey: .standardDeviation)
    }

    /// `0.5` or `[0.5, 0.4, 0.3]`.
    private struct OneOrMany: Codable {
        var numbers: [Double]

        init(_ numbers: [Double]) { self.numbers = numbers }

        init(from decoder: any Decoder) throws {
            if let list = try? [Double](from: decoder) {
                numbers = list
            } else if let number = try? decoder.singleValueContainer().decode(Double.self) {
                numbers = [number]
            } else {
                throw StrictCodingError(
                    path: decoder.codingPath, problem: "expected a number or a list of numbers")
            }
        }

        func encode(to encoder: any Encoder) throws {
            if numbers.count == 1 {
                var container = encoder.singleValueContainer()
                try container.encode(numbers[0])
            } else {
                try numbers.encode(to: encoder)
            }
        }
    }
}
