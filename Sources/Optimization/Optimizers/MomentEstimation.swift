import Kernels
import StrictCoding

/// What Adam, AdamW and LAMB share: means of gradients and of their squares.
package protocol MomentEstimation: Optimizer {
    var learningRate: Double { get set }
    /// Decay of the mean of gradients.
    var beta1: Double { get set }
    /// Decay of the mean of squared gradients.
    var beta2: Double { get set }
    /// Added to the root of the second moment.
    var epsilon: Double { get set }
    var weightDecay: Double { get set }

    init(learningRate: Double, beta1: Double, beta2: Double, epsilon: Double, weightDecay: Double)
}

extension MomentEstimation {
    public var momentum: Double { beta1 }
    public var momentNames: [String] { ["firstMoment", "secondMoment"] }

    public func check() throws(InvalidSetting) {
        try checkRateAndDecay()
        try expectShare(beta1, "beta1")
        try expectShare(beta2, "beta2")
        try expectPositive(epsilon, "epsilon")
    }

    /// The numbers of a step, with the bias corrections 1 − beta1ᵗ and 1 − beta2ᵗ. PyTorch takes the beta1 of a step
    /// for that of all steps before, too, and so do we.
    func adamStep(_ numbers: StepNumbers, decoupled: Bool = false) -> AdamStep {
        AdamStep(
            learningRate: Float(numbers.learningRate), beta1: Float(numbers.momentum), beta2: Float(beta2),
            epsilon: Float(epsilon), weightDecay: Float(numbers.weightDecay),
            biasCorrection1: Float(1 - PortableMath.power(numbers.momentum, numbers.count)),
            biasCorrection2: Float(1 - PortableMath.power(beta2, numbers.count)), decoupled: decoupled)
    }

    func adamUpdate(_ range: ParameterRange, _ step: AdamStep) {
        var step = step
        step.gradientScale = range.gradientScale
        range.kernels.adam(
            parameters: range.parameters, gradient: range.gradient, firstMoment: range.moment(0),
            secondMoment: range.moment(1), count: range.count, step: step)
    }

    /// Reads the numbers that are given, and leaves the others as they are.
    mutating func read(_ decoder: any Decoder) throws {
        let fields = try decoder.strictContainer(keyedBy: MomentEstimationKeys.self)
        learningRate = try fields.decodeIfPresent(Double.self, forKey: .learningRate) ?? learningRate
        beta1 = try fields.decodeIfPresent(Double.self, forKey: .beta1) ?? beta1
        beta2 = try fields.decodeIfPresent(Double.self, forKey: .beta2) ?? beta2
        epsilon = try fields.decodeIfPresent(Double.self, forKey: .epsilon) ?? epsilon
        weightDecay = try fields.decodeIfPresent(Double.self, forKey: .weightDecay) ?? weightDecay
    }
}

private enum MomentEstimationKeys: String, CodingKey, CaseIterable {
    case learningRate, beta1, beta2, epsilon, weightDecay
}
