import CSystem

extension InstructionSet {
    @inlinable @inline(never)
    package static func dropout(
        _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, rows: Int, pixels: Int, columns: Int,
        probability: Float, seed: UInt64, step: UInt32, layer: UInt32, firstRow: Int
    ) {
        guard probability < 1 else { return y.update(repeating: 0, count: rows * pixels * columns) }
        let key = Philox.key(seed: seed, purpose: .dropout)
        // Words below it are dropped: the probability in units of 2⁻³².
        let threshold = UInt32(max(probability, 0) * 0x1p32)
        let scale = 1 / (1 - probability)
        for r in 0..<rows {
            let row = UInt32(truncatingIfNeeded: firstRow + r)
            for offset in stride(from: 0, to: columns, by: 64) {
                let (w0, w1, w2, w3) = Philox16.blocks(
                    key: key, first: UInt32(truncatingIfNeeded: offset / 4), row, step, layer)
                let count = columns - offset
                for pixel in r * pixels..<(r + 1) * pixels {
                    let (x, y) = (x + pixel * columns + offset, y + pixel * columns + offset)
                    keep(w0, threshold, x, y, count, scale)
                    keep(w1, threshold, x + 16, y + 16, count - 16, scale)
                    keep(w2, threshold, x + 32, y + 32, count - 32, scale)
                    keep(w3, threshold, x + 48, y + 48, count - 48, scale)
                }
            }
        }
    }

    /// Scales the elements that are kept and makes the others zero, for the first `count` of 16, which may be none.
    @inlinable @inline(__always)
    static func keep(
        _ words: Philox16.Words, _ threshold: UInt32, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>,
        _ count: Int, _ scale: Float
    ) {
        guard count > 0 else { return }
        let lanes = min(count, 16)
        let scaled = Lanes16.load(x, lanes: lanes) * scale
        let isDropped = lockstep_less_word(words, Philox16.Words(repeating: threshold))
        scaled.replaced(by: 0, where: isDropped).store(y, lanes: lanes)
    }
}
