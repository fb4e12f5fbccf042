import CSystem

extension InstructionSet {
    @inlinable @inline(never)
    package static func argmax(
        _ x: UnsafePointer<Float>, rows: Int, columns: Int, into out: UnsafeMutablePointer<Int32>
    ) {
        if 1...RowsInLanes.mostColumns ~= columns { return argmaxOfFewColumns(x, rows, columns, out) }
        for r in 0..<rows {
            // The best of each lane and where it stood; then the best lane, of equals the one that stood first.
            var largest = Lanes16(repeating: -.infinity)
            var column = SIMD16<Int32>(repeating: 0)
            @inline(__always) func body(j: Int, lanes: Int) {
                let v = Lanes16.load(x + r * columns + j, lanes: lanes, fill: -.infinity)
                let isLarger = largest.isBelow(v)
                largest = largest.replaced(by: v, where: isLarger)
                column = column.replaced(by: SIMD16<Int32>.laneNumbers &+ Int32(truncatingIfNeeded: j), where: isLarger)
            }
            forEach16(columns, body)
            var best = Int32(0)
            var value = -Float.infinity
            for lane in 0..<16 where largest[lane] > value || (largest[lane] == value && column[lane] < best) {
                value = largest[lane]
                best = column[lane]
            }
            out[r] = best
        }
    }

    @inlinable @inline(never)
    package static func labelRanks(
        _ x: UnsafePointer<Float>, labels: UnsafePointer<Int32>, rows: Int, columns: Int,
        into out: UnsafeMutablePointer<Int32>
    ) {
        if 1...RowsInLanes.mostColumns ~= columns { return labelRanksOfFewColumns(x, labels, rows, columns, out) }
        for r in 0..<rows {
            let label = labels[r]
            let row = x + r * columns
            guard label >= 0, Int(label) < columns else {
                out[r] = Int32(truncatingIfNeeded: columns)
                continue
            }
            let score = row[Int(label)]
            var counts = SIMD16<Int32>(repeating: 0)
            @inline(__always) func body(j: Int, lanes: Int) {
                let v = Lanes16.load(row + j, lanes: lanes)
                let column = SIMD16<Int32>.laneNumbers &+ Int32(truncatingIfNeeded: j)
                // "Not below", so that NaN counts as above.
                let notBelow = ~v.isBelow(Lanes16(repeating: score))
                let above = ~v.isAtMost(Lanes16(repeating: score))
                let ranksAbove = above | (notBelow & column.isBelow(label))
                let isOther = ~column.isEqual(to: label) & .first(lanes)
                counts &-= ranksAbove & isOther
            }
            forEach16(columns, body)
            out[r] = counts.wrappedSum()
        }
    }

    // MARK: Few columns: a row a lane

    @inlinable @inline(__always)
    static func argmaxOfFewColumns(
        _ x: UnsafePointer<Float>, _ rows: Int, _ columns: Int, _ out: UnsafeMutablePointer<Int32>
    ) {
        @inline(__always) func run(memory: UnsafeMutableBufferPointer<Lanes16>) {
            let tile = RowsInLanes(memory, columns: columns)
            @inline(__always) func body(first: Int, rows: Int) {
                tile.load(x + first * columns, rows: rows)
                var largest = Lanes16(repeating: -.infinity)
                var best = SIMD16<Int32>(repeating: 0)
                for j in 0..<columns {
                    let isLarger = largest.isBelow(tile[j])
                    largest = largest.replaced(by: tile[j], where: isLarger)
                    best = best.replaced(by: SIMD16(repeating: Int32(truncatingIfNeeded: j)), where: isLarger)
                }
                lockstep_store_ints(best, out + first, rows)
            }
            forEach16Rows(rows, body)
        }
        withUnsafeTemporaryAllocation(of: Lanes16.self, capacity: RowsInLanes.mostColumns, run)
    }

    @inlinable @inline(__always)
    static func labelRanksOfFewColumns(
        _ x: UnsafePointer<Float>, _ labels: UnsafePointer<Int32>, _ rows: Int, _ columns: Int,
        _ out: UnsafeMutablePointer<Int32>
    ) {
        @inline(__always) func run(memory: UnsafeMutableBufferPointer<Lanes16>) {
            let tile = RowsInLanes(memory, columns: columns)
            @inline(__always) func body(first: Int, rows: Int) {
                let label = lockstep_load_ints(labels + first, rows)
                tile.load(x + first * columns, rows: rows)
                let score = tile.element(at: label)
                var counts = SIMD16<Int32>(repeating: 0)
                for j in 0..<columns {
                    // "Not below", so that NaN counts as above.
                    let notBelow = ~tile[j].isBelow(score)
                    let above = ~tile[j].isAtMost(score)
                    let j = Int32(truncatingIfNeeded: j)
                    let isBeforeLabel = ~label.isBelow(j &+ 1)
                    counts &-= (above | (notBelow & isBeforeLabel)) & ~label.isEqual(to: j)
                }
                let isValid = ~label.isBelow(0) & label.isBelow(Int32(truncatingIfNeeded: columns))
                let outside = SIMD16<Int32>(repeating: Int32(truncatingIfNeeded: columns))
                lockstep_store_ints(outside.replaced(by: counts, where: isValid), out + first, rows)
            }
            forEach16Rows(rows, body)
        }
        withUnsafeTemporaryAllocation(of: Lanes16.self, capacity: RowsInLanes.mostColumns, run)
    }
}
