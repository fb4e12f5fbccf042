import Kernels

/// Where each pixel of an image comes from: a flip, then a turn about the center, then a shift.
///
/// Positions are Double, values Float; products and sums are rounded one by one, so that every machine gets the same
/// bits.
struct Movement {
    let image: ImageShape
    let fill: Augmentation.Fill
    /// Pixels down and to the right.
    let shift: (rows: Int, columns: Int)
    let isFlipped: Bool
    /// Cosine and sine of the angle, counterclockwise as one looks at it; nil where nothing is turned.
    let turn: (cosine: Double, sine: Double)?

    var isIdentity: Bool { turn == nil && !isFlipped && shift.rows == 0 && shift.columns == 0 }

    /// Writes the moved image.
    ///
    /// - Parameters:
    ///   - source, result: `[height, width, channels]`, apart.
    ///   - zeros: as many as channels.
    func apply(
        _ source: UnsafePointer<Float>, into result: UnsafeMutablePointer<Float>, zeros: UnsafePointer<Float>
    ) {
        if let turn { turned(source, turn.cosine, turn.sine, result, zeros) } else { shifted(source, result, zeros) }
    }

    /// Whole pixels are copied as they are.
    private func shifted(
        _ source: UnsafePointer<Float>, _ result: UnsafeMutablePointer<Float>, _ zeros: UnsafePointer<Float>
    ) {
        let channels = image.channels
        var out = result
        for y in 0..<image.height {
            let row = inside(y - shift.rows, image.height)
            if !isFlipped, row >= 0 {
                // What lies inside is one piece.
                let first = min(max(0, shift.columns), image.width)
                let end = max(first, min(image.width, image.width + shift.columns))
                let from = source + (row * image.width + first - shift.columns) * channels
                (out + first * channels).update(from: from, count: (end - first) * channels)
                for x in 0..<first { copy(pixel(source, row, x - shift.columns, zeros), out + x * channels) }
                for x in end..<image.width { copy(pixel(source, row, x - shift.columns, zeros), out + x * channels) }
                out += image.width * channels
                continue
            }
            for x in 0..<image.width {
                let column = x - shift.columns
                copy(pixel(source, row, isFlipped ? image.width - 1 - column : column, zeros), out)
                out += channels
            }
        }
    }

    /// Between the four pixels around the place a pixel comes from, bilinearly.
    private func turned(
        _ source: UnsafePointer<Float>, _ cosine: Double, _ sine: Double, _ result: UnsafeMutablePointer<Float>,
        _ zeros: UnsafePointer<Float>
    ) {
        let (middleRow, middleColumn) = (Double(image.height - 1) / 2, Double(image.width - 1) / 2)
        var out = result
        for y in 0..<image.height {
            let down = Double(y - shift.rows) - middleRow
            for x in 0..<image.width {
                let right = Double(x - shift.columns) - middleColumn
                let row = cosine * down + sine * right + middleRow
                var column = cosine * right - sine * down + middleColumn
                if isFlipped { column = Double(image.width - 1) - column }
                let (top, left) = (Self.floor(row), Self.floor(column))
                let (below, beside) = (Float(row - Double(top)), Float(column - Double(left)))
                let (upper, lower) = (inside(top, image.height), inside(top + 1, image.height))
                let p00 = pixel(source, upper, left, zeros)
                let p01 = pixel(source, upper, left + 1, zeros)
                let p10 = pixel(source, lower, left, zeros)
                let p11 = pixel(source, lower, left + 1, zeros)
                for c in 0..<image.channels {
                    let above = p00[c] + beside * (p01[c] - p00[c])
                    let under = p10[c] + beside * (p11[c] - p10[c])
                    out[c] = above + below * (under - above)
                }
                out += image.channels
            }
        }
    }

    /// The pixel at a column of a row that `inside` has found, or zeros.
    @inline(__always)
    private func pixel(
        _ source: UnsafePointer<Float>, _ row: Int, _ column: Int, _ zeros: UnsafePointer<Float>
    ) -> UnsafePointer<Float> {
        let column = inside(column, image.width)
        return row < 0 || column < 0 ? zeros : source + (row * image.width + column) * image.channels
    }

    /// The index in `0 ..< count` that stands for one which may be outside, or -1 for zero.
    @inline(__always)
    private func inside(_ index: Int, _ count: Int) -> Int {
        if 0..<count ~= index { return index }
        switch fill {
        case .zero: return -1
        case .edge: return index < 0 ? 0 : count - 1
        case .reflect:
            guard count > 1 else { return 0 }
            let period = 2 * (count - 1)
            let rest = ((index % period) + period) % period
            return min(rest, period - rest)
        }
    }

    @inline(__always)
    private func copy(_ pixel: UnsafePointer<Float>, _ out: UnsafeMutablePointer<Float>) {
        for c in 0..<image.channels { out[c] = pixel[c] }
    }

    @inline(__always)
    private static func floor(_ x: Double) -> Int {
        let truncated = Int(x)
        return Double(truncated) > x ? truncated - 1 : truncated
    }
}

extension Movement {
    /// The one of a sample.
    init(_ augmentation: Augmentation, image: ImageShape, draw: SampleDraw) {
        self.init(
            image: image, fill: augmentation.fill,
            shift: augmentation.shift.map {
                (draw.verticalShift(most: $0), draw.horizontalShift(most: $0))
            } ?? (0, 0),
            isFlipped: augmentation.horizontalFlip.map { draw.isFlipped(probability: $0) } ?? false,
            turn: augmentation.rotation.map {
                let angle = draw.angle(mostDegrees: $0)
                return (PortableMath.cosine(angle), PortableMath.sine(angle))
            })
    }
}
