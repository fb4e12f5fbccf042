import Kernels
import StrictCoding

/// Normalizes each channel over a batch to mean 0 and variance 1, then gives it a scale and an offset that are learned.
/// Ioffe and Szegedy 2015, arXiv:1502.03167.
///
/// - Input and output: `[..., channels]`.
/// - Parameters: `scale` and `offset` of shape `[channels]`. Statistics: `mean` and `variance` of shape `[channels]`, moving
///   averages over steps with which a trained network normalizes.
///
/// While training, each shard is normalized by its own mean and variance ("ghost batch", Hoffer et al. 2017,
/// arXiv:1705.08741). The rows of a shard come from the configuration, so they are the same for any number of workers. A
/// step moves the statistics by the mean of its shards', weighted by rows; the variance is the unbiased one, as PyTorch's.
public struct BatchNormalization: Layer {
    public static let kind = "batchNormalization"

    /// The share of a step in the statistics: statistic += momentum · (step's - statistic).
    public var momentum: Double
    /// Added to the variance.
    public var epsilon: Double
    public var name: String?

    public init(momentum: Double = 0.1, epsilon: Double = 1e-5, name: String? = nil) {
        self.momentum = momentum
        self.epsilon = epsilon
        self.name = name
    }

    public func build(in graph: inout Graph, input: Value) throws -> Value {
        let layer = graph.scope
        guard (0...1).contains(momentum) else {
            throw NetworkError.invalidLayer(
                layer: layer, problem: "momentum is \(momentum), expected a number in 0 ... 1")
        }
        guard Float(epsilon) > 0, Float(epsilon).isFinite else {
            throw NetworkError.invalidLayer(
                layer: layer, problem: "epsilon is \(epsilon), expected a number above 0")
        }
        guard let channels = input.shape.dimensions.last, input.shape.count > 0 else {
            throw NetworkError.shapeMismatch(layer: layer, expected: "[..., channels]", found: input.shape)
        }
        let statistic = Parameter.Role.statistic(momentum: momentum)
        let parameters = NormalizationParameters(
            scale: graph.parameter("scale", shape: [channels], initializer: .ones),
            offset: graph.parameter("offset", shape: [channels], initializer: .zeros),
            mean: graph.parameter("mean", shape: [channels], initializer: .zeros, role: statistic),
            variance: graph.parameter("variance", shape: [channels], initializer: .ones, role: statistic))
        let output = graph.value(shape: input.shape, gradientSharedWith: input)
        let pixels = input.shape.count / channels
        if graph.mode == .inference {
            graph.append(
                KnownNormalizationOperation(
                    layer: layer, input: input.id, output: output.id, parameters: parameters, pixels: pixels,
                    channels: channels, epsilon: Float(epsilon)))
        } else {
            graph.append(
                BatchNormalizationOperation(
                    layer: layer, input: input.id, output: output.id, moments: graph.value(shape: [2, channels]).id,
                    shard: graph.value(shape: [3, channels]).id, parameters: parameters, pixels: pixels,
                    channels: channels, epsilon: Float(epsilon)))
        }
        return output
    }
}

struct NormalizationParameters: Sendable {
    let scale: Parameter
    let offset: Parameter
    let mean: Parameter
    let variance: Parameter
}

/// With μ and σ² over the n pixels of a shard, and x̂ = (x - μ) / √(σ² + ε):
///
///     forward    y = f(γ·x̂ + β)
///     backward   dz = dy · f'(y)    dβ += Σ dz    dγ += Σ dz·x̂    dx = γ / √(σ² + ε) · (dz - Σ dz / n - x̂ · Σ dz·x̂ / n)
///
/// in place. Sums run over the pixels of an image, and then over images in their order.
struct BatchNormalizationOperation: Operation {
    let layer: String
    let input: Value.ID
    let output: Value.ID
    /// `[2, channels]` of each image: mean, and sum of squared distances from it.
    let moments: Value.ID
    /// `[3, channels]` of the shard, in the place of the first image's: mean, sum of squared distances, 1 / √(σ² + ε).
    let shard: Value.ID
    let parameters: NormalizationParameters
    let pixels: Int
    let channels: Int
    let epsilon: Float
    var activation = Activation.identity
    var isGradientHandedOver = false

    var reads: [Value.ID] { [input] }
    var writes: [Value.ID] { [output, moments, shard] }
    var savedForBackward: [Value.ID] {
        activation == .identity || isGradientHandedOver ? [input, shard] : [input, shard, output]
    }
    var hasParameters: Bool { true }
    var needsWholeShards: Bool { true }

    func workspaceCount(rows: Int, kernels: any KernelTable.Type) -> Int { (rows + 1) * 2 * channels }

    func fusing(_ activation: Activation) -> (any Operation)? {
        guard self.activation == .identity, !activation.gradientUsesInput else { return nil }
        var fused = self
        fused.activation = activation
        return fused
    }

    func handingOverActivationGradient() -> (operation: any Operation, activation: Activation)? {
        guard activation != .identity, !isGradientHandedOver else { return nil }
        var operation = self
        operation.isGradientHandedOver = true
        return (operation, activation)
    }

