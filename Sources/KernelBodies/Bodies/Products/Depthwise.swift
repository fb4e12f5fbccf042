/// Convolutions of each channel by itself, 16 channels at a time.
///
/// A weight is read once for four pixels, and a gradient once for five taps: 8 and 10 chains of 8 lanes, which cover
/// two units of latency 4 or 5 and leave registers for the operands they share.
extension InstructionSet {
    @inlinable @inline(never)
    package static func depthwiseProduct(
        _ a: PatchView, channels: Int, weights: UnsafePointer<Float>, bias: UnsafePointer<Float>?, c: PatchTarget,
        epilogue: Epilogue
    ) {
        for y in 0..<a.rows {
            let (source, row) = (a.base + y * a.rowStride, c.base + y * c.rowStride)
            let runs = a.runs(ofRow: y)
            let taps = Taps(
                offsets: a.offsets + runs.lowerBound, weights: weights + runs.lowerBound * channels,
                count: runs.count, channels: channels)
            @inline(__always) func body(channel: Int, lanes: Int) {
                var start = Lanes16(repeating: 0)
                if let bias { start = .load(bias + channel, lanes: lanes) }
                var x = 0
                while x + 4 <= a.columns {
                    fourPixels(taps, x, source, a.columnStride, channel, lanes, start, row, c.columnStride)
                    x += 4
                }
                if x < a.columns && a.columns >= 4 {
                    // The last four, some of them a second time: C holds no part of a chain.
                    fourPixels(
                        taps, a.columns - 4, source, a.columnStride, channel, lanes, start, row, c.columnStride)
                } else {
                    while x < a.columns {
                        onePixel(taps, x, source, a.columnStride, channel, lanes, start, row, c.columnStride)
                        x += 1
                    }
                }
            }
            forEach16(channels, body)
            let epilogue = epilogue.advanced(by: y * c.rowStride)
            if c.columnStride == channels {
                finish(epilogue, row, 0, rows: 1, columns: a.columns * channels)
            } else {
                finish(epilogue, row, c.columnStride, rows: a.columns, columns: channels)
            }
        }
    }

    @inlinable @inline(__always)
    static func fourPixels(
        _ taps: Taps, _ x: Int, _ source: UnsafePointer<Float>, _ step: Int, _ channel: Int, _ lanes: Int,
        _ start: Lanes16, _ row: UnsafeMutablePointer<Float>, _ columnStride: Int
    ) {
        let source = source + x * step + channel
        var (y0, y1, y2, y3) = (start, start, start, start)
        for tap in 0..<taps.count {
            let w = Lanes16.load(taps.weights + tap * taps.channels + channel, lanes: lanes)
            let element = source + taps.offsets[tap]
            y0 = .fma(.load(element, lanes: lanes), w, y0)
            y1 = .fma(.load(element + step, lanes: lanes), w, y1)
            y2 = .fma(.load(element + 2 * step, lanes: lanes), w, y2)
            y3 = .fma(.load(element + 3 * step, lanes: lanes), w, y3)
        }
        let output = row + x * columnStride + channel
        y0.store(output, lanes: lanes)
        y1.store(output + columnStride, lanes: lanes)
        y2.store(output + 2 * columnStride, lanes: lanes)
        y3.store(output + 3 * columnStride, lanes: lanes)
    }

    @inlinable @inline(__always)
    static func onePixel(
        _ taps: Taps, _ x: Int, _ source: UnsafePointer<Float>, _ step: Int, _ channel: Int, _ lanes: Int,
        _ start: Lanes16, _ row: UnsafeMutablePointer<Float>, _ columnStride: Int
    ) {
        let source = source + x * step + channel
        var y = start
        for tap in 0..<taps.count {
            let w = Lanes16.load(taps.weights + tap * taps.channels + channel, lanes: lanes)
            y = .fma(.load(source + taps.offsets[tap], lanes: lanes), w, y)
        }
        y.store(row + x * columnStride + channel, lanes: lanes)
    }

    @inlinable @inline(never)
    package static func depthwiseWeightGradient(
        _ a: PatchView, channels: Int, dy: UnsafePointer<Float>, into dw: UnsafeMutablePointer<Float>,
        start: Accumulator
    ) {
        for first in stride(from: 0, to: a.runs, by: 5) {
            @inline(__always) func body(channel: Int, lanes: Int) {
                fiveTaps(a, first, channel, lanes, channels, dy + channel, dw + channel, start)
            }
            forEach16(channels, body)
        }
    }

    /// The gradients of the weights of five taps from `first` on. Where there are fewer, the last one's is computed,
    /// and stored, more than once.
    @inlinable @inline(__always)
    static func fiveTaps(
        _ a: PatchView, _ first: Int, _ channel: Int, _ lanes: Int, _ channels: Int, _ dy: UnsafePointer<Float>,
        _ dw: UnsafeMutablePointer<Float>, _ start: Accumulator
    ) {
        let last = a.runs - 1
        let (t1, t2) = (min(first + 1, last), min(first + 2, last))
        let (t3, t4) = (min(first + 3, last), min(first + 4, last))
        let (o0, o1, o2, o3, o4) = (a.offsets[first], a.offsets[t1], a.offsets[t2], a.offsets[t3], a.offsets[t4])
        var w0 = Lanes16(repeating: 0)
        var (w1, w2, w3, w4) = (w0, w0, w0, w0)
        switch start {
        case .zero: break
        case .output:
            w0 = .load(dw + first * channels, lanes: lanes)
            w1 = .load(dw + t1 * channels, lanes: lanes)
            w2 = .load(dw + t2 * channels, lanes: lanes)
            w3 = .load(dw + t3 * channels, lanes: lanes)
            w4 = .load(dw + t4 * channels, lanes: lanes)
        case .bias(let bias):
            w0 = .load(bias + channel, lanes: lanes)
            (w1, w2, w3, w4) = (w0, w0, w0, w0)
        }
        for y in 0..<a.rows {
            var element = a.base + y * a.rowStride + channel
            var gradient = dy + y * a.columns * channels
            for _ in 0..<a.columns {
                let g = Lanes16.load(gradient, lanes: lanes)
                w0 = .fma(.load(element + o0, lanes: lanes), g, w0)
                w1 = .fma(.load(element + o1, lanes: lanes), g, w1)
                w2 = .fma(.load(element + o2, lanes: lanes), g, w2)
                w3 = .fma(.load(element + o3, lanes: lanes), g, w3)
                w4 = .fma(.load(element + o4, lanes: lanes), g, w4)
                element += a.columnStride
                gradient += channels
            }
        }
        w0.store(dw + first * channels, lanes: lanes)
        w1.store(dw + t1 * channels, lanes: lanes)
        w2.store(dw + t2 * channels, lanes: lanes)
        w3.store(dw + t3 * channels, lanes: lanes)
        w4.store(dw + t4 * channels, lanes: lanes)
    }
}

/// What a row of patches is multiplied with: a pixel at each offset, by the weights of its channels.
@usableFromInline
struct Taps {
    @usableFromInline let offsets: UnsafePointer<Int>
    @usableFromInline let weights: UnsafePointer<Float>
    @usableFromInline let count: Int
    @usableFromInline let channels: Int

    @inlinable @inline(__always)
    init(offsets: UnsafePointer<Int>, weights: UnsafePointer<Float>, count: Int, channels: Int) {
        self.offsets = offsets
        self.weights = weights
        self.count = count
        self.channels = channels
    }
}
