import Kernels

/// An operation with parameters whose kernels can apply an activation f as they write the output, and which multiplies
/// by f' in its backward pass unless the reader of the output does.
protocol ActivatedOperation: UnaryOperation {
    var activation: Activation { get set }
    /// Whether the reader of the output multiplies by f'.
    var isGradientHandedOver: Bool { get set }
}

extension ActivatedOperation {
    var savedForBackward: [Value.ID] { activationOperands }
    var hasParameters: Bool { true }

    /// The activation whose derivative the backward pass multiplies by: identity if the reader of the output does that.
    var pendingActivation: Activation { isGradientHandedOver ? .identity : activation }

    /// The input, and the output if the backward pass needs it for the derivative.
    var activationOperands: [Value.ID] { pendingActivation == .identity ? [input] : [input, output] }
}

/// One that can also add the other part of a residual sum before it applies the activation.
///
/// The gradient of a sum is that of its parts, so that of the addend lies where that of the output does, and that of
/// the input elsewhere.
protocol SummingOperation: ActivatedOperation {
    /// What is added, of the shape of the output.
    var addend: Value.ID? { get set }
}

extension SummingOperation {
    var reads: [Value.ID] {
        get { [input] + (addend.map { [$0] } ?? []) }
        set {
            input = newValue[0]
            if addend != nil { addend = newValue[1] }
        }
    }

    var gradientSharedWith: Value.ID? { addend }
}

/// An operation that can multiply the gradient it computes for its input by the derivative of an activation, in place
/// of the operation that has applied the activation.
protocol DifferentiatingOperation: UnaryOperation {
    /// Whose derivative that is; identity for none.
    var inputActivation: Activation { get set }
    /// Whether it can do that.
    var differentiatesInput: Bool { get }
}

extension DifferentiatingOperation {
    var differentiatesInput: Bool { true }
}
