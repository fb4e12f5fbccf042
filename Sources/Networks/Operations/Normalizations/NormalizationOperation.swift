import Kernels

/// What normalized channels are multiplied by, and what is added then; each `[channels]`.
struct AffineParameters: Sendable {
    let scale: Parameter
    let offset: Parameter
}

/// An operation that normalizes, `y = f(γ · x̂ + β)`, or with a residual sum `y = f(γ · x̂ + β + a)`.
protocol NormalizationOperation: SummingOperation {
    var affine: AffineParameters { get }
    var channels: Int { get }
}

extension NormalizationOperation {
    var gradientSharedWith: Value.ID? { addend ?? input }

    /// How to normalize with a mean and a standard deviation of each channel, the latter as its inverse.
    func normalization(
        mean: UnsafePointer<Float>, inverse: UnsafePointer<Float>, _ frame: Frame
    ) -> ChannelNormalization {
        ChannelNormalization(
            mean: mean, inverse: inverse, scale: frame.parameters + affine.scale.offset,
            offset: frame.parameters + affine.offset.offset)
    }

    /// Lets chains over images, those of the offset's and then of the scale's gradient, start where the shard's last
    /// micro-batch has left them.
    func beginTotals(_ totals: UnsafeMutablePointer<Float>, _ frame: Frame) {
        if case .output = frame.gradientStart {
            totals.update(from: frame.parameterGradients + affine.offset.offset, count: channels)
            (totals + channels).update(from: frame.parameterGradients + affine.scale.offset, count: channels)
        } else {
            totals.update(repeating: 0, count: 2 * channels)
        }
    }

    /// Takes `[channels]` as the gradient of a shard that is one micro-batch.
    func store(_ gradient: UnsafePointer<Float>, in parameter: Parameter, _ frame: Frame) {
        let target = frame.parameterGradients + parameter.offset
        if frame.addsGradients {
            frame.kernels.add(gradient, into: target, count: channels)
        } else {
            target.update(from: gradient, count: channels)
        }
    }
}
