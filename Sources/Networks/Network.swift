import StrictCoding

/// A network as its author describes it: a list of layers, each reading what the one before it wrote.
///
///     let network = Network {
///         Flatten()
///         Linear(512)
///         ReLU()
///         Linear(10)
///     }
///
/// The same in YAML is `[flatten, {linear: 512}, relu, {linear: 10}]`. It is stored in every checkpoint.
public struct Network: Sendable, Equatable {
    public var layers: [any Layer]

    public init(_ layers: [any Layer]) {
        self.layers = layers
    }

    public init(@NetworkBuilder _ layers: () -> [any Layer]) {
        self.init(layers())
    }

    public static func == (left: Network, right: Network) -> Bool {
        left.layers.count == right.layers.count
            && zip(left.layers, right.layers).allSatisfy { $0.isEqual(to: $1) }
    }

    /// Builds the layers in order. Used for the whole network and for what a residual layer holds.
    func build(in graph: inout Graph, input: Value) throws -> Value {
        var value = input
        for layer in layers {
            value = try graph.scoped(to: layer, input: value)
        }
        return value
    }
}

@resultBuilder
public enum NetworkBuilder {
    public static func buildExpression(_ layer: any Layer) -> [any Layer] { [layer] }
    public static func buildBlock(_ parts: [any Layer]...) -> [any Layer] { parts.flatMap { $0 } }
    public static func buildArray(_ parts: [[any Layer]]) -> [any Layer] { parts.flatMap { $0 } }
    public static func buildOptional(_ part: [any Layer]?) -> [any Layer] { part ?? [] }
    public static func buildEither(first part: [any Layer]) -> [any Layer] { part }
    public static func buildEither(second part: [any Layer]) -> [any Layer] { part }
}

extension Network: Codable {
    public init(from decoder: any Decoder) throws {
        guard var list = try? decoder.unkeyedContainer() else {
            throw StrictCodingError(
                path: decoder.codingPath, problem: "expected a list of layers, found \(decoder.valueFound)")
        }
        layers = []
        while !list.isAtEnd {
            layers.append(try list.decode(TaggedLayer.self).layer)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var list = encoder.unkeyedContainer()
        for layer in layers {
            try list.encode(TaggedLayer(layer: layer))
        }
    }

    private struct TaggedLayer: Codable {
        let layer: any Layer

        init(layer: any Layer) { self.layer = layer }

        init(from decoder: any Decoder) throws {
            let tagged = try decoder.tagged("layer", among: layerKinds.map { $0.kind })
            let type = layerKinds.first { $0.kind == tagged.name }!
            layer = try type.init(from: tagged)
        }

        func encode(to encoder: any Encoder) throws { try layer.encodeTagged(to: encoder) }
    }
}
