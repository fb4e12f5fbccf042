import Kernels
import StrictCoding

/// Stochastic gradient descent, with momentum and weight decay.
///
/// With g the gradient and w the parameters:
///
///     g = g + weightDecay · w
///     v = momentum · v + g
///     w = w − learningRate · v                        or, with nesterov, w − learningRate · (g + momentum · v)
public struct SGD: Optimizer {
    public static let name = "sgd"

    public var learningRate: Double
    public var momentum: Double
    /// Looks ahead along the momentum (Sutskever et al. 2013). Needs a momentum.
    public var nesterov: Bool
    public var weightDecay: Double

    public init(learningRate: Double, momentum: Double = 0, nesterov: Bool = false, weightDecay: Double = 0) {
        self.learningRate = learningRate
        self.momentum = momentum
        self.nesterov = nesterov
        self.weightDecay = weightDecay
    }

    public var momentNames: [String] { momentum > 0 ? ["momentum"] : [] }

    public func check() throws(InvalidSetting) {
        try checkRateAndDecay()
        try expectShare(momentum, "momentum")
        try expect(!nesterov || momentum > 0, "nesterov", "a momentum beside it", "none")
    }

    public func step(_ numbers: StepNumbers) -> SGDStep {
        SGDStep(
            learningRate: Float(numbers.learningRate), momentum: Float(numbers.momentum),
            weightDecay: Float(numbers.weightDecay), nesterov: nesterov)
    }

    public func update(_ range: ParameterRange, _ step: SGDStep, norms: TensorNorms?) {
        var step = step
        step.gradientScale = range.gradientScale
        range.kernels.sgd(
            parameters: range.parameters, gradient: range.gradient, velocity: momentum > 0 ? range.moment(0) : nil,
            count: range.count, step: step)
    }
}

extension Optimizer where Self == SGD {
    /// Stochastic gradient descent, with momentum and weight decay.
    public static func sgd(_ sgd: SGD) -> SGD { sgd }
}

extension SGD: Codable {
    private enum CodingKeys: String, CodingKey, CaseIterable { case learningRate, momentum, nesterov, weightDecay }

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.strictContainer(keyedBy: CodingKeys.self)
        self.init(
            learningRate: try fields.decode(Double.self, forKey: .learningRate),
            momentum: try fields.decodeIfPresent(Double.self, forKey: .momentum) ?? 0,
            nesterov: try fields.decodeIfPresent(Bool.self, forKey: .nesterov) ?? false,
            weightDecay: try fields.decodeIfPresent(Double.self, forKey: .weightDecay) ?? 0)
    }
}
