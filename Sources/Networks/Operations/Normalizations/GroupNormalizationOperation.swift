import Kernels

/// With μ and σ² over the pixels and channels of a group, n numbers, and x̂ = (x - μ) / √(σ² + ε):
///
///     forward    y = f(γ·x̂ + β + a)
///     backward   dz = dy · f'(y)    dβ += Σ dz    dγ += Σ dz·x̂    dx = (γ·dz - Σ γ·dz / n - x̂ · Σ γ·dz·x̂ / n) /
///     √(σ² + ε)
///
/// where da is dz, and without an addend dx lies in its place. Image by image; the sums of the parameters' gradients
/// are chains over images.
struct GroupNormalizationOperation: NormalizationOperation {
    let layer: String
    var input: Value.ID
    var output: Value.ID
    var addend: Value.ID?
    /// `[2, groups]` of each image: mean, and 1 / √(σ² + ε).
    let moments: Value.ID
    let affine: AffineParameters
    /// Of a sample: what is normalized by itself.
    let images: Int
    /// Of an image.
    let pixels: Int
    let channels: Int
    let groups: Int
    let epsilon: Float
    var activation = Activation.identity
    var isGradientHandedOver = false

    var notes: [Value.ID] { [moments] }
    var savedForBackward: [Value.ID] { activationOperands + [moments] }

    /// The moments of an image by channel, its sums, those of its groups, and those of all images.
    func workspaceCount(rows: Int, isTrained: Bool, kernels: any KernelTable.Type) -> Int { 4 * 2 * channels }

    /// Numbers that are normalized together. A single one is its own mean: what comes out is the offset, whatever goes
    /// in.
    var valuesOfGroup: Int { pixels * (channels / groups) }

    var problem: String? {
        valuesOfGroup > 1
            ? nil
            : "expected two values or more to normalize together, found 1, which is its own mean: "
                + (channels > 1 ? "use fewer groups" : "leave the layer out")
    }

    private var share: Float { 1 / Float(valuesOfGroup) }

    func forward(_ frame: Frame) {
        let (kernels, mean) = (frame.kernels, frame.workspace)
        let inverse = mean + channels
        for image in 0..<frame.rows * images {
            let (x, y) = (frame.value(input) + place(image), frame.value(output) + place(image))
            kernels.channelMoments(x, images: 1, pixels: pixels, channels: channels, into: mean)
            kernels.groupMoments(mean, pixels: pixels, channels: channels, groups: groups)
            kernels.inverseDeviations(inverse, factor: share, epsilon: epsilon, count: channels, into: inverse)
            let moments = frame.value(moments) + image * 2 * groups
            for group in 0..<groups {
                moments[group] = mean[group * (channels / groups)]
                moments[groups + group] = inverse[group * (channels / groups)]
            }
            kernels.normalize(
                x, adding: addend.map { UnsafePointer(frame.value($0) + place(image)) }, into: y, rows: pixels,
                channels: channels, by: normalization(mean: mean, inverse: inverse, frame), activation: activation)
        }
    }

    func backward(_ frame: Frame) {
        let kernels = frame.kernels
        let dy = frame.preactivationGradient(of: output, pendingActivation, count: images * pixels * channels)
        let sums = frame.workspace + 2 * channels
        let (groupSums, totals) = (sums + 2 * channels, sums + 4 * channels)
        beginTotals(totals, frame)
        for image in 0..<frame.rows * images {
            let (x, dz) = (frame.value(input) + place(image), dy + place(image))
            let normalization = normalization(of: image, frame)
            kernels.normalizationSums(
                x: x, dy: dz, images: 1, pixels: pixels, channels: channels, by: normalization, into: sums)
            kernels.add(sums, into: totals, count: 2 * channels)
            guard let dx = frame.gradient(input) else { continue }
            kernels.groupSums(
                sums, scale: normalization.scale, channels: channels, groups: groups, into: groupSums)
            kernels.normalizationGradient(
                x: x, dy: dz, into: dx + place(image), rows: pixels, channels: channels, by: normalization,
                sums: groupSums, share: share)
        }
        store(totals, in: affine.offset, frame)
        store(totals + channels, in: affine.scale, frame)
    }

    private func place(_ image: Int) -> Int { image * pixels * channels }

    /// That of the forward pass, channel by channel.
    private func normalization(of image: Int, _ frame: Frame) -> ChannelNormalization {
        let (moments, mean) = (frame.value(moments) + image * 2 * groups, frame.workspace)
        let width = channels / groups
        for group in 0..<groups {
            (mean + group * width).update(repeating: moments[group], count: width)
            (mean + channels + group * width).update(repeating: moments[groups + group], count: width)
        }
        return normalization(mean: mean, inverse: mean + channels, frame)
    }
}
