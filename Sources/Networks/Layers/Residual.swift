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
        var (branch, skip) = graph.fork(input)
        branch = try network.build(in: &graph, input: branch)
        if let projection {
            skip = try graph.scoped(to: "projection") { try projection.build(in: &$0, input: skip) }
        }
        guard branch.shape == skip.shape else {
            let changes = "its layers turn shape \(input.shape) into \(branch.shape)"
            throw NetworkError.invalidLayer(
                layer: graph.scope,
                problem: projection == nil
                    ? "\(changes), expected the same shape, or a projection that turns the input into "
                        + "\(branch.shape) too: {layers: [...], projection: [...]}"
                    : "\(changes), its projection into \(skip.shape): expected the same shape")
        }
        return graph.sum(branch, skip)
    }
}

/// Lets two operations read one value. forward: nothing, both read the input where it is;
/// backward: `dx = da + db`, where dx lies where da is.
struct ForkOperation: Operation {
    let layer: String
    let input: Value.ID
    let output: Value.ID
    let second: Value.ID
    let count: Int

    var reads: [Value.ID] { [input] }
    var writes: [Value.ID] { [output, second] }
    var savedForBackward: [Value.ID] { [] }

    func forward(_ frame: Frame) {}

    func backward(_ frame: Frame) {
        guard let dx = frame.gradient(input), let skipped = frame.gradient(second) else { return }
        frame.kernels.add(skipped, into: dx, count: frame.rows * count)
    }
}

/// forward: `y = a + b`; backward: `da = dy`, where it is, and `db = dy`, as a copy, since the operation that made a may
/// work on da in place.
struct SumOperation: Operation {
    let layer: String
    let first: Value.ID
    let second: Value.ID
    let output: Value.ID
    let count: Int

    var reads: [Value.ID] { [first, second] }
    var savedForBackward: [Value.ID] { [] }

    func forward(_ frame: Frame) {
        let y = frame.value(output)
        y.update(from: frame.value(second), count: frame.rows * count)
        frame.kernels.add(frame.value(first), into: y, count: frame.rows * count)
    }

    func backward(_ frame: Frame) {
        guard let dy = frame.gradient(output), let skipped = frame.gradient(second) else { return }
        skipped.update(from: dy, count: frame.rows * count)
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
