import Kernels

/// A product of a linear layer with operands of random numbers, ready to be computed many times.
final class LayerProduct {
    private let kernels: any KernelTable.Type
    private let shape: ProductShape
    /// X or dY, `[rows, width]`.
    private let left: AlignedBuffer
    /// W or Wᵀ, packed; or dY.
    private let right: AlignedBuffer
    /// Y, dX or dW.
    let result: AlignedBuffer
    /// The bias; or the activation whose derivative is taken.
    private let extra: AlignedBuffer
    private let workspace: AlignedBuffer

    init(_ shape: ProductShape, kernels: any KernelTable.Type) {
        self.kernels = kernels
        self.shape = shape
        let (inputs, outputs, rows) = (shape.inputs, shape.outputs, shape.rows)
        func random(_ count: Int) -> AlignedBuffer {
            let buffer = AlignedBuffer(count: count)
            kernels.uniform(into: buffer.pointer, count: count, seed: 1, stream: 0, low: -1, high: 1)
            return buffer
        }
        func packed(_ view: MatrixView, k: Int, n: Int) -> AlignedBuffer {
            let buffer = AlignedBuffer(count: kernels.packedCount(k: k, n: n))
            kernels.pack(view, k: k, n: n, rows: 0..<k, columns: 0..<n, into: buffer.pointer)
            return buffer
        }
        switch shape.pass {
        case .forward:
            let weight = random(inputs * outputs)
            left = random(rows * inputs)
            right = packed(MatrixView(weight.pointer, columns: outputs), k: inputs, n: outputs)
            result = AlignedBuffer(count: rows * outputs)
            extra = random(outputs)
            workspace = AlignedBuffer(count: kernels.workspaceCount(m: rows, n: outputs, k: inputs))
        case .inputGradient:
            let weight = random(inputs * outputs)
            left = random(rows * outputs)
            right = packed(MatrixView(weight.pointer, columns: outputs).transposed, k: outputs, n: inputs)
            result = AlignedBuffer(count: rows * inputs)
            extra = random(rows * inputs)
            workspace = AlignedBuffer(count: kernels.workspaceCount(m: rows, n: inputs, k: outputs))
        case .weightGradient:
            left = random(rows * inputs)
            right = random(rows * outputs)
            result = AlignedBuffer(count: inputs * outputs)
            extra = AlignedBuffer(count: 0)
            workspace = AlignedBuffer(count: kernels.workspaceCount(m: inputs, n: outputs, k: rows))
        }
    }

    func callAsFunction() {
        let (inputs, outputs, rows) = (shape.inputs, shape.outputs, shape.rows)
        switch shape.pass {
        case .forward:
            kernels.gemm(
                m: rows, n: outputs, k: inputs, a: MatrixView(left.pointer, columns: inputs),
                packedB: right.pointer, c: result.pointer, cRowStride: outputs, start: .bias(extra.pointer),
                epilogue: .activation(.relu), workspace: workspace.pointer)
        case .inputGradient:
            kernels.gemm(
                m: rows, n: inputs, k: outputs, a: MatrixView(left.pointer, columns: outputs),
                packedB: right.pointer, c: result.pointer, cRowStride: inputs, start: .zero,
                epilogue: .activationGradient(.relu, saved: extra.pointer), workspace: workspace.pointer)
        case .weightGradient:
            kernels.gemm(
                m: inputs, n: outputs, k: rows, a: MatrixView(left.pointer, columns: inputs).transposed,
                b: MatrixView(right.pointer, columns: outputs), c: result.pointer, cRowStride: outputs,
                start: .output, epilogue: .none, workspace: workspace.pointer)
        }
    }
}
