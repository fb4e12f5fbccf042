import StrictCoding

extension Augmentation: Codable {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case shift, horizontalFlip, rotation, cutout, mixup, fill
    }

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.strictContainer(keyedBy: CodingKeys.self)
        self.init(
            shift: try fields.valueIfPresent(Int.self, forKey: .shift),
            horizontalFlip: try fields.valueIfPresent(Probability.self, forKey: .horizontalFlip)?.value,
            rotation: try fields.valueIfPresent(Double.self, forKey: .rotation),
            cutout: try fields.valueIfPresent(Int.self, forKey: .cutout),
            mixup: try fields.valueIfPresent(Double.self, forKey: .mixup),
            fill: try fields.valueIfPresent(Fill.self, forKey: .fill) ?? .zero)
    }

    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encodeIfPresent(shift, forKey: .shift)
        try fields.encodeIfPresent(horizontalFlip, forKey: .horizontalFlip)
        try fields.encodeIfPresent(rotation, forKey: .rotation)
        try fields.encodeIfPresent(cutout, forKey: .cutout)
        try fields.encodeIfPresent(mixup, forKey: .mixup)
        try fields.encode(fill, forKey: .fill)
    }

    /// `0.5`, or `true` for it; `false` for none.
    private struct Probability: Decodable {
        let value: Double?

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let flag = try? container.decode(Bool.self) {
                value = flag ? 0.5 : nil
            } else if let number = try? container.decode(Double.self) {
                value = number
            } else {
                throw StrictCodingError(path: decoder.codingPath, problem: "expected a probability, true or false")
            }
        }
    }
}
