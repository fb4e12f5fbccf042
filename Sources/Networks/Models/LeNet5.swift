import StrictCoding

/// LeNet-5: LeCun, Bottou, Bengio and Haffner 1998, "Gradient-based learning applied to document recognition", figure
/// 2.
///
/// Two convolutions of 5 × 5, each averaged over 2 × 2, and three linear layers, with tanh between. Its second
/// convolution sees all channels, and its last layer gives logits: the table of connections and the radial units of
/// 1998 are left out, as in all of its descendants. Images of 28 × 28 get the border of 2 that the paper's 32 × 32
/// have.
public struct LeNet5: ModelShape {
    public static let kind = "leNet5"

    /// Numbers to put out, one for each class.
    public var classes: Int
    public var name: String?

    public init(classes: Int = 10, name: String? = nil) {
        self.classes = classes
        self.name = name
    }

    public func layers(for image: Shape) throws -> Network {
        try check(classes, "classes")
        return Network {
            Convolution(6, kernel: 5, padding: image.dimensions[0] < 32 ? .same : .valid)
            Tanh()
            AveragePool(2)
            Convolution(16, kernel: 5)
            Tanh()
            AveragePool(2)
            Flatten()
            Linear(120)
            Tanh()
            Linear(84)
            Tanh()
            Linear(classes)
        }
    }
}

extension LeNet5 {
    private enum CodingKeys: String, CodingKey, CaseIterable { case classes, name }

    public init(from tagged: Tagged) throws {
        let fields = try tagged.fields(keyedBy: CodingKeys.self, among: CodingKeys.allCases, isRequired: false)
        self.init(
            classes: try fields?.valueIfPresent(Int.self, forKey: .classes) ?? 10,
            name: try fields?.valueIfPresent(String.self, forKey: .name))
    }

    private struct Fields: Encodable {
        let model: LeNet5

        func encode(to encoder: any Encoder) throws {
            var fields = encoder.container(keyedBy: CodingKeys.self)
            try fields.encode(model.classes, forKey: .classes)
            try fields.encodeIfPresent(model.name, forKey: .name)
        }
    }

    public func encodeTagged(to encoder: any Encoder) throws {
        try encoder.encodeTagged(Self.kind, Fields(model: self))
    }
}
