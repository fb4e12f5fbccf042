import Kernels

/// forward: `y = max` or `mean` of each window; backward: `dx` of the largest element, or of all, from `dy`.
///
/// An activation g before a maximum is differentiated at the maximum: the derivative depends on the value alone, and
/// all other elements get none.
struct PoolingOperation: DifferentiatingOperation {
    enum Function: Sendable { case maximum, mean }

    let layer: String
    var input: Value.ID
    var output: Value.ID
    let function: Function
    let window: PoolWindow
    var inputActivation = Activation.identity

    var differentiatesInput: Bool { function == .maximum }

    var savedForBackward: [Value.ID] { function == .maximum ? [input, output] : [] }

    func forward(_ frame: Frame) {
        let (x, y) = (frame.value(input), frame.value(output))
        switch function {
        case .maximum: frame.kernels.maxPool(x, into: y, images: frame.rows, window: window)
        case .mean: frame.kernels.averagePool(x, into: y, images: frame.rows, window: window)
        }
    }

    func backward(_ frame: Frame) {
        guard let dx = frame.gradient(input), let dy = frame.gradient(output) else { return }
        switch function {
        case .maximum:
            let y = frame.value(output)
            if inputActivation != .identity {
                frame.kernels.activationGradient(
                    inputActivation, saved: y, dy: dy, into: dy, count: frame.rows * window.outputCount)
            }
            frame.kernels.maxPoolGradient(
                x: frame.value(input), y: y, dy: dy, into: dx, images: frame.rows, window: window)
        case .mean: frame.kernels.averagePoolGradient(dy: dy, into: dx, images: frame.rows, window: window)
        }
    }
}
