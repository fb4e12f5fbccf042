import Kernels

/// The moving averages with which a trained network normalizes, each `[channels]`.
struct NormalizationStatistics: Sendable {
    let mean: Parameter
    let variance: Parameter
}

/// With μ and σ² over the n pixels of a shard, or of all shards if it is collective, and x̂ = (x - μ) / √(σ² + ε):
///
///     forward    y = f(γ·x̂ + β + a)
///     backward   dz = dy · f'(y)    dβ += Σ dz    dγ += Σ dz·x̂    dx = γ / √(σ² + ε) · (dz - Σ dz / n - x̂ · Σ dz·x̂
///     / n)
///
/// where da is dz, and without an addend dx lies in its place. Sums run over the pixels of an image, then over the
/// images of a shard in their order, then over shards in the tree of all gradients.
struct BatchNormalizationOperation: NormalizationOperation, CollectiveOperation {
    let layer: String
    var input: Value.ID
    var output: Value.ID
    var addend: Value.ID?
    /// `[2, channels]` of each image: mean, and sum of squared distances from it.
    let moments: Value.ID
    /// `[3, channels]` in the place of the first image's: mean, sum of squared distances, 1 / √(σ² + ε) of all that is
    /// normalized together.
    let normalizer: Value.ID
    let affine: AffineParameters
    let statistics: NormalizationStatistics
    let pixels: Int
    let channels: Int
    let epsilon: Float
    let isCollective: Bool
    var activation = Activation.identity
    var isGradientHandedOver = false

    var notes: [Value.ID] { [moments, normalizer] }
    var savedForBackward: [Value.ID] { activationOperands + [normalizer] }
    var needsWholeShards: Bool { true }
    var contributionCount: Int { 2 * channels }

    /// Two values a channel: one is its own mean, and has no variance.
    var leastRows: (ofShard: Int, ofBatch: Int) {
        let rows = pixels > 1 ? 1 : 2
        return (isCollective ? 1 : rows, rows)
    }

    /// The sums of the shard, and those of its images.
    func workspaceCount(rows: Int, isTrained: Bool, kernels: any KernelTable.Type) -> Int { (rows + 1) * 2 * channels }

    private func normalization(_ frame: Frame) -> ChannelNormalization {
        let normalizer = frame.value(normalizer)
        return normalization(mean: normalizer, inverse: normalizer + 2 * channels, frame)
    }

    // MARK: Forward

    func contributeForward(_ frame: Frame, into contribution: UnsafeMutablePointer<Float>) {
        let moments = frame.value(moments)
        frame.kernels.channelMoments(
            frame.value(input), images: frame.rows, pixels: pixels, channels: channels, into: moments)
        frame.kernels.batchMoments(moments, images: frame.rows, pixels: pixels, channels: channels, into: contribution)
    }

    /// The moments of two sets of numbers together (Chan, Golub and LeVeque 1979).
    func combineForward(
        _ first: UnsafeMutablePointer<Float>, rows firstRows: Int, with second: UnsafePointer<Float>,
        rows secondRows: Int
    ) {
        let share = Float(secondRows) / Float(firstRows + secondRows)
        let weight = Float(firstRows * pixels) * share
        for c in 0..<channels {
            let distance = second[c] - first[c]
            first[c] += distance * share
            first[channels + c] += second[channels + c]
            first[channels + c] += distance * distance * weight
        }
    }

    func forward(_ frame: Frame) {
        let normalizer = frame.value(normalizer)
        if isCollective {
            normalizer.update(from: frame.combined, count: contributionCount)
        } else {
            contributeForward(frame, into: normalizer)
        }
        frame.kernels.inverseDeviations(
            normalizer + channels, factor: 1 / Float(normalizedRows(frame) * pixels), epsilon: epsilon,
            count: channels, into: normalizer + 2 * channels)
        frame.kernels.normalize(
            frame.value(input), adding: addend.map { UnsafePointer(frame.value($0)) }, into: frame.value(output),
            rows: frame.rows * pixels, channels: channels, by: normalization(frame), activation: activation)
    }

    /// Rows that are normalized together.
    private func normalizedRows(_ frame: Frame) -> Int { isCollective ? frame.batchRows : frame.rows }

    // MARK: Backward

    func contributeBackward(_ frame: Frame, into contribution: UnsafeMutablePointer<Float>) {
        let dz = frame.preactivationGradient(of: output, pendingActivation, count: pixels * channels)
        let images = frame.workspace + contributionCount
        frame.kernels.normalizationSums(
            x: frame.value(input), dy: dz, images: frame.rows, pixels: pixels,
            channels: channels, by: normalization(frame), into: images)
        frame.kernels.columnSums(
            images, rows: frame.rows, columns: contributionCount, start: .zero, into: contribution)
        store(contribution, in: affine.offset, frame)
        store(contribution + channels, in: affine.scale, frame)
        noteStatistics(frame)
    }

    func backward(_ frame: Frame) {
        var sums = frame.combined
        if !isCollective {
            contributeBackward(frame, into: frame.workspace)
            sums = UnsafePointer(frame.workspace)
        }
        guard let dx = frame.gradient(input) else { return }
        // The images' sums are done with.
        let groupSums = frame.workspace + contributionCount
        let normalization = normalization(frame)
        frame.kernels.groupSums(
            sums, scale: normalization.scale, channels: channels, groups: channels, into: groupSums)
        frame.kernels.normalizationGradient(
            x: frame.value(input), dy: frame.gradient(output)!, into: dx, rows: frame.rows * pixels,
            channels: channels, by: normalization, sums: groupSums, share: 1 / Float(normalizedRows(frame) * pixels))
    }

    /// The shard's part in the mean of all shards' statistics, in the place of a gradient; all of the batch's from the
    /// first shard, and nothing from the others.
    private func noteStatistics(_ frame: Frame) {
        let (normalizer, count) = (frame.value(normalizer), normalizedRows(frame) * pixels)
        let weight =
            isCollective ? (frame.firstRow == 0 ? 1 : 0) : Float(frame.rows) / Float(frame.batchRows)
        let share = weight / Float(max(count - 1, 1))
        let mean = frame.parameterGradients + statistics.mean.offset
        let variance = frame.parameterGradients + statistics.variance.offset
        for c in 0..<channels {
            let (m, v) = (normalizer[c] * weight, normalizer[channels + c] * share)
            mean[c] = frame.addsGradients ? mean[c] + m : m
            variance[c] = frame.addsGradients ? variance[c] + v : v
        }
    }
}
