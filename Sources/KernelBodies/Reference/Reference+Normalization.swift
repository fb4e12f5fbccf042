extension ReferenceKernels {
    private static func fourChains(_ count: Int, _ next: (_ chain: Float, _ index: Int) -> Float) -> Float {
        var chains: [Float] = [0, 0, 0, 0]
        for index in 0..<count { chains[index % 4] = next(chains[index % 4], index) }
        return (chains[0] + chains[2]) + (chains[1] + chains[3])
    }

    package static func channelMoments(
        _ x: UnsafePointer<Float>, images: Int, pixels: Int, channels: Int, into moments: UnsafeMutablePointer<Float>
    ) {
        for image in 0..<images {
            for c in 0..<channels {
                func value(_ pixel: Int) -> Float { x[(image * pixels + pixel) * channels + c] }
                let mean = fourChains(pixels) { $0 + value($1) } * (1 / Float(pixels))
                moments[2 * image * channels + c] = mean
                moments[(2 * image + 1) * channels + c] = fourChains(pixels) {
                    fma(value($1) - mean, value($1) - mean, $0)
                }
            }
        }
    }

    package static func batchMoments(
        _ moments: UnsafePointer<Float>, images: Int, pixels: Int, channels: Int,
        into batch: UnsafeMutablePointer<Float>
    ) {
        for c in 0..<channels {
            var (mean, squares): (Float, Float) = (0, 0)
            for image in 0..<images { mean += moments[2 * image * channels + c] }
            mean *= 1 / Float(images)
            for image in 0..<images {
                let distance = moments[2 * image * channels + c] - mean
                squares += moments[(2 * image + 1) * channels + c]
                squares = fma(distance * Float(pixels), distance, squares)
            }
            batch[c] = mean
            batch[channels + c] = squares
        }
    }

    package static func groupMoments(
        _ moments: UnsafeMutablePointer<Float>, pixels: Int, channels: Int, groups: Int
    ) {
        let width = channels / groups
        for first in stride(from: 0, to: channels, by: width) {
            let mean = sum(moments + first, count: width) * (1 / Float(width))
            let squares = Lanes(count: width, initial: 0) { lane, c in
                let distance = moments[first + c] - mean
                return fma(distance * Float(pixels), distance, lane + moments[channels + first + c])
            }.sum
            for c in first..<first + width { (moments[c], moments[channels + c]) = (mean, squares) }
        }
    }

    package static func inverseDeviations(
        _ variances: UnsafePointer<Float>, factor: Float, epsilon: Float, count: Int,
        into inverses: UnsafeMutablePointer<Float>
    ) {
        for c in 0..<count { inverses[c] = 1 / (variances[c] * factor + epsilon).squareRoot() }
    }

    package static func normalize(
        _ x: UnsafePointer<Float>, adding addend: UnsafePointer<Float>?, into y: UnsafeMutablePointer<Float>, rows: Int,
        channels: Int, by n: ChannelNormalization, activation: Activation
    ) {
        for row in 0..<rows {
            for c in 0..<channels {
                let at = row * channels + c
                let normalized = fma(x[at] - n.mean[c], n.scale[c] * n.inverse[c], n.offset[c])
                y[at] = value(of: activation, at: addend.map { normalized + $0[at] } ?? normalized)
            }
        }
    }

    package static func normalizationSums(
        x: UnsafePointer<Float>, dy: UnsafePointer<Float>, images: Int, pixels: Int, channels: Int,
        by n: ChannelNormalization, into sums: UnsafeMutablePointer<Float>
    ) {
        for image in 0..<images {
            for c in 0..<channels {
                func at(_ pixel: Int) -> Int { (image * pixels + pixel) * channels + c }
                sums[2 * image * channels + c] = fourChains(pixels) { $0 + dy[at($1)] }
                sums[(2 * image + 1) * channels + c] = fourChains(pixels) {
                    fma(dy[at($1)], (x[at($1)] - n.mean[c]) * n.inverse[c], $0)
                }
            }
        }
    }

    package static func groupSums(
        _ sums: UnsafePointer<Float>, scale: UnsafePointer<Float>, channels: Int, groups: Int,
        into groupSums: UnsafeMutablePointer<Float>
    ) {
        let width = channels / groups
        for row in 0..<2 {
            for first in stride(from: 0, to: channels, by: width) {
                let total = Lanes(count: width, initial: 0) { lane, c in
                    fma(scale[first + c], sums[row * channels + first + c], lane)
                }.sum
                for c in first..<first + width { groupSums[row * channels + c] = total }
            }
        }
    }

    package static func normalizationGradient(
        x: UnsafePointer<Float>, dy: UnsafePointer<Float>, into dx: UnsafeMutablePointer<Float>, rows: Int,
        channels: Int, by n: ChannelNormalization, sums: UnsafePointer<Float>, share: Float
    ) {
        for row in 0..<rows {
            for c in 0..<channels {
                let at = row * channels + c
                let meanGradient = sums[c] * share * n.inverse[c]
                let slope = sums[channels + c] * share * (n.inverse[c] * n.inverse[c])
                dx[at] = fma(n.mean[c] - x[at], slope, fma(dy[at], n.scale[c] * n.inverse[c], -meanGradient))
            }
        }
    }
}
