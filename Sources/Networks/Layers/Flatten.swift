import StrictCoding

/// Reads a sample of any shape as one row of features, as a linear layer wants images. Costs nothing: the output is
/// the input under another shape.
public struct Flatten: Layer {
    public static let kind = "flatten"

    public init() {}

    public func build(in graph: inout Graph, input: Value) throws -> Value {
        graph.reshaped(input, to: [input.shape.count])
    }

    public init(from tagged: Tagged) throws { try tagged.refuseValue() }
    public func encodeTagged(to encoder: any Encoder) throws { try encoder.encodeTagged(Self.kind) }
}
