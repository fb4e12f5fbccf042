extension InstructionSet {
    @inlinable @inline(never)
    package static func softmax(_ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, rows: Int, columns: Int)
    {
        if 1...RowsInLanes.mostColumns ~= columns { return softmaxOfFewColumns(x, y, rows, columns) }
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
    package static func softmaxGradient(
        y: UnsafePointer<Float>, dy: UnsafePointer<Float>, into dx: UnsafeMutablePointer<Float>, rows: Int, columns: Int
    ) {
        // A row of 16 is a vector by itself: 0.23 ns an element, and 0.53 a row a lane.
        if 1..<RowsInLanes.mostColumns ~= columns { return softmaxGradientOfFewColumns(y, dy, dx, rows, columns) }
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

    // MARK: Few columns: a row a lane

    @inlinable @inline(__always)
    static func softmaxOfFewColumns(
        _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ rows: Int, _ columns: Int
    ) {
        @inline(__always) func run(memory: UnsafeMutableBufferPointer<Lanes16>) {
            let tile = RowsInLanes(memory, columns: columns)
            @inline(__always) func body(first: Int, rows: Int) {
                tile.load(x + first * columns, rows: rows)
                let largest = tile.maximum
                for j in 0..<columns { tile[j] = .exp(tile[j] - largest) }
                let reciprocal = 1 / tile.sum
                for j in 0..<columns { tile[j] *= reciprocal }
                tile.store(y + first * columns, rows: rows)
            }
            forEach16Rows(rows, body)
        }
        // 1 KiB, which is certain to come from the stack.
        withUnsafeTemporaryAllocation(of: Lanes16.self, capacity: RowsInLanes.mostColumns, run)
    }

    @inlinable @inline(__always)
    static func softmaxGradientOfFewColumns(
        _ y: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, _ dx: UnsafeMutablePointer<Float>, _ rows: Int,
        _ columns: Int
    ) {
        @inline(__always) func run(memory: UnsafeMutableBufferPointer<Lanes16>) {
            let values = RowsInLanes(memory, columns: columns)
            @inline(__always) func run(memory: UnsafeMutableBufferPointer<Lanes16>) {
                let gradients = RowsInLanes(memory, columns: columns)
                @inline(__always) func body(first: Int, rows: Int) {
                    values.load(y + first * columns, rows: rows)
                    gradients.load(dy + first * columns, rows: rows)
                    for j in 0..<columns { values[j] = .fma(values[j], gradients[j], 0) }
                    let dot = values.sum
                    // Taken again rather than kept: a third tile would cost more.
                    values.load(y + first * columns, rows: rows)
                    for j in 0..<columns { values[j] *= gradients[j] - dot }
                    values.store(dx + first * columns, rows: rows)
                }
                forEach16Rows(rows, body)
            }
            withUnsafeTemporaryAllocation(of: Lanes16.self, capacity: RowsInLanes.mostColumns, run)
        }
        // Twice 1 KiB, each certain to come from the stack.
        withUnsafeTemporaryAllocation(of: Lanes16.self, capacity: RowsInLanes.mostColumns, run)
    }
}
