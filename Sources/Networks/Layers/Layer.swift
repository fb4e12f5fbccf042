import StrictCoding

/// One layer of a network's description: plain data, the same in Swift and in YAML.
///
/// A layer does not compute. `build` appends the operations that do to a `Graph`, and infers shapes on the way. It may
/// read a value as often as it likes, and need not know what comes before and after it: see `Graph`.
public protocol Layer: Sendable, Equatable {
    /// The layer's name in YAML, and the stem of its automatic name (`linear1`, `linear2`).
    static var kind: String { get }

    /// A name of the user's own in place of the automatic one.
    var name: String? { get }

    /// Appends this layer's operations to `graph` and returns its output.
    ///
    /// - Parameter input: the value the layer reads; its shape is that of one sample.
    /// - Throws: `NetworkError` that names the layer, the shape expected and the shape found.
    func build(in graph: inout Graph, input: Value) throws -> Value

    /// Reads the layer from `kind` or `{kind: ...}`.
    init(from tagged: Tagged) throws

    /// Writes the layer as `kind` or `{kind: ...}`.
    func encodeTagged(to encoder: any Encoder) throws
}

extension Layer {
    public var name: String? { nil }

    func isEqual(to other: any Layer) -> Bool { (other as? Self) == self }
}
