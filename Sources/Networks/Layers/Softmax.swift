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

/// forward: `y = softmax(x)` a row; backward: `dx = y · (dy - Σ y·dy)`.
struct SoftmaxOperation: Operation {
    let layer: String
    let input: Value.ID
    let output: Value.ID
    let columns: Int
    let rowsPerSample: Int

    var reads: [Value.ID] { [input] }
    var savedForBackward: [Value.ID] { [output] }

    func forward(_ frame: Frame) {
        frame.kernels.softmax(
            frame.value(input), into: frame.value(output), rows: frame.rows * rowsPerSample, columns: columns)
    }

    func backward(_ frame: Frame) {
        guard let dx = frame.gradient(input), let dy = frame.gradient(output) else { return }
        frame.kernels.softmaxGradient(
            y: frame.value(output), dy: dy, into: dx, rows: frame.rows * rowsPerSample, columns: columns)
    }
}
