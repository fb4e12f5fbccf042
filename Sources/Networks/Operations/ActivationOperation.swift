import Kernels

/// forward: `y = f(x)`; backward: `dx = dy · f'`, in place.
struct ActivationOperation: UnaryOperation {
    let layer: String
    var input: Value.ID
    var output: Value.ID
    let activation: Activation
    let count: Int

    private var saved: Value.ID { activation.gradientUsesInput ? input : output }

    var savedForBackward: [Value.ID] { [saved] }
    var gradientSharedWith: Value.ID? { input }

    func forward(_ frame: Frame) {
        frame.kernels.activate(activation, frame.value(input), into: frame.value(output), count: frame.rows * count)
    }

    func backward(_ frame: Frame) {
        guard let gradient = frame.gradient(input) else { return }
        frame.kernels.activationGradient(
            activation, saved: frame.value(saved), dy: gradient, into: gradient, count: frame.rows * count)
    }
}
