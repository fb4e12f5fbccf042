extension InstructionSet {
    @inlinable @inline(__always)
    public static func dropout(
        _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, rows: Int, columns: Int, probability: Float,
        seed: UInt64, step: UInt32, layer: UInt32, firstRow: Int
    ) {
        guard probability < 1 else { return y.update(repeating: 0, count: rows * columns) }
        let key = Philox.key(seed: seed, purpose: .dropout)
        let threshold = dropoutThreshold(probability)
        let scale = 1 / (1 - probability)
        for r in 0..<rows {
            let row = UInt32(truncatingIfNeeded: firstRow + r)
            Philox16.forEach64(columns) { offset, block in
                let words = Philox16.blocks(key: key, first: UInt32(truncatingIfNeeded: block), row, step, layer)
                func apply(_ word: SIMD16<UInt32>, _ part: Int) {
                    let j = offset + part
                    guard j < columns else { return }
                    let lanes = min(16, columns - j)
                    let i = r * columns + j
                    let scaled = Lanes16.load(x + i, lanes: lanes) * scale
                    let isDropped = word .< threshold
                    scaled.replaced(by: 0, where: isDropped).store(y + i, lanes: lanes)
                }
                apply(words.0, 0)
                apply(words.1, 16)
                apply(words.2, 32)
                apply(words.3, 48)
            }
        }
    }

    /// Words below it are dropped: the probability in units of 2⁻³².
    @inlinable @inline(__always)
    static func dropoutThreshold(_ probability: Float) -> UInt32 { UInt32(max(probability, 0) * 0x1p32) }
}
