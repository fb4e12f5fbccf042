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

    /// Builds the layers in order. Used for the whole network and for what a layer holds.
    ///
    /// - Parameter name: what the layers are named under, within the layer being built.
    public func build(in graph: inout Graph, input: Value, under name: String? = nil) throws -> Value {
        let entry = graph.entry(of: input)
        func buildLayers(in graph: inout Graph) throws -> Value {
            var value = entry
            for layer in layers {
                value = try graph.layer(kind: type(of: layer).kind, name: layer.name, input: value) {
                    try layer.build(in: &$0, input: $1)
                }
            }
            return value
        }
        guard let name else { return try buildLayers(in: &graph) }
        return try graph.scoped(to: name, buildLayers)
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
