/// An activation and its derivative on 16 lanes. See `Activation` for the formulas.
///
/// Types and not closures: a closure in a generic function may be left out of line, under a symbol without the name of
/// the instruction set, and the linker would then merge it with that of another.
@usableFromInline
protocol ActivationFunction {
    func value(_ x: Lanes16) -> Lanes16
    /// `saved` is the input if `Activation.gradientUsesInput`, else the output.
    func gradient(_ saved: Lanes16, _ dy: Lanes16) -> Lanes16
}

@usableFromInline
struct Relu: ActivationFunction {
    @inlinable @inline(__always) init() {}
    @inlinable @inline(__always)
    func value(_ x: Lanes16) -> Lanes16 { x.raised(to: 0) }
    @inlinable @inline(__always)
    func gradient(_ y: Lanes16, _ dy: Lanes16) -> Lanes16 { dy.replaced(by: 0, where: y.isAtMost(0)) }
}

@usableFromInline
struct LeakyRelu: ActivationFunction {
    @usableFromInline let slope: Float
    @inlinable @inline(__always) init(slope: Float) { self.slope = slope }
    @inlinable @inline(__always)
    func value(_ x: Lanes16) -> Lanes16 { (slope * x).replaced(by: x, where: Lanes16(repeating: 0).isBelow(x)) }
    @inlinable @inline(__always)
    func gradient(_ y: Lanes16, _ dy: Lanes16) -> Lanes16 {
        (slope * dy).replaced(by: dy, where: Lanes16(repeating: 0).isBelow(y))
    }
}

@usableFromInline
struct Sigmoid: ActivationFunction {
    @inlinable @inline(__always) init() {}
    @inlinable @inline(__always)
    func value(_ x: Lanes16) -> Lanes16 { .sigmoid(x) }
    @inlinable @inline(__always)
    func gradient(_ y: Lanes16, _ dy: Lanes16) -> Lanes16 { dy * (y * (1 - y)) }
}

@usableFromInline
struct Tanh: ActivationFunction {
    @inlinable @inline(__always) init() {}
    @inlinable @inline(__always)
    func value(_ x: Lanes16) -> Lanes16 { .tanh(x) }
    @inlinable @inline(__always)
    func gradient(_ y: Lanes16, _ dy: Lanes16) -> Lanes16 { dy * Lanes16.fma(-y, y, 1) }
}

@usableFromInline
struct Gelu: ActivationFunction {
    @inlinable @inline(__always) init() {}
    @inlinable @inline(__always)
    func value(_ x: Lanes16) -> Lanes16 { .gelu(x) }
    @inlinable @inline(__always)
    func gradient(_ x: Lanes16, _ dy: Lanes16) -> Lanes16 { dy * .geluGradient(x) }
}

@usableFromInline
struct Silu: ActivationFunction {
    @inlinable @inline(__always) init() {}
    @inlinable @inline(__always)
    func value(_ x: Lanes16) -> Lanes16 { .silu(x) }
    @inlinable @inline(__always)
    func gradient(_ x: Lanes16, _ dy: Lanes16) -> Lanes16 { dy * .siluGradient(x) }
}

extension InstructionSet {
    @inlinable @inline(never)
    package static func activate(
        _ activation: Activation, _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int
    ) {
        // The switch stands outside the loops.
        switch activation {
        case .identity: if x != UnsafePointer(y) { y.update(from: x, count: count) }
        case .relu: apply(Relu(), x, y, count)
        case .leakyRelu(let slope): apply(LeakyRelu(slope: slope), x, y, count)
        case .sigmoid: apply(Sigmoid(), x, y, count)
        case .tanh: apply(Tanh(), x, y, count)
        case .gelu: apply(Gelu(), x, y, count)
        case .silu: apply(Silu(), x, y, count)
        }
    }

    @inlinable @inline(never)
    package static func activationGradient(
        _ activation: Activation, saved: UnsafePointer<Float>, dy: UnsafePointer<Float>,
        into dx: UnsafeMutablePointer<Float>, count: Int
    ) {
        switch activation {
        case .identity: if dy != UnsafePointer(dx) { dx.update(from: dy, count: count) }
        case .relu: applyGradient(Relu(), saved, dy, dx, count)
        case .leakyRelu(let slope): applyGradient(LeakyRelu(slope: slope), saved, dy, dx, count)
        case .sigmoid: applyGradient(Sigmoid(), saved, dy, dx, count)
        case .tanh: applyGradient(Tanh(), saved, dy, dx, count)
        case .gelu: applyGradient(Gelu(), saved, dy, dx, count)
        case .silu: applyGradient(Silu(), saved, dy, dx, count)
        }
    }

    @inlinable @inline(__always)
    static func apply<Function: ActivationFunction>(
        _ function: Function, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ count: Int
    ) {
        @inline(__always) func body(i: Int, lanes: Int) {
            function.value(.load(x + i, lanes: lanes)).store(y + i, lanes: lanes)
        }
        forEach16(count, body)
    }

    @inlinable @inline(__always)
    static func applyGradient<Function: ActivationFunction>(
        _ function: Function, _ saved: UnsafePointer<Float>, _ dy: UnsafePointer<Float>,
        _ dx: UnsafeMutablePointer<Float>, _ count: Int
    ) {
        @inline(__always) func body(i: Int, lanes: Int) {
            function.gradient(.load(saved + i, lanes: lanes), .load(dy + i, lanes: lanes)).store(dx + i, lanes: lanes)
        }
        forEach16(count, body)
    }
}
