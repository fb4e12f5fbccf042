import Kernels

/// An operation with parameters whose kernels can apply an activation f as they write the output, and which multiplies by
/// f' in its backward pass unless the reader of the output does.
protocol ActivatedOperation: Operation {
    var input: Value.ID { get }
    var activation: Activation { get set }
    /// Whether the reader of the output multiplies by f'.
    var isGradientHandedOver: Bool { get set }
}

extension ActivatedOperation {
    var reads: [Value.ID] { [input] }
    var savedForBackward: [Value.ID] { activationOperands }
    var hasParameters: Bool { true }

    /// The activation whose derivative the backward pass multiplies by: identity if the reader of the output does that.
    var pendingActivation: Activation { isGradientHandedOver ? .identity : activation }

    /// The input, and the output if the backward pass needs it for the derivative.
    var activationOperands: [Value.ID] { pendingActivation == .identity ? [input] : [input, output] }

    func fusing(_ activation: Activation) -> (any Operation)? {
        guard self.activation == .identity, !activation.gradientUsesInput else { return nil }
        var fused = self
        fused.activation = activation
        return fused
    }

    func handingOverActivationGradient() -> (operation: any Operation, activation: Activation)? {
        guard activation != .identity, !isGradientHandedOver else { return nil }
        var operation = self
        operation.isGradientHandedOver = true
        return (operation, activation)
    }
}

/// One that can also add the other part of a residual sum before it applies the activation.
///
/// The gradient of a sum is that of its parts, so that of the addend lies where that of the output does.
protocol SummingOperation: ActivatedOperation {
    /// What is added, of the shape of the output.
    var addend: Value.ID? { get set }
}

extension SummingOperation {
    var reads: [Value.ID] { [input] + (addend.map { [$0] } ?? []) }

    func fusingSum(with addend: Value.ID) -> (any Operation)? {
        guard self.addend == nil, activation == .identity else { return nil }
        var fused = self
        fused.addend = addend
        return fused
    }
}

/// What the backward passes of such operations begin with.
extension Frame {
    /// `dZ = dY · f'(Y)`, in the place of dY.
    ///
    /// - Parameters:
    ///   - output: Y, which has a gradient.
    ///   - activation: f, or identity if the reader of Y has multiplied by f'.
    ///   - count: elements of a sample's Y.
    func preactivationGradient(
        of output: Value.ID, _ activation: Activation, count: Int
    ) -> UnsafeMutablePointer<Float> {
        let dz = gradient(output)!
        if activation != .identity {
            kernels.activationGradient(activation, saved: value(output), dy: dz, into: dz, count: rows * count)
        }
        return dz
    }

    /// `db += Σ rows of dZ`.
    ///
    /// - Parameter scratch: as many floats as the bias has.
    func addBiasGradient(
        _ bias: Parameter, _ dz: UnsafePointer<Float>, rows: Int, scratch: UnsafeMutablePointer<Float>
    ) {
        let db = parameterGradients + bias.offset
        let sums = addsGradients ? scratch : db
        kernels.columnSums(dz, rows: rows, columns: bias.count, start: gradientStart, into: sums)
        if addsGradients { kernels.add(sums, into: db, count: bias.count) }
    }
}
