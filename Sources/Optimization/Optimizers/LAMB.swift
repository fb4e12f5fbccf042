import Kernels
import StrictCoding

/// LAMB: Adam with a learning rate for each tensor.
///
/// You et al. 2019, arXiv:1904.00962, algorithm 2. With r Adam's direction, weight decay added, and both norms above
/// zero:
///
///     w = w − learningRate · ‖w‖ / ‖r‖ · r
///
/// The ratio is 1 where a norm is zero. Vectors, such as biases and the parameters of a normalization, have the ratio 1
/// and no weight decay, unless a parameter group says otherwise.
public struct LAMB: MomentEstimation {
    public static let name = "lamb"
    public static var standard: Self? { Self() }

    public var learningRate: Double
    public var beta1: Double
    public var beta2: Double
    public var epsilon: Double
    public var weightDecay: Double

    public init(
        learningRate: Double = 0.001, beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-6,
        weightDecay: Double = 0.01
    ) {
        self.learningRate = learningRate
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.weightDecay = weightDecay
    }

    public var isLayerwise: Bool { true }

    public struct Step: Sendable {
        let adam: AdamStep
        let isLayerwise: Bool
    }

    public func step(_ numbers: StepNumbers) -> Step {
        Step(adam: adamStep(numbers), isLayerwise: numbers.isLayerwise)
    }

    public func prepare(_ range: ParameterRange, _ step: Step) {
        var adam = step.adam
        adam.gradientScale = range.gradientScale
        range.kernels.lambDirection(
            parameters: range.parameters, gradient: range.gradient, firstMoment: range.moment(0),
            secondMoment: range.moment(1), count: range.count, step: adam)
    }

    public func update(_ range: ParameterRange, _ step: Step, norms: TensorNorms?) {
        var rate = step.adam.learningRate
        if let norms, step.isLayerwise, norms.values > 0, norms.direction > 0 {
            rate *= Float(norms.values / norms.direction)
        }
        range.kernels.sgd(
            parameters: range.parameters, gradient: range.gradient, velocity: nil, count: range.count,
            step: SGDStep(learningRate: rate))
    }
}

extension Optimizer where Self == LAMB {
    /// You et al. 2019, arXiv:1904.00962, algorithm 2: Adam with a learning rate for each tensor.
    public static func lamb(_ lamb: LAMB) -> LAMB { lamb }
}

extension LAMB: Codable {
    private enum CodingKeys: String, CodingKey, CaseIterable { case learningRate, beta1, beta2, epsilon, weightDecay }

    public init(from decoder: any Decoder) throws {
        self.init()
        try read(decoder)
    }
}
