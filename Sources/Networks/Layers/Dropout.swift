import Kernels
import StrictCoding

/// Sets each element to zero with the given probability while training and scales the rest by 1 / (1 - probability);
/// passes everything through otherwise. Srivastava et al. 2014.
///
/// Of images, whole channels may be dropped instead: neighboring pixels are much alike, so that single ones would
/// hardly be missed. Tompson et al. 2015, arXiv:1411.4280.
///
/// The mask is a function of seed, step, layer, row of the global batch and element or channel: the same for every
/// sharding of the work, and made a second time in the backward pass rather than kept.
public struct Dropout: Layer {
    public static let kind = "dropout"

    /// The share of elements dropped, in 0 ..< 1.
    public var probability: Double
    /// Whether a sample keeps or loses all pixels of a channel, the last dimension, together.
    public var channels: Bool

    public init(_ probability: Double, channels: Bool = false) {
        self.probability = probability
        self.channels = channels
    }

    public func build(in graph: inout Graph, input: Value) throws -> Value {
        // As the kernel sees it: rounded to 1, it would keep nothing.
        guard probability.isShare else {
            throw NetworkError.invalidLayer(
                layer: graph.scope,
                problem: "the probability is \(probability), expected \(probability.expectedShare("one"))")
        }
        guard graph.mode == .training, probability > 0 else { return input }
        let output = graph.value(shape: input.shape)
        let columns = channels ? input.shape.features : input.shape.count
        graph.append(
            DropoutOperation(
                layer: graph.scope, input: input.id, output: output.id, pixels: input.shape.count / columns,
                columns: columns, probability: Float(probability), stream: graph.randomStream()))
        return output
    }
}

extension Dropout {
    private enum CodingKeys: String, CodingKey, CaseIterable { case probability, channels }

    private struct Description: Codable {
        var layer: Dropout

        init(_ layer: Dropout) { self.layer = layer }

        init(from decoder: any Decoder) throws {
            if let probability = try decoder.shorthand(Double.self) {
                layer = Dropout(probability)
                return
            }
            let fields = try decoder.strictContainer(keyedBy: CodingKeys.self)
            layer = Dropout(
                try fields.value(Double.self, forKey: .probability),
                channels: try fields.valueIfPresent(Bool.self, forKey: .channels) ?? false)
        }

        func encode(to encoder: any Encoder) throws {
            var fields = encoder.container(keyedBy: CodingKeys.self)
            try fields.encode(layer.probability, forKey: .probability)
            try fields.encode(layer.channels, forKey: .channels)
        }
    }

    public init(from tagged: Tagged) throws { self = try tagged.value(Description.self).layer }

    public func encodeTagged(to encoder: any Encoder) throws {
        try encoder.encodeTagged(Self.kind, Description(self))
    }
}
