import StrictCoding

/// The residual network for small images of He, Zhang, Ren and Sun 2015, arXiv:1512.03385, section 4.2.
///
/// A convolution, then three stages of n = (depth - 2) / 6 blocks at `width`, twice and four times as many channels,
/// the second and third beginning with a stride of 2; the mean over the image; a linear layer. A block is two
/// convolutions of 3 × 3, each with batch normalization. Where the shape changes the skip is a convolution of 1 × 1
/// with batch normalization (option B of the paper), as most implementations have it.
public struct ResNet: ModelShape {
    public static let kind = "resNet"

    /// Layers with weights, skips not counted: 6n + 2, so 20, 32, 44, 56, …
    public var depth: Int
    /// Channels of the first stage.
    public var width: Int
    /// Numbers to put out, one for each class.
    public var classes: Int
    /// Whether batches are normalized as a whole instead of shard by shard.
    public var synchronized: Bool
    public var name: String?

    /// The deepest of the paper.
    static let deepest = 1202

    public init(
        depth: Int, width: Int = 16, classes: Int = 10, synchronized: Bool = false, name: String? = nil
    ) {
        self.depth = depth
        self.width = width
        self.classes = classes
        self.synchronized = synchronized
        self.name = name
    }

    public func layers(for image: Shape) throws -> Network {
        try check(width, "width", most: 1 << 20)
        try check(classes, "classes")
        guard (8...Self.deepest).contains(depth), depth % 6 == 2 else {
            throw NetworkError.invalidLayer(
                layer: name ?? Self.kind,
                problem: "depth is \(depth), expected 6n + 2 of at most \(Self.deepest): 8, 14, 20, 32, 44, 56, …")
        }
        return Network {
            Convolution(width, kernel: 3, padding: .same, bias: false)
            BatchNormalization(synchronized: synchronized)
            ReLU()
            for stage in 0..<3 {
                for block in 0..<(depth - 2) / 6 {
                    self.block(filters: width << stage, halves: stage > 0 && block == 0)
                    ReLU()
                }
            }
            GlobalAveragePool()
            Linear(classes)
        }
    }

    private func block(filters: Int, halves: Bool) -> Residual {
        let layers = Network {
            Convolution(filters, kernel: 3, stride: halves ? 2 : 1, padding: .of(1), bias: false)
            BatchNormalization(synchronized: synchronized)
            ReLU()
            Convolution(filters, kernel: 3, padding: .same, bias: false)
            BatchNormalization(synchronized: synchronized)
        }
        let projection = Network {
            Convolution(filters, kernel: 1, stride: 2, bias: false)
            BatchNormalization(synchronized: synchronized)
        }
        return Residual(layers, projection: halves ? projection : nil)
    }
}

extension ResNet {
    private enum CodingKeys: String, CodingKey, CaseIterable { case depth, width, classes, synchronized, name }

    /// `{resNet: 20}` or a mapping.
    private struct Fields: Codable {
        var model: ResNet

        init(_ model: ResNet) { self.model = model }

        init(from decoder: any Decoder) throws {
            if let depth = try decoder.shorthand(Int.self) {
                model = ResNet(depth: depth)
                return
            }
            let fields = try decoder.strictContainer(keyedBy: CodingKeys.self)
            model = ResNet(
                depth: try fields.value(Int.self, forKey: .depth),
                width: try fields.valueIfPresent(Int.self, forKey: .width) ?? 16,
                classes: try fields.valueIfPresent(Int.self, forKey: .classes) ?? 10,
                synchronized: try fields.valueIfPresent(Bool.self, forKey: .synchronized) ?? false,
                name: try fields.valueIfPresent(String.self, forKey: .name))
        }

        func encode(to encoder: any Encoder) throws {
            var fields = encoder.container(keyedBy: CodingKeys.self)
            try fields.encode(model.depth, forKey: .depth)
            try fields.encode(model.width, forKey: .width)
            try fields.encode(model.classes, forKey: .classes)
            try fields.encode(model.synchronized, forKey: .synchronized)
            try fields.encodeIfPresent(model.name, forKey: .name)
        }
    }

    public init(from tagged: Tagged) throws { self = try tagged.value(Fields.self).model }

    public func encodeTagged(to encoder: any Encoder) throws {
        try encoder.encodeTagged(Self.kind, Fields(self))
    }
}
