extension InstructionSet {
    @inlinable @inline(never)
    public static func softmax(_ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, rows: Int, columns: Int)
    {
        for r in 0..<rows {
            let (x, y) = (x + r * columns, y + r * columns)
            let largest = Lanes16(repeating: largest(of: x, columns))
            var total = Lanes16(repeating: 0)
            @inline(__always) func body(j: Int, lanes: Int) {
                let e = Lanes16.exp(.load(x + j, lanes: lanes, fill: -.infinity) - largest)
                e.store(y + j, lanes: lanes)
                total += e
            }
            forEach16(columns, body)
            let reciprocal = 1 / total.foldedSum
            scale(y, by: reciprocal, count: columns)
        }
    }

    @inlinable @inline(never)
    public static func softmaxGradient(
        y: UnsafePointer<Float>, dy: UnsafePointer<Float>, into dx: UnsafeMutablePointer<Float>, rows: Int, columns: Int
    ) {
        for r in 0..<rows {
            let (y, dy, dx) = (y + r * columns, dy + r * columns, dx + r * columns)
            var dots = Lanes16(repeating: 0)
            @inline(__always) func body(j: Int, lanes: Int) {
                dots = .fma(.load(y + j, lanes: lanes), .load(dy + j, lanes: lanes), dots)
            }
            forEach16(columns, body)
            let dot = dots.foldedSum
            @inline(__always) func centerAndWeigh(j: Int, lanes: Int) {
                let centered = Lanes16.load(dy + j, lanes: lanes) - dot
                (Lanes16.load(y + j, lanes: lanes) * centered).store(dx + j, lanes: lanes)
            }
            forEach16(columns, centerAndWeigh)
        }
    }

    @inlinable @inline(__always)
    static func largest(of x: UnsafePointer<Float>, _ count: Int) -> Float {
        var largest = Lanes16(repeating: -.infinity)
        @inline(__always) func body(j: Int, lanes: Int) {
            largest = largest.raised(to: .load(x + j, lanes: lanes, fill: -.infinity))
        }
        forEach16(count, body)
        return largest.foldedMaximum
    }
}
