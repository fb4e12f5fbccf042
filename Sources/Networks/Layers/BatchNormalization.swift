import Kernels
import StrictCoding

/// Normalizes each channel over a batch to mean 0 and variance 1, then gives it a scale and an offset that are learned.
/// Ioffe and Szegedy 2015, arXiv:1502.03167.
///
/// - Input and output: `[..., channels]`.
/// - Parameters: `scale` and `offset` of shape `[channels]`. Statistics: `mean` and `variance` of shape `[channels]`,
///   moving averages over steps with which a trained network normalizes.
///
/// While training, each shard is normalized by its own mean and variance ("ghost batch", Hoffer et al. 2017,
/// arXiv:1705.08741), or, if synchronized, by those of the whole batch, for which all shards wait for each other twice
/// a step. The rows of a shard come from the configuration, so they are the same for any number of workers. A step
/// moves the statistics by the mean of its shards', weighted by rows, or by the batch's; the variance is the unbiased
/// one, as PyTorch's.
///
/// Where the statistics are frozen, it normalizes by them while training too: a fixed function, if scale and offset are
/// frozen as well.
public struct BatchNormalization: Layer {
    public static let kind = "batchNormalization"

    /// The share of a step in the statistics: statistic += momentum · (step's - statistic).
    public var momentum: Double
    /// Added to the variance.
    public var epsilon: Double
    /// Whether a batch is normalized as a whole, not shard by shard. All its activations are then in memory at once.
    public var synchronized: Bool
    public var name: String?

    public init(momentum: Double = 0.1, epsilon: Double = 1e-5, synchronized: Bool = false, name: String? = nil) {
        self.momentum = momentum
        self.epsilon = epsilon
        self.synchronized = synchronized
        self.name = name
    }

    public func build(in graph: inout Graph, input: Value) throws -> Value {
        let layer = graph.scope
        guard (0...1).contains(momentum) else {
            throw NetworkError.invalidLayer(
                layer: layer, problem: "momentum is \(momentum), expected a number in 0 ... 1")
        }
        let channels = try normalizedChannels(of: input, epsilon: epsilon, layer: layer)
        let statistic = Parameter.Role.statistic(momentum: momentum)
        let affine = graph.affineParameters(channels: channels)
        let statistics = NormalizationStatistics(
            mean: graph.parameter("mean", shape: [channels], initializer: .zeros, role: statistic),
            variance: graph.parameter("variance", shape: [channels], initializer: .ones, role: statistic))
        let output = graph.value(shape: input.shape)
        let pixels = input.shape.count / channels
        let isFrozen = graph.isFrozen(statistics.mean)
        guard graph.isFrozen(statistics.variance) == isFrozen else {
            throw NetworkError.invalidLayer(
                layer: layer,
                problem: "expected its mean and its variance to be both frozen or both not, found the "
                    + "\(isFrozen ? "mean" : "variance") alone: freeze \(layer)/*, or neither")
        }
        if isFrozen || graph.mode == .inference {
            let isFixed = isFrozen && graph.isFrozen(affine.scale) && graph.isFrozen(affine.offset)
            graph.append(
                KnownNormalizationOperation(
                    layer: layer, input: input.id, output: output.id, affine: affine, statistics: statistics,
                    pixels: pixels, channels: channels, epsilon: Float(epsilon), hasParameters: !isFixed))
        } else {
            graph.append(
                BatchNormalizationOperation(
                    layer: layer, input: input.id, output: output.id, moments: graph.value(shape: [2, channels]).id,
                    normalizer: graph.value(shape: [3, channels]).id, affine: affine, statistics: statistics,
                    pixels: pixels, channels: channels, epsilon: Float(epsilon), isCollective: synchronized))
        }
        return output
    }
}

extension BatchNormalization {
    private enum CodingKeys: String, CodingKey, CaseIterable { case momentum, epsilon, synchronized, name }

    public init(from tagged: Tagged) throws {
        guard let fields = try tagged.fields(keyedBy: CodingKeys.self, among: CodingKeys.allCases, isRequired: false)
        else {
            self.init()
            return
        }
        self.init(
            momentum: try fields.valueIfPresent(Double.self, forKey: .momentum) ?? 0.1,
            epsilon: try fields.valueIfPresent(Double.self, forKey: .epsilon) ?? 1e-5,
            synchronized: try fields.valueIfPresent(Bool.self, forKey: .synchronized) ?? false,
            name: try fields.valueIfPresent(String.self, forKey: .name))
    }

    private struct Description: Encodable {
        let layer: BatchNormalization

        func encode(to encoder: any Encoder) throws {
            var fields = encoder.container(keyedBy: CodingKeys.self)
            try fields.encode(layer.momentum, forKey: .momentum)
            try fields.encode(layer.epsilon, forKey: .epsilon)
            try fields.encode(layer.synchronized, forKey: .synchronized)
            try fields.encodeIfPresent(layer.name, forKey: .name)
        }
    }

    public func encodeTagged(to encoder: any Encoder) throws {
        try encoder.encodeTagged(Self.kind, Description(layer: self))
    }
}
