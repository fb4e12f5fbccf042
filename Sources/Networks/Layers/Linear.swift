import Kernels
import StrictCoding

/// A fully connected layer: `output = input · weight + bias` over the innermost dimension.
///
/// - Input: `[..., inputs]`; output: `[..., outputs]`.
/// - Parameters: `weight` of shape `[inputs, outputs]`, `bias` of shape `[outputs]`.
public struct Linear: Layer {
    public static let kind = "linear"

    public var outputs: Int
    public var bias: Bool
    public var initializer: Initializer
    public var name: String?

    public init(_ outputs: Int, bias: Bool = true, initializer: Initializer = .he(.normal), name: String? = nil) {
        self.outputs = outputs
        self.bias = bias
        self.initializer = initializer
        self.name = name
    }

    /// Inputs times outputs: 4 TiB of weights. Keeps a slip of the pen from overflowing the numbers of the layout.
    private static let largestSize = 1 << 40

    public func build(in graph: inout Graph, input: Value) throws -> Value {
        guard outputs > 0 else {
            throw NetworkError.invalidLayer(layer: graph.scope, problem: "outputs is \(outputs), expected at least 1")
        }
        guard let inputs = input.shape.dimensions.last, inputs > 0 else {
            throw NetworkError.shapeMismatch(layer: graph.scope, expected: "[..., inputs]", found: input.shape)
        }
        let (size, overflows) = input.shape.count.multipliedReportingOverflow(by: outputs)
        guard !overflows, size <= Self.largestSize else {
            throw NetworkError.invalidLayer(
                layer: graph.scope,
                problem: "outputs is \(outputs), with an input of shape \(input.shape) more than any machine holds")
        }
        if let problem = initializer.problem { throw NetworkError.invalidLayer(layer: graph.scope, problem: problem) }
        let weight = graph.parameter(
            "weight", shape: [inputs, outputs], initializer: initializer, fanIn: inputs, fanOut: outputs,
            packing: WeightPacking(inputs: inputs, outputs: outputs, isTransposedToo: graph.needsGradient(input)))
        let bias = bias ? graph.parameter("bias", shape: [outputs], initializer: .zeros) : nil
        let output = graph.value(shape: Shape(input.shape.dimensions.dropLast() + [outputs]))
        graph.append(
            LinearOperation(
                layer: graph.scope, input: input.id, output: output.id, weight: weight, bias: bias,
                inputs: inputs, outputs: outputs, rowsPerSample: input.shape.count / inputs))
        return output
    }
}

extension Linear {
    private enum CodingKeys: String, CodingKey, CaseIterable { case outputs, bias, initializer, name }

    private struct Description: Codable {
        var layer: Linear

        init(_ layer: Linear) { self.layer = layer }

        init(from decoder: any Decoder) throws {
            if let outputs = try decoder.shorthand(Int.self) {
                layer = Linear(outputs)
                return
            }
            let fields = try decoder.strictContainer(keyedBy: CodingKeys.self)
            layer = Linear(
                try fields.value(Int.self, forKey: .outputs),
                bias: try fields.valueIfPresent(Bool.self, forKey: .bias) ?? true,
                initializer: try fields.valueIfPresent(Initializer.self, forKey: .initializer) ?? .he(.normal),
                name: try fields.valueIfPresent(String.self, forKey: .name))
        }

        func encode(to encoder: any Encoder) throws {
            var fields = encoder.container(keyedBy: CodingKeys.self)
            try fields.encode(layer.outputs, forKey: .outputs)
            try fields.encode(layer.bias, forKey: .bias)
            try fields.encode(layer.initializer, forKey: .initializer)
            try fields.encodeIfPresent(layer.name, forKey: .name)
        }
    }

    public init(from tagged: Tagged) throws { self = try tagged.value(Description.self).layer }

    public func encodeTagged(to encoder: any Encoder) throws {
        try encoder.encodeTagged(Self.kind, Description(self))
    }
}
