import Kernels
import StrictCoding

/// Adam: steps along the mean of gradients over the root of the mean of their squares.
///
/// Kingma and Ba 2014, arXiv:1412.6980. Weight decay, if any, is added to the gradient.
public struct Adam: MomentEstimation {
    public static let name = "adam"
    public static var standard: Self? { Self() }

    public var learningRate: Double
    public var beta1: Double
    public var beta2: Double
    public var epsilon: Double
    public var weightDecay: Double

    public init(
        learningRate: Double = 0.001, beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8,
        weightDecay: Double = 0
    ) {
        self.learningRate = learningRate
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.weightDecay = weightDecay
    }

    public func step(_ numbers: StepNumbers) -> AdamStep { adamStep(numbers) }

    public func update(_ range: ParameterRange, _ step: AdamStep, norms: TensorNorms?) { adamUpdate(range, step) }
}

extension Optimizer where Self == Adam {
    /// Kingma and Ba 2014, arXiv:1412.6980. Weight decay, if any, is added to the gradient.
    public static func adam(_ adam: Adam) -> Adam { adam }
}

extension Adam: Codable {
    private enum CodingKeys: String, CodingKey, CaseIterable { case learningRate, beta1, beta2, epsilon, weightDecay }

    public init(from decoder: any Decoder) throws {
        self.init()
        try read(decoder)
    }
}
