extension InstructionSet {
    @inlinable @inline(__always)
    public static func activate(
        _ activation: Activation, _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int
    ) {
        // The switch stands outside the loops.
        switch activation {
        case .identity: if x != UnsafePointer(y) { y.update(from: x, count: count) }
        case .relu: map(x, into: y, count) { relu($0) }
        case .leakyRelu(let slope): map(x, into: y, count) { leakyRelu($0, slope) }
        case .sigmoid: map(x, into: y, count) { .sigmoid($0) }
        case .tanh: map(x, into: y, count) { .tanh($0) }
        case .gelu: map(x, into: y, count) { .gelu($0) }
        case .silu: map(x, into: y, count) { .silu($0) }
        }
    }

    @inlinable @inline(__always)
    public static func activationGradient(
        _ activation: Activation, saved: UnsafePointer<Float>, dy: UnsafePointer<Float>,
        into dx: UnsafeMutablePointer<Float>, count: Int
    ) {
        switch activation {
        case .identity: if dy != UnsafePointer(dx) { dx.update(from: dy, count: count) }
        case .relu: map(saved, dy, into: dx, count) { y, dy in dy.replaced(by: 0, where: y .<= 0) }
        case .leakyRelu(let slope):
            map(saved, dy, into: dx, count) { y, dy in (slope * dy).replaced(by: dy, where: y .> 0) }
        case .sigmoid: map(saved, dy, into: dx, count) { y, dy in dy * (y * (1 - y)) }
        case .tanh: map(saved, dy, into: dx, count) { y, dy in dy * Lanes16.fma(-y, y, 1) }
        case .gelu: map(saved, dy, into: dx, count) { x, dy in dy * .geluGradient(x) }
        case .silu: map(saved, dy, into: dx, count) { x, dy in dy * .siluGradient(x) }
        }
    }

    /// Applies an activation to the MR × NR tile that the microkernel has just left in the first-level cache.
    ///
    /// Not inlined: the loops of the matrix product would carry every activation twice. The name of the conforming type
    /// is in the symbol, which keeps the specializations apart.
    @inlinable @inline(never)
    static func activateTile(_ activation: Activation, _ tile: UnsafeMutablePointer<Float>, rowStride: Int) {
        switch activation {
        case .identity: break
        case .relu: mapTile(tile, rowStride) { relu($0) }
        case .leakyRelu(let slope): mapTile(tile, rowStride) { leakyRelu($0, slope) }
        case .sigmoid: mapTile(tile, rowStride) { .sigmoid($0) }
        case .tanh: mapTile(tile, rowStride) { .tanh($0) }
        case .gelu: mapTile(tile, rowStride) { .gelu($0) }
        case .silu: mapTile(tile, rowStride) { .silu($0) }
        }
    }

    @inlinable @inline(__always)
    static func mapTile(_ tile: UnsafeMutablePointer<Float>, _ rowStride: Int, _ transform: (Lanes16) -> Lanes16) {
        for i in 0..<mr {
            for j in stride(from: 0, to: nr, by: 16) {
                let vector = tile + i * rowStride + j
                transform(Lanes16.load(vector)).store(vector)
            }
        }
    }

    @inlinable @inline(__always)
    static func relu(_ x: Lanes16) -> Lanes16 { x.atLeast(Lanes16(repeating: 0)) }

    @inlinable @inline(__always)
    static func leakyRelu(_ x: Lanes16, _ slope: Float) -> Lanes16 { (slope * x).replaced(by: x, where: x .> 0) }
}
