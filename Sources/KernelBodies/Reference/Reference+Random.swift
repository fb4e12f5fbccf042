/// Elements and counters, the same for all tables: element i of a row of numbers takes word (i / 16) mod 4 of the block
/// number 16 · (i / 64) + i mod 16. So 16 neighboring blocks, one a lane, yield 64 neighboring elements, a vector from
/// each word, and no word changes its lane.
extension ReferenceKernels {
    package static func dropout(
        _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, rows: Int, pixels: Int, columns: Int,
        probability: Float, seed: UInt64, step: UInt32, layer: UInt32, firstRow: Int
    ) {
        let key = Philox.key(seed: seed, purpose: .dropout)
        let scale = 1 / (1 - probability)
        for r in 0..<rows {
            for j in 0..<columns {
                let block = UInt32(truncatingIfNeeded: blockNumber(j))
                let counter = (block, UInt32(truncatingIfNeeded: firstRow + r), step, layer)
                let kept =
                    probability < 1 && word(j, Philox.block(key: key, counter: counter)) >= threshold(probability)
                for i in stride(from: r * pixels * columns + j, to: (r + 1) * pixels * columns, by: columns) {
                    y[i] = kept ? x[i] * scale : 0
                }
            }
        }
    }

    package static func permute(
        _ permutation: RandomPermutation, first: Int, count: Int, into out: UnsafeMutablePointer<Int32>
    ) {
        for i in 0..<count { out[i] = Int32(permutation[first + i]) }
    }

    package static func uniform(
        into y: UnsafeMutablePointer<Float>, count: Int, seed: UInt64, stream: UInt32, low: Float, high: Float
    ) {
        let key = Philox.key(seed: seed, purpose: .uniform)
        for i in 0..<count {
            let x = fma(unit(word(i, block(key, i, stream))), high - low, low)
            y[i] = x < high ? x : high.nextDown  // where rounding has carried it to the open end
        }
    }

    package static func normal(
        into y: UnsafeMutablePointer<Float>, count: Int, seed: UInt64, stream: UInt32, mean: Float,
        standardDeviation: Float
    ) {
        let key = Philox.key(seed: seed, purpose: .normal)
        for i in 0..<count {
            let words = block(key, i, stream)
            let even = i / 16 % 4 < 2
            // Radius from (0, 1], so that the logarithm is finite; at most √(48·ln 2) = 5.77.
            let radius = (-2 * ScalarMath.log(unit(even ? words.0 : words.2) + 0x1p-24)).squareRoot()
            let (sine, cosine) = ScalarMath.sineAndCosine(turns: unit(even ? words.1 : words.3))
            y[i] = fma(radius * (i / 16 % 2 == 0 ? cosine : sine), standardDeviation, mean)
        }
    }

    /// Words below it are dropped.
    static func threshold(_ probability: Float) -> UInt32 { UInt32(max(probability, 0) * 0x1p32) }

    /// The upper 24 bits of a word as a number in [0, 1).
    private static func unit(_ word: UInt32) -> Float { Float(word >> 8) * 0x1p-24 }

    private static func blockNumber(_ i: Int) -> Int { i / 64 * 16 + i % 16 }

    private static func block(_ key: UInt64, _ i: Int, _ stream: UInt32) -> (UInt32, UInt32, UInt32, UInt32) {
        let number = UInt64(blockNumber(i))
        let counter = (UInt32(truncatingIfNeeded: number), UInt32(truncatingIfNeeded: number >> 32), stream, UInt32(0))
        return Philox.block(key: key, counter: counter)
    }

    private static func word(_ i: Int, _ block: (UInt32, UInt32, UInt32, UInt32)) -> UInt32 {
        switch i / 16 % 4 {
        case 0: block.0
        case 1: block.1
        case 2: block.2
        default: block.3
        }
    }
}
