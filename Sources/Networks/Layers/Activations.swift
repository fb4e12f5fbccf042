import Kernels
import StrictCoding

/// An elementwise activation.
protocol ActivationLayer: Layer {
    var activation: Activation { get }

    /// What is wrong with the layer's settings, if anything.
    var problem: String? { get }
}

extension ActivationLayer {
    var problem: String? { nil }

    public func build(in graph: inout Graph, input: Value) throws -> Value {
        if let problem { throw NetworkError.invalidLayer(layer: graph.scope, problem: problem) }
        let output = graph.value(shape: input.shape)
        graph.append(
            ActivationOperation(
                layer: graph.scope, input: input.id, output: output.id, activation: activation,
                count: input.shape.count))
        return output
    }
}

/// An activation without settings, written by its name alone.
protocol PlainActivationLayer: ActivationLayer {
    init()
}

extension PlainActivationLayer {
    public init(from tagged: Tagged) throws {
        try tagged.refuseValue()
        self.init()
    }

    public func encodeTagged(to encoder: any Encoder) throws { try encoder.encodeTagged(Self.kind) }
}

/// `max(0, x)`.
public struct ReLU: PlainActivationLayer {
    public static let kind = "relu"
    public init() {}
    var activation: Activation { .relu }
}

/// `x` where x is positive, `slope · x` elsewhere.
public struct LeakyReLU: ActivationLayer {
    public static let kind = "leakyRelu"

    /// The slope left of zero, in 0 ..< 1.
    public var slope: Double

    public init(slope: Double = 0.01) { self.slope = slope }

    var activation: Activation { .leakyRelu(slope: Float(slope)) }

    // The gradient is found from the output's sign, which a negative slope would lose.
    var problem: String? { slope.isShare ? nil : "the slope is \(slope), expected \(slope.expectedShare("one"))" }

    public init(from tagged: Tagged) throws {
        self.init(slope: try tagged.valueIfPresent(Double.self) ?? 0.01)
    }

    public func encodeTagged(to encoder: any Encoder) throws { try encoder.encodeTagged(Self.kind, slope) }
}

/// `1 / (1 + e^-x)`.
public struct Sigmoid: PlainActivationLayer {
    public static let kind = "sigmoid"
    public init() {}
    var activation: Activation { .sigmoid }
}

/// The hyperbolic tangent.
public struct Tanh: PlainActivationLayer {
    public static let kind = "tanh"
    public init() {}
    var activation: Activation { .tanh }
}

/// `x · Φ(x)` with the normal distribution function, exact (by erf). Hendrycks and Gimpel 2016, arXiv:1606.08415.
public struct GELU: PlainActivationLayer {
    public static let kind = "gelu"
    public init() {}
    var activation: Activation { .gelu }
}

/// `x · sigmoid(x)`. Elfwing et al. 2017, arXiv:1702.03118.
public struct SiLU: PlainActivationLayer {
    public static let kind = "silu"
    public init() {}
    var activation: Activation { .silu }
}
