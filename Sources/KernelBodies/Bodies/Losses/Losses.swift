/// A loss that is a sum over elements, and its derivative, on 16 lanes. Types and not closures for the reason given at
/// `ActivationFunction`.
@usableFromInline
protocol ElementwiseLoss {
    /// The loss of x against the target t, and its derivative by x.
    func callAsFunction(_ x: Lanes16, _ t: Lanes16) -> (loss: Lanes16, slope: Lanes16)
}

/// max(x, 0) − x·t + log(1 + e^−|x|), which is −t·log σ(x) − (1 − t)·log(1 − σ(x)) without overflow; slope σ(x) − t.
@usableFromInline
struct BinaryCrossEntropy: ElementwiseLoss {
    @inlinable @inline(__always) init() {}
    @inlinable @inline(__always)
    func callAsFunction(_ x: Lanes16, _ t: Lanes16) -> (loss: Lanes16, slope: Lanes16) {
        let z = Lanes16.exp(-x.magnitude)
        let sigmoid = Lanes16(repeating: 1).replaced(by: z, where: x.isBelow(0)) / (1 + z)
        return (.fma(-x, t, x.raised(to: 0)) + .log1p(z), sigmoid - t)
    }
}

/// (x − t)²; slope 2·(x − t).
@usableFromInline
struct SquaredError: ElementwiseLoss {
    @inlinable @inline(__always) init() {}
    @inlinable @inline(__always)
    func callAsFunction(_ x: Lanes16, _ t: Lanes16) -> (loss: Lanes16, slope: Lanes16) {
        let e = x - t
        return (e * e, 2 * e)
    }
}

/// e²/2 where |e| ≤ delta, else delta·(|e| − delta/2), with e = x − t; slope e, cut at ±delta.
@usableFromInline
struct Huber: ElementwiseLoss {
    @usableFromInline let delta: Float
    @inlinable @inline(__always) init(delta: Float) { self.delta = delta }
    @inlinable @inline(__always)
    func callAsFunction(_ x: Lanes16, _ t: Lanes16) -> (loss: Lanes16, slope: Lanes16) {
        let e = x - t
        let size = e.magnitude
        let loss = (delta * (size - 0.5 * delta)).replaced(by: 0.5 * e * e, where: size.isAtMost(delta))
        return (loss, e.raised(to: -delta).lowered(to: delta))
    }
}

extension InstructionSet {
    @inlinable @inline(never)
    package static func binaryCrossEntropy(
        logits: UnsafePointer<Float>, targets: UnsafePointer<Float>, rows: Int, columns: Int, scale: Float,
        losses: UnsafeMutablePointer<Float>, gradient: UnsafeMutablePointer<Float>?
    ) {
        apply(BinaryCrossEntropy(), logits, targets, rows, columns, scale, losses, gradient)
    }

    @inlinable @inline(never)
    package static func squaredError(
        predictions: UnsafePointer<Float>, targets: UnsafePointer<Float>, rows: Int, columns: Int, scale: Float,
        losses: UnsafeMutablePointer<Float>, gradient: UnsafeMutablePointer<Float>?
    ) {
        apply(SquaredError(), predictions, targets, rows, columns, scale, losses, gradient)
    }

    @inlinable @inline(never)
    package static func huber(
        predictions: UnsafePointer<Float>, targets: UnsafePointer<Float>, delta: Float, rows: Int, columns: Int,
        scale: Float, losses: UnsafeMutablePointer<Float>, gradient: UnsafeMutablePointer<Float>?
    ) {
        apply(Huber(delta: delta), predictions, targets, rows, columns, scale, losses, gradient)
    }

    /// Losses by 16 lanes a row, gradients element by element.
    @inlinable @inline(__always)
    static func apply<Loss: ElementwiseLoss>(
        _ loss: Loss, _ x: UnsafePointer<Float>, _ t: UnsafePointer<Float>, _ rows: Int, _ columns: Int,
        _ scale: Float, _ losses: UnsafeMutablePointer<Float>, _ gradient: UnsafeMutablePointer<Float>?
    ) {
        for r in 0..<rows {
            let first = r * columns
            var total = Lanes16(repeating: 0)
            @inline(__always) func body(j: Int, lanes: Int) {
                let i = first + j
                let (values, slopes) = loss(.load(x + i, lanes: lanes), .load(t + i, lanes: lanes))
                total += values.keepingFirst(lanes)
                if let gradient { (scale * slopes).store(gradient + i, lanes: lanes) }
            }
            forEach16(columns, body)
            losses[r] = total.foldedSum
        }
    }
}
