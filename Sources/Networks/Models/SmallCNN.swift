import StrictCoding

/// Two convolutions of 3 × 3 with 32 and 64 filters, each followed by the largest of 2 × 2, and a hidden layer of 128:
/// what tutorials begin with, 421,642 parameters for grey images of 28 × 28 and ten classes.
public struct SmallCNN: ModelShape {
    public static let kind = "smallCNN"

    /// Numbers to put out, one for each class.
    public var classes: Int
    /// Whether each convolution is followed by batch normalization, and has no bias then.
    public var batchNormalization: Bool
    /// Whether it normalizes a batch as a whole instead of shard by shard.
    public var synchronized: Bool
    public var name: String?

    public init(
        classes: Int = 10, batchNormalization: Bool = false, synchronized: Bool = false, name: String? = nil
    ) {
        self.classes = classes
        self.batchNormalization = batchNormalization
        self.synchronized = synchronized
        self.name = name
    }

    public func layers(for image: Shape) throws -> Network {
        try check(classes, "classes")
        guard batchNormalization || !synchronized else {
            throw NetworkError.invalidLayer(
                layer: name ?? Self.kind,
                problem: "synchronized is about batch normalization: expected batchNormalization: true beside it")
        }
        return Network {
            for filters in [32, 64] {
                Convolution(filters, kernel: 3, padding: .same, bias: !batchNormalization)
                if batchNormalization { BatchNormalization(synchronized: synchronized) }
                ReLU()
                MaxPool(2)
            }
            Flatten()
            Linear(128)
            ReLU()
            Linear(classes)
        }
    }
}

extension SmallCNN {
    private enum CodingKeys: String, CodingKey, CaseIterable { case classes, batchNormalization, synchronized, name }

    public init(from tagged: Tagged) throws {
        let fields = try tagged.fields(keyedBy: CodingKeys.self, among: CodingKeys.allCases, isRequired: false)
        self.init(
            classes: try fields?.valueIfPresent(Int.self, forKey: .classes) ?? 10,
            batchNormalization: try fields?.valueIfPresent(Bool.self, forKey: .batchNormalization) ?? false,
            synchronized: try fields?.valueIfPresent(Bool.self, forKey: .synchronized) ?? false,
            name: try fields?.valueIfPresent(String.self, forKey: .name))
    }

    private struct Fields: Encodable {
        let model: SmallCNN

        func encode(to encoder: any Encoder) throws {
            var fields = encoder.container(keyedBy: CodingKeys.self)
            try fields.encode(model.classes, forKey: .classes)
            try fields.encode(model.batchNormalization, forKey: .batchNormalization)
            try fields.encode(model.synchronized, forKey: .synchronized)
            try fields.encodeIfPresent(model.name, forKey: .name)
        }
    }

    public func encodeTagged(to encoder: any Encoder) throws {
        try encoder.encodeTagged(Self.kind, Fields(model: self))
    }
}
