import Kernels

/// Lets two operations read one value. forward: nothing, both read the input where it is;
/// backward: `dx = da + db`, where dx lies where da is.
struct ForkOperation: UnaryOperation {
    let layer: String
    var input: Value.ID
    var output: Value.ID
    var second: Value.ID
    let count: Int

    var writes: [Value.ID] { [output, second] }
    var savedForBackward: [Value.ID] { [] }
    var gradientSharedWith: Value.ID? { input }

    func forward(_ frame: Frame) {}

    func backward(_ frame: Frame) {
        guard let dx = frame.gradient(input), let skipped = frame.gradient(second) else { return }
        frame.kernels.add(skipped, into: dx, count: frame.rows * count)
    }
}
