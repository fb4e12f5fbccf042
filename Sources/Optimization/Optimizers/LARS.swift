import Kernels
import StrictCoding

/// LARS: gradient descent with a learning rate for each tensor.
///
/// You, Gitman and Ginsburg 2017, arXiv:1708.03888. With g the gradient, w a tensor of parameters, and both norms above
/// zero:
///
///     λ = trustCoefficient · ‖w‖ / (‖g‖ + weightDecay · ‖w‖)
///     v = momentum · v + learningRate · λ · (g + weightDecay · w)
///     w = w − v
///
/// λ is 1 where a norm is zero. Vectors, such as biases and the parameters of a normalization, have λ = 1 and no
/// weight decay, unless a parameter group says otherwise.
public struct LARS: Optimizer {
    public static let name = "lars"

    public var learningRate: Double
    public var momentum: Double
    public var nesterov: Bool
    public var weightDecay: Double
    public var trustCoefficient: Double

    public init(
        learningRate: Double, momentum: Double = 0.9, nesterov: Bool = false, weightDecay: Double = 0.0001,
        trustCoefficient: Double = 0.001
    ) {
        self.learningRate = learningRate
        self.momentum = momentum
        self.nesterov = nesterov
        self.weightDecay = weightDecay
        self.trustCoefficient = trustCoefficient
    }

    public var momentNames: [String] { momentum > 0 ? ["momentum"] : [] }
    public var isLayerwise: Bool { true }

    public func check() throws(InvalidSetting) {
        try checkRateAndDecay()
        try expectShare(momentum, "momentum")
        try expect(!nesterov || momentum > 0, "nesterov", "a momentum beside it", "none")
        try expectPositive(trustCoefficient, "trustCoefficient")
    }

    public struct Step: Sendable {
        let sgd: SGDStep
        let weightDecay: Double
        let isLayerwise: Bool
    }

    public func step(_ numbers: StepNumbers) -> Step {
        Step(
            sgd: SGDStep(
                learningRate: Float(numbers.learningRate), momentum: Float(numbers.momentum),
                weightDecay: Float(numbers.weightDecay), nesterov: nesterov),
            weightDecay: numbers.weightDecay, isLayerwise: numbers.isLayerwise)
    }

    /// SGD whose velocity has the learning rate in it: momentum then carries the rates of the past.
    public func update(_ range: ParameterRange, _ step: Step, norms: TensorNorms?) {
        var rate = step.sgd.learningRate
        if let norms, step.isLayerwise, norms.values > 0, norms.direction > 0 {
            let gradient = norms.direction * Double(range.gradientScale)
            rate *= Float(trustCoefficient * norms.values / (gradient + step.weightDecay * norms.values))
        }
        range.kernels.sgd(
            parameters: range.parameters, gradient: range.gradient, velocity: momentum > 0 ? range.moment(0) : nil,
            count: range.count,
            step: SGDStep(
                learningRate: 1, momentum: step.sgd.momentum, weightDecay: rate * step.sgd.weightDecay,
                gradientScale: rate * range.gradientScale, nesterov: nesterov))
    }
}

extension Optimizer where Self == LARS {
    /// You, Gitman and Ginsburg 2017, arXiv:1708.03888: SGD with a learning rate for each tensor.
    public static func lars(_ lars: LARS) -> LARS { lars }
}

extension LARS: Codable {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case learningRate, momentum, nesterov, weightDecay, trustCoefficient
    }

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.strictContainer(keyedBy: CodingKeys.self)
        self.init(learningRate: try fields.decode(Double.self, forKey: .learningRate))
        momentum = try fields.decodeIfPresent(Double.self, forKey: .momentum) ?? momentum
        nesterov = try fields.decodeIfPresent(Bool.self, forKey: .nesterov) ?? nesterov
        weightDecay = try fields.decodeIfPresent(Double.self, forKey: .weightDecay) ?? weightDecay
        trustCoefficient = try fields.decodeIfPresent(Double.self, forKey: .trustCoefficient) ?? trustCoefficient
    }
}
