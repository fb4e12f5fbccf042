/// Normalization by channel, 16 channels at a time. A sum over an image runs in four chains, pixel p in chain p mod 4,
/// since one would wait for its own last addition; they fold as (0 + 2) + (1 + 3).
extension InstructionSet {
    @inlinable @inline(never)
    package static func channelMoments(
        _ x: UnsafePointer<Float>, images: Int, pixels: Int, channels: Int, into moments: UnsafeMutablePointer<Float>
    ) {
        let share = 1 / Float(pixels)
        for image in 0..<images {
            let (x, moments) = (x + image * pixels * channels, moments + image * 2 * channels)
            @inline(__always) func body(c: Int, lanes: Int) {
                @inline(__always) func value(_ pixel: Int) -> Lanes16 { .load(x + pixel * channels + c, lanes: lanes) }
                @inline(__always) func addition(_ chain: Lanes16, _ pixel: Int) -> Lanes16 { chain + value(pixel) }
                let mean = fourChains(pixels, addition) * share
                @inline(__always) func square(_ chain: Lanes16, _ pixel: Int) -> Lanes16 {
                    let distance = value(pixel) - mean
                    return .fma(distance, distance, chain)
                }
                mean.store(moments + c, lanes: lanes)
                fourChains(pixels, square).store(moments + channels + c, lanes: lanes)
            }
            forEach16(channels, body)
        }
    }

    @inlinable @inline(never)
    package static func batchMoments(
        _ moments: UnsafePointer<Float>, images: Int, pixels: Int, channels: Int,
        into batch: UnsafeMutablePointer<Float>
    ) {
        let share = 1 / Float(images)
        @inline(__always) func body(c: Int, lanes: Int) {
            var mean = Lanes16(repeating: 0)
            for image in 0..<images { mean += .load(moments + image * 2 * channels + c, lanes: lanes) }
            mean *= share
            var squares = Lanes16(repeating: 0)
            for image in 0..<images {
                let source = moments + image * 2 * channels + c
                let distance = Lanes16.load(source, lanes: lanes) - mean
                squares += .load(source + channels, lanes: lanes)
                squares = .fma(distance * Float(pixels), distance, squares)
            }
            mean.store(batch + c, lanes: lanes)
            squares.store(batch + channels + c, lanes: lanes)
        }
        forEach16(channels, body)
    }

    @inlinable @inline(never)
    package static func groupMoments(
        _ moments: UnsafeMutablePointer<Float>, pixels: Int, channels: Int, groups: Int
    ) {
        let width = channels / groups
        for group in 0..<groups {
            let (means, squares) = (moments + group * width, moments + channels + group * width)
            let mean = sum(means, count: width) * (1 / Float(width))
            var lanes16 = Lanes16(repeating: 0)
            @inline(__always) func square(c: Int, lanes: Int) {
                let distance = (Lanes16.load(means + c, lanes: lanes) - mean).keepingFirst(lanes)
                lanes16 += .load(squares + c, lanes: lanes)
                lanes16 = .fma(distance * Float(pixels), distance, lanes16)
            }
            forEach16(width, square)
            means.update(repeating: mean, count: width)
            squares.update(repeating: lanes16.foldedSum, count: width)
        }
    }

    @inlinable @inline(never)
    package static func inverseDeviations(
        _ variances: UnsafePointer<Float>, factor: Float, epsilon: Float, count: Int,
        into inverses: UnsafeMutablePointer<Float>
    ) {
        @inline(__always) func body(c: Int, lanes: Int) {
            let variance = Lanes16.load(variances + c, lanes: lanes) * factor
            (1 / Lanes16.squareRoot(variance + epsilon)).store(inverses + c, lanes: lanes)
        }
        forEach16(count, body)
    }

    @inlinable @inline(never)
    package static func normalize(
        _ x: UnsafePointer<Float>, adding addend: UnsafePointer<Float>?, into y: UnsafeMutablePointer<Float>, rows: Int,
        channels: Int, by normalization: ChannelNormalization, activation: Activation
    ) {
        let isRelu = activation == .relu
        forEachStrip(rows, channels) { rows, c, lanes in
            let mean = Lanes16.load(normalization.mean + c, lanes: lanes)
            let factor = normalization.factor(c, lanes)
            let offset = Lanes16.load(normalization.offset + c, lanes: lanes)
            for row in rows {
                let at = row * channels + c
                var value = Lanes16.fma(.load(x + at, lanes: lanes) - mean, factor, offset)
                if let addend { value += .load(addend + at, lanes: lanes) }
                (isRelu ? value.raised(to: 0) : value).store(y + at, lanes: lanes)
            }
        }
        if !isRelu && activation != .identity { activate(activation, y, into: y, count: rows * channels) }
    }

