import Kernels

/// forward: `y = x · mask / (1 - p)`; backward: `dx = dy · mask / (1 - p)`, in place.
struct DropoutOperation: UnaryOperation {
    let layer: String
    var input: Value.ID
    var output: Value.ID
    /// Of a sample, which share a mask.
    let pixels: Int
    /// Of a mask.
    let columns: Int
    let probability: Float
    let stream: UInt32

    var savedForBackward: [Value.ID] { [] }
    var gradientSharedWith: Value.ID? { input }

    func forward(_ frame: Frame) {
        mask(frame.value(input), into: frame.value(output), frame)
    }

    func backward(_ frame: Frame) {
        guard let gradient = frame.gradient(input) else { return }
        mask(gradient, into: gradient, frame)
    }

    private func mask(_ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, _ frame: Frame) {
        frame.kernels.dropout(
            x, into: y, rows: frame.rows, pixels: pixels, columns: columns,
            probability: probability, seed: frame.seed, step: frame.step, layer: stream, firstRow: frame.firstRow)
    }
}
