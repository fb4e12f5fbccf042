/// An elementwise nonlinearity. Formulas, with x the input and y the output:
///
/// | case | y | dy/dx |
/// | --- | --- | --- |
/// | identity | x | 1 |
/// | relu | x < 0 ? 0 : x | y ≤ 0 ? 0 : 1 |
/// | leakyRelu | x > 0 ? x : slope·x, slope ≥ 0 | y > 0 ? 1 : slope |
/// | sigmoid | 1 / (1 + e⁻ˣ) | y·(1 − y) |
/// | tanh | tanh x | 1 − y² |
/// | gelu | x·Φ(x), exact | Φ(x) + x·φ(x) |
/// | silu | x·σ(x) | σ(x)·(1 + x·(1 − σ(x))) |
@frozen
public enum Activation: Sendable, Equatable {
    case identity
    case relu
    case leakyRelu(slope: Float)
    case sigmoid
    case tanh
    case gelu
    case silu

    /// Whether the backward pass reads the input of the activation; the others need only their output.
    @inlinable
    public var gradientUsesInput: Bool {
        switch self {
        case .gelu, .silu: true
        case .identity, .relu, .leakyRelu, .sigmoid, .tanh: false
        }
    }
}

/// Where a chain of additions starts.
@frozen
public enum Accumulator {
    /// Zero: the output is overwritten.
    case zero
    /// What the output holds: the chain goes on.
    case output
    /// `bias[j]` for every element of column j.
    case bias(UnsafePointer<Float>)
}

/// What becomes of an element of a product when its chain of additions is complete.
@frozen
public enum Epilogue {
    /// The product is stored as it is.
    case none
    /// The product is added to what the output held before; the chain itself starts at zero or at a bias.
    case addition
    /// The activation of the product.
    case activation(Activation)
    /// The product times the derivative of an activation, where `saved` is what `activationGradient` reads, laid out as
    /// the product.
    case activationGradient(Activation, saved: UnsafePointer<Float>)
}
