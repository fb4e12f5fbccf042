extension ReferenceKernels {
    package static func argmax(
        _ x: UnsafePointer<Float>, rows: Int, columns: Int, into out: UnsafeMutablePointer<Int32>
    ) {
        for r in 0..<rows {
            var best = 0
            var largest = -Float.infinity
            for j in 0..<columns where x[r * columns + j] > largest {
                largest = x[r * columns + j]
                best = j
            }
            out[r] = Int32(best)
        }
    }

    package static func labelRanks(
        _ x: UnsafePointer<Float>, labels: UnsafePointer<Int32>, rows: Int, columns: Int,
        into out: UnsafeMutablePointer<Int32>
    ) {
        for r in 0..<rows {
            let label = Int(labels[r])
            guard 0..<columns ~= label else {
                out[r] = Int32(columns)
                continue
            }
            let row = x + r * columns
            let score = row[label]
            // "Not below", so that NaN counts as above.
            let before = (0..<label).count { !(row[$0] < score) }
            let after = (label + 1..<columns).count { !(row[$0] <= score) }
            out[r] = Int32(before + after)
        }
    }
}
