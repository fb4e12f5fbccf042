extension InstructionSet {
    @inlinable @inline(__always)
    public static func softmax(_ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, rows: Int, columns: Int)
    {
        for r in 0..<rows {
            let (x, y) = (x + r * columns, y + r * columns)
            let largest = Lanes16(repeating: largest(of: x, columns))
            var total = Lanes16(repeating: 0)
            forEach16(columns) { j, lanes in
                let e = Lanes16.exp(.load(x + j, lanes: lanes, fill: -.infinity) - largest)
                e.store(y + j, lanes: lanes)
                total += e
            }
            let reciprocal = 1 / total.foldedSum
            map(y, into: y, columns) { $0 * reciprocal }
        }
    }

    @inlinable @inline(__always)
    public static func softmaxGradient(
        y: UnsafePointer<Float>, dy: UnsafePointer<Float>, into dx: UnsafeMutablePointer<Float>, rows: Int, columns: Int
    ) {
        for r in 0..<rows {
            let (y, dy, dx) = (y + r * columns, dy + r * columns, dx + r * columns)
            var dots = Lanes16(repeating: 0)
            forEach16(columns) { j, lanes in
                dots = .fma(.load(y + j, lanes: lanes), .load(dy + j, lanes: lanes), dots)
            }
            let dot = dots.foldedSum
            map(y, dy, into: dx, columns) { y, dy in y * (dy - dot) }
        }
    }

    @inlinable @inline(__always)
    static func largest(of x: UnsafePointer<Float>, _ count: Int) -> Float {
        var largest = Lanes16(repeating: -.infinity)
        forEach16(count) { j, lanes in largest = largest.atLeast(.load(x + j, lanes: lanes, fill: -.infinity)) }
        return largest.foldedMaximum
    }
}
