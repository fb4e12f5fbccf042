extension InstructionSet {
    @inlinable @inline(never)
    public static func argmax(_ x: UnsafePointer<Float>, rows: Int, columns: Int, into out: UnsafeMutablePointer<Int32>)
    {
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
    public static func labelRanks(
        _ x: UnsafePointer<Float>, labels: UnsafePointer<Int32>, rows: Int, columns: Int,
        into out: UnsafeMutablePointer<Int32>
    ) {
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
}
