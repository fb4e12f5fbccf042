import Kernels

/// With statistics that are known, the moving averages of training, and x̂ = (x - mean) / √(variance + ε):
///
///     forward    y = f(γ·x̂ + β + a)
///     backward   dz = dy · f'(y)    dβ += Σ dz    dγ += Σ dz·x̂    dx = γ / √(variance + ε) · dz
///
/// where da is dz, and without an addend dx lies in its place. Row by row; the sums of the parameters' gradients run
/// over the pixels of an image, then in chains over images. Trained networks work so, and layers whose statistics are
/// frozen.
struct KnownNormalizationOperation: NormalizationOperation {
    let layer: String
    var input: Value.ID
    var output: Value.ID
    var addend: Value.ID?
    let affine: AffineParameters
    let statistics: NormalizationStatistics
    let pixels: Int
    let channels: Int
    let epsilon: Float
    /// Whether γ or β is trained.
    let hasParameters: Bool
    var activation = Activation.identity
    var isGradientHandedOver = false

    /// 1 / √(variance + ε), the sums of both gradients, and those of each image.
    func workspaceCount(rows: Int, isTrained: Bool, kernels: any KernelTable.Type) -> Int {
        channels + (rows + 1) * 2 * channels
    }

    func forward(_ frame: Frame) {
        frame.kernels.normalize(
            frame.value(input), adding: addend.map { UnsafePointer(frame.value($0)) }, into: frame.value(output),
            rows: frame.rows * pixels, channels: channels, by: normalization(frame), activation: activation)
    }

    func backward(_ frame: Frame) {
        let kernels = frame.kernels
        let dz = frame.preactivationGradient(of: output, pendingActivation, count: pixels * channels)
        let normalization = normalization(frame)
        let totals = frame.workspace + channels
        if hasParameters {
            let images = totals + 2 * channels
            kernels.normalizationSums(
                x: frame.value(input), dy: dz, images: frame.rows, pixels: pixels, channels: channels,
                by: normalization, into: images)
            beginTotals(totals, frame)
            kernels.columnSums(
                images, rows: frame.rows, columns: 2 * channels, start: .output, into: totals)
            store(totals, in: affine.offset, frame)
            store(totals + channels, in: affine.scale, frame)
        }
        guard let dx = frame.gradient(input) else { return }
        // Nothing comes back through the statistics.
        totals.update(repeating: 0, count: 2 * channels)
        kernels.normalizationGradient(
            x: frame.value(input), dy: dz, into: dx, rows: frame.rows * pixels, channels: channels, by: normalization,
            sums: totals, share: 0)
    }

    private func normalization(_ frame: Frame) -> ChannelNormalization {
        frame.kernels.inverseDeviations(
            frame.parameters + statistics.variance.offset, factor: 1, epsilon: epsilon, count: channels,
            into: frame.workspace)
        return normalization(
            mean: frame.parameters + statistics.mean.offset, inverse: frame.workspace, frame)
    }
}
