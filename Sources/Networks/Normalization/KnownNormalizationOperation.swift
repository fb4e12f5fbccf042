import Kernels

/// forward: `y = f(γ · (x - mean) / √(variance + ε) + β)` with the statistics of training.
struct KnownNormalizationOperation: Operation {
    let layer: String
    let input: Value.ID
    let output: Value.ID
    let affine: AffineParameters
    let statistics: NormalizationStatistics
    let pixels: Int
    let channels: Int
    let epsilon: Float
    var activation = Activation.identity

    var reads: [Value.ID] { [input] }
    var savedForBackward: [Value.ID] { [] }

    func workspaceCount(rows: Int, kernels: any KernelTable.Type) -> Int { channels }

    func fusing(_ activation: Activation) -> (any Operation)? {
        guard self.activation == .identity else { return nil }
        var fused = self
        fused.activation = activation
        return fused
    }

    func forward(_ frame: Frame) {
        frame.kernels.inverseDeviations(
            frame.parameters + statistics.variance.offset, factor: 1, epsilon: epsilon, count: channels,
            into: frame.workspace)
        frame.kernels.normalize(
            frame.value(input), into: frame.value(output), rows: frame.rows * pixels, channels: channels,
            by: ChannelNormalization(
                mean: frame.parameters + statistics.mean.offset, inverse: frame.workspace,
                scale: frame.parameters + affine.scale.offset, offset: frame.parameters + affine.offset.offset),
            activation: activation)
    }

    func backward(_ frame: Frame) {}
}
