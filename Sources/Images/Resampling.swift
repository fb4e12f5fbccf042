/// How the pixels of a longer or shorter row come from those of the one there is, by a triangle.
///
/// A new pixel is a mean of the old ones around its center. Weights fall linearly to zero at the distance of one pixel:
/// an old one where the row gets longer, so that this is interpolation; a new one where it gets shorter, so that every
/// old pixel counts, and patterns too fine for the new row vanish instead of turning into others (antialiasing).
/// Weights are 22-bit fixed-point numbers, made in Double without a library's function: the same on every machine. It
/// is the arithmetic of Pillow's `BILINEAR`, and gives the bytes of Pillow 12; later ones may take columns before rows.
struct Resampling {
    /// For each new pixel, the old ones that count, and where their weights begin.
    private(set) var spans: [(pixels: Range<Int>, weights: Int)] = []
    private(set) var weights: [Int32] = []

    private static let bits = 22

    /// - Parameters:
    ///   - old, new: pixels of a row, in `1 ... ImageSize.mostSide`. Sums of weights stay below 2²³ then, and products
    ///     with a byte in 32 bits.
    init(from old: Int, to new: Int) {
        let scale = Double(old) / Double(new)
        let reach = max(scale, 1)
        let step = 1 / reach
        for pixel in 0..<new {
            let center = (Double(pixel) + 0.5) * scale
            let first = max(0, Int(center - reach + 0.5))
            let end = min(old, Int(center + reach + 0.5))
            let exact = (first..<end).map { max(0, 1 - abs((Double($0) - center + 0.5) * step)) }
            let sum = exact.reduce(0, +)
            spans.append((first..<end, weights.count))
            weights += exact.map { Int32($0 / sum * Double(1 << Self.bits) + 0.5) }
        }
    }

    /// A sum of products of weights and bytes as a byte, rounded to the nearest.
    @inline(__always)
    static func byte(_ sum: Int32) -> UInt8 { UInt8(clamping: (sum + 1 << (bits - 1)) >> Int32(bits)) }
}

extension Resampling {
    /// Makes a new row of an old one.
    ///
    /// - Parameters:
    ///   - old: `[old pixels, channels]`
    ///   - new: `[new pixels, channels]`, apart.
    func apply(_ old: UnsafePointer<UInt8>, channels: Int, into new: UnsafeMutablePointer<UInt8>) {
        weights.withUnsafeBufferPointer { weights in
            var out = new
            for span in spans {
                let pixels = old + span.pixels.lowerBound * channels
                for channel in 0..<channels {
                    var sum: Int32 = 0
                    for index in 0..<span.pixels.count {
                        sum &+= weights[span.weights + index] &* Int32(pixels[index * channels + channel])
                    }
                    out[channel] = Self.byte(sum)
                }
                out += channels
            }
        }
    }
}

extension RasterImage {
    /// The image stretched to a size, whatever that does to its proportions: along rows, rounded to bytes, then along
    /// columns. An image of that size stays as it is. Takes four bytes of memory for each of the result.
    package func resized(to other: ImageSize) -> RasterImage {
        precondition(other.isPossible)
        guard size != other else { return self }
        let (rows, columns) = (
            Resampling(from: size.height, to: other.height), Resampling(from: size.width, to: other.width)
        )
        let (oldBytes, newBytes) = (size.width * color.channels, other.width * color.channels)
        var line = [UInt8](repeating: 0, count: newBytes)
        var sums = [Int32](repeating: 0, count: other.height * newBytes)
        // The first new row that the old one counts for.
        var first = 0
        for row in 0..<size.height {
            pixels.withUnsafeBufferPointer { pixels in
                line.withUnsafeMutableBufferPointer { line in
                    columns.apply(
                        pixels.baseAddress! + row * oldBytes, channels: color.channels, into: line.baseAddress!)
                }
            }
            while rows.spans[first].pixels.upperBound <= row { first += 1 }
            for target in first..<other.height {
                let span = rows.spans[target]
                guard span.pixels.lowerBound <= row else { break }
                let weight = rows.weights[span.weights + row - span.pixels.lowerBound]
                add(line, times: weight, to: &sums, at: target * newBytes)
            }
        }
        return RasterImage(size: other, color: color, pixels: sums.map(Resampling.byte))
    }

    private func add(_ line: [UInt8], times weight: Int32, to sums: inout [Int32], at place: Int) {
        line.withUnsafeBufferPointer { line in
            sums.withUnsafeMutableBufferPointer { sums in
                for index in line.indices { sums[place + index] &+= weight &* Int32(line[index]) }
            }
        }
    }
}