    private func normalization(_ frame: Frame) -> ChannelNormalization {
        let shard = frame.value(shard)
        return ChannelNormalization(
            mean: shard, inverse: shard + 2 * channels, scale: frame.parameters + parameters.scale.offset,
            offset: frame.parameters + parameters.offset.offset)
    }

    func forward(_ frame: Frame) {
        let (kernels, x, moments, shard) = (
            frame.kernels, frame.value(input), frame.value(moments), frame.value(shard)
        )
        kernels.channelMoments(x, images: frame.rows, pixels: pixels, channels: channels, into: moments)
        kernels.batchMoments(moments, images: frame.rows, pixels: pixels, channels: channels, into: shard)
        kernels.inverseDeviations(
            shard + channels, factor: 1 / Float(frame.rows * pixels), epsilon: epsilon, count: channels,
            into: shard + 2 * channels)
        kernels.normalize(
            x, into: frame.value(output), rows: frame.rows * pixels, channels: channels, by: normalization(frame),
            activation: activation)
    }

    func backward(_ frame: Frame) {
        let (kernels, x, dz) = (frame.kernels, frame.value(input), frame.gradient(output)!)
        let count = frame.rows * pixels
        if activation != .identity && !isGradientHandedOver {
            kernels.activationGradient(
                activation, saved: frame.value(output), dy: dz, into: dz, count: count * channels)
        }
        // The sums of the shard, and then those of its images.
        let (sums, images) = (frame.workspace, frame.workspace + 2 * channels)
        kernels.normalizationSums(
            x: x, dy: dz, images: frame.rows, pixels: pixels, channels: channels, by: normalization(frame),
            into: images)
        kernels.columnSums(images, rows: frame.rows, columns: 2 * channels, start: .zero, into: sums)
        store(sums, in: parameters.offset, frame)
        store(sums + channels, in: parameters.scale, frame)
        noteStatistics(frame)
        if let dx = frame.gradient(input) {
            kernels.normalizationGradient(
                x: x, dy: dz, into: dx, rows: count, channels: channels, by: normalization(frame), sums: sums,
                share: 1 / Float(count))
        }
    }

    private func store(_ gradient: UnsafePointer<Float>, in parameter: Parameter, _ frame: Frame) {
        let target = frame.parameterGradients + parameter.offset
        if frame.addsGradients {
            frame.kernels.add(gradient, into: target, count: channels)
        } else {
            target.update(from: gradient, count: channels)
        }
    }

    /// The shard's part in the mean of all shards' statistics, in the place of a gradient.
    private func noteStatistics(_ frame: Frame) {
        let (shard, count) = (frame.value(shard), frame.rows * pixels)
        let weight = Float(frame.rows) / Float(frame.batchRows)
        let share = weight / Float(max(count - 1, 1))
        let mean = frame.parameterGradients + parameters.mean.offset
        let variance = frame.parameterGradients + parameters.variance.offset
        for c in 0..<channels {
            let (m, v) = (shard[c] * weight, shard[channels + c] * share)
            mean[c] = frame.addsGradients ? mean[c] + m : m
            variance[c] = frame.addsGradients ? variance[c] + v : v
        }
    }
}

/// forward: `y = f(γ · (x - mean) / √(variance + ε) + β)` with the statistics of training.
struct KnownNormalizationOperation: Operation {
    let layer: String
    let input: Value.ID
    let output: Value.ID
    let parameters: NormalizationParameters
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
            frame.parameters + parameters.variance.offset, factor: 1, epsilon: epsilon, count: channels,
            into: frame.workspace)
        frame.kernels.normalize(
            frame.value(input), into: frame.value(output), rows: frame.rows * pixels, channels: channels,
            by: ChannelNormalization(
                mean: frame.parameters + parameters.mean.offset, inverse: frame.workspace,
                scale: frame.parameters + parameters.scale.offset,
                offset: frame.parameters + parameters.offset.offset),
            activation: activation)
    }

    func backward(_ frame: Frame) {}
}

extension BatchNormalization {
    private enum CodingKeys: String, CodingKey, CaseIterable { case momentum, epsilon, name }

    public init(from tagged: Tagged) throws {
        guard let fields = try tagged.fields(keyedBy: CodingKeys.self, among: CodingKeys.allCases, isRequired: false)
        else {
            self.init()
            return
        }
        self.init(
            momentum: try fields.valueIfPresent(Double.self, forKey: .momentum) ?? 0.1,
            epsilon: try fields.valueIfPresent(Double.self, forKey: .epsilon) ?? 1e-5,
            name: try fields.valueIfPresent(String.self, forKey: .name))
    }

    private struct Description: Encodable {
        let layer: BatchNormalization

        func encode(to encoder: any Encoder) throws {
            var fields = encoder.container(keyedBy: CodingKeys.self)
            try fields.encode(layer.momentum, forKey: .momentum)
            try fields.encode(layer.epsilon, forKey: .epsilon)
            try fields.encodeIfPresent(layer.name, forKey: .name)
        }
    }

    public func encodeTagged(to encoder: any Encoder) throws {
        if self == BatchNormalization() { return try encoder.encodeTagged(Self.kind) }
        try encoder.encodeTagged(Self.kind, Description(layer: self))
    }
}
