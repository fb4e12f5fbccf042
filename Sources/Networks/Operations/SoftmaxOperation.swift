import Kernels

/// forward: `y = softmax(x)` a row; backward: `dx = y · (dy - Σ y·dy)`.
struct SoftmaxOperation: UnaryOperation {
    let layer: String
    var input: Value.ID
    var output: Value.ID
    let columns: Int
    let rowsPerSample: Int

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
