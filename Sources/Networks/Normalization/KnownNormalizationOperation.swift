import Kernels

/// forward: `y = f(γ · (x - mean) / √(variance + ε) + β + a)` with the statistics of training.
struct KnownNormalizationOperation: NormalizationOperation {
    let layer: String
    let input: Value.ID
    let output: Value.ID
    var addend: Value.ID?
    let affine: AffineParameters
    let statistics: NormalizationStatistics
    let pixels: Int
    let channels: Int
    let epsilon: Float
    var activation = Activation.identity
    var isGradientHandedOver = false

    var savedForBackward: [Value.ID] { [] }

    func workspaceCount(rows: Int, kernels: any KernelTable.Type) -> Int { channels }

    func forward(_ frame: Frame) {
        frame.kernels.inverseDeviations(
            frame.parameters + statistics.variance.offset, factor: 1, epsilon: epsilon, count: channels,
            into: frame.workspace)
        frame.kernels.normalize(
            frame.value(input), adding: addend.map { UnsafePointer(frame.value($0)) }, into: frame.value(output),
            rows: frame.rows * pixels, channels: channels,
            by: normalization(
                mean: frame.parameters + statistics.mean.offset, inverse: frame.workspace, frame),
            activation: activation)
    }

    func backward(_ frame: Frame) {}
}
