extension InstructionSet {
    @inlinable @inline(__always)
    public static func argmax(_ x: UnsafePointer<Float>, rows: Int, columns: Int, into out: UnsafeMutablePointer<Int32>)
    {
        for r in 0..<rows {
            // The best of each lane and where it stood; then the best lane, of equals the one that stood first.
            var largest = Lanes16(repeating: -.infinity)
            var column = SIMD16<Int32>(repeating: 0)
            forEach16(columns) { j, lanes in
                let v = Lanes16.load(x + r * columns + j, lanes: lanes, fill: -.infinity)
                let isLarger = v .> largest
                largest = largest.replaced(by: v, where: isLarger)
                column.replace(with: SIMD16<Int32>.laneNumbers &+ Int32(truncatingIfNeeded: j), where: isLarger)
            }
            var best = Int32(0)
            var value = -Float.infinity
            for lane in 0..<16 where largest[lane] > value || (largest[lane] == value && column[lane] < best) {
                value = largest[lane]
                best = column[lane]
            }
            out[r] = best
        }
    }

    @inlinable @inline(__always)
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
            forEach16(columns) { j, lanes in
                let v = Lanes16.load(row + j, lanes: lanes)
                let lane = SIMD16<Int32>.laneNumbers
                let column = lane &+ Int32(truncatingIfNeeded: j)
                // "Not below", so that NaN counts as above.
                let isAbove = .!(v .<= score) .| (.!(v .< score) .& (column .< label))
                let counted = isAbove .& (column .!= label) .& (lane .< Int32(truncatingIfNeeded: lanes))
                counts &+= SIMD16<Int32>(repeating: 0).replacing(with: 1, where: counted)
            }
            out[r] = counts.wrappedSum()
        }
    }
}
