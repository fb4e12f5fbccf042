import Kernels

/// forward: `y = a + b`; backward: `da = dy`, where it is, and `db = dy`, as a copy, since the operation that made a
/// may work on da in place.
struct SumOperation: Operation {
    let layer: String
    var first: Value.ID
    var second: Value.ID
    var output: Value.ID
    let count: Int

    var reads: [Value.ID] {
        get { [first, second] }
        set { (first, second) = (newValue[0], newValue[1]) }
    }
    var savedForBackward: [Value.ID] { [] }
    var gradientSharedWith: Value.ID? { first }

    func forward(_ frame: Frame) {
        let y = frame.value(output)
        y.update(from: frame.value(second), count: frame.rows * count)
        frame.kernels.add(frame.value(first), into: y, count: frame.rows * count)
    }

    func backward(_ frame: Frame) {
        guard let dy = frame.gradient(output), let skipped = frame.gradient(second) else { return }
        skipped.update(from: dy, count: frame.rows * count)
    }
}
