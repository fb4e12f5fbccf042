import StrictCoding

/// Normalizes groups of neighboring channels of each sample to mean 0 and variance 1, then gives each channel a scale
/// and an offset that are learned. The same in training and afterwards, and for any batch. Wu and He 2018,
/// arXiv:1803.08494.
///
/// - Input and output: `[..., channels]`; the mean and variance of a group are over all pixels and its channels.
/// - Parameters: `scale` and `offset` of shape `[channels]`.
///
/// As many groups as channels are instance normalization (Ulyanov et al. 2016, arXiv:1607.08022).
public struct GroupNormalization: Layer {
    public static let kind = "groupNormalization"

    /// Into how many groups of the same width the channels are divided.
    public var groups: Int
    /// Added to the variance.
    public var epsilon: Double
    public var name: String?

    public init(_ groups: Int, epsilon: Double = 1e-5, name: String? = nil) {
        self.groups = groups
        self.epsilon = epsilon
        self.name = name
    }

    public func build(in graph: inout Graph, input: Value) throws -> Value {
        let layer = graph.scope
        let channels = try normalizedChannels(of: input, epsilon: epsilon, layer: layer)
        guard groups > 0, channels.isMultiple(of: groups) else {
            throw NetworkError.invalidLayer(
                layer: layer, problem: "\(channels) channels cannot be divided into \(groups) groups of the same width")
        }
        return graph.normalization(
            of: input, images: 1, channels: channels, groups: groups, epsilon: Float(epsilon))
    }
}

/// Normalizes the features of each sample to mean 0 and variance 1, then gives each a scale and an offset that are
/// learned. The same in training and afterwards, and for any batch. Ba, Kiros and Hinton 2016, arXiv:1607.06450.
///
/// - Input and output: `[..., channels]`; each pixel is normalized by itself, over its channels.
/// - Parameters: `scale` and `offset` of shape `[channels]`.
public struct LayerNormalization: Layer {
    public static let kind = "layerNormalization"

    /// Added to the variance.
    public var epsilon: Double
    public var name: String?

    public init(epsilon: Double = 1e-5, name: String? = nil) {
        self.epsilon = epsilon
        self.name = name
    }

    public func build(in graph: inout Graph, input: Value) throws -> Value {
        let channels = try normalizedChannels(of: input, epsilon: epsilon, layer: graph.scope)
        return graph.normalization(
            of: input, images: input.shape.count / channels, channels: channels, groups: 1, epsilon: Float(epsilon))
    }
}

extension Graph {
    fileprivate mutating func normalization(
        of input: Value, images: Int, channels: Int, groups: Int, epsilon: Float
    ) -> Value {
        let affine = affineParameters(channels: channels)
        let output = value(shape: input.shape)
        append(
            GroupNormalizationOperation(
                layer: scope, input: input.id, output: output.id, moments: value(shape: [images, 2, groups]).id,
                affine: affine, images: images, pixels: input.shape.count / channels / images, channels: channels,
                groups: groups, epsilon: epsilon))
        return output
    }
}

extension GroupNormalization {
    private enum CodingKeys: String, CodingKey, CaseIterable { case groups, epsilon, name }

    private struct Description: Codable {
        var layer: GroupNormalization

        init(_ layer: GroupNormalization) { self.layer = layer }

        init(from decoder: any Decoder) throws {
            if let groups = try decoder.shorthand(Int.self) {
                layer = GroupNormalization(groups)
                return
            }
            let fields = try decoder.strictContainer(keyedBy: CodingKeys.self)
            layer = GroupNormalization(
                try fields.value(Int.self, forKey: .groups),
                epsilon: try fields.valueIfPresent(Double.self, forKey: .epsilon) ?? 1e-5,
                name: try fields.valueIfPresent(String.self, forKey: .name))
        }

        func encode(to encoder: any Encoder) throws {
            var fields = encoder.container(keyedBy: CodingKeys.self)
            try fields.encode(layer.groups, forKey: .groups)
            try fields.encode(layer.epsilon, forKey: .epsilon)
            try fields.encodeIfPresent(layer.name, forKey: .name)
        }
    }

    public init(from tagged: Tagged) throws { self = try tagged.value(Description.self).layer }

    public func encodeTagged(to encoder: any Encoder) throws {
        try encoder.encodeTagged(Self.kind, Description(self))
    }
}

extension LayerNormalization {
    private enum CodingKeys: String, CodingKey, CaseIterable { case epsilon, name }

    public init(from tagged: Tagged) throws {
        let fields = try tagged.fields(keyedBy: CodingKeys.self, among: CodingKeys.allCases, isRequired: false)
        self.init(
            epsilon: try fields?.valueIfPresent(Double.self, forKey: .epsilon) ?? 1e-5,
            name: try fields?.valueIfPresent(String.self, forKey: .name))
    }

    private struct Description: Encodable {
        let layer: LayerNormalization

        func encode(to encoder: any Encoder) throws {
            var fields = encoder.container(keyedBy: CodingKeys.self)
            try fields.encode(layer.epsilon, forKey: .epsilon)
            try fields.encodeIfPresent(layer.name, forKey: .name)
        }
    }

    public func encodeTagged(to encoder: any Encoder) throws {
        try encoder.encodeTagged(Self.kind, Description(layer: self))
    }
}