    @inlinable @inline(never)
    package static func normalizationSums(
        x: UnsafePointer<Float>, dy: UnsafePointer<Float>, images: Int, pixels: Int, channels: Int,
        by normalization: ChannelNormalization, into sums: UnsafeMutablePointer<Float>
    ) {
        for image in 0..<images {
            let (x, dy) = (x + image * pixels * channels, dy + image * pixels * channels)
            let sums = sums + image * 2 * channels
            @inline(__always) func body(c: Int, lanes: Int) {
                let mean = Lanes16.load(normalization.mean + c, lanes: lanes)
                let inverse = Lanes16.load(normalization.inverse + c, lanes: lanes)
                @inline(__always) func gradient(_ pixel: Int) -> Lanes16 {
                    .load(dy + pixel * channels + c, lanes: lanes)
                }
                @inline(__always) func addition(_ chain: Lanes16, _ pixel: Int) -> Lanes16 { chain + gradient(pixel) }
                @inline(__always) func product(_ chain: Lanes16, _ pixel: Int) -> Lanes16 {
                    let normalized = (Lanes16.load(x + pixel * channels + c, lanes: lanes) - mean) * inverse
                    return .fma(gradient(pixel), normalized, chain)
                }
                fourChains(pixels, addition).store(sums + c, lanes: lanes)
                fourChains(pixels, product).store(sums + channels + c, lanes: lanes)
            }
            forEach16(channels, body)
        }
    }

    @inlinable @inline(never)
    package static func groupSums(
        _ sums: UnsafePointer<Float>, scale: UnsafePointer<Float>, channels: Int, groups: Int,
        into groupSums: UnsafeMutablePointer<Float>
    ) {
        let width = channels / groups
        for row in 0..<2 {
            for group in 0..<groups {
                let (sums, scale) = (sums + row * channels + group * width, scale + group * width)
                var lanes16 = Lanes16(repeating: 0)
                @inline(__always) func product(c: Int, lanes: Int) {
                    lanes16 = .fma(.load(scale + c, lanes: lanes), .load(sums + c, lanes: lanes), lanes16)
                }
                forEach16(width, product)
                (groupSums + row * channels + group * width).update(repeating: lanes16.foldedSum, count: width)
            }
        }
    }

    @inlinable @inline(never)
    package static func normalizationGradient(
        x: UnsafePointer<Float>, dy: UnsafePointer<Float>, into dx: UnsafeMutablePointer<Float>, rows: Int,
        channels: Int, by normalization: ChannelNormalization, sums: UnsafePointer<Float>, share: Float
    ) {
        forEachStrip(rows, channels) { rows, c, lanes in
            let mean = Lanes16.load(normalization.mean + c, lanes: lanes)
            let inverse = Lanes16.load(normalization.inverse + c, lanes: lanes)
            let factor = normalization.factor(c, lanes)
            let meanGradient = Lanes16.load(sums + c, lanes: lanes) * share * inverse
            let slope = Lanes16.load(sums + channels + c, lanes: lanes) * share * (inverse * inverse)
            for row in rows {
                let at = row * channels + c
                let centered = Lanes16.fma(.load(dy + at, lanes: lanes), factor, -meanGradient)
                let distance = mean - Lanes16.load(x + at, lanes: lanes)
                Lanes16.fma(distance, slope, centered).store(dx + at, lanes: lanes)
            }
        }
    }

    /// Walks `[rows, channels]` in strips of 16 channels, as many rows at a time as stay in the first cache meanwhile.
    @inlinable @inline(__always)
    static func forEachStrip(
        _ rows: Int, _ channels: Int, _ body: (_ rows: Range<Int>, _ c: Int, _ lanes: Int) -> Void
    ) {
        let height = channels <= 16 ? max(rows, 1) : max(2048 / channels, 1)
        var first = 0
        while first < rows {
            let strip = first..<min(first + height, rows)
            forEach16(channels) { c, lanes in body(strip, c, lanes) }
            first = strip.upperBound
        }
    }

    /// Runs over 0 ..< count in four chains from zero, and folds them.
    @inlinable @inline(__always)
    static func fourChains(_ count: Int, _ next: (_ chain: Lanes16, _ index: Int) -> Lanes16) -> Lanes16 {
        let zero = Lanes16(repeating: 0)
        var (a, b, c, d) = (zero, zero, zero, zero)
        var index = 0
        while index + 4 <= count {
            a = next(a, index)
            b = next(b, index + 1)
            c = next(c, index + 2)
            d = next(d, index + 3)
            index += 4
        }
        if index < count { a = next(a, index) }
        if index + 1 < count { b = next(b, index + 1) }
        if index + 2 < count { c = next(c, index + 2) }
        return (a + c) + (b + d)
    }
}

extension ChannelNormalization {
    @inlinable @inline(__always)
    func factor(_ c: Int, _ lanes: Int) -> Lanes16 { .load(scale + c, lanes: lanes) * .load(inverse + c, lanes: lanes) }
}
