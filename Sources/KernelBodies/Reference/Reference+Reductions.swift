extension ReferenceKernels {
    package static func columnSums(
        _ x: UnsafePointer<Float>, rows: Int, columns: Int, start: Accumulator, into out: UnsafeMutablePointer<Float>
    ) {
        for j in 0..<columns {
            var chain: Float
            switch start {
            case .zero: chain = 0
            case .output: chain = out[j]
            case .bias(let bias): chain = bias[j]
            }
            for r in 0..<rows { chain += x[r * columns + j] }
            out[j] = chain
        }
    }

    package static func sum(_ x: UnsafePointer<Float>, count: Int) -> Float {
        Lanes(count: count, initial: 0) { lane, i in lane + x[i] }.sum
    }

    package static func sumOfSquares(_ x: UnsafePointer<Float>, count: Int) -> Float {
        Lanes(count: count, initial: 0) { lane, i in fma(x[i], x[i], lane) }.sum
    }

    package static func firstNonFinite(_ x: UnsafePointer<Float>, count: Int) -> Int {
        (0..<count).first { !x[$0].isFinite } ?? count
    }

    package static func treeSum(
        _ sources: UnsafePointer<UnsafePointer<Float>>, sourceCount: Int, offset: Int, count: Int,
        into out: UnsafeMutablePointer<Float>
    ) {
        for i in 0..<count {
            var level = (0..<sourceCount).map { sources[$0][offset + i] }
            while level.count > 1 {
                level = stride(from: 0, to: level.count, by: 2).map { first in
                    first + 1 < level.count ? level[first] + level[first + 1] : level[first]
                }
            }
            out[i] = level[0]
        }
    }
}
