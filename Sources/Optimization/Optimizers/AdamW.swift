import Kernels
import StrictCoding

/// Adam with weight decay apart from the gradient: parameters shrink by learningRate · weightDecay of themselves.
///
/// Loshchilov and Hutter 2017, arXiv:1711.05101.
public struct AdamW: MomentEstimation {
    public static let name = "adamW"
    public static var standard: Self? { Self() }

    public var learningRate: Double
    public var beta1: Double
    public var beta2: Double
    public var epsilon: Double
    public var weightDecay: Double

    public init(
        learningRate: Double = 0.001, beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8,
        weightDecay: Double = 0.01
    ) {
        self.learningRate = learningRate
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.weightDecay = weightDecay
    }

    public func step(_ numbers: StepNumbers) -> AdamStep { adamStep(numbers, decoupled: true) }

    public func update(_ range: ParameterRange, _ step: AdamStep, norms: TensorNorms?) { adamUpdate(range, step) }
}

extension Optimizer where Self == AdamW {
    /// Loshchilov and Hutter 2017, arXiv:1711.05101: Adam with weight decay apart from the gradient.
    public static func adamW(_ adamW: AdamW) -> AdamW { adamW }
}

extension AdamW: Codable {
    private enum CodingKeys: String, CodingKey, CaseIterable { case learningRate, beta1, beta2, epsilon, weightDecay }

    public init(from decoder: any Decoder) throws {
        self.init()
        try read(decoder)
    }
}
