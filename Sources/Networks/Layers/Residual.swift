import Kernels
import StrictCoding

/// Adds what its layers make of the input to the input itself: `y = x + f(x)`. He et al. 2015, arXiv:1512.03385.
///
/// The layers inside must keep the shape, or the layers of a projection p must change it likewise: `y = p(x) + f(x)`.
public struct Residual: Layer {
    public static let kind = "residual"

    public var network: Network
    /// What the input goes through before it is added; nothing if nil. Its layers are named under `projection`.
    public var projection: Network?
    public var name: String?

    public init(_ network: Network, projection: Network? = nil, name: String? = nil) {
        self.network = network
        self.projection = projection
        self.name = name
    }

    public init(name: String? = nil, @NetworkBuilder _ layers: () -> [any Layer]) {
        self.init(Network(layers), name: name)
    }

    public init(
        name: String? = nil, @NetworkBuilder _ layers: () -> [any Layer],
        @NetworkBuilder projection: () -> [any Layer]
    ) {
        self.init(Network(layers), projection: Network(projection), name: name)
    }

    public func build(in graph: inout Graph, input: Value) throws -> Value {
        let branch = try network.build(in: &graph, input: input)
        let skip = try projection?.build(in: &graph, input: input, under: "projection") ?? input
        guard branch.shape == skip.shape else {
            let changes = "its layers turn shape \(input.shape) into \(branch.shape)"
            throw NetworkError.invalidLayer(
                layer: graph.scope,
                problem: projection == nil
                    ? "\(changes), expected the same shape, or a projection that turns the input into "
                        + "\(branch.shape) too: {layers: [...], projection: [...]}"
                    : "\(changes), its projection into \(skip.shape): expected the same shape")
        }
        let output = graph.value(shape: branch.shape)
        graph.append(
            SumOperation(
                layer: graph.scope, first: branch.id, second: skip.id, output: output.id, count: output.shape.count))
        return output
    }
}

extension Residual {
    private enum CodingKeys: String, CodingKey, CaseIterable { case layers, projection, name }

    private struct Description: Codable {
        var layer: Residual

        init(_ layer: Residual) { self.layer = layer }

        init(from decoder: any Decoder) throws {
            if let network = try decoder.shorthand(Network.self) {
                layer = Residual(network)
                return
            }
            let fields = try decoder.strictContainer(keyedBy: CodingKeys.self)
            layer = Residual(
                try fields.value(Network.self, forKey: .layers),
                projection: try fields.valueIfPresent(Network.self, forKey: .projection),
                name: try fields.valueIfPresent(String.self, forKey: .name))
        }

        func encode(to encoder: any Encoder) throws {
            if layer.name == nil && layer.projection == nil { return try layer.network.encode(to: encoder) }
            var fields = encoder.container(keyedBy: CodingKeys.self)
            try fields.encode(layer.network, forKey: .layers)
            try fields.encodeIfPresent(layer.projection, forKey: .projection)
            try fields.encodeIfPresent(layer.name, forKey: .name)
        }
    }

    public init(from tagged: Tagged) throws { self = try tagged.value(Description.self).layer }

    public func encodeTagged(to encoder: any Encoder) throws {
        try encoder.encodeTagged(Self.kind, Description(self))
    }
}
