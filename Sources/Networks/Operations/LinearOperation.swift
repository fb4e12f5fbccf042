import Kernels

/// With X `[m, inputs]`, W `[inputs, outputs]`, b `[outputs]`, and m = rows of the micro-batch times rows a sample:
///
///     forward    Y = f(X·W + b + A)
///     backward   dZ = dY · f'(Y)        db += Σ rows of dZ        dW += Xᵀ·dZ        dX = dZ·Wᵀ · g'(X)
///
/// where A is the other part of a residual sum, if there is one, whose gradient lies where dZ does, and g the
/// activation that the operation before has fused and left to this one to differentiate, so that the product writes its
/// gradient once.
struct LinearOperation: SummingOperation, DifferentiatingOperation {
    let layer: String
    var input: Value.ID
    var output: Value.ID
    var addend: Value.ID?
    let weight: Parameter
    let bias: Parameter?
    let inputs: Int
    let outputs: Int
    let rowsPerSample: Int
    var activation = Activation.identity
    /// g of the formula.
    var inputActivation = Activation.identity
    var isGradientHandedOver = false

    var flopsPerRow: Int { 2 * rowsPerSample * inputs * outputs }

    func workspaceCount(rows: Int, isTrained: Bool, kernels: any KernelTable.Type) -> Int {
        let m = rows * rowsPerSample
        let forward = kernels.workspaceCount(m: m, n: outputs, k: inputs)
        guard isTrained else { return forward }
        return max(
            outputs, forward, kernels.workspaceCount(m: m, n: inputs, k: outputs),
            kernels.workspaceCount(m: inputs, n: outputs, k: m))
    }

    func forward(_ frame: Frame) {
        let y = frame.value(output)
        let count = frame.rows * rowsPerSample * outputs
        if let addend { y.update(from: frame.value(addend), count: count) }
        frame.kernels.gemm(
            m: frame.rows * rowsPerSample, n: outputs, k: inputs,
            a: MatrixView(base: frame.value(input), rowStride: inputs, columnStride: 1),
            packedB: frame.packed.forward(weight),
            c: y, cRowStride: outputs,
            start: bias.map { .bias(frame.parameters + $0.offset) } ?? .zero,
            epilogue: addend == nil ? .activation(activation) : .addition, workspace: frame.workspace)
        if addend != nil && activation != .identity {
            frame.kernels.activate(activation, y, into: y, count: count)
        }
    }

    func backward(_ frame: Frame) {
        let kernels = frame.kernels
        let m = frame.rows * rowsPerSample
        let dz = frame.preactivationGradient(
            of: output, isGradientHandedOver ? .identity : activation, count: rowsPerSample * outputs)
        if let bias { frame.addBiasGradient(bias, dz, rows: m, scratch: frame.workspace) }
        kernels.gemm(
            m: inputs, n: outputs, k: m,
            a: MatrixView(base: frame.value(input), rowStride: 1, columnStride: inputs),
            b: MatrixView(base: dz, rowStride: outputs, columnStride: 1),
            c: frame.parameterGradients + weight.offset, cRowStride: outputs,
            start: frame.gradientStart, epilogue: frame.addsGradients ? .addition : .none, workspace: frame.workspace)
        if let dx = frame.gradient(input) {
            kernels.gemm(
                m: m, n: inputs, k: outputs,
                a: MatrixView(base: dz, rowStride: outputs, columnStride: 1),
                packedB: frame.packed.backward(weight),
                c: dx, cRowStride: inputs, start: .zero,
                epilogue: .activationGradient(inputActivation, saved: frame.value(input)), workspace: frame.workspace)
        }
    }
}
