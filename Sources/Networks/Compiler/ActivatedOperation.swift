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
    var savedForBackward: [Value.ID] {
        activation == .identity || isGradientHandedOver ? [input] : [input, output]
    }
    var hasParameters: Bool { true }

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

    /// `dZ = dY · f'(Y)`, in the place of dY.
    ///
    /// - Parameter count: elements of a sample's output.
    func preactivationGradient(_ frame: Frame, count: Int) -> UnsafeMutablePointer<Float> {
        let dz = frame.gradient(output)!
        if activation != .identity && !isGradientHandedOver {
            frame.kernels.activationGradient(
                activation, saved: frame.value(output), dy: dz, into: dz, count: frame.rows * count)
        }
        return dz
    }

    /// `db += Σ rows of dZ`.
    ///
    /// - Parameter scratch: as many floats as the bias has.
    func addBiasGradient(
        _ bias: Parameter, _ dz: UnsafePointer<Float>, rows: Int, scratch: UnsafeMutablePointer<Float>, _ frame: Frame
    ) {
        let db = frame.parameterGradients + bias.offset
        let sums = frame.addsGradients ? scratch : db
        frame.kernels.columnSums(dz, rows: rows, columns: bias.count, start: frame.gradientStart, into: sums)
        if frame.addsGradients { frame.kernels.add(sums, into: db, count: bias.count) }
    }
}
