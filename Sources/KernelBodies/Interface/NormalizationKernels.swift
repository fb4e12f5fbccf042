/// Normalization: of batches, of groups of channels, of layers. Part of `KernelTable`.
public protocol NormalizationKernels {
    /// moments[image] = [mean, Σ (x - mean)²] of each channel over the pixels of an image. A sum over pixels runs in
    /// four chains, pixel p in chain p mod 4, folded as (0 + 2) + (1 + 3).
    static func channelMoments(
        _ x: UnsafePointer<Float>, images: Int, pixels: Int, channels: Int, into moments: UnsafeMutablePointer<Float>
    )

    /// batch = [mean, Σ (x - mean)²] of each channel over all images, from those of each: chains in the order of images
    /// (Chan, Golub and LeVeque 1979).
    static func batchMoments(
        _ moments: UnsafePointer<Float>, images: Int, pixels: Int, channels: Int,
        into batch: UnsafeMutablePointer<Float>
    )

    /// Puts [mean, Σ (x - mean)²] of a group of neighboring channels in the place of those of each of its channels,
    /// which are over `pixels` numbers each. Sums over a group run over 16 lanes.
    static func groupMoments(_ moments: UnsafeMutablePointer<Float>, pixels: Int, channels: Int, groups: Int)

    /// inverses = 1 / √(factor · variances + epsilon).
    static func inverseDeviations(
        _ variances: UnsafePointer<Float>, factor: Float, epsilon: Float, count: Int,
        into inverses: UnsafeMutablePointer<Float>
    )

    /// y = activation((x - mean) · (scale · inverse) + offset + addend), the product and the first sum rounded once;
    /// without the last one if `addend` is nil. `y` may be `x` or `addend`.
    static func normalize(
        _ x: UnsafePointer<Float>, adding addend: UnsafePointer<Float>?, into y: UnsafeMutablePointer<Float>, rows: Int,
        channels: Int, by normalization: ChannelNormalization, activation: Activation
    )

    /// sums[image] = [Σ dy, Σ dy · x̂] of each channel over the pixels of an image, where x̂ = (x - mean) · inverse;
    /// sums as those of `channelMoments`.
    static func normalizationSums(
        x: UnsafePointer<Float>, dy: UnsafePointer<Float>, images: Int, pixels: Int, channels: Int,
        by normalization: ChannelNormalization, into sums: UnsafeMutablePointer<Float>
    )

    /// groupSums[row, c] = Σ over the channels of c's group of scale · sums[row], for both rows; over 16 lanes.
    static func groupSums(
        _ sums: UnsafePointer<Float>, scale: UnsafePointer<Float>, channels: Int, groups: Int,
        into groupSums: UnsafeMutablePointer<Float>
    )

    /// dx = inverse · (scale · dy - share · sums[0] - x̂ · share · sums[1]), where `sums` are `groupSums` of all that
    /// was normalized together and `share` is one over its number. `dx` may be `dy`.
    static func normalizationGradient(
        x: UnsafePointer<Float>, dy: UnsafePointer<Float>, into dx: UnsafeMutablePointer<Float>, rows: Int,
        channels: Int, by normalization: ChannelNormalization, sums: UnsafePointer<Float>, share: Float
    )
}
