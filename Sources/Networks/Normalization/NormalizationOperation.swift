import Kernels

/// What normalized channels are multiplied by, and what is added then; each `[channels]`.
struct AffineParameters: Sendable {
    let scale: Parameter
    let offset: Parameter
}

extension Graph {
    mutating func affineParameters(channels: Int) -> AffineParameters {
        AffineParameters(
            scale: parameter("scale", shape: [channels], initializer: .ones),
            offset: parameter("offset", shape: [channels], initializer: .zeros))
    }
}

/// The channels of a value that can be normalized, its last dimension.
func normalizedChannels(of input: Value, epsilon: Double, layer: String) throws -> Int {
    guard Float(epsilon) > 0, Float(epsilon).isFinite else {
        throw NetworkError.invalidLayer(layer: layer, problem: "epsilon is \(epsilon), expected a number above 0")
    }
    guard let channels = input.shape.dimensions.last, input.shape.count > 0 else {
        throw NetworkError.shapeMismatch(layer: layer, expected: "[..., channels]", found: input.shape)
    }
    return channels
}

/// An operation of a training plan that normalizes, `y = f(γ · x̂ + β)`.
protocol NormalizationOperation: Operation {
    var affine: AffineParameters { get }
    var channels: Int { get }
    /// f, if the activation that follows is applied as the output is written.
    var activation: Activation { get set }
    /// Whether the reader of the output multiplies its gradient by f'.
    var isGradientHandedOver: Bool { get set }
}

extension NormalizationOperation {
    var hasParameters: Bool { true }

    /// Whether `backward` needs the output, for f'.
    var readsOutput: Bool { activation != .identity && !isGradientHandedOver }

    func fusing(_ activation: Activation) -> (any Operation)? {
        guard self.activation == .identity, !activation.gradientUsesInput else { return nil }
        var fused = self
        fused.activation = activation
        return fused
    }

    func handingOverActivationGradient() -> (operation: any Operation, activation: Activation)? {
        guard readsOutput else { return nil }
        var operation = self
        operation.isGradientHandedOver = true
        return (operation, activation)
    }

    /// dz = dy · f', in the place of dy.
    func applyActivationGradient(_ frame: Frame, count: Int) {
        guard readsOutput, let dy = frame.gradient(output) else { return }
        frame.kernels.activationGradient(activation, saved: frame.value(output), dy: dy, into: dy, count: count)
    }

    /// How to normalize with a mean and a standard deviation of each channel, the latter as its inverse.
    func normalization(
        mean: UnsafePointer<Float>, inverse: UnsafePointer<Float>, _ frame: Frame
    ) -> ChannelNormalization {
        ChannelNormalization(
            mean: mean, inverse: inverse, scale: frame.parameters + affine.scale.offset,
            offset: frame.parameters + affine.offset.offset)
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
