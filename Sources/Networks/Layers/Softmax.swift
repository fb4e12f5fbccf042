import Kernels
import StrictCoding

/// Turns the features of each row into probabilities: `e^x / Σ e^x`.
///
/// As the last layer under a cross-entropy loss it is part of the loss, which is computed from the logits and so stays
/// finite; predictions are still probabilities.
public struct Softmax: Layer {
    public static let kind = "softmax"

    public init() {}

    public func build(in graph: inout Graph, input: Value) throws -> Value {
        guard input.shape.features > 0, !input.shape.dimensions.isEmpty else {
            throw NetworkError.shapeMismatch(layer: graph.scope, expected: "[..., classes]", found: input.shape)
        }
        let output = graph.value(shape: input.shape)
        graph.append(
            SoftmaxOperation(
                layer: graph.scope, input: input.id, output: output.id, columns: input.shape.features,
                rowsPerSample: input.shape.count / input.shape.features))
        return output
    }

    public init(from tagged: Tagged) throws { try tagged.refuseValue() }
    public func encodeTagged(to encoder: any Encoder) throws { try encoder.encodeTagged(Self.kind) }
}
